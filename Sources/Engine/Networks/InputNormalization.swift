import Models

/// Mean and spread of the inputs of a network in its training data.
package struct InputNormalization: Hashable, Sendable {
    package var mean: [Float]
    /// Standard deviations; 1 for an input that never changes.
    package var scale: [Float]
    /// Normalized inputs are within ± this.
    package var clip: Float

    package init(mean: [Float], scale: [Float], clip: Float = 8) {
        precondition(
            mean.count == scale.count && scale.allSatisfy { $0 > 0 && $0.isFinite } && clip > 0,
            "every input has a mean and a positive scale")
        self.mean = mean
        self.scale = scale
        self.clip = clip
    }

    /// Measures the rows that are part of a window, each once.
    package init(of samples: SequenceSamples, clip: Float = 8) {
        let used = samples.usedRows
        var mean = [Float](repeating: 0, count: samples.inputs)
        var scale = mean
        for input in 0..<samples.inputs {
            var sum = 0.0
            for row in used { sum += Double(samples.rows[row * samples.inputs + input]) }
            let middle = sum / Double(used.count)
            var squares = 0.0
            for row in used {
                let distance = Double(samples.rows[row * samples.inputs + input]) - middle
                squares += distance * distance
            }
            let deviation = Float((squares / Double(used.count)).squareRoot())
            mean[input] = Float(middle)
            // Rounding leaves a trace of spread in what never changes.
            scale[input] = deviation > 1e-6 * abs(mean[input]) && deviation > 1e-12 ? deviation : 1
        }
        self.init(mean: mean, scale: scale, clip: clip)
    }

    /// The same arithmetic as in the trained network's file.
    var scaling: InputScaling { InputScaling(mean: mean, divisor: scale, clip: clip) }
}
