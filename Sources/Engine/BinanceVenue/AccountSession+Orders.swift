import BinanceFormat
import Messages
import Trading
import Transport

/// One order on its way to the venue.
struct Placing: Hashable, Sendable {
    let request: OrderRequest
    let place: Int
    let since: Timestamp
    /// Not at the venue: it waits to be sent, after a try that certainly did nothing or before the first.
    var isWaiting = false
    var didMeasureClock = false
    /// A cancel came before the answer and did not find it.
    var isUnwanted = false
}

/// One cancel on its way to the venue.
struct Canceling: Hashable, Sendable {
    let id: ClientOrderID
    let place: Int
    let isConditional: Bool
    let since: Timestamp
    /// Which of the venue's two order worlds was asked last.
    var isAlgo = false
    var didMeasureClock = false
}

extension AccountSession {
    /// Orders that may be on their way at once; more are withheld.
    private static let maxPlacings = 256

    // MARK: Placing

    mutating func submit(_ request: OrderRequest, _ now: AccountMoment) {
        let id = request.clientOrderID
        guard let place = place(of: request.instrument), !isStopped, placings[id] == nil,
            tracker.find(id) == nil, placings.count < Self.maxPlacings
        else {
            counters.withheldOrders += 1
            effects.append(.dropPermit(id))
            return tell([
                OrderReport(
                    clientOrderID: id, instrument: request.instrument, kind: .withheld,
                    venueTime: now.venue)
            ])
        }
        tracker.place(request)
        placings[id] = Placing(request: request, place: place, since: now.wall)
        send(id)
    }

    private mutating func send(_ id: ClientOrderID) {
        guard let placing = placings[id] else { return }
        placings[id]?.isWaiting = false
        counters.ordersPlaced += 1
        effects.append(
            .ask(.place(id), .place(placing.request, symbol: symbol(placing.place))))
    }

    mutating func placed(
        _ id: ClientOrderID, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        guard let placing = placings[id] else { return }
        let isPatient = placing.request.isReduceOnly
        let deadline = placing.since + configuration.patience
        switch PlacingVerdict(outcome) {
        case .taken: taken(placing, outcome, now)
        case .refused(let reason): refuse(id, reason, now)
        case .withheld: withhold(id, now)
        case .unknown: lose(id, now)
        case .notYet(let wait, let reason):
            guard isPatient, !isStopped, !placing.isUnwanted else {
                // Nobody wants an old entry: it is decided anew.
                return reason == .throttled && !outcome.wasAnswered
                    ? withhold(id, now) : refuse(id, reason, now)
            }
            guard now.wall < deadline else { return withhold(id, now) }
            placings[id]?.isWaiting = true
            effects.append(
                .wake(.place(id), after: min(wait, max(.milliseconds(1), deadline - now.wall))))
        case .clockWasOff(let reason):
            guard isPatient, !placing.didMeasureClock, !placing.isUnwanted, !isStopped else {
                return refuse(id, reason, now)
            }
            placings[id]?.didMeasureClock = true
            placings[id]?.isWaiting = true
            effects.append(.measureClock(then: .place(id)))
        }
    }

    /// What waited may go now, or has waited too long.
    mutating func placeAgain(_ id: ClientOrderID, _ now: AccountMoment) {
        guard let placing = placings[id], placing.isWaiting else { return }
        guard now.wall < placing.since + configuration.patience else { return withhold(id, now) }
        send(id)
    }

    /// The venue took it; an answer that cannot be read leaves open what became of it.
    private mutating func taken(
        _ placing: Placing, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        let id = placing.request.clientOrderID
        guard let body = outcome.success else { return lose(id, now) }
        do throws(FrameError) {
            if placing.request.kind.isConditional {
                let answer = try BinanceAnswers.algoOrder(body.span)
                guard answer.clientAlgoID == id.description,
                    answer.symbol == symbol(placing.place).description
                else { return lose(id, now) }
                // It is there, but nobody knows how it stands.
                guard case .known = answer.status else {
                    count(unknown: answer.unknownWords)
                    return lose(id, now)
                }
                settlePlacing(id)
                tell(answer, placing.place)
            } else {
                let answer = try BinanceAnswers.order(body.span)
                guard answer.clientOrderID == id.description,
                    answer.symbol == symbol(placing.place).description
                else { return lose(id, now) }
                // It is there, but nobody knows how it stands.
                guard case .known = answer.status else {
                    count(unknown: answer.unknownWords)
                    return lose(id, now)
                }
                settlePlacing(id)
                tell(answer, placing.place)
            }
        } catch { return lose(id, now) }
        if placing.isUnwanted {
            cancel(
                id, placing.request.instrument,
                isConditional: placing.request.kind.isConditional, now)
        }
        guardResting(placing)
    }

    private mutating func settlePlacing(_ id: ClientOrderID) {
        placings[id] = nil
        effects.append(.dropPermit(id))
    }

    private mutating func refuse(
        _ id: ClientOrderID, _ reason: RejectReason, _ now: AccountMoment
    ) {
        settlePlacing(id)
        tell(tracker.rejected(id, reason, at: now.venue))
    }

    mutating func withhold(_ id: ClientOrderID, _ now: AccountMoment) {
        settlePlacing(id)
        counters.withheldOrders += 1
        tell(tracker.withheld(id, at: now.venue))
    }

    /// It may or may not be at the venue. The engine asks for it with its next reading.
    private mutating func lose(_ id: ClientOrderID, _ now: AccountMoment) {
        guard let placing = placings[id] else { return }
        settlePlacing(id)
        counters.unknownOutcomes += 1
        effects.append(
            .order(
                OrderReport(
                    clientOrderID: id, instrument: placing.request.instrument,
                    kind: .outcomeUnknown, venueTime: now.venue)))
        guardResting(placing)
        // A cancel that ran before it may have missed it.
        if placing.isUnwanted {
            cancel(
                id, placing.request.instrument,
                isConditional: placing.request.kind.isConditional, now)
        }
    }

    // MARK: What the venue says of an order

    /// Tells what an answer says of a plain order of ours.
    mutating func tell(_ answer: OrderAnswer, _ place: Int) {
        guard let id = Self.ourID(answer.clientOrderID) else { return }
        let instrument = instrument(place)
        count(unknown: answer.unknownWords)
        tracker.meet(id, instrument, isConditional: false)
        tracker.link(answer.venueOrderID, instrument, to: answer.clientOrderID)
        let time = answer.updateTime
        guard case .known(let status) = answer.status else { return }
        if status != .rejected { tell(tracker.accepted(id, answer.venueOrderID, at: time)) }
        switch status {
        case .new: break
        case .partiallyFilled: watchHistory(place)
        case .filled: tell(tracker.ended(id, nil, executed: answer.filledQuantity, at: time))
        case .canceled:
            tell(tracker.ended(id, .canceled, executed: answer.filledQuantity, at: time))
        case .expired, .expiredInMatch:
            tell(tracker.ended(id, .expired, executed: answer.filledQuantity, at: time))
        case .rejected: tell(tracker.rejected(id, .other(code: 0), at: time))
        case .newInsurance, .newADL: want(reading: [])
        }
        watchHistory(place)
    }

    /// Tells what an answer says of a conditional order of ours.
    mutating func tell(_ answer: AlgoOrderAnswer, _ place: Int) {
        count(unknown: answer.unknownWords)
        guard case .known(let status) = answer.status,
            let id = Self.ourID(answer.clientAlgoID)
        else { return }
        tellAlgo(
            AlgoWord(
                id: id, algoID: answer.algoID, status: status, quantity: answer.quantity,
                childID: answer.actualOrderID, childQuantity: answer.actualQuantity,
                time: answer.updateTime), place)
    }

    /// One word about a conditional order, by answer or event.
    struct AlgoWord: Hashable, Sendable {
        var id: ClientOrderID
        var algoID: Int64
        var status: AlgoStatus
        var quantity: Quantity
        var childID: VenueOrderID?
        var childQuantity: Quantity?
        var time: Timestamp
    }

    mutating func tellAlgo(_ word: AlgoWord, _ place: Int) {
        let instrument = instrument(place)
        let id = word.id
        tracker.meet(id, instrument, isConditional: true)
        if let child = word.childID { tracker.link(child, instrument, to: id.description) }
        let isNew = tracker.find(id)?.openTime == nil
        switch word.status {
        case .new: tell(tracker.accepted(id, VenueOrderID(word.algoID), at: word.time))
        case .triggering, .triggered, .finished:
            if isNew { tell(tracker.accepted(id, VenueOrderID(word.algoID), at: word.time)) }
            tell(tracker.triggered(id, at: word.time))
        case .canceled: tell(tracker.ended(id, .canceled, executed: .zero, at: word.time))
        case .expired: tell(tracker.ended(id, .expired, executed: .zero, at: word.time))
        case .rejected: tell(tracker.rejected(id, .other(code: 0), at: word.time))
        }
        if word.status == .finished {
            // Finished does not say filled.
            if let executed = word.childQuantity {
                let isWhole = !word.quantity.isZero && executed >= word.quantity
                tell(
                    tracker.ended(
                        id, isWhole ? nil : .expired, executed: executed, at: word.time))
            } else if !(tracker.find(id)?.hasEnded ?? false) {
                want(reading: [
                    OrderQuestion(clientOrderID: id, instrument: instrument, isConditional: true)
                ])
            }
        }
        watchHistory(place)
    }

    // MARK: Canceling

    mutating func cancel(
        _ id: ClientOrderID, _ instrument: InstrumentID, isConditional: Bool, _ now: AccountMoment
    ) {
        guard let place = place(of: instrument) else { return }
        if let placing = placings[id] {
            // What has not left need not be canceled.
            if placing.isWaiting { return withhold(id, now) }
            placings[id]?.isUnwanted = true
        }
        guard cancelings[id] == nil, cancelings.count < Self.maxPlacings else { return }
        cancelings[id] = Canceling(
            id: id, place: place, isConditional: isConditional, since: now.wall)
        sendCancel(id)
    }

    private mutating func sendCancel(_ id: ClientOrderID) {
        guard let canceling = cancelings[id] else { return }
        counters.cancelsSent += 1
        // What has triggered is an order of the matching engine, under the same id.
        let isAlgo = canceling.isConditional && !(tracker.find(id)?.hasTriggered ?? false)
        cancelings[id]?.isAlgo = isAlgo
        var request =
            isAlgo
            ? BinanceRequest.cancelAlgo(id) : .cancel(id, symbol: symbol(canceling.place))
        // The engine cancels a stop only when another stands or nothing is open: then it is a danger itself.
        request.lowersRisk = true
        effects.append(.ask(.cancel(id), request))
    }

    mutating func cancelAgain(_ id: ClientOrderID, _ now: AccountMoment) {
        guard let canceling = cancelings[id] else { return }
        guard now.wall < canceling.since + configuration.patience else {
            return endCancel(canceling, .outcomeUnknown, now)
        }
        sendCancel(id)
    }

    mutating func canceled(
        _ id: ClientOrderID, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        guard let canceling = cancelings[id] else { return }
        switch CancelingVerdict(outcome) {
        case .canceled: didCancel(canceling, outcome, now)
        case .gone:
            // It may not have arrived yet: its answer sends the cancel again.
            if placings[id] != nil {
                cancelings[id] = nil
                return
            }
            endCancel(canceling, .cancelRejected, now)
        case .notYet(let wait):
            guard !isStopped else { return endCancel(canceling, .outcomeUnknown, now) }
            let deadline = canceling.since + configuration.patience
            guard now.wall < deadline else { return endCancel(canceling, .outcomeUnknown, now) }
            effects.append(
                .wake(.cancel(id), after: min(wait, max(.milliseconds(1), deadline - now.wall))))
        case .clockWasOff:
            guard !canceling.didMeasureClock, !isStopped else {
                return endCancel(canceling, .outcomeUnknown, now)
            }
            cancelings[id]?.didMeasureClock = true
            effects.append(.measureClock(then: .cancel(id)))
        case .unknown: endCancel(canceling, .outcomeUnknown, now)
        }
    }

    private mutating func didCancel(
        _ canceling: Canceling, _ outcome: BinanceREST.Outcome, _ now: AccountMoment
    ) {
        let id = canceling.id
        guard let body = outcome.success else { return }
        placings[id]?.isUnwanted = false
        do throws(FrameError) {
            // The two worlds answer differently; an answer of neither shape proves nothing.
            if canceling.isAlgo {
                let answer = try BinanceAnswers.algoCancel(body.span)
                guard answer.clientAlgoID == id.description, answer.code == 200 else {
                    return endCancel(canceling, .outcomeUnknown, now)
                }
                cancelings[id] = nil
                tracker.meet(id, instrument(canceling.place), isConditional: true)
                tell(tracker.ended(id, .canceled, executed: .zero, at: now.venue))
            } else {
                let answer = try BinanceAnswers.order(body.span)
                guard answer.clientOrderID == id.description, answer.status == .known(.canceled)
                else { return endCancel(canceling, .outcomeUnknown, now) }
                cancelings[id] = nil
                tracker.meet(id, instrument(canceling.place), isConditional: false)
                tracker.link(
                    answer.venueOrderID, instrument(canceling.place), to: id.description)
                tell(
                    tracker.ended(
                        id, .canceled, executed: answer.filledQuantity, at: answer.updateTime))
            }
        } catch { return endCancel(canceling, .outcomeUnknown, now) }
        watchHistory(canceling.place)
    }

    /// The truth follows: the engine asks for the order with its next reading.
    private mutating func endCancel(
        _ canceling: Canceling, _ kind: OrderReportKind, _ now: AccountMoment
    ) {
        let id = canceling.id
        cancelings[id] = nil
        // Its end may have been told meanwhile; then there is nothing to doubt.
        if let known = tracker.find(id), known.hasEnded { return }
        effects.append(
            .order(
                OrderReport(
                    clientOrderID: id, instrument: instrument(canceling.place), kind: kind,
                    venueTime: now.venue)))
        want(reading: [
            OrderQuestion(
                clientOrderID: id, instrument: instrument(canceling.place),
                isConditional: canceling.isConditional)
        ])
    }

    mutating func cancelForeign(_ order: ForeignOrder) {
        guard let place = place(of: order.instrument) else { return }
        counters.cancelsSent += 1
        effects.append(
            .ask(
                .cancelForeign(order),
                order.isConditional
                    ? .cancelAlgo(algoID: order.venueOrderID.value)
                    : .cancel(order.venueOrderID, symbol: symbol(place))))
    }

    /// Whatever came of it, the next reading shows it.
    mutating func canceledForeign(_ order: ForeignOrder, _ outcome: BinanceREST.Outcome) {
        if outcome.success == nil && !outcome.isUnknownOrder {
            note(.warning, "an order that is not ours was not canceled: \(order.clientOrderID)")
        }
        want(reading: [])
    }
}

extension BinanceREST.Outcome {
    /// Whether the venue itself has spoken.
    var wasAnswered: Bool {
        switch self {
        case .answered: true
        case .failed, .held: false
        }
    }
}
