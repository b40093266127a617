import Testing

/// Compares derivatives with differences of the loss: central, so that their error falls with the square of the step.
enum GradientCheck {
    /// The largest difference between `gradient` and what `loss` does when one parameter is moved, as a share of their
    /// size or of 10⁻⁴ where both are small.
    static func largestError(
        _ parameters: [Double], gradient: [Double], range: Range<Int>, loss: ([Double]) -> Double
    ) -> Double {
        var largest = 0.0
        for index in range {
            let step = 1e-5 * max(1, abs(parameters[index]))
            var moved = parameters
            moved[index] = parameters[index] + step
            let above = loss(moved)
            moved[index] = parameters[index] - step
            let slope = (above - loss(moved)) / (2 * step)
            let size = max(abs(slope), abs(gradient[index]), 1e-4)
            largest = max(largest, abs(slope - gradient[index]) / size)
        }
        return largest
    }
}
