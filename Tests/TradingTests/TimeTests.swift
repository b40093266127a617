import Testing
import Trading

struct TimeTests {
    @Test(
        arguments: [(60_000, 60_000), (59_999, 0), (60_001, 60_000), (-1, -60_000)]
            as [(Int64, Int64)])
    func `a moment falls into the minute that contains it`(moment: Int64, start: Int64) {
        #expect(
            Timestamp(milliseconds: moment).floor(to: .minutes(1)) == Timestamp(milliseconds: start)
        )
    }

    @Test func `milliseconds from outside saturate instead of overflowing`() {
        #expect(Timestamp(milliseconds: .max) == Timestamp(nanoseconds: .max))
        #expect(Timestamp(milliseconds: .max) + .hours(1) == Timestamp(nanoseconds: .max))
    }

    @Test func `client order ids never repeat within a run and differ between runs`() {
        var first = ClientOrderIDs(
            engineTag: "BTC-1 main desk", start: Timestamp(milliseconds: 1_000))
        var second = ClientOrderIDs(
            engineTag: "BTC-1 main desk", start: Timestamp(milliseconds: 1_001))
        let ids = [first.next(), first.next(), second.next(), second.next()]
        #expect(
            ids.map(\.description) == [
                "nwbtc1mainv8-1", "nwbtc1mainv8-2", "nwbtc1mainv9-1", "nwbtc1mainv9-2",
            ])
        #expect(Set(ids).count == 4)
    }

    @Test func `a symbol is upper case letters, digits and underscore, at most 24`() {
        #expect(SymbolName("1000PEPEUSDT")?.description == "1000PEPEUSDT")
        #expect(SymbolName("btcusdt") == nil)
        #expect(SymbolName("") == nil)
        #expect(SymbolName("BTC\u{1b}[2J") == nil)
        #expect(SymbolName(String(repeating: "A", count: 25)) == nil)
    }
}
