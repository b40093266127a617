import CPosix
package import Trading

/// Engine time from the monotonic clock: a start, and so many engine seconds per wall second. Never steps back.
package struct EngineClock: Sendable {
    /// Engine time at the moment of creation.
    package let start: Timestamp
    /// Engine seconds per wall second.
    package let scale: Double
    private let origin: Int64

    package init(start: Timestamp, scale: Double) {
        self.start = start
        self.scale = scale
        origin = narwhal_monotonic_nanoseconds()
    }

    /// Goes on with `known`, or from the wall clock when there is none, but never from before `last`.
    package init(continuing known: EngineClock?, after last: Timestamp, scale: Double) {
        let first = last + .milliseconds(1)
        if let known, known.now() >= first {
            self = known
        } else {
            self.init(start: max(known?.now() ?? Self.wall(), first), scale: scale)
        }
    }

    /// Engine time now.
    package func now() -> Timestamp {
        start
            + Duration(nanoseconds: Int64(Double(narwhal_monotonic_nanoseconds() - origin) * scale))
    }

    /// Monotonic wall time at which engine time will be `time`; may lie in the past.
    package func monotonicNanoseconds(of time: Timestamp) -> Int64 {
        origin + Int64(Double((time - start).nanoseconds) / scale)
    }

    /// Monotonic nanoseconds, for intervals.
    package static func monotonic() -> Int64 { narwhal_monotonic_nanoseconds() }
    /// The wall clock, for people.
    package static func wall() -> Timestamp { Timestamp(nanoseconds: narwhal_wall_nanoseconds()) }
}
