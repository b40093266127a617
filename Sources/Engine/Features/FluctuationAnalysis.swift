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

    /// The least-squares weight of each scale from the smallest on: the slope is Σ weight × log of its fluctuation.
    private static let weights: [Double] = {
        let logs = (minScale...maxScale).map { narwhal_log(Double($0)) }
        let mean = logs.reduce(0, +) / Double(logs.count)
        let squares = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return logs.map { ($0 - mean) / squares }
    }()

    /// The exponent of the newest 100 returns; NaN when they are not there or nothing moved.
    static func hurst(_ columns: CandleColumns) -> Double {
        guard columns.reaches(returns) else { return .nan }
        // An allocation of this size for a while would come from the heap.
        var memory = InlineArray<101, ProfileSums>(repeating: ProfileSums())
        var span = memory.mutableSpan
        return span.withUnsafeMutableBufferPointer { sums in
            fill(sums, columns)
            return slope(UnsafeBufferPointer(sums))
        }
    }

    private static func fill(
        _ sums: UnsafeMutableBufferPointer<ProfileSums>, _ columns: CandleColumns
    ) {
        // Oldest first. The values hold the log returns at first.
        var mean = 0.0
        for index in 0..<returns {
            let back = returns - 1 - index
            let change = narwhal_log(columns.closes[back] / columns.closes[back + 1])
            sums[index + 1].values = change
            mean += change
        }
        mean /= Double(returns)
        var profile = 0.0
        for index in 0..<returns {
            profile += sums[index + 1].values - mean
            sums[index + 1] = sums[index].adding(profile, at: index)
        }
    }

    private static func slope(_ sums: UnsafeBufferPointer<ProfileSums>) -> Double {
        var slope = 0.0
        for scale in minScale...maxScale {
            let boxes = returns / scale
            let tail = returns - boxes * scale
            let fit = LineFit(count: scale)
            var rest = 0.0
            for box in 0..<boxes {
                rest += fit.residual(sums, from: box * scale)
                rest += fit.residual(sums, from: tail + box * scale)
            }
            // Half of the log of the mean square is the log of its root.
            let square = rest / Double(2 * boxes * scale)
            guard square > 0 else { return .nan }
            slope += weights[scale - minScale] * 0.5 * narwhal_log(square)
        }
        return slope
    }
}

/// Sums over a profile before one of its indices, so that a line is fitted to any stretch of it in constant time.
private struct ProfileSums {
    var values = 0.0
    /// Of the values times their distance from the middle of all, which keeps the sums small.
    var moments = 0.0
    var squares = 0.0

    static let middle = 50.0

    @inline(__always)
    func adding(_ value: Double, at index: Int) -> ProfileSums {
        ProfileSums(
            values: values + value, moments: moments + value * (Double(index) - Self.middle),
            squares: squares + value * value)
    }
}

/// Fits straight lines to stretches of so many values.
private struct LineFit {
    private let count: Int
    private let share: Double
    /// One over the sum of squared distances from the middle of the stretch.
    private let weight: Double
    private let middle: Double

    init(count: Int) {
        let length = Double(count)
        self.count = count
        share = 1 / length
        weight = 12 / (length * (length * length - 1))
        middle = (length - 1) / 2 - ProfileSums.middle
    }

    /// The sum of squares that the best straight line leaves of the values from `first` on.
    @inline(__always)
    func residual(_ sums: UnsafeBufferPointer<ProfileSums>, from first: Int) -> Double {
        let before = sums[first]
        let after = sums[first + count]
        let sum = after.values - before.values
        let moment = after.moments - before.moments - (Double(first) + middle) * sum
        let squares = after.squares - before.squares
        return max(0, squares - sum * sum * share - moment * moment * weight)
    }
}
