import CellGrid
import CockpitModel
import Wire

extension Canvas {
    var shortSymbol: String {
        guard let symbol = state.selectedSymbol else { return "-" }
        return Words.shortSymbol(symbol, among: state.symbols, columns: 12, glyphs: glyphs)
    }

    /// Segments over as many rows as they take; what does not fit into the last row is left out by rank.
    mutating func wrap(_ segments: [Segment], in area: Area) {
        var rest = segments.filter { $0.columns > 0 }[...]
        for index in 0..<area.rows where !rest.isEmpty {
            let isLast = index == area.rows - 1
            var count = 1
            while count < rest.count,
                Array(rest.prefix(count + 1)).width(gap: 2) <= area.columns - 2
            {
                count += 1
            }
            let now = isLast ? Array(rest) : Array(rest.prefix(count))
            line(now, in: area.line(index))
            rest = rest.dropFirst(count)
        }
    }

    /// A line between two panes, joined to the rules above it.
    mutating func divider(column: Int, in area: Area) {
        grid.verticalLine(
            row: area.row, column: column, rows: area.rows, with: glyphs.vertical, Style(.border))
        guard area.rows > 0 else { return }
        grid.put(String(glyphs.teeDown), row: area.row, column: column, ruleStyle)
    }

    // MARK: Exit and entry of the selected symbol

    /// Title, chart of `chart` rows and the line of contributions; `area` has two rows more than the chart.
    mutating func drawExit(in area: Area, isWide: Bool) {
        title(
            Lines.exitTitle(state, symbol: shortSymbol), right: Lines.exitState(state),
            in: area.line(0))
        let foot = isWide ? 2 : 1
        let (_, body) = area.splitTop(1)
        let (plot, lines) = body.splitBottom(foot)
        drawProbability("exit", threshold: state.selectedExit?.threshold, in: plot)
        line(Lines.exitWhy(state, seen: !isWide), in: lines.line(0))
        if isWide {
            var segments = Lines.exitSeen(state)
            for index in segments.indices { segments[index].isRight = false }
            line(segments + Lines.exitPlan(state), in: lines.line(1))
        }
    }

    /// The same for a symbol without a position: both entry probabilities side by side.
    mutating func drawEntry(in area: Area, head: String, hasNext: Bool) {
        let left =
            hasNext
            ? Lines.next(state, head: state.selectedEntry == nil ? head : head + " next")
            : [Segment([Phrase(head, .title, .bold)])]
        title(left, right: hasNext ? Lines.signals(state) : [], in: area.line(0))
        let (_, body) = area.splitTop(1)
        let (plot, lines) = body.splitBottom(2)
        drawEntryCharts(in: plot)
        let why = Lines.why(state.selectedEntry?.contributors ?? [])
        line(why, in: lines.line(0))
        line(Lines.ifFired(state), in: lines.line(1))
    }

    var hasEntrySeries: Bool { state.series("long") != nil || state.series("short") != nil }

    /// Both sides' probabilities beside each other; with `isWhole` as far back as they are known.
    mutating func drawEntryCharts(isWhole: Bool = false, in area: Area) {
        guard hasEntrySeries else {
            if area.rows > 0 { put(Phrase("no history yet", .dim), at: 1, in: area.line(0)) }
            return
        }
        let halves = area.splitColumns(weights: [1, 1])
        let entry = state.selectedEntry
        drawProbability(
            "long", threshold: entry?.long?.threshold, isWhole: isWhole, in: halves[0])
        drawProbability(
            "short", threshold: entry?.short?.threshold, isWhole: isWhole, in: halves[1])
        // Which is which, on the first row, where a probability seldom is.
        put(Phrase("LONG", .long), at: 5, in: halves[0].line(0))
        put(Phrase("SHORT", .short), at: 5, in: halves[1].line(0))
    }

    /// The rule that carries the next decision.
    mutating func drawNext(in area: Area) {
        title(Lines.next(state, head: "NEXT"), right: Lines.signals(state), in: area)
    }

    /// Every symbol's next decision, signal rate, and the funnel of the day.
    mutating func drawDecisions(in area: Area) {
        let entries = state.shown.entries ?? []
        let next = entries.first { $0.symbol == state.selectedSymbol } ?? entries.first
        let until = next.map { " " + Lines.untilNext($0, state) } ?? ""
        title(
            [Segment([Phrase("NEXT DECISION", .title, .bold), Phrase(until, .time)])],
            in: area.line(0))
        let (_, body) = area.splitTop(1)
        let funnelRows = min(4, body.rows / 2)
        let (upper, lower) = body.splitBottom(funnelRows)
        var row = 0
        for entry in entries.sorted(by: { first, _ in first.symbol == state.selectedSymbol }) {
            guard row + 2 <= upper.rows - 1 || row == 0 else { break }
            let name = Words.shortSymbol(
                entry.symbol, among: state.symbols, columns: 6, glyphs: glyphs)
            for (index, side) in [entry.long, entry.short].enumerated() where row < upper.rows {
                let phrases = Lines.side(
                    index == 0 ? "LONG " : "SHORT", side,
                    absent: index == 0 ? entry.longAbsent : entry.shortAbsent)
                let area = upper.line(row)
                if index == 0 { put(Phrase(name, .emphasis), at: 1, in: area) }
                put(phrases, row: area.row, column: area.column + 8, in: area)
                if let side {
                    let fires = side.probability >= side.threshold
                    let word = !fires ? "no" : side.wouldRefuse == nil ? "FIRES" : "refused"
                    let role: Role = !fires ? .dim : side.wouldRefuse == nil ? .chartOver : .block
                    let verdict =
                        entry.paused == true
                        ? Phrase("PAUSED", .warning, .bold)
                        : Phrase(word, role, fires ? .bold : [])
                    put(verdict, at: 32, in: area)
                }
                settle(area)
                row += 1
            }
        }
        if row < upper.rows {
            line(Lines.signals(state), in: upper.line(row))
            row += 1
        }
        guard lower.rows > 1 else { return }
        title([Segment([Phrase("WHY NO TRADE", .title, .bold)])], in: lower.line(0))
        wrap(Lines.funnel(state, columns: 2 * area.columns), in: lower.splitTop(1).rest)
    }

    // MARK: Flow and map side by side

    mutating func drawMarket(in area: Area, isWide: Bool) {
        let leftColumns = isWide ? area.columns * 62 / 120 : 41 + (area.columns - 80) / 2
        let (left, rest) = area.splitLeft(leftColumns)
        let (bar, right) = rest.splitLeft(1)
        withFreshness(ofAge: state.selectedFlow?.lastSeenAgeMs) { canvas in
            var head = Lines.flowTitle(
                canvas.state.selectedFlow, symbol: canvas.shortSymbol, state: canvas.state)
            if isWide, let flow = canvas.state.selectedFlow {
                let names = flow.windows.map { window in
                    let name = Words.safe(window.window, columns: 5)
                    return window.window == canvas.state.shownWindow(of: flow)?.window
                        ? "[\(name)]" : name
                }
                head.append(Segment(names.joined(separator: " "), .dim, rank: 2))
            }
            canvas.title(head, in: left.line(0))
            let body = left.splitTop(1).rest
            if isWide { canvas.drawFlowTable(in: body) } else { canvas.drawFlow(in: body) }
        }
        title(Lines.mapTitle(state.selectedMap), in: right.line(0))
        drawMap(in: right.splitTop(1).rest, isWide: isWide)
        divider(column: bar.column, in: area)
    }

    // MARK: Guards and session side by side

    mutating func drawGuardsAndSession(in area: Area) {
        let (left, rest) = area.splitLeft(area.columns * 62 / 120)
        let (bar, right) = rest.splitLeft(1)
        let rows = Lines.guardRows(state)
        var head = [Segment([Phrase("GUARDS " + shortSymbol, .title, .bold)])]
        for kind in ["pass", "block", "scale", "nodata"] {
            let some = rows.filter { $0.state == kind }
            if let first = some.first {
                head.append(Segment([Phrase("\(some.count) \(first.word)", first.role)], rank: 1))
            }
        }
        let refused =
            state.shown.funnel.map { [Segment("24h: \($0.guardBlocks) refused", .dim, rank: 2)] }
            ?? []
        title(head, right: refused, in: left.line(0))
        drawGuardRows(rows, in: left.splitTop(1).rest)
        var words = [Phrase("SESSION", .title, .bold)]
        if let session = state.shown.session, let time = Lines.engineTime(state) {
            words += [
                .label(" since "), Phrase(Times.minute(session.since), .time),
                .label(" (" + Times.long(Times.between(session.since, time)) + ")"),
            ]
        }
        title([Segment(words)], in: right.line(0))
        drawSession(in: right.splitTop(1).rest)
        divider(column: bar.column, in: area)
    }

    private mutating func drawGuardRows(_ rows: [GuardRow], in area: Area) {
        if rows.isEmpty {
            line([Segment("not asked yet", .dim)], in: area.line(0), isValue: false)
            return
        }
        let hasMore = rows.count > area.rows
        let kept = rows.prefix(hasMore ? area.rows - 1 : area.rows)
        for (index, row) in kept.enumerated() {
            let place = area.line(index)
            put(Phrase(row.word, row.role, row.state == "pass" ? [] : .bold), at: 1, in: place)
            let sides = row.sides.count > 1 ? "" : " " + row.sides
            put(Phrase(row.label + sides, row.state == "pass" ? .text : row.role), at: 9, in: place)
            if let value = row.value, let limit = row.limit {
                put(
                    Phrase(Lines.guardNumber(value) + " vs " + Lines.guardNumber(limit)),
                    endingAt: 46,
                    in: place)
            }
            if row.blocks24h > 0 { put(Phrase("\(row.blocks24h)x"), endingAt: 52, in: place) }
            settle(place)
        }
        if hasMore {
            let rest = rows.dropFirst(kept.count)
            let allPass = rest.allSatisfy { $0.state == "pass" }
            let words = "\(rest.count) more" + (allPass ? " pass" : "")
            line([Segment(words, .dim)], in: area.line(area.rows - 1), isValue: false)
        }
    }

    private mutating func drawSession(in area: Area) {
        guard let session = state.shown.session else {
            line([Segment("nothing yet", .dim)], in: area.line(0), isValue: false)
            return
        }
        for (index, segments) in Lines.sessionLines(session).prefix(area.rows).enumerated() {
            line(segments, in: area.line(index))
        }
    }

    // MARK: Log

    /// Events, newest first; a message of the cockpit itself takes the first line.
    mutating func drawLog(in area: Area, hasCommand: Bool = false) {
        var (lines, rest) = (
            area, Area(row: area.endRow, column: area.column, rows: 0, columns: area.columns)
        )
        if let loud = loudLine {
            line(loud, in: lines.line(0), isValue: false)
            lines = lines.splitTop(1).rest
        }
        let command = Lines.lastCommand(state)
        if hasCommand, !command.isEmpty, lines.rows > 1 { (lines, rest) = lines.splitBottom(1) }
        let room = lines.columns - 2
        let events = Lines.events(state, count: lines.rows * 2)
        if lines.rows == 1, events.count > 1, isShort(events[0], columns: room / 2) {
            // One line has room for two short ones: the newest on the left.
            for (index, half) in lines.splitColumns(weights: [1, 1]).enumerated() {
                line(
                    [
                        Segment(
                            Lines.event(events[index], columns: half.columns - 2, glyphs: glyphs))
                    ], in: half, isValue: false)
            }
        } else {
            for (index, event) in events.prefix(lines.rows).enumerated() {
                line(
                    [Segment(Lines.event(event, columns: room, glyphs: glyphs))],
                    in: lines.line(index), isValue: false)
            }
            if events.isEmpty {
                line([Segment("no events yet", .dim)], in: lines.line(0), isValue: false)
            }
        }
        settle(lines, hasMarks: false)
        if rest.rows > 0 { line(command, in: rest, isValue: false) }
    }

    private func isShort(_ event: EventTopic, columns: Int) -> Bool {
        Lines.event(event, columns: 1_000, glyphs: glyphs).reduce(0) { $0 + $1.columns } <= columns
            - 1
    }

    /// What the cockpit itself has to say.
    private var loudLine: [Segment]? {
        if let notice = state.notice {
            let role: Role = notice.isWarning ? .warning : .prompt
            return [Segment([Phrase(Words.safe(notice.text, columns: 200), role, .bold)])]
        }
        return state.sinceLeft.map { Lines.sinceLeft($0) }
    }
}

extension Lines {
    /// Whatever a guard measures, short: `49`, `3.25`, `0.80`.
    static func guardNumber(_ value: Double) -> String {
        let size = value.magnitude
        if size >= 10_000 { return Figures.compact(Figures.fixed(value, decimals: 0)) }
        let text = Figures.fixed(
            value, decimals: size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.01 || size == 0 ? 2 : 5)
        return Figures.quantity(text, columns: 12)
    }

    /// The session in a few lines, the most telling first.
    static func sessionLines(_ session: SessionTopic) -> [[Segment]] {
        var lines: [[Segment]] = []
        var first = [Segment(sessionTrades(session))]
        if let rate = winRate(session) { first.append(Segment(rate)) }
        lines.append(first)
        var second = [Segment([.label("net "), .money(session.net)])]
        if let factor = session.profitFactor {
            second.append(Segment([.label("PF "), Phrase(Figures.fixed(factor, decimals: 1))]))
        }
        if let expected = session.expectancyR {
            second.append(
                Segment([
                    .label("expectancy "), Phrase(Figures.signedFixed(expected, decimals: 2) + "R"),
                ]))
        }
        lines.append(second)
        if let mean = session.meanHoldMs {
            var phrases = [Phrase.label("hold mean "), Phrase(Times.short(mean))]
            if let median = session.medianHoldMs {
                phrases += [.label(" median "), Phrase(Times.short(median))]
            }
            lines.append([Segment(phrases)])
        }
        if session.trades > 0 {
            lines.append([
                Segment([
                    .label("long "), Phrase("\(session.longTrades) "), .money(session.longNet),
                ]),
                Segment([
                    .label("short "), Phrase("\(session.shortTrades) "), .money(session.shortNet),
                ]),
            ])
            let exits = session.exits.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let words = exits.map { "\(Words.exitReason($0.key)) \($0.value)" }.joined(
                separator: "  ")
            lines.append([Segment([.label("out: "), Phrase(words)])])
        }
        lines.append([
            Segment([.label("fees "), .money(session.fees)]),
            Segment([
                .label("MDD "),
                Phrase(
                    Figures.percent(
                        session.maxDrawdown == 0 ? 0 : -session.maxDrawdown.magnitude, decimals: 1)),
            ]),
        ])
        return lines
    }
}
