package import Trading

/// One request to the REST interface of Binance USDⓈ-M futures, without its signature, and what it costs.
/// - Source: Binance USDⓈ-M REST documentation read 2026-05, change log to 2026-09.
package struct BinanceRequest: Hashable, Sendable {
    /// The HTTP method.
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// What the venue must see to answer.
    package enum Security: Hashable, Sendable {
        case open
        /// The key in its header.
        case key
        /// The key, and timestamp and signature as parameters.
        case signed
    }

    package var method: Method
    package var path: String
    package var parameters: RequestParameters
    package var security: Security
    /// What it takes from the budget of request weight of our address.
    package var weight: Int
    /// What it takes from the budgets of orders of the account.
    package var orderCount: Int
    /// Whether it makes risk smaller, or nothing that does can be done without it: such requests may use the reserve of
    /// the budgets.
    package var lowersRisk: Bool
    /// Whether it changes something at the venue: then an answer that does not come leaves the outcome unknown.
    package var isMutation: Bool

    init(
        _ method: Method, _ path: String, _ security: Security, weight: Int, orderCount: Int = 0,
        lowersRisk: Bool = false, isMutation: Bool? = nil,
        _ parameters: [(String, String)] = []
    ) {
        self.method = method
        self.path = path
        self.security = security
        self.weight = weight
        self.orderCount = orderCount
        self.lowersRisk = lowersRisk
        self.isMutation = isMutation ?? (method != .get)
        self.parameters = RequestParameters()
        for (name, value) in parameters { self.parameters.append(name, value) }
    }

    /// What stands behind the path as the query, signed where it must be.
    package func query(
        at timestamp: Timestamp, recvWindow: Duration, hmac: (String) -> String
    ) -> String {
        switch security {
        case .open, .key: parameters.encoded
        case .signed: parameters.signed(at: timestamp, recvWindow: recvWindow, hmac: hmac)
        }
    }
}

// MARK: Orders

extension BinanceRequest {
    /// The placing of `order`: by the matching engine, or by the algo service when it is conditional.
    package static func place(_ order: OrderRequest, symbol: SymbolName) -> BinanceRequest {
        switch order.kind {
        case .market:
            return plain(
                order, symbol,
                [("type", "MARKET"), ("quantity", order.quantity.description)])
        case .limit(let price, let timeInForce):
            return plain(
                order, symbol,
                [
                    ("type", "LIMIT"), ("timeInForce", word(timeInForce)),
                    ("quantity", order.quantity.description), ("price", price.description),
                ])
        case .stopMarket(let trigger, let source):
            return conditional(order, symbol, "STOP_MARKET", trigger, source)
        case .takeProfitMarket(let trigger, let source):
            return conditional(order, symbol, "TAKE_PROFIT_MARKET", trigger, source)
        }
    }

    private static func plain(
        _ order: OrderRequest, _ symbol: SymbolName, _ terms: [(String, String)]
    ) -> BinanceRequest {
        var parameters = [("symbol", symbol.description), ("side", word(order.side))] + terms
        if order.isReduceOnly { parameters.append(("reduceOnly", "true")) }
        parameters.append(("newClientOrderId", order.clientOrderID.description))
        // The final state of what executes at once comes with the answer.
        parameters.append(("newOrderRespType", "RESULT"))
        return BinanceRequest(
            .post, "/fapi/v1/order", .signed, weight: 0, orderCount: 1,
            lowersRisk: order.isReduceOnly, parameters)
    }

    private static func conditional(
        _ order: OrderRequest, _ symbol: SymbolName, _ type: String, _ trigger: Price,
        _ source: TriggerSource
    ) -> BinanceRequest {
        BinanceRequest(
            .post, "/fapi/v1/algoOrder", .signed, weight: 0, orderCount: 1,
            lowersRisk: order.isReduceOnly,
            [
                ("algoType", "CONDITIONAL"), ("symbol", symbol.description),
                ("side", word(order.side)), ("type", type),
                ("quantity", order.quantity.description), ("triggerPrice", trigger.description),
                // Never left to the venue, whose default is the last price.
                ("workingType", source == .mark ? "MARK_PRICE" : "CONTRACT_PRICE"),
                ("priceProtect", "false"), ("reduceOnly", order.isReduceOnly ? "true" : "false"),
                ("clientAlgoId", order.clientOrderID.description),
            ])
    }

    private static func word(_ side: Side) -> String {
        switch side {
        case .buy: "BUY"
        case .sell: "SELL"
        }
    }

    private static func word(_ timeInForce: TimeInForce) -> String {
        switch timeInForce {
        case .gtc: "GTC"
        case .ioc: "IOC"
        case .fok: "FOK"
        case .postOnly: "GTX"
        }
    }

    /// The canceling of an order of the matching engine; also of the order that a triggered algo order became.
    package static func cancel(_ id: ClientOrderID, symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .delete, "/fapi/v1/order", .signed, weight: 1, lowersRisk: true,
            [("symbol", symbol.description), ("origClientOrderId", id.description)])
    }

    /// The same by the id of the venue, for orders that are not ours.
    package static func cancel(_ id: VenueOrderID, symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .delete, "/fapi/v1/order", .signed, weight: 1, lowersRisk: true,
            [("symbol", symbol.description), ("orderId", String(id.value))])
    }

    /// The canceling of all orders of the matching engine for `symbol`; algo orders stay.
    package static func cancelAll(symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .delete, "/fapi/v1/allOpenOrders", .signed, weight: 1, lowersRisk: true,
            [("symbol", symbol.description)])
    }

    /// The canceling of a conditional order that has not triggered. It may be a stop: the caller answers for that, and so
    /// it does not count as lowering risk.
    package static func cancelAlgo(_ id: ClientOrderID) -> BinanceRequest {
        BinanceRequest(
            .delete, "/fapi/v1/algoOrder", .signed, weight: 1,
            [("clientAlgoId", id.description)])
    }

    /// The same by the id of the venue, for orders that are not ours.
    package static func cancelAlgo(algoID: Int64) -> BinanceRequest {
        BinanceRequest(
            .delete, "/fapi/v1/algoOrder", .signed, weight: 1, [("algoId", String(algoID))])
    }

    /// The canceling of all conditional orders for `symbol`, stops included.
    package static func cancelAllAlgo(symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .delete, "/fapi/v1/algoOpenOrders", .signed, weight: 1,
            [("symbol", symbol.description)])
    }

    /// The dead-man switch: all orders of the matching engine for `symbol` are canceled in `countdown`; zero stops it.
    package static func countdownCancel(
        symbol: SymbolName, after countdown: Duration
    ) -> BinanceRequest {
        BinanceRequest(
            .post, "/fapi/v1/countdownCancelAll", .signed, weight: 10, lowersRisk: true,
            [
                ("symbol", symbol.description), ("countdownTime", String(countdown.milliseconds)),
            ])
    }

    /// The question for one order of the matching engine; conditional ones are not found.
    package static func order(_ id: ClientOrderID, symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/order", .signed, weight: 1,
            [("symbol", symbol.description), ("origClientOrderId", id.description)])
    }

    /// The same by the id of the venue.
    package static func order(_ id: VenueOrderID, symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/order", .signed, weight: 1,
            [("symbol", symbol.description), ("orderId", String(id.value))])
    }

    /// The question for one conditional order.
    package static func algoOrder(_ id: ClientOrderID) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/algoOrder", .signed, weight: 1, [("clientAlgoId", id.description)])
    }

    /// The open orders of the matching engine, of all symbols when `symbol` is `nil`.
    package static func openOrders(symbol: SymbolName?) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/openOrders", .signed, weight: symbol == nil ? 40 : 1,
            symbolParameter(symbol))
    }

    /// The open conditional orders, of all symbols when `symbol` is `nil`.
    package static func openAlgoOrders(symbol: SymbolName?) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/openAlgoOrders", .signed, weight: symbol == nil ? 40 : 1,
            symbolParameter(symbol))
    }

    /// Our fills from `fromID` on, oldest first; the latest ones when it is `nil`. `limit` is 1...1000.
    package static func userTrades(
        symbol: SymbolName, fromID: Int64? = nil, limit: Int = 1_000
    ) -> BinanceRequest {
        var parameters = [("symbol", symbol.description)]
        if let fromID { parameters.append(("fromId", String(fromID))) }
        parameters.append(("limit", String(limit)))
        return BinanceRequest(.get, "/fapi/v1/userTrades", .signed, weight: 5, parameters)
    }

    private static func symbolParameter(_ symbol: SymbolName?) -> [(String, String)] {
        symbol.map { [("symbol", $0.description)] } ?? []
    }
}
