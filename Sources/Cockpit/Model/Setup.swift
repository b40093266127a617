package import Wire

/// What the shell knows at the start and the state cannot find out.
package struct Setup: Hashable, Sendable {
    /// Begins the ids of this program's commands: unique to this run, such as process id and start time; 1...40 of
    /// `A-Z a-z 0-9 . _ -`.
    package var commandPrefix: String
    /// Shown where the fallback command line is named: the socket path or the ssh target.
    package var endpoint: String
    /// Commands are disabled by the operator's wish, whatever the socket allows.
    package var isReadOnly: Bool
    /// For the greeting, such as `narwhal 0.1`.
    package var client: String
    /// The themes that can be had, in the order of the `t` key.
    package var themes: [String]
    package var theme: String
    /// The last event that the operator has seen, from an earlier run; `nil` when there was none.
    package var lastSeenEvent: UInt64?
    package var topics: [Topic]
    /// Snapshots and deltas a second.
    package var rateHz: Double

    package init(
        commandPrefix: String, endpoint: String, isReadOnly: Bool = false,
        client: String = "narwhal",
        themes: [String] = [], theme: String = "default", lastSeenEvent: UInt64? = nil,
        topics: [Topic] = Topic.allCases, rateHz: Double = 4
    ) {
        self.commandPrefix = commandPrefix
        self.endpoint = endpoint
        self.isReadOnly = isReadOnly
        self.client = client
        self.themes = themes
        self.theme = theme
        self.lastSeenEvent = lastSeenEvent
        self.topics = topics
        self.rateHz = rateHz
    }
}
