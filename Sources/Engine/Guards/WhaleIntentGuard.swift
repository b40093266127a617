package import Trading

/// WHALE_INTENT_FILTER: no entry against whales that press the other way.
package enum WhaleIntentGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// Intensity of opposing whale flow from which on entries are blocked, 0...100.
        package var minIntensity: Double = 30
        /// Fewer whale orders than this in 15 minutes say nothing.
        package var minOrders15m: Int = 5
        /// Fewer whale orders than this in a day say nothing.
        package var minOrdersDay: Int = 20

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        package var direction: Direction
        /// Whale taker notional of the last 15 minutes.
        package var whaleBuy: Money
        package var whaleSell: Money
        package var orders15m: Int
        /// In the last 24 h, or in as much of it as is known.
        package var ordersDay: Int

        package init(
            direction: Direction, whaleBuy: Money, whaleSell: Money, orders15m: Int, ordersDay: Int
        ) {
            self.direction = direction
            self.whaleBuy = whaleBuy
            self.whaleSell = whaleSell
            self.orders15m = orders15m
            self.ordersDay = ordersDay
        }
    }

    /// The value is the opposing intensity: 100 × net against the entry over gross, negative when whales agree.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        let gross = input.whaleBuy + input.whaleSell
        guard input.orders15m >= settings.minOrders15m, input.ordersDay >= settings.minOrdersDay,
            gross > .zero
        else { return .noData }
        let net = input.whaleBuy - input.whaleSell
        let against = input.direction == .long ? -net : net
        let opposing = 100 * against.double / gross.double
        return opposing >= settings.minIntensity
            ? .block(value: opposing, limit: settings.minIntensity)
            : .allow(value: opposing, limit: settings.minIntensity)
    }
}
