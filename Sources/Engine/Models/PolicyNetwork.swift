import CMath

/// The actor of a policy: a state in, a preference for each action out.
///
/// Stable-Baselines3's `MlpPolicy` for discrete actions, with tanh, in 32-bit floats:
/// `mlp_extractor.policy_net.0.weight` (hidden, state), `.2.weight` (hidden, hidden), their `.bias`, `action_net.weight`
/// (actions, hidden), `action_net.bias`. The critic (`mlp_extractor.value_net.*`, `value_net.*`) may be there and is only
/// checked. Optionally `obs_mean` and `obs_var` (state) with `clip_obs` and `epsilon` (1; 10 and 10⁻⁸ when absent):
/// the state is normalized by them as `VecNormalize` does.
/// - Source: Stable-Baselines3 2.0.0, `common/policies.py`, `common/vec_env/vec_normalize.py`.
package struct PolicyNetwork: Sendable {
    package static let maxState = 128
    package static let maxHidden = 256
    package static let maxActions = 32

    package let stateCount: Int
    package let actionCount: Int
    /// From the metadata `state`, in the order of the inputs; empty when the file does not name them.
    package let stateNames: [String]
    /// From the metadata `absent`: components that were not there in training and are always fed as zero.
    package let absentNames: [String]
    /// From the metadata `actions`, in the order of the logits; empty when the file does not name them.
    package let actionNames: [String]

    struct Layer: Sendable {
        /// (inputs, outputs): transposed.
        var weights: [Float]
        var bias: [Float]

        func callAsFunction(_ input: [Float]) -> [Float] {
            var output = bias
            narwhal_add_products_f(
                &output, bias.count, input, 1, weights, bias.count, input.count)
            return output
        }
    }

    private let first: Layer
    private let second: Layer
    private let actions: Layer
    private let scaling: InputScaling?
    /// For each component whether it is fed as zero.
    private let isAbsent: [Bool]

    /// Takes the policy out of a file.
    ///
    /// - Throws: `ModelError.tensors` for a tensor that is missing, too many or of another shape, continuous actions, an
    ///   activation other than tanh, names that are not as many as the tensors say, and sizes beyond the limits.
    package init(_ file: SafeTensors) throws(ModelError) {
        do throws(TensorError) {
            if file["log_std"] != nil { throw .unsupportedNetwork(.continuousActions) }
            if let activation = file.note("activation"), activation != "tanh" {
                throw .unsupportedNetwork(.activation(activation))
            }
            var reader = TensorReader(file)
            let (net, head) = ("mlp_extractor.policy_net", "action_net")
            let outer = try reader.shape("\(net).0.weight", dimensions: 2)
            let inner = try reader.shape("\(net).2.weight", dimensions: 2)
            let last = try reader.shape("\(head).weight", dimensions: 2)
            try TensorReader.check("inputs", outer[1], atMost: Self.maxState)
            try TensorReader.check("hidden units", outer[0], atMost: Self.maxHidden)
            try TensorReader.check("hidden units", inner[0], atMost: Self.maxHidden)
            try TensorReader.check("actions", last[0], atMost: Self.maxActions)
            first = try Self.layer(&reader, "\(net).0", from: outer[1], to: outer[0])
            second = try Self.layer(&reader, "\(net).2", from: outer[0], to: inner[0])
            actions = try Self.layer(&reader, head, from: inner[0], to: last[0])
            try Self.checkCritic(&reader, state: outer[1])
            scaling = try Self.scaling(&reader, state: outer[1])
            try reader.end()
            stateCount = outer[1]
            actionCount = last[0]
            let state = try reader.names("state", count: outer[1]) ?? []
            let absent = try reader.names("absent") ?? []
            guard absent.allSatisfy(state.contains) else { throw .badMetadata(key: "absent") }
            isAbsent =
                state.isEmpty
                ? Array(repeating: false, count: outer[1]) : state.map(absent.contains)
            stateNames = state
            absentNames = absent
            actionNames = try reader.names("actions", count: last[0]) ?? []
        } catch {
            throw .tensors(error)
        }
    }

    private static func layer(
        _ reader: inout TensorReader, _ name: String, from inputs: Int, to outputs: Int
    ) throws(TensorError) -> Layer {
        let weights = try reader.take("\(name).weight", [outputs, inputs])
        return Layer(
            weights: transposed(weights, rows: outputs, columns: inputs),
            bias: try reader.take("\(name).bias", [outputs]))
    }

    /// The critic is not run; but a file whose critic is damaged is not the file that was trained.
    private static func checkCritic(_ reader: inout TensorReader, state: Int) throws(TensorError) {
        let net = "mlp_extractor.value_net"
        guard reader.has("\(net).0.weight") || reader.has("value_net.weight") else { return }
        let outer = try reader.shape("\(net).0.weight", dimensions: 2)[0]
        let inner = try reader.shape("\(net).2.weight", dimensions: 2)[0]
        try TensorReader.check("hidden units", outer, atMost: maxHidden)
        try TensorReader.check("hidden units", inner, atMost: maxHidden)
        _ = try layer(&reader, "\(net).0", from: state, to: outer)
        _ = try layer(&reader, "\(net).2", from: outer, to: inner)
        _ = try layer(&reader, "value_net", from: inner, to: 1)
    }

    private static func scaling(
        _ reader: inout TensorReader, state: Int
    ) throws(TensorError) -> InputScaling? {
        let mean = try reader.takeIfPresent("obs_mean", [state])
        let variance = try reader.takeIfPresent("obs_var", [state])
        let clip = try reader.numberIfPresent("clip_obs")
        let epsilon = try reader.numberIfPresent("epsilon")
        guard mean != nil || variance != nil || clip != nil || epsilon != nil else { return nil }
        guard let mean else { throw .missingTensor("obs_mean") }
        guard let variance else { throw .missingTensor("obs_var") }
        if let clip, clip <= 0 { throw .badNormalization(tensor: "clip_obs") }
        let added = epsilon ?? 1e-8
        // Against negative variances, and against zero by zero.
        guard added >= 0 else { throw .badNormalization(tensor: "epsilon") }
        guard variance.allSatisfy({ $0 >= 0 && $0 + added > 0 }) else {
            throw .badNormalization(tensor: "obs_var")
        }
        return InputScaling(
            mean: mean, divisor: variance.map { ($0 + added).squareRoot() }, clip: clip ?? 10)
    }

    /// Whether it was made for `PolicyState` and `PolicyAction`: as many inputs and logits, and under their names in their
    /// order where the file names them.
    package var isForTrading: Bool {
        let state = PolicyState.Component.allCases.map(\.name)
        let actions = PolicyAction.allCases.map(\.name)
        return stateCount == state.count && actionCount == actions.count
            && (stateNames.isEmpty || stateNames == state)
            && (actionNames.isEmpty || actionNames == actions)
    }

    /// A number for each action; the largest is the one to take.
    ///
    /// `state` has `stateCount` values in the order of training. A missing value, NaN, in a component that is not absent
    /// makes every logit NaN: the caller must then do without the policy.
    package func logits(_ state: Span<Float>) -> [Float] {
        precondition(state.count == stateCount, "a state has as many values as the policy takes")
        var values: [Float] = []
        values.reserveCapacity(stateCount)
        for index in 0..<stateCount {
            let value = isAbsent[index] ? 0 : state[index]
            values.append(scaling?(value, at: index) ?? value)
        }
        for layer in [first, second] {
            values = layer(values)
            narwhal_tanhs_f(&values, values.count)
        }
        return actions(values)
    }

    /// The action with the largest logit, of equals the first; `nil` when a logit is missing.
    package func action(_ state: Span<Float>) -> Int? { Self.best(logits(state)) }

    /// The index of the largest, of equals the first; `nil` when one is NaN.
    package static func best(_ logits: [Float]) -> Int? {
        var best: Int?
        for (index, logit) in logits.enumerated() {
            if logit.isNaN { return nil }
            if let known = best, logits[known] >= logit { continue }
            best = index
        }
        return best
    }

    /// How likely each action is: e^logit ÷ their sum. All NaN when a logit is.
    package static func probabilities(_ logits: [Float]) -> [Float] {
        let largest = logits.max() ?? 0
        let powers = logits.map { narwhal_exp(Double($0 - largest)) }
        let sum = powers.reduce(0, +)
        return powers.map { Float($0 / sum) }
    }
}
