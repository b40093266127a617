import Matching
import Testing
import Trading

/// An exchange with two people who quote, and us.
struct Stage {
    var exchange: Exchange
    let maker: AccountID
    let taker: AccountID

    init(balance: Int64 = 100_000, leverage: Int = 3, makerBalance: Int64 = 100_000_000) {
        exchange = Exchange(
            instruments: [instrument], prices: [price("60000")],
            ourAccount: MarginAccount(
                balance: Money(whole: balance), leverage: leverage, instruments: 1),
            configuration: ExchangeConfiguration(), start: start)
        maker = exchange.openAccount(balance: Money(whole: makerBalance), leverage: 2)
        taker = exchange.openAccount(balance: Money(whole: 100_000_000), leverage: 2)
    }

    /// Somebody rests an order.
    @discardableResult
    mutating func rest(_ side: Side, _ limit: String, _ amount: String) -> PlaceResult {
        exchange.place(
            account: maker, instrument: btc, side: side, limit: price(limit), timeInForce: .gtc,
            quantity: quantity(amount))
    }

    /// Somebody takes.
    @discardableResult
    mutating func take(_ side: Side, _ amount: String, limit: String? = nil) -> PlaceResult {
        exchange.place(
            account: taker, instrument: btc, side: side, limit: limit.map { price($0) },
            timeInForce: .ioc, quantity: quantity(amount))
    }

    /// Sends an order of ours and waits until all its reports have come.
    mutating func send(_ request: OrderRequest) -> [String] {
        exchange.submit(request, at: exchange.time)
        return wait(100)
    }

    mutating func wait(_ count: Int64) -> [String] { words(all(count)) }

    mutating func all(_ count: Int64) -> [VenueOutput] {
        let end = exchange.time + .milliseconds(count)
        exchange.advance(to: end)
        return exchange.drain(upTo: end)
    }
}

@Suite struct ExchangeTests {
    @Test func `an order arrives after the latency and its report after another one`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "1")
        stage.exchange.submit(order("a", .buy, .market, "0.1"), at: start)
        stage.exchange.advance(to: milliseconds(19))
        #expect(stage.exchange.account(.ours).position(btc) == nil)
        stage.exchange.advance(to: milliseconds(39))
        #expect(stage.exchange.account(.ours).position(btc) != nil)
        #expect(words(stage.exchange.drain(upTo: milliseconds(39))) == [])
        stage.exchange.advance(to: milliseconds(40))
        let outputs = stage.exchange.drain(upTo: milliseconds(40))
        #expect(words(outputs) == ["a: accepted", "a: filled 0.1 @ 60000.1"])
        #expect(outputs.allSatisfy { $0.time == milliseconds(40) })
    }

    @Test func `a taker takes the best price first and at one price the oldest order first`() {
        var stage = Stage()
        stage.rest(.sell, "60000.2", "1")
        _ = stage.exchange.place(
            account: stage.taker, instrument: btc, side: .sell, limit: price("60000.1"),
            timeInForce: .gtc, quantity: quantity("0.3"))
        stage.rest(.sell, "60000.1", "0.4")
        let reports = stage.send(order("a", .buy, .limit(price("60000.2"), .ioc), "0.9"))
        #expect(
            reports == [
                "a: accepted", "a: filled 0.3 @ 60000.1", "a: filled 0.4 @ 60000.1",
                "a: filled 0.2 @ 60000.2",
            ])
    }

    @Test func `fills at one price are one print and a sweep prints every price at one time`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "0.3")
        stage.rest(.sell, "60000.1", "0.4")
        stage.rest(.sell, "60000.2", "1")
        stage.take(.buy, "1")
        let prints = marketData(stage.all(1)).compactMap { data -> Print? in
            if case .print(let print) = data { return print }
            return nil
        }
        #expect(prints.map(\.price) == [price("60000.1"), price("60000.2")])
        #expect(prints.map(\.quantity) == [quantity("0.7"), quantity("0.3")])
        #expect(Set(prints.map(\.venueTime)).count == 1)
        #expect(prints.allSatisfy { $0.takerSide == .buy })
        #expect(prints[0].tradeID < prints[1].tradeID)
    }

    @Test(arguments: [
        (OrderKind.limit(price("60000.1"), .gtc), ["filled 0.5 @ 60000.1"]),
        (.limit(price("60000.1"), .ioc), ["filled 0.5 @ 60000.1", "expired"]),
        (.market, ["filled 0.5 @ 60000.1", "filled 0.5 @ 60000.3"]),
        (.limit(price("60000.3"), .fok), ["filled 0.5 @ 60000.1", "filled 0.5 @ 60000.3"]),
    ])
    func `what an order does not get rests or expires by its time in force`(
        _ row: (OrderKind, [String])
    ) {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "0.5")
        stage.rest(.sell, "60000.3", "5")
        let reports = stage.send(order("a", .buy, row.0, "1"))
        #expect(reports == (["accepted"] + row.1).map { "a: " + $0 })
        let isResting = row.0 == .limit(price("60000.1"), .gtc)
        #expect(stage.exchange.snapshot(at: start).openOrders.count == (isResting ? 1 : 0))
    }

    @Test func `an order that must fill whole or must not take is refused when it cannot`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "0.5")
        #expect(
            stage.send(order("a", .buy, .limit(price("60000.1"), .fok), "1"))
                == ["a: rejected(other(code: -5021))"])
        #expect(
            stage.send(order("b", .buy, .limit(price("60000.1"), .postOnly), "1"))
                == ["b: rejected(wouldTakeLiquidity)"])
        #expect(
            stage.send(order("c", .buy, .limit(price("60000"), .postOnly), "1")) == ["c: accepted"])
    }

    @Test func `our resting order is filled in parts as a maker`() throws {
        var stage = Stage()
        _ = stage.send(order("a", .buy, .limit(price("59999.9"), .gtc), "1"))
        stage.take(.sell, "0.4")
        stage.take(.sell, "0.6")
        #expect(
            stage.wait(100) == ["a: filled 0.4 @ 59999.9 maker", "a: filled 0.6 @ 59999.9 maker"])
        let own = stage.exchange.account(.ours)
        #expect(
            own.commissions
                == Money(quantity("1"), at: price("59999.9")).commission(at: instrument.makerFee))
        #expect(stage.exchange.snapshot(at: start).openOrders.isEmpty)
    }

    @Test func `a cancel takes away what is left, and one that comes too late is refused`() {
        var stage = Stage()
        _ = stage.send(order("a", .buy, .limit(price("59999.9"), .gtc), "1"))
        stage.exchange.cancel(clientID("a"), instrument: btc, at: stage.exchange.time)
        stage.take(.sell, "0.4")
        #expect(stage.wait(100) == ["a: filled 0.4 @ 59999.9 maker", "a: canceled"])
        stage.exchange.cancel(clientID("a"), instrument: btc, at: stage.exchange.time)
        #expect(stage.wait(100) == ["a: cancelRejected"])
    }

    @Test func `we never trade with ourselves: the resting order expires`() {
        var stage = Stage()
        _ = stage.send(order("a", .sell, .limit(price("60000.1"), .gtc), "1"))
        stage.rest(.sell, "60000.1", "1")
        #expect(
            stage.send(order("b", .buy, .market, "0.5"))
                == ["b: accepted", "a: expired", "b: filled 0.5 @ 60000.1"])
    }

    @Test(arguments: [
        ("0.00005", OrderKind.market, RejectReason?.some(.filterViolation)),
        ("0.0015", .market, .filterViolation),
        ("121", .market, .filterViolation),
        ("0.001", .limit(price("59000"), .gtc), nil),
        ("0.001", .limit(price("49000"), .gtc), .filterViolation),
        ("1", .limit(price("60000.05"), .gtc), .filterViolation),
        ("1", .limit(price("63000.1"), .gtc), .priceOutsideBand),
        ("1", .limit(price("63000"), .gtc), nil),
        ("10", .limit(price("60000"), .gtc), .insufficientMargin),
    ])
    func `an order that breaks a rule of the venue is refused with its reason`(
        _ row: (String, OrderKind, RejectReason?)
    ) {
        var stage = Stage()
        let reports = stage.send(order("a", .buy, row.1, row.0))
        if let reason = row.2 {
            #expect(reports == ["a: rejected(\(reason))"])
        } else {
            #expect(reports.first == "a: accepted")
        }
    }

    @Test func `reduce-only orders are free of the smallest value and of margin`() {
        var stage = Stage(balance: 21_000)
        stage.rest(.sell, "60000.1", "5")
        stage.rest(.buy, "59999.9", "5")
        #expect(stage.send(order("a", .buy, .market, "1")).count == 2)
        // 0.0005 x 60000 is 30, below the smallest order of 50; the step is 0.001.
        #expect(
            stage.send(order("b", .sell, .market, "0.001", isReduceOnly: true)).last
                == "b: filled 0.001 @ 59999.9")
        #expect(
            stage.send(order("c", .buy, .market, "0.001", isReduceOnly: true))
                == ["c: rejected(reduceOnlyConflict)"])
    }

    @Test func `an open client order id is refused and may come again when it is gone`() {
        var stage = Stage()
        _ = stage.send(order("a", .buy, .limit(price("59999"), .gtc), "1"))
        #expect(
            stage.send(order("a", .buy, .limit(price("59998"), .gtc), "1"))
                == ["a: rejected(duplicateClientOrderID)"])
        #expect(stage.exchange.snapshot(at: start).openOrders.count == 1)
    }

    @Test func `the venue holds so many open orders and no more`() {
        var stage = Stage()
        for number in 0..<200 {
            _ = stage.send(order("a\(number)", .buy, .limit(price("59000"), .gtc), "0.001"))
        }
        #expect(
            stage.send(order("z", .buy, .limit(price("59000"), .gtc), "0.001"))
                == ["z: rejected(tooManyOrders)"])
    }

    @Test func `a stop by last price fires, then fills under the same id`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "5")
        stage.rest(.buy, "59999.9", "1")
        stage.rest(.buy, "59990", "5")
        _ = stage.send(order("a", .buy, .market, "1"))
        let stop = OrderKind.stopMarket(trigger: price("59995"), by: .last)
        #expect(stage.send(order("s", .sell, stop, "1", isReduceOnly: true)) == ["s: accepted"])
        stage.take(.sell, "1")
        #expect(stage.wait(100) == [])
        stage.take(.sell, "1")
        #expect(stage.wait(100) == ["s: triggered", "s: filled 1 @ 59990"])
        #expect(stage.exchange.account(.ours).position(btc) == nil)
    }

    @Test func `a stop by mark ignores the last price`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "5")
        stage.rest(.buy, "59990", "5")
        stage.rest(.buy, "59000", "5")
        _ = stage.send(order("a", .buy, .market, "1"))
        let stop = OrderKind.stopMarket(trigger: price("59995"), by: .mark)
        _ = stage.send(order("s", .sell, stop, "1", isReduceOnly: true))
        stage.take(.sell, "1")
        #expect(stage.exchange.lastPrice(btc) == price("59990"))
        #expect(stage.wait(100) == [])
        // Index and last under the trigger bring the mark there with the next second.
        stage.exchange.setIndexPrice(price("59900"), for: btc)
        #expect(stage.wait(1_100) == ["s: triggered", "s: filled 1 @ 59990"])
    }

    @Test(arguments: [
        (Side.sell, OrderKind.stopMarket(trigger: price("60000"), by: .mark), true),
        (.sell, .stopMarket(trigger: price("59999.9"), by: .mark), false),
        (.buy, .stopMarket(trigger: price("60000"), by: .mark), true),
        (.buy, .stopMarket(trigger: price("60000.1"), by: .mark), false),
        (.sell, .takeProfitMarket(trigger: price("60000"), by: .mark), true),
        (.sell, .takeProfitMarket(trigger: price("60000.1"), by: .mark), false),
        (.buy, .takeProfitMarket(trigger: price("60000"), by: .mark), true),
        (.buy, .takeProfitMarket(trigger: price("59999.9"), by: .mark), false),
    ])
    func `a trigger on the wrong side would fire at once and is refused`(
        _ row: (Side, OrderKind, Bool)
    ) {
        var stage = Stage()
        let reports = stage.send(order("s", row.0, row.1, "1"))
        #expect(reports == [row.2 ? "s: rejected(wouldTriggerImmediately)" : "s: accepted"])
    }

    @Test func `a conditional order that fires without a position expires`() {
        var stage = Stage()
        stage.rest(.buy, "59990", "5")
        let stop = OrderKind.stopMarket(trigger: price("59995"), by: .last)
        _ = stage.send(order("s", .sell, stop, "1", isReduceOnly: true))
        stage.take(.sell, "1")
        #expect(stage.wait(100) == ["s: triggered", "s: expired"])
        #expect(stage.exchange.account(.ours).position(btc) == nil)
    }

    @Test func `resting reduce-only orders go with the position`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "5")
        stage.rest(.buy, "59999.9", "5")
        _ = stage.send(order("a", .buy, .market, "1"))
        _ = stage.send(order("t", .sell, .limit(price("60500"), .gtc), "1", isReduceOnly: true))
        #expect(
            stage.send(order("x", .sell, .market, "1", isReduceOnly: true))
                == ["x: accepted", "x: filled 1 @ 59999.9", "t: expired"])
    }

    @Test func `open interest is told once a minute, and a settled funding when it is paid`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "5")
        _ = stage.send(order("a", .buy, .market, "1"))
        var counts: [OpenInterest] = []
        var settled: [FundingSettlement] = []
        var paid: [Rate] = []
        for output in stage.all(8 * 3_600_000) {
            switch output.content {
            case .market(_, .openInterest(let count)): counts.append(count)
            case .market(_, .funding(let settlement)): settled.append(settlement)
            case .account(.funding(_, _, let rate, _)): paid.append(rate)
            case .market, .account, .order: continue
            }
        }
        #expect((479...481).contains(counts.count))
        #expect(counts.allSatisfy { $0.quantity == quantity("1") })
        let minutes = counts.map { $0.venueTime.floor(to: .minutes(1)) }
        #expect(zip(minutes, minutes.dropFirst()).allSatisfy { $1 - $0 == .minutes(1) })
        #expect(settled.map(\.rate) == paid)
        #expect(settled.count == 1)
        #expect(settled.first.map { $0.venueTime.floor(to: .hours(8)) == $0.venueTime } == true)
    }

    @Test func `funding moves cash from longs to shorts and creates none`() {
        var stage = Stage()
        stage.rest(.sell, "60000.1", "5")
        _ = stage.send(order("a", .buy, .market, "1"))
        let before = stage.exchange.account(.ours).walletBalance
        let outputs = stage.all(8 * 3_600_000)
        let funding = accountReports(outputs).compactMap { report -> Money? in
            if case .funding(_, let amount, _, _) = report { return amount }
            return nil
        }
        #expect(funding.count == 1)
        #expect(funding.first.map { $0.isNegative } == true)
        #expect(stage.exchange.account(.ours).walletBalance == before + (funding.first ?? .zero))
        #expect(stage.exchange.conservedSum == .zero)
    }

    @Test
    func
        `a liquidation cancels, sells down to the bankruptcy price and leaves the rest to the insurance`()
        throws
    {
        var stage = Stage(balance: 10_000, leverage: 20)
        stage.rest(.sell, "60000.1", "5")
        _ = stage.send(order("a", .buy, .market, "1"))
        stage.rest(.buy, "57100", "0.4")
        stage.rest(.buy, "50000", "100")
        _ = stage.send(order("t", .sell, .limit(price("61000"), .gtc), "1", isReduceOnly: true))
        let own = stage.exchange.account(.ours)
        let position = try #require(own.position(btc))
        let liquidationPrice = try #require(position.liquidationPrice)
        // Margin 3000.005, bankrupt at 57000.1 (rounded up to the tick); liquidated above it.
        #expect(position.isolatedMargin == money("3000.005"))
        stage.exchange.setIndexPrice(price("57200"), for: btc)
        #expect(price("57200") < liquidationPrice)
        stage.take(.sell, "0.1")
        let outputs = stage.all(1_200)
        let reports = accountReports(outputs)
        #expect(reports.first.map { if case .liquidation = $0 { true } else { false } } == true)
        let forced = reports.compactMap { report -> Fill? in
            if case .forcedFill(_, let fill) = report { return fill }
            return nil
        }
        #expect(forced.map(\.price) == [price("57100"), price("57000.1")])
        #expect(forced.map(\.quantity) == [quantity("0.3"), quantity("0.7")])
        #expect(words(outputs) == ["t: expired"])
        let after = stage.exchange.account(.ours)
        #expect(after.position(btc) == nil)
        // Never more than the isolated margin is lost.
        #expect(own.walletBalance - after.walletBalance <= position.isolatedMargin)
        #expect(stage.exchange.account(.insurance).position(btc)?.quantity == quantity("0.7"))
        #expect(
            marketData(outputs).contains {
                if case .forcedOrder(let forced) = $0 {
                    return forced.side == .sell && forced.quantity == quantity("1")
                }
                return false
            })
        #expect(stage.exchange.conservedSum == .zero)
    }

    @Test func `a restored account has its position, its orders and its counters`() throws {
        var record = PaperRecord(
            startingBalance: Money(whole: 50_000), leverage: 3, instruments: [instrument])
        var stage = Stage(balance: 50_000)
        stage.rest(.sell, "60000.1", "5")
        let stop = order(
            "s", .sell, .stopMarket(trigger: price("59000"), by: .mark), "1", isReduceOnly: true)
        let target = order("t", .sell, .limit(price("61000"), .gtc), "1", isReduceOnly: true)
        for request in [order("a", .buy, .market, "1"), stop, target] {
            record.apply(request)
            stage.exchange.submit(request, at: stage.exchange.time)
        }
        for output in stage.all(100) {
            switch output.content {
            case .order(let report): record.apply(report)
            case .account(let report): record.apply(report)
            case .market: break
            }
        }
        var again = Stage(balance: 1)
        again.rest(.buy, "59999.9", "5")
        again.rest(.sell, "60000.1", "5")
        again.exchange.restore(record, counterparty: again.maker)
        _ = again.wait(100)
        #expect(again.exchange.account(.ours) == stage.exchange.account(.ours))
        let before = stage.exchange.snapshot(at: start)
        let after = again.exchange.snapshot(at: start)
        #expect(before == after)
        #expect(again.exchange.conservedSum == .zero)
        // The restored orders live: a rise fills the target.
        again.take(.buy, "5", limit: "62000")
        again.take(.buy, "1", limit: "62000")
        #expect(again.wait(100) == ["t: filled 1 @ 61000 maker"])
    }
}
