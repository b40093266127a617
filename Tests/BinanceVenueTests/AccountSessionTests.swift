import Testing
import Trading
import Transport

@testable import BinanceFormat
@testable import BinanceVenue

/// The session as a value: what is told to it, and all that it answers.
struct AccountSessionTests {
    private static let contract = BinanceAccountConfiguration.Contract(
        symbol: LocalVenue.bitcoin, instrument: InstrumentID(0), leverage: 5)
    private static let begin = Timestamp(milliseconds: 1_000_000)
    private static let id = AccountTrackerTests.ourID("nwt-1")

    private static func moment(_ milliseconds: Int64 = 0) -> AccountMoment {
        AccountMoment(
            wall: begin + .milliseconds(milliseconds), venue: begin + .milliseconds(milliseconds),
            uncertainty: .zero)
    }

    private static func session() -> AccountSession {
        AccountSession(BinanceAccountConfiguration(contracts: [contract]), timeScale: 1)
    }

    private static func order(
        _ kind: OrderKind = .market, isReduceOnly: Bool = false
    ) -> OrderRequest {
        OrderRequest(
            clientOrderID: id, instrument: InstrumentID(0), side: .sell, kind: kind,
            quantity: Quantity(units: 1_000_000), isReduceOnly: isReduceOnly)
    }

    private static func report(_ kind: OrderReportKind, at milliseconds: Int64 = 0) -> AccountEffect
    {
        .order(
            OrderReport(
                clientOrderID: id, instrument: InstrumentID(0), kind: kind,
                venueTime: begin + .milliseconds(milliseconds)))
    }

    private static func ask(_ order: OrderRequest) -> AccountEffect {
        .ask(.place(id), .place(order, symbol: LocalVenue.bitcoin))
    }

    private static let unavailable = AccountVerdictTests.outcome(503, "Service Unavailable.")

    /// A session with `order` on its way, and nothing else to be done.
    private static func sent(_ order: OrderRequest) -> AccountSession {
        var session = session()
        session.submit(order, moment())
        let effects = session.takeEffects()
        precondition(effects == [ask(order)], "an order is sent at once")
        return session
    }

    // MARK: Placing

    @Test func `an entry that was not taken is refused, and never sent again`() {
        var session = Self.sent(Self.order())
        session.receive(.place(Self.id), Self.unavailable, Self.moment(5))
        #expect(
            session.takeEffects() == [
                .dropPermit(Self.id), Self.report(.rejected(.throttled), at: 5),
            ])
        session.wake(.place(Self.id), Self.moment(500))
        #expect(session.takeEffects() == [])
    }

    @Test func `an entry that our own budget holds was never sent and is withheld`() {
        var session = Self.sent(Self.order())
        session.receive(.place(Self.id), .held(.seconds(3)), Self.moment())
        #expect(session.takeEffects() == [.dropPermit(Self.id), Self.report(.withheld)])
    }

    @Test func `an exit that was not taken goes again under its id until the patience ends`() {
        let exit = Self.order(isReduceOnly: true)
        var session = Self.sent(exit)
        session.receive(.place(Self.id), Self.unavailable, Self.moment())
        #expect(session.takeEffects() == [.wake(.place(Self.id), after: .milliseconds(200))])
        session.wake(.place(Self.id), Self.moment(200))
        #expect(session.takeEffects() == [Self.ask(exit)])
        // A ban for hours: told at the end of the patience, so that the engine does not wait for ever.
        session.receive(.place(Self.id), .held(.hours(2)), Self.moment(1_000))
        #expect(session.takeEffects() == [.wake(.place(Self.id), after: .seconds(3))])
        session.wake(.place(Self.id), Self.moment(4_000))
        #expect(
            session.takeEffects() == [.dropPermit(Self.id), Self.report(.withheld, at: 4_000)])
    }

    @Test func `a clock that was off is measured, and the exit sent once more`() {
        let exit = Self.order(isReduceOnly: true)
        var session = Self.sent(exit)
        let off = AccountVerdictTests.outcome(400, "{\"code\":-1021,\"msg\":\"x\"}")
        session.receive(.place(Self.id), off, Self.moment())
        #expect(session.takeEffects() == [.measureClock(then: .place(Self.id))])
        session.wake(.place(Self.id), Self.moment(20))
        #expect(session.takeEffects() == [Self.ask(exit)])
        session.receive(.place(Self.id), off, Self.moment(40))
        #expect(
            session.takeEffects() == [
                .dropPermit(Self.id), Self.report(.rejected(.other(code: -1021)), at: 40),
            ])
    }

    @Test func `an order that waits is not sent any more once it is canceled`() {
        var session = Self.sent(Self.order(isReduceOnly: true))
        session.receive(.place(Self.id), Self.unavailable, Self.moment())
        _ = session.takeEffects()
        session.cancel(Self.id, InstrumentID(0), isConditional: false, Self.moment(10))
        #expect(session.takeEffects() == [.dropPermit(Self.id), Self.report(.withheld, at: 10)])
        session.wake(.place(Self.id), Self.moment(200))
        #expect(session.takeEffects() == [])
    }

    @Test(arguments: [
        "{\"symbol\":\"BTCUSDT\"}", "[]", "", "{\"orderId\":1,\"orderId\":2}",
    ])
    func `an answer that cannot be read leaves the outcome unknown`(body: String) {
        var session = Self.sent(Self.order())
        session.receive(
            .place(Self.id), AccountVerdictTests.outcome(200, body), Self.moment())
        #expect(session.takeEffects() == [.dropPermit(Self.id), Self.report(.outcomeUnknown)])
        #expect(session.counters.unknownOutcomes == 1)
    }

    private static func answer(
        _ status: String, executed: String, id: String = "nwt-1"
    ) -> BinanceREST.Outcome {
        AccountVerdictTests.outcome(
            200,
            """
            {"orderId":77,"symbol":"BTCUSDT","status":"\(status)","clientOrderId":"\(id)",\
            "price":"0","origQty":"0.01","executedQty":"\(executed)","timeInForce":"GTC",\
            "type":"MARKET","reduceOnly":false,"side":"SELL","positionSide":"BOTH",\
            "updateTime":1000000}
            """)
    }

    @Test func `an answer whose status nobody knows leaves the outcome unknown`() {
        var session = Self.sent(Self.order())
        session.receive(.place(Self.id), Self.answer("PENDING", executed: "0"), Self.moment())
        #expect(session.takeEffects().contains(Self.report(.outcomeUnknown)))
        let stop = Self.order(
            .stopMarket(trigger: Price(units: 100), by: .mark), isReduceOnly: true)
        session = Self.sent(stop)
        session.receive(
            .place(Self.id),
            AccountVerdictTests.outcome(
                200,
                """
                {"algoId":9,"clientAlgoId":"nwt-1","algoType":"CONDITIONAL","symbol":"BTCUSDT",\
                "orderType":"STOP_MARKET","side":"SELL","positionSide":"BOTH","timeInForce":"GTC",\
                "quantity":"0.01","algoStatus":"WORKING","triggerPrice":"50000",\
                "workingType":"MARK_PRICE","closePosition":false,"priceProtect":false,\
                "reduceOnly":true,"createTime":1000000,"updateTime":1000000}
                """), Self.moment())
        let effects = session.takeEffects()
        #expect(effects.contains(Self.report(.outcomeUnknown)))
        // It was read: only its status is strange.
        #expect(session.counters.unknownWords == 1)
    }

    @Test func `an answer about another order leaves the outcome unknown`() {
        var session = Self.sent(Self.order())
        session.receive(
            .place(Self.id), Self.answer("NEW", executed: "0", id: "nwt-2"), Self.moment())
        #expect(session.takeEffects() == [.dropPermit(Self.id), Self.report(.outcomeUnknown)])
    }

    @Test
    func `an answer invents no fills: a filled order is accepted, and its fills are looked for`() {
        var session = Self.sent(Self.order())
        session.receive(
            .place(Self.id), Self.answer("FILLED", executed: "0.01"), Self.moment())
        #expect(
            session.takeEffects() == [
                .dropPermit(Self.id), Self.report(.accepted(VenueOrderID(77))),
                .wake(.history(0), after: .milliseconds(300)),
            ])
    }

    @Test func `an order that expired with a part filled is not told as expired before its fills`()
    {
        var session = Self.sent(Self.order())
        session.receive(
            .place(Self.id), Self.answer("EXPIRED", executed: "0.004"), Self.moment())
        #expect(
            session.takeEffects() == [
                .dropPermit(Self.id), Self.report(.accepted(VenueOrderID(77))),
                .wake(.history(0), after: .milliseconds(300)),
            ])
    }

    @Test func `an order that expired without a fill is told at once`() {
        var session = Self.sent(Self.order())
        session.receive(
            .place(Self.id), Self.answer("EXPIRED", executed: "0"), Self.moment())
        #expect(
            session.takeEffects() == [
                .dropPermit(Self.id), Self.report(.accepted(VenueOrderID(77))),
                Self.report(.expired),
            ])
    }

    @Test func `an entry that may rest is guarded by the dead-man switch while it lives`() {
        let entry = Self.order(.limit(Price(units: 100_000_000), .gtc))
        var session = Self.sent(entry)
        session.receive(.place(Self.id), Self.answer("NEW", executed: "0"), Self.moment())
        #expect(
            session.takeEffects() == [
                .dropPermit(Self.id), Self.report(.accepted(VenueOrderID(77))),
                .ask(
                    .countdown(0),
                    .countdownCancel(symbol: LocalVenue.bitcoin, after: .seconds(60))),
                .wake(.countdown(0), after: .seconds(20)),
            ])
        session.wake(.countdown(0), Self.moment(20_000))
        #expect(
            session.takeEffects().first
                == .ask(
                    .countdown(0),
                    .countdownCancel(symbol: LocalVenue.bitcoin, after: .seconds(60))))
        _ = session.tracker.ended(Self.id, .canceled, executed: .zero, at: Self.begin)
        session.wake(.countdown(0), Self.moment(40_000))
        #expect(
            session.takeEffects().first
                == .ask(
                    .countdown(0), .countdownCancel(symbol: LocalVenue.bitcoin, after: .zero)))
        session.wake(.countdown(0), Self.moment(60_000))
        #expect(session.takeEffects() == [])
    }

    // MARK: Canceling

    @Test func `a stop is canceled at the algo service, and after it fired as an order`() {
        var session = Self.session()
        session.submit(
            Self.order(.stopMarket(trigger: Price(units: 100), by: .mark), isReduceOnly: true),
            Self.moment())
        session.placings = [:]
        _ = session.takeEffects()
        session.cancel(Self.id, InstrumentID(0), isConditional: true, Self.moment())
        var cancel = BinanceRequest.cancelAlgo(Self.id)
        cancel.lowersRisk = true
        #expect(session.takeEffects() == [.ask(.cancel(Self.id), cancel)])
        session.cancelings = [:]
        _ = session.tracker.triggered(Self.id, at: Self.begin)
        session.cancel(Self.id, InstrumentID(0), isConditional: true, Self.moment())
        #expect(
            session.takeEffects() == [
                .ask(.cancel(Self.id), .cancel(Self.id, symbol: LocalVenue.bitcoin))
            ])
    }

    @Test func `a cancel that finds nothing says so, and the order is asked for`() {
        var session = Self.session()
        session.cancel(Self.id, InstrumentID(0), isConditional: false, Self.moment())
        _ = session.takeEffects()
        session.receive(
            .cancel(Self.id), AccountVerdictTests.outcome(400, "{\"code\":-2011,\"msg\":\"x\"}"),
            Self.moment(9))
        #expect(
            session.takeEffects() == [
                Self.report(.cancelRejected, at: 9), .wake(.read, after: .zero),
            ])
        #expect(
            session.reading.questions == [
                OrderQuestion(
                    clientOrderID: Self.id, instrument: InstrumentID(0), isConditional: false)
            ])
    }

    @Test func `a cancel of unknown outcome is told as unknown, and the order is asked for`() {
        var session = Self.session()
        session.cancel(Self.id, InstrumentID(0), isConditional: true, Self.moment())
        _ = session.takeEffects()
        session.receive(.cancel(Self.id), .failed(.unknown(.timeout)), Self.moment(9))
        #expect(
            session.takeEffects() == [
                Self.report(.outcomeUnknown, at: 9), .wake(.read, after: .zero),
            ])
    }

    // MARK: Events

    private static func algo(
        _ status: AlgoStatus, child: Int64? = nil, filled: Int64? = nil
    ) -> UserEvent {
        .algo(
            AlgoUpdate(
                eventTime: begin, transactTime: begin, symbol: "BTCUSDT", clientAlgoID: "nwt-1",
                algoID: 5, side: .sell, positionSide: .known(.both), type: .known(.stopMarket),
                status: .known(status), quantity: Quantity(units: 10), triggerPrice: nil,
                price: nil, workingType: nil, isReduceOnly: true, closesPosition: false,
                actualOrderID: child.map { VenueOrderID($0) },
                actualQuantity: filled.map { Quantity(units: $0) }, actualPrice: nil,
                rejectReason: nil))
    }

    private func told(_ events: [UserEvent]) -> [OrderReportKind] {
        var session = Self.session()
        for event in events { session.take(event, Self.moment()) }
        return session.takeEffects().compactMap {
            if case .order(let report) = $0 { report.kind } else { nil }
        }
    }

    @Test func `the life of a conditional order is told step by step, its trigger once`() {
        #expect(
            told([Self.algo(.new), Self.algo(.triggering), Self.algo(.triggered, child: 9)]) == [
                .accepted(VenueOrderID(5)), .triggered,
            ])
        #expect(
            told([Self.algo(.new), Self.algo(.canceled)]) == [
                .accepted(VenueOrderID(5)), .canceled,
            ])
        #expect(
            told([Self.algo(.new), Self.algo(.expired)]) == [
                .accepted(VenueOrderID(5)), .expired,
            ])
        #expect(
            told([Self.algo(.triggering), Self.algo(.rejected)]) == [
                .accepted(VenueOrderID(5)), .triggered, .rejected(.other(code: 0)),
            ])
    }

    @Test func `finished without a fill is expired, finished whole waits for its fill`() {
        #expect(
            told([Self.algo(.finished, child: 9, filled: 0)]) == [
                .accepted(VenueOrderID(5)), .triggered, .expired,
            ])
        #expect(
            told([Self.algo(.finished, child: 9, filled: 10)]) == [
                .accepted(VenueOrderID(5)), .triggered,
            ])
    }

    private static func update(
        _ id: String, _ execution: ExecutionType, _ status: VenueOrderStatus, trade: Int64 = 0,
        filled: Int64 = 0, asset: String = "USDT", venueID: Int64 = 9
    ) -> UserEvent {
        .order(
            OrderUpdate(
                eventTime: begin, transactTime: begin, symbol: "BTCUSDT", clientOrderID: id,
                venueOrderID: VenueOrderID(venueID), side: .sell, positionSide: .known(.both),
                type: .known(.market), originalType: .known(.market), timeInForce: .known(.gtc),
                execution: .known(execution), status: .known(status),
                quantity: Quantity(units: 10), price: nil, stopPrice: nil, averagePrice: nil,
                filledQuantity: Quantity(units: filled),
                lastQuantity: Quantity(units: trade > 0 ? filled : 0),
                lastPrice: trade > 0 ? Price(units: 100) : nil, tradeID: trade, tradeTime: begin,
                commission: Money(units: 7), commissionAsset: asset, realizedProfit: .zero,
                isMaker: false, isReduceOnly: true, closesPosition: false, workingType: nil,
                expiryReason: nil))
    }

    private static func fill(commission: Int64 = 7) -> Fill {
        Fill(
            tradeID: 3, price: Price(units: 100), quantity: Quantity(units: 10), side: .sell,
            commission: Money(units: Int128(commission)), isMaker: false, venueTime: begin)
    }

    @Test(arguments: ["nwt-1", "x-4711"])
    func `a fired stop's order fills under the stop's id, by its name or by its link`(
        name: String
    ) {
        let fill = OrderReportKind.filled(Self.fill())
        #expect(
            told([
                Self.algo(.triggered, child: 9),
                Self.update(name, .trade, .filled, trade: 3, filled: 10),
                Self.algo(.finished, child: 9, filled: 10),
            ]) == [.accepted(VenueOrderID(5)), .triggered, fill])
    }

    @Test func `a fill with an absurd number is refused and the account is read`() {
        var session = Self.session()
        session.take(
            Self.update("nwt-1", .trade, .partiallyFilled, trade: .max, filled: 1), Self.moment())
        session.take(
            Self.update("nwt-1", .trade, .filled, trade: 3, filled: 10), Self.moment())
        let fills = session.takeEffects().compactMap { effect -> OrderReportKind? in
            if case .order(let report) = effect { report.kind } else { nil }
        }
        #expect(fills == [.filled(Self.fill())])
        #expect(session.reading.isWanted)
    }

    @Test func `a fill that comes twice is told once, and one of a stranger as forced`() {
        var session = Self.session()
        let event = Self.update("web_1", .trade, .filled, trade: 3, filled: 10)
        session.take(event, Self.moment())
        session.take(event, Self.moment())
        let forced = session.takeEffects().compactMap { effect -> AccountReport? in
            if case .account(let report) = effect { report } else { nil }
        }
        #expect(forced == [.forcedFill(InstrumentID(0), Self.fill())])
        #expect(session.counters.repeatedFills == 1)
    }

    @Test func `a liquidation is announced once before its forced fills`() {
        var session = Self.session()
        session.take(Self.update("autoclose-1", .new, .new), Self.moment())
        session.take(
            Self.update("autoclose-1", .calculated, .filled, trade: 3, filled: 10), Self.moment())
        let told = session.takeEffects().compactMap { effect -> AccountReport? in
            if case .account(let report) = effect { report } else { nil }
        }
        #expect(
            told == [
                .liquidation(InstrumentID(0), venueTime: Self.begin),
                .forcedFill(InstrumentID(0), Self.fill()),
            ])
    }

    @Test func `a commission in another asset is zero in the fill and noted once`() {
        var session = Self.session()
        let event = Self.update("nwt-1", .trade, .filled, trade: 3, filled: 10, asset: "BNB")
        session.take(event, Self.moment())
        session.take(event, Self.moment())
        let effects = session.takeEffects()
        let fills = effects.compactMap { effect -> OrderReportKind? in
            if case .order(let report) = effect { report.kind } else { nil }
        }
        #expect(fills == [.filled(Self.fill(commission: 0))])
        let notes = effects.count { if case .note = $0 { true } else { false } }
        #expect(notes == 1)
    }

    // MARK: Link

    @Test func `events of a new connection wait until every history is told, then come in order`()
        throws
    {
        var session = AccountSession(
            BinanceAccountConfiguration(
                contracts: [Self.contract],
                lastTrades: [LastTrade(instrument: InstrumentID(0), tradeID: 2)]), timeScale: 1)
        session.link.state = .connecting(1)
        session.opened(1, Self.moment())
        _ = session.takeEffects()
        session.received(
            1, Self.update("nwt-1", .trade, .filled, trade: 3, filled: 10), Self.moment())
        #expect(session.takeEffects() == [])
        session.receive(
            .trades(0), AccountVerdictTests.outcome(200, "[]", isMutation: false), Self.moment())
        let reports = session.takeEffects().compactMap { effect -> OrderReportKind? in
            if case .order(let report) = effect { report.kind } else { nil }
        }
        #expect(reports == [.filled(Self.fill())])
    }

    @Test func `an event of a time that cannot be dates no reading`() {
        var session = Self.session()
        session.link.state = .live(1, since: Self.begin)
        let soon = Self.begin + .hours(1)
        session.received(1, .multiAssetsMode(isOn: false, eventTime: soon), Self.moment())
        session.received(1, .multiAssetsMode(isOn: false, eventTime: .distantFuture), Self.moment())
        #expect(session.lastEventTime == soon)
    }

    // MARK: Beginnings of a history

    private static func trades(_ rows: [(id: Int64, order: Int, time: Int)]) -> BinanceREST.Outcome
    {
        let texts = rows.map {
            """
            {"id":\($0.id),"orderId":\($0.order),"symbol":"BTCUSDT","side":"BUY",\
            "positionSide":"BOTH","price":"60000","qty":"0.001","quoteQty":"60",\
            "realizedPnl":"0","commission":"0","commissionAsset":"USDT","maker":false,\
            "buyer":true,"time":\($0.time)}
            """
        }
        return AccountVerdictTests.outcome(
            200, "[" + texts.joined(separator: ",") + "]", isMutation: false)
    }

    private static func heard(_ effects: [AccountEffect]) -> [Int64] {
        effects.compactMap { effect in
            switch effect {
            case .order(let report):
                if case .filled(let fill) = report.kind { fill.tradeID } else { nil }
            case .account(.forcedFill(_, let fill)): -fill.tradeID
            case .ask, .account, .note, .connect, .disconnect, .wake, .measureClock, .dropPermit:
                nil
            }
        }
    }

    @Test func `fills older than the venue's week are known, and never told as new ones`() {
        var session = Self.session()
        session.wantHistory(0)
        _ = session.takeEffects()
        session.receive(.trades(0), Self.trades([]), Self.moment())
        #expect(
            session.takeEffects() == [
                .ask(
                    .trades(0),
                    .userTrades(symbol: LocalVenue.bitcoin, fromID: 1, limit: 1_000))
            ])
        session.receive(.trades(0), Self.trades([(5, 77, 1), (6, 78, 2)]), Self.moment())
        #expect(Self.heard(session.takeEffects()).isEmpty)
        session.wantHistory(0)
        #expect(
            session.takeEffects() == [
                .ask(
                    .trades(0),
                    .userTrades(symbol: LocalVenue.bitcoin, fromID: 6, limit: 1_000))
            ])
        session.receive(.trades(0), Self.trades([(6, 78, 2)]), Self.moment())
        #expect(Self.heard(session.takeEffects()).isEmpty)
    }

    @Test func `an order that was sent before a crash finds its fill although none was recorded`() {
        var contract = Self.contract
        contract.historyStart = Self.begin
        var session = AccountSession(
            BinanceAccountConfiguration(contracts: [contract]), timeScale: 1)
        session.wantHistory(0)
        _ = session.takeEffects()
        session.receive(
            .trades(0), Self.trades([(5, 70, 999_999), (6, 77, 1_000_000)]), Self.moment())
        let asked = session.takeEffects()
        #expect(
            asked == [
                .ask(
                    .tradeOrder(0, VenueOrderID(77)),
                    .order(VenueOrderID(77), symbol: LocalVenue.bitcoin))
            ])
        session.receive(
            .tradeOrder(0, VenueOrderID(77)), Self.answer("FILLED", executed: "0.001"),
            Self.moment())
        #expect(Self.heard(session.takeEffects()) == [6])
        session.wantHistory(0)
        _ = session.takeEffects()
        session.receive(.trades(0), Self.trades([(6, 77, 1_000_000)]), Self.moment())
        #expect(Self.heard(session.takeEffects()).isEmpty)
    }

    @Test func `an order that the venue does not find yet is not somebody else's at once`() {
        var session = AccountSession(
            BinanceAccountConfiguration(
                contracts: [Self.contract],
                lastTrades: [LastTrade(instrument: InstrumentID(0), tradeID: 5)]), timeScale: 1)
        let unknown = AccountVerdictTests.outcome(
            400, "{\"code\":-2013,\"msg\":\"Order does not exist.\"}", isMutation: false)
        let question = AccountQuestion.tradeOrder(0, VenueOrderID(77))
        session.wantHistory(0)
        for _ in 0..<3 {
            session.receive(.trades(0), Self.trades([(6, 77, 1_000_000)]), Self.moment())
            _ = session.takeEffects()
            session.receive(question, unknown, Self.moment())
            let effects = session.takeEffects()
            #expect(Self.heard(effects).isEmpty)
            #expect(effects == [.wake(.history(0), after: .milliseconds(500))])
            session.wake(.history(0), Self.moment())
        }
        session.receive(.trades(0), Self.trades([(6, 77, 1_000_000)]), Self.moment())
        session.receive(question, Self.answer("FILLED", executed: "0.001"), Self.moment())
        #expect(Self.heard(session.takeEffects()) == [6])
    }

    @Test func `a fill of an order that the venue never finds is told as somebody else's`() {
        var session = AccountSession(
            BinanceAccountConfiguration(
                contracts: [Self.contract],
                lastTrades: [LastTrade(instrument: InstrumentID(0), tradeID: 5)]), timeScale: 1)
        let unknown = AccountVerdictTests.outcome(
            400, "{\"code\":-2013,\"msg\":\"Order does not exist.\"}", isMutation: false)
        session.wantHistory(0)
        var heard: [Int64] = []
        for _ in 0..<20 where heard.isEmpty {
            session.receive(.trades(0), Self.trades([(6, 77, 1_000_000)]), Self.moment())
            session.receive(.tradeOrder(0, VenueOrderID(77)), unknown, Self.moment())
            heard = Self.heard(session.takeEffects())
            session.wake(.history(0), Self.moment())
        }
        #expect(heard == [-6])
    }

    @Test func `a lost stream is told at once and opened anew after a wait that grows`() {
        var session = Self.session()
        session.link.state = .live(1, since: Self.begin)
        session.ended(1, .lost, Self.moment())
        let effects = session.takeEffects()
        #expect(effects.contains(.account(.lost)))
        #expect(effects.contains(.wake(.makeKey, after: .milliseconds(200))))
        session.receive(
            .makeKey, AccountVerdictTests.outcome(200, "{\"listenKey\":\"../x\"}"), Self.moment())
        // A key that could change the address is none.
        #expect(session.takeEffects() == [.wake(.makeKey, after: .milliseconds(400))])
        session.receive(
            .makeKey, AccountVerdictTests.outcome(200, "{\"listenKey\":\"abc9\"}"), Self.moment())
        #expect(session.takeEffects() == [.connect(1, listenKey: "abc9")])
    }
}
