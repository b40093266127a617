/// A world in which a policy learns: it is in a state, an action is taken, a reward follows.
///
/// The same seed and actions must lead to the same states and rewards.
package protocol PolicyEnvironment {
    /// Values of a state.
    var stateCount: Int { get }
    var actionCount: Int { get }
    /// Begins an episode.
    mutating func reset(seed: UInt64)
    /// Writes the state of now; all values are finite, `state` has `stateCount` of them.
    func fill(_ state: inout [Float])
    /// Takes the action with this index.
    mutating func step(_ action: Int) -> PolicyStep
}

/// What came of an action.
package struct PolicyStep: Hashable, Sendable {
    package enum Episode: Hashable, Sendable {
        case goesOn
        /// Cut off from outside; what would have followed still counts.
        case cut
        /// Over: nothing can follow.
        case ended
    }

    package var reward: Double
    package var episode: Episode

    package init(reward: Double, episode: Episode) {
        self.reward = reward
        self.episode = episode
    }
}
