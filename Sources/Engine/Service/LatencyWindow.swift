import Histogram

/// How long one decision takes, over the last full window of ten wall seconds.
struct LatencyWindow {
    struct Summary: Hashable, Sendable {
        /// Microseconds.
        var p50: Double
        var p99: Double
        /// Events of the window ÷ its length.
        var eventsPerSecond: Double
    }

    private static let length: Int64 = 10_000_000_000

    private var histogram = Histogram<UInt32>(
        highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .two)
    private var start: Int64
    private var last: Summary?

    init(start: Int64) { self.start = start }

    /// Nanoseconds of one call of the core.
    mutating func record(_ nanoseconds: Int64) {
        histogram.record(UInt64(max(0, min(nanoseconds, 60_000_000_000))))
    }

    /// The last full window, or what there is of the first one; `nil` before the first event.
    mutating func summary(at now: Int64) -> Summary? {
        let elapsed = now - start
        let isFull = elapsed >= Self.length
        if isFull || last == nil, histogram.totalCount > 0, elapsed > 0 {
            let summary = Summary(
                p50: Double(histogram.valueAtPercentile(50)) / 1e3,
                p99: Double(histogram.valueAtPercentile(99)) / 1e3,
                eventsPerSecond: Double(histogram.totalCount) / (Double(elapsed) / 1e9))
            guard isFull else { return summary }
            last = summary
        }
        if isFull {
            histogram.reset()
            start = now
        }
        return last
    }
}
