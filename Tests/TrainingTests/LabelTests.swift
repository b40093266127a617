import TestSupport
import Testing
import Trading

@testable import Training

/// Five-minute candles of these opens, highs, lows and closes.
func path(_ rows: [(Double, Double, Double, Double)]) -> PricePath {
    PricePath(
        interval: .minutes(5),
        openTimes: rows.indices.map { Timestamp(milliseconds: Int64($0) * 300_000) },
        opens: rows.map(\.0), highs: rows.map(\.1), lows: rows.map(\.2), closes: rows.map(\.3))
}

/// A seeded walk whose candles join.
func walk(_ count: Int, seed: UInt64, step: Double = 0.004) -> PricePath {
    var generator = Seeded(seed)
    var rows: [(Double, Double, Double, Double)] = []
    var price = 100.0
    for _ in 0..<count {
        let open = price
        var (high, low) = (open, open)
        for _ in 0..<4 {
            price *= 1 + step * (Double.random(in: -1...1, using: &generator))
            high = max(high, price)
            low = min(low, price)
        }
        // Now and then the next candle opens elsewhere.
        let jump = Double.random(in: 0...1, using: &generator) < 0.05 ? 1 + 3 * step : 1
        rows.append((open, high, low, price))
        price *= jump
    }
    return path(rows)
}

private let bracket = Bracket(stop: 0.01, target: 0.02, horizon: 3, costs: 0.001)

@Test func `a candle that spans both barriers is a stop`() {
    let outcome = bracket.outcome(
        path([
            (100, 100, 100, 100), (100, 103, 98, 101), (101, 101, 101, 101), (101, 101, 101, 101),
        ]), entry: 0, direction: .long)
    #expect(outcome?.end == .stop && outcome?.exitIndex == 1)
    #expect(abs((outcome?.net ?? 0) + 0.011) < 1e-12)
}

@Test func `a stop fills at the open where the candle opens beyond it`() {
    let rows: [(Double, Double, Double, Double)] = [
        (100, 100, 100, 100), (97, 98, 96, 97), (97, 97, 97, 97), (97, 97, 97, 97),
    ]
    let long = bracket.outcome(path(rows), entry: 0, direction: .long)
    #expect(abs((long?.net ?? 0) + 0.031) < 1e-12)
    // For a short the same fall is the target, which fills at its own price: 2 % − 0.1 %.
    let short = bracket.outcome(path(rows), entry: 0, direction: .short)
    #expect(short?.end == .target && abs((short?.net ?? 0) - 0.019) < 1e-12)
}

@Test(arguments: [(100.05, false), (100.1, false), (100.2, true)])
func `a time-out is judged by its sign after costs`(close: Double, isWin: Bool) {
    let outcome = bracket.outcome(
        path([
            (100, 100, 100, 100), (100, 100.5, 99.5, 100), (100, 100.5, 99.5, 100),
            (100, 100.5, 99.5, close),
        ]), entry: 0, direction: .long)
    #expect(outcome?.end == .time && outcome?.exitIndex == 3)
    #expect(outcome?.isWin == isWin)
}

@Test func `an entry whose horizon is not there whole has no label`() {
    let whole = walk(6, seed: 1)
    #expect(bracket.outcome(whole, entry: 2, direction: .long) != nil)
    #expect(bracket.outcome(whole, entry: 3, direction: .long) == nil)
    var times = whole.openTimes
    times[4] = times[4] + .minutes(5)
    times[5] = times[5] + .minutes(5)
    let holed = PricePath(
        interval: whole.interval, openTimes: times, opens: whole.opens, highs: whole.highs,
        lows: whole.lows, closes: whole.closes)
    #expect(bracket.outcome(holed, entry: 2, direction: .long) == nil)
    #expect(bracket.outcome(holed, entry: 0, direction: .long) != nil)
}

/// The rules again, from the other end: every price touched in order, no early return.
private func slowNet(_ path: PricePath, _ entry: Int, _ direction: Direction, _ bracket: Bracket)
    -> Double?
{
    guard entry + bracket.horizon < path.count else { return nil }
    let sign = direction == .long ? 1.0 : -1.0
    let price = path.closes[entry]
    var gross: Double?
    for index in (entry + 1)...(entry + bracket.horizon) {
        let adverse = direction == .long ? path.lows[index] : path.highs[index]
        let kind = direction == .long ? path.highs[index] : path.lows[index]
        let stopPrice = price * (1 - sign * bracket.stop)
        if gross == nil && sign * adverse <= sign * stopPrice {
            let fill =
                sign * path.opens[index] < sign * stopPrice ? path.opens[index] : stopPrice
            gross = sign * (fill / price - 1)
        }
        if gross == nil && sign * kind >= sign * (price * (1 + sign * bracket.target)) {
            gross = bracket.target
        }
    }
    return (gross ?? sign * (path.closes[entry + bracket.horizon] / price - 1)) - bracket.costs
}

@Test(arguments: [UInt64(1), 2, 3])
func `labels agree with a slow reading of the rules`(seed: UInt64) {
    let path = walk(400, seed: seed)
    let bracket = Bracket(stop: 0.012, target: 0.015, horizon: 12, costs: 0.0011)
    var ends: Set<BracketEnd> = []
    for direction in [Direction.long, .short] {
        let outcomes = bracket.outcomes(path, direction: direction)
        for entry in 0..<path.count {
            let slow = slowNet(path, entry, direction, bracket)
            #expect((outcomes[entry] == nil) == (slow == nil))
            if let outcome = outcomes[entry], let slow {
                #expect(abs(outcome.net - slow) < 1e-12, "seed \(seed), entry \(entry)")
                ends.insert(outcome.end)
            }
        }
    }
    #expect(ends == [.stop, .target, .time])
}

@Test(arguments: [UInt64(4), 5])
func `exit labels compare leaving now with the bracket's end`(seed: UInt64) {
    let path = walk(300, seed: seed)
    let bracket = Bracket(stop: 0.02, target: 0.02, horizon: 12, costs: 0.0011)
    var looked = 0
    for direction in [Direction.long, .short] {
        let sign = direction == .long ? 1.0 : -1.0
        for entry in 0..<path.count {
            guard let outcome = bracket.outcome(path, entry: entry, direction: direction) else {
                continue
            }
            let position = SampledPosition(
                direction: direction, entryIndex: entry, outcome: outcome)
            let looks = ExitLabels.looks(at: position, path: path, bracket: bracket)
            #expect(looks.map(\.index) == Array(entry + 1..<max(entry + 1, outcome.exitIndex)))
            for look in looks {
                // Both ways pay the costs once.
                let leave = sign * (path.closes[look.index] / path.closes[entry] - 1) - 0.0011
                #expect(abs(look.advantage - (leave - outcome.net)) < 1e-12)
                let seen = path.highs[(entry + 1)...look.index].max() ?? 0
                #expect(look.highest == max(seen, path.closes[entry]))
                let bottom = path.lows[(entry + 1)...look.index].min() ?? 0
                #expect(look.lowest == min(bottom, path.closes[entry]))
                looked += 1
            }
        }
    }
    #expect(looked > 1000)
}

@Test func `sampled positions are the signals and as many others as asked, once each`() {
    let path = walk(500, seed: 9)
    let outcomes = bracket.outcomes(path, direction: .long)
    let isSignal = (0..<500).map { $0 % 10 == 3 }
    var generator = SplitMix(seed: 7)
    let chosen = ExitLabels.positions(
        outcomes: outcomes, direction: .long, isSignal: isSignal, maxSignals: 20, random: 30,
        using: &generator)
    let entries = chosen.map(\.entryIndex)
    #expect(entries == entries.sorted() && Set(entries).count == 50)
    #expect(entries.filter { isSignal[$0] }.count == 20)
    var again = SplitMix(seed: 7)
    let same = ExitLabels.positions(
        outcomes: outcomes, direction: .long, isSignal: isSignal, maxSignals: 20, random: 30,
        using: &again)
    #expect(same == chosen)
}
