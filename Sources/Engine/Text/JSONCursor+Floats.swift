// Binary floating point numbers, exponents allowed: for files of models, never for money.

extension JSONCursor {
    /// Bytes allowed in one number; the longest that programs write, a double in full, has about 770.
    private static var maxNumberLength: Int { 800 }

    /// The bare number that comes next, rounded once to the nearest `Float`, as `strtof` does.
    ///
    /// - Throws: `outOfRange` for the tokens `NaN`, `Infinity` and `-Infinity`, which are no JSON but
    ///   which some programs write, and for numbers beyond the largest finite one.
    @_lifetime(self: copy self)
    package mutating func float() throws(JSONError) -> Float {
        let number = try scanNumber()
        if let value = number.fastDouble {
            // The double is the number rounded once. Rounding it again is right unless it stands
            // exactly between two floats, or outside the range where floats have all their bits.
            let isBetween = value.bitPattern & 0x1FFF_FFFF == 0x1000_0000
            let size = abs(value)
            let isNormal = size >= 0x1p-126 && size <= 0x1.fffffep127
            if value == 0 || (isNormal && !isBetween) { return Float(value) }
        }
        guard let value = Float(numberText(number)) else {
            throw JSONError(.unexpectedByte, at: number.start)
        }
        guard value.isFinite else { throw JSONError(.outOfRange, at: number.start) }
        return value
    }

    /// The bare number that comes next, rounded once to the nearest `Double`.
    ///
    /// - Throws: as `float()`.
    @_lifetime(self: copy self)
    package mutating func double() throws(JSONError) -> Double {
        let number = try scanNumber()
        if let value = number.fastDouble { return value }
        guard let value = Double(numberText(number)) else {
            throw JSONError(.unexpectedByte, at: number.start)
        }
        guard value.isFinite else { throw JSONError(.outOfRange, at: number.start) }
        return value
    }

    private struct ScannedNumber {
        var start: Int
        var end = 0
        var isNegative = false
        /// The digits as one whole number, when `isExact`.
        var digits: UInt64 = 0
        /// Power of ten that `digits` are multiplied with.
        var exponent = 0
        /// Whether all digits fit.
        var isExact = true

        mutating func append(_ digit: UInt8) {
            // 10¹⁸ and one more digit fit into 64 bits.
            guard isExact, digits < 1_000_000_000_000_000_000 else {
                isExact = false
                return
            }
            digits = digits * 10 + UInt64(digit)
        }

        /// The number, when one multiplication or division of exact doubles gives it.
        ///
        /// - Source: Clinger, How to Read Floating Point Numbers Accurately (PLDI 1990).
        var fastDouble: Double? {
            guard isExact, digits <= 1 << 53 else { return nil }
            let whole = isNegative ? -Double(digits) : Double(digits)
            switch exponent {
            case 0...22: return whole * JSONPowers.ten[exponent]
            case -22..<0: return whole / JSONPowers.ten[-exponent]
            default: return nil
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func scanNumber() throws(JSONError) -> ScannedNumber {
        let first = try peek()
        var number = ScannedNumber(start: position)
        let limit = min(bytes.count, position + Self.maxNumberLength)
        var index = position
        if first == 45 {
            number.isNegative = true
            index += 1
        }
        if index < limit, bytes[index] == 73 || bytes[index] == 78 {
            throw JSONError(.outOfRange, at: position)
        }
        let whole = index
        while index < limit, bytes[index] &- 48 < 10 {
            number.append(bytes[index] &- 48)
            index += 1
        }
        guard index > whole else {
            let isEnd = index >= bytes.count
            throw JSONError(
                isEnd ? .truncated : index == position ? .wrongType : .unexpectedByte, at: index)
        }
        if bytes[whole] == 48 && index - whole > 1 { throw JSONError(.unexpectedByte, at: whole) }
        if index < limit, bytes[index] == 46 {
            index += 1
            let fraction = index
            while index < limit, bytes[index] &- 48 < 10 {
                number.append(bytes[index] &- 48)
                number.exponent -= 1
                index += 1
            }
            guard index > fraction else { throw JSONError(.unexpectedByte, at: index) }
        }
        if index < limit, bytes[index] | 32 == 101 {
            index += 1
            try scanExponent(&number, &index, limit)
        }
        if index >= limit && limit < bytes.count { throw JSONError(.tooLong, at: position) }
        number.end = index
        position = index
        try endNumber(.unexpectedByte)
        return number
    }

    private func scanExponent(
        _ number: inout ScannedNumber, _ index: inout Int, _ limit: Int
    ) throws(JSONError) {
        var isNegative = false
        if index < limit, bytes[index] == 43 || bytes[index] == 45 {
            isNegative = bytes[index] == 45
            index += 1
        }
        let start = index
        var exponent = 0
        while index < limit, bytes[index] &- 48 < 10 {
            // Beyond that every number is zero or infinite, whatever follows.
            if exponent < 100_000 { exponent = exponent * 10 + Int(bytes[index] &- 48) }
            index += 1
        }
        guard index > start else {
            throw JSONError(index < bytes.count ? .unexpectedByte : .truncated, at: index)
        }
        number.exponent += isNegative ? -exponent : exponent
    }

    private func numberText(_ number: ScannedNumber) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(number.end - number.start)
        for index in number.start..<number.end { text.append(bytes[index]) }
        return String(decoding: text, as: UTF8.self)
    }
}

/// The powers of ten that a double holds exactly.
private enum JSONPowers {
    static let ten: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
