import Trading

extension Exchange {
    /// One second of an instrument: mark, funding, liquidations, conditional orders by mark.
    mutating func updateMark(_ place: Int) {
        markets[place].updateMark(at: time)
        emit(.markPrice(markets[place].markUpdate(at: time)), place)
        if time >= markets[place].nextFundingTime { settleFunding(place) }
        countOpenInterest(place)
        liquidate(place)
        unwindInsurance(place)
        resumeSliced(place)
        fire(.mark, place)
        fireByLast(place)
        emitTicker(place)
    }

    /// Tells how many contracts are open, with the first mark of each minute.
    private mutating func countOpenInterest(_ place: Int) {
        let minute = time.floor(to: .minutes(1))
        guard markets[place].countedMinute.map({ $0 < minute }) ?? true else { return }
        markets[place].countedMinute = minute
        let quantity = Quantity(units: openInterest(markets[place].instrument.id).long)
        guard !quantity.isZero else { return }
        emit(.openInterest(OpenInterest(quantity: quantity, venueTime: time)), place)
    }

    /// Longs pay shorts (or the other way round) on the notional at mark; rounding dust goes to the insurance.
    private mutating func settleFunding(_ place: Int) {
        let instrument = markets[place].instrument
        let rate = markets[place].fundingRate
        var dust = Money.zero
        for index in accounts.indices {
            guard let position = accounts[index].position(instrument.id) else { continue }
            let amount = VenueMargin.funding(
                direction: position.direction, quantity: position.quantity,
                mark: markets[place].markPrice,
                rate: rate)
            accounts[index].apply(funding: amount, instrument: instrument)
            dust -= amount
            if index == 0 {
                report(.funding(instrument.id, amount: amount, rate: rate, venueTime: time))
            }
        }
        accounts[1].collect(dust)
        emit(
            .funding(
                FundingSettlement(rate: rate, venueTime: markets[place].nextFundingTime)), place)
        markets[place].premiumSum = 0
        markets[place].premiumCount = 0
        markets[place].nextFundingTime = markets[place].nextFundingTime + instrument.fundingInterval
    }

    /// Closes every position whose liquidation price the mark has reached, in the order of the accounts.
    private mutating func liquidate(_ place: Int) {
        let id = markets[place].instrument.id
        // One closing changes the book, not the mark: that moves with the next second.
        let mark = markets[place].markPrice
        for index in accounts.indices where index != 1 {
            guard let position = accounts[index].position(id), let price = position.liquidationPrice
            else {
                continue
            }
            let isReached = position.direction == .long ? mark <= price : mark >= price
            if isReached { liquidate(index, place, position) }
        }
    }

    /// Cancels what rests, sells into the book down to the bankruptcy price, and hands the rest to the insurance at
    /// that price.
    mutating func liquidate(_ index: Int, _ place: Int, _ position: MarginPosition) {
        let instrument = markets[place].instrument
        if index == 0 {
            report(.liquidation(instrument.id, venueTime: time))
            while let open = orders.firstIndex(where: { $0.request.instrument == instrument.id }) {
                close(open, .expired)
            }
        }
        let side = position.direction.exitSide
        let limit = VenueMargin.bankruptcyPrice(
            direction: position.direction, quantity: position.quantity, cost: position.cost,
            margin: position.isolatedMargin, tickSize: instrument.filters.tickSize)
        let outcome = match(
            place, taker: index, side: side, limit: limit, quantity: position.quantity, as: .forced)
        let rest = position.quantity - outcome.filled
        if !rest.isZero { takeOver(rest, of: index, place, at: limit, side: side) }
        let total = outcome.cost + Money(rest, at: limit)
        let average = Price(exactly: Int64(clamping: total.units / Int128(position.quantity.units)))
        emit(
            .forcedOrder(
                ForcedOrder(
                    side: side, price: average ?? limit, quantity: position.quantity,
                    venueTime: time)), place)
    }

    private mutating func takeOver(
        _ quantity: Quantity, of index: Int, _ place: Int, at price: Price, side: Side
    ) {
        let instrument = markets[place].instrument
        let commission = accounts[index].forcedCommission(
            quantity: quantity, price: price, instrument: instrument,
            clearanceFee: configuration.clearanceFee)
        takeOver(quantity, of: index, place, at: price, side: side, commission: commission)
    }

    /// Books a close against the insurance, outside the book and without a print.
    mutating func takeOver(
        _ quantity: Quantity, of index: Int, _ place: Int, at price: Price, side: Side,
        commission: Money
    ) {
        let instrument = markets[place].instrument
        accounts[index].apply(
            side: side, quantity: quantity, price: price, commission: commission,
            instrument: instrument)
        accounts[1].collect(commission)
        accounts[1].apply(
            side: side.opposite, quantity: quantity, price: price, commission: .zero,
            instrument: instrument)
        markets[place].lastTradeID += 1
        guard index == 0 else { return }
        ourTradeIDs[place] = markets[place].lastTradeID
        let fill = Fill(
            tradeID: markets[place].lastTradeID, price: price, quantity: quantity, side: side,
            commission: commission, isMaker: false, venueTime: time)
        report(.forcedFill(instrument.id, fill))
    }

    /// The insurance sells a tenth of what it took over, every second, within 1 % of the mark.
    private mutating func unwindInsurance(_ place: Int) {
        let instrument = markets[place].instrument
        guard let position = accounts[1].position(instrument.id) else { return }
        let step = instrument.filters.stepSize.units
        let tenth = position.quantity.units / 10 / step * step
        let quantity = Quantity(units: min(position.quantity.units, max(step, tenth)))
        let side = position.direction.exitSide
        let mark = markets[place].markPrice.units
        let limit = Price(units: side == .buy ? mark + mark / 100 : mark - mark / 100)
        _ = match(place, taker: 1, side: side, limit: limit, quantity: quantity, as: .local)
    }

    /// Fires conditional orders by the last price.
    mutating func fireByLast(_ place: Int) { fire(.last, place) }

    /// Fires what the price has reached, oldest first. Every firing takes one order away, so this ends.
    private mutating func fire(_ source: TriggerSource, _ place: Int) {
        guard !orders.isEmpty else { return }
        let id = markets[place].instrument.id
        while let index = orders.firstIndex(where: { order in
            guard order.request.instrument == id else { return false }
            switch order.request.kind {
            case .stopMarket(let trigger, let by), .takeProfitMarket(let trigger, let by):
                let price = source == .mark ? markets[place].markPrice : markets[place].lastPrice
                return by == source
                    && VenueRules.fires(
                        order.request.kind, side: order.request.side, trigger: trigger, at: price)
            case .market, .limit:
                return false
            }
        }) {
            let order = orders.remove(at: index)
            if impairments[place].refusesTrigger() {
                report(.rejected(.insufficientMargin), of: order.request)
                continue
            }
            report(.triggered, of: order.request)
            let closable = accounts[0].closable(
                order.request.side, order.request.quantity, instrument: id)
            let raising =
                order.request.isReduceOnly ? Quantity.zero : order.request.quantity - closable
            let needed = VenueRules.reserve(
                price: markets[place].markPrice, quantity: raising, account: accounts[0],
                instrument: markets[place].instrument)
            if !raising.isZero, needed > accounts[0].availableBalance {
                report(.expired, of: order.request)
            } else {
                execute(order, place)
            }
        }
    }
}
