/// An amount of base currency in steps of 10⁻⁸; never negative.
package struct Quantity: Hashable, Comparable, Sendable {
    /// Steps of 10⁻⁸ base, 0...Int64.max.
    package let units: Int64

    package static let zero = Quantity(units: 0)

    /// Takes steps of 10⁻⁸; a negative count is a bug of the caller.
    package init(units: Int64) {
        precondition(units >= 0, "a quantity is never negative")
        self.units = units
    }

    /// Takes steps of 10⁻⁸ from outside; `nil` when negative.
    package init?(exactly units: Int64) {
        guard units >= 0 else { return nil }
        self.units = units
    }

    package var isZero: Bool { units == 0 }

    /// For display and statistics only.
    package var double: Double { Double(units) / 1e8 }

    package static func < (left: Quantity, right: Quantity) -> Bool { left.units < right.units }
    /// Traps on overflow beyond 92 billion: the parser refuses such input, so this is a bug of ours.
    package static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(units: left.units + right.units)
    }
    /// Traps below zero; use `subtracting` where outside data may say too much.
    package static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(units: left.units - right.units)
    }
    package static func += (left: inout Quantity, right: Quantity) { left = left + right }
    package static func -= (left: inout Quantity, right: Quantity) { left = left - right }

    /// The rest after taking `other` away, at least zero.
    package func subtracting(_ other: Quantity) -> Quantity {
        Quantity(units: units > other.units ? units - other.units : 0)
    }
}

extension Quantity: CustomStringConvertible {
    /// The shortest exact decimal.
    package var description: String { FixedPoint.text(Int128(units), digits: 8) }
}
