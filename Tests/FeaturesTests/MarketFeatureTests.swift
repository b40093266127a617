import Market
import TestSupport
import Testing
import Trading

@testable import Features

/// 2025-07-01 12:00 UTC.
private let noon = firstCandle + .hours(12)

private func price(_ whole: Int64) -> Price { Price(units: whole * FixedPoint.unitsPerOne) }
private func quantity(_ whole: Int64) -> Quantity { Quantity(units: whole * 100_000_000) }

private func instrument() throws -> Instrument {
    .preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0))
}

// MARK: Flow, from prints alone

/// Five hours of prints, several of which belong to one taker order.
private func prints(seed: UInt64) -> [Print] {
    var random = Seeded(seed)
    var result: [Print] = []
    var time = noon
    var side = Side.buy
    while time < noon + .hours(5) {
        if Int.random(in: 0..<3, using: &random) > 0 {
            time = time + .milliseconds(Int64.random(in: 1...12_000, using: &random))
            side = Bool.random(using: &random) ? .buy : .sell
        }
        let dollars = Int64.random(in: 1...70_000, using: &random)
        let level = Int64.random(in: 59_900...60_100, using: &random)
        result.append(
            Print(
                tradeID: Int64(result.count + 1), price: price(level),
                quantity: Quantity(units: dollars * 100_000_000 / level), takerSide: side,
                venueTime: time))
    }
    // The last may be stamped after the end.
    return result.filter { $0.venueTime < noon + .hours(5) }
}

@Test(arguments: [1, 2, 3] as [UInt64])
func `flow features agree with the slow reference`(seed: UInt64) throws {
    let tape = prints(seed: seed)
    var market = MarketState(instrument: try instrument())
    for print in tape { _ = market.apply(print, at: print.venueTime) }
    let now = noon + .hours(5)
    _ = market.advance(to: now)
    let row = EntryFeatures.compute(market, at: now, needed: FeatureMask(.flow))
    expectPlainFlow(row, tape, whale: 100_000, at: now, "seed \(seed)")
    #expect(!row[.whaleNet4h].isNaN && !row[.largestSweep15m].isNaN)
}

@Test func `flow of a window that is not whole yet is missing`() throws {
    var market = MarketState(instrument: try instrument())
    for print in prints(seed: 9) where print.venueTime < noon + .minutes(59) {
        _ = market.apply(print, at: print.venueTime)
    }
    let now = noon + .minutes(59)
    _ = market.advance(to: now)
    let row = EntryFeatures.compute(market, at: now)
    #expect(!row[.intensity15m].isNaN && !row[.largestSweep15m].isNaN)
    #expect(row[.whaleNet1h].isNaN && row[.sweepCount5m].isNaN && row[.takerImbalance4h].isNaN)
    let first = EntryFeatures.compute(market, at: noon)
    #expect(first[.intensity1m].isNaN)
}

// MARK: Open interest and funding

/// A market with candles until noon, whose closes are `closes`.
private func market(closes: [Int64]) throws -> MarketState {
    var market = try candleMarket()
    for (step, close) in closes.enumerated() {
        market.play(
            kline(
                noon - .minutes(5) * Int64(closes.count - step), close, close + 5, close - 5,
                close, volume: 10, takerBuy: 5))
    }
    return market
}

@Test(arguments: [1, 2, 3] as [UInt64])
func `open interest features agree with the slow reference`(seed: UInt64) throws {
    var random = Seeded(seed)
    let closes = (0..<100).map { _ in Int64.random(in: 90_000_000...110_000_000, using: &random) }
    var market = try market(closes: closes)
    var counts: [Double] = []
    for step in 0..<80 as Range<Int64> {
        // Several counts in five minutes, the last up to two minutes before their end.
        for part in [150, 240 + Int64.random(in: 0...60, using: &random)] {
            let time = noon - .minutes(5) * (80 - step) + .seconds(part)
            let units = Int64.random(in: 900_000...1_100_000, using: &random)
            let interest = OpenInterest(quantity: Quantity(units: units), venueTime: time)
            #expect(market.apply(.openInterest(interest), at: time) == .openInterestChanged)
            if part >= 240 { counts.append(Double(units)) }
        }
    }
    let row = EntryFeatures.compute(market, at: noon + .milliseconds(300))
    let now = counts[79]
    func expect(_ feature: FeatureID, _ value: Double) {
        #expect(isNear(row[feature], value), "\(feature.name): \(row[feature]), \(value)")
    }
    expect(.openInterestChange1, now / counts[78] - 1)
    expect(.openInterestChange5, now / counts[74] - 1)
    expect(.openInterestChange20, now / counts[59] - 1)
    func slope(_ values: ArraySlice<Double>) -> Double {
        let mean = values.reduce(0, +) / 6
        let up = values.enumerated().map { (Double($0) - 2.5) * ($1 - mean) }.reduce(0, +)
        let across = (0..<6).map { (Double($0) - 2.5) * (Double($0) - 2.5) }.reduce(0, +)
        return up / across / mean
    }
    expect(.openInterestVelocity, slope(counts[74...79]))
    expect(.openInterestAcceleration, slope(counts[74...79]) - slope(counts[68...73]))
    let last = counts.suffix(72)
    let mean = last.reduce(0, +) / 72
    let variance = last.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 72
    expect(.openInterestZ, (now - mean) / variance.squareRoot())
    func moves(_ values: [Double]) -> Double {
        let window = Array(values.suffix(73))
        let squares = zip(window, window.dropFirst()).map { ($1 / $0 - 1) * ($1 / $0 - 1) }
        let usual = (squares.reduce(0, +) / 72).squareRoot()
        return (window[72] / window[67] - 1) / (usual * 5.0.squareRoot())
    }
    expect(.openInterestDivergence, moves(closes.map(Double.init)) - moves(counts))
}

@Test func `open interest is as of the candle's end, and missing where it is not counted`() throws {
    var market = try market(closes: Array(repeating: 100_000_000, count: 30))
    func count(_ whole: Int64, minutes: Int64) {
        let time = noon + .minutes(minutes)
        let interest = OpenInterest(quantity: quantity(whole), venueTime: time)
        _ = market.apply(.openInterest(interest), at: max(time, noon))
    }
    count(100, minutes: -30)
    // 20 minutes without a count: nothing 15 minutes ago, and nothing 10.
    count(110, minutes: -5)
    count(121, minutes: 0)
    // After the end of the candle: not looked at.
    count(500, minutes: 1)
    let row = EntryFeatures.compute(market, at: noon + .minutes(1))
    #expect(isNear(row[.openInterestChange1], 0.1))
    // 25 minutes ago the count of 30 minutes ago was 5 minutes old.
    #expect(isNear(row[.openInterestChange5], 0.21))
    #expect(row[.openInterestChange20].isNaN && row[.openInterestVelocity].isNaN)
    #expect(row[.openInterestZ].isNaN && row[.openInterestDivergence].isNaN)
    // The last count is 11 minutes before the end of a candle.
    var late = try candleMarket()
    late.play(kline(noon - .minutes(5), 500, 500, 500, 500, volume: 1, takerBuy: 0))
    for minutes in [-16, -11] as [Int64] {
        let interest = OpenInterest(
            quantity: quantity(1), venueTime: noon + .minutes(minutes))
        _ = late.apply(.openInterest(interest), at: noon)
    }
    #expect(EntryFeatures.compute(late, at: noon)[.openInterestChange1].isNaN)
}

@Test func `funding features agree with the slow reference`() throws {
    var market = try market(closes: [100_000_000])
    var random = Seeded(3)
    var rates: [Double] = []
    func told() -> FeatureRow { EntryFeatures.compute(market, at: noon) }
    for step in 0..<31 as Range<Int64> {
        let units = Int64.random(in: -40_000...60_000, using: &random)
        rates.append(Double(units) / 10_000)
        // The last at 08:00, four hours before noon.
        let time = noon - .hours(4) - .hours(8) * (30 - step)
        let settlement = FundingSettlement(rate: Rate(units: units), venueTime: time)
        #expect(market.apply(.funding(settlement), at: noon) == .fundingSettled)
        // What was settled long ago is no news of now.
        #expect(told()[.fundingRate].isNaN == (step < 30))
    }
    let row = told()
    #expect(isNear(row[.fundingRate], rates[30]))
    #expect(isNear(row[.fundingChange], rates[30] - rates[29]))
    #expect(isNear(row[.fundingSum8], rates.suffix(8).reduce(0, +)))
    let last = rates.suffix(30)
    let mean = last.reduce(0, +) / 30
    let variance = last.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 30
    #expect(isNear(row[.fundingZ], (rates[30] - mean) / variance.squareRoot()))
    #expect(row[.fundingPredicted].isNaN)
    // Settled after the candle's end: not looked at.
    let later = FundingSettlement(rate: Rate(units: 90_000), venueTime: noon + .seconds(1))
    _ = market.apply(.funding(later), at: noon + .seconds(1))
    #expect(
        EntryFeatures.compute(market, at: noon + .seconds(1))[.fundingRate] == row[.fundingRate])
}

@Test func `funding needs as many settlements as it looks at`() throws {
    var market = try market(closes: [100_000_000])
    for step in 0..<30 as Range<Int64> {
        let time = noon - .hours(8) + .minutes(step)
        let settlement = FundingSettlement(rate: Rate(units: step * 100), venueTime: time)
        _ = market.apply(.funding(settlement), at: noon)
        let row = EntryFeatures.compute(market, at: noon)
        #expect(!row[.fundingRate].isNaN)
        #expect(row[.fundingChange].isNaN == (step < 1))
        #expect(row[.fundingSum8].isNaN == (step < 7))
        #expect(row[.fundingZ].isNaN == (step < 29))
    }
}

// MARK: Basis, forced orders, magnets, book

private func mark(_ whole: Int64, index: Int64?, at time: Timestamp) -> MarketData {
    .markPrice(
        MarkPriceUpdate(
            markPrice: price(whole), indexPrice: index.map { price($0) },
            fundingRate: Rate(units: 12_500), nextFundingTime: nil, venueTime: time))
}

/// 60,030 over 60,000 is five basis points; 0.000125 is 1.25.
@Test func `the basis is that of the venue's own mark, while it is not stale`() throws {
    var market = MarketState(instrument: try instrument())
    let print = Print(
        tradeID: 1, price: price(60_000), quantity: quantity(1), takerSide: .buy, venueTime: noon)
    _ = market.apply(print, at: noon)
    #expect(EntryFeatures.compute(market, at: noon)[.basis].isNaN)
    _ = market.apply(mark(60_030, index: nil, at: noon), at: noon)
    let without = EntryFeatures.compute(market, at: noon)
    #expect(without[.basis].isNaN && isNear(without[.fundingPredicted], 1.25))
    _ = market.apply(mark(60_030, index: 60_000, at: noon), at: noon)
    let row = EntryFeatures.compute(market, at: noon + .seconds(5))
    #expect(isNear(row[.basis], 5) && isNear(row[.fundingPredicted], 1.25))
    let stale = EntryFeatures.compute(market, at: noon + .milliseconds(5_001))
    #expect(stale[.basis].isNaN && stale[.fundingPredicted].isNaN)
}

/// In an hour 300 bought and 100 sold by force, in five minutes only the 100.
@Test func `forced orders are balanced over five minutes and an hour`() throws {
    var market = MarketState(instrument: try instrument())
    #expect(EntryFeatures.compute(market, at: noon)[.forcedImbalance1h].isNaN)
    func force(_ side: Side, _ whole: Int64, minutes: Int64) {
        let time = noon + .minutes(minutes)
        let order = ForcedOrder(
            side: side, price: price(1), quantity: quantity(whole), venueTime: time)
        _ = market.apply(.forcedOrder(order), at: time)
    }
    force(.sell, 900, minutes: -60)
    force(.buy, 300, minutes: -59)
    force(.sell, 100, minutes: -4)
    let row = EntryFeatures.compute(market, at: noon)
    #expect(isNear(row[.forcedImbalance5m], -1))
    #expect(isNear(row[.forcedImbalance1h], 0.5))
}

/// Mark 100: SHORT clusters at 101 and 102 of 30 and 10, LONG at 98 of 40; the others are too far, or on the wrong side.
@Test func `magnets are the clusters within three per cent`() throws {
    var market = MarketState(instrument: try instrument())
    _ = market.apply(mark(100, index: nil, at: noon), at: noon)
    func cluster(_ whole: Int64, _ direction: Direction, _ notional: Int64) -> LiquidationCluster {
        LiquidationCluster(
            price: price(whole), liquidates: direction, notional: Money(whole: notional))
    }
    let clusters = [
        cluster(104, .short, 500), cluster(98, .long, 40), cluster(101, .short, 30),
        cluster(102, .short, 10), cluster(99, .short, 70), cluster(101, .long, 70),
        cluster(96, .long, 500), cluster(99, .long, 0), cluster(102, .short, -9),
    ]
    _ = market.apply(.clusters(clusters, venueTime: noon), at: noon)
    let row = EntryFeatures.compute(market, at: noon)
    #expect(isNear(row[.magnetDistanceUp], 0.01) && isNear(row[.magnetDistanceDown], 0.02))
    #expect(isNear(row[.magnetStrengthUp], 0.5) && isNear(row[.magnetStrengthDown], 0.5))
    let stale = EntryFeatures.compute(market, at: noon + .minutes(5) + .milliseconds(1))
    #expect(stale[.magnetDistanceUp].isNaN && stale[.magnetStrengthDown].isNaN)
    _ = market.apply(.clusters([cluster(101, .short, 30)], venueTime: noon), at: noon)
    let above = EntryFeatures.compute(market, at: noon)
    #expect(above[.magnetDistanceDown].isNaN && above[.magnetStrengthDown] == 0)
    #expect(above[.magnetStrengthUp] == 1)
}

@Test func `the book leans to the side that has more at the touch`() throws {
    var market = MarketState(instrument: try instrument())
    let ticker = BookTicker(
        updateID: 1, bidPrice: price(9_999), bidQuantity: quantity(3), askPrice: price(10_001),
        askQuantity: quantity(1), venueTime: noon)
    _ = market.apply(.bookTicker(ticker), at: noon)
    #expect(EntryFeatures.compute(market, at: noon)[.bookImbalance] == 0.5)
    let stale = EntryFeatures.compute(market, at: noon + .milliseconds(5_001))
    #expect(stale[.bookImbalance].isNaN && stale[.spread] == 2)
}

// MARK: The row

@Test func `a scorecard's row has the scorecard's features and costs nothing else`() throws {
    var market = MarketState(instrument: try instrument())
    for print in prints(seed: 4) { _ = market.apply(print, at: print.venueTime) }
    let now = noon + .hours(5)
    _ = market.advance(to: now)
    let whole = EntryFeatures.compute(market, at: now)
    let row = EntryFeatures.compute(market, at: now, needed: .scorecard)
    for feature in FeatureID.allCases {
        let isOf = FeatureMask.scorecard.contains(feature) && !whole[feature].isNaN
        #expect(row[feature].isNaN == !isOf, "\(feature.name)")
        if isOf { #expect(row[feature] == whole[feature], "\(feature.name)") }
    }
    #expect(!row[.momentum15].isNaN && !whole[.return12].isNaN)
}

@Test func `after a silence the last candles are not the present`() throws {
    let market = try market(closes: [100_000_000, 100_000_100])
    let needed = FeatureMask.candles
    // The last candle began five minutes before noon.
    let row = EntryFeatures.compute(market, at: noon + .minutes(10), needed: needed)
    #expect(!row[.return1].isNaN)
    let late = EntryFeatures.compute(
        market, at: noon + .minutes(10) + .milliseconds(1), needed: needed)
    #expect(late == FeatureRow())
}
