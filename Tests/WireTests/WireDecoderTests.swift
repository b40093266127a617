import Testing
import TestSupport
import Wire

@Suite struct WireDecoderTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `lines come out the same however the bytes were cut`(seed: UInt64) throws {
        var random = Seeded(seed)
        let text = Array("first\nsecond\r\n\n\r\nthird\nrest".utf8)
        var decoder = WireDecoder(maxLine: 7)
        var lines: [String] = []
        var position = 0
        while position < text.count {
            let end = min(text.count, position + Int.random(in: 1...7, using: &random))
            decoder.append(text[position..<end])
            position = end
            while let line = try decoder.nextLine() {
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        #expect(lines == ["first", "second", "third"])
        #expect(decoder.count == 4)
    }

    @Test func `a line of the limit passes and one byte more does not`() throws {
        var decoder = WireDecoder(maxLine: 4)
        decoder.append(Array("1234\n".utf8))
        #expect(try decoder.nextLine().map { Array($0) } == Array("1234".utf8))
        decoder.append(Array("12345\n".utf8))
        #expect(throws: WireDecodingError.lineTooLong(limit: 4)) { try decoder.nextLine() }
    }

    @Test func `a line without an end is refused at the limit and nothing is kept`() {
        var decoder = WireDecoder(maxLine: 4)
        decoder.append(Array("12345".utf8))
        #expect(throws: WireDecodingError.lineTooLong(limit: 4)) { try decoder.nextLine() }
        decoder.append(Array("\nping\n".utf8))
        #expect(throws: WireDecodingError.lineTooLong(limit: 4)) { try decoder.nextLine() }
        #expect(decoder.count == 0)
    }
}
