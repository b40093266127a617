import Glibc

/// The other program, `narwhald`, which lies beside this one.
enum EngineProgram {
    /// The commands that are its, and are passed on word by word.
    static let verbs = [
        "run", "serve", "replay", "features", "backtest", "optimize", "walk-forward", "stress",
        "train", "deploy", "exchange", "simulate", "doctor", "bench", "config", "demo-report",
    ]

    /// Whether a command line is that program's; of `models` only what needs no engine is.
    static func takes(_ arguments: [String]) -> Bool {
        guard let verb = arguments.first else { return false }
        return verbs.contains(verb) || verb == "models" && arguments.dropFirst().first == "score"
    }

    static var path: String { Files.programFolder() + "/narwhald" }

    /// Becomes that program; comes back only if that is impossible.
    static func become(_ arguments: [String]) -> Failure {
        let path = path
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        words.append(nil)
        execv(path, words)
        var number = errno
        if number == ENOENT {
            // Not beside us: perhaps it is installed.
            execvp("narwhald", words)
            number = errno
        }
        for word in words { free(word) }
        return missing(number)
    }

    static func missing(_ number: Int32) -> Failure {
        Failure(
            .system,
            "the engine program \(path) cannot be started (\(errorText(number))); build or install it beside narwhal"
        )
    }
}
