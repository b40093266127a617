import Exits
import Market
import Messages
import Risk
import Trading

// The account at the venue against what we book. The venue is right about facts; we explain the difference, and
// what we
// cannot explain pauses entries.

extension Engine {
    /// How long a reading may be on its way before it is asked for again.
    private static let answerLimit = Duration.seconds(10)
    /// How soon a doubt is looked at again.
    private static let doubtInterval = Duration.seconds(1)
    /// Two readings that prove an order absent lie at least this far apart.
    private static let absenceInterval = Duration.seconds(5)
    /// An entry cannot be proven absent earlier than this after it was sent.
    private static let absenceAge = Duration.seconds(60)
    /// Wallet differences up to this are rounding: one hundredth of a quote unit.
    private static let roundingLimit = Money(units: 100_000_000_000_000)

    /// Asks for a complete reading, unless one is on its way.
    mutating func requestReading() {
        if let asked = reading.askedTime, now - asked < Self.answerLimit {
            reading.wantsAnother = true
            return
        }
        reading.askedTime = now
        reading.wantsAnother = false
        emit(.readAccount(asking: questions()))
        emit(.setTimer(.reconcile, at: now + Self.answerLimit))
    }

    /// The venue is asked for at most so many orders at once; the oldest come first.
    private static let maxQuestions = 64

    /// The orders whose outcome nobody knows, and those that the last reading did not list although they should be
    /// open.
    private func questions() -> [OrderQuestion] {
        orders.live.filter { $0.isUnknown || $0.absences > 0 }.prefix(Self.maxQuestions).map {
            OrderQuestion(
                clientOrderID: $0.id, instrument: $0.instrument,
                isConditional: $0.record.request.kind.isConditional)
        }
    }

    private mutating func scheduleReading(after delay: Duration?) {
        if let delay {
            emit(.setTimer(.reconcile, at: now + delay))
        } else {
            emit(.cancelTimer(.reconcile))
        }
    }

    mutating func receive(_ report: AccountReport) {
        switch report {
        case .funding(let id, let amount, let rate, let venueTime):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            // A link that was lost may tell it again.
            guard amount.isCredible,
                symbols[Int(id.index)].fundingTime.map({ $0 < venueTime }) ?? true
            else {
                counters.refusedReports += 1
                return
            }
            symbols[Int(id.index)].fundingTime = venueTime
            account.book(funding: amount)
            symbols[Int(id.index)].position?.record.book(funding: amount)
            record(.funding(id, amount: amount, rate: rate))
            if let position = symbols[Int(id.index)].position {
                record(.positionChanged(position.record))
            }
            walletChanged = true
        case .liquidation(let id, _):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            symbols[Int(id.index)].liquidationTime = now
            tell(.risk, .alarm, "\(name(Int(id.index))): the venue is liquidating the position")
        case .forcedFill(let id, let fill):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            count(fill, of: id, by: nil)
        case .marginMoved(let id, let amount, _):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            tell(.risk, .info, "\(name(Int(id.index))): margin moved by \(amount)")
        case .alive:
            let wasLost = links.seenTime == nil
            links.seen(at: now)
            if wasLost { requestReading() }
        case .lost:
            links.lost()
            reading.isAgreed = false
            reading.askedTime = nil
            tell(.feed, .alarm, "the order link is lost; the account is unknown until it is read")
            requestReading()
        case .snapshot(let snapshot):
            links.seen(at: now)
            guard snapshot.isCredible else {
                counters.refusedReports += 1
                tell(.reconcile, .alarm, "a reading of the account that cannot be, refused")
                return
            }
            compare(snapshot)
        }
    }

    // MARK: Comparing

    private mutating func compare(_ snapshot: AccountSnapshot) {
        counters.readings += 1
        needsSettling = true
        let isFirst = reading.readTime == nil
        reading.askedTime = nil
        reading.readTime = now
        var doubts = 0
        var differences: [String] = []
        var isUnexplained = false
        for index in symbols.indices {
            switch compareFills(index, snapshot) {
            case .agree:
                doubts += compareOrders(index, snapshot)
                switch comparePosition(index, snapshot, isFirst: isFirst) {
                case .agree: symbols[index].mismatches = 0
                case .doubt: doubts += 1
                case .adopted(let what):
                    differences.append(what)
                    isUnexplained = true
                }
            case .doubt: doubts += 1
            case .adopted(let what):
                differences.append(what)
                isUnexplained = true
            }
        }
        reading.foreignOrders = snapshot.foreignOrders
        if doubts == 0 {
            switch compareWallet(snapshot) {
            case .agree: break
            case .doubt: doubts += 1
            case .adopted(let what):
                differences.append(what)
                // Rounding and the first word of the venue explain themselves.
                isUnexplained = isUnexplained || !what.hasPrefix("rounding")
            }
        }
        finishComparison(doubts, differences, isUnexplained, snapshot)
    }

    private mutating func finishComparison(
        _ doubts: Int, _ differences: [String], _ isUnexplained: Bool, _ snapshot: AccountSnapshot
    ) {
        reading.differences = differences
        if doubts == 0 {
            reading.isAgreed = true
            reading.hasEverAgreed = true
            // While an entry may still fill, flat is not yet the last word.
            if openPositions == 0 && snapshot.positions.isEmpty
                && !orders.live.contains(where: { $0.record.purpose == .entry })
                && !snapshot.openOrders.contains(where: { $0.request.clientOrderID.isOurs })
            {
                reading.flatAgreed = true
            }
            for index in symbols.indices where isFlat(index, snapshot) {
                symbols[index].isFlatAgreed = true
            }
            for index in symbols.indices where listsStop(index, snapshot) {
                symbols[index].position?.stopSeenTime = now
                symbols[index].position?.isStopSeenByReading = true
            }
            record(.reconciled(differences: differences))
        }
        for difference in differences { tell(.reconcile, .warning, difference) }
        if isUnexplained {
            tripCriticalError("the account at the venue differs from ours; entries pause")
        }
        let waitsForFlat =
            (gate.flatReason != nil && !reading.flatAgreed && openPositions == 0)
            || symbols.contains { $0.isToBeFlat && $0.position == nil && !$0.isFlatAgreed }
        let isSoon =
            doubts > 0 || reading.wantsAnother || waitsForFlat
            || orders.live.contains { $0.isUnknown }
        reading.wantsAnother = false
        scheduleReading(after: isSoon ? Self.doubtInterval : readingInterval)
    }

    /// A reading is a sign of life of the order link too, so it comes twice as often as the link would go stale.
    private var readingInterval: Duration? {
        guard let limit = configuration.orderLinkStaleAfter else {
            return configuration.reconcileInterval
        }
        let half = Duration(nanoseconds: limit.nanoseconds / 2)
        return configuration.reconcileInterval.map { min($0, half) } ?? half
    }

    /// Whether nothing of ours is open in one symbol, here and there; while an entry may still fill, flat is not yet
    /// the last word.
    private func isFlat(_ index: Int, _ snapshot: AccountSnapshot) -> Bool {
        let id = symbols[index].instrument.id
        return symbols[index].position == nil && !hasLiveEntry(index)
            && !snapshot.positions.contains { $0.instrument == id && !$0.quantity.isZero }
            && !snapshot.openOrders.contains {
                $0.request.instrument == id && $0.request.clientOrderID.isOurs
            }
    }

    /// Whether the reading itself lists the stop that covers the position.
    private func listsStop(_ index: Int, _ snapshot: AccountSnapshot) -> Bool {
        guard let stop = protection(index)?.stop else { return false }
        return snapshot.openOrders.contains {
            $0.request.clientOrderID == stop.request.clientOrderID
        }
    }

    private enum Comparison {
        case agree
        /// Cannot be said yet: something is on its way. Another reading will tell.
        case doubt
        /// The venue's word was taken over ours.
        case adopted(String)
    }

    /// Whether both know the same fills; only then can positions be compared.
    private mutating func compareFills(_ index: Int, _ snapshot: AccountSnapshot) -> Comparison {
        let id = symbols[index].instrument.id
        guard let venue = snapshot.lastTrades.first(where: { $0.instrument == id })?.tradeID else {
            return .agree  // The venue does not say; the position alone must do.
        }
        let own = symbols[index].fills.last ?? 0
        if venue == own || (venue <= 0 && own <= 0) { return .agree }
        // Behind ours: the reading is older than our fills. Ahead: a fill is on its way, or was lost; after three
        // readings it is lost.
        if venue < own { return .doubt }
        symbols[index].mismatches += 1
        guard symbols[index].mismatches >= 3 else { return .doubt }
        symbols[index].fills.raiseFloor(to: venue)
        return .agree
    }

    private mutating func comparePosition(
        _ index: Int, _ snapshot: AccountSnapshot, isFirst: Bool
    ) -> Comparison {
        let id = symbols[index].instrument.id
        let venue = snapshot.positions.first { $0.instrument == id && !$0.quantity.isZero }
        let own = symbols[index].position?.record
        switch (venue, own) {
        case (nil, nil): return .agree
        case (.some(let venue), .some(let own))
        where venue.direction == own.direction && venue.quantity == own.quantity:
            if let liquidation = venue.liquidationPrice {
                symbols[index].position?.liquidationPrice = liquidation
            }
            return .agree
        case (.some(let venue), nil):
            adoptForeign(venue, index)
            return .adopted("\(name(index)): \(venue.quantity) open at the venue, none here")
        case (.some(let venue), .some(let own)):
            // Two readings must say so before a position of ours is changed.
            symbols[index].mismatches += 1
            guard symbols[index].mismatches >= 2 else { return .doubt }
            closeExternally(index)
            adoptForeign(venue, index)
            return .adopted("\(name(index)): \(venue.quantity) at the venue, \(own.quantity) here")
        case (nil, .some(let own)):
            symbols[index].mismatches += 1
            guard symbols[index].mismatches >= 2 else { return .doubt }
            closeExternally(index)
            return .adopted("\(name(index)): flat at the venue, \(own.quantity) here")
        }
    }

    /// A position at the venue that we do not know: it is protected before anything else.
    private mutating func adoptForeign(_ venue: VenuePosition, _ index: Int) {
        let mark = symbols[index].market.mark?.price ?? venue.entryPrice
        let bracket = bracket(index, venue.direction, entry: mark)
        var stop = bracket.stop
        if let liquidation = venue.liquidationPrice {
            // No tighter than we must: halfway to liquidation.
            let half = Int64((Int128(mark.units) + Int128(liquidation.units)) / 2)
            stop = Price(exactly: half) ?? stop
        }
        var record = PositionRecord(
            instrument: venue.instrument, direction: venue.direction, quantity: .zero, cost: .zero,
            openedTime: now, peakQuantity: .zero, realizedPnL: .zero, commissions: .zero,
            funding: .zero, initialStop: stop, stopPrice: stop, targetPrice: nil,
            maxHoldUntil: .distantFuture, entryProbability: 0, entryThreshold: 0, highestMark: mark,
            lowestMark: mark, leverage: max(1, venue.leverage))
        record.enter(venue.quantity, at: venue.entryPrice, commission: .zero)
        var position = OpenPosition(record: record)
        position.isAdopted = true
        position.liquidationPrice = venue.liquidationPrice
        adopt(position, at: index)
        self.record(.positionChanged(record))
        tell(.reconcile, .alarm, "\(name(index)): found a position at the venue; protecting it")
    }

    /// The venue has closed it and we were never told how: it ends at the mark, and the wallet follows the venue's.
    private mutating func closeExternally(_ index: Int) {
        guard let position = symbols[index].position else { return }
        let price = symbols[index].market.mark?.price ?? position.record.entryPrice
        let quantity = position.record.quantity
        let profit =
            symbols[index].position?.record.leave(quantity, at: price, commission: .zero) ?? .zero
        account.book(profit: profit, commission: .zero)
        walletChanged = true
        finishTrade(index, by: nil, at: price)
    }

    /// Orders against the venue's list: the unknown are resolved by it; returns how many doubts are left.
    private mutating func compareOrders(_ index: Int, _ snapshot: AccountSnapshot) -> Int {
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

    private mutating func compareWallet(_ snapshot: AccountSnapshot) -> Comparison {
        let difference = snapshot.walletBalance - account.walletBalance
        if difference == .zero {
            reading.walletRepeats = 0
            reading.isFresh = false
            return .agree
        }
        if reading.isFresh {
            reading.isFresh = false
            account.begin(with: snapshot.walletBalance)
            walletChanged = true
            return .agree
        }
        // Funding may be booked there and its report on the way here: the same difference three times is real.
        reading.walletRepeats =
            difference == reading.walletDifference ? reading.walletRepeats + 1 : 1
        reading.walletDifference = difference
        guard reading.walletRepeats >= 3 else { return .doubt }
        reading.walletRepeats = 0
        account.adopt(snapshot.walletBalance)
        walletChanged = true
        let text = difference.text(fractionDigits: 8)
        return .adopted(
            difference.magnitude <= Self.roundingLimit
                ? "rounding: wallet \(text) at the venue" : "wallet differs by \(text)")
    }

    // MARK: Recovery

    /// Takes up what recovery folded: positions, live orders, gate, account, trades, commands. It decides nothing;
    /// what
    /// was on its way when the engine died has an unknown outcome until the venue is read.
    mutating func restore(_ recovered: RecoveredState) {
        if let record = recovered.account {
            account = AccountLedger(record)
            breakers.equity.add(record.dayStartEquity, at: record.dayStart)
            reading.isFresh = false
        }
        for last in recovered.lastTrades where Int(last.instrument.index) < symbols.count {
            symbols[Int(last.instrument.index)].fills = FillLog(floor: last.tradeID)
        }
        for order in recovered.liveOrders where Int(order.request.instrument.index) < symbols.count
        {
            restore(order)
        }
        for record in recovered.positions where Int(record.instrument.index) < symbols.count {
            var record = record
            record.completeTotals()
            let index = Int(record.instrument.index)
            var position = OpenPosition(record: record)
            position.isAdopted = record.maxHoldUntil == .distantFuture
            adopt(position, at: index)
        }
        commands = CommandLog(recovered.commands)
        gate = Gate(state: recovered.gate, epoch: recovered.epoch.next)
        for command in recovered.commands where !command.isFinished {
            switch command.envelope.command {
            case .flatten: gate.resumeFlat(command.envelope.exitReason)
            case .kill: gate.resumeFlat(.kill)
            case .close(let symbol):
                if let index = index(of: symbol) { symbols[index].isToBeFlat = true }
            case .pause, .resume, .halt, .arm, .reduce, .breakEven, .pauseSymbol, .resumeSymbol:
                break
            }
        }
        for id in recovered.pausedSymbols ?? [] where Int(id.index) < symbols.count {
            symbols[Int(id.index)].isPaused = true
        }
        if recovered.gate == .flattening && gate.flatReason == nil { gate.resumeFlat(.operator) }
        for trip in recovered.trades { trips.add(trip) }
        for decision in recovered.decisions {
            let index = Int(decision.instrument.index)
            guard index < symbols.count else { continue }
            lastDecision[index] = decision
            symbols[index].decidedCandle = decision.candleOpenTime
            funnel.add(decision, at: decision.candleOpenTime)
        }
        if let day = recovered.dailyLossDay, day == account.dayStart {
            breakers.entriesBlockedUntil = day + .hours(24)
            breakers.tripped = [.dailyLoss]
        }
    }

    private mutating func restore(_ record: OrderRecord) {
        var order = LiveOrder(record: record)
        switch record.state {
        // Of a cancel, nobody knows whether it was sent or what became of it.
        case .intended, .submitting, .canceling, .outcomeUnknown:
            order.record.state = .outcomeUnknown
            order.unknownSince = now
        case .resting, .partiallyFilled: order.seenOpenTime = record.changedTime
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned: return
        }
        orders.add(order)
    }
}

extension AccountSnapshot {
    /// Whether its numbers can be booked without leaving the range of the arithmetic.
    var isCredible: Bool {
        walletBalance.isCredible
            && positions.allSatisfy { Money($0.quantity, at: $0.entryPrice).isCredible }
    }
}
