package import Trading

/// What the shell knows of itself and the core does not.
package struct ShellIdentity: Hashable, Sendable {
    package var host: String
    package var build: String
    /// Engine seconds per wall second.
    package var timeScale: Double
    package var startedAt: Timestamp
    /// Where the clusters on the map come from, in words; `nil` when nothing delivers any.
    package var clusterSource: String?

    package init(
        host: String, build: String, timeScale: Double, startedAt: Timestamp, clusterSource: String?
    ) {
        self.host = host
        self.build = build
        self.timeScale = timeScale
        self.startedAt = startedAt
        self.clusterSource = clusterSource
    }
}
