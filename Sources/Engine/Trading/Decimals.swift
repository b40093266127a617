/// The scale that prices and quantities share: one unit is 10⁻⁸.
package enum FixedPoint {
    /// Digits after the point that a price or a quantity can hold.
    package static let digits = 8
    /// Units in one whole: 10⁸.
    package static let unitsPerOne: Int64 = 100_000_000
    /// Units of `Money` in one whole: 10¹⁶, so that price × quantity is exact.
    package static let moneyUnitsPerOne: Int128 = 10_000_000_000_000_000

    /// `units` of 10⁻`digits` as a plain decimal: at least `minFractionDigits` after the point, no other trailing
    /// zeros, no exponent, `-` in front when negative.
    package static func text(_ units: Int128, digits: Int, minFractionDigits: Int = 0) -> String {
        var magnitude = units.magnitude
        var fraction: [UInt8] = []
        var position = digits
        while position > 0 {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            if !fraction.isEmpty || remainder != 0 || position <= minFractionDigits {
                fraction.append(UInt8(48 + remainder))
            }
            magnitude = quotient
            position -= 1
        }
        var text = units < 0 ? "-" : ""
        text += String(magnitude)
        if !fraction.isEmpty {
            text += "."
            text += String(decoding: fraction.reversed(), as: UTF8.self)
        }
        return text
    }
}
