import Foundation
import GRDB
import Glibc
package import Messages
import Synchronization
package import Trading

/// What must be true before the writer calls a batch committed.
package enum Durability: Hashable, Sendable {
    /// On the disk: survives the power cut. For intents, order events and commands.
    case full
    /// In the operating system: survives a killed engine; on the disk with the next full commit.
    case normal
}

/// The limits of the journal's writer.
package struct JournalLimits: Hashable, Sendable {
    /// Batches that may wait; beyond them the writer refuses all that follow, so that there is never a hole.
    package var maxPending = 50_000
    /// Batches of one transaction.
    package var maxGroup = 1_024
    /// How long a batch may wait for its commit before the store is called slow.
    package var slowAfter = Duration.milliseconds(1_000)
    /// How long batches that need no disk are gathered, to share one transaction.
    package var gatherNormal = Duration.milliseconds(5)
    /// Between attempts on a store that failed.
    package var retryAfter = Duration.milliseconds(250)
    /// A checkpoint is written after so many facts, when nothing else is to do.
    package var checkpointEvery = 4_000
    /// The write-ahead log is copied into the database from this size on, when nothing else is to do.
    package var walPages = 1_000

    package init() {}
}

/// What happened to a batch when it was handed over.
package enum AppendOutcome: Hashable, Sendable {
    case queued
    /// The queue is full, or was once: this batch and all that follow are not recorded in this run.
    case refused
}

/// One transaction, done.
package struct JournalCommit: Hashable, Sendable {
    /// The sequence of its last event; everything up to it is committed.
    package var upTo: UInt64
    /// Whether it, and with it everything before, is on the disk.
    package var isDurable: Bool
    package var batches: Int
    /// How long the transaction took.
    package var took: Duration
}

/// Where a test may delay or fail a commit; called on the writer's thread.
package struct JournalHooks: Sendable {
    /// Inside the transaction, before its commit, with the sequence of its last event.
    package var beforeCommit: (@Sendable (UInt64) throws -> Void)?
    /// After SQLite has committed, before anybody is told.
    package var afterCommit: (@Sendable (UInt64) throws -> Void)?
    /// After a checkpoint was written.
    package var afterCheckpoint: (@Sendable () -> Void)?

    package init() {}
}

/// How the queue stands.
package struct JournalStatus: Hashable, Sendable {
    package var pending: Int
    package var appended: UInt64
    package var refused: UInt64
    package var failures: UInt64
    package var health: StoreReport
    /// Why the latest attempt failed, while the store is not healthy.
    package var error: JournalError?
}

/// The only writer of the journal: takes batches without ever waiting, and commits them in groups on its own thread.
///
/// `onCommit` is called on the writer's thread after each transaction; `onStore` on the writer's or the watch's
/// thread when the store becomes slow, failed or healthy again. Both must return at once and not call the writer.
///
/// A store that fails is closed, opened again and compared with what was committed before the queue goes on; until
/// then the queue is kept.
package final class JournalWriter: @unchecked Sendable {
    /// Sequence of the last event that survives a killed engine.
    package var committedSequence: UInt64 { committed.load(ordering: .acquiring) }
    /// Sequence of the last event that survives a power cut.
    package var durableSequence: UInt64 { durable.load(ordering: .acquiring) }
    /// The number of this run.
    package let run: Int64

    private let committed = Atomic<UInt64>(0)
    private let durable = Atomic<UInt64>(0)
    private let signal = Signal()
    /// Guarded by `signal`.
    private var shared = Shared()
    /// Held while a store report is delivered, so that reports arrive in the order in which they became true.
    private let reporting = Mutex<StoreReport>(.healthy)
    private let limits: JournalLimits
    private let onCommit: @Sendable (JournalCommit) -> Void
    private let onStore: @Sendable (StoreReport, JournalError?) -> Void
    /// Touched by the writer's thread only.
    private var disk: JournalDisk

    private struct Shared {
        var pending: [JournalBatch] = []
        /// Taken by the writer and not yet committed.
        var inFlight = 0
        var oldestWaiting: Int64?
        var fullWaits = false
        var lastSequence: UInt64 = 0
        var appended: UInt64 = 0
        var refused: UInt64 = 0
        var failures: UInt64 = 0
        var error: JournalError?
        var isStopping = false
        var giveUpAt = Int64.max
        var endTime: Timestamp?
        var hasStopped = false
        var stoppedCleanly = false
    }

    init(
        connection: JournalConnection, directory: String, run: Int64, symbols: [String],
        chain: Chain,
        state: RecoveredState, limits: JournalLimits, hooks: JournalHooks,
        onCommit: @escaping @Sendable (JournalCommit) -> Void,
        onStore: @escaping @Sendable (StoreReport, JournalError?) -> Void
    ) {
        self.run = run
        self.limits = limits
        self.onCommit = onCommit
        self.onStore = onStore
        shared.lastSequence = chain.sequence
        disk = JournalDisk(
            connection: connection, directory: directory, run: run, symbols: symbols, chain: chain,
            state: state,
            hooks: hooks)
        committed.store(chain.sequence, ordering: .releasing)
        durable.store(chain.sequence, ordering: .releasing)
        let writer = Thread { self.write() }
        writer.name = "journal"
        writer.start()
        let watch = Thread { self.watch() }
        watch.name = "journal-watch"
        watch.start()
    }

    /// Hands over one answer of the core: the event that caused it (`nil` for market data, which the tape keeps), its
    /// facts, and the hash of all its actions. Never waits.
    ///
    /// Sequences rise. Call it for every event that is not market data, and for every market event with facts.
    package func append(
        sequence: UInt64, time: Timestamp, event: Event.Body?, facts: [Fact], actionsHash: UInt64?,
        durability: Durability
    ) -> AppendOutcome {
        let batch = JournalBatch(
            sequence: sequence, time: time, event: event, facts: facts, actionsHash: actionsHash,
            durability: durability, queued: Signal.now())
        var mustWake = false
        // After the lock is free, so that the writer does not wake up to wait for it.
        defer { if mustWake { signal.wake() } }
        return signal.withLock {
            precondition(
                sequence > shared.lastSequence, "events are journalled in their order, once")
            guard shared.refused == 0, shared.pending.count + shared.inFlight < limits.maxPending,
                !shared.isStopping
            else {
                shared.refused += 1
                return .refused
            }
            shared.lastSequence = sequence
            shared.pending.append(batch)
            shared.appended += 1
            if shared.oldestWaiting == nil { shared.oldestWaiting = batch.queued }
            mustWake = shared.pending.count == 1 || (durability == .full && !shared.fullWaits)
            if durability == .full { shared.fullWaits = true }
            return .queued
        }
    }

    package var status: JournalStatus {
        let health = reporting.withLock { $0 }
        return signal.withLock {
            JournalStatus(
                pending: shared.pending.count + shared.inFlight, appended: shared.appended,
                refused: shared.refused, failures: shared.failures, health: health,
                error: health == .healthy ? nil : shared.error)
        }
    }

    /// Commits what waits, writes a checkpoint and the end of the run, and closes; waits for it at most `limit`.
    ///
    /// False when the store could not be written in time; then the run counts as not ended.
    package func stop(at time: Timestamp, within limit: Duration) -> Bool {
        signal.withLock {
            shared.isStopping = true
            shared.endTime = time
            shared.giveUpAt = Signal.now() + limit.nanoseconds
            signal.wake()
            while !shared.hasStopped && Signal.now() < shared.giveUpAt {
                signal.watch(until: shared.giveUpAt)
            }
            return shared.hasStopped && shared.stoppedCleanly
        }
    }

    // MARK: - The writer's thread

    private func write() {
        while let group = nextGroup() {
            if group.isEmpty {
                rest()
            } else if !commit(group) {
                break
            }
        }
        let endTime = signal.withLock { shared.endTime }
        let isClean = disk.end(at: endTime)
        signal.withLock {
            shared.hasStopped = true
            shared.stoppedCleanly =
                isClean && shared.refused == 0 && shared.pending.isEmpty && shared.inFlight == 0
            signal.wakeWatchers()
        }
    }

    /// Waits for work. An empty group says that there is time for housekeeping; `nil` that the writer shall end.
    private func nextGroup() -> [JournalBatch]? {
        signal.withLock {
            var hasRested = !disk.needsRest(limits)
            while true {
                if shared.pending.isEmpty {
                    if shared.isStopping { return nil }
                    if !hasRested { return [] }
                    signal.wait()
                    hasRested = !disk.needsRest(limits)
                    continue
                }
                let gathered = shared.pending[0].queued + limits.gatherNormal.nanoseconds
                if shared.fullWaits || shared.isStopping || shared.pending.count >= limits.maxGroup
                    || Signal.now() >= gathered
                {
                    break
                }
                signal.wait(until: gathered)
            }
            let count = min(shared.pending.count, limits.maxGroup)
            let group = Array(shared.pending.prefix(count))
            shared.pending.removeFirst(count)
            shared.inFlight = count
            shared.fullWaits = shared.pending.contains { $0.durability == .full }
            return group
        }
    }

    private func rest() {
        do throws(JournalError) {
            // With the lock: between the writer's look and its sleep there is no moment to miss the wake.
            try disk.rest(limits) { [signal] in signal.withLock { signal.wake() } }
        } catch {
            // What waits will meet the same failure and report it; here nothing is lost.
            disk.skipRest()
            if !error.isPassing { disk.poison() }
        }
    }

    /// Commits `group`, however long it takes; false when the writer is told to end before it succeeds.
    private func commit(_ group: [JournalBatch]) -> Bool {
        let isFull = group.contains { $0.durability == .full }
        while true {
            let began = Signal.now()
            do throws(JournalError) {
                try disk.commit(group, isFull: isFull)
                finish(group, isFull: isFull, began: began)
                return true
            } catch {
                signal.withLock {
                    shared.failures += 1
                    shared.error = error
                }
                if !error.isPassing {
                    disk.poison()
                    report(.failed, error)
                }
                if !waitForRetry() { return false }
            }
        }
    }

    private func finish(_ group: [JournalBatch], isFull: Bool, began: Int64) {
        let last = group[group.count - 1].sequence
        let now = Signal.now()
        committed.store(last, ordering: .releasing)
        if isFull { durable.store(last, ordering: .releasing) }
        let oldest = signal.withLock {
            shared.inFlight = 0
            shared.oldestWaiting = shared.pending.first?.queued
            if shared.oldestWaiting == nil { shared.error = nil }
            return shared.oldestWaiting
        }
        onCommit(
            JournalCommit(
                upTo: last, isDurable: isFull, batches: group.count,
                took: Duration(nanoseconds: now - began)))
        if oldest.map({ now - $0 <= limits.slowAfter.nanoseconds }) ?? true {
            report(.healthy, nil)
        }
    }

    /// Waits before the next attempt; false when the writer is told to end and the time for it is over.
    private func waitForRetry() -> Bool {
        let deadline = Signal.now() + limits.retryAfter.nanoseconds
        return signal.withLock {
            while true {
                let now = Signal.now()
                if now >= shared.giveUpAt { return false }
                if now >= deadline { return true }
                signal.wait(until: min(deadline, shared.giveUpAt))
            }
        }
    }

    private func report(_ health: StoreReport, _ error: JournalError?) {
        reporting.withLock { known in
            // A failed store is ended by a commit, not by being slow as well.
            if known == health || (known == .failed && health == .slow) { return }
            known = health
            onStore(health, error)
        }
    }

    // MARK: - The watch's thread

    /// Says that the store is slow while the writer itself hangs in a commit.
    private func watch() {
        let period = max(1_000_000, limits.slowAfter.nanoseconds / 4)
        while true {
            let isSlow: Bool? = signal.withLock {
                let until = Signal.now() + period
                while !shared.hasStopped && Signal.now() < until { signal.watch(until: until) }
                if shared.hasStopped { return nil }
                return shared.oldestWaiting.map { Signal.now() - $0 > limits.slowAfter.nanoseconds }
                    ?? false
            }
            guard let isSlow else { return }
            if isSlow { report(.slow, nil) }
        }
    }
}

extension JournalError {
    /// Whether the next attempt may succeed on the same connection.
    var isPassing: Bool { self == .locked }
}
