import Archive
import BinanceFormat
import Market
import TestSupport
import Testing
import Trading

private func symbol(_ name: String) throws -> SymbolName { try #require(SymbolName(name)) }

private func reader(_ path: String) throws -> CaptureReader {
    try CaptureReader(path: path, symbol: try symbol("BTCUSDT"), instrument: InstrumentID(0))
}

/// A capture of two minutes in miniature: every kind of line that a recorder writes, and some that it should not.
private let miniature = """
    1723161255000000001 {"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1000,"T":999,"s":"BTCUSDT","U":5,"u":9,"pu":4,"b":[["100.0","1"]],"a":[["101.0","2"]]}}
    1723161255000000002 {"lastUpdateId":7,"E":990,"T":989,"bids":[["99.0","5"]],"asks":[["102.0","5"]]}
    1723161255000000003 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":10,"s":"BTCUSDT","b":"100.0","B":"1.0","a":"101.0","A":"2.0","T":1001,"E":1002}}
    1723161255000000004 {"stream":"btcusdt@trade","data":{"e":"trade","E":1010,"T":1005,"s":"BTCUSDT","t":1,"p":"101.0","q":"600","X":"MARKET","m":false}}
    1723161255000000005 {"stream":"btcusdt@trade","data":{"e":"trade","E":1011,"T":1005,"s":"BTCUSDT","t":2,"p":"101.5","q":"500","X":"MARKET","m":false}}
    1723161255000000006 {"stream":"btcusdt@trade","data":{"e":"trade","E":1012,"T":1006,"s":"BTCUSDT","t":3,"p":"90","q":"9","X":"INSURANCE_FUND","m":false}}
    1723161255000000007 {"stream":"ethusdt@trade","data":{"e":"trade","E":1013,"T":1006,"s":"ETHUSDT","t":3,"p":"90","q":"9","X":"MARKET","m":false}}
    garbage
    1723161255000000008 {"stream":"btcusdt@trade","data":{"e":"trade","E":1014,"T":1007,
    1723161255000000009 {"stream":"btcusdt@markPrice@1s","data":{"e":"markPriceUpdate","E":1015,"s":"BTCUSDT","p":"100.5","i":"100.4","P":"100.4","r":"0.0001","T":28800000}}
    1723161255000000010 {"stream":"btcusdt@trade","data":{"e":"trade","E":1009,"T":61000,"s":"BTCUSDT","t":4,"p":"101.0","q":"2.5","X":"MARKET","m":true}}
    1723161255000000011 {"stream":"btcusdt@trade","data":{"e":"trade","E":61001,"T":61000,"s":"BTCUSDT","t":4,"p":"101.0","q":"2.5","X":"MARKET","m":true}}

    """

private let miniatureCounts: CaptureCounts = {
    var counts = CaptureCounts()
    counts.lines = 12
    counts.trades = 4
    counts.bookTicker = 1
    counts.depth = 1
    counts.markPrice = 1
    // The snapshot, and the trade of the insurance fund.
    counts.other = 2
    counts.rejected = 2
    counts.otherSymbol = 1
    counts.ignoredPrints = 1
    return counts
}()

@Suite struct `The capture reader` {
    @Test func `a miniature capture is counted line by line`() throws {
        let file = try TemporaryFile(miniature)
        let reader = try reader(file.path)
        var market = MarketState(instrument: .preset(try symbol("BTCUSDT"), id: InstrumentID(0)))
        var times: [Int64] = []
        while let line = try reader.next() {
            times.append(line.time.milliseconds)
            guard case .frame(let frame) = line.content, let data = frame.data else { continue }
            _ = market.apply(data, at: line.time)
        }
        _ = market.finish()
        #expect(reader.counts == miniatureCounts)
        #expect(reader.rejections.map(\.line) == [8, 9])
        #expect(reader.rejections[0].reason == .noLocalTime)
        // The largest event time so far; refused lines have none.
        #expect(
            times == [
                1_000, 1_000, 1_002, 1_010, 1_011, 1_012, 1_013, 1_013, 1_013, 1_015, 1_015, 61_001,
            ])
        // 101 × 600 + 101.5 × 500 = 111,350, one whale; 101 × 2.5 = 252.5 sold, its repeat not counted.
        #expect(market.flow.sinceStart.whaleNet == Money(whole: 111_350))
        #expect(market.flow.sinceStart.retailNet.description == "-252.5")
        #expect(market.printCount == 3)
        #expect(market.takerOrders == 2)
        #expect(market.book.isLive)
        #expect(market.candles1m.all.map(\.tradeCount) == [2, 1])
    }

    @Test func `plain, gzip, two gzip members and a missing last newline read alike`() throws {
        let plain = Array(miniature.utf8)
        let half = plain.count / 2
        for bytes in [
            plain, gzip(plain), gzip(Array(plain[..<half])) + gzip(Array(plain[half...])),
            Array(plain.dropLast()),
            gzip(plain) + [0, 0, 0], plain.flatMap { $0 == 10 ? [13, 10] : [$0] },
        ] {
            let file = try TemporaryFile(bytes)
            let reader = try reader(file.path)
            while try reader.next() != nil {}
            #expect(reader.counts == miniatureCounts)
        }
    }

    @Test func `truncated gzip says so after delivering what was readable`() throws {
        let whole = gzip(Array(miniature.utf8))
        for cut in [whole.count - 1, whole.count - 9, whole.count - 300, 10, 3] {
            let file = try TemporaryFile(Array(whole[..<cut]))
            let reader = try reader(file.path)
            var lines = 0
            #expect(throws: ArchiveError.truncatedGzip(path: file.path)) {
                while try reader.next() != nil { lines += 1 }
            }
            // A line that was cut is not a line.
            let text = whole[..<cut].dropFirst(15).prefix(miniature.utf8.count)
            #expect(lines == text.count { $0 == 10 }, "\(cut) bytes of \(whole.count)")
        }
    }

    @Test func `damaged gzip says so, and never traps`() throws {
        let whole = gzip(Array(miniature.utf8))
        var random = Seeded(3)
        for _ in 0..<200 {
            var bytes = whole
            // The magic number stays, else it is a plain file.
            bytes[Int.random(in: 2..<bytes.count, using: &random)] ^= UInt8.random(
                in: 1...255, using: &random)
            let file = try TemporaryFile(bytes)
            let reader = try reader(file.path)
            do throws(ArchiveError) {
                while try reader.next() != nil {}
            } catch {
                #expect(
                    error == .damagedGzip(path: file.path)
                        || error == .truncatedGzip(path: file.path))
            }
        }
    }

    @Test func `a line longer than a mebibyte is refused and the next one read`() throws {
        let good = "1 {\"id\":1}\n"
        for length in [1 << 20, (1 << 20) + 1, 3 << 20] {
            let file = try TemporaryFile(good + String(repeating: "x", count: length) + "\n" + good)
            let reader = try reader(file.path)
            while try reader.next() != nil {}
            #expect(reader.counts.lines == 3)
            #expect(reader.counts.other == 2)
            #expect(reader.rejections.map(\.reason) == [length > 1 << 20 ? .tooLong : .noLocalTime])
        }
    }

    @Test func `what cannot be opened is one plain error`() throws {
        #expect(throws: ArchiveError.missing(path: "/no/such/file.gz")) {
            try reader("/no/such/file.gz")
        }
        #expect(throws: ArchiveError.isDirectory(path: "/tmp")) { try reader("/tmp") }
        #expect(throws: ArchiveError.missing(path: "/no/such/file.csv")) {
            try AggTradesCSVReader(path: "/no/such/file.csv")
        }
        #expect("\(ArchiveError.missing(path: "a.gz"))" == "a.gz: there is no such file")
    }

    @Test func `an empty file has no lines`() throws {
        for bytes in [[], gzip([])] {
            let file = try TemporaryFile(bytes)
            let reader = try reader(file.path)
            #expect(try reader.next() == nil)
            #expect(reader.counts == CaptureCounts())
        }
    }
}

/// What a whole tape must say; worked out by another program with exact decimals.
struct TapeFacts: Sendable {
    var name: String
    var symbol: String
    var lines: Int
    var prints: Int
    var takerOrders: Int
    var whaleOrders: Int
    var whaleNet: String
    var retailNet: String
    var whaleGross: String
    var retailGross: String
    var largest: String
    var takerBuy: String
    var takerSell: String
    var last: String
    var candles: Int
    /// Volume of the first candle.
    var firstVolume: String
}

@Suite(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
struct `Real tapes` {
    @Test(arguments: [
        TapeFacts(
            name: "btcusdt_20240808.gz", symbol: "BTCUSDT", lines: 93_954, prints: 21_313,
            takerOrders: 5_436,
            whaleOrders: 242, whaleNet: "4309547.5757", retailNet: "239564.8373",
            whaleGross: "108261430.4277",
            retailGross: "41584250.4621", largest: "4294953.7045", takerBuy: "77197396.6514",
            takerSell: "72648284.2384", last: "61659.8", candles: 6, firstVolume: "125.967"),
        TapeFacts(
            name: "ethusdt_20240808.gz", symbol: "ETHUSDT", lines: 74_655, prints: 14_076,
            takerOrders: 3_512,
            whaleOrders: 32, whaleNet: "1903676.31739", retailNet: "128087.82947",
            whaleGross: "10256353.30305",
            retailGross: "14318503.21115", largest: "1242783.91725", takerBuy: "13303310.33053",
            takerSell: "11271546.18367", last: "2681.38", candles: 7, firstVolume: "710.971"),
        TapeFacts(
            name: "btcusdt_20230405.dat.gz", symbol: "BTCUSDT", lines: 60_381, prints: 10_737,
            takerOrders: 3_356,
            whaleOrders: 44, whaleNet: "-948535.9299", retailNet: "-1133906.077",
            whaleGross: "9960616.2473",
            retailGross: "17832856.6848", largest: "722100.1661", takerBuy: "12855515.4626",
            takerSell: "14937957.4695", last: "28140.1", candles: 7, firstVolume: "161.927"),
    ])
    func `a tape gives the exact figures, no line refused`(facts: TapeFacts) throws {
        let folder = try #require(MarketDataFolder.path)
        let name = try symbol(facts.symbol)
        let reader = try CaptureReader(
            path: "\(folder)/tape/\(facts.name)", symbol: name, instrument: InstrumentID(0))
        var market = MarketState(instrument: .preset(name, id: InstrumentID(0)))
        while let line = try reader.next() {
            guard case .frame(let frame) = line.content, let data = frame.data else { continue }
            _ = market.apply(data, at: line.time)
            _ = market.advance(to: line.time)
        }
        _ = market.finish()
        let flow = market.flow.sinceStart
        #expect(reader.counts.lines == facts.lines)
        #expect(reader.counts.rejected == 0)
        #expect(reader.counts.otherSymbol == 0)
        #expect(market.counts.quarantined == 0)
        #expect(market.printCount == facts.prints)
        #expect(market.takerOrders == facts.takerOrders)
        #expect(market.whaleOrders == facts.whaleOrders)
        #expect(flow.whaleNet.description == facts.whaleNet)
        #expect(flow.retailNet.description == facts.retailNet)
        #expect(flow.whaleGross.description == facts.whaleGross)
        #expect(flow.retailGross.description == facts.retailGross)
        #expect(market.largestTakerOrder.description == facts.largest)
        #expect(market.takerBuyNotional.description == facts.takerBuy)
        #expect(market.takerSellNotional.description == facts.takerSell)
        #expect(market.lastPrice?.description == facts.last)
        #expect(market.candles1m.all.count == facts.candles)
        #expect(market.candles1m[0].volume.description == facts.firstVolume)
        #expect(market.candles1m.lostPrintCount == 0)
    }

    @Test(arguments: [
        ("btcusdt_20230404.dat.gz", "BTCUSDT"), ("btcusdt_20240718.gz", "BTCUSDT"),
        ("btcusdt_20240808.gz", "BTCUSDT"),
        ("ethusdt_20240718.gz", "ETHUSDT"), ("ethusdt_20240808.gz", "ETHUSDT"),
    ])
    func `a book that joined its snapshot stays live, and ends at the ticker's best bid and ask`(
        name: String, symbolName: String
    ) throws {
        let folder = try #require(MarketDataFolder.path)
        let name = "\(folder)/tape/\(name)"
        let symbol = try symbol(symbolName)
        let reader = try CaptureReader(path: name, symbol: symbol, instrument: InstrumentID(0))
        var market = MarketState(instrument: .preset(symbol, id: InstrumentID(0)))
        while let line = try reader.next() {
            guard case .frame(let frame) = line.content, let data = frame.data else { continue }
            _ = market.apply(data, at: line.time)
        }
        #expect(reader.counts.rejected == 0)
        #expect(market.book.isLive)
        #expect(market.book.gapCount == 0)
        #expect(market.book.bestBid?.price == market.bestBid?.price)
        #expect(market.book.bestAsk?.price == market.bestAsk?.price)
    }
}
