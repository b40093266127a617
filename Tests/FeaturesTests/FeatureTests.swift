import Market
import TestSupport
import Testing
import Trading

@testable import Features

/// 2023-11-14 22:13:00 UTC, the start of a minute.
private let start = Timestamp(milliseconds: 1_699_999_980_000)

private func instrument() throws -> Instrument {
    .preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0))
}

private func price(_ whole: Int64) -> Price { Price(units: whole * FixedPoint.unitsPerOne) }

/// A market fed by prints, and the prints themselves for the slow reference.
private struct Tape {
    var market: MarketState
    var prints: [Print] = []

    init() throws { market = MarketState(instrument: try instrument()) }

    /// `thousands` of USD at `at`, `seconds` after the start.
    mutating func trade(_ side: Side, _ thousands: Int64, at price: Price, seconds: Double) {
        let time = start + Duration(nanoseconds: Int64(seconds * 1e9))
        let units = Int128(thousands) * 1_000 * FixedPoint.moneyUnitsPerOne / Int128(price.units)
        let print = Print(
            tradeID: Int64(prints.count + 1), price: price, quantity: Quantity(units: Int64(units)),
            takerSide: side, venueTime: time)
        prints.append(print)
        _ = market.apply(.print(print), at: time)
    }

    mutating func advance(seconds: Double) -> Timestamp {
        let time = start + Duration(nanoseconds: Int64(seconds * 1e9))
        _ = market.advance(to: time)
        return time
    }
}

private func isNear(_ left: Double, _ right: Double) -> Bool {
    left.isNaN ? right.isNaN : abs(left - right) <= 1e-9 * max(1, abs(right))
}

// MARK: The slow reference, from prints alone

private func balance(_ prints: [Print], whales: Bool?, minutes: Int64, now: Timestamp) -> Double {
    let second = now.nanoseconds / 1_000_000_000
    var buy = 0.0
    var sell = 0.0
    for print in prints where print.venueTime.nanoseconds / 1_000_000_000 > second - minutes * 60 {
        let notional = print.price.double * print.quantity.double
        if let whales, whales != (notional >= 100_000) { continue }
        if print.takerSide == .buy { buy += notional } else { sell += notional }
    }
    return buy + sell > 0 ? (buy - sell) / (buy + sell) : .nan
}

/// Closes of the minutes with prints, oldest first, whose minute has ended.
private func closes(_ prints: [Print], now: Timestamp) -> [(
    close: Double, high: Double, low: Double
)] {
    var minutes: [(minute: Int64, close: Double, high: Double, low: Double)] = []
    for print in prints {
        let minute = print.venueTime.nanoseconds / 60_000_000_000
        let price = print.price.double
        if let last = minutes.last, last.minute == minute {
            minutes[minutes.count - 1] = (
                minute, price, Swift.max(last.high, price), Swift.min(last.low, price)
            )
        } else {
            minutes.append((minute, price, price, price))
        }
    }
    return minutes.filter { $0.minute < now.nanoseconds / 60_000_000_000 }
        .map { ($0.close, $0.high, $0.low) }
}

private func sigma(_ closes: [Double]) -> Double {
    let last = closes.suffix(16)
    var squares: [Double] = []
    for (before, after) in zip(last, last.dropFirst()) {
        squares.append((after / before - 1) * (after / before - 1))
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
}

@Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
func `the fast features agree with the slow reference`(seed: UInt64) throws {
    var generator = Seeded(seed)
    var tape = try Tape()
    var level: Int64 = 60_000
    for step in 0..<2_400 {
        level += Int64.random(in: -12...12, using: &generator)
        let isWhale = Int.random(in: 0..<20, using: &generator) == 0
        let thousands = Int64.random(in: isWhale ? 101...900 : 1...90, using: &generator)
        // Sides alternate in runs of both lengths; each print is a taker order of its own.
        tape.trade(
            Bool.random(using: &generator) ? .buy : .sell, thousands, at: price(level),
            seconds: Double(step) + 0.25)
    }
    let now = tape.advance(seconds: 2_403)
    let row = EntryFeatures.compute(tape.market, at: now)

    func expect(_ feature: FeatureID, _ value: Double) {
        #expect(isNear(row[feature], value), "\(feature.name): \(row[feature]), expected \(value)")
    }
    let prints = tape.prints
    expect(.whaleNet1m, balance(prints, whales: true, minutes: 1, now: now))
    expect(.whaleNet5m, balance(prints, whales: true, minutes: 5, now: now))
    expect(.whaleNet15m, balance(prints, whales: true, minutes: 15, now: now))
    expect(.retailNet1m, balance(prints, whales: false, minutes: 1, now: now))
    expect(.retailNet5m, balance(prints, whales: false, minutes: 5, now: now))
    expect(.retailNet15m, balance(prints, whales: false, minutes: 15, now: now))
    expect(.takerImbalance1m, balance(prints, whales: nil, minutes: 1, now: now))
    expect(.takerImbalance5m, balance(prints, whales: nil, minutes: 5, now: now))
    expect(
        .divergence5m,
        (balance(prints, whales: true, minutes: 5, now: now)
            - balance(prints, whales: false, minutes: 5, now: now)) / 2)
    let candles = closes(prints, now: now)
    let all = candles.map(\.close)
    let usual = sigma(all)
    expect(.volatility15m, usual * 10_000)
    for (feature, age) in [
        (FeatureID.momentum1, 1), (.momentum3, 3), (.momentum5, 5), (.momentum15, 15),
    ] {
        let change = all[all.count - 1] / all[all.count - 1 - age] - 1
        expect(feature, min(max(change / usual / Double(age).squareRoot(), -4), 4))
    }
    let last = candles.suffix(15)
    let high = try #require(last.map(\.high).max())
    let low = try #require(last.map(\.low).min())
    expect(.rangePosition15, (all[all.count - 1] - low) / (high - low) * 2 - 1)
    #expect(row[.spread].isNaN)
    #expect(row[.heldFraction].isNaN)
}

// MARK: Missing values

@Test func `an empty market has no features`() throws {
    let tape = try Tape()
    #expect(EntryFeatures.compute(tape.market, at: start) == FeatureRow())
}

@Test func `a forming candle is not looked at`() throws {
    var tape = try Tape()
    for minute in 0..<10 {
        tape.trade(.buy, 10, at: price(60_000 + Int64(minute)), seconds: Double(minute) * 60)
    }
    let before = EntryFeatures.compute(tape.market, at: start + .minutes(9))
    tape.trade(.buy, 10, at: price(65_000), seconds: 541)
    let after = EntryFeatures.compute(tape.market, at: start + .seconds(541))
    for feature in [
        FeatureID.momentum1, .momentum3, .momentum5, .volatility15m, .rangePosition15,
    ] {
        #expect(!before[feature].isNaN, "\(feature.name)")
        #expect(before[feature] == after[feature], "\(feature.name)")
    }
    #expect(before[.momentum15].isNaN)
}

@Test func `five returns are needed for a volatility`() throws {
    var tape = try Tape()
    for minute in 0..<6 {
        tape.trade(.buy, 10, at: price(60_000 + Int64(minute)), seconds: Double(minute) * 60)
    }
    // Six minutes have begun, five are closed: four returns.
    let few = EntryFeatures.compute(tape.market, at: start + .minutes(5))
    #expect(few[.volatility15m].isNaN && few[.momentum1].isNaN)
    tape.trade(.buy, 10, at: price(60_010), seconds: 360)
    let enough = EntryFeatures.compute(tape.market, at: start + .minutes(6))
    #expect(!enough[.volatility15m].isNaN && !enough[.momentum1].isNaN)
}

@Test func `candles from before a long silence are not neighbors`() throws {
    var tape = try Tape()
    for minute in 0..<10 {
        tape.trade(.buy, 10, at: price(60_000 + Int64(minute)), seconds: Double(minute) * 60)
    }
    tape.trade(.buy, 10, at: price(61_000), seconds: 4 * 3600)
    tape.trade(.buy, 10, at: price(61_000), seconds: 4 * 3600 + 60)
    let row = EntryFeatures.compute(tape.market, at: start + .seconds(4 * 3600 + 60))
    #expect(row[.momentum1].isNaN && row[.volatility15m].isNaN)
}

@Test func `the spread is in basis points of the mid`() throws {
    var tape = try Tape()
    let ticker = BookTicker(
        updateID: 1, bidPrice: price(9_999), bidQuantity: Quantity(units: 1),
        askPrice: price(10_001), askQuantity: Quantity(units: 1), venueTime: start)
    _ = tape.market.apply(.bookTicker(ticker), at: start)
    #expect(EntryFeatures.compute(tape.market, at: start)[.spread] == 2)
}

// MARK: Position features

/// Long from 60,000 with a stop at 59,700: R is 300.
private func long(_ change: (inout PositionInput) -> Void = { _ in }) -> PositionInput {
    var input = PositionInput(
        direction: .long, entryPrice: price(60_000), openedTime: start, maxHold: .minutes(20),
        initialStop: price(59_700), stop: price(59_850), target: price(60_600),
        highestMark: price(60_300), lowestMark: price(59_900))
    change(&input)
    return input
}

@Test func `a long is measured in R`() throws {
    var tape = try Tape()
    tape.trade(.buy, 10, at: price(60_150), seconds: 300)
    let row = PositionFeatures.compute(
        tape.market, position: long(), at: start + .seconds(300))
    #expect(row[.heldFraction] == 0.25)
    #expect(row[.unrealizedR] == 0.5)
    #expect(row[.drawdownR] == 0.5)
    #expect(row[.stopDistanceR] == 1)
    #expect(row[.targetDistanceR] == 1.5)
    #expect(row[.takerAgainst1m] == -1)
    #expect(row[.whaleAgainst1m].isNaN)
    #expect(row[.momentumAgainst1].isNaN)
}

/// Short from 60,000 with a stop at 60,300: R is 300.
@Test func `a short is measured the other way`() throws {
    var tape = try Tape()
    tape.trade(.buy, 200, at: price(60_150), seconds: 300)
    let short = PositionInput(
        direction: .short, entryPrice: price(60_000), openedTime: start, maxHold: .minutes(20),
        initialStop: price(60_300), stop: price(60_300), target: nil, highestMark: price(60_150),
        lowestMark: price(59_850))
    let row = PositionFeatures.compute(tape.market, position: short, at: start + .seconds(300))
    #expect(row[.unrealizedR] == -0.5)
    #expect(row[.drawdownR] == 1)
    #expect(row[.stopDistanceR] == 0.5)
    #expect(row[.targetDistanceR].isNaN)
    #expect(row[.whaleAgainst1m] == 1 && row[.whaleAgainst5m] == 1)
}

/// Closes 60,000 60,060 60,120 60,180 and then 60,090 at a mark of 60,090: one whole candle back 60,120, three
/// back 60,000.
@Test func `movement against the position is measured from whole candles back`() throws {
    var tape = try Tape()
    for (minute, at) in [60_000, 60_060, 60_120, 60_180, 60_090].enumerated() {
        tape.trade(.buy, 10, at: price(Int64(at)), seconds: Double(minute) * 60)
    }
    let now = start + .seconds(240)
    let row = PositionFeatures.compute(tape.market, position: long(), at: now)
    #expect(isNear(row[.momentumAgainst1], 30.0 / 300))
    #expect(isNear(row[.momentumAgainst3], -90.0 / 300))
}

@Test func `a position held too long has used up its time and no more`() throws {
    let tape = try Tape()
    let late = PositionFeatures.compute(
        tape.market, position: long(), at: start + .hours(5))
    #expect(late[.heldFraction] == 1)
    let early = PositionFeatures.compute(
        tape.market, position: long(), at: start - .hours(5))
    #expect(early[.heldFraction] == 0)
}

@Test func `a stop at the entry gives no R, not an infinite one`() throws {
    var tape = try Tape()
    tape.trade(.buy, 10, at: price(60_150), seconds: 300)
    let row = PositionFeatures.compute(
        tape.market, position: long { $0.initialStop = price(60_000) },
        at: start + .seconds(300))
    #expect(row[.unrealizedR].isNaN && row[.stopDistanceR].isNaN)
    #expect(row[.heldFraction] == 0.25)
}

// MARK: The row

@Test func `a row stores infinities as missing and knows all names`() {
    var row = FeatureRow()
    row[.spread] = .infinity
    #expect(row == FeatureRow())
    for feature in FeatureID.allCases {
        #expect(FeatureID(name: feature.name) == feature)
        #expect(Int(feature.rawValue) < FeatureRow.capacity)
    }
    #expect(Set(FeatureID.allCases.map(\.name)).count == FeatureID.allCases.count)
    #expect(FeatureID(name: "whale") == nil)
}
