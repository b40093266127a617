package import Exits
package import Guards
package import Market
package import Models
package import Risk
package import Trading

/// Everything that one engine is told once, at its start.
package struct EngineConfiguration: Sendable {
    /// The name that `arm` must repeat.
    package var engineName: String
    package var mode: Mode
    /// In the order of their ids, 0...count − 1.
    package var instruments: [Instrument]
    package var profile: Profile
    /// The models at the start; those in force are the engine's `models`.
    package var modelSet: ModelSet
    package var guards: GuardConfiguration
    package var riskLimits: RiskLimits
    package var market: MarketConfiguration
    package var exits = ExitConfiguration()
    package var holdTimes = HoldTimeConfiguration()
    /// The wallet until the venue says another, when nothing was recovered.
    package var startingBalance: Money
    /// How often open positions are looked at although nothing comes from the market; `nil` where time comes with a
    /// tape.
    package var heartbeat: Duration?
    /// How often the account is read and compared; `nil` reads at the start, after a lost link, and on doubt only.
    package var reconcileInterval: Duration?
    /// Without a sign of life from the order link for this long, its data are stale; `nil` where it cannot be lost.
    package var orderLinkStaleAfter: Duration?
    /// Best bid and ask are taken from the last print and one tick, because the tape has no book.
    package var derivesTouch = false
    /// What is done about what others do in the account.
    package var foreignOrders: ForeignOrderPolicy = .protect
    /// At most 8 characters `a-z 0-9`: part of every client order id of this run.
    package var runTag: String
    /// The exit probability is evaluated at most this often a symbol.
    package var liveInterval: Duration = .milliseconds(100)
    /// A position must be covered by a confirmed stop within this time, or it is closed.
    package var protectionLimit: Duration = .seconds(5)
    /// An order without any answer for this long has an unknown outcome.
    package var orderAnswerLimit: Duration = .seconds(5)
    /// A protective stop without any answer for this long has an unknown outcome: the next one goes at once.
    package var stopAnswerLimit: Duration = .seconds(2)
    /// A close of unknown outcome keeps the next one waiting for at most this long: both can only reduce.
    package var unknownExitPatience: Duration = .seconds(1)
    /// The venue refuses a request that reaches it later than this after it was sent.
    package var receiveWindow: Duration = .seconds(5)
    /// An entry can be proven absent only by readings later than this after the end of its receive window.
    package var absenceAge: Duration = .seconds(60)
    /// The two readings that prove an entry absent lie at least this far apart.
    package var absenceInterval: Duration = .seconds(5)
    /// A mark beyond the stop for this long without its fill closes the position ourselves.
    package var stopGrace: Duration = .seconds(2)

    /// Takes the limits of `profile`, and the defaults of live operation.
    package init(
        engineName: String, mode: Mode, instruments: [Instrument], profile: Profile,
        modelSet: ModelSet, guards: GuardConfiguration = GuardConfiguration(),
        market: MarketConfiguration = MarketConfiguration(), startingBalance: Money,
        heartbeat: Duration? = .seconds(1), reconcileInterval: Duration? = .seconds(60),
        orderLinkStaleAfter: Duration? = .seconds(60), runTag: String
    ) {
        self.engineName = engineName
        self.mode = mode
        self.instruments = instruments
        self.profile = profile
        self.modelSet = modelSet
        self.guards = guards
        riskLimits = profile.limits
        self.market = market
        self.startingBalance = startingBalance
        self.heartbeat = heartbeat
        self.reconcileInterval = reconcileInterval
        self.orderLinkStaleAfter = orderLinkStaleAfter
        self.runTag = runTag
    }

    /// The configuration of a replay: no heartbeat, and links that cannot be lost.
    package static func replay(
        instruments: [Instrument], profile: Profile = .bracket, modelSet: ModelSet,
        market: MarketConfiguration = MarketConfiguration(),
        startingBalance: Money = Money(whole: 10_000)
    ) -> EngineConfiguration {
        EngineConfiguration(
            engineName: "replay", mode: .replay, instruments: instruments, profile: profile,
            modelSet: modelSet, market: market, startingBalance: startingBalance, heartbeat: nil,
            reconcileInterval: .hours(1), orderLinkStaleAfter: nil, runTag: "replay")
    }

    /// What keeps this configuration from being used, as one plain sentence; `nil` when it can be.
    package var problem: String? {
        if instruments.isEmpty { return "no instrument is configured" }
        for (index, instrument) in instruments.enumerated()
        where Int(instrument.id.index) != index {
            return "instrument ids must count from 0 in the order of the list"
        }
        if let limit = riskLimits.problem {
            return "risk.\(limit.key) must be \(limit.allowed)"
        }
        if let why = profile.mismatch(with: modelSet.bracket) {
            return "model set \(modelSet.name) does not fit: \(why)"
        }
        if profile.decisionInterval != .minutes(1) && profile.decisionInterval != .minutes(5) {
            return "decisions are made on 1-minute or 5-minute candles"
        }
        switch profile.stopRule {
        case .fractions: break
        case .averageTrueRange:
            return "profile \(profile.name) needs dynamic exits, which do not exist yet"
        }
        switch profile.minimumHold {
        case .fixed(let hold):
            if hold > profile.maxHold { return "maxHold is below the minimum hold" }
        case .byRules:
            if holdTimes.towardCluster > profile.maxHold {
                return "maxHold is below the minimum hold"
            }
        }
        return nil
    }
}
