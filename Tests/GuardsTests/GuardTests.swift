import Testing
import Trading

@testable import Guards

// MARK: WHALE_INTENT_FILTER

/// Gross 100: intensity is the net.
@Test(arguments: [
    (Direction.long, "35", "65", Verdict.block(value: 30, limit: 30)),
    (.long, "35.5", "64.5", .allow(value: 29, limit: 30)),
    (.long, "65", "35", .allow(value: -30, limit: 30)),
    (.short, "65", "35", .block(value: 30, limit: 30)),
    (.short, "64.5", "35.5", .allow(value: 29, limit: 30)),
])
func `whales that press the other way block`(
    direction: Direction, buy: String, sell: String, expected: Verdict
) {
    let input = WhaleIntentGuard.Input(
        direction: direction, whaleBuy: money(buy), whaleSell: money(sell), orders15m: 5,
        ordersDay: 20)
    #expect(WhaleIntentGuard.verdict(input, .init()) == expected)
}

@Test(arguments: [(5, 20, false), (4, 20, true), (5, 19, true)])
func `few whale orders say nothing`(orders15m: Int, ordersDay: Int, saysNothing: Bool) {
    let input = WhaleIntentGuard.Input(
        direction: .long, whaleBuy: .zero, whaleSell: money("100"), orders15m: orders15m,
        ordersDay: ordersDay)
    let expected: Verdict = saysNothing ? .noData : .block(value: 100, limit: 30)
    #expect(WhaleIntentGuard.verdict(input, .init()) == expected)
}

// MARK: TAKER_AGGRESSION_BLOCK

@Test(arguments: [
    // 1.10 itself is not above 1.10; the doubles of 11 ÷ 10 and 1.10 are the same.
    (Direction.long, "11", "10", Verdict.block(value: 1.1, limit: 1.1)),
    (.long, "12", "10", .allow(value: 1.2, limit: 1.1)),
    (.long, "10", "0", .allow(value: 1_000_000, limit: 1.1)),
    (.long, "0", "10", .block(value: 0, limit: 1.1)),
    (.long, "0", "0", .noData),
    (.short, "10", "11", .block(value: 1.1, limit: 1.1)),
    (.short, "10", "12", .allow(value: 1.2, limit: 1.1)),
])
func `an entry needs takers on its side`(
    direction: Direction, buy: String, sell: String, expected: Verdict
) {
    let input = TakerAggressionGuard.Input(
        direction: direction, takerBuy: money(buy), takerSell: money(sell))
    #expect(TakerAggressionGuard.verdict(input, .init()) == expected)
}

// MARK: LIQ_WALL_CONFLICT

private func cluster(
    _ at: String, _ liquidates: Direction, _ notional: String = "1000000"
) -> LiquidationCluster {
    LiquidationCluster(price: price(at), liquidates: liquidates, notional: money(notional))
}

@Test(arguments: [
    (Direction.long, [cluster("100.5", .short)], Verdict.block(value: 0.005, limit: 0.005)),
    (.long, [cluster("100.51", .short)], .allow(value: 0.0051, limit: 0.005)),
    (.long, [cluster("100", .short)], .block(value: 0, limit: 0.005)),
    // Below the mark, or of the other side, it is not in the way.
    (.long, [cluster("99.9", .short)], .allow(value: 1, limit: 0.005)),
    (.long, [cluster("100.1", .long)], .allow(value: 1, limit: 0.005)),
    (.short, [cluster("99.5", .long)], .block(value: 0.005, limit: 0.005)),
    (.short, [cluster("99.49", .long)], .allow(value: 0.0051, limit: 0.005)),
    (.short, [cluster("100.1", .long)], .allow(value: 1, limit: 0.005)),
    (.long, [], .allow(value: 1, limit: 0.005)),
    // The nearest counts, unless it is a crumb beside the strongest.
    (
        .long, [cluster("102", .short), cluster("100.2", .short, "500000")],
        .block(value: 0.002, limit: 0.005)
    ),
    (
        .long, [cluster("102", .short), cluster("100.2", .short, "499999")],
        .allow(value: 0.02, limit: 0.005)
    ),
])
func `a cluster close ahead blocks`(
    direction: Direction, clusters: [LiquidationCluster], expected: Verdict
) {
    let input = LiquidationWallGuard.Input(
        direction: direction, mark: price("100"), clusters: clusters)
    #expect(LiquidationWallGuard.verdict(input, .init()) == expected)
}

@Test func `without a map the wall guard says nothing`() {
    let noMap = LiquidationWallGuard.Input(direction: .long, mark: price("100"), clusters: nil)
    #expect(LiquidationWallGuard.verdict(noMap, .init()) == .noData)
    let noMark = LiquidationWallGuard.Input(direction: .long, mark: nil, clusters: [])
    #expect(LiquidationWallGuard.verdict(noMark, .init()) == .noData)
}

// MARK: FEE_AWARE

/// Half of 0.75 % less half of 0.25 % is 0.25 %.
@Test(arguments: [("0.0024", true), ("0.0026", false)])
func `an entry pays its costs or is blocked`(fees: String, pays: Bool) {
    let input = FeeAwareGuard.Input(
        probability: 0.5, target: rate("0.0075"), stop: rate("0.0025"), roundTripFees: rate(fees),
        spread: .zero, slippage: .zero, funding: .zero)
    let verdict = FeeAwareGuard.verdict(input)
    switch verdict {
    case .allow(let value, let limit):
        #expect(pays && abs(value - 0.0025) < 1e-15 && limit == 0.0024)
    case .block(let value, let limit):
        #expect(!pays && abs(value - 0.0025) < 1e-15 && limit == 0.0026)
    case .scale, .noData: Issue.record("unexpected \(verdict)")
    }
}

@Test func `all costs count`() {
    let input = FeeAwareGuard.Input(
        probability: 1, target: rate("0.01"), stop: rate("0.01"), roundTripFees: rate("0.001"),
        spread: rate("0.002"), slippage: rate("0.003"), funding: rate("0.0041"))
    guard case .block(let value, let limit) = FeeAwareGuard.verdict(input) else {
        Issue.record("0.0101 of costs are more than 0.01 of edge")
        return
    }
    #expect(value == 0.01)
    #expect(abs(limit - 0.0101) < 1e-15)
}

@Test func `costs without a spread are not known`() {
    var input = FeeAwareGuard.Input(
        probability: 0.9, target: rate("0.01"), stop: rate("0.01"), roundTripFees: .zero,
        spread: nil, slippage: .zero, funding: .zero)
    #expect(FeeAwareGuard.verdict(input) == .noData)
    input.spread = .zero
    input.probability = .nan
    #expect(FeeAwareGuard.verdict(input) == .noData)
}

// MARK: MAX_POSITIONS

@Test(arguments: [
    (0, 2, Verdict.allow(value: 2, limit: 3)), (1, 1, .block(value: 1, limit: 1)),
    (0, 3, .block(value: 3, limit: 3)), (0, 4, .block(value: 4, limit: 3)),
])
func `one position a symbol and three in all`(ofSymbol: Int, inAll: Int, expected: Verdict) {
    #expect(MaxPositionsGuard.verdict(.init(ofSymbol: ofSymbol, inAll: inAll), .init()) == expected)
}

// MARK: STALE_DATA

private func fresh(_ change: (inout StaleDataGuard.Input) -> Void = { _ in }) -> Verdict {
    var input = StaleDataGuard.Input(
        connectionAge: .seconds(5), markAge: .seconds(5), isBookLive: true,
        orderLinkAge: .seconds(60))
    change(&input)
    return StaleDataGuard.verdict(input, .init())
}

@Test func `data at their age limits are still fresh`() {
    #expect(fresh() == .allow(value: 5, limit: 5))
}

@Test func `each age beyond its limit blocks`() {
    #expect(fresh { $0.connectionAge = .milliseconds(5_001) } == .block(value: 5.001, limit: 5))
    #expect(fresh { $0.markAge = .milliseconds(5_001) } == .block(value: 5.001, limit: 5))
    #expect(fresh { $0.orderLinkAge = .milliseconds(60_001) } == .block(value: 60.001, limit: 60))
    #expect(fresh { $0.isBookLive = false } == .block(value: 1, limit: 0))
}

@Test func `data never seen are no data`() {
    #expect(fresh { $0.connectionAge = nil } == .noData)
    #expect(fresh { $0.markAge = nil } == .noData)
    #expect(fresh { $0.orderLinkAge = nil } == .noData)
}

// MARK: SPREAD

/// Around 10,000 one quote unit is one basis point of the mid.
@Test(arguments: [
    ("9997.5", "10002.5", nil, Verdict.allow(value: 5, limit: 5)),
    ("9997", "10003", nil, .block(value: 6, limit: 5)),
    // Three times a median of 1.5 is tighter than 5.
    ("9998", "10002", "0.00015", .allow(value: 4, limit: 4.5)),
    ("9997.5", "10002.5", "0.00015", .block(value: 5, limit: 4.5)),
    // A median below one basis point is taken as one.
    ("9998.5", "10001.5", "0.00001", .allow(value: 3, limit: 3)),
    ("9998", "10002", "0.00001", .block(value: 4, limit: 3)),
])
func `a wide spread blocks`(bid: String, ask: String, median: String?, expected: Verdict) {
    let input = SpreadGuard.Input(
        bestBid: price(bid), bestAsk: price(ask), hourlyMedian: median.map(rate))
    func near(_ verdict: Verdict) -> String {
        switch verdict {
        case .allow(let value, let limit): "allow \(rounded(value)) \(rounded(limit))"
        case .block(let value, let limit): "block \(rounded(value)) \(rounded(limit))"
        case .scale, .noData: "\(verdict)"
        }
    }
    func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }
    #expect(near(SpreadGuard.verdict(input, .init())) == near(expected))
}

@Test func `a missing or crossed touch is no data`() {
    let missing = SpreadGuard.Input(bestBid: nil, bestAsk: price("1"), hourlyMedian: nil)
    #expect(SpreadGuard.verdict(missing, .init()) == .noData)
    let crossed = SpreadGuard.Input(bestBid: price("2"), bestAsk: price("1"), hourlyMedian: nil)
    #expect(SpreadGuard.verdict(crossed, .init()) == .noData)
}

// MARK: FUNDING_WINDOW

private let noon = Timestamp(milliseconds: 1_700_049_600_000)  // 2023-11-15 12:00 UTC.

@Test(arguments: [
    (Direction.long, "0.0006", Int64(120_000), Verdict.block(value: 6, limit: 5)),
    (.long, "0.0006", 120_001, .allow(value: 0, limit: 5)),
    (.long, "0.0006", 0, .block(value: 6, limit: 5)),
    (.long, "0.0006", -1, .allow(value: 0, limit: 5)),
    (.long, "0.0005", 60_000, .allow(value: 5, limit: 5)),
    (.long, "-0.0006", 60_000, .allow(value: -6, limit: 5)),
    (.short, "-0.0006", 60_000, .block(value: 6, limit: 5)),
    (.short, "0.0006", 60_000, .allow(value: -6, limit: 5)),
])
func `a funding that costs blocks just before it`(
    direction: Direction, funding: String, milliseconds: Int64, expected: Verdict
) {
    let input = FundingWindowGuard.Input(
        direction: direction, time: noon, fundingRate: rate(funding),
        nextFundingTime: noon + .milliseconds(milliseconds))
    switch (FundingWindowGuard.verdict(input, .init()), expected) {
    case (.allow(let value, let limit), .allow(let other, let otherLimit)),
        (.block(let value, let limit), .block(let other, let otherLimit)):
        #expect(abs(value - other) < 1e-9 && abs(limit - otherLimit) < 1e-9)
    case (let verdict, _): Issue.record("got \(verdict), expected \(expected)")
    }
}

@Test func `an unknown funding is no data`() {
    let input = FundingWindowGuard.Input(
        direction: .long, time: noon, fundingRate: nil, nextFundingTime: noon)
    #expect(FundingWindowGuard.verdict(input, .init()) == .noData)
}

// MARK: GOLDEN_HOUR

private struct Hour: Sendable {
    /// From noon.
    var minutes: Int64
    var verdict: Verdict
}

@Test(arguments: [
    Hour(minutes: -180, verdict: .allow(value: 9, limit: 16)),
    Hour(minutes: -240, verdict: .block(value: 8, limit: 16)),
    Hour(minutes: 210, verdict: .allow(value: 15.5, limit: 16)),
    Hour(minutes: 240, verdict: .block(value: 16, limit: 16)),
])
private func `the golden hours are nine to sixteen`(hour: Hour) {
    #expect(GoldenHourGuard.verdict(at: noon + .minutes(hour.minutes), .init()) == hour.verdict)
}

@Test(arguments: [(Int64(10), true), (11, true), (-11, true), (0, false), (-10, false)])
func `hours over midnight are one window`(hours: Int64, isInside: Bool) {
    var settings = GoldenHourGuard.Settings()
    settings.opens = .hours(22)
    settings.closes = .hours(2)
    let hour = Double((12 + hours + 24) % 24)
    let expected: Verdict =
        isInside ? .allow(value: hour, limit: 2) : .block(value: hour, limit: 2)
    #expect(GoldenHourGuard.verdict(at: noon + .hours(hours), settings) == expected)
}
