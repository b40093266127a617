import TestSupport
import Testing
import Trading

struct MoneyTests {
    @Test func `a part is the same part of another whole, rounded up, however large both are`() {
        #expect(
            Money(whole: 100).rebased(from: Money(whole: 80), to: Money(whole: 40))
                == Money(whole: 50))
        // 1 / 3 of 1: up to the next step of 10⁻¹⁶.
        #expect(
            Money(whole: 1).rebased(from: Money(whole: 3), to: Money(whole: 1))
                == Money(units: 3_333_333_333_333_334))
        let most = Money(whole: 1_000_000_000_000)
        #expect(most.rebased(from: most, to: most) == most)
        #expect(Money(units: .max).rebased(from: Money(units: 1), to: most) == nil)
        for (part, whole, other) in [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 1, 1), (1, 1, -1)] {
            #expect(
                Money(whole: Int64(part)).rebased(
                    from: Money(whole: Int64(whole)), to: Money(whole: Int64(other))) == nil)
        }
    }

    @Test func `price times quantity is exact to the last digit`() {
        let price = Price(units: 6_165_980_000_000)  // 61,659.80
        let quantity = Quantity(units: 12_345_678)  // 0.12345678
        // 61659.80 x 0.12345678 = 7612.320363444, by long multiplication.
        #expect(Money(quantity, at: price).description == "7612.320363444")
    }

    @Test func `the largest price times the largest quantity fits`() {
        let money = Money(Quantity(units: .max), at: Price(units: .max))
        #expect(money.units == Int128(Int64.max) * Int128(Int64.max))
    }

    @Test(
        arguments: [
            (0, "0"), (1, "0.0000000000000001"), (-10_000_000_000_000_000, "-1"),
            (12_500_000_000_000_000, "1.25"),
        ] as [(Int128, String)])
    func `money prints as the shortest exact decimal`(units: Int128, text: String) {
        #expect(Money(units: units).description == text)
        #expect(FixedPoint.units(text, digits: 16) == units)
    }

    @Test(arguments: [
        ("1.005", 2, "1.01"), ("-1.005", 2, "-1.01"), ("1.0049999", 2, "1.00"), ("0.4", 0, "0"),
        ("0.5", 0, "1"), ("-0.5", 0, "-1"), ("59.52", 2, "59.52"),
    ])
    func `money rounds half away from zero when shown`(exact: String, digits: Int, shown: String) {
        let units = FixedPoint.units(exact, digits: 16) ?? 0
        #expect(Money(units: units).text(fractionDigits: digits) == shown)
    }

    @Test func `a commission is rounded up to the eighth digit and follows the sign`() {
        // 0.00000001 x 0.0005 = 0.000000000005, up to 0.00000001.
        let tiny = Money(units: 100_000_000)
        let rate = Rate(units: 50_000)
        #expect(tiny.commission(at: rate).description == "0.00000001")
        // 100 x 0.0005 = 0.05 exactly.
        #expect(Money(whole: 100).commission(at: rate).description == "0.05")
        #expect(Money(whole: 100).commission(at: Rate(units: -10_000)).description == "-0.01")
        #expect(Money.zero.commission(at: rate) == .zero)
    }

    @Test func `shares of a cost add up to the cost when the last close takes the rest`() {
        var random = Seeded(7)
        for _ in 0..<500 {
            let held = Int64.random(in: 1...1_000_000_000_000, using: &random)
            let closed = Int64.random(in: 0...held, using: &random)
            let cost = Money(
                units: Int128(Int64.random(in: 0...Int64.max, using: &random)) * 1_000_003)
            let part = cost.share(Quantity(units: closed), of: Quantity(units: held))
            #expect(part >= .zero && part <= cost)
            // floor(cost x closed / held), by the defining inequality.
            let low = part.units * Int128(held)
            let exact = cost.units.multipliedReportingOverflow(by: Int128(closed))
            if !exact.overflow, !part.units.multipliedReportingOverflow(by: Int128(held)).overflow {
                #expect(low <= exact.partialValue && exact.partialValue < low + Int128(held))
            }
        }
        #expect(
            Money(whole: 9).share(Quantity(units: 3), of: Quantity(units: 3)) == Money(whole: 9))
    }

    @Test(arguments: [
        "", "-", ".", "1.", ".5", "1e4", "+1", "1,5", "0x1", "1.23456789012345678", "nan",
    ])
    func `records with anything but a plain decimal are refused`(text: String) {
        #expect(FixedPoint.units(text, digits: 16) == nil)
    }
}
