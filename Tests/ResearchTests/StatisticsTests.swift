import DecisionCore
import Matching
import Messages
import Models
import Playback
import Research
import TestSupport
import Testing
import Trading

struct StatisticsTests {
    private static let day: Int64 = 86_400_000
    /// 2025-01-01.
    private static let start = Timestamp(milliseconds: 1_735_689_600_000)

    private static func point(_ hours: Double, _ equity: Double) -> EquitySample {
        EquitySample(
            time: start + Duration(nanoseconds: Int64(hours * 3_600e9)),
            equity: Money(units: Int128(equity * 1e8) * 100_000_000))
    }

    private static func trade(
        _ direction: Direction, hours: (Double, Double), gross: Int64, fees: Int64 = 0,
        funding: Int64 = 0, slippage: Int64 = 0, reason: ExitReason = .target,
        notional: Int64 = 1_000
    ) -> RunTrade {
        func time(_ hours: Double) -> Timestamp {
            start + Duration(nanoseconds: Int64(hours * 3_600e9))
        }
        let net = gross - fees + funding
        return RunTrade(
            trip: RoundTrip(
                instrument: InstrumentID(0), direction: direction,
                quantity: Quantity(units: 100_000_000), entryPrice: Price(units: 100_000_000),
                exitPrice: Price(units: 100_000_000), openedTime: time(hours.0),
                closedTime: time(hours.1), grossPnL: Money(whole: gross),
                commissions: Money(whole: fees), funding: Money(whole: funding),
                netPnL: Money(whole: net), multipleOfR: Double(net) / 10, exitReason: reason,
                entryProbability: 0.7, entryThreshold: 0.6, exitProbability: nil),
            slippage: Money(whole: slippage), notional: Money(whole: notional))
    }

    private static func run(
        _ trades: [RunTrade], equity: [EquitySample] = [], decisions: [DecisionRecord] = [],
        days: Int64 = 10
    ) -> TradingRun {
        TradingRun(
            start: start, end: start + .hours(24 * days), startingEquity: Money(whole: 10_000),
            trades: trades, equity: equity, decisions: decisions,
            expectedSignalRate: PerDirection(long: 0.1, short: 0.2))
    }

    // MARK: By hand

    @Test func `the Sharpe ratio of five days, with its standard error`() throws {
        // Mean 0.006, sample deviation √(370e-6 ÷ 4) = 0.0096177, ratio 0.62385, × √365.
        let sharpe = try #require(DailySharpe([0.01, -0.005, 0.02, 0, 0.005]))
        #expect(abs(sharpe.value - 11.918643129738134) < 1e-9)
        #expect(abs(sharpe.standardError - 9.33838344711789) < 1e-9)
        #expect(sharpe.days == 5)
        #expect(DailySharpe([0.01, -0.005, 0.02, 0]) == nil)
        #expect(DailySharpe([0.01, 0.01, 0.01, 0.01, 0.01]) == nil)
    }

    @Test func `the Sortino ratio counts only falls, over all days`() throws {
        // 0.006 ÷ √(0.005² ÷ 5) × √365.
        let sortino = try #require(StatisticsMath.sortino([0.01, -0.005, 0.02, 0, 0.005]))
        #expect(abs(sortino - 51.264022471905186) < 1e-9)
        #expect(StatisticsMath.sortino([0.01, 0, 0.02, 0, 0.005]) == nil)
        #expect(StatisticsMath.sortino([0.01, -0.005, 0.02, 0]) == nil)
    }

    @Test func `the Wilson interval of eight in ten`() throws {
        let wilson = try #require(WilsonInterval(successes: 8, of: 10))
        #expect(wilson.share == 0.8)
        #expect(abs(wilson.low - 0.4901624715) < 1e-9)
        #expect(abs(wilson.high - 0.9433178485) < 1e-9)
        #expect(WilsonInterval(successes: 0, of: 5)?.low == 0)
        #expect(WilsonInterval(successes: 5, of: 5)?.high == 1)
        #expect(WilsonInterval(successes: 0, of: 0) == nil)
    }

    @Test func `a drawdown is measured from the highest point before it`() {
        // 120 to 90 is a quarter; 130 to 104 a fifth.
        let points = [100.0, 120, 90, 130, 104].enumerated()
            .map { Self.point(Double($0.offset), $0.element) }
        #expect(StatisticsMath.maxDrawdown(points, start: Money(whole: 100)) == 0.25)
        #expect(StatisticsMath.maxDrawdown(points, start: Money(whole: 180)) == 0.5)
        #expect(StatisticsMath.maxDrawdown([], start: Money(whole: 100)) == 0)
    }

    @Test func `daily returns are those of whole days`() {
        // From 12:00 of one day: the first whole day begins at hour 24.
        let points = [
            Self.point(12, 100), Self.point(20, 110), Self.point(30, 121), Self.point(47.5, 99),
            Self.point(80, 198), Self.point(95, 198), Self.point(96, 396), Self.point(100, 5),
        ]
        // Midnights: 24 h: 110, 48 h: 99, 72 h: 99, 96 h: 396.
        let returns = StatisticsMath.dailyReturns(points, start: Money(whole: 100))
        #expect(returns.count == 3)
        #expect(abs(returns[0] + 0.1) < 1e-12)
        #expect(returns[1] == 0)
        #expect(returns[2] == 3)
        #expect(StatisticsMath.dailyReturns([], start: Money(whole: 100)).isEmpty)
    }

    @Test func `time under several positions counts once`() {
        func at(_ seconds: Int64) -> Timestamp { Self.start + .seconds(seconds) }
        #expect(
            StatisticsMath.coveredSeconds([
                (at(10), at(20)), (at(15), at(30)), (at(0), at(5)), (at(16), at(18)),
            ]) == 25)
    }

    @Test func `the statistics of three trades, by hand`() throws {
        let run = Self.run(
            [
                Self.trade(
                    .long, hours: (0, 2), gross: 30, fees: 2, funding: -1, slippage: 3),
                Self.trade(.short, hours: (5, 6), gross: -10, fees: 2, reason: .stopLoss),
                Self.trade(
                    .long, hours: (10, 13), gross: 3, fees: 2, slippage: -1,
                    reason: .exitProbability),
            ], equity: [Self.point(240, 10_016)])
        let s = Statistics(run)
        // Net: 27, −12, 1.
        #expect(s.trades == 3)
        #expect(s.returnOnEquity.map { abs($0 - 0.0016) < 1e-12 } == true)
        #expect(s.profitFactor == 28.0 / 12)
        #expect(s.expectancy == 16.0 / 3)
        #expect(s.expectancyFraction.map { abs($0 - 0.016 / 3) < 1e-15 } == true)
        #expect(s.expectancyR.map { abs($0 - 1.6 / 3) < 1e-12 } == true)
        #expect(s.winRate?.share == 2.0 / 3)
        #expect(s.meanWin == 14)
        #expect(s.meanLoss == 12)
        #expect(s.meanHoldHours == 2)
        #expect(s.medianHoldHours == 2)
        #expect(s.long.trades == 2 && s.long.wins == 2 && s.long.netPnL == 28)
        #expect(s.short.trades == 1 && s.short.wins == 0 && s.short.netPnL == -12)
        #expect(s.tradesPerDay == 0.3)
        #expect(s.tradesPerWeek.map { abs($0 - 2.1) < 1e-12 } == true)
        // Six hours of ten days.
        #expect(s.exposure == 0.025)
        // 1,000 of 10,000, of 10,027, of 10,015.
        let fractions = [0.1, 1_000.0 / 10_027, 1_000.0 / 10_015]
        #expect(
            s.meanPositionFraction.map { abs($0 - fractions.reduce(0, +) / 3) < 1e-12 } == true)
        let used = (fractions[0] * 2 + fractions[1] * 1 + fractions[2] * 3) / 240
        #expect(s.utilization.map { abs($0 - used) < 1e-12 } == true)
        #expect(s.waterfall.grossEdge == Money(whole: 25))
        #expect(s.waterfall.slippage == Money(whole: 2))
        #expect(s.waterfall.fees == Money(whole: 6))
        #expect(s.waterfall.funding == Money(whole: -1))
        #expect(s.waterfall.net == Money(whole: 16))
        #expect(s.exits.map(\.reason) == [.stopLoss, .target, .exitProbability])
        #expect(s.exits.map(\.count) == [1, 1, 1])
        #expect(s.stopRate == 1.0 / 3)
        #expect(s.targetRate == 1.0 / 3)
    }

    @Test func `without trades nothing is made up`() {
        let s = Statistics(Self.run([]))
        #expect(s.trades == 0)
        #expect(s.sharpe == nil && s.sortino == nil && s.profitFactor == nil)
        #expect(s.winRate == nil && s.expectancy == nil && s.meanWin == nil)
        #expect(s.stopRate == nil && s.meanHoldHours == nil && s.meanPositionFraction == nil)
        #expect(s.maxDrawdown == 0 && s.exposure == 0 && s.tradesPerDay == 0)
        #expect(s.longSignals.rate == nil && s.longSignals.quantiles.isEmpty)
    }

    @Test func `signals are counted against the threshold in force, warm-up left out`() {
        func decision(
            _ long: Double, _ short: Double, _ outcome: DecisionOutcome
        ) -> DecisionRecord {
            DecisionRecord(
                instrument: InstrumentID(0), candleOpenTime: Self.start, direction: .long,
                longProbability: long, shortProbability: short, longThreshold: 0.6,
                shortThreshold: 0.5, verdicts: [], outcome: outcome, markPrice: nil)
        }
        let s = Statistics(
            Self.run(
                [],
                decisions: [
                    decision(0.9, 0.9, .notReady(.warmingUp)),
                    decision(0.6, 0.1, .refusedByGuard(.feeAware)),
                    decision(0.59, 0.5, .tooSmall(neededEquity: .zero)),
                    decision(.nan, 0.3, .belowThreshold),
                    decision(0.2, .nan, .notReady(.positionOpen)),
                ]))
        #expect(s.longSignals.decisions == 4)
        #expect(s.longSignals.missing == 1)
        #expect(s.longSignals.signals == 1)
        #expect(s.longSignals.rate == 0.25)
        #expect(s.shortSignals.signals == 1)
        #expect(s.longSignals.quantiles.first == 0.2)
        #expect(s.longSignals.quantiles[3] == 0.59)
        #expect(s.longSignals.quantiles.last == 0.6)
        #expect(s.longSignals.histogram.reduce(0, +) == 3)
        #expect(s.longSignals.histogram[4] == 1 && s.longSignals.histogram[11] == 1)
        #expect(s.longSignals.histogram[12] == 1)
        #expect(s.funnel.candles == 5 && s.funnel.warmingUp == 1 && s.funnel.notReady == 1)
        #expect(s.funnel.refusedByGuards == 1 && s.funnel.tooSmall == 1)
        #expect(s.funnel.guards.map(\.id) == [.feeAware])
    }

    // MARK: Against a slow reckoning

    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func `a slow reckoning of random runs agrees`(seed: UInt64) throws {
        var random = Seeded(seed)
        var equity: [EquitySample] = []
        var value = 10_000.0
        var hours = Double.random(in: 0..<24, using: &random)
        while hours < 24 * 12 {
            value *= 1 + Double.random(in: -0.02...0.0205, using: &random)
            equity.append(Self.point(hours, value))
            hours += Double.random(in: 0.01...9, using: &random)
        }
        // Drawdown: every pair.
        var deepest = 0.0
        for (index, low) in equity.enumerated() {
            for high in equity[..<index] {
                deepest = max(
                    deepest, 1 - low.equity.double / high.equity.double)
            }
            deepest = max(deepest, 1 - low.equity.double / 10_000)
        }
        #expect(
            abs(StatisticsMath.maxDrawdown(equity, start: Money(whole: 10_000)) - deepest) < 1e-12)
        // Daily returns: the last point at or before each midnight, searched for each.
        func known(at time: Timestamp) -> Double {
            equity.last { $0.time <= time }?.equity.double ?? 10_000
        }
        var returns: [Double] = []
        for day in 0..<20 {
            let begin = Self.start + .hours(Int64(24 * day))
            let end = begin + .hours(24)
            guard let first = equity.first, let last = equity.last, begin >= first.time,
                end <= last.time
            else { continue }
            returns.append(known(at: end) / known(at: begin) - 1)
        }
        let daily = StatisticsMath.dailyReturns(equity, start: Money(whole: 10_000))
        #expect(daily.count == returns.count)
        for (one, other) in zip(daily, returns) { #expect(abs(one - other) < 1e-12) }
        // Sharpe: mean of squares less square of the mean.
        let n = Double(returns.count)
        let sum = returns.reduce(0, +)
        let squares = returns.reduce(0) { $0 + $1 * $1 }
        let deviation = ((squares - sum * sum / n) / (n - 1)).squareRoot()
        let sharpe = try #require(DailySharpe(daily))
        #expect(abs(sharpe.value - sum / n / deviation * 365.0.squareRoot()) < 1e-6)
        // Covered time: second by second.
        var spans: [(Timestamp, Timestamp)] = []
        var seconds = Set<Int64>()
        for _ in 0..<20 {
            let from = Int64.random(in: 0..<5_000, using: &random)
            let to = from + Int64.random(in: 0..<600, using: &random)
            spans.append((Self.start + .seconds(from), Self.start + .seconds(to)))
            for second in from..<to { seconds.insert(second) }
        }
        #expect(StatisticsMath.coveredSeconds(spans) == Double(seconds.count))
        // The median: as many above as below.
        let values = (0..<Int.random(in: 1...30, using: &random)).map { _ in
            Double(Int.random(in: 0..<1_000_000, using: &random))
        }
        let median = try #require(StatisticsMath.median(values))
        #expect(values.count { $0 < median } <= values.count / 2)
        #expect(values.count { $0 > median } <= values.count / 2)
    }

    @Test func `gross edge less all costs is what the wallet gained, exactly`() throws {
        var rows: [(Double, Double, Double, Double)] = []
        var price = 50_000.0
        var random = Seeded(11)
        for _ in 0..<400 {
            let close = (price * Double.random(in: 0.993...1.0072, using: &random)).rounded()
            rows.append((price, max(price, close) + 90, min(price, close) - 90, close))
            price = close
        }
        let candles = try Hand.candles(rows)
        var playback = try Hand.playback(
            candles, long: 2, short: -5,
            funding: [
                FundingRow(
                    time: Timestamp(milliseconds: Hand.start + 100 * Hand.interval),
                    rate: Rate(units: 30_000))
            ], slippage: .basisPoints(1))
        playback.play(0..<candles.count)
        playback.finish()
        let (trades, _) = TradingRun.read(playback.session.facts)
        #expect(trades.count > 10)
        #expect(trades.map(\.trip) == playback.session.trips)
        let sums = CostWaterfall(trades)
        #expect(sums.grossEdge - sums.slippage - sums.fees + sums.funding == sums.net)
        if playback.session.engine.openPositions == 0 {
            #expect(
                playback.session.venue.account.walletBalance == Money(whole: 10_000) + sums.net)
        }
        // Every fill of a taker slipped by about one basis point.
        let entered = trades.reduce(0.0) { $0 + $1.notional.double }
        let share = sums.slippage.double / entered
        #expect(share > 0.5e-4 && share < 2.2e-4)
    }
}
