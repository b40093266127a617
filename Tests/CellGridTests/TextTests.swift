import CellGrid
import Testing

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("a", 1), ("\u{A0}", 1), ("é", 1), ("\u{AD}", 0), ("\u{7F}", 0), ("\u{9B}", 0),
        ("\u{301}", 0),
        ("\u{200B}", 0), ("\u{200F}", 0), ("\u{FE0F}", 0), ("\u{1160}", 0), ("\u{1100}", 2),
        ("深", 2),
        ("ｗ", 2), ("한", 2), ("😀", 2), ("\u{2705}", 2), ("\u{2500}", 1), ("\u{2588}", 1),
        ("\u{28FF}", 1),
        ("\u{2191}", 1), ("\u{3000}", 2), ("\u{20000}", 2), ("₿", 1),
    ]) func `a scalar has the width terminals give it`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func `a beginning never splits a wide glyph and keeps its marks`() {
        #expect(DisplayWidth.prefix(of: "a深b", columns: 2) == "a")
        #expect(DisplayWidth.prefix(of: "e\u{301}b", columns: 1) == "e\u{301}")
    }

    @Test func `text that is too long says so`() {
        #expect(DisplayWidth.fitted("BTCUSDT", columns: 7) == "BTCUSDT")
        #expect(DisplayWidth.fitted("BTCUSDTX", columns: 7) == "BTCUSD~")
        #expect(DisplayWidth.fitted("BTC", columns: 0) == "")
    }

    @Test func `padding gives exactly the columns asked for`() {
        #expect(DisplayWidth.padded("ab", to: 4) == "ab  ")
        #expect(DisplayWidth.padded("ab", to: 4, .right) == "  ab")
        #expect(DisplayWidth.padded("ab", to: 5, .center) == " ab  ")
        #expect(DisplayWidth.padded("深深", to: 3) == "深~")
        #expect(DisplayWidth.padded("深深", to: 4) == "深深")
        #expect(DisplayWidth.of(DisplayWidth.padded("深深深", to: 4)) == 4)
    }
}

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("BTCUSDT", "BTCUSDT"),
        ("a\u{1B}[31mred\u{1B}[0m", "ared"),
        ("\u{1B}]0;title\u{7}x", "x"),
        ("\u{1B}]8;;http://x\u{1B}\\link", "link"),
        ("\u{9B}2Jx", "x"),
        ("\u{1B}(0x", "x"),
        ("\u{1B}\u{1B}[1mx", "x"),
        ("a\tb\r\nc", "a b  c"),
        ("a\u{202E}b\u{2066}c\u{200B}d\u{200F}e", "abcde"),
        ("a\u{0}b\u{7F}c\u{85}d", "abcd"),
        ("a\u{E000}b", "a?b"),
        ("\u{301}a", "a"),
        ("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}"),
        ("\u{1B}]unfinished\nnext line", " next line"),
    ]) func `outside text loses what could act on a terminal`(dirty: String, clean: String) {
        #expect(Array(SafeText.clean(dirty).unicodeScalars) == Array(clean.unicodeScalars))
    }

    @Test func `outside text is bounded`() {
        #expect(SafeText.clean(String(repeating: "x", count: 9_999), maxScalars: 10).count == 10)
    }

    @Test func `no scalar makes cleaned text dangerous`() {
        for value in UInt32(0)..<0x3000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let cleaned = SafeText.clean("a" + String(scalar) + "b").unicodeScalars
            let allHarmless = cleaned.allSatisfy { scalar in
                let category = scalar.properties.generalCategory
                return category != .control && category != .format
            }
            #expect(allHarmless, "U+\(String(value, radix: 16))")
        }
    }
}

@Suite struct GlyphsTests {
    @Test(arguments: [
        (0.0, "    "), (0.01, "#   "), (0.5, "##  "), (1, "####"), (7, "####"), (-1, "    "),
    ])
    func `an ascii bar has whole cells and never hides a small value`(fraction: Double, bar: String)
    {
        #expect(Glyphs.ascii.bar(fraction, columns: 4) == bar)
    }

    @Test func `a block bar ends in eighths`() {
        #expect(Glyphs.block.bar(0.375, columns: 1) == "\u{258D}")
        #expect(Glyphs.block.bar(.nan, columns: 2) == "  ")
    }

    @Test func `diverging bars meet in the middle`() {
        let bar = Glyphs.ascii.divergingBar(left: 0.75, right: 0.25, half: 4)
        #expect(bar.left + bar.middle + bar.right == " ###|#   ")
        #expect(Glyphs.block.divergingBar(left: 0.5, right: 0, half: 1).left == "\u{2590}")
    }

    @Test func `a sparkline shows the newest values and gaps`() {
        #expect(Glyphs.ascii.sparkline([9, 0, nil, 1], columns: 3) == "_ ^")
        #expect(Glyphs.ascii.sparkline([1, 1], columns: 3) == " __")
        #expect(Glyphs.block.sparkline([0, 1], columns: 2, range: 0...1) == "\u{2581}\u{2588}")
    }

    @Test func `ascii glyphs are ascii and every glyph takes one column`() {
        for glyphs in Glyphs.allCases {
            let all = [
                glyphs.horizontal, glyphs.vertical, glyphs.topLeft, glyphs.topRight,
                glyphs.bottomLeft,
                glyphs.bottomRight, glyphs.cross, glyphs.teeDown, glyphs.teeUp, glyphs.teeRight,
                glyphs.teeLeft, glyphs.middle, glyphs.arrowUp, glyphs.arrowDown, glyphs.arrowRight,
                glyphs.arrowLeft, glyphs.pointer, glyphs.ellipsis, glyphs.bullet, glyphs.solid,
                glyphs.shade,
            ]
            #expect(all.allSatisfy { $0.displayWidth == 1 })
            #expect(glyphs != .ascii || all.allSatisfy(\.isASCII))
        }
    }
}
