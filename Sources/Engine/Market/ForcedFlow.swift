package import Trading

/// The forced orders of the last hour by side, in steps of one second of venue time. A lower bound: venues publish only
/// some.
package struct ForcedFlow: Sendable {
    /// What was bought and sold by force in a span of time.
    package struct Sums: Hashable, Sendable {
        /// Shorts were liquidated.
        package var buy = Money.zero
        /// Longs were liquidated.
        package var sell = Money.zero

        package init() {}
    }

    private struct Second {
        var second: Int64
        var sums: Sums
    }

    /// The seconds of the longest window, an hour: no second is overwritten that a window still needs.
    private static let capacity = 3_600

    /// Seconds that had forced orders.
    private var ring: [Second] = []
    /// Where the oldest is once the ring is full.
    private var start = 0

    /// What was forced in the last `length`, at most an hour, before `time`.
    ///
    /// - Complexity: one step a second of the window that had forced orders.
    package func sums(over length: Duration, endingAt time: Timestamp) -> Sums {
        let newest = Self.second(of: time)
        let oldest = newest - length.nanoseconds / 1_000_000_000
        var result = Sums()
        var index = ring.count - 1
        while index >= 0 {
            let second = ring[place(index)]
            if second.second <= oldest { break }
            result.buy += second.sums.buy
            result.sell += second.sums.sell
            index -= 1
        }
        return result
    }

    /// Counts one forced order. One with an earlier time than the newest second is counted in the newest.
    mutating func add(_ side: Side, _ notional: Money, at time: Timestamp) {
        let second = Self.second(of: time)
        if ring.isEmpty || ring[place(ring.count - 1)].second < second {
            let new = Second(second: second, sums: Sums())
            if ring.count < Self.capacity {
                ring.append(new)
            } else {
                ring[start] = new
                start = start + 1 == Self.capacity ? 0 : start + 1
            }
        }
        let newest = place(ring.count - 1)
        switch side {
        case .buy: ring[newest].sums.buy += notional
        case .sell: ring[newest].sums.sell += notional
        }
    }

    private func place(_ index: Int) -> Int {
        let position = start + index
        return position < ring.count ? position : position - ring.count
    }

    private static func second(of time: Timestamp) -> Int64 {
        time.floor(to: .seconds(1)).nanoseconds / 1_000_000_000
    }
}
