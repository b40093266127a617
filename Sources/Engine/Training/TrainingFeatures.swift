package import Trading

/// The features that models are given: those that follow from candles and the clock and mean the same for every symbol.
///
/// Nothing is filled in for the others: flow by size, open interest, the book and clusters are not in the training data, so
/// no model is fed them. Neither is funding, which the data has for some symbols and months only: a model would learn that
/// a missing rate means a certain symbol, and be wrong about it live, where every symbol has one.
package enum TrainingFeatures {
    /// Left out of their groups: quote units; what looks back a month and so never is where training was; and the day of
    /// the week, of which eight months hold too few to learn anything but their accidents.
    private static let unfit: Set<FeatureID> = [
        .atr14, .volatilityPercentile, .dayOfWeekSine, .dayOfWeekCosine,
    ]

    /// Features of the market, in the order of their slots.
    package static let market: [FeatureID] = FeatureID.allCases.filter { feature in
        switch feature.group {
        case .returns, .volatility, .oscillators, .levels, .shape, .volume, .takerVolume, .regime,
            .calendar:
            !unfit.contains(feature)
        case .funding, .flow, .minutes, .book, .openInterest, .basis, .forcedOrders, .magnets,
            .position:
            false
        }
    }

    /// Features of an open position that follow from prices alone.
    package static let position: [FeatureID] = [
        .heldFraction, .unrealizedR, .drawdownR, .peakReturn, .troughReturn,
    ]

    /// What the LSTM looks back on: candle features that are missing only after odd candles: one without a range has no body, and then the network is
    /// silent until it has left the window.
    package static let sequence: [FeatureID] = [
        .return1, .return12, .volatility12, .natr14, .rsi14, .bollingerPosition, .candleBody,
        .upperWick, .lowerWick, .volumeZ, .takerBuyRatio1, .rangePosition72,
    ]
}
