/// What happened during an iteration, and what each step turned out to be worth.
struct Rollout: Sendable {
    /// States, actions and odds as they came; advantages and returns after `reckon`.
    var batch = PolicyBatch<Float>()
    /// What the critic expected at each step.
    var values: [Double] = []
    /// Scaled.
    var rewards: [Double] = []
    /// Whether what follows belongs to another episode.
    var isLast: [Bool] = []
    /// For a last step what the critic expects after it; 0 when the episode ended.
    var worthAfter: [Double] = []
    /// Sums of scaled rewards of the episodes that ended.
    var episodeRewards: [Double] = []

    /// Fills advantages and returns.
    /// - Source: Schulman et al., High-dimensional continuous control using generalized advantage estimation, 2016.
    mutating func reckon(discount: Double, lambda: Double) {
        let count = rewards.count
        var advantages = [Double](repeating: 0, count: count)
        var following = 0.0
        for step in (0..<count).reversed() {
            let next = isLast[step] ? worthAfter[step] : values[step + 1]
            if isLast[step] { following = 0 }
            let surprise = rewards[step] + discount * next - values[step]
            following = surprise + discount * lambda * following
            advantages[step] = following
        }
        batch.advantages = advantages
        batch.returns = zip(advantages, values).map { $0 + $1 }
    }

    /// These steps, with advantages brought to mean 0 among them, and to spread 1 unless it is below `minSpread`.
    func part(_ steps: ArraySlice<Int>, stateCount: Int, minSpread: Double) -> PolicyBatch<Float> {
        var part = PolicyBatch<Float>()
        part.states.reserveCapacity(steps.count * stateCount)
        for step in steps {
            part.states += batch.states[step * stateCount..<(step + 1) * stateCount]
            part.actions.append(batch.actions[step])
            part.logOdds.append(batch.logOdds[step])
            part.advantages.append(batch.advantages[step])
            part.returns.append(batch.returns[step])
        }
        let count = Double(part.count)
        let mean = part.advantages.reduce(0, +) / count
        var squares = 0.0
        for advantage in part.advantages { squares += (advantage - mean) * (advantage - mean) }
        let deviation = (squares / (count - 1)).squareRoot()
        for index in part.advantages.indices {
            part.advantages[index] = (part.advantages[index] - mean) / max(deviation, minSpread)
        }
        return part
    }
}
