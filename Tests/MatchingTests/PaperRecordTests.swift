import Matching
import Testing
import Trading

@Suite struct PaperRecordTests {
    private static func apply(_ outputs: [VenueOutput], to record: inout PaperRecord) {
        for output in outputs {
            switch output.content {
            case .order(let report): record.apply(report)
            case .account(let report): record.apply(report)
            case .market: break
            }
        }
    }

    /// A random market and random orders; answers the venue, the folded record and whether anything is on its way.
    private static func life(
        seed: UInt64, steps: Int, check: (PaperVenue, PaperRecord, Timestamp) -> Void
    ) {
        var random = SplitMix64(seed: seed)
        var configuration = PaperConfiguration()
        configuration.leverage = 20
        configuration.latencyJitter = .milliseconds(15)
        configuration.seed = seed
        var venue = PaperVenue(instruments: [instrument], configuration: configuration)
        var record = PaperRecord(
            startingBalance: configuration.startingBalance, leverage: configuration.leverage,
            instruments: [instrument])
        var now = start
        var ticks: Int64 = 600_000
        var ids: [ClientOrderID] = []
        for step in 0..<steps {
            now = now + .milliseconds(Int64(1 + random.below(40)))
            apply(venue.drain(upTo: now), to: &record)
            ticks += Int64(random.below(401)) - 200
            let at = Price(units: ticks * 10_000_000)
            let amount = Quantity(units: Int64(1 + random.below(900)) * 100_000)
            switch random.below(10) {
            case 0..<4:
                venue.receive(
                    .print(
                        Print(
                            tradeID: Int64(step), price: at, quantity: amount,
                            takerSide: random.chance(0.5) ? .buy : .sell, venueTime: now)),
                    instrument: btc, at: now)
            case 4..<7:
                venue.receive(
                    .bookTicker(
                        BookTicker(
                            updateID: UInt64(step), bidPrice: at, bidQuantity: amount,
                            askPrice: Price(units: (ticks + 1) * 10_000_000), askQuantity: amount,
                            venueTime: now)), instrument: btc, at: now)
            case 7:
                guard !ids.isEmpty else { continue }
                venue.cancel(ids[random.below(ids.count)], instrument: btc, at: now)
            default:
                let id = clientID("o\(step)")
                ids.append(id)
                let limit = Price(units: (ticks + Int64(random.below(601)) - 300) * 10_000_000)
                let kinds: [OrderKind] = [
                    .market, .limit(limit, .gtc), .limit(limit, .ioc), .limit(limit, .postOnly),
                    .stopMarket(trigger: limit, by: .mark),
                    .takeProfitMarket(trigger: limit, by: .last),
                ]
                let request = OrderRequest(
                    clientOrderID: id, instrument: btc, side: random.chance(0.5) ? .buy : .sell,
                    kind: kinds[random.below(kinds.count)],
                    quantity: Quantity(units: Int64(1 + random.below(60)) * 100_000),
                    isReduceOnly: random.chance(0.4))
                record.apply(request)
                venue.submit(request, at: now)
            }
            check(venue, record, now)
        }
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `folding requests and reports gives the venue's own memory`(_ seed: UInt64) {
        var compared = 0
        Self.life(seed: seed, steps: 2_000) { venue, record, _ in
            // Only when nothing is on its way can both know the same.
            guard venue.nextDue == nil else { return }
            compared += 1
            #expect(venue.record == record, "seed \(seed)")
        }
        #expect(compared > 50, "seed \(seed)")
    }

    @Test func `a venue rebuilt from the record reads like the one that was`() {
        Self.life(seed: 99, steps: 1_500) { venue, record, now in
            guard venue.nextDue == nil else { return }
            var configuration = PaperConfiguration()
            configuration.seed = 99
            let again = PaperVenue(restoring: record, configuration: configuration)
            #expect(again.snapshot(at: now) == venue.snapshot(at: now))
            #expect(again.record == record)
        }
    }

    @Test func `a fill counts once, however often it is reported`() {
        var record = PaperRecord(
            startingBalance: Money(whole: 10_000), leverage: 3, instruments: [instrument])
        let request = order("a", .buy, .market, "0.1")
        let fill = Fill(
            tradeID: 7, price: price("60000"), quantity: quantity("0.1"), side: .buy,
            commission: money("3"), isMaker: false, venueTime: start)
        record.apply(request)
        for kind in [
            OrderReportKind.accepted(VenueOrderID(1)), .filled(fill), .filled(fill),
        ] {
            record.apply(
                OrderReport(
                    clientOrderID: request.clientOrderID, instrument: btc, kind: kind,
                    venueTime: start))
        }
        #expect(record.account.walletBalance == money("9997"))
        #expect(record.account.position(btc)?.quantity == quantity("0.1"))
        #expect(record.openOrders.isEmpty)
        #expect(record.lastTradeIDs == [7])
    }

    @Test func `an order that a query tells of again is not filled further`() {
        var record = PaperRecord(
            startingBalance: Money(whole: 10_000), leverage: 3, instruments: [instrument])
        let request = order("a", .buy, .limit(price("60000"), .gtc), "0.2")
        let half = Fill(
            tradeID: 7, price: price("60000"), quantity: quantity("0.1"), side: .buy,
            commission: money("3"), isMaker: false, venueTime: start)
        record.apply(request)
        for kind in [
            OrderReportKind.accepted(VenueOrderID(1)), .filled(half), .accepted(VenueOrderID(1)),
            .filled(half),
        ] {
            record.apply(
                OrderReport(
                    clientOrderID: request.clientOrderID, instrument: btc, kind: kind,
                    venueTime: start))
        }
        #expect(record.openOrders.map(\.filled) == [quantity("0.1")])
    }

    @Test func `an order whose acceptance was never heard never was`() {
        var record = PaperRecord(
            startingBalance: Money(whole: 10_000), leverage: 3, instruments: [instrument])
        record.apply(order("a", .buy, .limit(price("59000"), .gtc), "0.1"))
        let venue = PaperVenue(restoring: record, configuration: PaperConfiguration())
        #expect(venue.snapshot(at: start).openOrders.isEmpty)
        #expect(venue.snapshot(at: start).walletBalance == Money(whole: 10_000))
    }

    @Test func `a stop goes on watching after the restart`() {
        var record = PaperRecord(
            startingBalance: Money(whole: 100_000), leverage: 3, instruments: [instrument])
        var venue = PaperVenue(restoring: record, configuration: PaperConfiguration())
        func ticker(_ bid: String, _ ask: String) -> MarketData {
            .bookTicker(
                BookTicker(
                    updateID: 1, bidPrice: price(bid), bidQuantity: quantity("9"),
                    askPrice: price(ask), askQuantity: quantity("9"), venueTime: start))
        }
        venue.receive(ticker("59999.9", "60000"), instrument: btc, at: start)
        let stop = OrderKind.stopMarket(trigger: price("59500"), by: .mark)
        for request in [
            order("a", .buy, .market, "1"), order("s", .sell, stop, "1", isReduceOnly: true),
        ] {
            record.apply(request)
            venue.submit(request, at: start)
        }
        Self.apply(venue.drain(upTo: milliseconds(100)), to: &record)
        var again = PaperVenue(restoring: record, configuration: PaperConfiguration())
        again.receive(ticker("59600", "59600.1"), instrument: btc, at: milliseconds(1_000))
        #expect(words(again.drain(upTo: milliseconds(1_100))) == [])
        again.receive(
            .print(
                Print(
                    tradeID: 1, price: price("59300"), quantity: quantity("1"), takerSide: .sell,
                    venueTime: milliseconds(1_200))), instrument: btc, at: milliseconds(1_200))
        // The bid of before was traded through: the stop takes what is seen next.
        #expect(words(again.drain(upTo: milliseconds(1_300))) == ["s: triggered"])
        again.receive(ticker("59299.9", "59300"), instrument: btc, at: milliseconds(1_400))
        #expect(words(again.drain(upTo: milliseconds(1_500))) == ["s: filled 1 @ 59299.9"])
    }
}
