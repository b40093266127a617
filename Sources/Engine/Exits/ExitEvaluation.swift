package import Trading

/// The limits that open a held exit and that close positions by rule; fractions.
package struct ExitConfiguration: Hashable, Sendable, Codable {
    /// At a mark this near to liquidation the position is closed, a fraction of the mark.
    package var minLiquidationDistance: Rate = .basisPoints(1_500)
    /// An unrealised loss above this fraction of the position's margin lets the model out before the minimum hold.
    package var maxHeldLoss: Rate = .basisPoints(200)
    /// A fall of the portfolio's equity from its peak above this fraction does the same.
    package var maxHeldDrawdown: Rate = .basisPoints(150)

    package init() {}
}

/// What the account or the operator demands of this position.
package struct ExitDemands: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let kill = ExitDemands(rawValue: 1)
    package static let dailyLoss = ExitDemands(rawValue: 2)
    package static let emergency = ExitDemands(rawValue: 4)
    package static let `operator` = ExitDemands(rawValue: 8)
    /// The policy model wants out; held like the exit probability.
    package static let policy = ExitDemands(rawValue: 16)
}

/// What one evaluation of an open position looks at.
package struct ExitInput: Hashable, Sendable {
    package var direction: Direction
    package var time: Timestamp
    package var openedTime: Timestamp
    package var minimumHold: Duration
    package var maxHoldUntil: Timestamp
    package var demands: ExitDemands
    /// Stops and liquidation are judged by the mark, targets by the last price.
    package var markPrice: Price?
    package var lastPrice: Price?
    /// `nil` when not to be judged here, because the venue does it.
    package var stopPrice: Price?
    /// `nil` when there is none, or when not to be judged here.
    package var targetPrice: Price?
    /// `nil` when there is none.
    package var liquidationPrice: Price?
    /// `nil` when no model could say.
    package var exitProbability: Double?
    package var exitThreshold: Double
    /// Whether the model is acted on at this moment, not only shown.
    package var mayActOnModel: Bool
    package var unrealizedPnL: Money
    /// Isolated margin of the position.
    package var margin: Money
    /// Fall of equity from its peak, a fraction.
    package var portfolioDrawdown: Rate

    package init(
        direction: Direction, time: Timestamp, openedTime: Timestamp, minimumHold: Duration,
        maxHoldUntil: Timestamp, demands: ExitDemands = [], markPrice: Price?, lastPrice: Price?,
        stopPrice: Price?, targetPrice: Price?, liquidationPrice: Price?, exitProbability: Double?,
        exitThreshold: Double, mayActOnModel: Bool, unrealizedPnL: Money, margin: Money,
        portfolioDrawdown: Rate
    ) {
        self.direction = direction
        self.time = time
        self.openedTime = openedTime
        self.minimumHold = minimumHold
        self.maxHoldUntil = maxHoldUntil
        self.demands = demands
        self.markPrice = markPrice
        self.lastPrice = lastPrice
        self.stopPrice = stopPrice
        self.targetPrice = targetPrice
        self.liquidationPrice = liquidationPrice
        self.exitProbability = exitProbability
        self.exitThreshold = exitThreshold
        self.mayActOnModel = mayActOnModel
        self.unrealizedPnL = unrealizedPnL
        self.margin = margin
        self.portfolioDrawdown = portfolioDrawdown
    }
}

/// What becomes of an open position.
package enum ExitDecision: Hashable, Sendable {
    case hold
    /// It would be closed for this reason, but the minimum hold runs until then.
    case wantsOutHeld(until: Timestamp, ExitReason)
    case close(ExitReason)
}

/// The order of the reasons to close.
package enum ExitPriority {
    /// The strongest reason to close now, or why it is not yet allowed.
    package static func evaluate(
        _ input: ExitInput, _ configuration: ExitConfiguration
    ) -> ExitDecision {
        if input.demands.contains(.kill) { return .close(.kill) }
        if let mark = input.markPrice {
            if let liquidation = input.liquidationPrice,
                isNearer(
                    liquidation, to: mark, input.direction,
                    than: configuration.minLiquidationDistance)
            {
                return .close(.liquidationDistance)
            }
            if let stop = input.stopPrice, isReached(stop, by: mark, input.direction.opposite) {
                return .close(.stopLoss)
            }
        }
        if input.demands.contains(.dailyLoss) { return .close(.dailyLoss) }
        if input.demands.contains(.emergency) { return .close(.emergency) }
        if let last = input.lastPrice, let target = input.targetPrice,
            isReached(target, by: last, input.direction)
        {
            return .close(.target)
        }
        let wish = modelWish(input)
        let heldUntil = input.openedTime + input.minimumHold
        let isHeld = input.time < heldUntil && !overridesHold(input, configuration)
        if let wish, !isHeld { return .close(wish) }
        if input.time >= input.maxHoldUntil { return .close(.maxHold) }
        if input.demands.contains(.operator) { return .close(.operator) }
        if let wish { return .wantsOutHeld(until: heldUntil, wish) }
        return .hold
    }

    /// Whether a held position may be closed by the model all the same.
    package static func overridesHold(
        _ input: ExitInput, _ configuration: ExitConfiguration
    ) -> Bool {
        if input.portfolioDrawdown > configuration.maxHeldDrawdown { return true }
        guard input.unrealizedPnL.isNegative else { return false }
        return input.unrealizedPnL.magnitude > input.margin.part(configuration.maxHeldLoss)
    }

    private static func modelWish(_ input: ExitInput) -> ExitReason? {
        guard input.mayActOnModel else { return nil }
        if let probability = input.exitProbability, probability >= input.exitThreshold {
            return .exitProbability
        }
        return input.demands.contains(.policy) ? .policyExit : nil
    }

    /// Whether `price` is at `level` or beyond it, on the side where a position of `direction` wins.
    private static func isReached(_ level: Price, by price: Price, _ direction: Direction) -> Bool {
        direction == .long ? price >= level : price <= level
    }

    /// Exact, so that no rounding hides the last step.
    private static func isNearer(
        _ liquidation: Price, to mark: Price, _ direction: Direction, than limit: Rate
    ) -> Bool {
        let way = Int128(mark.units) - Int128(liquidation.units)
        let away = direction == .long ? way : -way
        return away * Int128(FixedPoint.unitsPerOne) < Int128(limit.units) * Int128(mark.units)
    }
}
