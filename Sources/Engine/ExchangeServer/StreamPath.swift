/// What a WebSocket path asks for, like `/market/stream?streams=btcusdt@aggTrade/ethusdt@aggTrade`.
struct StreamPath: Sendable {
    let route: StreamRoute
    /// Whether payloads are wrapped as `{"stream":…,"data":…}`.
    let isCombined: Bool
    /// Stream names as they were written, in order.
    let names: [String]
    let listenKey: String?
    /// Names of user events; `nil` lets all through.
    let events: Set<String>?

    /// `nil` for a path that has no streams.
    init?(_ uri: String) {
        let halves = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard
            let parameters = Parameters(query: halves.count == 2 ? String(halves[1]) : "", body: "")
        else { return nil }
        var parts = halves[0].split(separator: "/").map(String.init)
        guard let first = parts.first else { return nil }
        switch first {
        case "public", "market", "private":
            route = StreamRoute(rawValue: first) ?? .unrouted
            parts.removeFirst()
        default: route = .unrouted
        }
        guard let form = parts.first else { return nil }
        parts.removeFirst()
        var names: [String]
        switch form {
        case "ws":
            isCombined = false
            names = parts
        case "stream":
            guard parts.isEmpty else { return nil }
            isCombined = true
            names = parameters.text("streams")?.split(separator: "/").map(String.init) ?? []
        default: return nil
        }
        var key = parameters.text("listenKey")
        // A name without any mark of a stream is a listen key.
        if key == nil, let place = names.firstIndex(where: { Self.isListenKey($0) }) {
            key = names.remove(at: place)
        }
        self.names = names
        listenKey = key
        events = parameters.text("events").map { Set($0.split(separator: "/").map(String.init)) }
    }

    private static func isListenKey(_ name: String) -> Bool {
        name.utf8.count == 64
            && name.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            }
    }
}
