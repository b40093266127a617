import Models
import Testing

@testable import Networks

private func rules() -> TradingRules {
    var rules = TradingRules()
    rules.legFraction = 0.3
    rules.maxHold = 10
    return rules
}

/// A market at 100 that goes to 100.5, with these columns.
private func market(
    _ columns: [PolicyState.Component: [Float]] = [:], count: Int = 12
) throws -> TradingMarket {
    let close = [100.0] + Array(repeating: 100.5, count: count - 1)
    return try TradingMarket(
        high: close, low: close, close: close, days: close.map { _ in 0 }, columns: columns)
}

@Test func `the state of the market comes from its columns at that candle`() throws {
    var columns = TradingMarket.signalColumns(
        long: (0..<12).map { Float($0) / 20 }, short: Array(repeating: 0.25, count: 12))
    columns[.rsi] = (0..<12).map { Float($0) / 12 }
    var environment = TradingEnvironment([try market(columns)], rules: rules())
    environment.reset(market: 0, candle: 6)
    #expect(abs(environment.state[.modelSignal] - 0.05) < 1e-6)
    #expect(abs(environment.state[.confidence] - 0.3) < 1e-6)
    #expect(environment.state[.rsi] == 0.5)
    #expect(
        environment.absent == [
            .return20, .normalizedATR, .openInterestDivergence, .openInterestChange, .fundingRate,
            .volumeRatio, .bollingerPosition,
        ])
    #expect(environment.absent.allSatisfy { environment.state[$0] == 0 })
}

@Test func `columns come from states, without what none of them has`() throws {
    let states = (0..<3).map { candle in
        var state = PolicyState()
        state[.rsi] = Float(candle) / 4
        state[.fundingRate] = candle == 1 ? .nan : 0.001
        state[.equityRatio] = 1
        return state
    }
    let columns = TradingMarket.columns(of: states)
    #expect(Set(columns.keys) == [.rsi, .fundingRate])
    #expect(columns[.rsi] == [0, 0.25, 0.5])
    let prices = [1.0, 1, 1]
    #expect(throws: MarketError.notFinite(component: "funding", candle: 1)) {
        try TradingMarket(
            high: prices, low: prices, close: prices, days: [0, 0, 0], columns: columns)
    }
}

@Test func `a flat account is all there and far from liquidation`() throws {
    var environment = TradingEnvironment([try market()], rules: rules())
    environment.reset(market: 0, candle: 0)
    let expected: [(PolicyState.Component, Float)] = [
        (.position, 0), (.unrealizedReturn, 0), (.timeHeld, 0), (.target, 0.015),
        (.equityRatio, 1), (.drawdown, 0), (.freeBalanceRatio, 1), (.recentSharpe, 0),
        (.liquidationDistance, 1), (.tradesToday, 0),
    ]
    for (component, value) in expected { #expect(environment.state[component] == value) }
}

/// Short 0.3 at 99.98 after slippage; price rises to 100.5. Margin 0.1; liquidation at 99.98 × 4/3 ÷ 1.005.
@Test func `an open position is described as it stands`() throws {
    var environment = TradingEnvironment([try market()], rules: rules())
    environment.reset(market: 0, candle: 0)
    _ = environment.step(2)
    let state = environment.state
    let loss = 0.3 * (100.5 / 99.98 - 1)
    let equity = 1 - loss - 0.3 * 0.0005
    func isClose(_ component: PolicyState.Component, _ value: Double) -> Bool {
        abs(Double(state[component]) - value) < 1e-6
    }
    #expect(isClose(.position, -0.3 / 99.98 * 100.5 / (0.6 * equity)))
    #expect(isClose(.unrealizedReturn, -(100.5 / 99.98 - 1)))
    #expect(isClose(.timeHeld, 0.1))
    #expect(isClose(.target, (100.5 - 99.98 * 0.985) / 100.5))
    #expect(isClose(.equityRatio, equity))
    #expect(isClose(.drawdown, 1 - equity))
    #expect(isClose(.freeBalanceRatio, (equity - 0.1) / equity))
    #expect(isClose(.liquidationDistance, (99.98 * 4 / 3 / 1.005 - 100.5) / 100.5))
    #expect(isClose(.tradesToday, 0.05))
}

/// Closed candle by candle at a profit of 0, 1, 2 ... %, on the whole of equity, without costs.
@Test func `the recent Sharpe ratio is that of the trades of the episode`() throws {
    var close = [100.0]
    for trade in 0..<6 {
        close.append(close[2 * trade] * (1 + Double(trade) / 1_000))
        close.append(close[2 * trade + 1])
    }
    let past = try TradingMarket(
        high: close, low: close, close: close, days: close.map { _ in 0 }, columns: [:])
    var free = TradingRules()
    (free.takerFee, free.slippage, free.legFraction, free.maxLegs) = (0, 0, 1, 1)
    var environment = TradingEnvironment([past], rules: free)
    environment.reset(market: 0, candle: 0)
    for trade in 1...6 {
        // Below five closed trades it says nothing.
        #expect(environment.state[.recentSharpe] == 0)
        _ = environment.step(1)
        _ = environment.step(3)
        #expect(environment.tradeReturns.count == trade)
        #expect(abs(environment.tradeReturns[trade - 1] - Double(trade - 1) / 1_000) < 1e-12)
        if trade == 5 { break }
    }
    // 0, 1, 2, 3, 4 ‰ have mean 2 and sample deviation √2.5.
    #expect(abs(environment.state[.recentSharpe] - Float(2 / 2.5.squareRoot())) < 1e-6)
}

@Test func `markets that cannot be are refused`() {
    func fault(
        high: [Double] = [2, 2], low: [Double] = [1, 1], close: [Double] = [1, 2],
        days: [Int] = [0, 0], _ columns: [PolicyState.Component: [Float]] = [:]
    ) -> MarketError? {
        do {
            _ = try TradingMarket(high: high, low: low, close: close, days: days, columns: columns)
            return nil
        } catch { return error }
    }
    #expect(fault() == nil)
    #expect(fault(high: [2], low: [1], close: [1], days: [0]) == .tooShort)
    #expect(fault(high: [2]) == .length(of: "high", expected: 2, found: 1))
    #expect(fault(days: []) == .length(of: "days", expected: 2, found: 0))
    #expect(fault(close: [1, 2.1]) == .price(candle: 1))
    #expect(fault(close: [.nan, 2]) == .price(candle: 0))
    #expect(fault(low: [0, 1], close: [0, 2]) == .price(candle: 0))
    #expect(fault(high: [2, .infinity]) == .price(candle: 1))
    #expect(fault([.rsi: [1]]) == .length(of: "rsi", expected: 2, found: 1))
    #expect(fault([.rsi: [1, .nan]]) == .notFinite(component: "rsi", candle: 1))
    #expect(fault([.equityRatio: [1, 1]]) == .notOfTheMarket(component: "equity_ratio"))
    #expect(fault([.rsi: [1, .nan]])?.text.contains("'rsi'") == true)
}

/// Price goes 0.2 % a candle, ten up, ten down; the signal says which way. With a leg of half of equity a stretch is
/// worth at most 1 % less 0.07 % for each way in and out, ten stretches about 9 %.
@Test func `a policy learns to follow a signal that is right`() throws {
    var close = [100.0]
    var signal: [Float] = []
    for candle in 0..<400 {
        let isRising = candle / 10 % 2 == 0
        signal.append(isRising ? 0.8 : 0.2)
        close.append(close[candle] * (isRising ? 1.002 : 1 / 1.002))
    }
    signal.append(0.8)
    let past = try TradingMarket(
        high: close, low: close, close: close, days: (0...400).map { $0 / 288 },
        columns: TradingMarket.signalColumns(long: signal, short: signal.map { 1 - $0 }))
    var rules = TradingRules()
    rules.legFraction = 0.5
    rules.maxLegs = 1
    rules.episode = 100
    rules.maxTradesPerDay = 100
    var environment = TradingEnvironment([past], rules: rules)
    var settings = PolicyConfiguration(stateCount: 20, actionCount: 6)
    settings.hidden = 16
    settings.iterations = 30
    settings.rollout = 400
    settings.batch = 100
    settings.passes = 5
    settings.learningRate = 0.006
    settings.rewardScale = 300
    settings.discount = 0.95
    var trainer = PolicyTrainer(settings)
    trainer.train(&environment) { _, _ in true }
    let policy = try PolicyNetwork(
        SafeTensors(
            trainer.export(
                state: PolicyState.Component.allCases.map(\.name),
                absent: environment.absent.map(\.name),
                actions: PolicyAction.allCases.map(\.name))))
    var total = 0.0
    for seed: UInt64 in 0..<5 {
        total += PolicyTrial(of: policy, in: &environment, seed: seed).reward
        #expect(PolicyTrial(in: &environment, seed: seed) { _ in 0 }.reward == 0)
    }
    // Holding earns nothing; half of what is possible is asked for.
    #expect(total / 5 > 0.045, "\(total / 5)")
}

/// Thresholds 0.6 and 0.55: the larger margin wins, and nothing is done while a position is open.
@Test(arguments: [
    (0.59, 0.54, 0.0, PolicyAction.hold), (0.6, 0.2, 0, .enterLong), (0.2, 0.55, 0, .enterShort),
    (0.62, 0.6, 0, .enterShort), (0.7, 0.6, 0, .enterLong), (0.9, 0.1, 0.5, .hold),
])
func `the baseline enters at its thresholds and holds`(
    long: Float, short: Float, position: Float, expected: PolicyAction
) {
    var state = [Float](repeating: 0, count: 20)
    state[PolicyState.Component.position.rawValue] = position
    state[PolicyState.Component.modelSignal.rawValue] = long - short
    state[PolicyState.Component.confidence.rawValue] = max(long, short)
    // A hair below: what is put together from a difference is rounded.
    let baseline = TradingBaseline(longThreshold: 0.5999, shortThreshold: 0.5499)
    #expect(baseline.action(state) == expected)
}
