import Testing
import Trading

@testable import Market

private func diff(_ first: UInt64, _ last: UInt64, after previous: UInt64) -> DepthUpdate {
    DepthUpdate(
        firstID: first, lastID: last, previousLastID: previous, bids: [], asks: [],
        venueTime: Timestamp(milliseconds: 1))
}

private let level = Quantity(units: 1)

private func snapshot(_ id: UInt64) -> DepthSnapshot {
    DepthSnapshot(
        lastUpdateID: id, bids: [BookLevel(price: Price(units: 99), quantity: level)],
        asks: [BookLevel(price: Price(units: 101), quantity: level)])
}

@Test(arguments: [(UInt64(12), true), (11, false), (13, false)])
func `a snapshot where a live book stands leaves it live, any other makes it join`(
    id: UInt64, staysLive: Bool
) {
    var book = LocalBook(configuration: MarketConfiguration())
    _ = book.load(snapshot(10))
    _ = book.apply(diff(10, 12, after: 9))
    #expect(book.sync == .live(last: 12))
    _ = book.load(snapshot(id))
    #expect(book.sync == (staysLive ? .live(last: 12) : .joining(snapshot: id)))
    #expect(book.bestBid?.price == Price(units: 99))
}

@Test func `a book that stayed live takes the next diff and sees the next gap`() {
    var book = LocalBook(configuration: MarketConfiguration())
    _ = book.load(snapshot(10))
    _ = book.apply(diff(10, 12, after: 9))
    _ = book.load(snapshot(12))
    #expect(book.apply(diff(13, 15, after: 12)) == .apply)
    #expect(book.apply(diff(17, 18, after: 16)) == .requestSnapshot)
}
