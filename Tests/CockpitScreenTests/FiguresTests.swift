import Testing

@testable import CockpitViews

struct FiguresTests {
    @Test(arguments: [
        ("97210", 1, "97,210.0"), ("1234567.895", 2, "1,234,567.90"), ("999.995", 2, "1,000.00"),
        ("-0.004", 2, "0.00"),
        ("-0.005", 2, "-0.01"), ("0", 0, "0"), (".5", 0, "1"), ("00012", 0, "12"),
        ("12abc", 2, "-"), ("1e9", 2, "-"),
        ("", 2, "-"), ("-", 2, "-"), ("nan", 2, "-"), ("1,5", 2, "-"), ("--1", 0, "-"),
    ])
    func `money is grouped and rounded, and what is not a number is not one`(
        text: String, decimals: Int, expected: String
    ) {
        #expect(Figures.plain(text, decimals: decimals) == expected)
    }

    @Test(arguments: [
        ("3.8145", "+3.81"), ("-6.44", "-6.44"), ("0.001", "0.00"), ("-0.001", "0.00"), ("x", "-"),
    ])
    func `a sign stands where there is something to sign`(text: String, expected: String) {
        #expect(Figures.signed(text, decimals: 2) == expected)
    }

    @Test(arguments: [
        ("4310000.5", "4.31M"), ("950", "950"), ("0.4", "0"), ("999.4", "999"), ("999.6", "1.00k"),
        ("9999", "10.0k"),
        ("99960", "100k"), ("999499", "999k"), ("999500", "1.00M"), ("-2820000", "-2.82M"),
        ("41000000000", "41.0G"),
        ("9000000000000000", ">999T"), ("abc", "-"),
    ])
    func `a volume has three digits and a unit`(text: String, expected: String) {
        #expect(Figures.compact(text) == expected)
    }

    @Test
    func `the parts of a sum add up as they are written`() {
        // Rounded one by one, 4.514 - 2.096 = 2.418 would read 4.51 - 2.10 = 2.42.
        #expect(
            Figures.adding(["4.514", "0", "-2.096", "0"], to: "2.418", decimals: 2)
                == ["4.52", "0.00", "-2.10", "0.00"])
        #expect(
            Figures.adding(["61.2", "5.17", "-6.44", "-0.41"], to: "59.52", decimals: 2)
                == ["61.20", "5.17", "-6.44", "-0.41"])
        #expect(
            Figures.adding(["-0.006", "-0.006", "-0.006"], to: "-0.018", decimals: 2)
                == ["0.00", "-0.01", "-0.01"])
        // What does not add up is not made to.
        #expect(Figures.adding(["1", "2"], to: "99", decimals: 2) == ["1", "2"])
        #expect(Figures.adding(["1", "x"], to: "1", decimals: 2) == ["1", "x"])
    }

    @Test
    func `what does not fit gets shorter, never cut`() {
        #expect(Figures.fitted("-2345.61", decimals: 2, columns: 8, isSigned: true) == "-2,345.6")
        #expect(Figures.fitted("-2345.61", decimals: 2, columns: 7, isSigned: true) == "-2,346")
        #expect(Figures.fitted("2345678", decimals: 2, columns: 6, isSigned: true) == "+2.35M")
        #expect(Figures.fitted("2345678", decimals: 2, columns: 3, isSigned: true) == "-")
    }

    @Test(arguments: [
        ("97210", "97,210.0"), ("3412.5", "3,412.50"), ("61659.80", "61,659.8"),
        ("0.1234", "0.123400"),
        ("0.00001234", ".00001234"), ("1", "1.00000"),
    ])
    func `a price keeps the decimals that its height asks for`(text: String, expected: String) {
        #expect(Figures.price(text, columns: 9) == expected)
    }

    @Test
    func `probabilities out of range are unknown`() {
        #expect(Figures.probability(0.63) == ".63")
        #expect(Figures.probability(0.6034, decimals: 3) == ".603")
        #expect(Figures.probability(0.999) == "1.0")
        #expect(Figures.probability(0) == ".00")
        #expect(Figures.probability(1.2) == "-")
        #expect(Figures.probability(.nan) == "-")
        #expect(Figures.probability(nil) == "-")
    }

    @Test
    func `doubles that are no numbers are unknown`() {
        #expect(Figures.fixed(.infinity, decimals: 2) == "-")
        #expect(Figures.percent(.nan, decimals: 1) == "-")
        #expect(Figures.signedFixed(-0.001, decimals: 2) == "0.00")
        #expect(Figures.short(-0.97, decimals: 2, isSigned: true) == "-.97")
        #expect(Figures.short(1.25, decimals: 2, isSigned: true) == "+1.25")
    }

    @Test(arguments: [
        (0, "0s"), (400, "0.4s"), (6_000, "6s"), (147_000, "2m27s"), (8_040_000, "2h14m"),
        (529_380_000, "6d03h"),
        (-5, "0s"),
    ])
    func `durations have two units`(milliseconds: Int64, expected: String) {
        #expect(Times.long(milliseconds) == expected)
    }

    @Test
    func `times of day are UTC, before the epoch too`() {
        #expect(Times.clock(1_795_270_053_000) == "14:07:33")
        #expect(Times.clock(-1_000) == "23:59:59")
        #expect(Times.clock(.min).count == 8)
        #expect(Times.between(.min, .max) == .max)
        #expect(Times.between(.max, .min) == .min)
    }
}
