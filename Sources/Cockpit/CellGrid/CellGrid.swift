/// A screen in memory: views draw into it, the terminal shows it, tests read it.
///
/// Everything outside the grid, or outside the area given, is clipped; nothing traps on a size or a place.
package struct CellGrid: Hashable, Sendable {
    package let columns: Int
    package let rows: Int
    /// Row by row from the top left; always `rows` x `columns`.
    private(set) var cells: [Cell]
    /// Where the hardware cursor rests (a screen reader reads there); `nil` hides it.
    package var cursor: Place?

    package struct Place: Hashable, Sendable {
        package let row: Int
        package let column: Int

        package init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    /// An empty screen. Sizes below 0 count as 0, above ``maxSide`` as that.
    package init(columns: Int, rows: Int, style: Style = Style(.text)) {
        self.columns = min(max(0, columns), CellGrid.maxSide)
        self.rows = min(max(0, rows), CellGrid.maxSide)
        cells = [Cell](repeating: Cell(style: style), count: self.columns * self.rows)
    }

    /// The longest side; a terminal that claims more is lying.
    package static let maxSide = 1_000

    /// The whole grid.
    package var area: Area { Area(row: 0, column: 0, rows: rows, columns: columns) }

    /// The cell at a place; a blank outside the grid.
    package subscript(row: Int, column: Int) -> Cell {
        guard area.contains(row: row, column: column) else { return Cell() }
        return cells[row * columns + column]
    }

    /// Writes one line of text and returns the column after it.
    ///
    /// Control and format characters are dropped, marks go onto the glyph before them, and a wide glyph of which only
    /// half would fit becomes a space. The returned column is the one after the text as if nothing had been clipped.
    @discardableResult
    package mutating func put(
        _ text: String, row: Int, column: Int, _ style: Style, in clip: Area? = nil
    ) -> Int {
        let visible = area.intersection(clip ?? area)
        var next = column
        var last: Int?  // The cell that marks go onto.
        for scalar in text.unicodeScalars {
            let width = scalar.displayWidth
            if width == 0 {
                if let last, scalar.isCombiningMark { cells[last].add(mark: scalar) }
                continue
            }
            last = place(scalar, width: width, row: row, column: next, style, in: visible)
            next += width
        }
        return next
    }

    /// Writes text that ends before the column `endColumn`, and returns its first column.
    @discardableResult
    package mutating func put(
        _ text: String, row: Int, endingAt endColumn: Int, _ style: Style, in clip: Area? = nil
    ) -> Int {
        let column = endColumn - DisplayWidth.of(text)
        put(text, row: row, column: column, style, in: clip)
        return column
    }

    /// Writes pieces of different styles one after the other and returns the column after them.
    @discardableResult
    package mutating func put(
        _ pieces: [(String, Style)], row: Int, column: Int, in clip: Area? = nil
    ) -> Int {
        var next = column
        for (text, style) in pieces { next = put(text, row: row, column: next, style, in: clip) }
        return next
    }

    /// Fills an area with one glyph of width 1; another glyph counts as a space.
    package mutating func fill(_ area: Area, with glyph: Unicode.Scalar = " ", _ style: Style) {
        let visible = self.area.intersection(area)
        let narrow: Unicode.Scalar = glyph.displayWidth == 1 ? glyph : " "
        for row in visible.row..<max(visible.row, visible.endRow) {
            for column in visible.column..<max(visible.column, visible.endColumn) {
                _ = place(narrow, width: 1, row: row, column: column, style, in: visible)
            }
        }
    }

    /// A line of one glyph to the right.
    package mutating func horizontalLine(
        row: Int, column: Int, columns: Int, with glyph: Unicode.Scalar, _ style: Style
    ) {
        fill(Area(row: row, column: column, rows: 1, columns: columns), with: glyph, style)
    }

    /// A line of one glyph downwards.
    package mutating func verticalLine(
        row: Int, column: Int, rows: Int, with glyph: Unicode.Scalar, _ style: Style
    ) {
        fill(Area(row: row, column: column, rows: rows, columns: 1), with: glyph, style)
    }

    /// Gives every cell of an area another role and keeps its text: the selected row, a pane gone stale.
    package mutating func restyle(_ area: Area, _ change: (Style) -> Style) {
        let visible = self.area.intersection(area)
        for row in visible.row..<max(visible.row, visible.endRow) {
            for column in visible.column..<max(visible.column, visible.endColumn) {
                let index = row * columns + column
                cells[index].style = change(cells[index].style)
            }
        }
    }

    /// Puts one glyph down and returns the index of its cell, or `nil` if it was clipped.
    private mutating func place(
        _ glyph: Unicode.Scalar, width: Int, row: Int, column: Int, _ style: Style, in visible: Area
    ) -> Int? {
        guard row >= visible.row, row < visible.endRow else { return nil }
        let isLeftVisible = column >= visible.column && column < visible.endColumn
        if width == 1 {
            guard isLeftVisible else { return nil }
            let index = row * columns + column
            clearWide(at: index, column: column)
            cells[index] = Cell(glyph, style: style)
            return index
        }
        let isRightVisible = column + 1 >= visible.column && column + 1 < visible.endColumn
        if isLeftVisible && isRightVisible {
            let index = row * columns + column
            clearWide(at: index, column: column)
            clearWide(at: index + 1, column: column + 1)
            cells[index] = Cell(glyph, style: style)
            cells[index + 1] = .rightHalf(style)
            return index
        }
        if isLeftVisible { _ = place(" ", width: 1, row: row, column: column, style, in: visible) }
        if isRightVisible {
            _ = place(" ", width: 1, row: row, column: column + 1, style, in: visible)
        }
        return nil
    }

    /// Before a cell is overwritten: the other half of a wide glyph there must not stay behind.
    private mutating func clearWide(at index: Int, column: Int) {
        if cells[index].width == 2, column + 1 < columns {
            cells[index + 1] = Cell(style: cells[index + 1].style)
        } else if cells[index].width == 0, column > 0 {
            cells[index - 1] = Cell(style: cells[index - 1].style)
        }
    }
}
