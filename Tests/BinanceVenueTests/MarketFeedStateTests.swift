import Messages
import Testing
import Trading

@testable import BinanceVenue

@Suite struct MarketFeedStateTests {
    /// A session without sockets. Times are milliseconds.
    private final class Subject {
        private var state: MarketFeedState

        init(_ symbols: [String] = ["BTCUSDT"]) throws {
            state = MarketFeedState(try feedConfiguration(symbols))
        }

        func start() { state.start(at: millisecond(0)) }
        func open(_ line: Int, _ link: Int) {
            state.opened(line: line, link: link, at: millisecond(0))
        }
        func hear(_ text: String, line: Int, link: Int = 1, at time: Int64 = 0) {
            let bytes = Array(text.utf8)
            state.receive(
                bytes.span, line: line, link: link, at: millisecond(time), venueTime: { nil })
        }
        func advance(to time: Int64) { state.advance(to: millisecond(time)) }
        func answer(
            _ answer: ContractFeed.Answer, to question: ContractFeed.Question, place: Int
        ) {
            state.receive(answer, to: question, place: place, at: millisecond(0))
        }
        func answer(
            _ answer: DerivativesFeed.Answer, to question: DerivativesFeed.Question, place: Int
        ) {
            state.receive(answer, to: question, place: place, at: millisecond(0))
        }
        func lacksRoom() {
            _ = state.takeOutbox(isTick: true)
            state.delivered(false, at: millisecond(0))
        }
        func hasRoom() { state.delivered(true, at: millisecond(0)) }
        var counters: MarketFeedCounters { state.countersNow }
        func told() -> [MarketData] { state.takeOutbox(isTick: true).map(\.data) }

        /// What is to be done, in words.
        func effects() -> [String] {
            state.takeEffects().map { effect in
                switch effect {
                case .connect(let line, let link): "connect \(line) \(link)"
                case .close(let line, let link): "close \(line) \(link)"
                case .ask(let place, let question): "ask \(place) \(question)"
                case .askDerivatives(let place, let question): "optional \(place) \(question)"
                case .note(let notice): "\(notice.severity) \(notice.text)"
                }
            }
        }
    }

    @Test func `a connection that sends only garbage is replaced, and people hear of it once`()
        throws
    {
        let subject = try Subject()
        subject.start()
        #expect(subject.effects() == ["connect 0 1", "connect 1 1"])
        subject.open(1, 1)
        let mark =
            #"{"stream":"x","data":{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"0","i":"0","P":"0","r":"","T":0}}"#
        for time in stride(from: Int64(0), through: 3_000, by: 10) {
            subject.hear("{\"e\":\"aggTrade\",\"p\":\"1e400\"}", line: 1, at: time)
            // Answers and events of others are no life either.
            subject.hear("{\"result\":null,\"id\":1}", line: 1, at: time)
            subject.hear(mark.replacing("BTC", with: "XRP"), line: 1, at: time)
            subject.advance(to: time)
        }
        #expect(
            subject.effects().map { String($0.prefix(31)) } == ["alarm a market frame is refused"])
        subject.advance(to: 3_001)
        #expect(
            subject.effects() == [
                "close 1 1", "alarm a market connection says nothing of use, another is made",
            ])
        #expect(subject.told() == [.lost])
        #expect(subject.counters.refusedFrames == 301)
        #expect(subject.counters.otherFrames == 301)
        #expect(subject.counters.unknownContracts == 301)
        #expect(subject.counters.frames == 903)
        subject.advance(to: 3_251)
        #expect(subject.effects() == ["connect 1 2"])
        // What the old one still says does not count.
        subject.hear("{}", line: 1, link: 1, at: 3_252)
        #expect(subject.counters.frames == 903)
    }

    @Test func `no message can stop the session`() throws {
        let subject = try Subject()
        subject.start()
        subject.open(0, 1)
        subject.open(1, 1)
        let messages = [
            #"{"e":"aggTrade","E":1,"s":"BTCUSDT","a":9223372036854775807,"p":"92233720368.54775807","q":"92233720368.54775807","f":1,"l":1,"T":1,"m":true}"#,
            #"{"e":"aggTrade","E":1,"s":"BTCUSDT","a":-9223372036854775808,"p":"1","q":"1","f":1,"l":1,"T":1,"m":true}"#,
            #"{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":18446744073709551615,"u":18446744073709551615,"pu":18446744073709551615,"b":[["92233720368","92233720368"]],"a":[]}"#,
            #"{"e":"bookTicker","u":18446744073709551615,"E":1,"T":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}"#,
            #"{"e":"kline","E":1,"s":"BTCUSDT","k":{"t":1,"T":2,"s":"BTCUSDT","i":"1m","o":"1","c":"1","h":"1","l":"1","v":"92233720368","x":true,"V":"0"}}"#,
            #"{"e":"forceOrder","E":1,"o":{"s":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"92233720368","p":"92233720368","ap":"1","X":"FILLED","l":"1","z":"1","T":7258118399999}}"#,
            #"{"lastUpdateId":1,"bids":[],"asks":[]}"#, "", "[", "null",
        ]
        for text in messages + messages.reversed() {
            subject.hear(text, line: 0)
            subject.hear(text, line: 1)
            // Cut at every byte.
            for count in 0..<text.utf8.count {
                subject.hear(String(decoding: text.utf8.prefix(count), as: UTF8.self), line: 1)
            }
        }
        for time in [0, 300, 70_000, 140_000] { subject.advance(to: Int64(time)) }
        #expect(subject.counters.refusedFrames > 1_000)
    }

    @Test func `open interest and fundings are asked after the candles, two at once, in turn`()
        throws
    {
        let subject = try Subject(["BTCUSDT", "ETHUSDT"])
        subject.start()
        subject.open(0, 1)
        subject.open(1, 1)
        _ = subject.effects()
        subject.advance(to: 0)
        #expect(subject.effects() == ["ask 0 candles(0)", "ask 1 candles(0)"])
        subject.answer(.candles([]), to: .candles(0), place: 0)
        subject.answer(.candles([]), to: .candles(0), place: 1)
        subject.advance(to: 0)
        #expect(
            subject.effects() == [
                "ask 0 prints(fromID: nil)", "ask 1 prints(fromID: nil)", "optional 0 fundings",
                "optional 0 openInterestHistory",
            ])
        subject.answer(.failed, to: .openInterestHistory, place: 0)
        subject.advance(to: 0)
        #expect(subject.effects() == ["optional 1 fundings"])
        // Prints are not held up by any of them.
        subject.answer(.prints(prints(1...3)), to: .prints(fromID: nil), place: 0)
        #expect(tradeIDs(subject.told()) == [1, 2, 3])
        let settled = FundingSettlement(rate: Rate(units: 1), venueTime: millisecond(0))
        subject.answer(.fundings([settled]), to: .fundings, place: 0)
        #expect(subject.told() == [.funding(settled)])
        #expect(subject.counters.fundings == 1)
        #expect(subject.counters.optionalFailures == 1)
        subject.advance(to: 0)
        #expect(subject.effects() == ["optional 1 openInterestHistory"])
        // What is lost for lack of room is asked for again.
        subject.hasRoom()
        subject.lacksRoom()
        subject.hasRoom()
        subject.answer(.failed, to: .openInterestHistory, place: 1)
        subject.answer(.failed, to: .fundings, place: 1)
        _ = subject.effects()
        subject.advance(to: 0)
        #expect(subject.effects().contains("optional 0 fundings"))
    }
}
