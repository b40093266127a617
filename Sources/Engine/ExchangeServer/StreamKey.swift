import Trading

/// Which streams a path delivers.
///
/// - Source: Binance USDⓈ-M WebSocket change of 2026-03, enforced 2026-04-23.
enum StreamRoute: String, Sendable {
    case `public`
    case market
    case `private`
    /// The old paths without a route.
    case unrouted = ""
}

/// How often changes of the book are sent.
enum DepthSpeed: Int, Hashable, Sendable, CaseIterable {
    case fast = 100
    case normal = 250
    case slow = 500
}

/// One thing that market clients can subscribe to.
enum StreamKey: Hashable, Sendable {
    case aggTrade(InstrumentID)
    case trade(InstrumentID)
    case bookTicker(InstrumentID)
    case allBookTickers
    case depth(InstrumentID, DepthSpeed)
    case partialDepth(InstrumentID, levels: Int, DepthSpeed)
    case markPrice(InstrumentID, everySecond: Bool)
    case allMarkPrices(everySecond: Bool)
    case kline(InstrumentID, BarInterval)
    case forceOrder(InstrumentID)
    case allForceOrders

    /// The stream of this name, like `btcusdt@depth5@100ms`; `nil` when there is none, which the venue does not say.
    init?(_ name: String, instruments: [Instrument]) {
        switch name {
        case "!bookTicker": self = .allBookTickers
        case "!markPrice@arr": self = .allMarkPrices(everySecond: false)
        case "!markPrice@arr@1s": self = .allMarkPrices(everySecond: true)
        case "!forceOrder@arr": self = .allForceOrders
        default:
            let parts = name.split(separator: "@", omittingEmptySubsequences: false).map(
                String.init)
            guard parts.count == 2 || parts.count == 3,
                let instrument = instruments.first(where: {
                    $0.symbol.description.lowercased() == parts[0]
                })
            else { return nil }
            self.init(
                kind: parts[1], option: parts.count == 3 ? parts[2] : nil, id: instrument.id)
        }
    }

    private init?(kind: String, option: String?, id: InstrumentID) {
        if kind == "markPrice" {
            guard option == nil || option == "1s" || option == "3s" else { return nil }
            self = .markPrice(id, everySecond: option == "1s")
            return
        }
        if kind.hasPrefix("depth") {
            let speed: DepthSpeed
            switch option {
            case nil, "250ms": speed = .normal
            case "100ms": speed = .fast
            case "500ms": speed = .slow
            case .some: return nil
            }
            switch kind.dropFirst(5) {
            case "": self = .depth(id, speed)
            case "5": self = .partialDepth(id, levels: 5, speed)
            case "10": self = .partialDepth(id, levels: 10, speed)
            case "20": self = .partialDepth(id, levels: 20, speed)
            default: return nil
            }
            return
        }
        guard option == nil else { return nil }
        switch kind {
        case "aggTrade": self = .aggTrade(id)
        case "trade": self = .trade(id)
        case "bookTicker": self = .bookTicker(id)
        case "forceOrder": self = .forceOrder(id)
        default:
            guard kind.hasPrefix("kline_"),
                let interval = BarInterval(rawValue: String(kind.dropFirst(6)))
            else { return nil }
            self = .kline(id, interval)
        }
    }

    /// The route that delivers it.
    var route: StreamRoute {
        switch self {
        case .trade, .bookTicker, .allBookTickers, .depth, .partialDepth: .public
        case .aggTrade, .markPrice, .allMarkPrices, .kline, .forceOrder, .allForceOrders: .market
        }
    }
}

/// One message on its way to everybody who listens.
struct Publication: Sendable {
    enum Target: Hashable, Sendable {
        case stream(StreamKey)
        /// Of the user stream, by the name of the event.
        case user(event: String)
        /// The listen key has ended: told, and the connections closed.
        case keyEnded
    }

    let target: Target
    let payload: [UInt8]
}
