import Testing
import Trading
import Transport

@testable import BinanceVenue

@Suite struct FeedLineTests {
    /// A line with one ticking stream, as a test speaks to it.
    private final class Subject {
        static let stream = MarketStream(kind: .depth, place: 0)
        private var line: FeedLine
        private var random = Unlucky()

        init(_ change: (inout MarketFeedConfiguration) -> Void = { _ in }) throws {
            var configuration = try feedConfiguration()
            configuration.lineSilence = .seconds(3)
            configuration.depthSilence = .seconds(10)
            change(&configuration)
            let plan = LinePlan(
                target: "/", ticking: [Self.stream: configuration.depthSilence], printPlaces: [],
                places: [0])
            line = FeedLine(plan, configuration)
        }

        func start() -> [FeedLine.Effect] { line.start() }
        func opened(_ link: Int, _ second: Int64) -> [FeedLine.Effect] {
            line.opened(link, at: millisecond(second * 1_000))
        }
        func hear(
            _ link: Int, _ second: Int64, _ stream: MarketStream? = Subject.stream
        ) -> [FeedLine.Effect] { line.hear(stream, on: link, at: millisecond(second * 1_000)) }
        func ended(_ link: Int, _ second: Int64) -> [FeedLine.Effect] {
            line.ended(link, .lost, at: millisecond(second * 1_000), using: &random)
        }
        func advance(_ milliseconds: Int64) -> [FeedLine.Effect] {
            line.advance(to: millisecond(milliseconds), using: &random)
        }
        func knows(_ link: Int) -> Bool { line.knows(link) }
        func stop() -> [FeedLine.Effect] { line.stop() }

        /// Opens the first link at 0.
        func begin() {
            #expect(start() == [.connect(1)])
            #expect(opened(1, 0) == [.began])
        }
        /// Hears every second up to `second`.
        func live(to second: Int64, from first: Int64 = 1, link: Int = 1) {
            for now in first...second {
                #expect(hear(link, now) == [])
                #expect(advance(now * 1_000) == [])
            }
        }
    }

    @Test func `a connection that ends is made again after a wait that doubles`() throws {
        let line = try Subject()
        line.begin()
        #expect(line.ended(1, 1) == [.lost(.ended(.lost))])
        #expect(!line.knows(1))
        #expect(line.advance(1_249) == [])
        #expect(line.advance(1_250) == [.connect(2)])
        #expect(line.ended(2, 2) == [.lost(.ended(.lost))])
        #expect(line.advance(2_499) == [])
        #expect(line.advance(2_500) == [.connect(3)])
    }

    @Test func `a connection that lasted makes the next wait a first one`() throws {
        let line = try Subject()
        line.begin()
        #expect(line.ended(1, 1) == [.lost(.ended(.lost))])
        #expect(line.advance(1_250) == [.connect(2)])
        #expect(line.opened(2, 2) == [.began])
        line.live(to: 33, from: 3, link: 2)
        #expect(line.ended(2, 34) == [.lost(.ended(.lost))])
        #expect(line.advance(34_250) == [.connect(3)])
    }

    @Test func `a connection without a good frame is closed at the limit`() throws {
        let line = try Subject()
        line.begin()
        #expect(line.hear(1, 2, nil) == [])
        #expect(line.advance(5_000) == [])
        #expect(line.advance(5_001) == [.close(1), .lost(.silent)])
        #expect(line.ended(1, 6) == [])
    }

    @Test func `a stream that is silent alone is found while the others speak`() throws {
        let line = try Subject()
        line.begin()
        for second in 1...10 {
            #expect(line.hear(1, Int64(second), nil) == [])
            #expect(line.advance(Int64(second) * 1_000) == [])
        }
        #expect(line.advance(10_001) == [.close(1), .lost(.streamsSilent([Subject.stream]))])
    }

    @Test func `a renewal closes the old connection when the new one has delivered on all streams`()
        throws
    {
        let line = try Subject { $0.renewalInterval = .seconds(5) }
        line.begin()
        line.live(to: 4)
        #expect(line.hear(1, 5) == [])
        #expect(line.advance(5_000) == [.connect(2)])
        #expect(line.opened(2, 5) == [])
        // What belongs to no ticking stream does not count.
        #expect(line.hear(2, 6, nil) == [])
        #expect(line.hear(1, 6) == [])
        #expect(line.knows(1) && line.knows(2))
        #expect(line.hear(2, 6) == [.close(1), .renewed])
        #expect(!line.knows(1))
        #expect(line.ended(1, 7) == [])
        #expect(line.hear(2, 10) == [])
        #expect(line.advance(10_999) == [])
        #expect(line.advance(11_000) == [.connect(3)])
    }

    @Test func `a renewal that does not deliver in time is given up, and the old one goes on`()
        throws
    {
        let line = try Subject {
            $0.renewalInterval = .seconds(5)
            $0.overlapLimit = .seconds(2)
        }
        line.begin()
        line.live(to: 4)
        #expect(line.hear(1, 5) == [])
        #expect(line.advance(5_000) == [.connect(2)])
        #expect(line.opened(2, 6) == [])
        #expect(line.hear(1, 8) == [])
        #expect(line.advance(7_999) == [])
        #expect(line.advance(8_000) == [.close(2), .renewalFailed])
        // Ten seconds later once more.
        line.live(to: 17, from: 9)
        #expect(line.hear(1, 18) == [])
        #expect(line.advance(18_000) == [.connect(3)])
        #expect(line.ended(3, 18) == [.renewalFailed])
    }

    @Test func `the old connection may end in the middle of a renewal`() throws {
        let line = try Subject { $0.renewalInterval = .seconds(5) }
        line.begin()
        line.live(to: 4)
        #expect(line.hear(1, 5) == [])
        #expect(line.advance(5_000) == [.connect(2)])
        #expect(line.opened(2, 5) == [])
        // What was missed between the two is found by the ids.
        #expect(line.ended(1, 6) == [.renewed])
        #expect(line.knows(2))
        #expect(line.hear(2, 7) == [])
    }

    @Test func `after the stop nothing is made any more`() throws {
        let line = try Subject()
        line.begin()
        #expect(line.stop() == [.close(1)])
        #expect(line.ended(1, 1) == [])
        #expect(line.advance(1_000_000) == [])
    }
}

@Suite struct LinePlanTests {
    @Test func `book streams go by the public route, all others by the market route`() throws {
        let lines = LinePlan.lines(of: try feedConfiguration(["BTCUSDT", "ETHUSDT"]))
        #expect(
            lines.map(\.target) == [
                "/market/stream?streams=btcusdt@aggTrade/btcusdt@markPrice@1s/btcusdt@kline_1m"
                    + "/btcusdt@forceOrder/ethusdt@aggTrade/ethusdt@markPrice@1s/ethusdt@kline_1m"
                    + "/ethusdt@forceOrder",
                "/public/stream?streams=btcusdt@bookTicker/btcusdt@depth@100ms"
                    + "/ethusdt@bookTicker/ethusdt@depth@100ms",
            ])
        #expect(lines.map(\.printPlaces) == [[0, 1], []])
        #expect(lines.map(\.places) == [[0, 1], [0, 1]])
        #expect(
            lines[1].ticking.keys.sorted() == [
                MarketStream(kind: .bookTicker, place: 0), MarketStream(kind: .depth, place: 0),
                MarketStream(kind: .bookTicker, place: 1), MarketStream(kind: .depth, place: 1),
            ])
    }

    @Test func `long lists are split between contracts, and a path of the host is kept`() throws {
        var configuration = try feedConfiguration(
            ["AAA", "BBB", "CCC"], stream: "ws://127.0.0.1:9/proxy/")
        configuration.maxStreamsPerConnection = 5
        let lines = LinePlan.lines(of: configuration)
        #expect(lines.map(\.places) == [[0], [1], [2], [0, 1], [2]])
        #expect(lines.allSatisfy { $0.target.hasPrefix("/proxy/") })
    }

    @Test func `the old paths carry everything`() throws {
        var configuration = try feedConfiguration()
        configuration.routing = .legacy
        let lines = LinePlan.lines(of: configuration)
        #expect(lines.count == 1)
        #expect(lines[0].target.hasPrefix("/stream?streams=btcusdt@aggTrade/btcusdt@bookTicker/"))
        #expect(lines[0].ticking.count == 3)
    }
}
