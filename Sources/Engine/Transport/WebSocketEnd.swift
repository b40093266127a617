/// Why a WebSocket connection is no more. Said exactly once for each connection that was begun.
package enum WebSocketEnd: Hashable, Sendable {
    case notConnected(ConnectFailure)
    /// The server answered the upgrade with this HTTP status, whatever page came with it.
    case refused(status: Int)
    /// `code` is `nil` when the close frame held none. The text is the peer's: clean it before showing it.
    case closedByPeer(code: UInt16?, reason: String)
    case closedByUs
    /// The line broke without a close frame.
    case lost
    /// Nothing at all was heard for the configured time, although we asked with pings.
    case silent
    /// A frame or a message in fragments was above the limit; the peer was told 1009.
    case messageTooLarge
    case protocolViolation
    /// The peer reads too slowly for what we send.
    case sendBacklog
}
