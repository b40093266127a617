/// Text from outside, made harmless for screens, logs and terminals.
package enum SafeText {
    /// `text` with at most `maxLength` characters, a `…` last where it was cut, and a `?` for every scalar that could
    /// act on a terminal or mislead a reader: controls, escapes, bidirectional and other invisible formatting, line
    /// separators, private and unassigned scalars.
    package static func clean(_ text: String, maxLength: Int = 200) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        // Bounded also in scalars: one character can carry any number of combining marks.
        for scalar in text.unicodeScalars {
            guard count < maxLength else {
                if !result.isEmpty { result.removeLast() }
                result.append("…")
                break
            }
            result.append(isSafe(scalar) ? scalar : "?")
            count += 1
        }
        return String(result)
    }

    /// Bytes from outside as clean text; what is no UTF-8 becomes `?`.
    package static func clean(_ bytes: borrowing Span<UInt8>, maxLength: Int = 200) -> String {
        var kept: [UInt8] = []
        // No scalar has more than 4 bytes.
        for index in 0..<min(bytes.count, 4 * (max(0, maxLength) + 1)) { kept.append(bytes[index]) }
        return clean(String(decoding: kept, as: UTF8.self), maxLength: maxLength)
    }

    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 128 { return scalar.value >= 32 && scalar.value < 127 }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            return false
        case .nonspacingMark, .enclosingMark, .spacingMark:
            // Marks pile up over neighbouring lines.
            return false
        default:
            // Unicode's enum, not ours: whatever it adds is a letter, a number, a sign or a blank.
            return scalar.value != 0xFFFD
        }
    }
}
