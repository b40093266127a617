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
    ///   - candles: of 5 minutes, the decision candles.
    ///   - minutes: the same stretch in candles of one minute, for the features made of those; may be absent.
    ///   - funding: settlements of the symbol, oldest first, each told at its own time.
    ///   - warmUp: candles that are told before the first row.
    ///   - features: the columns; position features stay missing, since nothing is open.
    ///   - progress: called now and then with the share that is done, 0...1.
    /// - Complexity: linear in the candles, times the windows of the features.
    package static func make(
        candles: CandleTable, minutes: CandleTable? = nil, funding: [FundingRow] = [],
        warmUp: Int = usualWarmUp, features: [FeatureID] = FeatureID.marketFeatures,
        market configuration: MarketConfiguration = MarketConfiguration(),
        progress: (Double) -> Void = { _ in }
    ) -> FeatureTable {
        var table = FeatureTable(
            symbol: candles.symbol, interval: candles.interval, features: features)
        let needed = FeatureMask(features)
        var market = HistoryMarket(
            candles: candles, minutes: minutes, funding: funding, configuration: configuration)
        for index in 0..<candles.count {
            let isCandle = market.close(index)
            if index & 1_023 == 0 { progress(Double(index) / Double(candles.count)) }
            // What was not traded is no candle, here as live: nothing is decided on it.
            guard index >= warmUp, isCandle else { continue }
            let row = EntryFeatures.compute(
                market.state, at: candles.closeTime(index), needed: needed)
            table.append(row, openTime: candles.openTimes[index], candle: index)
        }
        progress(1)
        return table
    }
}

/// A market that is told a history of candles and funding, close by close.
package struct HistoryMarket: Sendable {
    /// What is known after the last close.
    package private(set) var state: MarketState
    private let candles: CandleTable
    private let minutes: CandleTable?
    private var nextMinute = 0
    private var events: HistoryFunding

    /// A market that has been told nothing yet.
    package init(
        candles: CandleTable, minutes: CandleTable? = nil, funding: [FundingRow] = [],
        configuration: MarketConfiguration = MarketConfiguration()
    ) {
        var configuration = configuration
        configuration.candlesFromVenue = true
        configuration.hasTakerVolume = candles.hasTakerVolume
        state = MarketState(
            instrument: .preset(candles.symbol, id: InstrumentID(0)), configuration: configuration)
        self.candles = candles
        self.minutes = minutes
        events = HistoryFunding(funding)
    }

    /// Tells what happened up to the close of the candle at `index`, and that candle last; call it with 0, 1, 2 …. Says
    /// whether the market took it for a candle: one without trades is none.
    @discardableResult
    package mutating func close(_ index: Int) -> Bool {
        let end = candles.closeTime(index)
        while let row = events.next(before: end) {
            _ = state.apply(.funding(row.settlement), at: row.time)
        }
        if let minutes {
            while nextMinute < minutes.count, minutes.closeTime(nextMinute) <= end {
                _ = state.apply(
                    .kline(minutes.kline(nextMinute)), at: minutes.closeTime(nextMinute))
                nextMinute += 1
            }
        }
        let change = state.apply(.kline(candles.kline(index)), at: end)
        return !change.isDisjoint(with: [.candleClosed5m, .candleClosed1m])
    }
}

/// Settlements of funding, told one after the other as their times come.
struct HistoryFunding: Sendable {
    private let rows: [FundingRow]
    private var place = 0

    /// Takes settlements, oldest first.
    init(_ rows: [FundingRow]) { self.rows = rows }

    /// The next settlement before `time`; `nil` when there is none.
    ///
    /// One at the very close of a candle is not known at that close: live it comes a moment later.
    mutating func next(before time: Timestamp) -> FundingRow? {
        guard place < rows.count, rows[place].time < time else { return nil }
        place += 1
        return rows[place - 1]
    }

    /// The settlement that comes next; `nil` behind the last.
    var coming: FundingRow? { place < rows.count ? rows[place] : nil }
    /// The settlement that was told last; `nil` before the first.
    var last: FundingRow? { place > 0 ? rows[place - 1] : nil }
}

extension FundingRow {
    /// As the venue tells it.
    var settlement: FundingSettlement { FundingSettlement(rate: rate, venueTime: time) }
}

extension FeatureID {
    /// The features of the market, in the order of their slots: what a row has when nothing is open.
    package static let marketFeatures: [FeatureID] = allCases.filter { $0.group != .position }
}
