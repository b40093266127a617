import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Trading

/// The life of one WebSocket connection; belongs to its event loop.
final class WebSocketSession: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    enum Phase: Hashable {
        case connecting
        /// The upgrade is through, the owner does not know yet.
        case upgraded
        case open
        /// The owner has been told; what still comes is read and dropped.
        case ended
    }

    /// How long a peer may take to answer our close frame.
    static let lingering: TimeAmount = .seconds(1)

    private let configuration: WebSocketConfiguration
    private let listener: WebSocketListener
    private let loop: any EventLoop
    private var phase: Phase = .connecting
    private var channel: (any Channel)?
    private var deadline: Scheduled<Void>?
    private var pinging: RepeatedTask?
    private var heard: NIODeadline

    init(
        _ configuration: WebSocketConfiguration, _ listener: WebSocketListener,
        _ loop: any EventLoop
    ) {
        self.configuration = configuration
        self.listener = listener
        self.loop = loop
        heard = .now()
    }

    // MARK: Connecting

    func connect() {
        let this = NIOLoopBound(self, eventLoop: loop)
        let timeout = configuration.connectTimeout
        deadline = loop.scheduleTask(in: .nanoseconds(timeout.nanoseconds)) {
            this.value.end(.notConnected(.timeout))
        }
        Dialer.dial(configuration.url, trust: configuration.trust, timeout: timeout, on: loop)
            .whenComplete { result in
                switch result {
                case .success(let channel): this.value.upgrade(channel)
                case .failure(let error): this.value.end(.notConnected(ConnectFailure(error)))
                }
            }
    }

    private func upgrade(_ channel: any Channel) {
        guard phase == .connecting else { return channel.close(promise: nil) }
        self.channel = channel
        let this = NIOLoopBound(self, eventLoop: loop)
        let asker = UpgradeAsker(self)
        let removable = NIOLoopBound(asker, eventLoop: loop)
        let upgrader = NIOWebSocketClientUpgrader(
            maxFrameSize: configuration.maxMessageBytes, automaticErrorHandling: false,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture { try this.value.install(on: channel) }
            })
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 1 << 16
        var headers = HTTPHeaders([("Host", configuration.url.authority)])
        for (name, value) in configuration.headers { headers.add(name: name, value: value) }
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHTTPClientHandlers(
                leftOverBytesStrategy: .forwardBytes, decoderLimitConfiguration: limits,
                withClientUpgrade: (
                    upgraders: [upgrader],
                    completionHandler: { context in
                        context.pipeline.syncOperations.removeHandler(
                            removable.value, promise: nil)
                    }
                ))
            try pipeline.addHandler(asker)
        } catch {
            return end(.notConnected(ConnectFailure(error)))
        }
        asker.ask(
            HTTPRequestHead(
                version: .http1_1, method: .GET, uri: configuration.url.target, headers: headers))
        // It may have been closed between the handshake and now, when nobody listened.
        if !channel.isActive { end(.notConnected(.unreachable)) }
    }

    private func install(on channel: any Channel) throws {
        guard phase == .connecting else { throw ConnectFailure.canceled }
        let backlog = configuration.maxBacklogBytes
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark, value: .init(low: backlog / 2, high: backlog))
        try channel.pipeline.syncOperations.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: configuration.maxFragments,
                maxAccumulatedFrameSize: configuration.maxMessageBytes))
        try channel.pipeline.syncOperations.addHandler(self)
        deadline?.cancel()
        phase = .upgraded
        heard = .now()
        let this = NIOLoopBound(self, eventLoop: loop)
        let interval = TimeAmount.nanoseconds(configuration.pingInterval.nanoseconds)
        pinging = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            this.value.keepAlive()
        }
        // Not at once: what the owner writes inside of the upgrade would never be sent.
        loop.execute { this.value.open() }
    }

    /// Tells the owner that it is open, if that is news. What happens before its turn comes calls it first.
    private func open() {
        guard phase == .upgraded else { return }
        phase = .open
        listener.opened()
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        open()
        let frame = unwrapInboundIn(data)
        guard phase == .open else {
            if frame.opcode == .connectionClose { context.close(promise: nil) }
            return
        }
        heard = .now()
        // Servers do not mask, and no extension was agreed that could use the reserved bits.
        guard frame.maskKey == nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return end(.protocolViolation, .protocolError)
        }
        switch frame.opcode {
        case .text:
            let message = frame.data
            listener.received(message.readableBytesUInt8Span)
        case .ping:
            write(.pong, frame.data)
        case .pong:
            break
        case .connectionClose:
            closeByPeer(frame.data)
        case .binary:
            end(.protocolViolation, .unacceptableData)
        default:
            end(.protocolViolation, .protocolError)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        open()
        end(.lost)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        open()
        // Silent about what is read and dropped after the end.
        guard phase != .ended else { return }
        switch error {
        case NIOWebSocketError.invalidFrameLength,
            NIOWebSocketFrameAggregator.Error.accumulatedFrameSizeIsTooLarge,
            NIOWebSocketFrameAggregator.Error.tooManyFragments:
            end(.messageTooLarge, .messageTooLarge)
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            end(.protocolViolation, .protocolError)
        default:
            // Among them a peer that closes TLS without saying so: a disconnect.
            end(.lost)
        }
    }

    private func closeByPeer(_ data: ByteBuffer) {
        var data = data
        let code: UInt16? = data.readInteger()
        let reason = String(buffer: data)
        end(.closedByPeer(code: code, reason: reason), code.map { .unknown($0) } ?? .normalClosure)
    }

    // MARK: Out

    func send(_ text: [UInt8]) {
        guard phase == .open, let channel else { return }
        write(.text, channel.allocator.buffer(bytes: text))
    }

    func closeByUs() {
        switch phase {
        case .connecting, .upgraded: end(.closedByUs)
        case .open: end(.closedByUs, .normalClosure)
        case .ended: break
        }
    }

    private func keepAlive() {
        guard phase == .open else { return }
        let silence = NIODeadline.now() - heard
        if silence >= .nanoseconds(configuration.silenceLimit.nanoseconds) { return end(.silent) }
        write(.ping, ByteBuffer())
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        guard let channel else { return }
        guard channel.isWritable else { return end(.sendBacklog) }
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        channel.writeAndFlush(frame, promise: nil)
    }

    // MARK: End

    /// Tells the owner once, then the peer if there is a code for it.
    func end(_ reason: WebSocketEnd, _ code: WebSocketErrorCode? = nil) {
        guard phase != .ended else { return }
        phase = .ended
        deadline?.cancel()
        pinging?.cancel()
        if let channel {
            if let code {
                var data = channel.allocator.buffer(capacity: 2)
                data.write(webSocketErrorCode: code)
                channel.writeAndFlush(
                    WebSocketFrame(
                        fin: true, opcode: .connectionClose, maskKey: .random(), data: data),
                    promise: nil)
                if case .closedByPeer = reason {
                    channel.close(promise: nil)
                } else {
                    // To close with unread bytes would reset the line, and the peer might never read the code.
                    let timer = loop.scheduleTask(in: Self.lingering) {
                        channel.close(promise: nil)
                    }
                    channel.closeFuture.whenComplete { _ in timer.cancel() }
                }
            } else {
                channel.close(promise: nil)
            }
        }
        listener.ended(reason)
    }
}

/// Asks for the upgrade, and hears of it when there is none.
private final class UpgradeAsker: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let session: WebSocketSession
    private var context: ChannelHandlerContext?

    init(_ session: WebSocketSession) { self.session = session }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func ask(_ head: HTTPRequestHead) {
        context?.write(wrapOutboundOut(.head(head)), promise: nil)
        context?.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            session.end(.refused(status: Int(head.status.code)))
        case .body, .end:
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTPClientUpgradeError, is HTTPParserError:
            session.end(.notConnected(.notAnUpgrade))
        default:
            session.end(.notConnected(ConnectFailure(error)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.end(.notConnected(.unreachable))
        context.fireChannelInactive()
    }
}
