import Market
import TestSupport
import Testing
import Trading

@Suite struct `The market state` {
    private func ticker(_ bid: Int64, _ ask: Int64, _ milliseconds: Int64) -> MarketData {
        .bookTicker(
            BookTicker(
                updateID: UInt64(milliseconds), bidPrice: price(bid), bidQuantity: quantity(1),
                askPrice: price(ask), askQuantity: quantity(2), venueTime: at(milliseconds)))
    }

    private func mark(_ whole: Int64, _ milliseconds: Int64) -> MarketData {
        .markPrice(
            MarkPriceUpdate(
                markPrice: price(whole), indexPrice: price(whole - 1),
                fundingRate: Rate(units: 10_000),
                nextFundingTime: at(100_000), venueTime: at(milliseconds)))
    }

    @Test func `a print whose id is not above the last is not counted`() throws {
        var market = try market()
        market.tape(trade(7, 100, 1, .buy, 0))
        #expect(market.tape(trade(7, 100, 1, .buy, 1)) == .duplicatePrint)
        #expect(market.tape(trade(6, 100, 1, .buy, 2)) == .duplicatePrint)
        #expect(market.printCount == 1)
        #expect(market.counts.duplicatePrints == 2)
        #expect(market.takerBuyNotional == Money(whole: 100))
    }

    @Test func `absurd prints are refused until so many agree that they must be true`() throws {
        var configuration = MarketConfiguration()
        configuration.maxAbsurdRun = 3
        var market = try market(configuration)
        market.tape(trade(1, 100, 1, .buy, 0))
        #expect(market.tape(trade(2, 150, 1, .buy, 1)).contains(.printCounted))
        #expect(market.tape(trade(3, 226, 1, .buy, 2)) == .quarantined)
        #expect(market.tape(trade(4, 74, 1, .buy, 3)) == .quarantined)
        #expect(market.tape(trade(5, 75, 1, .buy, 4)).contains(.printCounted))
        #expect(market.tape(trade(6, 9_000, 1, .buy, 5)) == .quarantined)
        #expect(market.tape(trade(7, 9_000, 1, .buy, 6)) == .quarantined)
        #expect(market.tape(trade(8, 9_000, 1, .buy, 7)).contains(.printCounted))
        #expect(market.counts.quarantined == 4)
        #expect(market.lastPrice == price(9_000))
    }

    @Test func `no print can overflow a sum or come from the future`() throws {
        var market = try market()
        let huge = Print(
            tradeID: 1, price: Price(units: .max), quantity: Quantity(units: .max), takerSide: .buy,
            venueTime: at(0))
        #expect(market.tape(huge) == .quarantined)
        #expect(market.apply(trade(2, 100, 1, .buy, 60_001), at: at(0)) == .quarantined)
        #expect(market.apply(trade(3, 100, 1, .buy, 60_000), at: at(0)) == .printCounted)
        for id in 4...1_000 as ClosedRange<Int64> {
            market.tape(
                Print(
                    tradeID: id, price: Price(units: 10_000_000_000),
                    quantity: Quantity(units: .max / 10),
                    takerSide: .buy, venueTime: at(60_000)))
        }
        // The largest quantity that there is, not a trap.
        #expect(market.candles1m.forming?.volume == Quantity(units: .max))
        #expect(
            market.apply(
                trade(2_000, 100, 1, .buy, Int64.max / 1_000_000 - 1_767_225_600_000),
                at: .distantFuture
            )
            .contains(.printCounted))
        #expect(
            market.apply(trade(2_001, 100, 1, .buy, -3_000_000_000_000), at: .distantFuture)
                .contains(.printCounted))
        _ = market.advance(to: .distantFuture)
        _ = market.advance(to: .distantPast)
    }

    @Test func `a crossed ticker is refused and an older one changes nothing`() throws {
        var market = try market()
        #expect(market.apply(ticker(100, 102, 10), at: at(10)) == .bookChanged)
        #expect(market.apply(ticker(102, 102, 11), at: at(11)) == .quarantined)
        #expect(market.apply(ticker(90, 91, 9), at: at(11)) == [])
        #expect(market.bestBid == BookLevel(price: price(100), quantity: quantity(1)))
        #expect(market.bestAsk == BookLevel(price: price(102), quantity: quantity(2)))
        #expect(market.mid == price(101))
        #expect(market.spread == price(2))
    }

    @Test func `best bid and ask are those of the newer source`() throws {
        var market = try market()
        let levels = [BookLevel(price: price(99), quantity: quantity(1))]
        let snapshot = DepthSnapshot(
            lastUpdateID: 5, bids: levels,
            asks: [BookLevel(price: price(103), quantity: quantity(1))])
        func diff(_ last: UInt64, _ milliseconds: Int64) -> MarketData {
            .depth(
                DepthUpdate(
                    firstID: 5, lastID: last, previousLastID: last - 1, bids: [], asks: [],
                    venueTime: at(milliseconds)))
        }
        _ = market.apply(.depthSnapshot(snapshot), at: at(0))
        #expect(market.bestBid == nil)
        _ = market.apply(diff(6, 20), at: at(20))
        #expect(market.bestBid?.price == price(99))
        _ = market.apply(ticker(100, 102, 30), at: at(30))
        #expect(market.bestBid?.price == price(100))
        _ = market.apply(diff(7, 25), at: at(31))
        #expect(market.bestBid?.price == price(100))
        _ = market.apply(diff(8, 40), at: at(40))
        #expect(market.bestBid?.price == price(99))
    }

    @Test func `the mark is the venue's, or derived and says so`() throws {
        var market = try market()
        #expect(market.mark == nil)
        market.tape(trade(1, 1_000, 1, .buy, 0))
        #expect(market.mark == Mark(price: price(1_000), source: .derived))
        // Mid 1001.05, last 1000: 1000.525 is nearer to 1000.5 than to 1000.6.
        _ = market.apply(
            .bookTicker(
                BookTicker(
                    updateID: 1, bidPrice: price(1_001), bidQuantity: quantity(1),
                    askPrice: Price(units: 100_110_000_000), askQuantity: quantity(1),
                    venueTime: at(1))), at: at(1))
        #expect(market.mark == Mark(price: Price(units: 100_050_000_000), source: .derived))
        #expect(market.indexPrice == nil)
        #expect(market.fundingRate == nil)
        #expect(market.apply(mark(1_003, 2), at: at(2)) == .markChanged)
        #expect(market.mark == Mark(price: price(1_003), source: .venue))
        #expect(market.indexPrice == price(1_002))
        #expect(market.fundingRate == Rate(units: 10_000))
        #expect(market.nextFundingTime == at(100_000))
        #expect(market.apply(mark(3_000, 3), at: at(3)) == .quarantined)
        #expect(market.mark?.price == price(1_003))
    }

    @Test func `each feed goes stale by its own limit, and a quiet symbol is not stale`() throws {
        var market = try market()
        for feed in MarketFeed.allCases { #expect(market.isStale(feed, at: at(0))) }
        _ = market.apply(ticker(100, 102, 0), at: at(0))
        _ = market.apply(mark(101, 0), at: at(0))
        _ = market.apply(.clusters([], venueTime: at(0)), at: at(0))
        #expect(!market.isStale(.mark, at: at(5_000)))
        #expect(market.isStale(.mark, at: at(5_001)))
        #expect(market.isStale(.book, at: at(5_001)))
        #expect(!market.isStale(.clusters, at: at(300_000)))
        #expect(market.isStale(.clusters, at: at(300_001)))
        // No prints, but the connection answers.
        _ = market.apply(.alive, at: at(9_000))
        #expect(!market.isStale(.connection, at: at(14_000)))
        #expect(market.isStale(.connection, at: at(14_001)))
    }

    @Test func `a lost connection makes everything stale at once and forgets the book`() throws {
        var market = try market()
        _ = market.apply(ticker(100, 102, 0), at: at(0))
        #expect(market.apply(.lost, at: at(1)) == [.lost, .bookChanged])
        #expect(market.isStale(.connection, at: at(1)))
        #expect(market.isStale(.mark, at: at(1)))
        #expect(market.bestBid == nil)
        _ = market.apply(ticker(100, 102, 2), at: at(2))
        #expect(!market.isStale(.connection, at: at(2)))
    }

    @Test func `forced orders are summed by side`() throws {
        var market = try market()
        let order = ForcedOrder(
            side: .sell, price: price(100), quantity: quantity(3), venueTime: at(0))
        #expect(market.apply(.forcedOrder(order), at: at(0)) == .forcedOrderSeen)
        #expect(market.forcedSellNotional == Money(whole: 300))
        #expect(market.forcedBuyNotional == .zero)
        #expect(market.lastForcedOrder == order)
    }

    @Test func `the same data give the same hash, and any other print another`() throws {
        func hash(_ last: Int64) throws -> UInt64 {
            var market = try market()
            _ = market.apply(ticker(100, 102, 0), at: at(0))
            market.tape(trade(1, 100, 1, .buy, 0))
            market.tape(trade(2, 101, last, .sell, 70_000))
            var facts = StateHasher()
            market.hashFacts(into: &facts)
            return facts.value
        }
        #expect(try hash(1) == hash(1))
        #expect(try hash(1) != hash(2))
    }
}
