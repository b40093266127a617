import TestSupport
import Testing

@testable import Networks

private let shape = LSTMShape(inputs: 3, hidden: 5, outputs: 2)
private let steps = 7

private func numbers(_ count: Int, seed: UInt64, within bound: Double = 1) -> [Double] {
    var random = Seeded(seed)
    return (0..<count).map { _ in Double.random(in: -bound...bound, using: &random) }
}

/// Three sequences with labels and weights, as one batch.
private struct Batch {
    let sequences = (0..<3).map { numbers(steps * shape.inputs, seed: 100 + $0, within: 2) }
    let labels: [[Double]] = [[1, 0], [0, 0.3], [1, 1]]
    let weights: [Double] = [1, 0.5, 2]

    func loss<Scalar: NetworkScalar>(
        _ parameters: [Scalar], gradient: UnsafeMutablePointer<[Scalar]>? = nil
    ) -> Double {
        let pass = LSTMPass<Scalar>(shape, steps: steps)
        pass.load(parameters)
        var sum = 0.0
        for (index, values) in sequences.enumerated() {
            let sequence = values.map { Scalar($0) }
            pass.forward(sequence)
            for output in 0..<shape.outputs {
                let logit = Double(pass.logits.base[output])
                sum +=
                    weights[index]
                    * LogisticLoss.value(logit: logit, label: labels[index][output])
                pass.dLogits.base[output] = Scalar(
                    weights[index]
                        * LogisticLoss.slope(logit: logit, label: labels[index][output]))
            }
            if gradient != nil { pass.backward(sequence) }
        }
        gradient?.pointee = pass.gradient.values
        return sum
    }
}

@Test(arguments: [
    ("input weights", shape.inputWeights), ("hidden weights", shape.hiddenWeights),
    ("biases", shape.bias), ("head weights", shape.headWeights), ("head biases", shape.headBias),
])
func `the LSTM's gradient equals differences of its loss`(name: String, range: Range<Int>) {
    let batch = Batch()
    let parameters = numbers(shape.count, seed: 9)
    var gradient: [Double] = []
    _ = batch.loss(parameters, gradient: &gradient)
    let error = GradientCheck.largestError(parameters, gradient: gradient, range: range) {
        batch.loss($0)
    }
    #expect(error < 1e-6, "\(name): \(error)")
    #expect(gradient[range].contains { abs($0) > 1e-3 }, "\(name) has a gradient at all")
}

@Test func `training in Float follows the same gradient`() {
    let batch = Batch()
    let parameters = numbers(shape.count, seed: 9)
    var exact: [Double] = []
    var single: [Float] = []
    let loss = batch.loss(parameters, gradient: &exact)
    let rounded = batch.loss(parameters.map { Float($0) }, gradient: &single)
    #expect(abs(loss - rounded) < 1e-5)
    for (left, right) in zip(exact, single) { #expect(abs(left - Double(right)) < 1e-5) }
}

@Test func `gradients of several sequences add up`() {
    let parameters = numbers(shape.count, seed: 9)
    let pass = LSTMPass<Double>(shape, steps: steps)
    pass.load(parameters)
    let sequence = numbers(steps * shape.inputs, seed: 4)
    func run() {
        pass.forward(sequence)
        pass.dLogits.base[0] = 1
        pass.dLogits.base[1] = -2
        pass.backward(sequence)
    }
    run()
    let once = pass.gradient.values
    run()
    for (twice, once) in zip(pass.gradient.values, once) { #expect(abs(twice - 2 * once) < 1e-12) }
    pass.gradient.clear()
    #expect(pass.gradient.values.allSatisfy { $0 == 0 })
}

/// −ln 0.5 = 0.6931; e² ÷ (1 + e²) = 0.8808, −ln of it 0.1269; a logit of −800 that should be high costs 800.
@Test func `the logistic loss is that of its definition and never overflows`() {
    #expect(abs(LogisticLoss.value(logit: 0, label: 0.3) - 0.693147) < 1e-6)
    #expect(abs(LogisticLoss.value(logit: 2, label: 1) - 0.126928) < 1e-6)
    #expect(LogisticLoss.value(logit: -800, label: 1) == 800)
    #expect(LogisticLoss.value(logit: 800, label: 1) == 0)
    #expect(abs(LogisticLoss.slope(logit: 2, label: 1) + 0.119203) < 1e-6)
    #expect(LogisticLoss.slope(logit: -800, label: 1) == -1)
}
