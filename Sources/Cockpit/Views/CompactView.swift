import CellGrid
import CockpitModel
import Wire

extension Canvas {
    /// For terminals below 80x24: status, positions and the line of the kill always; the rest as far as there is room.
    mutating func drawCompact(in screen: Area) {
        let (body, hints) = screen.splitBottom(1)
        drawHints(in: hints)
        var blocks: [(rank: Int, draw: (inout Canvas, Area) -> Void)] = []
        func add(_ rank: Int, _ draw: @escaping (inout Canvas, Area) -> Void) {
            blocks.append((rank, draw))
        }
        add(0) { $0.drawCompactHeader(in: $1) }
        if let banner = bannerText { add(1) { $0.drawBanner(banner, in: $1) } }
        if let text = venueText { add(3) { $0.drawBanner(text, in: $1) } }
        add(2) { $0.line(Lines.compactSafety($0.state), in: $1) }
        add(8) { $0.line(Lines.compactDay($0.state), in: $1) }
        add(9) { $0.line(Lines.compactRoom($0.state), in: $1) }
        let positions = state.shown.positions ?? []
        let selected = state.selectedPosition?.symbol
        for position in positions {
            add(position.symbol == selected ? 3 : 5) { $0.drawCompact(position, in: $1) }
        }
        if state.selectedExit != nil || state.selectedPosition?.exitAbsent != nil {
            add(6) { canvas, area in
                let words = Lines.exitTitle(canvas.state, symbol: canvas.shortSymbol)
                canvas.line(words + Lines.exitState(canvas.state), in: area)
            }
        } else if positions.isEmpty, state.engine.data.positions != nil {
            add(6) { $0.line(Lines.next($0.state, head: "NEXT"), in: $1) }
            add(10) { $0.line(Lines.funnel($0.state, columns: $1.columns - 2), in: $1) }
        }
        if state.view.kind == .exit { addExitBlocks(add) }
        if state.notice != nil || state.sinceLeft != nil { add(4) { $0.drawLog(in: $1) } }
        if let models = state.shown.models, Lines.isTroubled(models) {
            add(7) { $0.line(Lines.models($0.state), in: $1) }
        }
        add(11) { $0.line(Lines.guards($0.state), in: $1) }
        add(12) { $0.line(Lines.session($0.state), in: $1) }
        // The highest rank leaves first; the order on the screen stays.
        var kept = blocks
        while kept.count > body.rows, let last = kept.map(\.rank).max(),
            let index = kept.lastIndex(where: { $0.rank == last })
        {
            kept.remove(at: index)
        }
        for (index, block) in kept.enumerated() { block.draw(&self, body.line(index)) }
        let rest = body.splitTop(kept.count).rest
        if rest.rows > 0 { drawLog(in: rest) }
    }

    /// What the Exit view adds where there is no room for all of it, in its own order of worth.
    private func addExitBlocks(_ add: (Int, @escaping (inout Canvas, Area) -> Void) -> Void) {
        if state.selectedPosition != nil {
            add(7) { $0.line(Lines.exitFacts($0.state), in: $1) }
            add(7) { $0.line(Lines.exitWhy($0.state, seen: false), in: $1) }
        } else {
            add(7) { $0.line(Lines.why($0.state.selectedEntry?.contributors ?? []), in: $1) }
        }
        add(7) { $0.line(Lines.entrySide($0.state, isLong: true), in: $1) }
        add(7) { $0.line(Lines.entrySide($0.state, isLong: false), in: $1) }
    }

    private mutating func drawCompactHeader(in area: Area) {
        let engine = state.engine.data.engine
        let mode = Words.safe(state.mode ?? "NO ENGINE", columns: 9)
        var segments = [
            Segment([Phrase(mode, Words.modeRole(state.mode), .bold)]),
            Segment([Phrase(Words.safe(state.engineName ?? "", columns: 12), .emphasis)], rank: 1),
            Segment([Words.gate(state.gate, isLatched: engine?.isLatched ?? false)]),
        ]
        segments += Lines.withheld(state).map { Segment([$0], rank: 2) }
        if state.isReadOnly { segments.append(Segment("READ-ONLY", .warning, rank: 2)) }
        segments.append(
            Segment([Phrase(Times.clock(state.now) + "Z", .time)], rank: 3, isRight: true))
        if state.mode == "LIVE" { grid.fill(area, Style(.modeLive)) }
        line(segments, in: area)
    }

    /// `>BTC L3x +3.81 ok .63H`
    private mutating func drawCompact(_ position: PositionTopic, in area: Area) {
        let isSelected = position.symbol == state.selectedSymbol
        let symbol = Words.shortSymbol(
            position.symbol, among: state.symbols, columns: 6, glyphs: glyphs)
        let proof = position.protection
        let isNaked = Lines.isNonzero(proof.nakedQuantity) || proof.stopPrice == nil
        let exit = state.shown.exits?.first { $0.symbol == position.symbol }
        var segments = [
            Segment([
                Phrase(symbol + " ", .emphasis),
                Phrase(Words.sideLetter(position.side), Words.sideRole(position.side), .bold),
            ]),
            Segment([Phrase(Figures.quantity(position.quantity, columns: 7))], rank: 2),
            Segment([.money(position.unrealizedPnL, columns: 7)]),
            Segment([isNaked ? Phrase("NAKED", .alarm, .bold) : Phrase("ok", .ok)]),
        ]
        if let exit {
            let letter =
                exit.state == "held"
                ? "H" : exit.state == "waiting" ? "W" : exit.state == "closing" ? "C" : ""
            segments.append(
                Segment(
                    [
                        Phrase(
                            Figures.probability(exit.probability) + letter,
                            Lines.isOver(exit) ? .chartOver : .text)
                    ], rank: 1))
        }
        if let stop = proof.stopPrice, !isNaked {
            segments.append(
                Segment([.label("stop "), Phrase(Figures.price(stop, columns: 9), .stop)], rank: 3))
        }
        line(segments, in: area)
        if isSelected {
            put(Phrase(String(glyphs.pointer), .selection, .bold), at: 0, in: area)
            grid.cursor = CellGrid.Place(row: area.row, column: area.column)
        }
    }
}

extension Lines {
    /// The safety line with its first words only.
    static func compactSafety(_ state: CockpitState) -> [Segment] {
        safety(state).enumerated().map { index, segment in
            var copy = segment
            // `stops 2/2`, without the words after it.
            if segment.phrases.first?.text == "stops " {
                copy.phrases = Array(copy.phrases.prefix(2))
            }
            // The word itself, then what is loud, then the rest.
            if index > 0, !segment.phrases.contains(where: { $0.style.role == .alarm }) {
                copy.rank = index + 1
            }
            return copy
        }
    }

    static func compactDay(_ state: CockpitState) -> [Segment] {
        guard let account = state.engine.data.account else {
            return [Segment("no account yet", .dim)]
        }
        return [
            Segment([Phrase("DAY ", .emphasis), .money(account.dayTotal)]),
            Segment([.label("open "), .money(account.dayOpen)], rank: 1),
            Segment(
                [.label("EQ "), Phrase(Figures.plain(account.equity, decimals: 2))], rank: 2,
                isRight: true),
        ]
    }

    static func compactRoom(_ state: CockpitState) -> [Segment] {
        var segments = room(state, columns: 79)
        if let first = segments.first, first.columns > 16 {
            // `ROOM 371`, without the words.
            segments[0].phrases = Array(first.phrases.prefix(2))
        }
        return segments
    }
}
