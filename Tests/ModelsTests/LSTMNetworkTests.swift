import CMath
import TestSupport
import Testing

@testable import Models

/// One layer, 2 inputs, 3 hidden, 2 outputs, all numbers from a seed.
private func small(layers: Int = 1, seed: UInt64 = 3) -> Tensors {
    var random = Seeded(seed)
    func tensor(_ name: String, _ shape: [Int]) -> SafeTensors.Tensor {
        .init(
            name: name, shape: shape,
            values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) })
    }
    var tensors = [tensor("fc.weight", [2, 3]), tensor("fc.bias", [2])]
    for layer in 0..<layers {
        tensors += [
            tensor("lstm.weight_ih_l\(layer)", [12, layer == 0 ? 2 : 3]),
            tensor("lstm.weight_hh_l\(layer)", [12, 3]),
            tensor("lstm.bias_ih_l\(layer)", [12]), tensor("lstm.bias_hh_l\(layer)", [12]),
        ]
    }
    return Tensors(tensors: tensors)
}

/// The definition, slowly and in Double.
private func slowLogits(_ file: Tensors, _ input: [[Double]], layers: Int) -> [Double] {
    func value(_ name: String) -> [Double] { file[name]?.values.map(Double.init) ?? [] }
    func sigmoid(_ x: Double) -> Double { 1 / (1 + narwhal_exp(-x)) }
    var sequence = input
    for layer in 0..<layers {
        let (wi, wh) = (value("lstm.weight_ih_l\(layer)"), value("lstm.weight_hh_l\(layer)"))
        let (bi, bh) = (value("lstm.bias_ih_l\(layer)"), value("lstm.bias_hh_l\(layer)"))
        let size = bi.count / 4
        var (h, c) = ([Double](repeating: 0, count: size), [Double](repeating: 0, count: size))
        for step in sequence.indices {
            let x = sequence[step]
            var z: [Double] = []
            for row in 0..<4 * size {
                var sum: Double = bi[row] + bh[row]
                for column in x.indices { sum += wi[row * x.count + column] * x[column] }
                for column in h.indices { sum += wh[row * size + column] * h[column] }
                z.append(sum)
            }
            for j in 0..<size {
                c[j] =
                    sigmoid(z[size + j]) * c[j] + sigmoid(z[j]) * narwhal_tanh(z[2 * size + j])
            }
            h = (0..<size).map { sigmoid(z[3 * size + $0]) * narwhal_tanh(c[$0]) }
            sequence[step] = h
        }
    }
    let (w, b) = (value("fc.weight"), value("fc.bias"))
    let h = sequence[sequence.count - 1]
    var logits = b
    for row in b.indices {
        for column in h.indices { logits[row] += w[row * h.count + column] * h[column] }
    }
    return logits
}

private func input(_ steps: Int, seed: UInt64) -> [Float] {
    var random = Seeded(seed)
    return (0..<steps * 2).map { _ in Float.random(in: -3...3, using: &random) }
}

private func pairs(_ values: [Float]) -> [[Double]] {
    stride(from: 0, to: values.count, by: 2).map { [Double(values[$0]), Double(values[$0 + 1])] }
}

@Test(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
func `outputs equal those of PyTorch`() throws {
    let network = try LSTMNetwork(
        SafeTensors(NetworkFixtures.bytes("lstm_2x6.safetensors")))
    #expect(network.inputSize == 4 && network.hiddenSize == 6)
    #expect(network.layers == 2 && network.outputs == 1 && network.featureNames.isEmpty)
    let reference = try NetworkFixtures.values("lstm_2x6_io.json")
    let (x, out) = (
        NetworkFixtures.flat(reference["x"]), NetworkFixtures.flat(reference["lstm_out"])
    )
    let probabilities = NetworkFixtures.flat(reference["prob"])
    try #require(x.count == 40 && out.count == 60 && probabilities.count == 2)
    for sample in 0..<2 {
        let sequence = Array(x[sample * 20..<sample * 20 + 20])
        let found = network.probabilities(sequence.span, steps: 5)
        #expect(abs(found[0] - probabilities[sample]) < 1e-6)
        for steps in 1...5 {
            let part = Array(sequence.prefix(steps * 4))
            for (unit, value) in network.lastOutput(part.span, steps: steps).enumerated() {
                #expect(abs(value - out[sample * 30 + (steps - 1) * 6 + unit]) < 1e-6)
            }
        }
    }
}

@Test(arguments: [1, 2, 3])
func `logits equal the definition worked out slowly`(layers: Int) throws {
    let file = small(layers: layers)
    let network = try LSTMNetwork(file.file())
    for seed in 0..<20 {
        let values = input(17, seed: UInt64(seed))
        let slow = slowLogits(file, pairs(values), layers: layers)
        for (fast, slow) in zip(network.logits(values.span, steps: 17), slow) {
            #expect(abs(Double(fast) - slow) < 2e-6, "seed \(seed)")
        }
    }
}

@Test func `inputs are brought to scale by the tensors of the file`() throws {
    var file = small()
    let plain = try LSTMNetwork(file.file())
    file["input_mean"] = .init(name: "input_mean", shape: [2], values: [10, -4])
    file["input_scale"] = .init(name: "input_scale", shape: [2], values: [2, 0.5])
    file.metadata = [("features", "one,two")]
    let scaled = try LSTMNetwork(file.file())
    #expect(scaled.featureNames == ["one", "two"])
    // (14 − 10) ÷ 2 = 2, (−4.5 + 4) ÷ 0.5 = −1; (8 − 10) ÷ 2 = −1, (−2 + 4) ÷ 0.5 = 4.
    let raw: [Float] = [14, -4.5, 8, -2]
    let ready: [Float] = [2, -1, -1, 4]
    #expect(scaled.logits(raw.span, steps: 2) == plain.logits(ready.span, steps: 2))
    file["input_clip"] = .init(name: "input_clip", shape: [1], values: [1.5])
    let clipped = try LSTMNetwork(file.file())
    let within: [Float] = [1.5, -1, -1, 1.5]
    #expect(clipped.logits(raw.span, steps: 2) == plain.logits(within.span, steps: 2))
}

@Test func `a missing input makes every answer missing`() throws {
    let network = try LSTMNetwork(small().file())
    var values = input(4, seed: 1)
    values[2] = .nan
    #expect(network.logits(values.span, steps: 4).allSatisfy { $0.isNaN })
    #expect(network.probabilities(values.span, steps: 4).allSatisfy { $0.isNaN })
}

@Test func `files that are no such network are refused by name`() {
    func fault(_ change: (inout Tensors) -> Void) -> TensorError? {
        var file = small(layers: 2)
        change(&file)
        return tensorFault { _ = try LSTMNetwork(file.file()) }
    }
    #expect(fault { _ in } == nil)
    for tensor in small(layers: 2).tensors where tensor.name != "lstm.weight_ih_l1" {
        #expect(fault { $0[tensor.name] = nil } == .missingTensor(tensor.name))
    }
    // Without its first tensor the second layer is not seen, and the rest of it is left over.
    #expect(fault { $0["lstm.weight_ih_l1"] = nil } == .unexpectedTensor("lstm.bias_hh_l1"))
    #expect(
        fault { $0.set("lstm.bias_hh_l0", [11]) }
            == .wrongShape(tensor: "lstm.bias_hh_l0", expected: [12], found: [11]))
    #expect(
        fault { $0.set("lstm.weight_ih_l0", [13, 2]) }
            == .wrongShape(tensor: "lstm.weight_ih_l0", expected: [12, 2], found: [13, 2]))
    #expect(
        fault { $0.set("lstm.weight_ih_l0_reverse", [1]) } == .unsupportedNetwork(.bidirectional))
    #expect(fault { $0.set("lstm.weight_hr_l0", [1]) } == .unsupportedNetwork(.projections))
    #expect(fault { $0.set("extra", [1]) } == .unexpectedTensor("extra"))
    #expect(
        fault { $0.set("lstm.weight_ih_l0", [12, 200]) }
            == .sizeOutOfRange(what: "inputs", found: 200, largest: 128))
    #expect(
        fault { $0.set("lstm.weight_ih_l0", [0, 2]) }
            == .sizeOutOfRange(what: "hidden units", found: 0, largest: 256))
    #expect(
        fault { $0.set("fc.weight", [2]) }
            == .wrongShape(tensor: "fc.weight", expected: [1, 1], found: [2]))
    #expect(fault { $0.set("input_mean", [2]) } == .missingTensor("input_scale"))
    #expect(fault { $0.set("input_scale", [2]) } == .missingTensor("input_mean"))
    #expect(
        fault {
            $0.set("input_mean", [2])
            $0.set("input_scale", [2], 0)
        } == .badNormalization(tensor: "input_scale"))
    #expect(fault { $0.metadata = [("features", "a")] } == .badMetadata(key: "features"))
    #expect(fault { $0.metadata = [("features", "a,a")] } == .badMetadata(key: "features"))
    #expect(fault { $0.metadata = [("features", "a,")] } == .badMetadata(key: "features"))
}

@Test(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
func `other files are no LSTM and a damaged one is refused`() throws {
    let policy = try SafeTensors(NetworkFixtures.bytes("sb3_ppo_discrete6.safetensors"))
    let missing = tensorFault { _ = try LSTMNetwork(policy) }
    #expect(missing == .missingTensor("lstm.weight_ih_l0"))
    var bytes = try NetworkFixtures.bytes("lstm_2x6.safetensors")
    // All bits of the exponent of the last weight: no finite number any more.
    bytes[bytes.count - 1] |= 0x7f
    bytes[bytes.count - 2] |= 0x80
    let damaged = tensorFault { _ = try LSTMNetwork(SafeTensors(bytes)) }
    #expect(damaged == .notFinite(tensor: "lstm.weight_ih_l1"))
}

@Test func `the kernels agree with the library over the whole range`() {
    var values: [Float] = [0, -0.0, 1e-30, 0.6249, 0.625, 88, -88, 104, -104, 1e38, -1e38]
    var random = Seeded(2)
    for width: Float in [0.01, 1, 10, 100] {
        for _ in 0..<3_000 { values.append(Float.random(in: -width...width, using: &random)) }
    }
    var sigmoids = values
    var tanhs = values
    narwhal_sigmoids_f(&sigmoids, values.count)
    narwhal_tanhs_f(&tanhs, values.count)
    for (index, value) in values.enumerated() {
        let x = Double(value)
        #expect(abs(Double(sigmoids[index]) - 1 / (1 + narwhal_exp(-x))) < 1.2e-7, "\(value)")
        #expect(abs(Double(tanhs[index]) - narwhal_tanh(x)) < 1.2e-7, "\(value)")
    }
    var odd: [Float] = [.nan, .infinity, -.infinity]
    narwhal_tanhs_f(&odd, 3)
    #expect(odd[0].isNaN && odd[1] == 1 && odd[2] == -1)
    odd = [.nan, .infinity, -.infinity]
    narwhal_sigmoids_f(&odd, 3)
    #expect(odd[0].isNaN && odd[1] == 1 && odd[2] < 1e-37)
}

@Test func `tensors of any shapes are refused or run, never a trap`() throws {
    var random = Seeded(17)
    let names =
        small(layers: 2).tensors.map(\.name) + [
            "mlp_extractor.policy_net.0.weight", "mlp_extractor.policy_net.2.weight",
            "mlp_extractor.policy_net.0.bias", "action_net.weight", "value_net.weight",
            "input_mean", "obs_mean", "clip_obs",
        ]
    var accepted = 0
    for _ in 0..<3_000 {
        var file = small(layers: Int.random(in: 1...2, using: &random))
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let dimensions = Int.random(in: 0...3, using: &random)
            let shape = (0..<dimensions).map { _ in Int.random(in: 0...13, using: &random) }
            file.set(names[Int.random(in: 0..<names.count, using: &random)], shape)
        }
        let read = try file.file()
        if let network = try? LSTMNetwork(read) {
            accepted += 1
            let window = [Float](repeating: 1, count: 3 * network.inputSize)
            #expect(network.logits(window.span, steps: 3).count == network.outputs)
        }
        #expect((try? PolicyNetwork(read)) == nil)
    }
    #expect(accepted > 500)
}
