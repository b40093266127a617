import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Population
import Trading

/// Why the local exchange could not begin.
package struct ExchangeServerError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// The local exchange on a loopback port: one event loop does everything, so that nothing is shared.
package final class ExchangeServer: Sendable {
    package let port: Int
    package let apiKey: String
    package let secret: String
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let repeating: [RepeatedTask]
    private let hub: NIOLoopBound<Hub>
    private let loop: any EventLoop

    /// Lives the configured history, then opens the port on 127.0.0.1.
    package init(_ configuration: ExchangeServerConfiguration) throws(ExchangeServerError) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let apiKey = Token.make()
        let secret = Token.make()
        self.group = group
        self.loop = loop
        self.apiKey = apiKey
        self.secret = secret
        do {
            let hub = try loop.submit {
                NIOLoopBound(Hub(configuration, apiKey: apiKey, secret: secret), eventLoop: loop)
            }.wait()
            self.hub = hub
            channel = try Self.bootstrap(group, hub, configuration)
                .bind(host: "127.0.0.1", port: configuration.port).wait()
            let tick = loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) {
                _ in
                hub.value.tick()
            }
            let keepAlive = loop.scheduleRepeatedTask(
                initialDelay: .seconds(1), delay: .seconds(1)
            ) { _ in hub.value.keepAlive() }
            repeating = [tick, keepAlive]
        } catch {
            do { try group.syncShutdownGracefully() } catch {
                throw ExchangeServerError(description: "the exchange cannot end: \(error)")
            }
            throw ExchangeServerError(description: "the exchange cannot begin: \(error)")
        }
        port = channel.localAddress?.port ?? 0
    }

    /// What the venue itself has seen of our account, the same moment as any answer sent now would have; for those who
    /// check what an engine claims. Must not be called on the server's thread.
    package func witness() throws(ExchangeServerError) -> VenueWitness {
        do {
            return try loop.submit { [hub] in
                hub.value.tick()
                return hub.value.witness
            }.wait()
        } catch { throw ExchangeServerError(description: "the exchange has ended: \(error)") }
    }

    /// Lets one thing happen now that a schedule of faults could have brought. Must not be called on the server's thread.
    package func meet(_ moment: Fault.Moment) throws(ExchangeServerError) {
        do {
            try loop.submit { [hub] in hub.value.meet(moment) }.wait()
        } catch { throw ExchangeServerError(description: "the exchange has ended: \(error)") }
    }

    /// Ends every connection, of streams and of requests, without a word; new ones are taken. Must not be called on the
    /// server's thread.
    package func cutConnections() throws(ExchangeServerError) {
        do {
            try loop.submit { [hub] in hub.value.cutConnections() }.wait()
        } catch { throw ExchangeServerError(description: "the exchange has ended: \(error)") }
    }

    /// Closes every connection and ends the thread.
    package func stop() throws(ExchangeServerError) {
        for task in repeating { task.cancel() }
        do {
            try channel.close().wait()
            try group.syncShutdownGracefully()
        } catch { throw ExchangeServerError(description: "the exchange cannot end: \(error)") }
    }

    private static func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ hub: NIOLoopBound<Hub>,
        _ configuration: ExchangeServerConfiguration
    ) -> ServerBootstrap {
        let limits = configuration.limits
        return ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(
                    low: limits.clientBacklogBytes / 2, high: limits.clientBacklogBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try configure(channel, hub, limits)
                }
            }
    }

    private static func configure(
        _ channel: any Channel, _ hub: NIOLoopBound<Hub>,
        _ limits: ExchangeServerConfiguration.Limits
    ) throws {
        guard hub.value.connections < limits.connections else {
            throw ExchangeServerError(description: "too many connections")
        }
        let number = hub.value.opened(channel)
        channel.closeFuture.assumeIsolated().whenComplete { _ in hub.value.closed(number) }
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: limits.frameBytes,
            shouldUpgrade: { channel, head in
                guard let path = StreamPath(head.uri), !hub.value.refuses(path) else {
                    return channel.eventLoop.makeSucceededFuture(nil)
                }
                return channel.eventLoop.makeSucceededFuture(HTTPHeaders())
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    guard let path = StreamPath(head.uri) else {
                        throw ExchangeServerError(description: "no such stream path")
                    }
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 1, maxAccumulatedFrameCount: 64,
                            maxAccumulatedFrameSize: limits.frameBytes))
                    try pipeline.addHandler(WebSocketHandler(hub.value, path))
                }
            })
        let rest = NIOLoopBound(RESTHandler(hub.value), eventLoop: channel.eventLoop)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(rest.value, promise: nil)
                }
            ))
        try pipeline.addHandler(rest.value)
    }
}
