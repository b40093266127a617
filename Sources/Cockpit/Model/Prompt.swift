/// The line that is typed after `:`.
package struct Prompt: Hashable, Sendable {
    package internal(set) var text = ""
    package static let maxLength = 80

    /// What a typed line means.
    enum Parsed: Hashable {
        case pause
        case resume
        case arm(String)
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
        case ("pause", 1): return .pause
        case ("resume", 1): return .resume
        case ("arm", 2): return .arm(words[1])
        case ("arm", _): return .wrong("type the engine's name in full: arm NAME")
        case ("theme", 2): return .theme(words[1])
        case ("theme", _): return .wrong("name a theme: theme NAME, Tab completes")
        case ("help", 1): return .help
        case ("quit", 1): return .quit
        case ("kill", _), ("flatten", _), ("halt", _):
            return .wrong("press K, then X to kill, F to flatten, C to lock")
        default:
            return .wrong(
                "there is no command '\(text)'; there are: \(Prompt.verbs.joined(separator: ", "))")
        }
    }

    package static let verbs = ["arm", "help", "pause", "quit", "resume", "theme"]

    /// What may stand in the place of the last word. Never an engine's name: `arm` is typed in full.
    package func candidates(themes: [String]) -> [String] {
        let words = words
        let isNewWord = text.isEmpty || text.hasSuffix(" ")
        switch (words.count, isNewWord) {
        case (0, _): return Prompt.verbs
        case (1, false): return Prompt.verbs.filter { $0.hasPrefix(words[0]) }
        case (1, true): return words[0] == "theme" ? themes : []
        case (2, false): return words[0] == "theme" ? themes.filter { $0.hasPrefix(words[1]) } : []
        default: return []
        }
    }

    /// Completes the last word as far as all candidates agree.
    mutating func complete(themes: [String]) {
        let candidates = candidates(themes: themes)
        guard var common = candidates.first else { return }
        for candidate in candidates.dropFirst() {
            while !candidate.hasPrefix(common) { common.removeLast() }
        }
        var kept = words
        if !text.hasSuffix(" "), !kept.isEmpty { kept.removeLast() }
        guard !common.isEmpty else { return }
        kept.append(common)
        text = kept.joined(separator: " ")
        let takesMore = kept == ["arm"] || kept == ["theme"]
        if candidates.count == 1, takesMore { text += " " }
    }
}
