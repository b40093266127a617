package import Trading

/// The numbers that decide how one instrument's market is kept; the defaults are those of the decision rules.
package struct MarketConfiguration: Hashable, Sendable {
    /// A taker order of this notional or more is a whale's.
    package var whaleThreshold = Money(whole: 100_000)
    /// Closed 1-minute candles kept.
    package var maxCandles1m = 1_500
    /// Closed 5-minute candles kept: 30 days, and so many more that the features of the last 80 candles can be computed
    /// anew.
    package var maxCandles5m = 8_720
    /// Whether the venue's closed candles, as long as there are no prints, are decided on: tables of candles are played
    /// back. Otherwise they are history.
    package var candlesFromVenue = false
    /// Whether candles say what takers bought. Without it a taker-buy volume of zero means that nobody knows.
    package var hasTakerVolume = true
    /// Five-minute counts of open interest kept: five days.
    package var maxOpenInterestCounts = 1_440
    /// Settled fundings kept: thirty days of eight hours.
    package var maxFundings = 90
    /// Levels of the local book kept on each side.
    package var maxBookLevels = 1_000
    /// Book diffs kept while no snapshot has come; the oldest go first.
    package var maxPendingDiffs = 1_000
    /// Levels in all those diffs together.
    package var maxPendingLevels = 100_000
    /// Clusters kept, the strongest of those given.
    package var maxClusters = 64
    /// How long after its end the clock alone closes a candle, so that late prints still find it open.
    package var candleGrace = Duration.seconds(2)
    /// A print stamped further ahead of the engine's clock than this is refused.
    package var maxAheadOfClock = Duration.minutes(1)
    /// So many prices in a row that look absurd are believed: the market really moved.
    package var maxAbsurdRun = 20
    /// A market connection without a frame for longer is stale.
    package var connectionStaleAfter = Duration.seconds(5)
    /// A mark price older than this is stale.
    package var markStaleAfter = Duration.seconds(5)
    /// A best bid and ask older than this are stale.
    package var bookStaleAfter = Duration.seconds(5)
    /// Clusters older than this are stale.
    package var clustersStaleAfter = Duration.minutes(5)
    /// A count of open interest older than this is stale: twice the step at which it is kept.
    package var openInterestStaleAfter = Duration.minutes(10)
    /// A settled funding older than this is stale: the longest usual interval, and an hour.
    package var fundingStaleAfter = Duration.hours(9)

    package init() {}
}
