package import CellGrid

/// What is wrong with a theme file, and where.
package struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    package let reason: Reason

    package enum Reason: Hashable, Sendable {
        /// The line is neither empty, a comment, nor `role = look`.
        case notAnAssignment
        case unknownRole(String, nearest: Role)
        case repeatedRole(Role, firstLine: Int)
        /// A word that is neither a color nor an attribute.
        case unknownWord(String)
        /// `on` without a color after it.
        case missingBackground
        /// A third color, or two without `on`.
        case secondColor(String)
        /// More than four fields.
        case tooManyFields
        /// The monochrome field can only hold attributes.
        case colorInMonochrome(String)
        /// The line says nothing.
        case emptyLook
        /// More than 64 KiB or 1,000 lines.
        case tooLong
    }

    package var description: String {
        "line \(line): " + what
    }

    private var what: String {
        switch reason {
        case .notAnAssignment: "expected 'role = color [on color] [attributes]'"
        case .unknownRole(let word, let nearest):
            "there is no role '\(SafeText.clean(word, maxScalars: 40))'; did you mean '\(nearest.name)'?"
        case .repeatedRole(let role, let firstLine):
            "'\(role.name)' was already set in line \(firstLine)"
        case .unknownWord(let word):
            "'\(SafeText.clean(word, maxScalars: 40))' is no color (#rrggbb, 0-255, default, a name like "
                + "bright-blue) and no attribute (bold, dim, reverse, underline)"
        case .missingBackground: "'on' needs a background color after it"
        case .secondColor(let word):
            "'\(SafeText.clean(word, maxScalars: 40))' is one color too many; a background is written after 'on'"
        case .tooManyFields:
            "at most four looks divided by '|': full, 256 colors, 16 colors, monochrome"
        case .colorInMonochrome(let word):
            "the fourth look is for monochrome terminals and cannot have the color "
                + "'\(SafeText.clean(word, maxScalars: 40))'"
        case .emptyLook: "nothing after '='; write 'default' for the terminal's own color"
        case .tooLong: "a theme has at most 64 KiB and 1,000 lines"
        }
    }
}

extension Theme {
    /// Reads a theme file.
    ///
    /// Every line is empty, a comment (`#` and a space), or `role = look | look | look | look`: for any color, for 256
    /// colors, for 16, and for none. A look is `[color] [on color] [bold] [dim] [reverse] [underline]`; a look that is
    /// left out or empty is derived from the first one.
    /// - Throws: the first thing that is wrong, with its line.
    package init(parsing text: String, name: String) throws(ThemeError) {
        var entries: [Role: Entry] = [:]
        var firstLines: [Role: Int] = [:]
        if text.utf8.count > 65_536 { throw ThemeError(line: 1, reason: .tooLong) }
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, rawLine) in lines.enumerated() {
            let line = index + 1
            if line > 1_000 { throw ThemeError(line: line, reason: .tooLong) }
            let content = withoutComment(rawLine)
            if content.isEmpty { continue }
            guard let equals = content.firstIndex(of: "=") else {
                throw ThemeError(line: line, reason: .notAnAssignment)
            }
            let word = String(trimmed(content[..<equals]))
            guard let role = Role.allCases.first(where: { $0.name == word }) else {
                throw ThemeError(
                    line: line, reason: .unknownRole(word, nearest: nearestRole(to: word)))
            }
            if let firstLine = firstLines[role] {
                throw ThemeError(line: line, reason: .repeatedRole(role, firstLine: firstLine))
            }
            firstLines[role] = line
            entries[role] = try parseEntry(
                trimmed(content[content.index(after: equals)...]), line: line)
        }
        self.init(name: name, entries: entries)
    }
}

private func parseEntry(_ text: Substring, line: Int) throws(ThemeError) -> Theme.Entry {
    if text.isEmpty { throw ThemeError(line: line, reason: .emptyLook) }
    let fields = text.split(separator: "|", omittingEmptySubsequences: false).map { trimmed($0) }
    if fields.count > 4 { throw ThemeError(line: line, reason: .tooManyFields) }
    if fields[0].isEmpty { throw ThemeError(line: line, reason: .emptyLook) }
    var entry = Theme.Entry()
    entry.full = try parseLook(fields[0], line: line)
    if fields.count > 1, !fields[1].isEmpty {
        entry.colors256 = try parseLook(fields[1], line: line)
    }
    if fields.count > 2, !fields[2].isEmpty {
        entry.colors16 = try parseLook(fields[2], line: line)
    }
    if fields.count > 3, !fields[3].isEmpty {
        let look = try parseLook(fields[3], line: line)
        if look.foreground != .terminal || look.background != .terminal {
            throw ThemeError(line: line, reason: .colorInMonochrome(String(fields[3])))
        }
        entry.monochrome = look.attributes
    }
    return entry
}

private func parseLook(_ text: Substring, line: Int) throws(ThemeError) -> Look {
    var look = Look()
    var colors = 0
    var expectsBackground = false
    for word in text.split(whereSeparator: \.isWhitespace) {
        if expectsBackground {
            guard let color = Color(word: word) else {
                throw ThemeError(line: line, reason: .unknownWord(String(word)))
            }
            look.background = color
            expectsBackground = false
        } else if word == "on" {
            expectsBackground = true
        } else if let attribute = Style.Attributes(word: word) {
            look.attributes.insert(attribute)
        } else if let color = Color(word: word) {
            if colors > 0 { throw ThemeError(line: line, reason: .secondColor(String(word))) }
            colors += 1
            look.foreground = color
        } else {
            throw ThemeError(line: line, reason: .unknownWord(String(word)))
        }
    }
    if expectsBackground { throw ThemeError(line: line, reason: .missingBackground) }
    return look
}

extension Style.Attributes {
    fileprivate init?(word: Substring) {
        switch word {
        case "bold": self = .bold
        case "dim": self = .dim
        case "reverse": self = .reverse
        case "underline": self = .underline
        case "plain": self = []
        default: return nil
        }
    }
}

/// A comment begins with `#` at the start of the line or after a space, and `#` is followed by a space or nothing.
private func withoutComment(_ line: Substring) -> Substring {
    var previous: Character = " "
    for index in line.indices {
        let next = line.index(after: index)
        let standsAlone = next == line.endIndex || line[next].isWhitespace
        if line[index] == "#", previous.isWhitespace, standsAlone {
            return trimmed(line[..<index])
        }
        previous = line[index]
    }
    return trimmed(line)
}

private func trimmed(_ text: Substring) -> Substring {
    var kept = text
    while let first = kept.first, first.isWhitespace { kept.removeFirst() }
    while let last = kept.last, last.isWhitespace { kept.removeLast() }
    return kept
}

/// The role whose name takes the fewest changed letters to become `word`.
private func nearestRole(to word: String) -> Role {
    var best = Role.text
    var bestDistance = Int.max
    for role in Role.allCases {
        let distance = editDistance(Array(word.utf8.prefix(40)), Array(role.name.utf8))
        if distance < bestDistance {
            best = role
            bestDistance = distance
        }
    }
    return best
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let change = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[right.count]
}
