import Messages
package import Trading

/// The arithmetic of the statistics; every function is pure and says what it means.
package enum StatisticsMath {
    /// The arithmetic mean; `nil` of nothing.
    package static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// The middle value, or the mean of the two middle ones; `nil` of nothing.
    package static func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The value below which `share` of the sorted values lie, linear between neighbours; of at least one value.
    package static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        guard below + 1 < sorted.count else { return sorted[sorted.count - 1] }
        let rest = place - Double(below)
        return sorted[below] + (sorted[below + 1] - sorted[below]) * rest
    }

    /// The return of each whole UTC day: equity at its end ÷ equity at its beginning − 1, each the newest known then.
    ///
    /// The day in which the points begin counts when they begin with it; the day in which they end counts when they
    /// reach its end. Days without any point return zero.
    package static func dailyReturns(_ points: [EquitySample], start: Money) -> [Double] {
        guard let first = points.first, let last = points.last else { return [] }
        let day = Int64(86_400_000)
        var returns: [Double] = []
        var current = start.double
        var opening: Double?
        // The first midnight at which a whole day begins.
        var boundary = (first.time.milliseconds + day - 1) / day * day
        var index = 0
        let end = last.time.milliseconds / day * day
        while boundary <= end {
            while index < points.count, points[index].time.milliseconds <= boundary {
                current = points[index].equity.double
                index += 1
            }
            if let opening, opening > 0 { returns.append(current / opening - 1) }
            opening = current
            boundary += day
        }
        return returns
    }

    /// Mean daily return ÷ downside deviation × √365, where the deviation is the root of the mean of the squares of
    /// the negative returns over all days; `nil` below five days and without a negative one.
    ///
    /// - Source: F. A. Sortino, L. N. Price, Performance Measurement in a Downside Risk Framework (1994), target zero.
    package static func sortino(_ returns: [Double]) -> Double? {
        guard returns.count >= DailySharpe.minDays, let mean = mean(returns) else { return nil }
        var squares = 0.0
        for value in returns where value < 0 { squares += value * value }
        let deviation = (squares / Double(returns.count)).squareRoot()
        return deviation > 0 ? mean / deviation * 365.0.squareRoot() : nil
    }

    /// The largest fall of equity from the highest before it, as a fraction of that peak, 0...1 and more in debt.
    package static func maxDrawdown(_ points: [EquitySample], start: Money) -> Double {
        var peak = start.double
        var deepest = 0.0
        for point in points {
            let equity = point.equity.double
            peak = max(peak, equity)
            if peak > 0 { deepest = max(deepest, (peak - equity) / peak) }
        }
        return deepest
    }

    /// Sum of the profits ÷ sum of the losses, both net; `nil` without a loss.
    package static func profitFactor(_ nets: [Double]) -> Double? {
        var won = 0.0
        var lost = 0.0
        for net in nets {
            if net > 0 { won += net } else { lost -= net }
        }
        return lost > 0 ? won / lost : nil
    }

    /// Seconds covered by at least one of the spans, which may overlap.
    package static func coveredSeconds(_ spans: [(from: Timestamp, to: Timestamp)]) -> Double {
        var covered = 0.0
        var reached = Timestamp.distantPast
        for span in spans.sorted(by: { $0.from < $1.from }) {
            let from = max(span.from, reached)
            if span.to > from {
                covered += (span.to - from).seconds
                reached = span.to
            }
        }
        return covered
    }

    /// The mean over trades of the entry's notional ÷ the wallet before the trade: the starting equity and the net
    /// profits of the trades closed by then.
    static func meanPositionFraction(_ run: TradingRun) -> Double? {
        mean(fractions(run))
    }

    /// Sum over trades of (notional ÷ wallet before it × seconds held) ÷ all seconds.
    static func utilization(_ run: TradingRun, seconds: Double) -> Double {
        var sum = 0.0
        for (trade, fraction) in zip(run.trades, fractions(run)) {
            sum += fraction * (trade.trip.closedTime - trade.trip.openedTime).seconds
        }
        return sum / seconds
    }

    private static func fractions(_ run: TradingRun) -> [Double] {
        var wallet = run.startingEquity.double
        return run.trades.map { trade in
            let fraction = wallet > 0 ? trade.notional.double / wallet : 0
            wallet += trade.trip.netPnL.double
            return fraction
        }
    }
}
