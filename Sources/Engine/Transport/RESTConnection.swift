import NIOCore
import NIOHTTP1
import NIOPosix
import Trading

/// One kept-alive connection with at most one request on it; belongs to its event loop.
final class RESTConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Answer {
        let head: HTTPResponseHead
        var body: [UInt8] = []
    }

    /// Called when the answer is complete and the connection may be used again.
    var onFree: ((RESTConnection) -> Void)?
    /// Called once, when it cannot be used any more.
    var onClosed: ((RESTConnection) -> Void)?
    private let channel: any Channel
    private let idleLimit: Trading.Duration
    private var exchange: RESTExchange?
    private var answer: Answer?
    private var idleTimer: Scheduled<Void>?
    private var isClosed = false

    init(_ channel: any Channel, idleLimit: Trading.Duration) {
        self.channel = channel
        self.idleLimit = idleLimit
    }

    var isUsable: Bool { !isClosed && channel.isActive }

    func install() throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = 1 << 16
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHTTPClientHandlers(decoderLimitConfiguration: limits)
        try pipeline.addHandler(self)
        startIdleTimer()
    }

    /// Writes the request if its permit is given.
    ///
    /// - Returns: Whether the connection is busy with it now. If not, nothing has left and the exchange has ended.
    func perform(_ exchange: RESTExchange) -> Bool {
        guard isUsable else {
            exchange.fail(notSent: .noConnection(.unreachable), unknown: .connectionLost)
            return false
        }
        idleTimer?.cancel()
        // Made before the permit is asked, so that nothing lies between the permit and the write.
        let head = Self.head(of: exchange.request)
        let body = channel.allocator.buffer(bytes: exchange.request.body)
        guard exchange.beginWriting() else {
            startIdleTimer()
            return false
        }
        self.exchange = exchange
        exchange.connection = self
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if body.readableBytes > 0 {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil)).assumeIsolated().whenFailure { _ in
            self.close(.connectionLost)
        }
        return true
    }

    private static func head(of request: RESTRequest) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", request.url.authority), ("Accept-Encoding", "identity"),
        ])
        for (name, value) in request.headers { headers.add(name: name, value: value) }
        if request.method != .get || !request.body.isEmpty {
            headers.add(name: "Content-Length", value: String(request.body.count))
        }
        let method: HTTPMethod =
            switch request.method {
            case .get: .GET
            case .post: .POST
            case .put: .PUT
            case .delete: .DELETE
            }
        return HTTPRequestHead(
            version: .http1_1, method: method, uri: request.url.target, headers: headers)
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange, !isClosed else { return close(.garbledAnswer) }
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = Answer(head: head)
            if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
                length > exchange.request.maxAnswerBytes
            {
                close(.answerTooLarge(status: Int(head.status.code)))
            }
        case .body(let bytes):
            guard let answer else { return close(.garbledAnswer) }
            let total = answer.body.count + bytes.readableBytes
            guard total <= exchange.request.maxAnswerBytes else {
                return close(.answerTooLarge(status: Int(answer.head.status.code)))
            }
            self.answer?.body.append(contentsOf: bytes.readableBytesView)
        case .end:
            finish(exchange)
        }
    }

    private func finish(_ exchange: RESTExchange) {
        guard let answer else { return close(.garbledAnswer) }
        self.answer = nil
        self.exchange = nil
        let result = RESTAnswer(
            status: Int(answer.head.status.code),
            headers: answer.head.headers.map { (name: $0.name, value: $0.value) },
            body: answer.body)
        if answer.head.isKeepAlive, answer.head.version == .http1_1 {
            startIdleTimer()
            onFree?(self)
        } else {
            close(.connectionLost)
        }
        exchange.end(.success(result))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(error is HTTPParserError ? .garbledAnswer : .connectionLost)
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(.connectionLost)
        context.fireChannelInactive()
    }

    // MARK: End

    /// Closes it; what is under way on it has an unknown outcome.
    func close(_ reason: RESTFailure.Unknown) {
        guard !isClosed else { return }
        isClosed = true
        idleTimer?.cancel()
        channel.close(promise: nil)
        let ending = exchange
        exchange = nil
        answer = nil
        onClosed?(self)
        onFree = nil
        onClosed = nil
        ending?.fail(notSent: .noConnection(.unreachable), unknown: reason)
    }

    private func startIdleTimer() {
        let this = NIOLoopBound(self, eventLoop: channel.eventLoop)
        idleTimer?.cancel()
        idleTimer = channel.eventLoop.scheduleTask(in: .nanoseconds(idleLimit.nanoseconds)) {
            this.value.close(.connectionLost)
        }
    }
}
