package import Trading

/// The windows over which taker flow is kept.
package enum FlowWindow: Int, Hashable, Sendable, CaseIterable {
    case oneMinute, fiveMinutes, fifteenMinutes, oneHour, fourHours

    /// How long the window is.
    package var length: Duration { .seconds(seconds) }

    var seconds: Int64 {
        switch self {
        case .oneMinute: 60
        case .fiveMinutes: 300
        case .fifteenMinutes: 900
        case .oneHour: 3_600
        case .fourHours: 14_400
        }
    }

    /// The name on screens: `1m`, `5m`, `15m`, `1h`, `4h`.
    package var label: String {
        switch self {
        case .oneMinute: "1m"
        case .fiveMinutes: "5m"
        case .fifteenMinutes: "15m"
        case .oneHour: "1h"
        case .fourHours: "4h"
        }
    }
}

/// What takers bought and sold in a span of time, whales and retail apart; exact.
package struct FlowSums: Hashable, Sendable {
    package var whaleBuy = Money.zero
    package var whaleSell = Money.zero
    package var retailBuy = Money.zero
    package var retailSell = Money.zero
    /// Taker orders that reached the whale threshold.
    package var whaleOrders = 0
    /// Taker orders of both classes, the open one included.
    package var takerOrders = 0

    package init() {}

    /// + when whales bought more than they sold.
    package var whaleNet: Money { whaleBuy - whaleSell }
    package var whaleGross: Money { whaleBuy + whaleSell }
    /// + when retail bought more than it sold.
    package var retailNet: Money { retailBuy - retailSell }
    package var retailGross: Money { retailBuy + retailSell }
    package var takerBuy: Money { whaleBuy + retailBuy }
    package var takerSell: Money { whaleSell + retailSell }
    /// + when takers bought more than they sold.
    package var net: Money { takerBuy - takerSell }
    package var gross: Money { takerBuy + takerSell }

    /// 100 × |net| / gross of all takers, 0...100; 0 without flow.
    package var intensity: Double { Self.intensity(net, gross) }
    /// 100 × |net| / gross of whales, 0...100; 0 without flow.
    package var whaleIntensity: Double { Self.intensity(whaleNet, whaleGross) }
    /// 100 × |net| / gross of retail, 0...100; 0 without flow.
    package var retailIntensity: Double { Self.intensity(retailNet, retailGross) }

    private static func intensity(_ net: Money, _ gross: Money) -> Double {
        gross.units > 0 ? 100 * net.magnitude.double / gross.double : 0
    }

    static func - (left: FlowSums, right: FlowSums) -> FlowSums {
        var difference = left
        difference.whaleBuy -= right.whaleBuy
        difference.whaleSell -= right.whaleSell
        difference.retailBuy -= right.retailBuy
        difference.retailSell -= right.retailSell
        difference.whaleOrders -= right.whaleOrders
        difference.takerOrders -= right.takerOrders
        return difference
    }

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(whaleBuy)
        hasher.combine(whaleSell)
        hasher.combine(retailBuy)
        hasher.combine(retailSell)
        hasher.combine(whaleOrders)
        hasher.combine(takerOrders)
    }
}

/// One aggressive order, put together from its prints.
package struct TakerOrder: Hashable, Sendable {
    /// The transact time that all its prints share.
    package var venueTime: Timestamp
    package var side: Side
    /// The exact sum of its prints so far.
    package var notional: Money
    package var isWhale: Bool
    package var printCount: Int
}
