/// A 64-bit FNV-1a-like digest of state, equal on every machine and in every process; Swift's own `Hasher` is seeded
/// per process and may not be used for it.
package struct StateHasher: Sendable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    /// The digest so far.
    package var value: UInt64 { state }
    /// 16 lower-case hexadecimal digits.
    package var text: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    package mutating func combine(_ word: UInt64) {
        var mixed = (state ^ word) &* 0x9e37_79b9_7f4a_7c15
        mixed ^= mixed >> 32
        state = mixed &* 0x0000_0100_0000_01b3 ^ (mixed >> 29)
    }
    package mutating func combine(_ value: Int64) { combine(UInt64(bitPattern: value)) }
    package mutating func combine(_ value: Int) { combine(UInt64(bitPattern: Int64(value))) }
    package mutating func combine(_ value: Int128) {
        combine(UInt64(truncatingIfNeeded: value))
        combine(UInt64(truncatingIfNeeded: value >> 64))
    }
    package mutating func combine(_ value: Bool) { combine(value ? 1 as UInt64 : 0) }
    /// Canonical: every NaN alike, −0 as 0.
    package mutating func combine(_ value: Double) {
        if value.isNaN {
            combine(0x7ff8_0000_0000_0000 as UInt64)
        } else {
            combine((value == 0 ? 0.0 : value).bitPattern)
        }
    }
    package mutating func combine(_ value: String) {
        combine(value.utf8.count)
        for byte in value.utf8 { combine(UInt64(byte)) }
    }
    package mutating func combine(_ value: Price) { combine(value.units) }
    package mutating func combine(_ value: Quantity) { combine(value.units) }
    package mutating func combine(_ value: Money) { combine(value.units) }
    package mutating func combine(_ value: Timestamp) { combine(value.nanoseconds) }
    package mutating func combine(_ value: Price?) { combine(value?.units ?? -1) }
}
