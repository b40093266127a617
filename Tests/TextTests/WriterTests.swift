import Testing
import Text
import Trading

@Suite struct `The JSON writer` {
    @Test func `commas and escapes are its own affair`() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("text", "a\"\\\n\u{1b}[2Jé")
        writer.field("count", -3)
        writer.field("ok", true)
        writer.field("price", Price(units: 6_165_980_000_000))
        writer.field("nothing", nil as Price?)
        writer.field("net", Money(units: -1))
        writer.key("rows")
        writer.beginArray()
        writer.beginArray()
        writer.integer(1)
        writer.double(0.5)
        writer.double(.nan)
        writer.endArray()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"text":"a\"\\\n\u001b[2Jé","count":-3,"ok":true,"price":"61659.8","nothing":null,"net":"-0.0000000000000001","rows":[[1,0.5,null],[]]}"#
        )
    }

    @Test func `what it writes the cursor reads`() throws {
        let hostile = String(decoding: 0...255, as: UTF8.self)
        var writer = JSONWriter()
        writer.string(hostile)
        var cursor = try JSONCursor(writer.bytes.span)
        #expect(try cursor.string() == hostile)
        try cursor.end()
    }
}

@Suite struct `Safe text` {
    @Test(arguments: [
        ("plain text, 12.5 %", "plain text, 12.5 %"), ("\u{1b}[2J", "?[2J"),
        ("a\nb\tc\u{7}", "a?b?c?"),
        ("a\u{202e}b\u{2066}c\u{200b}d", "a?b?c?d"), ("\u{9b}31m", "?31m"), ("e\u{301}", "e?"),
        ("é 日本 🐳", "é 日本 🐳"), ("\u{2028}x\u{feff}", "?x?"), ("\u{e000}", "?"),
    ])
    func `what could act on a terminal becomes a question mark`(text: String, clean: String) {
        #expect(SafeText.clean(text) == clean)
    }

    @Test func `it is cut where it is told, and says so`() {
        #expect(SafeText.clean("abcdef", maxLength: 6) == "abcdef")
        #expect(SafeText.clean("abcdefg", maxLength: 6) == "abcde…")
        #expect(SafeText.clean(Array(repeating: 0xff, count: 5_000).span, maxLength: 3) == "??…")
    }
}
