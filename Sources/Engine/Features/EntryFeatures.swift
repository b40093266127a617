package import Market
package import Trading

/// What an entry model is given at the close of a decision candle.
package enum EntryFeatures {
    /// One-minute returns that the volatility is made of.
    static let volatilityCandles = 15
    /// Fewer returns than this give no volatility.
    static let minVolatilityCandles = 5
    /// Momentum is kept within ± this many usual movements, so that one candle cannot decide alone.
    static let maxMomentum = 4.0

    /// Computes the market features from what is known now: closed candles and flow windows, nothing later.
    ///
    /// Only groups of which `needed` has a feature are computed; of those more may be filled in than was asked for. The
    /// flow windows must have been advanced to the venue's time of this moment. Position features stay missing.
    ///
    /// - Complexity: constant; no allocation.
    package static func compute(
        _ market: borrowing MarketState, at time: Timestamp, needed: FeatureMask = .all
    ) -> FeatureRow {
        var row = FeatureRow()
        if needed.intersects(Masks.scorecardFlow) { addFlow(market.flow, to: &row) }
        if needed.intersects(Masks.minutes) { addCandles(market.candles1m, to: &row, at: time) }
        if needed.intersects(Masks.book) { addBook(market, to: &row, at: time) }
        guard needed.intersects(Masks.notOfScorecards) else { return row }
        if needed.intersects(Masks.otherFlow) { addOtherFlow(market.flow, to: &row, at: time) }
        addDerivatives(market, to: &row, at: time, needed: needed)
        guard let end = lastEnd(market.candles5m, at: time) else { return row }
        if needed.intersects(.candles) {
            CandleFeatures.compute(market.candles5m, age: 0, needed: needed, into: &row)
        }
        if needed.intersects(Masks.openInterest) {
            addOpenInterest(market, asOf: end, to: &row)
        }
        if needed.intersects(Masks.funding) { addFunding(market.fundings, asOf: end, to: &row) }
        return row
    }

    enum Masks {
        static let scorecardFlow = FeatureMask([
            .whaleNet1m, .whaleNet5m, .whaleNet15m, .retailNet1m, .retailNet5m, .retailNet15m,
            .takerImbalance1m, .takerImbalance5m, .divergence5m,
        ])
        static let minutes = FeatureMask(.minutes)
        static let book = FeatureMask(.book)
        static let otherFlow = FeatureMask(
            FeatureID.allCases.filter { $0.group == .flow && !scorecardFlow.contains($0) })
        static let openInterest = FeatureMask(.openInterest)
        static let funding = FeatureMask(.funding)
        static let basis = FeatureMask([.basis, .fundingPredicted])
        static let forcedOrders = FeatureMask(.forcedOrders)
        static let magnets = FeatureMask(.magnets)
        static let notOfScorecards = FeatureMask(
            FeatureID.allCases.filter {
                $0.group != .position && !FeatureMask.scorecard.contains($0)
            })
    }

    /// When the newest closed 5-minute candle ended; `nil` when there is none, or when silence has made it too old to be
    /// the present.
    private static func lastEnd(
        _ candles: borrowing CandleSeries, at time: Timestamp
    ) -> Timestamp? {
        guard let last = candles.last,
            isRecent(last, age: 0, at: time, interval: candles.interval)
        else { return nil }
        return last.openTime + candles.interval
    }

    private static func addFlow(_ flow: borrowing TakerFlow, to row: inout FeatureRow) {
        let minute = flow.window(.oneMinute)
        let five = flow.window(.fiveMinutes)
        let fifteen = flow.window(.fifteenMinutes)
        row[.whaleNet1m] = balance(minute.whaleBuy, minute.whaleSell)
        row[.whaleNet5m] = balance(five.whaleBuy, five.whaleSell)
        row[.whaleNet15m] = balance(fifteen.whaleBuy, fifteen.whaleSell)
        row[.retailNet1m] = balance(minute.retailBuy, minute.retailSell)
        row[.retailNet5m] = balance(five.retailBuy, five.retailSell)
        row[.retailNet15m] = balance(fifteen.retailBuy, fifteen.retailSell)
        row[.takerImbalance1m] = balance(
            minute.whaleBuy + minute.retailBuy, minute.whaleSell + minute.retailSell)
        row[.takerImbalance5m] = balance(
            five.whaleBuy + five.retailBuy, five.whaleSell + five.retailSell)
        row[.divergence5m] = (row[.whaleNet5m] - row[.retailNet5m]) / 2
    }

    private static func addBook(
        _ market: borrowing MarketState, to row: inout FeatureRow, at time: Timestamp
    ) {
        guard let bid = market.bestBid, let ask = market.bestAsk else { return }
        row[.spread] =
            20_000 * (ask.price.asDouble - bid.price.asDouble)
            / (ask.price.asDouble + bid.price.asDouble)
        guard !market.isStale(.book, at: time) else { return }
        let bids = Double(bid.quantity.units)
        let asks = Double(ask.quantity.units)
        row[.bookImbalance] = (bids - asks) / (bids + asks)
    }

    private static func addCandles(
        _ candles: borrowing CandleSeries, to row: inout FeatureRow, at time: Timestamp
    ) {
        guard let last = candles.fromEnd(0) else { return }
        let close = last.close.asDouble
        var closes = InlineArray<16, Double>(repeating: .nan)
        var high = last.high
        var low = last.low
        closes[0] = close
        var known = 1
        while known <= volatilityCandles, let candle = candles.fromEnd(known),
            isRecent(candle, age: known, at: time, interval: candles.interval)
        {
            closes[known] = candle.close.asDouble
            if known < volatilityCandles {
                high = max(high, candle.high)
                low = min(low, candle.low)
            }
            known += 1
        }
        if high > low {
            row[.rangePosition15] =
                2 * (close - low.asDouble) / (high.asDouble - low.asDouble) - 1
        }
        guard known > minVolatilityCandles else { return }
        var squares = 0.0
        for age in 1..<known {
            let change = closes[age - 1] / closes[age] - 1
            squares += change * change
        }
        let sigma = (squares / Double(known - 1)).squareRoot()
        row[.volatility15m] = sigma * 10_000
        guard sigma > 0 else { return }
        func momentum(_ age: Int) -> Double {
            guard age < known else { return .nan }
            let moves = (close / closes[age] - 1) / (sigma * Double(age).squareRoot())
            return min(max(moves, -maxMomentum), maxMomentum)
        }
        row[.momentum1] = momentum(1)
        row[.momentum3] = momentum(3)
        row[.momentum5] = momentum(5)
        row[.momentum15] = momentum(15)
    }

    /// Whether the candle of this age is not much older than its age says: minutes without prints are absent.
    static func isRecent(_ candle: Candle, age: Int, at time: Timestamp, interval: Duration) -> Bool
    {
        time - candle.openTime <= interval * Int64(2 * age + 3)
    }

    /// (buy − sell) ÷ (buy + sell), −1...1; NaN when nothing was traded.
    @inline(__always)
    static func balance(_ buy: Money, _ sell: Money) -> Double {
        let bought = approximate(buy)
        let sold = approximate(sell)
        let gross = bought + sold
        return gross > 0 ? (bought - sold) / gross : .nan
    }

    /// The units of a non-negative amount as a double, from its two halves: several times faster than the conversion of
    /// a whole 128-bit number, and as good to 2⁻⁵².
    @inline(__always)
    static func approximate(_ money: Money) -> Double {
        Double(UInt64(truncatingIfNeeded: money.units >> 64)) * 0x1p64
            + Double(UInt64(truncatingIfNeeded: money.units))
    }
}

extension Price {
    /// The same as `double`; here, so that it costs no call.
    @inline(__always)
    var asDouble: Double { Double(units) / 1e8 }
}
