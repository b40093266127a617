import CCrypto
import Testing
import Text
import Trading

@testable import BinanceFormat

/// The secret that the venue's documentation publishes with its examples.
private let secret = "2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9"

private func hmac(_ text: String) -> String {
    let key = Array(secret.utf8)
    let data = Array(text.utf8)
    var output = [UInt8](repeating: 0, count: 32)
    guard narwhal_hmac_sha256(key, key.count, data, data.count, &output) == 0 else { return "" }
    return output.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func parameters(_ pairs: [(String, String)]) -> RequestParameters {
    var parameters = RequestParameters()
    for (name, value) in pairs { parameters.append(name, value) }
    return parameters
}

private func order(
    _ kind: OrderKind, side: Side = .buy, isReduceOnly: Bool = false
) throws -> OrderRequest {
    OrderRequest(
        clientOrderID: try #require(ClientOrderID("nwa-1")), instrument: InstrumentID(0),
        side: side, kind: kind, quantity: try Quantity.parse("0.010"), isReduceOnly: isReduceOnly)
}

private func bitcoin() throws -> SymbolName { try #require(SymbolName("BTCUSDT")) }

/// Method, path, parameters, weight, order count and whether it lowers risk, in one line.
private func line(_ request: BinanceRequest) -> String {
    let security =
        switch request.security {
        case .open: "open"
        case .key: "key"
        case .signed: "signed"
        }
    return
        "\(request.method.rawValue) \(request.path)?\(request.parameters.encoded) \(security) \(request.weight) \(request.orderCount) \(request.lowersRisk ? "lowers" : "-")"
}

@Suite struct `A request to the venue` {
    @Test func `the documented signatures come out`() {
        #expect(
            hmac(
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943"
            ) == "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")
        // The mixed form joins query and body without a separator.
        #expect(
            hmac(
                "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=9000&recvWindow=5000&timestamp=1591702613943"
            ) == "30baaf0fab549bbeda7f5ef201898b34122da25fd23c646cac2c529aebe670a4")
        // The first again, through our own encoding.
        #expect(
            hmac(
                parameters([
                    ("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "LIMIT"), ("quantity", "1"),
                    ("price", "9000"), ("timeInForce", "GTC"), ("recvWindow", "5000"),
                    ("timestamp", "1591702613943"),
                ]).encoded
            ) == "3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9")
    }

    @Test func `the signature is last and signs exactly what is sent`() {
        let signed = parameters([("symbol", "BTCUSDT"), ("note", "a b")]).signed(
            at: Timestamp(milliseconds: 1_591_702_613_943), recvWindow: .seconds(5), hmac: hmac)
        let text = "symbol=BTCUSDT&note=a%20b&timestamp=1591702613943&recvWindow=5000"
        #expect(signed == text + "&signature=" + hmac(text))
    }

    @Test func `only signed requests carry a signature`() throws {
        let time = Timestamp(milliseconds: 1)
        #expect(
            BinanceRequest.createListenKey.query(at: time, recvWindow: .seconds(5), hmac: hmac)
                == "")
        #expect(
            try BinanceRequest.depth(symbol: bitcoin(), limit: 1_000)
                .query(at: time, recvWindow: .seconds(5), hmac: hmac)
                == "symbol=BTCUSDT&limit=1000")
        #expect(
            BinanceRequest.balances.query(at: time, recvWindow: .seconds(5)) { "<\($0)>" }
                == "timestamp=1&recvWindow=5000&signature=<timestamp=1&recvWindow=5000>")
    }

    @Test func `what is not plain is percent-encoded byte for byte`() {
        #expect(
            parameters([("a&b", "=?/+ %~_-.Z9"), ("c", "é币")]).encoded
                == "a%26b=%3D%3F%2F%2B%20%25~_-.Z9&c=%C3%A9%E5%B8%81")
        #expect(RequestParameters().encoded == "")
    }

    @Test func `orders go where their kind belongs`() throws {
        let price = try Price.parse("9000.10")
        #expect(
            try line(.place(order(.market, side: .sell, isReduceOnly: true), symbol: bitcoin()))
                == "POST /fapi/v1/order?symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&reduceOnly=true&newClientOrderId=nwa-1&newOrderRespType=RESULT signed 0 1 lowers"
        )
        #expect(
            try line(.place(order(.limit(price, .postOnly)), symbol: bitcoin()))
                == "POST /fapi/v1/order?symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTX&quantity=0.01&price=9000.1&newClientOrderId=nwa-1&newOrderRespType=RESULT signed 0 1 -"
        )
        #expect(
            try line(
                .place(
                    order(.stopMarket(trigger: price, by: .mark), side: .sell, isReduceOnly: true),
                    symbol: bitcoin()))
                == "POST /fapi/v1/algoOrder?algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=9000.1&workingType=MARK_PRICE&priceProtect=false&reduceOnly=true&clientAlgoId=nwa-1 signed 0 1 lowers"
        )
        #expect(
            try line(
                .place(
                    order(.takeProfitMarket(trigger: price, by: .last)), symbol: bitcoin()))
                == "POST /fapi/v1/algoOrder?algoType=CONDITIONAL&symbol=BTCUSDT&side=BUY&type=TAKE_PROFIT_MARKET&quantity=0.01&triggerPrice=9000.1&workingType=CONTRACT_PRICE&priceProtect=false&reduceOnly=false&clientAlgoId=nwa-1 signed 0 1 -"
        )
    }

    @Test func `time in force is always said`() throws {
        let price = try Price.parse("1")
        for (timeInForce, word) in [
            (.gtc, "GTC"), (.ioc, "IOC"), (.fok, "FOK"), (.postOnly, "GTX"),
        ] as [(TimeInForce, String)] {
            let request = try BinanceRequest.place(
                order(.limit(price, timeInForce)), symbol: bitcoin())
            #expect(request.parameters.value(of: "timeInForce") == word)
        }
    }

    @Test func `cancels and the dead-man switch`() throws {
        let id = try #require(ClientOrderID("nwa-1"))
        let symbol = try bitcoin()
        #expect(
            [
                line(.cancel(id, symbol: symbol)), line(.cancel(VenueOrderID(7), symbol: symbol)),
                line(.cancelAll(symbol: symbol)), line(.cancelAlgo(id)),
                line(.cancelAlgo(algoID: 9)), line(.cancelAllAlgo(symbol: symbol)),
                line(.countdownCancel(symbol: symbol, after: .seconds(120))),
            ] == [
                "DELETE /fapi/v1/order?symbol=BTCUSDT&origClientOrderId=nwa-1 signed 1 0 lowers",
                "DELETE /fapi/v1/order?symbol=BTCUSDT&orderId=7 signed 1 0 lowers",
                "DELETE /fapi/v1/allOpenOrders?symbol=BTCUSDT signed 1 0 lowers",
                "DELETE /fapi/v1/algoOrder?clientAlgoId=nwa-1 signed 1 0 -",
                "DELETE /fapi/v1/algoOrder?algoId=9 signed 1 0 -",
                "DELETE /fapi/v1/algoOpenOrders?symbol=BTCUSDT signed 1 0 -",
                "POST /fapi/v1/countdownCancelAll?symbol=BTCUSDT&countdownTime=120000 signed 10 0 lowers",
            ])
    }

    @Test func `questions and settings`() throws {
        let id = try #require(ClientOrderID("nwa-1"))
        let symbol = try bitcoin()
        #expect(
            [
                line(.order(id, symbol: symbol)), line(.order(VenueOrderID(7), symbol: symbol)),
                line(.algoOrder(id)), line(.openOrders(symbol: nil)),
                line(.openOrders(symbol: symbol)), line(.openAlgoOrders(symbol: nil)),
                line(.userTrades(symbol: symbol, fromID: 5, limit: 10)), line(.positions()),
                line(.balances), line(.account), line(.symbolConfigurations(symbol: symbol)),
                line(.accountConfiguration), line(.positionMode),
                line(.setPositionMode(isDualSide: false)), line(.brackets(symbol: symbol)),
                line(.commissionRates(symbol: symbol)), line(.setLeverage(20, symbol: symbol)),
                line(.setMarginType(.isolated, symbol: symbol)), line(.createListenKey),
                line(.keepListenKey), line(.closeListenKey), line(.time), line(.exchangeInfo),
                line(
                    .klines(
                        symbol: symbol, interval: "1m", from: Timestamp(milliseconds: 5),
                        limit: 1_500)),
                line(.aggregateTrades(symbol: symbol, fromID: nil)), line(.premiums()),
            ] == [
                "GET /fapi/v1/order?symbol=BTCUSDT&origClientOrderId=nwa-1 signed 1 0 -",
                "GET /fapi/v1/order?symbol=BTCUSDT&orderId=7 signed 1 0 -",
                "GET /fapi/v1/algoOrder?clientAlgoId=nwa-1 signed 1 0 -",
                "GET /fapi/v1/openOrders? signed 40 0 -",
                "GET /fapi/v1/openOrders?symbol=BTCUSDT signed 1 0 -",
                "GET /fapi/v1/openAlgoOrders? signed 40 0 -",
                "GET /fapi/v1/userTrades?symbol=BTCUSDT&fromId=5&limit=10 signed 5 0 -",
                "GET /fapi/v3/positionRisk? signed 5 0 -", "GET /fapi/v3/balance? signed 5 0 -",
                "GET /fapi/v3/account? signed 5 0 -",
                "GET /fapi/v1/symbolConfig?symbol=BTCUSDT signed 5 0 -",
                "GET /fapi/v1/accountConfig? signed 5 0 -",
                "GET /fapi/v1/positionSide/dual? signed 30 0 -",
                "POST /fapi/v1/positionSide/dual?dualSidePosition=false signed 1 0 -",
                "GET /fapi/v1/leverageBracket?symbol=BTCUSDT signed 1 0 -",
                "GET /fapi/v1/commissionRate?symbol=BTCUSDT signed 20 0 -",
                "POST /fapi/v1/leverage?symbol=BTCUSDT&leverage=20 signed 1 0 -",
                "POST /fapi/v1/marginType?symbol=BTCUSDT&marginType=ISOLATED signed 1 0 -",
                "POST /fapi/v1/listenKey? key 1 0 lowers",
                "PUT /fapi/v1/listenKey? key 1 0 lowers",
                "DELETE /fapi/v1/listenKey? key 1 0 -", "GET /fapi/v1/time? open 1 0 lowers",
                "GET /fapi/v1/exchangeInfo? open 1 0 -",
                "GET /fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=5&limit=1500 open 10 0 -",
                "GET /fapi/v1/aggTrades?symbol=BTCUSDT&limit=1000 open 20 0 -",
                "GET /fapi/v1/premiumIndex? open 10 0 -",
            ])
    }

    @Test(arguments: [
        (5, 2), (50, 2), (51, 5), (100, 5), (101, 10), (500, 10), (501, 20), (1_000, 20),
    ])
    func `a deeper book costs more`(limit: Int, weight: Int) throws {
        #expect(try BinanceRequest.depth(symbol: bitcoin(), limit: limit).weight == weight)
    }

    @Test(arguments: [(99, 1), (100, 2), (499, 2), (500, 5), (1_000, 5), (1_001, 10)])
    func `more candles cost more`(limit: Int, weight: Int) throws {
        #expect(
            try BinanceRequest.klines(symbol: bitcoin(), interval: "1m", from: nil, limit: limit)
                .weight == weight)
    }

    @Test func `what changes something at the venue says so`() throws {
        let id = try #require(ClientOrderID("nwa-1"))
        #expect(try BinanceRequest.place(order(.market), symbol: bitcoin()).isMutation)
        #expect(BinanceRequest.cancelAlgo(id).isMutation)
        #expect(!BinanceRequest.balances.isMutation)
        #expect(!BinanceRequest.keepListenKey.isMutation)
    }
}
