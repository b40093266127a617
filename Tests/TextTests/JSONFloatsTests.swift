import TestSupport
import Testing

@testable import Text

private func float(_ text: String) throws(JSONError) -> Float {
    let bytes = Array(text.utf8)
    var cursor = try JSONCursor(bytes.span)
    let value = try cursor.float()
    try cursor.end()
    return value
}

private func double(_ text: String) throws(JSONError) -> Double {
    let bytes = Array(text.utf8)
    var cursor = try JSONCursor(bytes.span)
    let value = try cursor.double()
    try cursor.end()
    return value
}

struct JSONFloatsTests {
    /// The standard library's own reading of text is the reference.
    @Test(arguments: [
        "0", "-0", "0E0", "1", "-1.5", "5E-1", "1E-45", "7e-46", "1e-400", "3.4028235E38",
        "3.4028235677973366e38", "1.17549435E-38", "1.1754942e-38", "16777217", "16777217.0000001",
        "16777218.9999999999999999999999999", "0.1", "9007199254740993", "18446744073709551615",
        "123456789012345678901234567890", "1.00000005960464477539062500000000000000001",
        "1.000000059604644775390625", "1.00000017881393432617187500001", "8.589973e9", "4E22",
        "4E23",
        "0.000000000000000000000000000000000000000000001", "1e+5", "10e-1", "0.30000001192092896",
    ])
    func `numbers are rounded once`(text: String) throws {
        #expect(try float(text).bitPattern == Float(text)?.bitPattern)
        #expect(try double(text).bitPattern == Double(text)?.bitPattern)
    }

    @Test func `the shortest text of any number reads back as it`() throws {
        var generator = Seeded(9)
        for _ in 0..<4_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            guard value.isFinite else { continue }
            #expect(try float("\(value)").bitPattern == value.bitPattern)
            // Between two floats, or just beside it.
            let middle = (Double(value) + Double(value.nextUp)) / 2
            for text in ["\(middle)", "\(middle.nextUp)", "\(middle.nextDown)"]
            where middle.isFinite {
                let expected = Float(text) ?? 0
                if expected.isFinite {
                    #expect(try float(text).bitPattern == expected.bitPattern, "\(text)")
                }
                #expect(try double(text).bitPattern == Double(text)?.bitPattern, "\(text)")
            }
        }
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "-NaN", "1e39", "-3.5E38", "1e999999999999"])
    func `what is not finite is out of range`(text: String) {
        #expect(throws: JSONError(.outOfRange, at: 0)) { try float(text) }
    }

    @Test func `doubles reach further than floats`() throws {
        #expect(try double("1e39") == 1e39)
        #expect(throws: JSONError(.outOfRange, at: 0)) { try double("1e309") }
    }

    @Test(arguments: [
        "", "-", "+1", ".5", "5.", "01", "-01", "1e", "1e+", "1.e5", "0x10", "1_0", "1,0", "--1",
        "nan",
        "inf", "\"1\"", "1 2", "1e5.0", "[1]",
    ])
    func `what is no number of JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try float(text) }
    }

    @Test func `a number of any length is bounded`() throws {
        let long = "0." + String(repeating: "1", count: 700)
        #expect(try float(long) == Float(long))
        #expect(throws: JSONError(.tooLong, at: 0)) {
            try float(String(repeating: "1", count: 100_000))
        }
    }

    @Test func `numbers stand in arrays as other values do`() throws {
        let bytes = Array("[1E0 , -2.5e1,\n3]".utf8)
        var cursor = try JSONCursor(bytes.span)
        var values: [Float] = []
        try cursor.beginArray()
        while try cursor.nextElement() { values.append(try cursor.float()) }
        try cursor.end()
        #expect(values == [1, -25, 3])
    }
}
