import Trading

// Open interest, funding and forced orders.
//
// Open interest and settled funding are asked for: they say nothing of the connection that the prices come by.

extension MarketState {
    mutating func apply(_ interest: OpenInterest, at time: Timestamp) -> MarketChange {
        guard !interest.quantity.isZero, !isAhead(interest.venueTime, of: time) else {
            counts.quarantined += 1
            return .quarantined
        }
        guard openInterest.add(interest) else { return [] }
        ages.openInterest = time
        return .openInterestChanged
    }

    mutating func apply(_ settlement: FundingSettlement, at time: Timestamp) -> MarketChange {
        // Nobody pays the whole notional at once.
        guard settlement.rate.units.magnitude < UInt64(FixedPoint.unitsPerOne),
            !isAhead(settlement.venueTime, of: time)
        else {
            counts.quarantined += 1
            return .quarantined
        }
        guard fundings.add(settlement) else { return [] }
        ages.funding = time
        return .fundingSettled
    }

    mutating func apply(_ order: ForcedOrder, at time: Timestamp) -> MarketChange {
        ages.seen(at: time)
        let notional = Money(order.quantity, at: order.price)
        guard notional.units <= Self.maxPrintNotional, !isAhead(order.venueTime, of: time) else {
            counts.quarantined += 1
            return .quarantined
        }
        counts.forcedOrders += 1
        lastForcedOrder = order
        forcedFlow.add(order.side, notional, at: order.venueTime)
        switch order.side {
        case .buy: forcedBuyNotional += notional
        case .sell: forcedSellNotional += notional
        }
        return .forcedOrderSeen
    }

    /// Whether `venueTime` is further ahead of the engine's clock than clocks differ.
    func isAhead(_ venueTime: Timestamp, of time: Timestamp) -> Bool {
        venueTime > time && venueTime - time > configuration.maxAheadOfClock
    }
}
