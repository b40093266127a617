import CellGrid
import CockpitTerminal
import CockpitTheme
import Glibc

/// Themes by name: a person's own before the shipped ones.
struct ThemeShelf {
    /// In the order of the `t` key.
    let names: [String]
    private let own: [String]

    init() {
        own = Files.names(in: Environment.themeFolder).filter { $0.hasSuffix(".theme") }.prefix(64)
            .map { String($0.dropLast(6)) }
        let shipped = Theme.shippedNames
        names = shipped + own.filter { !shipped.contains($0) }
    }

    /// Reads a theme.
    func load(_ name: String) throws(Failure) -> Theme {
        if own.contains(name) {
            let path = Environment.themeFolder + "/" + name + ".theme"
            guard let bytes = Files.read(path, limit: 65_536) else {
                throw Failure(.system, "\(path) cannot be read: \(errorText(errno))")
            }
            do throws(ThemeError) {
                return try Theme(parsing: String(decoding: bytes, as: UTF8.self), name: name)
            } catch {
                throw Failure(.system, "\(path), \(error.description)")
            }
        }
        if let theme = Theme.shipped(named: name) { return theme }
        throw Failure(
            .system, "there is no theme '\(name)'; there are \(names.joined(separator: ", "))")
    }
}

extension ColorDepth {
    /// What to use on a terminal with so many colors.
    init(colors: Int) {
        if Environment.value("NO_COLOR") != nil {
            self = .monochrome
        } else if colors >= 256 {
            self = .colors256
        } else {
            self = colors >= 8 ? .colors16 : .monochrome
        }
    }
}

extension Theme {
    /// The theme in the terminal's terms.
    func resolver(_ depth: ColorDepth) -> (Style) -> TerminalLook {
        { style in
            let look = look(of: style, depth: depth)
            return TerminalLook(
                foreground: look.foreground.index, background: look.background.index,
                attributes: look.attributes)
        }
    }
}

extension Color {
    /// The place in the palette; -1 for the terminal's own.
    fileprivate var index: Int {
        switch self {
        case .indexed(let index): Int(index)
        case .terminal, .rgb: -1
        }
    }
}
