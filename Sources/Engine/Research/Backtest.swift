import DecisionCore
import Market
import Matching
import Messages
package import Models
import Playback
package import Risk
package import Trading

/// What a back-test trades under.
package struct BacktestSettings: Sendable {
    package var profile: Profile
    package var models: ModelSet
    package var startingBalance = Money(whole: 10_000)
    package var costs = KlineCosts()
    /// Decision candles that must be known before the first decision; `nil` is five days of five minutes for candles,
    /// and what the profile says for tapes.
    package var warmUp: Int?
    /// Decisions are made from the first candle at `from` and before `to`; `nil` is no bound. What comes before `from`
    /// is the warm-up.
    package var from: Timestamp?
    package var to: Timestamp?
    /// What takers' orders of a tape count as whales from.
    package var whaleThreshold = Money(whole: 100_000)

    package init(profile: Profile, models: ModelSet) {
        self.profile = profile
        self.models = models
    }
}

/// Why a back-test cannot be made. Each says itself in one plain line.
package enum BacktestError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The profile decides on candles that the file does not hold.
    case wrongInterval(file: Duration, profile: Duration)
    /// The file ends before the first decision.
    case endsBefore(Timestamp)
    /// Nothing is left to decide on.
    case tooShort(candles: Int, warmUp: Int)
    /// The configuration cannot be used, as the core says.
    case unusable(String)
    case imported(ImportError)

    package var description: String {
        switch self {
        case .wrongInterval(let file, let profile):
            "the profile decides on candles of \(Int(profile.seconds)) s, and the file has candles "
                + "of \(Int(file.seconds)) s: name another profile or file"
        case .endsBefore(let from):
            "the file ends before \(CalendarDay.text(from)): name an earlier day, or another file"
        case .tooShort(let candles, let warmUp):
            "\(candles) candles are too few: \(warmUp) are the warm-up"
        case .unusable(let why): why
        case .imported(let error): error.description
        }
    }
}

/// What a back-test came to.
package struct BacktestResult: Sendable {
    package var symbol: SymbolName
    package var profile: Profile
    package var modelsName: String
    /// `nil` where the tape itself was traded on.
    package var costs: KlineCosts?
    package var warmUp: Int
    package var run: TradingRun
    package var statistics: Statistics
    /// What is still open at the end; counted in equity, not in the trades.
    package var openPosition: OpenTrade?
    /// Pauses that were ended at 00:00 UTC in the operator's place.
    package var resumes: Int
    /// The engine was latched, by a breaker that kills: it did not trade any more.
    package var isLatched: Bool
    package var orders: OrderCounts
    package var actionHash: UInt64

    /// Orders of the whole run.
    package struct OrderCounts: Hashable, Sendable {
        package var sent: Int
        /// Of those, orders that open a position.
        package var entries: Int
        /// Refused by the venue.
        package var rejected: Int
        /// Share of the orders sent that the venue did not refuse, 0...1; `nil` without any.
        package var successRate: Double? {
            sent > 0 ? 1 - Double(rejected) / Double(sent) : nil
        }
    }

    /// A position that is open at the end.
    package struct OpenTrade: Hashable, Sendable {
        package var direction: Direction
        package var quantity: Quantity
        package var entryPrice: Price
        package var openedTime: Timestamp
        package var entryProbability: Double
        package var unrealizedPnL: Money
    }
}

/// Runs the core over recorded markets.
package enum Backtest {
    /// Over candles of 1 or 5 minutes.
    ///
    /// - Parameters:
    ///   - funding: settlements of the symbol, oldest first; without any there is no funding.
    ///   - progress: called now and then with the share that is done, 0...1.
    package static func run(
        candles: CandleTable, funding: [FundingRow], settings: BacktestSettings,
        progress: (Double) -> Void = { _ in }
    ) throws(BacktestError) -> BacktestResult {
        let decision = settings.profile.decisionInterval
        let path = candles.selecting(from: nil, to: settings.to)
        var decided = path
        var other: CandleTable?
        if decision != path.interval {
            guard let longer = path.aggregated(to: decision) else {
                throw .wrongInterval(file: path.interval, profile: decision)
            }
            decided = longer
            other = longer
        } else if decision == .minutes(1) {
            other = path.aggregated(to: .minutes(5))
        }
        guard path.interval == .minutes(1) || path.interval == .minutes(5) else {
            throw .wrongInterval(file: path.interval, profile: decision)
        }
        let warmUp = settings.warmUp ?? FeatureTable.usualWarmUp
        let begin = max(warmUp, settings.from.map { decided.firstIndex(at: $0) } ?? warmUp)
        if let from = settings.from, decided.firstIndex(at: from) == decided.count {
            throw .endsBefore(from)
        }
        guard begin < decided.count else {
            throw .tooShort(candles: decided.count, warmUp: begin)
        }
        // What the file has before is history, as a back-fill gives it live: as much as the core keeps, since it counts
        // the candles that it knows.
        let market = MarketConfiguration()
        let kept = decision == .minutes(1) ? market.maxCandles1m : market.maxCandles5m
        let told = begin - min(begin, kept - 1)
        let history = Timestamp(milliseconds: decided.openTimes[told])
        let start = Timestamp(milliseconds: decided.openTimes[begin])
        var profile = settings.profile
        // Candles without trades are no decision candles, and are not counted.
        let traded = decided.volumes[told..<begin].count { $0 > 0 }
        profile.warmUpCandles = traded > 0 ? traded + 1 : 0
        let configuration = configuration(
            instrument: instrument(of: path), profile: profile, settings: settings)
        if let problem = configuration.problem { throw .unusable(problem) }
        var playback = KlinePlayback(
            candles: path.selecting(from: history, to: nil),
            other: other?.selecting(from: history, to: nil),
            funding: funding.filter { $0.time >= history - .hours(24 * 31) },
            configuration: configuration, costs: settings.costs)
        let count = playback.candles.count
        for index in 0..<count {
            playback.play(index)
            if index & 255 == 0 { progress(Double(index) / Double(count)) }
        }
        playback.finish()
        progress(1)
        var result = result(of: playback.session, settings: settings, start: start)
        result.costs = settings.costs
        result.warmUp = warmUp
        result.resumes = playback.resumes
        result.run.equity = playback.equity.filter { $0.time >= start }
        result.run.end = playback.candles.closeTime(count - 1)
        result.statistics = Statistics(result.run)
        return result
    }

    /// Over a capture or a dump of trades, where orders fill on the tape itself.
    ///
    /// What the tape has before `from` or at `to` and later is left out.
    package static func run(
        tape: MarketTape, settings: BacktestSettings
    ) throws(BacktestError) -> BacktestResult {
        var profile = settings.profile
        if let warmUp = settings.warmUp { profile.warmUpCandles = warmUp }
        var configuration = configuration(
            instrument: tape.instrument, profile: profile, settings: settings)
        configuration.derivesTouch = !tape.hasBook
        if let problem = configuration.problem { throw .unusable(problem) }
        var paper = PaperConfiguration()
        paper.startingBalance = settings.startingBalance
        paper.leverage = settings.profile.leverage
        var session = PlaybackSession(
            configuration: configuration, venue: paper, startTime: tape.startTime,
            recordsFacts: true)
        do throws(ImportError) {
            while let (data, time) = try tape.next() {
                if let to = settings.to, time >= to { break }
                if let from = settings.from, time < from { continue }
                session.feed(data, instrument: tape.instrument.id, time: time)
            }
        } catch { throw .imported(error) }
        session.finish()
        var result = result(of: session, settings: settings, start: tape.startTime)
        result.warmUp = profile.warmUpCandles
        result.run.equity = session.equity.map { EquitySample(time: $0.time, equity: $0.equity) }
        result.statistics = Statistics(result.run)
        return result
    }

    private static func configuration(
        instrument: Instrument, profile: Profile, settings: BacktestSettings
    ) -> EngineConfiguration {
        var market = MarketConfiguration()
        market.whaleThreshold = settings.whaleThreshold
        return EngineConfiguration.replay(
            instruments: [instrument], profile: profile, modelSet: settings.models, market: market,
            startingBalance: settings.startingBalance)
    }

    private static func result(
        of session: PlaybackSession, settings: BacktestSettings, start: Timestamp
    ) -> BacktestResult {
        let engine = session.engine
        let (trades, decisions) = TradingRun.read(session.facts)
        let run = TradingRun(
            start: start, end: engine.now, startingEquity: settings.startingBalance,
            trades: trades, equity: [], decisions: decisions,
            expectedSignalRate: settings.models.expectedSignalRate,
            openSince: engine.symbols[0].position?.record.openedTime)
        let symbol = engine.symbols[0]
        let open = symbol.position.map { position in
            BacktestResult.OpenTrade(
                direction: position.record.direction, quantity: position.record.quantity,
                entryPrice: position.record.entryPrice, openedTime: position.record.openedTime,
                entryProbability: position.record.entryProbability,
                unrealizedPnL: engine.equity - engine.account.walletBalance)
        }
        return BacktestResult(
            symbol: symbol.instrument.symbol, profile: settings.profile,
            modelsName: settings.models.name, costs: nil, warmUp: 0, run: run,
            statistics: Statistics(run), openPosition: open, resumes: 0,
            isLatched: engine.gate.state == .latched,
            orders: BacktestResult.OrderCounts(
                sent: engine.counters.ordersSubmitted, entries: engine.counters.entriesSubmitted,
                rejected: engine.counters.rejected), actionHash: engine.actionHash)
    }

    /// The preset of the symbol, or on the grid that its candles show.
    package static func instrument(of candles: CandleTable) -> Instrument {
        if let known = Instrument.known(candles.symbol, id: InstrumentID(0)) { return known }
        var grid = GridInference()
        for index in 0..<min(candles.count, 2_000) where candles.volumes[index] > 0 {
            for price in [
                candles.opens[index], candles.highs[index], candles.lows[index],
                candles.closes[index],
            ] {
                grid.see(
                    Print(
                        tradeID: 0, price: Price(units: price),
                        quantity: Quantity(units: candles.volumes[index]), takerSide: .buy,
                        venueTime: .distantPast))
            }
        }
        return .inferred(candles.symbol, id: InstrumentID(0), from: grid)
    }
}

extension Profile {
    /// For measuring models: the thresholds of the set, a bracket of 1 % and 1.5 %, four hours, small sizes, and none
    /// of the rules that end a test early: breakers that wait for an operator, and the Kelly fraction.
    package static let research: Profile = {
        var profile = Profile.guarded
        profile.name = "research"
        profile.exitPlan = .bracket
        profile.stopRule = .fractions(stop: .basisPoints(100), target: .basisPoints(150))
        profile.longThreshold = nil
        profile.shortThreshold = nil
        profile.exitThreshold = nil
        profile.limits.breakers.rollingLoss = nil
        profile.limits.breakers.consecutiveLosses = nil
        profile.limits.breakers.dailyLoss = nil
        profile.limits.breakers.drawdown = nil
        profile.sizing.kellyMinTrades = nil
        return profile
    }()

    /// The profile of this name, `research` included.
    package static func researchNamed(_ name: String) -> Profile? {
        name == research.name ? research : named(name)
    }
}

extension Profile {
    /// Takes the bracket that models were trained for: stop, target, and the horizon in five-minute candles.
    package mutating func setBracket(_ bracket: TrainedBracket) {
        func rate(_ fraction: Double) -> Rate { Rate(units: Int64((fraction * 1e8).rounded())) }
        setBracket(stop: rate(bracket.stop), target: rate(bracket.target))
        maxHold = .minutes(5) * Int64(bracket.horizonCandles)
        // The rules' holds are for hours; a shorter trade is not held.
        if maxHold < .hours(2) { minimumHold = .fixed(.zero) }
    }

    /// Sets stop and target of a bracket, fractions of the entry; `nil` keeps what it is.
    package mutating func setBracket(stop: Rate?, target: Rate?) {
        switch stopRule {
        case .fractions(let oldStop, let oldTarget):
            stopRule = .fractions(stop: stop ?? oldStop, target: target ?? oldTarget)
        case .averageTrueRange: break
        }
    }
}
