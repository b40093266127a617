import Research
import TestSupport
import Testing
import Trading

struct ContextFileTests {
    private static func symbol() throws -> SymbolName { try #require(SymbolName("BTCUSDT")) }

    private func refusal(_ text: String, _ read: (String) throws -> Void) throws -> String {
        let file = try TemporaryFile(text)
        do { try read(file.path) } catch let error as ImportError {
            #expect(!error.description.contains("\n"))
            return error.description.replacing(file.path + ": ", with: "")
        }
        return "accepted"
    }

    // MARK: Funding

    @Test func `funding is read for one symbol of many`() throws {
        let file = try TemporaryFile(
            """
            symbol,funding_time,funding_rate
            ETHUSDT,1741449600000,0.0001
            BTCUSDT,1741449600001,0.00001208
            BTCUSDT,1741478400001,-0.00002779

            """)
        #expect(
            try FundingFile.read(file.path, symbol: Self.symbol()) == [
                FundingRow(
                    time: Timestamp(milliseconds: 1_741_449_600_001), rate: Rate(units: 1_208)),
                FundingRow(
                    time: Timestamp(milliseconds: 1_741_478_400_001), rate: Rate(units: -2_779)),
            ])
    }

    @Test func `the exchange's own funding dump is read`() throws {
        let file = try TemporaryFile(
            "calc_time,funding_interval_hours,last_funding_rate\n1741449600000,8,1.208e-05\n")
        #expect(
            try FundingFile.read(file.path, symbol: Self.symbol()) == [
                FundingRow(
                    time: Timestamp(milliseconds: 1_741_449_600_000), rate: Rate(units: 1_208))
            ])
    }

    @Test(arguments: [
        ("1,2\n3,4\n", "line 1 is not that of funding settlements"),
        (
            "funding_time,funding_rate\nx,0.1\n",
            "line 2: funding_time is no time in seconds, milli- or microseconds; "
                + "repair it or fetch it again"
        ),
        (
            "funding_time,funding_rate\n1741449600000,1.5\n",
            "line 2: funding_rate '1.5' is not a number that can be used; "
                + "repair it or fetch it again"
        ),
        (
            "funding_time,funding_rate\n1741449600000,0.1\n1741449500000,0.1\n",
            "line 3: begins before the row before it; repair it or fetch it again"
        ),
        (
            "funding_time,funding_rate\n1741449600000,0.1\n1741449600000,0.2\n",
            "line 3: repeats the time of the row before it with other values; "
                + "repair it or fetch it again"
        ),
        (
            "funding_time,funding_rate\n1741449600000\n",
            "line 2: has 1 columns instead of 2; repair it or fetch it again"
        ),
        ("symbol,funding_time,funding_rate\nETHUSDT,1741449600000,0.1\n", "has no row of BTCUSDT"),
        ("", "has no row; is it the right file?"),
    ])
    func `bad funding is refused in one line`(text: String, why: String) throws {
        #expect(
            try refusal(text) { _ = try FundingFile.read($0, symbol: Self.symbol()) } == why)
    }

    // MARK: Fear & Greed

    @Test func `the index is read by day`() throws {
        let file = try TemporaryFile("date,fng\n2018-02-01,30\n2018-02-03,15\n")
        #expect(
            try FearGreedFile.read(file.path) == [
                // 2018-02-01 is day 17563, 2018-02-03 day 17565.
                FearGreedRow(day: Timestamp(milliseconds: 17_563 * 86_400_000), value: 30),
                FearGreedRow(day: Timestamp(milliseconds: 17_565 * 86_400_000), value: 15),
            ])
    }

    @Test(arguments: [
        ("date,close\n2018-02-01,30\n", "line 1 is not that of the Fear & Greed index"),
        (
            "date,fng\n2018-02-30,30\n",
            "line 2: date is no time in seconds, milli- or microseconds; "
                + "repair it or fetch it again"
        ),
        (
            "date,fng\n2018-02-01,101\n",
            "line 2: index '101' is not a number that can be used; repair it or fetch it again"
        ),
        (
            "date,fng\n2018-02-02,30\n2018-02-01,30\n",
            "line 3: begins before the row before it; repair it or fetch it again"
        ),
    ])
    func `a bad index is refused in one line`(text: String, why: String) throws {
        #expect(try refusal(text) { _ = try FearGreedFile.read($0) } == why)
    }

    @Test func `days and their texts are each other's inverse`() throws {
        for day in stride(from: Int64(0), to: 47_000, by: 13) {
            let time = Timestamp(milliseconds: day * 86_400_000)
            #expect(CalendarDay.parse(CalendarDay.text(time)) == time)
        }
        #expect(CalendarDay.text(Timestamp(milliseconds: 1_735_689_600_000)) == "2025-01-01")
        #expect(CalendarDay.text(Timestamp(milliseconds: 1_709_164_800_000)) == "2024-02-29")
        for bad in ["2023-02-29", "2025-13-01", "2025-00-01", "25-01-01", "2025-1-01x"] {
            #expect(CalendarDay.parse(bad) == nil)
        }
    }

    // MARK: Liquidations

    @Test func `forced orders are read for one coin or all`() throws {
        let file = try TemporaryFile(
            """
            time,venue,coin,side,size_usd,price
            1748183818596,hyperliquid,HYPE,S,101.2576,38.501
            1748183818596,hyperliquid,BTC,B,205.5,107000

            """)
        #expect(try LiquidationsFile.read(file.path).count == 2)
        #expect(
            try LiquidationsFile.read(file.path, coin: "BTC") == [
                LiquidationRow(
                    time: Timestamp(milliseconds: 1_748_183_818_596), venue: "hyperliquid",
                    coin: "BTC", side: .buy, notional: 205_50000000,
                    price: Price(units: 107_000_00000000))
            ])
    }

    @Test(arguments: [
        ("time,venue,coin\n", "line 1 is not that of forced orders"),
        (
            "time,venue,coin,side,size_usd,price\n1748183818596,h,BTC,X,1,1\n",
            "line 2: side 'X' is not known; repair it or fetch it again"
        ),
        (
            "time,venue,coin,side,size_usd,price\n1748183818596,h,BTC,S,0,1\n",
            "line 2: size_usd is not above zero; repair it or fetch it again"
        ),
        (
            "time,venue,coin,side,size_usd,price\n1748183818596,h,BTC,S,1,-1\n",
            "line 2: price is not above zero; repair it or fetch it again"
        ),
        (
            "time,venue,coin,side,size_usd,price\n1748183818596,h,BTC,S,1,1\n1748183818595,h,BTC,S,1,1\n",
            "line 3: begins before the row before it; repair it or fetch it again"
        ),
    ])
    func `bad forced orders are refused in one line`(text: String, why: String) throws {
        #expect(try refusal(text) { _ = try LiquidationsFile.read($0) } == why)
    }

    @Test(.enabled(if: MarketDataFolder.path != nil, "\(MarketDataFolder.hint)"))
    func `real context files are accepted`() throws {
        let folder = try #require(MarketDataFolder.path) + "/context"
        let funding = try FundingFile.read(
            "\(folder)/binance-funding-2025-03_10.csv", symbol: Self.symbol())
        #expect(funding.count == 712)
        #expect(try FearGreedFile.read("\(folder)/fear-greed-daily.csv").count > 2_000)
        #expect(
            try LiquidationsFile.read("\(folder)/liquidations-hyperliquid-2025-05_06.csv").count
                == 2_243)
    }
}
