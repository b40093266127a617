extension Unicode.Scalar {
    /// The columns a terminal gives to this scalar: 0 for what is drawn over its neighbor or not at all, 1, or 2.
    ///
    /// Characters of ambiguous width (box drawing, blocks, braille) count as 1, as every Western terminal draws them.
    /// - Source: Unicode 15 EastAsianWidth.txt, classes W and F, read 2025; marks by general category.
    package var displayWidth: Int {
        if value < 0x300 {
            let isControl = value < 0x20 || value >= 0x7F && value < 0xA0
            return isControl || value == 0xAD ? 0 : 1
        }
        if value >= 0x1160 && value <= 0x11FF { return 0 }  // Jamo that join the one before.
        if value >= 0x2500 && value <= 0x28FF && !isAmongSymbolsDrawnWide { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .surrogate, .lineSeparator,
            .paragraphSeparator:
            return 0
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .spacingMark,
            .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation, .dashPunctuation,
            .openPunctuation,
            .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation,
            .mathSymbol,
            .currencySymbol, .modifierSymbol, .otherSymbol, .spaceSeparator, .privateUse,
            .unassigned:
            return isDrawnWide ? 2 : 1
        @unknown default:
            return isDrawnWide ? 2 : 1
        }
    }

    /// A mark that is drawn over the glyph before it (accents and the like), as opposed to what is not drawn at all.
    var isCombiningMark: Bool {
        guard value >= 0x300 else { return false }
        if value >= 0x1160 && value <= 0x11FF { return true }
        // Variation selectors change the width on some terminals and not on others.
        if value >= 0xFE00 && value <= 0xFE0F || value >= 0xE0100 { return false }
        let category = properties.generalCategory
        return category == .nonspacingMark || category == .enclosingMark
    }

    private var isAmongSymbolsDrawnWide: Bool { value >= 0x25FD && value <= 0x27BF && isDrawnWide }

    private var isDrawnWide: Bool {
        var low = 0
        var high = wideRanges.count - 1
        while low <= high {
            let middle = (low + high) / 2
            let (first, last) = wideRanges[middle]
            if value < first {
                high = middle - 1
            } else if value > last {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }
}

/// Measures and cuts text by the columns it takes on a screen.
package enum DisplayWidth {
    /// The columns `text` takes.
    package static func of(_ text: String) -> Int {
        var columns = 0
        for scalar in text.unicodeScalars { columns += scalar.displayWidth }
        return columns
    }

    /// The longest beginning of `text` that takes at most `columns`; marks stay with their glyph.
    package static func prefix(of text: String, columns: Int) -> String {
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            let width = scalar.displayWidth
            if used + width > columns { break }
            used += width
            kept.append(scalar)
        }
        return String(kept)
    }

    /// `text` if it fits, else its beginning with `mark` at the end to say that something is missing.
    package static func fitted(_ text: String, columns: Int, mark: String = "~") -> String {
        if of(text) <= columns { return text }
        let room = columns - of(mark)
        return room < 0
            ? prefix(of: text, columns: columns) : prefix(of: text, columns: room) + mark
    }

    package enum Alignment: Hashable, Sendable { case left, right, center }

    /// `text` in exactly `columns` columns: cut with `mark`, or filled up with spaces.
    package static func padded(
        _ text: String, to columns: Int, _ alignment: Alignment = .left, mark: String = "~"
    ) -> String {
        let kept = fitted(text, columns: columns, mark: mark)
        let missing = max(0, columns - of(kept))
        switch alignment {
        case .left: return kept + String(repeating: " ", count: missing)
        case .right: return String(repeating: " ", count: missing) + kept
        case .center:
            let before = missing / 2
            return String(repeating: " ", count: before) + kept
                + String(repeating: " ", count: missing - before)
        }
    }
}

/// First and last scalar of every range drawn two columns wide, ascending.
private let wideRanges: [(UInt32, UInt32)] = [
    (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0),
    (0x23F3, 0x23F3),
    (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693),
    (0x26A1, 0x26A1),
    (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4),
    (0x26EA, 0x26EA),
    (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705),
    (0x270A, 0x270B),
    (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757),
    (0x2795, 0x2797),
    (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55),
    (0x2E80, 0x2E99),
    (0x2E9B, 0x2EF3), (0x2F00, 0x2FD5), (0x2FF0, 0x2FFB), (0x3000, 0x303E), (0x3041, 0x3096),
    (0x3099, 0x30FF),
    (0x3105, 0x312F), (0x3131, 0x318E), (0x3190, 0x31E3), (0x31F0, 0x321E), (0x3220, 0x3247),
    (0x3250, 0x4DBF),
    (0x4E00, 0xA48C), (0xA490, 0xA4C6), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
    (0xFE10, 0xFE19),
    (0xFE30, 0xFE52), (0xFE54, 0xFE66), (0xFE68, 0xFE6B), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6),
    (0x16FE0, 0x16FE4),
    (0x16FF0, 0x16FF1), (0x17000, 0x187F7), (0x18800, 0x18CD5), (0x18D00, 0x18D08),
    (0x1AFF0, 0x1AFFE),
    (0x1B000, 0x1B122), (0x1B132, 0x1B132), (0x1B150, 0x1B152), (0x1B155, 0x1B155),
    (0x1B164, 0x1B167),
    (0x1B170, 0x1B2FB), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E),
    (0x1F191, 0x1F19A),
    (0x1F200, 0x1F202), (0x1F210, 0x1F23B), (0x1F240, 0x1F248), (0x1F250, 0x1F251),
    (0x1F260, 0x1F265),
    (0x1F300, 0x1F320), (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393),
    (0x1F3A0, 0x1F3CA),
    (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E),
    (0x1F440, 0x1F440),
    (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567),
    (0x1F57A, 0x1F57A),
    (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5),
    (0x1F6CC, 0x1F6CC),
    (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6D7), (0x1F6DC, 0x1F6DF), (0x1F6EB, 0x1F6EC),
    (0x1F6F4, 0x1F6FC),
    (0x1F7E0, 0x1F7EB), (0x1F7F0, 0x1F7F0), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945),
    (0x1F947, 0x1F9FF),
    (0x1FA70, 0x1FA7C), (0x1FA80, 0x1FA88), (0x1FA90, 0x1FABD), (0x1FABF, 0x1FAC5),
    (0x1FACE, 0x1FADB),
    (0x1FAE0, 0x1FAE8), (0x1FAF0, 0x1FAF8), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD),
]
