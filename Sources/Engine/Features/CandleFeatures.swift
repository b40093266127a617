package import Market
package import Trading

/// The features that are made of closed 5-minute candles alone.
package enum CandleFeatures {
    /// Computes the features as they were when the closed candle of `age` was the newest: nothing later is looked at.
    ///
    /// Only groups of which `needed` has a feature are computed, those whole; the other features of `row` stay as they
    /// are. Age 0 is the newest closed candle; beyond the oldest kept everything is missing.
    package static func compute(
        _ candles: borrowing CandleSeries, age: Int, needed: FeatureMask, into row: inout FeatureRow
    ) {
        guard needed.intersects(.candles), let newest = candles.fromEnd(age) else { return }
        let close = newest.close.asDouble
        for (feature, count) in [
            (FeatureID.return1, 1), (.return3, 3), (.return5, 5), (.return12, 12), (.return20, 20),
            (.return72, 72), (.return288, 288),
        ] {
            if let before = candles.fromEnd(age + count) {
                row[feature] = close / before.close.asDouble - 1
            }
        }
    }
}
