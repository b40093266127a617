import Market
import TestSupport
import Testing
import Trading

private func interest(_ whole: Int64, _ milliseconds: Int64) -> MarketData {
    .openInterest(OpenInterest(quantity: quantity(whole), venueTime: at(milliseconds)))
}

private func funding(_ units: Int64, _ milliseconds: Int64) -> MarketData {
    .funding(FundingSettlement(rate: Rate(units: units), venueTime: at(milliseconds)))
}

private func forced(_ side: Side, _ whole: Int64, _ milliseconds: Int64) -> MarketData {
    .forcedOrder(
        ForcedOrder(
            side: side, price: price(1), quantity: quantity(whole), venueTime: at(milliseconds)))
}

@Suite struct `Open interest, funding and forced orders` {
    @Test func `of each five minutes the last count of open interest is kept`() throws {
        var market = try market()
        // 1 s after 00:00; 00:05 exactly, which belongs to the five minutes that end then; 1 ms later.
        for (count, time) in [(10, 1_000), (11, 300_000), (12, 300_001), (13, 599_000)] {
            let change = market.apply(interest(Int64(count), Int64(time)), at: at(Int64(time)))
            #expect(change == .openInterestChanged)
        }
        let history = market.openInterest
        #expect(history.count == 2)
        #expect(history[0].quantity == quantity(11))
        #expect(history.last?.quantity == quantity(13))
        #expect(history.newestIndex(asOf: at(299_999)) == -1)
        #expect(history.newestIndex(asOf: at(300_000)) == 0)
        #expect(history.newestIndex(asOf: at(598_999)) == 0)
        #expect(history.newestIndex(asOf: at(9_999_999)) == 1)
    }

    @Test func `a count that is not later changes nothing, and an impossible one is refused`()
        throws
    {
        var market = try market()
        _ = market.apply(interest(10, 5_000), at: at(5_000))
        #expect(market.apply(interest(11, 5_000), at: at(6_000)) == [])
        #expect(market.apply(interest(11, 4_000), at: at(6_000)) == [])
        #expect(market.apply(interest(0, 6_000), at: at(6_000)) == .quarantined)
        #expect(market.apply(interest(11, 66_001), at: at(6_000)) == .quarantined)
        #expect(market.apply(interest(11, 66_000), at: at(6_000)) == .openInterestChanged)
        #expect(market.counts.quarantined == 2)
        let edge = OpenInterest(quantity: quantity(1), venueTime: Timestamp(nanoseconds: .min))
        #expect(market.apply(.openInterest(edge), at: at(6_000)) == [])
    }

    @Test func `the history of open interest is bounded`() throws {
        var configuration = MarketConfiguration()
        configuration.maxOpenInterestCounts = 3
        var market = try market(configuration)
        for step in 1...7 as ClosedRange<Int64> {
            _ = market.apply(interest(step, step * 300_000), at: at(step * 300_000))
        }
        #expect(market.openInterest.count == 3)
        #expect((0..<3).map { market.openInterest[$0].quantity } == [5, 6, 7].map { quantity($0) })
        #expect(market.openInterest.newestIndex(asOf: at(1_800_000)) == 1)
    }

    @Test func `open interest is stale ten minutes and funding nine hours after the venue's stamp`()
        throws
    {
        var market = try market()
        #expect(market.isStale(.openInterest, at: at(0)) && market.isStale(.funding, at: at(0)))
        // Both are told later than they happened.
        _ = market.apply(interest(10, 0), at: at(100_000))
        _ = market.apply(funding(1, 0), at: at(100_000))
        #expect(!market.isStale(.openInterest, at: at(600_000)))
        #expect(market.isStale(.openInterest, at: at(600_001)))
        #expect(!market.isStale(.funding, at: at(9 * 3_600_000)))
        #expect(market.isStale(.funding, at: at(9 * 3_600_000 + 1)))
    }

    @Test func `settled fundings are kept in order and bounded`() throws {
        var configuration = MarketConfiguration()
        configuration.maxFundings = 2
        var market = try market(configuration)
        let hours: Int64 = 3_600_000
        #expect(market.apply(funding(10_000, 0), at: at(0)) == .fundingSettled)
        #expect(market.apply(funding(20_000, 0), at: at(0)) == [])
        #expect(market.apply(funding(-20_000, 8 * hours), at: at(8 * hours)) == .fundingSettled)
        #expect(market.apply(funding(30_000, 16 * hours), at: at(16 * hours)) == .fundingSettled)
        #expect(market.apply(funding(.min, 24 * hours), at: at(24 * hours)) == .quarantined)
        #expect(market.apply(funding(5, 24 * hours), at: at(16 * hours)) == .quarantined)
        #expect(market.fundings.count == 2)
        #expect((0..<2).map { market.fundings[$0].rate.units } == [-20_000, 30_000])
        #expect(market.fundings.newestIndex(asOf: at(8 * hours)) == 0)
        #expect(market.fundings.newestIndex(asOf: at(8 * hours - 1)) == -1)
    }

    @Test func `forced orders of a window are those whose second it has`() throws {
        var market = try market()
        _ = market.apply(forced(.sell, 100, 0), at: at(0))
        _ = market.apply(forced(.buy, 7, 0), at: at(0))
        _ = market.apply(forced(.sell, 20, 200_999), at: at(200_999))
        // Late: counted in the newest second.
        _ = market.apply(forced(.sell, 3, 100_000), at: at(201_000))
        var sums = ForcedFlow.Sums()
        sums.sell = Money(whole: 123)
        sums.buy = Money(whole: 7)
        #expect(market.forcedFlow.sums(over: .minutes(5), endingAt: at(299_999)) == sums)
        sums.sell = Money(whole: 23)
        sums.buy = .zero
        #expect(market.forcedFlow.sums(over: .minutes(5), endingAt: at(300_000)) == sums)
        #expect(market.forcedFlow.sums(over: .minutes(5), endingAt: at(499_999)) == sums)
        #expect(
            market.forcedFlow.sums(over: .minutes(5), endingAt: at(500_000)) == ForcedFlow.Sums())
        #expect(market.forcedSellNotional == Money(whole: 123))
    }

    @Test func `an hour with a forced order every second is kept whole, and no more`() throws {
        var market = try market()
        for second in 0..<5_000 as Range<Int64> {
            _ = market.apply(forced(.buy, 1, second * 1_000), at: at(second * 1_000))
        }
        #expect(
            market.forcedFlow.sums(over: .hours(1), endingAt: at(4_999_000)).buy
                == Money(whole: 3_600))
    }

    @Test func `a forced order from the future is refused`() throws {
        var market = try market()
        #expect(market.apply(forced(.buy, 1, 60_001), at: at(0)) == .quarantined)
        #expect(market.counts.forcedOrders == 0)
    }
}
