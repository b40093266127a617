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
        case .settings(let isHedgeMode, let isCross):
            shownSettings = ShownSettings(isHedgeMode: isHedgeMode, isCross: isCross)
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
        }
    }

    private func place(_ symbol: SymbolName) -> Int? {
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
