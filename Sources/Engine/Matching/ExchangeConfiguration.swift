package import Trading

/// How the simulated exchange behaves; every default is what a large venue does.
package struct ExchangeConfiguration: Hashable, Sendable {
    /// One way between us and the venue, for orders and for reports.
    package var latency: Duration = .milliseconds(20)
    /// How often changes of the book are sent, and the whole book after it.
    package var depthInterval: Duration = .milliseconds(250)
    package var depthSnapshotInterval: Duration = .seconds(60)
    /// Levels a side in a snapshot.
    package var depthLevels = 500
    package var markInterval: Duration = .seconds(1)
    /// Open orders of our account at most.
    package var maxOpenOrders = 200
    /// How far from the mark a limit may lie.
    package var priceBand = Rate(units: 5_000_000)
    /// Taken at a liquidation from what is left of the margin, for the insurance.
    package var clearanceFee = Rate(units: 1_250_000)
    /// Cash of the insurance at the start.
    package var insuranceBalance = Money(whole: 100_000_000)

    package init() {}
}
