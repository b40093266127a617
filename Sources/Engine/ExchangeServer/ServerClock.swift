import Glibc
import Trading

/// The venue's time: wall time at the start, then `speed` seconds for each second of the monotonic clock.
struct ServerClock: Sendable {
    let start: Timestamp
    let speed: Double
    private let startTicks: Int64

    init(speed: Double) {
        self.speed = speed
        start = Self.read(CLOCK_REALTIME)
        startTicks = Self.read(CLOCK_MONOTONIC).nanoseconds
    }

    /// Time since the start that no step of the wall clock changes.
    var elapsed: Duration {
        Duration(nanoseconds: Self.read(CLOCK_MONOTONIC).nanoseconds - startTicks)
    }

    var now: Timestamp {
        let elapsed = elapsed
        guard speed != 1 else { return start + elapsed }
        return start + Duration(nanoseconds: Int64(Double(elapsed.nanoseconds) * speed))
    }

    private static func read(_ clock: clockid_t) -> Timestamp {
        var time = timespec()
        clock_gettime(clock, &time)
        return Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
