import GRDB
package import Messages
package import Trading

/// Something recorded, with where it stands.
package struct Recorded<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The number of its fact; pass it as `before` to read on.
    package var fact: Int64
    package var sequence: UInt64
    package var time: Timestamp
    package var value: Value
}

/// One start of the engine, as recorded.
package struct RunRecord: Hashable, Sendable {
    package var run: Int64
    package var description: RunDescription
    /// `nil` while it runs, or when it was killed.
    package var endTime: Timestamp?
}

/// A command with its acknowledgement ladder.
package struct CommandReview: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package var step: LadderStep
        package var time: Timestamp
    }
    package var envelope: CommandEnvelope
    /// In the order in which they were reached.
    package var steps: [Step]
    /// The plain sentence of a refusal.
    package var refusal: String?
}

/// The account at the end of a minute.
package struct EquityPoint: Hashable, Sendable {
    package var minute: Timestamp
    package var walletBalance: Money
    package var equity: Money
}

/// Something that passed between us and the venue.
package enum VenueExchange: Hashable, Sendable {
    /// The order was approved; whether it has left is told by the reports after it.
    case sent(OrderRequest)
    case order(OrderReport)
    case account(AccountReport)
}

/// One row of the event log.
package struct EventReview: Hashable, Sendable {
    package var sequence: UInt64
    package var time: Timestamp
    package var kind: String
    /// JSON; `nil` for market events, which are in the tape.
    package var payload: String?
}

/// Reads the journal on a connection of its own; never blocks the writer, and is not blocked by it.
///
/// All lists are newest first, at most `limit` (1...1,000) long, and begin below `before` when that is given.
package final class JournalReader: Sendable {
    private let queue: DatabaseQueue
    private let path: String

    /// Opens the journal in `directory` for reading; it must exist.
    package init(directory: String) throws(JournalError) {
        path = directory + "/" + JournalConnection.fileName
        do {
            var configuration = Configuration()
            configuration.label = "journal-reader"
            configuration.readonly = true
            configuration.busyMode = .timeout(1)
            queue = try DatabaseQueue(path: path, configuration: configuration)
            if try queue.read(Schema.migrator.hasBeenSuperseded) {
                throw JournalError.newerSchema(path: path)
            }
            guard try queue.read(Schema.migrator.hasCompletedMigrations) else {
                throw JournalError.failed(
                    "\(path) has not been made by narwhald, or by an older build")
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }

    // MARK: - Review

    package func trades(limit: Int, before: Int64? = nil) throws(JournalError) -> [Recorded<
        RoundTrip
    >] {
        try facts("tradeClosed", limit, before) { fact in
            guard case .tradeClosed(let trade) = fact else { return nil }
            return trade
        }
    }

    package func decisions(limit: Int, before: Int64? = nil) throws(JournalError) -> [Recorded<
        DecisionRecord
    >] {
        try facts("decision", limit, before) { fact in
            guard case .decision(let decision) = fact else { return nil }
            return decision
        }
    }

    package func notices(limit: Int, before: Int64? = nil) throws(JournalError) -> [Recorded<
        Notice
    >] {
        try facts("notice", limit, before) { fact in
            guard case .notice(let notice) = fact else { return nil }
            return notice
        }
    }

    package func commands(limit: Int, before: Int64? = nil) throws(JournalError) -> [Recorded<
        CommandReview
    >] {
        let received = try facts("commandReceived", limit, before) { fact -> CommandEnvelope? in
            guard case .commandReceived(let envelope) = fact else { return nil }
            return envelope
        }
        return try read { db in
            try received.map { command in
                let id = command.value.id.description
                let steps = try Row.fetchAll(
                    db,
                    sql:
                        "SELECT step, time_ns FROM command_steps WHERE command_id = ? ORDER BY fact LIMIT 100",
                    arguments: [id])
                let refusal = try String.fetchOne(
                    db, sql: "SELECT refusal FROM commands WHERE command_id = ?", arguments: [id])
                return Recorded(
                    fact: command.fact, sequence: command.sequence, time: command.time,
                    value: CommandReview(
                        envelope: command.value,
                        steps: steps.compactMap { row in
                            LadderStep(rawValue: row[0]).map {
                                CommandReview.Step(step: $0, time: Timestamp(nanoseconds: row[1]))
                            }
                        },
                        refusal: refusal))
            }
        }
    }

    /// Newest first; `before` is the minute to begin below.
    package func equity(limit: Int, before: Timestamp? = nil) throws(JournalError) -> [EquityPoint]
    {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT minute_ns, wallet_balance, equity FROM equity WHERE minute_ns < ?
                    ORDER BY minute_ns DESC LIMIT ?
                    """, arguments: [(before ?? .distantFuture).nanoseconds, Self.bounded(limit)])
            return try rows.map { row in
                EquityPoint(
                    minute: Timestamp(nanoseconds: row[0]), walletBalance: try Self.money(row[1]),
                    equity: try Self.money(row[2]))
            }
        }
    }

    /// The log of events; `before` is the sequence to begin below.
    package func events(limit: Int, before: UInt64? = nil) throws(JournalError) -> [EventReview] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT sequence, time_ns, kind, payload FROM events WHERE sequence < ?
                    ORDER BY sequence DESC LIMIT ?
                    """,
                arguments: [before.map { Int64(clamping: $0) } ?? Int64.max, Self.bounded(limit)])
            return rows.map { row in
                EventReview(
                    sequence: UInt64(clamping: row[0] as Int64),
                    time: Timestamp(nanoseconds: row[1]), kind: row[2],
                    payload: row[3])
            }
        }
    }

    // MARK: - Recovery and replay

    /// All runs, oldest first.
    package func runs() throws(JournalError) -> [RunRecord] {
        try read { db in
            let coding = JournalCoding()
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT run, started_ns, ended_ns, engine, build, mode, seed, configuration, instruments,
                           first_sequence FROM runs ORDER BY run
                    """)
            return try rows.map { row in
                guard let mode = Mode(rawValue: row[5]), let seed = UInt64(row[6] as String) else {
                    throw JournalError.failed("run \(row[0] as Int64) has an unknown mode or seed")
                }
                return RunRecord(
                    run: row[0],
                    description: RunDescription(
                        engine: row[3], build: row[4], mode: mode, seed: seed,
                        configuration: row[7],
                        instruments: try coding.decode([Instrument].self, row[8]),
                        startTime: Timestamp(nanoseconds: row[1]),
                        firstSequence: UInt64(clamping: row[9] as Int64)),
                    endTime: (row[2] as Int64?).map { Timestamp(nanoseconds: $0) })
            }
        }
    }

    /// Everything that passed between us and the venue in all runs, oldest first: what the paper venue is rebuilt
    /// from. Readings of the account and signs of life are left out.
    package func venueHistory() throws(JournalError) -> [VenueExchange] {
        try read { db in
            let coding = JournalCoding()
            // An event comes before the intents that answered it.
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT sequence, -1 AS ordinal, payload FROM events
                    WHERE kind = 'order' OR (kind = 'account' AND payload NOT LIKE '{"account":{"_0":{"snapshot"%'
                      AND payload NOT LIKE '{"account":{"_0":{"alive"%')
                    UNION ALL
                    SELECT sequence, ordinal, payload FROM facts WHERE kind = 'intent'
                    ORDER BY sequence, ordinal
                    """)
            var history: [VenueExchange] = []
            while let row = try rows.next() {
                if (row[1] as Int) < 0 {
                    switch try coding.decode(Event.Body.self, row[2]) {
                    case .order(let report): history.append(.order(report))
                    case .account(let report): history.append(.account(report))
                    case .market, .timer, .command, .latch, .store, .notice, .models: break
                    }
                } else if case .intent(let order) = try coding.decode(Fact.self, row[2]) {
                    history.append(.sent(order.request))
                }
            }
            return history
        }
    }

    /// What recovery knew at the start of `run`: where an audit replay of it begins.
    package func state(atStartOf run: Int64) throws(JournalError) -> RecoveredState {
        try read { db in
            let coding = JournalCoding()
            var state = RecoveredState()
            let rows = try String.fetchCursor(
                db,
                sql: """
                    SELECT f.payload FROM facts f JOIN events e USING (sequence) WHERE e.run < ? ORDER BY f.fact
                    """, arguments: [run])
            while let payload = try rows.next() {
                state.apply(try coding.decode(Fact.self, payload))
            }
            return state
        }
    }

    /// Up to `limit` rows of the log of `run` above `sequence`, oldest first.
    func log(of run: Int64, after sequence: UInt64, limit: Int) throws(JournalError) -> [LogRow] {
        try read { db in
            let coding = JournalCoding()
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT sequence, time_ns, payload, actions_hash FROM events WHERE run = ? AND sequence > ?
                    ORDER BY sequence LIMIT ?
                    """, arguments: [run, Int64(clamping: sequence), limit])
            return try rows.map { row in
                LogRow(
                    sequence: UInt64(clamping: row[0] as Int64),
                    time: Timestamp(nanoseconds: row[1]),
                    body: try (row[2] as String?).map { try coding.decode(Event.Body.self, $0) },
                    actionsHash: (row[3] as String?).flatMap { UInt64($0, radix: 16) })
            }
        }
    }

    // MARK: - Helpers

    private func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            return try queue.read(body)
        } catch {
            throw JournalError(error, path: path)
        }
    }

    private func facts<Value>(
        _ kind: String, _ limit: Int, _ before: Int64?, _ select: (Fact) -> Value?
    ) throws(JournalError) -> [Recorded<Value>] {
        try read { db in
            let coding = JournalCoding()
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT f.fact, f.sequence, e.time_ns, f.payload FROM facts f JOIN events e USING (sequence)
                    WHERE f.kind = ? AND f.fact < ? ORDER BY f.fact DESC LIMIT ?
                    """, arguments: [kind, before ?? Int64.max, Self.bounded(limit)])
            return try rows.compactMap { row in
                try select(coding.decode(Fact.self, row[3])).map { Self.recorded(row, value: $0) }
            }
        }
    }

    private static func recorded<Value>(_ row: Row, value: Value) -> Recorded<Value> {
        Recorded(
            fact: row[0], sequence: UInt64(clamping: row[1] as Int64),
            time: Timestamp(nanoseconds: row[2]),
            value: value)
    }

    private static func bounded(_ limit: Int) -> Int { min(max(1, limit), 1_000) }

    private static func money(_ text: String) throws(JournalError) -> Money {
        guard let units = FixedPoint.units(text, digits: 16) else {
            throw .failed("'\(text)' is not an amount of money")
        }
        return Money(units: units)
    }
}

/// One row of the log, decoded.
struct LogRow: Hashable, Sendable {
    var sequence: UInt64
    var time: Timestamp
    /// `nil` for a market event, which is in the tape.
    var body: Event.Body?
    var actionsHash: UInt64?
}
