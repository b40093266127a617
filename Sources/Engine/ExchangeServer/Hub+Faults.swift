import Trading

extension Hub {
    /// The answer to a request that a fault has met.
    func answer(
        _ endpoint: Endpoint, _ parameters: Parameters, _ given: String?, at wall: Timestamp,
        _ fault: Fault.Answering, until end: Timestamp
    ) -> Answer {
        func refuse(_ status: Int, _ code: Int, _ message: String) -> Answer {
            Answer(status: status, headers: [], body: APIError(code, message).body)
        }
        func text(_ status: Int, _ text: String) -> Answer {
            Answer(status: status, headers: [], body: Array(text.utf8), isJSON: false)
        }
        func executed() -> Answer { answer(endpoint, parameters, given, at: wall) }
        switch fault {
        case .unknown(let isExecuted):
            if isExecuted { _ = executed() }
            return refuse(
                503, -1000, "Unknown error, please check your request or try again later.")
        case .cut(let isExecuted):
            if isExecuted { _ = executed() }
            return Answer(status: 200, headers: [], body: [], isCut: true)
        case .error(let status, let code, let message): return refuse(status, code, message)
        case .throttled:
            return refuse(
                503, -1008,
                "Request throttled by system-level protection. Reduce-only/close-position orders are exempt. Please try again."
            )
        case .unavailable: return text(503, "Service Unavailable.")
        case .rateLimited:
            let error = APIError.tooManyRequests(limit: configuration.limits.weightPerMinute)
            return refuse(error.status, error.code, error.message)
        case .banned:
            return refuse(
                418, -1003,
                "Way too many requests; IP banned until \(end.milliseconds). Please use the websocket for live updates to avoid bans."
            )
        case .html(let status):
            return text(status, "<html><body><h1>\(status)</h1></body></html>")
        case .garbage(let shape):
            var answer = executed()
            answer.body = shape.spoil(answer.body)
            return answer
        case .stale:
            let before = lastBodies[endpoint]
            var answer = executed()
            if answer.status == 200, let before {
                answer.body = before
                lastBodies[endpoint] = before
            }
            return answer
        case .keyRefused:
            return refuse(401, -2015, "Invalid API-key, IP, or permissions for action.")
        case .slow(let delay):
            var answer = executed()
            answer.delay = delay
            return answer
        case .empty:
            var answer = executed()
            if answer.status == 200, answer.body.first == 91 { answer.body = Array("[]".utf8) }
            return answer
        }
    }
}

extension Endpoint {
    /// Whether a request can only make the account's risk smaller: the venue's own exemption from its throttle.
    func lowersRisk(_ parameters: Parameters) -> Bool {
        let cancels: [Endpoint] = [
            .cancelOrder, .cancelAll, .cancelAlgo, .cancelAllAlgos, .countdown,
        ]
        if cancels.contains(self) { return true }
        return countsAsOrder
            && (parameters.text("reduceOnly")?.lowercased() == "true"
                || parameters.text("closePosition")?.lowercased() == "true")
    }
}

extension Publication {
    /// Which streams it belongs to.
    var streams: Fault.Streams {
        switch target {
        case .user, .keyEnded: .user
        case .stream(let key):
            switch key.route {
            case .public: .public
            case .market, .private, .unrouted: .market
            }
        }
    }
}

extension Fault.Streams {
    /// What a client of `path` hears.
    static func of(_ path: StreamPath) -> [Fault.Streams] {
        switch path.route {
        case .public: [.public]
        case .market: [.market]
        case .private: [.user]
        case .unrouted: path.listenKey == nil ? [.public, .market] : [.user, .public, .market]
        }
    }
}
