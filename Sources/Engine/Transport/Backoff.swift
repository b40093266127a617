package import Trading

/// Waiting times between attempts: doubled each time up to a most, with half of each left to chance.
///
/// Chance keeps many clients from coming back in the same moment.
package struct Backoff: Hashable, Sendable {
    private let first: Trading.Duration
    private let most: Trading.Duration
    /// Attempts that failed since the last success.
    package private(set) var failures = 0

    package init(first: Trading.Duration, most: Trading.Duration) {
        precondition(
            .zero < first && first <= most, "A back-off goes from its first wait to its most.")
        self.first = first
        self.most = most
    }

    /// How long to wait before the next attempt: between half of this step and the whole of it.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Trading.Duration {
        var step = first.nanoseconds
        for _ in 0..<min(failures, 62) {
            guard step <= most.nanoseconds / 2 else {
                step = most.nanoseconds
                break
            }
            step *= 2
        }
        if failures < Int.max { failures += 1 }
        let half = step / 2
        return Trading.Duration(
            nanoseconds: half + Int64.random(in: 0...(step - half), using: &random))
    }

    /// After a success that lasted.
    package mutating func reset() { failures = 0 }
}
