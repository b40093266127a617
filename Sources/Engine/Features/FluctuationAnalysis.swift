import CMath
import Market

/// The Hurst exponent by detrended fluctuation analysis of the first order.
///
/// The profile of 100 log returns (sums of what they exceed their mean by) is cut into boxes of s returns from the
/// beginning and again from the end, a straight line is fitted in each, and the exponent is the slope of the log of the
/// root mean square of what is left against log s, over s = 8...49. 0.5 without memory, more when moves continue.
///
/// - Source: C.-K. Peng et al., Mosaic organization of DNA nucleotides, Physical Review E 49, 1994; boxes from both ends:
///   J. W. Kantelhardt et al., Detecting long-range correlations with detrended fluctuation analysis, Physica A 295, 2001.
enum FluctuationAnalysis {
    static let returns = 100
    private static let minScale = 8
    private static let maxScale = 49

    /// The least-squares weight of each scale: the slope is Σ weight × log of its fluctuation.
    private static let weights: InlineArray<50, Double> = {
        var weights = InlineArray<50, Double>(repeating: 0)
        var mean = 0.0
        for scale in minScale...maxScale {
            weights[scale] = narwhal_log(Double(scale))
            mean += weights[scale]
        }
        mean /= Double(maxScale - minScale + 1)
        var squares = 0.0
        for scale in minScale...maxScale {
            weights[scale] -= mean
            squares += weights[scale] * weights[scale]
        }
        for scale in minScale...maxScale { weights[scale] /= squares }
        return weights
    }()

    /// The exponent of the newest 100 returns; NaN when they are not there or nothing moved.
    static func hurst(_ columns: borrowing CandleColumns) -> Double {
        guard columns.reaches(returns) else { return .nan }
        var changes = InlineArray<100, Double>(repeating: 0)
        var mean = 0.0
        for index in 0..<returns {
            let back = returns - 1 - index
            changes[index] = narwhal_log(columns.closes[back] / columns.closes[back + 1])
            mean += changes[index]
        }
        mean /= Double(returns)
        var sums = ProfileSums()
        var profile = 0.0
        for index in 0..<returns {
            profile += changes[index] - mean
            sums.add(profile, at: index)
        }
        var slope = 0.0
        for scale in minScale...maxScale {
            let boxes = returns / scale
            let tail = returns - boxes * scale
            var rest = 0.0
            for box in 0..<boxes {
                rest += sums.residual(from: box * scale, count: scale)
                rest += sums.residual(from: tail + box * scale, count: scale)
            }
            // Half of the log of the mean square is the log of its root.
            let square = rest / Double(2 * boxes * scale)
            guard square > 0 else { return .nan }
            slope += weights[scale] * 0.5 * narwhal_log(square)
        }
        return slope
    }
}

/// Running sums of a profile, so that a line is fitted to any stretch of it in constant time.
private struct ProfileSums {
    /// Of the values before each index.
    private var values = InlineArray<101, Double>(repeating: 0)
    /// Of the values times their distance from the middle, which keeps the sums small.
    private var moments = InlineArray<101, Double>(repeating: 0)
    private var squares = InlineArray<101, Double>(repeating: 0)
    private static let middle = 50.0

    mutating func add(_ value: Double, at index: Int) {
        values[index + 1] = values[index] + value
        moments[index + 1] = moments[index] + value * (Double(index) - Self.middle)
        squares[index + 1] = squares[index] + value * value
    }

    /// The sum of squares that the best straight line leaves of the values first..<first + count.
    @inline(__always)
    func residual(from first: Int, count: Int) -> Double {
        let end = first + count
        let length = Double(count)
        let sum = values[end] - values[first]
        let center = Double(first) - Self.middle + (length - 1) / 2
        let moment = moments[end] - moments[first] - center * sum
        let spread = length * (length * length - 1) / 12
        let rest = squares[end] - squares[first] - sum * sum / length - moment * moment / spread
        return max(0, rest)
    }
}
