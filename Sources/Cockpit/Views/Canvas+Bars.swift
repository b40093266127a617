import CellGrid
import CockpitModel
import Wire

extension Canvas {
    // MARK: The line of keys

    mutating func drawHints(in area: Area) {
        if let prompt = state.prompt {
            drawPrompt(prompt, in: area)
            return
        }
        var segments: [Segment] = []
        func hint(_ key: String, _ word: String, rank: Int) {
            segments.append(
                Segment([Phrase(key, .key, .bold), Phrase(" " + word, .dim)], rank: rank))
        }
        if state.isReadOnly {
            segments.append(Segment([Phrase("READ-ONLY", .warning, .bold)]))
        }
        // `K` never leaves the line; the rest goes from the right.
        var rank = 0
        for binding in KeyTable.all {
            guard let word = binding.hint, !(binding.commands && state.isReadOnly) else { continue }
            switch binding.context {
            case .guardBar:
                hint("K " + binding.key.name, word, rank: binding.action == .kill ? 0 : rank)
            case .closeBar:
                guard state.selectedPosition != nil else { continue }
                hint("x " + binding.key.name, word + " " + shortSymbol, rank: rank)
            case .everywhere, .views, .flight, .exit:
                // The way to where one is already needs no hint.
                let here: KeyAction = state.view.kind == .flight ? .showFlight : .showExit
                guard binding.action != here else { continue }
                hint(binding.key.name, word, rank: rank)
            case .help, .prompt: continue
            }
            rank += 1
        }
        line(segments, in: area, isValue: false, isTight: area.columns < 60)
    }

    private mutating func drawPrompt(_ prompt: Prompt, in area: Area) {
        let end = put(
            [Phrase(":" + prompt.text, .prompt, .bold)], row: area.row, column: area.column + 1,
            in: area)
        put([Phrase(" ", .prompt, .reverse)], row: area.row, column: end, in: area)
        grid.cursor = CellGrid.Place(row: area.row, column: min(end, area.endColumn - 1))
        let words = prompt.candidates(themes: state.setup.themes, symbols: state.symbols)
            .map { Words.safe($0, columns: 24) }.joined(separator: " ")
        let help = words.isEmpty ? "Enter runs, Esc leaves" : words
        put([Phrase(help, .dim)], row: area.row, column: end + 3, in: area)
    }

    // MARK: The guard bar

    /// A loud rule with a title in it.
    mutating func drawLoudTitle(_ text: String, in area: Area) {
        let style = Style(.guardBar, .bold)
        grid.fill(area, with: glyphs == .ascii ? "#" : " ", style)
        let edge = area.columns < 40 ? 1 : 4
        let room = max(0, area.columns - 2 * edge - 2)
        let words =
            " " + DisplayWidth.fitted(text, columns: room, mark: String(glyphs.ellipsis)) + " "
        grid.put(words, row: area.row, column: area.column + edge, style, in: area)
    }

    mutating func drawGuardBar(_ bar: GuardBar, in area: Area) {
        grid.fill(area, Style(.text))
        drawLoudTitle(guardTitle(bar), in: area.line(0))
        let name = Words.safe(state.engineName ?? "the engine", columns: 24)
        if area.columns < 80 || area.rows < 6 {
            drawSmallGuardBar(bar, in: area)
            return
        }
        line(guardFacts(name), in: area.line(1), isValue: false)
        func key(_ key: String, _ word: String, _ meaning: String, row: Int) {
            put(Phrase(key, .key, [.bold, .reverse]), at: 1, in: area.line(row))
            put(Phrase(word, .emphasis, .bold), at: 4, in: area.line(row))
            put(Phrase(meaning), at: 14, in: area.line(row))
        }
        key("X", "KILL", "close all at market, then locked until :arm \(name)", row: 2)
        key("F", "flatten", "close all at market, stay paused", row: 3)
        key("C", "lock", "cancel entries, lock, KEEP positions and their stops", row: 4)
        let left = Times.short(max(0, bar.closesAt - state.now))
        line(
            [
                Segment([Phrase("Esc", .key, .bold), .label(" keep paused, close nothing")]),
                Segment(
                    [
                        .label("Bar closes in "), Phrase(left, .time),
                        .label("; entries stay paused"),
                    ], rank: 1),
            ], in: area.line(5), isValue: false)
    }

    private mutating func drawSmallGuardBar(_ bar: GuardBar, in area: Area) {
        let keys: [Segment] = [
            Segment([Phrase("X", .key, .bold), Phrase(" KILL", .emphasis)]),
            Segment([Phrase("F", .key, .bold), Phrase(" flat")]),
            Segment([Phrase("C", .key, .bold), Phrase(" lock")], rank: 1),
            Segment([Phrase("Esc", .key, .bold), Phrase(" keep")], rank: 2),
        ]
        line(keys, in: area.line(area.rows - 1), isValue: false)
        if area.rows >= 3 {
            line(
                guardFacts(Words.safe(state.engineName ?? "", columns: 12)), in: area.line(1),
                isValue: false)
        }
    }

    private func guardTitle(_ bar: GuardBar) -> String {
        let late =
            bar.lateBy.map { "X CAME " + Times.short($0) + " AFTER K: X again kills. " }
            ?? ""
        if state.view.columns < 60 { return smallGuardTitle(bar) }
        guard let pause = state.guardPause else { return late + "ENTRIES: PAUSE AGAIN WITH K" }
        if let refusal = pause.progress?.refusal ?? pause.refusal {
            return late + "PAUSE REFUSED: " + Words.safe(refusal, columns: 60)
        }
        if let acknowledged = pause.acknowledgedAt {
            return late + "ENTRIES PAUSED " + Times.clock(pause.askedAt) + ", engine confirmed in "
                + Times.delay(Double(acknowledged - pause.askedAt))
        }
        let waiting = Times.long(state.now - pause.askedAt)
        if pause.isUndelivered(now: state.now) {
            return late + "PAUSE NOT DELIVERED for \(waiting); on the host: "
                + state.fallbackLine(pause.request)
        }
        return late + "PAUSE SENT, not confirmed for " + waiting
    }

    private func smallGuardTitle(_ bar: GuardBar) -> String {
        if let late = bar.lateBy { return "LATE " + Times.short(late) + ": X again" }
        guard let pause = state.guardPause else { return "PAUSE?" }
        if pause.progress?.refusal != nil || pause.refusal != nil { return "PAUSE REFUSED" }
        if pause.isAcknowledged { return "PAUSED" }
        return pause.isUndelivered(now: state.now) ? "NOT DELIVERED" : "PAUSE SENT"
    }

    /// What the next key would touch: the engine, what is open, how old that knowledge is, and what it would cost.
    private func guardFacts(_ name: String) -> [Segment] {
        let data = state.engine.data
        var segments = [
            Segment([
                Phrase(name + " ", .emphasis, .bold),
                Phrase(
                    Words.safe(state.mode ?? "?", columns: 8), Words.modeRole(state.mode), .bold),
            ])
        ]
        if let positions = data.positions {
            let notionals = positions.map { Figures.double($0.notional) }
            var phrases = [Phrase(Words.plural(positions.count, "position"))]
            if !positions.isEmpty, !notionals.contains(nil) {
                let sum = notionals.compactMap { $0 }.reduce(0, +)
                phrases.append(
                    Phrase(" worth " + Figures.plain(Figures.fixed(sum, decimals: 0), decimals: 0)))
            }
            segments.append(Segment(phrases))
        } else {
            segments.append(Segment([Phrase("positions unknown", .alarm)]))
        }
        if let orders = data.safety?.openOrders {
            segments.append(Segment([Phrase(Words.plural(orders, "order"))], rank: 1))
        }
        segments += dataAge
        if let close = Figures.double(data.account?.closeAllNow), let positions = data.positions {
            let open = positions.compactMap { Figures.double($0.unrealizedPnL) }
            if open.count == positions.count {
                let cost = max(0, open.reduce(0, +) - close)
                segments.append(
                    Segment(
                        [.label("cost about "), Phrase(Figures.fixed(cost, decimals: 2))], rank: 3))
            }
        }
        return segments
    }

    /// How old what a bar says is, loud when it is too old to be believed.
    var dataAge: [Segment] {
        guard let last = state.engine.lastDataAt else { return [] }
        let age = max(0, state.now - last)
        let isOld = !state.freshness.isTrusted
        return [
            Segment(
                [
                    .label("data "),
                    Phrase(Times.long(age), isOld ? .alarm : .time, isOld ? .bold : []),
                    Phrase(isOld ? " OLD" : " old", isOld ? .alarm : .dim),
                ], rank: isOld ? 0 : 2)
        ]
    }

    // MARK: The ladder

    /// Rows that the ladder of a command takes.
    func ladderRows(_ command: SentCommand) -> Int {
        if command.progress?.refusal ?? command.refusal != nil { return 4 }
        if grid.columns < 80 { return 3 }
        return command.ladder.count > 4 ? 6 : 4
    }

    mutating func drawLadder(_ command: SentCommand, in area: Area) {
        grid.fill(area, Style(.text))
        let name = Words.safe(state.engineName ?? "the engine", columns: 24)
        let title = command.request.words.uppercased()
        var words = title + " " + name + " " + Words.safe(state.mode ?? "", columns: 8)
        if area.columns >= 80 { words += ", key pressed " + Times.clock(command.askedAt) }
        if let refusal = command.progress?.refusal ?? command.refusal {
            drawRefusal(refusal, of: title, in: area)
            return
        } else if command.isUndelivered(now: state.now) {
            words =
                title + " NOT DELIVERED for "
                + Times.long(state.now - command.askedAt)
            words +=
                command.isGivenUp
                ? ", given up" : ", sent \(command.attempts) times, goes on trying"
        } else if command.isFinished {
            words += ", DONE"
        }
        drawLoudTitle(words, in: area.line(0))
        let rungs = command.ladder
        if area.columns < 80 || area.rows < 4 {
            drawSmallLadder(command, rungs, in: area)
            return
        }
        let body = area.rows - 2
        let columns = [area.column, area.column + area.columns / 2]
        for (index, rung) in rungs.enumerated() {
            let isRight = index >= body
            let row = area.line(1 + (isRight ? index - body : index))
            let half = Area(
                row: row.row, column: columns[isRight ? 1 : 0], rows: row.rows,
                columns: area.columns / 2)
            draw(rung, of: command, in: half)
        }
        drawLadderFoot(command, in: area.line(area.rows - 1))
    }

    /// Why nothing was done, in full: what was reached before does not matter any more.
    private mutating func drawRefusal(_ refusal: String, of title: String, in area: Area) {
        drawLoudTitle(title + " REFUSED", in: area.line(0))
        let (body, foot) = area.splitTop(1).rest.splitBottom(area.columns < 80 ? 0 : 1)
        let words = Words.safe(refusal, columns: 400).split(separator: " ").map(String.init)
        var rest = words[...]
        for index in 0..<body.rows where !rest.isEmpty {
            var line = rest.removeFirst()
            while let next = rest.first, line.count + next.count + 3 <= area.columns {
                line += " " + next
                rest.removeFirst()
            }
            // The last row cuts what is left, and says so.
            if index == body.rows - 1, !rest.isEmpty { line += " " + rest.joined(separator: " ") }
            self.line([Segment([Phrase(line, .emphasis)])], in: body.line(index), isValue: false)
        }
        guard foot.rows > 0 else { return }
        line(
            [Segment([Phrase("Esc", .key, .bold), .label(" closes this; nothing was done")])],
            in: foot, isValue: false)
    }

    private mutating func draw(_ rung: LadderRung, of command: SentCommand, in area: Area) {
        switch rung.state {
        case .reached(let after, let isDurable):
            put(Phrase(glyphs == .ascii ? "x" : "\u{2713}", .rungDone, .bold), at: 1, in: area)
            put(Phrase(rung.title, .rungDone, .bold), at: 3, in: area)
            put(Phrase("+" + Times.delay(after), .time), endingAt: 34, in: area)
            if !isDurable { put(Phrase("mem", .warning), at: 35, in: area) }
        case .waiting:
            let isOver = command.isFinished
            put(Phrase(isOver ? "-" : ".", .rungWaiting), at: 1, in: area)
            put(Phrase(rung.title, .rungWaiting), at: 3, in: area)
            let word = isOver ? "-" : "waiting"
            put(Phrase(word, .rungWaiting), endingAt: 34, in: area)
        }
    }

    private mutating func drawLadderFoot(_ command: SentCommand, in area: Area) {
        if command.isUndelivered(now: state.now), command.progress == nil {
            line(
                [
                    Segment([
                        Phrase("On the host run: ", .warning, .bold),
                        Phrase(
                            Words.safe(state.fallbackLine(command.request), columns: 200),
                            .emphasis, .bold),
                    ])
                ], in: area, isValue: false)
            return
        }
        var segments = [Segment([Phrase("Esc", .key, .bold), .label(" closes this")])]
        if command.reached("latched") != nil {
            segments.append(
                Segment([
                    Phrase("LATCHED", .alarm, .bold), .label(": released by typing "),
                    Phrase(
                        ":arm " + Words.safe(state.engineName ?? "NAME", columns: 24), .emphasis),
                ]))
        }
        segments.append(
            Segment(
                [.label("id " + Words.safe(command.request.id, columns: 30))], rank: 1,
                isRight: true))
        line(segments, in: area, isValue: false)
    }

    private mutating func drawSmallLadder(
        _ command: SentCommand, _ rungs: [LadderRung], in area: Area
    ) {
        let done = rungs.last { if case .reached = $0.state { true } else { false } }
        let next = rungs.first { if case .waiting = $0.state { true } else { false } }
        if let done {
            line(
                [Segment([Phrase("x " + done.title, .rungDone, .bold)])], in: area.line(1),
                isValue: false)
        }
        if command.isUndelivered(now: state.now) {
            line(
                [Segment([Phrase(state.fallbackLine(command.request), .emphasis)])],
                in: area.line(area.rows - 1), isValue: false)
        } else if let next, !command.isFinished, area.rows >= 3 {
            line(
                [Segment([Phrase(". " + next.title, .rungWaiting)])], in: area.line(2),
                isValue: false)
        }
    }
}
