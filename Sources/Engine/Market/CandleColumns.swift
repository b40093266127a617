package import Trading

/// The newest closed candles of a series up to one of them, a column a number, newest first.
///
/// Prices and quantities are in their units of 10⁻⁸: quotients and differences need no other, and small integers stay
/// exact. Inline, without allocation; columns beyond their count hold zeros.
package struct CandleColumns: ~Copyable {
    /// Most candles that a column of prices holds: a day and the one before it.
    package static let capacity = 289
    /// Most candles that the column of volumes holds: six hours and the one before.
    package static let volumeCapacity = 73
    /// Most candles that the column of taker-buy volumes holds: an hour.
    package static let takerCapacity = 12

    package private(set) var closes = InlineArray<289, Double>(repeating: 0)
    package private(set) var highs = InlineArray<289, Double>(repeating: 0)
    package private(set) var lows = InlineArray<289, Double>(repeating: 0)
    package private(set) var volumes = InlineArray<73, Double>(repeating: 0)
    package private(set) var takerBuys = InlineArray<12, Double>(repeating: 0)
    /// Of the candle at 0.
    package private(set) var openTime = Timestamp.distantPast
    package private(set) var open = 0.0
    /// Candles in the columns of prices.
    package private(set) var count = 0
    private var openTimes = InlineArray<289, Int64>(repeating: 0)
    private let interval: Duration

    /// Takes at most `count` candles of `series`, the first of them that of `age`.
    package init(_ series: borrowing CandleSeries, from age: Int, count: Int) {
        interval = series.interval
        self.count = series.read(from: age, count: min(count, Self.capacity)) { back, candle in
            closes[back] = Double(candle.close.units)
            highs[back] = Double(candle.high.units)
            lows[back] = Double(candle.low.units)
            openTimes[back] = candle.openTime.nanoseconds
            if back < Self.volumeCapacity { volumes[back] = Double(candle.volume.units) }
            if back < Self.takerCapacity { takerBuys[back] = Double(candle.takerBuyVolume.units) }
            if back == 0 {
                openTime = candle.openTime
                open = Double(candle.open.units)
            }
        }
    }

    /// Whether the candle `back` before the first is there, and not so old that there must have been long silences
    /// between them; as `CandleSeries.reaches(back:from:)`.
    @inline(__always)
    package func reaches(_ back: Int) -> Bool {
        guard back < count else { return false }
        return Timestamp(nanoseconds: openTimes[0]) - Timestamp(nanoseconds: openTimes[back])
            <= interval * Int64(2 * back + 2)
    }
}
