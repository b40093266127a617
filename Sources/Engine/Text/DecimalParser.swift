package import Trading

/// Why a piece of text is not a number that we can hold exactly.
@usableFromInline package enum DecimalError: Error, Hashable, Sendable {
    /// No digit at all.
    case empty
    /// A byte that has no place in a plain decimal: a letter, a plus sign, a comma, an exponent, a blank.
    case unexpectedByte
    /// A point without a digit before or after it.
    case missingDigits
    /// A zero in front of another digit.
    case leadingZero
    /// More digits after the point than the type holds, and not all of them zero.
    case tooManyFractionDigits
    /// Larger than the type holds.
    case overflow
    /// Below zero, where that has no meaning; or zero, where only more than zero has.
    case outOfRange
}

/// A plain decimal read exactly.
@usableFromInline package struct ParsedDecimal: Hashable, Sendable {
    /// Steps of 10⁻⁸.
    @usableFromInline package var units: Int64
    /// Digits after the point as written, trailing zeros included.
    @usableFromInline package var fractionDigits: Int

    @inlinable
    package init(units: Int64, fractionDigits: Int) {
        self.units = units
        self.fractionDigits = fractionDigits
    }
}

/// The strict parser of plain decimals: `-`? digits (`.` digits)?, nothing else, never rounded.
@usableFromInline package enum DecimalParser {
    /// The number that begins at `position`; moves `position` behind its last byte. Where it must end is the caller's
    /// affair.
    @inlinable
    @inline(__always)
    package static func scan(
        _ bytes: borrowing Span<UInt8>, at position: inout Int
    ) throws(DecimalError) -> ParsedDecimal {
        let end = bytes.count
        var index = position
        guard index < end else { throw .empty }
        let isNegative = bytes[index] == 45
        if isNegative { index += 1 }
        let firstDigit = index
        var value: UInt64 = 0
        // Unchecked because the loop has just looked: the index runs from `position` up to `end`. Too many digits wrap
        // around and are refused below.
        while index < end {
            let digit = UInt64(bytes[unchecked: index] &- 48)
            guard digit < 10 else { break }
            value = value &* 10 &+ digit
            index += 1
        }
        let digits = index - firstDigit
        if digits == 0 {
            guard index < end else { throw .empty }
            throw bytes[index] == 46 ? .missingDigits : .unexpectedByte
        }
        if digits > 1 && bytes[firstDigit] == 48 { throw .leadingZero }
        // The largest number that we hold has 11 digits before the point.
        if digits > 11 { throw .overflow }
        var fractionDigits = 0
        if index < end && bytes[unchecked: index] == 46 {
            index += 1
            let start = index
            let limit = min(end, start + 8)
            while index < limit {
                let digit = UInt64(bytes[unchecked: index] &- 48)
                guard digit < 10 else { break }
                value = value &* 10 &+ digit
                index += 1
            }
            fractionDigits = index - start
            if fractionDigits == 8 {
                while index < end {
                    let digit = bytes[unchecked: index] &- 48
                    guard digit < 10 else { break }
                    if digit != 0 { throw .tooManyFractionDigits }
                    index += 1
                }
                fractionDigits = index - start
            }
            if fractionDigits == 0 { throw .missingDigits }
        }
        // At most 11 digits and 8 more: below 10¹⁹, which 64 bits hold.
        if fractionDigits < 8 { value = value &* power(8 - fractionDigits) }
        guard value <= UInt64(Int64.max) else { throw .overflow }
        position = index
        return ParsedDecimal(
            units: isNegative ? -Int64(value) : Int64(value), fractionDigits: fractionDigits)
    }

    /// 10 to the power of `exponent`, which is 0...8.
    @inlinable
    @inline(__always)
    static func power(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }

    /// All of `bytes` as one decimal.
    package static func parse(_ bytes: borrowing Span<UInt8>) throws(DecimalError) -> ParsedDecimal
    {
        var position = 0
        let value = try scan(bytes, at: &position)
        guard position == bytes.count else { throw .unexpectedByte }
        return value
    }

    /// All of `bytes` as an amount in steps of 10⁻¹⁶: up to 16 digits after the point, and zeros beyond.
    package static func parseMoney(_ bytes: borrowing Span<UInt8>) throws(DecimalError) -> Money {
        var index = 0
        guard !bytes.isEmpty else { throw .empty }
        let isNegative = bytes[0] == 45
        if isNegative { index = 1 }
        var value: UInt128 = 0
        var digits = 0
        var fractionDigits: Int?
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == 46 {
                guard fractionDigits == nil else { throw .unexpectedByte }
                guard digits > 0 else { throw .missingDigits }
                fractionDigits = 0
                continue
            }
            let digit = UInt128(byte &- 48)
            guard digit < 10 else { throw .unexpectedByte }
            if let count = fractionDigits {
                fractionDigits = min(count + 1, 17)
                if count >= 16 {
                    guard digit == 0 else { throw .tooManyFractionDigits }
                    continue
                }
            } else {
                digits += 1
                guard digits == 1 || value != 0 else { throw .leadingZero }
            }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow, tenfold <= UInt128(Int128.max) else { throw .overflow }
            value = tenfold + digit
        }
        guard digits > 0 else { throw .empty }
        if fractionDigits == 0 { throw .missingDigits }
        for _ in min(fractionDigits ?? 0, 16)..<16 {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .overflow }
            value = tenfold
        }
        guard value <= UInt128(Int128.max) else { throw .overflow }
        return Money(units: isNegative ? -Int128(value) : Int128(value))
    }
}
