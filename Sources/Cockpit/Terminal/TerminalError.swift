/// Why there can be no full screen; each of these means plain mode, not the end.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is a file or a pipe.
    case notATerminal
    /// `TERM` is unset, or `dumb`.
    case dumb
    /// The terminal database does not know this `TERM`, or such a terminal cannot place its cursor.
    case unknownType(String)
    /// A system call failed, with its error number.
    case system(String, Int32)

    package var description: String {
        switch self {
        case .notATerminal: "standard input and output are not a terminal"
        case .dumb: "TERM is unset or dumb"
        case .unknownType(let type):
            "the terminal type '\(type)' is unknown or cannot place its cursor"
        case .system(let call, let number): "\(call) failed with error \(number)"
        }
    }
}
