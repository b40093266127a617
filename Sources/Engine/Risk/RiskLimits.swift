package import Trading

/// The limits that stand before every order that raises risk. All are configuration; the defaults are the rules'.
package struct RiskLimits: Hashable, Sendable, Codable {
    /// No configuration goes above this leverage.
    package static let leverageCeiling = 5

    /// Smallest value of one entry, quote currency; the venue's own minimum holds as well. Above zero.
    package var minOrderNotional: Money = Money(whole: 5)
    /// Largest value of one entry, quote currency.
    package var maxOrderNotional: Money = Money(whole: 100_000)
    /// How far a limit may lie from the mark price, a fraction, 0...0.1.
    package var priceCollar: Rate = .basisPoints(100)
    /// No market order goes into a spread wider than this fraction of the mid, 0...0.1.
    package var maxMarketOrderSpread: Rate = .basisPoints(100)
    /// Largest notional of one instrument after the fill, as a fraction of equity, 0...5.
    package var maxPositionFraction: Rate = .basisPoints(2_000)
    /// Largest notional of all positions after the fill, as a fraction of equity, 0...5.
    package var maxExposureFraction: Rate = .basisPoints(6_000)
    /// Largest loss at the protective stop, fees included, as a fraction of equity, 0...0.1.
    package var maxLossAtStop: Rate = .basisPoints(200)
    /// Leverage of the position, 1...5.
    package var maxLeverage: Int = 3
    /// Entries a UTC day, at least 1.
    package var maxTradesPerDay: Int = 20
    /// Orders that may be sent within `orderWindow`, at least 1 and at most `OrderHistory.capacity`.
    package var maxOrdersInWindow: Int = 5
    /// 1 s and more.
    package var orderWindow: Duration = .seconds(10)
    /// Orders a UTC day, at least 1.
    package var maxOrdersPerDay: Int = 1_000
    /// The same symbol, side and quantity again within this time is taken for a mistake.
    package var duplicateWindow: Duration = .seconds(2)
    /// Distance from the mark to the liquidation price after the fill, a fraction of the mark, 0...1.
    package var minLiquidationDistance: Rate = .basisPoints(1_500)
    /// At this distance to liquidation a position is closed in an emergency, a fraction of the mark.
    package var emergencyLiquidationDistance: Rate = .basisPoints(750)
    package var breakers: BreakerLimits = BreakerLimits()

    package init() {}

    /// Says what is wrong with these limits, or `nil` when they can be used.
    package var problem: RiskLimitProblem? {
        let fractions: [(String, Rate, Rate)] = [
            ("priceCollar", priceCollar, .basisPoints(1_000)),
            ("maxMarketOrderSpread", maxMarketOrderSpread, .basisPoints(1_000)),
            ("maxPositionFraction", maxPositionFraction, .basisPoints(50_000)),
            ("maxExposureFraction", maxExposureFraction, .basisPoints(50_000)),
            ("maxLossAtStop", maxLossAtStop, .basisPoints(1_000)),
            ("minLiquidationDistance", minLiquidationDistance, .one),
            ("emergencyLiquidationDistance", emergencyLiquidationDistance, minLiquidationDistance),
        ]
        for (key, value, most) in fractions where value <= .zero || value > most {
            return RiskLimitProblem(key: key, allowed: "above 0 and at most \(most)")
        }
        if !(1...Self.leverageCeiling).contains(maxLeverage) {
            return RiskLimitProblem(key: "maxLeverage", allowed: "1...\(Self.leverageCeiling)")
        }
        if minOrderNotional <= .zero || maxOrderNotional < minOrderNotional {
            return RiskLimitProblem(
                key: "maxOrderNotional", allowed: "at least minOrderNotional, both above 0")
        }
        if !(1...OrderHistory.capacity).contains(maxOrdersInWindow) {
            return RiskLimitProblem(
                key: "maxOrdersInWindow", allowed: "1...\(OrderHistory.capacity)")
        }
        if maxTradesPerDay < 1 {
            return RiskLimitProblem(key: "maxTradesPerDay", allowed: "at least 1")
        }
        if maxOrdersPerDay < 1 {
            return RiskLimitProblem(key: "maxOrdersPerDay", allowed: "at least 1")
        }
        if orderWindow < .seconds(1) || orderWindow > .hours(1) {
            return RiskLimitProblem(key: "orderWindow", allowed: "1 s...1 h")
        }
        if duplicateWindow < .zero || duplicateWindow > .hours(1) {
            return RiskLimitProblem(key: "duplicateWindow", allowed: "0 s...1 h")
        }
        return breakers.problem
    }
}

/// A limit that cannot be used, and what it may be.
package struct RiskLimitProblem: Hashable, Sendable {
    package var key: String
    package var allowed: String
}
