import Testing
import Trading

@testable import Risk

private let start = Timestamp(milliseconds: 1_700_000_000_000)

private func entry(
    _ kind: OrderKind = .limit(price("60030"), .ioc), side: Side = .buy, size: String = "0.02",
    isReduceOnly: Bool = false
) -> OrderRequest {
    OrderRequest(
        clientOrderID: orderID("nw-1"), instrument: InstrumentID(0), side: side, kind: kind,
        quantity: quantity(size), isReduceOnly: isReduceOnly)
}

/// 0.02 BTC by a limit of 60,030 at a mark of 60,000: notional 1,200.60, cost at the mark 1,200.
private func input(_ request: OrderRequest = entry()) -> PreTradeInput {
    PreTradeInput(
        request: request, epoch: GateEpoch(4), time: start, markPrice: price("60000"),
        bestBid: price("59999.9"), bestAsk: price("60000.1"), equity: money("10000"),
        availableBalance: money("10000"), leverage: 3, stopPrice: price("59850"), tradesToday: 0)
}

private func outcome(
    _ input: PreTradeInput, _ limits: RiskLimits = RiskLimits(),
    _ history: OrderHistory = OrderHistory()
) -> PreTradeResult.Outcome {
    PreTrade.check(input, of: bitcoin, limits: limits, history: history).outcome
}

private func isApproved(_ outcome: PreTradeResult.Outcome) -> Bool {
    switch outcome {
    case .approved: true
    case .denied: false
    }
}

@Test func `an entry within all limits gets its permission for this gate epoch only`() {
    let result = PreTrade.check(
        input(), of: bitcoin, limits: RiskLimits(), history: OrderHistory())
    let expected = ApprovedOrder(
        request: entry(), purpose: .entry, durability: .afterCommit(GateEpoch(4)))
    #expect(result.outcome == .approved(expected))
    #expect(
        result.checks.map(\.id) == [
            .marketKnown, .precision, .minNotional, .maxNotional, .priceCollar, .positionNotional,
            .exposure, .lossAtStop, .leverage, .freeBalance, .tradesPerDay, .orderRate,
            .ordersPerDay, .liquidationDistance,
        ])
    #expect(result.checks.filter { !$0.passed } == [])
}

/// Every limit at exactly the measured value allows, one step tighter denies with both numbers.
private struct Boundary: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var atLimit: @Sendable (inout RiskLimits) -> Void
    var beyond: @Sendable (inout RiskLimits) -> Void
    var denial: Denial
}

private let boundaries = [
    Boundary(
        testDescription: "smallest order: 0.02 × 60,000",
        atLimit: { $0.minOrderNotional = money("1200") },
        beyond: { $0.minOrderNotional = money("1200.0000000000000001") },
        denial: .notionalTooSmall(money("1200"), minimum: money("1200.0000000000000001"))),
    Boundary(
        testDescription: "largest order: 0.02 × 60,030",
        atLimit: { $0.maxOrderNotional = money("1200.6") },
        beyond: { $0.maxOrderNotional = money("1200.5999999999999999") },
        denial: .notionalTooLarge(money("1200.6"), maximum: money("1200.5999999999999999"))),
    Boundary(
        testDescription: "collar: 30 of 60,000",
        atLimit: { $0.priceCollar = rate("0.0005") },
        beyond: { $0.priceCollar = rate("0.00049999") },
        denial: .priceOutsideCollar(distance: rate("0.0005"), maximum: rate("0.00049999"))),
    Boundary(
        testDescription: "position: 1,200.60 of 10,000",
        atLimit: { $0.maxPositionFraction = rate("0.12006") },
        beyond: { $0.maxPositionFraction = rate("0.12005999") },
        denial: .positionTooLarge(money("1200.6"), maximum: money("1200.5999"))),
    Boundary(
        testDescription: "exposure: 1,200.60 of 10,000",
        atLimit: { $0.maxExposureFraction = rate("0.12006") },
        beyond: { $0.maxExposureFraction = rate("0.12005999") },
        denial: .exposureTooLarge(money("1200.6"), maximum: money("1200.5999"))),
    Boundary(
        // 0.02 × 180 = 3.60, fees 0.0005 × (1,200.60 + 1,197.00) = 1.1988.
        testDescription: "loss at the stop: 4.7988 of 10,000",
        atLimit: { $0.maxLossAtStop = rate("0.00047988") },
        beyond: { $0.maxLossAtStop = rate("0.00047987") },
        denial: .lossAtStopTooLarge(money("4.7988"), maximum: money("4.7987"))),
    Boundary(
        testDescription: "leverage: 3",
        atLimit: { $0.maxLeverage = 3 }, beyond: { $0.maxLeverage = 2 },
        denial: .leverageTooHigh(3, maximum: 2)),
    Boundary(
        // Margin 400.2 − fee 0.6003 = 399.5997; (1,200.6 − 399.5997) ÷ (0.02 × 0.996) = 40,210.85843374;
        // (60,000 − 40,210.85843374) ÷ 60,000 = 0.32981902, rounded down.
        testDescription: "liquidation: 32.981902 % away",
        atLimit: { $0.minLiquidationDistance = rate("0.32981902") },
        beyond: { $0.minLiquidationDistance = rate("0.32981903") },
        denial: .liquidationTooClose(
            distance: rate("0.32981902"), minimum: rate("0.32981903"))),
]

@Test(arguments: boundaries)
private func `a limit allows its own value and nothing beyond`(boundary: Boundary) {
    var limits = RiskLimits()
    boundary.atLimit(&limits)
    #expect(isApproved(outcome(input(), limits)))
    boundary.beyond(&limits)
    #expect(outcome(input(), limits) == .denied(boundary.denial))
}

@Test func `no configuration goes above the leverage ceiling`() {
    var limits = RiskLimits()
    limits.maxLeverage = 50
    limits.minLiquidationDistance = rate("0.01")
    var given = input()
    given.leverage = 5
    #expect(isApproved(outcome(given, limits)))
    given.leverage = 6
    #expect(outcome(given, limits) == .denied(.leverageTooHigh(6, maximum: 5)))
    given.leverage = 0
    #expect(outcome(given, limits) == .denied(.leverageTooHigh(0, maximum: 5)))
}

/// 1,200.6 ÷ 3 = 400.2, one step up for a division that may have a rest, and the fee of 0.6003.
@Test func `margin and fee must be free`() {
    var given = input()
    given.availableBalance = money("400.8003000000000001")
    #expect(isApproved(outcome(given)))
    given.availableBalance = money("400.8003")
    #expect(
        outcome(given)
            == .denied(
                .balanceTooSmall(
                    available: money("400.8003"), needed: money("400.8003000000000001"))))
}

@Test func `what is open and what may still fill counts as exposure`() {
    var given = input()
    given.otherExposure = money("4799.4")  // 4,799.4 + 1,200.6 = 60 % of 10,000.
    #expect(isApproved(outcome(given)))
    given.otherExposure = money("4799.41")
    #expect(
        outcome(given)
            == .denied(.exposureTooLarge(money("6000.01"), maximum: money("6000"))))
}

@Test func `what is held already counts toward the position`() {
    var given = input()
    given.heldQuantity = quantity("0.013")  // 780 at mark, with 1,200.60 below 2,000.
    given.heldCost = money("780")
    given.heldMargin = money("260")
    #expect(isApproved(outcome(given)))
    given.heldQuantity = quantity("0.014")
    given.heldCost = money("840")
    #expect(
        outcome(given)
            == .denied(.positionTooLarge(money("2040.6"), maximum: money("2000"))))
}

@Test func `the last allowed trade of the day goes, the next does not`() {
    var given = input()
    given.tradesToday = 19
    #expect(isApproved(outcome(given)))
    given.tradesToday = 20
    #expect(outcome(given) == .denied(.tooManyTrades(21, maximum: 20)))
}

@Test func `five orders in ten seconds and no more`() {
    var history = OrderHistory()
    for second in 0..<5 {
        history.record(entry(size: "0.03"), at: start + .seconds(Int64(second)))
    }
    var given = input()
    given.time = start + .milliseconds(9_999)
    #expect(
        outcome(given, RiskLimits(), history) == .denied(.tooManyOrdersInWindow(6, maximum: 5)))
    given.time = start + .seconds(10)
    #expect(isApproved(outcome(given, RiskLimits(), history)))
}

@Test func `orders of a day are counted by UTC day`() {
    var limits = RiskLimits()
    limits.maxOrdersPerDay = 2
    var history = OrderHistory()
    let midnight = start.floor(to: .hours(24)) + .hours(24)
    history.record(entry(size: "0.03"), at: midnight - .hours(2))
    history.record(entry(size: "0.03"), at: midnight - .hours(1))
    var given = input()
    given.time = midnight - .seconds(1)
    #expect(outcome(given, limits, history) == .denied(.tooManyOrdersToday(3, maximum: 2)))
    given.time = midnight
    #expect(isApproved(outcome(given, limits, history)))
}

@Test func `the same order within two seconds is a mistake`() {
    var history = OrderHistory()
    history.record(entry(), at: start)
    var given = input()
    given.time = start + .milliseconds(1_999)
    #expect(
        outcome(given, RiskLimits(), history)
            == .denied(.duplicate(age: .milliseconds(1_999), window: .seconds(2))))
    given.time = start + .seconds(2)
    #expect(isApproved(outcome(given, RiskLimits(), history)))
    var other = input(entry(size: "0.021"))
    other.time = start
    #expect(isApproved(outcome(other, RiskLimits(), history)))
}

@Test func `a market order needs a touch and a narrow spread`() {
    var given = input(entry(.market))
    // 597 ÷ 59,703 = 0.99995 %, 600 ÷ 59,700 = 1.00502513 %.
    given.bestBid = price("59703")
    given.bestAsk = price("60300")
    #expect(isApproved(outcome(given)))
    given.bestBid = price("59700")
    #expect(
        outcome(given)
            == .denied(.spreadTooWide(rate("0.01005026"), maximum: rate("0.01"))))
    given.bestAsk = nil
    #expect(outcome(given) == .denied(.marketUnknown))
}

@Test func `nothing is approved without a mark price`() {
    var given = input()
    given.markPrice = nil
    #expect(outcome(given) == .denied(.marketUnknown))
}

@Test func `nothing is approved without equity`() {
    var given = input()
    given.equity = .zero
    #expect(outcome(given) == .denied(.noEquity))
}

@Test(arguments: [
    entry(.limit(price("60030.05"), .ioc)), entry(size: "0.0205"), entry(size: "0"),
    entry(isReduceOnly: true),
])
func `an entry off the grid or marked reduce-only is refused`(request: OrderRequest) {
    #expect(outcome(input(request)) == .denied(.offGrid))
}

@Test func `the stop lies on the losing side`() {
    var given = input()
    given.stopPrice = price("60030")
    #expect(outcome(given) == .denied(.stopOnWrongSide))
    var short = input(entry(.limit(price("59970"), .ioc), side: .sell))
    short.stopPrice = price("60150")
    #expect(isApproved(outcome(short)))
    short.stopPrice = price("59970")
    #expect(outcome(short) == .denied(.stopOnWrongSide))
}

@Test func `the first denial wins and all checks are kept`() {
    var limits = RiskLimits()
    limits.maxOrderNotional = money("1000")
    limits.maxLeverage = 1
    let result = PreTrade.check(input(), of: bitcoin, limits: limits, history: OrderHistory())
    #expect(
        result.outcome
            == .denied(.notionalTooLarge(money("1200.6"), maximum: money("1000"))))
    #expect(result.checks.filter { !$0.passed }.map(\.id) == [.maxNotional, .leverage])
}

@Test func `a denial says its numbers`() {
    #expect(
        Denial.priceOutsideCollar(distance: rate("0.0125"), maximum: rate("0.01")).text
            == "limit 1.25 % from mark, at most 1.00 %")
    #expect(
        Denial.balanceTooSmall(available: money("12.345"), needed: money("400.8003")).text
            == "free balance 12.35, needs 400.80")
}
