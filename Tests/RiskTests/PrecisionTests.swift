import Testing
import Trading

@testable import Risk

@Test(arguments: [
    (Side.buy, "95234.567891", "95234.5"), (.sell, "95234.567891", "95234.6"),
    (.buy, "95234.5", "95234.5"), (.sell, "95234.5", "95234.5"),
    (.buy, "95234.59999999", "95234.5"), (.sell, "95234.50000001", "95234.6"),
])
func `a limit is never worse than what was decided`(side: Side, given: String, expected: String) {
    #expect(Precision.limit(price(given), side: side, filters()) == price(expected))
}

@Test(arguments: [
    (Side.buy, "106", "105"), (.buy, "104.96", "104.9"), (.sell, "94", "95"),
    (.sell, "95.04", "95.1"),
])
func `a limit is never beyond the venue's band around the mark price`(
    side: Side, given: String, expected: String
) throws {
    var instrument = Instrument.preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0))
    instrument.filters = filters()
    instrument.priceBand = PriceBand(up: Rate(units: 105_000_000), down: Rate(units: 95_000_000))
    #expect(instrument.priceBand != nil)
    #expect(
        Precision.limit(price(given), side: side, instrument, mark: price("100"))
            == price(expected))
    #expect(
        Precision.limit(price(given), side: side, instrument, mark: nil)
            == Precision.limit(price(given), side: side, filters()))
}

@Test func `a band that does not hold the mark price is none`() {
    #expect(PriceBand(up: Rate(units: 99_000_000), down: Rate(units: 95_000_000)) == nil)
    #expect(PriceBand(up: Rate(units: 105_000_000), down: Rate(units: 101_000_000)) == nil)
}

@Test(arguments: [(Direction.long, "99.7", "99.8"), (.short, "100.3", "100.2")])
func `a stop is never farther from the entry than decided`(
    direction: Direction, given: String, expected: String
) {
    let coarse = filters(minPrice: "0.2", tick: "0.2")
    #expect(Precision.stop(price(given), protecting: direction, coarse) == price(expected))
}

@Test(arguments: [(Direction.long, "100.3", "100.4"), (.short, "99.7", "99.6")])
func `a target is never nearer to the entry than decided`(
    direction: Direction, given: String, expected: String
) {
    let coarse = filters(minPrice: "0.2", tick: "0.2")
    #expect(Precision.target(price(given), of: direction, coarse) == price(expected))
}

@Test(arguments: [
    (GridRounding.down, "1.00", "0.95"), (.up, "1.00", "1.05"), (.nearest, "1.00", "1.05"),
    (.nearest, "0.99999999", "0.95"), (.up, "0.95", "0.95"), (.nearest, "0.95", "0.95"),
    // Outside the venue's range the nearest price inside it is taken; 9.95 is the last grid point below 10.
    (.down, "0.01", "0.05"), (.up, "12", "9.95"), (.up, "9.99", "9.95"),
])
func `the price grid starts at the smallest price`(
    rounding: GridRounding, given: String, expected: String
) {
    let odd = filters(minPrice: "0.05", maxPrice: "10", tick: "0.1")
    #expect(odd.onGrid(price(given), rounding) == price(expected))
}

@Test(arguments: [
    ("1.234568", "0.00001", "0.00001", "1.23456"), ("0.0527891", "0.001", "0.001", "0.052"),
    ("1", "1", "1", "1"), ("1.99999999", "1", "1", "1"),
    // The lot grid starts at the smallest quantity: 0.5, 0.8, 1.1.
    ("1.0", "0.5", "0.3", "0.8"),
])
func `an entry's quantity goes down to the lot grid`(
    given: String, minimum: String, step: String, expected: String
) {
    let result = Precision.entryQuantity(
        quantity(given), at: price("100"), isMarket: false,
        filters(minQuantity: minimum, step: step, minNotional: "1"))
    #expect(result == .success(quantity(expected)))
}

@Test func `half a lot is refused when one is the least`() {
    let result = Precision.entryQuantity(
        quantity("0.5"), at: price("100"), isMarket: false, filters(minQuantity: "1", step: "1"))
    #expect(result == .failure(.belowMinimum(quantity("0.5"), minimum: quantity("1"))))
}

@Test func `an entry is worth at least the venue's smallest notional`() {
    let least = filters(minNotional: "50")
    #expect(
        Precision.entryQuantity(quantity("0.5"), at: price("100"), isMarket: false, least)
            == .success(quantity("0.5")))
    #expect(
        Precision.entryQuantity(quantity("0.5"), at: price("99.9"), isMarket: false, least)
            == .failure(.notionalBelowMinimum(money("49.95"), minimum: money("50"))))
}

@Test(arguments: [
    // wanted, position, expected
    ("0.0037", "0.0037", "0.003"), ("5", "0.0037", "0.003"), ("0.0004", "0.0037", "0.001"),
    ("0.001", "0.001", "0.001"), ("0.00099999", "0.00099999", "0"), ("0", "1", "0"),
])
func `an exit is zero only when the position is below one step`(
    wanted: String, position: String, expected: String
) {
    let exit = Precision.exitQuantity(
        quantity(wanted), ofPosition: quantity(position), isMarket: true, filters())
    #expect(exit == quantity(expected))
}

@Test func `an exit at market is at most the venue's largest market order`() {
    let position = quantity("300")
    #expect(
        Precision.exitQuantity(position, ofPosition: position, isMarket: true, filters())
            == quantity("120"))
    #expect(
        Precision.exitQuantity(position, ofPosition: position, isMarket: false, filters())
            == position)
}
