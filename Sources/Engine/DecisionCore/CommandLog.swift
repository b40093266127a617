package import Messages
import Trading

/// The commands with their ladders: a repeated id is answered from here and does nothing new.
///
/// Bounded: at most `capacity` are kept. The oldest finished ones are forgotten first, and a kill last.
package struct CommandLog: Sendable {
    /// Oldest first.
    package private(set) var records: [CommandRecord] = []

    static let capacity = 256

    init(_ records: [CommandRecord] = []) { self.records = records }

    /// The command of this id and kind: two commands under one id are two commands, so that a client that counts anew
    /// cannot have its kill taken for an old pause.
    func index(of envelope: CommandEnvelope) -> Int? {
        records.lastIndex {
            $0.envelope.id == envelope.id && $0.envelope.command == envelope.command
        }
    }

    /// Adds a command and returns where it stands.
    mutating func add(_ envelope: CommandEnvelope) -> Int {
        if records.count >= Self.capacity {
            let oldest =
                records.firstIndex { $0.isFinished }
                ?? records.firstIndex { $0.envelope.command != .kill } ?? 0
            records.remove(at: oldest)
        }
        records.append(CommandRecord(envelope: envelope))
        return records.count - 1
    }

    /// Notes a rung; says whether it is new.
    mutating func reach(_ step: LadderStep, at time: Timestamp, index: Int) -> Bool {
        guard !records[index].has(step) else { return false }
        records[index].rungs.append(LadderRung(step: step, time: time))
        return true
    }

    mutating func refuse(_ refusal: CommandRefusal, at time: Timestamp, index: Int) {
        records[index].refusal = refusal
        records[index].rungs.append(LadderRung(step: .refused, time: time))
    }

    var hasOpen: Bool { records.contains { !$0.isFinished } }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(records.count)
        for record in records {
            hasher.combine(record.envelope.id.description)
            hasher.combine(record.envelope.command.text)
            hasher.combine(record.rungs.count)
            for rung in record.rungs {
                hasher.combine(rung.step.rawValue)
                hasher.combine(rung.time)
            }
        }
    }
}
