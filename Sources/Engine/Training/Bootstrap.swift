package import Trading

/// A figure with the range in which it would lie had the days come differently.
package struct Interval: Hashable, Sendable {
    package let value: Double
    /// 2.5th percentile of the resampled figures.
    package let low: Double
    /// 97.5th percentile of the resampled figures.
    package let high: Double
}

/// Intervals by resampling whole days: labels of one day overlap and markets move together, so single samples are no
/// independent witnesses.
///
/// - Source: Künsch, The jackknife and the bootstrap for general stationary observations, 1989.
package struct DayBootstrap: Sendable {
    /// The day of each sample, as a place among the days.
    private let day: [Int]
    private let dayCount: Int
    private let seed: UInt64
    private let rounds: Int

    /// - Parameter times: when each sample's features were known, in the order of all other arrays.
    package init(times: [Timestamp], seed: UInt64, rounds: Int = 400) {
        precondition(rounds > 1, "an interval needs several rounds")
        let days = times.map { $0.floor(to: .hours(24)).nanoseconds }
        let distinct = Set(days).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(distinct, 0...))
        day = days.map { places[$0] ?? 0 }
        dayCount = distinct.count
        self.seed = seed
        self.rounds = rounds
    }

    /// The interval of any figure that can be computed from weighted samples. Rounds in which it is not a number are left
    /// out; without any the bounds are NaN.
    package func interval(_ figure: (_ weights: [Double]) -> Double) -> Interval {
        let value = figure([Double](repeating: 1, count: day.count))
        var generator = SplitMix(seed: seed)
        var results: [Double] = []
        for _ in 0..<rounds where dayCount > 0 {
            var drawn = [Double](repeating: 0, count: dayCount)
            for _ in 0..<dayCount { drawn[generator.below(dayCount)] += 1 }
            let result = figure(day.map { drawn[$0] })
            if !result.isNaN { results.append(result) }
        }
        results.sort()
        guard let last = results.indices.last else {
            return Interval(value: value, low: .nan, high: .nan)
        }
        func percentile(_ share: Double) -> Double { results[Int(share * Double(last) + 0.5)] }
        return Interval(value: value, low: percentile(0.025), high: percentile(0.975))
    }

    /// The interval of the mean of `values` over the samples that `isCounted` names; NaN when it names none.
    package func mean(_ values: [Double], where isCounted: [Bool]) -> Interval {
        var sums = [Double](repeating: 0, count: dayCount)
        var counts = [Double](repeating: 0, count: dayCount)
        for sample in values.indices where isCounted[sample] {
            sums[day[sample]] += values[sample]
            counts[day[sample]] += 1
        }
        var generator = SplitMix(seed: seed)
        var results: [Double] = []
        for _ in 0..<rounds where dayCount > 0 {
            var (sum, count) = (0.0, 0.0)
            for _ in 0..<dayCount {
                let drawn = generator.below(dayCount)
                sum += sums[drawn]
                count += counts[drawn]
            }
            if count > 0 { results.append(sum / count) }
        }
        results.sort()
        let value = sums.reduce(0, +) / counts.reduce(0, +)
        guard let last = results.indices.last else {
            return Interval(value: value, low: .nan, high: .nan)
        }
        return Interval(
            value: value, low: results[Int(0.025 * Double(last) + 0.5)],
            high: results[Int(0.975 * Double(last) + 0.5)])
    }

    /// The interval of the area under the curve.
    package func auc(_ probabilities: [Double], _ labels: [Bool]) -> Interval {
        let ranked = RankedSamples(probabilities, labels)
        return interval { Metrics.auc(ranked, weights: $0) }
    }
}
