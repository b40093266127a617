/// A rectangle of cells; rows and columns count from 0 at the top left of the screen.
///
/// Never has a negative size: asking for more than there is gives what there is.
package struct Area: Hashable, Sendable {
    package let row: Int
    package let column: Int
    package let rows: Int
    package let columns: Int

    package init(row: Int, column: Int, rows: Int, columns: Int) {
        self.row = row
        self.column = column
        self.rows = max(0, rows)
        self.columns = max(0, columns)
    }

    package var isEmpty: Bool { rows == 0 || columns == 0 }
    /// The row after the last one.
    package var endRow: Int { row + rows }
    /// The column after the last one.
    package var endColumn: Int { column + columns }

    package func contains(row: Int, column: Int) -> Bool {
        row >= self.row && row < endRow && column >= self.column && column < endColumn
    }

    /// What both areas cover.
    package func intersection(_ other: Area) -> Area {
        let top = max(row, other.row)
        let left = max(column, other.column)
        return Area(
            row: top, column: left, rows: min(endRow, other.endRow) - top,
            columns: min(endColumn, other.endColumn) - left)
    }

    /// The area without its outermost rows and columns.
    package func inset(rows vertical: Int = 0, columns horizontal: Int = 0) -> Area {
        Area(
            row: row + min(vertical, rows), column: column + min(horizontal, columns),
            rows: rows - 2 * vertical, columns: columns - 2 * horizontal)
    }

    /// One row of the area, counted from its top; empty where there is none.
    package func line(_ index: Int) -> Area {
        let exists = index >= 0 && index < rows
        return Area(row: row + index, column: column, rows: exists ? 1 : 0, columns: columns)
    }

    /// The first `count` rows, and the rest.
    package func splitTop(_ count: Int) -> (top: Area, rest: Area) {
        let taken = min(max(0, count), rows)
        return (
            Area(row: row, column: column, rows: taken, columns: columns),
            Area(row: row + taken, column: column, rows: rows - taken, columns: columns)
        )
    }

    /// The last `count` rows, and the rest above them.
    package func splitBottom(_ count: Int) -> (rest: Area, bottom: Area) {
        let taken = min(max(0, count), rows)
        let (rest, bottom) = splitTop(rows - taken)
        return (rest, bottom)
    }

    /// The first `count` columns, and the rest.
    package func splitLeft(_ count: Int) -> (left: Area, rest: Area) {
        let taken = min(max(0, count), columns)
        return (
            Area(row: row, column: column, rows: rows, columns: taken),
            Area(row: row, column: column + taken, rows: rows, columns: columns - taken)
        )
    }

    /// The last `count` columns, and the rest before them.
    package func splitRight(_ count: Int) -> (rest: Area, right: Area) {
        let taken = min(max(0, count), columns)
        let (rest, right) = splitLeft(columns - taken)
        return (rest, right)
    }

    /// Areas of the given heights from the top down; the last ones are cut or empty when there is too little room.
    package func splitRows(_ heights: [Int]) -> [Area] {
        var rest = self
        return heights.map { height in
            let parts = rest.splitTop(height)
            rest = parts.rest
            return parts.top
        }
    }

    /// Columns side by side, as wide as their weights ask, `gap` columns apart; the last one takes what rounding leaves.
    package func splitColumns(weights: [Int], gap: Int = 0) -> [Area] {
        let room = max(0, columns - gap * max(0, weights.count - 1))
        let total = max(1, weights.reduce(0, +))
        var next = column
        var used = 0
        return weights.indices.map { index in
            let isLast = index == weights.count - 1
            let width = isLast ? room - used : room * weights[index] / total
            let area = Area(row: row, column: next, rows: rows, columns: width)
            next += width + gap
            used += width
            return area
        }
    }
}
