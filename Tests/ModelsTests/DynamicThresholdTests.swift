import TestSupport
import Testing
import Trading

@testable import Models

private func configuration(
    base: Double = 0.70, rate: Double = 0.0612
) -> DynamicThresholdConfiguration {
    DynamicThresholdConfiguration(base: base, expectedRate: rate)
}

@Test func `the loop starts at its base and expects the expected`() {
    let threshold = DynamicThreshold(configuration())
    #expect(threshold.value == 0.70)
    #expect(abs(threshold.recentRate - 0.0612) < 1e-15)
    #expect(threshold.isSignal(0.70) && !threshold.isSignal(0.6999))
    #expect(!threshold.isPinned && !threshold.isStuck)
}

@Test func `what did not reach the bar in the threshold's place is no signal`() {
    var threshold = DynamicThreshold(configuration())
    let below = threshold.record(0.705, bar: 0.71)
    let at = threshold.record(0.71, bar: 0.71)
    let without = threshold.record(threshold.value)
    #expect(!below && at && without)
}

/// After 72 candles with 5 signals: (5 + 0.0612 × 72) ÷ 144 = 0.065322.
@Test func `the rate is shrunk half toward what is expected`() {
    var threshold = DynamicThreshold(configuration())
    for candle in 0..<72 { threshold.record(candle % 15 == 14 || candle == 0 ? 1 : 0) }
    #expect(abs(threshold.recentRate - (5 + 0.0612 * 72) / 144) < 1e-15)
}

/// Without signals the rate falls from 6.12 to 3.06 points, so the target is 0.70 − 0.306, beyond the bound 0.55.
@Test func `fewer signals lower the threshold, one step a candle, to its bound`() {
    var threshold = DynamicThreshold(configuration())
    var values: [Double] = []
    for _ in 0..<72 {
        let before = threshold.value
        threshold.record(0)
        #expect(before - threshold.value <= 0.01 + 1e-12)
        values.append(threshold.value)
    }
    #expect(values.allSatisfy { $0 >= threshold.lowerBound })
    #expect(abs(threshold.value - 0.55) < 1e-12)
    #expect(threshold.isPinned)
}

@Test func `more signals raise the threshold to its bound`() {
    var threshold = DynamicThreshold(configuration())
    for _ in 0..<72 { threshold.record(1) }
    #expect(abs(threshold.value - 0.85) < 1e-12)
    #expect(threshold.isPinned && !threshold.isStuck)
}

@Test func `the bounds are the tighter of offset and range`() {
    let low = DynamicThreshold(configuration(base: 0.505))
    #expect(low.lowerBound == 0.50)
    #expect(abs(low.upperBound - 0.655) < 1e-12)
    let high = DynamicThreshold(configuration(base: 0.80))
    #expect(high.upperBound == 0.85)
}

/// 3 ÷ 0.0612 = 49.02 candles.
@Test func `a threshold at its bound without signals is stuck`() {
    var threshold = DynamicThreshold(configuration())
    for _ in 0..<49 { threshold.record(nil) }
    #expect(threshold.isPinned && !threshold.isStuck)
    threshold.record(nil)
    #expect(threshold.isStuck)
    threshold.record(0.99)
    #expect(!threshold.isStuck)
}

@Test func `a candle is judged by the threshold in force at its time`() {
    var threshold = DynamicThreshold(configuration())
    let first = threshold.record(0.70)
    #expect(first && threshold.value > 0.70)
    let second = threshold.record(0.70)
    #expect(!second)
}

/// Probabilities around `center`: the sum of four uniforms, so that the tails are thin as models' are.
private func probability(
    center: Double, spread: Double, _ generator: inout Seeded
) -> Double {
    var sum = 0.0
    for _ in 0..<4 { sum += Double.random(in: -1...1, using: &generator) }
    return min(max(center + spread * sum / 4, 0), 1)
}

@Test(arguments: [0.30, 0.40, 0.45, 0.50, 0.55, 0.60, 0.70, 0.80], [0.2, 0.4, 0.6])
func `over 5,000 candles the rate is as expected or the threshold is pinned`(
    center: Double, spread: Double
) {
    var generator = Seeded(3)
    var threshold = DynamicThreshold(configuration(base: 0.686))
    var signals = 0
    var pinned = 0
    for _ in 0..<5_000 {
        if threshold.record(probability(center: center, spread: spread, &generator)) {
            signals += 1
        }
        if threshold.isPinned { pinned += 1 }
    }
    let rate = Double(signals) / 50
    #expect(
        abs(rate - 6.12) <= 1.5 || pinned > 2_500,
        "rate \(rate) %, pinned in \(pinned) of 5,000, value \(threshold.value)")
}
