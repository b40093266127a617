package import Trading

/// What was traded in one interval, made of prints.
package struct Candle: Hashable, Sendable {
    /// The venue's time at which the interval begins.
    package var openTime: Timestamp
    package var open: Price
    package var high: Price
    package var low: Price
    package var close: Price
    /// Base quantity; stays at the largest quantity instead of overflowing.
    package var volume: Quantity
    /// The part of `volume` in which the taker bought.
    package var takerBuyVolume: Quantity
    /// The exact sum of price × quantity; zero when the candle is the venue's, which does not say it to us.
    package var notional: Money
    /// Prints in the interval; 0 when the candle is the venue's.
    package var tradeCount: Int

    package init(
        openTime: Timestamp, open: Price, high: Price, low: Price, close: Price, volume: Quantity,
        takerBuyVolume: Quantity, notional: Money, tradeCount: Int
    ) {
        self.openTime = openTime
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.takerBuyVolume = takerBuyVolume
        self.notional = notional
        self.tradeCount = tradeCount
    }

    /// The volume in which the taker sold.
    package var takerSellVolume: Quantity { volume.subtracting(takerBuyVolume) }
    /// Taker-buy minus taker-sell volume, in steps of 10⁻⁸ base.
    package var delta: Int128 { 2 * Int128(takerBuyVolume.units) - Int128(volume.units) }

    /// A candle of one print.
    init(openTime: Timestamp, first print: Print, notional: Int128) {
        self.init(
            openTime: openTime, open: print.price, high: print.price, low: print.price,
            close: print.price,
            volume: print.quantity,
            takerBuyVolume: print.takerSide == .buy ? print.quantity : .zero,
            notional: Money(units: notional), tradeCount: 1)
    }

    /// A candle that the venue made.
    init(adopted kline: Kline) {
        self.init(
            openTime: kline.openTime, open: kline.open, high: kline.high, low: kline.low,
            close: kline.close, volume: kline.volume, takerBuyVolume: kline.takerBuyVolume,
            notional: .zero, tradeCount: 0)
    }

    /// Counts one more print.
    @inline(__always)
    mutating func add(_ print: Print, notional added: Int128) {
        if print.price.units > high.units { high = print.price }
        if print.price.units < low.units { low = print.price }
        close = print.price
        volume = Self.sum(volume, print.quantity)
        if print.takerSide == .buy { takerBuyVolume = Self.sum(takerBuyVolume, print.quantity) }
        notional.units += added
        tradeCount += 1
    }

    /// Outside data may say any quantity, and must not be able to stop the engine.
    @inline(__always)
    private static func sum(_ left: Quantity, _ right: Quantity) -> Quantity {
        let (units, overflow) = left.units.addingReportingOverflow(right.units)
        return Quantity(units: overflow ? .max : units)
    }

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(openTime)
        hasher.combine(open)
        hasher.combine(high)
        hasher.combine(low)
        hasher.combine(close)
        hasher.combine(volume)
        hasher.combine(takerBuyVolume)
        hasher.combine(notional)
        hasher.combine(tradeCount)
    }
}
