import DecisionCore
import Features
import Market
import Matching
import Messages
import Models
import Playback
import Research
import Risk
import TestSupport
import Testing
import Trading

/// Training, back-test and live must see the same numbers, to the last bit.
struct ParityTests {
    /// A random walk of prints, several a minute without a pause, for so many hours.
    private static func prints(hours: Int, seed: UInt64) -> [Print] {
        var random = Seeded(seed)
        var time = Hand.start * 1_000_000
        let end = time + Int64(hours) * 3_600_000_000_000
        var price: Int64 = 500_000
        var prints: [Print] = []
        while time < end {
            price = max(100_000, price + Int64.random(in: -30...30, using: &random))
            prints.append(
                Print(
                    tradeID: Int64(prints.count + 1), price: Price(units: price * 10_000_000),
                    quantity: Quantity(
                        units: Int64.random(in: 1...3_000, using: &random) * 100_000),
                    takerSide: Bool.random(using: &random) ? .buy : .sell,
                    venueTime: Timestamp(nanoseconds: time)))
            time += Int64.random(in: 1...9_000, using: &random) * 1_000_000
        }
        return prints
    }

    /// Candles of prints, by a plain reckoning of its own.
    private static func candles(_ prints: [Print], minutes: Int64) throws -> CandleTable {
        var table = CandleTable(
            symbol: try Hand.symbol(), interval: .minutes(minutes), hasTakerVolume: true)
        let length = minutes * 60_000
        let groups = Dictionary(grouping: prints) { $0.venueTime.milliseconds / length }
        for (key, group) in groups.sorted(by: { $0.key < $1.key }) {
            let units = group.map(\.price.units)
            table.append(
                CandleRow(
                    openTime: key * length, open: units[0], high: try #require(units.max()),
                    low: try #require(units.min()), close: units[units.count - 1],
                    volume: group.reduce(0) { $0 + $1.quantity.units },
                    takerBuyVolume: group.reduce(0) {
                        $0 + ($1.takerSide == .buy ? $1.quantity.units : 0)
                    }))
        }
        return table
    }

    private static func configuration(_ models: ModelSet) throws -> EngineConfiguration {
        var profile = Profile.bracket
        profile.decisionInterval = .minutes(5)
        var configuration = EngineConfiguration.replay(
            instruments: [.preset(try Hand.symbol(), id: InstrumentID(0))], profile: profile,
            modelSet: models)
        configuration.derivesTouch = true
        return configuration
    }

    /// Both are missing, or they are the same number to the last bit.
    private static func isSame(_ one: Double, _ other: Double) -> Bool {
        one.isNaN ? other.isNaN : one == other
    }

    private static func probability(
        _ models: ModelSet, _ direction: Direction, _ row: FeatureRow
    ) -> Double {
        models.entry(direction, row: row).probability ?? .nan
    }

    @Test(arguments: [UInt64(1), 2])
    func `the table of a tape holds what the core decided on`(seed: UInt64) throws {
        let models = try ModelSet.scorecard()
        let configuration = try Self.configuration(models)
        let prints = Self.prints(hours: 5, seed: seed)
        let start = prints[0].venueTime
        var features = TapeFeatures(configuration: configuration, startTime: start, warmUp: 0)
        var session = PlaybackSession(
            configuration: configuration, venue: PaperConfiguration(), startTime: start,
            recordsFacts: true)
        for print in prints {
            features.feed(.print(print), time: print.venueTime)
            session.feed(print, instrument: InstrumentID(0), time: print.venueTime)
        }
        let decisions = TradingRun.read(session.facts).decisions
        #expect(decisions.count >= 58)
        #expect(features.table.openTimes == decisions.map(\.candleOpenTime.milliseconds))
        for (index, decision) in decisions.enumerated() {
            let row = features.table.row(index)
            #expect(
                Self.isSame(
                    Self.probability(models, .long, row), decision.longProbability))
            #expect(
                Self.isSame(
                    Self.probability(models, .short, row), decision.shortProbability))
        }
    }

    /// The decisions of an engine as it runs live, with its heartbeat, its readings of the account and its mode, over
    /// the data of `tape`.
    private static func liveDecisions(
        _ tape: MarketTape, profile: Profile, models: ModelSet
    ) throws -> [DecisionRecord] {
        var configuration = EngineConfiguration(
            engineName: "live", mode: .paper, instruments: [tape.instrument], profile: profile,
            modelSet: models, startingBalance: Money(whole: 25_000), runTag: "live")
        configuration.derivesTouch = !tape.hasBook
        configuration.orderLinkStaleAfter = nil
        var session = PlaybackSession(
            configuration: configuration, venue: PaperConfiguration(), startTime: tape.startTime,
            recordsFacts: true)
        while let (data, time) = try tape.next() {
            session.feed(data, instrument: InstrumentID(0), time: time)
        }
        return TradingRun.read(session.facts).decisions
    }

    /// Candle, probabilities and the digest of all features that the models were given.
    private static func seen(_ decisions: [DecisionRecord]) -> [String] {
        decisions.map {
            "\($0.candleOpenTime.milliseconds) \($0.longProbability) \($0.shortProbability) "
                + "\($0.models?.features ?? "none")"
        }
    }

    @Test func `a back-test over a dump decides on what a live engine sees`() throws {
        var text = ""
        for print in Self.prints(hours: 4, seed: 12) {
            text += "\(print.tradeID),\(print.price),\(print.quantity),1,1,"
            text += "\(print.venueTime.milliseconds),\(print.takerSide == .sell)\n"
        }
        let file = try TemporaryFile(text)
        let models = try ModelSet.scorecard()
        let result = try Backtest.run(
            tape: try MarketTape(path: file.path, symbol: try Hand.symbol()),
            settings: BacktestSettings(profile: .bracket, models: models))
        let live = try Self.liveDecisions(
            try MarketTape(path: file.path, symbol: try Hand.symbol()), profile: .bracket,
            models: models)
        #expect(live.count >= 238)
        #expect(Self.seen(live) == Self.seen(result.run.decisions))
        #expect(result.run.decisions.allSatisfy { $0.longProbability.isFinite })
    }

    @Test(
        .enabled(if: MarketDataFolder.path != nil, "\(MarketDataFolder.hint)"),
        arguments: ["btcusdt_20230405.dat.gz", "ethusdt_20240718.gz"])
    func `a back-test over a real capture decides on what a live engine sees`(
        name: String
    ) throws {
        let path = try #require(MarketDataFolder.path) + "/tape/" + name
        let symbol = try #require(SymbolName(name.prefix(7).uppercased()))
        let models = try ModelSet.scorecard()
        let result = try Backtest.run(
            tape: try MarketTape(path: path, symbol: symbol),
            settings: BacktestSettings(profile: .bracket, models: models))
        let live = try Self.liveDecisions(
            try MarketTape(path: path, symbol: symbol), profile: .bracket, models: models)
        #expect(live.count > 0)
        #expect(Self.seen(live) == Self.seen(result.run.decisions))
    }

    @Test(arguments: [UInt64(3), 4])
    func `candles give the features that the prints of those candles gave`(seed: UInt64) throws {
        let prints = Self.prints(hours: 30, seed: seed)
        let configuration = try Self.configuration(try ModelSet.scorecard())
        var live = TapeFeatures(
            configuration: configuration, startTime: prints[0].venueTime, warmUp: 0)
        for print in prints { live.feed(.print(print), time: print.venueTime) }
        let told = FeatureTable.make(
            candles: try Self.candles(prints, minutes: 5),
            minutes: try Self.candles(prints, minutes: 1), warmUp: 0)
        #expect(live.table.count >= 359)
        #expect(Array(told.openTimes.prefix(live.table.count)) == live.table.openTimes)
        let columns = told.features.indices.filter {
            told.features[$0].group.isOfCandles || told.features[$0].group == .minutes
        }
        #expect(columns.count >= 40)
        var known = 0
        for row in 0..<live.table.count {
            for column in columns {
                let one = live.table.value(row, column)
                let other = told.value(row, column)
                if !Self.isSame(one, other) {
                    Issue.record(
                        "row \(row), \(told.features[column].name): \(one) and \(other)")
                    return
                }
                if !one.isNaN { known += 1 }
            }
        }
        #expect(known > 8_000)
    }

    @Test func `a back-test over candles decides on the rows of the table`() throws {
        let prints = Self.prints(hours: 20, seed: 5)
        let candles = try Self.candles(prints, minutes: 5)
        let card = """
            {"intercept": -2.6, "weights": {"return_1": 40, "return_12": -30, "rsi_14": 0.06,
             "taker_buy_ratio_3": 0.5, "funding_rate": 50}}
            """
        let json = """
            {"name": "parity", "note": "", "thresholds": {"long": 0.62, "short": 0.62, "exit": 0.6},
             "expectedSignalRate": {"long": 0.2, "short": 0.2}, "entryLong": \(card),
             "entryShort": \(card), "exitLong": \(card), "exitShort": \(card)}
            """
        let models = try ModelSet(scorecard: Array(json.utf8))
        let funding = (0..<3).map {
            FundingRow(
                time: Timestamp(milliseconds: Hand.start + 1 + $0 * 28_800_000),
                rate: Rate(units: 10_000 * ($0 + 1)))
        }
        let table = FeatureTable.make(candles: candles, funding: funding, warmUp: 0)
        var playback = KlinePlayback(
            candles: candles, funding: funding,
            configuration: EngineConfiguration.replay(
                instruments: [.preset(candles.symbol, id: InstrumentID(0))],
                profile: Hand.profile(), modelSet: models))
        playback.play(0..<candles.count)
        playback.finish()
        let decisions = TradingRun.read(playback.session.facts).decisions
        #expect(decisions.count == table.count)
        var known = 0
        for (index, decision) in decisions.enumerated() {
            #expect(decision.candleOpenTime.milliseconds == table.openTimes[index])
            let expected = Self.probability(models, .long, table.row(index))
            #expect(Self.isSame(expected, decision.longProbability), "row \(index)")
            if expected.isFinite { known += 1 }
        }
        #expect(known > 200)
        #expect(playback.session.trips.count > 3)
    }

    @Test func `what comes later changes no row before it`() throws {
        let prints = Self.prints(hours: 12, seed: 6)
        let candles = try Self.candles(prints, minutes: 5)
        let table = FeatureTable.make(candles: candles, warmUp: 0)
        var poked = CandleTable(
            symbol: candles.symbol, interval: candles.interval, hasTakerVolume: true)
        for index in 0..<candles.count {
            var row = candles[index]
            if index >= 100 {
                row.high *= 2
                row.close = row.high
                row.volume *= 3
            }
            poked.append(row)
        }
        let other = FeatureTable.make(
            candles: poked,
            funding: [
                FundingRow(
                    time: Timestamp(milliseconds: candles.openTimes[100]), rate: .basisPoints(3))
            ], warmUp: 0)
        var differences = 0
        for row in 0..<table.count {
            for column in table.features.indices
            where !Self.isSame(table.value(row, column), other.value(row, column)) {
                differences += 1
                #expect(row >= 100, "\(table.features[column].name) of row \(row)")
            }
        }
        #expect(differences > 100)
    }

    @Test func `what a source does not say is missing and not zero`() throws {
        let full = try Self.candles(Self.prints(hours: 10, seed: 7), minutes: 5)
        var bare = CandleTable(
            symbol: full.symbol, interval: full.interval, hasTakerVolume: false)
        for index in 0..<full.count { bare.append(full[index]) }
        let table = FeatureTable.make(candles: bare, warmUp: 0)
        let said = FeatureTable.make(candles: full, warmUp: 0)
        for (column, feature) in table.features.enumerated() where feature.group == .takerVolume {
            for row in 0..<table.count { #expect(table.value(row, column).isNaN) }
            #expect(!said.value(said.count - 1, column).isNaN)
        }
    }

    @Test func `a table is written with names, and reads back as the same numbers`() throws {
        let table = FeatureTable.make(
            candles: try Self.candles(Self.prints(hours: 6, seed: 8), minutes: 5), warmUp: 10)
        var bytes = table.csvHeader
        for row in 0..<table.count { table.appendCSV(row: row, to: &bytes) }
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == table.count + 2)
        #expect(lines[0].split(separator: ",").map(String.init).first == "open_time")
        #expect(
            lines[0].split(separator: ",").dropFirst().map(String.init)
                == table.features.map(\.name))
        for row in 0..<table.count {
            let fields = lines[row + 1].split(separator: ",", omittingEmptySubsequences: false)
            #expect(fields[0] == "\(table.openTimes[row])")
            for column in table.features.indices {
                let value = fields[column + 1].isEmpty ? .nan : Double(fields[column + 1])
                #expect(Self.isSame(table.value(row, column), value ?? .infinity))
            }
        }
    }

    @Test func `candles of a minute make those of five, in whole ones only`() throws {
        let prints = Self.prints(hours: 2, seed: 9)
        let minutes = try Self.candles(prints, minutes: 1)
        let fives = try Self.candles(prints, minutes: 5)
        #expect(minutes.aggregated(to: .minutes(5)) == fives)
        // Cut off in the middle: the first and the last are not whole.
        let cut = minutes.selecting(
            from: Timestamp(milliseconds: minutes.openTimes[3]),
            to: Timestamp(milliseconds: minutes.openTimes[13]))
        #expect(cut.aggregated(to: .minutes(5))?.openTimes == [fives.openTimes[1]])
        #expect(fives.aggregated(to: .minutes(1)) == nil)
    }

    @Test(.enabled(if: MarketDataFolder.path != nil, "\(MarketDataFolder.hint)"))
    func `a real capture is decided on what its table says`() throws {
        let folder = try #require(MarketDataFolder.path)
        let models = try ModelSet.scorecard()
        var rows = 0
        for name in ["btcusdt_20240808.gz", "ethusdt_20240808.gz"] {
            let symbol = try #require(SymbolName(name.prefix(7).uppercased()))
            let tape = try MarketTape(path: "\(folder)/tape/\(name)", symbol: symbol)
            var profile = Profile.bracket
            profile.decisionInterval = .minutes(5)
            let configuration = EngineConfiguration.replay(
                instruments: [tape.instrument], profile: profile, modelSet: models)
            var features = TapeFeatures(
                configuration: configuration, startTime: tape.startTime, warmUp: 0)
            var session = PlaybackSession(
                configuration: configuration, venue: PaperConfiguration(),
                startTime: tape.startTime, recordsFacts: true)
            while let (data, time) = try tape.next() {
                features.feed(data, time: time)
                session.feed(data, instrument: InstrumentID(0), time: time)
            }
            let decisions = TradingRun.read(session.facts).decisions
            #expect(features.table.openTimes == decisions.map(\.candleOpenTime.milliseconds))
            for (index, decision) in decisions.enumerated() {
                let row = features.table.row(index)
                #expect(
                    Self.isSame(Self.probability(models, .long, row), decision.longProbability))
                rows += 1
            }
        }
        #expect(rows > 0)
    }
}
