import GRDB
import Messages
import Trading

/// Reads the log in the order in which it was written, and checks its chain on the way.
struct JournalWalk {
    let db: Database
    let coding: JournalCoding

    /// Checks all rows after `chain`, moving it along; hands each fact to `each` in order.
    func check(from chain: inout Chain, each: ((Fact) -> Void)?) throws -> ChainBreak? {
        let events = try Row.fetchCursor(
            db,
            sql: """
                SELECT entry, sequence, run, time_ns, kind, payload, actions_hash, fact_count, hash FROM events
                WHERE entry > ? ORDER BY entry
                """, arguments: [chain.entry])
        let facts = try Row.fetchCursor(
            db,
            sql:
                "SELECT fact, sequence, ordinal, kind, payload, hash FROM facts WHERE fact > ? ORDER BY fact",
            arguments: [chain.fact])
        while let row = try events.next() {
            let sequence = UInt64(clamping: row[1] as Int64)
            guard row[0] as Int64 == chain.entry + 1 else {
                return ChainBreak(kind: .missingRows, sequence: sequence, fact: nil)
            }
            let factCount = row[7] as Int
            let actions = (row[6] as String?).map { UInt64($0, radix: 16) ?? 0 }
            let rises = sequence > chain.sequence
            let hash = chain.addEvent(
                sequence: sequence, run: row[2], time: row[3], kind: row[4], payload: row[5],
                actionsHash: actions,
                factCount: factCount)
            guard rises, row[8] as String == Chain.text(hash) else {
                return ChainBreak(kind: .changed, sequence: sequence, fact: nil)
            }
            for ordinal in 0..<factCount {
                guard let fact = try facts.next(), fact[0] as Int64 == chain.fact + 1 else {
                    return ChainBreak(kind: .missingRows, sequence: sequence, fact: chain.fact + 1)
                }
                let payload: String = fact[4]
                let hash = chain.addFact(ordinal: ordinal, kind: fact[3], payload: payload)
                guard fact[1] as Int64 == row[1] as Int64, fact[2] as Int == ordinal,
                    fact[5] as String == Chain.text(hash)
                else {
                    return ChainBreak(kind: .changed, sequence: sequence, fact: chain.fact)
                }
                guard let each else { continue }
                do {
                    each(try coding.decode(Fact.self, payload))
                } catch {
                    return ChainBreak(kind: .unreadable, sequence: sequence, fact: chain.fact)
                }
            }
        }
        if let fact = try facts.next() {
            return ChainBreak(
                kind: .changed, sequence: UInt64(clamping: fact[1] as Int64), fact: fact[0])
        }
        return nil
    }

    /// The newest checkpoint that agrees with itself and with the log; the beginning when there is none.
    func lastCheckpoint() throws -> (Chain, RecoveredState) {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT c.fact, c.entry, c.sequence, c.chain_hash, c.state, c.state_hash,
                       CASE WHEN e.fact_count = 0 THEN e.hash ELSE f.hash END AS hash
                FROM checkpoints c JOIN events e ON e.entry = c.entry AND e.sequence = c.sequence
                LEFT JOIN facts f ON f.fact = c.fact
                ORDER BY c.fact DESC
                """)
        while let row = try rows.next() {
            let text: String = row[4]
            guard row[3] as String? == row[6] as String?,
                row[5] as String == Self.hash(ofState: text),
                let hash = UInt64(row[3] as String, radix: 16)
            else { continue }
            let state: RecoveredState
            do {
                state = try coding.decode(RecoveredState.self, text)
            } catch {
                // Written by a build whose state had another shape; the facts say the same.
                continue
            }
            return (
                Chain(
                    entry: row[1], fact: row[0], sequence: UInt64(clamping: row[2] as Int64),
                    hash: hash), state
            )
        }
        return (Chain(), RecoveredState())
    }

    /// The chain at the last row, as it stands there.
    func end() throws -> Chain {
        guard
            let row = try Row.fetchOne(
                db,
                sql:
                    "SELECT entry, sequence, hash, fact_count FROM events ORDER BY entry DESC LIMIT 1"
            )
        else { return Chain() }
        let fact = try Row.fetchOne(
            db, sql: "SELECT fact, hash FROM facts ORDER BY fact DESC LIMIT 1")
        var hash: String = row[2]
        if row[3] as Int > 0, let fact { hash = fact[1] }
        return Chain(
            entry: row[0], fact: fact?[0] ?? 0, sequence: UInt64(clamping: row[1] as Int64),
            hash: UInt64(hash, radix: 16) ?? 0)
    }

    /// Fills in what is not folded: last numbers and times, the latest run, the latest commands.
    func describe(_ recovery: inout Recovery) throws {
        if let row = try Row.fetchOne(
            db, sql: "SELECT sequence, time_ns FROM events ORDER BY entry DESC LIMIT 1")
        {
            recovery.lastSequence = UInt64(clamping: row[0] as Int64)
            recovery.lastTime = Timestamp(nanoseconds: row[1])
        }
        if let row = try Row.fetchOne(
            db,
            sql:
                "SELECT run, ended_ns, started_ns, first_sequence FROM runs ORDER BY run DESC LIMIT 1"
        ) {
            recovery.lastRun = row[0]
            recovery.endedCleanly = row[1] as Int64? != nil
            recovery.lastTime = max(recovery.lastTime, Timestamp(nanoseconds: row[2]))
            // A run that was killed before its first commit has still used its first numbers.
            recovery.lastSequence = max(
                recovery.lastSequence, UInt64(clamping: (row[3] as Int64) - 1))
        }
        let commands = try String.fetchAll(
            db, sql: "SELECT command_id FROM commands ORDER BY fact DESC LIMIT 1024")
        recovery.recentCommands = commands.reversed().compactMap { CommandID($0) }
    }

    static func hash(ofState text: String) -> String {
        var hasher = StateHasher()
        hasher.combine(bytesOf: text)
        return hasher.text
    }
}
