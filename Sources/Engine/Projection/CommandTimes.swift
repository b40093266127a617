package import Messages
package import Trading

/// Wall times of the rungs that commands reach, for the ladder on the screen; engine time may run at another speed.
package struct CommandTimes: Sendable {
    package struct Rung: Hashable, Sendable {
        package var step: LadderStep
        /// Wall nanoseconds since the command was taken from its lane.
        package var after: Int64
        /// The event whose facts hold this rung; on disk when that is committed.
        package var sequence: UInt64
    }

    package struct Entry: Hashable, Sendable {
        package var id: CommandID
        package var acceptedWall: Timestamp
        package var rungs: [Rung]
        var origin: Int64
    }

    /// Oldest first, at most `capacity`: as many as the core remembers.
    package private(set) var entries: [Entry] = []
    package static let capacity = 256

    package init() {}

    /// A command was taken from its lane; a repeat of a known one changes nothing.
    package mutating func begin(_ id: CommandID, wall: Timestamp, monotonic: Int64) {
        guard !entries.contains(where: { $0.id == id }) else { return }
        entries.append(Entry(id: id, acceptedWall: wall, rungs: [], origin: monotonic))
        guard entries.count > Self.capacity else { return }
        // One that is through makes room before one that is still on its way.
        let isThrough: (Entry) -> Bool = { entry in
            entry.rungs.contains { $0.step == .completed || $0.step == .refused }
        }
        entries.remove(at: entries.firstIndex(where: isThrough) ?? 0)
    }

    /// A rung was reached in the answer to event `sequence`.
    package mutating func reach(
        _ id: CommandID, _ step: LadderStep, sequence: UInt64, monotonic: Int64
    ) {
        guard let index = entries.lastIndex(where: { $0.id == id }),
            !entries[index].rungs.contains(where: { $0.step == step })
        else { return }
        entries[index].rungs.append(
            Rung(step: step, after: monotonic - entries[index].origin, sequence: sequence))
    }
}
