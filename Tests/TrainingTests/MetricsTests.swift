import Models
import TestSupport
import Testing
import Trading

@testable import Training

/// Pairs counted one by one.
private func slowAUC(_ probabilities: [Double], _ labels: [Bool]) -> Double {
    var won = 0.0
    var pairs = 0.0
    for (a, isWin) in zip(probabilities, labels) where isWin {
        for (b, other) in zip(probabilities, labels) where !other {
            pairs += 1
            won += a > b ? 1 : a == b ? 0.5 : 0
        }
    }
    return won / pairs
}

@Test func `figures of four samples are those worked by hand`() {
    let p = [0.9, 0.6, 0.4, 0.2]
    let y = [true, false, true, false]
    #expect(Metrics.baseRate(y) == 0.5)
    // Wins 0.9 and 0.4 against losses 0.6 and 0.2: three of four pairs.
    #expect(Metrics.auc(p, y) == 0.75)
    // (0.01 + 0.36 + 0.36 + 0.04) ÷ 4
    #expect(abs(Metrics.brier(p, y) - 0.1925) < 1e-12)
    // −(ln 0.9 + ln 0.4 + ln 0.4 + ln 0.8) ÷ 4
    #expect(abs(Metrics.logLoss(p, y) - 0.5402723) < 1e-6)
}

@Test(arguments: [UInt64(1), 2, 3])
func `the area under the curve agrees with counting pairs, ties included`(seed: UInt64) {
    var generator = Seeded(seed)
    let p = (0..<150).map { _ in Double(Int.random(in: 0...20, using: &generator)) / 20 }
    let y = p.map { Double.random(in: 0...1, using: &generator) < $0 }
    #expect(abs(Metrics.auc(p, y) - slowAUC(p, y)) < 1e-12)
    // A weight of two is the same as being there twice.
    let weights = y.indices.map { $0 % 3 == 0 ? 2.0 : 1 }
    let doubled = y.indices.flatMap { $0 % 3 == 0 ? [$0, $0] : [$0] }
    let weighted = Metrics.auc(RankedSamples(p, y), weights: weights)
    #expect(abs(weighted - slowAUC(doubled.map { p[$0] }, doubled.map { y[$0] })) < 1e-12)
}

@Test func `one class alone has no area under the curve`() {
    #expect(Metrics.auc([0.1, 0.2], [true, true]).isNaN)
}

@Test func `the reliability table counts every sample once, by rising probability`() {
    let p = (0..<25).map { Double($0) / 25 }.reversed()
    let rows = Metrics.reliability(Array(p), p.map { $0 > 0.5 }, bins: 10)
    #expect(rows.map(\.count).reduce(0, +) == 25 && rows.count == 10)
    #expect(rows.map(\.meanProbability) == rows.map(\.meanProbability).sorted())
    #expect(rows.first?.winShare == 0 && rows.last?.winShare == 1)
}

private func times(_ count: Int, perDay: Int) -> [Timestamp] {
    (0..<count).map { Timestamp(milliseconds: Int64($0) * (86_400_000 / Int64(perDay))) }
}

@Test func `intervals hold the value and are the same for the same seed`() {
    var generator = Seeded(3)
    let p = (0..<3_000).map { _ in Double.random(in: 0...1, using: &generator) }
    let y = p.map { Double.random(in: 0...1, using: &generator) < 0.3 + 0.4 * $0 }
    let bootstrap = DayBootstrap(times: times(3_000, perDay: 100), seed: 11)
    let auc = bootstrap.auc(p, y)
    #expect(auc.low < auc.value && auc.value < auc.high && auc.low > 0.5)
    #expect(auc == DayBootstrap(times: times(3_000, perDay: 100), seed: 11).auc(p, y))
}

/// Within a day all values are equal, so 20 days say no more than 20 numbers: the interval must be as wide as theirs.
@Test func `days that agree with themselves do not count as many witnesses`() {
    var generator = Seeded(8)
    let days = (0..<20).map { _ in Double.random(in: -1...1, using: &generator) }
    let one = DayBootstrap(times: times(20, perDay: 1), seed: 5)
        .mean(days, where: [Bool](repeating: true, count: 20))
    let many = DayBootstrap(times: times(2_000, perDay: 100), seed: 5)
        .mean(
            (0..<2_000).map { days[$0 / 100] }, where: [Bool](repeating: true, count: 2_000))
    #expect(abs(one.low - many.low) < 1e-9 && abs(one.high - many.high) < 1e-9)
}

@Test func `a mean over no samples is not a number`() {
    let mean = DayBootstrap(times: times(5, perDay: 1), seed: 1)
        .mean([1, 2, 3, 4, 5], where: [Bool](repeating: false, count: 5))
    #expect(mean.value.isNaN && mean.low.isNaN)
}

// Calibration

/// Labels drawn so that the true chance is logistic in the raw logit with this slope and intercept.
private func biased(
    _ count: Int, slope: Double, intercept: Double, seed: UInt64
) -> ([Double], [Bool]) {
    var generator = Seeded(seed)
    let p = (0..<count).map { _ in Double.random(in: 0.05...0.95, using: &generator) }
    let truth = Calibration.platt(slope: slope, intercept: intercept)
    return (p, p.map { Double.random(in: 0...1, using: &generator) < truth.apply($0) })
}

@Test func `Platt's scaling finds the slope and intercept that made the labels`() throws {
    let (p, y) = biased(40_000, slope: 0.5, intercept: -0.4, seed: 2)
    guard case .platt(let slope, let intercept) = CalibrationFit.platt(p, y) else {
        Issue.record("not Platt's")
        return
    }
    #expect(abs(slope - 0.5) < 0.03 && abs(intercept + 0.4) < 0.03)
}

@Test func `the isotonic fit rises, stays inside 0 and 1, and repairs a bend`() throws {
    var generator = Seeded(4)
    let p = (0..<20_000).map { _ in Double.random(in: 0...1, using: &generator) }
    let y = p.map { Double.random(in: 0...1, using: &generator) < ($0 < 0.5 ? 0.2 : 0.7) }
    let map = CalibrationFit.isotonic(p, y)
    guard case .isotonic(let knots) = map else {
        Issue.record("not isotonic")
        return
    }
    let (inputs, outputs) = (knots.inputs, knots.outputs)
    #expect(zip(inputs, inputs.dropFirst()).allSatisfy { $0 < $1 })
    #expect(zip(outputs, outputs.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(outputs.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(abs(map.apply(0.25) - 0.2) < 0.04 && abs(map.apply(0.9) - 0.7) < 0.04)
    #expect(map.apply(0) == outputs.first && map.apply(1) == outputs.last)
}

@Test func `calibration is chosen by the loss on parts that it has not seen`() {
    let parts = (0..<4).map { part in Array(part * 5_000..<(part + 1) * 5_000) }
    let (p, y) = biased(20_000, slope: 0.4, intercept: 0.5, seed: 5)
    let choice = CalibrationFit.choose(p, y, parts: parts)
    #expect(choice.calibration.kind != "none")
    #expect(choice.heldOut.map(\.kind) == ["none", "platt", "isotonic"])
    let mapped = p.map { choice.calibration.apply($0) }
    #expect(Metrics.logLoss(mapped, y) < Metrics.logLoss(p, y))
    let honest = biased(20_000, slope: 1, intercept: 0, seed: 6)
    let kept = CalibrationFit.choose(honest.0, honest.1, parts: parts)
    let none = kept.heldOut.first?.logLoss ?? 0
    #expect(kept.heldOut.allSatisfy { $0.logLoss > none - 0.001 })
}
