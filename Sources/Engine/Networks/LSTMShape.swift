/// The sizes of an LSTM of one layer with a linear head, and where its parameters stand in a flat array.
struct LSTMShape: Hashable, Sendable {
    var inputs: Int
    var hidden: Int
    var outputs: Int

    var gates: Int { 4 * hidden }

    /// (gates, inputs), in the order i, f, g, o.
    var inputWeights: Range<Int> { 0..<gates * inputs }
    /// (gates, hidden)
    var hiddenWeights: Range<Int> { after(inputWeights, gates * hidden) }
    /// One bias, where PyTorch has two: their sum is all that matters.
    var bias: Range<Int> { after(hiddenWeights, gates) }
    /// (outputs, hidden)
    var headWeights: Range<Int> { after(bias, outputs * hidden) }
    var headBias: Range<Int> { after(headWeights, outputs) }
    var count: Int { headBias.upperBound }

    private func after(_ range: Range<Int>, _ count: Int) -> Range<Int> {
        range.upperBound..<range.upperBound + count
    }
}
