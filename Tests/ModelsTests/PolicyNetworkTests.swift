import CMath
import TestSupport
import Testing

@testable import Models

/// 3 components, 4 and 2 hidden, 6 actions, all numbers from a seed.
private func small() -> Tensors {
    var random = Seeded(8)
    let shapes: [(String, [Int])] = [
        ("mlp_extractor.policy_net.0.weight", [4, 3]), ("mlp_extractor.policy_net.0.bias", [4]),
        ("mlp_extractor.policy_net.2.weight", [2, 4]), ("mlp_extractor.policy_net.2.bias", [2]),
        ("action_net.weight", [6, 2]), ("action_net.bias", [6]),
    ]
    return Tensors(
        tensors: shapes.map { name, shape in
            .init(
                name: name, shape: shape,
                values: (0..<shape.reduce(1, *)).map { _ in
                    Float.random(in: -1...1, using: &random)
                })
        })
}

/// The definition, slowly and in Double.
private func slowLogits(_ file: Tensors, _ state: [Double]) -> [Double] {
    func layer(_ name: String, _ input: [Double]) -> [Double] {
        let weights = file["\(name).weight"]?.values.map(Double.init) ?? []
        let bias = file["\(name).bias"]?.values.map(Double.init) ?? []
        var output = bias
        for row in bias.indices {
            for column in input.indices {
                output[row] += weights[row * input.count + column] * input[column]
            }
        }
        return output
    }
    let first = layer("mlp_extractor.policy_net.0", state).map(narwhal_tanh)
    return layer("action_net", layer("mlp_extractor.policy_net.2", first).map(narwhal_tanh))
}

@Test(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
func `logits, probabilities and actions equal those of Stable-Baselines3`() throws {
    let policy = try PolicyNetwork(
        SafeTensors(NetworkFixtures.bytes("sb3_ppo_discrete6.safetensors")))
    #expect(policy.stateCount == 8 && policy.actionCount == 6 && policy.stateNames.isEmpty)
    let reference = try NetworkFixtures.values("sb3_ppo_discrete6_io.json")
    let states = NetworkFixtures.flat(reference["obs"])
    let logits = NetworkFixtures.flat(reference["action_net_out"])
    let probabilities = NetworkFixtures.flat(reference["probs"])
    let actions = NetworkFixtures.flat(reference["deterministic_action"]).map { Int($0) }
    try #require(states.count == 40 && logits.count == 30 && actions.count == 5)
    for sample in 0..<5 {
        let state = Array(states[sample * 8..<sample * 8 + 8])
        let found = policy.logits(state.span)
        let shares = PolicyNetwork.probabilities(found)
        for action in 0..<6 {
            #expect(abs(found[action] - logits[sample * 6 + action]) < 1e-6)
            #expect(abs(shares[action] - probabilities[sample * 6 + action]) < 1e-6)
        }
        #expect(policy.action(state.span) == actions[sample])
    }
}

@Test(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
func `a policy with continuous actions is refused`() throws {
    let file = try SafeTensors(NetworkFixtures.bytes("sb3_ppo_box1.safetensors"))
    let fault = tensorFault { _ = try PolicyNetwork(file) }
    #expect(fault == .unsupportedNetwork(.continuousActions))
}

@Test func `policy logits equal the definition worked out slowly`() throws {
    let file = small()
    let policy = try PolicyNetwork(file.file())
    var random = Seeded(4)
    for _ in 0..<50 {
        let state = (0..<3).map { _ in Float.random(in: -4...4, using: &random) }
        for (fast, slow) in zip(
            policy.logits(state.span), slowLogits(file, state.map(Double.init)))
        {
            #expect(abs(Double(fast) - slow) < 1e-6)
        }
    }
}

/// Variances 4 and 0.25 with an epsilon of 0: deviations 2 and 0.5.
@Test func `a state is normalized and clipped as in training`() throws {
    var file = small()
    let plain = try PolicyNetwork(file.file())
    file["obs_mean"] = .init(name: "obs_mean", shape: [3], values: [1, 0, -1])
    file["obs_var"] = .init(name: "obs_var", shape: [3], values: [4, 0.25, 1])
    file["epsilon"] = .init(name: "epsilon", shape: [], values: [0])
    file["clip_obs"] = .init(name: "clip_obs", shape: [1], values: [3])
    let normalized = try PolicyNetwork(file.file())
    let raw: [Float] = [5, -0.5, 9]
    let ready: [Float] = [2, -1, 3]
    #expect(normalized.logits(raw.span) == plain.logits(ready.span))
    file["epsilon"] = nil
    file["clip_obs"] = nil
    let defaults = try PolicyNetwork(file.file())
    let far: [Float] = [5, -0.5, 99]
    let clipped: [Float] = [2, -1, 10]
    for (left, right) in zip(defaults.logits(far.span), plain.logits(clipped.span)) {
        #expect(abs(left - right) < 1e-6)
    }
}

@Test func `components that were absent in training are never fed`() throws {
    var file = small()
    file.metadata = [
        ("state", "a,b,c"), ("absent", "b"), ("actions", "1,2,3,4,5,6"), ("activation", "tanh"),
    ]
    let policy = try PolicyNetwork(file.file())
    #expect(policy.stateNames == ["a", "b", "c"] && policy.absentNames == ["b"])
    #expect(policy.actionNames.count == 6)
    let (one, other, zero): ([Float], [Float], [Float]) = ([1, .nan, 2], [1, 7, 2], [1, 0, 2])
    #expect(policy.logits(one.span) == policy.logits(zero.span))
    #expect(policy.logits(other.span) == policy.logits(zero.span))
    let missing: [Float] = [.nan, 0, 2]
    #expect(policy.logits(missing.span).allSatisfy { $0.isNaN })
    #expect(policy.action(missing.span) == nil)
    #expect(PolicyNetwork.probabilities(policy.logits(missing.span)).allSatisfy { $0.isNaN })
}

@Test func `of equal logits the first action is taken`() {
    #expect(PolicyNetwork.best([1, 3, 3, 2]) == 1)
    #expect(PolicyNetwork.best([-.infinity, -.infinity]) == 0)
    #expect(PolicyNetwork.best([1, .nan]) == nil)
    #expect(PolicyNetwork.best([]) == nil)
    let shares = PolicyNetwork.probabilities([0, 0, -100, 80])
    #expect(abs(shares.reduce(0, +) - 1) < 1e-6 && shares[3] > 0.999)
}

@Test func `files that are no such policy are refused by name`() {
    func fault(_ change: (inout Tensors) -> Void) -> TensorError? {
        var file = small()
        change(&file)
        return tensorFault { _ = try PolicyNetwork(file.file()) }
    }
    #expect(fault { _ in } == nil)
    for tensor in small().tensors {
        #expect(fault { $0[tensor.name] = nil } == .missingTensor(tensor.name))
    }
    #expect(
        fault { $0.set("action_net.weight", [6, 3]) }
            == .wrongShape(tensor: "action_net.weight", expected: [6, 2], found: [6, 3]))
    #expect(
        fault { $0.set("value_net.weight", [1, 2]) }
            == .missingTensor("mlp_extractor.value_net.0.weight"))
    #expect(fault { $0.set("extra", []) } == .unexpectedTensor("extra"))
    #expect(fault { $0.set("obs_mean", [3]) } == .missingTensor("obs_var"))
    #expect(fault { $0.set("clip_obs", [1]) } == .missingTensor("obs_mean"))
    #expect(
        fault {
            $0.set("obs_mean", [3])
            $0.set("obs_var", [3], -1)
        } == .badNormalization(tensor: "obs_var"))
    #expect(
        fault { $0.metadata = [("activation", "relu")] }
            == .unsupportedNetwork(.activation("relu")))
    #expect(fault { $0.metadata = [("state", "a,b")] } == .badMetadata(key: "state"))
    #expect(fault { $0.metadata = [("absent", "a")] } == .badMetadata(key: "absent"))
    #expect(fault { $0.metadata = [("actions", "a")] } == .badMetadata(key: "actions"))
}

@Test func `a policy for another state or other actions is told apart`() throws {
    func policy(_ state: [String], _ actions: [String]) throws -> PolicyNetwork {
        var file = small()
        file.set("mlp_extractor.policy_net.0.weight", [4, 20])
        if !state.isEmpty { file.metadata.append(("state", state.joined(separator: ","))) }
        if !actions.isEmpty { file.metadata.append(("actions", actions.joined(separator: ","))) }
        return try PolicyNetwork(file.file())
    }
    let state = PolicyState.Component.allCases.map(\.name)
    let actions = PolicyAction.allCases.map(\.name)
    #expect(try policy(state, actions).isForTrading)
    #expect(try policy([], []).isForTrading)
    #expect(try !policy(state.reversed(), actions).isForTrading)
    #expect(try !policy(state, actions.reversed()).isForTrading)
    #expect(try !PolicyNetwork(small().file()).isForTrading)
}

@Test func `the state has its twenty components in order, within their bounds`() {
    #expect(PolicyState.Component.allCases.count == PolicyState.count)
    #expect(PolicyState.names.hasPrefix("position,unrealized_return,time_held,model_signal,"))
    #expect(PolicyState.names.hasSuffix(",recent_sharpe,liquidation_distance,trades_today"))
    #expect(Set(PolicyState.Component.allCases.map(\.name)).count == 20)
    #expect(
        PolicyAction.allCases.map(\.name).joined(separator: ",")
            == "hold,enter_long,enter_short,exit,scale_in,scale_out")
    var state = PolicyState()
    #expect(state.span.count == 20)
    state[.position] = -3
    state[.rsi] = 0.25
    state[.fundingRate] = .infinity
    #expect(state.span[0] == -1 && state.span[8] == 0.25)
    #expect(state.span[11].isNaN && state.span[19].isNaN)
}
