import Matching
import Population
import Text
import Trading

extension VenueDesk {
    /// Lets happen to the market and the account what a schedule says; connections are not the desk's business.
    mutating func meet(_ moment: Fault.Moment) {
        switch moment {
        case .disconnect: break
        case .clockStep(let step): clockStep = clockStep + step
        case .listenKeyEnds(let isTold):
            guard let key = listenKey else { return }
            if isTold { endListenKey(key.text) } else { listenKey = nil }
        case .filters(let symbol, let tick, let step, let notional):
            guard let place = place(symbol) else { return }
            if let tick { boards[place].instrument.filters.tickSize = tick }
            if let step { boards[place].instrument.filters.stepSize = step }
            if let notional { boards[place].instrument.filters.minNotional = notional }
        case .settings(let settings):
            if settings.isMultiAssets != shownSettings.isMultiAssets {
                publishMultiAssets(settings.isMultiAssets)
            }
            shownSettings = settings
        case .leverage(let symbol, let leverage):
            ask(.leverage, "symbol=\(symbol)&leverage=\(leverage)")
        case .manualTrade(let symbol, let side, let quantity):
            manualOrders += 1
            ask(
                .placeOrder,
                "symbol=\(symbol)&side=\(side.venueName)&type=MARKET&quantity=\(quantity)"
                    + "&newClientOrderId=web_\(manualOrders)")
        case .manualCancel(let symbol):
            guard let place = place(symbol) else { return }
            cancelAll(instruments[place].id)
            cancelAllAlgos(instruments[place].id)
        case .priceStep(let symbol, let fraction):
            guard let place = place(symbol) else { return }
            market.shock(instruments[place].id, by: fraction)
        case .deleveraging(let symbol, let quantity): closeByForce(symbol, .deleveraging, quantity)
        case .liquidation(let symbol):
            guard let place = place(symbol) else { return }
            market.impair { $0.liquidateOurs(instruments[place].id) }
            settle()
        case .settlement(let symbol):
            guard let place = place(symbol) else { return }
            cancelAll(instruments[place].id)
            cancelAllAlgos(instruments[place].id)
            closeByForce(symbol, .settlement, nil)
            boards[place].status = .close
        case .knockOut(let symbol): knockOut(symbol)
        case .symbolStatus(let symbol, let status):
            guard let place = place(symbol) else { return }
            boards[place].status = status
        case .transfer(let amount): transfer(amount)
        case .feeAsset(let asset, let price, let balance):
            feeWallet = FeeWallet(
                asset: asset, price: price,
                balance: Money(balance, at: Price(units: FixedPoint.unitsPerOne)))
        case .funding(let symbol):
            guard let place = place(symbol) else { return }
            market.impair { $0.settleFundingNext(instruments[place].id) }
        }
    }

    /// The venue closes our position at the mark, up to a quantity.
    private mutating func closeByForce(
        _ symbol: SymbolName, _ kind: ForcedClose.Kind, _ quantity: Quantity?
    ) {
        guard let place = place(symbol), let position = account.position(instruments[place].id)
        else { return }
        let quantity = min(quantity ?? position.quantity, position.quantity)
        forcedCloses[place] = ForcedClose(kind: kind, quantity: quantity)
        market.impair { $0.closeOurs(instruments[place].id, upTo: quantity) }
        settle()
        forcedCloses[place] = nil
    }

    /// Another client rests a reduce-only order for the whole position, 3 % away, and our stops expire for it.
    private mutating func knockOut(_ symbol: SymbolName) {
        guard let place = place(symbol), let position = account.position(instruments[place].id)
        else { return }
        let board = boards[place]
        let side = position.direction.exitSide
        let away = Rate(units: position.direction == .long ? 3_000_000 : -3_000_000)
        let filters = board.instrument.filters
        let wanted = market.exchange.markPrice(board.instrument.id).moved(by: away).units
        let price = Price(
            units: filters.minPrice.units + (wanted - filters.minPrice.units)
                / filters.tickSize.units * filters.tickSize.units)
        manualOrders += 1
        ask(
            .placeOrder,
            "symbol=\(symbol)&side=\(side.venueName)&type=LIMIT&timeInForce=GTC"
                + "&quantity=\(position.quantity)&price=\(price)&reduceOnly=true"
                + "&newClientOrderId=web_\(manualOrders)")
        isKnockingOut = true
        for algo in openAlgos
        where algo.instrument == board.instrument.id && algo.type == "STOP_MARKET"
            && algo.isReduceOnly && algo.side == side
        {
            market.cancel(algo.innerID, instrument: algo.instrument, at: now)
        }
        settle()
        isKnockingOut = false
    }

    /// Cash that is not free cannot go.
    private mutating func transfer(_ amount: Money) {
        guard account.availableBalance + amount >= .zero else { return }
        market.impair { $0.deposit(amount, to: .ours) }
        account.deposit(amount)
        addIncome("TRANSFER", amount, nil, at: now, tradeID: nil)
        publishAccount(amount.isNegative ? "WITHDRAW" : "DEPOSIT", nil, at: now, change: amount)
    }

    func place(_ symbol: SymbolName) -> Int? {
        boards.firstIndex { $0.instrument.symbol == symbol }
    }

    /// As another client would ask; a refusal is what that client gets.
    private mutating func ask(_ endpoint: Endpoint, _ query: String) {
        guard let parameters = Parameters(query: query, body: "") else { return }
        var writer = JSONWriter()
        do throws(APIError) {
            try answer(endpoint, parameters, &writer)
        } catch { return }
    }
}
