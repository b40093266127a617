import Foundation
import Messages
import Models
import Research
import Risk
import TestSupport
import Testing
import Trading

struct BacktestTests {
    /// A walk of so many candles, up and down by half a per cent at most.
    private static func candles(_ count: Int, seed: UInt64 = 21) throws -> CandleTable {
        var random = Seeded(seed)
        var rows: [(Double, Double, Double, Double)] = []
        var price = 50_000.0
        for _ in 0..<count {
            let close = (price * Double.random(in: 0.995...1.0051, using: &random)).rounded()
            rows.append((price, max(price, close) + 60, min(price, close) - 60, close))
            price = close
        }
        return try Hand.candles(rows)
    }

    private static func settings(long: Double = 2, warmUp: Int = 20) throws -> BacktestSettings {
        var settings = BacktestSettings(
            profile: .research, models: try Hand.models(long: long, short: -5, exit: -5))
        settings.warmUp = warmUp
        return settings
    }

    @Test func `a back-test says the same as JSON, as text, and the second time`() throws {
        let candles = try Self.candles(600)
        let result = try Backtest.run(
            candles: candles, funding: [], settings: try Self.settings())
        let again = try Backtest.run(
            candles: candles, funding: [], settings: try Self.settings())
        #expect(result.json() == again.json())
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(result.json())) as? [String: Any])
        let trades = try #require(json["trades"] as? [[String: Any]])
        #expect(trades.count == result.run.trades.count)
        #expect(trades.count > 5)
        #expect(result.tradeLines.count == trades.count + 1)
        let first = try #require(trades.first)
        for key in [
            "side", "quantity", "entryTime", "exitTime", "entryPrice", "exitPrice",
            "entryProbability", "entryThreshold", "exitProbability", "reason", "notional",
            "grossPnL", "fees", "funding", "slippage", "netPnL", "multipleOfR",
        ] {
            #expect(first[key] != nil, "\(key)")
        }
        // 1 / (1 + e⁻²).
        let probability = try #require(first["entryProbability"] as? Double)
        #expect(abs(probability - 0.880_797_077_977_882) < 1e-12)
        let statistics = try #require(json["statistics"] as? [String: Any])
        #expect(statistics["trades"] as? Int == trades.count)
        // 580 candles of five minutes: two days, of which one is whole.
        #expect(statistics["sharpe"] is NSNull)
        #expect(statistics["returnDays"] as? Int == 1)
        let funnel = try #require(statistics["funnel"] as? [String: Any])
        #expect(funnel["candles"] as? Int == 600)
        #expect(funnel["warmingUp"] as? Int == 20)
        #expect(result.summaryLines.contains { $0.contains("\(trades.count) trades") })
    }

    @Test func `decisions are made from the first day to the one before the last`() throws {
        // Four days.
        let candles = try Self.candles(4 * 288)
        var settings = try Self.settings(warmUp: 100)
        settings.from = CalendarDay.parse("2025-01-02")
        settings.to = CalendarDay.parse("2025-01-04")
        let result = try Backtest.run(candles: candles, funding: [], settings: settings)
        let decided = result.run.decisions.filter { $0.outcome != .notReady(.warmingUp) }
        #expect(decided.count == 2 * 288)
        #expect(decided.first.map { CalendarDay.text($0.candleOpenTime) } == "2025-01-02")
        #expect(decided.last.map { CalendarDay.text($0.candleOpenTime) } == "2025-01-03")
        #expect(result.statistics.days == 2)
        #expect(result.run.trades.allSatisfy { $0.trip.openedTime >= result.run.start })
    }

    @Test func `a history longer than the core keeps does not hold decisions back`() throws {
        let count = 8_720 + 300
        var rows: [(Double, Double, Double, Double)] = []
        for index in 0..<count {
            let price = 50_000.0 + Double(index % 5)
            rows.append((price, price + 1, price - 1, price))
        }
        for warmUp in [8_719, 8_900] {
            let result = try Backtest.run(
                candles: try Hand.candles(rows), funding: [],
                settings: try Self.settings(long: -5, warmUp: warmUp))
            let decided = result.run.decisions.count { $0.outcome != .notReady(.warmingUp) }
            #expect(decided == count - warmUp)
        }
        var settings = try Self.settings(long: -5)
        settings.from = Timestamp(milliseconds: Hand.start + 9_000 * Hand.interval)
        let late = try Backtest.run(
            candles: try Hand.candles(rows), funding: [], settings: settings)
        #expect(late.run.decisions.count { $0.outcome != .notReady(.warmingUp) } == count - 9_000)
    }

    @Test func `candles without trades are neither decided on nor counted as warm-up`() throws {
        let full = try Self.candles(200)
        var holed = CandleTable(
            symbol: full.symbol, interval: full.interval, hasTakerVolume: true)
        for index in 0..<full.count {
            var row = full[index]
            if (10..<15).contains(index) || index == 150 {
                row.volume = 0
                row.takerBuyVolume = 0
            }
            holed.append(row)
        }
        let result = try Backtest.run(
            candles: holed, funding: [], settings: try Self.settings(warmUp: 50))
        let decided = result.run.decisions.filter { $0.outcome != .notReady(.warmingUp) }
        #expect(decided.count == 149)
        #expect(decided.first?.candleOpenTime.milliseconds == full.openTimes[50])
    }

    @Test func `minutes are walked in minutes and decided on in fives`() throws {
        var minutes = CandleTable(
            symbol: try Hand.symbol(), interval: .minutes(1), hasTakerVolume: true)
        let fives = try Self.candles(120)
        for index in 0..<fives.count {
            for part in 0..<5 {
                var row = fives[index]
                row.openTime += Int64(part) * 60_000
                row.open = part == 0 ? row.open : row.close
                minutes.append(row)
            }
        }
        let result = try Backtest.run(
            candles: minutes, funding: [], settings: try Self.settings())
        #expect(result.run.decisions.count == 120)
        #expect(result.run.trades.count > 0)
        var profile = Profile.bracket
        profile.warmUpCandles = 0
        var settings = try Self.settings()
        settings.profile = profile
        let byMinute = try Backtest.run(candles: minutes, funding: [], settings: settings)
        #expect(byMinute.run.decisions.count == 600)
    }

    @Test func `what cannot be back-tested is refused in one line`() throws {
        let candles = try Self.candles(100)
        func refusal(_ change: (inout BacktestSettings) -> Void) throws -> String {
            var settings = try Self.settings()
            change(&settings)
            do throws(BacktestError) {
                _ = try Backtest.run(candles: candles, funding: [], settings: settings)
            } catch { return error.description }
            return "accepted"
        }
        #expect(
            try refusal { $0.profile = .bracket }
                == "the profile decides on candles of 60 s, and the file has candles of 300 s: "
                + "name another profile or file")
        #expect(
            try refusal { $0.warmUp = 100 }
                == "100 candles are too few: 100 are the warm-up")
        #expect(
            try refusal { $0.from = CalendarDay.parse("2026-01-01") }
                == "the file ends before 2026-01-01: name an earlier day, or another file")
        #expect(try refusal { $0.profile = .guarded }.contains("guarded"))
        #expect(try refusal { _ in } == "accepted")
    }

    @Test func `the bracket of a set is taken whole`() {
        var profile = Profile.research
        profile.setBracket(
            TrainedBracket(
                stop: 0.0125, target: 0.02, horizonCandles: 36, roundTripCosts: 0.0011))
        #expect(
            profile.stopRule
                == .fractions(stop: .basisPoints(125), target: .basisPoints(200)))
        #expect(profile.maxHold == .hours(3))
    }
}
