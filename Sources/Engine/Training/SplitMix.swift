/// The seeded generator of training: the same seed gives the same numbers everywhere.
///
/// - Source: Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014.
package struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 to `bound` − 1; the bias is below 2⁻³² for the bounds in use.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "something is chosen from")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// At most `count` of `values`, each as likely, in their order.
    package mutating func sample(_ count: Int, of values: [Int]) -> [Int] {
        guard count < values.count else { return values }
        var pool = values
        for position in 0..<max(0, count) {
            pool.swapAt(position, position + below(pool.count - position))
        }
        return pool.prefix(max(0, count)).sorted()
    }
}
