package import CellGrid

/// How one role looks: two colors and what is added to them.
package struct Look: Hashable, Sendable {
    package var foreground: Color
    package var background: Color
    package var attributes: Style.Attributes

    package init(
        foreground: Color = .terminal, background: Color = .terminal,
        attributes: Style.Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }
}

/// What every role looks like, for terminals of every depth.
///
/// A role that a theme leaves out looks like `text`; a role without a background has that of `text`.
package struct Theme: Hashable, Sendable {
    package let name: String
    /// By the raw value of the role.
    private var entries: [Entry]

    /// One line of a theme file; `nil` where the line leaves the depth to be derived.
    struct Entry: Hashable, Sendable {
        var full = Look()
        var colors256: Look?
        var colors16: Look?
        var monochrome: Style.Attributes?
    }

    init(name: String, entries: [Role: Entry]) {
        self.name = name
        let text = entries[.text] ?? Entry()
        self.entries = Role.allCases.map { role in
            var entry = entries[role] ?? text
            if entry.full.background == .terminal { entry.full.background = text.full.background }
            return entry
        }
    }

    /// The default theme, which is compiled in.
    package static let standard: Theme =
        shipped(named: shippedNames[0]) ?? Theme(name: "default", entries: [:])

    /// The names of the themes that are compiled in, the default one first.
    package static let shippedNames: [String] = shippedThemeTexts.map(\.name)

    /// A theme that is compiled in; `nil` for any other name.
    package static func shipped(named name: String) -> Theme? {
        guard let text = shippedThemeTexts.first(where: { $0.name == name })?.text else {
            return nil
        }
        do {
            return try Theme(parsing: text, name: name)
        } catch {
            // A test parses every one of them; the program would still run, without colors.
            return nil
        }
    }

    /// How to draw a style: palette colors that the terminal has, and attributes.
    package func look(of style: Style, depth: ColorDepth) -> Look {
        let entry = entries[Int(style.role.rawValue)]
        let text = entries[Int(Role.text.rawValue)]
        var look: Look
        switch depth {
        case .colors256:
            look = entry.colors256 ?? entry.full
            if look.background == .terminal {
                look.background = text.colors256?.background ?? text.full.background
            }
        case .colors16:
            look = entry.colors16 ?? entry.full
            if look.background == .terminal {
                look.background = text.colors16?.background ?? text.full.background
            }
        case .monochrome:
            look = Look(attributes: entry.monochrome ?? derivedMonochrome(entry, text: text))
        }
        look.foreground = look.foreground.reduced(to: depth)
        look.background = look.background.reduced(to: depth)
        look.attributes = style.attributes.union(look.attributes)
        return look
    }

    /// How to draw a style where any color can be had, as in a picture.
    package func fullLook(of style: Style) -> Look {
        var look = entries[Int(style.role.rawValue)].full
        look.attributes = look.attributes.union(style.attributes)
        return look
    }

    /// A role that stands on a background of its own is reversed, since that is what remains of a background.
    private func derivedMonochrome(_ entry: Entry, text: Entry) -> Style.Attributes {
        let hasOwnBackground = entry.full.background != text.full.background
        return hasOwnBackground ? entry.full.attributes.union(.reverse) : entry.full.attributes
    }
}
