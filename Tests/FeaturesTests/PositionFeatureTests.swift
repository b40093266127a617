import Market
import TestSupport
import Testing
import Trading

@testable import Features

private func price(_ whole: Int64) -> Price { Price(units: whole * FixedPoint.unitsPerOne) }

/// A market whose venue says that the mark is 60,600, after 300 bought and 100 sold.
private func market() throws -> MarketState {
    var market = MarketState(
        instrument: .preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0)))
    for (id, side, units) in [(1, Side.buy, 300), (2, .sell, 100)] as [(Int64, Side, Int64)] {
        let print = Print(
            tradeID: id, price: price(60_000), quantity: Quantity(units: units * 100),
            takerSide: side, venueTime: firstCandle + .seconds(id))
        _ = market.apply(print, at: print.venueTime)
    }
    _ = market.apply(
        .markPrice(
            MarkPriceUpdate(
                markPrice: price(60_600), indexPrice: nil, fundingRate: .zero,
                nextFundingTime: nil, venueTime: firstCandle + .seconds(3))),
        at: firstCandle + .seconds(3))
    return market
}

/// Entry 60,000, stop 300 away, marks between 59,400 and 61,200.
private func position(_ direction: Direction) -> PositionInput {
    PositionInput(
        direction: direction, entryPrice: price(60_000), openedTime: firstCandle,
        maxHold: .hours(4), initialStop: price(direction == .long ? 59_700 : 60_300),
        stop: price(direction == .long ? 59_700 : 60_300), target: nil, highestMark: price(61_200),
        lowestMark: price(59_400), flowAtEntry: FlowSums(),
        regimeAtEntry: MarketRegime(persistence: .trending, volatility: .calm, dayTrend: .sideways))
}

private func added(_ position: PositionInput, _ market: MarketState) -> FeatureRow {
    var row = FeatureRow()
    PositionFeatures.add(
        position, market: market, at: firstCandle + .minutes(90), needed: .position, to: &row)
    return row
}

@Suite struct `Position features` {
    @Test func `of a long are fractions of its entry`() throws {
        let row = added(position(.long), try market())
        #expect(row[.heldHours] == 1.5)
        #expect(isNear(row[.unrealizedReturn], 0.01))
        #expect(isNear(row[.peakReturn], 0.02))
        #expect(isNear(row[.troughReturn], -0.01))
        #expect(isNear(row[.drawdownReturn], 0.01))
        #expect(isNear(row[.stopWidth], 0.005))
        #expect(isNear(row[.cvdSinceEntry], 0.5))
        #expect(row[.entryPersistence] == 1 && row[.entryVolatility] == -1)
        #expect(row[.entryDayTrend] == 0)
        #expect(isNear(row[.unrealizedR], 2))
    }

    @Test func `of a short are the other way round`() throws {
        let row = added(position(.short), try market())
        #expect(isNear(row[.unrealizedReturn], -0.01))
        #expect(isNear(row[.peakReturn], 0.01))
        #expect(isNear(row[.troughReturn], -0.02))
        #expect(isNear(row[.drawdownReturn], 0.02))
        #expect(isNear(row[.stopWidth], 0.005))
        #expect(isNear(row[.cvdSinceEntry], -0.5))
    }

    @Test func `that nobody knows are missing`() throws {
        var unknown = position(.long)
        unknown.flowAtEntry = nil
        unknown.regimeAtEntry = MarketRegime(volatility: .volatile)
        let empty = MarketState(
            instrument: .preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0)))
        let row = added(unknown, empty)
        #expect(row[.unrealizedReturn].isNaN && row[.drawdownReturn].isNaN)
        #expect(row[.cvdSinceEntry].isNaN && row[.entryPersistence].isNaN)
        #expect(row[.entryDayTrend].isNaN && row[.entryVolatility] == 1)
        #expect(!row[.peakReturn].isNaN)
        // Sums of another run, larger than those of now.
        var sums = FlowSums()
        sums.whaleBuy = Money(whole: 1)
        unknown.flowAtEntry = sums
        #expect(added(unknown, empty)[.cvdSinceEntry].isNaN)
    }

    @Test func `are added to a row of the market and leave it as it is`() throws {
        let market = try market()
        var row = FeatureRow()
        row[.return12] = 0.25
        PositionFeatures.add(
            position(.long), market: market, at: firstCandle + .minutes(90),
            needed: FeatureMask([.heldHours]), to: &row)
        #expect(row[.return12] == 0.25 && row[.heldHours] == 1.5)
        let alone = PositionFeatures.compute(
            market, position: position(.long), at: firstCandle + .minutes(90))
        #expect(alone[.heldHours].isNaN && isNear(alone[.unrealizedR], 2))
    }
}

@Suite struct `The regime` {
    private func row(_ hurst: Double, _ percentile: Double, _ day: Double) -> FeatureRow {
        var row = FeatureRow()
        row[.hurst100] = hurst
        row[.volatilityPercentile] = percentile
        row[.return288] = day
        return row
    }

    @Test func `has its words beyond the limits and not at them`() {
        let rules = RegimeRules.standard
        #expect(
            rules.regime(row(0.337, 0.1, -0.02))
                == MarketRegime(persistence: .random, volatility: .normal, dayTrend: .sideways))
        #expect(
            rules.regime(row(0.3369, 0.0999, -0.0201))
                == MarketRegime(persistence: .meanReverting, volatility: .calm, dayTrend: .bear))
        #expect(
            rules.regime(row(0.658, 0.9, 0.03))
                == MarketRegime(persistence: .random, volatility: .normal, dayTrend: .sideways))
        #expect(
            rules.regime(row(0.6581, 0.9001, 0.0301))
                == MarketRegime(persistence: .trending, volatility: .volatile, dayTrend: .bull))
        #expect(RegimeRules.v4.regime(row(0.56, 0.5, 0)).persistence == .trending)
    }

    @Test func `says nothing where its feature is missing`() {
        #expect(RegimeRules.standard.regime(FeatureRow()) == MarketRegime())
        #expect(RegimeRules.needed.count == 3)
    }

    /// 0.4937 and 0.1238 are the mean and deviation of 100,000 series of normal returns; 400 series here.
    @Test func `calls a tenth of chance trending and a tenth mean reverting`() throws {
        var random = Seeded(77)
        var answers: [Double] = []
        for _ in 0..<400 {
            var market = try candleMarket()
            var level = 10_000_000_000.0
            for step in 0..<101 as Range<Int64> {
                // A sum of twelve uniform numbers is nearly normal.
                let sum = (0..<12).map { _ in Double.random(in: -0.5...0.5, using: &random) }
                level *= 1 + sum.reduce(0, +) / 1_000
                let close = Int64(level)
                market.play(
                    kline(
                        firstCandle + .minutes(5) * step, close, close, close, close, volume: 1,
                        takerBuy: 0))
            }
            var row = FeatureRow()
            CandleFeatures.compute(
                market.candles5m, age: 0, needed: FeatureMask([.hurst100]), into: &row)
            answers.append(row[.hurst100])
        }
        let mean = answers.reduce(0, +) / 400
        // Three standard errors.
        #expect(abs(mean - 0.4937) < 0.0186, "\(mean)")
        let trending = answers.filter { $0 > RegimeRules.standard.highestRandom }.count
        let reverting = answers.filter { $0 < RegimeRules.standard.lowestRandom }.count
        #expect((22...58).contains(trending) && (22...58).contains(reverting))
    }
}
