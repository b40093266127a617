import NIOCore
import NIOWebSocket
import Text
import Trading

/// One stream client.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    static let pingInterval: Trading.Duration = .minutes(3)
    static let pongLimit: Trading.Duration = .minutes(10)
    static let maxAge: Trading.Duration = .hours(24)

    private let hub: Hub
    let path: StreamPath
    private var number = 0
    private var context: ChannelHandlerContext?
    /// Names asked for, in the order of asking.
    private(set) var streams: [String] = []
    /// The listen key that it connected with or subscribed to, valid or not.
    var listenKey: String?
    /// Whether that key is valid.
    var hearsUser = false
    private var begin = Trading.Duration.zero
    private var pinged = Trading.Duration.zero
    private var heard = Trading.Duration.zero
    private var second: Int64 = -1
    private var messagesInSecond = 0
    private var isClosing = false

    init(_ hub: Hub, _ path: StreamPath) {
        self.hub = hub
        self.path = path
        listenKey = path.listenKey
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        begin = hub.elapsed
        pinged = begin
        heard = begin
        number = hub.add(self, listenKey: listenKey)
        for name in path.names where streams.count < hub.configuration.limits.streamsPerConnection {
            add(name)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        hub.remove(number)
        self.context = nil
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        hub.remove(number)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Frames that are too large, not masked or otherwise broken.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        heard = hub.elapsed
        guard countMessage() else { return close(.policyViolation) }
        switch frame.opcode {
        case .text:
            perform(Array(buffer: frame.unmaskedData))
        case .ping:
            write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
            flush()
        case .pong:
            break
        case .connectionClose:
            write(WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData))
            flush()
            isClosing = true
            context.close(promise: nil)
        default:
            close(.unacceptableData)
        }
    }

    // MARK: Out

    func send(_ payload: [UInt8], stream name: String) {
        guard let context, isFree(context) else { return }
        var buffer = context.channel.allocator.buffer(
            capacity: payload.count + name.utf8.count + 32)
        if path.isCombined {
            buffer.writeString("{\"stream\":\"")
            buffer.writeString(name)
            buffer.writeString("\",\"data\":")
        }
        buffer.writeBytes(payload)
        if path.isCombined { buffer.writeString("}") }
        write(WebSocketFrame(fin: true, opcode: .text, data: buffer))
    }

    func sendUser(_ payload: [UInt8], event: String) {
        if let events = path.events, !events.contains(event) { return }
        send(payload, stream: listenKey ?? "")
    }

    func flush() { context?.flush() }

    /// Ends the connection without a word.
    func drop() {
        isClosing = true
        context?.close(promise: nil)
    }

    func close(_ code: WebSocketErrorCode) {
        guard let context, !isClosing else { return }
        isClosing = true
        var buffer = context.channel.allocator.buffer(capacity: 2)
        buffer.write(webSocketErrorCode: code)
        write(WebSocketFrame(fin: true, opcode: .connectionClose, data: buffer))
        context.flush()
        context.close(promise: nil)
    }

    /// A client that does not read is dropped: what it would get later is not the market any more.
    private func isFree(_ context: ChannelHandlerContext) -> Bool {
        guard !isClosing else { return false }
        if context.channel.isWritable { return true }
        isClosing = true
        context.close(promise: nil)
        return false
    }

    private func write(_ frame: WebSocketFrame) {
        context?.write(wrapOutboundOut(frame), promise: nil)
    }

    func keepAlive(at now: Trading.Duration) {
        guard let context, !isClosing else { return }
        if now - begin >= Self.maxAge || now - heard >= Self.pongLimit {
            return close(.normalClosure)
        }
        if now - pinged >= Self.pingInterval {
            pinged = now
            let buffer = context.channel.allocator.buffer(string: String(hub.desk.now.milliseconds))
            write(WebSocketFrame(fin: true, opcode: .ping, data: buffer))
            context.flush()
        }
    }

    // MARK: In

    private func countMessage() -> Bool {
        let current = heard.nanoseconds / 1_000_000_000
        if current != second {
            second = current
            messagesInSecond = 0
        }
        messagesInSecond += 1
        return messagesInSecond <= hub.configuration.limits.messagesPerSecond
    }

    private func add(_ name: String) {
        guard !streams.contains(name) else { return }
        streams.append(name)
        hub.subscribe(number, name, route: path.route)
    }

    private func perform(_ bytes: [UInt8]) {
        let command: StreamCommand
        do throws(JSONError) {
            command = try StreamCommand(bytes)
        } catch {
            return refuse(2, "Invalid request: \(error.kind)")
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("result")
        switch command.method {
        case "SUBSCRIBE":
            guard
                streams.count + command.names.count
                    <= hub.configuration.limits.streamsPerConnection
            else { return refuse(3, "Too many streams.") }
            for name in command.names { add(name) }
            writer.null()
        case "UNSUBSCRIBE":
            for name in command.names where streams.contains(name) {
                streams.removeAll { $0 == name }
                hub.unsubscribe(number, name)
            }
            writer.null()
        case "LIST_SUBSCRIPTIONS":
            writer.beginArray()
            for name in streams { writer.string(name) }
            writer.endArray()
        default:
            return refuse(0, "Unknown method.")
        }
        writer.key("id")
        writer.integer(command.id)
        writer.endObject()
        sendText(writer.bytes)
    }

    private func refuse(_ code: Int, _ text: String) {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("code", code)
        writer.field("msg", text)
        writer.endObject()
        sendText(writer.bytes)
    }

    private func sendText(_ bytes: [UInt8]) {
        guard let context, isFree(context) else { return }
        write(
            WebSocketFrame(
                fin: true, opcode: .text, data: context.channel.allocator.buffer(bytes: bytes)))
        context.flush()
    }
}
