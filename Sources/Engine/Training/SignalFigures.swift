package import Trading

/// What the signals at one threshold would have been worth.
package struct SignalFigures: Hashable, Sendable {
    package let threshold: Double
    /// Signals, and their share of all candles that were looked at.
    package let count: Int
    package let rate: Double
    /// Share of the signals that won.
    package let precision: Interval
    /// Mean return of a signal after costs, as a fraction of the entry.
    package let net: Interval
    /// Days with a signal, and days that were looked at.
    package let signalDays: Int
    package let days: Int

    /// Signals are the samples at or over `threshold`.
    package init(
        threshold: Double, probabilities: [Double], labels: [Bool], worths: [Double],
        times: [Timestamp], seed: UInt64
    ) {
        self.init(
            threshold: threshold, isSignal: probabilities.map { $0 >= threshold }, labels: labels,
            worths: worths, times: times, seed: seed)
    }

    /// Signals are those that `isSignal` names.
    package init(
        threshold: Double, isSignal: [Bool], labels: [Bool], worths: [Double],
        times: [Timestamp], seed: UInt64
    ) {
        let bootstrap = DayBootstrap(times: times, seed: seed)
        self.threshold = threshold
        count = isSignal.count { $0 }
        rate = Double(count) / Double(max(1, isSignal.count))
        precision = bootstrap.mean(labels.map { $0 ? 1 : 0 }, where: isSignal)
        net = bootstrap.mean(worths, where: isSignal)
        func days(_ times: some Sequence<Timestamp>) -> Int {
            Set(times.map { $0.floor(to: .hours(24)).nanoseconds }).count
        }
        signalDays = days(zip(times, isSignal).lazy.filter(\.1).map(\.0))
        self.days = days(times)
    }
}

/// Chooses thresholds on predictions that the models had not seen.
package enum ThresholdChoice {
    /// Shares of candles that a side may be expected to signal on.
    package static let rates = [0.01, 0.015, 0.02, 0.03, 0.04]

    /// How often to signal, and from which answer of the finished models on.
    ///
    /// The rate is the one of `rates` with the highest lower bound of the net return of a signal when each walk-forward part
    /// signals on its own highest answers: models that learned from little answer more extremely than those that learned
    /// from much, so one threshold for all parts would pick parts, not candles. The threshold is then the answer that the
    /// finished models reach that often in the training window. Which rate it is can hardly be told from chance where all
    /// bounds are alike: the figures say so themselves.
    ///
    /// - Parameters:
    ///   - parts: places of the walk-forward samples, one array a part.
    ///   - finished: answers of the finished models to all training samples.
    package static func entry(
        probabilities: [Double], parts: [[Int]], labels: [Bool], worths: [Double],
        times: [Timestamp], finished: [Double], seed: UInt64
    ) throws(TrainingError) -> SignalFigures {
        guard probabilities.count >= 100, finished.count >= 100 else {
            throw .tooFewSamples("\(probabilities.count) predictions to choose a threshold on")
        }
        var best: SignalFigures?
        for rate in rates {
            var isSignal = [Bool](repeating: false, count: probabilities.count)
            for part in parts where !part.isEmpty {
                let least = quantile(part.map { probabilities[$0] }, 1 - rate)
                for place in part where probabilities[place] >= least { isSignal[place] = true }
            }
            // Three digits: what is shown is what is in force.
            let threshold = (quantile(finished, 1 - rate) * 1_000).rounded(.up) / 1_000
            let figures = SignalFigures(
                threshold: threshold, isSignal: isSignal, labels: labels, worths: worths,
                times: times, seed: seed)
            guard figures.count > 0, !figures.net.low.isNaN else { continue }
            if best.map({ figures.net.low > $0.net.low }) ?? true { best = figures }
        }
        guard let best else { throw .tooFewSamples("no threshold has a signal") }
        return best
    }

    private static func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    /// What leaving by an exit threshold would have brought, a position.
    package struct ExitFigures: Hashable, Sendable {
        package let threshold: Double
        package let positions: Int
        /// Share of the positions that are left before their bracket ends.
        package let leftEarly: Double
        /// Mean gain of all positions over holding each to its bracket's end, as a fraction of the entry.
        package let gain: Interval
    }

    /// What leaving at the first look at or over `threshold` brings.
    ///
    /// - Parameters:
    ///   - position: of each look, the position that it belongs to; looks of one position follow each other by time.
    package static func exit(
        threshold: Double, probabilities: [Double], advantages: [Double], position: [Int],
        times: [Timestamp], seed: UInt64
    ) -> ExitFigures {
        var gains: [Double] = []
        var first: [Timestamp] = []
        var left = 0
        var places: [Int: Int] = [:]
        var hasLeft: [Bool] = []
        for look in probabilities.indices {
            let place: Int
            if let known = places[position[look]] {
                place = known
            } else {
                place = gains.count
                places[position[look]] = place
                gains.append(0)
                first.append(times[look])
                hasLeft.append(false)
            }
            if !hasLeft[place], probabilities[look] >= threshold {
                hasLeft[place] = true
                gains[place] = advantages[look]
                left += 1
            }
        }
        let all = [Bool](repeating: true, count: gains.count)
        return ExitFigures(
            threshold: threshold, positions: gains.count,
            leftEarly: Double(left) / Double(max(1, gains.count)),
            gain: DayBootstrap(times: first, seed: seed).mean(gains, where: all))
    }

    /// The exit threshold with the highest lower bound of the gain, among hundredths from one half to 0.85.
    package static func exit(
        probabilities: [Double], advantages: [Double], position: [Int], times: [Timestamp],
        seed: UInt64
    ) throws(TrainingError) -> ExitFigures {
        var best: ExitFigures?
        for hundredth in stride(from: 50, through: 85, by: 1) {
            let figures = exit(
                threshold: Double(hundredth) / 100, probabilities: probabilities,
                advantages: advantages, position: position, times: times, seed: seed)
            // One that hardly ever leaves always has the narrowest interval, and is no exit model.
            guard figures.leftEarly >= 0.05 else { continue }
            if best.map({ figures.gain.low > $0.gain.low }) ?? true { best = figures }
        }
        guard let best else {
            throw .tooFewSamples("no exit threshold leaves one position in twenty early")
        }
        return best
    }
}
