import CellGrid
import Testing

@Suite struct CellGridTests {
    let plain = Style(.text)

    @Test func `text is clipped to its area on both sides`() {
        var grid = CellGrid(columns: 8, rows: 1)
        let area = Area(row: 0, column: 2, rows: 1, columns: 4)
        let next = grid.put("abcdefgh", row: 0, column: 0, plain, in: area)
        #expect(grid.text == "  cdef")
        #expect(next == 8)
    }

    @Test func `text in a row that does not exist is dropped`() {
        var grid = CellGrid(columns: 4, rows: 1)
        grid.put("abcd", row: 1, column: 0, plain)
        grid.put("abcd", row: -1, column: 0, plain)
        grid.put("abcd", row: 0, column: 99, plain)
        #expect(grid.text == "")
    }

    @Test func `a wide glyph takes two cells`() {
        var grid = CellGrid(columns: 4, rows: 1)
        let next = grid.put("深x", row: 0, column: 0, plain)
        #expect(next == 3)
        #expect(grid[0, 0].width == 2)
        #expect(grid[0, 1].width == 0)
        #expect(grid[0, 2].text == "x")
        #expect(grid.text == "深x")
    }

    @Test func `half a wide glyph at the edge becomes a space`() {
        var grid = CellGrid(columns: 3, rows: 1)
        grid.put("ab深", row: 0, column: 0, plain)
        #expect(grid.text == "ab")
        #expect(grid[0, 2] == Cell(style: plain))
        grid.put("深", row: 0, column: -1, Style(.loss))
        #expect(grid[0, 0] == Cell(style: Style(.loss)))
    }

    @Test func `writing over half a wide glyph leaves no other half`() {
        var left = CellGrid(columns: 4, rows: 1)
        left.put("深", row: 0, column: 1, plain)
        left.put("x", row: 0, column: 2, plain)
        #expect(left.text == "  x")
        #expect(left[0, 1].width == 1)
        var right = CellGrid(columns: 4, rows: 1)
        right.put("深", row: 0, column: 1, plain)
        right.put("x", row: 0, column: 1, plain)
        #expect(right.text == " x")
        #expect(right[0, 2].width == 1)
    }

    @Test func `control and format characters never reach a cell`() {
        var grid = CellGrid(columns: 12, rows: 1)
        grid.put("a\u{1B}[2Jb\u{7}\u{202E}c\u{9B}d\te", row: 0, column: 0, plain)
        #expect(grid.text == "a[2Jbcde")
        #expect(Cell("\u{1B}", style: plain).text == "?")
    }

    @Test func `marks go onto the glyph before them and at most two stay`() {
        var grid = CellGrid(columns: 3, rows: 1)
        let next = grid.put("e\u{301}\u{302}\u{303}x", row: 0, column: 0, plain)
        #expect(next == 2)
        #expect(grid[0, 0].text.unicodeScalars.map(\.value) == [0x65, 0x301, 0x302])
        #expect(grid[0, 1].text == "x")
    }

    @Test func `a mark on a clipped glyph is clipped with it`() {
        var grid = CellGrid(columns: 2, rows: 1)
        grid.put("abe\u{301}", row: 0, column: 0, plain)
        #expect(grid.text == "ab")
        #expect(grid[0, 1].firstMark == nil)
    }

    @Test func `text can end at a column`() {
        var grid = CellGrid(columns: 8, rows: 1)
        let first = grid.put("+1.25", row: 0, endingAt: 7, Style(.profit))
        #expect(first == 2)
        #expect(grid.text == "  +1.25")
    }

    @Test func `lines and fills stay within the grid`() {
        var grid = CellGrid(columns: 5, rows: 3)
        grid.horizontalLine(row: 1, column: -3, columns: 99, with: "-", plain)
        grid.verticalLine(row: -3, column: 2, rows: 99, with: "|", plain)
        #expect(grid.text == "  |\n--|--\n  |")
        grid.fill(Area(row: 2, column: 4, rows: 9, columns: 9), with: "深", plain)
        #expect(grid[2, 4].text == " ")
    }

    @Test func `restyling keeps the text`() {
        var grid = CellGrid(columns: 4, rows: 1)
        grid.put("+1.2", row: 0, column: 0, Style(.profit))
        grid.restyle(grid.area) { Style(.stale, $0.attributes) }
        #expect(grid.text == "+1.2")
        #expect(grid.roleLetters == "????")
    }

    @Test func `a grid of no size or an absurd size can be used`() {
        var nothing = CellGrid(columns: -3, rows: 0)
        nothing.put("abc", row: 0, column: 0, plain)
        #expect(nothing.text == "")
        #expect(CellGrid(columns: 65_535, rows: 1).columns == CellGrid.maxSide)
    }

    @Test func `the golden form shows text and roles`() {
        var grid = CellGrid(columns: 10, rows: 2)
        grid.put([("PnL ", Style(.dim)), ("-3", Style(.loss))], row: 0, column: 0)
        #expect(grid.golden == "PnL -3\n\n--------\nddddLL\n\n")
    }

    @Test func `every role has a name and a letter of its own`() {
        #expect(Set(Role.allCases.map(\.name)).count == Role.allCases.count)
        #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count)
        #expect(Role.allCases.enumerated().allSatisfy { $0.offset == Int($0.element.rawValue) })
    }
}

@Suite struct AreaTests {
    let area = Area(row: 1, column: 2, rows: 10, columns: 20)

    @Test func `splits give all of the area and nothing twice`() {
        let (top, below) = area.splitTop(3)
        let (middle, bottom) = below.splitBottom(2)
        #expect(top == Area(row: 1, column: 2, rows: 3, columns: 20))
        #expect(middle == Area(row: 4, column: 2, rows: 5, columns: 20))
        #expect(bottom == Area(row: 9, column: 2, rows: 2, columns: 20))
        let (left, rest) = area.splitLeft(5)
        let (center, right) = rest.splitRight(4)
        #expect(left == Area(row: 1, column: 2, rows: 10, columns: 5))
        #expect(center == Area(row: 1, column: 7, rows: 10, columns: 11))
        #expect(right == Area(row: 1, column: 18, rows: 10, columns: 4))
    }

    @Test func `asking for more than there is gives what there is`() {
        let (top, rest) = area.splitTop(99)
        #expect(top == area)
        #expect(rest.isEmpty)
        #expect(area.splitLeft(-4).left.isEmpty)
        #expect(area.inset(rows: 6).isEmpty)
        #expect(area.line(10).isEmpty)
    }

    @Test func `rows are dealt from the top and the last ones get what is left`() {
        #expect(area.splitRows([4, 4, 4, 4]).map(\.rows) == [4, 4, 2, 0])
    }

    @Test func `columns are dealt by weight with gaps between them`() {
        let parts = area.splitColumns(weights: [1, 1, 1], gap: 1)
        #expect(parts.map(\.column) == [2, 9, 16])
        #expect(parts.map(\.columns) == [6, 6, 6])
    }

    @Test func `an intersection of distant areas is empty`() {
        #expect(area.intersection(Area(row: 50, column: 50, rows: 2, columns: 2)).isEmpty)
        #expect(
            area.intersection(Area(row: 0, column: 0, rows: 3, columns: 3))
                == Area(row: 1, column: 2, rows: 2, columns: 1))
    }
}
