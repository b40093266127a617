import Models

/// Trains an LSTM of one layer by Adam on windows of rows, with early stopping.
///
/// The same configuration, samples and seed give the same parameters bit for bit on one machine, whether or not training
/// was interrupted between two epochs.
package struct LSTMTrainer: Sendable {
    package let configuration: LSTMConfiguration
    package let normalization: InputNormalization
    /// Epochs done.
    package private(set) var epoch = 0
    /// The epoch with the lowest validation loss, 0 before the first.
    package private(set) var bestEpoch = 0
    /// In nats an output; infinite before the first epoch.
    package private(set) var bestLoss = Double.infinity

    var parameters: [Float]
    var bestParameters: [Float]
    var optimizer: Adam<Float>
    var generator: SeededGenerator

    /// Whether all epochs are done or the validation loss has not fallen for `patience` of them.
    package var isFinished: Bool {
        epoch >= configuration.epochs || epoch - bestEpoch >= configuration.patience
    }

    /// Begins from chance; the normalization is that of the training samples.
    package init(_ configuration: LSTMConfiguration, normalization: InputNormalization) {
        precondition(
            configuration.inputs == normalization.mean.count, "every input is normalized")
        precondition(
            configuration.batch > 0 && configuration.patience > 0, "batch and patience are positive"
        )
        self.configuration = configuration
        self.normalization = normalization
        var generator = SeededGenerator(seed: configuration.seed)
        let shape = configuration.shape
        // PyTorch's start: uniform within 1 ÷ √hidden.
        let bound = 1 / Double(shape.hidden).squareRoot()
        var parameters = (0..<shape.count).map { _ in
            Float(bound * (2 * generator.unit() - 1))
        }
        // Forget gates begin open, so that the gradient reaches far back.
        // Source: Jozefowicz et al., An empirical exploration of recurrent network architectures, 2015.
        for unit in 0..<shape.hidden {
            parameters[shape.bias.lowerBound + shape.hidden + unit] = 1
        }
        self.generator = generator
        self.parameters = parameters
        bestParameters = parameters
        optimizer = Adam(count: shape.count)
    }

    /// A trainer that goes on where another was.
    init(
        _ configuration: LSTMConfiguration, normalization: InputNormalization, epoch: Int,
        bestEpoch: Int, bestLoss: Double, parameters: [Float], bestParameters: [Float],
        optimizer: Adam<Float>, generator: SeededGenerator
    ) {
        self.configuration = configuration
        self.normalization = normalization
        self.epoch = epoch
        self.bestEpoch = bestEpoch
        self.bestLoss = bestLoss
        self.parameters = parameters
        self.bestParameters = bestParameters
        self.optimizer = optimizer
        self.generator = generator
    }

    /// Samples brought to the scale of the network, once for all epochs.
    package func prepare(_ samples: SequenceSamples) -> PreparedSamples {
        precondition(
            samples.inputs == configuration.inputs && samples.outputs == configuration.outputs
                && samples.steps == configuration.steps, "samples fit the configuration")
        return PreparedSamples(samples: samples.scaled(by: normalization))
    }

    /// Runs epochs until it is finished or `progress` says `false`; with each it is given the trainer as it then stands,
    /// whose `state` can be kept.
    package mutating func train(
        _ training: SequenceSamples, validation: SequenceSamples,
        progress: (LSTMEpoch, LSTMTrainer) -> Bool
    ) {
        let (training, validation) = (prepare(training), prepare(validation))
        while !isFinished {
            let report = runEpoch(training, validation: validation)
            guard progress(report, self) else { return }
        }
    }

    /// One pass over the training samples in a new order, then one over the validation samples.
    ///
    /// `onBatch` is told how many samples of the pass are done and how many there are.
    package mutating func runEpoch(
        _ training: PreparedSamples, validation: PreparedSamples,
        onBatch: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) -> LSTMEpoch {
        let pass = LSTMPass<Float>(configuration.shape, steps: configuration.steps)
        let samples = training.samples
        var order = Array(0..<samples.count)
        generator.shuffle(&order)
        var (lossSum, weightSum) = (0.0, 0.0)
        var skipped = 0
        var start = 0
        while start < order.count {
            let end = min(order.count, start + configuration.batch)
            pass.load(parameters)
            pass.gradient.clear()
            var weight = 0.0
            for index in start..<end {
                lossSum += Self.learn(order[index], of: samples, pass)
                weight += Double(samples.weights[order[index]])
            }
            weightSum += weight
            if weight > 0 {
                let norm = optimizer.step(
                    &parameters, gradient: pass.gradient.values,
                    scale: 1 / (weight * Double(samples.outputs)), maxNorm: configuration.maxNorm,
                    rate: configuration.learningRate, decay: configuration.weightDecay)
                if !norm.isFinite { skipped += 1 }
            }
            start = end
            onBatch(start, order.count)
        }
        epoch += 1
        let loss = self.loss(validation)
        // A loss that is not a number is never best.
        let isBest = loss < bestLoss
        if isBest { (bestLoss, bestEpoch, bestParameters) = (loss, epoch, parameters) }
        return LSTMEpoch(
            number: epoch, trainingLoss: lossSum / (weightSum * Double(samples.outputs)),
            validationLoss: loss, isBest: isBest, skippedSteps: skipped)
    }

    /// Adds the gradient of one sample; returns its loss over all outputs, times its weight.
    private static func learn(
        _ sample: Int, of samples: SequenceSamples, _ pass: borrowing LSTMPass<Float>
    ) -> Double {
        let weight = Double(samples.weights[sample])
        guard weight > 0 else { return 0 }
        return samples.withWindow(sample) { window in
            pass.forward(window)
            var loss = 0.0
            for output in 0..<samples.outputs {
                let logit = Double(pass.logits.base[output])
                let label = Double(samples.labels[sample * samples.outputs + output])
                loss += weight * LogisticLoss.value(logit: logit, label: label)
                pass.dLogits.base[output] = Float(
                    weight * LogisticLoss.slope(logit: logit, label: label))
            }
            pass.backward(window)
            return loss
        }
    }

    /// The weighted mean loss of the current parameters, in nats an output.
    package func loss(_ prepared: PreparedSamples) -> Double {
        let pass = LSTMPass<Float>(configuration.shape, steps: configuration.steps)
        pass.load(parameters)
        let samples = prepared.samples
        var (sum, weightSum) = (0.0, 0.0)
        for sample in 0..<samples.count {
            let weight = Double(samples.weights[sample])
            weightSum += weight
            samples.withWindow(sample) { window in
                pass.forward(window)
                for output in 0..<samples.outputs {
                    sum +=
                        weight
                        * LogisticLoss.value(
                            logit: Double(pass.logits.base[output]),
                            label: Double(samples.labels[sample * samples.outputs + output]))
                }
            }
        }
        return sum / (weightSum * Double(samples.outputs))
    }
}

/// Samples at the scale of one trainer's network.
package struct PreparedSamples: Sendable {
    let samples: SequenceSamples
}

extension SequenceSamples {
    /// The first number of a sample's window, valid within `body`.
    func withWindow<Result>(
        _ sample: Int, _ body: (UnsafePointer<Float>) -> Result
    ) -> Result {
        rows.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                preconditionFailure("samples have at least one row")
            }
            return body(base + (ends[sample] - steps + 1) * inputs)
        }
    }
}
