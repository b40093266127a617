import Features
package import Market
package import Trading

extension FeatureTable {
    /// Candles before the first row: five days, as before the first decision of a live engine.
    package static let usualWarmUp = 1_440

    /// The features at the close of every candle after the warm-up, computed by the code that runs live: the candles
    /// are told to a market as the venue tells them, and its features are computed at each close.
    ///
    /// - Parameters:
    ///   - candles: of 1 or 5 minutes; other intervals are no decision candles and give no row.
    ///   - funding: settlements of the symbol, oldest first, each told at its own time.
    ///   - warmUp: candles that are told before the first row.
    ///   - needed: the columns; position features stay missing, since nothing is open.
    ///   - progress: called now and then with the share that is done, 0...1.
    /// - Complexity: linear in the candles, times the windows of the features.
    package static func make(
        candles: CandleTable, funding: [FundingRow] = [], warmUp: Int = usualWarmUp,
        features: [FeatureID] = FeatureID.marketFeatures,
        market configuration: MarketConfiguration = MarketConfiguration(),
        progress: (Double) -> Void = { _ in }
    ) -> FeatureTable {
        var table = FeatureTable(
            symbol: candles.symbol, interval: candles.interval, features: features)
        var market = MarketState(
            instrument: .preset(candles.symbol, id: InstrumentID(0)), configuration: configuration)
        for index in 0..<candles.count {
            let time = candles.closeTime(index)
            _ = market.apply(.kline(candles.kline(index)), at: time)
            if index & 1_023 == 0 { progress(Double(index) / Double(candles.count)) }
            // What was not traded is no candle, here as live: nothing is decided on it.
            guard index >= warmUp, candles.volumes[index] > 0 else { continue }
            table.append(
                EntryFeatures.compute(market, at: time), openTime: candles.openTimes[index],
                candle: index)
        }
        progress(1)
        return table
    }
}

extension FeatureID {
    /// The features of the market, in the order of their slots: what a row has when nothing is open.
    package static let marketFeatures: [FeatureID] = {
        let position: FeatureMask = FeatureMask([
            .heldFraction, .unrealizedR, .drawdownR, .stopDistanceR, .targetDistanceR,
            .whaleAgainst1m, .whaleAgainst5m, .takerAgainst1m, .momentumAgainst1,
            .momentumAgainst3,
        ])
        return allCases.filter { !position.contains($0) }
    }()
}
