import Market
import Trading

extension CandleFeatures {
    /// Candles that smoothed indicators are made of: 150 changes, after which what came before the first would weigh less
    /// than 10⁻⁴.
    static let smoothedCandles = 151
    private static let changes = 150

    /// RSI, ATR, ADX with its directions, and MACD, in one loop from the oldest candle to the newest.
    ///
    /// - Source: J. W. Wilder, New Concepts in Technical Trading Systems, 1978 (RSI, ATR, ADX: the mean of the first 14,
    ///   then 1/14 of each new value); G. Appel, Technical Analysis, 2005 (MACD 12, 26, 9).
    static func addOscillators(_ columns: CandleColumns, to row: inout FeatureRow) {
        guard columns.reaches(changes) else { return }
        var gain = WilderMean()
        var loss = WilderMean()
        var trueRange = WilderMean()
        var up = WilderMean()
        var down = WilderMean()
        var directionality = WilderMean()
        var before = columns.closes[changes]
        var highBefore = columns.highs[changes]
        var lowBefore = columns.lows[changes]
        var fast = before
        var slow = before
        var signal = 0.0
        for step in 1...changes {
            let back = changes - step
            let close = columns.closes[back]
            let high = columns.highs[back]
            let low = columns.lows[back]
            let change = close - before
            gain.add(change > 0 ? change : 0)
            loss.add(change < 0 ? -change : 0)
            let top = high > before ? high : before
            let bottom = low < before ? low : before
            trueRange.add(top - bottom)
            let rise = high - highBefore
            let fall = lowBefore - low
            up.add(rise > fall && rise > 0 ? rise : 0)
            down.add(fall > rise && fall > 0 ? fall : 0)
            if step >= WilderMean.length {
                let both = up.value + down.value
                directionality.add(both > 0 ? 100 * abs(up.value - down.value) / both : 0)
            }
            fast += (close - fast) * (2.0 / 13)
            slow += (close - slow) * (2.0 / 27)
            signal += (fast - slow - signal) * (2.0 / 10)
            before = close
            highBefore = high
            lowBefore = low
        }
        let close = columns.closes[0]
        row[.rsi14] = 100 * gain.value / (gain.value + loss.value)
        row[.atr14] = trueRange.value / 1e8
        row[.natr14] = trueRange.value / close
        row[.adx14] = directionality.value
        row[.directionalBalance14] = (up.value - down.value) / (up.value + down.value)
        row[.macd] = (fast - slow) / close
        row[.macdSignal] = signal / close
        row[.macdHistogram] = (fast - slow - signal) / close
    }

    /// Where the close is between the extremes of 14 candles, and the mean of the last three of that.
    static func addStochastic(_ columns: CandleColumns, to row: inout FeatureRow) {
        func percent(_ back: Int) -> Double {
            let (high, low) = extremes(columns, back..<back + 14)
            return 100 * (columns.closes[back] - low) / (high - low)
        }
        guard columns.reaches(13) else { return }
        let newest = percent(0)
        row[.stochasticK14] = newest
        guard columns.reaches(15) else { return }
        row[.stochasticD14] = (newest + percent(1) + percent(2)) / 3
    }
}

/// Wilder's smoothing over 14: the mean of the first 14 values, then a fourteenth of each new one.
struct WilderMean {
    static let length = 14

    /// The sum of the values until there are 14, then the smoothed mean.
    private(set) var value = 0.0
    private var count = 0

    @inline(__always)
    mutating func add(_ new: Double) {
        if count < Self.length {
            value += new
            count += 1
            if count == Self.length { value /= 14 }
        } else {
            value += (new - value) * (1.0 / 14)
        }
    }
}
