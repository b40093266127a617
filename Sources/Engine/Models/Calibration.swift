import CMath

/// Turns what a model says into a share of cases that come true.
///
/// Fitted on data that the model was not fitted on; part of a model set's manifest.
package enum Calibration: Hashable, Sendable {
    /// The answer is taken as it is.
    case none
    /// Platt (1999): 1 ÷ (1 + e^−(slope × logit(p) + intercept)).
    case platt(slope: Double, intercept: Double)
    /// Linear between knots, flat outside: what pool-adjacent-violators leaves.
    case isotonic(IsotonicKnots)

    /// Probabilities nearer to 0 or 1 than this are taken as this far away: their logit has no end.
    static let edge = 1e-7

    /// The calibrated probability, 0...1; NaN for NaN.
    package func apply(_ probability: Double) -> Double {
        guard !probability.isNaN else { return .nan }
        switch self {
        case .none: return probability
        case .platt(let slope, let intercept):
            let inner = min(max(probability, Self.edge), 1 - Self.edge)
            let logit = narwhal_log(inner / (1 - inner))
            return 1 / (1 + narwhal_exp(-(slope * logit + intercept)))
        case .isotonic(let knots): return knots.value(at: probability)
        }
    }
}

/// A rising curve through at least two points, linear between them and flat outside.
package struct IsotonicKnots: Hashable, Sendable {
    /// Strictly ascending, 0...1; 2 to 256.
    package let inputs: [Double]
    /// Not falling, 0...1; one an input.
    package let outputs: [Double]

    package static let maxCount = 256

    /// - Throws: `ModelError.numberOutOfRange` unless both lists are what their comments say.
    package init(inputs: [Double], outputs: [Double]) throws(ModelError) {
        guard (2...Self.maxCount).contains(inputs.count), inputs.count == outputs.count,
            inputs.allSatisfy({ (0...1).contains($0) }),
            zip(inputs, inputs.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw .numberOutOfRange("inputs") }
        guard outputs.allSatisfy({ (0...1).contains($0) }),
            zip(outputs, outputs.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw .numberOutOfRange("outputs") }
        self.inputs = inputs
        self.outputs = outputs
    }

    func value(at input: Double) -> Double {
        guard let upper = inputs.firstIndex(where: { $0 >= input }) else {
            return outputs[outputs.count - 1]
        }
        guard upper > 0 else { return outputs[0] }
        let from = inputs[upper - 1]
        let share = (input - from) / (inputs[upper] - from)
        return outputs[upper - 1] + share * (outputs[upper] - outputs[upper - 1])
    }
}
