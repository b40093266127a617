package import Trading

/// TAKER_AGGRESSION_BLOCK: a long needs takers that buy more than they sell; a short, when asked, the mirror.
package enum TakerAggressionGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// Taker buy over sell notional that a long must exceed; a short must stay below its inverse. Above zero.
        package var minRatio: Double = 1.10

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        package var direction: Direction
        /// Taker notional of the last 5 minutes.
        package var takerBuy: Money
        package var takerSell: Money

        package init(direction: Direction, takerBuy: Money, takerSell: Money) {
            self.direction = direction
            self.takerBuy = takerBuy
            self.takerSell = takerSell
        }
    }

    /// Beyond this, one side had the market to itself.
    private static let largestRatio = 1_000_000.0

    /// The value is the ratio of the side that the entry needs over the other, at most a million.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        let with = input.direction == .long ? input.takerBuy : input.takerSell
        let against = input.direction == .long ? input.takerSell : input.takerBuy
        guard with > .zero || against > .zero else { return .noData }
        let ratio =
            against > .zero
            ? min(with.double / against.double, Self.largestRatio) : Self.largestRatio
        return ratio > settings.minRatio
            ? .allow(value: ratio, limit: settings.minRatio)
            : .block(value: ratio, limit: settings.minRatio)
    }
}
