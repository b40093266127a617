package import Models

/// Past markets in which a policy trades, candle by candle.
///
/// Decisions are made and filled at the close of a candle, from what was known then. During the next candle the stop is
/// looked at first, then the target; at its close the maximum hold. The reward is the change of equity, in units of the
/// equity at the start and after costs, less a penalty for drawdown that grows. Funding is not paid: it is left to the
/// back-test. Rules: decision-rules, sections 4 and 6.
package struct TradingEnvironment: PolicyEnvironment {
    package let rules: TradingRules
    /// Components without data, always zero: to be named as absent when the policy is exported.
    package let absent: [PolicyState.Component]
    private let markets: [TradingMarket]

    private var market = 0
    /// The candle at whose close the next decision is made.
    private(set) var candle = 0
    /// The last candle of the episode.
    private(set) var lastCandle = 1
    private(set) var account = TradingAccount()
    private var peak = 1.0
    private var entriesToday = 0

    package var stateCount: Int { PolicyState.count }
    package var actionCount: Int { PolicyAction.allCases.count }
    /// Equity at the close of the candle, 1 at the start.
    package var equity: Double { account.equity(at: markets[market].close[candle]) }
    /// Returns on equity of all closed trades of the episode, oldest first, after costs.
    package var tradeReturns: [Double] { account.tradeReturns }
    /// The deepest fall of equity from its peak so far in the episode, a fraction of the peak, at closes.
    package private(set) var largestDrawdown = 0.0

    /// The markets must have data for the same components.
    package init(_ markets: [TradingMarket], rules: TradingRules) {
        precondition(!markets.isEmpty && rules.isSound, "there are markets, and rules that hold")
        absent = markets[0].absent
        precondition(
            markets.allSatisfy { $0.absent == markets[0].absent },
            "all markets have the same components")
        self.markets = markets
        self.rules = rules
    }

    /// Begins in a market and at a candle that the seed chooses, flat.
    package mutating func reset(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let market = generator.index(below: markets.count)
        let starts = max(1, markets[market].count - rules.episode)
        reset(market: market, candle: generator.index(below: starts))
    }

    /// Begins at this candle, flat.
    package mutating func reset(market: Int, candle: Int) {
        precondition(candle + 1 < markets[market].count, "a candle follows the first decision")
        self.market = market
        self.candle = candle
        lastCandle = min(markets[market].count - 1, candle + rules.episode)
        account = TradingAccount()
        peak = 1
        largestDrawdown = 0
        entriesToday = 0
    }

    package mutating func step(_ action: Int) -> PolicyStep {
        precondition(candle < lastCandle, "the episode has not ended")
        guard let action = PolicyAction(rawValue: action) else {
            preconditionFailure("an action is one of six")
        }
        let (before, fallBefore) = (equity, drawdown)
        let isValid = perform(action)
        let day = markets[market].days[candle]
        candle += 1
        if markets[market].days[candle] != day { entriesToday = 0 }
        leaveIfReached()
        if candle == lastCandle { closeAll(at: markets[market].close[candle]) }
        let after = equity
        peak = max(peak, after)
        largestDrawdown = max(largestDrawdown, drawdown)
        let reward =
            after - before - rules.drawdownPenalty * max(0, drawdown - fallBefore)
            - (isValid ? 0 : rules.invalidCost)
        return PolicyStep(
            reward: reward,
            episode: after < rules.ruin ? .ended : (candle == lastCandle ? .cut : .goesOn))
    }

    private var drawdown: Double { max(0, 1 - equity / peak) }

    // MARK: Actions

    /// Whether the action could be; one that cannot be is a hold.
    private mutating func perform(_ action: PolicyAction) -> Bool {
        switch action {
        case .hold: return true
        case .enterLong, .enterShort:
            guard account.isFlat, entriesToday < rules.maxTradesPerDay else { return false }
            open(action == .enterLong ? 1 : -1)
            entriesToday += 1
        case .exit:
            guard !account.isFlat else { return false }
            closeAll(at: markets[market].close[candle])
        case .scaleIn:
            guard !account.isFlat, account.legs < rules.maxLegs else { return false }
            open(account.direction)
        case .scaleOut:
            guard account.legs > 1 else { return false }
            account.close(
                legs: 1, price: market(markets[market].close[candle], buys: account.quantity < 0),
                fee: rules.takerFee)
        }
        return true
    }

    private mutating func open(_ direction: Double) {
        let equity = self.equity
        account.open(
            direction: direction, notional: rules.legFraction * equity,
            price: market(markets[market].close[candle], buys: direction > 0),
            fee: rules.takerFee, candle: candle, equity: equity)
    }

    private mutating func closeAll(at price: Double) {
        guard !account.isFlat else { return }
        account.close(
            legs: account.legs, price: market(price, buys: account.quantity < 0),
            fee: rules.takerFee)
    }

    /// What a fill at market gets instead of `price`.
    private func market(_ price: Double, buys: Bool) -> Double {
        price * (buys ? 1 + rules.slippage : 1 - rules.slippage)
    }

    /// Closes a position whose stop, target or maximum hold the candle has reached.
    private mutating func leaveIfReached() {
        guard !account.isFlat else { return }
        let (high, low) = (markets[market].high[candle], markets[market].low[candle])
        let isLong = account.quantity > 0
        let stop = account.entryPrice * (isLong ? 1 - rules.stop : 1 + rules.stop)
        if isLong ? low <= stop : high >= stop {
            // A candle wholly beyond the stop has no fill at it.
            closeAll(at: isLong ? min(stop, high) : max(stop, low))
            return
        }
        let target = targetPrice
        if isLong ? high >= target : low <= target {
            // A resting limit: filled at its price, never better.
            account.close(legs: account.legs, price: target, fee: rules.takerFee)
            return
        }
        if candle - account.entryCandle >= rules.maxHold {
            closeAll(at: markets[market].close[candle])
        }
    }

    private var targetPrice: Double {
        account.entryPrice * (account.quantity > 0 ? 1 + rules.target : 1 - rules.target)
    }

    // MARK: State

    package func fill(_ state: inout [Float]) {
        let current = self.state
        for component in PolicyState.Component.allCases {
            state[component.rawValue] = current[component]
        }
    }

    /// The 20 components at the close of the candle; absent ones are zero.
    package var state: PolicyState {
        var state = PolicyState()
        for component in TradingMarket.components {
            let column = markets[market].columns[component.rawValue]
            state[component] = column.isEmpty ? 0 : column[candle]
        }
        let price = markets[market].close[candle]
        let equity = self.equity
        let direction = account.direction
        let most = rules.legFraction * Double(rules.maxLegs) * equity
        state[.position] = Float(account.quantity * price / most)
        state[.equityRatio] = Float(equity)
        state[.drawdown] = Float(drawdown)
        state[.recentSharpe] = Float(PolicyState.sharpe(account.tradeReturns))
        state[.tradesToday] = Float(entriesToday) / Float(rules.maxTradesPerDay)
        if account.isFlat {
            state[.unrealizedReturn] = 0
            state[.timeHeld] = 0
            state[.target] = Float(rules.target)
            state[.freeBalanceRatio] = 1
            state[.liquidationDistance] = 1
        } else {
            let margin = abs(account.quantity) * account.entryPrice / rules.leverage
            state[.unrealizedReturn] = Float(direction * (price / account.entryPrice - 1))
            state[.timeHeld] = Float(candle - account.entryCandle) / Float(rules.maxHold)
            state[.target] = Float(direction * (targetPrice - price) / price)
            state[.freeBalanceRatio] = Float((equity - margin) / equity)
            state[.liquidationDistance] = Float(direction * (price - liquidationPrice) / price)
        }
        return state
    }

    /// Where the margin of a leg, isolated, is down to its maintenance.
    private var liquidationPrice: Double {
        account.quantity > 0
            ? account.entryPrice * (1 - 1 / rules.leverage) / (1 - rules.maintenance)
            : account.entryPrice * (1 + 1 / rules.leverage) / (1 + rules.maintenance)
    }
}
