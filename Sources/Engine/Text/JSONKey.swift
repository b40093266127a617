/// A key, or another short string, packed so that it can be switched over: its bytes in little-endian order.
///
/// Exact for 0...8 bytes of ASCII without escapes. Anything else is `other` and can be compared by
/// `JSONCursor.text(of:equals:)`.
@usableFromInline package struct JSONKey: Hashable, Sendable {
    @usableFromInline package let packed: UInt64
    /// Where the bytes of the string begin in the text, and how many they are, escapes not resolved.
    @usableFromInline package let start: Int
    @usableFromInline package let length: Int

    /// What does not fit; no string packs to it, since its bytes are not ASCII.
    @inlinable package static var other: UInt64 { .max }

    @inlinable
    package init(packed: UInt64, start: Int, length: Int) {
        self.packed = packed
        self.start = start
        self.length = length
    }

    /// The packed form of a string of at most 8 ASCII bytes, for constants.
    package static func pack(_ text: StaticString) -> UInt64 {
        precondition(
            text.utf8CodeUnitCount <= 8 && text.isASCII, "a packed key has at most 8 ASCII bytes")
        var packed: UInt64 = 0
        for index in 0..<text.utf8CodeUnitCount {
            packed |= UInt64(text.utf8Start[index]) << UInt64(8 * index)
        }
        return packed
    }
}
