extension JSONCursor {
    /// Characters of the longest number that is read: a double's shortest text has at most 24.
    static var maxNumberLength: Int { 64 }

    /// A bare number with or without point and exponent, as the double nearest to it.
    ///
    /// Strict JSON grammar; `NaN` and infinities, also by overflow, are refused.
    @_lifetime(self: copy self)
    package mutating func double() throws(JSONError) -> Double {
        let start = try numberStart()
        guard let value = Double(try numberText(from: start)), value.isFinite else {
            throw JSONError(.badDecimal(.unexpectedByte), at: start)
        }
        return value
    }

    @_lifetime(self: copy self)
    private mutating func numberStart() throws(JSONError) -> Int {
        let byte = try peek()
        guard byte == 45 || byte &- 48 < 10 else { throw JSONError(.wrongType, at: position) }
        return position
    }

    /// The characters of the number at `start`, checked against the grammar, and goes behind it.
    @_lifetime(self: copy self)
    private mutating func numberText(from start: Int) throws(JSONError) -> String {
        var index = start
        if bytes[index] == 45 { index += 1 }
        let whole = index
        index = digitsEnd(from: index)
        guard index > whole, index == whole + 1 || bytes[whole] != 48 else {
            throw JSONError(.badDecimal(.unexpectedByte), at: start)
        }
        if index < bytes.count, bytes[index] == 46 {
            let fraction = index + 1
            index = digitsEnd(from: fraction)
            guard index > fraction else {
                throw JSONError(.badDecimal(.unexpectedByte), at: start)
            }
        }
        if index < bytes.count, bytes[index] | 32 == 101 {
            var exponent = index + 1
            if exponent < bytes.count, bytes[exponent] == 43 || bytes[exponent] == 45 {
                exponent += 1
            }
            index = digitsEnd(from: exponent)
            guard index > exponent else {
                throw JSONError(.badDecimal(.unexpectedByte), at: start)
            }
        }
        guard index - start <= Self.maxNumberLength else {
            throw JSONError(.badDecimal(.unexpectedByte), at: start)
        }
        var text = ""
        for place in start..<index { text.unicodeScalars.append(Unicode.Scalar(bytes[place])) }
        position = index
        try endNumber(.badDecimal(.unexpectedByte))
        return text
    }

    private func digitsEnd(from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] &- 48 < 10 { index += 1 }
        return index
    }
}
