import Market
import TestSupport
import Testing
import Trading

/// Five-minute candle number `step` with `whole` as its close.
private func kline(_ step: Int64, _ whole: Int64, volume: Int64 = 3) -> Kline {
    Kline(
        openTime: at(step * 300_000), interval: .minutes(5), open: price(10), high: price(1_000),
        low: price(1), close: price(whole), volume: quantity(volume),
        takerBuyVolume: quantity(min(1, volume)), isClosed: true,
        venueTime: at((step + 1) * 300_000))
}

private func played(_ market: inout MarketState, _ kline: Kline) -> MarketChange {
    market.apply(.kline(kline), at: kline.openTime + kline.interval)
}

@Suite struct `Candles of the venue` {
    private func playback() throws -> MarketState {
        var configuration = MarketConfiguration()
        configuration.candlesFromVenue = true
        return try market(configuration)
    }

    @Test func `where they are all that there is they close and are decided on`() throws {
        var market = try playback()
        #expect(played(&market, kline(0, 100)) == .candleClosed5m)
        #expect(played(&market, kline(1, 101)) == .candleClosed5m)
        #expect(market.candles5m.newest(9).map(\.close) == [price(100), price(101)])
        #expect(market.lastPrice == price(101))
        #expect(market.mark == Mark(price: price(101), source: .derived))
        #expect(!market.isStale(.mark, at: at(600_000)))
        // Told twice, or an older one: nothing new.
        #expect(played(&market, kline(1, 102)) == [])
        #expect(played(&market, kline(0, 102)) == [])
        var minute = kline(2, 103)
        minute.interval = .minutes(1)
        #expect(played(&market, minute) == .candleClosed1m)
    }

    @Test func `where nothing was traded there is no candle, from the venue as from prints`() throws
    {
        var played = try playback()
        var live = try market()
        for step in [0, 1, 4, 5] as [Int64] {
            live.tape(trade(step + 1, 100 + step, 3, .buy, step * 300_000))
        }
        _ = live.advance(to: at(6 * 300_000 + 2_000))
        var closes = 0
        for step in 0..<6 as Range<Int64> {
            let isSilent = step == 2 || step == 3
            let change = played.apply(
                .kline(kline(step, 100 + step, volume: isSilent ? 0 : 3)),
                at: at((step + 1) * 300_000))
            #expect(change == (isSilent ? [] : .candleClosed5m))
            if !change.isEmpty { closes += 1 }
        }
        #expect(closes == live.candles5m.closedCount)
        #expect(played.candles5m.all.map(\.openTime) == live.candles5m.all.map(\.openTime))
        #expect(played.candles5m.all.map(\.close) == live.candles5m.all.map(\.close))
    }

    @Test func `one that cannot be true is refused`() throws {
        var market = try playback()
        func refuses(_ change: (inout Kline) -> Void) -> Bool {
            var one = kline(0, 100)
            change(&one)
            return market.apply(.kline(one), at: at(300_000)) == .quarantined
        }
        #expect(refuses { $0.high = price(99) })
        #expect(refuses { $0.low = price(101) })
        #expect(refuses { $0.open = price(1_001) })
        #expect(refuses { $0.takerBuyVolume = quantity(4) })
        #expect(refuses { $0.openTime = at(1) })
        #expect(refuses { $0.openTime = at(300_000) })
        #expect(refuses { $0.interval = Duration(nanoseconds: -1) })
        #expect(refuses { $0.interval = .zero })
        #expect(market.counts.quarantined == 8)
        #expect(market.candles5m.isEmpty)
    }

    @Test func `the first print ends the reign of the venue's candles`() throws {
        var market = try playback()
        _ = played(&market, kline(0, 100))
        market.tape(trade(1, 100, 1, .buy, 300_000))
        #expect(played(&market, kline(1, 102)) == .candleClosed5m)
        #expect(market.candles5m.last?.volume == quantity(1))
        #expect(market.counts.klineDifferences == 1)
    }

    @Test func `a series says whether its source tells what takers bought`() throws {
        var configuration = MarketConfiguration()
        #expect(try market(configuration).candles5m.hasTakerVolume)
        configuration.hasTakerVolume = false
        #expect(try !market(configuration).candles5m.hasTakerVolume)
        #expect(try !market(configuration).candles1m.hasTakerVolume)
    }

    /// Late prints change closed candles: what was measured of them must follow.
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
    func `the activity of an hour is the sum of its squared returns, late prints included`(
        seed: UInt64
    ) throws {
        var random = Seeded(seed)
        var configuration = MarketConfiguration()
        configuration.maxCandles5m = 26
        var market = try market(configuration)
        var clock: Int64 = 0
        for id in 1...250 as ClosedRange<Int64> {
            clock += Int64.random(in: 0...90_000, using: &random)
            _ = market.advance(to: at(clock))
            _ = market.apply(
                trade(
                    id, Int64.random(in: 90...110, using: &random), 1, .buy,
                    max(0, clock - Int64.random(in: 0...400_000, using: &random))), at: at(clock))
            let series = market.candles5m
            let wrong = (0..<series.count).filter { age in
                let closes = (age...age + 12).compactMap { series.fromEnd($0)?.close.double }
                let actual = series.activity(age)
                guard closes.count == 13 else { return !actual.isNaN }
                let expected = zip(closes, closes.dropFirst())
                    .map { ($0 / $1 - 1) * ($0 / $1 - 1) }.reduce(0, +)
                return !(abs(actual - expected) <= 1e-14)
            }
            #expect(wrong == [], "seed \(seed), print \(id)")
        }
        #expect(market.candles5m.count == 26)
        #expect(market.candles1m.activity(0).isNaN)
    }
}
