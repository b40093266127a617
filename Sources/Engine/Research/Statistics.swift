import Messages
import Models
package import Trading

/// The statistics of one stretch of trading. Every number is defined at its function; `nil` is n/a.
package struct Statistics: Hashable, Sendable {
    /// Closed trades.
    package var trades: Int
    package var days: Double
    /// Final ÷ first equity − 1, fees and funding included, open positions at mark.
    package var returnOnEquity: Double?
    package var sharpe: DailySharpe?
    /// Whole UTC days with a return, also when they are too few for a Sharpe ratio.
    package var returnDays: Int
    package var sortino: Double?
    package var maxDrawdown: Double
    package var profitFactor: Double?
    /// Mean net profit of a trade, quote currency, as a fraction of the entry's notional, and in R.
    package var expectancy: Double?
    package var expectancyFraction: Double?
    package var expectancyR: Double?
    package var winRate: WilsonInterval?
    /// Net, quote currency.
    package var meanWin: Double?
    /// Net, quote currency, above zero.
    package var meanLoss: Double?
    package var meanHoldHours: Double?
    package var medianHoldHours: Double?
    package var long: SideStatistics
    package var short: SideStatistics
    package var tradesPerDay: Double?
    package var tradesPerWeek: Double?
    /// Share of the time in which a position was open, 0...1.
    package var exposure: Double?
    /// Mean notional of a trade at entry ÷ equity before it.
    package var meanPositionFraction: Double?
    /// Time-weighted notional ÷ equity over the whole stretch.
    package var utilization: Double?
    package var waterfall: CostWaterfall
    /// Trades by exit reason, in the order of strength, without those that did not occur.
    package var exits: [ExitCount]
    /// Share of the trades that ended at the stop, and at the target.
    package var stopRate: Double?
    package var targetRate: Double?
    package var longSignals: SignalStatistics
    package var shortSignals: SignalStatistics
    package var funnel: DecisionFunnel

    /// Everything of `run`.
    package init(_ run: TradingRun) {
        let trips = run.trades.map(\.trip)
        let nets = trips.map(\.netPnL.double)
        let daily = StatisticsMath.dailyReturns(run.equity, start: run.startingEquity)
        trades = trips.count
        days = (run.end - run.start).seconds / 86_400
        let first = run.startingEquity.double
        returnOnEquity =
            first > 0 ? (run.equity.last?.equity.double ?? first) / first - 1 : nil
        returnDays = daily.count
        sharpe = DailySharpe(daily)
        sortino = StatisticsMath.sortino(daily)
        maxDrawdown = StatisticsMath.maxDrawdown(run.equity, start: run.startingEquity)
        profitFactor = StatisticsMath.profitFactor(nets)
        expectancy = StatisticsMath.mean(nets)
        expectancyFraction = StatisticsMath.mean(
            run.trades.filter { $0.notional > .zero }.map {
                $0.trip.netPnL.double / $0.notional.double
            })
        expectancyR = StatisticsMath.mean(trips.map(\.multipleOfR).filter(\.isFinite))
        let wins = nets.filter { $0 > 0 }
        let losses = nets.filter { $0 <= 0 }
        winRate = WilsonInterval(successes: wins.count, of: nets.count)
        meanWin = StatisticsMath.mean(wins)
        meanLoss = StatisticsMath.mean(losses).map { -$0 }
        let holds = trips.map { ($0.closedTime - $0.openedTime).seconds / 3_600 }
        meanHoldHours = StatisticsMath.mean(holds)
        medianHoldHours = StatisticsMath.median(holds)
        long = SideStatistics(trips.filter { $0.direction == .long })
        short = SideStatistics(trips.filter { $0.direction == .short })
        tradesPerDay = days > 0 ? Double(trips.count) / days : nil
        tradesPerWeek = tradesPerDay.map { $0 * 7 }
        var spans = trips.map { (from: $0.openedTime, to: $0.closedTime) }
        if let openSince = run.openSince { spans.append((from: openSince, to: run.end)) }
        let held = StatisticsMath.coveredSeconds(spans)
        exposure = days > 0 ? min(1, held / (days * 86_400)) : nil
        meanPositionFraction = StatisticsMath.meanPositionFraction(run)
        utilization = days > 0 ? StatisticsMath.utilization(run, seconds: days * 86_400) : nil
        waterfall = CostWaterfall(run.trades)
        exits = ExitReason.allCases.compactMap { reason in
            let count = trips.count { $0.exitReason == reason }
            return count > 0 ? ExitCount(reason: reason, count: count) : nil
        }
        let total = Double(trips.count)
        stopRate =
            trips.isEmpty ? nil : Double(trips.count { $0.exitReason == .stopLoss }) / total
        targetRate =
            trips.isEmpty ? nil : Double(trips.count { $0.exitReason == .target }) / total
        longSignals = SignalStatistics(run.decisions, .long, expected: run.expectedSignalRate.long)
        shortSignals = SignalStatistics(
            run.decisions, .short, expected: run.expectedSignalRate.short)
        funnel = DecisionFunnel(run.decisions)
    }
}

/// How often trades ended for one reason.
package struct ExitCount: Hashable, Sendable {
    package var reason: ExitReason
    package var count: Int
}

/// The trades of one side.
package struct SideStatistics: Hashable, Sendable {
    package var trades: Int
    package var wins: Int
    /// Net, quote currency.
    package var netPnL: Double

    init(_ trips: [RoundTrip]) {
        trades = trips.count
        wins = trips.count { $0.netPnL > .zero }
        netPnL = trips.reduce(Money.zero) { $0 + $1.netPnL }.double
    }
}

/// Mean ÷ sample standard deviation of daily returns × √365.
///
/// - Source: A. W. Lo, The Statistics of Sharpe Ratios, Financial Analysts Journal 58 (2002), for independent returns:
///   the standard error of the daily ratio is √((1 + ratio² ÷ 2) ÷ days).
package struct DailySharpe: Hashable, Sendable {
    package var value: Double
    package var standardError: Double
    package var days: Int

    /// Days below which there is none.
    package static let minDays = 5

    /// `nil` below five days, and where all returns are the same.
    package init?(_ returns: [Double]) {
        guard returns.count >= Self.minDays, let mean = StatisticsMath.mean(returns) else {
            return nil
        }
        let count = Double(returns.count)
        var squares = 0.0
        for value in returns { squares += (value - mean) * (value - mean) }
        let deviation = (squares / (count - 1)).squareRoot()
        guard deviation > 0 else { return nil }
        let ratio = mean / deviation
        let year = 365.0.squareRoot()
        value = ratio * year
        standardError = ((1 + ratio * ratio / 2) / count).squareRoot() * year
        days = returns.count
    }
}

/// A share with the interval in which the true share lies with 95 %.
///
/// - Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927).
package struct WilsonInterval: Hashable, Sendable {
    package var share: Double
    package var low: Double
    package var high: Double

    /// `nil` without any trial.
    package init?(successes: Int, of trials: Int, z: Double = 1.959_963_984_540_054) {
        guard trials > 0, (0...trials).contains(successes) else { return nil }
        let n = Double(trials)
        let p = Double(successes) / n
        let scale = 1 / (1 + z * z / n)
        let middle = (p + z * z / (2 * n)) * scale
        let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() * scale
        share = p
        low = max(0, middle - half)
        high = min(1, middle + half)
    }
}

/// Where the gross edge went, summed over trades, quote currency: gross edge − slippage − fees + funding = net.
///
/// What the hold rule and the guards cost is not in it: that takes the trades that were not made.
package struct CostWaterfall: Hashable, Sendable {
    /// Profit had every order filled at its decision's price: the mark at an order's decision, a stop's trigger, a
    /// target's limit.
    package var grossEdge: Money
    /// What fills were worse than that; negative where they were better.
    package var slippage: Money
    package var fees: Money
    /// Received when positive.
    package var funding: Money
    package var net: Money

    package init(_ trades: [RunTrade]) {
        var gross = Money.zero
        slippage = .zero
        fees = .zero
        funding = .zero
        net = .zero
        for trade in trades {
            gross += trade.trip.grossPnL
            slippage += trade.slippage
            fees += trade.trip.commissions
            funding += trade.trip.funding
            net += trade.trip.netPnL
        }
        grossEdge = gross + slippage
    }
}

/// The probabilities of one side over the decisions for which a model was asked.
package struct SignalStatistics: Hashable, Sendable {
    /// Decisions after the warm-up.
    package var decisions: Int
    /// Of those, decisions without a probability.
    package var missing: Int
    /// Decisions whose probability reached the threshold in force.
    package var signals: Int
    /// Signals ÷ decisions.
    package var rate: Double?
    /// The rate that the models name.
    package var expectedRate: Double
    /// Least, 5th, 25th, 50th, 75th, 95th percentile and greatest probability; empty without any.
    package var quantiles: [Double]
    package var mean: Double?
    /// Probabilities in 0..<0.05, 0.05..<0.1, … 0.95...1.
    package var histogram: [Int]

    init(_ decisions: [DecisionRecord], _ direction: Direction, expected: Double) {
        expectedRate = expected
        histogram = [Int](repeating: 0, count: 20)
        self.decisions = 0
        missing = 0
        signals = 0
        var known: [Double] = []
        for decision in decisions where decision.outcome != .notReady(.warmingUp) {
            self.decisions += 1
            let probability =
                direction == .long ? decision.longProbability : decision.shortProbability
            let threshold = direction == .long ? decision.longThreshold : decision.shortThreshold
            guard probability.isFinite else {
                missing += 1
                continue
            }
            if probability >= threshold { signals += 1 }
            known.append(probability)
            histogram[min(19, max(0, Int(probability * 20)))] += 1
        }
        rate = self.decisions > 0 ? Double(signals) / Double(self.decisions) : nil
        mean = StatisticsMath.mean(known)
        known.sort()
        quantiles =
            known.isEmpty
            ? [] : [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map { StatisticsMath.quantile(known, $0) }
    }
}

/// How far decisions came.
package struct DecisionFunnel: Hashable, Sendable {
    package var candles = 0
    package var warmingUp = 0
    /// Not looked at for another reason: paused, a position was open, a breaker, ….
    package var notReady = 0
    /// No model had an answer.
    package var withoutProbability = 0
    package var belowThreshold = 0
    package var refusedByGuards = 0
    package var refusedByRisk = 0
    package var vetoedByPolicy = 0
    package var tooSmall = 0
    package var orders = 0
    /// Guards that refused, in the order of `GuardID.allCases`, without those that did not.
    package var guards: [GuardCount] = []

    package struct GuardCount: Hashable, Sendable {
        package var id: GuardID
        package var count: Int
    }

    init(_ decisions: [DecisionRecord]) {
        var blocks: [GuardID: Int] = [:]
        for decision in decisions {
            candles += 1
            switch decision.outcome {
            case .notReady(.warmingUp): warmingUp += 1
            case .notReady: notReady += 1
            case .noProbability: withoutProbability += 1
            case .belowThreshold: belowThreshold += 1
            case .refusedByGuard(let id):
                refusedByGuards += 1
                blocks[id, default: 0] += 1
            case .refusedByRisk: refusedByRisk += 1
            case .vetoedByPolicy: vetoedByPolicy += 1
            case .tooSmall: tooSmall += 1
            case .ordered: orders += 1
            }
        }
        guards = GuardID.allCases.compactMap { id in
            blocks[id].map { GuardCount(id: id, count: $0) }
        }
    }
}
