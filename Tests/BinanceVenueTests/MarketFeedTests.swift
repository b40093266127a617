import Foundation
import Market
import Messages
import Testing
import Trading

@testable import BinanceVenue

/// The market session against a running local exchange, over loopback sockets.
@Suite(.timeLimit(.minutes(2))) struct MarketFeedTests {
    /// Every id from the first told to the last, each once.
    private func isWhole(_ tape: [Int64]) -> Bool {
        guard let first = tape.first, let last = tape.last else { return false }
        return tape == Array(first...last)
    }

    private func losses(_ stage: MarketStage) -> Int {
        stage.ear.with { $0.data.count { $0.data == .lost } }
    }

    @Test func `a session begins with candles, then prints, then the book, and goes on`()
        async throws
    {
        let stage = try MarketStage(["BTCUSDT", "ETHUSDT"], history: .minutes(10))
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 30)
        #expect(isWhole(stage.ear.tape()))
        #expect(isWhole(stage.ear.tape(InstrumentID(1))))
        stage.ear.with { heard in
            let kinds = heard.data.filter { $0.instrument == InstrumentID(0) }.map { item in
                switch item.data {
                case .kline: "kline"
                case .print: "print"
                case .bookTicker, .depth: "book"
                case .depthSnapshot: "snapshot"
                case .markPrice, .forcedOrder, .clusters, .openInterest, .funding, .alive, .lost:
                    "other"
                }
            }
            let order = ["kline", "print", "snapshot"].map { kinds.firstIndex(of: $0) ?? -1 }
            #expect(order == order.sorted() && order.first.map { $0 >= 0 } == true)
            #expect((kinds.firstIndex(of: "book") ?? -1) > order[1])
            for market in heard.markets {
                #expect(market.candles1m.count >= 9)
                #expect(market.book.isLive)
                #expect(market.book.gapCount == 0)
                #expect(market.counts.duplicatePrints == 0)
                #expect(market.counts.quarantined == 0)
                #expect(market.indexPrice != nil)
            }
            #expect(heard.notes.isEmpty)
        }
        let counters = stage.feed.counters
        #expect(counters.refusedFrames == 0)
        #expect(counters.lostConnections == 0)
        #expect(counters.bookLoads == 2)
        #expect(losses(stage) == 0)
        try stage.end()
    }

    @Test func `after a cut the market is lost at once, and no print is missing or doubled`()
        async throws
    {
        let stage = try MarketStage(
            faults: """
                {"at":4,"fault":"disconnect","stream":"market"}
                {"at":6,"fault":"disconnect","stream":"public"}
                """)
        stage.feed.start()
        await stage.ear.waits { $0.data.count { $0.data == .lost } >= 2 }
        await stage.warm()
        await stage.hears(prints: 20)
        #expect(isWhole(stage.ear.tape()))
        #expect(stage.feed.counters.lostConnections == 2)
        #expect(stage.ear.with { $0.markets[0].book.isLive })
        #expect(
            stage.ear.with { $0.notes.first?.text }
                == "a market connection has ended: the line broke")
        // Nothing of the book is told between the loss of the tape and the print that goes on with it.
        stage.ear.with { heard in
            guard let loss = heard.data.firstIndex(where: { $0.data == .lost }) else { return }
            for item in heard.data[(loss + 1)...] {
                if case .print = item.data { break }
                if case .markPrice = item.data { continue }
                Issue.record("told with a hole in the tape: \(item.data)")
                break
            }
        }
        try stage.end()
    }

    @Test(arguments: ["duplicate", "reorder"])
    func `messages that come twice or in another order change nothing`(fault: String) async throws {
        let stage = try MarketStage(
            faults: "{\"at\":0,\"for\":600,\"fault\":\"\(fault)\",\"stream\":\"all\"}"
        ) { $0.reorderGrace = .seconds(5) }
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 40)
        #expect(isWhole(stage.ear.tape()))
        #expect(stage.feed.counters.repeats > 0)
        #expect(stage.feed.counters.tapeHoles == 0)
        #expect(stage.feed.counters.bookGaps == 0)
        #expect(stage.ear.with { $0.markets[0].counts.duplicatePrints } == 0)
        #expect(losses(stage) == 0)
        try stage.end()
    }

    @Test func `late messages are used when they come`() async throws {
        let stage = try MarketStage(
            faults:
                "{\"at\":0,\"for\":600,\"fault\":\"late\",\"milliseconds\":400,\"stream\":\"all\"}")
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 20)
        #expect(isWhole(stage.ear.tape()))
        #expect(losses(stage) == 0)
        try stage.end()
    }

    @Test func `messages that get lost on a living connection are missed and made good`()
        async throws
    {
        let stage = try MarketStage(
            faults: """
                {"at":3,"for":600,"times":40,"fault":"silent","stream":"market"}
                {"at":3,"for":600,"times":60,"fault":"silent","stream":"public"}
                """)
        stage.feed.start()
        await stage.ear.waits { [feed = stage.feed] _ in
            let counters = feed.counters
            return counters.tapeHoles >= 1 && counters.filledPrints >= 1 && counters.bookGaps >= 1
        }
        await stage.warm()
        await stage.hears(prints: 10)
        #expect(isWhole(stage.ear.tape()))
        #expect(losses(stage) >= 2)
        #expect(stage.feed.counters.lostConnections == 0)
        // The engine itself never sees the gap: it is told of the loss, and then a book that fits.
        #expect(stage.ear.with { $0.markets[0].book.gapCount } == 0)
        #expect(stage.ear.with { $0.markets[0].book.isLive })
        try stage.end()
    }

    @Test(arguments: ["market", "public"])
    func `a silent connection is found, said, and replaced`(streams: String) async throws {
        let stage = try MarketStage(
            faults: "{\"at\":2,\"for\":3,\"fault\":\"silent\",\"stream\":\"\(streams)\"}"
        ) { $0.lineSilence = .milliseconds(1_000) }
        stage.feed.start()
        await stage.ear.waits { !$0.notes.isEmpty }
        await stage.warm()
        await stage.hears(prints: 20)
        #expect(
            stage.ear.with { $0.notes.first }
                == Notice(
                    .feed, .alarm, "a market connection says nothing of use, another is made"))
        #expect(stage.feed.counters.staleConnections >= 1)
        #expect(losses(stage) >= 1)
        #expect(isWhole(stage.ear.tape()))
        try stage.end()
    }

    @Test func `streams that the route does not deliver are found although all is acknowledged`()
        async throws
    {
        // The old paths deliver book streams only.
        let stage = try MarketStage {
            $0.routing = .legacy
            $0.markPriceSilence = .seconds(1)
        }
        stage.feed.start()
        await stage.ear.waits { !$0.notes.isEmpty }
        #expect(
            stage.ear.with { $0.notes.first?.text }
                == "silent market streams, another connection is made: BTCUSDT markPrice")
        try stage.end()
    }

    @Test(arguments: ["truncated", "nested", "duplicateKeys", "wrongTypes", "numbers"])
    func `spoiled messages are refused and counted, and the others are used`(shape: String)
        async throws
    {
        let stage = try MarketStage(
            faults:
                "{\"at\":0,\"for\":600,\"fault\":\"garbageFrame\",\"shape\":\"\(shape)\",\"stream\":\"all\"}"
        )
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 10)
        #expect(isWhole(stage.ear.tape()))
        let counters = stage.feed.counters
        if shape == "duplicateKeys" || shape == "wrongTypes" {
            // In their envelope they pass for events and lists that we do not read.
            #expect(counters.otherFrames > 10)
        } else {
            #expect(counters.refusedFrames > 10)
            #expect(counters.lastRefusal != nil)
        }
        // Each of them would be a note; people get one in ten seconds.
        #expect(stage.ear.with { $0.notes.count } <= 12)
        #expect(losses(stage) == 0)
        try stage.end()
    }

    @Test func `a message above the limit ends the connection, and another is made`() async throws {
        let stage = try MarketStage(
            faults:
                "{\"at\":3,\"for\":600,\"times\":2,\"fault\":\"garbageFrame\",\"shape\":\"oversized\",\"stream\":\"all\"}"
        )
        stage.feed.start()
        await stage.ear.waits { !$0.notes.isEmpty }
        await stage.warm()
        await stage.hears(prints: 10)
        #expect(isWhole(stage.ear.tape()))
        #expect(
            stage.ear.with { $0.notes.first?.text }
                == "a market connection has ended: a message above the limit")
        try stage.end()
    }

    @Test func `connections that are refused are tried again, and questions too`() async throws {
        let stage = try MarketStage(
            faults: """
                {"at":0,"for":600,"times":2,"fault":"refused","stream":"market"}
                {"at":0,"for":600,"times":1,"fault":"refused","stream":"public"}
                {"at":0,"for":600,"times":2,"fault":"unavailable","request":"GET /fapi/v1/depth"}
                {"at":0,"for":600,"times":1,"fault":"garbage","shape":"truncated","request":"GET /fapi/v1/aggTrades"}
                {"at":0,"for":600,"times":1,"fault":"html","status":502,"request":"GET /fapi/v1/klines"}
                """)
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 10)
        #expect(isWhole(stage.ear.tape()))
        #expect(stage.feed.counters.lostConnections == 3)
        #expect(stage.feed.counters.bookLoads == 1)
        try stage.end()
    }

    @Test func `a connection is renewed before its end without losing or doubling anything`()
        async throws
    {
        let stage = try MarketStage { $0.renewalInterval = .milliseconds(1_500) }
        stage.feed.start()
        await stage.warm()
        await stage.ear.waits { [feed = stage.feed] _ in feed.counters.renewals >= 6 }
        await stage.hears(prints: 10)
        #expect(isWhole(stage.ear.tape()))
        let counters = stage.feed.counters
        #expect(counters.lostConnections == 0)
        #expect(counters.tapeHoles == 0)
        #expect(counters.bookGaps == 0)
        #expect(counters.bookLoads == 1)
        #expect(losses(stage) == 0)
        stage.ear.with { heard in
            #expect(heard.markets[0].counts.duplicatePrints == 0)
            #expect(heard.markets[0].book.gapCount == 0)
            #expect(heard.markets[0].book.isLive)
            // No ticker and no mark price twice, and none out of order.
            var tickers: [UInt64] = []
            var marks: [Timestamp] = []
            for item in heard.data {
                if case .bookTicker(let ticker) = item.data { tickers.append(ticker.updateID) }
                if case .markPrice(let mark) = item.data { marks.append(mark.venueTime) }
            }
            #expect(zip(tickers, tickers.dropFirst()).allSatisfy { $0 < $1 })
            #expect(zip(marks, marks.dropFirst()).allSatisfy { $0 < $1 })
        }
        try stage.end()
    }

    @Test func `an engine without room hears that all is lost, and then everything that it missed`()
        async throws
    {
        let stage = try MarketStage()
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 5)
        stage.ear.with { $0.refusals = 5 }
        await stage.ear.waits { $0.refusals == 0 }
        await stage.warm()
        await stage.hears(prints: 10)
        #expect(isWhole(stage.ear.tape()))
        #expect(stage.feed.counters.overflows == 1)
        #expect(losses(stage) == 1)
        #expect(stage.ear.with { $0.markets[0].book.isLive })
        try stage.end()
    }

    @Test func `past and present open interest reach the market, and fundings when they settle`()
        async throws
    {
        // The exchange settles funding at once, outside of its time.
        let stage = try MarketStage(
            faults: #"{"at":2,"fault":"funding","symbol":"BTCUSDT"}"#, history: .minutes(12)
        ) {
            $0.openInterestInterval = .milliseconds(200)
            $0.fundingInterval = .seconds(1)
        }
        stage.feed.start()
        await stage.warm()
        await stage.ear.waits {
            guard let market = $0.markets.first else { return false }
            let counts = $0.data.count {
                if case .openInterest = $0.data { true } else { false }
            }
            return market.openInterest.count >= 3 && counts >= 5 && market.fundings.count == 1
        }
        stage.ear.with { heard in
            let market = heard.markets[0]
            #expect(market.counts.quarantined == 0)
            #expect(market.openInterest.last.map { !$0.quantity.isZero } == true)
            let times = heard.data.compactMap { item -> Timestamp? in
                if case .openInterest(let count) = item.data { count.venueTime } else { nil }
            }
            #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
            #expect(times.first == times.first?.floor(to: .minutes(5)))
            #expect(heard.notes.isEmpty)
        }
        let counters = stage.feed.counters
        #expect(counters.fundings == 1)
        #expect(counters.optionalFailures == 0)
        try stage.end()
    }

    @Test func `a market without open interest and fundings is live all the same`() async throws {
        let stage = try MarketStage(
            faults: """
                {"at":0,"for":600,"fault":"html","status":404,"request":"GET /futures/data/openInterestHist"}
                {"at":0,"for":600,"fault":"unavailable","request":"GET /fapi/v1/openInterest"}
                {"at":0,"for":600,"fault":"garbage","shape":"truncated","request":"GET /fapi/v1/fundingRate"}
                """)
        stage.feed.start()
        await stage.warm()
        await stage.hears(prints: 10)
        await stage.ear.waits { !$0.notes.isEmpty }
        #expect(losses(stage) == 0)
        let counters = stage.feed.counters
        #expect(counters.optionalFailures > 0)
        #expect(counters.fundings == 0 && counters.openInterests == 0)
        #expect(
            stage.ear.with { $0.notes.first?.text.contains("models go on without") } == true)
        try stage.end()
    }
}
