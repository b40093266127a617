package import Trading

/// One rung that a command has reached, and when.
package struct LadderRung: Hashable, Sendable, Codable {
    package var step: LadderStep
    package var time: Timestamp

    package init(step: LadderStep, time: Timestamp) {
        self.step = step
        self.time = time
    }
}

/// A command with its ladder so far, whole; what a repeat of it is answered from.
package struct CommandRecord: Hashable, Sendable, Codable {
    package var envelope: CommandEnvelope
    /// The rungs reached, in the order in which they were.
    package var rungs: [LadderRung]
    /// Why it was refused; `nil` when it was not.
    package var refusal: CommandRefusal?

    package init(envelope: CommandEnvelope) {
        self.envelope = envelope
        rungs = []
        refusal = nil
    }

    /// Whether nothing more will happen to it.
    package var isFinished: Bool { refusal != nil || has(.completed) }

    package func has(_ step: LadderStep) -> Bool { rungs.contains { $0.step == step } }
    /// When it reached `step`; `nil` when it has not.
    package func time(of step: LadderStep) -> Timestamp? { rungs.first { $0.step == step }?.time }
}
