import CMath
import Testing
import Trading

@testable import Models

private func row(_ values: [(FeatureID, Double)]) -> FeatureRow {
    var row = FeatureRow()
    for (feature, value) in values { row[feature] = value }
    return row
}

private func card() throws -> Scorecard {
    try Scorecard(
        intercept: -1,
        terms: [
            .init(feature: .momentum3, weight: -0.5), .init(feature: .whaleNet5m, weight: 2),
            .init(feature: .spread, weight: 0.25),
        ])
}

/// −1 + 2 × 0.5 − 0.5 × 2 + 0.25 × 4 = 0.
@Test func `balanced evidence is one half`() throws {
    let score = try card().score(row([(.whaleNet5m, 0.5), (.momentum3, 2), (.spread, 4)]))
    #expect(score.probability == 0.5)
    #expect(score.missing == 0)
}

/// −1 + 2 × 1 = 1, and 1 ÷ (1 + e⁻¹) = 0.7310585786300049.
@Test func `missing features contribute nothing and are counted`() throws {
    let score = try card().score(row([(.whaleNet5m, 1)]))
    #expect(abs(score.probability - 0.7310585786300049) < 1e-15)
    #expect(score.missing == 2)
}

@Test(arguments: [1e308, -1e308, .infinity, -.infinity, .nan])
func `a probability is between zero and one whatever the row`(value: Double) throws {
    let probability = try card().probability(
        row([(.whaleNet5m, value), (.momentum3, value), (.spread, value)]))
    #expect((0...1).contains(probability))
}

@Test func `contributions come strongest first`() throws {
    let contributions = try card().contributions(
        row([(.whaleNet5m, 0.5), (.momentum3, 3), (.spread, 4)]))
    #expect(
        contributions == [
            Contribution(feature: .momentum3, logOdds: -1.5),
            Contribution(feature: .whaleNet5m, logOdds: 1),
            Contribution(feature: .spread, logOdds: 1),
        ])
    #expect(try card().contributions(FeatureRow()) == [])
}

@Test func `weights that cannot be meant are refused`() {
    #expect(throws: ModelError.numberOutOfRange("intercept")) {
        try Scorecard(intercept: .nan, terms: [])
    }
    #expect(throws: ModelError.numberOutOfRange("spread")) {
        try Scorecard(intercept: 0, terms: [.init(feature: .spread, weight: 100.5)])
    }
    #expect(throws: ModelError.duplicateKey("spread")) {
        try Scorecard(
            intercept: 0,
            terms: [.init(feature: .spread, weight: 1), .init(feature: .spread, weight: 1)])
    }
}
