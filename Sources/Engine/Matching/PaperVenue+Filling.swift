import Trading

extension PaperVenue {
    // MARK: Arrivals

    mutating func receive(_ request: Inbound.Request) {
        switch request {
        case .submit(let request):
            receive(request)
        case .cancel(let id, let instrument):
            guard
                let index = orders.firstIndex(where: {
                    $0.request.clientOrderID == id && $0.request.instrument == instrument
                })
            else {
                outbox.append(report(.cancelRejected, of: id, instrument))
                return
            }
            close(index, .canceled)
            refresh(Int(instrument.index))
        case .moveMargin(let instrument, let amount):
            guard Int(instrument.index) < markets.count,
                account.moveMargin(amount, instrument: markets[Int(instrument.index)].instrument)
            else { return }
            report(.marginMoved(instrument, amount: amount, venueTime: time))
            refresh(Int(instrument.index))
        }
    }

    private mutating func receive(_ request: OrderRequest) {
        let place = Int(request.instrument.index)
        guard place < markets.count else { return report(.rejected(.filterViolation), of: request) }
        if orders.contains(where: { $0.request.clientOrderID == request.clientOrderID }) {
            return report(.rejected(.duplicateClientOrderID), of: request)
        }
        if let reason = VenueRules.refusal(
            of: request, account: account, instrument: markets[place].instrument,
            situation: situation(place))
            ?? refusedByBook(request, place)
        {
            return report(.rejected(reason), of: request)
        }
        lastVenueOrderID += 1
        report(.accepted(VenueOrderID(lastVenueOrderID)), of: request)
        var order = Working(
            request: request, venueOrderID: lastVenueOrderID, filled: .zero, state: .waiting)
        switch request.kind {
        case .stopMarket, .takeProfitMarket:
            break
        case .market:
            order.state = .taking(until: .distantFuture)
        case .limit(let price, .gtc):
            order.state =
                takesNow(request.side, price, place)
                ? .taking(until: time + configuration.takerPatience)
                : .resting(ahead: queue(request.side, price, place))
        case .limit(let price, .postOnly):
            order.state = .resting(ahead: queue(request.side, price, place))
        case .limit(_, .ioc), .limit(_, .fok):
            order.state = .taking(until: time + configuration.takerPatience)
        }
        orders.append(order)
        takeFromBook(place)
        refresh(place)
    }

    /// Whether a limit would take, as far as can be seen: by the opposite best price, else by the last price.
    private func takesNow(_ side: Side, _ limit: Price, _ place: Int) -> Bool {
        if let best = visible(to: side, place).first {
            return side == .buy ? best.price <= limit : best.price >= limit
        }
        guard let last = lastPrice(place) else { return false }
        return side == .buy ? last <= limit : last >= limit
    }

    private func refusedByBook(_ request: OrderRequest, _ place: Int) -> RejectReason? {
        guard case .limit(let limit, let timeInForce) = request.kind else { return nil }
        switch timeInForce {
        case .gtc, .ioc:
            return nil
        case .postOnly:
            // At the last price it is unknown, without a book, which side it stood on.
            if !markets[place].hasBook(at: time, maxAge: configuration.maxBookAge),
                lastPrice(place) == limit
            {
                return nil
            }
            return takesNow(request.side, limit, place) ? .wouldTakeLiquidity : nil
        case .fok:
            guard markets[place].hasBook(at: time, maxAge: configuration.maxBookAge) else {
                return nil
            }
            var missing = request.quantity
            for level in visible(to: request.side, place) {
                guard request.side == .buy ? level.price <= limit : level.price >= limit else {
                    break
                }
                missing = missing.subtracting(level.quantity)
                if missing.isZero { return nil }
            }
            // The venue's code for a fill-or-kill order that cannot be filled.
            return .other(code: -5021)
        }
    }

    private func visible(to side: Side, _ place: Int) -> [BookLevel] {
        markets[place].visible(
            to: side, at: time, maxAge: configuration.maxBookAge,
            newerLast: tapes[place].isLastNewer ? lastPrice(place) : nil)
    }

    private func lastPrice(_ place: Int) -> Price? { Price(exactly: tapes[place].last) }

    private func queue(_ side: Side, _ price: Price, _ place: Int) -> Int64? {
        markets[place].queue(side, at: price, time: time, maxAge: configuration.maxBookAge)
    }

    private func situation(_ place: Int) -> VenueRules.Situation {
        var free = account.availableBalance
        for order in orders where !order.request.isReduceOnly {
            guard case .limit(let price, _) = order.request.kind else { continue }
            free -= VenueRules.reserve(
                price: price, quantity: order.rest, account: account,
                instrument: markets[Int(order.request.instrument.index)].instrument)
        }
        let market = markets[place]
        let hasBook = market.hasBook(at: time, maxAge: configuration.maxBookAge)
        return VenueRules.Situation(
            bestBid: hasBook ? market.ticker?.bidPrice : nil,
            bestAsk: hasBook ? market.ticker?.askPrice : nil,
            markPrice: markPrice(place), lastPrice: lastPrice(place), freeBalance: free,
            openOrders: orders.count, maxOpenOrders: configuration.maxOpenOrders,
            priceBand: configuration.priceBand)
    }

    private func index(of venueOrderID: Int64) -> Int? {
        orders.firstIndex { $0.venueOrderID == venueOrderID }
    }

    private mutating func close(_ index: Int, _ kind: OrderReportKind) {
        report(kind, of: orders.remove(at: index).request)
    }

    // MARK: The market moved

    /// One print that concerns us.
    mutating func printed(_ print: Print, _ place: Int) {
        let id = markets[place].instrument.id
        let hasBook = markets[place].hasBook(at: time, maxAge: configuration.maxBookAge)
        // What the print leaves for us; orders of ours share it, oldest first.
        var left = print.quantity
        for number in orders.filter({ $0.request.instrument == id }).map(\.venueOrderID) {
            // A fill of another order may have taken this one away.
            guard let index = self.index(of: number) else { continue }
            let order = orders[index]
            var amount = Quantity.zero
            var price = print.price
            var isMaker = false
            var isOver = false
            switch order.state {
            case .waiting:
                break
            case .taking:
                if !hasBook, print.takerSide == order.request.side {
                    (amount, isOver) = taken(order, print, left)
                }
            case .resting(let ahead):
                isMaker = true
                if case .limit(let limit, _) = order.request.kind {
                    price = limit
                    amount = reached(order, limit, print, ahead, left, index)
                }
            }
            left = left.subtracting(amount)
            if !amount.isZero { fill(index, amount, price, isMaker: isMaker) }
            if isOver, let index = self.index(of: number) { close(index, .expired) }
        }
        pricesMoved(place)
        refresh(place)
    }

    /// What a waiting taker gets of a print of its own side, and whether it ends with it.
    private func taken(_ order: Working, _ print: Print, _ left: Quantity) -> (
        Quantity, isOver: Bool
    ) {
        let rest = usable(order)
        switch order.request.kind {
        case .market, .stopMarket, .takeProfitMarket:
            return (min(rest, left), false)
        case .limit(let limit, let timeInForce):
            let isBeyond = order.request.side == .buy ? print.price > limit : print.price < limit
            switch timeInForce {
            case .gtc, .postOnly: return (isBeyond ? .zero : min(rest, left), false)
            case .ioc: return (isBeyond ? .zero : min(rest, left), isBeyond)
            case .fok: return isBeyond || left < rest ? (.zero, true) : (rest, false)
            }
        }
    }

    /// What a resting order gets of a print; the queue ahead goes first.
    private mutating func reached(
        _ order: Working, _ limit: Price, _ print: Print, _ ahead: Int64?, _ left: Quantity,
        _ index: Int
    ) -> Quantity {
        let isThrough = order.request.side == .buy ? print.price < limit : print.price > limit
        if isThrough { return min(usable(order), left) }
        guard print.price == limit, print.takerSide == order.request.side.opposite, let ahead else {
            return .zero
        }
        let byQueue = min(ahead, left.units)
        orders[index].state = .resting(ahead: ahead - byQueue)
        return min(usable(order), Quantity(units: left.units - byQueue))
    }

    /// Best bid and ask or the depth changed.
    mutating func bookMoved(_ place: Int) {
        updateQueues(place)
        takeFromBook(place)
        pricesMoved(place)
        refresh(place)
    }

    /// A queue can be no longer than what is visible at its price now.
    private mutating func updateQueues(_ place: Int) {
        let id = markets[place].instrument.id
        for index in orders.indices where orders[index].request.instrument == id {
            guard case .resting(let ahead) = orders[index].state,
                case .limit(let limit, _) = orders[index].request.kind,
                let visible = queue(orders[index].request.side, limit, place)
            else { continue }
            orders[index].state = .resting(ahead: min(ahead ?? visible, visible))
        }
    }

    /// Takers take what they see, oldest first; what an immediate order does not get goes.
    private mutating func takeFromBook(_ place: Int) {
        guard markets[place].hasBook(at: time, maxAge: configuration.maxBookAge) else { return }
        let id = markets[place].instrument.id
        for order in orders {
            guard order.request.instrument == id, case .taking = order.state else { continue }
            for level in visible(to: order.request.side, place) {
                guard let index = self.index(of: order.venueOrderID) else { break }
                if case .limit(let limit, _) = order.request.kind,
                    order.request.side == .buy ? level.price > limit : level.price < limit
                {
                    break
                }
                let amount = min(usable(orders[index]), level.quantity)
                if amount.isZero { break }
                markets[place].consume(amount, at: level.price, by: order.request.side)
                fill(index, amount, level.price, isMaker: false)
            }
            guard let index = self.index(of: order.venueOrderID) else { continue }
            switch order.request.kind {
            case .market, .stopMarket, .takeProfitMarket:
                break
            case .limit(let limit, .gtc), .limit(let limit, .postOnly):
                orders[index].state = .resting(ahead: queue(order.request.side, limit, place))
            case .limit(_, .ioc), .limit(_, .fok):
                close(index, .expired)
            }
        }
    }

    /// Liquidation and conditional orders at the present prices.
    mutating func pricesMoved(_ place: Int) {
        liquidate(place)
        let id = markets[place].instrument.id
        var hasFired = false
        var index = 0
        while index < orders.count {
            let order = orders[index]
            index += 1
            guard order.request.instrument == id, order.state == .waiting else { continue }
            switch order.request.kind {
            case .stopMarket(let trigger, let source), .takeProfitMarket(let trigger, let source):
                guard let price = source == .mark ? markPrice(place) : lastPrice(place),
                    VenueRules.fires(
                        order.request.kind, side: order.request.side, trigger: trigger, at: price)
                else { continue }
                hasFired = true
                report(.triggered, of: order.request)
                orders[index - 1].isTriggered = true
                orders[index - 1].state = .taking(until: .distantFuture)
                if !mayExecute(order.request, place) {
                    index -= 1
                    close(index, .expired)
                }
            case .market, .limit:
                continue
            }
        }
        if hasFired { takeFromBook(place) }
    }

    /// A fired order is held against position and margin.
    private func mayExecute(_ request: OrderRequest, _ place: Int) -> Bool {
        let closable = account.closable(
            request.side, request.quantity, instrument: request.instrument)
        if request.isReduceOnly { return !closable.isZero }
        guard let price = markPrice(place) ?? lastPrice(place), request.quantity > closable else {
            return true
        }
        let needed = VenueRules.reserve(
            price: price, quantity: request.quantity - closable, account: account,
            instrument: markets[place].instrument)
        return needed <= account.availableBalance
    }

    func markPrice(_ place: Int) -> Price? { markets[place].markPrice(last: lastPrice(place)) }

    // MARK: Booking

    /// What an order may still take: reduce-only never more than the position.
    private func usable(_ order: Working) -> Quantity {
        order.request.isReduceOnly
            ? account.closable(order.request.side, order.rest, instrument: order.request.instrument)
            : order.rest
    }

    private mutating func fill(_ index: Int, _ quantity: Quantity, _ price: Price, isMaker: Bool) {
        let request = orders[index].request
        let place = Int(request.instrument.index)
        let instrument = markets[place].instrument
        let commission = Money(quantity, at: price).commission(
            at: isMaker ? instrument.makerFee : instrument.takerFee)
        account.apply(
            side: request.side, quantity: quantity, price: price, commission: commission,
            instrument: instrument)
        lastTradeIDs[place] += 1
        report(
            .filled(
                Fill(
                    tradeID: lastTradeIDs[place], price: price, quantity: quantity,
                    side: request.side,
                    commission: commission, isMaker: isMaker, venueTime: time)), of: request)
        orders[index].filled += quantity
        if orders[index].rest.isZero { orders.remove(at: index) }
        expireReduceOnlyWithoutPosition(place)
    }

    /// Reduce-only orders that rest or take go when there is nothing left to reduce; conditional ones stay.
    private mutating func expireReduceOnlyWithoutPosition(_ place: Int) {
        let id = markets[place].instrument.id
        var index = 0
        while index < orders.count {
            let order = orders[index]
            if order.request.instrument == id, order.request.isReduceOnly, order.state != .waiting,
                usable(order).isZero
            {
                close(index, .expired)
            } else {
                index += 1
            }
        }
    }

    /// Orders whose time is up: the rest of a patient limit goes into the queue, that of an immediate one goes.
    mutating func expireImpatient() {
        var index = 0
        while index < orders.count {
            guard case .taking(let until) = orders[index].state, until <= time,
                until < .distantFuture
            else {
                index += 1
                continue
            }
            let request = orders[index].request
            let place = Int(request.instrument.index)
            if case .limit(let limit, .gtc) = request.kind {
                orders[index].state = .resting(ahead: queue(request.side, limit, place))
                index += 1
            } else {
                close(index, .expired)
            }
            refresh(place)
        }
    }

    /// Funding of every instrument whose moment has come.
    mutating func settleFunding(_ place: Int) {
        guard let due = markets[place].nextFundingTime, due <= time else { return }
        markets[place].lastFundingTime = due
        markets[place].nextFundingTime = nil
        let instrument = markets[place].instrument
        guard let position = account.position(instrument.id), let mark = markPrice(place) else {
            return
        }
        let amount = VenueMargin.funding(
            direction: position.direction, quantity: position.quantity, mark: mark,
            rate: markets[place].fundingRate)
        account.apply(funding: amount, instrument: instrument)
        report(
            .funding(
                instrument.id, amount: amount, rate: markets[place].fundingRate, venueTime: time))
        refresh(place)
    }

    /// Closes our position by force when the mark has reached its liquidation price: into what is visible down to the
    /// bankruptcy price, the rest at that price.
    private mutating func liquidate(_ place: Int) {
        let instrument = markets[place].instrument
        guard let position = account.position(instrument.id), let price = position.liquidationPrice,
            let mark = markPrice(place), position.direction == .long ? mark <= price : mark >= price
        else { return }
        report(.liquidation(instrument.id, venueTime: time))
        while let open = orders.firstIndex(where: { $0.request.instrument == instrument.id }) {
            close(open, .expired)
        }
        let side = position.direction.exitSide
        let limit = VenueMargin.bankruptcyPrice(
            direction: position.direction, quantity: position.quantity, cost: position.cost,
            margin: position.isolatedMargin, tickSize: instrument.filters.tickSize)
        var rest = position.quantity
        for level in visible(to: side, place) {
            guard !rest.isZero, side == .buy ? level.price <= limit : level.price >= limit else {
                break
            }
            let amount = min(rest, level.quantity)
            markets[place].consume(amount, at: level.price, by: side)
            forceFill(place, side, amount, level.price)
            rest -= amount
        }
        if !rest.isZero { forceFill(place, side, rest, limit) }
    }

    private mutating func forceFill(
        _ place: Int, _ side: Side, _ quantity: Quantity, _ price: Price
    ) {
        let instrument = markets[place].instrument
        let commission = account.forcedCommission(
            quantity: quantity, price: price, instrument: instrument,
            clearanceFee: configuration.clearanceFee)
        account.apply(
            side: side, quantity: quantity, price: price, commission: commission,
            instrument: instrument)
        lastTradeIDs[place] += 1
        report(
            .forcedFill(
                instrument.id,
                Fill(
                    tradeID: lastTradeIDs[place], price: price, quantity: quantity, side: side,
                    commission: commission, isMaker: false, venueTime: time)))
    }

    // MARK: What concerns us

    /// Finds between which prices nothing of ours can happen on an instrument, and when something does by itself.
    mutating func refresh(_ place: Int) {
        let id = markets[place].instrument.id
        var low: Int64 = 0
        var high = Int64.max
        for order in orders where order.request.instrument == id {
            let price = order.request.kind.price?.units ?? 0
            switch (order.state, order.request.kind) {
            case (.taking, _):
                low = .max
            case (.waiting, .stopMarket), (.waiting, .takeProfitMarket):
                let isBelow: Bool
                if case .stopMarket = order.request.kind {
                    isBelow = order.request.side == .sell
                } else {
                    isBelow = order.request.side == .buy
                }
                if isBelow { low = max(low, price) } else { high = min(high, price) }
            case (.resting, _):
                if order.request.side == .buy {
                    low = max(low, price)
                } else {
                    high = min(high, price)
                }
            case (.waiting, .market), (.waiting, .limit):
                low = .max
            }
        }
        if let position = account.positions[place], let price = position.liquidationPrice?.units {
            switch position.direction {
            case .long: low = max(low, price)
            case .short: high = min(high, price)
            }
        }
        tapes[place].low = low
        tapes[place].high = high
        updateWake()
    }
}
