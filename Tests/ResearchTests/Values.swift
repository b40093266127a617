import DecisionCore
import Models
import Research
import Risk
import Testing
import Trading

/// Hand-made candles of BTCUSDT, five minutes each.
enum Hand {
    /// 2025-01-01.
    static let start: Int64 = 1_735_689_600_000
    static let interval: Int64 = 300_000

    static func symbol() throws -> SymbolName { try #require(SymbolName("BTCUSDT")) }

    /// Steps of 10⁻⁸.
    static func units(_ value: Double) -> Int64 { Int64((value * 1e8).rounded()) }
    static func price(_ value: Double) -> Price { Price(units: units(value)) }

    /// A table of candles of open, high, low, close; each trades one unit, half of it bought by takers.
    static func candles(_ rows: [(Double, Double, Double, Double)]) throws -> CandleTable {
        var table = CandleTable(
            symbol: try symbol(), interval: .minutes(5), hasTakerVolume: true)
        for (index, row) in rows.enumerated() {
            table.append(
                CandleRow(
                    openTime: start + Int64(index) * interval, open: units(row.0),
                    high: units(row.1), low: units(row.2), close: units(row.3),
                    volume: units(1), takerBuyVolume: units(0.5)))
        }
        return table
    }

    /// Scorecards without features, so that each has one probability: 1 / (1 + e⁻ˣ) of its intercept.
    static func models(long: Double, short: Double, exit: Double) throws -> ModelSet {
        func card(_ intercept: Double) -> String {
            "{\"intercept\": \(intercept), \"weights\": {}}"
        }
        let json = """
            {"name": "hand", "note": "", "thresholds": {"long": 0.62, "short": 0.62, "exit": 0.6},
             "expectedSignalRate": {"long": 0.2, "short": 0.2}, "entryLong": \(card(long)),
             "entryShort": \(card(short)), "exitLong": \(card(exit)), "exitShort": \(card(exit))}
            """
        return try ModelSet(scorecard: Array(json.utf8))
    }

    /// Five-minute decisions, stop 1 %, target 2 %, no minimum hold, no warm-up.
    static func profile() -> Profile {
        var profile = Profile.optimised
        profile.name = "hand"
        profile.warmUpCandles = 0
        profile.stopRule = .fractions(stop: .basisPoints(100), target: .basisPoints(200))
        profile.minimumHold = .fixed(.zero)
        profile.longThreshold = nil
        profile.shortThreshold = nil
        profile.exitThreshold = nil
        return profile
    }

    static func playback(
        _ candles: CandleTable, long: Double, short: Double, exit: Double = -5,
        funding: [FundingRow] = [], slippage: Rate = .zero, profile: Profile = profile()
    ) throws -> KlinePlayback {
        let configuration = EngineConfiguration.replay(
            instruments: [.preset(candles.symbol, id: InstrumentID(0))], profile: profile,
            modelSet: try models(long: long, short: short, exit: exit))
        var costs = KlineCosts()
        costs.slippage = slippage
        return KlinePlayback(
            candles: candles, funding: funding, configuration: configuration, costs: costs)
    }
}
