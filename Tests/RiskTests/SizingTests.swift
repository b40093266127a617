import Testing
import Trading

@testable import Risk

private let guarded = SizingConfiguration(base: 0.10, min: 0.05, max: 0.20)

private func input(_ change: (inout SizingInput) -> Void = { _ in }) -> SizingInput {
    var input = SizingInput(
        direction: .long, equity: money("10000"), probability: 0.68, volatilityRatio: 1,
        regime: .bull, stopDistance: rate("0.003"), roundTripCosts: rate("0.0011"), leverage: 3,
        entryPrice: price("60000"))
    change(&input)
    return input
}

private func size(
    _ input: SizingInput, _ configuration: SizingConfiguration = guarded
) -> SizingResult {
    Sizing.size(input, configuration, bitcoin.filters)
}

/// Signal 0.36^1.5 = 0.216; 0.35 × 0.216 + 0.25 × 0.5 + 0.15 × 1 + 0.25 × 1 = 0.6006.
/// Candidate 10,000 × 0.1 × 1.1006 = 1,100.60, at 60,000 0.0183, on the grid 0.018.
@Test func `the candidate grows with the confidence`() {
    let result = size(input())
    #expect(abs(result.confidence - 0.6006) < 1e-12)
    #expect(result.outcome == .sized(quantity("0.018")))
    #expect(result.notional == money("1080"))
    #expect(result.binding == .candidate)
    #expect(
        result.limits.map { "\($0.id) \($0.notional.text(fractionDigits: 2))" } == [
            // 200 ÷ 0.0041
            "candidate 1100.60", "profileMax 2000.00", "risk 48780.49",
        ])
}

@Test(arguments: [
    (0.5, 1.0), (0.4, 1.0), (0.75, 0.75), (1.0, 0.5), (1.5, 0.25), (2.0, 0.0), (3.0, 0.0),
])
func `volatility counts less the higher it is`(ratio: Double, expected: Double) {
    var only = guarded
    only.signalWeight = 0
    only.volatilityWeight = 1
    only.regimeWeight = 0
    only.streakWeight = 0
    #expect(Sizing.confidence(input { $0.volatilityRatio = ratio }, only) == expected)
    #expect(Sizing.confidence(input { $0.volatilityRatio = nil }, only) == 0)
}

@Test(arguments: [
    (Direction.long, TrendRegime.bull, 1.0), (.long, .sideways, 0.6), (.long, .bear, 0.3),
    (.short, .bull, 0.3), (.short, .sideways, 0.6), (.short, .bear, 1.0),
])
func `the regime is mirrored for shorts`(
    direction: Direction, regime: TrendRegime, expected: Double
) {
    var only = guarded
    only.signalWeight = 0
    only.volatilityWeight = 0
    only.regimeWeight = 1
    only.streakWeight = 0
    let given = input {
        $0.direction = direction
        $0.regime = regime
    }
    #expect(Sizing.confidence(given, only) == expected)
}

@Test(arguments: [
    (0, 0, 1.0), (1, 0, 0.9), (2, 0, 0.6), (3, 0, 0.3), (9, 0, 0.3), (0, 2, 1.0), (0, 3, 0.8),
])
func `streaks make the size smaller`(losses: Int, wins: Int, expected: Double) {
    var only = guarded
    only.signalWeight = 0
    only.volatilityWeight = 0
    only.regimeWeight = 0
    only.streakWeight = 1
    let given = input {
        $0.losingStreak = losses
        $0.winningStreak = wins
    }
    #expect(Sizing.confidence(given, only) == expected)
}

@Test(arguments: [(0.3, 0.0), (0.5, 0.0), (0.75, 0.3535533905932738), (1.0, 1.0), (1.2, 1.0)])
func `the signal counts to the power of one and a half`(probability: Double, expected: Double) {
    var only = guarded
    only.signalWeight = 1
    only.volatilityWeight = 0
    only.regimeWeight = 0
    only.streakWeight = 0
    let confidence = Sizing.confidence(input { $0.probability = probability }, only)
    #expect(abs(confidence - expected) < 1e-15)
}

private struct Bound: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout SizingInput) -> Void
    var binding: SizeLimitID
    var notional: String
}

@Test(arguments: [
    Bound(
        // 0.02 × 10,000 ÷ (0.3 + 0.0011)
        testDescription: "risk", change: { $0.stopDistance = rate("0.3") }, binding: .risk,
        notional: "664.23"),
    Bound(
        // f = 0.5 − 0.5 × 1.5 ÷ 3 = 0.25; 0.5 × 0.25 × 10,000 ÷ 1.5
        testDescription: "half Kelly",
        change: {
            $0.statistics = TradeStatistics(count: 30, winRate: 0.5, meanWin: 3, meanLoss: 1.5)
        }, binding: .halfKelly, notional: "833.33"),
    Bound(
        testDescription: "stage", change: { $0.stageMarginCap = money("100") }, binding: .stage,
        notional: "300.00"),
    Bound(
        testDescription: "hour", change: { $0.hourNotional = money("50000") },
        binding: .hourVolume, notional: "500.00"),
])
private func `the smallest bound decides`(bound: Bound) {
    let result = size(input(bound.change))
    #expect(result.binding == bound.binding)
    let binding = result.limits.first { $0.isBinding }
    #expect(binding?.notional.text(fractionDigits: 2) == bound.notional)
    #expect(result.limits.filter(\.isBinding).count == 1)
}

/// W − (1 − W) ÷ R with R = 2: zero at W = 1/3.
@Test func `no edge in the last trades refuses`() {
    let losing = TradeStatistics(count: 30, winRate: 0.25, meanWin: 2, meanLoss: 1)
    #expect(
        size(input { $0.statistics = losing }).outcome == .noEdge(kelly: -0.125))
    var early = losing
    early.count = 29
    #expect(size(input { $0.statistics = early }).outcome == .sized(quantity("0.018")))
    var without = guarded
    without.kellyMinTrades = nil
    #expect(
        size(input { $0.statistics = losing }, without).outcome == .sized(quantity("0.018")))
}

@Test func `guards make the size smaller after all bounds`() {
    // 1,100.60 × 0.6 = 660.36, at 60,000 0.011.
    let result = size(input { $0.guardMultiplier = 0.6 })
    #expect(result.outcome == .sized(quantity("0.011")))
    #expect(result.binding == .candidate)
}

/// The smallest order is 0.001 × 60,000 = 60; 11.006 is allowed on 100: 100 × 60 ÷ 11.006 = 545.2.
@Test func `below the smallest order it says the equity that would be needed`() {
    let result = size(input { $0.equity = money("100") })
    #expect(result.outcome == .tooSmall(neededEquity: money("546")))
    #expect(result.notional == .zero)
}

@Test func `without equity nothing is sized`() {
    #expect(size(input { $0.equity = .zero }).outcome == .tooSmall(neededEquity: .zero))
    #expect(
        size(input { $0.equity = money("-5") }).outcome == .tooSmall(neededEquity: .zero))
}

@Test func `the fraction stays between its bounds`() {
    let low = SizingConfiguration(base: 0.01, min: 0.05, max: 0.20)
    #expect(size(input(), low).limits.first?.notional == money("500"))
    let high = SizingConfiguration(base: 0.78, min: 0.20, max: 0.87)
    let result = size(input(), high)
    #expect(result.limits.first?.notional.text(fractionDigits: 2) == "8584.68")
    // 0.78 × 1.25 = 0.975 is cut to 0.87.
    let sure = size(
        input {
            $0.probability = 1
            $0.volatilityRatio = 0.5
        }, high)
    #expect(sure.limits.first?.notional.text(fractionDigits: 2) == "8700.00")
}
