import CMath
import TestSupport
import Testing

@testable import Networks

private let actor = MLPShape(sizes: [4, 6, 5, 3])
private let critic = MLPShape(sizes: [4, 6, 5, 1])

private func numbers(_ count: Int, seed: UInt64) -> [Double] {
    var random = Seeded(seed)
    return (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
}

private let start = numbers(actor.count + critic.count, seed: 5)

/// 40 steps whose odds were up to 0.4 nats from those of the networks now: about half of them meet the clip.
private let batch = {
    var random = Seeded(21)
    var batch = PolicyBatch<Double>()
    batch.states = numbers(160, seed: 22)
    let networks = ActorCritic<Double>(actor: actor, critic: critic, capacity: 40)
    networks.load(start)
    networks.actor.forward(batch.states, rows: 40)
    var odds = ActionOdds(count: 3)
    for step in 0..<40 {
        odds.load(networks.actor.outputs + 3 * step)
        batch.actions.append(Int.random(in: 0..<3, using: &random))
        batch.logOdds.append(
            odds.logOdds[batch.actions[step]] + Double.random(in: -0.4...0.4, using: &random))
        batch.advantages.append(Double.random(in: -2...2, using: &random))
        batch.returns.append(Double.random(in: -1...1, using: &random))
    }
    return batch
}()

private let loss = PolicyLoss(PolicyConfiguration(stateCount: 4, actionCount: 3))

private func total(_ parameters: [Double], gradient: inout [Double]) -> (Double, PolicyLossSums) {
    let networks = ActorCritic<Double>(actor: actor, critic: critic, capacity: 40)
    networks.load(parameters)
    let sums = loss.learn(batch, networks)
    gradient = networks.gradient.map { $0 / 40 }
    return (loss.total(sums, count: 40), sums)
}

@Test(arguments: 0..<3)
func `the policy's gradient equals differences of its loss`(layer: Int) {
    var gradient: [Double] = []
    let (_, sums) = total(start, gradient: &gradient)
    // Both sides of the clip are looked at.
    #expect(sums.clipped > 8 && sums.clipped < 32)
    for (shape, offset) in [(actor, 0), (critic, actor.count)] {
        for range in [shape.weights(layer), shape.bias(layer)] {
            let place = offset + range.lowerBound..<offset + range.upperBound
            let error = GradientCheck.largestError(start, gradient: gradient, range: place) {
                var unused: [Double] = []
                return total($0, gradient: &unused).0
            }
            #expect(error < 1e-5, "layer \(layer): \(error)")
            #expect(gradient[place].contains { abs($0) > 1e-4 })
        }
    }
}

/// One step, logits 0, 0 and ln 2, so shares of 1/4, 1/4 and 1/2.
@Test(arguments: [
    // Old share of the action, advantage, −min(ratio × advantage, clipped × advantage).
    (0.5, 2.0, -2.0), (0.45, 2, -2 * 0.5 / 0.45), (0.25, 2, -2.4), (0.25, -1, 2), (1, 2, -1),
    (1, -1, 0.8),
])
func `the loss is that of the paper`(oldShare: Double, advantage: Double, expected: Double) {
    let networks = ActorCritic<Double>(
        actor: MLPShape(sizes: [1, 3]), critic: MLPShape(sizes: [1, 1]), capacity: 1)
    networks.load([0, 0, 0, 0, 0, narwhal_log(2), 0, 0.5])
    var batch = PolicyBatch<Double>()
    batch.states = [1]
    batch.actions = [2]
    batch.logOdds = [narwhal_log(oldShare)]
    batch.advantages = [advantage]
    batch.returns = [2]
    let sums = loss.learn(batch, networks)
    #expect(abs(sums.policy - expected) < 1e-12)
    #expect(abs(sums.value - 2.25) < 1e-12)
    // −¼ ln ¼ × 2 − ½ ln ½ = 1.5 ln 2.
    #expect(abs(sums.entropy - 1.5 * narwhal_log(2)) < 1e-12)
    #expect(
        abs(loss.total(sums, count: 1) - (expected + 0.5 * 2.25 - 0.015 * narwhal_log(2))) < 1e-12)
    // At 1.2 and 0.8 themselves an advantage that pushes outwards is held: no gradient but that of the entropy.
    let isHeld = abs(expected) != abs(advantage * 0.5 / oldShare)
    #expect(isHeld == (abs(networks.actor.gradient.values[2]) < 0.02))
}

@Test func `the layers compute what they say`() {
    let pass = MLPPass<Double>(MLPShape(sizes: [2, 2, 1]), capacity: 2)
    pass.load([1, -1, 0.5, 2, 0.1, -0.2, 3, -4, 0.7])
    pass.forward([0.3, 0.2, -1, 1], rows: 2)
    func slow(_ a: Double, _ b: Double) -> Double {
        3 * narwhal_tanh(a - b + 0.1) - 4 * narwhal_tanh(0.5 * a + 2 * b - 0.2) + 0.7
    }
    #expect(abs(pass.outputs[0] - slow(0.3, 0.2)) < 1e-14)
    #expect(abs(pass.outputs[1] - slow(-1, 1)) < 1e-14)
}

/// The sum over all later steps of the episode, written out, against the recursion.
@Test func `advantages are the sums of discounted surprises`() {
    var random = Seeded(31)
    var rollout = Rollout()
    for step in 0..<30 {
        rollout.values.append(Double.random(in: -1...1, using: &random))
        rollout.rewards.append(Double.random(in: -1...1, using: &random))
        rollout.isLast.append(step % 11 == 10 || step == 29)
        rollout.worthAfter.append(step == 10 || step == 29 ? 0.7 : 0)
    }
    rollout.reckon(discount: 0.9, lambda: 0.8)
    for step in 0..<30 {
        var (sum, factor) = (0.0, 1.0)
        for later in step..<30 {
            let next =
                rollout.isLast[later] ? rollout.worthAfter[later] : rollout.values[later + 1]
            sum += factor * (rollout.rewards[later] + 0.9 * next - rollout.values[later])
            factor *= 0.72
            if rollout.isLast[later] { break }
        }
        #expect(abs(rollout.batch.advantages[step] - sum) < 1e-12)
        #expect(abs(rollout.batch.returns[step] - sum - rollout.values[step]) < 1e-12)
    }
}

@Test func `a part of a rollout has advantages of mean 0 and spread 1, if they have one`() {
    var rollout = Rollout()
    rollout.batch.states = [1, 2, 3, 4, 5, 6]
    rollout.batch.actions = [0, 1, 2]
    rollout.batch.logOdds = [-1, -2, -3]
    rollout.batch.advantages = [10, 20, 60]
    rollout.batch.returns = [7, 8, 9]
    let part = rollout.part([2, 0], stateCount: 2, minSpread: 0.01)
    #expect(part.states == [5, 6, 1, 2] && part.actions == [2, 0] && part.returns == [9, 7])
    #expect(part.logOdds == [-3, -1])
    // Mean 35, sample deviation 25 √2.
    #expect(abs(part.advantages[0] - 1 / 2.0.squareRoot()) < 1e-8)
    #expect(abs(part.advantages[1] + 1 / 2.0.squareRoot()) < 1e-8)
    let small = rollout.part([2, 0], stateCount: 2, minSpread: 100)
    #expect(small.advantages == [0.25, -0.25])
}

@Test func `odds are the softmax and are drawn by their shares`() {
    var odds = ActionOdds(count: 3)
    var logits: [Double] = [700, 700 + narwhal_log(2), 700]
    odds.load(&logits)
    #expect(abs(odds.shares[1] - 0.5) < 1e-12 && abs(odds.logOdds[0] + narwhal_log(4)) < 1e-12)
    #expect(odds.action(at: 0) == 0 && odds.action(at: 0.2499) == 0)
    #expect(odds.action(at: 0.2501) == 1 && odds.action(at: 0.7499) == 1)
    #expect(odds.action(at: 0.9999999) == 2)
}

@Test func `moments are those of all states so far`() {
    var moments = RunningMoments(components: 2)
    #expect(moments.variance(0) == 1)
    for value: Float in [1, 2, 6] { moments.add([value, 5]) }
    // Mean 3, squares 4 + 1 + 9.
    #expect(abs(moments.mean[0] - 3) < 1e-12 && abs(moments.variance(0) - 14.0 / 3) < 1e-12)
    #expect(moments.mean[1] == 5 && moments.variance(1) == 1)
}
