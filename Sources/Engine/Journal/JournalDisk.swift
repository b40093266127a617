import Foundation
import GRDB
import Messages
import Synchronization
import Trading

/// One answer of the core, as it waits for the writer.
struct JournalBatch: Sendable {
    var sequence: UInt64
    var time: Timestamp
    var event: Event.Body?
    var facts: [Fact]
    var actionsHash: UInt64?
    var durability: Durability
    /// When it was handed over, in nanoseconds of the monotonic clock.
    var queued: Int64
}

/// The writer's side of the file: transactions, checkpoints, and what to do after an error.
///
/// After an error the connection is not used again: SQLite's pages in memory and the file may differ, and the kernel
/// forgets a failed write once it has reported it. The file is opened again, compared with the last known row, and
/// all of its write-ahead log is copied and synced before it is trusted.
struct JournalDisk {
    private var connection: JournalConnection?
    private let path: String
    private let directory: String
    private let run: Int64
    private let coding = JournalCoding()
    private let tables: ReviewTables
    private let hooks: JournalHooks
    private var chain: Chain
    private var state: RecoveredState
    private var factsSinceCheckpoint = 0
    /// A checkpoint that is being encoded, or waits to be written.
    private var draft: CheckpointDraft?
    private var walPages = 0
    private var isFull: Bool?
    /// Housekeeping failed; try again after the next commit.
    private var skipsRest = false

    init(
        connection: JournalConnection, directory: String, run: Int64, symbols: [String],
        chain: Chain,
        state: RecoveredState, hooks: JournalHooks
    ) {
        self.connection = connection
        path = connection.path
        self.directory = directory
        self.run = run
        self.chain = chain
        self.state = state
        self.hooks = hooks
        tables = ReviewTables(coding: coding, symbols: symbols)
    }

    /// Writes all of `group` in one transaction.
    mutating func commit(_ group: [JournalBatch], isFull: Bool) throws(JournalError) {
        skipsRest = false
        do {
            let connection = try opened()
            try connection.checkFileIsThere()
            if chain.sequence < group[0].sequence {
                let after = try connection.queue.writeWithoutTransaction { db in
                    if self.isFull != isFull {
                        try db.execute(sql: "PRAGMA synchronous = \(isFull ? "FULL" : "NORMAL")")
                        self.isFull = isFull
                    }
                    return try write(group, to: db)
                }
                try hooks.afterCommit?(after.sequence)
                chain = after
            } else if chain.sequence != group[group.count - 1].sequence {
                // The transaction that reported an error is in the file, but it is not this one.
                throw JournalError.damaged(
                    ChainBreak(kind: .changed, sequence: chain.sequence, fact: nil))
            }
        } catch {
            throw JournalError(error, path: path)
        }
        for batch in group {
            for fact in batch.facts { state.apply(fact) }
            factsSinceCheckpoint += batch.facts.count
            walPages += 2 * batch.facts.count
        }
        walPages += 16  // An estimate; counting would need a look at the file.
    }

    private func write(_ group: [JournalBatch], to db: Database) throws -> Chain {
        var chain = chain
        try db.inTransaction(.immediate) {
            for batch in group { try write(batch, to: db, chain: &chain) }
            try hooks.beforeCommit?(chain.sequence)
            return .commit
        }
        return chain
    }

    private func write(_ batch: JournalBatch, to db: Database, chain: inout Chain) throws {
        let kind = batch.event?.kindName ?? "market"
        let payload = try batch.event.map(coding.encode)
        let hash = chain.addEvent(
            sequence: batch.sequence, run: run, time: batch.time.nanoseconds, kind: kind,
            payload: payload,
            actionsHash: batch.actionsHash, factCount: batch.facts.count)
        try db.cachedStatement(
            sql: """
                INSERT INTO events (entry, sequence, run, time_ns, kind, payload, actions_hash, fact_count, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            chain.entry, Int64(clamping: batch.sequence), run, batch.time.nanoseconds, kind,
            payload,
            batch.actionsHash.map(Chain.text), batch.facts.count, Chain.text(hash),
        ])
        for (ordinal, fact) in batch.facts.enumerated() {
            let kind = fact.kindName
            let payload = try coding.encode(fact)
            let hash = chain.addFact(ordinal: ordinal, kind: kind, payload: payload)
            try db.cachedStatement(
                sql:
                    "INSERT INTO facts (fact, sequence, ordinal, kind, payload, hash) VALUES (?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                chain.fact, Int64(clamping: batch.sequence), ordinal, kind, payload,
                Chain.text(hash),
            ])
            try tables.add(
                fact, at: ReviewTables.Place(fact: chain.fact, time: batch.time, payload: payload),
                to: db)
        }
    }

    /// Stops using the connection: what it believes may not be what is on the disk.
    mutating func poison() {
        do throws(JournalError) {
            try connection?.close()
        } catch {
            // Closing a broken connection may fail as well; it is dropped either way.
        }
        connection = nil
        isFull = nil
    }

    /// The connection; after an error a new one, compared with what was committed.
    private mutating func opened() throws -> JournalConnection {
        if let connection { return connection }
        let fresh = try JournalConnection(directory: directory, creating: false)
        do {
            try fresh.queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // Writes every page again and syncs it: a page whose first sync failed is not on the disk, though
                // reading it succeeds.
                let pages = try db.checkpoint(.passive)
                guard pages.walFrameCount == pages.checkpointedFrameCount else {
                    throw JournalError.locked
                }
                let end = try JournalWalk(db: db, coding: coding).end()
                guard end == chain || end.sequence > chain.sequence else {
                    throw JournalError.damaged(
                        ChainBreak(kind: .missingRows, sequence: chain.sequence, fact: nil))
                }
                chain = end
            }
        } catch {
            try fresh.close()
            throw error
        }
        connection = fresh
        isFull = nil
        return fresh
    }

    // MARK: - Housekeeping

    func needsRest(_ limits: JournalLimits) -> Bool {
        if skipsRest || connection == nil { return false }
        let isCheckpointDue = draft?.isReady ?? (factsSinceCheckpoint >= limits.checkpointEvery)
        return isCheckpointDue || walPages >= limits.walPages
    }

    mutating func skipRest() { skipsRest = true }

    /// Does one thing that is due: begins or writes a checkpoint, or copies the write-ahead log.
    ///
    /// Encoding the state takes longer than a commit may wait, so it is done elsewhere; `wake` is called when it is done.
    mutating func rest(
        _ limits: JournalLimits, wake: @escaping @Sendable () -> Void
    ) throws(JournalError) {
        guard let connection else { return }
        do {
            if let draft, let text = draft.take() {
                self.draft = nil
                try write(text, at: draft.chain, on: connection)
                hooks.afterCheckpoint?()
            } else if draft == nil && factsSinceCheckpoint >= limits.checkpointEvery
                && chain.entry > 0
            {
                draft = CheckpointDraft(of: state, at: chain, then: wake)
                factsSinceCheckpoint = 0
            } else if walPages >= limits.walPages {
                // Passive: it waits for nobody; what a reader still holds is copied the next time.
                try connection.queue.writeWithoutTransaction { db in _ = try db.checkpoint(.passive)
                }
                walPages = 0
            }
        } catch {
            throw JournalError(error, path: path)
        }
    }

    private func write(_ state: String, at chain: Chain, on connection: JournalConnection) throws {
        try connection.queue.write { db in
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO checkpoints (fact, entry, sequence, chain_hash, state, state_hash)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    chain.fact, chain.entry, Int64(clamping: chain.sequence),
                    Chain.text(chain.hash), state,
                    JournalWalk.hash(ofState: state),
                ])
            // An older one is kept in case the newest is damaged.
            try db.execute(
                sql: """
                    DELETE FROM checkpoints
                    WHERE fact NOT IN (SELECT fact FROM checkpoints ORDER BY fact DESC LIMIT 2)
                    """)
        }
    }

    /// Says goodbye in the file and closes it; false when that did not work.
    mutating func end(at time: Timestamp?) -> Bool {
        guard let connection else { return false }
        do {
            try connection.queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            if chain.entry > 0 { try write(try coding.encode(state), at: chain, on: connection) }
            if let time {
                try connection.queue.write { db in
                    try db.execute(
                        sql: "UPDATE runs SET ended_ns = ? WHERE run = ?",
                        arguments: [time.nanoseconds, run])
                }
            }
            try connection.queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try connection.close()
            self.connection = nil
            return true
        } catch {
            poison()
            return false
        }
    }
}

/// A checkpoint while it is encoded on a thread that nobody waits for.
private final class CheckpointDraft: Sendable {
    let chain: Chain
    private let text = Mutex<String?>(nil)

    init(of state: RecoveredState, at chain: Chain, then wake: @escaping @Sendable () -> Void) {
        self.chain = chain
        let thread = Thread {
            do {
                let encoded = try JournalCoding().encode(state)
                self.text.withLock { $0 = encoded }
                wake()
            } catch {
                // Facts of the same values were encoded before; without a checkpoint a start only takes longer.
            }
        }
        thread.name = "checkpoint"
        thread.start()
    }

    var isReady: Bool { text.withLock { $0 != nil } }
    func take() -> String? { text.withLock { $0 } }
}
