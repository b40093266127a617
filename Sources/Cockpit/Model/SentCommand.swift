package import Wire

/// A command of this cockpit on its way.
package struct SentCommand: Hashable, Sendable {
    package let request: CommandRequest
    /// When the key was pressed, wall milliseconds; the times below too.
    package let askedAt: Int64
    /// When it was written to the connection for the first time; `nil` until then.
    package internal(set) var firstSentAt: Int64?
    package internal(set) var lastSentAt: Int64?
    package internal(set) var attempts = 0
    /// When the engine was known to have taken it.
    package internal(set) var acknowledgedAt: Int64?
    /// The engine's ladder for it, once there is one.
    package internal(set) var progress: CommandTopic?
    /// Why the gateway would not pass it on.
    package internal(set) var refusal: String?
    /// It is not sent any more, unacknowledged: a start-direction command that found no answer in time, or a bound.
    package internal(set) var isGivenUp = false

    init(_ request: CommandRequest, askedAt: Int64) {
        self.request = request
        self.askedAt = askedAt
    }

    package var isAcknowledged: Bool { acknowledgedAt != nil }
    /// Whether it waits for an answer still.
    package var isOpen: Bool { acknowledgedAt == nil && refusal == nil && !isGivenUp }

    /// How long it has found no answer, from this age on it counts as not delivered.
    package static let deliveryBound: Int64 = 3_000
    package static let resendPeriod: Int64 = 500
    /// A stop that nobody answers is sent again for ten minutes, then given up.
    package static let maxAttempts = 1_200

    package func isUndelivered(now: Int64) -> Bool {
        isGivenUp || isOpen && now - askedAt >= SentCommand.deliveryBound
    }

    package func reached(_ step: String) -> LadderRungTopic? {
        progress?.rungs.first { $0.step == step }
    }

    /// Whether nothing more will come of it.
    package var isFinished: Bool {
        isGivenUp || refusal != nil || progress?.refusal != nil || reached("completed") != nil
            || reached("refused") != nil
    }
}

extension CommandRequest {
    /// The command as people say it: `kill`, `close BTCUSDT`, `reduce BTCUSDT 50%`.
    package var words: String {
        var words = [verb == .breakEven ? "break-even" : verb.rawValue]
        if let symbol { words.append(symbol) }
        if let percent { words.append("\(percent)%") }
        return words.joined(separator: " ")
    }
}

/// One rung of the ladder as it is shown.
package struct LadderRung: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// The times of the engine's rungs are wall milliseconds after it took the command, those of SENT and ACK after
        /// the key.
        case reached(afterMs: Double, isDurable: Bool)
        case waiting
    }

    package var title: String
    package var state: State
}

extension SentCommand {
    /// The rungs that this command goes through, in order, with how far it has come.
    package var ladder: [LadderRung] {
        var rungs = [
            LadderRung(title: "SENT", state: local(firstSentAt)),
            LadderRung(title: "ACK", state: local(acknowledgedAt)),
        ]
        func add(_ step: String, _ title: String) {
            let state: LadderRung.State =
                reached(step).map { .reached(afterMs: $0.afterMs, isDurable: $0.durable) }
                ?? .waiting
            rungs.append(LadderRung(title: title, state: state))
        }
        switch request.verb {
        case .pause:
            add("entriesBlocked", "ENTRIES BLOCKED")
            add("ordersGone", "ENTRY ORDERS GONE")
        case .flatten, .kill, .halt:
            add("entriesBlocked", "ENTRIES BLOCKED")
            add("ordersGone", "ORDERS" + count(\.ordersBefore, \.ordersNow))
            if request.verb != .halt {
                add("positionsFlat", "POSITIONS" + count(\.positionsBefore, \.positionsNow))
            }
            if request.verb != .halt { add("confirmedByVenue", "CONFIRMED BY EXCHANGE") }
            if request.verb != .flatten { add("latched", "LATCHED") }
        case .close:
            add("ordersSent", "CLOSE SENT")
            add("positionsFlat", "FLAT")
            add("confirmedByVenue", "CONFIRMED BY EXCHANGE")
        case .reduce, .breakEven:
            add("ordersSent", "ORDER SENT")
            add("completed", "DONE")
        case .resume, .arm:
            add("completed", "DONE")
        }
        return rungs
    }

    private func local(_ time: Int64?) -> LadderRung.State {
        guard let time else { return .waiting }
        return .reached(afterMs: Double(max(0, time - askedAt)), isDurable: true)
    }

    private func count(
        _ before: KeyPath<CommandTopic, Int>, _ now: KeyPath<CommandTopic, Int>
    ) -> String {
        guard let progress else { return "" }
        return " \(progress[keyPath: before])->\(progress[keyPath: now])"
    }
}
