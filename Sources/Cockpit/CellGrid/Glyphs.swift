/// Which characters the terminal can show. Every one of them is complete: ASCII loses resolution, never meaning.
package enum Glyphs: String, CaseIterable, Hashable, Sendable {
    /// Braille charts, block bars, box lines.
    case braille
    /// Block charts and bars, box lines; for fonts without braille.
    case block
    /// Nothing beyond ASCII.
    case ascii

    package var horizontal: Unicode.Scalar { self == .ascii ? "-" : "\u{2500}" }
    package var vertical: Unicode.Scalar { self == .ascii ? "|" : "\u{2502}" }
    package var topLeft: Unicode.Scalar { self == .ascii ? "+" : "\u{250C}" }
    package var topRight: Unicode.Scalar { self == .ascii ? "+" : "\u{2510}" }
    package var bottomLeft: Unicode.Scalar { self == .ascii ? "+" : "\u{2514}" }
    package var bottomRight: Unicode.Scalar { self == .ascii ? "+" : "\u{2518}" }
    package var cross: Unicode.Scalar { self == .ascii ? "+" : "\u{253C}" }
    package var teeDown: Unicode.Scalar { self == .ascii ? "+" : "\u{252C}" }
    package var teeUp: Unicode.Scalar { self == .ascii ? "+" : "\u{2534}" }
    package var teeRight: Unicode.Scalar { self == .ascii ? "+" : "\u{251C}" }
    package var teeLeft: Unicode.Scalar { self == .ascii ? "+" : "\u{2524}" }
    /// The axis in the middle of a diverging bar.
    package var middle: Unicode.Scalar { self == .ascii ? "|" : "\u{2502}" }
    package var arrowUp: Unicode.Scalar { self == .ascii ? "^" : "\u{2191}" }
    package var arrowDown: Unicode.Scalar { self == .ascii ? "v" : "\u{2193}" }
    package var arrowRight: Unicode.Scalar { self == .ascii ? ">" : "\u{2192}" }
    package var arrowLeft: Unicode.Scalar { self == .ascii ? "<" : "\u{2190}" }
    /// Before the selected row.
    package var pointer: Unicode.Scalar { self == .ascii ? ">" : "\u{25B8}" }
    /// Says that text was cut here.
    package var ellipsis: Unicode.Scalar { self == .ascii ? "~" : "\u{2026}" }
    package var bullet: Unicode.Scalar { self == .ascii ? "*" : "\u{2022}" }
    /// A full cell of a bar.
    package var solid: Unicode.Scalar { self == .ascii ? "#" : "\u{2588}" }
    /// The fill of a loud bar or of the rest of a gauge.
    package var shade: Unicode.Scalar { self == .ascii ? "." : "\u{2591}" }

    /// A bar that grows to the right, in exactly `columns` columns; a fraction above 0 always shows something.
    ///
    /// Fractions outside 0...1 are taken as the nearer end, not-a-number as 0.
    package func bar(_ fraction: Double, columns: Int) -> String {
        let partials: [Unicode.Scalar] =
            self == .ascii
            ? []
            : ["\u{258F}", "\u{258E}", "\u{258D}", "\u{258C}", "\u{258B}", "\u{258A}", "\u{2589}"]
        return grown(fraction, columns: columns, partials: partials)
    }

    /// A bar that grows to the left, in exactly `columns` columns; otherwise as ``bar(_:columns:)``.
    package func leftwardBar(_ fraction: Double, columns: Int) -> String {
        let text = grown(fraction, columns: columns, partials: self == .ascii ? [] : ["\u{2590}"])
        return String(text.reversed())
    }

    /// Two bars that grow away from a middle line, each `half` columns: draw them with their own styles.
    package func divergingBar(left: Double, right: Double, half: Int) -> (
        left: String, middle: String, right: String
    ) {
        (leftwardBar(left, columns: half), String(middle), bar(right, columns: half))
    }

    /// Fills whole cells, then one partial cell; `partials` are the glyphs between empty and full, rising.
    private func grown(_ fraction: Double, columns: Int, partials: [Unicode.Scalar]) -> String {
        guard columns > 0 else { return "" }
        let steps = partials.count + 1
        let length = clamped(fraction)
        let exact = Int((length * Double(columns * steps)).rounded())
        let filled = length > 0 ? max(1, exact) : 0
        var scalars = String.UnicodeScalarView()
        for _ in 0..<(filled / steps) { scalars.append(solid) }
        if filled % steps > 0 { scalars.append(partials[filled % steps - 1]) }
        while scalars.count < columns { scalars.append(" ") }
        return String(scalars)
    }

    /// One line of a series, oldest first, the newest `columns` values, one glyph a value; a missing value is a space.
    ///
    /// The range is that of the values shown, unless `range` is given. A flat series is drawn at the bottom.
    package func sparkline(_ values: [Double?], columns: Int, range: ClosedRange<Double>? = nil)
        -> String
    {
        let shown = values.suffix(max(0, columns))
        let known = shown.compactMap { $0 }.filter { $0.isFinite }
        let low = range?.lowerBound ?? known.min() ?? 0
        let high = range?.upperBound ?? known.max() ?? 0
        let levels = risingLevels
        var scalars = String.UnicodeScalarView()
        for _ in shown.count..<max(shown.count, columns) { scalars.append(" ") }
        for value in shown {
            guard let value, value.isFinite else {
                scalars.append(" ")
                continue
            }
            let fraction = high > low ? clamped((value - low) / (high - low)) : 0
            scalars.append(levels[min(levels.count - 1, Int(fraction * Double(levels.count)))])
        }
        return String(scalars)
    }

    /// Glyphs of one cell from low to high.
    private var risingLevels: [Unicode.Scalar] {
        switch self {
        case .ascii: ["_", ".", "-", "=", "^"]
        case .braille, .block:
            [
                "\u{2581}", "\u{2582}", "\u{2583}", "\u{2584}", "\u{2585}", "\u{2586}", "\u{2587}",
                "\u{2588}",
            ]
        }
    }
}

/// The value moved into 0...1; not-a-number is 0.
func clamped(_ value: Double) -> Double {
    value > 0 ? min(1, value) : 0
}
