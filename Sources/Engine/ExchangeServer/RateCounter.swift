import Trading

/// Counts in fixed windows of the exchange's time, as the venue does.
struct RateCounter: Sendable {
    let window: Duration
    let max: Int
    private var start = Timestamp.distantPast
    private(set) var used = 0

    init(window: Duration, max: Int) {
        self.window = window
        self.max = max
    }

    /// Adds `count` and answers whether the limit still holds.
    mutating func add(_ count: Int, at time: Timestamp) -> Bool {
        let begin = time.floor(to: window)
        if begin != start {
            start = begin
            used = 0
        }
        used += count
        return used <= max
    }
}
