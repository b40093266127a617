import Glibc
import TestSupport
import Testing
import Text
import Trading

@testable import BinanceFormat

private let events = "nautilus_trader/resources/ws_messages/ws_futures_"
private let documented = "nautilus_trader/test_data/futures/"
private let answers = "nautilus_trader/resources/http_responses/http_futures_"

@Suite(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
struct `Recorded private payloads` {
    @Test(arguments: [
        "order_update_adl", "order_update_adl_filled", "order_update_liquidation",
        "order_update_liquidation_zero_qty", "order_update_new_limit_if_touched_price_match",
        "order_update_new_price_match", "order_update_new_reduce_only_qty",
        "order_update_new_stop_limit_price_match", "order_update_settlement",
        "order_update_trade_reduce_only_qty",
    ])
    func `every order update of a capture is decoded, and all its words are known`(name: String)
        throws
    {
        let event = try Self.event(events + name)
        guard case .order = event else {
            Issue.record("\(event)")
            return
        }
        #expect(event.unknownWords == [])
    }

    @Test func `the life of a conditional order is decoded`() throws {
        var seen: [VenueWord<AlgoStatus>] = []
        var filled: [Quantity?] = []
        for name in ["triggering", "triggered", "finished", "finished_canceled"] {
            guard case .algo(let update) = try Self.event(events + "algo_update_" + name) else {
                Issue.record("\(name)")
                return
            }
            #expect(update.unknownWords == [])
            seen.append(update.status)
            filled.append(update.actualQuantity)
        }
        #expect(
            seen == [
                .known(.triggering), .known(.triggered), .known(.finished), .known(.finished),
            ])
        // Finished does not say filled.
        #expect(filled.last == .some(.zero))
        #expect(filled.first == .some(nil))
    }

    @Test(arguments: [
        "account_update", "account_update_bnfcr", "algo_update_canceled", "algo_update_new",
        "order_update_adl", "order_update_calculated", "order_update_calculated_pending",
        "order_update_delivery", "order_update_insurance", "order_update_new",
        "order_update_settlement", "order_update_trade", "order_update_trade_partial",
        "trade_lite",
    ])
    func `the documentation's events are decoded`(name: String) throws {
        let event = try Self.event(documented + "user_data_json/" + name)
        #expect(event.unknownWords == [])
        switch event {
        case .order: #expect(name.hasPrefix("order_update"))
        case .algo: #expect(name.hasPrefix("algo_update"))
        case .account: #expect(name.hasPrefix("account_update"))
        case .tradeLite: #expect(name == "trade_lite")
        case .marginCall, .leverageChanged, .multiAssetsMode, .listenKeyExpired, .answer, .ignored:
            Issue.record("\(event)")
        }
    }

    @Test func `recorded answers are decoded, none refused`() throws {
        let orders = try Self.read(answers + "account_orders") {
            try BinanceAnswers.openOrders($0.span)
        }
        #expect(orders.map(\.type) == [.known(.trailingStopMarket)])
        let isDualSide = try Self.read(answers + "account_position_side_dual") {
            try BinanceAnswers.isDualSide($0.span)
        }
        #expect(isDualSide)
        let hedged = try Self.read(answers + "account_positions_hedge") {
            try BinanceAnswers.positions($0.span)
        }
        #expect(hedged.map(\.direction) == [.long, .short])
        let flat = try Self.read(answers + "account_positions_one_way") {
            try BinanceAnswers.positions($0.span)
        }
        #expect(flat.map(\.direction) == [nil])
        let settings = try Self.read(answers + "account_symbol_config") {
            try BinanceAnswers.symbolConfigurations($0.span)
        }
        #expect(settings.map(\.leverage) == [20, 25])
        let trades = try Self.read(answers + "account_trades") {
            try BinanceAnswers.userTrades($0.span)
        }
        #expect(trades.map(\.side) == [.sell, .buy])
        let fees = try Self.read(answers + "wallet_commission_rate_btcusdt") {
            try BinanceAnswers.commissionRates($0.span)
        }
        #expect(fees.taker == Rate.basisPoints(5))
    }

    @Test func `recorded prices and candles are decoded, none refused`() throws {
        let prints = try Self.read(answers + "market_agg_trades") {
            try BinanceAnswers.aggregateTrades($0.span)
        }
        #expect(prints.map(\.tradeID) == [26_129])
        let candles = try Self.read(answers + "market_klines") {
            try BinanceAnswers.klines($0.span, interval: .hours(168), now: .distantFuture)
        }
        #expect(candles.map(\.isClosed) == [true])
        let premiums = try Self.read(answers + "market_premium_index") {
            try BinanceAnswers.premiums($0.span)
        }
        #expect(premiums.map(\.symbol) == ["BTCUSDT"])
    }

    @Test func `the documentation's answers are decoded, none refused`() throws {
        let http = documented + "http_json/"
        let account = try Self.read(http + "account_info_v2") {
            try BinanceAnswers.account($0.span)
        }
        #expect(account.assets.map(\.asset) == ["USDT"])
        let balances = try Self.read(http + "balance") { try BinanceAnswers.balances($0.span) }
        #expect(balances.map(\.asset) == ["USDT"])
        let algo = try Self.read(http + "open_algo_orders") {
            try BinanceAnswers.openAlgoOrders($0.span)
        }
        #expect(algo.map(\.type) == [.known(.stopMarket)])
        let order = try Self.read(http + "order_response") { try BinanceAnswers.order($0.span) }
        #expect(order.status == .known(.new))
        let positions = try Self.read(http + "position_risk") {
            try BinanceAnswers.positions($0.span)
        }
        #expect(positions.map(\.marginType) == [.known(.crossed)])
    }

    @Test func `a capture of the list of contracts is read whole`() throws {
        let small = try Self.read(answers + "market_exchange_info") {
            try BinanceAnswers.exchangeInfo($0.span)
        }
        #expect(small.skipped == [])
        #expect(small.symbols.map(\.symbol.description).prefix(2) == ["BTCUSDT", "ETHUSDT"])
        // The list stands behind its address and time.
        let folder = try #require(MarketDataFolder.path) + "/fixtures/cryptofeed/"
        let line = try Self.contents(folder + "BINANCE_FUTURES.0").prefix { $0 != 10 }
        let start = try #require(line.firstIndex(of: UInt8(ascii: "{")))
        let body = Array(line[start...])
        let large = try BinanceAnswers.exchangeInfo(body.span)
        #expect(large.skipped == [])
        #expect(large.symbols.count > 100)
        #expect(large.symbols.contains { $0.isTradable })
    }

    @Test func `contracts captured in 2025 are read, and have the grids that they had`() throws {
        let path =
            try #require(MarketDataFolder.path)
            + "/fixtures/gocryptotrader/exchanges_binance_testdata_http.json"
        let file = try Self.contents(path)
        var cursor = try JSONCursor(file.span, maxLength: 64 << 20)
        let routes = try ObjectFields(&cursor).required("routes", &cursor, ObjectFields.read)
        let route = try routes.required("/fapi/v1/exchangeInfo", &cursor, ObjectFields.read)
        let calls = try route.required("GET", &cursor) {
            (cursor: inout JSONCursor) throws(FrameError) -> [ObjectFields] in
            try VenueValue.list(&cursor, ObjectFields.read)
        }
        let call = try #require(calls.first)
        let place = try call.required("data", &cursor) {
            (cursor: inout JSONCursor) throws(FrameError) -> Range<Int> in
            _ = try cursor.peek()
            let start = cursor.position
            try cursor.skipValue()
            return start..<cursor.position
        }
        let body = Array(file[place])
        let info = try BinanceAnswers.exchangeInfo(body.span)
        #expect(info.skipped == [])
        #expect(info.symbols.count == 25)
        let bitcoin = try #require(info.symbols.first { $0.symbol.description == "BTCUSDT" })
        #expect(bitcoin.filters.minPrice == Price(units: 55_680_000_000))
        #expect(bitcoin.filters.maxMarketQuantity == Quantity(units: 12_000_000_000))
        #expect(bitcoin.filters.minNotional == Money(whole: 100))
    }

    private static func read<Answer>(
        _ name: String, _ answer: ([UInt8]) throws -> Answer
    ) throws -> Answer { try answer(try bytes(name)) }

    private static func event(_ name: String) throws -> UserEvent {
        let frame = try bytes(name)
        return try BinanceUserDecoder.decode(frame.span)
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        try contents(try #require(MarketDataFolder.path) + "/fixtures/" + name + ".json")
    }

    private static func contents(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"), "\(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}
