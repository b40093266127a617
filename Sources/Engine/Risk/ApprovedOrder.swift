package import Trading

/// The number of the trading gate; pausing, flattening, halting and killing raise it.
///
/// Every order that raises risk carries the epoch in which it was approved; the performer compares it with the
/// current one immediately before it writes to the venue, and withholds the order when they differ.
package struct GateEpoch: Hashable, Comparable, Sendable, Codable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
    package static func < (left: GateEpoch, right: GateEpoch) -> Bool { left.value < right.value }
    package var next: GateEpoch { GateEpoch(value + 1) }
}

/// When an order may leave, relative to the commit of its intent.
package enum DurabilityClass: Hashable, Sendable, Codable {
    /// Raises risk: leaves only after its intent is committed, and only in this gate epoch.
    case afterCommit(GateEpoch)
    /// Lowers risk: waits at most 5 ms for the commit, then leaves and is recorded as not durable.
    case promptly
}

/// An order that Risk has permitted; nothing else can be submitted, and nobody else can make one.
package struct ApprovedOrder: Hashable, Sendable {
    package let request: OrderRequest
    package let purpose: OrderPurpose
    package let durability: DurabilityClass

    init(request: OrderRequest, purpose: OrderPurpose, durability: DurabilityClass) {
        precondition(
            purpose.raisesRisk != (durability == .promptly),
            "an order leaves before its commit only when it lowers risk")
        self.request = request
        self.purpose = purpose
        self.durability = durability
    }
}
