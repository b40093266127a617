/// Runs one sequence after another through an LSTM, forward and back in time.
///
/// - Source: Hochreiter and Schmidhuber, Long short-term memory, 1997, with forget gates; gates as in PyTorch.
struct LSTMPass<Scalar: NetworkScalar>: ~Copyable {
    let shape: LSTMShape
    let steps: Int
    let parameters: NumberBuffer<Scalar>
    /// Sums over the sequences since it was cleared.
    let gradient: NumberBuffer<Scalar>
    /// Of the last forward pass.
    let logits: NumberBuffer<Scalar>
    /// The derivative of the loss by `logits`, set by the caller before `backward`.
    let dLogits: NumberBuffer<Scalar>

    // Weights with rows and columns exchanged, so that a step adds whole rows.
    private let inputRows: NumberBuffer<Scalar>
    private let hiddenRows: NumberBuffer<Scalar>
    private let headRows: NumberBuffer<Scalar>

    // What the last forward pass left, a row a step; in `cells` and `hidden` a row of zeros stands before the first.
    private let gates: NumberBuffer<Scalar>
    private let cells: NumberBuffer<Scalar>
    private let squashed: NumberBuffer<Scalar>
    private let hidden: NumberBuffer<Scalar>

    private let dGates: NumberBuffer<Scalar>
    private let dHidden: NumberBuffer<Scalar>
    private let dCell: NumberBuffer<Scalar>
    private let one: NumberBuffer<Scalar>

    init(_ shape: LSTMShape, steps: Int) {
        precondition(steps > 0, "a sequence has at least one step")
        self.shape = shape
        self.steps = steps
        parameters = NumberBuffer(count: shape.count)
        gradient = NumberBuffer(count: shape.count)
        logits = NumberBuffer(count: shape.outputs)
        dLogits = NumberBuffer(count: shape.outputs)
        inputRows = NumberBuffer(count: shape.inputWeights.count)
        hiddenRows = NumberBuffer(count: shape.hiddenWeights.count)
        headRows = NumberBuffer(count: shape.headWeights.count)
        gates = NumberBuffer(count: steps * shape.gates)
        cells = NumberBuffer(count: (steps + 1) * shape.hidden)
        squashed = NumberBuffer(count: steps * shape.hidden)
        hidden = NumberBuffer(count: (steps + 1) * shape.hidden)
        dGates = NumberBuffer(count: steps * shape.gates)
        dHidden = NumberBuffer(count: shape.hidden)
        dCell = NumberBuffer(count: shape.hidden)
        one = NumberBuffer(count: 1)
        one.base[0] = 1
    }

    /// Takes the parameters for the passes that follow.
    func load(_ values: [Scalar]) {
        parameters.load(values)
        Scalar.transpose(
            parameters.base + shape.inputWeights.lowerBound, rows: shape.gates,
            columns: shape.inputs, to: inputRows.base)
        Scalar.transpose(
            parameters.base + shape.hiddenWeights.lowerBound, rows: shape.gates,
            columns: shape.hidden, to: hiddenRows.base)
        Scalar.transpose(
            parameters.base + shape.headWeights.lowerBound, rows: shape.outputs,
            columns: shape.hidden, to: headRows.base)
    }

    /// Fills `logits` from `steps` × inputs values, oldest first.
    func forward(_ sequence: UnsafePointer<Scalar>) {
        let (size, gateCount, inputs) = (shape.hidden, shape.gates, shape.inputs)
        for step in 0..<steps {
            let row = gates.base + step * gateCount
            row.update(from: parameters.base + shape.bias.lowerBound, count: gateCount)
            Scalar.addProducts(
                row, count: gateCount, sequence + step * inputs, stride: 1, inputRows.base,
                row: gateCount, terms: inputs)
            Scalar.addProducts(
                row, count: gateCount, hidden.base + step * size, stride: 1, hiddenRows.base,
                row: gateCount, terms: size)
            Scalar.cell(
                row, before: cells.base + step * size, cell: cells.base + (step + 1) * size,
                squashed: squashed.base + step * size, output: hidden.base + (step + 1) * size,
                count: size)
        }
        logits.base.update(
            from: parameters.base + shape.headBias.lowerBound, count: shape.outputs)
        Scalar.addProducts(
            logits.base, count: shape.outputs, hidden.base + steps * size, stride: 1,
            headRows.base, row: shape.outputs, terms: size)
    }

    /// Adds to `gradient` what `dLogits` makes of every parameter, after `forward` over the same sequence.
    func backward(_ sequence: UnsafePointer<Scalar>) {
        let (size, gateCount, inputs) = (shape.hidden, shape.gates, shape.inputs)
        dCell.clear()
        for step in (0..<steps).reversed() {
            dHidden.clear()
            if step == steps - 1 {
                Scalar.addProducts(
                    dHidden.base, count: size, dLogits.base, stride: 1,
                    parameters.base + shape.headWeights.lowerBound, row: size,
                    terms: shape.outputs)
            } else {
                Scalar.addProducts(
                    dHidden.base, count: size, dGates.base + (step + 1) * gateCount, stride: 1,
                    parameters.base + shape.hiddenWeights.lowerBound, row: size, terms: gateCount)
            }
            Scalar.cellBack(
                gates.base + step * gateCount, before: cells.base + step * size,
                squashed: squashed.base + step * size, dOutput: dHidden.base, dCell: dCell.base,
                dGates: dGates.base + step * gateCount, count: size)
        }
        for gate in 0..<gateCount {
            Scalar.addProducts(
                gradient.base + shape.inputWeights.lowerBound + gate * inputs, count: inputs,
                dGates.base + gate, stride: gateCount, sequence, row: inputs, terms: steps)
            Scalar.addProducts(
                gradient.base + shape.hiddenWeights.lowerBound + gate * size, count: size,
                dGates.base + gate, stride: gateCount, hidden.base, row: size, terms: steps)
        }
        Scalar.addProducts(
            gradient.base + shape.bias.lowerBound, count: gateCount, one.base, stride: 0,
            dGates.base, row: gateCount, terms: steps)
        Scalar.addProducts(
            gradient.base + shape.headBias.lowerBound, count: shape.outputs, one.base, stride: 0,
            dLogits.base, row: 0, terms: 1)
        for output in 0..<shape.outputs {
            Scalar.addProducts(
                gradient.base + shape.headWeights.lowerBound + output * size, count: size,
                dLogits.base + output, stride: 0, hidden.base + steps * size, row: 0, terms: 1)
        }
    }
}
