package import Trading

/// Where the venue closes an isolated position by force.
///
/// - Source: Binance USDⓈ-M liquidation price of isolated one-way positions, with the bracket's deduction (`cum`):
///   `(wallet + cum − s·cost) ÷ (quantity·rate − s·quantity)`, s = +1 long, −1 short.
package enum Liquidation {
    /// The mark price at which the margin is used up, or `nil` when there is none above zero.
    ///
    /// `cost` is quantity × entry price, `wallet` the isolated margin of the position. The maintenance margin is the
    /// largest over the tiers' lines (that is what 'continuous' means in the venue's table), so the nearest of the
    /// tiers' prices is the true one: the highest for a long, the lowest for a short. Rounded toward the entry, since
    /// a liquidation must never be thought farther than it is.
    package static func price(
        direction: Direction, quantity: Quantity, cost: Money, wallet: Money, tiers: [MarginTier]
    ) -> Price? {
        guard !quantity.isZero else { return nil }
        var nearest: Price?
        for tier in tiers {
            guard
                let price = price(
                    direction, quantity: quantity, cost: cost, wallet: wallet, tier: tier)
            else { continue }
            switch direction {
            case .long: nearest = max(nearest ?? price, price)
            case .short: nearest = min(nearest ?? price, price)
            }
        }
        return nearest
    }

    private static func price(
        _ direction: Direction, quantity: Quantity, cost: Money, wallet: Money, tier: MarginTier
    ) -> Price? {
        let one = Int128(FixedPoint.unitsPerOne)
        let rate = Int128(tier.maintenanceRate.units)
        let free = wallet + tier.deduction
        let numerator = direction == .long ? cost - free : cost + free
        let denominator = Int128(quantity.units) * (direction == .long ? one - rate : one + rate)
        guard numerator.units > 0, denominator > 0 else { return nil }
        // Steps of 10⁻¹⁶ over steps of 10⁻¹⁶, into steps of 10⁻⁸. A cost beyond 10¹⁴ quote has no price here.
        let (scaled, overflow) = numerator.units.multipliedReportingOverflow(by: one)
        guard !overflow else { return nil }
        let (quotient, rest) = scaled.quotientAndRemainder(dividingBy: denominator)
        let up: Int128 = direction == .long && rest > 0 ? 1 : 0
        return Price(exactly: Int64(clamping: quotient + up))
    }

    /// The margin that must be kept for `notional`: the largest of the tiers' lines, at least zero.
    package static func maintenanceMargin(notional: Money, tiers: [MarginTier]) -> Money {
        var margin = Money.zero
        for tier in tiers {
            margin = max(margin, notional.part(tier.maintenanceRate) - tier.deduction)
        }
        return margin
    }

    /// How far `mark` is from `liquidation` as a fraction of the mark: zero or less when it is reached.
    package static func distance(
        direction: Direction, mark: Price, liquidation: Price
    ) -> Rate {
        let way = Int128(mark.units) - Int128(liquidation.units)
        let signed = direction == .long ? way : -way
        return Rate(
            units: Int64(
                clamping: signed * Int128(FixedPoint.unitsPerOne) / Int128(mark.units)))
    }
}
