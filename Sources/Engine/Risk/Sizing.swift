package import Trading

/// The direction of the market over the last 24 h.
package enum TrendRegime: String, Hashable, Sendable, CaseIterable, Codable {
    case bull, sideways, bear
}

/// What the last closed trades say about the edge; fractions of equity or notional, both alike.
package struct TradeStatistics: Hashable, Sendable {
    /// Trades looked at: the last 100 at most.
    package var count: Int
    /// Share of wins, 0...1.
    package var winRate: Double
    /// Mean win, above zero.
    package var meanWin: Double
    /// Mean loss as a positive number.
    package var meanLoss: Double

    package init(count: Int, winRate: Double, meanWin: Double, meanLoss: Double) {
        self.count = count
        self.winRate = winRate
        self.meanWin = meanWin
        self.meanLoss = meanLoss
    }
}

/// What the size of an entry depends on.
package struct SizingInput: Hashable, Sendable {
    package var direction: Direction
    package var equity: Money
    /// Probability of the entry model, 0...1.
    package var probability: Double
    /// Realised volatility over its own mean; `nil` when not known.
    package var volatilityRatio: Double?
    /// `nil` when not known.
    package var regime: TrendRegime?
    /// Losses or wins in a row up to now; at most one is above zero.
    package var losingStreak: Int
    package var winningStreak: Int
    /// Distance from entry to stop as a fraction of the entry.
    package var stopDistance: Rate
    /// Fees, spread and slippage of getting in and out, as a fraction of notional.
    package var roundTripCosts: Rate
    /// `nil` before the first closed trade.
    package var statistics: TradeStatistics?
    /// The live stage's margin cap; `nil` when not live.
    package var stageMarginCap: Money?
    package var leverage: Int
    /// Notional traded in the last hour; `nil` when not known.
    package var hourNotional: Money?
    /// Product of the guards' multipliers, 0...1.
    package var guardMultiplier: Double
    /// The dearest price at which the entry may fill or be valued: the highest of limit, touch and mark, so that the
    /// checks before the order find no more notional than was sized.
    package var entryPrice: Price

    package init(
        direction: Direction, equity: Money, probability: Double, volatilityRatio: Double? = nil,
        regime: TrendRegime? = nil, losingStreak: Int = 0, winningStreak: Int = 0,
        stopDistance: Rate, roundTripCosts: Rate, statistics: TradeStatistics? = nil,
        stageMarginCap: Money? = nil, leverage: Int, hourNotional: Money? = nil,
        guardMultiplier: Double = 1, entryPrice: Price
    ) {
        self.direction = direction
        self.equity = equity
        self.probability = probability
        self.volatilityRatio = volatilityRatio
        self.regime = regime
        self.losingStreak = losingStreak
        self.winningStreak = winningStreak
        self.stopDistance = stopDistance
        self.roundTripCosts = roundTripCosts
        self.statistics = statistics
        self.stageMarginCap = stageMarginCap
        self.leverage = leverage
        self.hourNotional = hourNotional
        self.guardMultiplier = guardMultiplier
        self.entryPrice = entryPrice
    }
}

/// What can bound the size of an entry, in the order of the record.
package enum SizeLimitID: String, Hashable, Sendable, CaseIterable, Codable {
    case candidate, profileMax, risk, halfKelly, stage, hourVolume
}

/// One bound of the size, as a notional.
package struct SizeLimit: Hashable, Sendable {
    package var id: SizeLimitID
    package var notional: Money
    /// Whether this one is the smallest; the first of equals.
    package var isBinding: Bool
}

/// How large an entry is, and why.
package struct SizingResult: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case sized(Quantity)
        /// Below the exchange's smallest order; at this equity it would not be, all other things equal.
        case tooSmall(neededEquity: Money)
        /// The last trades have no edge: no entry, and entries pause. The Kelly fraction is zero or less.
        case noEdge(kelly: Double)
    }

    package var outcome: Outcome
    /// Notional of the outcome after guards and precision; zero unless sized.
    package var notional: Money
    /// The weighted confidence, 0...1.
    package var confidence: Double
    /// All bounds that were in force.
    package var limits: [SizeLimit]

    /// The bound that decided.
    package var binding: SizeLimitID? { limits.first { $0.isBinding }?.id }
}

/// How large an entry is.
package enum Sizing {
    package static func size(
        _ input: SizingInput, _ configuration: SizingConfiguration, _ filters: InstrumentFilters
    ) -> SizingResult {
        let confidence = confidence(input, configuration)
        var limits: [SizeLimit] = []
        limits.reserveCapacity(SizeLimitID.allCases.count)
        func bound(_ id: SizeLimitID, _ notional: Money) {
            limits.append(SizeLimit(id: id, notional: max(.zero, notional), isBinding: false))
        }

        let fraction = min(
            max(configuration.base * (0.5 + confidence), configuration.min), configuration.max)
        bound(.candidate, input.equity.scaled(by: fraction))
        bound(.profileMax, input.equity.scaled(by: configuration.max))
        let way = input.stopDistance + input.roundTripCosts
        if way > .zero {
            let risked = input.equity.part(configuration.riskFraction)
            bound(.risk, risked.scaled(by: 1 / way.double))
        }
        if let statistics = input.statistics, let least = configuration.kellyMinTrades,
            statistics.count >= least
        {
            let kelly = kellyFraction(statistics)
            guard kelly > 0 else {
                return SizingResult(
                    outcome: .noEdge(kelly: kelly), notional: .zero, confidence: confidence,
                    limits: marked(limits))
            }
            if statistics.meanLoss > 0 {
                bound(
                    .halfKelly,
                    input.equity.scaled(
                        by: configuration.kellyShare * kelly / statistics.meanLoss))
            }
        }
        if let cap = input.stageMarginCap {
            bound(.stage, Money(units: cap.units * Int128(max(1, input.leverage))))
        }
        if let hour = input.hourNotional { bound(.hourVolume, hour.part(configuration.hourShare)) }

        let bounds = marked(limits)
        let smallest = bounds.first { $0.isBinding }?.notional ?? .zero
        let multiplier = min(max(input.guardMultiplier, 0), 1)
        let allowed = smallest.scaled(by: multiplier)
        switch Precision.entryQuantity(
            allowed.quantity(at: input.entryPrice), at: input.entryPrice, isMarket: false, filters)
        {
        case .success(let quantity):
            return SizingResult(
                outcome: .sized(quantity), notional: Money(quantity, at: input.entryPrice),
                confidence: confidence, limits: bounds)
        case .failure:
            let least = max(
                filters.minNotional, Money(filters.minQuantity, at: input.entryPrice))
            return SizingResult(
                outcome: .tooSmall(
                    neededEquity: neededEquity(least, input.equity, allowed: allowed)),
                notional: .zero, confidence: confidence, limits: bounds)
        }
    }

    /// Half the rules' confidence is one signal: the weighted mean of four components. What is not known counts at its
    /// worse side.
    package static func confidence(
        _ input: SizingInput, _ configuration: SizingConfiguration
    ) -> Double {
        let edge = min(max((input.probability - 0.5) / 0.5, 0), 1)
        let signal = edge * edge.squareRoot()
        let volatility: Double
        if let ratio = input.volatilityRatio, ratio.isFinite {
            volatility =
                ratio <= 0.5 ? 1 : ratio >= 2 ? 0 : ratio <= 1 ? 1.5 - ratio : 0.5 * (2 - ratio)
        } else {
            volatility = 0
        }
        let favorable: TrendRegime = input.direction == .long ? .bull : .bear
        let regime: Double
        switch input.regime {
        case .some(favorable): regime = 1
        case .some(.sideways): regime = 0.6
        case .some, .none: regime = 0.3
        }
        let streak: Double
        switch (input.losingStreak, input.winningStreak) {
        case (3..., _): streak = 0.3
        case (2, _): streak = 0.6
        case (1, _): streak = 0.9
        case (_, 3...): streak = 0.8
        default: streak = 1
        }
        let sum =
            configuration.signalWeight * signal + configuration.volatilityWeight * volatility
            + configuration.regimeWeight * regime + configuration.streakWeight * streak
        return min(max(sum, 0), 1)
    }

    /// W − (1 − W) ÷ R, with R the mean win over the mean loss; −1 when nothing was ever won.
    package static func kellyFraction(_ statistics: TradeStatistics) -> Double {
        guard statistics.meanWin > 0 else { return -1 }
        return statistics.winRate
            - (1 - statistics.winRate) * statistics.meanLoss / statistics.meanWin
    }

    private static func marked(_ limits: [SizeLimit]) -> [SizeLimit] {
        var limits = limits
        var smallest: Int?
        for index in limits.indices {
            if let best = smallest, limits[best].notional <= limits[index].notional { continue }
            smallest = index
        }
        if let smallest { limits[smallest].isBinding = true }
        return limits
    }

    /// The equity at which `allowed` would be the smallest order, taking it to grow with equity; rounded up to whole
    /// quote units. Zero when nothing is allowed at any equity.
    private static func neededEquity(_ least: Money, _ equity: Money, allowed: Money) -> Money {
        guard allowed > .zero, equity > .zero else { return .zero }
        let needed = equity.double * (least.double / allowed.double)
        guard needed.isFinite, needed < 1e15 else { return .zero }
        return Money(whole: Int64(needed.rounded(.up)))
    }
}
