import CellGrid
import Testing

@Suite struct ChartTests {
    func drawn(_ chart: Chart, columns: Int, rows: Int, _ glyphs: Glyphs) -> CellGrid {
        var grid = CellGrid(columns: columns, rows: rows)
        grid.draw(chart, in: grid.area, glyphs: glyphs)
        return grid
    }

    @Test func `a sweep writes each sample at its place and leaves a gap before the oldest`() {
        // Four samples numbered 0 to 3 in six places: the cursor stands in the fifth.
        let chart = Chart(samples: [0.5, 0.5, 0.5, 1], newestNumber: 3, range: 0...1)
        #expect(drawn(chart, columns: 6, rows: 1, .ascii).text == "...:|")
    }

    @Test func `a new sample changes only its column and the gap`() {
        let samples = (0..<20).map { Optional(Double($0 % 5) / 5 + 0.2) }
        let before = Chart(samples: Array(samples[0..<19]), newestNumber: 18, range: 0...1)
        let after = Chart(samples: samples, newestNumber: 19, range: 0...1)
        let runs = drawn(after, columns: 12, rows: 1, .ascii).changes(
            from: drawn(before, columns: 12, rows: 1, .ascii))
        #expect(runs.reduce(0) { $0 + $1.cells.count } == 2)
    }

    @Test func `a sweep wraps and drops the oldest`() {
        // Numbers 2 to 6 in four places, one of them the gap: 4, 5, 6 are shown at places 0, 1, 2.
        let chart = Chart(samples: [0, 0, 1, 0.5, 1], newestNumber: 6, range: 0...1)
        #expect(drawn(chart, columns: 4, rows: 1, .ascii).text == ":.:|")
    }

    @Test func `the column of a sample is known as long as it is drawn`() {
        // The sweep above: 4, 5, 6 stand at 0, 1, 2, and the one before them is gone.
        var chart = Chart(samples: [0, 0, 1, 0.5, 1], newestNumber: 6, range: 0...1)
        let ages = [0, 1, 2, 3, -1]
        #expect(
            ages.map { chart.column(ofAge: $0, columns: 4, glyphs: .ascii) } == [2, 1, 0, nil, nil])
        // Two samples a column: 3...6 at places 3 to 6 of eight, two of which are the gap.
        #expect(
            ages.map { chart.column(ofAge: $0, columns: 4, glyphs: .braille) }
                == [3, 2, 2, 1, nil])
        chart.motion = .scroll
        #expect(
            ages.map { chart.column(ofAge: $0, columns: 4, glyphs: .ascii) } == [3, 2, 1, 0, nil])
        #expect(chart.column(ofAge: 0, columns: 0, glyphs: .ascii) == nil)
    }

    @Test func `a scrolling chart has its newest sample at the right`() {
        var chart = Chart(samples: [0.5, 1], newestNumber: 1, range: 0...1)
        chart.motion = .scroll
        #expect(drawn(chart, columns: 4, rows: 1, .ascii).text == "  .:")
    }

    @Test func `the threshold is dashed where no sample covers it and colors what is above it`() {
        var chart = Chart(samples: [0.25, 1], newestNumber: 1, range: 0...1, threshold: 0.9)
        chart.motion = .scroll
        let grid = drawn(chart, columns: 6, rows: 2, .ascii)
        #expect(grid.text == "- - -:\n    .:")

        // A column above the threshold is marked as a whole.
        #expect(grid.roleLetters == "_c_c_C\ncccccC")
    }

    @Test func `braille holds two samples and four levels a cell`() {
        var chart = Chart(samples: [0.5, 1], newestNumber: 1, range: 0...1)
        chart.motion = .scroll
        // Left half two dots (0x40, 0x04), right half four (0x80, 0x20, 0x10, 0x08).
        #expect(drawn(chart, columns: 1, rows: 1, .braille).text == "\u{28FC}")
        chart.shape = .line
        #expect(drawn(chart, columns: 1, rows: 1, .braille).text == "\u{280C}")
    }

    @Test func `a block chart has eight levels`() {
        var chart = Chart(samples: [0.125, 1, nil, .nan], newestNumber: 3, range: 0...1)
        chart.motion = .scroll
        #expect(drawn(chart, columns: 4, rows: 1, .block).text == "\u{2581}\u{2588}")
    }

    @Test(arguments: Glyphs.allCases) func `a chart of any size and any values can be drawn`(
        glyphs: Glyphs
    ) {
        let samples: [Double?] = [nil, -1e308, 1e308, .infinity, .nan, 0.5]
        for columns in 0..<4 {
            for rows in 0..<3 {
                for number in [-7, 0, 5, Int.max - 1] {
                    let chart = Chart(
                        samples: samples, newestNumber: number, range: 0...1, threshold: 2)
                    #expect(drawn(chart, columns: columns, rows: rows, glyphs).rows == rows)
                }
            }
        }
    }

    @Test func `a label finds the row of its value`() {
        let chart = Chart(samples: [], newestNumber: 0, range: 0...1)
        let area = Area(row: 5, column: 0, rows: 4, columns: 1)
        #expect(chart.row(of: 1, in: area) == 5)
        #expect(chart.row(of: 0.6, in: area) == 6)
        #expect(chart.row(of: 0, in: area) == 8)
    }
}

@Suite struct RunTests {
    @Test func `equal grids have no changes`() {
        let grid = CellGrid(columns: 9, rows: 9)
        #expect(grid.changes(from: grid).isEmpty)
    }

    @Test func `only changed cells are in a run`() {
        let old = CellGrid(columns: 6, rows: 2)
        var new = old
        new.put("ab", row: 1, column: 2, Style(.text))
        new.put("c", row: 1, column: 5, Style(.text))
        let runs = new.changes(from: old)
        #expect(runs.map(\.row) == [1, 1])
        #expect(runs.map(\.column) == [2, 5])
        #expect(runs.map { $0.cells.map(\.text).joined() } == ["ab", "c"])
    }

    @Test func `a changed style is a change`() {
        var old = CellGrid(columns: 2, rows: 1)
        old.put("+1", row: 0, column: 0, Style(.profit))
        var new = old
        new.put("+1", row: 0, column: 0, Style(.stale))
        #expect(new.changes(from: old).count == 1)
    }

    @Test func `another size means everything`() {
        let new = CellGrid(columns: 3, rows: 2)
        #expect(new.changes(from: CellGrid(columns: 4, rows: 2)).map(\.cells.count) == [3, 3])
    }

    @Test func `a run never begins within a wide glyph`() {
        var old = CellGrid(columns: 4, rows: 1)
        old.put("深", row: 0, column: 0, Style(.text))
        var new = old
        new.restyle(Area(row: 0, column: 1, rows: 1, columns: 1)) { _ in Style(.loss) }
        #expect(new.changes(from: old).map(\.column) == [0])
    }

    @Test(arguments: 0..<200) func `applying the runs to the old grid gives the new one`(seed: Int)
    {
        var random = SplitMix(state: UInt64(seed))
        func randomGrid() -> CellGrid {
            var grid = CellGrid(columns: 11, rows: 3)
            for _ in 0..<9 {
                let words = ["a", "深", "e\u{301}", "  ", "xyz"]
                grid.put(
                    words[random.next(below: words.count)], row: random.next(below: 3),
                    column: random.next(below: 12) - 1,
                    Style(random.next(below: 2) == 0 ? .text : .loss))
            }
            return grid
        }
        let old = randomGrid()
        let new = randomGrid()
        var cells = (0..<3).map { Array(old.cells(ofRow: $0)) }
        for run in new.changes(from: old) {
            for (offset, cell) in run.cells.enumerated() {
                cells[run.row][run.column + offset] = cell
            }
        }
        #expect(cells == (0..<3).map { Array(new.cells(ofRow: $0)) }, "seed \(seed)")
    }
}

struct SplitMix {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(limit))
    }
}
