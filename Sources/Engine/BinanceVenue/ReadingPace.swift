import Trading

/// How often the account may be read: a few at once, then one each interval.
struct ReadingPace: Sendable {
    private static let burst: Int64 = 5

    private let interval: Duration
    /// When all that was taken is given back.
    private var fullTime: Timestamp = .distantPast

    /// So that readings of `contracts` contracts take at most a thousand of the venue's request weight a minute, which
    /// passes `timeScale` times as fast as one on the wall.
    init(contracts: Int, timeScale: Double = 1) {
        let weight = Double(15 + 7 * contracts)
        interval = Duration(nanoseconds: Int64(weight * 60e6 / max(1, timeScale)))
    }

    /// Takes one reading if it may begin now, or else says how long it must wait.
    mutating func take(at time: Timestamp) -> Duration? {
        let due = max(fullTime, time)
        let wait = due - (time + interval * (Self.burst - 1))
        guard wait <= .zero else { return wait }
        fullTime = due + interval
        return nil
    }
}
