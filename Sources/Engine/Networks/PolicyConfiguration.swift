/// How a policy is trained by proximal policy optimization; the numbers are the usual ones of Stable-Baselines3
/// where a comment does not say otherwise.
package struct PolicyConfiguration: Hashable, Sendable {
    /// Values of a state.
    package var stateCount: Int
    package var actionCount: Int
    /// Units in each of the two hidden layers, of the actor and of the critic.
    package var hidden = 64
    package var iterations = 100
    /// Steps in the environment an iteration.
    package var rollout = 2_048
    /// Steps an update.
    package var batch = 64
    /// Times that an iteration's steps are gone through.
    package var passes = 10
    /// At the first iteration; falls in a straight line to nothing after the last.
    package var learningRate = 3e-4
    /// What a reward one step later is worth.
    package var discount = 0.99
    /// How far advantages look ahead, 0 one step, 1 to the end.
    package var lambda = 0.95
    /// How far an update may move the odds of an action, as a share.
    package var clip = 0.2
    /// What an unsettled policy is worth.
    package var entropyWeight = 0.01
    package var valueWeight = 0.5
    /// Norm that a gradient is brought down to.
    package var maxNorm = 0.5
    /// Rewards are multiplied by this, so that the critic's errors are neither tiny nor huge.
    package var rewardScale = 1.0
    /// Spread of scaled advantages below which they are not blown up to 1: when nothing happens any more, what is left of
    /// them is the critic's noise, and a policy that learned from it would drift.
    package var minSpread = 0.01
    /// Normalized states are within ± this.
    package var clipState: Float = 10
    package var seed: UInt64 = 1

    package init(stateCount: Int, actionCount: Int) {
        self.stateCount = stateCount
        self.actionCount = actionCount
    }

    var actor: MLPShape { MLPShape(sizes: [stateCount, hidden, hidden, actionCount]) }
    var critic: MLPShape { MLPShape(sizes: [stateCount, hidden, hidden, 1]) }

    /// Everything that changes what comes out of training, as one line; states are only resumed under the same.
    var line: String {
        "state=\(stateCount) actions=\(actionCount) hidden=\(hidden) iterations=\(iterations)"
            + " rollout=\(rollout) batch=\(batch) passes=\(passes) rate=\(learningRate)"
            + " discount=\(discount) lambda=\(lambda) clip=\(clip) entropy=\(entropyWeight)"
            + " value=\(valueWeight) norm=\(maxNorm) reward=\(rewardScale) spread=\(minSpread) range=\(clipState)"
            + " seed=\(seed)"
    }
}

/// What one iteration came to.
package struct PolicyIteration: Hashable, Sendable {
    /// 1 for the first.
    package var number: Int
    /// Mean reward a step, not scaled, of the actions taken by chance.
    package var meanReward: Double
    /// Mean sum of rewards, not scaled, of the episodes that ended in the iteration; `nil` without any.
    package var meanEpisodeReward: Double?
    // Means over the updates:
    package var policyLoss: Double
    package var valueLoss: Double
    /// In nats, 0 when settled, ln of the number of actions when all are as likely.
    package var entropy: Double
    /// Share of steps whose odds moved beyond the clip.
    package var clippedShare: Double
    /// How far the policy moved from the one that acted, in nats; at least 0.
    package var divergence: Double
    /// Updates that were left out because the gradient was not finite.
    package var skippedSteps: Int
}
