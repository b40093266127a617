import Gateway
import Journal
import Messages
import Synchronization
import Wire

/// Counts and measures that several threads touch and the screen shows.
package final class Gauges: Sendable {
    private let refused = Atomic<UInt64>(0)
    private let nonDurable = Atomic<UInt64>(0)
    private let resident = Atomic<Int64>(0)
    /// Nanoseconds of the slowest of the last commits.
    private let commits = Mutex<[Int64]>([])

    package init() {}

    /// The journal took no more.
    func journalRefused() { refused.wrappingAdd(1, ordering: .relaxed) }
    /// A risk-lowering order left before its record was on disk.
    func sentBeforeCommit() { nonDurable.wrappingAdd(1, ordering: .relaxed) }
    package var sentBeforeCommitCount: UInt64 { nonDurable.load(ordering: .relaxed) }
    func setResident(_ bytes: Int64) { resident.store(bytes, ordering: .relaxed) }

    /// One durable commit took `nanoseconds`.
    func committed(_ nanoseconds: Int64) {
        commits.withLock { commits in
            commits.append(nanoseconds)
            if commits.count > 200 { commits.removeFirst() }
        }
    }

    func health(
        latency: LatencyWindow.Summary?, events: UInt64, journal: JournalStatus,
        clients: GatewayCounters, feedsLive: Int, feeds: Int
    ) -> HealthTopic {
        let sorted = commits.withLock { $0 }.sorted()
        return HealthTopic(
            feedsLive: feedsLive, feeds: feeds, eventsProcessed: events,
            eventsPerSecond: latency?.eventsPerSecond ?? 0, processP50Us: latency?.p50 ?? 0,
            processP99Us: latency?.p99 ?? 0,
            commitP99Ms: sorted.isEmpty
                ? nil : Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / 1e6,
            uncommittedRecords: journal.pending, residentBytes: resident.load(ordering: .relaxed),
            clients: clients.clients, rejectedFrames: clients.rejectedFrames)
    }
}
