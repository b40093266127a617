/// Brings the inputs of a network to the scale at which it was trained.
package struct InputScaling: Sendable {
    private let mean: [Float]
    private let divisor: [Float]
    /// Results are within ± this.
    private let clip: Float

    /// Divisors are above zero.
    package init(mean: [Float], divisor: [Float], clip: Float) {
        self.mean = mean
        self.divisor = divisor
        self.clip = clip
    }

    /// (value − mean) ÷ divisor, within ± clip; missing stays missing.
    package func callAsFunction(_ value: Float, at index: Int) -> Float {
        let scaled = (value - mean[index]) / divisor[index]
        // Comparisons with NaN are false, so it passes.
        return scaled > clip ? clip : (scaled < -clip ? -clip : scaled)
    }
}
