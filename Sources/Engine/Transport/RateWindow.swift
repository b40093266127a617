import Trading

/// What was taken within one interval, in slots of a twentieth of it.
struct RateWindow: Hashable {
    private struct Slot: Hashable {
        /// When all of the slot is older than the interval.
        let expiry: Timestamp
        var amount: Int
    }

    private static let slotsPerInterval: Int64 = 20

    var limit: RateBudget.Limit
    /// Oldest first; at most one more than there are slots in the interval, and the observed ones fall into the same.
    private var slots: [Slot] = []
    private var now: Timestamp = .distantPast
    private(set) var used = 0

    init(_ limit: RateBudget.Limit) { self.limit = limit }

    mutating func forget(before time: Timestamp) {
        now = time
        while let oldest = slots.first, oldest.expiry <= time {
            used -= oldest.amount
            slots.removeFirst()
        }
    }

    /// How long until `amount` fits, or `nil` when it never does.
    mutating func wait(
        for amount: Int, _ priority: RateBudget.Priority, at time: Timestamp
    ) -> Trading.Duration? {
        forget(before: time)
        let most =
            switch priority {
            case .lowersRisk: limit.most
            case .normal: limit.most - limit.reserved
            case .background: (limit.most - limit.reserved) / 2
            }
        guard amount <= most else { return nil }
        var rest = used
        for slot in slots {
            if rest <= most - amount { break }
            rest -= slot.amount
            if rest <= most - amount { return slot.expiry - time }
        }
        return .zero
    }

    mutating func add(_ amount: Int) {
        guard amount > 0 else { return }
        let step = Trading.Duration(
            nanoseconds: max(1, limit.interval.nanoseconds / Self.slotsPerInterval))
        let expiry = now.floor(to: step) + step + limit.interval
        // Not beyond what a venue can count, so that garbage in a header cannot overflow the sum.
        let counted = min(amount, Int(Int32.max) - min(used, Int(Int32.max)))
        if slots.last?.expiry == expiry {
            slots[slots.count - 1].amount += counted
        } else {
            slots.append(Slot(expiry: expiry, amount: counted))
        }
        used += counted
    }

    mutating func observe(used theirs: Int, at time: Timestamp) {
        forget(before: time)
        let (more, overflow) = theirs.subtractingReportingOverflow(used)
        if !overflow { add(more) }
    }
}
