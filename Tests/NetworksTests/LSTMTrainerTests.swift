import Models
import TestSupport
import Testing

@testable import Networks

/// Rows of chance; a window's first label says whether its oldest row began above zero, its second whether the sum of
/// the second input is positive: one needs memory, the other a sum.
private func samples(_ count: Int, seed: UInt64, steps: Int = 8) throws -> SequenceSamples {
    var random = Seeded(seed)
    let rows = (0..<(count + steps) * 2).map { index in
        // Inputs at other scales than the network likes.
        Float.random(in: -1...1, using: &random) * (index % 2 == 0 ? 100 : 0.01) + 3
    }
    let ends = (0..<count).map { $0 + steps - 1 }
    let labels = ends.flatMap { end -> [Float] in
        let sum = (end - steps + 1...end).reduce(Float(0)) { $0 + rows[2 * $1 + 1] - 3 }
        return [rows[2 * (end - steps + 1)] > 3 ? 1 : 0, sum > 0 ? 1 : 0]
    }
    return try SequenceSamples(
        rows: rows, inputs: 2, steps: steps, ends: ends, labels: labels, outputs: 2,
        weights: ends.map { $0 % 3 == 0 ? 2 : 1 })
}

private func configuration(epochs: Int = 12) -> LSTMConfiguration {
    var configuration = LSTMConfiguration(inputs: 2)
    configuration.hidden = 12
    configuration.steps = 8
    configuration.epochs = epochs
    configuration.batch = 16
    configuration.learningRate = 0.02
    return configuration
}

private func trainer(
    _ training: SequenceSamples, _ configuration: LSTMConfiguration
) -> LSTMTrainer {
    LSTMTrainer(configuration, normalization: InputNormalization(of: training))
}

/// Knowing nothing costs ln 2 = 0.693 an output.
@Test func `it learns what must be remembered and what must be added up`() throws {
    let (training, validation) = (try samples(1_500, seed: 1), try samples(400, seed: 2))
    var trainer = trainer(training, configuration())
    var losses: [Double] = []
    trainer.train(training, validation: validation) { report, _ in
        losses.append(report.validationLoss)
        #expect(report.skippedSteps == 0)
        return true
    }
    #expect(trainer.isFinished && trainer.epoch == losses.count)
    #expect(trainer.bestLoss == losses.min() && trainer.bestLoss < 0.25, "\(losses)")

    let network = try LSTMNetwork(SafeTensors(trainer.export(features: ["a", "b"])))
    var right = 0
    for sample in 0..<validation.count {
        let end = validation.ends[sample] + 1
        let window = Array(validation.rows[(end - 8) * 2..<end * 2])
        let found = network.probabilities(window.span, steps: 8)
        for output in 0..<2 {
            right += (found[output] > 0.5) == (validation.labels[2 * sample + output] > 0.5) ? 1 : 0
        }
    }
    #expect(right > 720, "\(right) of 800")
}

@Test func `the exported network says exactly what the trainer's does`() throws {
    let training = try samples(200, seed: 3)
    var trainer = trainer(training, configuration(epochs: 1))
    trainer.train(training, validation: training) { _, _ in true }
    let network = try LSTMNetwork(
        SafeTensors(trainer.export(features: ["a", "b"], notes: [("note", "n")])))
    #expect(network.featureNames == ["a", "b"] && network.outputs == 2 && network.hiddenSize == 12)
    let pass = LSTMPass<Float>(trainer.configuration.shape, steps: 8)
    pass.load(trainer.parameters)
    let prepared = trainer.prepare(training)
    for sample in 0..<50 {
        prepared.samples.withWindow(sample) { pass.forward($0) }
        let window = Array(training.rows[sample * 2..<(sample + 8) * 2])
        #expect(network.logits(window.span, steps: 8) == pass.logits.values)
    }
}

@Test func `the same seed gives the same network, and a stop in between changes nothing`() throws {
    let (training, validation) = (try samples(200, seed: 1), try samples(50, seed: 2))
    let settings = configuration(epochs: 4)
    var whole = trainer(training, settings)
    whole.train(training, validation: validation) { _, _ in true }
    var again = trainer(training, settings)
    var saved: [UInt8] = []
    again.train(training, validation: validation) { report, trainer in
        saved = trainer.state
        return report.number < 2
    }
    #expect(again.epoch == 2)
    var resumed = try LSTMTrainer(state: saved, configuration: settings)
    resumed.train(training, validation: validation) { _, _ in true }
    #expect(resumed.state == whole.state && resumed.epoch == 4)
    #expect(resumed.export(features: ["a", "b"]) == whole.export(features: ["a", "b"]))
    var other = settings
    other.seed = 2
    #expect(trainer(training, other).parameters != trainer(training, settings).parameters)
}

@Test func `a saved training that is damaged or another's is refused`() throws {
    let training = try samples(50, seed: 1)
    let settings = configuration()
    let saved = trainer(training, settings).state
    func fault(_ bytes: [UInt8], _ settings: LSTMConfiguration) -> StateError? {
        do {
            _ = try LSTMTrainer(state: bytes, configuration: settings)
            return nil
        } catch { return error }
    }
    #expect(fault(saved, settings) == nil)
    var other = settings
    other.learningRate = 0.5
    #expect(fault(saved, other) == .otherConfiguration)
    #expect(
        fault(Array(saved.dropLast()), settings) == .file(.tensors(.rangeOutside(tensor: "second")))
    )
    #expect(fault(SafeTensors.encode([]), settings) == .otherFormat)
    let read = try SafeTensors(saved)
    let less = SafeTensors.encode(
        read.tensors.filter { $0.name != "first" }, metadata: read.metadata)
    #expect(fault(less, settings) == .damaged("first"))
    for key in ["epoch", "bestEpoch", "bestLoss", "steps", "generator"] {
        let spoiled = SafeTensors.encode(
            read.tensors, metadata: read.metadata.map { ($0.key, $0.key == key ? "-1" : $0.value) })
        #expect(fault(spoiled, settings) == .damaged(key))
        #expect(fault(spoiled, settings)?.text.contains(key) == true)
    }
}

@Test func `training ends when the validation loss no longer falls`() throws {
    let training = try samples(60, seed: 1)
    // Labels without reason: only the training samples can be learned.
    var random = Seeded(1)
    let noise = try SequenceSamples(
        rows: training.rows, inputs: 2, steps: 8, ends: training.ends,
        labels: (0..<120).map { _ in Bool.random(using: &random) ? 1 : 0 }, outputs: 2,
        weights: training.weights)
    let validation = try samples(60, seed: 2)
    var settings = configuration(epochs: 200)
    settings.patience = 3
    var trainer = trainer(noise, settings)
    trainer.train(noise, validation: validation) { _, _ in true }
    #expect(trainer.isFinished && trainer.epoch < 200)
    #expect(trainer.epoch == trainer.bestEpoch + 3)
}

@Test func `inputs are measured over the rows that are used, each once`() throws {
    // Row 3 is in no window; rows 0...2 have means 2 and 7, deviations √(8 ÷ 3) and none.
    let samples = try SequenceSamples(
        rows: [0, 7, 2, 7, 4, 7, 99, 99], inputs: 2, steps: 2, ends: [1, 2, 2], labels: [0, 1, 1],
        outputs: 1, weights: [1, 1, 1])
    let measured = InputNormalization(of: samples)
    #expect(measured.mean == [2, 7])
    #expect(abs(measured.scale[0] - Float(8.0 / 3).squareRoot()) < 1e-6)
    #expect(measured.scale[1] == 1)
}

@Test func `samples that cannot be learned from are refused`() {
    func fault(
        rows: [Float] = [1, 2, 3, 4, 5, 6], ends: [Int] = [1, 2], labels: [Float] = [0, 1],
        weights: [Float] = [1, 1]
    ) -> SampleError? {
        do {
            _ = try SequenceSamples(
                rows: rows, inputs: 2, steps: 2, ends: ends, labels: labels, outputs: 1,
                weights: weights)
            return nil
        } catch { return error }
    }
    #expect(fault() == nil)
    #expect(fault(rows: [1, 2, 3]) == .lengths(what: "values", expected: 2, found: 3))
    #expect(fault(labels: [0]) == .lengths(what: "labels", expected: 2, found: 1))
    #expect(fault(weights: [1]) == .lengths(what: "weights", expected: 2, found: 1))
    #expect(fault(ends: [], labels: [], weights: []) == .empty)
    #expect(fault(ends: [0, 2]) == .windowOutside(sample: 0))
    #expect(fault(ends: [1, 3]) == .windowOutside(sample: 1))
    #expect(fault(ends: [1, .max]) == .windowOutside(sample: 1))
    #expect(fault(rows: [1, 2, 3, .nan, 5, 6]) == .notFinite(row: 1, input: 1))
    #expect(fault(rows: [1, 2, 3, 4, .infinity, 6]) == .notFinite(row: 2, input: 0))
    #expect(fault(labels: [0, 1.5]) == .label(sample: 1))
    #expect(fault(labels: [.nan, 1]) == .label(sample: 0))
    #expect(fault(weights: [1, -1]) == .weight(sample: 1))
    #expect(fault(weights: [0, 0]) == .weight(sample: 0))
    #expect(
        fault(weights: [1, .infinity])?.text == "the weight of sample 1 is not a positive number")
}
