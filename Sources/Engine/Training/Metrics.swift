import CMath

/// How well probabilities tell wins from losses. Arrays of probabilities and labels are of the same length, in one order.
package enum Metrics {
    /// Probabilities nearer to 0 or 1 than this count as this far away in the log loss.
    static let clip = 1e-7

    /// Share of wins; NaN without samples.
    package static func baseRate(_ labels: [Bool]) -> Double {
        Double(labels.count { $0 }) / Double(labels.count)
    }

    /// Mean of −log of the probability given to what happened, in nats; NaN without samples.
    package static func logLoss(_ probabilities: [Double], _ labels: [Bool]) -> Double {
        var sum = 0.0
        for (p, isWin) in zip(probabilities, labels) {
            let bounded = min(max(p, clip), 1 - clip)
            sum -= narwhal_log(isWin ? bounded : 1 - bounded)
        }
        return sum / Double(labels.count)
    }

    /// Mean squared distance of the probability from what happened; NaN without samples.
    package static func brier(_ probabilities: [Double], _ labels: [Bool]) -> Double {
        var sum = 0.0
        for (p, isWin) in zip(probabilities, labels) {
            let off = p - (isWin ? 1 : 0)
            sum += off * off
        }
        return sum / Double(labels.count)
    }

    /// The chance that a win has a higher probability than a loss, ties counting half; NaN when there are not both.
    ///
    /// - Complexity: O(n log n).
    package static func auc(_ probabilities: [Double], _ labels: [Bool]) -> Double {
        auc(RankedSamples(probabilities, labels), weights: nil)
    }

    /// The same with a whole weight for each sample.
    static func auc(_ ranked: RankedSamples, weights: [Double]?) -> Double {
        var wins = 0.0
        var losses = 0.0
        var pairs = 0.0
        var position = 0
        while position < ranked.order.count {
            var tiedWins = 0.0
            var tiedLosses = 0.0
            let value = ranked.probabilities[ranked.order[position]]
            while position < ranked.order.count {
                let sample = ranked.order[position]
                guard ranked.probabilities[sample] == value else { break }
                let weight = weights.map { $0[sample] } ?? 1
                if ranked.labels[sample] { tiedWins += weight } else { tiedLosses += weight }
                position += 1
            }
            pairs += tiedWins * (losses + tiedLosses / 2)
            wins += tiedWins
            losses += tiedLosses
        }
        return wins > 0 && losses > 0 ? pairs / (wins * losses) : .nan
    }

    /// One row of a reliability table.
    package struct ReliabilityRow: Hashable, Sendable {
        package let count: Int
        package let meanProbability: Double
        package let winShare: Double
    }

    /// Samples in `bins` groups of as equal a size as can be, by rising probability: what was said, and what happened.
    package static func reliability(
        _ probabilities: [Double], _ labels: [Bool], bins: Int = 10
    ) -> [ReliabilityRow] {
        let order = RankedSamples(probabilities, labels).order
        return (0..<bins).compactMap { bin in
            let members = order[order.count * bin / bins..<order.count * (bin + 1) / bins]
            guard !members.isEmpty else { return nil }
            let sum = members.reduce(0) { $0 + probabilities[$1] }
            let wins = members.count { labels[$0] }
            return ReliabilityRow(
                count: members.count, meanProbability: sum / Double(members.count),
                winShare: Double(wins) / Double(members.count))
        }
    }
}

/// Samples by rising probability, sorted once and used often.
struct RankedSamples {
    let probabilities: [Double]
    let labels: [Bool]
    /// Places of the samples, by rising probability, then by place.
    let order: [Int]

    init(_ probabilities: [Double], _ labels: [Bool]) {
        precondition(probabilities.count == labels.count, "each probability has its label")
        self.probabilities = probabilities
        self.labels = labels
        order = probabilities.indices.sorted {
            probabilities[$0] != probabilities[$1]
                ? probabilities[$0] < probabilities[$1] : $0 < $1
        }
    }
}
