/// A generator of chance for training: the same seed gives the same numbers everywhere, and its state can be kept.
///
/// xoshiro256**, its state filled by SplitMix64.
/// - Source: Blackman and Vigna, Scrambled linear pseudorandom number generators, 2021.
package struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable {
    /// Four words, not all zero.
    package private(set) var state: [UInt64]

    package init(seed: UInt64) {
        var word = seed
        state = (0..<4).map { _ in
            word &+= 0x9e37_79b9_7f4a_7c15
            var mixed = word
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }

    /// A generator that goes on where another was; `nil` unless these are four words, not all zero.
    package init?(state: [UInt64]) {
        guard state.count == 4, state.contains(where: { $0 != 0 }) else { return nil }
        self.state = state
    }

    package mutating func next() -> UInt64 {
        let scrambled = Self.rotated(state[1] &* 5, by: 7) &* 9
        let shifted = state[1] << 17
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = Self.rotated(state[3], by: 45)
        return scrambled
    }

    private static func rotated(_ word: UInt64, by count: UInt64) -> UInt64 {
        word << count | word >> (64 - count)
    }

    /// 0 ≤ the number < 1, in steps of 2⁻⁵³.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// An index below `count`, which is at least 1; equally likely to within `count` ÷ 2⁶⁴.
    package mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Brings the elements into an order that is equally likely among all.
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        // Swift's own shuffle may change between versions of the library.
        var last = elements.count - 1
        while last > 0 {
            elements.swapAt(last, index(below: last + 1))
            last -= 1
        }
    }
}
