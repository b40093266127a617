import Messages
import Trading

// What became of our orders, by the evidence of readings.

extension Engine {
    /// Two readings that prove an order absent lie at least this far apart.
    private static let absenceInterval = Duration.seconds(5)
    /// An entry cannot be proven absent earlier than this after it was sent.
    private static let absenceAge = Duration.seconds(60)

    /// The venue is asked for at most so many orders at once; the oldest come first.
    private static let maxQuestions = 64

    /// The orders whose outcome nobody knows, and those that the last reading did not list although they should be
    /// open.
    func questions() -> [OrderQuestion] {
        orders.live.filter { $0.isUnknown || $0.absences > 0 }.prefix(Self.maxQuestions).map {
            OrderQuestion(
                clientOrderID: $0.id, instrument: $0.instrument,
                isConditional: $0.record.request.kind.isConditional)
        }
    }

    /// Orders against the venue's list: the unknown are resolved by it; returns how many doubts are left.
    mutating func compareOrders(_ index: Int, _ snapshot: AccountSnapshot) -> Int {
        let id = symbols[index].instrument.id
        var doubts = 0
        for order in orders.live where order.instrument == id {
            if let seen = snapshot.openOrders.first(where: { $0.request.clientOrderID == order.id })
            {
                _ = orders.update(order.id) {
                    $0.record.venueOrderID = seen.venueOrderID
                    $0.seenOpenTime = snapshot.venueTime
                }
                let wasCanceling = order.record.state == .canceling
                move(order.id, .seenOpen)
                if wasCanceling { sendCancel(of: order) }
                continue
            }
            doubts += judgeAbsence(of: order, snapshot)
        }
        for seen in snapshot.openOrders where seen.request.instrument == id {
            guard seen.request.clientOrderID.isOurs else { continue }
            if let known = orders.find(seen.request.clientOrderID) {
                // It ended here and lives there: it must not stay.
                if !known.isLive { sendCancel(of: known) }
            } else {
                adoptOrder(seen)
            }
        }
        return doubts
    }

    /// An order that the venue does not list. Returns whether that leaves a doubt.
    private mutating func judgeAbsence(of order: LiveOrder, _ snapshot: AccountSnapshot) -> Int {
        let time = now
        _ = orders.update(order.id) {
            $0.absences += 1
            $0.firstAbsence = $0.firstAbsence ?? time
        }
        guard let order = orders.find(order.id) else { return 0 }
        let sinceFirst = order.firstAbsence.map { now - $0 } ?? .zero
        switch order.record.state {
        // Its answer is on its way; its timeout watches.
        case .intended, .submitting, .canceling: return 0
        case .resting, .partiallyFilled:
            // It was open at a time that the reading covers: it is gone. A stop must be replaced at once.
            guard let seen = order.seenOpenTime, snapshot.venueTime > seen else { return 0 }
            if order.record.purpose != .protectiveStop && order.absences < 2 { return 1 }
            if order.absences < 2 && snapshot.venueTime - seen < .milliseconds(500) { return 1 }
            move(order.id, .provenGone)
            return 0
        case .outcomeUnknown:
            if order.record.purpose == .entry {
                guard order.absences >= 2, sinceFirst >= Self.absenceInterval,
                    now - order.record.createdTime >= Self.absenceAge
                else { return 0 }
            }
            // A reduce-only order that is sent twice cannot open anything: one reading is enough.
            move(order.id, .provenGone)
            return 0
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned: return 0
        }
    }

    /// An order of an earlier life of ours: a stop of an open position is kept, everything else goes.
    private mutating func adoptOrder(_ seen: VenueOrder) {
        let index = Int(seen.request.instrument.index)
        let isStop: Bool
        switch seen.request.kind {
        case .stopMarket: isStop = seen.request.isReduceOnly
        case .market, .limit, .takeProfitMarket: isStop = false
        }
        let purpose: OrderPurpose =
            isStop ? .protectiveStop : seen.request.isReduceOnly ? .target : .entry
        var order = LiveOrder(
            record: OrderRecord(
                request: seen.request, purpose: purpose, state: .resting,
                venueOrderID: seen.venueOrderID, filledQuantity: seen.filledQuantity,
                filledNotional: .zero, createdTime: now, changedTime: now))
        order.seenOpenTime = now
        orders.add(order)
        record(.orderChanged(order.record))
        if isStop && symbols[index].position?.record.direction.exitSide == seen.request.side {
            return
        }
        cancel(order.id)
    }
}
