import CellGrid
package import CockpitModel
package import Wire

/// The content of the Flight view in lines, for pipes, screen readers and `--once`: complete enough to operate by.
package enum PlainText {
    /// Everything that is known, from the safest to know first to the log; no line is empty or has an escape sequence.
    ///
    /// Lines begin with a word that a person or `grep` can look for. `maxEvents` bounds the log at the end.
    package static func lines(_ state: CockpitState, maxEvents: Int = 10) -> [String] {
        var wide = state
        // Where there is no screen there is room.
        _ = wide.apply(.resize(columns: 200, rows: 60))
        var lines = banners(wide)
        let canvas = Canvas(wide, columns: 0, rows: 0, glyphs: .ascii)
        if let problems = canvas.venueText { lines.append(problems) }
        lines.append(Lines.header(wide).plain)
        lines.append(Lines.safety(wide).plain)
        lines.append(Lines.day(wide, columns: 200).plain)
        lines.append(Lines.room(wide, columns: 100).plain)
        let positions = wide.shown.positions
        lines.append("POSITIONS " + (positions.map { "\($0.count)" } ?? "unknown"))
        lines += (positions ?? []).map { position($0, wide) }
        lines.append(Lines.closing(wide).plain)
        for symbol in wide.symbols.prefix(maxSymbols) {
            lines += self.symbol(wide.selecting(symbol))
        }
        lines.append("LAST TRADE " + Lines.lastTrade(wide).plain)
        lines.append("WHY NO TRADE " + Lines.funnel(wide, columns: 200).plain)
        lines.append(Lines.session(wide).plain)
        if let models = models(wide) { lines.append(models) }
        lines += wide.commands.suffix(3).map { command($0, wide) }
        if let left = wide.sinceLeft { lines.append(Lines.sinceLeft(left).plain) }
        lines += Lines.events(wide, count: maxEvents).reversed().map { "LOG " + event($0) }
        if state.freshness.isTrusted { return lines.filter { !$0.isEmpty } }
        // Each line says itself that it is old: a reader may hear only one of them.
        return lines.enumerated().filter { !$0.element.isEmpty }.map { index, line in
            index < banners(wide).count ? line : "OLD " + line
        }
    }

    /// Symbols beyond this are left out; an engine trades a handful.
    static let maxSymbols = 20

    /// One line of the log: `14:07:02 FILL ...`; warnings and alarms say so.
    package static func event(_ event: EventTopic) -> String {
        var text = Times.clock(event.time) + "Z "
        if event.severity != "info" {
            text += Words.safe(event.severity, columns: 8).uppercased() + " "
        }
        return text + Words.safe(event.tag, columns: 16) + " "
            + Words.safe(event.text, columns: 400)
    }

    /// How far a command has come.
    package static func command(_ command: SentCommand, _ state: CockpitState) -> String {
        var text =
            "COMMAND \(command.request.words) \(Words.safe(command.request.id, columns: 64)):"
        for rung in command.ladder {
            if case .reached(let after, let isDurable) = rung.state {
                text +=
                    " \(rung.title) +\(Times.delay(after))"
                    + (isDurable ? "" : " (not on disk yet)")
            }
        }
        if let refusal = command.progress?.refusal ?? command.refusal {
            text += " REFUSED: " + Words.safe(refusal, columns: 200)
        } else if command.isUndelivered(now: state.now) {
            text += " NOT DELIVERED, run: " + state.fallbackLine(command.request)
        }
        return text
    }

    // MARK: What the models say, for every kind of plain output

    /// The set, whether it is whole, and how far the market has drifted from its training; `nil` when nobody told.
    package static func models(_ state: CockpitState) -> String? {
        guard state.shown.models != nil else { return nil }
        return "MODELS " + Lines.set(state).map(\.plain).joined(separator: "  ")
    }

    /// The exit and the entries of the selected symbol, a line each.
    package static func decisions(_ state: CockpitState) -> [String] {
        let name = Words.safe(state.selectedSymbol ?? "-", columns: 40)
        return [("EXIT", exit(state)), ("ENTRY", entry(state))].compactMap { head, segments in
            let text = segments.plain
            return text.isEmpty ? nil : head + " " + name + " " + text
        }
    }

    private static func exit(_ state: CockpitState) -> [Segment] {
        guard let exit = state.selectedExit else {
            guard let why = state.selectedPosition?.exitAbsent else { return [] }
            return [Segment("NO EXIT p: " + Words.safe(why, columns: 200))] + Lines.exitFacts(state)
        }
        let side = Lines.isOver(exit) ? "over" : "under"
        let numbers =
            "p \(Figures.probability(exit.probability)) \(side) "
            + Figures.probability(exit.threshold, decimals: 3)
        return [Segment(numbers)] + Lines.exitState(state)
            + [Lines.crossing(exit).map { Segment([$0]) }].compactMap { $0 }
            + Lines.exitFacts(state) + Lines.exitWhy(state, seen: false)
            + members(exit.members, degraded: exit.degraded)
    }

    private static func entry(_ state: CockpitState) -> [Segment] {
        guard let entry = state.selectedEntry else { return [] }
        let name = Words.safe(entry.symbol, columns: 40)
        var segments: [Segment] = []
        if entry.paused == true {
            segments.append(Segment("PAUSED by you, :resume \(name) ends it"))
        } else if entry.tradable == false {
            segments.append(Segment("EXITS ONLY at the exchange"))
        }
        segments.append(Segment("next in " + Lines.untilNext(entry, state)))
        for isLong in [true, false] {
            let side = isLong ? entry.long : entry.short
            segments += Lines.entrySide(state, isLong: isLong, isAligned: false)
            segments += members(side?.members, degraded: nil)
        }
        segments += Lines.signals(state) + Lines.ifFired(state, absences: false)
        if let side = Lines.strongerSide(entry), !entry.contributors.isEmpty {
            segments += [Segment(side)] + Lines.why(entry.contributors)
        }
        if let policy = entry.policy { segments += Lines.policy(policy, others: 5) }
        return segments
    }

    /// Who said it, or why not.
    private static func members(_ members: [MemberTopic]?, degraded: Bool?) -> [Segment] {
        guard let members, !members.isEmpty else { return [] }
        var segments = degraded == true ? [Segment("DEGRADED")] : []
        let words = members.prefix(20).map { member in
            let id = Words.safe(member.id, columns: 40)
            if let why = member.absent { return id + " absent: " + Words.safe(why, columns: 80) }
            return id + " " + Figures.probability(member.probability) + " x "
                + Figures.percent(member.weight, decimals: 0)
        }
        segments.append(Segment("(" + words.joined(separator: ", ") + ")"))
        return segments
    }

    private static func banners(_ state: CockpitState) -> [String] {
        let canvas = Canvas(state, columns: 0, rows: 0, glyphs: .ascii)
        return [canvas.bannerText].compactMap { $0 }
    }

    private static func position(_ position: PositionTopic, _ state: CockpitState) -> String {
        let proof = position.protection
        var text =
            "POSITION \(Words.safe(position.symbol, columns: 40)) \(Words.safe(position.side, columns: 8)) "
        text += "\(position.leverage)x qty \(Figures.quantity(position.quantity, columns: 40)) "
        text +=
            "entry \(Figures.price(position.entryPrice)) mark \(Figures.price(position.markPrice)) "
        text += "PnL \(Figures.signed(position.unrealizedPnL, decimals: 2)) "
        text += "(\(Figures.signedFixed(position.multipleOfR, decimals: 2))R) "
        if let stop = proof.stopPrice {
            text +=
                "stop \(Figures.price(stop)) "
                + (proof.confirmedBy == nil ? "NOT CONFIRMED" : "at exchange")
        } else {
            text += "NO STOP"
        }
        if Lines.isNonzero(proof.nakedQuantity) {
            text += " NAKED " + Figures.quantity(proof.nakedQuantity, columns: 40)
        }
        if let price = position.liquidationPrice {
            text += " liquidation \(Figures.price(price))"
            text +=
                " (\(Figures.percent(position.liquidationDistance, decimals: 1, isSigned: true)))"
        }
        if let target = position.targetPrice { text += " target \(Figures.price(target))" }
        return text + " close now \(Figures.signed(position.closeNow, decimals: 2)) net"
    }

    /// What is known of the selected symbol.
    private static func symbol(_ state: CockpitState) -> [String] {
        let name = Words.safe(state.selectedSymbol ?? "-", columns: 40)
        var lines: [String] = []
        func add(_ head: String, _ segments: [Segment]) {
            let text = segments.plain
            if !text.isEmpty { lines.append(head + " " + name + " " + text) }
        }
        lines += decisions(state)
        if let flow = state.selectedFlow {
            if let window = state.shownWindow(of: flow) {
                let classes = Lines.classes(of: window).map { one in
                    Segment(
                        [
                            Phrase(
                                "\(one.name) sell \(Figures.compact(one.sell)) buy \(Figures.compact(one.buy)) "
                            )
                        ] + Lines.net(of: one) + [Phrase(" ")] + Lines.oneSided(one))
                }
                add("FLOW", [Segment(Words.safe(window.window, columns: 6))] + classes)
            }
            add("FLOW", Lines.divergence(flow, state) + Lines.taker(flow))
        }
        if let map = state.selectedMap {
            var segments: [Segment] = []
            if let mark = map.markPrice { segments.append(Segment("mark " + Figures.price(mark))) }
            for (index, cluster) in map.clusters.prefix(20).enumerated() {
                var text =
                    "\(Words.safe(cluster.liquidates, columns: 5)) \(Figures.price(cluster.price)) "
                text += Figures.percent(cluster.distance, decimals: 1, isSigned: true) + " "
                text += Figures.compact(cluster.notional, places: 2)
                if index == map.nearest { text += " nearest" }
                if index == map.strongest { text += " strongest" }
                segments.append(Segment(text))
            }
            add("MAP", segments)
        }
        if !Lines.guardRows(state).isEmpty {
            lines.append("GUARDS " + name + " " + String(Lines.guards(state).plain.dropFirst(7)))
        }
        return lines
    }
}
