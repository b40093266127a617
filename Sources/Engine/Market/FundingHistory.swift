package import Trading

/// The settled fundings, a bounded list.
package struct FundingHistory: Sendable {
    private let capacity: Int
    /// Oldest first.
    private var settlements: [FundingSettlement] = []

    init(capacity: Int) {
        precondition(capacity > 0, "a history has room")
        self.capacity = capacity
    }

    /// Settlements kept, at most the capacity.
    package var count: Int { settlements.count }
    package var last: FundingSettlement? { settlements.last }

    /// The settlement at `index`, oldest first, 0...count − 1.
    package subscript(index: Int) -> FundingSettlement {
        precondition(
            index >= 0 && index < settlements.count, "a settlement is asked for that is not kept")
        return settlements[index]
    }

    /// The index of the newest settlement at or before `time`; −1 when there is none.
    package func newestIndex(asOf time: Timestamp) -> Int {
        var index = settlements.count - 1
        while index >= 0, settlements[index].venueTime > time { index -= 1 }
        return index
    }

    /// Takes a settlement that is later than all before; says whether it was.
    ///
    /// - Complexity: linear in the capacity, a few times a day.
    mutating func add(_ settlement: FundingSettlement) -> Bool {
        if let last, settlement.venueTime <= last.venueTime { return false }
        if settlements.count == capacity { settlements.removeFirst() }
        settlements.append(settlement)
        return true
    }

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(settlements.count)
        if let last {
            hasher.combine(last.rate.units)
            hasher.combine(last.venueTime)
        }
    }
}
