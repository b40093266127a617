import BinanceFormat
import Matching
import Population
import Testing
import Trading

@testable import ExchangeServer

/// What the venue says of the contracts that are open.
struct OpenInterestTests {
    private static let symbol = "symbol=BTCUSDT"

    /// A venue that has lived for eleven minutes.
    private func desk() throws -> VenueDesk {
        var configuration = ExchangeServerConfiguration()
        configuration.seed = 7
        configuration.symbols = [try #require(SymbolName("BTCUSDT"))]
        configuration.history = .minutes(11)
        configuration.population.warmUp = .minutes(1)
        configuration.population.holders = 20
        return VenueDesk(configuration, start: DeskTests.start)
    }

    private func history(_ desk: inout VenueDesk, _ query: String) throws -> [OpenInterest] {
        let text = try DeskTests.ask(&desk, .openInterestHistory, Self.symbol + query)
        return try BinanceAnswers.openInterestHistory(Array(text.utf8).span).map(\.interest)
    }

    @Test func `the open contracts of the past are told at every full five minutes`() throws {
        var desk = try desk()
        let past = try history(&desk, "&period=5m")
        #expect(past.map(\.venueTime) == [10, 5, 0].map { DeskTests.start - .minutes($0) })
        #expect(past.allSatisfy { !$0.quantity.isZero })
        #expect(try history(&desk, "&period=5m&limit=1") == past.suffix(1))
        let start = DeskTests.start.milliseconds - 300_000
        #expect(try history(&desk, "&period=5m&startTime=\(start)") == past.suffix(2))

        let text = try DeskTests.ask(&desk, .openInterest, Self.symbol)
        let present = try BinanceAnswers.openInterest(Array(text.utf8).span)
        #expect(present.symbol == "BTCUSDT")
        #expect(present.interest.venueTime == DeskTests.start)
        let held = desk.market.exchange.openInterest(InstrumentID(0)).long
        #expect(present.interest.quantity == Quantity(units: held))
    }

    @Test(arguments: [("", "-1102"), ("&period=1h", "-1130")])
    func `another period is refused`(query: String, code: String) throws {
        var desk = try DeskTests.desk()
        #expect(try DeskTests.code(&desk, .openInterestHistory, Self.symbol + query) == code)
        #expect(try DeskTests.code(&desk, .openInterestHistory, "period=5m") == "-1102")
    }

    @Test func `no more counts are kept than can be asked for`() throws {
        let symbol = try #require(SymbolName("BTCUSDT"))
        var board = MarketBoard(
            Instrument.preset(symbol, id: InstrumentID(0)),
            start: Timestamp(milliseconds: 0))
        let price = Price(units: 100_000_000)
        for step in 0..<Int64(6_000) {
            let time = Timestamp(milliseconds: step * 60_000)
            board.add(
                MarkPriceUpdate(
                    markPrice: price, indexPrice: nil, fundingRate: .zero, nextFundingTime: nil,
                    venueTime: time))
            board.add(OpenInterest(quantity: Quantity(units: step + 1), venueTime: time))
        }
        // Of each five minutes the first.
        #expect(board.counts.elements.count == 500)
        #expect(board.counts.elements.first?.quantity == Quantity(units: 3_501))
        #expect(board.counts.last?.quantity == Quantity(units: 5_996))
    }
}
