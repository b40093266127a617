import Models
import TestSupport
import Testing
import Trading

@testable import Training

/// Whether libxgboost can be opened on this machine.
let isXGBoostHere: Bool = {
    do throws(TrainingError) {
        try XGBoostLibrary.open()
        return true
    } catch { return false }
}()
let xgboostHint: Comment = "needs libxgboost: install Debian's package libxgboost0"

/// Rows of noise in which one feature decides the label nine times in ten.
func decided(rows: Int, by column: Int, of columns: Int, seed: UInt64) -> (FeatureMatrix, [Bool]) {
    var generator = Seeded(seed)
    var matrix = FeatureMatrix(names: (0..<columns).map { "feature_\($0)" })
    var labels: [Bool] = []
    for _ in 0..<rows {
        let row = (0..<columns).map { _ -> Float in
            Double.random(in: 0...1, using: &generator) < 0.05
                ? .nan : Float.random(in: -1...1, using: &generator)
        }
        matrix.append(row)
        let isAbove = row[column] > 0.2
        labels.append(Double.random(in: 0...1, using: &generator) < 0.9 ? isAbove : !isAbove)
    }
    return (matrix, labels)
}

private func quick(seed: UInt64 = 1) -> BoosterParameters {
    var parameters = BoosterParameters()
    parameters.maxDepth = 3
    parameters.minChildWeight = 5
    parameters.learningRate = 0.2
    parameters.seed = seed
    return parameters
}

private func trained(rounds: Int, seed: UInt64) throws -> (Booster, BoosterMatrix, [Bool]) {
    let (rows, labels) = decided(rows: 2_000, by: 3, of: 6, seed: 1)
    let (unseen, unseenLabels) = decided(rows: 1_000, by: 3, of: 6, seed: 2)
    let booster = try Booster(
        training: BoosterMatrix(rows, labels: labels), names: rows.names,
        parameters: quick(seed: seed))
    for _ in 0..<rounds { try booster.update() }
    return (booster, try BoosterMatrix(unseen, labels: unseenLabels), unseenLabels)
}

@Suite(.enabled(if: isXGBoostHere, xgboostHint))
struct BoosterTests {
    @Test func `the feature that decides is found`() throws {
        let (booster, unseen, labels) = try trained(rounds: 30, seed: 1)
        #expect(Metrics.auc(try booster.probabilities(unseen), labels) > 0.85)
    }

    @Test func `the same seed gives the same bytes, another seed others`() throws {
        let first = try trained(rounds: 10, seed: 1).0.json()
        let second = try trained(rounds: 10, seed: 1).0.json()
        let other = try trained(rounds: 10, seed: 2).0.json()
        #expect(first == second)
        #expect(first != other)
    }

    @Test func `the loss that the library tells is ours`() throws {
        let (rows, labels) = decided(rows: 2_000, by: 1, of: 4, seed: 3)
        let (unseen, unseenLabels) = decided(rows: 1_000, by: 1, of: 4, seed: 4)
        let validation = try BoosterMatrix(unseen, labels: unseenLabels)
        let booster = try Booster(
            training: BoosterMatrix(rows, labels: labels), validation: validation,
            names: rows.names, parameters: quick())
        for _ in 0..<5 { try booster.update() }
        let told = try #require(try booster.validationLoss())
        let ours = Metrics.logLoss(try booster.probabilities(validation), unseenLabels)
        #expect(abs(told - ours) < 1e-5)
    }

    @Test func `fewer trees can be asked for afterwards`() throws {
        let (longer, unseen, _) = try trained(rounds: 12, seed: 1)
        let (shorter, same, _) = try trained(rounds: 5, seed: 1)
        #expect(try longer.probabilities(unseen, trees: 5) == shorter.probabilities(same))
    }

    @Test func `a bad parameter is refused in words`() throws {
        let (rows, labels) = decided(rows: 100, by: 0, of: 2, seed: 5)
        var parameters = quick()
        parameters.learningRate = -3
        #expect(throws: TrainingError.self) {
            let booster = try Booster(
                training: BoosterMatrix(rows, labels: labels), names: rows.names,
                parameters: parameters)
            try booster.update()
        }
    }
}

@Test func `the message about an absent library says what to install`() {
    let text = TrainingError.libraryAbsent("libxgboost.so.0: cannot open").text
    #expect(text.contains("libxgboost0") && text.contains("--xgboost"))
}
