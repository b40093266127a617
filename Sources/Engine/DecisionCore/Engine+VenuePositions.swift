import Exits
import Market
import Messages
import Risk
import Trading

// Fills and positions at the venue against ours.

extension Engine {
    /// Whether both know the same fills; only then can positions be compared.
    mutating func compareFills(_ index: Int, _ snapshot: AccountSnapshot) -> Comparison {
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

    /// Whether the reading has the very position that we book, or both have none.
    func agreesOnPosition(_ index: Int, _ snapshot: AccountSnapshot) -> Bool {
        let id = symbols[index].instrument.id
        let venue = snapshot.positions.first { $0.instrument == id && !$0.quantity.isZero }
        let own = symbols[index].position?.record
        return venue?.direction == own?.direction && venue?.quantity == own?.quantity
    }

    mutating func comparePosition(
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
            adoptForeign(venue, index, isObserved: configuration.foreignOrders == .observe)
            if isObserved(index) {
                return .observed("\(name(index)): \(venue.quantity) of somebody else's")
            }
            return .adopted("\(name(index)): \(venue.quantity) open at the venue, none here")
        case (.some(let venue), .some(let own)):
            // Two readings must say so before a position of ours is changed.
            symbols[index].mismatches += 1
            guard symbols[index].mismatches >= 2 else { return .doubt }
            let wasObserved = isObserved(index)
            closeExternally(index)
            // What was ours in it must not go without a stop.
            adoptForeign(venue, index, isObserved: wasObserved)
            if wasObserved {
                return .observed("\(name(index)): \(venue.quantity) of somebody else's")
            }
            return .adopted("\(name(index)): \(venue.quantity) at the venue, \(own.quantity) here")
        case (nil, .some(let own)):
            symbols[index].mismatches += 1
            guard symbols[index].mismatches >= 2 else { return .doubt }
            let wasObserved = isObserved(index)
            closeExternally(index)
            if wasObserved { return .observed("\(name(index)): somebody else closed theirs") }
            return .adopted("\(name(index)): flat at the venue, \(own.quantity) here")
        }
    }

    /// A position at the venue that we do not know: unless it is only observed, it is protected before anything else.
    private mutating func adoptForeign(
        _ venue: VenuePosition, _ index: Int, isObserved: Bool
    ) {
        let mark = symbols[index].market.mark?.price ?? venue.entryPrice
        let bracket = bracket(index, venue.direction, entry: mark)
        var stop = bracket.stop
        if let owners = ownersStop(index, venue.direction, mark: mark) {
            stop = owners
        } else if let liquidation = venue.liquidationPrice {
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
        if isObserved { record.isObserved = true }
        var position = OpenPosition(record: record)
        position.isAdopted = true
        position.liquidationPrice = venue.liquidationPrice
        adopt(position, at: index)
        self.record(.positionChanged(record))
        if isObserved {
            tell(.reconcile, .warning, "\(name(index)): found a position at the venue; left alone")
        } else {
            tell(.reconcile, .alarm, "\(name(index)): found a position at the venue; protecting it")
        }
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
}
