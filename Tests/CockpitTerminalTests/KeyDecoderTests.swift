@testable import CockpitTerminal
import Testing

@Suite struct KeyDecoderTests {
    func keys(_ text: String) -> [Key] {
        var decoder = KeyDecoder()
        return decoder.decode(Array(text.utf8))
    }

    @Test(arguments: [
        ("K", Key.character("K")), ("\r", .enter), ("\n", .enter), ("\t", .tab),
        ("\u{7F}", .backspace),
        ("\u{8}", .backspace), ("\u{C}", .control("l")), ("\u{3}", .control("c")),
        ("\u{1C}", .control("\\")),
        ("\0", .control(" ")), ("é", .character("é")), ("深", .character("深")),
        ("😀", .character("😀")),
        ("\u{1B}[A", .up), ("\u{1B}OA", .up), ("\u{1B}[1;5D", .left), ("\u{1B}[H", .home),
        ("\u{1B}[4~", .end),
        ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown), ("\u{1B}[3~", .delete),
        ("\u{1B}[Z", .backTab),
        ("\u{1B}OP", .function(1)), ("\u{1B}[15~", .function(5)), ("\u{1B}[24~", .function(12)),
        ("\u{1B}x", .alt("x")), ("\u{1B}[999z", .unrecognized), ("\u{85}", .unrecognized),
    ]) func `a sequence is one key`(bytes: String, key: Key) {
        #expect(keys(bytes) == [key])
    }

    @Test func `two keys in one read are two keys`() {
        #expect(keys("KX") == [.character("K"), .character("X")])
        #expect(keys("K\u{1B}[AX") == [.character("K"), .up, .character("X")])
    }

    @Test func `a sequence cut anywhere gives the same keys`() {
        let bytes = Array("K\u{1B}[1;5A\u{1B}OP深\u{1B}[200~KX\u{1B}[31m\u{1B}[201~X".utf8)
        var whole = KeyDecoder()
        let expected = whole.decode(bytes)
        #expect(
            expected == [
                .character("K"), .up, .function(1), .character("深"), .paste, .character("X"),
            ])
        for cut in bytes.indices {
            var decoder = KeyDecoder()
            #expect(
                decoder.decode(Array(bytes[..<cut])) + decoder.decode(Array(bytes[cut...]))
                    == expected)
        }
    }

    @Test func `nothing pasted becomes a key`() {
        #expect(keys("\u{1B}[200~KXKF\r:arm btc-1\r\u{1B}[A\u{1B}[20\u{1B}[201~") == [.paste])
    }

    @Test func `a paste that never ends gives the keyboard back`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode(Array("\u{1B}[200~KX".utf8)) == [])
        #expect(decoder.isPasting)
        #expect(decoder.expire() == [.paste])
        #expect(decoder.decode(Array("K".utf8)) == [.character("K")])
    }

    @Test func `a lone escape is known when nothing follows`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]) == [])
        #expect(decoder.isWaiting)
        #expect(decoder.expire() == [.escape])
        #expect(!decoder.isWaiting)
        #expect(keys("\u{1B}\u{1B}[A") == [.escape, .up])
    }

    @Test func `mouse reports and answers of the terminal are no keys`() {
        #expect(keys("\u{1B}[M K!X") == [.character("X")])
        #expect(keys("\u{1B}[<0;10;20MX") == [.character("X")])
        #expect(keys("\u{1B}]11;rgb:00/00/00\u{7}X") == [.character("X")])
        #expect(keys("\u{1B}P1$r0m\u{1B}\\X") == [.character("X")])
        #expect(keys("\u{1B}[IX") == [.character("X")])
    }

    @Test func `broken characters do not swallow the key after them`() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0xE6, 0x4B]) == [.unrecognized, .character("K")])
        #expect(decoder.decode([0xFF, 0x4B]) == [.unrecognized, .character("K")])
        #expect(decoder.decode([0xED, 0xA0, 0x80, 0x4B]) == [.unrecognized, .character("K")])
    }

    @Test func `a sequence without end keeps no more than a little`() {
        var decoder = KeyDecoder()
        #expect(
            decoder.decode(Array("\u{1B}[".utf8) + [UInt8](repeating: 0x31, count: 100_000)) == [])
        #expect(decoder.decode(Array("zK".utf8)) == [.unrecognized, .character("K")])
    }
}
