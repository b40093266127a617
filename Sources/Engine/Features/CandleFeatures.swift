package import Market
package import Trading

/// The features that are made of closed 5-minute candles alone.
///
/// Each is a function of a fixed number of candles, those that smooth included: they begin anew at the oldest candle of
/// their window, so that training, back-test and live cannot differ by where they began. Silences long enough to make
/// a window twice as long as it should be make its features missing.
package enum CandleFeatures {
    /// Computes the features as they were when the closed candle of `age` was the newest: nothing later is looked at.
    ///
    /// Only groups of which `needed` has a feature are computed, those whole; the other features of `row` stay as they
    /// are. Age 0 is the newest closed candle; beyond the oldest kept everything is missing.
    ///
    /// - Complexity: constant; no allocation.
    package static func compute(
        _ candles: borrowing CandleSeries, age: Int, needed: FeatureMask, into row: inout FeatureRow
    ) {
        let count = longest(needed)
        guard count > 0 else { return }
        CandleColumns.read(candles, from: age, count: count) { columns in
            add(columns, needed: needed, hasTakerVolume: candles.hasTakerVolume, to: &row)
            if needed.intersects(Masks.calendar) {
                addCalendar(columns.openTime + candles.interval, to: &row)
            }
        }
        if needed.intersects(Masks.volatility) {
            row[.volatilityPercentile] = candles.activityRank(age, hours: percentileHours)
        }
    }

    private static func add(
        _ columns: CandleColumns, needed: FeatureMask, hasTakerVolume: Bool,
        to row: inout FeatureRow
    ) {
        if needed.intersects(Masks.returns) { addReturns(columns, to: &row) }
        if needed.intersects(Masks.volatility) { addVolatility(columns, to: &row) }
        if needed.intersects(Masks.smoothed) { addOscillators(columns, to: &row) }
        if needed.intersects(Masks.oscillators) { addStochastic(columns, to: &row) }
        if needed.intersects(Masks.levels) { addLevels(columns, to: &row) }
        if needed.intersects(Masks.shape) { addShape(columns, to: &row) }
        if needed.intersects(Masks.volume) { addVolume(columns, to: &row) }
        if needed.intersects(Masks.takerVolume) && hasTakerVolume {
            addTakerVolume(columns, to: &row)
        }
        if needed.intersects(Masks.regime) { row[.hurst100] = FluctuationAnalysis.hurst(columns) }
    }

    /// Hours before the newest that a volatility is ranked among: with it and their first close, 8,640 candles.
    static let percentileHours = 718

    enum Masks {
        static let returns = FeatureMask(.returns)
        static let volatility = FeatureMask(.volatility)
        static let oscillators = FeatureMask(.oscillators)
        /// What the long loop of the smoothed indicators gives.
        static let smoothed = FeatureMask([
            .rsi14, .macd, .macdSignal, .macdHistogram, .adx14, .directionalBalance14, .atr14,
            .natr14,
        ])
        static let levels = FeatureMask(.levels)
        static let shape = FeatureMask(.shape)
        static let volume = FeatureMask(.volume)
        static let takerVolume = FeatureMask(.takerVolume)
        static let regime = FeatureMask(.regime)
        static let calendar = FeatureMask(.calendar)
        static let day = returns.union(volatility).union(levels)
    }

    /// Candles that the longest of the needed windows has; 0 when no candle is needed.
    private static func longest(_ needed: FeatureMask) -> Int {
        if needed.intersects(Masks.day) { return CandleColumns.capacity }
        if needed.intersects(Masks.oscillators) { return smoothedCandles }
        if needed.intersects(Masks.regime) { return FluctuationAnalysis.returns + 1 }
        if needed.intersects(Masks.volume) { return CandleColumns.volumeCapacity }
        if needed.intersects(Masks.takerVolume) { return CandleColumns.takerCapacity }
        return needed.intersects(Masks.shape.union(Masks.calendar)) ? 1 : 0
    }

    private static func addReturns(_ columns: CandleColumns, to row: inout FeatureRow) {
        func change(_ back: Int) -> Double {
            columns.reaches(back) ? columns.closes[0] / columns.closes[back] - 1 : .nan
        }
        row[.return1] = change(1)
        row[.return3] = change(3)
        row[.return5] = change(5)
        row[.return12] = change(12)
        row[.return20] = change(20)
        row[.return72] = change(72)
        row[.return288] = change(288)
    }

    /// Root mean squares of simple returns, without taking a mean away.
    private static func addVolatility(_ columns: CandleColumns, to row: inout FeatureRow) {
        var sum = 0.0
        func add(_ backs: Range<Int>) {
            for back in backs {
                let change = columns.closes[back] / columns.closes[back + 1] - 1
                sum += change * change
            }
        }
        guard columns.count > 12 else { return }
        add(0..<12)
        let hour = columns.reaches(12) ? (sum / 12).squareRoot() : .nan
        row[.volatility12] = hour
        guard columns.count > 72 else { return }
        add(12..<72)
        if columns.reaches(72) { row[.volatility72] = (sum / 72).squareRoot() }
        guard columns.reaches(288) else { return }
        add(72..<288)
        let day = (sum / 288).squareRoot()
        row[.volatility288] = day
        row[.volatilityRatio] = hour / day
    }

    private static func addShape(_ columns: CandleColumns, to row: inout FeatureRow) {
        let close = columns.closes[0]
        let high = columns.highs[0]
        let low = columns.lows[0]
        let range = high - low
        row[.candleBody] = (close - columns.open) / range
        row[.upperWick] = (high - max(close, columns.open)) / range
        row[.lowerWick] = (min(close, columns.open) - low) / range
        row[.candleRange] = range / close
    }

    private static func addVolume(_ columns: CandleColumns, to row: inout FeatureRow) {
        let volume = columns.volumes[0]
        if columns.reaches(1) { row[.volumeChange] = volume / columns.volumes[1] - 1 }
        if columns.reaches(20) {
            var sum = 0.0
            for back in 1...20 { sum += columns.volumes[back] }
            row[.volumeRatio] = volume / (sum / 20)
        }
        if columns.reaches(72) {
            var sum = 0.0
            for back in 1...72 { sum += columns.volumes[back] }
            let mean = sum / 72
            var squares = 0.0
            for back in 1...72 {
                let off = columns.volumes[back] - mean
                squares += off * off
            }
            row[.volumeZ] = (volume - mean) / (squares / 72).squareRoot()
        }
    }

    private static func addTakerVolume(_ columns: CandleColumns, to row: inout FeatureRow) {
        func ratio(_ count: Int) -> Double {
            guard columns.reaches(count - 1) else { return .nan }
            var bought = 0.0
            var all = 0.0
            for back in 0..<count {
                bought += columns.takerBuys[back]
                all += columns.volumes[back]
            }
            return bought / all
        }
        row[.takerBuyRatio1] = ratio(1)
        row[.takerBuyRatio3] = ratio(3)
        row[.takerBuyRatio12] = ratio(12)
    }
}
