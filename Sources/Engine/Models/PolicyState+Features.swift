package import Trading

extension PolicyState {
    /// The features that the market components are made of.
    package static let marketFeatures = FeatureMask([
        .return20, .natr14, .rsi14, .openInterestDivergence, .openInterestChange5, .fundingRate,
        .volumeRatio, .bollingerPosition,
    ])

    /// Fills in the market components from the row of a closed decision candle; what is missing there is missing here.
    package mutating func takeMarket(_ row: borrowing FeatureRow) {
        self[.return20] = Float(row[.return20])
        self[.normalizedATR] = Float(row[.natr14])
        self[.rsi] = Float(row[.rsi14] / 100)
        self[.openInterestDivergence] = Float(row[.openInterestDivergence])
        self[.openInterestChange] = Float(row[.openInterestChange5])
        self[.fundingRate] = Float(row[.fundingRate] / 10_000)
        self[.volumeRatio] = Float(row[.volumeRatio])
        // The feature counts from the middle of the band, −1...1 at its edges; this from its lower edge.
        self[.bollingerPosition] = Float((row[.bollingerPosition] + 1) / 2)
    }

    /// Fills in what the entry models said; missing unless both sides have an answer.
    package mutating func takeSignals(long: Double?, short: Double?) {
        guard let long, let short else {
            self[.modelSignal] = .nan
            self[.confidence] = .nan
            return
        }
        self[.modelSignal] = Float(long - short)
        self[.confidence] = Float(max(long, short))
    }

    /// Mean ÷ sample standard deviation of the last 20 of `returns`, oldest first; 0 below 5, and when all are equal.
    package static func sharpe(_ returns: [Double]) -> Double {
        let last = returns.suffix(20)
        guard last.count >= 5 else { return 0 }
        let mean = last.reduce(0, +) / Double(last.count)
        let squares = last.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(last.count - 1)).squareRoot()
        return deviation > 1e-12 ? mean / deviation : 0
    }
}
