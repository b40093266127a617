package import Matching
package import Trading

/// Who lives in the simulated market, and how wild it is. The defaults are tuned for a large perpetual: one-minute
/// volatility of a few hundredths of a per cent and a spread of a few ticks.
package struct PopulationConfiguration: Hashable, Sendable {
    package var exchange = ExchangeConfiguration()
    /// Cash and leverage of our account.
    package var startingBalance = Money(whole: 10_000)
    package var leverage = 3

    package var makers = 6
    /// Between two looks of a maker at his quotes: at least this, at most about two and a half times it.
    package var makerInterval: Duration = .milliseconds(350)
    package var retailers = 60
    package var whales = 8
    package var holders = 240

    /// Small taker orders a second in a normal regime.
    package var retailRate = 5.0
    /// Taker orders a second of those who run after the last minute's move.
    package var chaserRate = 2.0
    /// Seconds between the parent orders of whales, on average.
    package var parentInterval = 120.0
    /// One-minute volatility of the latent value in the calm, normal and volatile regime, as a fraction.
    package var calmVolatility = 0.00022
    package var normalVolatility = 0.00038
    package var wildVolatility = 0.00065
    /// Drift of a momentum phase, a minute, as a fraction.
    package var drift = 0.00008...0.00030
    /// Length of a phase and of a regime.
    package var phaseMinutes = 8.0...28.0
    package var regimeMinutes = 12.0...60.0
    /// How often clusters are sent.
    package var clusterInterval: Duration = .seconds(5)
    /// Width of a cluster's price bucket, as a fraction of the price.
    package var clusterWidth = 0.0008
    /// Clusters sent at most.
    package var maxClusters = 40
    /// Time that the people have lived before the market opens to us, so that they hold positions.
    package var warmUp: Duration = .minutes(20)

    package init() {}
}
