import Models
import Trading

extension TrainingRun {
    /// Share of candles that count as signal-like when positions are opened for exit models.
    static let signalLikeShare = 0.05

    /// Trains the exit model of one side on positions along real paths.
    ///
    /// Half of the positions are opened where `entry` said the most about candles that it had not seen.
    func exit(_ direction: Direction, entry: TrainedRole) throws(TrainingError) -> TrainedRole {
        let word = direction == .long ? "long" : "short"
        let (rows, heldOut) = ExitRows.make(
            data, direction: direction, plan: plan, signals: signalLike(entry),
            training: plan.exits, heldOut: plan.heldOutExits)
        guard rows.count >= 1_000 else {
            throw .tooFewSamples("\(rows.count) looks at open positions between the days given")
        }
        return try TrainedRole.make(
            id: "trees-exit-\(word)", role: direction == .long ? .exitLong : .exitShort,
            file: "exit-\(word).json", rows: rows, heldOut: heldOut, plan: plan, store: store
        ) { share in progress.show("exit \(word)", share) }
    }

    /// By symbol and candle, whether the entry model's answer is among its highest of the walk-forward parts.
    private func signalLike(_ entry: TrainedRole) -> ExitRows.Signals {
        var signals = data.symbols.map { [Bool](repeating: false, count: $0.path.count) }
        let sorted = entry.unseen.sorted()
        guard !sorted.isEmpty else { return signals }
        let place = Int((1 - Self.signalLikeShare) * Double(sorted.count))
        let threshold = sorted[min(place, sorted.count - 1)]
        for (sample, probability) in zip(entry.trees.unseen.places, entry.unseen)
        where probability >= threshold {
            signals[entry.rows.symbols[sample]][entry.rows.candles[sample]] = true
        }
        for (sample, probability) in entry.heldOutProbabilities.enumerated()
        where probability >= threshold {
            signals[entry.heldOut.symbols[sample]][entry.heldOut.candles[sample]] = true
        }
        return signals
    }

    /// What leaving by one threshold brings on both sides together: walk-forward, then held out.
    struct ExitJudgement {
        let walkForward: ThresholdChoice.ExitFigures
        let heldOut: ThresholdChoice.ExitFigures
    }

    /// Chooses the exit threshold of both sides on the walk-forward parts and looks at it in the held-out stretch.
    func exitThreshold(
        long: TrainedRole, short: TrainedRole
    ) throws(TrainingError) -> ExitJudgement {
        let sides = [long, short]
        func joined(
            _ rows: [LabeledRows], _ probabilities: [[Double]]
        ) -> (p: [Double], advantages: [Double], position: [Int], times: [Timestamp]) {
            // Two sides may use the same numbers for their positions.
            (
                probabilities.flatMap { $0 }, rows.flatMap(\.worths),
                rows.enumerated().flatMap { side, each in each.positions.map { 2 * $0 + side } },
                rows.flatMap(\.times)
            )
        }
        let seen = joined(sides.map(\.unseenRows), sides.map(\.unseen))
        let chosen = try ThresholdChoice.exit(
            probabilities: seen.p, advantages: seen.advantages, position: seen.position,
            times: seen.times, seed: plan.seed)
        let later = joined(sides.map(\.heldOut), sides.map(\.heldOutProbabilities))
        let heldOut = ThresholdChoice.exit(
            threshold: chosen.threshold, probabilities: later.p, advantages: later.advantages,
            position: later.position, times: later.times, seed: plan.seed)
        return ExitJudgement(walkForward: chosen, heldOut: heldOut)
    }
}
