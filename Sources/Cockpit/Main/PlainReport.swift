import CellGrid
import CockpitModel
import CockpitViews
import Wire

/// The cockpit in lines, for pipes and screen readers.
enum PlainReport {
    /// Everything needed to operate, one fact a line.
    static func lines(_ state: CockpitState) -> [String] {
        let data = state.engine.data
        var lines = [link(state)]
        if let engine = data.engine {
            var line =
                "engine \(engine.name) on \(engine.host): \(engine.mode), gate \(engine.gate)"
            if engine.isLatched { line += ", LATCHED" }
            if engine.timeScale != 1 { line += ", time x\(scale(engine.timeScale))" }
            if let reason = engine.notReady { line += ", not ready: \(reason)" }
            lines.append(line)
        }
        if let safety = data.safety { lines.append(safetyLine(safety)) }
        if let account = data.account {
            lines.append(
                "day \(account.dayTotal) = closed \(account.dayClosed) open \(account.dayOpen) fees \(account.dayFees) "
                    + "funding \(account.dayFunding); equity \(account.equity)")
            var room = "room"
            if let left = account.roomToDayHalt, let halt = account.dayHaltAt {
                room += " \(left) to the day halt at \(halt),"
            }
            room += " losing streak \(account.losingStreak)"
            if let limit = account.losingStreakLimit { room += " of \(limit)" }
            room += ", trades \(account.tradesToday) of \(account.tradesPerDayLimit)"
            lines.append(room)
            if let net = account.closeAllNow { lines.append("closing everything now: \(net) net") }
            if let net = account.everyStopHit { lines.append("every stop hit: \(net) net") }
        }
        lines += (data.positions ?? []).map { position($0, exit: exit(of: $0.symbol, in: data)) }
        for symbol in state.symbols.prefix(maxSymbols) {
            lines += PlainText.decisions(state.selecting(symbol))
        }
        if let models = PlainText.models(state) { lines.append(models) }
        for verdict in data.guards ?? [] where verdict.state != "pass" {
            lines.append(
                "guard \(verdict.label) \(verdict.symbol) \(verdict.side): \(verdict.state)")
        }
        return lines.map { SafeText.clean($0, maxScalars: 1_000) }
    }

    /// Of symbols beyond these nothing but their positions is told; an engine trades a handful.
    private static let maxSymbols = 20

    /// One line of the log.
    static func line(_ event: EventTopic) -> String {
        SafeText.clean(
            "\(clockTime(event.time)) \(event.severity == "info" ? "" : event.severity.uppercased() + " ")"
                + "\(event.tag) \(event.text)")
    }

    /// How far a command has come.
    static func line(_ command: SentCommand, now: Int64) -> String {
        var line = "command \(command.request.words) \(command.request.id):"
        for rung in command.ladder {
            if case .reached(let milliseconds, let isDurable) = rung.state {
                line +=
                    " \(rung.title) +\(Int(milliseconds))ms\(isDurable ? "" : " (not yet on disk)")"
            }
        }
        if let refusal = command.refusal ?? command.progress?.refusal {
            line += " REFUSED: \(refusal)"
        }
        if command.isUndelivered(now: now) { line += " NOT DELIVERED" }
        return SafeText.clean(line)
    }

    static func link(_ state: CockpitState) -> String {
        switch state.engine.link {
        case .connecting: "link: connecting"
        case .connected:
            switch state.freshness {
            case .nothing: "link: connected, nothing received yet"
            case .fresh, .late: "link: connected"
            case .stale(let age), .disconnected(let age):
                "link: connected, but the engine is SILENT for \(age / 1_000) s: its state is unknown"
            }
        case .lost(let since, let attempt, _, let reason):
            "link: NO LINK for \(max(0, state.now - since) / 1_000) s, retry \(attempt): \(reason); ENGINE STATE UNKNOWN"
        }
    }

    private static func safetyLine(_ safety: SafetyTopic) -> String {
        var line = ""
        if safety.openPositions == 0 {
            line = "flat, open orders \(safety.openOrders), orphan stops \(safety.orphanStops)"
        } else {
            line = "stops \(safety.confirmedStops) of \(safety.openPositions) at the exchange"
            if let age = safety.stopsSeenAgeMs { line += ", seen \(age / 1_000) s ago" }
            line += ", naked \(safety.nakedQuantity)"
        }
        line += ", unknown orders \(safety.unknownOrders)"
        if let age = safety.reconciledAgeMs {
            line += ", reconciled \(age / 1_000) s ago"
        } else {
            line += ", not reconciled yet"
        }
        return line + ", store \(safety.storeState)"
    }

    private static func position(_ position: PositionTopic, exit: ExitTopic?) -> String {
        var line =
            "position \(position.symbol) \(position.side) \(position.leverage)x \(position.quantity) entry "
            + "\(position.entryPrice) mark \(position.markPrice) PnL \(position.unrealizedPnL)"
        if let stop = position.protection.stopPrice {
            line += " stop \(stop)"
            line += position.protection.confirmedBy == nil ? " NOT CONFIRMED" : " confirmed"
        } else {
            line += " NO STOP"
        }
        if let liquidation = position.liquidationPrice { line += " liquidation \(liquidation)" }
        if let exit {
            line +=
                " exit p \(hundredths(exit.probability)) of \(hundredths(exit.threshold)) \(exit.state)"
        }
        return line
    }

    private static func exit(of symbol: String, in data: Snapshot) -> ExitTopic? {
        data.exits?.first { $0.symbol == symbol }
    }

    /// A probability with two decimals.
    private static func hundredths(_ value: Double) -> String {
        guard value.isFinite, value >= 0, value <= 1 else { return "?" }
        let whole = Int((value * 100).rounded())
        return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
    }

    private static func scale(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
    }

    /// Time of day in UTC.
    private static func clockTime(_ milliseconds: Int64) -> String {
        let seconds = ((milliseconds / 1_000) % 86_400 + 86_400) % 86_400
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
    }
}
