import Exits
import Messages
import Risk
import Trading

// What brings the orders at the venue to what positions and gate demand. Called after every event that may have
// changed
// either; it looks at the whole state and sends only what is missing, so that it never matters in which order reports
// came.

extension Engine {
    mutating func settle() {
        var rounds = 0
        // Sending an order changes orders; twice is enough, the bound is for the bug that makes it not so.
        while needsSettling && rounds < 4 {
            needsSettling = false
            rounds += 1
            for index in symbols.indices { settle(index) }
        }
        if walletChanged {
            walletChanged = false
            if openPositions == 0 { account.closeDaySum() }
            account.see(equity: equity)
            recordAccount()
            checkBreakers()
            if needsSettling { return settle() }
        }
        climbLadders()
    }

    private mutating func settle(_ index: Int) {
        if gate.state != .open || symbols[index].isPaused || symbols[index].isToBeFlat
            || !symbols[index].isTradable
        {
            cancelEntries(index)
        }
        cancelForeign(index)
        guard symbols[index].position != nil else { return cancelOrphans(index) }
        if isKept(index) { return }
        if symbols[index].isToBeFlat { close(index, .operator) }
        if let reason = gate.flatReason { close(index, reason) }
        // After a restart the venue is asked before anything new is done; only closing does not wait for it. A stop
        // waits
        // for the first answer, not for its last doubt: it can only make things safer.
        guard reading.readTime != nil || symbols[index].position?.isClosing ?? false else { return }
        driveClose(index)
        driveStop(index)
        driveTarget(index)
    }

    // MARK: Closing

    /// Orders the position closed. A stronger reason replaces a weaker one; what was sent already runs on.
    mutating func close(_ index: Int, _ reason: ExitReason) {
        guard let position = symbols[index].position else { return }
        if let closing = position.closing {
            if reason.strength < closing.reason.strength {
                symbols[index].position?.closing?.reason = reason
                needsSettling = true
            }
            return
        }
        symbols[index].position?.closing = Closing(
            reason: reason, decidedTime: now, exitProbability: position.exit.probability,
            nextAttempt: now)
        needsSettling = true
        tell(.exitBrain, .info, "\(name(index)): closing, \(reason.rawValue)")
    }

    /// Attempts that may follow each other at once; from then on one each `closeInterval`.
    private static let quickCloses = 3
    private static let closeInterval = Duration.seconds(1)

    /// Sends what the closing position still lacks in close orders. It is never given up, but its pace is bounded, so
    /// that a venue that fills only crumbs, or refuses, is not flooded.
    private mutating func driveClose(_ index: Int) {
        guard let position = symbols[index].position, let closing = position.closing else { return }
        cancelEntries(index)
        for id in liveOrders(index, where: { $0.record.purpose == .target && $0.isWanted }) {
            cancel(id)
        }
        guard now >= closing.nextAttempt else { return }
        let inFlight = expectedExits(index)
        let filters = symbols[index].exitFilters
        if filters.tradable(position.record.quantity).isZero { tellDust(index) }
        // Dust beyond what is on its way is left: an order for it would be more than the position.
        var rest = filters.tradable(position.record.quantity.subtracting(inFlight))
        // The venue's largest market order bounds each; the bound on their number is for a grid gone wrong.
        var slices = 0
        while !rest.isZero && slices < 16 {
            let sent = reduce(index, by: rest, .market, for: .exit(closing.reason))
            guard !sent.isZero else { break }
            rest = rest.subtracting(sent)
            slices += 1
        }
        guard slices > 0 else { return awaitUnknownExits(index) }
        needsSettling = true
        let attempts = closing.attempts + 1
        symbols[index].position?.closing?.attempts = attempts
        guard attempts >= Self.quickCloses else { return }
        let next = now + Self.closeInterval
        symbols[index].position?.closing?.nextAttempt = next
        emit(.setTimer(.retryExit(symbols[index].instrument.id), at: next))
        if attempts % 10 == Self.quickCloses + 1 {
            tell(
                .risk, .alarm,
                "\(name(index)): \(closing.attempts) closes did not end the position; trying on, one a second"
            )
        }
    }

    /// Comes back when the patience with the oldest close of unknown outcome is over.
    private mutating func awaitUnknownExits(_ index: Int) {
        let id = symbols[index].instrument.id
        var oldest: Timestamp?
        for order in orders.live where order.instrument == id && order.isExit && !order.isDisowned {
            guard let since = order.unknownSince else { continue }
            oldest = min(oldest ?? since, since)
        }
        guard let next = oldest.map({ $0 + configuration.unknownExitPatience }), next > now else {
            return
        }
        emit(.setTimer(.retryExit(id), at: next))
    }

    /// Says once that the position, or what is left of it, is too small for any order.
    private mutating func tellDust(_ index: Int) {
        guard !symbols[index].didReportDust, let record = symbols[index].position?.record else {
            return
        }
        symbols[index].didReportDust = true
        let minimum = symbols[index].exitFilters.minQuantity
        tell(
            .precision, .alarm,
            "\(name(index)): the rest of \(record.quantity) is below the smallest order of \(minimum); "
                + "nothing can close or protect it")
    }

    /// What live close orders may still take from the position; one of unknown outcome counts until evidence speaks.
    func inFlightExits(_ index: Int) -> Quantity {
        exits(index) { _ in true }
    }

    /// What the next close need not send again. One of unknown outcome counts only for a moment, and not when the
    /// venue disowns it: two closes can only reduce, so the second is harmless, but a position that is kept is not.
    private func expectedExits(_ index: Int) -> Quantity {
        exits(index) { order in
            guard let since = order.unknownSince else { return true }
            return !order.isDisowned && now - since < configuration.unknownExitPatience
        }
    }

    private func exits(_ index: Int, where counts: (LiveOrder) -> Bool) -> Quantity {
        let id = symbols[index].instrument.id
        var sum = Quantity.zero
        for order in orders.live where order.instrument == id && order.isExit && counts(order) {
            sum += order.rest
        }
        return sum
    }

    // MARK: The protective stop

    /// What orders can carry of the position must be covered; dust beyond it counts as covered.
    private mutating func driveStop(_ index: Int) {
        guard let position = symbols[index].position else { return }
        let id = symbols[index].instrument.id
        let filters = symbols[index].exitFilters
        let quantity = position.record.quantity
        let needed = filters.tradable(quantity)
        if needed.isZero {
            tellDust(index)
            return forgetCover(index)
        }
        var covered = Quantity.zero
        var coming = Quantity.zero
        // Of those the ones at the stop's price or nearer to the mark: the others are only to bridge the time.
        var standing = Quantity.zero
        var placed = Quantity.zero
        var exact: LiveOrder?
        for order in orders.live
        where order.instrument == id && order.isStop(of: position.record.direction)
            && order.isWanted
        {
            if order.isConfirmedOpen {
                covered = covered + order.rest
            } else {
                coming = coming + order.rest
            }
            guard position.record.isHeld(by: order) else { continue }
            placed = placed + order.rest
            if order.isConfirmedOpen { standing = standing + order.rest }
            // A stop that filled a fraction of a lot has the dust of the position too.
            if order.rest == needed || order.rest == quantity { exact = order }
        }
        noteCover(index, covered >= needed)
        // More than the largest order can be held only by several, which together must be enough.
        let isSplit = filters.onMarketGrid(needed) < needed
        let isEnough =
            exact != nil || (position.isClosing && covered + coming >= needed)
            || (isSplit && placed >= needed)
        if let exact {
            guard exact.isConfirmedOpen else { return }
            // The new one stands: what it replaces may go.
            for other in liveOrders(
                index, where: { $0.record.purpose == .protectiveStop && $0.id != exact.id })
            {
                cancel(other)
            }
            return
        }
        if isSplit && standing >= needed {
            for other in liveOrders(
                index,
                where: {
                    $0.record.purpose == .protectiveStop && !position.record.isHeld(by: $0)
                })
            {
                cancel(other)
            }
        }
        if isEnough { return }
        // A close was sent in this very answer: only if it does not work is a stop needed in between.
        if let closing = position.closing, closing.attempts <= 1, !expectedExits(index).isZero {
            return
        }
        guard position.stopFailures < 3 else { return }
        reduce(
            index, by: isSplit ? needed.subtracting(placed) : needed,
            .stopMarket(trigger: position.record.stopPrice, by: .mark),
            for: .protectiveStop)
    }

    /// Nothing can cover the position any more: no time runs against it.
    private mutating func forgetCover(_ index: Int) {
        guard let since = symbols[index].position?.nakedSince else { return }
        endNakedSpell(index, since: since)
        emit(.cancelTimer(.protection(symbols[index].instrument.id)))
    }

    /// Adds the spell to what the position has had, on disk too: a restart must not forget it.
    private mutating func endNakedSpell(_ index: Int, since: Timestamp) {
        guard let position = symbols[index].position else { return }
        symbols[index].position?.nakedSince = nil
        symbols[index].position?.longestNaked = max(position.longestNaked, now - since)
        symbols[index].position?.record.nakedTime =
            (position.record.nakedTime ?? .zero) + (now - since)
        if let record = symbols[index].position?.record { self.record(.positionChanged(record)) }
    }

    /// Follows how long a part of the position is without a confirmed stop.
    private mutating func noteCover(_ index: Int, _ isCovered: Bool) {
        guard let position = symbols[index].position else { return }
        let id = symbols[index].instrument.id
        if isCovered {
            guard let since = position.nakedSince else { return }
            endNakedSpell(index, since: since)
            symbols[index].position?.stopSeenTime = now
            symbols[index].position?.isStopSeenByReading = false
            symbols[index].position?.stopFailures = 0
            emit(.cancelTimer(.protection(id)))
            tell(
                .order, .info,
                "\(name(index)): stop confirmed after \((now - since).milliseconds) ms")
        } else if position.nakedSince == nil {
            symbols[index].position?.nakedSince = now
            if let record = symbols[index].position?.record {
                self.record(.positionChanged(record))
            }
            if !position.isClosing {
                emit(.setTimer(.protection(id), at: now + configuration.protectionLimit))
            }
        }
    }

    mutating func protectionTimedOut(_ id: InstrumentID) {
        let index = Int(id.index)
        guard index < symbols.count, let position = symbols[index].position,
            let since = position.nakedSince
        else { return }
        guard now - since >= configuration.protectionLimit else {
            emit(.setTimer(.protection(id), at: since + configuration.protectionLimit))
            return
        }
        tell(.risk, .alarm, "\(name(index)): no confirmed stop in time; closing")
        close(index, .emergency)
        needsSettling = true
    }

    // MARK: The target

    private mutating func driveTarget(_ index: Int) {
        // Of a position that other hands have turned round.
        let direction = symbols[index].position?.record.direction
        for id in liveOrders(
            index,
            where: {
                $0.record.purpose == .target && $0.isWanted
                    && $0.record.request.side == direction?.entrySide
            })
        {
            cancel(id)
        }
        guard let position = symbols[index].position, !position.isClosing,
            let price = position.record.targetPrice, position.targetFailures < 3,
            !hasLiveEntry(index), reading.hasEverAgreed
        else { return }
        let id = symbols[index].instrument.id
        let quantity = position.record.quantity
        let wanted = symbols[index].exitFilters.onGrid(quantity)
        if wanted.isZero { return }
        var hasExact = false
        var isBusy = false
        var others: [ClientOrderID] = []
        for order in orders.live where order.instrument == id && order.record.purpose == .target {
            if order.isWanted && (order.rest == wanted || order.rest == quantity) {
                hasExact = true
            } else {
                isBusy = true
                if order.isWanted { others.append(order.id) }
            }
        }
        for other in others { cancel(other) }
        // One after the other: both together could be more than the position.
        if hasExact || isBusy { return }
        reduce(index, by: wanted, .limit(price, .gtc), for: .target)
    }

    // MARK: Cancels

    func hasLiveEntry(_ index: Int) -> Bool {
        let id = symbols[index].instrument.id
        return orders.live.contains { $0.instrument == id && $0.record.purpose == .entry }
    }

    mutating func cancelEntries(_ index: Int) {
        for id in liveOrders(index, where: { $0.record.purpose == .entry && $0.isWanted }) {
            cancel(id)
        }
    }

    /// The position is flat: its stop and target must not stay. Only now may a stop be canceled without another, and
    /// not even now while an entry may still fill.
    private mutating func cancelOrphans(_ index: Int) {
        guard reading.hasEverAgreed, !hasLiveEntry(index) else { return }
        for id in liveOrders(
            index, where: { $0.isWanted && $0.record.purpose != .entry && !$0.isExit })
        {
            cancel(id)
        }
    }

    func liveOrders(_ index: Int, where isIt: (LiveOrder) -> Bool) -> [ClientOrderID] {
        let id = symbols[index].instrument.id
        var ids: [ClientOrderID] = []
        for order in orders.live where order.instrument == id && isIt(order) {
            ids.append(order.id)
        }
        return ids
    }

    /// Stop and target of a position of `direction` entered at `price`.
    func bracket(_ index: Int, _ direction: Direction, entry price: Price) -> BracketPlan {
        let stop: Rate
        let target: Rate
        switch configuration.profile.stopRule {
        case .fractions(let stopRate, let targetRate):
            stop = stopRate
            target = targetRate
        case .averageTrueRange:
            preconditionFailure("a configuration with this stop rule has a problem and is refused")
        }
        return BracketPlan(
            entry: price, direction: direction, stop: stop, target: target,
            filters: symbols[index].exitFilters)
    }
}

extension PositionRecord {
    /// Whether `order` is a stop of this position, at least as near to the mark as the position's.
    func isHeld(by order: LiveOrder) -> Bool {
        guard order.isStop(of: direction), let trigger = order.record.request.kind.price else {
            return false
        }
        return direction == .long ? trigger >= stopPrice : trigger <= stopPrice
    }
}

extension LiveOrder {
    /// Whether it is a stop of a position that profits this way; a fill by other hands may have turned the position round
    /// under a stop, which then covers nothing.
    func isStop(of direction: Direction) -> Bool {
        record.purpose == .protectiveStop && record.request.side == direction.exitSide
    }

    var isExit: Bool {
        switch record.purpose {
        case .exit: true
        case .entry, .protectiveStop, .target: false
        }
    }
}
