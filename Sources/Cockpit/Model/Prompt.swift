import Trading
import Wire

/// The line that is typed after `:`.
package struct Prompt: Hashable, Sendable {
    package internal(set) var text = ""
    package static let maxLength = 80

    /// One command of the line, for completion and help.
    package struct Command: Hashable, Sendable {
        package let verb: String
        /// What is typed after the verb; what may be left out is in brackets.
        package let arguments: String
        package let description: String

        /// Verb and arguments, as they are typed.
        package var form: String { arguments.isEmpty ? verb : verb + " " + arguments }
    }

    /// Every command there is, by verb.
    package static let commands = [
        Command(verb: "arm", arguments: "NAME", description: "release the latch; stays paused"),
        Command(
            verb: "break-even", arguments: "SYMBOL",
            description: "move its stop to the entry price and costs"),
        Command(
            verb: "close", arguments: "SYMBOL",
            description: "close its position at market; trade on"),
        Command(verb: "help", arguments: "", description: "the keys and commands"),
        Command(
            verb: "pause", arguments: "[SYMBOL]", description: "no new entries, there or anywhere"),
        Command(verb: "quit", arguments: "", description: "leave; the engine keeps running"),
        Command(
            verb: "reduce", arguments: "SYMBOL PERCENT",
            description: "close 1 to 99 % of its position at market"),
        Command(
            verb: "resume", arguments: "[SYMBOL]",
            description: "end the pause of that symbol, or of all"),
        Command(verb: "theme", arguments: "NAME", description: "other colors"),
    ]

    /// A command to the engine as it was typed.
    struct Order: Hashable {
        var verb: CommandVerb
        var name: String?
        var symbol: String?
        var percent: Int?
    }

    /// What a typed line means.
    enum Parsed: Hashable {
        case order(Order)
        case theme(String)
        case help
        case quit
        case nothing
        case wrong(String)
    }

    var words: [String] { text.split(separator: " ").map(String.init) }

    var parsed: Parsed {
        let words = words
        guard let verb = words.first else { return .nothing }
        switch (verb, words.count) {
        case ("pause", 1): return .order(Order(verb: .pause))
        case ("pause", 2): return order(.pause, words[1])
        case ("resume", 1): return .order(Order(verb: .resume))
        case ("resume", 2): return order(.resume, words[1])
        case ("close", 2): return order(.close, words[1])
        case ("break-even", 2): return order(.breakEven, words[1])
        case ("reduce", 3): return order(.reduce, words[1], part: words[2])
        case ("arm", 2): return .order(Order(verb: .arm, name: words[1]))
        case ("arm", _): return .wrong("type the engine's name in full: arm NAME")
        case ("theme", 2): return .theme(words[1])
        case ("theme", _): return .wrong("name a theme: theme NAME, Tab completes")
        case ("help", 1): return .help
        case ("quit", 1): return .quit
        case ("kill", _), ("flatten", _), ("halt", _):
            return .wrong("press K, then X to kill, F to flatten, C to lock")
        default:
            if let known = Prompt.commands.first(where: { $0.verb == verb }) {
                return .wrong("type it like this: \(known.form)")
            }
            let verbs = Prompt.commands.map(\.verb).joined(separator: ", ")
            return .wrong("there is no command '\(text)'; there are: \(verbs)")
        }
    }

    private func order(_ verb: CommandVerb, _ word: String, part: String? = nil) -> Parsed {
        guard let symbol = SymbolName(word.uppercased()) else {
            return .wrong("'\(word)' is no symbol; they are like BTCUSDT, Tab completes")
        }
        var order = Order(verb: verb, symbol: symbol.description)
        if let part {
            let digits = part.hasSuffix("%") ? String(part.dropLast()) : part
            guard let percent = Int(digits), (1...99).contains(percent) else {
                return .wrong("the part is a whole number from 1 to 99; close SYMBOL closes all")
            }
            order.percent = percent
        }
        return .order(order)
    }

    /// What may stand in the place of the last word. Never an engine's name: `arm` is typed in full.
    package func candidates(themes: [String], symbols: [String]) -> [String] {
        let words = words
        let isNewWord = text.isEmpty || text.hasSuffix(" ")
        let verbs = Prompt.commands.map(\.verb)
        switch (words.count, isNewWord) {
        case (0, _): return verbs
        case (1, false): return verbs.filter { $0.hasPrefix(words[0]) }
        case (1, true): return arguments(of: words[0], themes: themes, symbols: symbols)
        case (2, false):
            let isTheme = words[0] == "theme"
            let start = isTheme ? words[1] : words[1].uppercased()
            return arguments(of: words[0], themes: themes, symbols: symbols)
                .filter { $0.hasPrefix(start) }
        default: return []
        }
    }

    private func arguments(of verb: String, themes: [String], symbols: [String]) -> [String] {
        switch verb {
        case "theme": themes
        case "close", "reduce", "break-even", "pause", "resume":
            // What cannot be sent is not offered.
            symbols.filter { SymbolName($0) != nil }
        default: []
        }
    }

    /// Completes the last word as far as all candidates agree.
    mutating func complete(themes: [String], symbols: [String]) {
        let candidates = candidates(themes: themes, symbols: symbols)
        guard var common = candidates.first else { return }
        for candidate in candidates.dropFirst() {
            while !candidate.hasPrefix(common) { common.removeLast() }
        }
        var kept = words
        if !text.hasSuffix(" "), !kept.isEmpty { kept.removeLast() }
        guard !common.isEmpty else { return }
        kept.append(common)
        let line = kept.joined(separator: " ")
        guard line.utf8.count < Prompt.maxLength else { return }
        text = line
        guard candidates.count == 1 else { return }
        let takesMore = ["arm", "theme", "close", "reduce", "break-even"].contains(kept[0])
        if kept.count == 1 && takesMore || kept.count == 2 && kept[0] == "reduce" { text += " " }
    }
}
