package import Trading

/// Appends JSON to a byte array: commas by itself, strings escaped, money as exact decimal strings.
///
/// Calls must nest; an unfinished object or array is a bug of the caller that `bytes` does not hide.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    package mutating func beginObject() { open(123) }
    package mutating func endObject() { close(125) }
    package mutating func beginArray() { open(91) }
    package mutating func endArray() { close(93) }

    /// Writes a key; its value must follow.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        bytes.append(58)
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        quote(text)
        needsComma = true
    }
    package mutating func integer(_ value: Int) { raw(String(value)) }
    package mutating func integer(_ value: Int64) { raw(String(value)) }
    package mutating func integer(_ value: UInt64) { raw(String(value)) }
    package mutating func bool(_ value: Bool) { raw(value ? "true" : "false") }
    package mutating func null() { raw("null") }
    /// The shortest text that reads back as `value`; `null` when it is not finite, which JSON cannot say.
    package mutating func double(_ value: Double) { raw(value.isFinite ? "\(value)" : "null") }
    /// As exact decimal strings.
    package mutating func price(_ value: Price) { string(value.description) }
    package mutating func quantity(_ value: Quantity) { string(value.description) }
    package mutating func money(_ value: Money) { string(value.description) }
    package mutating func rate(_ value: Rate) { string(value.description) }

    package mutating func field(_ name: String, _ value: String) {
        key(name)
        string(value)
    }
    package mutating func field(_ name: String, _ value: Int) {
        key(name)
        integer(value)
    }
    package mutating func field(_ name: String, _ value: Int64) {
        key(name)
        integer(value)
    }
    package mutating func field(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }
    package mutating func field(_ name: String, _ value: Double) {
        key(name)
        double(value)
    }
    package mutating func field(_ name: String, _ value: Price?) {
        key(name)
        if let value { price(value) } else { null() }
    }
    package mutating func field(_ name: String, _ value: Quantity) {
        key(name)
        quantity(value)
    }
    package mutating func field(_ name: String, _ value: Money) {
        key(name)
        money(value)
    }

    /// Ends a line, for outputs of one value a line.
    package mutating func newLine() {
        bytes.append(10)
        needsComma = false
    }

    /// Forgets what was written and keeps the room.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func raw(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(44) }
    }

    private mutating func quote(_ text: String) {
        bytes.append(34)
        for byte in text.utf8 {
            switch byte {
            case 34, 92:
                bytes.append(92)
                bytes.append(byte)
            case 10:
                bytes.append(92)
                bytes.append(110)
            case 13:
                bytes.append(92)
                bytes.append(114)
            case 9:
                bytes.append(92)
                bytes.append(116)
            case 0..<32, 127:
                bytes.append(contentsOf: [
                    92, 117, 48, 48, Self.hexDigit(byte >> 4), Self.hexDigit(byte & 15),
                ])
            default: bytes.append(byte)
            }
        }
        bytes.append(34)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}
