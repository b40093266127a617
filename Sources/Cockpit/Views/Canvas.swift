import CellGrid
import CockpitModel

/// A screen that is being drawn: the cells, what they are drawn from, and how.
struct Canvas {
    var grid: CellGrid
    let state: CockpitState
    let glyphs: Glyphs
    /// What values are drawn as: `freshness` of the state, or worse where a stream of its own went silent.
    var freshness: Freshness

    init(_ state: CockpitState, columns: Int, rows: Int, glyphs: Glyphs) {
        grid = CellGrid(columns: columns, rows: rows)
        self.state = state
        self.glyphs = glyphs
        freshness = state.freshness
    }

    /// Real money must look different in every line: its rules are double.
    var rule: Unicode.Scalar {
        guard state.mode == "LIVE" else { return glyphs.horizontal }
        return glyphs == .ascii ? "=" : "\u{2550}"
    }

    var ruleStyle: Style { Style(.border, state.mode == "LIVE" ? .bold : []) }

    // MARK: Lines

    /// One line of segments between a margin of one column on each side, with the values marked by their age.
    ///
    /// Segments move closer together before one is left out, unless the line is not `isTight`.
    mutating func line(
        _ segments: [Segment], in area: Area, isValue: Bool = true, isTight: Bool = true
    ) {
        put(segments, in: area, margin: 1, isTight: isTight)
        if isValue { settle(area) }
    }

    private mutating func put(_ segments: [Segment], in area: Area, margin: Int, isTight: Bool) {
        guard !area.isEmpty else { return }
        let room = area.columns - 2 * margin
        let kept = segments.fitting(room, gap: isTight ? 1 : 2)
        let clip = Area(row: area.row, column: area.column + margin, rows: 1, columns: room)
        // What is left over widens the gaps from the left to two columns, then parts the right from the left.
        var spare = max(0, room - kept.width(gap: 1))
        func gap() -> Int {
            spare -= spare > 0 ? 1 : 0
            return spare > 0 ? 2 : 1
        }
        spare += 1
        var column = clip.column
        var end = column
        for segment in kept where !segment.isRight {
            end = put(segment.phrases, row: area.row, column: column, in: clip)
            column = end + gap()
        }
        let right = kept.filter(\.isRight)
        let between = right.count > 1 && right.width(gap: 2) <= clip.endColumn - column ? 2 : 1
        var start = max(column, clip.endColumn - right.width(gap: between))
        for segment in right {
            end = put(segment.phrases, row: area.row, column: start, in: clip)
            start = end + between
        }
        if end > clip.endColumn, room > 0 {
            // Cut, and said so: half a number must not pass for a whole one.
            grid.put(
                String(glyphs.ellipsis), row: area.row, column: clip.endColumn - 1, Style(.warning),
                in: area)
        }
    }

    @discardableResult
    mutating func put(_ phrases: [Phrase], row: Int, column: Int, in clip: Area) -> Int {
        grid.put(phrases.map { ($0.text, $0.style) }, row: row, column: column, in: clip)
    }

    /// A phrase that ends before `end`, counted from the left of `area`.
    mutating func put(_ phrase: Phrase, endingAt end: Int, in area: Area) {
        grid.put(phrase.text, row: area.row, endingAt: area.column + end, phrase.style, in: area)
    }

    /// A phrase at a column counted from the left of `area`.
    mutating func put(_ phrase: Phrase, at column: Int, in area: Area) {
        grid.put(phrase.text, row: area.row, column: area.column + column, phrase.style, in: area)
    }

    /// A rule with a title on it, words at its right end, and the age of what is below where it is not fresh.
    mutating func title(_ left: [Segment], right: [Segment] = [], in area: Area) {
        guard !area.isEmpty else { return }
        grid.fill(area, with: rule, ruleStyle)
        var all = left.map { segment in
            var copy = segment
            copy.phrases = segment.phrases.map { phrase in
                var copy = phrase
                if copy.style.role == .text { copy.style.role = .title }
                return copy
            }
            return copy
        }
        if let age = ageText { all.append(Segment([Phrase(age, .warning, .bold)])) }
        for segment in right {
            var copy = segment
            copy.isRight = true
            all.append(copy)
        }
        let room = area.columns - 2
        var kept = all.fitting(room, gap: 2)
        if kept.width(gap: 2) > room, let first = kept.first { kept = [first] }
        let clip = Area(row: area.row, column: area.column + 1, rows: 1, columns: room)
        // One blank column on the right of words, so that they do not run into the rule.
        var column = clip.column
        for segment in kept where !segment.isRight {
            column = put(segment.phrases, row: area.row, column: column, in: clip)
            grid.put("  ", row: area.row, column: column, Style(.border), in: clip)
            column += 2
        }
        if column > clip.column {
            grid.horizontalLine(
                row: area.row, column: column - 1, columns: min(1, clip.endColumn - column + 1),
                with: rule, ruleStyle)
        }
        if column - 2 > clip.endColumn {
            grid.put(
                String(glyphs.ellipsis), row: area.row, column: clip.endColumn - 1, Style(.warning),
                in: area)
        }
        let words = kept.filter(\.isRight)
        var start = max(column, clip.endColumn - words.width(gap: 2))
        if let first = words.first, first.columns > 0, start > column {
            grid.put(" ", row: area.row, column: start - 1, Style(.border), in: clip)
        }
        for (index, segment) in words.enumerated() {
            start = put(segment.phrases, row: area.row, column: start, in: clip)
            if index < words.count - 1 {
                grid.put("  ", row: area.row, column: start, Style(.border), in: clip)
                start += 2
            }
        }
        if !freshness.isTrusted { settle(area, hasMarks: false) }
    }

    /// The age of what is shown, where it is worth a word.
    var ageText: String? {
        switch freshness {
        case .nothing, .fresh: nil
        case .late(let age), .stale(let age), .disconnected(let age): Times.long(age) + " OLD"
        }
    }

    // MARK: Age

    /// Marks values by their age: dim when late; without their colors and with `?` at the end of the line when stale;
    /// in parentheses when there is no connection. All of it reads without color.
    mutating func settle(_ area: Area, hasMarks: Bool = true) {
        switch freshness {
        case .nothing, .fresh:
            return
        case .late:
            grid.restyle(area) { Style($0.role, $0.attributes.union(.dim)) }
        case .stale:
            grid.restyle(area, Canvas.aged)
            if hasMarks { mark(area, first: nil, last: "?") }
        case .disconnected:
            grid.restyle(area, Canvas.aged)
            if hasMarks { mark(area, first: "(", last: ")") }
        }
    }

    private mutating func mark(_ area: Area, first: String?, last: String) {
        for row in area.row..<max(area.row, area.endRow) {
            let cells = (area.column..<area.endColumn).map { grid[row, $0] }
            guard cells.contains(where: { $0.base != " " }) else { continue }
            let end = area.endColumn - 1
            if let first, grid[row, area.column].base == " " {
                grid.put(first, row: row, column: area.column, Style(.stale))
            }
            if grid[row, end].base == " " { grid.put(last, row: row, column: end, Style(.stale)) }
        }
    }

    /// What a role turns into when its value may be wrong by now.
    private static func aged(_ style: Style) -> Style {
        switch style.role {
        case .dim, .title, .border, .heading, .key, .prompt, .selection, .alarm, .warning, .block,
            .axis,
            .banner, .guardBar, .rungDone, .rungWaiting, .modeLive, .modeTestnet, .modePaper,
            .modeShadow,
            .modeReplay, .cursor, .threshold, .unknown, .stale, .match:
            return style
        case .text, .emphasis, .time, .profit, .loss, .even, .buy, .sell, .long, .short, .whale,
            .retail,
            .divergence, .magnetShort, .magnetLong, .mark, .entry, .stop, .target, .ok, .pass,
            .held, .chart,
            .chartOver, .chartSecond:
            return Style(.stale, style.attributes)
        }
    }
}
