package import Trading

/// What became of an order that one of the simulated people placed.
package struct PlaceResult: Hashable, Sendable {
    package var filled = Quantity.zero
    package var cost = Money.zero
    /// The part that rests now; `nil` when nothing does.
    package var resting: BookOrderID?
    package var rejected: RejectReason?
}

extension Exchange {
    /// Places an order of one of the simulated people at the present moment; `limit` `nil` is a market order.
    ///
    /// Prices and quantities are on the instrument's grid: the people know it. Margin is checked as for everybody.
    package mutating func place(
        account id: AccountID, instrument: InstrumentID, side: Side, limit: Price?,
        timeInForce: TimeInForce,
        quantity wanted: Quantity, isReduceOnly: Bool = false
    ) -> PlaceResult {
        let place = Int(instrument.index)
        let owner = Int(id.index)
        precondition(owner > 1, "our account and the insurance have their own ways")
        var result = PlaceResult()
        guard !wanted.isZero else { return result }
        let closable = accounts[owner].closable(side, wanted, instrument: instrument)
        let quantity = isReduceOnly ? closable : wanted
        if quantity.isZero {
            result.rejected = .reduceOnlyConflict
            return result
        }
        if quantity > closable {
            let reference = limit ?? markets[place].markPrice
            let needed = VenueRules.reserve(
                price: reference, quantity: quantity - closable, account: accounts[owner],
                instrument: markets[place].instrument)
            if needed > accounts[owner].availableBalance {
                result.rejected = .insufficientMargin
                return result
            }
        }
        if let reason = refusedByBook(place, id.index, side, limit, timeInForce, quantity) {
            result.rejected = reason
            return result
        }
        let outcome = match(
            place, taker: owner, side: side, limit: limit, quantity: quantity, as: .local)
        result.filled = outcome.filled
        result.cost = outcome.cost
        if let limit, rests(timeInForce), outcome.filled < quantity {
            result.resting = markets[place].book.add(
                owner: id.index, side: side, price: limit, quantity: quantity - outcome.filled,
                isReduceOnly: isReduceOnly)
        }
        fireByLast(place)
        return result
    }

    /// Takes back an order of one of the simulated people; answers what was left, `nil` when it had gone.
    @discardableResult
    package mutating func remove(_ id: BookOrderID, instrument: InstrumentID) -> Quantity? {
        markets[Int(instrument.index)].book.remove(id)
    }

    /// Whether an order of one of the simulated people still rests.
    package func isResting(_ id: BookOrderID, instrument: InstrumentID) -> Bool {
        markets[Int(instrument.index)].book.isResting(id)
    }

    /// Sends best bid and ask if they changed since they were sent last.
    package mutating func publishTicker(_ id: InstrumentID) { emitTicker(Int(id.index)) }

    // MARK: Our orders

    mutating func receive(_ request: Inbound.Request) {
        switch request {
        case .submit(let request): receive(request)
        case .resume(let venueOrderID): resume(venueOrderID)
        case .cancel(let id, let instrument): receiveCancel(id, instrument)
        case .moveMargin(let instrument, let amount):
            guard Int(instrument.index) < markets.count,
                accounts[0].moveMargin(
                    amount, instrument: markets[Int(instrument.index)].instrument)
            else { return }
            report(.marginMoved(instrument, amount: amount, venueTime: time))
        }
    }

    private mutating func receive(_ request: OrderRequest) {
        let place = Int(request.instrument.index)
        guard place < markets.count else { return report(.rejected(.filterViolation), of: request) }
        if orders.contains(where: { $0.request.clientOrderID == request.clientOrderID }) {
            return report(.rejected(.duplicateClientOrderID), of: request)
        }
        if let reason = VenueRules.refusal(
            of: request, account: accounts[0], instrument: markets[place].instrument,
            situation: situation(place))
        {
            return report(.rejected(reason), of: request)
        }
        if case .limit(let limit, let timeInForce) = request.kind,
            let reason = refusedByBook(place, 0, request.side, limit, timeInForce, request.quantity)
        {
            return report(.rejected(reason), of: request)
        }
        lastVenueOrderID += 1
        report(.accepted(VenueOrderID(lastVenueOrderID)), of: request)
        let order = RemoteOrder(
            request: request, venueOrderID: lastVenueOrderID, filled: .zero, state: .waiting)
        if request.kind.isConditional { orders.append(order) } else { execute(order, place) }
        fireByLast(place)
        emitTicker(place)
    }

    /// Goes on with an order that was open before a restart.
    private mutating func resume(_ venueOrderID: Int64) {
        guard let index = orders.firstIndex(where: { $0.venueOrderID == venueOrderID }) else {
            return
        }
        let order = orders.remove(at: index)
        let place = Int(order.request.instrument.index)
        execute(order, place)
        fireByLast(place)
        emitTicker(place)
    }

    /// Matches an order of ours; what a limit does not get rests or goes, what a market order does not get goes.
    mutating func execute(_ order: RemoteOrder, _ place: Int) {
        var order = order
        let request = order.request
        var limit: Price?
        var isResting = false
        if case .limit(let price, let timeInForce) = request.kind {
            limit = price
            isResting = rests(timeInForce)
        }
        if order.share == nil { order.share = impairments[place].takeShare() }
        let quantity = offered(usable(order), to: order, limit: limit, place)
        let outcome = match(
            place, taker: 0, side: request.side, limit: limit, quantity: quantity,
            as: .ours(request))
        order.filled += outcome.filled
        // Reduce-only: what is larger than the position goes too.
        if order.filled < request.quantity {
            let rest = usable(order)
            if let limit, isResting, !rest.isZero {
                // What the book still offers comes with a later second: a book is never crossed.
                order.state =
                    order.share != nil && crosses(place, request.side, limit)
                    ? .waiting
                    : .resting(
                        markets[place].book.add(
                            owner: 0, side: request.side, price: limit, quantity: rest,
                            isReduceOnly: request.isReduceOnly, tag: order.venueOrderID))
                orders.append(order)
                orders.sort { $0.venueOrderID < $1.venueOrderID }
            } else {
                report(.expired, of: request)
            }
        }
        expireReduceOnlyWithoutPosition(place)
    }

    private mutating func receiveCancel(_ id: ClientOrderID, _ instrument: InstrumentID) {
        guard
            let index = orders.firstIndex(where: {
                $0.request.clientOrderID == id && $0.request.instrument == instrument
            })
        else {
            reports.append(
                VenueOutput(
                    time: time + configuration.latency,
                    content: .order(
                        OrderReport(
                            clientOrderID: id, instrument: instrument, kind: .cancelRejected,
                            venueTime: time))))
            return
        }
        close(index, .canceled)
        emitTicker(Int(instrument.index))
    }

    /// Takes an open order of ours away and says why.
    mutating func close(_ index: Int, _ kind: OrderReportKind) {
        let order = orders.remove(at: index)
        switch order.state {
        case .resting(let id): markets[Int(order.request.instrument.index)].book.remove(id)
        case .waiting: break
        }
        report(kind, of: order.request)
    }

    /// The quantity of an order of ours that may execute now: reduce-only never more than the position.
    func usable(_ order: RemoteOrder) -> Quantity {
        let rest = order.request.quantity - order.filled
        return order.request.isReduceOnly
            ? accounts[0].closable(order.request.side, rest, instrument: order.request.instrument)
            : rest
    }

    private func situation(_ place: Int) -> VenueRules.Situation {
        var free = accounts[0].availableBalance
        for order in orders where !order.request.isReduceOnly {
            guard case .resting = order.state, let price = order.request.kind.price else {
                continue
            }
            free -= VenueRules.reserve(
                price: price, quantity: order.request.quantity - order.filled, account: accounts[0],
                instrument: markets[Int(order.request.instrument.index)].instrument)
        }
        let market = markets[place]
        return VenueRules.Situation(
            bestBid: market.book.bestBidPrice, bestAsk: market.book.bestAskPrice,
            markPrice: market.markPrice,
            lastPrice: market.lastPrice, freeBalance: free, openOrders: orders.count,
            maxOpenOrders: configuration.maxOpenOrders, priceBand: configuration.priceBand)
    }

    // MARK: Matching

    /// Whose order takes.
    enum Taker {
        case local
        case ours(OrderRequest)
        case forced
    }

    private func rests(_ timeInForce: TimeInForce) -> Bool {
        switch timeInForce {
        case .gtc, .postOnly: true
        case .ioc, .fok: false
        }
    }

    /// Why the book's state forbids the order: post-only that would take, fill-or-kill that would not fill.
    private func refusedByBook(
        _ place: Int, _ owner: Int32, _ side: Side, _ limit: Price?, _ timeInForce: TimeInForce,
        _ quantity: Quantity
    ) -> RejectReason? {
        switch timeInForce {
        case .gtc, .ioc:
            return nil
        case .postOnly:
            guard let limit else { return nil }
            return crosses(place, side, limit) ? .wouldTakeLiquidity : nil
        case .fok:
            let available = markets[place].book.available(
                to: side, limit: limit, excluding: owner, wanted: quantity)
            let offered = owner == 0 ? offeredNext(of: available, place) : available
            // The venue's code for a fill-or-kill order that cannot be filled.
            return offered < quantity ? .other(code: -5021) : nil
        }
    }

    /// Whether an order at `limit` would take.
    private func crosses(_ place: Int, _ side: Side, _ limit: Price) -> Bool {
        switch side {
        case .buy: markets[place].book.bestAskPrice.map { limit >= $0 } ?? false
        case .sell: markets[place].book.bestBidPrice.map { limit <= $0 } ?? false
        }
    }

    /// Takes from the book, best price first and oldest order first, within `limit`; books every fill on both sides
    /// and prints every price once. A resting order of the taker's own account is expired, never traded with.
    mutating func match(
        _ place: Int, taker: Int, side: Side, limit: Price?, quantity: Quantity, as kind: Taker
    ) -> (filled: Quantity, cost: Money) {
        var rest = quantity
        var cost = Money.zero
        var printed: (price: Price, quantity: Quantity)?
        while !rest.isZero, let maker = markets[place].book.first(side.opposite) {
            if let limit, side == .buy ? maker.price > limit : maker.price < limit { break }
            if Int(maker.owner) == taker {
                expire(maker, place)
                continue
            }
            var amount = min(rest, maker.remaining)
            if maker.isReduceOnly {
                let closable = accounts[Int(maker.owner)].closable(
                    maker.side, amount, instrument: markets[place].instrument.id)
                if closable.isZero {
                    expire(maker, place)
                    continue
                }
                amount = closable
            }
            amount = sliced(amount, of: maker, place)
            if let last = printed, last.price != maker.price {
                emitPrint(last.price, last.quantity, side, place)
                printed = nil
            }
            markets[place].lastTradeID += 1
            markets[place].lastPrice = maker.price
            printed = (maker.price, (printed?.quantity ?? .zero) + amount)
            rest -= amount
            cost += Money(amount, at: maker.price)
            markets[place].book.fill(maker.id, amount)
            settleTaker(place, taker, side, amount, maker.price, kind)
            settleMaker(place, maker, amount)
        }
        if let last = printed { emitPrint(last.price, last.quantity, side, place) }
        return (quantity - rest, cost)
    }

    private mutating func emitPrint(
        _ price: Price, _ quantity: Quantity, _ side: Side, _ place: Int
    ) {
        emit(
            .print(
                Print(
                    tradeID: markets[place].lastTradeID, price: price, quantity: quantity,
                    takerSide: side,
                    venueTime: time)), place)
    }

    private mutating func settleTaker(
        _ place: Int, _ taker: Int, _ side: Side, _ quantity: Quantity, _ price: Price,
        _ kind: Taker
    ) {
        let instrument = markets[place].instrument
        let fee = Money(quantity, at: price).commission(at: instrument.takerFee)
        var commission = fee
        switch kind {
        case .local, .ours:
            feesCollected += fee
        case .forced:
            commission = accounts[taker].forcedCommission(
                quantity: quantity, price: price, instrument: instrument,
                clearanceFee: configuration.clearanceFee)
            let venuePart = max(.zero, min(fee, commission))
            feesCollected += venuePart
            accounts[1].collect(commission - venuePart)
        }
        accounts[taker].apply(
            side: side, quantity: quantity, price: price, commission: commission,
            instrument: instrument)
        guard taker == 0 else { return }
        ourTradeIDs[place] = markets[place].lastTradeID
        let fill = Fill(
            tradeID: markets[place].lastTradeID, price: price, quantity: quantity, side: side,
            commission: commission, isMaker: false, venueTime: time)
        switch kind {
        case .local: break
        case .ours(let request): report(.filled(fill), of: request)
        case .forced: report(.forcedFill(instrument.id, fill))
        }
    }

    private mutating func settleMaker(_ place: Int, _ maker: BookOrder, _ quantity: Quantity) {
        let instrument = markets[place].instrument
        let commission = Money(quantity, at: maker.price).commission(at: instrument.makerFee)
        feesCollected += commission
        accounts[Int(maker.owner)].apply(
            side: maker.side, quantity: quantity, price: maker.price, commission: commission,
            instrument: instrument)
        guard maker.owner == 0,
            let index = orders.firstIndex(where: { $0.venueOrderID == maker.tag })
        else {
            return
        }
        ourTradeIDs[place] = markets[place].lastTradeID
        let request = orders[index].request
        orders[index].filled += quantity
        if quantity == maker.remaining { orders.remove(at: index) }
        report(
            .filled(
                Fill(
                    tradeID: markets[place].lastTradeID, price: maker.price, quantity: quantity,
                    side: maker.side, commission: commission, isMaker: true, venueTime: time)),
            of: request)
        expireReduceOnlyWithoutPosition(place)
    }

    /// Takes a resting order out by the venue's rules.
    private mutating func expire(_ order: BookOrder, _ place: Int) {
        markets[place].book.remove(order.id)
        guard order.owner == 0,
            let index = orders.firstIndex(where: { $0.venueOrderID == order.tag })
        else {
            return
        }
        report(.expired, of: orders.remove(at: index).request)
    }

    /// Resting reduce-only orders of ours go when there is nothing left that they could reduce. Conditional ones
    /// stay, and expire when they fire.
    mutating func expireReduceOnlyWithoutPosition(_ place: Int) {
        let id = markets[place].instrument.id
        var index = 0
        while index < orders.count {
            let order = orders[index]
            if order.request.instrument == id, order.request.isReduceOnly, order.state != .waiting,
                accounts[0].closable(order.request.side, order.request.quantity, instrument: id)
                    .isZero
            {
                close(index, .expired)
            } else {
                index += 1
            }
        }
    }
}
