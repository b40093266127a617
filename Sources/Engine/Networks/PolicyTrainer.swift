import Models

/// Trains a policy by proximal policy optimization in an environment.
///
/// Each iteration begins new episodes. So the same configuration, environment and seed give the same policy bit for bit on
/// one machine, whether or not training was interrupted between two iterations.
package struct PolicyTrainer: Sendable {
    package let configuration: PolicyConfiguration
    /// Iterations done.
    package internal(set) var iteration = 0

    /// The actor's, then the critic's.
    var parameters: [Float]
    var optimizer: Adam<Float>
    var moments: RunningMoments
    var generator: SeededGenerator

    package var isFinished: Bool { iteration >= configuration.iterations }

    /// Begins from chance.
    package init(_ configuration: PolicyConfiguration) {
        precondition(
            configuration.rollout > 1 && configuration.batch > 1 && configuration.passes > 0
                && configuration.minSpread > 0,
            "an iteration has steps to learn from")
        var generator = SeededGenerator(seed: configuration.seed)
        // Small weights before the actions: at first all are about as likely. Gains as in Stable-Baselines3.
        let root2 = 2.0.squareRoot()
        parameters =
            Self.initial(configuration.actor, gains: [root2, root2, 0.01], &generator)
            + Self.initial(configuration.critic, gains: [root2, root2, 1], &generator)
        optimizer = Adam(count: parameters.count)
        moments = RunningMoments(components: configuration.stateCount)
        self.generator = generator
        self.configuration = configuration
    }

    /// A trainer that goes on where another was.
    init(
        _ configuration: PolicyConfiguration, iteration: Int, parameters: [Float],
        optimizer: Adam<Float>, moments: RunningMoments, generator: SeededGenerator
    ) {
        self.configuration = configuration
        self.iteration = iteration
        self.parameters = parameters
        self.optimizer = optimizer
        self.moments = moments
        self.generator = generator
    }

    /// Uniform weights with a variance of gain² ÷ inputs, biases of zero.
    private static func initial(
        _ shape: MLPShape, gains: [Double], _ generator: inout SeededGenerator
    ) -> [Float] {
        var parameters = [Float](repeating: 0, count: shape.count)
        for layer in 0..<shape.layers {
            let bound = gains[layer] * (3 / Double(shape.sizes[layer])).squareRoot()
            for index in shape.weights(layer) {
                parameters[index] = Float(bound * (2 * generator.unit() - 1))
            }
        }
        return parameters
    }

    /// Runs iterations until it is finished or `progress` says `false`; with each it is given the trainer as it then
    /// stands, whose `state` can be kept. `progress` must not touch `environment`; a copy can be used for trials.
    package mutating func train<Environment: PolicyEnvironment>(
        _ environment: inout Environment, progress: (PolicyIteration, PolicyTrainer) -> Bool
    ) {
        while !isFinished {
            let report = runIteration(&environment)
            guard progress(report, self) else { return }
        }
    }

    /// Acts for a rollout and learns from it.
    package mutating func runIteration<Environment: PolicyEnvironment>(
        _ environment: inout Environment
    ) -> PolicyIteration {
        precondition(
            environment.stateCount == configuration.stateCount
                && environment.actionCount == configuration.actionCount,
            "the environment fits the configuration")
        let networks = ActorCritic<Float>(
            actor: configuration.actor, critic: configuration.critic,
            capacity: configuration.batch)
        networks.load(parameters)
        let rollout = act(in: &environment, networks)
        let (sums, updates, skipped) = learn(from: rollout, networks)
        iteration += 1
        let steps = Double(updates)
        let episodes = rollout.episodeRewards
        return PolicyIteration(
            number: iteration,
            meanReward: rollout.rewards.reduce(0, +) / Double(rollout.rewards.count)
                / configuration.rewardScale,
            meanEpisodeReward: episodes.isEmpty
                ? nil : episodes.reduce(0, +) / Double(episodes.count) / configuration.rewardScale,
            policyLoss: sums.policy / steps, valueLoss: sums.value / steps,
            entropy: sums.entropy / steps, clippedShare: sums.clipped / steps,
            divergence: sums.divergence / steps, skippedSteps: skipped)
    }

    private mutating func act<Environment: PolicyEnvironment>(
        in environment: inout Environment, _ networks: borrowing ActorCritic<Float>
    ) -> Rollout {
        var rollout = Rollout()
        var state = [Float](repeating: 0, count: configuration.stateCount)
        var odds = ActionOdds(count: configuration.actionCount)
        var episodeReward = 0.0
        environment.reset(seed: generator.next())
        for _ in 0..<configuration.rollout {
            environment.fill(&state)
            moments.add(state)
            normalize(&state)
            networks.actor.forward(state, rows: 1)
            networks.critic.forward(state, rows: 1)
            odds.load(networks.actor.outputs)
            let action = odds.action(at: generator.unit())
            rollout.batch.states += state
            rollout.batch.actions.append(action)
            rollout.batch.logOdds.append(odds.logOdds[action])
            rollout.values.append(Double(networks.critic.outputs[0]))
            let result = environment.step(action)
            let reward = result.reward * configuration.rewardScale
            rollout.rewards.append(reward)
            episodeReward += reward
            switch result.episode {
            case .goesOn:
                rollout.worthAfter.append(0)
                rollout.isLast.append(false)
            case .cut, .ended:
                rollout.worthAfter.append(
                    result.episode == .cut ? worth(of: environment, networks) : 0)
                rollout.isLast.append(true)
                rollout.episodeRewards.append(episodeReward)
                episodeReward = 0
                environment.reset(seed: generator.next())
            }
        }
        if let isLast = rollout.isLast.last, !isLast {
            rollout.worthAfter[rollout.worthAfter.count - 1] = worth(of: environment, networks)
            rollout.isLast[rollout.isLast.count - 1] = true
        }
        rollout.reckon(discount: configuration.discount, lambda: configuration.lambda)
        return rollout
    }

    /// What the critic expects from where the environment stands.
    private func worth<Environment: PolicyEnvironment>(
        of environment: Environment, _ networks: borrowing ActorCritic<Float>
    ) -> Double {
        var state = [Float](repeating: 0, count: configuration.stateCount)
        environment.fill(&state)
        normalize(&state)
        networks.critic.forward(state, rows: 1)
        return Double(networks.critic.outputs[0])
    }

    private func normalize(_ state: inout [Float]) {
        let apply = scaling
        for index in state.indices { state[index] = apply(state[index], at: index) }
    }

    /// The same arithmetic as in the trained policy's file.
    private var scaling: InputScaling {
        InputScaling(
            mean: moments.mean.map { Float($0) },
            divisor: (0..<configuration.stateCount).map {
                (Float(moments.variance($0)) + Self.epsilon).squareRoot()
            },
            clip: configuration.clipState)
    }

    /// Added to variances.
    static let epsilon: Float = 1e-8

    private mutating func learn(
        from rollout: Rollout, _ networks: borrowing ActorCritic<Float>
    ) -> (sums: PolicyLossSums, steps: Int, skipped: Int) {
        let loss = PolicyLoss(configuration)
        var order = Array(0..<rollout.batch.count)
        var sums = PolicyLossSums()
        var (steps, skipped) = (0, 0)
        let share = Double(iteration) / Double(configuration.iterations)
        let rate = configuration.learningRate * (1 - share)
        for _ in 0..<configuration.passes {
            generator.shuffle(&order)
            var start = 0
            // A rest of one step has no spread of advantages to compare with.
            while order.count - start > 1 {
                let end = min(order.count, start + configuration.batch)
                let batch = rollout.part(
                    order[start..<end], stateCount: configuration.stateCount,
                    minSpread: configuration.minSpread)
                sums += loss.learn(batch, networks)
                steps += batch.count
                let norm = optimizer.step(
                    &parameters, gradient: networks.gradient, scale: 1 / Double(batch.count),
                    maxNorm: configuration.maxNorm, rate: rate)
                if !norm.isFinite { skipped += 1 }
                networks.load(parameters)
                start = end
            }
        }
        return (sums, steps, skipped)
    }
}
