/// The optimizer: a step along the mean gradient, scaled by its usual size, with decoupled weight decay.
/// - Source: Kingma and Ba, Adam, 2015; Loshchilov and Hutter, Decoupled weight decay regularization, 2019.
struct Adam<Scalar: NetworkScalar>: Sendable {
    private(set) var first: [Scalar]
    private(set) var second: [Scalar]
    /// Steps taken.
    private(set) var steps: Int
    private var beta1Power: Double
    private var beta2Power: Double

    init(count: Int) {
        first = Array(repeating: 0, count: count)
        second = first
        steps = 0
        beta1Power = 1
        beta2Power = 1
    }

    /// An optimizer that goes on where another was.
    init(first: [Scalar], second: [Scalar], steps: Int) {
        self.init(count: first.count)
        self.first = first
        self.second = second
        for _ in 0..<steps { advance() }
    }

    private mutating func advance() {
        steps += 1
        beta1Power *= AdamRates.beta1
        beta2Power *= AdamRates.beta2
    }

    /// Moves the parameters by one step against `gradient` × `scale`, whose norm is first brought down to `maxNorm`.
    ///
    /// Returns the norm before; a step with a norm that is not finite is left out.
    mutating func step(
        _ parameters: inout [Scalar], gradient: [Scalar], scale: Double, maxNorm: Double,
        rate: Double, decay: Double = 0
    ) -> Double {
        let count = parameters.count
        let norm = Scalar.squareSum(gradient, count: count).squareRoot() * scale
        guard norm.isFinite else { return norm }
        advance()
        Scalar.adam(
            &parameters, &first, &second, gradient, count: count,
            scale: norm > maxNorm ? scale * maxNorm / norm : scale,
            rates: AdamRates(
                step: rate / (1 - beta1Power), correction: 1 / (1 - beta2Power),
                decay: rate * decay))
        return norm
    }
}

struct AdamRates {
    // The usual numbers of the paper.
    static let beta1 = 0.9
    static let beta2 = 0.999
    static let epsilon = 1e-8

    /// The learning rate, corrected for the start.
    var step: Double
    /// Of the second moment, for the start.
    var correction: Double
    /// Share of a parameter that a step takes away.
    var decay: Double
}
