package import Transport

/// Whose money a server of Binance trades with, by its name: the one list of them.
///
/// - Source: Binance USDⓈ-M general information and change log, and the demo hosts that answered, read 2026-05.
package enum VenueHost: Hashable, Sendable {
    /// Real money.
    case live
    /// Binance's test money.
    case test
    /// An exchange on this machine.
    case thisMachine
    /// Nobody knows: it is trusted with nothing but public data.
    case unknown

    package init(_ url: ServerURL) {
        if url.isLoopback {
            self = .thisMachine
        } else if Self.testHosts.contains(url.host) || url.host.hasSuffix(".binancefuture.com") {
            self = .test
        } else if url.host.hasSuffix(".binance.com") {
            // Whatever is not known to be a test is real.
            self = .live
        } else {
            self = .unknown
        }
    }

    private static let testHosts = [
        "demo-fapi.binance.com", "demo-fstream.binance.com", "demo-ws-fapi.binance.com",
    ]

    /// In the words of an operator.
    package var words: String {
        switch self {
        case .live: "a live host, with real money"
        case .test: "a test host"
        case .thisMachine: "this machine"
        case .unknown: "no host that is known to be live or test"
        }
    }
}
