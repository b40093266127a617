/// The sizes of a network of fully connected layers, and where its parameters stand in a flat array.
struct MLPShape: Hashable, Sendable {
    /// Inputs, hidden layers, outputs.
    var sizes: [Int]

    var layers: Int { sizes.count - 1 }
    var inputs: Int { sizes[0] }
    var outputs: Int { sizes[sizes.count - 1] }
    var count: Int { bias(layers - 1).upperBound }

    /// (outputs, inputs) of the layer.
    func weights(_ layer: Int) -> Range<Int> {
        var start = 0
        for index in 0..<layer { start += (sizes[index] + 1) * sizes[index + 1] }
        return start..<start + sizes[layer] * sizes[layer + 1]
    }

    func bias(_ layer: Int) -> Range<Int> {
        let start = weights(layer).upperBound
        return start..<start + sizes[layer + 1]
    }
}

/// Runs batches of rows through fully connected layers with tanh between them, forward and back.
struct MLPPass<Scalar: NetworkScalar>: ~Copyable {
    let shape: MLPShape
    /// The most rows of a batch.
    let capacity: Int
    let parameters: NumberBuffer<Scalar>
    /// Sums over the batches since it was cleared.
    let gradient: NumberBuffer<Scalar>
    /// Row after row, of the last forward pass.
    var outputs: UnsafeMutablePointer<Scalar> { values.base + start(shape.layers) * capacity }
    /// The derivative of the loss by `outputs`, set by the caller before `backward`.
    var dOutputs: UnsafeMutablePointer<Scalar> { slopes.base + start(shape.layers) * capacity }

    /// Like the parameters, the weights with rows and columns exchanged, so that whole rows are added.
    private let transposed: NumberBuffer<Scalar>
    /// What each layer took in and put out, layer after layer.
    private let values: NumberBuffer<Scalar>
    private let slopes: NumberBuffer<Scalar>
    private let one: NumberBuffer<Scalar>

    init(_ shape: MLPShape, capacity: Int) {
        precondition(
            shape.sizes.count > 1 && shape.sizes.allSatisfy { $0 > 0 } && capacity > 0,
            "a network has inputs and outputs")
        self.shape = shape
        self.capacity = capacity
        parameters = NumberBuffer(count: shape.count)
        gradient = NumberBuffer(count: shape.count)
        transposed = NumberBuffer(count: shape.count)
        let width = shape.sizes.reduce(0, +)
        values = NumberBuffer(count: width * capacity)
        slopes = NumberBuffer(count: width * capacity)
        one = NumberBuffer(count: 1)
        one.base[0] = 1
    }

    private func start(_ layer: Int) -> Int { shape.sizes.prefix(layer).reduce(0, +) }

    /// Takes the parameters for the passes that follow.
    func load(_ new: ArraySlice<Scalar>) {
        parameters.load(Array(new))
        for layer in 0..<shape.layers {
            let place = shape.weights(layer).lowerBound
            Scalar.transpose(
                parameters.base + place, rows: shape.sizes[layer + 1], columns: shape.sizes[layer],
                to: transposed.base + place)
        }
    }

    /// Fills `outputs` from `rows` × inputs values.
    func forward(_ input: UnsafePointer<Scalar>, rows: Int) {
        precondition(rows <= capacity, "a batch fits the buffers")
        values.base.update(from: input, count: rows * shape.inputs)
        for layer in 0..<shape.layers {
            let (from, to) = (shape.sizes[layer], shape.sizes[layer + 1])
            let source = values.base + start(layer) * capacity
            let target = values.base + start(layer + 1) * capacity
            for row in 0..<rows {
                let line = target + row * to
                line.update(from: parameters.base + shape.bias(layer).lowerBound, count: to)
                Scalar.addProducts(
                    line, count: to, source + row * from, stride: 1,
                    transposed.base + shape.weights(layer).lowerBound, row: to, terms: from)
            }
            if layer < shape.layers - 1 { Scalar.tanhs(target, count: rows * to) }
        }
    }

    /// Adds to `gradient` what `dOutputs` makes of every parameter, after `forward` over the same rows.
    func backward(rows: Int) {
        for layer in (0..<shape.layers).reversed() {
            let (from, to) = (shape.sizes[layer], shape.sizes[layer + 1])
            let source = values.base + start(layer) * capacity
            let slope = slopes.base + start(layer + 1) * capacity
            let weights = shape.weights(layer).lowerBound
            for output in 0..<to {
                Scalar.addProducts(
                    gradient.base + weights + output * from, count: from, slope + output,
                    stride: to, source, row: from, terms: rows)
            }
            Scalar.addProducts(
                gradient.base + shape.bias(layer).lowerBound, count: to, one.base, stride: 0, slope,
                row: to, terms: rows)
            guard layer > 0 else { return }
            let before = slopes.base + start(layer) * capacity
            before.update(repeating: 0, count: rows * from)
            for row in 0..<rows {
                Scalar.addProducts(
                    before + row * from, count: from, slope + row * to, stride: 1,
                    parameters.base + weights, row: from, terms: to)
            }
            Scalar.tanhsBack(source, before, count: rows * from)
        }
    }
}
