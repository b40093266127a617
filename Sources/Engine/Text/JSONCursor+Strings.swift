extension JSONCursor {
    /// The short string that comes next, packed: for enums and names of at most 8 bytes.
    @inlinable
    @_lifetime(self: copy self)
    package mutating func packedString() throws(JSONError) -> JSONKey {
        guard try peek() == 34 else { throw JSONError(.wrongType, at: position) }
        let key = try packedKey()
        needsComma = true
        return key
    }

    /// Reads a string whose opening quote is at `position`.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func packedKey() throws(JSONError) -> JSONKey {
        let start = position + 1
        // Eight bytes at once, when they are there: nearly every key ends within them.
        if start + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: bytes.bytes.unsafeLoadUnaligned(
                    fromByteOffset: start, as: UInt64.self))
            let quotes = Self.bytes(equal: 34, in: word)
            if quotes != 0 {
                let length = quotes.trailingZeroBitCount >> 3
                // A shift by 64 gives zero: the empty string.
                let packed = word & (UInt64.max >> UInt64(64 - 8 * length))
                if length > 0 && Self.isPlain(packed, length: length) {
                    position = start + length + 1
                    return JSONKey(packed: packed, start: start, length: length)
                }
            }
        }
        return try slowKey()
    }

    /// One bit, the highest, set at or above each byte of `word` that equals `byte`; the lowest set bit is exact.
    @inlinable
    @inline(__always)
    static func bytes(equal byte: UInt8, in word: UInt64) -> UInt64 {
        let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(byte))
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }

    /// Whether the low `length` bytes are printable ASCII without a backslash.
    @inlinable
    @inline(__always)
    static func isPlain(_ packed: UInt64, length: Int) -> Bool {
        let filled = packed | (length == 8 ? 0 : 0x2020_2020_2020_2020 << UInt64(8 * length))
        // A byte below 32 loses its two bits; any borrow starts at such a byte, so the test as a whole is exact.
        let controls = (filled &- 0x2020_2020_2020_2020) & ~filled
        return (filled | controls) & 0x8080_8080_8080_8080 == 0 && bytes(equal: 92, in: filled) == 0
    }

    @usableFromInline
    @_lifetime(self: copy self)
    mutating func slowKey() throws(JSONError) -> JSONKey {
        let start = position + 1
        let isPlain = try skipString()
        let length = position - 1 - start
        guard isPlain, length <= 8 else {
            return JSONKey(packed: JSONKey.other, start: start, length: length)
        }
        var packed: UInt64 = 0
        for index in 0..<length { packed |= UInt64(bytes[start + index]) << UInt64(8 * index) }
        return JSONKey(packed: packed, start: start, length: length)
    }

    /// Goes behind the string whose opening quote is at `position`; says whether it is ASCII without escapes.
    @usableFromInline
    @_lifetime(self: copy self)
    mutating func skipString() throws(JSONError) -> Bool {
        var isPlain = true
        var index = position + 1
        while index < bytes.count {
            // Eight plain bytes at once.
            if index + 8 <= bytes.count {
                let word = UInt64(
                    littleEndian: bytes.bytes.unsafeLoadUnaligned(
                        fromByteOffset: index, as: UInt64.self))
                let quotes = Self.bytes(equal: 34, in: word)
                let length = quotes == 0 ? 8 : quotes.trailingZeroBitCount >> 3
                // A shift by 64 gives zero.
                if Self.isPlain(word & (UInt64.max >> UInt64(64 - 8 * length)), length: length) {
                    index += length
                    if length < 8 && isPlain {
                        position = index + 1
                        needsComma = true
                        return true
                    }
                    if length == 8 { continue }
                }
            }
            let byte = bytes[index]
            if byte == 34 {
                position = index + 1
                needsComma = true
                return isPlain
            }
            if byte < 32 { throw JSONError(.badString, at: index) }
            if byte >= 128 { isPlain = false }
            if byte == 92 {
                isPlain = false
                index = try endOfEscape(at: index)
            } else {
                index += 1
            }
        }
        throw JSONError(.truncated, at: index)
    }

    /// The byte behind the escape whose backslash is at `index`.
    private func endOfEscape(at index: Int) throws(JSONError) -> Int {
        guard index + 1 < bytes.count else { throw JSONError(.truncated, at: bytes.count) }
        switch bytes[index + 1] {
        case 34, 92, 47, 98, 102, 110, 114, 116: return index + 2
        case 117:
            for offset in 2..<6 {
                guard index + offset < bytes.count else {
                    throw JSONError(.truncated, at: bytes.count)
                }
                guard Self.hexDigit(bytes[index + offset]) != nil else {
                    throw JSONError(.badString, at: index + offset)
                }
            }
            return index + 6
        default: throw JSONError(.badString, at: index + 1)
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte) - 48
        case 65...70: UInt32(byte) - 55
        case 97...102: UInt32(byte) - 87
        default: nil
        }
    }

    /// Whether the raw bytes of `key` are exactly `text`.
    package func text(of key: JSONKey, equals text: StaticString) -> Bool {
        guard key.length == text.utf8CodeUnitCount else { return false }
        for index in 0..<key.length where bytes[key.start + index] != text.utf8Start[index] {
            return false
        }
        return true
    }

    /// The raw byte at `index` of `key`; 0 beyond its end.
    @inlinable
    package func byte(of key: JSONKey, at index: Int) -> UInt8 {
        index >= 0 && index < key.length ? bytes[key.start + index] : 0
    }

    /// The string that comes next, escapes resolved.
    @_lifetime(self: copy self)
    package mutating func string() throws(JSONError) -> String {
        guard try peek() == 34 else { throw JSONError(.wrongType, at: position) }
        let start = position + 1
        _ = try skipString()
        return try unescaped(from: start, to: position - 1)
    }

    /// The text of `key`, escapes resolved.
    package func text(of key: JSONKey) throws(JSONError) -> String {
        try unescaped(from: key.start, to: key.start + key.length)
    }

    /// The string between two quotes that `skipString` has checked.
    private func unescaped(from start: Int, to end: Int) throws(JSONError) -> String {
        var utf8: [UInt8] = []
        utf8.reserveCapacity(end - start)
        var index = start
        while index < end {
            let byte = bytes[index]
            guard byte == 92 else {
                utf8.append(byte)
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case 98: utf8.append(8)
            case 102: utf8.append(12)
            case 110: utf8.append(10)
            case 114: utf8.append(13)
            case 116: utf8.append(9)
            case 117:
                let (scalar, next) = try scalar(at: index, end: end)
                utf8.append(contentsOf: Array(String(Character(scalar)).utf8))
                index = next
                continue
            default: utf8.append(bytes[index + 1])
            }
            index += 2
        }
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw JSONError(.badString, at: start)
        }
        return text
    }

    /// The scalar of the `\u` escape at `index`, with its second half if it is a pair, and the byte behind it.
    private func scalar(at index: Int, end: Int) throws(JSONError) -> (Unicode.Scalar, Int) {
        let high = codeUnit(at: index)
        if let scalar = Unicode.Scalar(high) { return (scalar, index + 6) }
        guard (0xD800..<0xDC00).contains(high), index + 12 <= end, bytes[index + 6] == 92,
            bytes[index + 7] == 117
        else { throw JSONError(.badString, at: index) }
        let low = codeUnit(at: index + 6)
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw JSONError(.badString, at: index + 6) }
        return (scalar, index + 12)
    }

    private func codeUnit(at index: Int) -> UInt32 {
        var unit: UInt32 = 0
        for offset in 2..<6 { unit = unit << 4 | (Self.hexDigit(bytes[index + offset]) ?? 0) }
        return unit
    }

    /// Goes behind the value that comes next, whatever it is; checks its grammar.
    @_lifetime(self: copy self)
    package mutating func skipValue() throws(JSONError) {
        switch try peek() {
        case 34: _ = try skipString()
        case 123, 91: try skipContainer()
        case 116: try literal("true")
        case 102: try literal("false")
        case 110: try literal("null")
        default: try skipNumber()
        }
    }

    /// Goes behind an object or array without recursion, so that hostile nesting meets a limit and not the stack.
    @_lifetime(self: copy self)
    private mutating func skipContainer() throws(JSONError) {
        let base = depth
        // One bit a level: whether it is an object.
        var objects: UInt64 = 0
        repeat {
            if depth > base {
                let isObject = objects & 1 == 1
                let hasMore = isObject ? try nextKey() != nil : try nextElement()
                if !hasMore {
                    objects >>= 1
                    continue
                }
            }
            switch try peek() {
            case 123:
                try beginObject()
                objects = objects << 1 | 1
            case 91:
                try beginArray()
                objects <<= 1
            default: try skipValue()
            }
        } while depth > base
    }

    /// Goes behind a number of any form that JSON knows.
    @_lifetime(self: copy self)
    private mutating func skipNumber() throws(JSONError) {
        let start = position
        if bytes[position] == 45 { position += 1 }
        let whole = position
        guard skipDigits() > 0 else {
            throw JSONError(position < bytes.count ? .unexpectedByte : .truncated, at: start)
        }
        if position - whole > 1 && bytes[whole] == 48 {
            throw JSONError(.unexpectedByte, at: whole)
        }
        if position < bytes.count && bytes[position] == 46 {
            position += 1
            guard skipDigits() > 0 else { throw JSONError(.unexpectedByte, at: position) }
        }
        if position < bytes.count && bytes[position] | 32 == 101 {
            position += 1
            if position < bytes.count && (bytes[position] == 43 || bytes[position] == 45) {
                position += 1
            }
            guard skipDigits() > 0 else { throw JSONError(.unexpectedByte, at: position) }
        }
        try endNumber(.unexpectedByte)
    }

    @_lifetime(self: copy self)
    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] &- 48 < 10 { position += 1 }
        return position - start
    }
}
