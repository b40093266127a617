import Models

extension PolicyTrainer {
    private static let format = "narwhal-policy-training-1"

    /// All that is needed to go on later, as the bytes of a file.
    package var state: [UInt8] {
        func tensor(_ name: String, _ values: [Float]) -> SafeTensors.Tensor {
            .init(name: name, shape: [values.count], values: values)
        }
        return SafeTensors.encode(
            [
                tensor("parameters", parameters), tensor("first", optimizer.first),
                tensor("second", optimizer.second),
            ],
            metadata: [
                ("format", Self.format), ("configuration", configuration.line),
                ("iteration", String(iteration)), ("steps", String(optimizer.steps)),
                ("generator", StateReader.line(generator.state)),
                ("moments", StateReader.line([moments.count] + moments.mean + moments.squares)),
            ])
    }

    /// Goes on from a saved state, which must have been saved under the same configuration.
    package init(state: [UInt8], configuration: PolicyConfiguration) throws(StateError) {
        let reader = try StateReader(
            state, format: Self.format, configuration: configuration.line)
        let count = configuration.actor.count + configuration.critic.count
        let components = configuration.stateCount
        let moments = try reader.doubles("moments", count: 1 + 2 * components)
        guard moments.allSatisfy({ $0.isFinite }), moments[0] >= 0 else {
            throw .damaged("moments")
        }
        self.init(
            configuration, iteration: try reader.integer("iteration"),
            parameters: try reader.values("parameters", count: count),
            optimizer: Adam(
                first: try reader.values("first", count: count),
                second: try reader.values("second", count: count),
                steps: try reader.integer("steps")),
            moments: RunningMoments(
                count: moments[0], mean: Array(moments[1...components]),
                squares: Array(moments[(components + 1)...])),
            generator: try reader.generator())
    }

    /// The policy as the bytes of a file that `PolicyNetwork` reads, critic and normalization included.
    ///
    /// `state` and `actions` name inputs and logits in their order, `absent` those of the inputs that were always zero in
    /// training because their data was not there; `notes` go into the metadata.
    package func export(
        state: [String], absent: [String] = [], actions: [String],
        notes: [(key: String, value: String)] = []
    ) -> [UInt8] {
        precondition(
            state.count == configuration.stateCount && actions.count == configuration.actionCount
                && absent.allSatisfy(state.contains), "every input and every action has a name")
        let names = ["0", "2"]
        var tensors: [SafeTensors.Tensor] = []
        func add(_ shape: MLPShape, from start: Int, _ net: String, _ head: String) {
            for layer in 0..<shape.layers {
                let name = layer < names.count ? "mlp_extractor.\(net).\(names[layer])" : head
                let (weights, bias) = (shape.weights(layer), shape.bias(layer))
                tensors.append(
                    .init(
                        name: "\(name).weight",
                        shape: [shape.sizes[layer + 1], shape.sizes[layer]],
                        values: weights.map { parameters[start + $0] }))
                tensors.append(
                    .init(
                        name: "\(name).bias", shape: [shape.sizes[layer + 1]],
                        values: bias.map { parameters[start + $0] }))
            }
        }
        add(configuration.actor, from: 0, "policy_net", "action_net")
        add(configuration.critic, from: configuration.actor.count, "value_net", "value_net")
        let components = configuration.stateCount
        tensors += [
            .init(
                name: "obs_mean", shape: [components], values: moments.mean.map { Float($0) }),
            .init(
                name: "obs_var", shape: [components],
                values: (0..<components).map { Float(moments.variance($0)) }),
            .init(name: "clip_obs", shape: [1], values: [configuration.clipState]),
            .init(name: "epsilon", shape: [1], values: [Self.epsilon]),
        ]
        var metadata: [(key: String, value: String)] = [
            ("format", "pt"), ("arch", "sb3_ppo_mlp"), ("activation", "tanh"),
            ("state", state.joined(separator: ",")),
            ("actions", actions.joined(separator: ",")),
        ]
        if !absent.isEmpty { metadata.append(("absent", absent.joined(separator: ","))) }
        return SafeTensors.encode(tensors, metadata: metadata + notes)
    }
}
