import Market
import Trading

/// The newest closed candles of a series up to one of them, a column a number, newest first.
///
/// Prices and quantities are in their units of 10⁻⁸: quotients and differences need no other, and small integers stay
/// exact. The columns are in memory of the stack that is gone when the body ends: the optimizer copies a whole
/// `InlineArray` for each element that is read from one that is passed on.
struct CandleColumns {
    /// Most candles that a column of prices holds: a day and the one before it.
    static let capacity = 289
    /// Most candles that the column of volumes holds: six hours and the one before.
    static let volumeCapacity = 73
    /// Most candles that the column of taker-buy volumes holds: an hour.
    static let takerCapacity = 12

    let closes: UnsafeBufferPointer<Double>
    let highs: UnsafeBufferPointer<Double>
    let lows: UnsafeBufferPointer<Double>
    let volumes: UnsafeBufferPointer<Double>
    let takerBuys: UnsafeBufferPointer<Double>
    /// Of the candle at 0.
    let openTime: Timestamp
    let open: Double
    /// Candles in the columns of prices; the shorter columns hold as many or as they can.
    let count: Int
    /// Nanoseconds.
    private let openTimes: UnsafeBufferPointer<Int64>
    private let interval: Duration

    /// Gives `body` at most `count` candles of `series`, the first of them that of `age`; does nothing when that is not
    /// kept.
    static func read(
        _ series: borrowing CandleSeries, from age: Int, count: Int, _ body: (CandleColumns) -> Void
    ) {
        guard let newest = series.fromEnd(age) else { return }
        let length = min(count, capacity)
        // An allocation of this size for a while would come from the heap.
        var timeMemory = InlineArray<289, Int64>(repeating: 0)
        var memory = InlineArray<952, Double>(repeating: 0)
        var timeSpan = timeMemory.mutableSpan
        var span = memory.mutableSpan
        timeSpan.withUnsafeMutableBufferPointer { allTimes in
            span.withUnsafeMutableBufferPointer { doubles in
                func column(_ begin: Int, _ length: Int) -> UnsafeMutableBufferPointer<Double> {
                    UnsafeMutableBufferPointer(rebasing: doubles[begin..<begin + length])
                }
                let times = UnsafeMutableBufferPointer(rebasing: allTimes[..<length])
                let closes = column(0, length)
                let highs = column(capacity, length)
                let lows = column(2 * capacity, length)
                let volumes = column(3 * capacity, min(count, volumeCapacity))
                let takerBuys = column(
                    3 * capacity + volumeCapacity, min(count, takerCapacity))
                let known = series.read(
                    from: age, times: times, closes: closes, highs: highs, lows: lows,
                    volumes: volumes, takerBuys: takerBuys)
                body(
                    CandleColumns(
                        closes: UnsafeBufferPointer(closes), highs: UnsafeBufferPointer(highs),
                        lows: UnsafeBufferPointer(lows), volumes: UnsafeBufferPointer(volumes),
                        takerBuys: UnsafeBufferPointer(takerBuys), openTime: newest.openTime,
                        open: Double(newest.open.units), count: known,
                        openTimes: UnsafeBufferPointer(times), interval: series.interval))
            }
        }
    }

    /// Whether the candle `back` before the first is there, and not so old that there must have been long silences
    /// between them: intervals without prints are absent, and neighbors in the series need not be neighbors in time.
    @inline(__always)
    func reaches(_ back: Int) -> Bool {
        guard back < count else { return false }
        return Timestamp(nanoseconds: openTimes[0]) - Timestamp(nanoseconds: openTimes[back])
            <= interval * Int64(2 * back + 2)
    }
}
