import CellGrid
import CockpitModel

extension Canvas {
    /// The key table, in the order of its contexts; the top line stays the status.
    mutating func drawHelp(in screen: Area) {
        let (header, rest) = screen.splitTop(1)
        drawHeader(in: header)
        let (bodyAndTitle, hints) = rest.splitBottom(1)
        drawHints(in: hints)
        let (head, body) = bodyAndTitle.splitTop(1)
        title(
            [Segment([Phrase("KEYS", .title, .bold)])],
            right: [Segment("j k scroll, ? or Esc goes back", .dim)], in: head)
        let lines = helpLines
        let first = min(state.view.helpLine, max(0, lines.count - body.rows))
        for (index, line) in lines.dropFirst(first).prefix(body.rows).enumerated() {
            put(line, row: body.row + index, column: body.column + 1, in: body)
        }
    }

    private var helpLines: [[Phrase]] {
        var lines: [[Phrase]] = []
        for context in HelpWords.order {
            if !lines.isEmpty { lines.append([]) }
            lines.append([Phrase(HelpWords.heading(context), .heading, .bold)])
            var seen: [KeyAction] = []
            for binding in KeyTable.all
            where binding.context == context && !seen.contains(binding.action) {
                seen.append(binding.action)
                let keys = KeyTable.all.filter {
                    $0.context == context && $0.action == binding.action
                }
                let names = keys.map(\.key.name).joined(separator: " ")
                var phrases = [
                    Phrase(DisplayWidth.padded(names, to: 14), .key, .bold),
                    Phrase(" " + binding.description),
                ]
                if binding.commands, state.isReadOnly {
                    phrases.append(Phrase("  (off: read-only)", .warning))
                }
                lines.append(phrases)
            }
        }
        lines += [[], [Phrase("Commands after :", .heading, .bold)]]
        for command in Prompt.commands {
            lines.append([
                Phrase(DisplayWidth.padded(command.form, to: 22), .key, .bold),
                Phrase(" " + command.description),
            ])
        }
        return lines
    }
}

enum HelpWords {
    static let order: [KeyContext] = [
        .everywhere, .guardBar, .closeBar, .views, .flight, .exit, .help, .prompt,
    ]

    static func heading(_ context: KeyContext) -> String {
        switch context {
        case .everywhere: "Everywhere"
        case .views: "In every view"
        case .flight: "Flight view, 1"
        case .exit: "Exit view, 3"
        case .guardBar: "In the bar that K opens, for 15 seconds"
        case .closeBar: "In the bar that x opens, for 15 seconds"
        case .help: "In this help"
        case .prompt: "In the command line after :"
        }
    }
}
