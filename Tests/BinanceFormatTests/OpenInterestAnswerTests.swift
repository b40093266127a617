import Glibc
import TestSupport
import Testing
import Text
import Trading

@testable import BinanceFormat

/// Present and past counts of open contracts.
struct OpenInterestAnswerTests {
    private static let present =
        #"{"openInterest":"83782.317","symbol":"BTCUSDT","time":1702244985273}"#
    private static let history = """
        [{"symbol":"BTCUSDT","sumOpenInterest":"20403.63700000",\
        "sumOpenInterestValue":"150570784.07809979","CMCCirculatingSupply":"165880.538",\
        "timestamp":"1583127900000"},{"symbol":"BTCUSDT",\
        "sumOpenInterest":"20401.367000001999","sumOpenInterestValue":"1","timestamp":1583128200000}]
        """

    @Test func `the present count is read with its moment`() throws {
        #expect(
            try BinanceAnswers.openInterest(Array(Self.present.utf8).span)
                == OpenInterestAnswer(
                    symbol: "BTCUSDT",
                    interest: OpenInterest(
                        quantity: try Quantity.parse("83782.317"),
                        venueTime: Timestamp(milliseconds: 1_702_244_985_273))))
    }

    @Test func `past counts have times with and without quotes, and digits too many are cut`()
        throws
    {
        #expect(
            try BinanceAnswers.openInterestHistory(Array(Self.history.utf8).span).map(\.interest)
                == [
                    OpenInterest(
                        quantity: try Quantity.parse("20403.637"),
                        venueTime: Timestamp(milliseconds: 1_583_127_900_000)),
                    OpenInterest(
                        quantity: try Quantity.parse("20401.367"),
                        venueTime: Timestamp(milliseconds: 1_583_128_200_000)),
                ])
    }

    @Test(arguments: [
        ("-1", "1"), ("1e400", "1"), ("NaN", "1"), ("", "1"), ("92233720369", "1"), ("1", "-1"),
        ("1", "\"-1\""), ("1", "\"9223372036854775807\""), ("1", "9223372036854775807"),
        ("1", "\"\""),
    ])
    func `a count or a time that cannot be is refused`(count: String, time: String) {
        let body =
            "[{\"symbol\":\"B\",\"sumOpenInterest\":\"\(count)\",\"timestamp\":\(time)}]"
        #expect(throws: FrameError.self) {
            try BinanceAnswers.openInterestHistory(Array(body.utf8).span)
        }
    }

    @Test func `counts cut at any byte are refused`() {
        for (text, isList) in [(Self.present, false), (Self.history, true)] {
            let bytes = Array(text.utf8)
            for end in bytes.indices {
                let part = Array(bytes[..<end])
                #expect(throws: FrameError.self) {
                    if isList {
                        _ = try BinanceAnswers.openInterestHistory(part.span)
                    } else {
                        _ = try BinanceAnswers.openInterest(part.span)
                    }
                }
            }
        }
    }

    @Test func `counts and rates are asked by symbol, and what has a limit of its own is free`()
        throws
    {
        let symbol = try #require(SymbolName("BTCUSDT"))
        let present = BinanceRequest.openInterest(symbol: symbol)
        #expect(present.path == "/fapi/v1/openInterest")
        #expect(present.parameters.encoded == "symbol=BTCUSDT")
        #expect(present.weight == 1 && present.security == .open && !present.lowersRisk)
        let past = BinanceRequest.openInterestHistory(symbol: symbol, limit: 288)
        #expect(past.path == "/futures/data/openInterestHist")
        #expect(past.parameters.encoded == "symbol=BTCUSDT&period=5m&limit=288")
        #expect(past.weight == 0 && past.security == .open)
        #expect(
            BinanceRequest.fundingRates(symbol: symbol, from: nil, limit: 90).parameters.encoded
                == "symbol=BTCUSDT&limit=90")
    }

    @Test(.enabled(if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint)))
    func `the documentation's example of past rates is read`() throws {
        let path =
            try #require(MarketDataFolder.path)
            + "/fixtures/nautilus_trader/resources/http_responses/http_futures_market_funding_rate.json"
        let file = try #require(fopen(path, "r"), "\(path)")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        #expect(
            try BinanceAnswers.fundingRates(bytes.span) == [
                FundingRateAnswer(
                    symbol: "BTCUSDT", rate: Rate(units: -3_750_000),
                    time: Timestamp(milliseconds: 1_570_608_000_000)),
                FundingRateAnswer(
                    symbol: "BTCUSDT", rate: Rate(units: 10_000),
                    time: Timestamp(milliseconds: 1_570_636_800_000)),
            ])
    }
}
