/// The grid of an instrument that nobody describes, from its prints: tick and step are the greatest powers of ten that
/// divide all prices and all quantities seen, from 10⁻⁸ to one.
///
/// A few prints may all be round by chance, which makes the grid too coarse; a thousand hardly ever are. A real grid
/// that is no power of ten, such as 0.5, is taken as the next finer one.
package struct GridInference: Hashable, Sendable {
    /// Prints that are enough.
    package static let enough = 1_000

    /// Prints seen so far.
    package private(set) var count = 0
    private var tick = FixedPoint.unitsPerOne
    private var step = FixedPoint.unitsPerOne

    package init() {}

    /// Takes one more print.
    package mutating func see(_ print: Print) {
        count += 1
        tick = Self.refined(tick, by: print.price.units)
        step = Self.refined(step, by: print.quantity.units)
    }

    /// One, before the first print.
    package var tickSize: Price { Price(units: tick) }
    /// One, before the first print.
    package var stepSize: Quantity { Quantity(units: step) }

    /// Digits after the point that the tick needs, 0...8.
    package var priceDigits: Int {
        var digits = 0
        var rest = FixedPoint.unitsPerOne
        while rest > tick {
            rest /= 10
            digits += 1
        }
        return digits
    }

    private static func refined(_ power: Int64, by units: Int64) -> Int64 {
        var power = power
        while units % power != 0 { power /= 10 }
        return power
    }
}
