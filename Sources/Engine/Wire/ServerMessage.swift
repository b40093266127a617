/// One line of an engine.
package enum ServerMessage: Hashable, Sendable {
    case result(RequestID, ServerResult)
    /// The id is `nil` when the request's id could not be read.
    case failure(RequestID?, WireError)
    case snapshot(SnapshotNotification)
    case delta(DeltaNotification)
    /// A command has reached another rung; the whole ladder so far.
    case command(CommandTopic)
}

/// The answer to a request; on the wire, `type` says which.
package enum ServerResult: Hashable, Sendable {
    case hello(Hello)
    case subscribed(Subscribed)
    case unsubscribed(Unsubscribed)
    case pong(Pong)
    case status(StatusReport)
    case received(CommandReceipt)
    case rows(QueryResult)
    case models(ModelsReport)
}

/// Who the engine is, before anything is subscribed.
package struct Hello: Hashable, Sendable, Codable {
    package var engine: String
    package var host: String
    /// `PAPER`, `LIVE`, ...
    package var mode: String
    package var build: String
    package var protocolVersion: Int
    /// Engine time in milliseconds; start-direction commands count their `notAfter` from it.
    package var engineTime: Int64
    package var wallTime: Int64
    /// Engine seconds per wall second.
    package var timeScale: Double
    /// `open`, `paused`, `flattening`, `latched`; `starting` before the engine has shown anything.
    package var gate: String
    /// Whether this socket takes commands.
    package var mayCommand: Bool

    package init(
        engine: String, host: String, mode: String, build: String,
        protocolVersion: Int = WireProtocol.version, engineTime: Int64, wallTime: Int64,
        timeScale: Double, gate: String, mayCommand: Bool
    ) {
        self.engine = engine
        self.host = host
        self.mode = mode
        self.build = build
        self.protocolVersion = protocolVersion
        self.engineTime = engineTime
        self.wallTime = wallTime
        self.timeScale = timeScale
        self.gate = gate
        self.mayCommand = mayCommand
    }
}

/// A subscription is in force; its first snapshot follows as a notification.
package struct Subscribed: Hashable, Sendable, Codable {
    package var subscription: Int
    package var topics: [Topic]
    package var maxRateHz: Double

    package init(subscription: Int, topics: [Topic], maxRateHz: Double) {
        self.subscription = subscription
        self.topics = topics
        self.maxRateHz = maxRateHz
    }
}

/// A subscription has ended; nothing more comes of it.
package struct Unsubscribed: Hashable, Sendable, Codable {
    package var subscription: Int

    package init(subscription: Int) { self.subscription = subscription }
}

/// A sign of life.
package struct Pong: Hashable, Sendable, Codable {
    package var engineTime: Int64
    package var wallTime: Int64

    package init(engineTime: Int64, wallTime: Int64) {
        self.engineTime = engineTime
        self.wallTime = wallTime
    }
}

/// The gateway has handed the command to the engine's command lane. What became of it is told by `command`
/// notifications: only the rung `accepted` says that the engine took it.
package struct CommandReceipt: Hashable, Sendable, Codable {
    package var id: String
    package var name: String
    /// Whether this id was seen before by this process; then nothing is done twice.
    package var repeated: Bool

    package init(id: String, name: String, repeated: Bool) {
        self.id = id
        self.name = name
        self.repeated = repeated
    }
}

/// Everything that a subscription shows, at once. Its number is 0 and the deltas that follow count from 1; another
/// snapshot may replace everything at any time, and starts the count again.
package struct SnapshotNotification: Hashable, Sendable, Codable {
    package var subscription: Int
    package var n: UInt64
    package var data: Snapshot

    package init(subscription: Int, n: UInt64 = 0, data: Snapshot) {
        self.subscription = subscription
        self.n = n
        self.data = data
    }
}

/// One topic has changed. `n` is one more than in the subscription's message before; anything else is a gap.
package struct DeltaNotification: Hashable, Sendable {
    package var subscription: Int
    package var n: UInt64
    package var change: TopicDelta

    package init(subscription: Int, n: UInt64, change: TopicDelta) {
        self.subscription = subscription
        self.n = n
        self.change = change
    }
}
