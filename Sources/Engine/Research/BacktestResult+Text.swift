import Messages
import Models
import Risk
import Trading

extension BacktestResult {
    /// The trades, a line each, oldest first, under a line of headings.
    package var tradeLines: [String] {
        guard !run.trades.isEmpty else { return ["no trade was closed"] }
        let heading =
            "opened           closed           side  entry        exit         p in   p out  "
            + "reason           fees     funding  slippage net"
        return [heading]
            + run.trades.map { trade in
                let trip = trade.trip
                return [
                    Self.moment(trip.openedTime), Self.moment(trip.closedTime),
                    Self.pad(trip.direction == .long ? "LONG" : "SHORT", 5),
                    Self.pad(trip.entryPrice.description, 12),
                    Self.pad(trip.exitPrice.description, 12),
                    Self.pad(Self.number(trip.entryProbability, 3), 6),
                    Self.pad(trip.exitProbability.map { Self.number($0, 3) } ?? "-", 6),
                    Self.pad(trip.exitReason.rawValue, 16),
                    Self.pad(trip.commissions.text(fractionDigits: 2), 8),
                    Self.pad(trip.funding.text(fractionDigits: 2), 8),
                    Self.pad(trade.slippage.text(fractionDigits: 2), 8),
                    trip.netPnL.text(fractionDigits: 2),
                ].joined(separator: " ")
            }
    }

    /// The statistics for people, a few lines.
    package var summaryLines: [String] {
        let s = statistics
        let costs = s.waterfall
        func money(_ value: Money) -> String { value.text(fractionDigits: 2) }
        func optional(_ value: Double?, _ digits: Int, _ unit: String = "") -> String {
            value.map { Self.number($0, digits) + unit } ?? "n/a"
        }
        func percent(_ value: Double?) -> String {
            value.map { Self.number($0 * 100, 2) + " %" } ?? "n/a"
        }
        let sharpe =
            s.sharpe.map {
                "\(Self.number($0.value, 2)) ± \(Self.number($0.standardError, 2)) (\($0.days) days)"
            } ?? "n/a (\(s.returnDays) whole days)"
        let wins =
            s.winRate.map {
                "\(percent($0.share)) [\(percent($0.low)) … \(percent($0.high))]"
            } ?? "n/a"
        var lines: [String] = []
        lines.append(
            "\(symbol)  \(Self.moment(run.start)) … \(Self.moment(run.end))  profile "
                + "\(profile.name), models \(modelsName)")
        lines.append(
            "\(s.trades) trades, \(optional(s.tradesPerDay, 2)) a day, "
                + "\(optional(s.tradesPerWeek, 1)) a week; long \(s.long.trades) "
                + "(\(s.long.wins) won), short \(s.short.trades) (\(s.short.wins) won)")
        lines.append(
            "return on equity \(percent(s.returnOnEquity)), Sharpe \(sharpe), "
                + "Sortino \(optional(s.sortino, 2)), max drawdown \(percent(s.maxDrawdown))")
        lines.append(
            "win rate \(wins), profit factor \(optional(s.profitFactor, 2)), expectancy "
                + "\(optional(s.expectancy, 2)) USD, \(percent(s.expectancyFraction)) of notional, "
                + "\(optional(s.expectancyR, 3)) R")
        lines.append(
            "mean win \(optional(s.meanWin, 2)), mean loss \(optional(s.meanLoss, 2)), hold mean "
                + "\(optional(s.meanHoldHours, 2, " h")), median "
                + optional(s.medianHoldHours, 2, " h"))
        lines.append(
            "exposure \(percent(s.exposure)), position \(percent(s.meanPositionFraction)) of "
                + "equity, utilization \(percent(s.utilization))")
        lines.append(
            "gross edge \(money(costs.grossEdge)) − slippage \(money(costs.slippage)) − fees "
                + "\(money(costs.fees)) + funding \(money(costs.funding)) = net "
                + money(costs.net))
        let reasons = s.exits.map { "\($0.reason.rawValue) \($0.count)" }
            .joined(separator: ", ")
        lines.append(
            "ended by \(reasons.isEmpty ? "nothing yet" : reasons); stop \(percent(s.stopRate)), "
                + "target \(percent(s.targetRate))")
        for (name, side) in [("long", s.longSignals), ("short", s.shortSignals)] {
            let spread =
                side.quantiles.isEmpty
                ? "none" : side.quantiles.map { Self.number($0, 3) }.joined(separator: " ")
            lines.append(
                "signals \(name) \(side.signals) of \(side.decisions) candles, "
                    + "\(percent(side.rate)) against \(percent(side.expectedRate)) expected; "
                    + "p least, 5, 25, 50, 75, 95 %, greatest: \(spread)")
        }
        let f = s.funnel
        let guards =
            f.guards.isEmpty
            ? ""
            : " (" + f.guards.map { "\($0.id.label) \($0.count)" }.joined(separator: ", ") + ")"
        lines.append(
            "candles \(f.candles): warm-up \(f.warmingUp), not ready \(f.notReady), no answer "
                + "\(f.withoutProbability), below threshold \(f.belowThreshold), guards "
                + "\(f.refusedByGuards)\(guards), risk \(f.refusedByRisk), policy "
                + "\(f.vetoedByPolicy), too small \(f.tooSmall), orders \(f.orders)")
        lines.append(
            "orders sent \(orders.sent), of which entries \(orders.entries), refused by the venue "
                + "\(orders.rejected)")
        if let open = openPosition {
            lines.append(
                "still open: \(open.direction == .long ? "LONG" : "SHORT") \(open.quantity) at "
                    + "\(open.entryPrice), unrealized \(money(open.unrealizedPnL))")
        }
        if resumes > 0 {
            lines.append("\(resumes) pauses were ended at 00:00 UTC in the operator's place")
        }
        if isLatched {
            lines.append("a breaker latched the engine: it ended trading before the end")
        }
        return lines
    }

    /// A value with so many digits after the point.
    private static func number(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "n/a" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        return FixedPoint.text(
            Int128((value * scale).rounded()), digits: digits, minFractionDigits: digits)
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Day and minute, UTC.
    private static func moment(_ time: Timestamp) -> String {
        let minutes = Int(max(0, time.milliseconds) / 60_000) % 1_440
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(CalendarDay.text(time)) \(two(minutes / 60)):\(two(minutes % 60))"
    }
}
