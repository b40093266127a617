import Market
import TestSupport
import Testing
import Trading

@testable import Features

@Suite struct `Candle features` {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `agree with the slow reference at any age`(seed: UInt64) throws {
        var market = try candleMarket()
        for kline in generatedKlines(9_100, seed: seed) { market.play(kline) }
        let series = market.candles5m
        let candles = series.newest(series.count)
        #expect(candles.count == 8_720)
        for age in [0, 1, 5, 30, 63, 79, 80, 1_000, 8_400, 8_560, 8_600, 8_700, 8_719] {
            var row = FeatureRow()
            CandleFeatures.compute(series, age: age, needed: .candles, into: &row)
            expectPlain(row, PlainCandles(candles: candles.dropLast(age)), "age \(age)")
            #expect(row[.volatilityPercentile].isNaN == (age > 91), "age \(age)")
        }
    }

    @Test func `beyond the oldest candle there is nothing`() throws {
        var market = try candleMarket()
        for kline in generatedKlines(20, seed: 4) { market.play(kline) }
        var row = FeatureRow()
        CandleFeatures.compute(market.candles5m, age: 20, needed: .candles, into: &row)
        CandleFeatures.compute(market.candles5m, age: -1, needed: .candles, into: &row)
        #expect(row == FeatureRow())
    }

    @Test func `no row changes when the future does`() throws {
        var market = try candleMarket()
        let past = generatedKlines(8_650, seed: 5)
        for kline in past { market.play(kline) }
        let before = (0..<64).map { age in
            var row = FeatureRow()
            CandleFeatures.compute(market.candles5m, age: age, needed: .candles, into: &row)
            return row
        }
        #expect(!before[0][.volatilityPercentile].isNaN && !before[0][.hurst100].isNaN)
        // Two futures: one goes on, one is a crash to a hundredth with a thousandfold of the volume.
        for isCrash in [false, true] {
            var future = market
            for step in 1...40 as ClosedRange<Int64> {
                let last = past[past.count - 1]
                let close = isCrash ? last.close.units / 100 : last.close.units + step
                future.play(
                    kline(
                        last.openTime + .minutes(5) * step, last.close.units,
                        max(last.close.units, close), min(last.close.units, close), close,
                        volume: isCrash ? 900_000_000_000_000 : 1, takerBuy: 0))
            }
            for age in 0..<24 {
                var row = FeatureRow()
                CandleFeatures.compute(
                    future.candles5m, age: age + 40, needed: .candles, into: &row)
                for feature in candleFeatures {
                    let same = row[feature].bitPattern == before[age][feature].bitPattern
                    #expect(same, "\(feature.name) at age \(age)")
                }
            }
        }
    }

    @Test func `a row does not depend on what is asked for beside it`() throws {
        var market = try candleMarket()
        for kline in generatedKlines(8_700, seed: 6) { market.play(kline) }
        var whole = FeatureRow()
        CandleFeatures.compute(market.candles5m, age: 0, needed: .all, into: &whole)
        for feature in candleFeatures {
            #expect(!whole[feature].isNaN, "\(feature.name)")
            var row = FeatureRow()
            CandleFeatures.compute(
                market.candles5m, age: 0, needed: FeatureMask([feature]), into: &row)
            #expect(row[feature] == whole[feature], "\(feature.name)")
        }
        var none = FeatureRow()
        let others = FeatureMask(FeatureID.allCases.filter { !$0.group.isOfCandles })
        CandleFeatures.compute(market.candles5m, age: 0, needed: others, into: &none)
        #expect(none == FeatureRow())
    }

    /// The number of candles from which each is known, without silences.
    @Test func `each feature is missing until its window is whole`() throws {
        let windows: [(Int, [FeatureID])] = [
            (1, [.candleBody, .upperWick, .lowerWick, .candleRange, .takerBuyRatio1]),
            (1, [.timeOfDaySine, .timeOfDayCosine, .dayOfWeekSine, .dayOfWeekCosine]),
            (2, [.return1, .volumeChange]), (3, [.takerBuyRatio3]), (4, [.return3]),
            (6, [.return5]), (12, [.takerBuyRatio12]), (13, [.return12, .volatility12]),
            (14, [.stochasticK14]), (16, [.stochasticD14]),
            (20, [.bollingerPosition, .bollingerWidth, .smaDistance20]),
            (21, [.return20, .volumeRatio]), (50, [.smaDistance50]), (72, [.rangePosition72]),
            (73, [.return72, .volatility72, .volumeZ]), (101, [.hurst100]),
            (151, [.rsi14, .macd, .macdSignal, .macdHistogram, .adx14, .directionalBalance14]),
            (151, [.atr14, .natr14]), (200, [.smaDistance200]), (288, [.rangePosition288]),
            (289, [.return288, .volatility288, .volatilityRatio]), (8_629, [.volatilityPercentile]),
        ]
        #expect(Set(windows.flatMap(\.1)) == Set(candleFeatures))
        var market = try candleMarket()
        let klines = (0..<8_630 as Range<Int64>).map { step in
            // Up and down by turns, with a slow drift.
            let close = 1_000_000_000 + step * 1_000 + (step % 7) * 50_000
            return kline(
                firstCandle + .minutes(5) * step, close - 10_000, close + 30_000, close - 20_000,
                close, volume: 1_000 + step % 13, takerBuy: step % 11)
        }
        for (index, kline) in klines.enumerated() {
            market.play(kline)
            let count = index + 1
            guard windows.contains(where: { $0.0 == count || $0.0 == count + 1 }) else { continue }
            var row = FeatureRow()
            CandleFeatures.compute(market.candles5m, age: 0, needed: .candles, into: &row)
            for (needed, features) in windows {
                for feature in features {
                    #expect(
                        row[feature].isNaN == (count < needed), "\(feature.name), \(count) candles")
                }
            }
        }
    }

    /// Intervals 0 1 2, then 6 after three silent ones, then 11 after four.
    @Test func `a window of n candles back may span 2 n + 2 intervals and no more`() throws {
        var market = try candleMarket()
        for step in [0, 1, 2, 6, 11] as [Int64] {
            market.play(
                kline(
                    firstCandle + .minutes(5) * step, 500, 500, 500, 500, volume: 7, takerBuy: 7))
        }
        func row(_ age: Int) -> FeatureRow {
            var row = FeatureRow()
            CandleFeatures.compute(market.candles5m, age: age, needed: .candles, into: &row)
            return row
        }
        // One back spans at most four intervals: 2 to 6, not 6 to 11.
        #expect(row(1)[.return1] == 0)
        #expect(row(0)[.return1].isNaN && row(0)[.volumeChange].isNaN)
        // Two back at most six, three back at most eight: 2 to 11 and 1 to 11 are nine and ten.
        #expect(row(0)[.takerBuyRatio3].isNaN && row(0)[.return3].isNaN)
        #expect(row(1)[.takerBuyRatio3] == 1 && row(1)[.return3] == 0)
        #expect(row(0)[.takerBuyRatio1] == 1)
    }

    @Test func `a market that does not move has missing features, never infinite ones`() throws {
        var market = try candleMarket()
        for step in 0..<8_700 as Range<Int64> {
            market.play(
                kline(
                    firstCandle + .minutes(5) * step, 500, 500, 500, 500, volume: 7, takerBuy: 7))
        }
        var row = FeatureRow()
        CandleFeatures.compute(market.candles5m, age: 0, needed: .candles, into: &row)
        let missing = candleFeatures.filter { row[$0].isNaN }
        #expect(
            Set(missing) == [
                .volatilityRatio, .rsi14, .directionalBalance14, .stochasticK14, .stochasticD14,
                .bollingerPosition, .rangePosition72, .rangePosition288, .candleBody, .upperWick,
                .lowerWick, .volumeZ, .hurst100,
            ])
        // As many hours lower as higher: all are equal.
        #expect(row[.volatilityPercentile] == 0.5)
        #expect(row[.adx14] == 0 && row[.return288] == 0 && row[.takerBuyRatio12] == 1)
    }

    @Test func `what takers bought is missing where the source does not say it`() throws {
        var market = try candleMarket(hasTakerVolume: false)
        for step in 0..<20 as Range<Int64> {
            market.play(
                kline(
                    firstCandle + .minutes(5) * step, 500, 510, 490, 505, volume: 7, takerBuy: 0))
        }
        var row = FeatureRow()
        CandleFeatures.compute(market.candles5m, age: 0, needed: .candles, into: &row)
        #expect(row[.takerBuyRatio1].isNaN && row[.takerBuyRatio3].isNaN)
        #expect(row[.takerBuyRatio12].isNaN)
        #expect(row[.volumeChange] == 0)
    }

    /// 2025-07-01 00:05 UTC, a Tuesday: five minutes of a day, and a day and five minutes of a week.
    @Test func `time is where the candle ends, as a point of the day and of the week`() throws {
        var market = try candleMarket()
        market.play(kline(firstCandle, 500, 500, 500, 500, volume: 7, takerBuy: 7))
        var row = FeatureRow()
        CandleFeatures.compute(market.candles5m, age: 0, needed: .candles, into: &row)
        // sin and cos of 2π · 5 / 1440 and of 2π · 1445 / 10080.
        #expect(isNear(row[.timeOfDaySine], 0.021_814_885, tolerance: 1e-8))
        #expect(isNear(row[.timeOfDayCosine], 0.999_762_027, tolerance: 1e-8))
        #expect(isNear(row[.dayOfWeekSine], 0.783_770_887, tolerance: 1e-8))
        #expect(isNear(row[.dayOfWeekCosine], 0.621_050_075, tolerance: 1e-8))
    }

    @Test func `extreme prices and volumes give numbers or nothing`() throws {
        var market = try candleMarket()
        for step in 0..<400 as Range<Int64> {
            let isHigh = step % 2 == 0
            let (open, close): (Int64, Int64) = isHigh ? (1, .max) : (.max, 1)
            market.play(
                kline(
                    firstCandle + .minutes(5) * step, open, .max, 1, close,
                    volume: isHigh ? .max : 1, takerBuy: isHigh ? .max : 0))
        }
        var row = FeatureRow()
        CandleFeatures.compute(market.candles5m, age: 0, needed: .candles, into: &row)
        for feature in candleFeatures where !row[feature].isNaN {
            #expect(row[feature].isFinite, "\(feature.name)")
        }
        #expect(isNear(row[.candleBody], -1))
    }
}
