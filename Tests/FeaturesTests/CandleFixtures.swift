import Market
import TestSupport
import Testing
import Trading

/// 2025-07-01 00:00:00 UTC, a Tuesday.
let firstCandle = Timestamp(milliseconds: 1_751_328_000_000)

func kline(
    _ openTime: Timestamp, _ open: Int64, _ high: Int64, _ low: Int64, _ close: Int64,
    volume: Int64, takerBuy: Int64
) -> Kline {
    Kline(
        openTime: openTime, interval: .minutes(5), open: Price(units: open),
        high: Price(units: high), low: Price(units: low), close: Price(units: close),
        volume: Quantity(units: volume), takerBuyVolume: Quantity(units: takerBuy), isClosed: true,
        venueTime: openTime + .minutes(5))
}

/// A market that is told candles of the venue alone.
func candleMarket(hasTakerVolume: Bool = true) throws -> MarketState {
    var configuration = MarketConfiguration()
    configuration.candlesFromVenue = true
    configuration.hasTakerVolume = hasTakerVolume
    return MarketState(
        instrument: .preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0)),
        configuration: configuration)
}

extension MarketState {
    /// Applies a candle at its end.
    @discardableResult
    mutating func play(_ kline: Kline) -> MarketChange {
        apply(.kline(kline), at: kline.openTime + kline.interval)
    }
}

/// A random walk with calm and wild stretches, candles without any range, and silences.
func generatedKlines(_ count: Int, seed: UInt64) -> [Kline] {
    var random = Seeded(seed)
    var result: [Kline] = []
    var time = firstCandle
    var close: Int64 = 5_000_000_000_000
    var step: Int64 = 1_000
    // Of coarse steps many are alike: rises as long as falls.
    var grain: Int64 = 10_000_000
    while result.count < count {
        if Int.random(in: 0..<60, using: &random) == 0 {
            let isCoarse = Bool.random(using: &random)
            grain = isCoarse ? 5_000_000_000 : 10_000_000
            step = Int64.random(in: 0...(isCoarse ? 6 : 4_000), using: &random)
        }
        switch Int.random(in: 0..<400, using: &random) {
        case 0: time = time + .minutes(5 * Int64.random(in: 2...9, using: &random))
        case 1 where result.count % 3 == 0: time = time + .hours(7)
        default: break
        }
        let open = close
        // Never lower than half of the beginning.
        close = max(
            2_500_000_000_000,
            open + Int64.random(in: -step...step, using: &random) * grain)
        let wick = step / 3 * grain
        let high = max(open, close) + Int64.random(in: 0...1, using: &random) * wick
        let low = min(open, close) - Int64.random(in: 0...1, using: &random) * wick
        let volume = Int64.random(in: 1...900_000_000_000, using: &random)
        result.append(
            kline(
                time, open, high, low, close, volume: volume,
                takerBuy: Int64.random(in: 0...volume, using: &random)))
        time = time + .minutes(5)
    }
    return result
}

func isNear(_ left: Double, _ right: Double, tolerance: Double = 1e-12) -> Bool {
    left.isNaN ? right.isNaN : abs(left - right) <= tolerance * max(1, abs(right))
}

let candleFeatures = FeatureID.allCases.filter { $0.group.isOfCandles }

func expectPlain(
    _ row: FeatureRow, _ plain: PlainCandles, _ place: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for feature in candleFeatures {
        let expected = plain.value(feature)
        let known = expected.isFinite ? expected : .nan
        if !isNear(row[feature], known) {
            Issue.record(
                "\(feature.name): \(row[feature]), expected \(known), \(place())",
                sourceLocation: sourceLocation)
        }
    }
}
