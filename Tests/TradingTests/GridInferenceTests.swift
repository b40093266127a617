import Testing
import Trading

struct GridInferenceTests {
    private static func grid(_ prints: [(price: Int64, quantity: Int64)]) -> GridInference {
        var grid = GridInference()
        for (number, print) in prints.enumerated() {
            grid.see(
                Print(
                    tradeID: Int64(number), price: Price(units: print.price),
                    quantity: Quantity(units: print.quantity), takerSide: .buy,
                    venueTime: Timestamp(milliseconds: Int64(number))))
        }
        return grid
    }

    @Test(
        arguments: [
            // 84.20 and 84.21; 0.377 and 12: LTC.
            ([(8_420_000_000, 37_700_000), (8_421_000_000, 1_200_000_000)], 1_000_000, 100_000, 2),
            // 0.0105670 and 0.0105671; 1000 and 37: 1000PEPE.
            ([(1_056_700, 100_000_000_000), (1_056_710, 3_700_000_000)], 10, 100_000_000, 7),
            // Round by chance: never coarser than one.
            ([(6_000_000_000_000, 100_000_000_000)], 100_000_000, 100_000_000, 0),
            // The last digit that we hold.
            ([(1, 1)], 1, 1, 8),
        ] as [([(Int64, Int64)], Int64, Int64, Int)])
    func `tick and step are the greatest powers of ten that divide what was traded`(
        prints: [(Int64, Int64)], tick: Int64, step: Int64, digits: Int
    ) {
        let grid = Self.grid(prints.map { (price: $0.0, quantity: $0.1) })
        #expect(grid.tickSize == Price(units: tick))
        #expect(grid.stepSize == Quantity(units: step))
        #expect(grid.priceDigits == digits)
        #expect(grid.count == prints.count)
    }

    @Test func `every print lies on the grid of the instrument inferred from it`() throws {
        let prints: [(price: Int64, quantity: Int64)] = [
            (8_420_000_000, 37_700_000), (8_421_000_000, 1_200_000_000), (8_500_000_000, 100_000),
        ]
        let symbol = try #require(SymbolName("LTCUSDT"))
        let filters = Instrument.inferred(symbol, id: InstrumentID(0), from: Self.grid(prints))
            .filters
        for print in prints {
            #expect(filters.onGrid(Price(units: print.price), .nearest).units == print.price)
            #expect(filters.onGrid(Quantity(units: print.quantity)).units == print.quantity)
            #expect(filters.onMarketGrid(Quantity(units: print.quantity)).units == print.quantity)
        }
    }

    @Test func `only well-known contracts have a preset`() throws {
        let bitcoin = try #require(SymbolName("BTCUSDT"))
        let litecoin = try #require(SymbolName("LTCUSDT"))
        #expect(
            Instrument.known(bitcoin, id: InstrumentID(0))
                == Instrument.preset(bitcoin, id: InstrumentID(0)))
        #expect(Instrument.known(litecoin, id: InstrumentID(0)) == nil)
    }
}
