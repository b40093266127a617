import Testing
import Trading

@testable import Risk

@Test(arguments: Profile.all)
func `every profile's limits can be used`(profile: Profile) {
    #expect(profile.limits.problem == nil)
    #expect(Profile.named(profile.name) == profile)
    #expect((1...RiskLimits.leverageCeiling).contains(profile.leverage))
    #expect(profile.leverage <= profile.limits.maxLeverage)
    let sizing = profile.sizing
    let weights =
        sizing.signalWeight + sizing.volatilityWeight + sizing.regimeWeight + sizing.streakWeight
    #expect(abs(weights - 1) < 1e-12)
    #expect(sizing.min <= sizing.base && sizing.base <= sizing.max)
    #expect(Rate(units: Int64(sizing.max * 1e8)) <= profile.limits.maxPositionFraction)
}

@Test func `an unknown profile is no profile`() {
    #expect(Profile.named("brackets") == nil)
}

@Test func `the bracket profile keeps trading but not down to nothing`() {
    let breakers = Profile.bracket.limits.breakers
    #expect(breakers.rollingLoss == nil)
    #expect(breakers.consecutiveLosses == nil)
    #expect(breakers.dailyLoss == rate("0.03"))
    #expect(breakers.drawdown == rate("0.2"))
    #expect(Profile.bracket.warmUpCandles == 0)
}

private struct Wrong: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout RiskLimits) -> Void
}

@Test(arguments: [
    Wrong(testDescription: "maxLeverage", change: { $0.maxLeverage = 6 }),
    Wrong(testDescription: "maxLeverage", change: { $0.maxLeverage = 0 }),
    Wrong(testDescription: "priceCollar", change: { $0.priceCollar = .zero }),
    Wrong(testDescription: "maxLossAtStop", change: { $0.maxLossAtStop = rate("0.11") }),
    Wrong(testDescription: "maxOrderNotional", change: { $0.maxOrderNotional = money("1") }),
    Wrong(testDescription: "maxOrdersInWindow", change: { $0.maxOrdersInWindow = 65 }),
    Wrong(testDescription: "maxTradesPerDay", change: { $0.maxTradesPerDay = 0 }),
    Wrong(testDescription: "maxOrdersPerDay", change: { $0.maxOrdersPerDay = 0 }),
    Wrong(testDescription: "orderWindow", change: { $0.orderWindow = .milliseconds(999) }),
    Wrong(testDescription: "duplicateWindow", change: { $0.duplicateWindow = .hours(2) }),
    Wrong(
        testDescription: "emergencyLiquidationDistance",
        change: { $0.emergencyLiquidationDistance = rate("0.16") }),
    Wrong(testDescription: "breakers.dailyLoss", change: { $0.breakers.dailyLoss = .zero }),
    Wrong(
        testDescription: "breakers.confirmingMarks", change: { $0.breakers.confirmingMarks = 0 }),
])
private func `a limit that cannot be meant is refused by name`(wrong: Wrong) {
    var limits = RiskLimits()
    wrong.change(&limits)
    #expect(limits.problem?.key == wrong.testDescription)
}
