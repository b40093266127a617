import Market
import Messages
import Risk
import Trading

// What the operator does with one position or one symbol: close, reduce, stop to break-even, pause.

extension Engine {
    /// Where the symbol of a command stands; `nil` when it is not traded.
    func index(of symbol: SymbolName) -> Int? {
        symbols.firstIndex { $0.instrument.symbol == symbol }
    }

    // MARK: Why not

    func refusalToClose(_ symbol: SymbolName) -> CommandRefusal? {
        guard let index = index(of: symbol) else { return .unknownSymbol }
        guard let position = symbols[index].position else { return .noPosition }
        if position.isClosing { return .alreadyClosing }
        let filters = symbols[index].exitFilters
        guard filters.tradable(position.record.quantity).isZero else { return nil }
        return .belowSmallestOrder(position.record.quantity, minimum: filters.minQuantity)
    }

    func refusalToReduce(_ symbol: SymbolName, by percent: Int) -> CommandRefusal? {
        if let refusal = refusalToClose(symbol) { return refusal }
        guard let index = index(of: symbol) else { return .unknownSymbol }
        // Of a position that was only remembered nobody knows how much is left.
        guard reading.readTime != nil else { return .notReconciled }
        let filters = symbols[index].exitFilters
        let open = openBeyondExits(index)
        let part = share(percent, of: open)
        if filters.tradable(part).isZero {
            return .belowSmallestOrder(part, minimum: filters.minQuantity)
        }
        let rest = open.subtracting(filters.tradable(part))
        guard filters.tradable(rest).isZero else { return nil }
        return .restBelowSmallestOrder(rest, minimum: filters.minQuantity)
    }

    func refusalOfBreakEven(_ symbol: SymbolName) -> CommandRefusal? {
        if let refusal = refusalToClose(symbol) { return refusal }
        guard let index = index(of: symbol) else { return .unknownSymbol }
        guard reading.readTime != nil else { return .notReconciled }
        guard let record = symbols[index].position?.record,
            let breakEven = breakEvenStop(index)
        else { return .noPosition }
        guard let mark = symbols[index].market.mark?.price else { return .noMarkPrice }
        switch record.direction {
        case .long:
            if record.stopPrice >= breakEven {
                return .stopAlreadyThere(stop: record.stopPrice, breakEven: breakEven)
            }
            return mark > breakEven ? nil : .notBeyondBreakEven(mark: mark, breakEven: breakEven)
        case .short:
            if record.stopPrice <= breakEven {
                return .stopAlreadyThere(stop: record.stopPrice, breakEven: breakEven)
            }
            return mark < breakEven ? nil : .notBeyondBreakEven(mark: mark, breakEven: breakEven)
        }
    }

    /// What is open and not on its way out.
    private func openBeyondExits(_ index: Int) -> Quantity {
        let quantity = symbols[index].position?.record.quantity ?? .zero
        return quantity.subtracting(inFlightExits(index))
    }

    /// Rounded down to 10⁻⁸; the lot grid comes later.
    private func share(_ percent: Int, of quantity: Quantity) -> Quantity {
        precondition((1...99).contains(percent), "a part is 1...99 per cent")
        return Quantity(units: Int64(clamping: Int128(quantity.units) * Int128(percent) / 100))
    }

    /// The entry price moved by the costs of the way in and out to the side where the position earns, on the grid.
    private func breakEvenStop(_ index: Int) -> Price? {
        guard let record = symbols[index].position?.record else { return nil }
        let costs = roundTripCosts(index)
        return Precision.stop(
            record.entryPrice.moved(by: record.direction == .long ? costs : -costs),
            protecting: record.direction, symbols[index].exitFilters)
    }

    // MARK: Doing it

    mutating func perform(closing symbol: SymbolName) {
        guard let index = index(of: symbol) else { return }
        symbols[index].isToBeFlat = true
        symbols[index].isFlatAgreed = false
        close(index, .operator)
    }

    mutating func perform(reducing symbol: SymbolName, by percent: Int) {
        guard let index = index(of: symbol) else { return }
        var rest = symbols[index].exitFilters.tradable(
            share(percent, of: openBeyondExits(index)))
        // The venue's largest market order bounds each; the bound on their number is for a grid gone wrong.
        var slices = 0
        while !rest.isZero && slices < 16 {
            let sent = reduce(index, by: rest, .market, for: .exit(.operator))
            guard !sent.isZero else { break }
            // A last slice below the smallest order is left out: it would be rounded up.
            rest = symbols[index].exitFilters.tradable(rest.subtracting(sent))
            slices += 1
        }
    }

    /// Settling places the new stop and cancels the old one when the new one stands.
    mutating func perform(breakEven symbol: SymbolName) {
        guard let index = index(of: symbol), let stop = breakEvenStop(index) else { return }
        symbols[index].position?.record.stopPrice = stop
        symbols[index].position?.beyondStopSince = nil
        positionChanged(index)
    }

    mutating func pause(_ isPaused: Bool, _ symbol: SymbolName, by id: CommandID) {
        guard let index = index(of: symbol), symbols[index].isPaused != isPaused else { return }
        symbols[index].isPaused = isPaused
        record(.symbolPaused(symbols[index].instrument.id, isPaused, by: id))
    }

    /// The venue refused a nearer stop while the one before it covers the whole position: that one stays the
    /// position's, and who asked for the nearer one is told. Says whether it was so.
    mutating func keepStandingStop(_ index: Int) -> Bool {
        guard let held = symbols[index].position?.record else { return false }
        let filters = symbols[index].exitFilters
        let id = symbols[index].instrument.id
        let standing = orders.live.first {
            $0.instrument == id && $0.isStop(of: held.direction) && $0.isConfirmedOpen
                && $0.rest >= filters.tradable(held.quantity) && !held.isHeld(by: $0)
        }
        guard let trigger = standing?.record.request.kind.price else { return false }
        symbols[index].position?.record.stopPrice = trigger
        symbols[index].position?.stopFailures = 0
        positionChanged(index)
        for place in commands.records.indices where !commands.records[place].isFinished {
            guard
                commands.records[place].envelope.command
                    == .breakEven(symbols[index].instrument.symbol)
            else { continue }
            commands.refuse(.stopRejected, at: now, index: place)
            record(.commandRefused(commands.records[place].envelope.id, .stopRejected, now))
        }
        return true
    }

    // MARK: The ladders

    mutating func climb(_ place: Int, closing symbol: SymbolName) {
        guard let index = index(of: symbol) else { return }
        reach(.ordersSent, place)
        guard liveOrders(index, where: { $0.opensOrTakesProfit }).isEmpty else { return }
        reach(.ordersGone, place)
        guard symbols[index].position == nil else { return }
        reach(.positionsFlat, place)
        guard symbols[index].isFlatAgreed else { return requestReading() }
        reach(.confirmedByVenue, place)
        reach(.completed, place)
        symbols[index].isToBeFlat = false
    }

    mutating func climb(_ place: Int, reducing symbol: SymbolName) {
        guard let index = index(of: symbol) else { return }
        reach(.ordersSent, place)
        guard liveOrders(index, where: { $0.isExit }).isEmpty else { return }
        reach(.ordersGone, place)
        reach(.completed, place)
    }

    mutating func climb(_ place: Int, breakEven symbol: SymbolName) {
        guard let index = index(of: symbol) else { return }
        // A position that has ended meanwhile needs no stop.
        if let record = symbols[index].position?.record {
            var standing = Quantity.zero
            var areOthersGone = true
            for order in orders.live
            where order.instrument == symbols[index].instrument.id
                && order.record.purpose == .protectiveStop
            {
                if record.isHeld(by: order) {
                    if order.isConfirmedOpen { standing += order.rest }
                } else {
                    areOthersGone = false
                }
            }
            guard standing >= symbols[index].exitFilters.tradable(record.quantity) else {
                return
            }
            reach(.ordersSent, place)
            guard areOthersGone else { return }
            reach(.ordersGone, place)
        }
        reach(.completed, place)
    }

    mutating func climb(_ place: Int, pausing symbol: SymbolName) {
        guard let index = index(of: symbol) else { return }
        reach(.ordersSent, place)
        guard !hasLiveEntry(index) else { return }
        reach(.ordersGone, place)
        reach(.completed, place)
    }
}

extension LiveOrder {
    /// Whether it is an entry or a target: what a close removes.
    fileprivate var opensOrTakesProfit: Bool {
        switch record.purpose {
        case .entry, .target: true
        case .protectiveStop, .exit: false
        }
    }
}
