import BinanceFormat
import Market
import Matching
import Population
import Testing
import Text
import Trading

@testable import ExchangeServer

/// What a schedule does to the market's streams, at the desk.
struct DeskStreamFaultTests {
    private let bitcoin: SymbolName
    private let id = InstrumentID(0)

    init() throws { bitcoin = try #require(SymbolName("BTCUSDT")) }

    private func desk(_ stream: String, _ rule: Fault.Rule, times: Int) throws -> VenueDesk {
        var desk = try DeskTests.desk()
        desk.wanted.insert(
            try #require(StreamKey("btcusdt@" + stream, instruments: desk.instruments)))
        desk.begin(VenueDesk.ActiveRule(rule: rule, end: .distantFuture, left: times))
        return desk
    }

    /// The values of a key in the messages of so many seconds.
    private func values(_ key: String, _ desk: inout VenueDesk, seconds: Int64) -> [String] {
        desk.advance(to: desk.now + .seconds(seconds))
        return desk.takePublications().map { publication in
            let text = String(decoding: publication.payload, as: UTF8.self)
            let rest = text.split(separator: "\"\(key)\":\"", maxSplits: 1)
            return rest.count == 2 ? String(rest[1].prefix { $0 != "\"" }) : "no \(key)"
        }
    }

    @Test func `a mark is told 5 percent away as often as it is said, then true`() throws {
        var desk = try desk(
            "markPrice@1s", .mispriced(bitcoin, .gap(Rate(units: 5_000_000)), .mark), times: 1)
        let first = values("p", &desk, seconds: 1)
        let mark = try #require(desk.boards[0].mark?.markPrice)
        #expect(first == [desk.boards[0].text(mark.moved(by: Rate(units: 5_000_000)))])
        let second = values("p", &desk, seconds: 1)
        #expect(second == [desk.boards[0].text(try #require(desk.boards[0].mark?.markPrice))])
        #expect(try DeskTests.ask(&desk, .premiumIndex, "symbol=BTCUSDT").contains("markPrice"))
    }

    @Test(arguments: [
        (Fault.PriceFeed.mark, "markPrice@1s", "p"), (.index, "markPrice@1s", "i"),
        (.print, "aggTrade", "p"), (.print, "trade", "p"), (.ticker, "bookTicker", "b"),
        (.ticker, "bookTicker", "a"),
    ])
    func `a price of zero or below is told once, and our decoder takes none of it`(
        feed: Fault.PriceFeed, stream: String, key: String
    ) throws {
        for mispricing in [Fault.Mispricing.zero, .negative] {
            var desk = try desk(stream, .mispriced(bitcoin, mispricing, feed), times: 1)
            desk.advance(to: desk.now + .seconds(20))
            let published = desk.takePublications()
            let wrong = try #require(published.first)
            let text = String(decoding: wrong.payload, as: UTF8.self)
            #expect(text.contains("\"\(key)\":\"\(mispricing == .zero ? "0\"" : "-")"))
            var decoder = BinanceMarketDecoder(instruments: [(bitcoin, id)])
            switch mispricing {
            case .zero:
                // The venue sends zero where it has no price.
                let data = try decoder.decode(wrong.payload.span).data
                if feed == .index, case .markPrice(let update) = data {
                    #expect(update.indexPrice == nil)
                } else {
                    #expect(data == nil)
                }
            case .negative:
                #expect(throws: FrameError.self) { try decoder.decode(wrong.payload.span) }
            case .gap: Issue.record("not tried here")
            }
            for publication in published.dropFirst() {
                _ = try decoder.decode(publication.payload.span)
            }
            #expect(published.count > 1)
        }
    }

    @Test func `a ticker is told with bid and ask exchanged`() throws {
        var desk = try desk("bookTicker", .crossed(bitcoin, .ticker), times: 1)
        desk.advance(to: desk.now + .seconds(20))
        var decoder = BinanceMarketDecoder(instruments: [(bitcoin, id)])
        var areCrossed: [Bool] = []
        for publication in desk.takePublications() {
            guard
                case .bookTicker(let ticker) = try decoder.decode(publication.payload.span).data
            else {
                Issue.record("only tickers are wanted")
                continue
            }
            areCrossed.append(ticker.bidPrice > ticker.askPrice)
        }
        #expect(areCrossed.count > 1)
        #expect(areCrossed.first == true)
        #expect(areCrossed.dropFirst().allSatisfy { !$0 })
    }

    /// A local book that follows the stream from a snapshot on, for ten seconds.
    private func book(_ rule: Fault.Rule, times: Int) throws -> (book: LocalBook, isCrossed: Bool) {
        var desk = try desk("depth@100ms", rule, times: 0)
        var decoder = BinanceMarketDecoder(instruments: [(bitcoin, id)])
        var book = LocalBook(configuration: MarketConfiguration())
        var isCrossed = false
        for step in 0..<100 {
            desk.advance(to: desk.now + .milliseconds(100))
            if step == 10 {
                _ = try DeskTests.ask(&desk, .depth, "symbol=BTCUSDT&limit=1000")
                _ = book.load(try #require(desk.depthAnswer))
            }
            if step == 50 {
                desk.begin(VenueDesk.ActiveRule(rule: rule, end: .distantFuture, left: times))
            }
            for publication in desk.takePublications() {
                guard case .depth(let update) = try decoder.decode(publication.payload.span).data
                else { continue }
                if let ask = desk.market.exchange.bestAsk(id) {
                    isCrossed =
                        isCrossed
                        || update.bids.contains { !$0.quantity.isZero && $0.price >= ask.price }
                }
                _ = book.apply(update)
            }
        }
        return (book, isCrossed)
    }

    @Test func `a change of the book is left out, and who follows sees the gap`() throws {
        let whole = try book(.leftOut(bitcoin, .depth), times: 0)
        #expect(whole.book.isLive)
        #expect(whole.book.gapCount == 0)
        let torn = try book(.leftOut(bitcoin, .depth), times: 1)
        #expect(!torn.book.isLive)
        #expect(torn.book.gapCount == 1)
    }

    @Test func `a change of the book tells a bid at the best ask`() throws {
        #expect(try !book(.crossed(bitcoin, .depth), times: 0).isCrossed)
        #expect(try book(.crossed(bitcoin, .depth), times: 1).isCrossed)
    }

    @Test(arguments: [(Fault.Gap.kline, "kline_1m"), (.print, "aggTrade")])
    func `candles and prints are left out while it lasts`(gap: Fault.Gap, stream: String) throws {
        var desk = try desk(stream, .leftOut(bitcoin, gap), times: .max)
        for _ in 0..<20 { desk.advance(to: desk.now + .seconds(1)) }
        #expect(desk.takePublications().isEmpty)
        desk.rules.removeAll()
        for _ in 0..<20 { desk.advance(to: desk.now + .seconds(1)) }
        #expect(!desk.takePublications().isEmpty)
    }
}
