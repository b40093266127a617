/// One place of the screen.
///
/// A wide glyph lies in two cells: the first has `width` 2, the second is ``rightHalf(_:)`` with `width` 0.
package struct Cell: Hashable, Sendable {
    /// The glyph; never a control or format character.
    package private(set) var base: Unicode.Scalar
    /// Combining marks on the glyph; `nil` where there are fewer than two. Further marks are dropped.
    package private(set) var firstMark: Unicode.Scalar?
    package private(set) var secondMark: Unicode.Scalar?
    /// Columns taken: 1, 2, or 0 for the right half of the wide glyph before it.
    package private(set) var width: UInt8
    package var style: Style

    /// A space.
    package init(style: Style = Style(.text)) {
        base = " "
        width = 1
        self.style = style
    }

    /// One glyph. Anything that cannot stand in a cell alone (control, format, mark) becomes `?`.
    package init(_ glyph: Unicode.Scalar, style: Style) {
        let columns = glyph.displayWidth
        base = columns == 0 ? "?" : glyph
        width = columns == 2 ? 2 : 1
        self.style = style
    }

    /// What lies under the right half of a wide glyph.
    static func rightHalf(_ style: Style) -> Cell {
        var cell = Cell(style: style)
        cell.width = 0
        return cell
    }

    mutating func add(mark: Unicode.Scalar) {
        if firstMark == nil {
            firstMark = mark
        } else if secondMark == nil {
            secondMark = mark
        }
    }

    /// The glyph with its marks; empty for the right half of a wide glyph.
    package var text: String {
        guard width > 0 else { return "" }
        var scalars = String.UnicodeScalarView()
        scalars.append(base)
        if let firstMark { scalars.append(firstMark) }
        if let secondMark { scalars.append(secondMark) }
        return String(scalars)
    }
}
