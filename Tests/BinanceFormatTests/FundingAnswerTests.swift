import Testing
import Text
import Trading

@testable import BinanceFormat

/// Bookings of the account and past rates of funding.
struct FundingAnswerTests {
    private static let booking = """
        [{"symbol":"BTCUSDT","incomeType":"FUNDING_FEE","income":"-0.37500000","asset":"USDT",\
        "info":"FUNDING_FEE","time":1570608000000,"tranId":9689322392,"tradeId":""},\
        {"symbol":"","incomeType":"TRANSFER","income":"12","asset":"USDT","info":"","time":1,\
        "tranId":7,"tradeId":"2"}]
        """

    @Test func `bookings are read with their sign, and without a symbol where they have none`()
        throws
    {
        #expect(
            try BinanceAnswers.income(Array(Self.booking.utf8).span) == [
                IncomeAnswer(
                    id: 9_689_322_392, type: "FUNDING_FEE", symbol: "BTCUSDT", asset: "USDT",
                    amount: Money(units: -3_750_000_000_000_000),
                    time: Timestamp(milliseconds: 1_570_608_000_000)),
                IncomeAnswer(
                    id: 7, type: "TRANSFER", symbol: nil, asset: "USDT", amount: Money(whole: 12),
                    time: Timestamp(milliseconds: 1)),
            ])
    }

    @Test func `rates of funding have either sign`() throws {
        let body = """
            [{"symbol":"BTCUSDT","fundingRate":"-0.03750000","fundingTime":1570608000000,\
            "markPrice":"34287.54619963"},{"symbol":"BTCUSDT","fundingRate":"0.00010000",\
            "fundingTime":1570636800000}]
            """
        #expect(
            try BinanceAnswers.fundingRates(Array(body.utf8).span).map(\.rate) == [
                Rate(units: -3_750_000), Rate(units: 10_000),
            ])
    }

    @Test(arguments: ["101", "-101", "1e400", "NaN", ""])
    func `a rate that no funding has is refused`(rate: String) {
        let body = "[{\"symbol\":\"B\",\"fundingRate\":\"\(rate)\",\"fundingTime\":1}]"
        #expect(throws: FrameError.self) {
            try BinanceAnswers.fundingRates(Array(body.utf8).span)
        }
    }

    @Test func `bookings cut at any byte are refused`() {
        let bytes = Array(Self.booking.utf8)
        for end in bytes.indices {
            let part = Array(bytes[..<end])
            #expect(throws: FrameError.self) { try BinanceAnswers.income(part.span) }
        }
    }

    @Test func `bookings are asked by type and time, rates by symbol and time`() throws {
        let symbol = try #require(SymbolName("BTCUSDT"))
        let time = Timestamp(milliseconds: 5)
        #expect(
            BinanceRequest.income(type: "FUNDING_FEE", from: time, limit: 9).parameters.encoded
                == "incomeType=FUNDING_FEE&startTime=5&limit=9")
        #expect(
            BinanceRequest.fundingRates(symbol: symbol, from: time, limit: 9).parameters.encoded
                == "symbol=BTCUSDT&startTime=5&limit=9")
    }
}
