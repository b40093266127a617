/// Reads a JSON text from front to back, value by value, without copying it.
///
/// The caller says what it expects; what it does not want it must `skipValue`. Strict: no trailing commas, no comments, no
/// control characters in strings. Bounded: `maxDepth` levels, `maxLength` bytes. Every refusal is a `JSONError`; no input
/// can trap. After an error the cursor must not be used again.
@usableFromInline package struct JSONCursor: ~Escapable {
    /// Levels of nesting allowed.
    @inlinable package static var maxDepth: Int { 32 }
    /// Bytes allowed unless the caller says otherwise: 1 MiB.
    @inlinable package static var maxLength: Int { 1 << 20 }

    @usableFromInline let bytes: Span<UInt8>
    /// The byte that is read next.
    @usableFromInline package var position: Int
    @usableFromInline var depth: Int
    /// Whether a value has just ended, so that a comma must come before the next.
    @usableFromInline var needsComma: Bool

    @inlinable
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, maxLength: Int = JSONCursor.maxLength) throws(JSONError) {
        self.bytes = bytes
        position = 0
        depth = 0
        needsComma = false
        if bytes.count > maxLength { throw JSONError(.tooLong, at: maxLength) }
    }

    /// Where the cursor is, so that an object can be read a second time.
    @usableFromInline package struct Mark {
        @usableFromInline let position: Int
        @usableFromInline let depth: Int
        @usableFromInline let needsComma: Bool

        @inlinable
        init(position: Int, depth: Int, needsComma: Bool) {
            self.position = position
            self.depth = depth
            self.needsComma = needsComma
        }
    }

    @inlinable
    @inline(__always)
    package var mark: Mark { Mark(position: position, depth: depth, needsComma: needsComma) }

    /// Goes back to where `mark` was taken.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func rewind(to mark: Mark) {
        position = mark.position
        depth = mark.depth
        needsComma = mark.needsComma
    }

    // MARK: Structure

    /// Enters an object.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func beginObject() throws(JSONError) { try begin(123) }

    /// Enters an array.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func beginArray() throws(JSONError) { try begin(91) }

    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func begin(_ bracket: UInt8) throws(JSONError) {
        guard try peek() == bracket else { throw JSONError(.wrongType, at: position) }
        guard depth < Self.maxDepth else { throw JSONError(.tooDeep, at: position) }
        depth += 1
        position += 1
        needsComma = false
    }

    /// The next key of the object, with the colon behind it; `nil` at the end of the object, which is then left.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func nextKey() throws(JSONError) -> JSONKey? {
        // Venues write `,"x":` without blanks: four bytes at once tell such a key.
        let quote = needsComma ? position + 1 : position
        if quote + 4 <= bytes.count {
            let word = UInt32(
                littleEndian: bytes.bytes.unsafeLoadUnaligned(
                    fromByteOffset: quote, as: UInt32.self))
            let letter = UInt8(truncatingIfNeeded: word >> 8)
            if word & 0xffff_00ff == 0x3a22_0022 && (letter | 32) &- 97 < 26
                && (!needsComma || bytes[position] == 44)
            {
                position = quote + 4
                needsComma = false
                return JSONKey(packed: UInt64(letter), start: quote + 1, length: 1)
            }
        }
        if position < bytes.count && bytes[position] == 125 {
            leave()
            return nil
        }
        return try anyNextKey()
    }

    @usableFromInline
    @_lifetime(self: copy self)
    mutating func anyNextKey() throws(JSONError) -> JSONKey? {
        var byte = try peek()
        if byte == 125 {
            leave()
            return nil
        }
        if needsComma {
            guard byte == 44 else { throw JSONError(.unexpectedByte, at: position) }
            position += 1
            byte = try peek()
        }
        guard byte == 34 else { throw JSONError(.unexpectedByte, at: position) }
        let key = try packedKey()
        guard try peek() == 58 else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
        needsComma = false
        return key
    }

    /// Whether the array has one more element; at its end it is left.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func nextElement() throws(JSONError) -> Bool {
        let byte = try peek()
        if byte == 93 {
            leave()
            return false
        }
        if needsComma {
            guard byte == 44 else { throw JSONError(.unexpectedByte, at: position) }
            position += 1
            // A bracket behind a comma would be taken for the end.
            guard try peek() != 93 else { throw JSONError(.unexpectedByte, at: position) }
            needsComma = false
        }
        return true
    }

    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func leave() {
        position += 1
        depth -= 1
        needsComma = true
    }

    /// Makes sure that nothing but blanks is left.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func end() throws(JSONError) {
        while position < bytes.count {
            guard Self.isBlank(bytes[position]) else {
                throw JSONError(.trailingBytes, at: position)
            }
            position += 1
        }
    }

    /// The first byte of what comes next, blanks skipped.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func peek() throws(JSONError) -> UInt8 {
        if position < bytes.count {
            let byte = bytes[position]
            if byte > 32 { return byte }
        }
        return try peekBehindBlanks()
    }

    @usableFromInline
    @_lifetime(self: copy self)
    mutating func peekBehindBlanks() throws(JSONError) -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            if !Self.isBlank(byte) { return byte }
            position += 1
        }
        throw JSONError(.truncated, at: position)
    }

    @inlinable
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 32 || byte == 10 || byte == 13 || byte == 9
    }

    // MARK: Values

    /// A decimal in a string, as venues write money.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func quotedDecimal() throws(JSONError) -> ParsedDecimal {
        guard try peek() == 34 else { throw JSONError(.wrongType, at: position) }
        position += 1
        let value: ParsedDecimal
        do {
            value = try DecimalParser.scan(bytes, at: &position)
        } catch {
            throw JSONError(position < bytes.count ? .badDecimal(error) : .truncated, at: position)
        }
        guard position < bytes.count else { throw JSONError(.truncated, at: position) }
        guard bytes[position] == 34 else {
            throw JSONError(.badDecimal(.unexpectedByte), at: position)
        }
        position += 1
        needsComma = true
        return value
    }

    /// `["61800.30","0.006"]`, a book level as venues write it, in steps of 10⁻⁸; `nil` and unmoved when what comes next
    /// looks different in any way, so that it can be read element by element.
    @_lifetime(self: copy self)
    package mutating func compactPair() -> (first: Int64, second: Int64)? {
        var index = position
        guard index + 2 <= bytes.count, bytes[index] == 91, bytes[index + 1] == 34 else {
            return nil
        }
        index += 2
        do throws(DecimalError) {
            let first = try DecimalParser.scan(bytes, at: &index).units
            guard index + 3 <= bytes.count, bytes[index] == 34, bytes[index + 1] == 44,
                bytes[index + 2] == 34
            else { return nil }
            index += 3
            let second = try DecimalParser.scan(bytes, at: &index).units
            guard index + 2 <= bytes.count, bytes[index] == 34, bytes[index + 1] == 93 else {
                return nil
            }
            position = index + 2
            needsComma = true
            return (first, second)
        } catch {
            return nil
        }
    }

    /// A decimal in a string; `nil` for the empty string, which venues send for what they do not have.
    @_lifetime(self: copy self)
    package mutating func quotedDecimalOrEmpty() throws(JSONError) -> ParsedDecimal? {
        guard try peek() == 34 else { throw JSONError(.wrongType, at: position) }
        guard position + 1 < bytes.count && bytes[position + 1] == 34 else {
            return try quotedDecimal()
        }
        position += 2
        needsComma = true
        return nil
    }

    /// A decimal in a string or bare; exponents are refused.
    @_lifetime(self: copy self)
    package mutating func decimal() throws(JSONError) -> ParsedDecimal {
        if try peek() == 34 { return try quotedDecimal() }
        let value: ParsedDecimal
        do {
            value = try DecimalParser.scan(bytes, at: &position)
        } catch {
            throw JSONError(
                error == .unexpectedByte ? .wrongType : .badDecimal(error), at: position)
        }
        try endNumber(.badDecimal(.unexpectedByte))
        return value
    }

    /// A whole number from 0 to 2⁶⁴ − 1.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func unsigned() throws(JSONError) -> UInt64 {
        let byte = try peek()
        guard byte &- 48 < 10 else {
            throw JSONError(byte == 45 ? .badInteger : .wrongType, at: position)
        }
        let first = position
        let end = bytes.count
        var index = first
        var value: UInt64 = 0
        // Times and ids are long: eight digits at once, and four.
        if index + 8 <= end, let eight = Self.eightDigits(in: bytes, at: index) {
            value = eight
            index += 8
            if index + 4 <= end, let four = Self.fourDigits(in: bytes, at: index) {
                value = value &* 10_000 &+ four
                index += 4
            }
        }
        // Unchecked because the loop has just looked: the index runs from `position` up to `end`.
        let limit = min(end, first + 19)
        while index < limit {
            let digit = UInt64(bytes[unchecked: index] &- 48)
            guard digit < 10 else { break }
            value = value &* 10 &+ digit
            index += 1
        }
        // 19 digits fit; the twentieth may not.
        if index == first + 19, index < end, bytes[index] &- 48 < 10 {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(UInt64(bytes[index] &- 48))
            if overflow || carry { throw JSONError(.badInteger, at: index) }
            value = sum
            index += 1
            if index < end, bytes[index] &- 48 < 10 { throw JSONError(.badInteger, at: index) }
        }
        position = index
        if byte == 48 && index - first > 1 { throw JSONError(.badInteger, at: first) }
        try endNumber(.badInteger)
        return value
    }

    /// The value of the eight digits at `position`, which must be within the text; `nil` when one is no digit.
    @inlinable
    @inline(__always)
    static func eightDigits(in bytes: borrowing Span<UInt8>, at position: Int) -> UInt64? {
        let word = UInt64(
            littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        )
        let digits = word ^ 0x3030_3030_3030_3030
        // A digit is below 10: adding 118 must not reach the highest bit of its byte, nor may it be there before.
        guard
            (digits | ((digits & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7676_7676_7676_7676))
                & 0x8080_8080_8080_8080 == 0
        else { return nil }
        let pairs = (digits &* 10 &+ digits >> 8) & 0x00ff_00ff_00ff_00ff
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_ffff_0000_ffff
        return (fours &* 10_000 &+ fours >> 32) & 0xffff_ffff
    }

    /// The value of the four digits at `position`, which must be within the text; `nil` when one is no digit.
    @inlinable
    @inline(__always)
    static func fourDigits(in bytes: borrowing Span<UInt8>, at position: Int) -> UInt64? {
        let word = UInt32(
            littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
        )
        let digits = word ^ 0x3030_3030
        guard (digits | ((digits & 0x7f7f_7f7f) &+ 0x7676_7676)) & 0x8080_8080 == 0 else {
            return nil
        }
        let pairs = (digits &* 10 &+ digits >> 8) & 0x00ff_00ff
        return UInt64((pairs &* 100 &+ pairs >> 16) & 0xffff)
    }

    /// A whole number of 64 bits.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func integer() throws(JSONError) -> Int64 {
        let isNegative = try peek() == 45
        if isNegative { position += 1 }
        guard position < bytes.count else { throw JSONError(.truncated, at: position) }
        guard !isNegative || !Self.isBlank(bytes[position]) else {
            throw JSONError(.badInteger, at: position)
        }
        let magnitude = try unsigned()
        guard magnitude <= UInt64(Int64.max) else { throw JSONError(.badInteger, at: position) }
        return isNegative ? -Int64(magnitude) : Int64(magnitude)
    }

    /// Makes sure that a number ends where it was read to: a point, an exponent or a letter behind it is refused.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func endNumber(_ kind: JSONError.Kind) throws(JSONError) {
        needsComma = true
        guard position < bytes.count else {
            // Only a bare number at the top may end with the text.
            if depth > 0 { throw JSONError(.truncated, at: position) }
            return
        }
        switch bytes[position] {
        case 44, 125, 93, 32, 10, 13, 9: return
        default: throw JSONError(kind, at: position)
        }
    }

    /// `true` or `false`.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func bool() throws(JSONError) -> Bool {
        let byte = try peek()
        if position + 5 <= bytes.count {
            let word = UInt32(
                littleEndian: bytes.bytes.unsafeLoadUnaligned(
                    fromByteOffset: position, as: UInt32.self))
            // `true`, and `fals` with an `e` behind it.
            if word == 0x6575_7274 {
                position += 4
                needsComma = true
                return true
            }
            if word == 0x736c_6166 && bytes[position + 4] == 101 {
                position += 5
                needsComma = true
                return false
            }
        }
        guard byte == 116 || byte == 102 else { throw JSONError(.wrongType, at: position) }
        try literal(byte == 116 ? "true" : "false")
        return byte == 116
    }

    /// Takes `null` if it comes next, and says whether it did.
    @_lifetime(self: copy self)
    package mutating func takeNull() throws(JSONError) -> Bool {
        guard try peek() == 110 else { return false }
        try literal("null")
        return true
    }

    @usableFromInline
    @_lifetime(self: copy self)
    mutating func literal(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw JSONError(.truncated, at: position) }
            guard bytes[position] == word.utf8Start[index] else {
                throw JSONError(.unexpectedByte, at: position)
            }
            position += 1
        }
        needsComma = true
    }
}
