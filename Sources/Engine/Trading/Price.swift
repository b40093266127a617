/// A price of one base unit in quote currency, in steps of 10⁻⁸; always above zero.
package struct Price: Hashable, Comparable, Sendable {
    /// Steps of 10⁻⁸ quote, 1...Int64.max.
    package let units: Int64

    /// Takes steps of 10⁻⁸; zero and less are a bug of the caller.
    package init(units: Int64) {
        precondition(units > 0, "a price is above zero")
        self.units = units
    }

    /// Takes steps of 10⁻⁸ from outside; `nil` when not above zero.
    package init?(exactly units: Int64) {
        guard units > 0 else { return nil }
        self.units = units
    }

    /// For display and statistics only; never turned back into an order.
    package var double: Double { Double(units) / 1e8 }

    package static func < (left: Price, right: Price) -> Bool { left.units < right.units }
}

extension Price: CustomStringConvertible {
    /// The shortest exact decimal.
    package var description: String { FixedPoint.text(Int128(units), digits: 8) }

    /// The exact decimal with at least `minFractionDigits` digits after the point, as venues print prices.
    package func text(minFractionDigits: Int) -> String {
        FixedPoint.text(Int128(units), digits: 8, minFractionDigits: minFractionDigits)
    }
}
