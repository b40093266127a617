import BinanceFormat
import Trading

/// What this run has been told of our orders, so that the engine hears each fill once and each end after its fills.
///
/// An end that came before its fills would let the engine act on a rest that has long traded. So an end says how much the
/// order filled, and waits here until that much was told.
struct OrderTracker: Sendable {
    /// An end, or a whole fill, whose fills have not all been told.
    struct Ending: Hashable, Sendable {
        /// `nil` when the order filled whole: then its last fill is its end.
        var kind: OrderReportKind?
        var executed: Quantity
        var time: Timestamp
        /// Readings of the venue's history that did not bring what is missing.
        var tries = 0
    }

    struct Order: Hashable, Sendable {
        let id: ClientOrderID
        let instrument: InstrumentID
        let isConditional: Bool
        /// Whether it was placed by this run: then every fill of it goes through here.
        let isWhole: Bool
        /// Whether it raises risk and a rest of it can stay in the book.
        var isRestingEntry = false
        /// Of the fills that were told.
        var told = Quantity.zero
        /// The venue's time of the first word that it is open; `nil` before.
        var openTime: Timestamp?
        var hasTriggered = false
        var hasEnded = false
        var ending: Ending?
    }

    private struct VenueKey: Hashable {
        let instrument: InstrumentID
        let id: VenueOrderID
    }

    static let capacity = 4_096
    /// Readings of the history after which a missing fill is given up: the next reading of the account will show it.
    static let maxTries = 8

    private var orders: [ClientOrderID: Order] = [:]
    /// In the order of their appearance, oldest first.
    private var order: [ClientOrderID] = []
    private var names: [VenueKey: String] = [:]
    private var nameOrder: [VenueKey] = []
    /// Forced orders that were told of.
    private var forced: [VenueKey] = []

    init() {}

    func find(_ id: ClientOrderID) -> Order? { orders[id] }

    /// The orders that the venue has said to be open and that have not ended, oldest first.
    var open: [Order] {
        order.compactMap { orders[$0] }.filter { $0.openTime != nil && !$0.hasEnded }
    }

    /// The orders whose end waits for fills, oldest first.
    func waiting(_ instrument: InstrumentID? = nil) -> [Order] {
        order.compactMap { orders[$0] }.filter {
            $0.ending != nil && (instrument == nil || $0.instrument == instrument)
        }
    }

    /// Entries that may rest at the venue and have not ended, those of unknown outcome among them.
    func restingEntries(_ instrument: InstrumentID) -> Int {
        order.count { id in
            guard let known = orders[id] else { return false }
            return known.instrument == instrument && known.isRestingEntry && !known.hasEnded
        }
    }

    // MARK: Beginnings

    mutating func place(_ request: OrderRequest) {
        insert(
            Order(
                id: request.clientOrderID, instrument: request.instrument,
                isConditional: request.kind.isConditional, isWhole: true,
                isRestingEntry: !request.isReduceOnly && request.mayRest))
    }

    /// Takes note of an order of ours from an earlier run, or changes nothing when it is known.
    mutating func meet(_ id: ClientOrderID, _ instrument: InstrumentID, isConditional: Bool) {
        guard orders[id] == nil else { return }
        insert(
            Order(id: id, instrument: instrument, isConditional: isConditional, isWhole: false))
    }

    private mutating func insert(_ new: Order) {
        if orders[new.id] == nil { order.append(new.id) }
        orders[new.id] = new
        // The oldest that has ended goes first; when all are open the oldest goes.
        if order.count > Self.capacity {
            let place = order.firstIndex { orders[$0]?.hasEnded ?? true } ?? 0
            orders[order.remove(at: place)] = nil
        }
    }

    // MARK: Names

    /// Remembers under which client order id the matching engine has an order, ours or not. What is known to be ours
    /// stays so: a fired stop may carry another name in the matching engine than at the algo service.
    mutating func link(_ venueID: VenueOrderID, _ instrument: InstrumentID, to name: String) {
        let key = VenueKey(instrument: instrument, id: venueID)
        if let known = names[key], AccountSession.ourID(known) != nil { return }
        if names.updateValue(name, forKey: key) == nil { nameOrder.append(key) }
        if nameOrder.count > Self.capacity { names[nameOrder.removeFirst()] = nil }
    }

    func name(of venueID: VenueOrderID, _ instrument: InstrumentID) -> String? {
        names[VenueKey(instrument: instrument, id: venueID)]
    }

    /// Whether this forced order is told of for the first time.
    mutating func isNewForced(_ venueID: VenueOrderID, _ instrument: InstrumentID) -> Bool {
        let key = VenueKey(instrument: instrument, id: venueID)
        if forced.contains(key) { return false }
        forced.append(key)
        if forced.count > 64 { forced.removeFirst() }
        return true
    }

    // MARK: What happens to an order

    /// The venue has it open. `venueID` is the algo id of a conditional one.
    mutating func accepted(
        _ id: ClientOrderID, _ venueID: VenueOrderID, at time: Timestamp
    ) -> [OrderReport] {
        guard let known = orders[id] else { return [] }
        // Told also after the end: the engine knows late words from contradictions.
        if !known.hasEnded { orders[id]?.openTime = known.openTime ?? time }
        return [report(known, .accepted(venueID), time)]
    }

    mutating func triggered(_ id: ClientOrderID, at time: Timestamp) -> [OrderReport] {
        guard let known = orders[id], !known.hasTriggered, !known.hasEnded else { return [] }
        orders[id]?.hasTriggered = true
        orders[id]?.openTime = known.openTime ?? time
        return [report(known, .triggered, time)]
    }

    mutating func rejected(
        _ id: ClientOrderID, _ reason: RejectReason, at time: Timestamp
    ) -> [OrderReport] {
        guard let known = orders[id], !known.hasEnded else { return [] }
        orders[id]?.hasEnded = true
        return [report(known, .rejected(reason), time)]
    }

    mutating func withheld(_ id: ClientOrderID, at time: Timestamp) -> [OrderReport] {
        guard let known = orders[id], !known.hasEnded else { return [] }
        orders[id]?.hasEnded = true
        return [report(known, .withheld, time)]
    }

    /// A fill that was not told before.
    mutating func filled(_ id: ClientOrderID, _ fill: Fill) -> [OrderReport] {
        guard let known = orders[id] else { return [] }
        let (units, overflow) = known.told.units.addingReportingOverflow(fill.quantity.units)
        orders[id]?.told = Quantity(units: overflow ? .max : units)
        return [report(known, .filled(fill), fill.venueTime)] + settle(id)
    }

    /// It is over: canceled, expired, or (`nil`) filled whole; `executed` is all that it ever filled. The report waits for
    /// the fills that were not told; an order of an earlier run waits for one reading of the history.
    mutating func ended(
        _ id: ClientOrderID, _ kind: OrderReportKind?, executed: Quantity, at time: Timestamp
    ) -> [OrderReport] {
        guard let known = orders[id], !known.hasEnded else { return [] }
        // Of two words for one end the first stays; the larger filling counts.
        if let before = known.ending {
            orders[id]?.ending?.executed = max(before.executed, executed)
            orders[id]?.ending?.kind = before.kind ?? kind
        } else {
            orders[id]?.ending = Ending(kind: kind, executed: executed, time: time)
        }
        return settle(id)
    }

    private mutating func settle(_ id: ClientOrderID) -> [OrderReport] {
        guard let known = orders[id], let ending = known.ending else { return [] }
        guard ending.executed.isZero || (known.isWhole && known.told >= ending.executed) else {
            return []
        }
        return finish(known, ending)
    }

    private mutating func finish(_ known: Order, _ ending: Ending) -> [OrderReport] {
        orders[known.id]?.ending = nil
        orders[known.id]?.hasEnded = true
        return ending.kind.map { [report(known, $0, ending.time)] } ?? []
    }

    /// The venue's history of `instrument` was read and told. Answers the ends that need not wait any longer, and the
    /// orders whose fills the history did not bring although it was read again and again.
    mutating func historyTold(
        _ instrument: InstrumentID
    ) -> (reports: [OrderReport], givenUp: [ClientOrderID]) {
        var reports: [OrderReport] = []
        var givenUp: [ClientOrderID] = []
        for known in waiting(instrument) {
            guard let ending = known.ending else { continue }
            if known.isWhole, known.told < ending.executed {
                orders[known.id]?.ending?.tries += 1
                guard ending.tries + 1 >= Self.maxTries else { continue }
                givenUp.append(known.id)
            }
            reports += finish(known, ending)
        }
        return (reports, givenUp)
    }

    private func report(
        _ order: Order, _ kind: OrderReportKind, _ time: Timestamp
    ) -> OrderReport {
        OrderReport(
            clientOrderID: order.id, instrument: order.instrument, kind: kind, venueTime: time)
    }
}
