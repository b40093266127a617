package import Trading

/// How the paper venue stands in for a real one.
package struct PaperConfiguration: Hashable, Sendable {
    package var startingBalance = Money(whole: 10_000)
    package var leverage = 3
    /// One way, for orders and for reports.
    package var latency: Duration = .milliseconds(20)
    /// Added to the way of each order, uniform in 0 ..< this, from the seed and the order's number.
    package var latencyJitter: Duration = .zero
    package var seed: UInt64 = 1
    /// A best bid and ask older than this do not count as a book.
    package var maxBookAge: Duration = .seconds(5)
    /// How long a taker order waits for prints where there is no book; then its rest expires.
    package var takerPatience: Duration = .seconds(2)
    package var maxOpenOrders = 200
    package var priceBand = Rate(units: 5_000_000)
    /// Taken at a liquidation from what is left of the margin.
    package var clearanceFee = Rate(units: 1_250_000)

    package init() {}
}
