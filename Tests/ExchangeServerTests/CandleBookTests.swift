import Testing
import Trading

@testable import ExchangeServer

struct CandleBookTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)

    /// A print every 40 seconds for so many minutes.
    private func book(minutes: Int64) -> CandleBook {
        var book = CandleBook()
        for step in 0..<(minutes * 60 / 40) {
            book.add(
                Print(
                    tradeID: step + 1, price: Price(units: (100 + step % 7) * 100_000_000),
                    quantity: Quantity(units: 100_000_000), takerSide: .buy,
                    venueTime: Self.start + .seconds(40 * step)),
                firstID: step + 1)
        }
        return book
    }

    @Test func `a long life leaves 1,500 whole candles of five minutes`() {
        let bars = book(minutes: 9_000).bars(.minute5)
        let whole = bars.suffix(1_501).dropLast()
        #expect(whole.count == 1_500)
        #expect(whole.allSatisfy { $0.count == 7 || $0.count == 8 })
        #expect(
            zip(whole, whole.dropFirst()).allSatisfy { $1.openTime - $0.openTime == .minutes(5) })
    }

    @Test(arguments: [1, 7, 63, 300] as [Int64])
    func `the newest two candles are the last of all candles`(minutes: Int64) {
        let book = book(minutes: minutes)
        for interval in BarInterval.allCases {
            #expect(
                Array(book.newest(interval)) == Array(book.bars(interval).suffix(2)), "\(interval)")
        }
        #expect(Array(CandleBook().newest(.minute5)) == [])
    }
}
