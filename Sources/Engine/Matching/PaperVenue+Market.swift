import Trading

extension PaperVenue {
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
            return (wholeLots(of: left, for: rest, order), false)
        case .limit(let limit, let timeInForce):
            let isBeyond = order.request.side == .buy ? print.price > limit : print.price < limit
            switch timeInForce {
            case .gtc, .postOnly:
                return (isBeyond ? .zero : wholeLots(of: left, for: rest, order), false)
            case .ioc:
                return (isBeyond ? .zero : wholeLots(of: left, for: rest, order), isBeyond)
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
        if isThrough { return wholeLots(of: left, for: usable(order), order) }
        guard print.price == limit, print.takerSide == order.request.side.opposite, let ahead else {
            return .zero
        }
        let byQueue = min(ahead, left.units)
        orders[index].state = .resting(ahead: ahead - byQueue)
        return wholeLots(
            of: Quantity(units: left.units - byQueue), for: usable(order), order)
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
    mutating func takeFromBook(_ place: Int) {
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
                let rest = usable(orders[index])
                if rest.isZero { break }
                let amount = wholeLots(of: level.quantity, for: rest, orders[index])
                if amount.isZero { continue }
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
    func mayExecute(_ request: OrderRequest, _ place: Int) -> Bool {
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
