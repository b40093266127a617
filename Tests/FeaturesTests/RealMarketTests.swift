import Foundation
import Market
import TestSupport
import Testing
import Trading

@testable import Features

/// The lines of a packed table, header first.
private func lines(_ file: String) throws -> [Substring] {
    let path = try #require(MarketDataFolder.path) + "/" + file
    let pipe = try #require(popen("gzip -dc '\(path)'", "r"))
    defer { pclose(pipe) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&part, 1, part.count, pipe)
        if count == 0 { break }
        bytes += part[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
}

/// An exact decimal in steps of 10⁻⁸.
private func units(_ text: Substring) throws -> Int64 {
    let units = try #require(FixedPoint.units(String(text), digits: 8), "\(text)")
    return try #require(Int64(exactly: units))
}

/// Candles of a table of `open_time,open,high,low,close,volume,close_time,quote,count,taker_buy,...`.
private func klines(_ file: String) throws -> [Kline] {
    try lines(file).dropFirst().map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return kline(
            Timestamp(milliseconds: try #require(Int64(fields[0]))), try units(fields[1]),
            try units(fields[2]), try units(fields[3]), try units(fields[4]),
            volume: try units(fields[5]), takerBuy: try units(fields[9]))
    }
}

@Suite(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
struct `Candle features of real markets` {
    /// Rows a few hundred candles apart, and all rows of the hours around two outages of the exchange and the crash of
    /// 2025-10-10.
    @Test(arguments: ["BTCUSDT", "SOLUSDT", "NEARUSDT", "1000PEPEUSDT"])
    func `agree with the slow reference`(symbol: String) throws {
        let all = try klines("candles-5m/\(symbol)-5m-2025-01_10.csv.gz")
        #expect(all.count == 87_552)
        var market = try candleMarket()
        var candles: [Candle] = []
        var rows = 0
        let special = [1_738_113_900_000, 1_756_448_400_000, 1_760_130_600_000] as [Int64]
        for (index, kline) in all.enumerated() {
            guard market.play(kline) == .candleClosed5m else { continue }
            candles.append(try #require(market.candles5m.last))
            let isNearEvent = special.contains {
                abs(kline.openTime.milliseconds - $0) < 5_400_000
            }
            guard index % 1_499 == 0 || isNearEvent else { continue }
            rows += 1
            let row = EntryFeatures.compute(
                market, at: kline.openTime + .minutes(5), needed: .candles)
            expectPlain(
                row, PlainCandles(candles: candles.suffix(8_720)), "\(symbol) row \(index)")
        }
        // Five candles had no volume.
        #expect(candles.count == all.count - 5)
        #expect(rows > 150)
        #expect(market.counts.quarantined == 0)
    }
}

@Suite(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
struct `Flow features of a real market` {
    /// 31 hours of trades. Only two of them reach 100,000: whales begin at 5,000 here.
    @Test func `agree with the slow reference`() throws {
        var configuration = MarketConfiguration()
        configuration.whaleThreshold = Money(whole: 5_000)
        var market = MarketState(
            instrument: .preset(try #require(SymbolName("LTCUSDT")), id: InstrumentID(0)),
            configuration: configuration)
        var tape: [Print] = []
        let table = try lines("trades-spot/LTCUSDT-trades-2025-06-21_22.csv.gz").dropFirst()
        for line in table {
            let fields = line.split(separator: ",")
            tape.append(
                Print(
                    tradeID: try #require(Int64(fields[4])),
                    price: Price(units: try units(fields[1])),
                    quantity: Quantity(units: try units(fields[2])),
                    takerSide: fields[3] == "buy" ? .buy : .sell,
                    venueTime: Timestamp(milliseconds: try #require(Int64(fields[0])))))
        }
        #expect(tape.count == 152_763)
        var next = tape[0].venueTime.floor(to: .hours(1)) + .hours(6)
        var rows = 0
        for (index, print) in tape.enumerated() {
            if print.venueTime >= next {
                _ = market.advance(to: next)
                let row = EntryFeatures.compute(market, at: next, needed: FeatureMask(.flow))
                let recent = tape[..<index].drop { $0.venueTime < next - .hours(4) }
                expectPlainFlow(row, Array(recent), whale: 5_000, at: next, "row \(rows)")
                rows += 1
                next = next + .hours(3) + .minutes(7)
            }
            _ = market.apply(print, at: print.venueTime)
        }
        #expect(rows >= 8)
        #expect(market.counts.quarantined == 0 && market.counts.duplicatePrints == 0)
    }
}
