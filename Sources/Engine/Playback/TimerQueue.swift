package import Messages
package import Trading

/// The timers that the core has set, delivered by their time, and in the order of setting when times are equal.
///
/// A core has about a dozen of them, so a plain array is fast enough.
package struct TimerQueue: Sendable {
    private struct Entry: Sendable {
        var time: Timestamp
        var order: UInt64
        var timer: TimerID
    }

    private var entries: [Entry] = []
    private var count: UInt64 = 0
    /// The time of the earliest; the end of time when there is none.
    package private(set) var nextTime = Timestamp.distantFuture

    package init() {}

    /// Sets a timer anew; an earlier setting of the same timer is forgotten.
    package mutating func set(_ timer: TimerID, at time: Timestamp) {
        entries.removeAll { $0.timer == timer }
        count += 1
        entries.append(Entry(time: time, order: count, timer: timer))
        update()
    }

    /// Forgets a timer; nothing happens when it is not set.
    package mutating func cancel(_ timer: TimerID) {
        entries.removeAll { $0.timer == timer }
        update()
    }

    /// Takes out the earliest timer if it is due at `time`.
    package mutating func popDue(at time: Timestamp) -> (timer: TimerID, time: Timestamp)? {
        guard nextTime <= time else { return nil }
        var best = 0
        for index in entries.indices.dropFirst()
        where (entries[index].time, entries[index].order) < (
            entries[best].time, entries[best].order
        ) {
            best = index
        }
        let entry = entries.remove(at: best)
        update()
        return (entry.timer, entry.time)
    }

    private mutating func update() {
        var earliest = Timestamp.distantFuture
        for entry in entries where entry.time < earliest { earliest = entry.time }
        nextTime = earliest
    }
}
