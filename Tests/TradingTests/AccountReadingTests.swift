import Foundation
import Testing
import Trading

struct AccountReadingTests {
    private static let foreign = ForeignOrder(
        instrument: InstrumentID(0), clientOrderID: "web_1", venueOrderID: VenueOrderID(7),
        isConditional: true, side: .sell, price: Price(units: 5_000_000_000_000), quantity: .zero,
        isReduceOnly: false, closesPosition: true)

    private static func snapshot() throws -> AccountSnapshot {
        AccountSnapshot(
            walletBalance: Money(whole: 5), positions: [], openOrders: [], lastTrades: [],
            missing: [try #require(ClientOrderID("nwa-1"))], foreignOrders: [foreign],
            venueTime: Timestamp(milliseconds: 1))
    }

    @Test func `a reading is read back as it was written`() throws {
        let snapshot = try Self.snapshot()
        let bytes = try JSONEncoder().encode(snapshot)
        #expect(try JSONDecoder().decode(AccountSnapshot.self, from: bytes) == snapshot)
    }

    @Test func `a reading in a journal of an older build has nothing missing and nothing foreign`()
        throws
    {
        let text = """
            {"lastTrades":[],"openOrders":[],"positions":[],"venueTime":1000000,"walletBalance":"5"}
            """
        var expected = try Self.snapshot()
        expected.missing = []
        expected.foreignOrders = []
        #expect(
            try JSONDecoder().decode(AccountSnapshot.self, from: Data(text.utf8)) == expected)
    }

    @Test func `a reading without its positions is refused`() {
        let text = """
            {"lastTrades":[],"openOrders":[],"venueTime":1000000,"walletBalance":"5"}
            """
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(AccountSnapshot.self, from: Data(text.utf8))
        }
    }

    @Test(arguments: [
        ("web_1", "web_1"), ("", ""), ("a\u{1B}[2J\n\"b", "a??2J??b"),
        (String(repeating: "x", count: 99), String(repeating: "x", count: 36)),
        ("\u{202E}", "???"),
    ])
    func `of the id of a foreign order only what may be shown is kept`(
        given: String, kept: String
    ) {
        let order = ForeignOrder(
            instrument: InstrumentID(0), clientOrderID: given, venueOrderID: VenueOrderID(1),
            isConditional: false, side: .buy, price: nil, quantity: Quantity(units: 1),
            isReduceOnly: false, closesPosition: false)
        #expect(order.clientOrderID == kept)
    }

    @Test func `ids of our making are known by their beginning`() throws {
        var ids = ClientOrderIDs(engineTag: "btc-1", start: Timestamp(milliseconds: 1))
        #expect(ids.next().isOurs)
        #expect(try #require(ClientOrderID("nwother-1")).isOurs)
        #expect(try !#require(ClientOrderID("web_nw")).isOurs)
        #expect(try !#require(ClientOrderID("n")).isOurs)
    }
}
