package import CellGrid

extension Theme {
    /// The screen as text with color escapes, for terminals and for `less -R`; every line ends reset.
    package func ansi(_ grid: CellGrid, depth: ColorDepth) -> String {
        var result = ""
        for row in 0..<grid.rows {
            var current: Look?
            for cell in grid.cells(ofRow: row) where cell.width > 0 {
                let look = look(of: cell.style, depth: depth)
                if look != current {
                    result += selectGraphicRendition(look)
                    current = look
                }
                result += cell.text
            }
            result += "\u{1B}[0m\n"
        }
        return result
    }

    /// The screen as a picture: one `text` element for every stretch of equal look.
    ///
    /// Every stretch has its exact length, so that the columns stand even in a font of another width.
    package func svg(_ grid: CellGrid) -> String {
        let (cellWidth, cellHeight, baseline) = (9, 18, 14)
        let ground = fullLook(of: Style(.text))
        let paper = hexadecimal(ground.background) ?? "#0e1116"
        let ink = hexadecimal(ground.foreground) ?? "#d4d8de"
        let (width, height) = (grid.columns * cellWidth, grid.rows * cellHeight)
        var result =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
            + "height=\"\(height)\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
            + "font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" fill=\"\(paper)\"/>\n"
        for row in 0..<grid.rows {
            for stretch in stretches(of: grid, row: row) {
                let look = fullLook(of: stretch.style)
                let isReversed = look.attributes.contains(.reverse)
                let front = hexadecimal(look.foreground) ?? ink
                let back = hexadecimal(look.background) ?? paper
                let (x, y) = (stretch.column * cellWidth, row * cellHeight)
                let length = stretch.columns * cellWidth
                if isReversed || back != paper {
                    result +=
                        "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(length)\" height=\"\(cellHeight)\" "
                        + "fill=\"\(isReversed ? front : back)\"/>\n"
                }
                let dots = brailleDots(stretch, x: x, y: y, width: cellWidth, height: cellHeight)
                if !dots.isEmpty {
                    result += "<path fill=\"\(isReversed ? back : front)\" d=\"\(dots)\"/>\n"
                }
                let words = dots.isEmpty ? stretch.text : withoutBraille(stretch.text)
                guard words.contains(where: { $0 != " " }) else { continue }
                result +=
                    "<text x=\"\(x)\" y=\"\(y + baseline)\" textLength=\"\(length)\" "
                    + "lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" "
                    + "fill=\"\(isReversed ? back : front)\"\(svgAttributes(look.attributes))>"
                    + "\(escaped(words))</text>\n"
            }
        }
        return result + "</svg>\n"
    }
}

/// The dots of the braille cells of a stretch as squares: few fonts have them, and none in our width.
///
/// A stretch with cells of another width than one has no charts in it.
private func brailleDots(_ stretch: Stretch, x: Int, y: Int, width: Int, height: Int) -> String {
    guard stretch.text.unicodeScalars.count == stretch.columns else { return "" }
    // Bit 0 is the upper left dot; 6 and 7 are the lowest pair.
    // - Source: Unicode, Braille Patterns, U+2800.
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    var path = ""
    for (index, scalar) in stretch.text.unicodeScalars.enumerated()
    where (0x2801...0x28FF).contains(scalar.value) {
        for (bit, place) in places.enumerated() where (scalar.value - 0x2800) >> bit & 1 == 1 {
            let left = x + index * width + 1 + place.0 * width / 2
            let top = y + 2 + place.1 * (height - 2) / 4
            path += "M\(left) \(top)h3v3h-3z"
        }
    }
    return path
}

private func withoutBraille(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { (0x2800...0x28FF).contains($0.value) ? " " : $0 }))
}

/// Neighboring cells of one style.
private struct Stretch {
    let column: Int
    var columns: Int
    let style: Style
    var text: String
}

private func stretches(of grid: CellGrid, row: Int) -> [Stretch] {
    var result: [Stretch] = []
    for (column, cell) in grid.cells(ofRow: row).enumerated() {
        if let last = result.last, last.style == cell.style {
            result[result.count - 1].columns += 1
            result[result.count - 1].text += cell.text
        } else {
            result.append(Stretch(column: column, columns: 1, style: cell.style, text: cell.text))
        }
    }
    return result
}

private func selectGraphicRendition(_ look: Look) -> String {
    var codes = ["0"]
    if look.attributes.contains(.bold) { codes.append("1") }
    if look.attributes.contains(.dim) { codes.append("2") }
    if look.attributes.contains(.underline) { codes.append("4") }
    if look.attributes.contains(.reverse) { codes.append("7") }
    codes += colorCodes(look.foreground, base: 30)
    codes += colorCodes(look.background, base: 40)
    return "\u{1B}[" + codes.joined(separator: ";") + "m"
}

private func colorCodes(_ color: Color, base: Int) -> [String] {
    switch color {
    case .terminal: []
    case .indexed(let index) where index < 8: ["\(base + Int(index))"]
    case .indexed(let index) where index < 16: ["\(base + 60 + Int(index) - 8)"]
    case .indexed(let index): ["\(base + 8)", "5", "\(index)"]
    case .rgb(let red, let green, let blue): ["\(base + 8)", "2", "\(red)", "\(green)", "\(blue)"]
    }
}

private func svgAttributes(_ attributes: Style.Attributes) -> String {
    var result = ""
    if attributes.contains(.bold) { result += " font-weight=\"bold\"" }
    if attributes.contains(.dim) { result += " opacity=\"0.65\"" }
    if attributes.contains(.underline) { result += " text-decoration=\"underline\"" }
    return result
}

private func hexadecimal(_ color: Color) -> String? {
    guard let (red, green, blue) = color.components else { return nil }
    return "#"
        + [red, green, blue].map { component in
            let digits = String(component, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
}

private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
    return result
}
