import TestSupport
import Testing

@testable import Archive

struct DumpRowTests {
    @Test func `eight digits at once are the same as one after the other`() {
        var random = Seeded(8)
        var good = 0
        for _ in 0..<20_000 {
            var word: UInt64 = 0
            var value: Int64? = 0
            for place in 0..<8 {
                // The digits, and now and then their neighbors or any byte.
                let byte: UInt8 =
                    switch Int.random(in: 0..<100, using: &random) {
                    case 0: UInt8.random(in: 0...255, using: &random)
                    case 1: 47
                    case 2: 58
                    default: UInt8.random(in: 48...57, using: &random)
                    }
                word |= UInt64(byte) << (8 * UInt64(place))
                value = (48...57).contains(byte) ? value.map { $0 * 10 + Int64(byte - 48) } : nil
            }
            good += value == nil ? 0 : 1
            #expect(DumpRow.eightDigits(word) == value)
        }
        #expect(good > 10_000 && good < 20_000)
    }
}
