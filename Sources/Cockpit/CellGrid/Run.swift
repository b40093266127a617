/// Neighboring cells of one row that changed.
package struct Run: Hashable, Sendable {
    package let row: Int
    package let column: Int
    package let cells: [Cell]
}

extension CellGrid {
    /// What must be drawn to turn `old` into this grid, from the top left; everything if the sizes differ.
    ///
    /// A run never begins or ends within a wide glyph.
    package func changes(from old: CellGrid) -> [Run] {
        let isSameSize = old.columns == columns && old.rows == rows
        var runs: [Run] = []
        for row in 0..<rows {
            let start = row * columns
            var column = 0
            while column < columns {
                if isSameSize && cells[start + column] == old.cells[start + column] {
                    column += 1
                    continue
                }
                var first = column
                while first > 0, cells[start + first].width == 0 { first -= 1 }
                var end = column + 1
                while end < columns,
                    !isSameSize || cells[start + end] != old.cells[start + end]
                        || cells[start + end].width == 0
                {
                    end += 1
                }
                runs.append(
                    Run(row: row, column: first, cells: Array(cells[start + first..<start + end])))
                column = end
            }
        }
        return runs
    }

    /// The cells of one row, for whoever draws whole rows; none outside the grid.
    package func cells(ofRow row: Int) -> ArraySlice<Cell> {
        guard row >= 0, row < rows else { return [] }
        return cells[row * columns..<(row + 1) * columns]
    }
}
