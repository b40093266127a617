/// One request of a client.
package struct ClientMessage: Hashable, Sendable {
    package var id: RequestID
    package var request: ClientRequest

    package init(id: RequestID, request: ClientRequest) {
        self.id = id
        self.request = request
    }
}

/// What a client can ask for.
package enum ClientRequest: Hashable, Sendable {
    case hello(HelloRequest)
    case subscribe(SubscribeRequest)
    case unsubscribe(UnsubscribeRequest)
    case ping
    case status
    case command(CommandRequest)
    case query(QueryRequest)
    case models(ModelsRequest)

    /// The method name on the wire.
    package var method: String {
        switch self {
        case .hello: "hello"
        case .subscribe: "subscribe"
        case .unsubscribe: "unsubscribe"
        case .ping: "ping"
        case .status: "status"
        case .command(let command): command.verb.rawValue
        case .query: "query"
        case .models(let request): request.verb.method
        }
    }
}

/// Who asks. Both members may be absent.
package struct HelloRequest: Hashable, Sendable, Codable {
    /// Program and version, at most 64 bytes are kept; only for the engine's log.
    package var client: String?
    /// The newest protocol that the client speaks; an engine that is older than that says so.
    package var protocolVersion: Int?

    package init(client: String? = nil, protocolVersion: Int? = WireProtocol.version) {
        self.client = client
        self.protocolVersion = protocolVersion
    }
}

/// Which topics, and how often.
package struct SubscribeRequest: Hashable, Sendable, Codable {
    /// Not empty; a name twice counts once.
    package var topics: [Topic]
    /// In `WireProtocol.rateHz`; `standardRateHz` when absent.
    package var maxRateHz: Double?

    package init(topics: [Topic], maxRateHz: Double? = nil) {
        self.topics = topics
        self.maxRateHz = maxRateHz
    }
}

/// Ends one subscription.
package struct UnsubscribeRequest: Hashable, Sendable, Codable {
    package var subscription: Int

    package init(subscription: Int) { self.subscription = subscription }
}

/// The commands by their method names; what each does is said at `Command` in Messages.
package enum CommandVerb: String, Hashable, Sendable, Codable, CaseIterable {
    case pause, resume, flatten, kill, halt, arm, close, reduce, breakEven

    /// Whether it only ever makes things safer; such a command never expires.
    package var stops: Bool {
        switch self {
        case .pause, .flatten, .kill, .halt, .close, .reduce, .breakEven: true
        case .resume, .arm: false
        }
    }
}

/// A command as it is sent. Sending it again under the same id is harmless and is how a doubt is removed.
package struct CommandRequest: Hashable, Sendable {
    package var verb: CommandVerb
    /// 1...64 characters `A-Z a-z 0-9 . _ -`, new for each decision of the operator.
    package var id: String
    /// The engine's name, typed in full; needed by `arm` only.
    package var name: String?
    /// Engine time in milliseconds after which a start-direction command is refused; others ignore it.
    package var notAfter: Int64?
    /// The one symbol meant: needed by `close`, `reduce` and `breakEven`, possible with `pause` and `resume`.
    package var symbol: String?
    /// How much of the position, 1...99; needed by `reduce` only.
    package var percent: Int?

    package init(
        verb: CommandVerb, id: String, name: String? = nil, notAfter: Int64? = nil,
        symbol: String? = nil, percent: Int? = nil
    ) {
        self.verb = verb
        self.id = id
        self.name = name
        self.notAfter = notAfter
        self.symbol = symbol
        self.percent = percent
    }
}

/// What a query looks for.
package enum QueryKind: String, Hashable, Sendable, Codable, CaseIterable {
    case trades, decisions, events, commands
}

/// Rows of the store, newest first.
package struct QueryRequest: Hashable, Sendable, Codable {
    package var what: QueryKind
    /// 1...`WireProtocol.maxQueryRows`.
    package var limit: Int
    /// Only rows older than this mark; the `next` of the page before.
    package var before: Int64?

    package init(what: QueryKind, limit: Int, before: Int64? = nil) {
        self.what = what
        self.limit = limit
        self.before = before
    }
}
