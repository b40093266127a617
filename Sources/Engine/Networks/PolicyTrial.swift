package import Models

/// What a policy came to in one episode when it always takes its best action.
package struct PolicyTrial: Hashable, Sendable {
    package var reward = 0.0
    package var steps = 0
    /// How often each action was taken, by its index.
    package var actions: [Int]

    /// Runs an episode to its end, or for at most `maxSteps`, with the best action of a policy at every step.
    ///
    /// A policy that gives no answer takes action 0: for a trading policy, hold.
    package init<Environment: PolicyEnvironment>(
        of policy: PolicyNetwork, in environment: inout Environment, seed: UInt64,
        maxSteps: Int = .max
    ) {
        self.init(in: &environment, seed: seed, maxSteps: maxSteps) { state in
            policy.action(state.span) ?? 0
        }
    }

    /// The same with any rule instead of a policy.
    package init<Environment: PolicyEnvironment>(
        in environment: inout Environment, seed: UInt64, maxSteps: Int = .max,
        choose: (_ state: [Float]) -> Int
    ) {
        actions = Array(repeating: 0, count: environment.actionCount)
        var state = [Float](repeating: 0, count: environment.stateCount)
        environment.reset(seed: seed)
        while steps < maxSteps {
            environment.fill(&state)
            let action = choose(state)
            let result = environment.step(action)
            reward += result.reward
            steps += 1
            actions[action] += 1
            guard result.episode == .goesOn else { return }
        }
    }
}
