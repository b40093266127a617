import CMath

/// Steps that an update learns from.
struct PolicyBatch<Scalar: NetworkScalar>: Sendable {
    /// Row after row, normalized.
    var states: [Scalar] = []
    var actions: [Int] = []
    /// ln of the odds that the acting policy gave to the action.
    var logOdds: [Double] = []
    var advantages: [Double] = []
    var returns: [Double] = []

    var count: Int { actions.count }
}

/// Sums over steps of the parts of the loss and of what tells how an update goes.
struct PolicyLossSums: Hashable, Sendable {
    var policy = 0.0
    var value = 0.0
    var entropy = 0.0
    var clipped = 0.0
    var divergence = 0.0

    static func += (left: inout PolicyLossSums, right: PolicyLossSums) {
        left.policy += right.policy
        left.value += right.value
        left.entropy += right.entropy
        left.clipped += right.clipped
        left.divergence += right.divergence
    }
}

/// The actor and the critic with one flat array of parameters, the actor's first.
struct ActorCritic<Scalar: NetworkScalar>: ~Copyable {
    let actor: MLPPass<Scalar>
    let critic: MLPPass<Scalar>

    init(actor: MLPShape, critic: MLPShape, capacity: Int) {
        self.actor = MLPPass(actor, capacity: capacity)
        self.critic = MLPPass(critic, capacity: capacity)
    }

    func load(_ parameters: [Scalar]) {
        actor.load(parameters[..<actor.shape.count])
        critic.load(parameters[actor.shape.count...])
    }

    /// Over the whole batch, to be divided by its count.
    var gradient: [Scalar] { actor.gradient.values + critic.gradient.values }
}

/// The loss of proximal policy optimization.
///
/// Mean over steps of −min(r A, clip(r) A) + valueWeight (V − R)² − entropyWeight H, r the odds of the action now ÷ then.
/// - Source: Schulman et al., Proximal policy optimization algorithms, 2017, equations 7 and 9.
struct PolicyLoss: Sendable {
    var clip: Double
    var valueWeight: Double
    var entropyWeight: Double

    init(_ configuration: PolicyConfiguration) {
        clip = configuration.clip
        valueWeight = configuration.valueWeight
        entropyWeight = configuration.entropyWeight
    }

    /// The loss itself, from the sums over `count` steps.
    func total(_ sums: PolicyLossSums, count: Int) -> Double {
        (sums.policy + valueWeight * sums.value - entropyWeight * sums.entropy) / Double(count)
    }

    /// Runs the batch and leaves the gradients of its summed loss in the networks.
    func learn<Scalar: NetworkScalar>(
        _ batch: PolicyBatch<Scalar>, _ networks: borrowing ActorCritic<Scalar>
    ) -> PolicyLossSums {
        let count = batch.count
        networks.actor.gradient.clear()
        networks.critic.gradient.clear()
        networks.actor.forward(batch.states, rows: count)
        networks.critic.forward(batch.states, rows: count)
        let actions = networks.actor.shape.outputs
        var sums = PolicyLossSums()
        var odds = ActionOdds(count: actions)
        for step in 0..<count {
            odds.load(networks.actor.outputs + step * actions)
            let action = batch.actions[step]
            let advantage = batch.advantages[step]
            let change = odds.logOdds[action] - batch.logOdds[step]
            let ratio = narwhal_exp(change)
            let within = min(max(ratio, 1 - clip), 1 + clip)
            let isHeld = within * advantage < ratio * advantage
            sums.policy -= min(ratio * advantage, within * advantage)
            // Where the clip holds, the loss does not depend on the odds.
            let slope = isHeld ? 0 : -ratio * advantage
            let entropy = odds.entropy
            for other in 0..<actions {
                let share = odds.shares[other]
                let byLogOdds = (other == action ? 1 : 0) - share
                let byEntropy = -share * (odds.logOdds[other] + entropy)
                networks.actor.dOutputs[step * actions + other] = Scalar(
                    slope * byLogOdds - entropyWeight * byEntropy)
            }
            let error = Double(networks.critic.outputs[step]) - batch.returns[step]
            networks.critic.dOutputs[step] = Scalar(2 * valueWeight * error)
            sums.value += error * error
            sums.entropy += entropy
            sums.clipped += abs(ratio - 1) > clip ? 1 : 0
            // Schulman's estimate: never negative, little spread.
            sums.divergence += ratio - 1 - change
        }
        networks.actor.backward(rows: count)
        networks.critic.backward(rows: count)
        return sums
    }
}

/// How likely each action is.
struct ActionOdds: Sendable {
    private(set) var shares: [Double]
    /// ln of the shares.
    private(set) var logOdds: [Double]

    init(count: Int) {
        shares = Array(repeating: 0, count: count)
        logOdds = shares
    }

    /// The softmax of as many logits.
    mutating func load<Scalar: NetworkScalar>(_ logits: UnsafeMutablePointer<Scalar>) {
        var largest = -Double.infinity
        for index in shares.indices { largest = max(largest, Double(logits[index])) }
        var sum = 0.0
        for index in shares.indices {
            shares[index] = narwhal_exp(Double(logits[index]) - largest)
            sum += shares[index]
        }
        let logSum = narwhal_log(sum)
        for index in shares.indices {
            shares[index] /= sum
            logOdds[index] = Double(logits[index]) - largest - logSum
        }
    }

    var entropy: Double {
        var entropy = 0.0
        for index in shares.indices { entropy -= shares[index] * logOdds[index] }
        return entropy
    }

    /// The action at `unit`, 0 ≤ unit < 1, when all are laid end to end by their shares.
    func action(at unit: Double) -> Int {
        var sum = 0.0
        for index in shares.indices {
            sum += shares[index]
            if unit < sum { return index }
        }
        // Rounding can leave the sum a little below 1.
        return shares.count - 1
    }
}
