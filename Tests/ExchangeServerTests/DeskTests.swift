import BinanceFormat
import Market
import Matching
import Population
import Testing
import Text
import Trading

@testable import ExchangeServer

/// The venue without sockets.
struct DeskTests {
    static let start = Timestamp(milliseconds: 1_764_000_000_000)

    /// Lived once, because it takes a while; everybody gets a copy.
    private static let prepared = Result {
        var configuration = ExchangeServerConfiguration()
        configuration.seed = 7
        configuration.symbols = [try #require(SymbolName("BTCUSDT"))]
        configuration.history = .minutes(2)
        configuration.population.warmUp = .minutes(1)
        configuration.population.holders = 20
        return VenueDesk(configuration, start: start)
    }

    static func desk() throws -> VenueDesk { try prepared.get() }

    static func ask(_ desk: inout VenueDesk, _ endpoint: Endpoint, _ query: String) throws -> String
    {
        let parameters = try #require(Parameters(query: query, body: ""))
        var writer = JSONWriter()
        do throws(APIError) {
            try desk.answer(endpoint, parameters, &writer)
            return String(decoding: writer.bytes, as: UTF8.self)
        } catch { return String(decoding: error.body, as: UTF8.self) }
    }

    static func code(_ desk: inout VenueDesk, _ endpoint: Endpoint, _ query: String) throws
        -> String
    {
        let answer = try ask(&desk, endpoint, query)
        return String(answer.prefix { $0 != "," }.dropFirst(8))
    }

    @Test(arguments: [
        ("symbol=NOUSDT&side=BUY&type=MARKET&quantity=1", "-1121"),
        ("side=BUY&type=MARKET&quantity=1", "-1102"),
        ("symbol=BTCUSDT&side=UP&type=MARKET&quantity=1", "-1117"),
        ("symbol=BTCUSDT&side=BUY&type=NO&quantity=1", "-1116"),
        ("symbol=BTCUSDT&side=BUY&type=STOP_MARKET&quantity=1&stopPrice=1", "-4120"),
        ("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.0015", "-1111"),
        ("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0", "-4003"),
        ("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1000", "-4005"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=60000", "-1102"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=60000&timeInForce=XXX", "-1115"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=60000.05&timeInForce=GTC", "-4014"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=60000.005&timeInForce=GTC", "-1111"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=90000&timeInForce=GTC", "-4016"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.001&price=30000&timeInForce=GTC", "-4164"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=59000&timeInForce=GTC", "-2019"),
        ("symbol=BTCUSDT&side=SELL&type=LIMIT&quantity=0.01&price=58000&timeInForce=GTX", "-5022"),
        ("symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=58000&timeInForce=FOK", "-5021"),
        ("symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&reduceOnly=true", "-2022"),
        ("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&positionSide=LONG", "-4061"),
        ("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=a%20b", "-1100"),
    ])
    func `an order against the rules is refused with the venue's code`(query: String, code: String)
        throws
    {
        var desk = try Self.desk()
        #expect(try Self.code(&desk, .placeOrder, query) == code)
        #expect(try Self.ask(&desk, .openOrders, "") == "[]")
        #expect(try Self.ask(&desk, .allOrders, "") == "[]")
    }

    @Test func `a resting order is listed, queried, not doubled, canceled once`() throws {
        var desk = try Self.desk()
        let query =
            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=58500&timeInForce=GTC&newClientOrderId=mine"
        #expect(try Self.ask(&desk, .placeOrder, query).contains("\"status\":\"NEW\""))
        #expect(try Self.code(&desk, .placeOrder, query) == "-4116")
        let mine = "symbol=BTCUSDT&origClientOrderId=mine"
        #expect(try Self.ask(&desk, .openOrder, mine).contains("\"clientOrderId\":\"mine\""))
        #expect(
            try Self.ask(&desk, .cancelOrder, mine).contains("\"status\":\"CANCELED\""))
        #expect(try Self.code(&desk, .cancelOrder, mine) == "-2011")
        #expect(try Self.code(&desk, .openOrder, mine) == "-2013")
        #expect(try Self.ask(&desk, .order, mine).contains("\"status\":\"CANCELED\""))
        // The name is free again once its order has gone.
        #expect(try Self.ask(&desk, .placeOrder, query).contains("\"status\":\"NEW\""))
    }

    @Test
    func `a market order opens a position that the account, the risk and the trades agree on`()
        throws
    {
        var desk = try Self.desk()
        desk.hasUserListener = true
        let answer = try Self.ask(
            &desk, .placeOrder,
            "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.02&newOrderRespType=RESULT")
        #expect(answer.contains("\"status\":\"FILLED\""))
        #expect(try Self.ask(&desk, .riskV3, "").contains("\"positionAmt\":\"0.02\""))
        #expect(try Self.ask(&desk, .accountV3, "").contains("\"positionAmt\":\"0.02\""))
        #expect(try Self.ask(&desk, .userTrades, "symbol=BTCUSDT").contains("\"buyer\":true"))
        #expect(try Self.ask(&desk, .income, "").contains("COMMISSION"))
        #expect(desk.account == desk.market.exchange.account(.ours))
        let events = desk.takePublications().compactMap { publication in
            if case .user(let event) = publication.target { event } else { nil }
        }
        #expect(events.first == "ORDER_TRADE_UPDATE")
        #expect(events.contains("ACCOUNT_UPDATE"))
    }

    @Test func `another client can take away every order, the stop too`() throws {
        var desk = try Self.desk()
        let symbol = try #require(SymbolName("BTCUSDT"))
        desk.meet(.manualTrade(symbol, .buy, Quantity(units: 2_000_000)))
        #expect(try Self.ask(&desk, .riskV3, "").contains("\"positionAmt\":\"0.02\""))
        _ = try Self.ask(
            &desk, .placeAlgo,
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&triggerPrice=50000"
        )
        _ = try Self.ask(
            &desk, .placeOrder,
            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=58500&timeInForce=GTC")
        desk.meet(.manualCancel(symbol))
        #expect(try Self.ask(&desk, .openOrders, "") == "[]")
        #expect(try Self.ask(&desk, .openAlgos, "") == "[]")
        #expect(try Self.ask(&desk, .riskV3, "").contains("\"positionAmt\":\"0.02\""))
    }

    @Test func `a step of the value brings the price there within two minutes`() throws {
        var desk = try Self.desk()
        let symbol = try #require(SymbolName("BTCUSDT"))
        let before = desk.market.exchange.lastPrice(InstrumentID(0))
        desk.meet(.priceStep(symbol, -0.05))
        desk.advance(to: desk.now + .minutes(2))
        let after = desk.market.exchange.lastPrice(InstrumentID(0))
        #expect(after.double < before.double * 0.97)
        #expect(after.double > before.double * 0.92)
    }

    @Test func `an order that is only tested is checked and leaves nothing`() throws {
        var desk = try Self.desk()
        let order = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity="
        #expect(try Self.ask(&desk, .testOrder, order + "0.02") == "{}")
        #expect(try Self.code(&desk, .testOrder, order + "1000") == "-4005")
        #expect(try Self.ask(&desk, .allOrders, "") == "[]")
        #expect(desk.account.position(InstrumentID(0)) == nil)
    }

    @Test func `margin is moved into a position, as far as there is cash`() throws {
        var desk = try Self.desk()
        let move = "symbol=BTCUSDT&amount="
        #expect(try Self.code(&desk, .positionMargin, move + "10&type=1") == "-4054")
        _ = try Self.ask(&desk, .placeOrder, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.02")
        let before = try #require(desk.account.position(InstrumentID(0))?.isolatedMargin)
        #expect(
            try Self.ask(&desk, .positionMargin, move + "10.5&type=1")
                == "{\"amount\":\"10.5\",\"code\":200,\"msg\":\"Successfully modify position margin.\",\"type\":1}"
        )
        #expect(
            desk.account.position(InstrumentID(0))?.isolatedMargin
                == before + Money(units: 105_000_000_000_000_000))
        #expect(try Self.code(&desk, .positionMargin, move + "1000000&type=1") == "-4050")
        #expect(try Self.code(&desk, .positionMargin, move + "1&type=2") == "-1130")
        #expect(try Self.code(&desk, .positionMargin, move + "-1&type=1") == "-1130")
        #expect(try Self.code(&desk, .positionMargin, move + "1e5&type=1") == "-1130")
        #expect(desk.account == desk.market.exchange.account(.ours))
    }

    @Test func `a stop is invisible to plain orders, fires, and closes the position`() throws {
        var desk = try Self.desk()
        desk.hasUserListener = true
        _ = try Self.ask(&desk, .placeOrder, "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.02")
        let last = desk.market.exchange.lastPrice(InstrumentID(0))
        let wrong = Price(units: (last.units / 10_000_000 + 1_000) * 10_000_000)
        let stop =
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&clientAlgoId=stop&triggerPrice="
        #expect(try Self.code(&desk, .placeAlgo, stop + wrong.description) == "-2021")
        let near = Price(units: last.units - 10_000_000)
        #expect(
            try Self.ask(&desk, .placeAlgo, stop + near.description).contains(
                "\"algoStatus\":\"NEW\""))
        #expect(try Self.ask(&desk, .openOrders, "") == "[]")
        #expect(
            try Self.code(&desk, .order, "symbol=BTCUSDT&origClientOrderId=stop") == "-2013")
        #expect(try Self.ask(&desk, .openAlgos, "").contains("\"clientAlgoId\":\"stop\""))
        // One tick below a price that jumps between bid and ask: it comes there at once.
        var minutes = 0
        while !desk.openAlgos.isEmpty, minutes < 60 {
            desk.advance(to: desk.now + .minutes(1))
            minutes += 1
        }
        #expect(desk.openAlgos.isEmpty)
        #expect(desk.account.position(InstrumentID(0)) == nil)
        #expect(desk.account == desk.market.exchange.account(.ours))
        #expect(
            try Self.ask(&desk, .algoOrder, "clientAlgoId=stop").contains(
                "\"algoStatus\":\"FINISHED\",\"actualOrderId\":\""))
        #expect(
            try Self.ask(&desk, .order, "symbol=BTCUSDT&origClientOrderId=stop").contains(
                "\"status\":\"FILLED\""))
    }

    @Test func `the dead-man switch cancels plain orders and leaves stops`() throws {
        var desk = try Self.desk()
        _ = try Self.ask(
            &desk, .placeOrder,
            "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=57500&timeInForce=GTC")
        _ = try Self.ask(
            &desk, .placeAlgo,
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.01&triggerPrice=50000"
        )
        _ = try Self.ask(&desk, .countdown, "symbol=BTCUSDT&countdownTime=3000")
        desk.advance(to: desk.now + .milliseconds(2999))
        #expect(try Self.ask(&desk, .openOrders, "") != "[]")
        desk.advance(to: desk.now + .milliseconds(1))
        #expect(try Self.ask(&desk, .openOrders, "") == "[]")
        #expect(try Self.ask(&desk, .openAlgos, "") != "[]")
    }

    @Test func `leverage is the instrument's own and cannot fall under a position`() throws {
        var desk = try Self.desk()
        let answer = try Self.ask(&desk, .leverage, "symbol=BTCUSDT&leverage=10")
        #expect(answer.hasPrefix("{\"leverage\":10,"))
        #expect(try Self.code(&desk, .leverage, "symbol=BTCUSDT&leverage=126") == "-4028")
        _ = try Self.ask(&desk, .placeOrder, "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.02")
        let position = try #require(desk.account.position(InstrumentID(0)))
        // A tenth of the cost.
        #expect(
            position.isolatedMargin
                == desk.account.initialMargin(of: position.cost, instrument: InstrumentID(0)))
        #expect(position.isolatedMargin.units * 10 - position.cost.units < 10)
        #expect(try Self.code(&desk, .leverage, "symbol=BTCUSDT&leverage=5") == "-4161")
        #expect(try Self.code(&desk, .marginType, "symbol=BTCUSDT&marginType=ISOLATED") == "-4046")
        #expect(try Self.code(&desk, .setDual, "dualSidePosition=false") == "-4059")
    }

    @Test func `best prices that are told again have ids that rise, before and after them`() throws
    {
        var desk = try Self.desk()
        let symbol = desk.instruments[0].symbol
        desk.wanted.insert(
            try #require(StreamKey("btcusdt@bookTicker", instruments: desk.instruments)))
        var decoder = BinanceMarketDecoder(instruments: [(symbol, InstrumentID(0))])
        var ids: [UInt64] = []
        for _ in 0..<5 {
            desk.advance(to: desk.now + .seconds(5))
            desk.repeatTickers(3)
            for publication in desk.takePublications() {
                guard
                    case .bookTicker(let ticker) = try decoder.decode(publication.payload.span).data
                else { continue }
                ids.append(ticker.updateID)
            }
        }
        #expect(ids.count > 15)
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `every market frame is read by our decoder, and the book never has a gap`() throws {
        var desk = try Self.desk()
        let names = [
            "aggTrade", "bookTicker", "depth@100ms", "depth", "depth20@500ms", "markPrice@1s",
            "kline_1m", "kline_5m",
        ]
        for name in names {
            desk.wanted.insert(
                try #require(StreamKey("btcusdt@" + name, instruments: desk.instruments)))
        }
        let symbol = desk.instruments[0].symbol
        var decoder = BinanceMarketDecoder(instruments: [(symbol, InstrumentID(0))])
        var book = LocalBook(configuration: MarketConfiguration())
        let fast = StreamKey.depth(InstrumentID(0), .fast)
        var kinds: Set<DecodedFrame.Kind> = []
        for step in 0..<120 {
            desk.advance(to: desk.now + .seconds(1))
            if step == 5 {
                _ = try Self.ask(&desk, .depth, "symbol=BTCUSDT&limit=1000")
                _ = book.load(try #require(desk.depthAnswer))
            }
            for publication in desk.takePublications() {
                let frame = try decoder.decode(publication.payload.span)
                kinds.insert(frame.kind)
                if publication.target == .stream(fast), case .depth(let update) = frame.data {
                    _ = book.apply(update)
                }
            }
        }
        #expect(kinds.count == 5)
        #expect(book.isLive)
        #expect(book.gapCount == 0)
        #expect(book.bestBid?.price == desk.market.exchange.bestBid(InstrumentID(0))?.price)
    }

    @Test
    func `a listen key ends after an hour without a sign of life, and its listeners are told`()
        throws
    {
        var desk = try Self.desk()
        let key = try Self.ask(&desk, .openListenKey, "")
        #expect(try Self.ask(&desk, .openListenKey, "") == key)
        desk.advance(to: desk.now + .minutes(59))
        #expect(try Self.ask(&desk, .keepListenKey, "") == key)
        desk.advance(to: desk.now + .minutes(60))
        let targets = desk.takePublications().map(\.target)
        #expect(targets == [.user(event: "listenKeyExpired"), .keyEnded])
        #expect(try Self.code(&desk, .keepListenKey, "") == "-1125")
    }
}
