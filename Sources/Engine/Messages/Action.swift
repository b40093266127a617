package import Risk
package import Trading

/// What the core orders the shell to do, in this order.
///
/// The facts of one answer are committed together. `submit` and `cancel` obey their durability class.
package enum Action: Hashable, Sendable {
    case submit(ApprovedOrder)
    /// Cancel an order of ours; a conditional one is in a list of its own at the venue until it fires.
    case cancel(ClientOrderID, InstrumentID, isConditional: Bool)
    /// Cancel an order that is not ours, by the venue's id.
    case cancelForeign(ForeignOrder)
    /// Ask the venue for a complete reading of the account, and for the orders of unknown outcome by their ids.
    ///
    /// What it knows of these is told as ordinary order reports, then the reading as `.account(.snapshot)`; what it
    /// says it does not know is listed there as missing.
    case readAccount(asking: [OrderQuestion])
    case setTimer(TimerID, at: Timestamp)
    case cancelTimer(TimerID)
    /// Write (`true`) or remove (`false`) the latch file, durably, on a thread of its own; answered by `.latch`.
    case latch(Bool)
    /// Remember this.
    case record(Fact)
    /// Tell people this.
    case notice(Notice)
}

/// How loud a notice is.
package enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
    case info, warning, alarm
}

/// The greppable tag of a log line.
package enum NoticeTag: String, Hashable, Sendable, Codable, CaseIterable {
    case order = "ORDER"
    case fill = "FILL"
    case out = "OUT"
    case refused = "NO"
    case command = "YOU"
    case kill = "KILL"
    case risk = "RISK"
    case reconcile = "RECONCILE"
    case exitBrain = "EXIT BRAIN"
    case whaleIntent = "WHALE-INTENT"
    case liquidationMagnet = "LIQ-MAGNET"
    case precision = "PRECISION"
    case gateway = "GATEWAY"
    case feed = "FEED"
    case store = "STORE"
    case session = "SESSION"
    case models = "MODELS"
}

/// One line for people, with its tag; plain text, already free of control characters.
package struct Notice: Hashable, Sendable, Codable {
    package var tag: NoticeTag
    package var severity: Severity
    package var text: String

    package init(_ tag: NoticeTag, _ severity: Severity = .info, _ text: String) {
        self.tag = tag
        self.severity = severity
        self.text = text
    }
}
