extension CellGrid {
    /// The screen as plain lines, without the spaces at their ends.
    package var text: String {
        (0..<rows).map { row in
            trimmed(cells(ofRow: row).map(\.text).joined())
        }.joined(separator: "\n")
    }

    /// One letter per cell for its role, in the shape of ``text``; `.` is ordinary text, and is left out at line ends.
    package var roleLetters: String {
        (0..<rows).map { row in
            trimmed(String(cells(ofRow: row).map(\.style.role.letter)), ".")
        }.joined(separator: "\n")
    }

    /// What a golden screen holds: the text, a line of dashes, the role letters.
    package var golden: String {
        text + "\n" + String(repeating: "-", count: 8) + "\n" + roleLetters + "\n"
    }

    private func trimmed(_ line: String, _ filler: Character = " ") -> String {
        var kept = line[...]
        while kept.last == filler { kept.removeLast() }
        return String(kept)
    }
}
