package import DecisionCore
package import Messages
package import Trading

/// One event of a recorded run, with the rolling hash of all actions up to and with its own.
package struct AuditRecord: Hashable, Sendable {
    package var event: Event
    package var actionHash: UInt64

    package init(event: Event, actionHash: UInt64) {
        self.event = event
        self.actionHash = actionHash
    }
}

/// The first place where a replay did something else than the recorded run.
package struct AuditDifference: Hashable, Sendable {
    package var sequence: UInt64
    package var time: Timestamp
    package var recordedHash: UInt64
    package var replayedHash: UInt64
    /// What the replay did at that event.
    package var actions: [Action]
}

/// Gives a core the recorded events again and compares what it does.
package struct AuditReplay: Sendable {
    package private(set) var engine: Engine
    /// Events compared so far.
    package private(set) var count = 0
    /// The first difference; `nil` while there is none.
    package private(set) var difference: AuditDifference?

    /// Takes a core in the state in which the recorded run began.
    package init(engine: Engine) { self.engine = engine }

    /// Replays one event; says whether it was equal. After the first difference nothing is compared any more.
    @discardableResult
    package mutating func replay(_ record: AuditRecord) -> Bool {
        guard difference == nil else { return false }
        let actions = engine.process(record.event)
        count += 1
        guard engine.actionHash != record.actionHash else { return true }
        difference = AuditDifference(
            sequence: record.event.sequence, time: record.event.time,
            recordedHash: record.actionHash, replayedHash: engine.actionHash, actions: actions)
        return false
    }
}
