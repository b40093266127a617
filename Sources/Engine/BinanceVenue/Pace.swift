import Trading
import Transport

/// When something may be asked for again: one question at a time, each failure doubling the wait.
struct Pace: Sendable {
    private(set) var isAsked = false
    private var notBefore = Timestamp.distantPast
    private var wait: Backoff
    private var failedAt: Timestamp?

    init(_ configuration: MarketFeedConfiguration) {
        self.init(first: configuration.firstRetry, most: configuration.maxRetry)
    }

    init(first: Duration, most: Duration) { wait = Backoff(first: first, most: most) }

    /// Whether to ask now; then it is asked.
    mutating func begin(at time: Timestamp) -> Bool {
        guard !isAsked, time >= notBefore else { return false }
        isAsked = true
        return true
    }

    /// There was an answer of use.
    mutating func end(at time: Timestamp) {
        isAsked = false
        notBefore = time
        failedAt = nil
        wait.reset()
    }

    /// Not again before the back-off, or `least`, is over.
    mutating func fail(
        at time: Timestamp, after least: Duration, using random: inout some RandomNumberGenerator
    ) {
        isAsked = false
        failedAt = time
        notBefore = time + max(least, wait.next(using: &random))
    }

    /// What was asked for has been there for long enough: the next failure is a first one.
    mutating func succeed(at time: Timestamp, stableAfter: Duration) {
        guard let failedAt, time - failedAt > stableAfter else { return }
        self.failedAt = nil
        wait.reset()
    }

    /// Lets the next question go at once, if nothing failed lately.
    mutating func allow() {
        if failedAt == nil { notBefore = .distantPast }
    }
}
