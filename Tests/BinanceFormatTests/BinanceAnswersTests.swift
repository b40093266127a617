import Testing
import Text
import Trading

@testable import BinanceFormat

private func price(_ text: String) throws -> Price { try Price.parse(text) }
private func quantity(_ text: String) throws -> Quantity { try Quantity.parse(text) }
private func money(_ text: String) throws -> Money { try Money.parse(text) }
private func rate(_ text: String) throws -> Rate { try Rate.parse(text) }
private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

@Suite struct `An answer of the venue` {
    @Test func `an order without average price and cost is still an order`() throws {
        #expect(
            try BinanceAnswers.order(bytes(PrivatePayload.orderAnswer).span)
                == OrderAnswer(
                    symbol: "BTCUSDT", clientOrderID: "nwbtc-1",
                    venueOrderID: VenueOrderID(22_542_179), side: .buy,
                    positionSide: .known(.both), type: .known(.limit), timeInForce: .known(.gtc),
                    status: .known(.new), quantity: try quantity("0.5"), filledQuantity: .zero,
                    price: try price("9000.1"), stopPrice: nil, averagePrice: nil,
                    filledNotional: nil, isReduceOnly: false, closesPosition: false,
                    updateTime: time(1_566_818_724_722)))
        let filled = PrivatePayload.orderAnswer.replacing(
            #""status":"NEW""#,
            with: #""status":"DONE","avgPrice":"9000.123456785","cumQuote":"4500.0617""#)
        let list = try BinanceAnswers.openOrders(bytes("[\(filled)]").span)
        #expect(list.map(\.averagePrice) == [try price("9000.12345679")])
        #expect(list.map(\.filledNotional) == [try money("4500.0617")])
        #expect(list.map(\.unknownWords) == [["DONE"]])
    }

    @Test func `an algo order names the order that it became`() throws {
        let order = AlgoOrderAnswer(
            symbol: "BNBUSDT", clientAlgoID: "nwbnb-1", algoID: 2_146_760, side: .sell,
            positionSide: .known(.both), type: .known(.stopMarket), status: .known(.triggered),
            quantity: try quantity("0.01"), triggerPrice: try price("750"), price: nil,
            workingType: .known(.mark), isReduceOnly: true, closesPosition: false,
            actualOrderID: VenueOrderID(88_937_381_063), actualQuantity: try quantity("0.01"),
            actualPrice: try price("749.5"), updateTime: time(1_750_485_492_077))
        #expect(try BinanceAnswers.algoOrder(bytes(PrivatePayload.algoAnswer).span) == order)
        let waiting = PrivatePayload.algoAnswer
            .replacing("88937381063", with: "").replacing("orderType", with: "type")
        #expect(
            try BinanceAnswers.openAlgoOrders(bytes("[\(waiting)]").span).map(\.actualOrderID)
                == [nil])
        #expect(
            try BinanceAnswers.algoCancel(bytes(PrivatePayload.algoCancel).span)
                == AlgoCancelAnswer(
                    algoID: 2_146_760, clientAlgoID: "nwbnb-1", code: 200, message: "success"))
    }

    @Test func `open orders of both worlds are listed in our words, when they can be ours`() throws
    {
        let id = InstrumentID(2)
        let plain = try BinanceAnswers.order(bytes(PrivatePayload.orderAnswer).span)
        #expect(
            plain.venueOrder(instrument: id)
                == VenueOrder(
                    request: OrderRequest(
                        clientOrderID: try #require(ClientOrderID("nwbtc-1")), instrument: id,
                        side: .buy, kind: .limit(try price("9000.1"), .gtc),
                        quantity: try quantity("0.5"), isReduceOnly: false),
                    venueOrderID: VenueOrderID(22_542_179), filledQuantity: .zero))
        let stop = try BinanceAnswers.algoOrder(bytes(PrivatePayload.algoAnswer).span)
        #expect(
            stop.venueOrder(instrument: id)
                == VenueOrder(
                    request: OrderRequest(
                        clientOrderID: try #require(ClientOrderID("nwbnb-1")), instrument: id,
                        side: .sell, kind: .stopMarket(trigger: try price("750"), by: .mark),
                        quantity: try quantity("0.01"), isReduceOnly: true),
                    venueOrderID: VenueOrderID(2_146_760), filledQuantity: .zero))
        var foreign = plain
        foreign.timeInForce = .known(.gtd)
        #expect(foreign.venueOrder(instrument: id) == nil)
        foreign = plain
        foreign.clientOrderID = "a name with blanks"
        #expect(foreign.venueOrder(instrument: id) == nil)
        var trailing = stop
        trailing.type = .known(.trailingStopMarket)
        #expect(trailing.venueOrder(instrument: id) == nil)
    }

    @Test func `a held position is listed in our words, a flat one is not`() throws {
        let id = InstrumentID(2)
        let positions = try BinanceAnswers.positions(bytes(PrivatePayload.position).span)
        #expect(
            positions.map { $0.venuePosition(instrument: id, leverage: 20) } == [
                VenuePosition(
                    instrument: id, direction: .short, quantity: try quantity("30"),
                    entryPrice: try price("0.38512346"), liquidationPrice: nil,
                    isolatedMargin: .zero, leverage: 20)
            ])
        // 10 with a loss of 0.764277 in it: 10.764277 were put in.
        let margin = PrivatePayload.position
            .replacing(#""isolatedMargin":"0""#, with: #""isolatedMargin":"10""#)
        for (text, margin) in [
            (margin.replacing("isolatedWallet", with: "wallet"), "10.764277"), (margin, "0"),
        ] {
            let positions = try BinanceAnswers.positions(bytes(text).span)
            #expect(
                positions.map {
                    $0.venuePosition(instrument: id, leverage: 20)?.isolatedMargin
                } == [try money(margin)])
        }
        let text = PrivatePayload.position.replacing(#""-30""#, with: #""0""#)
        let flat = try BinanceAnswers.positions(bytes(text).span)
        #expect(flat.map { $0.venuePosition(instrument: id, leverage: 20) } == [nil])
    }

    @Test func `a trade becomes a fill, with its commission in quote currency only`() throws {
        let trades = try BinanceAnswers.userTrades(bytes(PrivatePayload.trade).span)
        #expect(
            trades == [
                AccountTrade(
                    symbol: "BTCUSDT", venueOrderID: VenueOrderID(25_851_813), tradeID: 698_759,
                    side: .sell, positionSide: .known(.both), price: try price("7819.01"),
                    quantity: try quantity("0.002"), notional: try money("15.63802"),
                    realizedProfit: try money("-0.91539999"),
                    commission: try money("-0.0781901"), commissionAsset: "BNB", isMaker: true,
                    time: time(1_569_514_978_020))
            ])
        #expect(trades.map { $0.fill(quoteAsset: "USDT").commission } == [.zero])
        #expect(
            trades.map { $0.fill(quoteAsset: "BNB") } == [
                Fill(
                    tradeID: 698_759, price: try price("7819.01"),
                    quantity: try quantity("0.002"), side: .sell,
                    commission: try money("-0.0781901"), isMaker: true,
                    venueTime: time(1_569_514_978_020))
            ])
    }

    @Test func `a position has a direction, and no liquidation price when the venue says zero`()
        throws
    {
        #expect(
            try BinanceAnswers.positions(bytes(PrivatePayload.position).span) == [
                PositionAnswer(
                    symbol: "ADAUSDT", positionSide: .known(.both), direction: .short,
                    quantity: try quantity("30"), entryPrice: try price("0.38512346"),
                    breakEvenPrice: try price("0.385077"), markPrice: try price("0.4104759"),
                    unrealizedProfit: try money("-0.764277"), liquidationPrice: nil,
                    isolatedMargin: .zero, isolatedWallet: .zero, leverage: nil, marginType: nil,
                    updateTime: time(1_720_736_417_660))
            ])
    }

    @Test func `balances and totals`() throws {
        #expect(
            try BinanceAnswers.balances(bytes(PrivatePayload.balance).span) == [
                BalanceAnswer(
                    asset: "USDT", balance: try money("122607.35137903"),
                    crossWalletBalance: try money("23.72469206"),
                    crossUnrealizedProfit: try money("-0.5"),
                    availableBalance: try money("23.2"), maxWithdrawAmount: try money("23.1"))
            ])
        #expect(
            try BinanceAnswers.account(bytes(PrivatePayload.account3).span)
                == AccountAnswer(
                    totalWalletBalance: try money("103.12345678"),
                    totalUnrealizedProfit: try money("-2"),
                    totalMarginBalance: try money("101.12345678"),
                    totalInitialMargin: try money("1"), totalMaintenanceMargin: try money("0.5"),
                    availableBalance: try money("100.12345678"),
                    assets: [
                        .init(
                            asset: "USDT", walletBalance: try money("23.7"),
                            unrealizedProfit: .zero, marginBalance: try money("23.7"),
                            maintenanceMargin: .zero, initialMargin: .zero,
                            availableBalance: try money("23.7"))
                    ]))
    }

    @Test func `settings of the account and of a symbol`() throws {
        let configuration = SymbolConfiguration(
            symbol: "BTCUSDT", marginType: .known(.isolated), leverage: 21,
            maxNotional: Money(whole: 1_000_000))
        #expect(
            try BinanceAnswers.symbolConfigurations(
                bytes(PrivatePayload.symbolConfiguration).span) == [configuration])
        #expect(
            try BinanceAnswers.accountConfiguration(
                bytes(PrivatePayload.accountConfiguration).span)
                == AccountConfiguration(
                    canTrade: true, canDeposit: true, canWithdraw: false, isDualSide: false,
                    isMultiAssets: false, feeTier: 0))
        #expect(try BinanceAnswers.isDualSide(bytes(PrivatePayload.dual).span))
        #expect(
            try BinanceAnswers.leverage(bytes(PrivatePayload.leverageAnswer).span)
                == LeverageAnswer(
                    symbol: "BTCUSDT", leverage: 21, maxNotional: Money(whole: 1_000_000)))
        #expect(
            try BinanceAnswers.countdown(bytes(PrivatePayload.countdown).span)
                == CountdownAnswer(symbol: "BTCUSDT", countdown: .seconds(100)))
        #expect(
            try BinanceAnswers.commissionRates(bytes(PrivatePayload.commission).span)
                == CommissionRates(
                    symbol: "BTCUSDT", maker: try rate("0.0002"), taker: try rate("0.0005")))
    }

    @Test func `a margin table comes alone or in a list, and is sorted`() throws {
        let table = BracketTable(
            symbol: "ETHUSDT", notionalCoefficient: try money("1.5"),
            tiers: [
                MarginTier(
                    floor: .zero, cap: Money(whole: 10_000), maxLeverage: 75,
                    maintenanceRate: try rate("0.0065"), deduction: .zero),
                MarginTier(
                    floor: Money(whole: 10_000), cap: Money(whole: 500_000), maxLeverage: 50,
                    maintenanceRate: try rate("0.01"), deduction: try money("35.5")),
            ])
        let text = PrivatePayload.brackets
        #expect(try BinanceAnswers.brackets(bytes(text).span) == [table])
        #expect(try BinanceAnswers.brackets(bytes("[\(text),\(text)]").span) == [table, table])
        let gap = text.replacing(#""notionalFloor":10000"#, with: #""notionalFloor":10001"#)
        let refused = bytes(gap)
        #expect(throws: FrameError.self) { try BinanceAnswers.brackets(refused.span) }
    }

    @Test(arguments: ["HOUR", "DAY", "MINUTE", "SECOND"], ["2147483647", "0", "-1"])
    func `a limit of an interval that cannot be has none`(unit: String, count: String) throws {
        let text = PrivatePayload.exchangeInfo.replacing(
            #""SECOND","intervalNum":10"#, with: #""\#(unit)","intervalNum":\#(count)"#)
        let limits = try BinanceAnswers.exchangeInfo(bytes(text).span).rateLimits
        #expect(limits == [RateLimit(kind: .known(.orders), interval: nil, limit: 300)])
    }

    @Test func `contracts carry their filters, and those that we cannot hold are named`() throws {
        #expect(
            try BinanceAnswers.exchangeInfo(bytes(PrivatePayload.exchangeInfo).span)
                == ExchangeInfo(
                    serverTime: time(1_754_596_814_166),
                    rateLimits: [
                        RateLimit(kind: .known(.orders), interval: .seconds(10), limit: 300)
                    ],
                    symbols: [
                        ContractInfo(
                            symbol: try #require(SymbolName("BTCUSDT")),
                            contractType: .known(.perpetual), status: .known(.trading),
                            baseAsset: "BTC", quoteAsset: "USDT", marginAsset: "USDT",
                            pricePrecision: 2,
                            filters: InstrumentFilters(
                                minPrice: try price("556.8"), maxPrice: try price("4529764"),
                                tickSize: try price("0.1"), minQuantity: try quantity("0.001"),
                                maxQuantity: try quantity("1000"),
                                stepSize: try quantity("0.001"),
                                maxMarketQuantity: try quantity("120"),
                                minNotional: Money(whole: 100)),
                            multiplierUp: try rate("1.05"), multiplierDown: try rate("0.95"),
                            maxOrders: 200, triggerProtect: try rate("0.05"),
                            marketTakeBound: try rate("0.05"), liquidationFee: try rate("0.0125"))
                    ], skipped: ["币安人生USDT"]))
    }

    @Test(arguments: [
        ("PERPETUAL", "TRADING", true), ("TRADIFI_PERPETUAL", "TRADING", false),
        ("PERPETUAL", "SETTLING", false), ("PERPETUAL", "RESTING", false),
    ])
    func `only an open plain perpetual is tradable`(type: String, status: String, isTradable: Bool)
        throws
    {
        let text = PrivatePayload.exchangeInfo
            .replacing(#""PERPETUAL""#, with: #""\#(type)""#)
            .replacing(#""TRADING""#, with: #""\#(status)""#)
        #expect(
            try BinanceAnswers.exchangeInfo(bytes(text).span).symbols.map(\.isTradable)
                == [isTradable])
    }

    @Test func `a contract without a tick is left out`() throws {
        let text = PrivatePayload.exchangeInfo.replacing(
            #""tickSize":"0.10""#, with: #""tickSize":"0""#)
        let info = try BinanceAnswers.exchangeInfo(bytes(text).span)
        #expect(info.symbols.isEmpty)
        #expect(info.skipped == ["BTCUSDT", "币安人生USDT"])
    }

    @Test func `the last candle is open while it has not ended`() throws {
        func candle(_ open: Int64, _ volume: String, _ bought: String, _ isClosed: Bool) throws
            -> Kline
        {
            Kline(
                openTime: time(open), interval: .minutes(1), open: try price("0.0163479"),
                high: try price("0.8"), low: try price("0.015758"),
                close: try price("0.015771"), volume: try quantity(volume),
                takerBuyVolume: try quantity(bought), isClosed: isClosed,
                venueTime: time(open + 59_999))
        }
        let first = try candle(1_499_040_000_000, "148976.5", "1756.25", true)
        for (now, isClosed) in [(1_499_040_119_999, false), (1_499_040_120_000, true)] {
            #expect(
                try BinanceAnswers.klines(
                    bytes(PrivatePayload.klines).span, interval: .minutes(1), now: time(Int64(now)))
                    == [first, candle(1_499_040_060_000, "10", "1", isClosed)])
        }
    }

    @Test func `past trades and prices`() throws {
        #expect(
            try BinanceAnswers.aggregateTrades(bytes(PrivatePayload.aggregateTrades).span) == [
                Print(
                    tradeID: 26_129, price: try price("0.01633102"),
                    quantity: try quantity("4.70443515"), takerSide: .sell,
                    venueTime: time(1_498_793_709_153))
            ])
        let premium = PremiumAnswer(
            symbol: "BTCUSDT",
            update: MarkPriceUpdate(
                markPrice: try price("11793.63104562"), indexPrice: try price("11781.8049597"),
                fundingRate: try rate("0.00038246"), nextFundingTime: time(1_597_392_000_000),
                venueTime: time(1_597_370_495_002)))
        let text = PrivatePayload.premium
        #expect(try BinanceAnswers.premiums(bytes(text).span) == [premium])
        let unpriced = text.replacing("11793.63104562", with: "0")
        #expect(try BinanceAnswers.premiums(bytes("[\(text),\(unpriced)]").span) == [premium])
        #expect(
            try BinanceAnswers.serverTime(bytes(PrivatePayload.time).span)
                == time(1_499_827_319_559))
    }

    @Test func `codes are numbers or text, and a listen key fits in an address`() throws {
        #expect(
            try BinanceAnswers.code(bytes(PrivatePayload.code).span)
                == CodeAnswer(code: -2013, message: "Order does not exist."))
        #expect(
            try BinanceAnswers.code(bytes(#"{"code":"200","msg":"ok"}"#).span)
                == CodeAnswer(code: 200, message: "ok"))
        #expect(
            try BinanceAnswers.listenKey(bytes(PrivatePayload.listenKey).span)
                == "pqia91ma19a5s61cv6a81va65sdf19v8a65a1a5s61cv6a81va65sdf19v8a65a1")
        for key in ["", "a/../b", "a b", "a?b", String(repeating: "a", count: 257)] {
            let refused = bytes(#"{"listenKey":"\#(key)"}"#)
            #expect(throws: FrameError.self) { try BinanceAnswers.listenKey(refused.span) }
        }
    }
}

/// Every reader of an answer with a payload for it.
private struct Reader: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var payload: String
    var read: @Sendable ([UInt8]) throws -> Void

    static let all: [Reader] = [
        Reader("order", PrivatePayload.orderAnswer) { _ = try BinanceAnswers.order($0.span) },
        Reader("algoOrder", PrivatePayload.algoAnswer) {
            _ = try BinanceAnswers.algoOrder($0.span)
        },
        Reader("algoCancel", PrivatePayload.algoCancel) {
            _ = try BinanceAnswers.algoCancel($0.span)
        },
        Reader("userTrades", PrivatePayload.trade) { _ = try BinanceAnswers.userTrades($0.span) },
        Reader("positions", PrivatePayload.position) { _ = try BinanceAnswers.positions($0.span) },
        Reader("balances", PrivatePayload.balance) { _ = try BinanceAnswers.balances($0.span) },
        Reader("account", PrivatePayload.account3) { _ = try BinanceAnswers.account($0.span) },
        Reader("symbolConfig", PrivatePayload.symbolConfiguration) {
            _ = try BinanceAnswers.symbolConfigurations($0.span)
        },
        Reader("accountConfig", PrivatePayload.accountConfiguration) {
            _ = try BinanceAnswers.accountConfiguration($0.span)
        },
        Reader("brackets", PrivatePayload.brackets) { _ = try BinanceAnswers.brackets($0.span) },
        Reader("commission", PrivatePayload.commission) {
            _ = try BinanceAnswers.commissionRates($0.span)
        },
        Reader("exchangeInfo", PrivatePayload.exchangeInfo) {
            _ = try BinanceAnswers.exchangeInfo($0.span)
        },
        Reader("klines", PrivatePayload.klines) {
            _ = try BinanceAnswers.klines($0.span, interval: .minutes(1), now: .distantFuture)
        },
        Reader("aggTrades", PrivatePayload.aggregateTrades) {
            _ = try BinanceAnswers.aggregateTrades($0.span)
        },
        Reader("premiums", PrivatePayload.premium) { _ = try BinanceAnswers.premiums($0.span) },
        Reader("countdown", PrivatePayload.countdown) { _ = try BinanceAnswers.countdown($0.span) },
        Reader("leverage", PrivatePayload.leverageAnswer) {
            _ = try BinanceAnswers.leverage($0.span)
        },
        Reader("code", PrivatePayload.code) { _ = try BinanceAnswers.code($0.span) },
        Reader("listenKey", PrivatePayload.listenKey) { _ = try BinanceAnswers.listenKey($0.span) },
        Reader("time", PrivatePayload.time) { _ = try BinanceAnswers.serverTime($0.span) },
        Reader("dual", PrivatePayload.dual) { _ = try BinanceAnswers.isDualSide($0.span) },
    ]

    private init(
        _ name: String, _ payload: String, _ read: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        testDescription = name
        self.payload = payload
        self.read = read
    }
}

@Suite struct `A damaged answer` {
    @Test(arguments: Reader.all)
    fileprivate func `that is cut anywhere is refused`(reader: Reader) {
        let bytes = bytes(reader.payload)
        #expect(throws: Never.self) { try reader.read(bytes) }
        for count in bytes.indices {
            #expect(throws: FrameError.self) { try reader.read(Array(bytes[..<count])) }
        }
    }

    @Test(arguments: Reader.all)
    fileprivate func `with any byte changed is read or refused`(reader: Reader) {
        let bytes = bytes(reader.payload)
        var refused = 0
        for place in bytes.indices {
            for byte in [0, 34, 45, 48, 57, 92, 125, 255] as [UInt8] {
                var changed = bytes
                changed[place] = byte
                do { try reader.read(changed) } catch { refused += 1 }
            }
        }
        #expect(refused > bytes.count / 2)
    }

    @Test(arguments: ["<html></html>", "", "[", "null", "1", "\"x\"", "[[[[1]]]]", "{\"a\":"])
    func `of another form is refused by every reader`(text: String) {
        for reader in Reader.all {
            #expect(throws: FrameError.self) { try reader.read(bytes(text)) }
        }
    }
}
