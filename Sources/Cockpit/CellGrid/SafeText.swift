/// Makes text from outside (symbols, errors, log lines) harmless before it is drawn.
package enum SafeText {
    /// The text without escape sequences, control, format and bidirectional characters, at most `maxScalars` long.
    ///
    /// Tabs and line ends become one space. What has no agreed shape (private use, unassigned) becomes `?`, and of a
    /// pile of combining marks two stay.
    package static func clean(_ text: String, maxScalars: Int = 4_096) -> String {
        var kept = String.UnicodeScalarView()
        var escape = Escape.outside
        var marks = 0
        var count = 0
        for scalar in text.unicodeScalars {
            if count == maxScalars { break }
            if escape.takes(scalar) { continue }
            guard let replacement = harmless(scalar) else { continue }
            if replacement.isCombiningMark {
                marks += 1
                if marks > 2 || kept.isEmpty { continue }
            } else {
                marks = 0
            }
            kept.append(replacement)
            count += 1
        }
        return String(kept)
    }

    private static func harmless(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return " " }
        if scalar.value >= 0x20 && scalar.value < 0x7F { return scalar }
        if scalar.value >= 0xFE00 && scalar.value <= 0xFE0F
            || scalar.value >= 0xE0100 && scalar.value <= 0xE01EF
        {
            return nil
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate: return nil
        case .lineSeparator, .paragraphSeparator: return " "
        case .privateUse, .unassigned: return "?"
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber,
            .connectorPunctuation,
            .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation,
            .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
            .spaceSeparator:
            return scalar
        @unknown default: return "?"
        }
    }
}

/// Where in a terminal escape sequence the text is.
private enum Escape {
    case outside
    case afterEscape
    /// Ends with a letter or another final byte.
    case control
    /// Ends with BEL or ESC \; the text of titles and links.
    case string
    case stringAfterEscape

    /// Whether the scalar belongs to an escape sequence.
    mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .outside:
            switch scalar.value {
            case 0x1B: self = .afterEscape
            case 0x9B: self = .control
            case 0x90, 0x98, 0x9D, 0x9E, 0x9F: self = .string
            default: return false
            }
            return true
        case .afterEscape:
            switch scalar {
            case "[": self = .control
            case "]", "P", "X", "^", "_": self = .string
            case "\u{1B}": self = .afterEscape
            default: self = scalar.value >= 0x20 && scalar.value <= 0x2F ? .afterEscape : .outside
            }
            return true
        case .control:
            if scalar.value == 0x1B {
                self = .afterEscape
            } else if scalar.value >= 0x40 && scalar.value <= 0x7E {
                self = .outside
            } else if scalar.value < 0x20 || scalar.value > 0x7E {
                // Not a sequence after all; what follows is text again.
                self = .outside
                return false
            }
            return true
        case .string:
            if scalar.value == 0x07 || scalar.value == 0x9C {
                self = .outside
            } else if scalar.value == 0x1B {
                self = .stringAfterEscape
            } else if scalar == "\n" {
                // An unfinished string must not swallow the lines after it.
                self = .outside
                return false
            }
            return true
        case .stringAfterEscape:
            if scalar == "\\" {
                self = .outside
                return true
            }
            self = .afterEscape
            return takes(scalar)
        }
    }
}
