import NIOCore
import NIOHTTP1
import Trading

/// One REST connection: a request in, an answer out, one after the other.
final class RESTHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let hub: Hub
    private var head: HTTPRequestHead?
    private var bodyBytes: [UInt8] = []
    private var isTooLarge = false
    private var deadline: Scheduled<Void>?

    init(_ hub: Hub) { self.hub = hub }

    func handlerAdded(context: ChannelHandlerContext) {
        expect(within: hub.configuration.limits.requestSeconds, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            bodyBytes.removeAll(keepingCapacity: true)
            isTooLarge = false
            expect(within: hub.configuration.limits.bodySeconds, context)
        case .body(let part):
            if bodyBytes.count + part.readableBytes > hub.configuration.limits.bodyBytes {
                isTooLarge = true
            } else {
                bodyBytes.append(contentsOf: part.readableBytesView)
            }
        case .end:
            guard let head else { return }
            self.head = nil
            respond(head, context)
            expect(within: hub.configuration.limits.requestSeconds, context)
        }
        // What is too large is not waited for.
        if isTooLarge, let head {
            self.head = nil
            write(
                Hub.Answer(
                    status: 413, headers: [],
                    body: APIError(-1000, "Request body is too large.").body), head,
                isLast: true, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func respond(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard let body = String(validating: bodyBytes, as: UTF8.self) else {
            let error = APIError(-1100, "Illegal characters found in the body.")
            return write(
                Hub.Answer(status: 400, headers: [], body: error.body), head,
                isLast: !head.isKeepAlive, context)
        }
        let answer = hub.answer(
            method: head.method.rawValue, uri: head.uri,
            apiKey: head.headers.first(name: "X-MBX-APIKEY"), body: body)
        if answer.isCut { return context.close(promise: nil) }
        guard answer.delay > .zero else {
            return write(answer, head, isLast: !head.isKeepAlive, context)
        }
        let late = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .nanoseconds(answer.delay.nanoseconds)) {
            let (handler, context) = late.value
            guard context.channel.isActive else { return }
            handler.write(answer, head, isLast: !head.isKeepAlive, context)
        }
    }

    private func write(
        _ answer: Hub.Answer, _ head: HTTPRequestHead, isLast: Bool,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders()
        headers.add(
            name: "Content-Type",
            value: answer.isJSON ? "application/json;charset=UTF-8" : "text/html")
        headers.add(name: "Content-Length", value: String(answer.body.count))
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        if isLast { headers.add(name: "Connection", value: "close") }
        let response = HTTPResponseHead(
            version: head.version, status: HTTPResponseStatus(statusCode: answer.status),
            headers: headers)
        context.write(wrapOutboundOut(.head(response)), promise: nil)
        let buffer = context.channel.allocator.buffer(bytes: answer.body)
        context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        if isLast { context.close(promise: nil) }
    }

    private func expect(within seconds: Int64, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(seconds)) {
            channel.value.close(promise: nil)
        }
    }
}
