/// Where a key means something.
package enum KeyContext: Hashable, Sendable, CaseIterable {
    /// In every place but the command line.
    case everywhere
    /// While any view has the screen, and no help.
    case views
    /// While the Flight view has the screen.
    case flight
    /// While the Exit view has the screen.
    case exit
    /// While the guard bar is open, which `K` opens.
    case guardBar
    /// While the bar is open that `x` opens, for one position.
    case closeBar
    /// While help has the screen.
    case help
    /// While a command is typed after `:`.
    case prompt
}

/// What a key does.
package enum KeyAction: Hashable, Sendable, CaseIterable {
    case openGuardBar, kill, flatten, halt
    case openCloseBar, closePosition
    case pause
    case openPrompt, runPrompt, completePrompt, erasePrompt
    case toggleHelp, leave, showFlight, showExit, sayAbsent
    case selectNext, selectPrevious, nextSymbol, nextWindow, nextSpan
    case toOldest, toNewest, pageBack, pageForward
    case lineBack, lineForward
    case nextTheme, freeze, repaint, quit
}

/// One key in one context, what it does and how that is said.
package struct KeyBinding: Hashable, Sendable {
    package let key: CockpitKey
    package let context: KeyContext
    package let action: KeyAction
    /// One line for the help view.
    package let description: String
    /// The word in the line of hints; `nil` keeps it out of there.
    package let hint: String?
    /// Whether it commands the engine, and is disabled by read-only mode.
    package let commands: Bool

    init(
        _ key: CockpitKey, _ context: KeyContext, _ action: KeyAction, _ description: String,
        hint: String? = nil, commands: Bool = false
    ) {
        self.key = key
        self.context = context
        self.action = action
        self.description = description
        self.hint = hint
        self.commands = commands
    }
}

/// Every key there is. Dispatch, the line of hints and the help view read this one table.
package enum KeyTable {
    /// In the order in which hints and help name them.
    package static let all: [KeyBinding] = [
        KeyBinding(
            .character("K"), .everywhere, .openGuardBar,
            "pause entries at once, and open the guard bar for 15 s", hint: "pause", commands: true),
        KeyBinding(
            .character("X"), .guardBar, .kill,
            "kill: close everything at market, then lock until :arm NAME", hint: "KILL",
            commands: true),
        KeyBinding(
            .character("F"), .guardBar, .flatten,
            "flatten: close everything at market, stay paused",
            hint: "flatten", commands: true),
        KeyBinding(
            .character("C"), .guardBar, .halt,
            "lock: cancel entries and lock, keep positions and their stops", hint: "lock",
            commands: true),
        KeyBinding(
            .character("x"), .everywhere, .openCloseBar,
            "show for 15 s what closing the selected position means", commands: true),
        KeyBinding(
            .character("X"), .closeBar, .closePosition,
            "close this one position at market; the engine trades on", hint: "close",
            commands: true),
        KeyBinding(
            .character("p"), .everywhere, .pause, "pause entries; exits run on", commands: true),
        KeyBinding(
            .character(":"), .everywhere, .openPrompt,
            "type a command, those at the end of this help", hint: "cmd"),
        KeyBinding(.character("?"), .everywhere, .toggleHelp, "this help, and back", hint: "help"),
        KeyBinding(
            .character("1"), .everywhere, .showFlight, "the Flight view", hint: "back"),
        KeyBinding(
            .character("3"), .everywhere, .showExit,
            "the Exit view: why a position stays or leaves, and who says so", hint: "exit"),
        KeyBinding(
            .character("q"), .everywhere, .quit, "leave; the engine keeps running", hint: "quit"),
        KeyBinding(
            .escape, .everywhere, .leave, "close the bar, the ladder, help or a message; thaw"),
        absent("2"), absent("4"), absent("5"), absent("6"), absent("7"),
        KeyBinding(.tab, .views, .selectNext, "select the next position or symbol", hint: "next"),
        KeyBinding(.backTab, .views, .selectPrevious, "select the one before"),
        KeyBinding(.down, .views, .selectNext, "select the next position or symbol"),
        KeyBinding(.up, .views, .selectPrevious, "select the one before"),
        KeyBinding(.character("j"), .views, .selectNext, "select the next position or symbol"),
        KeyBinding(.character("k"), .views, .selectPrevious, "select the one before"),
        KeyBinding(
            .character("e"), .views, .nextSymbol, "next symbol, with a position or without",
            hint: "symbol"),
        KeyBinding(.character("w"), .flight, .nextWindow, "next time window of the flow pane"),
        KeyBinding(
            .character("w"), .exit, .nextSpan,
            "the chart's newest points only, or all that are known"),
        KeyBinding(.pageUp, .views, .pageBack, "older lines of the log"),
        KeyBinding(.pageDown, .views, .pageForward, "newer lines of the log"),
        KeyBinding(.character("g"), .views, .toOldest, "oldest line of the log"),
        KeyBinding(.character("G"), .views, .toNewest, "newest line of the log"),
        KeyBinding(
            .character(" "), .views, .freeze,
            "freeze the panes for up to 30 s; the top four lines stay live", hint: "freeze"),
        KeyBinding(.down, .help, .lineForward, "one line down"),
        KeyBinding(.up, .help, .lineBack, "one line up"),
        KeyBinding(.character("j"), .help, .lineForward, "one line down"),
        KeyBinding(.character("k"), .help, .lineBack, "one line up"),
        KeyBinding(.pageUp, .help, .pageBack, "one page up"),
        KeyBinding(.pageDown, .help, .pageForward, "one page down"),
        KeyBinding(.character("g"), .help, .toOldest, "to the top"),
        KeyBinding(.character("G"), .help, .toNewest, "to the end"),
        KeyBinding(.character("t"), .everywhere, .nextTheme, "next theme"),
        KeyBinding(.control("l"), .everywhere, .repaint, "draw the whole screen again"),
        KeyBinding(.control("c"), .everywhere, .quit, "leave; the engine keeps running"),
        KeyBinding(.enter, .prompt, .runPrompt, "run the command"),
        KeyBinding(.tab, .prompt, .completePrompt, "complete the word"),
        KeyBinding(.backspace, .prompt, .erasePrompt, "erase a character"),
        KeyBinding(.escape, .prompt, .leave, "leave the command line"),
        KeyBinding(.control("c"), .prompt, .leave, "leave the command line"),
        KeyBinding(.control("l"), .prompt, .repaint, "draw the whole screen again"),
    ]

    /// The keys of the views that do not exist say so.
    private static func absent(_ digit: Unicode.Scalar) -> KeyBinding {
        KeyBinding(.character(digit), .everywhere, .sayAbsent, "views that are not there yet")
    }

    /// The contexts that are looked through, first to last, while `context` is on top.
    package static func chain(_ context: KeyContext) -> [KeyContext] {
        switch context {
        case .prompt: [.prompt]
        case .help: [.help, .everywhere]
        case .guardBar: [.guardBar, .views, .everywhere]
        // What is selected does not change while its closing is asked about.
        case .closeBar: [.closeBar, .everywhere]
        case .flight: [.flight, .views, .everywhere]
        case .exit: [.exit, .views, .everywhere]
        case .views, .everywhere: [.views, .everywhere]
        }
    }

    /// What `key` means while `context` is on top; `nil` when it means nothing.
    package static func binding(for key: CockpitKey, in context: KeyContext) -> KeyBinding? {
        for place in chain(context) {
            if let found = all.first(where: { $0.key == key && $0.context == place }) {
                return found
            }
        }
        return nil
    }
}
