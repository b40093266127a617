/// Which way a value goes when it lies between two points of a venue's grid.
package enum GridRounding: Hashable, Sendable, Codable {
    case down, up
    /// To the closer point; from the middle up.
    case nearest
}

extension InstrumentFilters {
    /// `price` on the venue's grid, which starts at `minPrice` in steps of `tickSize`; kept within the venue's
    /// smallest and largest price.
    package func onGrid(_ price: Price, _ rounding: GridRounding) -> Price {
        let tick = tickSize.units
        // The last grid point may lie below the largest price.
        let top =
            minPrice.units + (max(maxPrice.units, minPrice.units) - minPrice.units) / tick * tick
        guard price.units > minPrice.units else { return minPrice }
        guard price.units < top else { return Price(units: top) }
        let rest = (price.units - minPrice.units) % tick
        let below = price.units - rest
        if rest == 0 { return price }
        switch rounding {
        case .down: return Price(units: below)
        case .up: return Price(units: below + tick)
        case .nearest: return Price(units: rest >= tick - rest ? below + tick : below)
        }
    }

    /// `quantity` rounded down to the venue's lot grid, which starts at `minQuantity` in steps of `stepSize`; zero
    /// when it is below the smallest order, and at most the venue's largest.
    package func onGrid(_ quantity: Quantity) -> Quantity {
        onGrid(quantity, atMost: maxQuantity)
    }

    /// Like `onGrid`, for orders that execute at market, whose largest quantity is smaller.
    package func onMarketGrid(_ quantity: Quantity) -> Quantity {
        onGrid(quantity, atMost: min(maxQuantity, maxMarketQuantity))
    }

    /// The part of `quantity` that orders can carry, however many of them it takes: down to the lot grid, zero below
    /// the smallest order. What is beyond it is dust.
    package func tradable(_ quantity: Quantity) -> Quantity { onGrid(quantity, atMost: quantity) }

    private func onGrid(_ quantity: Quantity, atMost limit: Quantity) -> Quantity {
        let capped = min(quantity, limit).units
        guard capped >= minQuantity.units, capped > 0 else { return .zero }
        let step = max(1, stepSize.units)
        return Quantity(units: capped - (capped - minQuantity.units) % step)
    }
}

extension Rate {
    /// Hundredths of a per cent, exact: 52 is 0.52 %.
    package static func basisPoints(_ count: Int64) -> Rate { Rate(units: count * 10_000) }

    /// One.
    package static let one = Rate(units: FixedPoint.unitsPerOne)

    package static func + (left: Rate, right: Rate) -> Rate {
        Rate(units: left.units + right.units)
    }
    package static func - (left: Rate, right: Rate) -> Rate {
        Rate(units: left.units - right.units)
    }
    package static prefix func - (rate: Rate) -> Rate { Rate(units: -rate.units) }

    /// This rate in per cent with two digits, like `-3.00 %`; rounded half away from zero.
    package var percentText: String {
        let hundredths = (Int128(units) + (units < 0 ? -5_000 : 5_000)) / 10_000
        return FixedPoint.text(hundredths, digits: 2, minFractionDigits: 2) + " %"
    }
}

extension Money {
    /// `rate` of this amount, rounded toward zero to 10⁻¹⁶; saturates far beyond any account. For limits.
    package func part(_ rate: Rate) -> Money {
        let (product, overflow) = units.multipliedReportingOverflow(by: Int128(rate.units))
        if overflow {
            let negative = (units < 0) != (rate.units < 0)
            return Money(units: negative ? .min / 2 : .max / 2)
        }
        return Money(units: product / Int128(FixedPoint.unitsPerOne))
    }

    /// This amount as a fraction of `whole`, rounded away from zero to 10⁻⁸, since a risk must never be understated;
    /// saturates. `nil` when `whole` is not above zero.
    package func fraction(of whole: Money) -> Rate? {
        guard whole.units > 0 else { return nil }
        let (scaled, overflow) = units.multipliedReportingOverflow(
            by: Int128(FixedPoint.unitsPerOne))
        if overflow { return Rate(units: units < 0 ? -.max : .max) }
        let (quotient, rest) = scaled.quotientAndRemainder(dividingBy: whole.units)
        let away: Int128 = rest == 0 ? 0 : (rest < 0 ? -1 : 1)
        return Rate(units: Int64(clamping: max(-Int128(Int64.max), quotient + away)))
    }

    /// How much base this amount buys at `price`, rounded down to 10⁻⁸; zero when negative, saturates.
    package func quantity(at price: Price) -> Quantity {
        guard units > 0 else { return .zero }
        return Quantity(units: Int64(clamping: units / Int128(price.units)))
    }
}

extension Price {
    /// This price moved by `rate` of itself (negative: down), rounded to the nearer 10⁻⁸; at least one step.
    package func moved(by rate: Rate) -> Price {
        let one = Int128(FixedPoint.unitsPerOne)
        let product = Int128(units) * (one + Int128(rate.units))
        let rounded = (product + (product < 0 ? -one / 2 : one / 2)) / one
        return Price(units: max(1, Int64(clamping: rounded)))
    }

    /// The signed way from `base` to this price as a fraction of `base`, rounded away from zero to 10⁻⁸.
    package func distance(from base: Price) -> Rate {
        let scaled = (Int128(units) - Int128(base.units)) * Int128(FixedPoint.unitsPerOne)
        let (quotient, rest) = scaled.quotientAndRemainder(dividingBy: Int128(base.units))
        let away: Int128 = rest == 0 ? 0 : (rest < 0 ? -1 : 1)
        return Rate(units: Int64(clamping: quotient + away))
    }
}
