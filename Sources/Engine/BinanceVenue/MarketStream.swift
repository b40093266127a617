import Trading
import Transport

/// One stream of one contract.
struct MarketStream: Hashable, Comparable, Sendable {
    enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case aggTrade, bookTicker, depth, markPrice, kline, forceOrder

        /// Whether `/public` delivers it; all others come from `/market`.
        var isPublic: Bool {
            switch self {
            case .bookTicker, .depth: true
            case .aggTrade, .markPrice, .kline, .forceOrder: false
            }
        }

        /// For people.
        var name: String {
            switch self {
            case .aggTrade: "aggTrade"
            case .bookTicker: "bookTicker"
            case .depth: "depth"
            case .markPrice: "markPrice"
            case .kline: "kline"
            case .forceOrder: "forceOrder"
            }
        }
    }

    var kind: Kind
    /// The contract's place in the configuration.
    var place: Int

    static func < (left: MarketStream, right: MarketStream) -> Bool {
        (left.place, left.kind.rawValue) < (right.place, right.kind.rawValue)
    }
}

/// The streams that one connection carries.
struct LinePlan: Hashable, Sendable {
    /// Path and query.
    var target: String
    /// The streams of it that are never silent for long, with how long they may be.
    var ticking: [MarketStream: Duration]
    /// Contracts whose prints come over it, in order.
    var printPlaces: [Int]
    /// Contracts of which anything comes over it, in order.
    var places: [Int]

    /// The connections that the configuration needs: for each route as few as the length of the lists allows.
    static func lines(of configuration: MarketFeedConfiguration) -> [LinePlan] {
        let routes: [(name: String, kinds: [MarketStream.Kind])] =
            switch configuration.routing {
            case .routed:
                [
                    ("/market", MarketStream.Kind.allCases.filter { !$0.isPublic }),
                    ("/public", MarketStream.Kind.allCases.filter { $0.isPublic }),
                ]
            case .legacy: [("", MarketStream.Kind.allCases)]
            }
        var prefix = configuration.stream.target.prefix { $0 != "?" }
        while prefix.last == "/" { prefix.removeLast() }
        var lines: [LinePlan] = []
        for route in routes {
            // A contract's streams stay together, so that it is lost as a whole.
            var names: [String] = []
            var line = LinePlan(target: "", ticking: [:], printPlaces: [], places: [])
            func end() {
                guard !names.isEmpty else { return }
                line.target =
                    "\(prefix)\(route.name)/stream?streams=" + names.joined(separator: "/")
                lines.append(line)
                line = LinePlan(target: "", ticking: [:], printPlaces: [], places: [])
                names = []
            }
            for (place, contract) in configuration.contracts.enumerated() {
                let symbol = contract.symbol.description.lowercased()
                let own = route.kinds.flatMap { Self.names($0, symbol, configuration) }
                if names.count + own.count > max(1, configuration.maxStreamsPerConnection) {
                    end()
                }
                names += own
                line.places.append(place)
                for kind in route.kinds {
                    if let limit = configuration.maxSilence(of: kind) {
                        line.ticking[MarketStream(kind: kind, place: place)] = limit
                    }
                    if kind == .aggTrade { line.printPlaces.append(place) }
                }
            }
            end()
        }
        return lines
    }

    private static func names(
        _ kind: MarketStream.Kind, _ symbol: String, _ configuration: MarketFeedConfiguration
    ) -> [String] {
        switch kind {
        case .aggTrade: ["\(symbol)@aggTrade"]
        case .bookTicker: ["\(symbol)@bookTicker"]
        case .depth: ["\(symbol)@depth@100ms"]
        case .markPrice: ["\(symbol)@markPrice@1s"]
        case .kline: configuration.candles.map { "\(symbol)@kline_\($0.spelling)" }
        case .forceOrder: ["\(symbol)@forceOrder"]
        }
    }
}
