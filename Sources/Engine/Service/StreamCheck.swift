import BinanceVenue
import Synchronization
import Trading
import Transport

/// Whether market data comes: one connection that ends with its first message.
enum StreamCheck {
    private static let patience = Duration.seconds(10)

    static func read(_ configuration: Configuration, _ settings: BinanceSettings) async -> CheckLine
    {
        let advice = "check venue.stream and the network"
        let url: ServerURL
        let trust: TLSTrust
        do {
            let symbol = configuration.symbols[0].description.lowercased()
            // Sent every second, whether anybody trades or not.
            url = try settings.streamURL().with(target: "/market/ws/\(symbol)@markPrice@1s")
            trust = try TLSTrust(extraAuthorities: settings.certificateAuthority)
        } catch { return CheckLine("stream", .failure, "\(error)", advice: advice) }
        let thread = TransportThread()
        let first = FirstWord()
        let client = WebSocketClient(
            WebSocketConfiguration(url: url, trust: trust), on: thread,
            WebSocketListener(
                opened: {}, received: { _ in first.say(.message) },
                ended: { first.say(.ended($0)) }))
        let cancel = thread.run(after: patience) { first.say(.silent) }
        let end = await first.wait()
        cancel()
        client.close()
        do throws(TransportThread.StopError) { try thread.stop() } catch {
            return CheckLine("stream", .warning, error.description)
        }
        switch end {
        case .message: return CheckLine("stream", .ok, "market data comes")
        case .silent:
            return CheckLine(
                "stream", .failure, "it is acknowledged and silent",
                advice: "the venue may route this stream elsewhere; check venue.stream")
        case .ended(let reason):
            return CheckLine("stream", .failure, Self.words(reason), advice: advice)
        }
    }

    private static func words(_ end: WebSocketEnd) -> String {
        switch end {
        case .notConnected(let reason): VenueSilence.words(reason)
        case .refused(let status): "the venue answered HTTP status \(status)"
        case .closedByPeer, .lost: "the venue closed it before the first message"
        case .closedByUs, .silent, .sendBacklog: "it ended before the first message"
        case .messageTooLarge, .protocolViolation: "the venue does not speak the protocol"
        }
    }
}

/// What is said first of a connection; everything after it is dropped.
private final class FirstWord: Sendable {
    enum Word: Sendable {
        case message
        case silent
        case ended(WebSocketEnd)
    }

    private struct State {
        var word: Word?
        var waiting: CheckedContinuation<Word, Never>?
    }

    private let state = Mutex(State())

    func say(_ word: Word) {
        let waiting = state.withLock { state -> CheckedContinuation<Word, Never>? in
            guard state.word == nil else { return nil }
            state.word = word
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: word)
    }

    /// Waits for it; may be called once.
    func wait() async -> Word {
        await withCheckedContinuation { continuation in
            let said = state.withLock { state -> Word? in
                if state.word == nil { state.waiting = continuation }
                return state.word
            }
            if let said { continuation.resume(returning: said) }
        }
    }
}
