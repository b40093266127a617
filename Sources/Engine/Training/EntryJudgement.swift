import Models
import Trading

/// What the entry members of one side say together, and what their signals are worth.
package struct EntryJudgement: Sendable {
    package let trees: TrainedRole
    package let lstm: TrainedLSTM?
    /// Weight of the LSTM beside the trees, which have the rest of 1; 0 without one.
    package let lstmWeight: Double
    /// The weight that had the least log loss, before the least that a member is given.
    package let bestWeight: Double
    /// Calibrated answers of the members together on walk-forward samples, and those samples.
    package let walkForward: [Double]
    package let walkForwardRows: LabeledRows
    /// The answers of the finished members together to all training samples.
    package let finished: [Double]
    /// The same on the held-out stretch, all of its samples.
    package let heldOut: [Double]
    package let walkForwardReport: RoleReport
    package let heldOutReport: RoleReport
    /// At the chosen threshold.
    package let walkForwardSignals: SignalFigures
    package let heldOutSignals: SignalFigures

    /// A member of the set has at least this weight, so that it is seen and its drift is watched.
    static let minWeight = 0.1

    /// - Throws: `tooFewSamples` when one of the parts is empty.
    init(trees: TrainedRole, lstm: TrainedLSTM?, seed: UInt64) throws(TrainingError) {
        self.trees = trees
        self.lstm = lstm
        var byPlace: [Int: Double] = [:]
        for (place, probability) in zip(trees.trees.unseen.places, trees.unseen) {
            byPlace[place] = probability
        }
        var best = 0.0
        var weight = 0.0
        var places = trees.trees.unseen.places
        var answers = trees.unseen
        if let lstm {
            // Only where both have been asked: the same samples for all weights.
            var pairs: [(place: Int, trees: Double, lstm: Double)] = []
            for (place, probability) in zip(lstm.places, lstm.unseen) {
                if let other = byPlace[place] { pairs.append((place, other, probability)) }
            }
            let labels = pairs.map { trees.rows.labels[$0.place] }
            var least = Double.infinity
            for tenth in 0...9 {
                let share = Double(tenth) / 10
                let loss = Metrics.logLoss(
                    pairs.map { (1 - share) * $0.trees + share * $0.lstm }, labels)
                if loss < least { (least, best) = (loss, share) }
            }
            weight = max(best, Self.minWeight)
            places = pairs.map(\.place)
            answers = pairs.map { (1 - weight) * $0.trees + weight * $0.lstm }
        }
        bestWeight = best
        lstmWeight = weight
        walkForward = answers
        walkForwardRows = trees.rows.rows(places)
        func mixed(_ answers: [Double], _ others: [Double]?) -> [Double] {
            answers.enumerated().map { sample, probability in
                guard let other = others?[sample], !other.isNaN else { return probability }
                return (1 - weight) * probability + weight * other
            }
        }
        finished = mixed(trees.finished, lstm?.finished)
        heldOut = mixed(trees.heldOutProbabilities, lstm?.heldOut)
        let rows = walkForwardRows
        walkForwardReport = try RoleReport(
            title: "walk-forward", probabilities: answers, labels: rows.labels, times: rows.times,
            seed: seed)
        heldOutReport = try RoleReport(
            title: "held out", probabilities: heldOut, labels: trees.heldOut.labels,
            times: trees.heldOut.times, seed: seed)
        walkForwardSignals = try ThresholdChoice.entry(
            probabilities: answers, parts: Self.parts(of: places, in: trees.trees.unseen),
            labels: rows.labels, worths: rows.worths, times: rows.times, finished: finished,
            seed: seed)
        heldOutSignals = SignalFigures(
            threshold: walkForwardSignals.threshold, probabilities: heldOut,
            labels: trees.heldOut.labels, worths: trees.heldOut.worths,
            times: trees.heldOut.times, seed: seed)
    }

    /// The places among `places` of each walk-forward part.
    private static func parts(of places: [Int], in unseen: UnseenPredictions) -> [[Int]] {
        var partOf: [Int: Int] = [:]
        for (part, samples) in unseen.parts.enumerated() {
            for sample in samples { partOf[sample] = part }
        }
        var parts = [[Int]](repeating: [], count: unseen.parts.count)
        for (index, place) in places.enumerated() {
            if let part = partOf[place] { parts[part].append(index) }
        }
        return parts
    }

    /// The share of wins at which mean win and mean loss of all training samples balance.
    package var breakEven: Double {
        let wins = trees.rows.worths.filter { $0 > 0 }
        let losses = trees.rows.worths.filter { $0 <= 0 }
        let meanWin = wins.reduce(0, +) / Double(max(1, wins.count))
        let meanLoss = -losses.reduce(0, +) / Double(max(1, losses.count))
        return meanLoss / (meanWin + meanLoss)
    }
}
