/// A strict reader of the little JSON that model files are made of: objects, plain strings and numbers.
///
/// Strings have no escapes; names of keys and features need none. Depth is bounded by the callers, who call one method
/// a level; input is bounded by `maxBytes`.
struct ModelReader {
    static let maxBytes = 65_536
    /// Longest key or string.
    private static let maxStringBytes = 512

    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) throws(ModelError) {
        guard bytes.count <= Self.maxBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Self.maxBytes)
        }
        self.bytes = bytes
    }

    /// Reads `{ "key": value, … }`; `member` must read the value of the key that it is given.
    mutating func object(
        _ member: (String, Int, inout ModelReader) throws(ModelError) -> Void
    ) throws(ModelError) {
        try expect(UInt8(ascii: "{"))
        var seen: [String] = []
        if try peek() == UInt8(ascii: "}") {
            offset += 1
            return
        }
        while true {
            let position = offset
            let key = try string()
            if seen.contains(key) { throw .duplicateKey(key, at: position) }
            seen.append(key)
            try expect(UInt8(ascii: ":"))
            try member(key, position, &self)
            switch try peek() {
            case UInt8(ascii: ","): offset += 1
            case UInt8(ascii: "}"):
                offset += 1
                return
            default: throw .malformed(at: offset)
            }
        }
    }

    mutating func string() throws(ModelError) -> String {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let text = String(decoding: bytes[start..<offset], as: UTF8.self)
                offset += 1
                return text
            case UInt8(ascii: "\\"), 0..<32: throw .malformed(at: offset)
            default: offset += 1
            }
            if offset - start > Self.maxStringBytes { throw .malformed(at: start) }
        }
        throw .malformed(at: offset)
    }

    /// A JSON number as a finite double; `key` names it in the error.
    mutating func number(of key: String) throws(ModelError) -> Double {
        _ = try peek()
        let start = offset
        if at(UInt8(ascii: "-")) { offset += 1 }
        let whole = digits()
        // No leading zeros, as JSON has it.
        guard whole == 1 || (whole > 1 && bytes[offset - whole] != UInt8(ascii: "0")) else {
            throw .malformed(at: start)
        }
        if at(UInt8(ascii: ".")) {
            offset += 1
            guard digits() > 0 else { throw .malformed(at: start) }
        }
        if at(UInt8(ascii: "e")) || at(UInt8(ascii: "E")) {
            offset += 1
            if at(UInt8(ascii: "+")) || at(UInt8(ascii: "-")) { offset += 1 }
            guard digits() > 0 else { throw .malformed(at: start) }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let value = Double(text) else { throw .malformed(at: start) }
        guard value.isFinite else { throw .numberOutOfRange(key) }
        return value
    }

    /// Only white space may be left.
    mutating func end() throws(ModelError) {
        skipSpace()
        if offset < bytes.count { throw .malformed(at: offset) }
    }

    private mutating func digits() -> Int {
        let start = offset
        while offset < bytes.count, (48...57).contains(bytes[offset]) { offset += 1 }
        return offset - start
    }

    private func at(_ byte: UInt8) -> Bool { offset < bytes.count && bytes[offset] == byte }

    private mutating func peek() throws(ModelError) -> UInt8 {
        skipSpace()
        guard offset < bytes.count else { throw .malformed(at: offset) }
        return bytes[offset]
    }

    private mutating func expect(_ byte: UInt8) throws(ModelError) {
        guard try peek() == byte else { throw .malformed(at: offset) }
        offset += 1
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 9, 10, 13, 32: offset += 1
            default: return
            }
        }
    }
}
