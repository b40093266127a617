import CellGrid
import CockpitModel
import Wire

extension Lines {
    // MARK: Positions as sums

    /// What closing everything would bring, and what the stops would cost.
    static func closing(_ state: CockpitState) -> [Segment] {
        guard let account = state.shown.account else { return [] }
        var segments: [Segment] = []
        if let close = account.closeAllNow {
            segments.append(
                Segment([.label("close all now: "), .money(close, decimals: 2), .label(" net")]))
        }
        if let worst = account.everyStopHit {
            var phrases = [Phrase.label("every stop hit: "), Phrase.money(worst, decimals: 2)]
            if let loss = Figures.double(worst), let equity = Figures.double(account.equity),
                equity > 0
            {
                phrases += [
                    .label(" = "),
                    Phrase(Figures.percent(loss / equity, decimals: 1, isSigned: true)),
                    .label(" of equity"),
                ]
            }
            segments.append(Segment(phrases, rank: 1, isRight: true))
        }
        return segments
    }

    // MARK: The exit

    /// What the exit probability is and how long it has been there.
    static func exitTitle(_ state: CockpitState, symbol: String) -> [Segment] {
        var phrases = [Phrase("EXIT " + symbol, .title, .bold)]
        if let position = state.selectedPosition, let time = engineTime(state) {
            phrases.append(Phrase(" " + Times.short(Times.between(position.openedAt, time)), .time))
        }
        guard let exit = state.selectedExit else {
            guard let why = state.selectedPosition?.exitAbsent else {
                return [Segment(phrases), Segment("no exit probability yet", .dim)]
            }
            let words = "NO EXIT p: " + Words.safe(why, columns: 60)
            return [Segment(phrases), Segment([Phrase(words, .warning, .bold)])]
        }
        var words = [
            Phrase(
                "p " + Figures.probability(exit.probability), isOver(exit) ? .chartOver : .emphasis,
                .bold),
            Phrase(isOver(exit) ? " over " : " under ", .dim),
            Phrase(Figures.probability(exit.threshold, decimals: 3), .threshold),
        ]
        if let since = exit.overSince, let time = engineTime(state) {
            words += [.label(" for "), Phrase(Times.short(Times.between(since, time)), .time)]
        }
        var segments = [Segment(phrases), Segment(words)]
        if let crossing = crossing(exit) { segments.append(Segment([crossing], rank: 2)) }
        if exit.degraded == true {
            segments.append(Segment([Phrase("degraded", .warning, .bold)], rank: 1))
        }
        return segments
    }

    static func isOver(_ exit: ExitTopic) -> Bool { exit.probability >= exit.threshold }

    /// What is done about it.
    static func exitState(_ state: CockpitState) -> [Segment] {
        guard let exit = state.selectedExit else { return [] }
        let left = exit.until.flatMap { until in
            engineTime(state).map { Times.short(Times.between($0, until)) }
        }
        let because = Segment(
            exit.reason.map { "(" + Words.exitReason($0) + ")" } ?? "", .dim, rank: 3)
        switch exit.state {
        case "held":
            return [
                Segment(
                    [
                        Phrase("WANTS OUT, ", .warning, .bold),
                        Phrase("HELD" + (left.map { " \($0) more" } ?? ""), .held, .bold),
                    ], rank: 1), because,
            ]
        case "waiting":
            let when = left.map { " acts in \($0)" } ?? " acts at the close"
            return [
                Segment([Phrase("WANTS OUT,", .warning, .bold), Phrase(when, .held)], rank: 1),
                because,
            ]
        case "closing":
            return [Segment([Phrase("CLOSING", .alarm, .bold)], rank: 1), because]
        case "hold":
            return [Segment([Phrase("stays", .dim)], rank: 1)]
        default:
            return [Segment([Phrase(Words.safe(exit.state, columns: 12), .dim)], rank: 1)]
        }
    }

    /// The largest contributions, signed, and where the probability has been.
    static func exitWhy(_ state: CockpitState, seen: Bool = true) -> [Segment] {
        guard let exit = state.selectedExit else { return [] }
        var segments = why(exit.contributors)
        if seen { segments += exitSeen(state) }
        return segments
    }

    static func exitSeen(_ state: CockpitState) -> [Segment] {
        guard let exit = state.selectedExit else { return [] }
        return [
            Segment(
                [
                    .label("seen "),
                    Phrase(
                        Figures.probability(exit.lowestSinceEntry) + "-"
                            + Figures.probability(exit.highestSinceEntry)),
                    .label(" since entry"),
                ], rank: 1, isRight: true)
        ]
    }

    /// Where the position ends if nothing else ends it.
    static func exitPlan(_ state: CockpitState) -> [Segment] {
        guard let position = state.selectedPosition else { return [] }
        var segments: [Segment] = []
        if let target = position.targetPrice {
            segments.append(
                Segment([.label("target "), Phrase(Figures.price(target), .target)], rank: 2))
        }
        if let stop = position.protection.stopPrice {
            segments.append(
                Segment([.label("stop "), Phrase(Figures.price(stop), .stop)], rank: 1))
        }
        segments.append(
            Segment([.label("time "), Phrase(Times.minute(position.maxHoldUntil), .time)], rank: 3))
        return [Segment("out by", .dim)] + segments
    }

    /// Contributions by size, largest first; the first stays, the others leave when there is no room.
    static func why(_ contributors: [ContributionTopic]) -> [Segment] {
        let sorted = contributors.enumerated().sorted { left, right in
            let (a, b) = (left.element.value.magnitude, right.element.value.magnitude)
            return a == b ? left.offset < right.offset : a > b
        }
        guard !sorted.isEmpty else { return [] }
        var segments = [Segment("why", .dim)]
        for (rank, one) in sorted.prefix(6).enumerated() {
            let value = one.element.value
            segments.append(
                Segment(
                    [
                        Phrase(Figures.short(value, decimals: 2, isSigned: true), .emphasis),
                        Phrase(" " + Words.safe(one.element.name, columns: 18)),
                    ], rank: rank == 0 ? 0 : rank + 1))
        }
        return segments
    }

    // MARK: The entry

    static func side(_ name: String, _ side: EntrySideTopic?, absent: String? = nil) -> [Phrase] {
        guard let side else {
            let isAbsent = absent != nil
            return [
                Phrase(name + " ", .dim),
                Phrase(isAbsent ? "absent" : "-", isAbsent ? .warning : .unknown),
            ]
        }
        let fires = side.probability >= side.threshold
        return [
            Phrase(name + " ", name.hasPrefix("LONG") ? .long : .short),
            Phrase(Figures.probability(side.probability), fires ? .chartOver : .emphasis, .bold),
            .label(" needs "), Phrase(Figures.probability(side.threshold, decimals: 3), .threshold),
        ]
    }

    /// When the next decision falls, and what both sides have and need.
    static func next(_ state: CockpitState, head: String) -> [Segment] {
        guard let entry = state.selectedEntry else {
            return [Segment([Phrase(head, .title, .bold)]), Segment("no decision yet", .dim)]
        }
        var segments = [
            Segment([Phrase(head, .title, .bold), Phrase(" " + untilNext(entry, state), .time)]),
            Segment(side("LONG", entry.long, absent: entry.longAbsent)),
            Segment(side("SHORT", entry.short, absent: entry.shortAbsent)),
        ]
        if entry.paused == true {
            segments.append(Segment([Phrase("PAUSED by you", .warning, .bold)], rank: 1))
        } else if entry.tradable == false {
            segments.append(Segment([Phrase("EXITS ONLY", .warning, .bold)], rank: 1))
        }
        return segments
    }

    static func untilNext(_ entry: EntryTopic, _ state: CockpitState) -> String {
        guard let time = engineTime(state) else { return Figures.unknown }
        return Times.long(Times.between(time, entry.nextDecisionAt))
    }

    static func signals(_ state: CockpitState) -> [Segment] {
        guard let entry = state.selectedEntry else { return [] }
        return [
            Segment(
                [
                    .label("signals "), Phrase(Figures.percent(entry.signalRate, decimals: 1)),
                    .label(" of " + Figures.percent(entry.expectedSignalRate, decimals: 1)),
                ], rank: 2)
        ] + stuck(entry)
    }

    /// What would happen if a signal came now.
    /// With `absences`, why a side cannot fire at all.
    static func ifFired(_ state: CockpitState, absences: Bool = true) -> [Segment] {
        guard let entry = state.selectedEntry else { return [] }
        func would(_ name: String, _ side: EntrySideTopic?) -> Segment? {
            guard let side else { return nil }
            let answer =
                side.wouldRefuse.map { Words.refusal($0) }
                ?? Phrase("nothing refuses", .pass)
            let isFirst = name == "LONG" || entry.long == nil
            return Segment(
                [.label("if \(name)" + (isFirst ? " fired now: " : ": ")), answer],
                rank: isFirst ? 0 : 1)
        }
        return [would("LONG", entry.long), would("SHORT", entry.short)].compactMap { $0 }
            + (absences ? self.absences(entry) : [])
    }

    // MARK: Why no trade

    static func lastTrade(_ state: CockpitState) -> [Segment] {
        guard let trade = state.shown.session?.lastTrade else {
            return [
                Segment(state.shown.session == nil ? "no word of trades yet" : "no trade yet", .dim)
            ]
        }
        // For another reason than this one it would read as if it had been the reason.
        let exitProbability = trade.reason == "exitProbability" ? trade.exitProbability : nil
        let symbol = Words.shortSymbol(
            trade.symbol, among: state.symbols, columns: 12, glyphs: .ascii)
        return [
            Segment([
                .label("last  "), Phrase(symbol + " ", .emphasis),
                Phrase(trade.side == "long" ? "LONG" : "SHORT", Words.sideRole(trade.side)),
                .label(" closed "), Phrase(Times.minute(trade.closedAt), .time),
                .label(" by " + Words.exitReason(trade.reason)),
                Phrase(exitProbability.map { " " + Figures.probability($0) } ?? ""),
            ]),
            Segment([.money(trade.netPnL), .label(" net")]),
            Segment([
                Phrase(
                    Figures.signedFixed(trade.multipleOfR, decimals: 2) + "R",
                    Phrase.role(ofSign: trade.multipleOfR > 0 ? 1 : trade.multipleOfR < 0 ? -1 : 0))
            ]),
            Segment(
                [
                    .label("held "),
                    Phrase(Times.short(Times.between(trade.openedAt, trade.closedAt))),
                ], rank: 1),
        ]
    }

    /// Candles to fills, as a subtraction.
    /// The guards are named as far as `columns` allow.
    static func funnel(_ state: CockpitState, columns: Int) -> [Segment] {
        guard let funnel = state.shown.funnel else { return [Segment("nothing counted yet", .dim)] }
        for named in stride(from: 4, to: 0, by: -1) {
            let segments = self.funnel(funnel, named: named)
            if segments.width(gap: 1) <= columns { return segments }
        }
        return self.funnel(funnel, named: 0)
    }

    private static func funnel(_ funnel: FunnelTopic, named: Int) -> [Segment] {
        var segments = [
            Segment([.label("24h  "), Phrase("\(funnel.candles)"), .label(" closes")])
        ]
        segments.append(Segment([Phrase("\(funnel.signals)", .emphasis), .label(" signals")]))
        if funnel.notReady > 0 {
            segments.append(
                Segment([Phrase("-\(funnel.notReady)", .warning), .label(" not ready")]))
        }
        segments.append(
            Segment([
                Phrase(funnel.guardBlocks > 0 ? "-\(funnel.guardBlocks)" : "0", .block),
                .label(" guards"),
            ]))
        let blocks = blocksByGuard(funnel, named: named)
        if !blocks.isEmpty { segments.append(Segment([.label("(" + blocks + ")")])) }
        segments.append(
            Segment([
                Phrase(funnel.riskRefusals > 0 ? "-\(funnel.riskRefusals)" : "0", .block),
                .label(" risk"),
            ]))
        segments.append(
            Segment([.label("= "), Phrase(Words.plural(funnel.orders, "order"), .emphasis)]))
        if funnel.fills != funnel.orders {
            segments.append(
                Segment([Phrase(Words.plural(funnel.fills, "fill"), .emphasis)], rank: 2))
        }
        return segments
    }

    /// `whale-intent 6 taker 3`, most first, then by name; the rest as `...`.
    private static func blocksByGuard(_ funnel: FunnelTopic, named: Int) -> String {
        let sorted = funnel.blocksByGuard.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return sorted.prefix(named).map { "\(Words.safe($0.key, columns: 16)) \($0.value)" }
            .joined(separator: " ") + (named > 0 && sorted.count > named ? " .." : "")
    }

    static func engineTime(_ state: CockpitState) -> Int64? { state.shown.engine?.engineTime }
}
