/// How far what is shown can be trusted.
package enum Freshness: Hashable, Sendable {
    /// Nothing was received yet.
    case nothing
    case fresh
    /// The next message is overdue by more than half a period. The age is in wall milliseconds, here and below.
    case late(age: Int64)
    /// No sign of life for more than 3 s, though the connection stands.
    case stale(age: Int64)
    /// There is no connection: the engine's state is unknown.
    case disconnected(age: Int64)

    /// Whether values may still be shown as true.
    package var isTrusted: Bool {
        switch self {
        case .fresh, .late: true
        case .nothing, .stale, .disconnected: false
        }
    }
}
