import Trading

/// Turns a venue's own state into the reading of it that a query answers.
enum AccountReading {
    /// `orders` by venue order id, lowest first; `lastTradeIDs` by instrument index. Orders with ids that are not of
    /// our making are foreign, as at a real account that others use too.
    static func snapshot(
        of account: MarginAccount, orders: [(OrderRequest, Int64, Quantity)], lastTradeIDs: [Int64],
        at time: Timestamp
    ) -> AccountSnapshot {
        var positions: [VenuePosition] = []
        var lastTrades: [LastTrade] = []
        for place in account.positions.indices {
            let id = InstrumentID(UInt16(place))
            lastTrades.append(LastTrade(instrument: id, tradeID: lastTradeIDs[place]))
            guard let position = account.positions[place] else { continue }
            positions.append(
                VenuePosition(
                    instrument: id, direction: position.direction, quantity: position.quantity,
                    entryPrice: position.entryPrice, liquidationPrice: position.liquidationPrice,
                    isolatedMargin: position.isolatedMargin, leverage: account.leverage(of: id)))
        }
        return AccountSnapshot(
            walletBalance: account.walletBalance, positions: positions,
            openOrders: orders.filter { $0.0.clientOrderID.isOurs }.map {
                VenueOrder(request: $0.0, venueOrderID: VenueOrderID($0.1), filledQuantity: $0.2)
            },
            lastTrades: lastTrades,
            foreignOrders: orders.filter { !$0.0.clientOrderID.isOurs }.map {
                ForeignOrder(
                    instrument: $0.0.instrument, clientOrderID: $0.0.clientOrderID.description,
                    venueOrderID: VenueOrderID($0.1), isConditional: $0.0.kind.isConditional,
                    side: $0.0.side, price: $0.0.kind.price,
                    quantity: $0.0.quantity.subtracting($0.2), isReduceOnly: $0.0.isReduceOnly,
                    closesPosition: false)
            },
            venueTime: time)
    }
}
