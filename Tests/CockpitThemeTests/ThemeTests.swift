import CellGrid
@testable import CockpitTheme
import Foundation
import Testing

@Suite struct ThemeParsingTests {
    func failure(_ text: String) -> String {
        do {
            _ = try Theme(parsing: text, name: "test")
            return "no error"
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        (
            "# only a comment\n\nprofit blue",
            "line 3: expected 'role = color [on color] [attributes]'"
        ),
        ("proft = blue", "line 1: there is no role 'proft'; did you mean 'profit'?"),
        ("loss = red\nloss = blue", "line 2: 'loss' was already set in line 1"),
        (
            "loss = purplish",
            "line 1: 'purplish' is no color (#rrggbb, 0-255, default, a name like bright-blue) and no attribute "
                + "(bold, dim, reverse, underline)"
        ),
        ("loss = red on", "line 1: 'on' needs a background color after it"),
        (
            "loss = red blue",
            "line 1: 'blue' is one color too many; a background is written after 'on'"
        ),
        ("loss =", "line 1: nothing after '='; write 'default' for the terminal's own color"),
        ("loss = | 4", "line 1: nothing after '='; write 'default' for the terminal's own color"),
        (
            "loss = red|1|red|bold|x",
            "line 1: at most four looks divided by '|': full, 256 colors, 16 colors, monochrome"
        ),
        (
            "loss = red|||blue",
            "line 1: the fourth look is for monochrome terminals and cannot have the color 'blue'"
        ),
    ]) func `a wrong line is named with its number`(text: String, message: String) {
        #expect(failure(text) == message)
    }

    @Test(arguments: [
        "#12345", "#1234567", "#gggggg", "256", "-1", "+5", "1e2", "##fffff", "#ｆfffff",
    ])
    func `a color must be written exactly`(word: String) {
        #expect(failure("loss = \(word)").hasPrefix("line 1: '"))
    }

    @Test func `an escape in a theme file does not reach the terminal through its error`() {
        #expect(!failure("\u{1B}[2J = red").contains("\u{1B}"))
    }

    @Test func `a huge theme is refused`() {
        #expect(
            failure(String(repeating: "# x\n", count: 2_000)).hasPrefix(
                "line 1001: a theme has at most"))
        #expect(
            failure(String(repeating: "#", count: 70_000)).hasPrefix("line 1: a theme has at most"))
    }

    @Test func `comments stand alone or after a space`() throws {
        let theme = try Theme(parsing: "# c\nloss = #ff0000 bold # why\n#", name: "test")
        let look = theme.fullLook(of: Style(.loss))
        #expect(look.foreground == .rgb(red: 255, green: 0, blue: 0))
        #expect(look.attributes == .bold)
    }

    @Test func `windows line ends are line ends`() throws {
        let theme = try Theme(parsing: "loss = red\r\nprofit = blue\r\n", name: "test")
        #expect(theme.fullLook(of: Style(.profit)).foreground == .indexed(4))
    }
}

@Suite struct ThemeLookTests {
    @Test func `looks left out are derived from the first`() throws {
        let theme = try Theme(parsing: "loss = #ff8700 on #000087 underline", name: "test")
        let style = Style(.loss)
        #expect(
            theme.look(of: style, depth: .colors256)
                == Look(foreground: .indexed(208), background: .indexed(18), attributes: .underline)
        )
        #expect(
            theme.look(of: style, depth: .colors16)
                == Look(foreground: .indexed(3), background: .indexed(4), attributes: .underline))
        #expect(
            theme.look(of: style, depth: .monochrome) == Look(attributes: [.underline, .reverse]))
    }

    @Test func `looks given are taken`() throws {
        let theme = try Theme(parsing: "loss = #ff8700 | 9 | yellow bold | reverse", name: "test")
        #expect(theme.look(of: Style(.loss), depth: .colors256) == Look(foreground: .indexed(9)))
        #expect(
            theme.look(of: Style(.loss), depth: .colors16)
                == Look(foreground: .indexed(3), attributes: .bold))
        #expect(theme.look(of: Style(.loss), depth: .monochrome) == Look(attributes: .reverse))
    }

    @Test func `a role without a background has that of the screen`() throws {
        let theme = try Theme(parsing: "text = black on white\nloss = red", name: "test")
        #expect(theme.look(of: Style(.loss), depth: .colors16).background == .indexed(7))
        #expect(theme.look(of: Style(.loss), depth: .monochrome) == Look())
    }

    @Test func `a role left out looks like text`() throws {
        let theme = try Theme(parsing: "text = green bold", name: "test")
        #expect(
            theme.look(of: Style(.alarm), depth: .colors16)
                == Look(foreground: .indexed(2), attributes: .bold))
    }

    @Test func `attributes of a style are added`() {
        let look = Theme.standard.look(of: Style(.profit, .reverse), depth: .monochrome)
        #expect(look.attributes == [.bold, .reverse])
    }

    @Test(arguments: ColorDepth.allCases) func `no look has a color that its depth does not have`(
        depth: ColorDepth
    ) {
        for role in Role.allCases {
            let look = Theme.standard.look(of: Style(role), depth: depth)
            for color in [look.foreground, look.background] {
                switch (color, depth) {
                case (.terminal, _), (.indexed, .colors256): break
                case (.indexed(let index), .colors16): #expect(index < 16)
                case (.indexed, .monochrome), (.rgb, _):
                    Issue.record("\(role) has \(color) at \(depth)")
                }
            }
        }
    }
}

@Suite struct ShippedThemeTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "themes")
    static let files: [URL] =
        ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
        ?? [])
        .filter { $0.pathExtension == "theme" }.sorted { $0.path < $1.path }

    @Test func `eight themes are shipped`() {
        #expect(ShippedThemeTests.files.count >= 8)
    }

    @Test(arguments: files) func `a shipped theme is compiled in as it is`(file: URL) throws {
        let name = file.deletingPathExtension().lastPathComponent
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(shippedThemeTexts.first { $0.name == name }?.text == text)
        #expect(Theme.shipped(named: name) != nil)
    }

    @Test func `the default theme comes first and no file is missing`() {
        #expect(Theme.shippedNames.first == "default")
        #expect(Theme.standard == Theme.shipped(named: "default"))
        #expect(Theme.shippedNames.count == ShippedThemeTests.files.count)
        #expect(Theme.shipped(named: "nonsense") == nil)
    }

    @Test(arguments: files) func `a shipped theme sets every role and explains it`(file: URL) throws
    {
        let text = try String(contentsOf: file, encoding: .utf8)
        _ = try Theme(parsing: text, name: "shipped")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for role in Role.allCases {
            let index = try #require(
                lines.firstIndex { $0.hasPrefix(role.name + " = ") }, "\(role.name) is missing")
            #expect(lines[index - 1].hasPrefix("# "), "\(role.name) is not explained")
        }
    }

    @Test(arguments: files) func `gain and loss differ in every depth`(file: URL) throws {
        let theme = try Theme(parsing: String(contentsOf: file, encoding: .utf8), name: "shipped")
        for depth in ColorDepth.allCases {
            #expect(
                theme.look(of: Style(.profit), depth: depth)
                    != theme.look(of: Style(.loss), depth: depth))
            #expect(
                theme.look(of: Style(.alarm), depth: depth)
                    != theme.look(of: Style(.text), depth: depth))
            #expect(
                theme.look(of: Style(.modeLive), depth: depth)
                    != theme.look(of: Style(.modePaper), depth: depth))
        }
    }
}

@Suite struct PictureTests {
    func screen() -> CellGrid {
        var grid = CellGrid(columns: 4, rows: 1)
        grid.put("a<", row: 0, column: 0, Style(.loss))
        return grid
    }

    @Test func `an ansi dump has the colors of its depth and resets at line ends`() throws {
        let theme = try Theme(parsing: "loss = #ff8700 on blue bold", name: "test")
        #expect(
            theme.ansi(screen(), depth: .colors256)
                == "\u{1B}[0;1;38;5;208;44ma<\u{1B}[0m  \u{1B}[0m\n")
        #expect(theme.ansi(screen(), depth: .monochrome) == "\u{1B}[0;1;7ma<\u{1B}[0m  \u{1B}[0m\n")
    }

    @Test func `an svg dump draws the dots of charts itself, whatever the font`() throws {
        let theme = try Theme(parsing: "text = #010203 on #fefefe\nloss = #ff8700", name: "test")
        var grid = CellGrid(columns: 4, rows: 1)
        grid.put("⠁⢀x", row: 0, column: 1, Style(.loss))
        let svg = theme.svg(grid)
        // Upper left of the cell at 9, lower right of the cell at 18.
        #expect(svg.contains("<path fill=\"#ff8700\" d=\"M10 2h3v3h-3zM23 14h3v3h-3z\"/>"))
        #expect(svg.contains(">  x</text>"))
    }

    @Test func `an svg dump escapes its text and gives every stretch its length`() throws {
        let theme = try Theme(parsing: "text = #010203 on #fefefe\nloss = #ff8700", name: "test")
        let svg = theme.svg(screen())
        #expect(svg.contains("viewBox=\"0 0 36 18\""))
        #expect(
            svg.contains(
                "<text x=\"0\" y=\"14\" textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\" "
                    + "xml:space=\"preserve\" fill=\"#ff8700\">a&lt;</text>"))
        #expect(svg.hasSuffix("</svg>\n"))
    }
}
