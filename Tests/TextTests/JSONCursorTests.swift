import TestSupport
import Testing

@testable import Text

@Suite struct `The JSON cursor` {
    @Test func `an object is read key by key, in any form that JSON allows`() throws {
        let text = Array(
            #" { "e" : "trade" , "unknownKeyThatIsLong":[1,{"a":[]},"x"],"p":"1.5","n":-12,"u":18446744073709551615,"ok":true,"z":null } "#
                .utf8)
        var cursor = try JSONCursor(text.span)
        var seen: [String] = []
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch key.packed {
            case JSONKey.pack("e"):
                #expect(try cursor.packedString().packed == JSONKey.pack("trade"))
            case JSONKey.pack("p"):
                #expect(
                    try cursor.quotedDecimal()
                        == ParsedDecimal(units: 150_000_000, fractionDigits: 1))
            case JSONKey.pack("n"): #expect(try cursor.integer() == -12)
            case JSONKey.pack("u"): #expect(try cursor.unsigned() == .max)
            case JSONKey.pack("ok"): #expect(try cursor.bool())
            case JSONKey.pack("z"): #expect(try cursor.takeNull())
            default: try cursor.skipValue()
            }
            seen.append(try cursor.text(of: key))
        }
        try cursor.end()
        #expect(seen == ["e", "unknownKeyThatIsLong", "p", "n", "u", "ok", "z"])
    }

    @Test func `strings come out with their escapes resolved`() throws {
        let text = Array(#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 é""#.utf8)
        var cursor = try JSONCursor(text.span)
        #expect(try cursor.string() == "a\"\\/\u{8}\u{c}\n\r\té😀 é")
        try cursor.end()
    }

    @Test func `only plain short strings are packed`() throws {
        for (text, packed) in [
            (#""""#, 0), (#""12345678""#, 0x3837_3635_3433_3231), (#""123456789""#, JSONKey.other),
            (#""\u0065""#, JSONKey.other), (#""é""#, JSONKey.other), (#""a\"b""#, JSONKey.other),
        ] as [(String, UInt64)] {
            // With and without room behind it, for the reading of eight bytes at once.
            for padding in ["", "            "] {
                let bytes = Array((text + padding).utf8)
                var cursor = try JSONCursor(bytes.span)
                #expect(try cursor.packedString().packed == packed)
                try cursor.end()
            }
        }
    }

    @Test(arguments: [
        "", " ", "{", "[", "\"", "nul", "tru", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1",
        "[1,", "-",
        "\"\\", "\"\\u12",
    ])
    func `a text that ends early is truncated`(text: String) {
        #expect(Self.skip(text) == .truncated)
    }

    @Test(arguments: [
        "{a:1}", "{,}", "{\"a\" 1}", "{\"a\":1,}", "[1,]", "[,]", "[1 2]", "{\"a\":1 \"b\":2}",
        "01", "1.",
        ".5", "+1", "1e", "nan", "[1}", "'a'", "truE", "1x",
    ])
    func `what the grammar does not allow is refused`(text: String) {
        let kind = Self.skip(text)
        #expect(kind == .unexpectedByte || kind == .truncated && text == "1.")
    }

    @Test func `controls, wrong escapes and broken surrogates are bad strings`() {
        #expect(Self.skip("\"a\nb\"") == .badString)
        #expect(Self.skip("\"01234567\u{1}\"") == .badString)
        #expect(Self.skip(#""\x""#) == .badString)
        #expect(Self.skip(#""\u12g4""#) == .badString)
        for text in [#""\ud800""#, #""\ud800x""#, #""\udc00""#, #""\ud800\u0041""#] {
            let bytes = Array(text.utf8)
            #expect(throws: JSONError(.badString, at: text.hasPrefix(#""\ud800\u"#) ? 7 : 1)) {
                var cursor = try JSONCursor(bytes.span)
                _ = try cursor.string()
            }
        }
        let broken: [UInt8] = [34, 0xff, 0xfe, 34]
        #expect(throws: JSONError(.badString, at: 1)) {
            var cursor = try JSONCursor(broken.span)
            _ = try cursor.string()
        }
    }

    @Test func `depth and length have limits`() {
        let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(Self.skip(deepest) == nil)
        #expect(Self.skip("[" + deepest + "]") == .tooDeep)
        #expect(Self.skip(String(repeating: "[", count: 100_000)) == .tooDeep)
        #expect(Self.skip(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep)
        #expect(throws: JSONError(.tooLong, at: 10)) {
            try Self.open(Array("[1,2,3,4,5]".utf8), maxLength: 10)
        }
    }

    @Test func `integers out of range or with a fraction are refused`() throws {
        func unsigned(_ text: String) -> Result<UInt64, JSONError> {
            let bytes = Array(text.utf8)
            do throws(JSONError) {
                var cursor = try JSONCursor(bytes.span)
                return .success(try cursor.unsigned())
            } catch { return .failure(error) }
        }
        #expect(unsigned("18446744073709551615") == .success(.max))
        #expect(unsigned("18446744073709551616") == .failure(JSONError(.badInteger, at: 19)))
        #expect(unsigned("12345678") == .success(12_345_678))
        #expect(unsigned("1234567890123456") == .success(1_234_567_890_123_456))
        #expect(unsigned("1234567x") == .failure(JSONError(.badInteger, at: 7)))
        #expect(unsigned("1.5") == .failure(JSONError(.badInteger, at: 1)))
        #expect(unsigned("1e5") == .failure(JSONError(.badInteger, at: 1)))
        #expect(unsigned("-1") == .failure(JSONError(.badInteger, at: 0)))
        #expect(unsigned("00000001") == .failure(JSONError(.badInteger, at: 0)))
        #expect(unsigned("\"1\"") == .failure(JSONError(.wrongType, at: 0)))
        // Bytes next to the digits, each at each place of the eight read at once.
        for place in 0..<8 {
            for byte in [UInt8(47), 58, 0xb5, 0x80, 0xff] {
                var bytes = Array("12345678".utf8)
                bytes[place] = byte
                let isFirst = place == 0
                #expect(throws: JSONError(isFirst ? .wrongType : .badInteger, at: place)) {
                    var cursor = try JSONCursor(bytes.span)
                    _ = try cursor.unsigned()
                }
            }
        }
    }

    @Test func `a rewound cursor reads the same again`() throws {
        let bytes = Array(#"{"a":{"b":1},"c":2}"#.utf8)
        var cursor = try JSONCursor(bytes.span)
        try cursor.beginObject()
        let mark = cursor.mark
        for _ in 0..<2 {
            cursor.rewind(to: mark)
            #expect(try cursor.nextKey()?.packed == JSONKey.pack("a"))
            try cursor.skipValue()
            #expect(try cursor.nextKey()?.packed == JSONKey.pack("c"))
            #expect(try cursor.integer() == 2)
            #expect(try cursor.nextKey() == nil)
            try cursor.end()
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no bytes can trap it`(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("{}[]\",:\\u0aD1-.e ntf\u{1}".utf8) + [0x80, 0xff]
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            _ = Self.skip(bytes)
            _ = try? Self.readEverything(bytes)
        }
    }

    private static func readEverything(_ bytes: [UInt8]) throws(JSONError) {
        var cursor = try JSONCursor(bytes.span)
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            _ = try cursor.text(of: key)
            switch try cursor.peek() {
            case 34: _ = try cursor.string()
            case 123, 91: try cursor.skipValue()
            default: _ = try cursor.decimal()
            }
        }
        try cursor.end()
    }

    private static func open(_ bytes: [UInt8], maxLength: Int) throws(JSONError) {
        _ = try JSONCursor(bytes.span, maxLength: maxLength)
    }

    private static func skip(_ text: String) -> JSONError.Kind? { skip(Array(text.utf8)) }

    /// The kind of refusal of `bytes` as one value; `nil` when they are one.
    private static func skip(_ bytes: [UInt8]) -> JSONError.Kind? {
        do throws(JSONError) {
            var cursor = try JSONCursor(bytes.span)
            try cursor.skipValue()
            try cursor.end()
            return nil
        } catch {
            return error.kind
        }
    }
}
