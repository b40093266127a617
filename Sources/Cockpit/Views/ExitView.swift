import CellGrid
import CockpitModel
import Wire

/// How the rows of the Exit view are shared out.
private struct ExitRows {
    var chart = 3
    var panes = 4
    /// Whether the line of the position's worth, and the one of what would happen to a signal, are there.
    var worth = 0
    var fired = 0
    var entryChart = 0
    var log = 1
}

extension Canvas {
    /// The exit probability of the selected position, large, with who says so and why; the entries' while it is flat.
    mutating func drawExitView(in screen: Area) {
        var rest = screen
        func take(_ rows: Int) -> Area {
            let (top, remaining) = rest.splitTop(rows)
            rest = remaining
            return top
        }
        let header = take(1)
        if let text = bannerText { drawBanner(text, in: take(1)) }
        drawTop(in: [header, take(1), take(1), take(1)])
        if let text = venueText { drawBanner(text, in: take(1)) }
        if let text = frozenText { drawBanner(text, in: take(1)) }
        let (body, hints) = rest.splitBottom(1)
        drawHints(in: hints)
        if state.selectedPosition != nil {
            drawHolding(in: body)
        } else {
            drawFlat(in: body)
        }
    }

    private mutating func drawHolding(in area: Area) {
        var rows = ExitRows()
        // Title and facts of the exit, the title of the panes, the title of the entries and both sides.
        let fixed = 1 + 1 + 1 + 1 + 2
        let wanted = paneRows(state.selectedExit?.contributors)
        let left = Rows.share(
            area.rows - fixed - rows.chart - rows.panes - rows.log, among: &rows,
            [
                (\.chart, 4), (\.panes, 6), (\.worth, 1), (\.chart, 6), (\.fired, 1), (\.log, 2),
                (\.panes, min(8, wanted)), (\.chart, 10), (\.entryChart, 3), (\.log, 3),
                (\.panes, min(14, wanted)), (\.chart, 14), (\.entryChart, 6), (\.log, 6),
            ])
        rows.chart += left
        var rest = area
        func take(_ rows: Int) -> Area {
            let (top, remaining) = rest.splitTop(rows)
            rest = remaining
            return top
        }
        title(
            Lines.exitTitle(state, symbol: shortSymbol), right: Lines.exitState(state), in: take(1))
        drawExitHistory(in: take(rows.chart))
        line(Lines.exitFacts(state), in: take(1))
        if rows.worth > 0 { line(Lines.exitWorth(state), in: take(1)) }
        drawReasons(
            state.selectedExit?.contributors ?? [], head: "WHY", sides: ("stay", "leave"),
            in: take(rows.panes + 1))
        drawEntrySides(
            head: "ENTRY " + shortSymbol, chart: rows.entryChart, in: take(rows.entryChart + 3))
        if rows.fired > 0 { drawFired(in: take(1)) }
        drawLog(in: take(rows.log))
    }

    private mutating func drawFlat(in area: Area) {
        var rows = ExitRows()
        rows.entryChart = 3
        rows.chart = 0
        // Title of the entries and both sides, what would happen, the title of the panes, title and line of the exit.
        let fixed = 1 + 2 + 1 + 1 + 2
        let wanted = paneRows(state.selectedEntry?.contributors)
        let left = Rows.share(
            area.rows - fixed - rows.entryChart - rows.panes - rows.log, among: &rows,
            [
                (\.entryChart, 5), (\.panes, 6), (\.entryChart, 6), (\.log, 2),
                (\.panes, min(8, wanted)), (\.entryChart, 10), (\.log, 4),
                (\.panes, min(14, wanted)), (\.entryChart, 14), (\.log, 6),
            ])
        rows.entryChart += left
        var rest = area
        func take(_ rows: Int) -> Area {
            let (top, remaining) = rest.splitTop(rows)
            rest = remaining
            return top
        }
        drawEntrySides(
            head: "ENTRY " + shortSymbol, chart: rows.entryChart, in: take(rows.entryChart + 3))
        drawFired(in: take(1))
        let side = state.selectedEntry.flatMap { Lines.strongerSide($0) }
        drawReasons(
            state.selectedEntry?.contributors ?? [], head: "WHY" + (side.map { " " + $0 } ?? ""),
            sides: ("against", "for"), in: take(rows.panes + 1))
        title([Segment([Phrase("LAST EXIT", .title, .bold)])], in: take(1))
        line(Lines.lastTrade(state), in: take(1))
        drawLog(in: take(rows.log))
    }

    /// Rows that the panes have something for.
    private func paneRows(_ contributors: [ContributionTopic]?) -> Int {
        let set = grid.columns >= 160 ? Lines.set(state).count : 0
        let who = Lines.memberRows(state).count + Lines.setShort(state).count + 1
        return max(contributors?.count ?? 0, who, set)
    }

    private mutating func drawFired(in area: Area) {
        let words = Lines.ifFired(state, absences: false)
        let nothing = [Segment("no signal can come without a probability", .dim)]
        line(words.isEmpty && state.selectedEntry != nil ? nothing : words, in: area)
    }

    /// Both sides' probabilities against their thresholds: a title, `chart` rows of history, and a line each.
    private mutating func drawEntrySides(head: String, chart: Int, in area: Area) {
        var words = [Segment([Phrase(head, .title, .bold)])]
        if let entry = state.selectedEntry {
            words.append(
                Segment([.label("next "), Phrase(Lines.untilNext(entry, state), .time)]))
            if entry.paused == true {
                words.append(Segment([Phrase("PAUSED by you", .warning, .bold)], rank: 1))
            } else if entry.tradable == false {
                words.append(Segment([Phrase("EXITS ONLY", .warning, .bold)], rank: 1))
            }
            if let warm = entry.warmCandles, let needed = entry.neededCandles, warm < needed {
                words.append(Segment("warming up \(warm)/\(needed) candles", .warning, rank: 1))
            }
        } else {
            words.append(Segment("no decision yet", .dim))
        }
        title(words, right: Lines.signals(state), in: area.line(0))
        let (plot, lines) = area.splitTop(1).rest.splitBottom(2)
        if plot.rows > 0 {
            drawEntryCharts(isWhole: state.view.showsWholeHistory, in: plot)
        }
        line(Lines.entrySide(state, isLong: true), in: lines.line(0))
        line(Lines.entrySide(state, isLong: false), in: lines.line(1))
    }

    /// What moves the probability on the left, who says so on the right, and on very wide screens the set beside them.
    private mutating func drawReasons(
        _ contributors: [ContributionTopic], head: String, sides: (String, String), in area: Area
    ) {
        let isTriple = area.columns >= 160
        let (left, other) = area.splitLeft(
            isTriple ? area.columns * 3 / 8 : 46 + (area.columns - 80) * 2 / 5)
        let (bar, right) = other.splitLeft(1)
        drawContributors(contributors, head: head, sides: sides, in: left)
        guard isTriple else {
            drawMembers(hasSet: true, in: right)
            divider(column: bar.column, in: area)
            return
        }
        let (middle, last) = right.splitLeft(right.columns / 2)
        let (secondBar, set) = last.splitLeft(1)
        drawMembers(hasSet: false, in: middle)
        title([Segment([Phrase("MODEL SET", .title, .bold)])], in: set.line(0))
        for (index, segments) in Lines.set(state).prefix(set.rows - 1).enumerated() {
            line(segments, in: set.line(index + 1))
        }
        divider(column: bar.column, in: area)
        divider(column: secondBar.column, in: area)
    }
}
