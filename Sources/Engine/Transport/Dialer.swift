import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Trading

/// Opens connections: when the future succeeds, the handshake is over and nothing has been said.
enum Dialer {
    /// - Returns: A future of `loop`; its error is a `ConnectFailure`.
    static func dial(
        _ url: ServerURL, trust: TLSTrust, timeout: Trading.Duration, on loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        let amount = TimeAmount.nanoseconds(timeout.nanoseconds)
        let ready = loop.makePromise(of: (any Channel).self)
        let deadline = loop.scheduleTask(in: amount) { ready.fail(ConnectFailure.timeout) }
        ClientBootstrap(group: loop)
            .connectTimeout(amount)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connect(host: url.addressToDial, port: url.port)
            .whenComplete { result in
                switch result {
                case .success(let channel): secure(channel, url, trust, ready)
                case .failure(let error): ready.fail(ConnectFailure(error))
                }
            }
        ready.futureResult.whenComplete { _ in deadline.cancel() }
        return ready.futureResult
    }

    private static func secure(
        _ channel: any Channel, _ url: ServerURL, _ trust: TLSTrust,
        _ ready: EventLoopPromise<any Channel>
    ) {
        // The deadline may have passed meanwhile: then nobody wants this channel.
        ready.futureResult.whenFailure { _ in channel.close(promise: nil) }
        guard url.isSecure else { return ready.succeed(channel) }
        do {
            let tls = try NIOSSLClientHandler(
                context: trust.context, serverHostname: url.isAddress ? nil : url.host)
            // The waiter goes in first, since the handshake may fail as soon as TLS is added.
            let waiter = HandshakeWaiter(ready)
            try channel.pipeline.syncOperations.addHandler(waiter)
            try channel.pipeline.syncOperations.addHandler(tls, position: .before(waiter))
        } catch {
            ready.fail(ConnectFailure(error))
        }
    }
}

/// Waits for the end of the TLS handshake; afterwards it only passes on.
private final class HandshakeWaiter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var ready: EventLoopPromise<any Channel>?

    init(_ ready: EventLoopPromise<any Channel>) { self.ready = ready }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent, let promise = ready {
            ready = nil
            promise.succeed(context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let promise = ready else { return context.fireErrorCaught(error) }
        ready = nil
        promise.fail(ConnectFailure(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready?.fail(ConnectFailure.unreachable)
        ready = nil
        context.fireChannelInactive()
    }
}
