import Matching
import Testing
import Trading

/// What both simulated venues say of orders that they are asked for.
@Suite struct AccountAnswerTests {
    private static func question(_ id: String) -> OrderQuestion {
        OrderQuestion(clientOrderID: clientID(id), instrument: btc, isConditional: false)
    }

    private static func paper() -> PaperVenue {
        var venue = PaperVenue(instruments: [instrument], configuration: PaperConfiguration())
        venue.receive(
            .bookTicker(
                BookTicker(
                    updateID: 1, bidPrice: price("59999.9"), bidQuantity: quantity("5"),
                    askPrice: price("60000"), askQuantity: quantity("5"), venueTime: start)),
            instrument: btc, at: start)
        return venue
    }

    private static func exchange() -> Exchange {
        var exchange = Exchange(
            instruments: [instrument], prices: [price("60000")],
            ourAccount: MarginAccount(balance: Money(whole: 10_000), leverage: 3, instruments: 1),
            configuration: ExchangeConfiguration(), start: start)
        let maker = exchange.openAccount(balance: Money(whole: 100_000_000), leverage: 2)
        _ = exchange.place(
            account: maker, instrument: btc, side: .sell, limit: price("60000"), timeInForce: .gtc,
            quantity: quantity("5"))
        return exchange
    }

    private static let orders = [
        order("filled", .buy, .market, "0.1"),
        order("canceled", .buy, .limit(price("50000"), .gtc), "0.1"),
        order("open", .sell, .limit(price("70000"), .gtc), "0.1", isReduceOnly: true),
        order("refused", .buy, .limit(price("60000"), .gtc), "100"),
    ]
    private static let questions = ["filled", "canceled", "open", "refused", "never"].map(question)
    private static let expected = [
        "filled: accepted", "filled: filled 0.1 @ 60000", "canceled: accepted",
        "canceled: canceled", "open: accepted",
    ]

    @Test func `the paper venue knows the orders it accepted, however they ended, and no others`() {
        var venue = Self.paper()
        for order in Self.orders { venue.submit(order, at: start) }
        venue.cancel(clientID("canceled"), instrument: btc, at: start)
        _ = venue.drain(upTo: milliseconds(500))
        let answer = venue.answer(Self.questions, at: milliseconds(500))
        #expect(answer.found.map { word($0) } == Self.expected)
        #expect(answer.snapshot.missing == [clientID("refused"), clientID("never")])
        #expect(venue.answer([], at: milliseconds(500)).snapshot.missing.isEmpty)
    }

    @Test func `the exchange knows the orders it accepted, however they ended, and no others`() {
        var exchange = Self.exchange()
        for order in Self.orders { exchange.submit(order, at: start) }
        exchange.cancel(clientID("canceled"), instrument: btc, at: start)
        exchange.advance(to: milliseconds(500))
        let answer = exchange.answer(Self.questions, at: milliseconds(500))
        #expect(answer.found.map { word($0) } == Self.expected)
        #expect(answer.snapshot.missing == [clientID("refused"), clientID("never")])
    }

    @Test func `an order that has not arrived yet is not known, and later it is`() {
        var venue = Self.paper()
        venue.submit(Self.orders[0], at: start)
        let early = venue.answer([Self.question("filled")], at: start)
        #expect(early.found.isEmpty)
        #expect(early.snapshot.missing == [clientID("filled")])
        _ = venue.drain(upTo: milliseconds(500))
        let late = venue.answer([Self.question("filled")], at: milliseconds(500))
        #expect(late.found.map { word($0) } == Array(Self.expected.prefix(2)))
        #expect(late.snapshot.missing.isEmpty)
    }

    @Test func `an order under the same id in another instrument is another order`() {
        var venue = Self.paper()
        venue.submit(Self.orders[0], at: start)
        _ = venue.drain(upTo: milliseconds(500))
        let question = OrderQuestion(
            clientOrderID: clientID("filled"), instrument: InstrumentID(1), isConditional: false)
        #expect(
            venue.answer([question], at: milliseconds(500)).snapshot.missing == [
                clientID("filled")
            ])
    }

    @Test func `an order that was open at a restart is known afterwards too`() {
        var record = PaperRecord(
            startingBalance: Money(whole: 10_000), leverage: 3, instruments: [instrument])
        let stop = order(
            "stop", .sell, .stopMarket(trigger: price("50000"), by: .mark), "0.1",
            isReduceOnly: true)
        record.apply(stop)
        record.apply(
            OrderReport(
                clientOrderID: stop.clientOrderID, instrument: btc,
                kind: .accepted(VenueOrderID(9)), venueTime: start))
        var venue = PaperVenue(restoring: record, configuration: PaperConfiguration(), at: start)
        venue.cancel(stop.clientOrderID, instrument: btc, at: start)
        _ = venue.drain(upTo: milliseconds(500))
        let answer = venue.answer([Self.question("stop")], at: milliseconds(500))
        #expect(answer.found.map { word($0) } == ["stop: accepted", "stop: canceled"])
        #expect(answer.snapshot.missing.isEmpty)
    }

    @Test func `an order that no engine of ours made is listed as foreign`() throws {
        var venue = Self.paper()
        let id = try #require(ClientOrderID("web_hand"))
        venue.submit(
            OrderRequest(
                clientOrderID: id, instrument: btc, side: .buy,
                kind: .limit(price("50000"), .gtc), quantity: quantity("0.1"),
                isReduceOnly: false), at: start)
        venue.submit(Self.orders[1], at: start)
        _ = venue.drain(upTo: milliseconds(500))
        let snapshot = venue.snapshot(at: milliseconds(500))
        #expect(snapshot.openOrders.map(\.request.clientOrderID) == [clientID("canceled")])
        #expect(
            snapshot.foreignOrders == [
                ForeignOrder(
                    instrument: btc, clientOrderID: "web_hand", venueOrderID: VenueOrderID(1),
                    isConditional: false, side: .buy, price: price("50000"),
                    quantity: quantity("0.1"), isReduceOnly: false, closesPosition: false)
            ])
    }
}
