import Messages
import Models
import Risk
import Text
import Trading

extension BacktestResult {
    /// The result as one JSON object; the keys are a contract with other programs. Money, prices and quantities are
    /// exact decimals in strings, times milliseconds since 1970, what is not known `null`.
    package func json() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.field("symbol", symbol.description)
        json.field("profile", profile.name)
        json.field("models", modelsName)
        json.field("from", run.start.milliseconds)
        json.field("to", run.end.milliseconds)
        json.field("warmUp", warmUp)
        json.field("startingEquity", run.startingEquity)
        json.key("spread")
        if let costs { json.rate(costs.spread) } else { json.null() }
        json.key("slippageAssumed")
        if let costs { json.rate(costs.slippage) } else { json.null() }
        json.key("trades")
        json.beginArray()
        for trade in run.trades { trade.write(to: &json) }
        json.endArray()
        json.key("openPosition")
        if let openPosition { write(openPosition, to: &json) } else { json.null() }
        json.key("statistics")
        statistics.write(to: &json)
        json.key("orders")
        json.beginObject()
        json.field("sent", orders.sent)
        json.field("entries", orders.entries)
        json.field("rejected", orders.rejected)
        json.optional("successRate", orders.successRate)
        json.endObject()
        json.field("resumes", resumes)
        json.field("latched", isLatched)
        json.field("actionHash", String(actionHash, radix: 16))
        json.endObject()
        return json.bytes
    }

    private func write(_ trade: OpenTrade, to json: inout JSONWriter) {
        json.beginObject()
        json.field("side", trade.direction == .long ? "long" : "short")
        json.field("quantity", trade.quantity)
        json.field("entryPrice", trade.entryPrice)
        json.field("entryTime", trade.openedTime.milliseconds)
        json.field("entryProbability", trade.entryProbability)
        json.field("unrealizedPnL", trade.unrealizedPnL)
        json.endObject()
    }
}

extension RunTrade {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("side", trip.direction == .long ? "long" : "short")
        json.field("quantity", trip.quantity)
        json.field("entryTime", trip.openedTime.milliseconds)
        json.field("exitTime", trip.closedTime.milliseconds)
        json.field("entryPrice", trip.entryPrice)
        json.field("exitPrice", trip.exitPrice)
        json.field("entryProbability", trip.entryProbability)
        json.field("entryThreshold", trip.entryThreshold)
        json.optional("exitProbability", trip.exitProbability)
        json.field("reason", trip.exitReason.rawValue)
        json.field("notional", notional)
        json.field("grossPnL", trip.grossPnL)
        json.field("fees", trip.commissions)
        json.field("funding", trip.funding)
        json.field("slippage", slippage)
        json.field("netPnL", trip.netPnL)
        json.field("multipleOfR", trip.multipleOfR)
        json.endObject()
    }
}

extension Statistics {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("trades", trades)
        json.field("days", days)
        json.optional("returnOnEquity", returnOnEquity)
        json.optional("sharpe", sharpe?.value)
        json.optional("sharpeStandardError", sharpe?.standardError)
        json.field("returnDays", returnDays)
        json.optional("sortino", sortino)
        json.field("maxDrawdown", maxDrawdown)
        json.optional("profitFactor", profitFactor)
        json.optional("expectancy", expectancy)
        json.optional("expectancyFraction", expectancyFraction)
        json.optional("expectancyR", expectancyR)
        json.optional("winRate", winRate?.share)
        json.optional("winRateLow", winRate?.low)
        json.optional("winRateHigh", winRate?.high)
        json.optional("meanWin", meanWin)
        json.optional("meanLoss", meanLoss)
        json.optional("meanHoldHours", meanHoldHours)
        json.optional("medianHoldHours", medianHoldHours)
        for (name, side) in [("long", long), ("short", short)] {
            json.key(name)
            json.beginObject()
            json.field("trades", side.trades)
            json.field("wins", side.wins)
            json.field("netPnL", side.netPnL)
            json.endObject()
        }
        json.optional("tradesPerDay", tradesPerDay)
        json.optional("tradesPerWeek", tradesPerWeek)
        json.optional("exposure", exposure)
        json.optional("meanPositionFraction", meanPositionFraction)
        json.optional("utilization", utilization)
        json.key("waterfall")
        json.beginObject()
        json.field("grossEdge", waterfall.grossEdge)
        json.field("slippage", waterfall.slippage)
        json.field("fees", waterfall.fees)
        json.field("funding", waterfall.funding)
        json.field("net", waterfall.net)
        json.endObject()
        json.key("exits")
        json.beginObject()
        for exit in exits { json.field(exit.reason.rawValue, exit.count) }
        json.endObject()
        json.optional("stopRate", stopRate)
        json.optional("targetRate", targetRate)
        json.key("signals")
        json.beginObject()
        for (name, side) in [("long", longSignals), ("short", shortSignals)] {
            json.key(name)
            side.write(to: &json)
        }
        json.endObject()
        json.key("funnel")
        funnel.write(to: &json)
        json.endObject()
    }
}

extension SignalStatistics {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("decisions", decisions)
        json.field("missing", missing)
        json.field("signals", signals)
        json.optional("rate", rate)
        json.field("expectedRate", expectedRate)
        json.optional("mean", mean)
        json.key("quantiles")
        json.beginArray()
        for value in quantiles { json.double(value) }
        json.endArray()
        json.key("histogram")
        json.beginArray()
        for count in histogram { json.integer(count) }
        json.endArray()
        json.endObject()
    }
}

extension DecisionFunnel {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.field("candles", candles)
        json.field("warmingUp", warmingUp)
        json.field("notReady", notReady)
        json.field("withoutProbability", withoutProbability)
        json.field("belowThreshold", belowThreshold)
        json.field("refusedByGuards", refusedByGuards)
        json.field("refusedByRisk", refusedByRisk)
        json.field("vetoedByPolicy", vetoedByPolicy)
        json.field("tooSmall", tooSmall)
        json.field("orders", orders)
        json.key("guards")
        json.beginObject()
        for guardCount in guards { json.field(guardCount.id.rawValue, guardCount.count) }
        json.endObject()
        json.endObject()
    }
}

extension JSONWriter {
    /// A number, or `null` when it is n/a.
    fileprivate mutating func optional(_ name: String, _ value: Double?) {
        key(name)
        if let value { double(value) } else { null() }
    }
}
