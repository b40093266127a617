package import Trading

/// The account and its settings.
extension BinanceRequest {
    /// All positions, or those of `symbol`.
    package static func positions(symbol: SymbolName? = nil) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v3/positionRisk", .signed, weight: 5,
            symbol.map { [("symbol", $0.description)] } ?? [])
    }

    /// The balance of every asset.
    package static var balances: BinanceRequest {
        BinanceRequest(.get, "/fapi/v3/balance", .signed, weight: 5)
    }

    /// The totals of the account.
    package static var account: BinanceRequest {
        BinanceRequest(.get, "/fapi/v3/account", .signed, weight: 5)
    }

    /// Leverage and margin type of all symbols, or of `symbol`.
    package static func symbolConfigurations(symbol: SymbolName? = nil) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/symbolConfig", .signed, weight: 5,
            symbol.map { [("symbol", $0.description)] } ?? [])
    }

    /// What the account may do, and its modes.
    package static var accountConfiguration: BinanceRequest {
        BinanceRequest(.get, "/fapi/v1/accountConfig", .signed, weight: 5)
    }

    /// Whether the account is in hedge mode.
    package static var positionMode: BinanceRequest {
        BinanceRequest(.get, "/fapi/v1/positionSide/dual", .signed, weight: 30)
    }

    /// Hedge mode on or off, for the whole account.
    package static func setPositionMode(isDualSide: Bool) -> BinanceRequest {
        BinanceRequest(
            .post, "/fapi/v1/positionSide/dual", .signed, weight: 1,
            [("dualSidePosition", isDualSide ? "true" : "false")])
    }

    /// The margin tables of all symbols, or of `symbol`.
    package static func brackets(symbol: SymbolName? = nil) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/leverageBracket", .signed, weight: 1,
            symbol.map { [("symbol", $0.description)] } ?? [])
    }

    /// The fees of one symbol.
    package static func commissionRates(symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/commissionRate", .signed, weight: 20, [("symbol", symbol.description)])
    }

    /// The leverage of new positions; `leverage` is 1...125.
    package static func setLeverage(_ leverage: Int, symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .post, "/fapi/v1/leverage", .signed, weight: 1,
            [("symbol", symbol.description), ("leverage", String(leverage))])
    }

    /// Isolated or crossed; refused while the symbol has orders or a position.
    package static func setMarginType(_ type: MarginType, symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .post, "/fapi/v1/marginType", .signed, weight: 1,
            [("symbol", symbol.description), ("marginType", type.rawValue)])
    }

    /// The making of a listen key, without which nobody hears of a fill, so that it may use the reserve; gives the present one, and more time, when there is one.
    package static var createListenKey: BinanceRequest {
        BinanceRequest(
            .post, "/fapi/v1/listenKey", .key, weight: 1, lowersRisk: true, isMutation: false)
    }

    /// Another 60 minutes for the listen key.
    package static var keepListenKey: BinanceRequest {
        BinanceRequest(
            .put, "/fapi/v1/listenKey", .key, weight: 1, lowersRisk: true, isMutation: false)
    }

    /// The end of the listen key, for every user of it on this API key.
    package static var closeListenKey: BinanceRequest {
        BinanceRequest(.delete, "/fapi/v1/listenKey", .key, weight: 1, isMutation: false)
    }
}

/// What anybody may ask.
extension BinanceRequest {
    /// The venue's clock. Without it nothing can be signed, so it may use the reserve.
    package static var time: BinanceRequest {
        BinanceRequest(.get, "/fapi/v1/time", .open, weight: 1, lowersRisk: true)
    }

    /// All contracts; more than a megabyte.
    package static var exchangeInfo: BinanceRequest {
        BinanceRequest(.get, "/fapi/v1/exchangeInfo", .open, weight: 1)
    }

    /// The book with the best `limit` levels a side: 5, 10, 20, 50, 100, 500 or 1000.
    package static func depth(symbol: SymbolName, limit: Int) -> BinanceRequest {
        let weight = limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20
        return BinanceRequest(
            .get, "/fapi/v1/depth", .open, weight: weight,
            [("symbol", symbol.description), ("limit", String(limit))])
    }

    /// Candles that open from `from` on, oldest first; the latest ones when it is `nil`. `limit` is 1...1500, and
    /// `interval` is spelled as the venue does (`1m`).
    package static func klines(
        symbol: SymbolName, interval: String, from: Timestamp?, limit: Int
    ) -> BinanceRequest {
        let weight = limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1_000 ? 5 : 10
        var parameters = [("symbol", symbol.description), ("interval", interval)]
        if let from { parameters.append(("startTime", String(from.milliseconds))) }
        parameters.append(("limit", String(limit)))
        return BinanceRequest(.get, "/fapi/v1/klines", .open, weight: weight, parameters)
    }

    /// Aggregate trades from `fromID` on, oldest first; the latest ones when it is `nil`. `limit` is 1...1000. The venue
    /// keeps them for a day or two.
    package static func aggregateTrades(
        symbol: SymbolName, fromID: Int64?, limit: Int = 1_000
    ) -> BinanceRequest {
        var parameters = [("symbol", symbol.description)]
        if let fromID { parameters.append(("fromId", String(fromID))) }
        parameters.append(("limit", String(limit)))
        return BinanceRequest(.get, "/fapi/v1/aggTrades", .open, weight: 20, parameters)
    }

    /// Mark price and funding of all symbols, or of `symbol`.
    package static func premiums(symbol: SymbolName? = nil) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/premiumIndex", .open, weight: symbol == nil ? 10 : 1,
            symbol.map { [("symbol", $0.description)] } ?? [])
    }
}
