import Testing
import Trading

@testable import Exits

private let opened = Timestamp(milliseconds: 1_700_000_000_000)

private let filters = InstrumentFilters(
    minPrice: price("0.1"), maxPrice: price("1000000"), tickSize: price("0.1"),
    minQuantity: Quantity(units: 100_000), maxQuantity: Quantity(units: 100_000_000_000),
    stepSize: Quantity(units: 100_000), maxMarketQuantity: Quantity(units: 100_000_000_000),
    minNotional: money("5"))

// MARK: Bracket

@Test func `a bracket lies around the entry, on the grid, on the safe side`() {
    // 60,000.1 × 0.997 = 59,820.0997 and × 1.006 = 60,360.1006.
    let long = BracketPlan(
        entry: price("60000.1"), direction: .long, stop: rate("0.003"), target: rate("0.006"),
        filters: filters)
    #expect(long.stop == price("59820.1"))
    #expect(long.target == price("60360.2"))
    // 60,000.1 × 1.003 = 60,180.1003 and × 0.994 = 59,640.0994.
    let short = BracketPlan(
        entry: price("60000.1"), direction: .short, stop: rate("0.003"), target: rate("0.006"),
        filters: filters)
    #expect(short.stop == price("60180.1"))
    #expect(short.target == price("59640"))
}

// MARK: Order of the reasons

/// A long entered at 100 that nothing closes, ten minutes after entry.
private func input(_ change: (inout ExitInput) -> Void = { _ in }) -> ExitInput {
    var input = ExitInput(
        direction: .long, time: opened + .minutes(10), openedTime: opened,
        minimumHold: .minutes(15), maxHoldUntil: opened + .minutes(20), markPrice: price("100"),
        lastPrice: price("100"), stopPrice: price("99.7"), targetPrice: price("100.6"),
        liquidationPrice: price("67"), exitProbability: 0.5, exitThreshold: 0.6,
        mayActOnModel: true, unrealizedPnL: .zero, margin: money("400"), portfolioDrawdown: .zero)
    change(&input)
    return input
}

private func decision(_ change: (inout ExitInput) -> Void) -> ExitDecision {
    ExitPriority.evaluate(input(change), ExitConfiguration())
}

@Test func `a position that nothing closes is held`() {
    #expect(decision { _ in } == .hold)
}

private struct Reason: Sendable, CustomTestStringConvertible {
    var testDescription: String { reason.rawValue }
    var reason: ExitReason
    var change: @Sendable (inout ExitInput) -> Void
}

/// Strongest first, as the rules order them.
private let reasons = [
    Reason(reason: .kill, change: { $0.demands.insert(.kill) }),
    Reason(reason: .liquidationDistance, change: { $0.liquidationPrice = price("90") }),
    // Far beyond the stop's own level, so that it holds for any mark.
    Reason(reason: .stopLoss, change: { $0.stopPrice = price("1000") }),
    Reason(reason: .dailyLoss, change: { $0.demands.insert(.dailyLoss) }),
    Reason(reason: .emergency, change: { $0.demands.insert(.emergency) }),
    Reason(reason: .target, change: { $0.targetPrice = price("1") }),
    Reason(
        reason: .exitProbability,
        change: {
            $0.exitProbability = 0.9
            $0.minimumHold = .zero
        }),
    Reason(
        reason: .policyExit,
        change: {
            $0.demands.insert(.policy)
            $0.minimumHold = .zero
        }),
    Reason(reason: .maxHold, change: { $0.maxHoldUntil = opened }),
    Reason(reason: .operator, change: { $0.demands.insert(.operator) }),
]

@Test(arguments: reasons)
private func `each reason closes on its own`(reason: Reason) {
    #expect(decision(reason.change) == .close(reason.reason))
}

@Test(arguments: reasons.indices)
func `a stronger reason is the one that is recorded`(index: Int) {
    let all = decision { input in
        for reason in reasons[index...] { reason.change(&input) }
    }
    #expect(all == .close(reasons[index].reason))
}

// MARK: Boundaries

@Test(arguments: [
    (Direction.long, "99.7", "99.7", true), (.long, "99.70000001", "99.7", false),
    (.short, "100.3", "100.3", true), (.short, "100.29999999", "100.3", false),
])
func `a stop is reached at its price by the mark`(
    direction: Direction, mark: String, stop: String, isReached: Bool
) {
    let given = decision {
        $0.direction = direction
        $0.markPrice = price(mark)
        $0.stopPrice = price(stop)
        $0.liquidationPrice = nil
        $0.targetPrice = nil
    }
    #expect(given == (isReached ? .close(.stopLoss) : .hold))
}

@Test(arguments: [
    (Direction.long, "100.6", "100.6", true), (.long, "100.59999999", "100.6", false),
    (.short, "99.4", "99.4", true), (.short, "99.40000001", "99.4", false),
])
func `a target is reached at its price by the last trade`(
    direction: Direction, last: String, target: String, isReached: Bool
) {
    let given = decision {
        $0.direction = direction
        $0.lastPrice = price(last)
        $0.targetPrice = price(target)
        $0.liquidationPrice = nil
        $0.stopPrice = nil
    }
    #expect(given == (isReached ? .close(.target) : .hold))
}

@Test(arguments: [
    (Direction.long, "85", false), (.long, "85.00000001", true), (.short, "115", false),
    (.short, "114.99999999", true),
])
func `liquidation closer than fifteen per cent closes`(
    direction: Direction, liquidation: String, closes: Bool
) {
    let given = decision {
        $0.direction = direction
        $0.liquidationPrice = price(liquidation)
        $0.stopPrice = nil
        $0.targetPrice = nil
    }
    #expect(given == (closes ? .close(.liquidationDistance) : .hold))
}

@Test func `the longest hold ends at its moment`() {
    #expect(decision { $0.time = opened + .minutes(20) - .milliseconds(1) } == .hold)
    #expect(decision { $0.time = opened + .minutes(20) } == .close(.maxHold))
}

@Test func `without prices the demands still close`() {
    let blind = decision {
        $0.markPrice = nil
        $0.lastPrice = nil
        $0.demands = .emergency
    }
    #expect(blind == .close(.emergency))
}

// MARK: Minimum hold

@Test func `the model waits for the minimum hold`() {
    let until = opened + .minutes(15)
    #expect(
        decision { $0.exitProbability = 0.6 } == .wantsOutHeld(until: until, .exitProbability))
    #expect(decision { $0.exitProbability = 0.59999 } == .hold)
    let waited = decision {
        $0.exitProbability = 0.6
        $0.time = until
    }
    #expect(waited == .close(.exitProbability))
    let notYet = decision {
        $0.exitProbability = 0.6
        $0.time = until - .milliseconds(1)
    }
    #expect(notYet == .wantsOutHeld(until: until, .exitProbability))
    #expect(
        decision { $0.demands = .policy } == .wantsOutHeld(until: until, .policyExit))
}

@Test func `a model between its moments is only shown`() {
    let shown = decision {
        $0.exitProbability = 0.99
        $0.minimumHold = .zero
        $0.mayActOnModel = false
    }
    #expect(shown == .hold)
}

@Test func `without a model only rules close`() {
    #expect(decision { $0.exitProbability = nil } == .hold)
}

/// 2 % of a margin of 400 is 8; a drawdown of 1.5 % is not above 1.5 %.
@Test(arguments: [
    ("-8", "0", false), ("-8.00000001", "0", true), ("8.1", "0", false), ("0", "0.015", false),
    ("0", "0.01500001", true),
])
func `a large loss lets the model out early`(pnl: String, drawdown: String, isFree: Bool) {
    let given = decision {
        $0.exitProbability = 0.9
        $0.unrealizedPnL = money(pnl)
        $0.portfolioDrawdown = rate(drawdown)
    }
    let held = ExitDecision.wantsOutHeld(until: opened + .minutes(15), .exitProbability)
    #expect(given == (isFree ? .close(.exitProbability) : held))
}

@Test func `a large loss alone closes nothing`() {
    #expect(decision { $0.unrealizedPnL = money("-100") } == .hold)
}

// MARK: Hold times

private func hold(_ symbol: String, _ change: (inout HoldTimeInput) -> Void = { _ in }) -> Duration?
{
    guard let name = SymbolName(symbol) else { return nil }
    var input = HoldTimeInput(symbol: name)
    change(&input)
    return HoldTime.minimum(input, HoldTimeConfiguration())
}

@Test func `the minimum hold follows the class of the symbol`() {
    #expect(hold("BTCUSDT") == .minutes(15))
    #expect(hold("ETHUSDT") == .minutes(15))
    #expect(hold("SOLUSDT") == .minutes(12))
    #expect(hold("PEPEUSDT") == .minutes(10))
}

@Test func `a true trend is held longer, the longest reason first`() {
    #expect(hold("BTCUSDT") { $0.isTrueTrend = true } == .minutes(45))
    let far = hold("BTCUSDT") {
        $0.isTrueTrend = true
        $0.maxPainDistance = rate("0.02000001")
    }
    #expect(far == .minutes(75))
    let near = hold("BTCUSDT") {
        $0.isTrueTrend = true
        $0.maxPainDistance = rate("0.02")
    }
    #expect(near == .minutes(45))
    let both = hold("BTCUSDT") {
        $0.isTrueTrend = true
        $0.maxPainDistance = rate("0.03")
        $0.nearsCluster = true
    }
    #expect(both == .minutes(90))
    #expect(hold("BTCUSDT") { $0.nearsCluster = true } == .minutes(15))
}
