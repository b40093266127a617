import BinanceFormat
import Market
import Matching
import Population
import Testing
import Text
import Trading

@testable import ExchangeServer

/// What a schedule does to the account and to its orders, at the desk.
struct DeskFaultTests {
    private let bitcoin: SymbolName
    private let id = InstrumentID(0)
    private static let stop =
        "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&clientAlgoId=stop&triggerPrice="

    init() throws { bitcoin = try #require(SymbolName("BTCUSDT")) }

    /// A desk with a long of 0.02 and somebody who listens.
    private func holding() throws -> VenueDesk {
        var desk = try DeskTests.desk()
        desk.hasUserListener = true
        try buy(&desk, "0.02")
        #expect(desk.account.position(id)?.quantity == Quantity(units: 2_000_000))
        _ = desk.takePublications()
        return desk
    }

    private func buy(_ desk: inout VenueDesk, _ quantity: String) throws {
        let answer = try DeskTests.ask(
            &desk, .placeOrder,
            "symbol=BTCUSDT&side=BUY&type=MARKET&newClientOrderId=mine&quantity=" + quantity)
        #expect(answer.contains("\"status\":\"NEW\""))
    }

    /// The events of the user stream in few words.
    private func heard(_ desk: inout VenueDesk) throws -> [String] {
        var words: [String] = []
        for publication in desk.takePublications() {
            guard case .user = publication.target else { continue }
            let event = try BinanceUserDecoder.decode(publication.payload.span)
            #expect(event.unknownWords == [])
            words.append(Self.word(event))
        }
        return words
    }

    private static func word(_ event: UserEvent) -> String {
        switch event {
        case .order(let order):
            var word = "\(order.clientOrderID) \(text(order.execution)) \(text(order.status))"
            if let price = order.lastPrice { word += " \(order.lastQuantity) @ \(price)" }
            if let asset = order.commissionAsset { word += " \(order.commission) \(asset)" }
            return word
        case .algo(let algo):
            let reason = algo.rejectReason.map { ": " + $0 } ?? ""
            return "\(algo.clientAlgoID) \(text(algo.status))\(reason)"
        case .account(let account):
            let balances = account.balances.map {
                "\($0.asset) \($0.walletBalance.text(fractionDigits: 8))"
                    + ($0.change == .zero ? "" : " by \($0.change)")
            }
            let positions = account.positions.map { "\($0.symbol) \($0.quantity)" }
            return ([text(account.reason)] + balances + positions).joined(separator: ", ")
        case .leverageChanged(let symbol, let leverage, _): return "\(symbol) x\(leverage)"
        case .multiAssetsMode(let isOn, _): return "multi-assets \(isOn)"
        case .tradeLite, .marginCall, .listenKeyExpired, .answer, .ignored:
            return "another event"
        }
    }

    private static func text<Known>(_ word: VenueWord<Known>) -> String {
        switch word {
        case .known(let known): known.rawValue
        case .unknown(let text): text
        }
    }

    private func wallet(_ desk: VenueDesk) -> String {
        desk.account.walletBalance.text(fractionDigits: 8)
    }

    // MARK: Forced closes

    @Test(arguments: [(nil, "0.02", "0"), (5_000_000, "0.02", "0"), (500_000, "0.005", "0.015")])
    func `a deleveraging closes the position at the mark, whole or in part`(
        units: Int64?, closed: String, left: String
    ) throws {
        var desk = try holding()
        let mark = desk.market.exchange.markPrice(id)
        desk.meet(.deleveraging(bitcoin, units.map { Quantity(units: $0) }))
        #expect(desk.account == desk.market.exchange.account(.ours))
        #expect(
            try heard(&desk) == [
                "adl_autoclose NEW NEW_ADL",
                "ORDER, USDT \(wallet(desk)), BTCUSDT \(left)",
                "adl_autoclose CALCULATED FILLED \(closed) @ \(mark)",
            ])
        let forced = "symbol=BTCUSDT&autoCloseType="
        #expect(
            try DeskTests.ask(&desk, .forcedOrders, forced + "ADL").contains("adl_autoclose"))
        #expect(try DeskTests.ask(&desk, .forcedOrders, forced + "LIQUIDATION") == "[]")
    }

    @Test func `a liquidation takes the stop and the position, at once`() throws {
        var desk = try holding()
        _ = try DeskTests.ask(&desk, .placeAlgo, Self.stop + "50000")
        _ = desk.takePublications()
        desk.meet(.liquidation(bitcoin))
        let words = try heard(&desk)
        let name = "autoclose-\(desk.lastOrderID)"
        #expect(words.prefix(2) == ["\(name) NEW NEW", "stop EXPIRED"])
        #expect(words.last?.hasPrefix("\(name) CALCULATED FILLED ") == true)
        #expect(desk.account.position(id) == nil)
        #expect(desk.account == desk.market.exchange.account(.ours))
        // Nothing happens without a position.
        desk.meet(.liquidation(bitcoin))
        #expect(try heard(&desk) == [])
    }

    @Test func `a settlement takes orders and position, and the symbol takes nothing more`() throws
    {
        var desk = try holding()
        _ = try DeskTests.ask(&desk, .placeAlgo, Self.stop + "50000")
        _ = desk.takePublications()
        let mark = desk.market.exchange.markPrice(id)
        desk.meet(.settlement(bitcoin))
        let name = "settlement_autoclose-\(desk.lastOrderID)"
        #expect(
            try heard(&desk) == [
                "stop CANCELED", "\(name) NEW NEW",
                "ORDER, USDT \(wallet(desk)), BTCUSDT 0",
                "\(name) CALCULATED FILLED 0.02 @ \(mark)",
            ])
        #expect(
            try DeskTests.ask(&desk, .exchangeInfo, "").contains("\"status\":\"CLOSE\""))
    }

    @Test(arguments: [
        // A quantity of zero: what comes so far was not refused for the status.
        (Fault.SymbolStatus.trading, "-4003", "-4003"),
        (.pendingTrading, "-4140", "-4003"),
        (.preSettle, "-4140", "-4003"),
        (.settling, "-4140", "-4003"),
        (.close, "-4141", "-4141"),
    ])
    func `a symbol that is not traded takes at most what makes positions smaller`(
        status: Fault.SymbolStatus, entry: String, exit: String
    ) throws {
        var desk = try holding()
        desk.meet(.symbolStatus(bitcoin, status))
        let order = "symbol=BTCUSDT&side=SELL&type=MARKET&quantity="
        let algo =
            "algoType=CONDITIONAL&triggerPrice=50000&type=STOP_MARKET&symbol=BTCUSDT&side=SELL&quantity=0"
        #expect(try DeskTests.code(&desk, .placeOrder, order + "0") == entry)
        #expect(try DeskTests.code(&desk, .placeOrder, order + "0&reduceOnly=true") == exit)
        #expect(try DeskTests.code(&desk, .placeAlgo, algo) == entry)
        #expect(try DeskTests.code(&desk, .placeAlgo, algo + "&reduceOnly=true") == exit)
        _ = try DeskTests.ask(&desk, .placeOrder, order + "0.01&reduceOnly=true")
        #expect(
            desk.account.position(id)?.quantity
                == Quantity(units: status == .close ? 2_000_000 : 1_000_000))
        let stop = try DeskTests.ask(&desk, .placeAlgo, Self.stop + "50000")
        #expect(stop.contains("\"algoStatus\":\"NEW\"") == (status != .close))
        #expect(
            try DeskTests.ask(&desk, .exchangeInfo, "").contains(
                "\"status\":\"\(status.rawValue)\""))
    }

    // MARK: Stops

    @Test func `a stop is rejected when it fires, and nothing trades`() throws {
        var desk = try holding()
        desk.begin(
            VenueDesk.ActiveRule(
                rule: .stopRejects(bitcoin), end: .distantFuture, left: 1))
        let last = desk.market.exchange.lastPrice(id)
        let near = Price(units: last.units - 10_000_000)
        _ = try DeskTests.ask(&desk, .placeAlgo, Self.stop + near.description)
        var minutes = 0
        while !desk.openAlgos.isEmpty, minutes < 60 {
            desk.advance(to: desk.now + .minutes(1))
            minutes += 1
        }
        #expect(
            try heard(&desk) == [
                "stop NEW", "stop TRIGGERING", "stop REJECTED: Reduce Only reject",
            ])
        #expect(desk.account.position(id)?.quantity == Quantity(units: 2_000_000))
        #expect(
            try DeskTests.ask(&desk, .algoOrder, "clientAlgoId=stop").contains(
                "\"algoStatus\":\"REJECTED\",\"actualOrderId\":\"\""))
        #expect(
            try DeskTests.code(&desk, .order, "symbol=BTCUSDT&origClientOrderId=stop") == "-2013")
        // The name is free again, and the next one trades.
        _ = try DeskTests.ask(
            &desk, .placeAlgo,
            Self.stop
                + Price(units: desk.market.exchange.lastPrice(id).units - 10_000_000).description)
        while !desk.openAlgos.isEmpty, minutes < 120 {
            desk.advance(to: desk.now + .minutes(1))
            minutes += 1
        }
        #expect(desk.account.position(id) == nil)
    }

    @Test func `another client's reduce-only order knocks the stops out and rests`() throws {
        var desk = try holding()
        _ = try DeskTests.ask(&desk, .placeAlgo, Self.stop + "50000")
        _ = try DeskTests.ask(
            &desk, .placeAlgo,
            "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=TAKE_PROFIT_MARKET&quantity=0.01&reduceOnly=true&clientAlgoId=profit&triggerPrice=70000"
        )
        _ = desk.takePublications()
        desk.meet(.knockOut(bitcoin))
        #expect(try heard(&desk) == ["web_1 NEW NEW", "stop EXPIRED"])
        #expect(desk.openAlgos.map(\.clientAlgoID) == ["profit"])
        #expect(desk.orders.filter(\.status.isOpen).map(\.clientOrderID) == ["web_1"])
        #expect(desk.orders.last?.isReduceOnly == true)
        #expect(
            try DeskTests.ask(&desk, .algoOrder, "clientAlgoId=stop").contains(
                "\"algoStatus\":\"EXPIRED\""))
        // Without a position there is nothing to be reduced.
        var flat = try DeskTests.desk()
        flat.meet(.knockOut(bitcoin))
        #expect(flat.orders.isEmpty)
    }

    // MARK: Partial fills

    @Test func `an order gets a part, the rest expires, and the next one gets all`() throws {
        var desk = try DeskTests.desk()
        desk.begin(
            VenueDesk.ActiveRule(
                rule: .partialFills(bitcoin, Rate(units: 40_000_000)), end: .distantFuture, left: 1)
        )
        try buy(&desk, "0.05")
        let query = "symbol=BTCUSDT&origClientOrderId=mine"
        let answer = try DeskTests.ask(&desk, .order, query)
        #expect(answer.contains("\"status\":\"EXPIRED\""))
        #expect(answer.contains("\"executedQty\":\"0.02\""))
        #expect(desk.account.position(id)?.quantity == Quantity(units: 2_000_000))
        try buy(&desk, "0.01")
        #expect(desk.account.position(id)?.quantity == Quantity(units: 3_000_000))
    }

    @Test func `a rule of orders ends with its time`() throws {
        var desk = try DeskTests.desk()
        desk.begin(
            VenueDesk.ActiveRule(
                rule: .partialFills(bitcoin, Rate(units: 40_000_000)),
                end: desk.now + .seconds(10), left: .max))
        desk.advance(to: desk.now + .milliseconds(9999))
        try buy(&desk, "0.01")
        #expect(desk.account.position(id)?.quantity == Quantity(units: 400_000))
        desk.advance(to: desk.now + .milliseconds(1))
        try buy(&desk, "0.01")
        #expect(desk.account.position(id)?.quantity == Quantity(units: 1_400_000))
        #expect(desk.rules == [])
    }

    // MARK: Money

    @Test func `cash comes and goes, as far as it is free`() throws {
        var desk = try holding()
        let before = desk.account.walletBalance
        let hundred = Money(whole: 100)
        desk.meet(.transfer(hundred))
        #expect(desk.account.walletBalance == before + hundred)
        desk.meet(.transfer(Money(whole: -30)))
        desk.meet(.transfer(Money(whole: -1_000_000)))
        #expect(desk.account.walletBalance == before + Money(whole: 70))
        #expect(desk.account == desk.market.exchange.account(.ours))
        #expect(desk.market.exchange.conservedSum == .zero)
        #expect(
            try heard(&desk) == [
                "DEPOSIT, USDT \((before + hundred).text(fractionDigits: 8)) by 100",
                "WITHDRAW, USDT \(wallet(desk)) by -30",
            ])
        let income = try DeskTests.ask(&desk, .income, "incomeType=TRANSFER")
        #expect(income.contains("\"symbol\":\"\",\"incomeType\":\"TRANSFER\",\"income\":\"100"))
        #expect(
            try DeskTests.ask(&desk, .income, "symbol=BTCUSDT&incomeType=TRANSFER") == "[]")
    }

    @Test func `commissions are paid in another asset as long as there is some`() throws {
        var desk = try holding()
        let before = desk.account
        // One is worth 600, and there is 0.001 of it: enough for less than 0.6.
        desk.meet(
            .feeAsset(
                "BNB", price: Price(units: 60_000_000_000), balance: Quantity(units: 100_000)))
        _ = try DeskTests.ask(
            &desk, .placeOrder,
            "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01&newClientOrderId=more")
        #expect(desk.account.commissions == before.commissions)
        #expect(desk.account == desk.market.exchange.account(.ours))
        #expect(desk.market.exchange.conservedSum == .zero)
        let paid = try #require(desk.trades.elements.last?.commission)
        let fill = try #require(desk.trades.elements.last?.fill)
        #expect(paid.asset == "BNB")
        // The dollars divided by 600, rounded up to 10⁻⁸.
        #expect(paid.amount.units * 600 >= fill.commission.units)
        #expect((paid.amount.units - 100_000_000) * 600 < fill.commission.units)
        let left = try #require(desk.feeWallet?.balance)
        #expect(left == Money(units: 10_000_000_000_000) - paid.amount)
        #expect(
            try heard(&desk) == [
                "more NEW NEW",
                "ORDER, USDT \(wallet(desk)), BNB \(left.text(fractionDigits: 8)), BTCUSDT 0.03",
                "more TRADE FILLED 0.01 @ \(fill.price) \(paid.amount) BNB",
            ])
        #expect(
            try DeskTests.ask(&desk, .userTrades, "symbol=BTCUSDT").contains(
                "\"commissionAsset\":\"BNB\""))
        #expect(try DeskTests.ask(&desk, .balanceV3, "").contains("\"asset\":\"BNB\""))
        #expect(try DeskTests.ask(&desk, .accountV3, "").contains("\"asset\":\"BNB\""))
        // Too little is left for the next one.
        _ = try DeskTests.ask(
            &desk, .placeOrder,
            "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.03&reduceOnly=true")
        #expect(desk.trades.elements.last?.commission.asset == "USDT")
        #expect(desk.feeWallet?.balance == left)
        #expect(desk.account == desk.market.exchange.account(.ours))
    }

    @Test func `funding is settled on demand, and told with its amount`() throws {
        var desk = try holding()
        let before = desk.account.walletBalance
        desk.meet(.funding(bitcoin))
        desk.advance(to: desk.now + .seconds(1))
        let amount = desk.account.walletBalance - before
        #expect(amount != .zero)
        #expect(
            try heard(&desk) == [
                "FUNDING_FEE, USDT \(wallet(desk)) by \(amount.text(fractionDigits: 8)), BTCUSDT 0.02"
            ])
    }

    @Test func `what others change of the settings is answered, and told where the venue tells`()
        throws
    {
        var desk = try DeskTests.desk()
        desk.hasUserListener = true
        desk.meet(.leverage(bitcoin, 7))
        desk.meet(.leverage(bitcoin, 7))
        var settings = Fault.Settings()
        settings.isMultiAssets = true
        settings.canTrade = false
        desk.meet(.settings(settings))
        #expect(try heard(&desk) == ["BTCUSDT x7", "multi-assets true"])
        let answer = try DeskTests.ask(&desk, .accountConfig, "")
        #expect(answer.contains("\"canTrade\":false"))
        #expect(answer.contains("\"multiAssetsMargin\":true"))
    }
}
