package import Risk
package import Trading

/// Orders that wait for their intent to be on disk, oldest first.
///
/// Risk-raising orders leave after the commit, and only while the gate is still in the epoch of their approval and the
/// market that they were decided on is young: after `entryLimit` they are withheld. Orders that lower risk leave after
/// the commit or `promptLimit`, whichever is first.
package struct Performer: Sendable {
    /// What is to be done with one waiting order.
    package enum Release: Hashable, Sendable {
        /// Hand it to the venue; `isDurable` says whether its intent was on disk by then, `epoch` in which epoch of the
        /// gate it was approved, `nil` for one that lowers risk.
        case send(OrderRequest, isDurable: Bool, epoch: GateEpoch?)
        /// The gate closed after its approval, or its commit took too long: tell the core that it never left.
        case withhold(OrderRequest)
    }

    private struct Waiting: Sendable {
        var order: ApprovedOrder
        var sequence: UInt64
        /// Monotonic nanoseconds at which a risk-lowering order leaves anyway, and any other is withheld.
        var deadline: Int64
    }

    /// How long a close, cancel or stop may wait for its record.
    package static let promptLimitNanoseconds: Int64 = 5_000_000
    /// How long an entry may wait for its record.
    package static let entryLimitNanoseconds: Int64 = 1_000_000_000

    private var waiting: [Waiting] = []

    package init() {}

    package var isEmpty: Bool { waiting.isEmpty }

    /// Takes an order whose intent was appended under `sequence`.
    package mutating func add(_ order: ApprovedOrder, sequence: UInt64, now: Int64) {
        let limit =
            switch order.durability {
            case .promptly: Self.promptLimitNanoseconds
            case .afterCommit: Self.entryLimitNanoseconds
            }
        waiting.append(Waiting(order: order, sequence: sequence, deadline: now + limit))
    }

    /// Monotonic nanoseconds at which something is released without its commit; `nil` when nothing waits.
    package var nextDeadline: Int64? {
        waiting.lazy.map(\.deadline).min()
    }

    /// Takes out what may leave now, in the order of submission.
    ///
    /// `committed` is the last sequence on disk, `epoch` the gate's epoch at this very moment.
    package mutating func release(committed: UInt64, epoch: GateEpoch, now: Int64) -> [Release] {
        guard !waiting.isEmpty else { return [] }
        var released: [Release] = []
        var kept: [Waiting] = []
        for item in waiting {
            let isDurable = item.sequence <= committed
            switch item.order.durability {
            case .afterCommit(let approved) where approved != epoch || now >= item.deadline:
                released.append(.withhold(item.order.request))
            case .afterCommit(let approved):
                if isDurable {
                    released.append(.send(item.order.request, isDurable: true, epoch: approved))
                } else {
                    kept.append(item)
                }
            case .promptly:
                if isDurable || now >= item.deadline {
                    released.append(.send(item.order.request, isDurable: isDurable, epoch: nil))
                } else {
                    kept.append(item)
                }
            }
        }
        waiting = kept
        return released
    }

    /// Drops an order that was canceled before it left; `true` when it was still here.
    package mutating func withdraw(_ id: ClientOrderID) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.order.request.clientOrderID == id }) else {
            return false
        }
        waiting.remove(at: index)
        return true
    }

    /// Takes out everything that still waits, in the order of submission.
    package mutating func removeAll() -> [OrderRequest] {
        defer { waiting = [] }
        return waiting.map(\.order.request)
    }

    /// Takes out every order that raises risk: at the end none of them may leave.
    package mutating func removeEntries() -> [OrderRequest] {
        var removed: [OrderRequest] = []
        waiting.removeAll { item in
            guard item.order.durability != .promptly else { return false }
            removed.append(item.order.request)
            return true
        }
        return removed
    }
}
