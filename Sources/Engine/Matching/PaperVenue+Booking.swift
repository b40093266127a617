import Trading

extension PaperVenue {
    /// What an order may still take: reduce-only never more than the position.
    func usable(_ order: Working) -> Quantity {
        order.request.isReduceOnly
            ? account.closable(order.request.side, order.rest, instrument: order.request.instrument)
            : order.rest
    }

    /// How much of `offered` an order takes that wants `rest`: all it wants, else whole lots.
    ///
    /// The outside market may print quantities that are off our grid; a fraction of a lot would leave a position that
    /// no order can close.
    func wholeLots(of offered: Quantity, for rest: Quantity, _ order: Working) -> Quantity {
        wholeLots(of: offered, for: rest, Int(order.request.instrument.index))
    }

    func wholeLots(of offered: Quantity, for rest: Quantity, _ place: Int) -> Quantity {
        if offered >= rest { return rest }
        let step = max(1, markets[place].instrument.filters.stepSize.units)
        return Quantity(units: offered.units - offered.units % step)
    }

    mutating func fill(_ index: Int, _ quantity: Quantity, _ price: Price, isMaker: Bool) {
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
    mutating func liquidate(_ place: Int) {
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
            let amount = wholeLots(of: level.quantity, for: rest, place)
            if amount.isZero { continue }
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
}
