package import Wire

/// What is known of the engine, and by which connection.
package struct EngineConnection: Hashable, Sendable {
    package internal(set) var link = Link.connecting(attempt: 1)
    /// The greeting of the present or the last connection.
    package internal(set) var hello: Hello?
    package internal(set) var data = Snapshot()
    /// When the last snapshot or delta came, wall milliseconds; a frozen engine sends none.
    package internal(set) var lastDataAt: Int64?
    /// Round trip to the engine's gateway in milliseconds; `nil` before the first.
    package internal(set) var roundTripMs: Int64?
    /// How many points each series has had, for the place of the sweep.
    package internal(set) var counters: [SeriesCounter] = []
    /// Why the engine would not show itself; `nil` when it did.
    package internal(set) var refusal: String?
    var lastSeenEvent: UInt64?
    var subscription: Subscription = .absent
    var nextRequest: Int64 = 1
    var ping: (id: Int64, sentAt: Int64)? {
        get { pingID.map { ($0, pingSentAt) } }
        set {
            pingID = newValue?.id
            pingSentAt = newValue?.sentAt ?? pingSentAt
        }
    }
    private var pingID: Int64?
    private var pingSentAt: Int64 = 0
    var lastPingAt: Int64 = 0

    enum Subscription: Hashable {
        case absent
        case requested(RequestID, at: Int64)
        /// The number of the last message of it; `nil` before its snapshot.
        case standing(number: Int, last: UInt64?)
        /// The engine has nothing to show yet; asked again at this time.
        case retry(at: Int64)
    }

    init(lastSeenEvent: UInt64?) {
        self.lastSeenEvent = lastSeenEvent
    }
}

/// How many points one series has had since the cockpit knows it.
package struct SeriesCounter: Hashable, Sendable {
    package var symbol: String
    package var kind: String
    package var newestNumber: Int
    package var newestTime: Int64
}
