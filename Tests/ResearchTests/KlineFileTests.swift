import Archive
import Research
import TestSupport
import Testing
import Trading

struct KlineFileTests {
    private static let header =
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
        + "taker_buy_quote_volume,ignore"
    private static let first =
        "1735689600000,100.0,110.0,90.0,105.0,2.5,1735689899999,250.0,7,1.5,150.0,0"
    private static let second =
        "1735689900000,105.0,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0"
    private static let third =
        "1735690200000,104.5,104.5,104.5,104.5,0,1735690499999,0,0,0,0,0"

    private static func symbol() throws -> SymbolName { try #require(SymbolName("BTCUSDT")) }

    private func read(_ text: String) throws -> CandleTable {
        let file = try TemporaryFile(text)
        return try KlineFile.read(file.path, symbol: Self.symbol())
    }

    /// What a file is refused with, without its path.
    private func refusal(_ text: String) throws -> String {
        let file = try TemporaryFile(text)
        do {
            _ = try KlineFile.read(file.path, symbol: Self.symbol())
        } catch let error as ImportError {
            let text = error.description
            #expect(!text.contains("\n"))
            return text.replacing(file.path + ": ", with: "")
        }
        return "accepted"
    }

    private static func lines(_ rows: String...) -> String { rows.joined(separator: "\n") + "\n" }

    @Test func `a dump with its header is read whole`() throws {
        let table = try read(Self.lines(Self.header, Self.first, Self.second, Self.third))
        #expect(table.interval == .minutes(5))
        #expect(table.hasTakerVolume)
        #expect(
            table[0]
                == CandleRow(
                    openTime: 1_735_689_600_000, open: 100_00000000, high: 110_00000000,
                    low: 90_00000000, close: 105_00000000, volume: 2_50000000,
                    takerBuyVolume: 1_50000000))
        #expect(table.count == 3)
        #expect(table.report.count(.zeroVolume) == 1)
        #expect(table.report.lines == ["1 candle in which nothing was traded: line 4"])
    }

    @Test func `a dump without a header is read by the exchange's order`() throws {
        let table = try read(Self.lines(Self.first, Self.second))
        #expect(table.closes == [105_00000000, 104_50000000])
    }

    @Test func `columns are found by their names in any order`() throws {
        let table = try read(
            Self.lines(
                "volume,close,low,high,open,timestamp", "2,105,90,110,100,1735689600",
                "2,106,90,110,100,1735689900"))
        #expect(table.opens == [100_00000000, 100_00000000])
        #expect(table.interval == .minutes(5))
        #expect(!table.hasTakerVolume)
        #expect(table.takerBuyVolumes == [0, 0])
    }

    @Test func `microseconds are told from milliseconds`() throws {
        let table = try read(
            Self.lines(
                "1735689600000000,100.0,110.0,90.0,105.0,2.5,1735689899999999,250.0,7,1.5,150.0,0",
                "1735689900000000,105.0,106.0,104.0,104.5,1.0,1735690199999999,105.0,3,0.25,26.0,0"
            ))
        #expect(table.openTimes == [1_735_689_600_000, 1_735_689_900_000])
    }

    @Test func `packed files are read like plain ones`() throws {
        let text = Self.lines(Self.header, Self.first, Self.second)
        let plain = try read(text)
        let bytes = Array(text.utf8)
        for packed in [
            Pack.gzip(bytes), Pack.zip([bytes]), Pack.zip([bytes], describesBehind: true),
        ] {
            let file = try TemporaryFile(packed)
            #expect(try KlineFile.read(file.path, symbol: Self.symbol()) == plain)
        }
    }

    @Test func `an archive that is damaged or not of one plain file is refused`() throws {
        let bytes = Array(Self.lines(Self.header, Self.first, Self.second).utf8)
        let cases: [([UInt8], String)] = [
            (Pack.zip([bytes, bytes]), "holds more than one file"),
            (Pack.zip([bytes], flags: 1), "has a password"),
            (Pack.zip([bytes], method: 12), "uses packing 12, not deflate"),
            (Pack.zip([]), "is empty"),
            (Pack.zip([bytes], spoilsChecksum: true), "is damaged"),
            (Pack.zip([bytes], describesBehind: true, spoilsChecksum: true), "is damaged"),
            (Array(Pack.zip([bytes]).prefix(200)), "ends too early"),
            (Array(Pack.zip([bytes]).prefix(20)), "ends too early"),
        ]
        for (packed, words) in cases {
            let file = try TemporaryFile(packed)
            let error = #expect(throws: ImportError.self) {
                try KlineFile.read(file.path, symbol: Self.symbol())
            }
            #expect(error?.description.contains("the zip archive \(words)") == true, "\(words)")
        }
    }

    @Test func `a gap is reported with its line and its length, and the rest is kept`() throws {
        let table = try read(
            Self.lines(
                Self.header, Self.first,
                "1735690800000,104.5,104.5,104.5,104.5,1,1735691099999,104.5,1,0,0,0"))
        #expect(table.count == 2)
        #expect(table.report.missingIntervals == 3)
        #expect(table.report.lines == ["1 gap, 3 candles missing: line 3"])
    }

    @Test func `a row that is there twice counts once`() throws {
        let table = try read(Self.lines(Self.header, Self.first, Self.first, Self.second))
        #expect(table.count == 2)
        #expect(table.report.lines == ["1 repeated row, left out: line 3"])
    }

    @Test(arguments: [
        (
            "1735689900000,x,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "open 'x' is not a number that can be used"
        ),
        (
            "1735689900000,105,106.0,104.0,104.5,nan,1735690199999,105.0,3,0.25,26.0,0",
            "volume 'nan' is not a number that can be used"
        ),
        (
            "1735689900000,0,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "open is not above zero"
        ),
        (
            "1735689900000,105,106.0,-104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "low is not above zero"
        ),
        (
            "1735689900000,105,104.0,106.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "high is below low"
        ),
        (
            "1735689900000,107,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "open is not between low and high"
        ),
        (
            "1735689900000,105,106.0,104.0,103.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "close is not between low and high"
        ),
        (
            "1735689900000,105,106.0,104.0,104.5,-1.0,1735690199999,105.0,3,0.25,26.0,0",
            "volume is below zero"
        ),
        (
            "1735689300000,105,106.0,104.0,104.5,1.0,1735689599999,105.0,3,0.25,26.0,0",
            "begins before the row before it"
        ),
        (
            "1735689600000,105,106.0,104.0,104.5,1.0,1735689899999,105.0,3,0.25,26.0,0",
            "repeats the time of the row before it with other values"
        ),
        (
            "1735689900000,105,106.0,104.0,104.5,1.0,1735690199998,105.0,3,0.25,26.0,0",
            "close_time is not open_time and the interval: other columns?"
        ),
        (
            "1735689900000,105,106.0,104.0,104.5,105.0,1735690199999,1.0,3,0.25,26.0,0",
            "quote_volume does not fit volume and prices: other columns?"
        ),
        (
            "1735689900000,105,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0",
            "has 11 columns instead of 12"
        ),
        (
            "17356899,105,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "close_time is not open_time and the interval: other columns?"
        ),
        (
            "5735689900000,105,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "open_time is no time in seconds, milli- or microseconds"
        ),
        (
            "soon,105,106.0,104.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0",
            "open_time 'soon' is not a number that can be used"
        ),
    ])
    func `a row that cannot be true refuses the file and names its line`(
        row: String, why: String
    ) throws {
        #expect(
            try refusal(Self.lines(Self.header, Self.first, row))
                == "line 3: \(why); repair it or fetch it again")
    }

    @Test func `all bad rows are counted, and the first are named`() throws {
        let bad = "1735689900000,105,104.0,106.0,104.5,1.0,1735690199999,105.0,3,0.25,26.0,0"
        #expect(
            try refusal(Self.lines(Self.header, Self.first, bad, bad, Self.second, bad))
                == "line 3: high is below low; 3 rows are bad (also line 4, 6); "
                + "repair it or fetch it again")
    }

    @Test func `candles that begin off the grid are refused`() throws {
        #expect(
            try refusal(
                Self.lines(
                    "timestamp,open,high,low,close,volume", "1735689601,100,110,90,105,2",
                    "1735689901,100,110,90,105,2"))
                == "line 2: does not begin on the grid of the interval; "
                + "2 rows are bad (also line 3); repair it or fetch it again")
    }

    @Test func `files of another kind are refused by their first line`() throws {
        let words = "line 1 is not that of candles of the exchange"
        #expect(try refusal("agg_trade_id,price,quantity\n1,2,3\n") == words)
        #expect(try refusal("1735689600000,100,110,90,105,2\n") == words)
        #expect(try refusal("{\"symbol\": 1}\n") == words)
        #expect(try refusal(String(repeating: "a", count: 3 << 20)) == words)
        #expect(try refusal("") == "has no row; is it the right file?")
        #expect(try refusal(Self.header + "\n") == "has no row; is it the right file?")
    }

    @Test func `candles of no interval of the exchange are refused`() throws {
        #expect(
            try refusal(
                Self.lines(
                    "timestamp,open,high,low,close,volume", "1735689600,100,110,90,105,2",
                    "1735689614,100,110,90,105,2"))
                == "its candles are 14000 ms apart, which is no interval of the exchange")
    }

    @Test func `cut and corrupted files are refused or read, never a trap`() throws {
        let bytes = Array(Self.lines(Self.header, Self.first, Self.second, Self.third).utf8)
        var random = Seeded(7)
        for round in 0..<400 {
            var spoiled = bytes
            if round % 2 == 0 {
                spoiled.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: spoiled.indices, using: &random)
                spoiled[place] = UInt8.random(in: 0...255, using: &random)
            }
            let packed = round % 3 == 0 ? Pack.zip([spoiled]) : spoiled
            let file = try TemporaryFile(packed)
            do {
                let table = try KlineFile.read(file.path, symbol: Self.symbol())
                #expect(table.count > 0)
            } catch let error as ImportError {
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test(.enabled(if: MarketDataFolder.path != nil, "\(MarketDataFolder.hint)"))
    func `real dumps are accepted with the outages that they are known for`() throws {
        let folder = try #require(MarketDataFolder.path)
        let full = try KlineFile.read(
            "\(folder)/candles-5m/BTCUSDT-5m-2025-01_10.csv.gz", symbol: Self.symbol())
        #expect(full.count == 87_552)
        #expect(full.report.count(.gap) == 0)
        #expect(full.report.count(.zeroVolume) == 5)
        let plain = try KlineFile.read(
            "\(folder)/candles-5m-ohlcv/ETHUSDT-5m-2025-07_10.csv.gz", symbol: Self.symbol())
        #expect(!plain.hasTakerVolume)
        #expect(plain.report.count(.gap) == 0)
    }
}
