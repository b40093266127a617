import Trading

extension PaperVenue {
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
                missing = missing.subtracting(wholeLots(of: level.quantity, for: missing, place))
                if missing.isZero { return nil }
            }
            // The venue's code for a fill-or-kill order that cannot be filled.
            return .other(code: -5021)
        }
    }

    func visible(to side: Side, _ place: Int) -> [BookLevel] {
        markets[place].visible(
            to: side, at: time, maxAge: configuration.maxBookAge,
            newerLast: tapes[place].isLastNewer ? lastPrice(place) : nil)
    }

    func lastPrice(_ place: Int) -> Price? { Price(exactly: tapes[place].last) }

    func queue(_ side: Side, _ price: Price, _ place: Int) -> Int64? {
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

    func index(of venueOrderID: Int64) -> Int? {
        orders.firstIndex { $0.venueOrderID == venueOrderID }
    }

    mutating func close(_ index: Int, _ kind: OrderReportKind) {
        report(kind, of: orders.remove(at: index).request)
    }
}
