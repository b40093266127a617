/// Steele, Lea and Flood's generator: 64 bits of state, one addition and a mix; the same numbers on every machine.
///
/// - Source: Steele et al., 'Fast Splittable Pseudorandom Number Generators', OOPSLA 2014.
package struct SplitMix64: Hashable, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mix(state)
    }

    /// In 0 ..< 1, from the upper 53 bits.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// In 0 ..< `bound`; the bias is below 2⁻³² for the small bounds that are used here.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "a choice has alternatives")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool { unit() < probability }

    /// A well-mixed function of one word; used where a number belongs to a counter and not to a sequence.
    package static func mix(_ word: UInt64) -> UInt64 {
        var mixed = word
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
