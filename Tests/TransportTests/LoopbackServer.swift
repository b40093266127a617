import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Testing

/// What a test server saw.
enum Seen: Hashable, Sendable {
    case opened
    /// All that a connection sent until it had a whole request or was closed.
    case request(String)
    case text([UInt8])
    case pong([UInt8])
    case ping
    case closeFrame(code: UInt16?)
    case closed
}

/// A server on loopback that does with each connection what the test says.
final class LoopbackServer: Sendable {
    /// What to do with a request: the connection's number from 0, the request's text, the channel to answer on.
    typealias Respond = @Sendable (Int, String, any Channel) -> Void
    /// What to do with a WebSocket client when it is there.
    typealias Greet = @Sendable (any Channel) -> Void

    let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let events: AsyncStream<Seen>

    private init(
        tls: Bool,
        _ configure:
            @escaping @Sendable (any Channel, AsyncStream<Seen>.Continuation) throws -> Void
    ) throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Seen.self)
        events = stream
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let context = tls ? try TestIdentity.serverContext() : nil
        let channel = try ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LowestHandler())
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: context))
                    }
                    try configure(channel, continuation)
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = try #require(channel.localAddress?.port)
    }

    /// A server that hands whole requests, as text, to `respond`.
    static func raw(tls: Bool = false, _ respond: @escaping Respond) throws -> LoopbackServer {
        let counter = NIOLockedCounter()
        return try LoopbackServer(tls: tls) { channel, seen in
            try channel.pipeline.syncOperations.addHandler(
                RawHandler(counter.next(), respond, seen))
        }
    }

    /// A server that upgrades; the text `break` makes it break the line.
    static func webSocket(tls: Bool = false, _ greet: @escaping Greet) throws -> LoopbackServer {
        try LoopbackServer(tls: tls) { channel, seen in
            let upgrader = NIOWebSocketServerUpgrader(
                maxFrameSize: 1 << 24, automaticErrorHandling: false,
                shouldUpgrade: { channel, _ in
                    channel.eventLoop.makeSucceededFuture(HTTPHeaders())
                },
                upgradePipelineHandler: { channel, _ in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            FrameHandler(greet, seen))
                    }
                })
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
        }
    }

    /// Waits until the server has seen `wanted`, and answers what it saw before.
    @discardableResult
    func waits(for wanted: Seen) async -> [Seen] {
        var before: [Seen] = []
        for await event in events {
            if event == wanted { return before }
            before.append(event)
        }
        Issue.record("the server ended without having seen \(wanted)")
        return before
    }

    /// What it sees next that a condition holds for.
    func next(where isWanted: (Seen) -> Bool) async -> Seen? {
        for await event in events where isWanted(event) { return event }
        return nil
    }

    func stop() async throws { try await group.shutdownGracefully() }
}

/// Numbers from 0; only used on the server's one thread.
private final class NIOLockedCounter: @unchecked Sendable {
    private var value = 0

    func next() -> Int {
        defer { value += 1 }
        return value
    }
}

/// Stands below TLS, so that a line can be broken without a goodbye.
private final class LowestHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
}

private final class RawHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let number: Int
    private let respond: LoopbackServer.Respond
    private let seen: AsyncStream<Seen>.Continuation
    private var text = ""

    init(
        _ number: Int, _ respond: @escaping LoopbackServer.Respond,
        _ seen: AsyncStream<Seen>.Continuation
    ) {
        self.number = number
        self.respond = respond
        self.seen = seen
    }

    func channelActive(context: ChannelHandlerContext) { seen.yield(.opened) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard let end = text.range(of: "\r\n\r\n") else { return }
        let length =
            text[..<end.lowerBound].split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length: ") }
            .flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        guard text[end.upperBound...].utf8.count >= length else { return }
        let request = text
        text = ""
        seen.yield(.request(request))
        respond(number, request, context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !text.isEmpty { seen.yield(.request(text)) }
        seen.yield(.closed)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

private final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let greet: LoopbackServer.Greet
    private let seen: AsyncStream<Seen>.Continuation

    init(_ greet: @escaping LoopbackServer.Greet, _ seen: AsyncStream<Seen>.Continuation) {
        self.greet = greet
        self.seen = seen
    }

    func handlerAdded(context: ChannelHandlerContext) {
        seen.yield(.opened)
        let (greet, channel) = (greet, context.channel)
        context.eventLoop.execute { greet(channel) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        // A client must mask what it sends.
        #expect(frame.maskKey != nil)
        var bytes = frame.unmaskedData
        switch frame.opcode {
        case .text:
            if bytes == ByteBuffer(string: "break") { return context.channel.breakLine() }
            seen.yield(.text(Array(buffer: bytes)))
        case .pong: seen.yield(.pong(Array(buffer: bytes)))
        case .ping: seen.yield(.ping)
        case .connectionClose: seen.yield(.closeFrame(code: bytes.readInteger()))
        default: Issue.record("the client sent \(frame.opcode)")
        }
    }

    func channelInactive(context: ChannelHandlerContext) { seen.yield(.closed) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension Channel {
    /// Closes without any TLS or WebSocket goodbye. What was written before has left.
    func breakLine() {
        do {
            try pipeline.syncOperations.context(handlerType: LowestHandler.self).close(promise: nil)
        } catch { Issue.record("no lowest handler: \(error)") }
    }

    func say(_ text: String) { writeAndFlush(ByteBuffer(string: text), promise: nil) }

    func frame(_ opcode: WebSocketOpcode, _ bytes: [UInt8], isFinal: Bool = true) {
        writeAndFlush(
            WebSocketFrame(fin: isFinal, opcode: opcode, data: ByteBuffer(bytes: bytes)),
            promise: nil)
    }
}
