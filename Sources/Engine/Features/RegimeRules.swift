package import Trading

/// Where the words of a market regime begin and end.
package struct RegimeRules: Hashable, Sendable {
    /// A Hurst exponent below is `meanReverting`, above the highest `trending`.
    package var lowestRandom: Double
    package var highestRandom: Double
    /// A percentile of volatility below is `calm`, above the highest `volatile`.
    package var lowestNormal: Double
    package var highestNormal: Double
    /// A 24-hour return below is `bear`, above the highest `bull`.
    package var lowestSideways: Double
    package var highestSideways: Double

    /// The rules that are in force unless others are named.
    ///
    /// The exponents are the 10th and 90th percentile of the estimator's own answers to 100,000 series of 100 independent
    /// normal returns (mean 0.494, deviation 0.124; with Student's t of three degrees 0.340 and 0.653).
    package static let standard = RegimeRules(
        lowestRandom: 0.337, highestRandom: 0.658, lowestNormal: 0.1, highestNormal: 0.9,
        lowestSideways: -0.02, highestSideways: 0.03)

    /// The exponents of the earlier system, kept to compare.
    package static let v4 = RegimeRules(
        lowestRandom: 0.45, highestRandom: 0.55, lowestNormal: 0.1, highestNormal: 0.9,
        lowestSideways: -0.02, highestSideways: 0.03)

    /// What a row must have for all three words.
    package static let needed = FeatureMask([.hurst100, .volatilityPercentile, .return288])

    /// The regime that `row` tells; words are `nil` where its features are missing.
    package func regime(_ row: borrowing FeatureRow) -> MarketRegime {
        MarketRegime(
            persistence: place(
                row[.hurst100], lowestRandom, highestRandom, .meanReverting, .random, .trending),
            volatility: place(
                row[.volatilityPercentile], lowestNormal, highestNormal, .calm, .normal, .volatile),
            dayTrend: place(
                row[.return288], lowestSideways, highestSideways, .bear, .sideways, .bull))
    }

    private func place<Word>(
        _ value: Double, _ lowest: Double, _ highest: Double, _ below: Word, _ between: Word,
        _ above: Word
    ) -> Word? {
        if value.isNaN { return nil }
        return value < lowest ? below : value > highest ? above : between
    }
}
