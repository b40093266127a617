package import Trading

/// How one role's calibrated answer did on samples that had no part in it.
package struct RoleReport: Hashable, Sendable {
    /// Where the samples come from, in words.
    package let title: String
    package let from: Timestamp
    package let to: Timestamp
    package let count: Int
    package let days: Int
    package let baseRate: Double
    package let auc: Interval
    package let logLoss: Double
    /// What saying the base rate every time would have cost.
    package let baseLogLoss: Double
    package let brier: Double
    package let baseBrier: Double
    package let reliability: [Metrics.ReliabilityRow]

    /// - Throws: `tooFewSamples` when there are none.
    package init(
        title: String, probabilities: [Double], labels: [Bool], times: [Timestamp], seed: UInt64
    ) throws(TrainingError) {
        guard let from = times.min(), let to = times.max(), labels.count == probabilities.count
        else { throw .tooFewSamples("nothing to judge '\(title)' on") }
        self.title = title
        self.from = from
        self.to = to
        count = labels.count
        days = Set(times.map { $0.floor(to: .hours(24)).nanoseconds }).count
        let base = Metrics.baseRate(labels)
        let constant = [Double](repeating: base, count: labels.count)
        baseRate = base
        auc = DayBootstrap(times: times, seed: seed).auc(probabilities, labels)
        logLoss = Metrics.logLoss(probabilities, labels)
        baseLogLoss = Metrics.logLoss(constant, labels)
        brier = Metrics.brier(probabilities, labels)
        baseBrier = base * (1 - base)
        reliability = Metrics.reliability(probabilities, labels)
    }
}
