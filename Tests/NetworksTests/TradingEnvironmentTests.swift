import Models
import TestSupport
import Testing

@testable import Networks

private func columns(
    _ count: Int, _ components: [PolicyState.Component] = TradingMarket.components,
    value: (Int) -> Float = { _ in 0 }
) -> [PolicyState.Component: [Float]] {
    var columns: [PolicyState.Component: [Float]] = [:]
    for component in components { columns[component] = (0..<count).map(value) }
    return columns
}

/// Candles of chance, about 1 % wide, with every component.
private func chance(_ count: Int, seed: UInt64) throws -> TradingMarket {
    var random = Seeded(seed)
    var close = [100.0]
    while close.count < count {
        close.append(
            close[close.count - 1] * (1 + Double.random(in: -0.008...0.008, using: &random)))
    }
    let width = close.map { _ in Double.random(in: 0...0.006, using: &random) }
    return try TradingMarket(
        high: zip(close, width).map { $0 * (1 + $1) }, low: zip(close, width).map { $0 * (1 - $1) },
        close: close, days: (0..<count).map { $0 / 40 },
        columns: columns(count) { Float($0 % 17) / 17 })
}

/// A market of these candles: low, high, close.
private func market(_ candles: [(Double, Double, Double)]) throws -> TradingMarket {
    try TradingMarket(
        high: candles.map(\.1), low: candles.map(\.0), close: candles.map(\.2),
        days: candles.map { _ in 0 }, columns: columns(candles.count))
}

/// Costs that can be followed in the head: 0.1 % fee, no slippage, half of equity a leg, no penalties.
private func plainRules() -> TradingRules {
    var rules = TradingRules()
    rules.legFraction = 0.5
    rules.takerFee = 0.001
    rules.slippage = 0
    rules.drawdownPenalty = 0
    rules.invalidCost = 0
    return rules
}

private let (hold, long, short) = (0, 1, 2)
private let (leave, more, less) = (3, 4, 5)

/// 0.5 at 100 with a fee of 0.0005; the next close is 101: + 0.005.
@Test func `an entry costs its fee and earns what price does`() throws {
    var environment = TradingEnvironment(
        [try market([(100, 100, 100), (100, 101, 101), (101, 101, 101), (101, 101, 101)])],
        rules: plainRules())
    environment.reset(market: 0, candle: 0)
    let first = environment.step(long)
    #expect(abs(first.reward - 0.0045) < 1e-15 && first.episode == .goesOn)
    #expect(abs(environment.equity - 1.0045) < 1e-15)
    // Out at 101: the fee of 0.505.
    let second = environment.step(leave)
    #expect(abs(second.reward + 0.000505) < 1e-15)
    #expect(abs(environment.equity - 1.003995) < 1e-15)
    #expect(environment.tradeReturns.count == 1)
    #expect(abs(environment.tradeReturns[0] - 0.003995) < 1e-15)
    #expect(environment.step(hold) == PolicyStep(reward: 0, episode: .cut))
}

/// Long 0.5 at 100: stop 99, target 101.5. Fees 0.0005 in and 0.1 % of what is left out.
@Test(arguments: [
    // Both are reached: the stop counts. 0.005 base at 99.
    (98.9, 102.0, 100.0, 0.495), (99.5, 101.6, 100, 0.5075),
    // Wholly below the stop: the best price of the candle.
    (97, 98, 97.5, 0.49), (99, 99.5, 99.2, 0.495), (99.5, 101, 100, nil),
])
func `stop comes before target, and a gap is filled where price was`(
    low: Double, high: Double, close: Double, out: Double?
) throws {
    var environment = TradingEnvironment(
        [try market([(100, 100, 100), (low, high, close), (close, close, close)])],
        rules: plainRules())
    environment.reset(market: 0, candle: 0)
    _ = environment.step(long)
    if let out {
        #expect(environment.account.isFlat)
        #expect(abs(environment.equity - (1 - 0.5 - 0.0005 + out * 0.999)) < 1e-12)
    } else {
        #expect(environment.account.legs == 1)
        #expect(abs(environment.equity - 0.9995) < 1e-12)
    }
}

@Test func `a position is closed at the maximum hold and at the end`() throws {
    var rules = plainRules()
    rules.maxHold = 3
    rules.episode = 6
    let flat = try market(Array(repeating: (100, 100, 100), count: 20))
    var environment = TradingEnvironment([flat], rules: rules)
    environment.reset(market: 0, candle: 4)
    _ = environment.step(short)
    _ = environment.step(more)
    #expect(environment.account.legs == 2)
    _ = environment.step(hold)
    #expect(environment.account.isFlat)
    _ = environment.step(short)
    _ = environment.step(hold)
    #expect(environment.account.legs == 1)
    #expect(environment.step(hold).episode == .cut)
    #expect(environment.account.isFlat && environment.lastCandle == 10)
}

@Test func `an action that cannot be is a hold with a small cost`() throws {
    var rules = plainRules()
    rules.invalidCost = 0.25
    rules.maxTradesPerDay = 2
    let flat = try market(Array(repeating: (100, 100, 100), count: 40))
    var environment = TradingEnvironment([flat], rules: rules)
    environment.reset(market: 0, candle: 0)
    func isRefused(_ action: Int) -> Bool { environment.step(action).reward < -0.2 }
    #expect([leave, more, less].map(isRefused) == [true, true, true])
    #expect(
        [long, long, short, less, more, more].map(isRefused) == [
            false, true, true, true, false, true,
        ])
    #expect(environment.account.legs == 2)
    #expect([less, less, leave].map(isRefused) == [false, true, false])
    #expect(environment.account.isFlat)
    // The second entry of the day is the last.
    #expect([short, leave, long, short].map(isRefused) == [false, false, true, true])
    #expect([hold].map(isRefused) == [false])
}

@Test func `the rewards are the change of equity less the growth of drawdown`() throws {
    var rules = TradingRules()
    rules.legFraction = 1
    rules.drawdownPenalty = 0.5
    rules.invalidCost = 0.001
    var environment = TradingEnvironment([try chance(600, seed: 3)], rules: rules)
    environment.reset(market: 0, candle: 0)
    var random = Seeded(4)
    var (peak, fall, deepest) = (1.0, 0.0, 0.0)
    for _ in 0..<500 {
        let before = environment.equity
        let account = environment.account
        let action = Int.random(in: 0..<6, using: &random)
        let step = environment.step(action)
        guard step.episode == .goesOn else { break }
        let equity = environment.equity
        peak = max(peak, equity)
        let now = 1 - equity / peak
        var expected = equity - before - 0.5 * max(0, now - fall)
        let isFlat = account.legs == 0
        if action == long || action == short, !isFlat { expected -= 0.001 }
        if action == leave, isFlat { expected -= 0.001 }
        if action == more, isFlat || account.legs == 2 { expected -= 0.001 }
        if action == less, account.legs < 2 { expected -= 0.001 }
        // The limit of 20 entries a day of 40 candles is not met here.
        #expect(abs(step.reward - expected) < 1e-12)
        fall = now
        deepest = max(deepest, now)
        #expect(abs(environment.largestDrawdown - deepest) < 1e-12)
    }
    #expect(deepest > 0.01)
}

@Test(arguments: 0..<12)
func `equity agrees with a ledger of lots`(seed: UInt64) throws {
    var rules = TradingRules()
    rules.legFraction = 0.9
    rules.maxHold = 9
    rules.maxLegs = 3
    rules.maxTradesPerDay = 4
    rules.drawdownPenalty = 0
    rules.invalidCost = 0
    let past = try chance(300, seed: seed)
    var environment = TradingEnvironment([past], rules: rules)
    environment.reset(market: 0, candle: 10)
    var ledger = LotLedger(market: past, rules: rules, candle: 10)
    var random = Seeded(seed &+ 99)
    var rewards = 0.0
    var fills = 0
    for _ in 0..<289 {
        let action = Int.random(in: 0..<6, using: &random)
        let step = environment.step(action)
        rewards += step.reward
        ledger.step(action, isLast: step.episode == .cut)
        fills = ledger.fills
        #expect(abs(environment.equity - ledger.equity) < 1e-12)
        #expect(abs(environment.equity - 1 - rewards) < 1e-12)
        #expect(environment.account.legs == ledger.lots.count)
        if step.episode != .goesOn { break }
    }
    #expect(fills > 60)
}

@Test func `nothing of the future is seen`() throws {
    let (past, other) = (try chance(120, seed: 1), try chance(120, seed: 2))
    for cut in [20, 50, 90] {
        func joined<Value>(_ left: [Value], _ right: [Value]) -> [Value] {
            Array(left[0...cut] + right[(cut + 1)...])
        }
        var changed: [PolicyState.Component: [Float]] = [:]
        for component in TradingMarket.components {
            changed[component] = joined(
                past.columns[component.rawValue], Array(repeating: 9, count: 120))
        }
        let poked = try TradingMarket(
            high: joined(past.high, other.high.map { $0 * 3 }),
            low: joined(past.low, other.low.map { $0 * 3 }),
            close: joined(past.close, other.close.map { $0 * 3 }), days: past.days,
            columns: changed)
        var left = TradingEnvironment([past], rules: TradingRules())
        var right = TradingEnvironment([poked], rules: TradingRules())
        left.reset(market: 0, candle: 0)
        right.reset(market: 0, candle: 0)
        var random = Seeded(7)
        var states = ([Float](repeating: 0, count: 20), [Float](repeating: 0, count: 20))
        for candle in 0...cut {
            left.fill(&states.0)
            right.fill(&states.1)
            #expect(states.0 == states.1)
            let action = Int.random(in: 0..<6, using: &random)
            let steps = (left.step(action), right.step(action))
            #expect(candle == cut || steps.0 == steps.1)
        }
        left.fill(&states.0)
        right.fill(&states.1)
        #expect(states.0 != states.1)
    }
}
