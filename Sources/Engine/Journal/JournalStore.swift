import GRDB
import Glibc
package import Messages
package import Trading

/// What is recorded of one start of the engine.
package struct RunDescription: Hashable, Sendable {
    package var engine: String
    package var build: String
    package var mode: Mode
    /// Of the simulated market and of everything that rolls dice.
    package var seed: UInt64
    package var configuration: String
    /// By instrument id.
    package var instruments: [Instrument]
    package var startTime: Timestamp
    /// Of this run's first event: one above the last of the journal and of the tape.
    package var firstSequence: UInt64

    package init(
        engine: String, build: String, mode: Mode, seed: UInt64, configuration: String,
        instruments: [Instrument],
        startTime: Timestamp, firstSequence: UInt64
    ) {
        self.engine = engine
        self.build = build
        self.mode = mode
        self.seed = seed
        self.configuration = configuration
        self.instruments = instruments
        self.startTime = startTime
        self.firstSequence = firstSequence
    }
}

/// What the journal knows at a start.
package struct Recovery: Sendable {
    /// All facts folded, up to the break if there is one.
    package var state = RecoveredState()
    /// Of the last event in the journal; 0 when there is none. The tape may know later ones.
    package var lastSequence: UInt64 = 0
    /// Of the last event in the journal; engine time never steps back behind it.
    package var lastTime = Timestamp.distantPast
    /// The number of the latest run; 0 when there was none.
    package var lastRun: Int64 = 0
    /// Whether the latest run said goodbye; true when there was none.
    package var endedCleanly = true
    /// The latest command ids, newest last, at most 1,024: a repeated command must still count once.
    package var recentCommands: [CommandID] = []
    /// How many facts were folded after the checkpoint.
    package var foldedFacts = 0
    /// Where the journal stops agreeing with itself; `nil` when it is whole.
    package var chainBreak: ChainBreak?
}

/// The journal of one engine, opened for writing: recover from it, then begin a run.
package final class JournalStore {
    let connection: JournalConnection
    let directory: String
    private let coding = JournalCoding()

    /// Whether an engine has run in `directory` before.
    package static func exists(in directory: String) -> Bool {
        access(directory + "/" + JournalConnection.fileName, F_OK) == 0
    }

    /// Opens `journal.sqlite` in `directory`, making it when there is none and bringing its tables up to date.
    package static func open(directory: String) throws(JournalError) -> JournalStore {
        JournalStore(
            connection: try JournalConnection(directory: directory, creating: true),
            directory: directory)
    }

    private init(connection: JournalConnection, directory: String) {
        self.connection = connection
        self.directory = directory
    }

    /// Renames a damaged journal to `damaged-<time>.sqlite`, so that `open` makes a new one; answers the new path.
    package static func setAside(directory: String, time: Timestamp) throws(JournalError) -> String
    {
        let old = directory + "/" + JournalConnection.fileName
        let new = directory + "/damaged-\(time.milliseconds).sqlite"
        for suffix in ["", "-wal", "-shm"]
        where rename(old + suffix, new + suffix) != 0 && errno != ENOENT {
            throw .cannotCreate(path: new + suffix, reason: systemError(errno))
        }
        try syncDirectory(directory)
        return new
    }

    /// The state at the last committed fact, from the last checkpoint and the facts after it.
    ///
    /// Checks the chain from that checkpoint on; `verify` checks all of it.
    package func recover() throws(JournalError) -> Recovery {
        do {
            return try connection.queue.read { db in
                let walk = JournalWalk(db: db, coding: coding)
                var (chain, state) = try walk.lastCheckpoint()
                var recovery = Recovery()
                recovery.chainBreak = try walk.check(from: &chain) { fact in
                    state.apply(fact)
                    recovery.foldedFacts += 1
                }
                recovery.state = state
                try walk.describe(&recovery)
                return recovery
            }
        } catch {
            throw JournalError(error, path: connection.path)
        }
    }

    /// Reads the whole journal and says where the chain of hashes breaks, or `nil`.
    package func verify() throws(JournalError) -> ChainBreak? {
        do {
            return try connection.queue.read { db in
                var chain = Chain()
                return try JournalWalk(db: db, coding: coding).check(from: &chain, each: nil)
            }
        } catch {
            throw JournalError(error, path: connection.path)
        }
    }

    /// Writes the new run, durably, and starts the writer. The store may not be used after this.
    ///
    /// - Throws: `.damaged` when `recovery` found a break: nothing is added to a journal that cannot be trusted.
    package func begin(
        _ run: RunDescription, after recovery: Recovery, limits: JournalLimits = JournalLimits(),
        hooks: JournalHooks = JournalHooks(), onCommit: @escaping @Sendable (JournalCommit) -> Void,
        onStore: @escaping @Sendable (StoreReport, JournalError?) -> Void
    ) throws(JournalError) -> JournalWriter {
        if let chainBreak = recovery.chainBreak { throw .damaged(chainBreak) }
        precondition(
            run.firstSequence > recovery.lastSequence,
            "a run begins after everything that is recorded")
        let number = recovery.lastRun + 1
        let chain: Chain
        do {
            chain = try connection.queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                try db.execute(
                    sql: """
                        INSERT INTO runs (run, started_ns, engine, build, mode, seed, configuration, instruments,
                          first_sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        number, run.startTime.nanoseconds, run.engine, run.build, run.mode.rawValue,
                        String(run.seed), run.configuration, try coding.encode(run.instruments),
                        Int64(clamping: run.firstSequence),
                    ])
                return try JournalWalk(db: db, coding: coding).end()
            }
        } catch {
            throw JournalError(error, path: connection.path)
        }
        return JournalWriter(
            connection: connection, directory: directory, run: number,
            symbols: run.instruments.map(\.symbol.description), chain: chain, state: recovery.state,
            limits: limits, hooks: hooks, onCommit: onCommit, onStore: onStore)
    }

    package func close() throws(JournalError) { try connection.close() }
}
