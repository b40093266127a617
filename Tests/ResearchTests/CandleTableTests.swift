import Features
import Market
import Research
import Testing
import Trading

struct CandleTableTests {
    private static func table(_ count: Int) throws -> CandleTable {
        var table = CandleTable(
            symbol: try #require(SymbolName("BTCUSDT")), interval: .minutes(5),
            hasTakerVolume: true)
        for index in 0..<count {
            let price = Int64(50_000_00000000 + (index % 7) * 10_00000000)
            table.append(
                CandleRow(
                    openTime: 1_735_689_600_000 + Int64(index) * 300_000, open: price,
                    high: price + 5_00000000, low: price - 5_00000000, close: price + 1_00000000,
                    volume: 300_000_000, takerBuyVolume: 100_000_000))
        }
        return table
    }

    @Test func `a part of a table begins and ends where it was told`() throws {
        let table = try Self.table(10)
        let part = table.selecting(
            from: Timestamp(milliseconds: 1_735_689_900_000),
            to: Timestamp(milliseconds: 1_735_690_500_000))
        #expect(part.openTimes == [1_735_689_900_000, 1_735_690_200_000])
        #expect(table.firstIndex(at: Timestamp(milliseconds: 1_735_689_900_001)) == 2)
        #expect(table.firstIndex(at: .distantFuture) == 10)
    }

    @Test func `a feature table has a row for each candle after the warm-up`() throws {
        let table = try Self.table(40)
        let features = FeatureTable.make(candles: table, warmUp: 30)
        #expect(features.count == 10)
        #expect(features.openTimes.first == table.openTimes[30])
        #expect(features.candles == Array(30..<40))
        #expect(features.values.count == 10 * features.features.count)
    }
}
