import TestSupport
import Testing
import Text
import Trading

@Suite struct `Decimals` {
    @Test(arguments: [
        ("0", 0, 0), ("1", 100_000_000, 0), ("61800.30", 6_180_030_000_000, 2),
        ("0.00000001", 1, 8), ("0.006", 600_000, 3), ("-0.00010000", -10_000, 8),
        ("92233720368.54775807", Int64.max, 8), ("-92233720368.54775807", -Int64.max, 8),
        ("1.50000000000000000000", 150_000_000, 20), ("-0", 0, 0),
    ])
    func `a plain decimal is read exactly, with its digits counted`(
        text: String, units: Int64, fractionDigits: Int
    ) throws {
        let parsed = try DecimalParser.parse(Array(text.utf8).span)
        #expect(parsed == ParsedDecimal(units: units, fractionDigits: fractionDigits))
    }

    @Test(arguments: [
        ("", DecimalError.empty), ("-", .empty), ("12abc", .unexpectedByte),
        ("1,5", .unexpectedByte),
        ("nan", .unexpectedByte), ("inf", .unexpectedByte), ("1e400", .unexpectedByte),
        ("+1", .unexpectedByte), (" 1", .unexpectedByte), ("1 ", .unexpectedByte),
        ("1.2.3", .unexpectedByte), ("--1", .unexpectedByte), ("0x10", .unexpectedByte),
        (".5", .missingDigits), ("1.", .missingDigits), ("-.5", .missingDigits),
        (".", .missingDigits),
        ("01", .leadingZero), ("00.5", .leadingZero), ("0.000000001", .tooManyFractionDigits),
        ("1.123456789", .tooManyFractionDigits), ("92233720368.54775808", .overflow),
        ("184467440737.09551616", .overflow), ("99999999999999999999999999", .overflow),
        ("999999999999.99999999", .overflow), ("１", .unexpectedByte),
    ])
    func `what is no plain decimal, or cannot be held exactly, is refused by name`(
        text: String, error: DecimalError
    ) {
        #expect(throws: error) { try DecimalParser.parse(Array(text.utf8).span) }
    }

    @Test func `a price is above zero and a quantity not below it`() throws {
        #expect(try Price.parse("0.1") == Price(units: 10_000_000))
        #expect(throws: DecimalError.outOfRange) { try Price.parse("0") }
        #expect(throws: DecimalError.outOfRange) { try Price.parse("-1") }
        #expect(try Quantity.parse("0") == .zero)
        #expect(throws: DecimalError.outOfRange) { try Quantity.parse("-0.1") }
        #expect(try Rate.parse("-0.0005") == Rate(units: -50_000))
    }

    @Test(arguments: [
        ("4309547.5757", Int128(43_095_475_757) * 1_000_000_000_000),
        ("-1", -FixedPoint.moneyUnitsPerOne),
        ("0.0000000000000001", 1), ("0.00000000000000010", 1),
        ("17014118346046923173168.7303715884105727", Int128.max),
    ])
    func `money keeps sixteen digits`(text: String, units: Int128) throws {
        #expect(try Money.parse(text) == Money(units: units))
    }

    @Test(arguments: [
        ("0.00000000000000001", DecimalError.tooManyFractionDigits),
        ("17014118346046923173168.7303715884105728", .overflow),
        ("99999999999999999999999999999999999999999999999", .overflow), ("1.", .missingDigits),
        (".1", .missingDigits), ("", .empty), ("-", .empty), ("1e3", .unexpectedByte),
        ("1..2", .unexpectedByte), ("007", .leadingZero), ("+1", .unexpectedByte),
    ])
    func `money that cannot be held is refused by name`(text: String, error: DecimalError) {
        #expect(throws: error) { try Money.parse(text) }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `what is printed is read back`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let price = Price(
                units: Int64.random(in: 1...Int64.max >> Int64.random(in: 0...62), using: &random))
            #expect(try Price.parse(price.description) == price)
            let money = Money(
                units: Int128.random(in: Int128.min / 2...Int128.max / 2, using: &random))
            #expect(try Money.parse(money.description) == money)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `no bytes can trap the parsers`(seed: UInt64) {
        var random = Seeded(seed)
        let alphabet = Array("0123456789.-+e, \u{0}x".utf8)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let plain = try? DecimalParser.parse(bytes.span)
            let money = try? Money.parse(bytes.span)
            // Whatever fits in a price fits in money, and says the same.
            if let plain { #expect(money == Money(units: Int128(plain.units) * 100_000_000)) }
        }
    }
}
