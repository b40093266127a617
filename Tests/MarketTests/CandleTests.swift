import Market
import TestSupport
import Testing
import Trading

@Suite struct `Candles` {
    @Test
    func `a candle closes with the first print of a later minute, and empty minutes are absent`()
        throws
    {
        var market = try market()
        market.tape(trade(1, 100, 1, .buy, 0))
        market.tape(trade(2, 103, 2, .sell, 30_000))
        market.tape(trade(3, 99, 1, .buy, 59_999))
        #expect(market.candles1m.isEmpty)
        let change = market.tape(trade(4, 101, 5, .buy, 180_000))
        #expect(change.contains(.candleClosed1m))
        #expect(!change.contains(.candleClosed5m))
        let first = Candle(
            openTime: at(0), open: price(100), high: price(103), low: price(99), close: price(99),
            volume: quantity(4), takerBuyVolume: quantity(2),
            // 100 + 206 + 99
            notional: Money(whole: 405), tradeCount: 3)
        #expect(market.candles1m.newest(9) == [first])
        #expect(market.candles1m.forming?.openTime == at(180_000))
        #expect(market.candles5m.forming?.volume == quantity(9))
        #expect(market.candles1m.all.map(\.openTime) == [at(0), at(180_000)])
    }

    @Test func `the clock closes a candle two seconds after its end`() throws {
        var market = try market()
        market.tape(trade(1, 100, 1, .buy, 0))
        #expect(market.advance(to: at(61_999)) == [])
        #expect(market.advance(to: at(62_000)) == .candleClosed1m)
        #expect(market.candles1m.forming == nil)
        #expect(market.advance(to: at(302_000)) == .candleClosed5m)
    }

    @Test func `a late print is added to its own candle`() throws {
        var market = try market()
        market.tape(trade(1, 100, 1, .buy, 0))
        _ = market.advance(to: at(62_000))
        let late = market.apply(trade(2, 105, 1, .buy, 59_000), at: at(62_000))
        #expect(late.contains(.candleAmended))
        #expect(market.candles1m.last?.high == price(105))
        #expect(market.candles1m.last?.tradeCount == 2)
        // A later minute is forming by now.
        market.tape(trade(3, 100, 1, .buy, 120_000))
        #expect(
            market.apply(trade(4, 95, 1, .sell, 59_500), at: at(120_000)).contains(.candleAmended))
        #expect(market.candles1m.last?.low == price(95))
        // Its minute had no print at all yet.
        _ = market.apply(trade(5, 100, 1, .sell, 60_500), at: at(120_000))
        #expect(market.candles1m.all.map(\.openTime) == [at(0), at(60_000), at(120_000)])
    }

    @Test func `the venue's word closes a candle, and a difference of volume is counted`() throws {
        var market = try market()
        market.tape(trade(1, 100, 1, .buy, 0))
        var kline = Kline(
            openTime: at(0), interval: .minutes(1), open: price(100), high: price(100),
            low: price(100),
            close: price(100), volume: quantity(1), takerBuyVolume: quantity(1), isClosed: false,
            venueTime: at(59_000))
        #expect(market.apply(.kline(kline), at: at(59_000)) == [])
        kline.isClosed = true
        #expect(market.apply(.kline(kline), at: at(60_000)) == .candleClosed1m)
        #expect(market.apply(.kline(kline), at: at(60_000)) == [])
        #expect(market.counts.klineDifferences == 0)
        market.tape(trade(2, 100, 1, .buy, 60_000))
        kline.openTime = at(60_000)
        kline.volume = quantity(2)
        #expect(market.apply(.kline(kline), at: at(120_000)) == .candleClosed1m)
        #expect(market.counts.klineDifferences == 1)
    }

    @Test func `candles of the venue are history before the first print, and never after it`()
        throws
    {
        var market = try market()
        func kline(_ minute: Int64, volume: Int64 = 3) -> MarketData {
            .kline(
                Kline(
                    openTime: at(minute * 60_000), interval: .minutes(1), open: price(10),
                    high: price(12), low: price(9), close: price(11), volume: quantity(volume),
                    takerBuyVolume: quantity(1), isClosed: true, venueTime: at(0)))
        }
        // Nothing is decided on them, so they are no news; one without volume is a minute without prints.
        for data in [kline(1), kline(3), kline(2), kline(3), kline(4, volume: 0)] {
            #expect(market.apply(data, at: at(300_000)) == [])
        }
        #expect(market.candles1m.all.map(\.openTime) == [at(60_000), at(180_000)])
        #expect(market.candles1m.last?.close == price(11))
        #expect(market.candles1m.last?.takerBuyVolume == quantity(1))
        market.tape(trade(1, 100, 1, .buy, 300_000))
        #expect(market.apply(kline(4), at: at(301_000)) == [])
        #expect(market.candles1m.count == 2)
    }

    @Test func `the ring keeps the newest and forgets the oldest`() throws {
        var configuration = MarketConfiguration()
        configuration.maxCandles1m = 3
        var market = try market(configuration)
        for minute in 0..<6 as Range<Int64> {
            market.tape(trade(minute + 1, 100 + minute, 1, .buy, minute * 60_000))
        }
        let series = market.candles1m
        #expect(series.count == 3)
        #expect(series.closedCount == 5)
        #expect(series.newest(9).map(\.open) == [price(102), price(103), price(104)])
        #expect(series[0].open == price(102))
        #expect(series.fromEnd(0)?.open == price(104))
        #expect(series.fromEnd(3) == nil)
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `grouping a whole tape by its minutes gives the same candles, late prints included`(
        seed: UInt64
    ) throws {
        var random = Seeded(seed)
        var market = try market()
        var groups: [(Timestamp, [Print])] = []
        var clock: Int64 = 0
        for id in 1...2_000 as ClosedRange<Int64> {
            clock += Int64.random(in: 0...4_000, using: &random)
            // Stamped up to 3 s before the clock that the engine has already seen.
            let print = trade(
                id, Int64.random(in: 95...105, using: &random),
                Int64.random(in: 1...9, using: &random),
                Bool.random(using: &random) ? .buy : .sell,
                max(0, clock - Int64.random(in: 0...3_000, using: &random)))
            _ = market.advance(to: at(clock))
            _ = market.apply(print, at: at(clock))
            let minute = print.venueTime.floor(to: .minutes(1))
            if let index = groups.firstIndex(where: { $0.0 == minute }) {
                groups[index].1.append(print)
            } else {
                groups.append((minute, [print]))
            }
        }
        groups.sort { $0.0 < $1.0 }
        let expected = groups.map { minute, prints in
            Candle(
                openTime: minute, open: prints[0].price,
                high: prints.map(\.price).max() ?? price(1),
                low: prints.map(\.price).min() ?? price(1), close: prints[prints.count - 1].price,
                volume: prints.map(\.quantity).reduce(.zero, +),
                takerBuyVolume: prints.filter { $0.takerSide == .buy }.map(\.quantity).reduce(
                    .zero, +),
                notional: prints.map { Money($0.quantity, at: $0.price) }.reduce(.zero, +),
                tradeCount: prints.count)
        }
        #expect(market.candles1m.all == expected, "seed \(seed)")
        #expect(market.candles1m.lostPrintCount == 0)
    }
}
