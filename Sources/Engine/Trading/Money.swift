/// A signed amount of quote currency in steps of 10⁻¹⁶: cash, cost, profit, fee, notional, flow.
///
/// The step is the product of a price step and a quantity step, so that every notional is exact and nothing is
/// rounded until it is shown. The range is ±1.7 · 10²², far beyond any account.
package struct Money: Hashable, Comparable, Sendable {
    /// Steps of 10⁻¹⁶ quote.
    package var units: Int128

    package static let zero = Money(units: 0)

    package init(units: Int128) { self.units = units }

    /// Whole quote units, exact.
    package init(whole: Int64) { units = Int128(whole) * FixedPoint.moneyUnitsPerOne }

    /// The exact value of `quantity` at `price`. Cannot overflow: two 63-bit factors.
    package init(_ quantity: Quantity, at price: Price) {
        let product = price.units.multipliedFullWidth(by: quantity.units)
        units = Int128(product.high) << 64 | Int128(product.low)
    }

    package var isNegative: Bool { units < 0 }
    package var magnitude: Money { Money(units: units < 0 ? -units : units) }

    /// For display and statistics only.
    package var double: Double { unitsAsDouble / 1e16 }

    /// The standard library's conversion of 128 bits is generic and takes hundreds of nanoseconds; two halves take two.
    /// Within one step of the last place.
    private var unitsAsDouble: Double {
        let magnitude = units.magnitude
        let high = Double(UInt64(truncatingIfNeeded: magnitude >> 64)) * 18_446_744_073_709_551_616
        let value = high + Double(UInt64(truncatingIfNeeded: magnitude))
        return units < 0 ? -value : value
    }

    package static func < (left: Money, right: Money) -> Bool { left.units < right.units }
    package static func + (left: Money, right: Money) -> Money {
        Money(units: left.units + right.units)
    }
    package static func - (left: Money, right: Money) -> Money {
        Money(units: left.units - right.units)
    }
    package static func += (left: inout Money, right: Money) { left.units += right.units }
    package static func -= (left: inout Money, right: Money) { left.units -= right.units }
    package static prefix func - (value: Money) -> Money { Money(units: -value.units) }

    /// This amount × `rate`, rounded up in magnitude to 10⁻⁸, as venues charge commissions: never understated.
    package func commission(at rate: Rate) -> Money {
        let product = units.magnitude.multipliedFullWidth(by: UInt128(rate.units.magnitude))
        precondition(product.high == 0, "a commission fits in 128 bits")
        // The product is in steps of 10⁻²⁴; up to the next step of 10⁻⁸.
        let step: UInt128 = FixedPoint.tenToThe16
        let (whole, rest) = product.low.quotientAndRemainder(dividingBy: step)
        let steps = Int128(whole) + (rest > 0 ? 1 : 0)
        let negative = (units < 0) != (rate.units < 0)
        return Money(units: (negative ? -steps : steps) * 100_000_000)
    }

    /// floor(this × numerator / denominator) for a non-negative amount; used to split a cost exactly.
    package func share(_ numerator: Quantity, of denominator: Quantity) -> Money {
        precondition(
            units >= 0 && denominator.units > 0 && numerator <= denominator,
            "a share is a part of a cost")
        let product = UInt128(units).multipliedFullWidth(by: UInt128(numerator.units))
        let (quotient, _) = UInt128(denominator.units).dividingFullWidth(product)
        return Money(units: Int128(quotient))
    }

    /// This amount × `fraction`, rounded toward zero; for limits and sizes, never for booked money.
    package func scaled(by fraction: Double) -> Money {
        let value = unitsAsDouble * fraction
        guard value.isFinite, value.magnitude < 1.6e38 else {
            return value < 0 ? Money(units: .min / 2) : Money(units: .max / 2)
        }
        return Money(units: Int128(value))
    }
}

extension Money {
    /// The same part of `newWhole` as this is of `whole`, rounded up: 100 of 80 is 50 of 40. `nil` when one of the
    /// three is not above zero, or the answer is out of range.
    package func rebased(from whole: Money, to newWhole: Money) -> Money? {
        guard units > 0, whole.units > 0, newWhole.units > 0 else { return nil }
        let divisor = whole.units.magnitude
        let product = units.magnitude.multipliedFullWidth(by: newWhole.units.magnitude)
        guard product.high < divisor else { return nil }
        let (quotient, rest) = divisor.dividingFullWidth(product)
        guard let exact = Int128(exactly: quotient), exact < .max else { return nil }
        return Money(units: rest == 0 ? exact : exact + 1)
    }
}

extension FixedPoint {
    static let tenToThe16: UInt128 = 10_000_000_000_000_000
}

extension Money: CustomStringConvertible {
    /// The shortest exact decimal.
    package var description: String { FixedPoint.text(units, digits: 16) }

    /// Rounded half away from zero to `fractionDigits` (0...8) and printed with exactly as many.
    package func text(fractionDigits: Int) -> String {
        var step: Int128 = 1
        for _ in fractionDigits..<16 { step *= 10 }
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: step)
        let up: Int128 = remainder.magnitude * 2 >= step.magnitude ? (units < 0 ? -1 : 1) : 0
        return FixedPoint.text(
            quotient + up, digits: fractionDigits, minFractionDigits: fractionDigits)
    }
}

/// A signed fraction in steps of 10⁻⁸: a fee rate, a funding rate, a maintenance margin rate. 0.0005 is 50,000 units.
package struct Rate: Hashable, Comparable, Sendable {
    /// Steps of 10⁻⁸ of one.
    package let units: Int64

    package static let zero = Rate(units: 0)

    package init(units: Int64) { self.units = units }

    /// For display and statistics only.
    package var double: Double { Double(units) / 1e8 }

    package static func < (left: Rate, right: Rate) -> Bool { left.units < right.units }
}

extension Rate: CustomStringConvertible {
    /// The shortest exact decimal fraction.
    package var description: String { FixedPoint.text(Int128(units), digits: 8) }
}
