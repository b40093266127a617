import NIOCore
import NIOPosix
package import Trading

/// What to connect to, and the limits of a WebSocket connection.
package struct WebSocketConfiguration: Sendable {
    package var url: ServerURL
    package var trust: TLSTrust
    /// Sent with the upgrade. Never logged.
    package var headers: [(name: String, value: String)] = []
    /// For name lookup, TCP, TLS and the upgrade together.
    package var connectTimeout: Trading.Duration = .seconds(10)
    package var pingInterval: Trading.Duration = .seconds(15)
    /// How long nothing at all may be heard, pongs included.
    package var silenceLimit: Trading.Duration = .seconds(40)
    package var maxMessageBytes = 1 << 20
    package var maxFragments = 1024
    /// Bytes that may wait to be sent.
    package var maxBacklogBytes = 1 << 18

    package init(url: ServerURL, trust: TLSTrust) {
        self.url = url
        self.trust = trust
    }
}

/// What the owner of a WebSocket connection hears, always on the transport thread.
package struct WebSocketListener: Sendable {
    /// The upgrade succeeded. Comes at most once, before any message.
    package var opened: @Sendable () -> Void
    /// One whole text message, not checked to be UTF-8; the bytes live as long as the call.
    package var received: @Sendable (Span<UInt8>) -> Void
    /// Comes exactly once, and nothing after it.
    package var ended: @Sendable (WebSocketEnd) -> Void

    package init(
        opened: @escaping @Sendable () -> Void,
        received: @escaping @Sendable (Span<UInt8>) -> Void,
        ended: @escaping @Sendable (WebSocketEnd) -> Void
    ) {
        self.opened = opened
        self.received = received
        self.ended = ended
    }
}

/// One WebSocket connection, from the attempt to its end. It is not opened again: make another.
///
/// Compression is not offered. Pings are answered, and pings of our own find a line that died silently.
package final class WebSocketClient: Sendable {
    private let loop: any EventLoop
    private let session: NIOLoopBoundBox<WebSocketSession?>

    /// Begins to connect.
    package init(
        _ configuration: WebSocketConfiguration, on thread: TransportThread,
        _ listener: WebSocketListener
    ) {
        let loop = thread.loop
        let session = NIOLoopBoundBox<WebSocketSession?>.makeEmptyBox(
            valueType: WebSocketSession.self, eventLoop: loop)
        self.loop = loop
        self.session = session
        loop.execute {
            let new = WebSocketSession(configuration, listener, loop)
            session.value = new
            new.connect()
        }
    }

    /// Sends a text message. Before `opened` and after the end it is dropped.
    package func send(_ text: [UInt8]) {
        let session = session
        loop.execute { session.value?.send(text) }
    }

    /// Says goodbye with a close frame and ends with `closedByUs`, also while still connecting.
    package func close() {
        let session = session
        loop.execute { session.value?.closeByUs() }
    }
}
