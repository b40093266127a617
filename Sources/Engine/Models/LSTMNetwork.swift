import CMath

/// A long short-term memory over a window of candles with a linear layer on its last output.
///
/// PyTorch's `nn.LSTM` (gates i, f, g, o; both biases; zero initial state; batch first), in 32-bit floats:
/// `lstm.weight_ih_l{k}` (4·hidden, inputs), `lstm.weight_hh_l{k}` (4·hidden, hidden), `lstm.bias_ih_l{k}`,
/// `lstm.bias_hh_l{k}` (4·hidden), `fc.weight` (outputs, hidden), `fc.bias` (outputs). Optionally `input_mean`,
/// `input_scale` (inputs) and `input_clip` (1), applied to the inputs first.
/// - Source: PyTorch, `torch.nn.LSTM`; Hochreiter and Schmidhuber, Long short-term memory, 1997.
package struct LSTMNetwork: Sendable {
    package static let maxInputs = 128
    package static let maxHidden = 256
    package static let maxLayers = 4
    package static let maxOutputs = 8

    /// Values a step.
    package let inputSize: Int
    package let hiddenSize: Int
    package let layers: Int
    /// Logits: one each for what the network was trained to tell apart.
    package let outputs: Int
    /// From the metadata `features`, in the order of the inputs; empty when the file does not name them.
    package let featureNames: [String]

    private struct Layer: Sendable {
        var inputs: Int
        /// (inputs, 4·hidden): transposed, so that a step adds whole rows.
        var inputWeights: [Float]
        /// (hidden, 4·hidden)
        var hiddenWeights: [Float]
        /// The sum of both.
        var bias: [Float]
    }

    private let stack: [Layer]
    /// (hidden, outputs)
    private let headWeights: [Float]
    private let headBias: [Float]
    private let scaling: InputScaling?

    /// Takes the network out of a file.
    ///
    /// - Throws: `ModelError.tensors` for a tensor that is missing, too many or of another shape, a bidirectional LSTM or
    ///   one with projections, and sizes beyond the limits of this type.
    package init(_ file: SafeTensors) throws(ModelError) {
        do throws(TensorError) {
            var reader = TensorReader(file)
            try Self.refuseOtherKinds(file)
            let first = try reader.shape("lstm.weight_ih_l0", dimensions: 2)
            let head = try reader.shape("fc.weight", dimensions: 2)
            let (inputs, hidden) = (first[1], first[0] / 4)
            var count = 0
            while reader.has("lstm.weight_ih_l\(count)"), count <= Self.maxLayers { count += 1 }
            try TensorReader.check("LSTM layers", count, atMost: Self.maxLayers)
            try TensorReader.check("inputs", inputs, atMost: Self.maxInputs)
            try TensorReader.check("hidden units", hidden, atMost: Self.maxHidden)
            try TensorReader.check("outputs", head[0], atMost: Self.maxOutputs)
            var stack: [Layer] = []
            for index in 0..<count {
                stack.append(
                    try Self.layer(
                        &reader, index, inputs: index == 0 ? inputs : hidden, hidden: hidden))
            }
            headWeights = transposed(
                try reader.take("fc.weight", [head[0], hidden]), rows: head[0], columns: hidden)
            headBias = try reader.take("fc.bias", [head[0]])
            scaling = try Self.scaling(&reader, inputs: inputs)
            try reader.end()
            featureNames = try reader.names("features", count: inputs) ?? []
            inputSize = inputs
            hiddenSize = hidden
            layers = count
            outputs = head[0]
            self.stack = stack
        } catch {
            throw .tensors(error)
        }
    }

    private static func refuseOtherKinds(_ file: SafeTensors) throws(TensorError) {
        for tensor in file.tensors {
            if tensor.name.hasSuffix("_reverse") { throw .unsupportedNetwork(.bidirectional) }
            if tensor.name.hasPrefix("lstm.weight_hr_") { throw .unsupportedNetwork(.projections) }
        }
    }

    private static func layer(
        _ reader: inout TensorReader, _ index: Int, inputs: Int, hidden: Int
    ) throws(TensorError) -> Layer {
        let gates = 4 * hidden
        let inputWeights = try reader.take("lstm.weight_ih_l\(index)", [gates, inputs])
        let hiddenWeights = try reader.take("lstm.weight_hh_l\(index)", [gates, hidden])
        let first = try reader.take("lstm.bias_ih_l\(index)", [gates])
        let second = try reader.take("lstm.bias_hh_l\(index)", [gates])
        return Layer(
            inputs: inputs,
            inputWeights: transposed(inputWeights, rows: gates, columns: inputs),
            hiddenWeights: transposed(hiddenWeights, rows: gates, columns: hidden),
            bias: zip(first, second).map { $0 + $1 })
    }

    private static func scaling(
        _ reader: inout TensorReader, inputs: Int
    ) throws(TensorError) -> InputScaling? {
        let mean = try reader.takeIfPresent("input_mean", [inputs])
        let scale = try reader.takeIfPresent("input_scale", [inputs])
        let clip = try reader.numberIfPresent("input_clip")
        guard mean != nil || scale != nil || clip != nil else { return nil }
        guard let mean else { throw .missingTensor("input_mean") }
        guard let scale else { throw .missingTensor("input_scale") }
        guard scale.allSatisfy({ $0 > 0 }) else { throw .badNormalization(tensor: "input_scale") }
        if let clip, clip <= 0 { throw .badNormalization(tensor: "input_clip") }
        return InputScaling(
            mean: mean, divisor: scale, clip: clip ?? .greatestFiniteMagnitude)
    }

    /// The logits for a window of `steps` steps of `inputSize` values, oldest first.
    ///
    /// A missing value, NaN, makes every logit NaN: the caller must then do without this network.
    /// - Complexity: O(steps · hidden · (inputs + hidden)) a layer.
    package func logits(_ sequence: Span<Float>, steps: Int) -> [Float] {
        let hidden = lastOutput(sequence, steps: steps)
        var logits = headBias
        narwhal_add_products_f(&logits, outputs, hidden, 1, headWeights, outputs, hiddenSize)
        return logits
    }

    /// The probabilities of the logits, each on its own: 1 ÷ (1 + e^−logit).
    package func probabilities(_ sequence: Span<Float>, steps: Int) -> [Float] {
        var values = logits(sequence, steps: steps)
        narwhal_sigmoids_f(&values, outputs)
        return values
    }

    /// What the last layer puts out at the last step.
    func lastOutput(_ sequence: Span<Float>, steps: Int) -> [Float] {
        precondition(
            steps > 0 && sequence.count == steps * inputSize,
            "a window has its steps times the inputs of the network")
        var inputs = [Float](unsafeUninitializedCapacity: sequence.count) { buffer, count in
            for index in 0..<sequence.count {
                buffer.initializeElement(at: index, to: sequence[index])
            }
            count = sequence.count
        }
        if let scaling {
            for index in inputs.indices {
                inputs[index] = scaling(inputs[index], at: index % inputSize)
            }
        }
        for layer in stack { inputs = run(layer, inputs, steps: steps) }
        return Array(inputs.suffix(hiddenSize))
    }

    /// The outputs of one layer at every step.
    private func run(_ layer: Layer, _ inputs: [Float], steps: Int) -> [Float] {
        let (size, gateCount) = (hiddenSize, 4 * hiddenSize)
        var outputs = [Float](repeating: 0, count: steps * size)
        var gates = [Float](repeating: 0, count: gateCount)
        var cell = [Float](repeating: 0, count: size)
        var next = cell
        var squashed = cell
        outputs.withUnsafeMutableBufferPointer { outputs in
            inputs.withUnsafeBufferPointer { inputs in
                guard let output = outputs.baseAddress, let input = inputs.baseAddress else {
                    return
                }
                for step in 0..<steps {
                    for index in 0..<gateCount { gates[index] = layer.bias[index] }
                    narwhal_add_products_f(
                        &gates, gateCount, input + step * layer.inputs, 1, layer.inputWeights,
                        gateCount, layer.inputs)
                    if step > 0 {
                        narwhal_add_products_f(
                            &gates, gateCount, output + (step - 1) * size, 1, layer.hiddenWeights,
                            gateCount, size)
                    }
                    narwhal_lstm_cell_f(
                        &gates, cell, &next, &squashed, output + step * size, size)
                    swap(&cell, &next)
                }
            }
        }
        return outputs
    }
}

/// The matrix with rows and columns exchanged; both are at least 1.
func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    var result = [Float](repeating: 0, count: matrix.count)
    narwhal_transpose_f(matrix, rows, columns, &result)
    return result
}
