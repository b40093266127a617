import Exits
import Features
import Market
import Messages
import Risk
import Trading

// Orders on their way out, and what the venue says about them.

extension Engine {
    // MARK: Out

    /// Hands an approved order over: its intent is recorded first, and it counts as sent from here on.
    mutating func submit(_ approved: ApprovedOrder) {
        let request = approved.request
        var order = LiveOrder(
            record: OrderRecord(
                request: request, purpose: approved.purpose, state: .intended, venueOrderID: nil,
                filledQuantity: .zero, filledNotional: .zero, createdTime: now, changedTime: now))
        record(.intent(order.record))
        emit(.submit(approved))
        let limit =
            approved.purpose == .protectiveStop
            ? configuration.stopAnswerLimit : configuration.orderAnswerLimit
        emit(.setTimer(.orderTimeout(order.id), at: now + limit))
        _ = order.record.state.receive(.handedOver, hasFills: false)
        orders.add(order)
        counters.ordersSubmitted += 1
    }

    /// Sends a reduce-only order for `quantity` of the position; says how much of it was sent.
    @discardableResult
    mutating func reduce(
        _ index: Int, by quantity: Quantity, _ kind: OrderKind, for purpose: OrderPurpose
    ) -> Quantity {
        guard let position = symbols[index].position else { return .zero }
        let reduction = ReductionRequest(
            clientOrderID: ids.next(), direction: position.record.direction,
            positionQuantity: position.record.quantity, quantity: quantity, kind: kind,
            purpose: purpose)
        switch ApprovedOrder.reducing(reduction, of: symbols[index].exitInstrument) {
        case .success(let approved):
            submit(approved)
            return approved.request.quantity
        case .failure(let refusal):
            if !symbols[index].didReportDust {
                symbols[index].didReportDust = true
                tell(.precision, .alarm, "\(name(index)): \(refusal.text)")
            }
            return .zero
        }
    }

    /// Asks the venue to cancel a live order; nothing happens when that was asked already.
    mutating func cancel(_ id: ClientOrderID) {
        guard let order = orders.find(id), order.isLive else { return }
        guard order.record.state != .canceling, order.record.state != .outcomeUnknown else {
            return
        }
        move(id, .cancelSent)
        sendCancel(of: order)
        emit(.setTimer(.orderTimeout(id), at: now + configuration.orderAnswerLimit))
    }

    /// Sends a cancel whatever is believed of the order; its state stays.
    mutating func sendCancel(of order: LiveOrder) {
        emit(
            .cancel(
                order.id, order.instrument,
                isConditional: order.record.request.kind.isConditional))
        counters.cancelsSent += 1
    }

    // MARK: In

    mutating func receive(_ report: OrderReport) {
        links.seen(at: now)
        needsSettling = true
        guard Int(report.instrument.index) < symbols.count else {
            counters.unknownInstruments += 1
            return
        }
        let id = report.clientOrderID
        switch report.kind {
        case .filled(let fill):
            count(fill, of: report.instrument, by: id)
        case .accepted(let venueOrderID):
            _ = orders.update(id) { order in
                order.record.venueOrderID = venueOrderID
                order.seenOpenTime = report.venueTime
            }
            move(id, .accepted)
        case .rejected(let reason):
            counters.rejected += 1
            move(id, .rejected(reason))
        case .canceled: move(id, .canceled)
        case .expired: move(id, .expired)
        case .triggered:
            move(id, .triggered)
            if let order = orders.find(id), order.isLive {
                tell(.order, .warning, "\(name(Int(order.instrument.index))): stop triggered")
            }
        case .cancelRejected: move(id, .cancelRejected)
        case .outcomeUnknown: move(id, .outcomeUnknown)
        case .withheld:
            counters.withheld += 1
            move(id, .withheld)
        }
    }

    /// Lets the state machine of one order take `input`, records the change, and reports a contradiction once.
    mutating func move(_ id: ClientOrderID, _ input: OrderInput) {
        let before = orders.find(id)
        let time = now
        let step: OrderStep? = orders.update(id) { order in
            let step = order.record.state.receive(
                input, hasFills: !order.record.filledQuantity.isZero)
            if step == .moved {
                order.record.changedTime = time
                order.unknownSince = order.isUnknown ? order.unknownSince ?? time : nil
                order.absences = 0
                order.absentSince = nil
                order.isDisowned = false
            }
            return step
        }
        guard let step, let before, let after = orders.find(id) else {
            counters.unknownReports += 1
            if counters.unknownReports <= 20 {
                tell(.order, .warning, "report of an order that nobody knows: \(id)")
            }
            requestReading()
            return
        }
        switch step {
        case .kept: break
        case .moved: changed(from: before, to: after)
        case .refused:
            counters.refusedReports += 1
            let isFirst = !after.didReportRefusal
            _ = orders.update(id) { $0.didReportRefusal = true }
            if isFirst {
                tell(.order, .warning, "order \(id) contradicts itself: \(input.label)")
            }
            // It lives although it was given up: it must not stay.
            if input == .accepted || input == .seenOpen {
                sendCancel(of: after)
            }
        }
    }

    /// What follows from a changed order.
    private mutating func changed(from before: LiveOrder, to after: LiveOrder) {
        needsSettling = true
        record(.orderChanged(after.record))
        let index = Int(after.instrument.index)
        switch after.record.state {
        case .intended, .submitting, .canceling: break
        case .resting, .partiallyFilled: emit(.cancelTimer(.orderTimeout(after.id)))
        case .outcomeUnknown:
            tell(.order, .warning, "order \(after.id): outcome unknown")
            emit(.setTimer(.orderTimeout(after.id), at: now + .seconds(30)))
            requestReading()
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned:
            if before.isLive { ended(after, index) }
        }
    }

    /// What follows from an order that is over.
    private mutating func ended(_ order: LiveOrder, _ index: Int) {
        emit(.cancelTimer(.orderTimeout(order.id)))
        switch order.record.purpose {
        case .entry: entryEnded(order, index)
        case .protectiveStop:
            guard symbols[index].position != nil else { return }
            if case .rejected(let reason) = order.record.state {
                stopRejected(reason, index)
            }
        case .target:
            if case .rejected = order.record.state {
                symbols[index].position?.targetFailures += 1
            }
        case .exit: exitEnded(order, index)
        }
    }

    private mutating func stopRejected(_ reason: RejectReason, _ index: Int) {
        symbols[index].position?.stopFailures += 1
        if keepStandingStop(index) { return }
        let failures = symbols[index].position?.stopFailures ?? 0
        tell(.risk, .alarm, "\(name(index)): the venue refused the protective stop")
        switch reason {
        case .wouldTriggerImmediately: close(index, .stopLoss)
        case .insufficientMargin, .filterViolation, .priceOutsideBand, .reduceOnlyConflict,
            .duplicateClientOrderID, .wouldTakeLiquidity, .unknownOrder, .throttled, .tooManyOrders,
            .other:
            if failures >= 3 { close(index, .emergency) }
        }
    }

    /// A close that ended with a rest is tried again: at once when it got on, later when it did not, and never before
    /// the pace of `driveClose` allows.
    private mutating func exitEnded(_ order: LiveOrder, _ index: Int) {
        // A close that filled whole needs no second one; what is left, if anything, is sent by settling.
        guard order.record.state != .filled, let position = symbols[index].position else { return }
        guard let closing = position.closing else {
            // A part that the operator wanted closed: it is not tried again without him.
            return tell(
                .order, .warning,
                "\(name(index)): a close order ended with \(order.record.filledQuantity) of "
                    + "\(order.record.request.quantity) filled")
        }
        // One that was never there is no refusal.
        let gotOn = !order.record.filledQuantity.isZero || order.record.state == .abandoned
        let delay: Duration =
            gotOn ? .zero : closing.attempts <= 3 ? .milliseconds(200) : .seconds(1)
        let next = max(closing.nextAttempt, now + delay)
        symbols[index].position?.closing?.nextAttempt = next
        counters.exitRetries += 1
        if next > now { emit(.setTimer(.retryExit(symbols[index].instrument.id), at: next)) }
        if case .rejected(.reduceOnlyConflict) = order.record.state { requestReading() }
    }

    mutating func orderTimedOut(_ id: ClientOrderID) {
        guard let order = orders.find(id), order.isLive else { return }
        needsSettling = true
        switch order.record.state {
        case .intended, .submitting:
            if order.record.purpose == .entry {
                // Not wanted any more this late; should it arrive after all, the cancel follows it.
                sendCancel(of: order)
            }
            move(id, .outcomeUnknown)
        case .canceling: move(id, .outcomeUnknown)
        case .outcomeUnknown:
            if let since = order.unknownSince, now - since >= .seconds(30) {
                tripCriticalError("order \(id) has been of unknown outcome for 30 s")
            }
            emit(.setTimer(.orderTimeout(id), at: now + .seconds(30)))
            requestReading()
        case .resting, .partiallyFilled, .filled, .canceled, .rejected, .expired, .denied,
            .withheld, .abandoned:
            break
        }
    }

    // MARK: Fills

    /// Counts a fill once, by its trade id, whatever the order or number of its reports.
    mutating func count(_ fill: Fill, of instrument: InstrumentID, by id: ClientOrderID?) {
        let index = Int(instrument.index)
        guard !fill.quantity.isZero else { return }
        guard isCredible(fill, index) else {
            counters.refusedReports += 1
            tell(.fill, .alarm, "\(name(index)): a fill that cannot be, refused")
            requestReading()
            return
        }
        switch symbols[index].fills.insert(fill.tradeID) {
        case .counted: break
        case .repeated, .beforeMemory:
            counters.repeatedFills += 1
            return
        }
        counters.fills += 1
        let known = id.flatMap { orders.find($0) }
        record(.fill(instrument, fill, known?.id, known?.record.purpose))
        // The position first: what follows from the end of an order looks at what is left of it.
        apply(fill, by: known, index, isForeign: id == nil)
        if let order = known {
            fillCounted(fill, by: order, index)
        } else if id != nil {
            counters.unknownReports += 1
            tell(.fill, .alarm, "\(name(index)): a fill of an order that nobody knows")
            requestReading()
        }
    }

    /// Whether the numbers of a fill can be booked without leaving the range of the arithmetic.
    private func isCredible(_ fill: Fill, _ index: Int) -> Bool {
        let held = symbols[index].position?.record.quantity.units ?? 0
        return Money(fill.quantity, at: fill.price).isCredible && fill.commission.isCredible
            && !held.addingReportingOverflow(fill.quantity.units).overflow
    }

    private mutating func fillCounted(_ fill: Fill, by order: LiveOrder, _ index: Int) {
        let id = order.id
        _ = orders.update(id) { order in
            let (units, overflow) = order.record.filledQuantity.units.addingReportingOverflow(
                fill.quantity.units)
            order.record.filledQuantity = Quantity(units: overflow ? .max : units)
            order.record.filledNotional += Money(fill.quantity, at: fill.price)
        }
        let rest = orders.find(id)?.rest ?? .zero
        let isOver = order.record.filledQuantity.units > order.record.request.quantity.units
        if isOver { tell(.fill, .alarm, "order \(id) filled more than was asked") }
        let before = order.record.state
        move(id, rest.isZero ? .filledWhole : .filledInPart)
        if let after = orders.find(id), after.record.state == before {
            // The quantity changed even though the state did not.
            record(.orderChanged(after.record))
        }
    }

    /// Moves the position by a counted fill; `order` is `nil` for fills that are not ours.
    private mutating func apply(
        _ fill: Fill, by order: LiveOrder?, _ index: Int, isForeign: Bool
    ) {
        needsSettling = true
        walletChanged = true
        guard let position = symbols[index].position else {
            open(
                index, fill, fill.quantity, commission: fill.commission, by: order,
                isObserved: isForeign && configuration.foreignOrders == .observe)
            return
        }
        if position.record.direction.entrySide == fill.side {
            symbols[index].position?.record.enter(
                fill.quantity, at: fill.price, commission: fill.commission)
            account.book(profit: .zero, commission: fill.commission)
            positionChanged(index)
            return
        }
        let closed = min(fill.quantity, position.record.quantity)
        let profit =
            symbols[index].position?.record.leave(
                closed, at: fill.price, commission: fill.commission) ?? .zero
        account.book(profit: profit, commission: fill.commission)
        if symbols[index].position?.record.quantity.isZero ?? true {
            finishTrade(index, by: order, at: fill.price)
        } else {
            positionChanged(index)
        }
        let beyond = fill.quantity - closed
        if !beyond.isZero {
            tell(.risk, .alarm, "\(name(index)): a fill went through zero")
            open(
                index, fill, beyond, commission: .zero, by: nil,
                isObserved: isForeign && configuration.foreignOrders == .observe)
        }
    }

    private mutating func open(
        _ index: Int, _ fill: Fill, _ quantity: Quantity, commission: Money, by order: LiveOrder?,
        isObserved: Bool
    ) {
        let direction: Direction = fill.side == .buy ? .long : .short
        let isOwn = order?.record.purpose == .entry
        let entry = isOwn ? symbols[index].pendingEntry : nil
        let bracket = bracket(index, direction, entry: fill.price)
        var record = PositionRecord(
            instrument: symbols[index].instrument.id, direction: direction, quantity: .zero,
            cost: .zero, openedTime: now, peakQuantity: .zero, realizedPnL: .zero,
            commissions: .zero, funding: .zero, initialStop: bracket.stop, stopPrice: bracket.stop,
            targetPrice: isOwn ? bracket.target : nil,
            maxHoldUntil: isOwn ? now + configuration.profile.maxHold : .distantFuture,
            entryProbability: entry?.probability ?? 0, entryThreshold: entry?.threshold ?? 0,
            highestMark: fill.price, lowestMark: fill.price,
            leverage: configuration.profile.leverage)
        record.enter(quantity, at: fill.price, commission: commission)
        if isObserved { record.isObserved = true }
        if isOwn { record.regime = RegimeRules.standard.regime(symbols[index].closedRow).known }
        account.book(profit: .zero, commission: commission)
        var position = OpenPosition(record: record)
        position.isAdopted = !isOwn
        position.flowAtEntry = symbols[index].market.flow.sinceStart
        adopt(position, at: index)
        if isOwn { account.countEntry() }
        positionChanged(index)
        if isOwn {
            emit(.setTimer(.maxHold(symbols[index].instrument.id), at: record.maxHoldUntil))
            funnel.add(.filled, at: now)
            tell(
                .fill, .info,
                "\(name(index)) \(direction == .long ? "LONG" : "SHORT") \(quantity) at \(fill.price)"
            )
        } else if isObserved {
            tell(.risk, .warning, "\(name(index)): somebody else opened a position; left alone")
        } else {
            tell(.risk, .alarm, "\(name(index)): a position that we did not open; protecting it")
        }
    }

    /// Puts a position in its place; from now on its mark is followed.
    mutating func adopt(_ position: OpenPosition, at index: Int) {
        if symbols[index].position == nil { openPositions += 1 }
        reading.flatAgreed = false
        symbols[index].isFlatAgreed = false
        symbols[index].position = position
        symbols[index].highestMark = position.record.highestMark.units
        symbols[index].lowestMark = position.record.lowestMark.units
        symbols[index].nextLook = .distantPast
        symbols[index].didReportDust = false
        symbols[index].mismatches = 0
    }

    mutating func positionChanged(_ index: Int) {
        guard let position = symbols[index].position else { return }
        let record = position.record
        let liquidation = Liquidation.price(
            direction: record.direction, quantity: record.quantity, cost: record.cost,
            wallet: record.margin, tiers: symbols[index].instrument.tiers)
        symbols[index].position?.liquidationPrice = liquidation
        self.record(.positionChanged(record))
    }

    /// The position is flat: one closed trade with exactly one reason.
    mutating func finishTrade(_ index: Int, by order: LiveOrder?, at price: Price) {
        guard let position = symbols[index].position else { return }
        let record = position.record
        let reason: ExitReason
        switch order?.record.purpose {
        case .some(.protectiveStop): reason = .stopLoss
        case .some(.target): reason = .target
        case .some(.exit(let why)): reason = why
        case .some(.entry): reason = .external
        case nil: reason = symbols[index].liquidationTime != nil ? .liquidation : .external
        }
        let trip = RoundTrip(position: position, exitPrice: price, closedTime: now, reason: reason)
        let id = symbols[index].instrument.id
        symbols[index].position = nil
        symbols[index].exitLots = nil
        symbols[index].highestMark = .max
        symbols[index].lowestMark = .min
        symbols[index].nextLook = .distantFuture
        symbols[index].liquidationTime = nil
        openPositions -= 1
        counters.longestNaked = max(
            counters.longestNaked, position.longestNaked,
            position.nakedSince.map { now - $0 } ?? .zero)
        self.record(.positionClosed(id))
        // Whatever somebody else won or lost says nothing about what we do.
        if !position.isObserved {
            account.countTrade(net: trip.netPnL)
            trips.add(trip)
            self.record(.tradeClosed(trip))
        }
        emit(.cancelTimer(.maxHold(id)))
        emit(.cancelTimer(.protection(id)))
        if position.isClosing { emit(.cancelTimer(.retryExit(id))) }
        tell(
            .out, trip.netPnL.isNegative ? .warning : .info,
            "\(name(index)) \(record.direction == .long ? "LONG" : "SHORT") closed by "
                + "\(reason.rawValue), net \(trip.netPnL.text(fractionDigits: 2))")
    }
}

extension RoundTrip {
    /// The trade of a position that has become flat; `exitPrice` is used when nothing was ever sold.
    init(position: OpenPosition, exitPrice: Price, closedTime: Timestamp, reason: ExitReason) {
        let record = position.record
        let quantity = record.enteredQuantity
        let entry = Self.mean(record.enteredNotional, quantity) ?? record.initialStop
        let risk =
            Money(
                quantity,
                at: Price(units: max(1, Int64((entry.units - record.initialStop.units).magnitude))))
        let net = record.realizedPnL
        let gross = net + record.commissions - record.funding
        self.init(
            instrument: record.instrument, direction: record.direction, quantity: quantity,
            entryPrice: entry, exitPrice: Self.mean(record.exitedNotional, quantity) ?? exitPrice,
            openedTime: record.openedTime, closedTime: closedTime, grossPnL: gross,
            commissions: record.commissions, funding: record.funding, netPnL: net,
            multipleOfR: risk.units > 0 ? net.double / risk.double : 0, exitReason: reason,
            entryProbability: record.entryProbability, entryThreshold: record.entryThreshold,
            exitProbability: position.closing?.exitProbability ?? position.exit.probability)
    }

    private static func mean(_ notional: Money, _ quantity: Quantity) -> Price? {
        guard !quantity.isZero else { return nil }
        return Price(exactly: Int64(clamping: notional.units / Int128(quantity.units)))
    }
}

extension Money {
    /// Whether a venue can mean it: at most a million million quote units either way.
    var isCredible: Bool {
        let most = Int128(1_000_000_000_000) * FixedPoint.moneyUnitsPerOne
        return (-most...most).contains(units)
    }
}

extension OrderInput {
    /// One word for people.
    var label: String {
        switch self {
        case .handedOver: "handed over"
        case .accepted: "accepted"
        case .rejected: "rejected"
        case .filledInPart, .filledWhole: "filled"
        case .cancelSent: "cancel sent"
        case .canceled: "canceled"
        case .expired: "expired"
        case .triggered: "triggered"
        case .cancelRejected: "cancel rejected"
        case .outcomeUnknown: "outcome unknown"
        case .withheld: "withheld"
        case .seenOpen: "seen open"
        case .provenGone: "proven gone"
        }
    }
}
