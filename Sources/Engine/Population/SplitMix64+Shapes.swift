import CMath
import Matching
import Trading

extension SplitMix64 {
    /// A standard normal number, by Box and Muller.
    mutating func normal() -> Double {
        let radius = (-2 * narwhal_log(1 - unit())).squareRoot()
        return radius * narwhal_cos(2 * Double.pi * unit())
    }

    /// The logarithm is normal around that of `median`; kept within `bounds`.
    mutating func logNormal(median: Double, spread: Double, in bounds: ClosedRange<Double>)
        -> Double
    {
        min(bounds.upperBound, max(bounds.lowerBound, median * narwhal_exp(spread * normal())))
    }

    /// The wait for the next event of a Poisson process, in whole milliseconds, at least one, at most an hour.
    mutating func wait(mean seconds: Double) -> Duration {
        let wait = -narwhal_log(1 - unit()) * seconds * 1000
        return .milliseconds(Int64(min(3_600_000, max(1, wait))))
    }

    /// Uniform between the bounds.
    mutating func uniform(_ bounds: ClosedRange<Double>) -> Double {
        bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) * unit()
    }
}
