import Matching
import TestSupport
import Testing
import Trading

/// A paper venue and an outside market in few words.
private struct Paper {
    var venue: PaperVenue
    var now = start
    var tradeID: Int64 = 0
    var updateID: UInt64 = 0

    init(_ change: (inout PaperConfiguration) -> Void = { _ in }) {
        var configuration = PaperConfiguration()
        configuration.startingBalance = Money(whole: 100_000)
        change(&configuration)
        venue = PaperVenue(instruments: [instrument], configuration: configuration)
    }

    mutating func pass(_ count: Int64) { now = now + .milliseconds(count) }

    mutating func print(_ side: Side, _ at: String, _ amount: String, after: Int64 = 1) {
        pass(after)
        tradeID += 1
        venue.receive(
            .print(
                Print(
                    tradeID: tradeID, price: price(at), quantity: quantity(amount), takerSide: side,
                    venueTime: now)), instrument: btc, at: now)
    }

    mutating func quote(_ bid: String, _ bidAmount: String, _ ask: String, _ askAmount: String) {
        pass(1)
        updateID += 1
        venue.receive(
            .bookTicker(
                BookTicker(
                    updateID: updateID, bidPrice: price(bid), bidQuantity: quantity(bidAmount),
                    askPrice: price(ask), askQuantity: quantity(askAmount), venueTime: now)),
            instrument: btc, at: now)
    }

    mutating func mark(_ at: String, rate: Int64 = 10_000, next: Timestamp? = nil) {
        pass(1)
        venue.receive(
            .markPrice(
                MarkPriceUpdate(
                    markPrice: price(at), indexPrice: nil, fundingRate: Rate(units: rate),
                    nextFundingTime: next, venueTime: now)), instrument: btc, at: now)
    }

    /// Sends an order; it is at the venue when this returns, its reports are not yet back.
    mutating func send(_ request: OrderRequest) {
        venue.submit(request, at: now)
        pass(20)
        // Only time passes: nothing of the market is known anew.
        venue.receive(.alive, instrument: btc, at: now)
        _ = venue.nextDue
    }

    /// Everything reported until a little later.
    mutating func reports() -> [String] {
        pass(40)
        return words(venue.drain(upTo: now))
    }
}

@Suite struct PaperVenueTests {
    @Test func `an order acts one latency after it was sent, on what was known then`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.venue.submit(order("a", .buy, .market, "1"), at: paper.now)
        // 19 ms later the market has gone up; the order meets the new ask, never the old one.
        paper.pass(17)
        paper.quote("60009.9", "5", "60010", "5")
        paper.pass(1)
        #expect(paper.venue.drain(upTo: paper.now) == [])
        #expect(paper.reports() == ["a: accepted", "a: filled 1 @ 60010"])
    }

    @Test func `a report arrives one latency after it happened`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        let sent = paper.now
        paper.venue.submit(order("a", .buy, .market, "1"), at: sent)
        #expect(paper.venue.drain(upTo: sent + .milliseconds(39)) == [])
        #expect(paper.venue.nextDue == sent + .milliseconds(40))
        #expect(words(paper.venue.drain(upTo: sent + .milliseconds(40))).count == 2)
        #expect(paper.venue.nextDue == nil)
    }

    @Test func `with a best price only, an IOC takes what is visible and its rest expires`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "0.4")
        paper.send(order("a", .buy, .limit(price("60001"), .ioc), "1"))
        #expect(paper.reports() == ["a: accepted", "a: filled 0.4 @ 60000", "a: expired"])
    }

    @Test func `the rest of a market order takes what the next quotes show`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "0.4")
        paper.send(order("a", .buy, .market, "1"))
        paper.quote("59999.9", "5", "60000.2", "0.5")
        paper.quote("59999.9", "5", "60000.3", "0.5")
        #expect(
            paper.reports() == [
                "a: accepted", "a: filled 0.4 @ 60000", "a: filled 0.5 @ 60000.2",
                "a: filled 0.1 @ 60000.3",
            ])
    }

    @Test func `what we took is not there for our next order until the book is seen again`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "1")
        paper.venue.submit(order("a", .buy, .limit(price("60000"), .ioc), "0.7"), at: paper.now)
        paper.venue.submit(order("b", .buy, .limit(price("60000"), .ioc), "0.7"), at: paper.now)
        #expect(
            paper.reports() == [
                "a: accepted", "a: filled 0.7 @ 60000", "b: accepted", "b: filled 0.3 @ 60000",
                "b: expired",
            ])
    }

    @Test func `with depth, a taker walks the levels, and the best price is the newer ticker's`() {
        var paper = Paper()
        paper.venue.receive(
            .depthSnapshot(
                DepthSnapshot(
                    lastUpdateID: 10,
                    bids: [BookLevel(price: price("59999"), quantity: quantity("1"))],
                    asks: [
                        BookLevel(price: price("60000"), quantity: quantity("0.2")),
                        BookLevel(price: price("60001"), quantity: quantity("0.3")),
                        BookLevel(price: price("60002"), quantity: quantity("9")),
                    ])), instrument: btc, at: paper.now)
        paper.venue.receive(
            .depth(
                DepthUpdate(
                    firstID: 10, lastID: 11, previousLastID: 9, bids: [],
                    asks: [BookLevel(price: price("60001"), quantity: quantity("0.4"))],
                    venueTime: paper.now)), instrument: btc, at: paper.now)
        paper.quote("59999", "1", "60000", "0.1")
        paper.send(order("a", .buy, .market, "1"))
        #expect(
            paper.reports() == [
                "a: accepted", "a: filled 0.1 @ 60000", "a: filled 0.4 @ 60001",
                "a: filled 0.5 @ 60002",
            ])
    }

    @Test
    func
        `without a book, a taker fills against the next prints of its own side, up to their quantities`()
    {
        var paper = Paper()
        paper.print(.buy, "60000", "5")
        paper.send(order("a", .buy, .market, "1"))
        paper.print(.sell, "59999.9", "5")
        paper.print(.buy, "60000.5", "0.4")
        paper.print(.buy, "60001", "5")
        #expect(
            paper.reports() == [
                "a: accepted", "a: filled 0.4 @ 60000.5", "a: filled 0.6 @ 60001",
            ])
    }

    @Test func `without a book, a print before the order arrived does not fill it`() {
        var paper = Paper()
        paper.print(.buy, "60000", "5")
        paper.venue.submit(order("a", .buy, .market, "1"), at: paper.now)
        paper.print(.buy, "60000", "5", after: 19)
        #expect(words(paper.venue.drain(upTo: paper.now + .milliseconds(60))) == ["a: accepted"])
    }

    @Test func `without a book, an IOC ends with the first print of its side beyond its limit`() {
        var paper = Paper()
        paper.print(.buy, "60000", "5")
        paper.send(order("a", .buy, .limit(price("60001"), .ioc), "1"))
        paper.print(.buy, "60000.5", "0.4")
        paper.print(.buy, "60001.1", "5")
        paper.print(.buy, "60000", "5")
        #expect(paper.reports() == ["a: accepted", "a: filled 0.4 @ 60000.5", "a: expired"])
    }

    @Test func `without a book, an IOC ends with its patience`() {
        var paper = Paper()
        paper.print(.buy, "60000", "5")
        paper.send(order("a", .buy, .limit(price("60001"), .ioc), "1"))
        paper.print(.buy, "60000.5", "0.4")
        paper.pass(2_000)
        #expect(paper.reports() == ["a: accepted", "a: filled 0.4 @ 60000.5", "a: expired"])
    }

    @Test(arguments: [
        // A print through the price fills, up to its quantity, at our price.
        ([(Side.sell, "59998.9", "0.3")], ["filled 0.3 @ 59999 maker"]),
        ([(.sell, "59998.9", "3")], ["filled 1 @ 59999 maker"]),
        // At the price, the queue of 2 trades first.
        ([(.sell, "59999", "1.5")], []),
        ([(.sell, "59999", "1.5"), (.sell, "59999", "0.7")], ["filled 0.2 @ 59999 maker"]),
        // A buyer at the price takes from the other side.
        ([(.buy, "59999", "9")], []),
        ([(.sell, "59999.1", "9")], []),
    ])
    func `a resting buy behind a visible queue fills by the prints`(
        _ row: ([(Side, String, String)], [String])
    ) {
        var paper = Paper()
        paper.quote("59999", "2", "60000", "5")
        paper.send(order("a", .buy, .limit(price("59999"), .gtc), "1"))
        for (side, at, amount) in row.0 { paper.print(side, at, amount) }
        #expect(paper.reports() == (["accepted"] + row.1).map { "a: " + $0 })
    }

    @Test func `a queue is never longer than what is visible now`() {
        var paper = Paper()
        paper.quote("59999", "2", "60000", "5")
        paper.send(order("a", .buy, .limit(price("59999"), .gtc), "1"))
        paper.quote("59999", "0.5", "60000", "5")
        paper.quote("59999", "9", "60000", "5")
        paper.print(.sell, "59999", "0.6")
        #expect(paper.reports() == ["a: accepted", "a: filled 0.1 @ 59999 maker"])
    }

    @Test func `an unseen queue is endless until the price is the best one`() {
        var paper = Paper()
        paper.print(.buy, "60000", "1")
        paper.send(order("a", .buy, .limit(price("59999"), .gtc), "1"))
        paper.print(.sell, "59999", "50")
        #expect(paper.reports() == ["a: accepted"])
        paper.quote("59999", "1", "60000", "5")
        paper.print(.sell, "59999", "1.4")
        #expect(paper.reports() == ["a: filled 0.4 @ 59999 maker"])
    }

    @Test func `a post-only order that would take is refused`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.send(order("a", .buy, .limit(price("60000"), .postOnly), "1"))
        paper.send(order("b", .buy, .limit(price("59999.9"), .postOnly), "1"))
        #expect(paper.reports() == ["a: rejected(wouldTakeLiquidity)", "b: accepted"])
    }

    @Test func `a stop fires by the venue's mark and takes the book`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.mark("60000")
        paper.send(order("a", .buy, .market, "1"))
        paper.send(
            order(
                "s", .sell, .stopMarket(trigger: price("59900"), by: .mark), "1", isReduceOnly: true
            ))
        _ = paper.reports()
        // The last price alone does not fire it.
        paper.print(.sell, "59890", "1")
        paper.quote("59889.9", "5", "59890", "5")
        #expect(paper.reports() == [])
        paper.mark("59900")
        #expect(paper.reports() == ["s: triggered", "s: filled 1 @ 59889.9"])
        #expect(paper.venue.snapshot(at: paper.now).positions.isEmpty)
    }

    @Test func `without a mark, a stop fires by the middle of mid and last`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000.1", "5")
        paper.print(.buy, "60000", "1")
        paper.send(order("a", .buy, .market, "1"))
        paper.send(
            order(
                "s", .sell, .stopMarket(trigger: price("59900"), by: .mark), "1", isReduceOnly: true
            ))
        _ = paper.reports()
        // Mid 60000, last 59802: middle 59901.
        paper.print(.sell, "59802", "1")
        #expect(paper.reports() == [])
        // Mid 59998, last 59802: middle 59900.
        paper.quote("59997.9", "5", "59998.1", "5")
        #expect(paper.reports() == ["s: triggered", "s: filled 1 @ 59997.9"])
    }

    @Test func `without a book, a stop by last does not fill from the print that fired it`() {
        var paper = Paper()
        paper.print(.buy, "60000", "1")
        paper.send(order("a", .buy, .market, "1"))
        paper.print(.buy, "60000", "5")
        paper.send(
            order(
                "s", .sell, .stopMarket(trigger: price("59900"), by: .last), "1", isReduceOnly: true
            ))
        _ = paper.reports()
        paper.print(.sell, "59899", "5")
        #expect(paper.reports() == ["s: triggered"])
        paper.print(.sell, "59890", "5")
        #expect(paper.reports() == ["s: filled 1 @ 59890"])
    }

    @Test func `a target by a resting reduce-only limit closes, and the stop stays until canceled`()
    {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.send(order("a", .buy, .market, "1"))
        paper.send(
            order(
                "s", .sell, .stopMarket(trigger: price("59000"), by: .mark), "1", isReduceOnly: true
            ))
        paper.send(order("t", .sell, .limit(price("60100"), .gtc), "1", isReduceOnly: true))
        _ = paper.reports()
        paper.quote("60099.9", "5", "60100.2", "5")
        paper.print(.buy, "60100.1", "5")
        #expect(paper.reports() == ["t: filled 1 @ 60100 maker"])
        #expect(
            paper.venue.snapshot(at: paper.now).openOrders.map(\.request.clientOrderID) == [
                clientID("s")
            ])
        paper.venue.cancel(clientID("s"), instrument: btc, at: paper.now)
        paper.venue.cancel(clientID("t"), instrument: btc, at: paper.now)
        #expect(paper.reports() == ["s: canceled", "t: cancelRejected"])
    }

    @Test func `a book that is too old is no book`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.print(.buy, "60000", "1")
        paper.pass(6_000)
        paper.send(order("a", .buy, .market, "1"))
        #expect(paper.reports() == ["a: accepted"])
        paper.print(.buy, "60007", "5")
        #expect(paper.reports() == ["a: filled 1 @ 60007"])
    }

    @Test func `after the link was lost the old book is not traded with`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.venue.receive(.lost, instrument: btc, at: paper.now)
        paper.send(order("a", .buy, .limit(price("60001"), .ioc), "1"))
        // No price at all is known: the margin of the order cannot be told.
        #expect(paper.reports() == ["a: accepted"])
        paper.pass(2_000)
        #expect(paper.reports() == ["a: expired"])
    }

    @Test func `funding is booked once, at its moment, on what is open then`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        let due = start + .seconds(10)
        paper.mark("60000", next: due)
        paper.send(order("a", .buy, .market, "1"))
        _ = paper.reports()
        paper.pass(10_000)
        // The venue names the old moment once more after it has passed.
        paper.mark("60000", next: due)
        paper.mark("60000", next: due + .hours(8))
        paper.pass(1_000)
        let outputs = paper.venue.drain(upTo: paper.now)
        #expect(
            accountReports(outputs) == [
                .funding(btc, amount: money("-6"), rate: Rate(units: 10_000), venueTime: due)
            ])
    }

    @Test func `a liquidation loses the margin at most`() throws {
        var paper = Paper { $0.leverage = 50 }
        paper.quote("59999.9", "5", "60000", "5")
        paper.send(order("a", .buy, .market, "1"))
        _ = paper.reports()
        let before = paper.venue.account
        let position = try #require(before.position(btc))
        paper.quote("58799.9", "0.3", "58800", "5")
        paper.print(.sell, "58799.9", "1")
        paper.pass(1_000)
        let reports = accountReports(paper.venue.drain(upTo: paper.now))
        #expect(reports.count == 2)
        let after = paper.venue.account
        #expect(after.position(btc) == nil)
        #expect(before.walletBalance - after.walletBalance == position.isolatedMargin)
    }

    @Test func `an order that a venue would refuse is refused`() {
        var paper = Paper()
        paper.quote("59999.9", "5", "60000", "5")
        paper.send(order("a", .buy, .market, "0.0005"))
        paper.send(order("b", .buy, .limit(price("70000"), .gtc), "1"))
        paper.send(order("c", .buy, .market, "10"))
        paper.send(order("d", .sell, .market, "1", isReduceOnly: true))
        paper.send(order("e", .buy, .limit(price("59000"), .gtc), "0.1"))
        paper.send(order("e", .buy, .limit(price("59000"), .gtc), "0.1"))
        paper.send(order("f", .sell, .stopMarket(trigger: price("60001"), by: .mark), "1"))
        #expect(
            paper.reports() == [
                "a: rejected(filterViolation)", "b: rejected(priceOutsideBand)",
                "c: rejected(insufficientMargin)", "d: rejected(reduceOnlyConflict)", "e: accepted",
                "e: rejected(duplicateClientOrderID)", "f: rejected(wouldTriggerImmediately)",
            ])
    }

    @Test func `prices that touch nothing of ours change nothing but the last price`() {
        var quiet = Paper()
        quiet.quote("59999.9", "5", "60000", "5")
        quiet.send(order("a", .buy, .market, "1"))
        quiet.send(
            order(
                "s", .sell, .stopMarket(trigger: price("59000"), by: .last), "1", isReduceOnly: true
            ))
        _ = quiet.reports()
        var random = SplitMix64(seed: 5)
        for _ in 0..<1_000 {
            quiet.print(.sell, "\(59_100 + random.below(1_000))", "50")
        }
        #expect(quiet.reports() == [])
        quiet.print(.sell, "59000", "50")
        #expect(quiet.reports() == ["s: triggered"])
        quiet.quote("58999.9", "5", "59000", "5")
        #expect(quiet.reports() == ["s: filled 1 @ 58999.9"])
    }

    // The lot step is 0.001.
    @Test func `a taker gets whole lots of prints whose quantity is off the grid`() {
        var paper = Paper()
        paper.print(.buy, "60000", "1")
        paper.send(order("a", .buy, .market, "1"))
        paper.print(.buy, "60000", "0.3779")
        // Less than a lot is nothing.
        paper.print(.buy, "60000", "0.0009")
        paper.print(.buy, "60000", "0.6235")
        #expect(
            paper.reports() == [
                "a: accepted", "a: filled 0.377 @ 60000", "a: filled 0.623 @ 60000",
            ]
        )
    }

    @Test func `a resting order gets whole lots of what the queue leaves`() {
        var paper = Paper()
        paper.quote("60000", "1", "60000.1", "1")
        paper.send(order("a", .buy, .limit(price("60000"), .gtc), "1"))
        paper.print(.sell, "60000", "1.2507")
        // Through its price.
        paper.print(.sell, "59999.9", "0.0005")
        paper.print(.sell, "59999.9", "0.1111")
        #expect(
            paper.reports() == [
                "a: accepted", "a: filled 0.25 @ 60000 maker", "a: filled 0.111 @ 60000 maker",
            ])
    }

    @Test func `a taker leaves the fraction of a lot that a level of the book shows`() {
        var paper = Paper()
        paper.quote("59999.9", "1", "60000", "0.4005")
        paper.send(order("a", .buy, .limit(price("60000"), .ioc), "1"))
        #expect(paper.reports() == ["a: accepted", "a: filled 0.4 @ 60000", "a: expired"])
    }

    @Test func `fractions of lots never leave a position off the grid`() {
        for seed in UInt64(1)...40 {
            var random = Seeded(seed)
            var paper = Paper()
            paper.print(.buy, "60000", "1")
            for number in 0..<20 {
                let lots = Int64.random(in: 1...900, using: &random)
                let side: Side = Bool.random(using: &random) ? .buy : .sell
                paper.venue.submit(
                    OrderRequest(
                        clientOrderID: clientID("o\(number)"), instrument: btc, side: side,
                        kind: .market, quantity: Quantity(units: lots * 100_000),
                        isReduceOnly: Bool.random(using: &random)), at: paper.now)
                for _ in 0..<10 {
                    paper.pass(25)
                    paper.tradeID += 1
                    paper.venue.receive(
                        .print(
                            Print(
                                tradeID: paper.tradeID, price: price("60000"),
                                quantity: Quantity(
                                    units: Int64.random(in: 1...30_000_000, using: &random)),
                                takerSide: Bool.random(using: &random) ? .buy : .sell,
                                venueTime: paper.now)), instrument: btc, at: paper.now)
                    let held = paper.venue.account.position(btc)?.quantity ?? .zero
                    #expect(held.units % 100_000 == 0, "seed \(seed)")
                }
            }
        }
    }
}
