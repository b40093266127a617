import Market
import Trading

extension CandleFeatures {
    /// Where the close is among averages, bands and extremes.
    ///
    /// - Source: J. Bollinger, Bollinger on Bollinger Bands, 2001: mean of 20 closes ± 2 population standard deviations.
    static func addLevels(_ columns: CandleColumns, to row: inout FeatureRow) {
        let close = columns.closes[0]
        if columns.reaches(19) {
            let mean = meanClose(columns, 20)
            var squares = 0.0
            for back in 0..<20 {
                let off = columns.closes[back] - mean
                squares += off * off
            }
            let deviation = (squares / 20).squareRoot()
            row[.smaDistance20] = close / mean - 1
            row[.bollingerPosition] = (close - mean) / (2 * deviation)
            row[.bollingerWidth] = 4 * deviation / mean
        }
        if columns.reaches(49) { row[.smaDistance50] = close / meanClose(columns, 50) - 1 }
        if columns.reaches(199) { row[.smaDistance200] = close / meanClose(columns, 200) - 1 }
        if columns.reaches(71) { row[.rangePosition72] = rangePosition(columns, 72) }
        if columns.reaches(287) { row[.rangePosition288] = rangePosition(columns, 288) }
    }

    private static func meanClose(_ columns: CandleColumns, _ count: Int) -> Double {
        var sum = 0.0
        for back in 0..<count { sum += columns.closes[back] }
        return sum / Double(count)
    }

    /// −1 at the lowest low, 1 at the highest high.
    private static func rangePosition(_ columns: CandleColumns, _ count: Int) -> Double {
        let (high, low) = extremes(columns, 0..<count)
        return 2 * (columns.closes[0] - low) / (high - low) - 1
    }

    static func extremes(
        _ columns: CandleColumns, _ backs: Range<Int>
    ) -> (high: Double, low: Double) {
        var high = -Double.infinity
        var low = Double.infinity
        for back in backs {
            if columns.highs[back] > high { high = columns.highs[back] }
            if columns.lows[back] < low { low = columns.lows[back] }
        }
        return (high, low)
    }
}
