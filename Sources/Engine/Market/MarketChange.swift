/// What one datum changed, so that the core looks again only at what it must.
package struct MarketChange: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A print was counted in flow and candles.
    package static let printCounted = MarketChange(rawValue: 1 << 0)
    /// A print with an id not above the last was dropped.
    package static let duplicatePrint = MarketChange(rawValue: 1 << 1)
    /// The taker order that was open has ended; it is `lastTakerOrder` now.
    package static let takerOrderEnded = MarketChange(rawValue: 1 << 2)
    /// The open taker order has just reached the whale threshold.
    package static let whaleOrderFound = MarketChange(rawValue: 1 << 3)
    package static let candleClosed1m = MarketChange(rawValue: 1 << 4)
    package static let candleClosed5m = MarketChange(rawValue: 1 << 5)
    /// A late print changed a candle that had been closed by the clock, or found none to change.
    package static let candleAmended = MarketChange(rawValue: 1 << 6)
    /// Best bid or ask, or a level of the local book, may have changed.
    package static let bookChanged = MarketChange(rawValue: 1 << 7)
    /// The local book cannot be trusted: a depth snapshot must be asked for.
    package static let bookGap = MarketChange(rawValue: 1 << 8)
    /// The mark price, index price or funding rate changed.
    package static let markChanged = MarketChange(rawValue: 1 << 9)
    /// A value that cannot be true was refused and counted.
    package static let quarantined = MarketChange(rawValue: 1 << 10)
    package static let clustersChanged = MarketChange(rawValue: 1 << 11)
    package static let forcedOrderSeen = MarketChange(rawValue: 1 << 12)
    /// The market connection was lost.
    package static let lost = MarketChange(rawValue: 1 << 13)
    package static let openInterestChanged = MarketChange(rawValue: 1 << 14)
    package static let fundingSettled = MarketChange(rawValue: 1 << 15)
}
