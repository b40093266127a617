package import Trading

/// The orders that raised risk lately: what the throttle and the duplicate check look at.
///
/// Remembers the last `capacity` orders; the oldest is forgotten first. Counts by UTC day.
package struct OrderHistory: Hashable, Sendable {
    /// Orders remembered; no throttle window can allow more.
    package static let capacity = 64

    private struct Entry: Hashable, Sendable {
        var time: Timestamp
        var instrument: InstrumentID
        var side: Side
        var quantity: Quantity
    }

    /// Oldest first, at most `capacity`.
    private var entries: [Entry] = []
    private var day: Timestamp = .distantPast
    private var countOfDay = 0

    package init() {
        entries.reserveCapacity(Self.capacity)
    }

    /// Remembers an order that was approved at `time`.
    package mutating func record(_ request: OrderRequest, at time: Timestamp) {
        let today = time.floor(to: .hours(24))
        if today != day {
            day = today
            countOfDay = 0
        }
        countOfDay += 1
        if entries.count == Self.capacity { entries.removeFirst() }
        entries.append(
            Entry(
                time: time, instrument: request.instrument, side: request.side,
                quantity: request.quantity))
    }

    /// Orders within the last `window`; an order exactly `window` old no longer counts.
    package func count(within window: Duration, at time: Timestamp) -> Int {
        entries.count { time - $0.time < window }
    }

    /// Orders in the UTC day of `time`.
    package func countToday(at time: Timestamp) -> Int {
        time.floor(to: .hours(24)) == day ? countOfDay : 0
    }

    /// The age of the latest order with the same instrument, side and quantity, or `nil`.
    package func ageOfTwin(of request: OrderRequest, at time: Timestamp) -> Duration? {
        for entry in entries.reversed()
        where entry.instrument == request.instrument && entry.side == request.side
            && entry.quantity == request.quantity
        {
            return time - entry.time
        }
        return nil
    }
}
