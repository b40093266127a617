import Messages
package import Risk
import Synchronization
package import Trading

/// A venue as the decision thread knows it. Nothing here waits; what comes of it comes through the lanes.
package protocol Venue: AnyObject, Sendable {
    /// Begins to live: reads the account first, the market next.
    func start()
    /// Sends an order once, if `permit` still answers true in the moment before its bytes leave. Otherwise the order is
    /// told to be withheld.
    func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool)
    /// Asks for the end of an order of ours.
    func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool)
    /// Asks for the end of an order that is not ours, by the venue's id.
    func cancelForeign(_ order: ForeignOrder)
    /// Asks for one complete reading of the account and for the orders of `questions`; what is known of these comes
    /// as order events, then the reading as an account event.
    func readAccount(asking questions: [OrderQuestion])
    /// Ends it and waits for that. Orders at the venue stay.
    func stop()
}

extension Lanes {
    /// Tells that an order did not leave.
    func withhold(_ request: OrderRequest, at time: Timestamp) {
        send(
            .order(
                OrderReport(
                    clientOrderID: request.clientOrderID, instrument: request.instrument,
                    kind: .withheld, venueTime: time)), at: time)
    }
}

/// The gate's epoch where every thread can read it: the decision thread sets it before anything of the same answer
/// leaves, a session asks it immediately before the bytes of an order that raises risk.
package final class GateWatch: Sendable {
    private let epoch: Atomic<UInt64>

    package init(_ epoch: GateEpoch) { self.epoch = Atomic(epoch.value) }

    /// The gate is in this epoch from now on.
    package func set(_ epoch: GateEpoch) { self.epoch.store(epoch.value, ordering: .releasing) }

    /// Whether an order approved in `epoch` may still leave; one that lowers risk, with `nil`, always may.
    package func permit(_ approved: GateEpoch?) -> @Sendable () -> Bool {
        guard let approved else { return { true } }
        return { [self] in epoch.load(ordering: .acquiring) == approved.value }
    }
}
