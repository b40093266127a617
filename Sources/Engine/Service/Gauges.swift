import Gateway
import Journal
import Messages
import Synchronization
package import Trading
import Wire

/// Counts and measures that several threads touch and the screen shows.
package final class Gauges: Sendable {
    private let refused = Atomic<UInt64>(0)
    private let nonDurable = Atomic<UInt64>(0)
    private let resident = Atomic<Int64>(0)
    /// Nanoseconds of the slowest of the last commits.
    private let commits = Mutex<[Int64]>([])
    private let timings = Mutex(OrderTimings())
    private let link = Mutex(LinkMoments())

    package init() {}

    /// The way of the latest orders, oldest first; at most 4,096.
    package var orderTimings: [OrderTiming] { timings.withLock { $0.finished } }
    func approved(_ id: ClientOrderID, arrived: Int64, at time: Int64) {
        timings.withLock { $0.begin(id, arrived: arrived, approved: time) }
    }
    func released(_ id: ClientOrderID, at time: Int64) {
        timings.withLock { $0.release(id, at: time) }
    }
    func left(_ id: ClientOrderID, at time: Int64) { timings.withLock { $0.leave(id, at: time) } }

    /// What the order link has gone through last.
    package var linkMoments: LinkMoments { link.withLock { $0 } }
    func linkLost(at time: Int64) { link.withLock { $0.lost = time } }
    func linkAlive(at time: Int64) { link.withLock { $0.seen(at: time) } }
    func accountAgreed(at time: Int64) { link.withLock { $0.agreed(at: time) } }

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

/// When the order link was lost last and what followed, in monotonic nanoseconds; 0: not yet.
package struct LinkMoments: Hashable, Sendable {
    package fileprivate(set) var lost: Int64 = 0
    /// The first sign of life after it.
    package private(set) var alive: Int64 = 0
    /// The first reading of the account after it that agreed.
    package private(set) var agreed: Int64 = 0

    fileprivate mutating func seen(at time: Int64) { if alive <= lost { alive = time } }
    fileprivate mutating func agreed(at time: Int64) { if agreed <= lost { agreed = time } }
}

/// The way of one order out of the engine, in monotonic nanoseconds.
package struct OrderTiming: Hashable, Sendable {
    package let id: ClientOrderID
    /// When the event that led to it reached the engine.
    package let arrived: Int64
    /// When the core had decided.
    package let approved: Int64
    /// When its record was on disk, or it could not wait for that any longer.
    package fileprivate(set) var released: Int64
    /// Immediately before its bytes left.
    package fileprivate(set) var left: Int64
}

/// Orders under way and the latest that have left.
private struct OrderTimings {
    private var open: [ClientOrderID: OrderTiming] = [:]
    private(set) var finished: [OrderTiming] = []
    private static let capacity = 4_096

    mutating func begin(_ id: ClientOrderID, arrived: Int64, approved: Int64) {
        // Withheld orders are never finished; nothing here may grow.
        if open.count >= Self.capacity { open = [:] }
        open[id] = OrderTiming(id: id, arrived: arrived, approved: approved, released: 0, left: 0)
    }

    mutating func release(_ id: ClientOrderID, at time: Int64) { open[id]?.released = time }

    mutating func leave(_ id: ClientOrderID, at time: Int64) {
        guard var timing = open.removeValue(forKey: id) else { return }
        timing.left = time
        if finished.count >= Self.capacity { finished.removeFirst(Self.capacity / 4) }
        finished.append(timing)
    }
}
