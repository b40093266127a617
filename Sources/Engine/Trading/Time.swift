/// A moment: nanoseconds since 1970-01-01 00:00:00 UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the Unix epoch.
    package let nanoseconds: Int64

    /// The beginning of time in states that have not heard of any event yet.
    package static let distantPast = Timestamp(nanoseconds: 0)
    package static let distantFuture = Timestamp(nanoseconds: .max)

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Milliseconds since the Unix epoch, as venues stamp. Saturates instead of overflowing.
    package init(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        nanoseconds = overflow ? (milliseconds < 0 ? .min : .max) : product
    }

    /// Milliseconds since the Unix epoch, rounded down.
    package var milliseconds: Int64 {
        nanoseconds >= 0 ? nanoseconds / 1_000_000 : (nanoseconds - 999_999) / 1_000_000
    }

    /// Saturates at the end of time.
    package static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        return Timestamp(nanoseconds: overflow ? (right.nanoseconds < 0 ? .min : .max) : sum)
    }
    package static func - (left: Timestamp, right: Duration) -> Timestamp {
        left + Duration(nanoseconds: -right.nanoseconds)
    }
    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        let (difference, overflow) = left.nanoseconds.subtractingReportingOverflow(
            right.nanoseconds)
        return Duration(nanoseconds: overflow ? (left < right ? .min : .max) : difference)
    }
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The start of the interval of length `interval` that this moment lies in, counted from the epoch.
    package func floor(to interval: Duration) -> Timestamp {
        let remainder = nanoseconds % interval.nanoseconds
        return Timestamp(
            nanoseconds: nanoseconds
                - (remainder < 0 ? remainder + interval.nanoseconds : remainder))
    }
}

/// A length of time in nanoseconds; hides Swift's wider `Duration`, which is not needed here.
package struct Duration: Hashable, Comparable, Sendable {
    package let nanoseconds: Int64

    package static let zero = Duration(nanoseconds: 0)

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func microseconds(_ count: Int64) -> Duration {
        Duration(nanoseconds: count * 1_000)
    }
    package static func milliseconds(_ count: Int64) -> Duration {
        Duration(nanoseconds: count * 1_000_000)
    }
    package static func seconds(_ count: Int64) -> Duration {
        Duration(nanoseconds: count * 1_000_000_000)
    }
    package static func minutes(_ count: Int64) -> Duration { .seconds(count * 60) }
    package static func hours(_ count: Int64) -> Duration { .seconds(count * 3600) }

    /// For display and statistics.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
    /// Whole milliseconds, rounded toward zero.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    package static func < (left: Duration, right: Duration) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
    package static func + (left: Duration, right: Duration) -> Duration {
        Duration(nanoseconds: left.nanoseconds &+ right.nanoseconds)
    }
    package static func - (left: Duration, right: Duration) -> Duration {
        Duration(nanoseconds: left.nanoseconds &- right.nanoseconds)
    }
    package static func * (left: Duration, right: Int64) -> Duration {
        Duration(nanoseconds: left.nanoseconds &* right)
    }
}
