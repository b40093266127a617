import Research
import Testing
import Trading

struct MarketTapeTests {
    private static let dump = """
        agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker
        1,50000.5,0.5,1,1,1735689600000,true
        2,50000.6,0.25,2,2,1735689600100,false
        3,0,0.25,2,2,1735689600100,false
        5,50000.7,0.25,2,2,1735689600200,false

        """
    private static let capture = """
        1735689600000000 {"stream":"btcusdt@trade","data":{"e":"trade","E":1735689600001,"T":1735689600000,"s":"BTCUSDT","t":1,"p":"50000.5","q":"0.5","X":"MARKET","m":true}}
        nonsense
        1735689600000000 {"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":1,"s":"BTCUSDT","b":"50000.4","B":"1","a":"50000.5","A":"2","T":1735689600002,"E":1735689600003}}

        """

    private func read(_ text: String, _ symbol: String = "BTCUSDT") throws -> (
        tape: MarketTape, data: [MarketData], times: [Int64]
    ) {
        let file = try TemporaryFile(text)
        let tape = try MarketTape(path: file.path, symbol: try #require(SymbolName(symbol)))
        var data: [MarketData] = []
        var times: [Int64] = []
        while let (datum, time) = try tape.next() {
            data.append(datum)
            times.append(time.milliseconds)
        }
        return (tape, data, times)
    }

    @Test func `a dump is told by its transact times, and what was odd by its lines`() throws {
        let (tape, data, times) = try read(Self.dump)
        #expect(!tape.hasBook)
        #expect(times == [1_735_689_600_000, 1_735_689_600_100, 1_735_689_600_200])
        #expect(data.count == 3)
        #expect(tape.startTime.milliseconds == 1_735_689_600_000)
        #expect(tape.reportLines == ["1 row left out: line 4: price is not above zero"])
    }

    @Test func `a capture is told by its largest event time, book included`() throws {
        let (tape, data, times) = try read(Self.capture)
        #expect(tape.hasBook)
        #expect(times == [1_735_689_600_001, 1_735_689_600_003])
        guard case .print(let print) = data[0], case .bookTicker(let ticker) = data[1] else {
            Issue.record("a print and a ticker, in this order")
            return
        }
        #expect(print.price == Price(units: 50_000_50000000))
        #expect(ticker.askQuantity == Quantity(units: 2_00000000))
        #expect(
            tape.reportLines
                == ["1 line left out: line 2: does not begin with a time and a blank"])
    }

    @Test func `a tape without the symbol, or of another kind, is refused in one line`() throws {
        func refusal(_ text: String, _ symbol: String = "BTCUSDT") throws -> String {
            do { _ = try read(text, symbol) } catch let error as ImportError {
                return error.description.split(separator: ": ").dropFirst().joined(separator: ": ")
            }
            return "accepted"
        }
        #expect(try refusal(Self.capture, "ETHUSDT") == "has no row of ETHUSDT")
        #expect(
            try refusal("a,b,c\n1,2,3\n") == "is no aggTrades or trades dump of the exchange")
        #expect(try refusal("") == "has no row of BTCUSDT")
    }

    @Test func `a symbol is taken from the beginning of a dump's name`() {
        #expect(
            SymbolName.guessed(fromPath: "/a/BTCUSDT-5m-2025-01.csv.gz")?.description == "BTCUSDT")
        #expect(SymbolName.guessed(fromPath: "1000PEPEUSDT-5m.zip")?.description == "1000PEPEUSDT")
        #expect(SymbolName.guessed(fromPath: "ethusdt_20240808.gz")?.description == "ETHUSDT")
        #expect(SymbolName.guessed(fromPath: "/a/b.csv") == nil)
        #expect(SymbolName.guessed(fromPath: "") == nil)
    }
}
