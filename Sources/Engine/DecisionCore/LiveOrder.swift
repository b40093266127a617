package import Messages
package import Trading

/// One of our orders with what the engine must remember beside its record.
package struct LiveOrder: Sendable {
    package internal(set) var record: OrderRecord
    /// Since when its outcome is unknown; `nil` while it is known.
    package internal(set) var unknownSince: Timestamp?
    /// The venue's time of the report that said it is open; `nil` before.
    package internal(set) var seenOpenTime: Timestamp?
    /// Complete readings of the account that did not list it although they should have.
    package internal(set) var absences = 0
    /// When the first of the readings was asked for that prove, one after the other, that it never reached the venue;
    /// `nil` while none does, and again as soon as one contradicts.
    package internal(set) var absentSince: Timestamp?
    /// The venue has said, after its outcome became unknown, that it does not know it.
    package internal(set) var isDisowned = false
    /// A contradiction was reported; the next ones only count.
    package internal(set) var didReportRefusal = false

    init(record: OrderRecord) { self.record = record }

    package var id: ClientOrderID { record.request.clientOrderID }
    package var instrument: InstrumentID { record.request.instrument }
    package var isLive: Bool { !record.state.isTerminal }
    package var rest: Quantity { record.request.quantity.subtracting(record.filledQuantity) }

    /// Whether the venue has said that it has the order and nobody has asked to cancel it.
    package var isConfirmedOpen: Bool {
        switch record.state {
        case .resting, .partiallyFilled: true
        case .intended, .submitting, .canceling, .outcomeUnknown: false
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned: false
        }
    }

    /// Whether it is on its way to the venue or open there, and is to stay so.
    package var isWanted: Bool {
        switch record.state {
        case .intended, .submitting, .resting, .partiallyFilled: true
        case .canceling, .outcomeUnknown: false
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned: false
        }
    }

    package var isUnknown: Bool { record.state == .outcomeUnknown }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(record)
        hasher.combine(unknownSince?.nanoseconds ?? -1)
        hasher.combine(absences)
        hasher.combine(absentSince?.nanoseconds ?? -1)
        hasher.combine(isDisowned)
    }
}

/// Our orders: the live ones, and the last ended ones, since reports of them may still come.
package struct OrderTable: Sendable {
    /// Oldest first.
    package private(set) var live: [LiveOrder] = []
    /// Oldest first, at most `maxEnded`.
    package private(set) var ended: [LiveOrder] = []

    static let maxEnded = 256

    mutating func add(_ order: LiveOrder) { live.append(order) }

    func find(_ id: ClientOrderID) -> LiveOrder? {
        live.last { $0.id == id } ?? ended.last { $0.id == id }
    }

    /// Changes the order called `id`; a live one that has ended by it moves to the ended ones. `nil` when unknown.
    mutating func update<Result>(_ id: ClientOrderID, _ change: (inout LiveOrder) -> Result)
        -> Result?
    {
        if let index = live.lastIndex(where: { $0.id == id }) {
            let result = change(&live[index])
            if !live[index].isLive {
                ended.append(live.remove(at: index))
                if ended.count > Self.maxEnded { ended.removeFirst() }
            }
            return result
        }
        if let index = ended.lastIndex(where: { $0.id == id }) { return change(&ended[index]) }
        return nil
    }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(live.count)
        for order in live { order.hash(into: &hasher) }
        hasher.combine(ended.count)
        if let last = ended.last { last.hash(into: &hasher) }
    }
}
