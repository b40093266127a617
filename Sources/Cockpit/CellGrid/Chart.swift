/// A series drawn over time with its threshold, in the manner of a heart monitor.
///
/// In a sweep the newest sample is written at a place given by its number and a small gap runs ahead of it over the
/// oldest samples, so that a new sample changes two columns and not the whole pane: over a slow line that is what can
/// be afforded. The chart keeps nothing: it is drawn anew at any size from the samples and the number of the newest.
package struct Chart: Hashable, Sendable {
    package enum Motion: Hashable, Sendable { case sweep, scroll }
    package enum Shape: Hashable, Sendable { case filled, line }

    /// Oldest first; `nil` where nothing is known. Only the newest that fit are drawn.
    package var samples: [Double?]
    /// How many samples there were before the newest one since the beginning of the series.
    package var newestNumber: Int
    /// The values at the bottom and at the top.
    package var range: ClosedRange<Double>
    /// Drawn as a dashed line where no sample covers it.
    package var threshold: Double?
    package var motion = Motion.sweep
    package var shape = Shape.filled
    package var style = Style(.chart)
    /// For columns whose sample is at or above the threshold.
    package var overStyle = Style(.chartOver)
    package var thresholdStyle = Style(.threshold)
    package var cursorStyle = Style(.cursor)

    package init(
        samples: [Double?], newestNumber: Int, range: ClosedRange<Double>, threshold: Double? = nil
    ) {
        self.samples = samples
        self.newestNumber = newestNumber
        self.range = range
        self.threshold = threshold
    }

    /// The samples that one column of cells can hold.
    package static func samplesPerColumn(_ glyphs: Glyphs) -> Int { glyphs == .braille ? 2 : 1 }

    /// How many samples a chart of so many columns shows at most.
    package static func capacity(columns: Int, glyphs: Glyphs) -> Int {
        max(0, columns) * samplesPerColumn(glyphs)
    }

    /// The row of an area on which `value` lies, for labels beside the chart.
    package func row(of value: Double, in area: Area) -> Int {
        let levels = max(1, area.rows)
        let height = Int((fraction(of: value) * Double(levels)).rounded(.up))
        return area.endRow - max(1, min(levels, height))
    }

    /// The column, counted from the left, in which the sample `age` places before the newest one is drawn; `nil` when it
    /// is not drawn any more.
    package func column(ofAge age: Int, columns: Int, glyphs: Glyphs) -> Int? {
        let perColumn = Chart.samplesPerColumn(glyphs)
        let count = Chart.capacity(columns: columns, glyphs: glyphs)
        let shown = motion == .sweep ? count - min(perColumn, max(0, count - 1)) : count
        guard age >= 0, age < min(shown, samples.count) else { return nil }
        let place =
            switch motion {
            case .scroll: count - 1 - age
            case .sweep: (place(of: newestNumber, count: count) - age + count) % count
            }
        return place / perColumn
    }

    private func fraction(of value: Double) -> Double {
        let span = range.upperBound - range.lowerBound
        return span > 0 ? clamped((value - range.lowerBound) / span) : 0
    }
}

extension CellGrid {
    /// Draws a chart over the whole of `area`, blanks included.
    package mutating func draw(_ chart: Chart, in area: Area, glyphs: Glyphs) {
        guard !area.isEmpty else { return }
        let slots = chart.slots(columns: area.columns, glyphs: glyphs)
        let thresholdRow = chart.threshold.map { chart.row(of: $0, in: area) }
        let perColumn = Chart.samplesPerColumn(glyphs)
        fill(area, chart.style)
        for column in 0..<area.columns {
            let content = Array(slots[column * perColumn..<(column + 1) * perColumn])
            let isOver =
                chart.threshold.map { limit in content.contains { $0.isAtLeast(limit) } } ?? false
            for row in area.row..<area.endRow {
                let level = area.endRow - 1 - row  // 0 is the lowest row.
                let place = column + area.column
                if let glyph = chart.glyph(content, level: level, rows: area.rows, glyphs: glyphs) {
                    put(
                        String(glyph), row: row, column: place,
                        isOver ? chart.overStyle : chart.style, in: area)
                } else if content.contains(.cursor) {
                    put(
                        String(glyphs.vertical), row: row, column: place, chart.cursorStyle,
                        in: area)
                } else if row == thresholdRow, column % 2 == 0 {
                    put(
                        String(glyphs.horizontal), row: row, column: place, chart.thresholdStyle,
                        in: area)
                }
            }
        }
    }
}

extension Chart {
    /// What a chart has in one of its sample places.
    enum Slot: Hashable {
        case empty
        case cursor
        case sample(Double)

        func isAtLeast(_ limit: Double) -> Bool {
            switch self {
            case .empty, .cursor: false
            case .sample(let value): value >= limit
            }
        }
    }

    /// The sample places from left to right.
    func slots(columns: Int, glyphs: Glyphs) -> [Slot] {
        let perColumn = Chart.samplesPerColumn(glyphs)
        let count = Chart.capacity(columns: columns, glyphs: glyphs)
        var slots = [Slot](repeating: .empty, count: count)
        switch motion {
        case .scroll:
            for (offset, sample) in samples.suffix(count).reversed().enumerated() {
                if let sample, sample.isFinite { slots[count - 1 - offset] = .sample(sample) }
            }
        case .sweep:
            let newest = place(of: newestNumber, count: count)
            let gap = min(perColumn, max(0, count - 1))
            for (offset, sample) in samples.suffix(count - gap).reversed().enumerated() {
                let place = (newest - offset + count) % count
                if let sample, sample.isFinite { slots[place] = .sample(sample) }
            }
            // The cursor stands in the first whole column after the newest sample.
            let cursorColumn = (newest / perColumn + 1) % max(1, columns)
            guard columns > 1 else { return slots }
            for place in cursorColumn * perColumn..<(cursorColumn + 1) * perColumn {
                slots[place] = .cursor
            }
        }
        return slots
    }

    private func place(of number: Int, count: Int) -> Int {
        let rest = number % count
        return rest < 0 ? rest + count : rest
    }

    /// The glyph for one cell, or `nil` if nothing of the series is in it.
    func glyph(_ content: [Slot], level: Int, rows: Int, glyphs: Glyphs) -> Unicode.Scalar? {
        let steps = glyphs == .braille ? 4 : glyphs == .block ? 8 : 2
        let heights = content.map { slot -> Int in
            switch slot {
            case .empty, .cursor: 0
            case .sample(let value):
                max(1, Int((fraction(of: value) * Double(rows * steps)).rounded()))
            }
        }
        let bottom = level * steps
        switch glyphs {
        case .braille:
            let left = dots(height: heights[0], bottom: bottom, bits: [0x40, 0x04, 0x02, 0x01])
            let right = dots(height: heights[1], bottom: bottom, bits: [0x80, 0x20, 0x10, 0x08])
            return left | right == 0 ? nil : Unicode.Scalar(0x2800 + left | right)
        case .block:
            return partial(
                heights[0] - bottom,
                of: [
                    "\u{2581}", "\u{2582}", "\u{2583}", "\u{2584}", "\u{2585}", "\u{2586}",
                    "\u{2587}", "\u{2588}",
                ])
        case .ascii:
            return partial(heights[0] - bottom, of: [".", ":"])
        }
    }

    /// The dots of one braille half, lowest first; a line has only the uppermost dot.
    private func dots(height: Int, bottom: Int, bits: [UInt32]) -> UInt32 {
        var result: UInt32 = 0
        for (index, bit) in bits.enumerated() {
            let position = bottom + index + 1
            let isSet =
                switch shape {
                case .filled: position <= height
                case .line: position == height
                }
            if isSet { result |= bit }
        }
        return result
    }

    private func partial(_ steps: Int, of levels: [Unicode.Scalar]) -> Unicode.Scalar? {
        guard steps > 0 else { return nil }
        if steps > levels.count {
            switch shape {
            case .filled: return levels[levels.count - 1]
            case .line: return nil
            }
        }
        return levels[steps - 1]
    }
}
