import Models

/// Why samples were refused.
package enum SampleError: Error, Hashable, Sendable {
    /// Arrays whose lengths do not fit together.
    case lengths(what: String, expected: Int, found: Int)
    /// No sample at all.
    case empty
    /// The window of a sample reaches before the first row or behind the last.
    case windowOutside(sample: Int)
    /// A row within a window has a value that is missing or infinite.
    case notFinite(row: Int, input: Int)
    /// A label that is not in 0...1.
    case label(sample: Int)
    /// A weight that is below zero or not finite, or weights that are all zero.
    case weight(sample: Int)

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .lengths(let what, let expected, let found):
            "the training samples have \(found) \(what), not \(expected)"
        case .empty: "there are no training samples"
        case .windowOutside(let sample): "the window of sample \(sample) leaves the table of rows"
        case .notFinite(let row, let input):
            "input \(input) of row \(row) is missing, though a sample needs it"
        case .label(let sample): "a label of sample \(sample) is not between 0 and 1"
        case .weight(let sample): "the weight of sample \(sample) is not a positive number"
        }
    }
}

/// Windows of rows with what came of them: what an LSTM learns from.
///
/// Windows overlap, so the rows are kept once and a sample names the last row of its window.
package struct SequenceSamples: Sendable {
    /// Values a row.
    package let inputs: Int
    /// Rows a window.
    package let steps: Int
    /// Labels a sample.
    package let outputs: Int
    /// Row after row, oldest first; windows must not cross from one symbol to the next, which the caller sees to.
    package let rows: [Float]
    /// For each sample the index of the last row of its window.
    package let ends: [Int]
    /// Sample after sample, each the probability of what it says, 0...1.
    package let labels: [Float]
    /// What each sample counts, at least 0.
    package let weights: [Float]

    package var count: Int { ends.count }

    /// - Throws: `SampleError` for lengths that do not fit, a window that leaves the rows or holds a missing value, and
    ///   labels and weights out of their range.
    package init(
        rows: [Float], inputs: Int, steps: Int, ends: [Int], labels: [Float], outputs: Int,
        weights: [Float]
    ) throws(SampleError) {
        precondition(inputs > 0 && steps > 0 && outputs > 0, "sizes are at least 1")
        guard !ends.isEmpty else { throw .empty }
        guard rows.count % inputs == 0 else {
            throw .lengths(
                what: "values", expected: rows.count / inputs * inputs, found: rows.count)
        }
        guard labels.count == ends.count * outputs else {
            throw .lengths(
                what: "labels", expected: ends.count * outputs, found: labels.count)
        }
        guard weights.count == ends.count else {
            throw .lengths(what: "weights", expected: ends.count, found: weights.count)
        }
        let complete = Self.endsOfCompleteWindows(in: rows, inputs: inputs, steps: steps)
        for (sample, end) in ends.enumerated() {
            guard end >= steps - 1, end < rows.count / inputs else {
                throw .windowOutside(sample: sample)
            }
            guard complete[end] else {
                let start = (end - steps + 1) * inputs
                let place = rows[start..<(end + 1) * inputs].firstIndex { !$0.isFinite } ?? start
                throw .notFinite(row: place / inputs, input: place % inputs)
            }
            for output in 0..<outputs {
                guard (0...1).contains(labels[sample * outputs + output]) else {
                    throw .label(sample: sample)
                }
            }
            guard weights[sample] >= 0, weights[sample].isFinite else {
                throw .weight(sample: sample)
            }
        }
        guard weights.contains(where: { $0 > 0 }) else { throw .weight(sample: 0) }
        self.rows = rows
        self.inputs = inputs
        self.steps = steps
        self.ends = ends
        self.labels = labels
        self.outputs = outputs
        self.weights = weights
    }

    private init(_ other: SequenceSamples, rows: [Float]) {
        self.rows = rows
        inputs = other.inputs
        steps = other.steps
        ends = other.ends
        labels = other.labels
        outputs = other.outputs
        weights = other.weights
    }

    /// For each row whether the `steps` rows that end with it are there and have no missing value.
    package static func endsOfCompleteWindows(
        in rows: [Float], inputs: Int, steps: Int
    ) -> [Bool] {
        var run = 0
        return (0..<rows.count / inputs).map { row in
            var isFinite = true
            for input in 0..<inputs where !rows[row * inputs + input].isFinite { isFinite = false }
            run = isFinite ? run + 1 : 0
            return run >= steps
        }
    }

    /// The rows that are part of a window, each once.
    var usedRows: [Int] {
        var isUsed = [Bool](repeating: false, count: rows.count / inputs)
        for end in ends { for row in end - steps + 1...end { isUsed[row] = true } }
        return isUsed.indices.filter { isUsed[$0] }
    }

    /// The same samples with rows brought to scale.
    func scaled(by scaling: InputNormalization) -> SequenceSamples {
        let apply = scaling.scaling
        var ready = rows
        for index in ready.indices { ready[index] = apply(ready[index], at: index % inputs) }
        return SequenceSamples(self, rows: ready)
    }
}
