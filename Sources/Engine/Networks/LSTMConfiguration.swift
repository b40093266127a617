/// How an LSTM is trained.
package struct LSTMConfiguration: Hashable, Sendable {
    /// Values a step.
    package var inputs: Int
    package var hidden = 24
    /// Logits: for a model set two, that the bracket of a long and that of a short wins.
    package var outputs = 2
    /// Steps a window.
    package var steps = 64
    /// The most passes over the training samples.
    package var epochs = 30
    /// Samples a step of the optimizer.
    package var batch = 64
    package var learningRate = 0.001
    /// Share of a parameter, times the learning rate, that a step takes away.
    package var weightDecay = 0.01
    /// Norm that a gradient is brought down to.
    package var maxNorm = 1.0
    /// Epochs without a better validation loss after which training ends.
    package var patience = 5
    package var seed: UInt64 = 1

    package init(inputs: Int) { self.inputs = inputs }

    var shape: LSTMShape { LSTMShape(inputs: inputs, hidden: hidden, outputs: outputs) }

    /// Everything that changes what comes out of training, as one line; states are only resumed under the same.
    var line: String {
        "inputs=\(inputs) hidden=\(hidden) outputs=\(outputs) steps=\(steps) epochs=\(epochs)"
            + " batch=\(batch) rate=\(learningRate) decay=\(weightDecay) norm=\(maxNorm)"
            + " patience=\(patience) seed=\(seed)"
    }
}

/// What one pass over the training samples came to.
package struct LSTMEpoch: Hashable, Sendable {
    /// 1 for the first.
    package var number: Int
    /// Mean loss over the pass in nats an output, measured as the parameters changed.
    package var trainingLoss: Double
    /// Mean loss on the validation samples after the pass, in nats an output.
    package var validationLoss: Double
    /// Whether no earlier validation loss was lower: these are the parameters that are exported.
    package var isBest: Bool
    /// Steps that were left out because the gradient was not finite.
    package var skippedSteps: Int
}
