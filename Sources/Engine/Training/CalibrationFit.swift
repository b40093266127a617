import CMath
package import Models

extension Calibration {
    /// The word in the set's file.
    package var kind: String {
        switch self {
        case .none: "none"
        case .platt: "platt"
        case .isotonic: "isotonic"
        }
    }
}

/// Fits calibrations to predictions that the model was not fitted on.
package enum CalibrationFit {
    /// Probabilities are kept this far from 0 and 1 before their logit is taken.
    static let clip = 1e-7
    /// Groups of neighbours that the isotonic fit starts from, so that no output rests on a handful of samples.
    static let isotonicGroups = 40

    static func logit(_ p: Double) -> Double {
        let bounded = min(max(p, clip), 1 - clip)
        return narwhal_log(bounded / (1 - bounded))
    }

    static func logistic(_ logit: Double) -> Double { 1 / (1 + narwhal_exp(-logit)) }

    /// The logarithm of a ratio of two positive numbers.
    static func ratioLog(_ a: Double, _ b: Double) -> Double { narwhal_log(a / b) }

    /// Platt's scaling by Newton's method on the log loss; the identity's parameters when there are not both classes.
    ///
    /// - Source: Platt, Probabilistic outputs for support vector machines, 1999; on logits, as in Kull et al. 2017.
    package static func platt(_ probabilities: [Double], _ labels: [Bool]) -> Calibration {
        let wins = labels.count { $0 }
        guard wins > 0, wins < labels.count else { return .platt(slope: 1, intercept: 0) }
        let logits = probabilities.map(logit)
        var slope = 1.0
        var intercept = 0.0
        for _ in 0..<100 {
            // A little pull toward the identity keeps the matrix invertible when all logits are equal.
            let ridge = 1e-6 * Double(labels.count)
            var (g0, g1) = (-ridge * (slope - 1), 0.0)
            var (h00, h01, h11) = (ridge, 0.0, 1e-12)
            for (x, isWin) in zip(logits, labels) {
                let p = 1 / (1 + narwhal_exp(-(slope * x + intercept)))
                let off = (isWin ? 1 : 0) - p
                let weight = p * (1 - p)
                g0 += off * x
                g1 += off
                h00 += weight * x * x
                h01 += weight * x
                h11 += weight
            }
            let determinant = h00 * h11 - h01 * h01
            guard determinant > 0 else { break }
            let stepSlope = (h11 * g0 - h01 * g1) / determinant
            let stepIntercept = (h00 * g1 - h01 * g0) / determinant
            slope += min(max(stepSlope, -2), 2)
            intercept += min(max(stepIntercept, -2), 2)
            if abs(stepSlope) < 1e-10 && abs(stepIntercept) < 1e-10 { break }
        }
        return .platt(slope: slope, intercept: intercept)
    }

    /// The best rising step function of groups of neighbours, with the steps' middles joined by lines.
    ///
    /// Outputs are shares with one win and one loss added, so that none is 0 or 1.
    ///
    /// - Source: pool adjacent violators, Ayer et al. 1955.
    package static func isotonic(_ probabilities: [Double], _ labels: [Bool]) -> Calibration {
        struct Block {
            var count: Double
            var wins: Double
            var sum: Double
            var share: Double { (wins + 1) / (count + 2) }
        }
        let order = RankedSamples(probabilities, labels).order
        var blocks: [Block] = []
        for group in 0..<isotonicGroups {
            let members = order[
                order.count * group / isotonicGroups..<order.count * (group + 1) / isotonicGroups]
            guard !members.isEmpty else { continue }
            blocks.append(
                Block(
                    count: Double(members.count), wins: Double(members.count { labels[$0] }),
                    sum: members.reduce(0) { $0 + probabilities[$1] }))
            while blocks.count > 1,
                blocks[blocks.count - 2].share >= blocks[blocks.count - 1].share
                    || blocks[blocks.count - 2].sum / blocks[blocks.count - 2].count
                        >= blocks[blocks.count - 1].sum / blocks[blocks.count - 1].count
            {
                let last = blocks.removeLast()
                blocks[blocks.count - 1].count += last.count
                blocks[blocks.count - 1].wins += last.wins
                blocks[blocks.count - 1].sum += last.sum
            }
        }
        // One block alone is no curve, and says that the model says nothing: Platt's slope can say that too.
        do throws(ModelError) {
            return .isotonic(
                try IsotonicKnots(
                    inputs: blocks.map { $0.sum / $0.count }, outputs: blocks.map(\.share)))
        } catch {
            return platt(probabilities, labels)
        }
    }

    /// What was chosen, and why.
    package struct Choice: Hashable, Sendable {
        package let calibration: Calibration
        /// Log loss on parts that the fits had not seen, by kind, in the order none, platt, isotonic.
        package let heldOut: [(kind: String, logLoss: Double)]

        package static func == (left: Choice, right: Choice) -> Bool {
            left.calibration == right.calibration
                && left.heldOut.map(\.kind) == right.heldOut.map(\.kind)
                && left.heldOut.map(\.logLoss) == right.heldOut.map(\.logLoss)
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(calibration) }
    }

    /// Chooses none, Platt or isotonic by the log loss on later parts, each fitted on the parts before; the chosen kind is
    /// then fitted to all parts.
    ///
    /// - Parameter parts: places of the samples, in the order of time; with fewer than two parts the identity stays.
    package static func choose(
        _ probabilities: [Double], _ labels: [Bool], parts: [[Int]]
    ) -> Choice {
        let fits: [([Double], [Bool]) -> Calibration] = [
            { _, _ in .none }, platt, isotonic,
        ]
        guard parts.count > 1 else { return Choice(calibration: .none, heldOut: []) }
        var sums = [Double](repeating: 0, count: fits.count)
        var count = 0
        for later in 1..<parts.count {
            let known = parts[..<later].flatMap { $0 }
            let unseen = parts[later]
            guard !known.isEmpty, !unseen.isEmpty else { continue }
            let unseenLabels = unseen.map { labels[$0] }
            for (kind, fit) in fits.enumerated() {
                let map = fit(known.map { probabilities[$0] }, known.map { labels[$0] })
                let mapped = unseen.map { map.apply(probabilities[$0]) }
                sums[kind] += Metrics.logLoss(mapped, unseenLabels) * Double(unseen.count)
            }
            count += unseen.count
        }
        guard count > 0 else { return Choice(calibration: .none, heldOut: []) }
        let losses = sums.map { $0 / Double(count) }
        var best = 0
        for kind in fits.indices where losses[kind] < losses[best] { best = kind }
        let all = parts.flatMap { $0 }
        let chosen = fits[best](all.map { probabilities[$0] }, all.map { labels[$0] })
        return Choice(
            calibration: chosen,
            heldOut: zip(["none", "platt", "isotonic"], losses).map { ($0, $1) })
    }
}
