import Trading

/// The venue's checks of one order before it meets the book; shared by the simulated exchange and the paper venue.
enum VenueRules {
    /// What the venue knows at the moment the order arrives.
    struct Situation {
        var bestBid: Price?
        var bestAsk: Price?
        var markPrice: Price?
        var lastPrice: Price?
        /// Free cash after the margin of positions and of other open orders.
        var freeBalance: Money
        var openOrders: Int
        var maxOpenOrders: Int
        /// How far a limit may lie beyond the mark.
        var priceBand: Rate
    }

    /// Why the order is refused; `nil` when it may go on.
    ///
    /// - Source: Binance USDⓈ-M exchangeInfo filters and error codes, pages read 2026-05.
    static func refusal(
        of request: OrderRequest, account: MarginAccount, instrument: Instrument,
        situation: Situation
    ) -> RejectReason? {
        if situation.openOrders >= situation.maxOpenOrders { return .tooManyOrders }
        if let reason = filterRefusal(of: request, instrument: instrument, situation: situation) {
            return reason
        }
        let closable = account.closable(
            request.side, request.quantity, instrument: request.instrument)
        switch request.kind {
        case .stopMarket(let trigger, let source), .takeProfitMarket(let trigger, let source):
            // A conditional order is held against position and margin when it fires.
            guard let price = source == .mark ? situation.markPrice : situation.lastPrice else {
                return nil
            }
            return fires(request.kind, side: request.side, trigger: trigger, at: price)
                ? .wouldTriggerImmediately : nil
        case .market, .limit:
            break
        }
        if request.isReduceOnly { return closable.isZero ? .reduceOnlyConflict : nil }
        return marginRefusal(
            of: request, raising: request.quantity - closable, account: account,
            instrument: instrument,
            situation: situation)
    }

    /// Whether a trigger at `price` fires: stops when the price has gone against the position, take-profits when it
    /// has gone in its favor.
    static func fires(_ kind: OrderKind, side: Side, trigger: Price, at price: Price) -> Bool {
        switch kind {
        case .stopMarket: side == .sell ? price <= trigger : price >= trigger
        case .takeProfitMarket: side == .sell ? price >= trigger : price <= trigger
        case .market, .limit: false
        }
    }

    /// Margin that a resting order keeps, fee included.
    static func reserve(
        price: Price, quantity: Quantity, account: MarginAccount, instrument: Instrument
    ) -> Money {
        let notional = Money(quantity, at: price)
        return account.initialMargin(of: notional, instrument: instrument.id)
            + notional.commission(at: instrument.takerFee)
    }

    private static func filterRefusal(
        of request: OrderRequest, instrument: Instrument, situation: Situation
    ) -> RejectReason? {
        let filters = instrument.filters
        let quantity = request.quantity
        let maxQuantity: Quantity
        switch request.kind {
        case .limit: maxQuantity = filters.maxQuantity
        case .market, .stopMarket, .takeProfitMarket: maxQuantity = filters.maxMarketQuantity
        }
        guard quantity >= filters.minQuantity, quantity <= maxQuantity,
            (quantity.units - filters.minQuantity.units) % max(1, filters.stepSize.units) == 0
        else { return .filterViolation }
        if let price = request.kind.price {
            guard price >= filters.minPrice, price <= filters.maxPrice,
                (price.units - filters.minPrice.units) % max(1, filters.tickSize.units) == 0
            else { return .filterViolation }
        }
        let reference: Price?
        switch request.kind {
        case .limit(let price, _):
            reference = price
            if let mark = situation.markPrice {
                let band = Money(Quantity(units: situation.priceBand.units), at: mark).units
                let edge = Int128(mark.units) * Int128(FixedPoint.unitsPerOne)
                let value = Int128(price.units) * Int128(FixedPoint.unitsPerOne)
                if request.side == .buy ? value > edge + band : value < edge - band {
                    return .priceOutsideBand
                }
            }
        case .stopMarket(let trigger, _), .takeProfitMarket(let trigger, _):
            reference = trigger
        case .market:
            reference = situation.markPrice ?? situation.lastPrice
        }
        // Without any price the value of a market order cannot be held against the minimum.
        if !request.isReduceOnly, let reference,
            Money(quantity, at: reference) < filters.minNotional
        {
            return .filterViolation
        }
        return nil
    }

    private static func marginRefusal(
        of request: OrderRequest, raising: Quantity, account: MarginAccount, instrument: Instrument,
        situation: Situation
    ) -> RejectReason? {
        guard !raising.isZero else { return nil }
        let opposite = request.side == .buy ? situation.bestAsk : situation.bestBid
        let reference =
            switch request.kind {
            case .limit(let price, _): request.side == .buy ? price : max(price, opposite ?? price)
            case .market, .stopMarket, .takeProfitMarket:
                opposite ?? situation.markPrice ?? situation.lastPrice
            }
        guard let reference else { return .insufficientMargin }
        let position = account.position(request.instrument)
        let held =
            position.map { $0.direction.entrySide == request.side ? $0.cost : .zero } ?? .zero
        let tier = VenueMargin.tier(
            notional: held + Money(raising, at: reference), tiers: instrument.tiers)
        // The venue's code for a notional that this leverage does not allow.
        if let tier, account.leverage(of: request.instrument) > tier.maxLeverage {
            return .other(code: -2027)
        }
        let needed = reserve(
            price: reference, quantity: raising, account: account, instrument: instrument)
        return needed > situation.freeBalance ? .insufficientMargin : nil
    }
}
