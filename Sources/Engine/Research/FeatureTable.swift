package import Trading

/// The market features at the close of each decision candle, one row a candle, oldest first; a missing value is NaN.
package struct FeatureTable: Sendable {
    package let symbol: SymbolName
    package let interval: Duration
    /// The columns.
    package let features: [FeatureID]
    /// Milliseconds since 1970 at which the candle of each row began: the row is what was known when it closed.
    package private(set) var openTimes: [Int64] = []
    /// The place of each row's candle in the candle table that it was made from.
    package private(set) var candles: [Int] = []
    /// Row-major: `count` rows of `features.count` values.
    package private(set) var values: [Double] = []

    /// An empty table with these columns.
    package init(symbol: SymbolName, interval: Duration, features: [FeatureID]) {
        self.symbol = symbol
        self.interval = interval
        self.features = features
    }

    /// Rows.
    package var count: Int { openTimes.count }

    /// Appends the columns of `row`, known at the close of the candle at place `candle` that began at `openTime`.
    package mutating func append(_ row: FeatureRow, openTime: Int64, candle: Int) {
        openTimes.append(openTime)
        candles.append(candle)
        for feature in features { values.append(row[feature]) }
    }

    /// The value of one column in one row; NaN when it is missing.
    package func value(_ row: Int, _ column: Int) -> Double {
        values[row * features.count + column]
    }

    /// The column of `feature`; `nil` when the table has none.
    package func column(of feature: FeatureID) -> Int? { features.firstIndex(of: feature) }

    /// A whole row, as a model is given it live; features without a column are missing.
    package func row(_ index: Int) -> FeatureRow {
        var row = FeatureRow()
        for (column, feature) in features.enumerated() { row[feature] = value(index, column) }
        return row
    }
}
