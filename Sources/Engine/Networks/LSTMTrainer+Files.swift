import Models

extension LSTMTrainer {
    private static let format = "narwhal-lstm-training-1"

    /// All that is needed to go on later, as the bytes of a file.
    package var state: [UInt8] {
        func tensor(_ name: String, _ values: [Float]) -> SafeTensors.Tensor {
            .init(name: name, shape: [values.count], values: values)
        }
        return SafeTensors.encode(
            [
                tensor("parameters", parameters), tensor("best", bestParameters),
                tensor("first", optimizer.first), tensor("second", optimizer.second),
                tensor("mean", normalization.mean), tensor("scale", normalization.scale),
                tensor("clip", [normalization.clip]),
            ],
            metadata: [
                ("format", Self.format), ("configuration", configuration.line),
                ("epoch", String(epoch)), ("bestEpoch", String(bestEpoch)),
                ("bestLoss", StateReader.line([bestLoss])),
                ("steps", String(optimizer.steps)),
                ("generator", StateReader.line(generator.state)),
            ])
    }

    /// Goes on from a saved state, which must have been saved under the same configuration.
    package init(state: [UInt8], configuration: LSTMConfiguration) throws(StateError) {
        let reader = try StateReader(
            state, format: Self.format, configuration: configuration.line)
        let (count, inputs) = (configuration.shape.count, configuration.inputs)
        let scale = try reader.values("scale", count: inputs)
        let clip = try reader.values("clip", count: 1)[0]
        guard clip > 0, scale.allSatisfy({ $0 > 0 }) else { throw .damaged("scale") }
        self.init(
            configuration,
            normalization: InputNormalization(
                mean: try reader.values("mean", count: inputs), scale: scale, clip: clip),
            epoch: try reader.integer("epoch"), bestEpoch: try reader.integer("bestEpoch"),
            bestLoss: try reader.doubles("bestLoss", count: 1)[0],
            parameters: try reader.values("parameters", count: count),
            bestParameters: try reader.values("best", count: count),
            optimizer: Adam(
                first: try reader.values("first", count: count),
                second: try reader.values("second", count: count),
                steps: try reader.integer("steps")),
            generator: try reader.generator())
    }

    /// The best network so far as the bytes of a file that `LSTMNetwork` reads.
    ///
    /// `features` names the inputs in their order; `notes` go into the metadata.
    package func export(
        features: [String], notes: [(key: String, value: String)] = []
    ) -> [UInt8] {
        precondition(features.count == configuration.inputs, "every input has a name")
        let shape = configuration.shape
        func tensor(_ name: String, _ size: [Int], _ range: Range<Int>) -> SafeTensors.Tensor {
            .init(name: name, shape: size, values: Array(bestParameters[range]))
        }
        let (gates, hidden) = (shape.gates, shape.hidden)
        return SafeTensors.encode(
            [
                tensor("lstm.weight_ih_l0", [gates, shape.inputs], shape.inputWeights),
                tensor("lstm.weight_hh_l0", [gates, hidden], shape.hiddenWeights),
                tensor("lstm.bias_ih_l0", [gates], shape.bias),
                .init(
                    name: "lstm.bias_hh_l0", shape: [gates],
                    values: Array(repeating: 0, count: gates)),
                tensor("fc.weight", [shape.outputs, hidden], shape.headWeights),
                tensor("fc.bias", [shape.outputs], shape.headBias),
                .init(name: "input_mean", shape: [shape.inputs], values: normalization.mean),
                .init(name: "input_scale", shape: [shape.inputs], values: normalization.scale),
                .init(name: "input_clip", shape: [1], values: [normalization.clip]),
            ],
            metadata: [
                ("format", "pt"), ("arch", "lstm"), ("features", features.joined(separator: ",")),
                ("steps", String(configuration.steps)), ("input_size", String(shape.inputs)),
                ("hidden_size", String(hidden)), ("num_layers", "1"),
            ] + notes)
    }
}
