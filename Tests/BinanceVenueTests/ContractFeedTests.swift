import Testing
import Trading

@testable import BinanceVenue

@Suite struct ContractFeedTests {
    /// A contract's feed, as a test speaks to it. Times are milliseconds.
    private final class Subject {
        private(set) var feed: ContractFeed
        private var random = Unlucky()
        private var out: [MarketData] = []

        init(_ change: (inout MarketFeedConfiguration) -> Void = { _ in }) throws {
            var configuration = try feedConfiguration()
            change(&configuration)
            feed = ContractFeed(configuration)
            feed.opened(printsComeBy: true, at: millisecond(0))
        }

        /// What was told since it was asked last.
        func told() -> [MarketData] {
            defer { out = [] }
            return out
        }
        func hear(_ data: MarketData, at time: Int64 = 0) -> ContractFeed.Loss? {
            let loss = feed.receive(data, at: millisecond(time), into: &out)
            if loss != nil { lose() }
            return loss
        }
        func questions(at time: Int64) -> [ContractFeed.Question] {
            feed.nextQuestions(at: millisecond(time))
        }
        func answer(
            _ answer: ContractFeed.Answer, to question: ContractFeed.Question, at time: Int64
        ) {
            let loss = feed.receive(
                answer, to: question, at: millisecond(time), using: &random, into: &out)
            if loss != nil { lose() }
        }
        func advance(to time: Int64) -> ContractFeed.Loss? {
            let loss = feed.advance(to: millisecond(time), into: &out)
            if loss != nil { lose() }
            return loss
        }
        func lose(tape: Bool = false) {
            feed.lose(tape: tape, keepingChanges: true, into: &out)
        }
        func rewind(to id: Int64) { feed.rewind(to: id, at: millisecond(0)) }
        func misses(at time: Int64) -> Bool {
            feed.missesPrints(for: .seconds(5), at: millisecond(time))
        }

        /// Through the warm-up without any history; the tape is told up to 3.
        func warm() {
            #expect(questions(at: 0) == [.candles(0)])
            answer(.candles([]), to: .candles(0), at: 0)
            #expect(questions(at: 0) == [.prints(fromID: nil)])
            answer(.prints(prints(1...3)), to: .prints(fromID: nil), at: 0)
            #expect(tradeIDs(told()) == [1, 2, 3])
        }
    }

    @Test func `the tape begins where the candles that were read end`() throws {
        let subject = try Subject()
        #expect(subject.questions(at: 0) == [.candles(0)])
        #expect(subject.questions(at: 0) == [])
        #expect(subject.hear(.print(print(12, at: 120_700))) == nil)
        let candles = [kline(minute: 0), kline(minute: 1), kline(minute: 2)]
        subject.answer(.candles(candles), to: .candles(0), at: 10)
        #expect(subject.questions(at: 10) == [.prints(fromID: nil)])
        let read = [print(9, at: 119_000), print(10, at: 120_000), print(11, at: 120_500)]
        subject.answer(.prints(read), to: .prints(fromID: nil), at: 20)
        #expect(
            subject.told() == [
                .kline(kline(minute: 0)), .kline(kline(minute: 1)),
                .print(print(10, at: 120_000)), .print(print(11, at: 120_500)),
                .print(print(12, at: 120_700)),
            ])
        #expect(subject.feed.tape.state == .live)
    }

    @Test func `with candles of two lengths the tape begins where the longer ones end`() throws {
        let subject = try Subject {
            $0.candles.append(
                MarketFeedConfiguration.Candles(
                    interval: .minutes(5), spelling: "5m", history: 1_499))
        }
        #expect(subject.questions(at: 0) == [.candles(0)])
        let minutes = (3..<8).map { kline(minute: $0) }
        subject.answer(.candles(minutes), to: .candles(0), at: 0)
        #expect(subject.questions(at: 0) == [.candles(1)])
        let five = [
            kline(minute: -5, interval: .minutes(5)), kline(minute: 0, interval: .minutes(5)),
            kline(minute: 5, isClosed: false, interval: .minutes(5)),
        ]
        subject.answer(.candles(five), to: .candles(1), at: 0)
        #expect(subject.questions(at: 0) == [.prints(fromID: nil)])
        let read = [print(1, at: 299_999), print(2, at: 300_000), print(3, at: 430_000)]
        subject.answer(.prints(read), to: .prints(fromID: nil), at: 0)
        // Minutes 5 and 6 are made of prints, so that the candle of five minutes is whole.
        #expect(
            subject.told() == [
                .kline(minutes[0]), .kline(minutes[1]), .kline(five[0]), .kline(five[1]),
                .print(read[1]), .print(read[2]),
            ])
    }

    @Test func `prints are read backwards until they reach the candles`() throws {
        let subject = try Subject()
        #expect(subject.questions(at: 0) == [.candles(0)])
        subject.answer(.candles([kline(minute: 0), kline(minute: 1)]), to: .candles(0), at: 0)
        #expect(subject.questions(at: 0) == [.prints(fromID: nil)])
        let newest = (2_001...3_000).map { print($0, at: 62_000) }
        subject.answer(.prints(newest), to: .prints(fromID: nil), at: 0)
        #expect(subject.questions(at: 0) == [.prints(fromID: 1_001)])
        let older = (1_001...2_000).map { print($0, at: $0 < 1_500 ? 59_000 : 61_000) }
        subject.answer(.prints(older), to: .prints(fromID: 1_001), at: 0)
        #expect(tradeIDs(subject.told()) == Array(1_500...3_000))
    }

    @Test func `when prints do not reach the candles the tape begins with the next whole candle`()
        throws
    {
        let subject = try Subject { $0.maxWarmUpPages = 1 }
        #expect(subject.questions(at: 0) == [.candles(0)])
        subject.answer(.candles([kline(minute: 0), kline(minute: 1)]), to: .candles(0), at: 0)
        #expect(subject.questions(at: 0) == [.prints(fromID: nil)])
        let newest = (2_001...3_000).map { print($0, at: 62_000) }
        subject.answer(.prints(newest), to: .prints(fromID: nil), at: 0)
        #expect(subject.told() == [.kline(kline(minute: 0))])
        #expect(subject.hear(.print(print(3_001, at: 119_999))) == nil)
        #expect(subject.told() == [])
        #expect(subject.hear(.print(print(3_002, at: 120_000))) == nil)
        #expect(tradeIDs(subject.told()) == [3_002])
    }

    @Test func `nothing of the book is told while the tape has a hole`() throws {
        let subject = try Subject()
        subject.warm()
        #expect(subject.hear(.depth(change(1, 10, after: 0))) == nil)
        #expect(subject.questions(at: 1) == [.book])
        subject.answer(.book(snapshot(5)), to: .book, at: 1)
        #expect(
            subject.told() == [.depthSnapshot(snapshot(5)), .depth(change(1, 10, after: 0))])
        #expect(subject.hear(.print(print(5)), at: 1_000) == nil)
        #expect(subject.advance(to: 1_251) == .tapeHole)
        #expect(subject.told() == [.lost])
        let ticker = BookTicker(
            updateID: 7, bidPrice: Price(units: 1), bidQuantity: .zero,
            askPrice: Price(units: 2), askQuantity: .zero, venueTime: millisecond(1))
        #expect(subject.hear(.bookTicker(ticker)) == nil)
        #expect(subject.hear(.depth(change(11, 20, after: 10))) == nil)
        #expect(subject.hear(.kline(kline(minute: 3))) == nil)
        #expect(subject.told() == [])
        #expect(subject.questions(at: 1_300) == [.prints(fromID: 4)])
        subject.answer(.prints([print(4)]), to: .prints(fromID: 4), at: 1_300)
        #expect(
            subject.told() == [
                .print(print(4)), .print(print(5)), .kline(kline(minute: 3)), .bookTicker(ticker),
            ])
        // The first snapshot was a moment ago: the next one is not asked for at once.
        #expect(subject.questions(at: 1_300) == [.book])
    }

    @Test func `a book that does not last is asked for ever more rarely`() throws {
        let subject = try Subject()
        subject.warm()
        var asked: [Int64] = []
        var last: UInt64 = 10
        #expect(subject.hear(.depth(change(1, 10, after: 0))) == nil)
        for time in stride(from: Int64(0), through: 8_000, by: 50) {
            if subject.questions(at: time) == [.book] {
                asked.append(time)
                subject.answer(.book(snapshot(last - 5)), to: .book, at: time)
                #expect(subject.feed.book.isLive)
                // A bid at the ask: the book is lost again.
                #expect(
                    subject.hear(.depth(change(last + 1, last + 10, after: last, bid: 102)))
                        == .bookGap)
                last += 20
                #expect(subject.hear(.depth(change(last - 9, last, after: last - 10))) == nil)
            }
        }
        #expect(asked == [0, 250, 750, 1_750, 3_750, 7_750])
    }

    @Test func `a question that is held back is not asked before`() throws {
        let subject = try Subject()
        #expect(subject.questions(at: 0) == [.candles(0)])
        subject.answer(.nothing(after: .seconds(60)), to: .candles(0), at: 0)
        #expect(subject.questions(at: 59_999) == [])
        #expect(subject.questions(at: 60_000) == [.candles(0)])
    }

    @Test func `pages whose ids do not rise are no answer`() throws {
        let subject = try Subject()
        subject.warm()
        #expect(subject.hear(.print(print(9)), at: 0) == nil)
        #expect(subject.advance(to: 251) == .tapeHole)
        #expect(subject.questions(at: 251) == [.prints(fromID: 4)])
        subject.answer(.prints([print(5), print(4)]), to: .prints(fromID: 4), at: 251)
        #expect(tradeIDs(subject.told()) == [])
        #expect(subject.questions(at: 252) == [])
        #expect(subject.questions(at: 501) == [.prints(fromID: 4)])
    }

    @Test func `a hole that cannot be filled stays open after a minute, and the market goes on`()
        throws
    {
        let subject = try Subject()
        subject.warm()
        #expect(subject.hear(.print(print(9)), at: 0) == nil)
        #expect(subject.advance(to: 251) == .tapeHole)
        #expect(subject.advance(to: 60_251) == nil)
        #expect(tradeIDs(subject.told()) == [])
        #expect(subject.advance(to: 60_252) == nil)
        #expect(tradeIDs(subject.told()) == [9])
        #expect(subject.feed.tape.openHoles == 1)
    }

    @Test func `without any answer the market begins with a whole candle after a minute`() throws {
        let subject = try Subject()
        #expect(subject.hear(.print(print(5, at: 61_000))) == nil)
        #expect(subject.hear(.print(print(6, at: 120_000))) == nil)
        #expect(subject.advance(to: 60_001) == nil)
        #expect(tradeIDs(subject.told()) == [6])
    }

    @Test func `candles that grow without a print show that the stream of prints is dead`() throws {
        let subject = try Subject()
        subject.warm()
        func grow(_ volume: Int64, _ time: Int64) {
            let data = MarketData.kline(kline(minute: 1, isClosed: false, volume: volume))
            #expect(subject.hear(data, at: time) == nil)
        }
        grow(1, 0)
        grow(1, 1_000)
        #expect(!subject.misses(at: 60_000))
        grow(2, 2_000)
        #expect(!subject.misses(at: 7_000))
        #expect(subject.misses(at: 7_001))
        #expect(subject.hear(.print(print(4)), at: 7_001) == nil)
        #expect(!subject.misses(at: 60_000))
    }

    @Test func `tickers, mark prices and forced orders are told once`() throws {
        let subject = try Subject()
        subject.warm()
        let order = MarketData.forcedOrder(
            ForcedOrder(
                side: .sell, price: Price(units: 5), quantity: Quantity(units: 6),
                venueTime: millisecond(1)))
        func ticker(_ id: UInt64) -> MarketData {
            .bookTicker(
                BookTicker(
                    updateID: id, bidPrice: Price(units: 1), bidQuantity: .zero,
                    askPrice: Price(units: 2), askQuantity: .zero, venueTime: millisecond(1)))
        }
        func mark(_ time: Int64) -> MarketData {
            .markPrice(
                MarkPriceUpdate(
                    markPrice: Price(units: 1), indexPrice: nil, fundingRate: .zero,
                    nextFundingTime: nil, venueTime: millisecond(time)))
        }
        let heard = [
            order, ticker(2), mark(2), order, ticker(1), mark(1), ticker(2), mark(2), ticker(3),
        ]
        for data in heard { #expect(subject.hear(data) == nil) }
        #expect(subject.told() == [order, ticker(2), mark(2), ticker(3)])
        #expect(subject.feed.repeats == 5)
        // After a loss the venue may count anew.
        subject.lose()
        #expect(subject.hear(ticker(1)) == nil)
        #expect(subject.told() == [.lost, ticker(1)])
    }

    @Test func `one absurd update id does not shut out the tickers for ever`() throws {
        let subject = try Subject()
        subject.warm()
        func ticker(_ id: UInt64) -> MarketData {
            .bookTicker(
                BookTicker(
                    updateID: id, bidPrice: Price(units: 1), bidQuantity: .zero,
                    askPrice: Price(units: 2), askQuantity: .zero, venueTime: millisecond(1)))
        }
        #expect(subject.hear(ticker(.max)) == nil)
        for id in 1...1_002 { #expect(subject.hear(ticker(UInt64(id))) == nil) }
        #expect(subject.told() == [ticker(.max), ticker(1_001), ticker(1_002)])
    }

    @Test func `an answer to what is asked no more is not told`() throws {
        let subject = try Subject()
        subject.warm()
        #expect(subject.hear(.print(print(4))) == nil)
        #expect(subject.hear(.print(print(9)), at: 0) == nil)
        #expect(subject.advance(to: 251) == .tapeHole)
        #expect(subject.questions(at: 251) == [.prints(fromID: 5)])
        #expect(tradeIDs(subject.told()) == [4])
        // The engine had no room for 2...4.
        subject.rewind(to: 1)
        subject.answer(.prints(prints(5...8)), to: .prints(fromID: 5), at: 252)
        #expect(tradeIDs(subject.told()) == [])
        #expect(subject.questions(at: 252) == [.prints(fromID: 2)])
        // The stream of prints has ended: a page cannot make the tape whole.
        subject.lose(tape: true)
        subject.answer(.prints(prints(2...8)), to: .prints(fromID: 2), at: 253)
        #expect(tradeIDs(subject.told()) == [])
        #expect(!subject.feed.tape.isJoined)
        #expect(subject.questions(at: 254) == [])
    }
}
