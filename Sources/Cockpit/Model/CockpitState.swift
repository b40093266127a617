package import Wire

/// All that the cockpit knows: what the engine told, what the operator does, and how old each of them is.
///
/// One `apply` takes everything that happens and answers with what the shell must do. Views read it and change nothing.
/// Times are wall milliseconds as told by `tick`; engine times stay inside the topics.
package struct CockpitState: Hashable, Sendable {
    package let setup: Setup
    package internal(set) var now: Int64
    package internal(set) var engine: EngineConnection
    package internal(set) var view = ViewState()
    /// The guard bar; `nil` while it is closed.
    package internal(set) var guardBar: GuardBar?
    /// The bar of one position; `nil` while it is closed. Never open together with the guard bar.
    package internal(set) var closeBar: CloseBar?
    /// Oldest first, at most ``maxCommands``.
    package internal(set) var commands: [SentCommand] = []
    /// The command whose ladder is shown; `nil` shows none.
    package internal(set) var ladderID: String?
    /// The command line while one is typed after `:`.
    package internal(set) var prompt: Prompt?
    package internal(set) var frozen: Frozen?
    package internal(set) var notice: Notice?
    /// What happened while nobody looked; shown until the operator has seen it.
    package internal(set) var sinceLeft: SinceLeft?
    /// When `K` was pressed last; a late `X` is measured from here.
    var lastGuardTime: Int64?
    /// When `x` was pressed last, while a late `X` may still be meant for it.
    var lastCloseTime: Int64?
    var commandCount = 0

    package static let maxCommands = 20
    package static let guardBarTime: Int64 = 15_000
    package static let freezeTime: Int64 = 30_000

    package init(setup: Setup, now: Int64, columns: Int, rows: Int) {
        self.setup = setup
        self.now = now
        engine = EngineConnection(lastSeenEvent: setup.lastSeenEvent)
        view.columns = columns
        view.rows = rows
        view.theme = setup.theme
    }

    /// Takes one thing that happened and answers with what must be done about it, in order.
    package mutating func apply(_ message: CockpitMessage) -> [CockpitEffect] {
        switch message {
        case .tick(let time):
            now = max(now, time)
            return passTime()
        case .link(let link):
            engine.link = link
            return link.isConnected ? greet() : []
        case .server(let message):
            return receive(message)
        case .key(let key):
            return press(key)
        case .resize(let columns, let rows):
            view.columns = columns
            view.rows = rows
            return [.repaint]
        }
    }
}

/// The bar that `K` opens.
package struct GuardBar: Hashable, Sendable {
    package var openedAt: Int64
    package var closesAt: Int64
    /// The pause that opened it; `nil` when the engine was known to be stopped already.
    package var pauseID: String?
    /// Said when a late `X` opened it again: how late it was.
    package var lateBy: Int64?
}

/// The bar that `x` opens: which position `X` closes.
package struct CloseBar: Hashable, Sendable {
    package var openedAt: Int64
    package var closesAt: Int64
    /// The position as it was shown when the bar opened; the bar closes when it is not that one any more.
    package var symbol: String
    package var side: String
    package var quantity: String
}

/// Panes that stand still.
package struct Frozen: Hashable, Sendable {
    package var data: Snapshot
    package var since: Int64
    package var until: Int64
}

/// A short message of the cockpit itself.
package struct Notice: Hashable, Sendable {
    package var text: String
    package var isWarning: Bool
    package var until: Int64
}

/// What the log gained while the cockpit was away.
package struct SinceLeft: Hashable, Sendable {
    /// When the connection was lost; `nil` when an earlier run of the cockpit saw the last event.
    package var lostAt: Int64?
    package var backAt: Int64
    /// How many new events the engine still holds.
    package var events: Int
    /// Whether those are all; otherwise older ones are in the engine's store only.
    package var isWhole: Bool
    /// Events by tag, most frequent first, then by tag.
    package var tags: [TagCount]

    package struct TagCount: Hashable, Sendable {
        package var tag: String
        package var count: Int
    }
}

/// Which view has the screen.
package enum ViewKind: Hashable, Sendable {
    case flight
    case exit
}

/// What the operator chose to see.
package struct ViewState: Hashable, Sendable {
    package var kind = ViewKind.flight
    package var columns = 80
    package var rows = 24
    package var theme = "default"
    /// The symbol that was selected; it may be gone by now.
    package var symbol: String?
    package var isHelpOpen = false
    /// The first line of help that is shown.
    package var helpLine = 0
    /// How many events the log is scrolled back from the newest.
    package var logOffset = 0
    /// The flow pane's window, as in `FlowWindowTopic.window`.
    package var window = "15m"
    /// Whether the Exit view's chart reaches as far back as is known, several points a place; else the newest points.
    package var showsWholeHistory = true

    package init() {}
}
