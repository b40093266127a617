package import Messages
package import Trading

/// How far decisions came in a span of time, and which guards stopped them.
package struct FunnelCounts: Hashable, Sendable {
    /// Decision candles closed.
    package var candles = 0
    /// Of those, with a probability over its threshold.
    package var signals = 0
    package var refusedByGuards = 0
    package var refusedByRisk = 0
    package var tooSmall = 0
    package var orders = 0
    package var filled = 0
    /// Refused before anything was looked at, although a signal was there.
    package var notReady = 0
    /// By the guard, in the order of `GuardID.allCases`.
    package var blocks = [Int](repeating: 0, count: GuardID.allCases.count)

    package init() {}

    package func blocks(_ id: GuardID) -> Int {
        GuardID.allCases.firstIndex(of: id).map { blocks[$0] } ?? 0
    }

    mutating func add(_ other: FunnelCounts) {
        candles += other.candles
        signals += other.signals
        refusedByGuards += other.refusedByGuards
        refusedByRisk += other.refusedByRisk
        tooSmall += other.tooSmall
        orders += other.orders
        filled += other.filled
        notReady += other.notReady
        for index in blocks.indices { blocks[index] += other.blocks[index] }
    }
}

/// The funnel of the last 24 hours, by the hour.
struct Funnel: Sendable {
    enum Step { case filled }

    /// Oldest first, at most 25.
    private var hours: [(hour: Timestamp, counts: FunnelCounts)] = []

    mutating func add(_ step: Step, at time: Timestamp) {
        change(at: time) { counts in
            switch step {
            case .filled: counts.filled += 1
            }
        }
    }

    mutating func add(_ decision: DecisionRecord, at time: Timestamp) {
        change(at: time) { counts in
            counts.candles += 1
            let isSignal =
                decision.longProbability >= decision.longThreshold
                || decision.shortProbability >= decision.shortThreshold
            if isSignal { counts.signals += 1 }
            switch decision.outcome {
            case .notReady: if isSignal { counts.notReady += 1 }
            case .belowThreshold, .noProbability, .vetoedByPolicy: break
            case .refusedByGuard(let id):
                counts.refusedByGuards += 1
                if let index = GuardID.allCases.firstIndex(of: id) { counts.blocks[index] += 1 }
            case .refusedByRisk: counts.refusedByRisk += 1
            case .tooSmall: counts.tooSmall += 1
            case .ordered: counts.orders += 1
            }
        }
    }

    /// The counts from 24 hours before `time` on, to the hour.
    func counts(at time: Timestamp) -> FunnelCounts {
        var sum = FunnelCounts()
        for entry in hours where time - entry.hour < .hours(25) { sum.add(entry.counts) }
        return sum
    }

    private mutating func change(at time: Timestamp, _ body: (inout FunnelCounts) -> Void) {
        let hour = time.floor(to: .hours(1))
        if hours.last?.hour != hour {
            hours.append((hour, FunnelCounts()))
            if hours.count > 25 { hours.removeFirst() }
        }
        body(&hours[hours.count - 1].counts)
    }
}

/// The closed trades, oldest first, bounded; and what the sizing needs to know of them.
package struct TripLog: Sendable {
    package private(set) var trips: [RoundTrip] = []
    /// Trades closed since the start, those of earlier runs that recovery brought included.
    package private(set) var count = 0
    package private(set) var winningStreak = 0

    static let capacity = 1_000

    mutating func add(_ trip: RoundTrip) {
        if trips.count == Self.capacity { trips.removeFirst(Self.capacity / 4) }
        trips.append(trip)
        count += 1
        winningStreak = trip.netPnL > .zero ? winningStreak + 1 : 0
    }
}
