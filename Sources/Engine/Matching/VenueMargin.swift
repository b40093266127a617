package import Trading

/// The venue's margin arithmetic for linear contracts in one-way mode.
///
/// This is the venue's own side of it; module Risk has another, and tests hold the two against each other.
package enum VenueMargin {
    /// What must be kept for a position of this notional, rounded up to 10⁻¹⁶: notional × rate − deduction of its tier.
    ///
    /// A notional above the last tier is charged at the last tier.
    /// - Source: Binance USDⓈ-M leverageBracket, page read 2026-05.
    package static func maintenance(notional: Money, tiers: [MarginTier]) -> Money {
        guard let tier = tier(notional: notional, tiers: tiers) else { return .zero }
        let product = notional.units.magnitude.multipliedFullWidth(
            by: UInt128(tier.maintenanceRate.units.magnitude))
        let scale = UInt128(FixedPoint.unitsPerOne)
        guard product.high < scale else { return Money(units: .max / 2) }
        let (quotient, rest) = scale.dividingFullWidth(product)
        return Money(units: Int128(quotient) + (rest > 0 ? 1 : 0)) - tier.deduction
    }

    /// The tier that covers `notional`: floor < notional ≤ cap; the last one above all caps.
    package static func tier(notional: Money, tiers: [MarginTier]) -> MarginTier? {
        for tier in tiers where notional <= tier.cap { return tier }
        return tiers.last
    }

    /// The mark price at which margin and unrealized profit are down to the maintenance margin; `nil` when no price
    /// above zero does that.
    ///
    /// `cost` is quantity × entry price, exact. `margin` is the position's isolated wallet, or the cross wallet less
    /// `otherMaintenance` plus `otherUnrealized` of the account's other positions. Solved for every tier; the answer
    /// is the one whose notional lies in its own tier. Rounded to the side that liquidates earlier.
    /// - Source: Binance, 'How to calculate liquidation price of USDⓈ-M futures contracts', as coded in freqtrade.
    package static func liquidationPrice(
        direction: Direction, quantity: Quantity, cost: Money, margin: Money,
        otherMaintenance: Money = .zero,
        otherUnrealized: Money = .zero, tiers: [MarginTier]
    ) -> Price? {
        guard !quantity.isZero else { return nil }
        let sign: Int128 = direction == .long ? 1 : -1
        let wallet = margin.units - otherMaintenance.units + otherUnrealized.units
        var found: Price?
        for (place, tier) in tiers.enumerated() {
            // Steps of 10⁻¹⁶ over steps of 10⁻¹⁶ is a ratio in quote; × 10⁸ gives price steps.
            let numerator = wallet + tier.deduction.units - sign * cost.units
            let denominator =
                Int128(quantity.units)
                * (Int128(tier.maintenanceRate.units) - sign * Int128(FixedPoint.unitsPerOne))
            guard (numerator < 0) == (denominator < 0), numerator != 0, denominator != 0 else {
                continue
            }
            // A wallet or a cost beyond 10¹⁴ quote has no price here.
            let (product, overflow) = numerator.multipliedReportingOverflow(
                by: Int128(FixedPoint.unitsPerOne))
            guard !overflow else { continue }
            let (quotient, rest) = product.quotientAndRemainder(dividingBy: denominator)
            let rounded = rest != 0 && direction == .long ? quotient + 1 : quotient
            guard rounded <= Int128(Int64.max), let price = Price(exactly: Int64(rounded)) else {
                continue
            }
            let notional = Money(quantity, at: price)
            let isLast = place == tiers.count - 1
            if notional > tier.floor || place == 0, notional <= tier.cap || isLast { found = price }
            if found != nil { break }
        }
        return found
    }

    /// The price at which the whole of `margin` is lost, rounded to the tick that loses no more than it.
    package static func bankruptcyPrice(
        direction: Direction, quantity: Quantity, cost: Money, margin: Money, tickSize: Price
    ) -> Price {
        let tick = Int128(tickSize.units)
        let perUnit = Int128(quantity.units)
        switch direction {
        case .long:
            let value = cost.units - margin.units
            guard value > 0 else { return tickSize }
            let step = perUnit * tick
            let ticks = (value + step - 1) / step
            return Price(exactly: Int64(clamping: ticks * tick)) ?? tickSize
        case .short:
            let step = perUnit * tick
            let ticks = (cost.units + max(0, margin.units)) / step
            return Price(exactly: Int64(clamping: ticks * tick)) ?? tickSize
        }
    }

    /// What a position receives (+) or pays (−) at one funding: notional at mark × rate, toward zero; longs pay when
    /// the rate is positive.
    static func funding(direction: Direction, quantity: Quantity, mark: Price, rate: Rate) -> Money
    {
        let notional = Money(quantity, at: mark).units
        let scale = Int128(FixedPoint.unitsPerOne)
        // Split, so that the product cannot overflow.
        let (whole, rest) = notional.quotientAndRemainder(dividingBy: scale)
        let amount = whole * Int128(rate.units) + rest * Int128(rate.units) / scale
        return Money(units: direction == .long ? -amount : amount)
    }
}
