package import Market
package import Trading

/// What is known of an open position when its exit is judged.
package struct PositionInput: Hashable, Sendable {
    package var direction: Direction
    package var entryPrice: Price
    package var openedTime: Timestamp
    /// The longest time that it may be held; above zero.
    package var maxHold: Duration
    /// Its distance from the entry is R.
    package var initialStop: Price
    package var stop: Price
    /// `nil` when there is none.
    package var target: Price?
    package var highestMark: Price
    package var lowestMark: Price
    /// The sums of all flow when it was opened; `nil` when that is not known any more.
    package var flowAtEntry: FlowSums?
    /// What the market was like when it was entered.
    package var regimeAtEntry: MarketRegime

    package init(
        direction: Direction, entryPrice: Price, openedTime: Timestamp, maxHold: Duration,
        initialStop: Price, stop: Price, target: Price?, highestMark: Price, lowestMark: Price,
        flowAtEntry: FlowSums? = nil, regimeAtEntry: MarketRegime = MarketRegime()
    ) {
        self.direction = direction
        self.entryPrice = entryPrice
        self.openedTime = openedTime
        self.maxHold = maxHold
        self.initialStop = initialStop
        self.stop = stop
        self.target = target
        self.highestMark = highestMark
        self.lowestMark = lowestMark
        self.flowAtEntry = flowAtEntry
        self.regimeAtEntry = regimeAtEntry
    }
}

/// What an exit model is given at each live tick.
package enum PositionFeatures {
    /// Movements are kept within ± this many R.
    static let maxR = 10.0

    /// Computes the position features of hand-set scorecards from what is known now; all others stay missing.
    ///
    /// - Complexity: constant; no allocation.
    package static func compute(
        _ market: borrowing MarketState, position: PositionInput, at time: Timestamp
    ) -> FeatureRow {
        var row = FeatureRow()
        add(position, market: market, at: time, needed: .scorecard, to: &row)
        return row
    }

    /// Adds the position features of now to `row`, a row of market features as a rule. Those that hand-set scorecards use
    /// are always added, the others if `needed` has one of them.
    ///
    /// - Complexity: constant; no allocation.
    package static func add(
        _ position: PositionInput, market: borrowing MarketState, at time: Timestamp,
        needed: FeatureMask, to row: inout FeatureRow
    ) {
        let sign = position.direction == .long ? 1.0 : -1.0
        addFlow(market.flow, against: sign, to: &row)
        let held = Double(time.nanoseconds &- position.openedTime.nanoseconds)
        if position.maxHold > .zero {
            row[.heldFraction] = min(max(held / Double(position.maxHold.nanoseconds), 0), 1)
        }
        if needed.intersects(newer) { addNewer(position, market, sign: sign, held, to: &row) }
        let entry = position.entryPrice.asDouble
        let unit = abs(entry - position.initialStop.asDouble)
        guard let mark = market.mark?.price.asDouble, unit > 0 else { return }
        let gain = sign * (mark - entry)
        let best = position.direction == .long ? position.highestMark : position.lowestMark
        row[.unrealizedR] = inR(gain, unit)
        row[.drawdownR] = max(0, inR(sign * (best.asDouble - mark), unit))
        row[.stopDistanceR] = inR(sign * (mark - position.stop.asDouble), unit)
        if let target = position.target {
            row[.targetDistanceR] = inR(sign * (target.asDouble - mark), unit)
        }
        addMomentum(market.candles1m, mark, sign: sign, unit: unit, to: &row, at: time)
    }

    private static let newer = FeatureMask(
        FeatureID.allCases.filter {
            $0.group == .position && !FeatureMask.scorecard.contains($0)
        })

    /// What models look at beyond the scorecards. `held` is in nanoseconds.
    private static func addNewer(
        _ position: PositionInput, _ market: borrowing MarketState, sign: Double, _ held: Double,
        to row: inout FeatureRow
    ) {
        row[.heldHours] = max(0, held) / 3.6e12
        let entry = position.entryPrice.asDouble
        row[.stopWidth] = abs(entry - position.initialStop.asDouble) / entry
        let high = sign * (position.highestMark.asDouble / entry - 1)
        let low = sign * (position.lowestMark.asDouble / entry - 1)
        row[.peakReturn] = max(high, low)
        row[.troughReturn] = min(high, low)
        if let mark = market.mark?.price.asDouble {
            let unrealized = sign * (mark / entry - 1)
            row[.unrealizedReturn] = unrealized
            row[.drawdownReturn] = max(0, max(high, low) - unrealized)
        }
        if let before = position.flowAtEntry {
            row[.cvdSinceEntry] = sign * flowSince(before, market.flow.sinceStart)
        }
        let regime = position.regimeAtEntry
        if let persistence = regime.persistence {
            row[.entryPersistence] = Double(persistence.rawValue)
        }
        if let volatility = regime.volatility {
            row[.entryVolatility] = Double(volatility.rawValue)
        }
        if let dayTrend = regime.dayTrend { row[.entryDayTrend] = Double(dayTrend.rawValue) }
    }

    /// Net over gross of all takers since `before`; NaN when nothing was traded, or when those sums are of another run.
    private static func flowSince(_ before: FlowSums, _ now: FlowSums) -> Double {
        let bought = now.takerBuy - before.takerBuy
        let sold = now.takerSell - before.takerSell
        guard !bought.isNegative, !sold.isNegative else { return .nan }
        return EntryFeatures.balance(bought, sold)
    }

    private static func inR(_ way: Double, _ unit: Double) -> Double {
        min(max(way / unit, -maxR), maxR)
    }

    private static func addFlow(
        _ flow: borrowing TakerFlow, against sign: Double, to row: inout FeatureRow
    ) {
        let minute = flow.window(.oneMinute)
        let five = flow.window(.fiveMinutes)
        row[.whaleAgainst1m] = -sign * EntryFeatures.balance(minute.whaleBuy, minute.whaleSell)
        row[.whaleAgainst5m] = -sign * EntryFeatures.balance(five.whaleBuy, five.whaleSell)
        row[.takerAgainst1m] =
            -sign
            * EntryFeatures.balance(
                minute.whaleBuy + minute.retailBuy, minute.whaleSell + minute.retailSell)
    }

    /// How far the mark has moved against the position since the closes one and three whole candles back, in R.
    private static func addMomentum(
        _ candles: borrowing CandleSeries, _ mark: Double, sign: Double, unit: Double,
        to row: inout FeatureRow, at time: Timestamp
    ) {
        func against(_ age: Int) -> Double {
            guard let candle = candles.fromEnd(age),
                EntryFeatures.isRecent(candle, age: age, at: time, interval: candles.interval)
            else { return .nan }
            return inR(sign * (candle.close.asDouble - mark), unit)
        }
        row[.momentumAgainst1] = against(1)
        row[.momentumAgainst3] = against(3)
    }
}
