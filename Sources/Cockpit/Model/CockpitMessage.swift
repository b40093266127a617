package import Wire

/// Whether there is a connection to the engine.
package enum Link: Hashable, Sendable {
    /// An attempt is under way, the `attempt`-th since the last connection, counted from 1.
    case connecting(attempt: Int)
    case connected(since: Int64)
    /// There is none since `since`; the `attempt`-th attempt starts at `retryAt`. Wall milliseconds. `reason` is one
    /// plain line from the shell.
    case lost(since: Int64, attempt: Int, retryAt: Int64, reason: String)

    package var isConnected: Bool {
        switch self {
        case .connected: true
        case .connecting, .lost: false
        }
    }
}

/// Everything that can happen to the cockpit.
package enum CockpitMessage: Hashable, Sendable {
    /// The wall clock in milliseconds since the epoch; told before every batch of other messages and at least ten times
    /// a second. A time before the last one counts as the last one.
    case tick(now: Int64)
    case link(Link)
    case server(ServerMessage)
    case key(CockpitKey)
    /// The terminal has a new size.
    case resize(columns: Int, rows: Int)
}

/// What the shell must do now, in order.
package enum CockpitEffect: Hashable, Sendable {
    /// Write this request to the engine; without a connection it is lost, and the state sends it again.
    case send(ClientMessage)
    /// Forget what the terminal shows and draw everything.
    case repaint
    /// Ring the bell.
    case bell
    /// Load this theme, one of `Setup.themes`; `themeIsUsed` tells the state when that worked.
    case useTheme(String)
    /// End the program; the text is printed after the terminal is restored.
    case quit(String)
}
