import Messages
import Trading

// What became of our orders, by the evidence of readings.

extension Engine {
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
    mutating func compareOrders(
        _ index: Int, _ snapshot: AccountSnapshot, askedAt asked: Timestamp
    ) -> Int {
        let id = symbols[index].instrument.id
        let hasSamePosition = agreesOnPosition(index, snapshot)
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
            if order.isUnknown {
                judgeUnknown(order, snapshot, askedAt: asked, hasSamePosition)
            } else {
                doubts += judgeAbsence(of: order, snapshot)
            }
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
        _ = orders.update(order.id) { $0.absences += 1 }
        guard let order = orders.find(order.id) else { return 0 }
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
        case .outcomeUnknown, .filled, .canceled, .rejected, .expired, .denied, .withheld,
            .abandoned:
            return 0
        }
    }

    /// An order of unknown outcome that the reading does not list. Not being listed proves nothing: it may have filled,
    /// or be on its way. Only the venue's own word that it does not know it counts, and for an entry only when all else
    /// agrees too: fills (else it would not come to this), position, twice, and late enough that nothing can arrive any
    /// more.
    ///
    /// `asked` is a moment before which the reading was not begun.
    private mutating func judgeUnknown(
        _ order: LiveOrder, _ snapshot: AccountSnapshot, askedAt asked: Timestamp,
        _ hasSamePosition: Bool
    ) {
        guard snapshot.missing.contains(order.id) else { return forgetProof(of: order.id) }
        let closed = order.record.createdTime + configuration.receiveWindow
        switch order.record.purpose {
        case .protectiveStop, .target, .exit:
            // It cannot open anything, so it need not be proven away, and its successor is not kept waiting; it is only
            // watched until it cannot arrive any more.
            if let since = order.unknownSince, asked >= since {
                _ = orders.update(order.id) { $0.isDisowned = true }
            }
            if asked >= closed { move(order.id, .provenGone) }
        case .entry:
            guard hasSamePosition, asked >= closed + configuration.absenceAge else {
                return forgetProof(of: order.id)
            }
            guard let first = order.absentSince else {
                _ = orders.update(order.id) { $0.absentSince = asked }
                return
            }
            if asked - first >= configuration.absenceInterval { move(order.id, .provenGone) }
        }
    }

    private mutating func forgetProof(of id: ClientOrderID) {
        _ = orders.update(id) { $0.absentSince = nil }
    }

    /// The reading contradicts our fills: nothing in it counts as proof.
    mutating func forgetProofs(_ index: Int) {
        let id = symbols[index].instrument.id
        for order in orders.live where order.instrument == id && order.absentSince != nil {
            forgetProof(of: order.id)
        }
    }

    /// When orders of unknown outcome are worth another look; `nil` when there are none. A reading is dear, so the
    /// pace slows down from one a second to one in ten, but none is late that may be the last proof.
    func delayForUnknown() -> Duration? {
        let margin = Duration.milliseconds(100)
        var soonest: Duration?
        for order in orders.live where order.isUnknown {
            var delay = min(max(now - (order.unknownSince ?? now), .seconds(1)), .seconds(10))
            var provable = order.record.createdTime + configuration.receiveWindow
            if order.record.purpose == .entry { provable = provable + configuration.absenceAge }
            if let first = order.absentSince {
                provable = max(provable, first + configuration.absenceInterval)
            }
            if provable + margin > now { delay = min(delay, provable + margin - now) }
            soonest = min(soonest ?? delay, delay)
        }
        return soonest.map { max($0, .milliseconds(500)) }
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
