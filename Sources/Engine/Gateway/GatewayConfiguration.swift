package import Messages
package import Trading
package import Wire

/// Who may connect.
package enum SocketAccess: Hashable, Sendable {
    /// The user that runs the engine, and root. Folder 0700, sockets 0600.
    case user
    /// Members of two groups as well. Folder 0750 and `view.sock` 0660 for the first, `control.sock` 0660 for the second.
    case service(viewGroup: String, controlGroup: String)
}

/// How much clients may take of the engine.
package struct GatewayLimits: Hashable, Sendable {
    /// Connections on `view.sock`.
    package var viewClients = 100
    /// Connections on `control.sock`; separate, so that watchers cannot keep a kill out.
    package var controlClients = 32
    /// A connection must have made a valid request by then.
    package var firstRequest = Duration.seconds(5)
    /// A connection without a subscription is closed after that much silence.
    package var silence = Duration.seconds(60)
    /// A client that takes no byte of what waits for it is dropped after that.
    package var stall = Duration.seconds(10)
    /// Requests a second, and how many may come at once. Beyond it the client is read later, nothing is lost.
    package var requestsPerSecond = 50.0
    package var requestBurst = 100.0
    /// Subscriptions of one connection.
    package var subscriptions = 8

    package init() {}
}

/// What a gateway is made of.
package struct GatewayConfiguration: Sendable {
    /// The folder of the two sockets; its parent must exist.
    package var folder: String
    package var access: SocketAccess
    package var limits: GatewayLimits
    package var engineName: String
    package var host: String
    package var mode: Mode
    package var build: String
    /// Engine seconds per wall second.
    package var timeScale: Double

    package init(
        folder: String, access: SocketAccess = .user, limits: GatewayLimits = GatewayLimits(),
        engineName: String, host: String, mode: Mode, build: String, timeScale: Double
    ) {
        self.folder = folder
        self.access = access
        self.limits = limits
        self.engineName = engineName
        self.host = host
        self.mode = mode
        self.build = build
        self.timeScale = timeScale
    }
}

/// Where the gateway gives what clients ask for. All are called on the gateway's thread and must not wait.
package struct GatewaySinks: Sendable {
    /// Takes a command to the engine's command lane; `false` when the lane is full.
    package var command: @Sendable (CommandEnvelope) -> Bool
    /// Answers a query of the store, from any thread, by calling the closure once.
    package var query:
        @Sendable (QueryRequest, @escaping @Sendable (Result<QueryResult, WireError>) -> Void) ->
            Void
    /// Answers a question or carries out an order about sets of models, from any thread, by calling the closure once.
    package var models:
        @Sendable (
            ModelsRequest, CommandOrigin,
            @escaping @Sendable (Result<ModelsReport, WireError>) -> Void
        ) -> Void
    /// Something that people should know: a refused peer, a socket bound again. At most ten a second.
    package var notice: @Sendable (Notice) -> Void
    /// Engine time now.
    package var engineTime: @Sendable () -> Timestamp

    package init(
        command: @escaping @Sendable (CommandEnvelope) -> Bool,
        query:
            @escaping @Sendable (
                QueryRequest, @escaping @Sendable (Result<QueryResult, WireError>) -> Void
            ) -> Void,
        models:
            @escaping @Sendable (
                ModelsRequest, CommandOrigin,
                @escaping @Sendable (Result<ModelsReport, WireError>) -> Void
            ) -> Void = { _, _, answer in
                answer(.failure(WireError(.modelsRefused, "this engine has no model sets")))
            },
        notice: @escaping @Sendable (Notice) -> Void,
        engineTime: @escaping @Sendable () -> Timestamp
    ) {
        self.command = command
        self.query = query
        self.models = models
        self.notice = notice
        self.engineTime = engineTime
    }
}

/// What the engine shows at one moment.
package struct PublishedUpdate: Sendable {
    package var snapshot: Snapshot
    /// The last event given to the journal that the snapshot knows of. Market events without facts are never
    /// committed: counting them would let everything wait for the next record.
    package var sequence: UInt64
    /// The journal's last committed event.
    package var committed: UInt64
    /// The store cannot be written: then everything is shown at once, since waiting for it would freeze the screen.
    package var isStoreFailed: Bool

    package init(
        snapshot: Snapshot, sequence: UInt64, committed: UInt64, isStoreFailed: Bool = false
    ) {
        self.snapshot = snapshot
        self.sequence = sequence
        self.committed = committed
        self.isStoreFailed = isStoreFailed
    }
}

/// What the gateway has seen since it began.
package struct GatewayCounters: Hashable, Sendable {
    /// Connections now, on both sockets.
    package var clients = 0
    package var accepted: UInt64 = 0
    /// Connections refused because of the peer, or for lack of room.
    package var refused: UInt64 = 0
    /// Lines that were no valid request.
    package var rejectedFrames: UInt64 = 0
    /// Clients dropped because they did not read.
    package var stalled: UInt64 = 0
    package var commands: UInt64 = 0

    package init() {}
}
