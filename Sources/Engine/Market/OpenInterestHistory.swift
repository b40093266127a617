package import Trading

/// Open interest as the venue counted it, the last count of each five minutes, a bounded ring.
///
/// The five minutes end at, and include, the full five minutes of the venue's clock, so that a count that is stamped
/// with the end of a candle belongs to that candle.
package struct OpenInterestHistory: Sendable {
    package static let interval = Duration.minutes(5)

    private let capacity: Int
    private var ring: [OpenInterest] = []
    /// Where the oldest is once the ring is full.
    private var start = 0

    init(capacity: Int) {
        precondition(capacity > 0, "a history has room")
        self.capacity = capacity
    }

    /// Counts kept, at most the capacity.
    package var count: Int { ring.count }
    package var last: OpenInterest? { ring.isEmpty ? nil : self[ring.count - 1] }

    /// The count at `index`, oldest first, 0...count − 1.
    package subscript(index: Int) -> OpenInterest {
        precondition(index >= 0 && index < ring.count, "a count is asked for that is not kept")
        return ring[place(index)]
    }

    /// The index of the newest count that was made at or before `time`; −1 when there is none.
    ///
    /// - Complexity: one step a count that is later.
    package func newestIndex(asOf time: Timestamp) -> Int {
        var index = ring.count - 1
        while index >= 0, ring[place(index)].venueTime > time { index -= 1 }
        return index
    }

    /// Writes the count at `end`, five minutes before, ten ... in units of 10⁻⁸: each the last that was made by then,
    /// NaN when that was more than `maxAge` earlier.
    package func read(
        asOf end: Timestamp, maxAge: Duration, into counts: UnsafeMutableBufferPointer<Double>
    ) {
        var moment = end
        var index = newestIndex(asOf: end)
        for back in 0..<counts.count {
            while index >= 0, ring[place(index)].venueTime > moment { index -= 1 }
            counts[back] = .nan
            if index >= 0, moment - ring[place(index)].venueTime <= maxAge {
                counts[back] = Double(ring[place(index)].quantity.units)
            }
            moment = moment - Self.interval
        }
    }

    /// Takes a count that is later than all before; says whether it was.
    mutating func add(_ interest: OpenInterest) -> Bool {
        guard let last else {
            ring.append(interest)
            return true
        }
        guard interest.venueTime > last.venueTime else { return false }
        if Self.end(interest.venueTime) == Self.end(last.venueTime) {
            ring[place(ring.count - 1)] = interest
        } else if ring.count < capacity {
            ring.append(interest)
        } else {
            ring[start] = interest
            start = start + 1 == capacity ? 0 : start + 1
        }
        return true
    }

    private func place(_ index: Int) -> Int {
        let position = start + index
        return position < ring.count ? position : position - ring.count
    }

    /// The beginning of the five minutes whose end `time` is in or at.
    private static func end(_ time: Timestamp) -> Timestamp {
        (time - Duration(nanoseconds: 1)).floor(to: interval)
    }

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(ring.count)
        if let last {
            hasher.combine(last.quantity)
            hasher.combine(last.venueTime)
        }
    }
}
