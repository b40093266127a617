package import Trading

/// Which rules close a position.
package enum ExitPlanKind: String, Hashable, Sendable, CaseIterable, Codable {
    /// One stop and one target at fixed distances.
    case bracket
    /// A ladder of targets that depends on the market.
    case dynamic
    /// The fixed ladder of the regime.
    case `static`
}

/// How long a position must be held before the model may close it.
package enum MinimumHold: Hashable, Sendable, Codable {
    case fixed(Duration)
    /// By the class of the symbol and the trend, as the hold-time rules say.
    case byRules
}

/// Distances of stop and target.
package enum StopRule: Hashable, Sendable, Codable {
    /// Fractions of the entry price, above zero.
    case fractions(stop: Rate, target: Rate)
    /// The stop at `multiple` × ATR 14 of 1-hour candles; targets by the ladder.
    case averageTrueRange(multiple: Double)
}

/// The numbers of the sizing rules; fractions of equity or weights.
package struct SizingConfiguration: Hashable, Sendable, Codable {
    /// Fraction of equity at confidence 0.5, before bounds; 0...5.
    package var base: Double
    package var min: Double
    package var max: Double
    /// Weights of the confidence components; sum to 1.
    package var signalWeight: Double = 0.35
    package var volatilityWeight: Double = 0.25
    package var regimeWeight: Double = 0.15
    package var streakWeight: Double = 0.25
    /// Largest loss at the stop as a fraction of equity.
    package var riskFraction: Rate = .basisPoints(200)
    /// Share of the Kelly fraction that is used, 0...1.
    package var kellyShare: Double = 0.5
    /// Trades needed before Kelly counts; `nil` leaves Kelly out.
    package var kellyMinTrades: Int? = 30
    /// Largest share of the notional traded in the last hour.
    package var hourShare: Rate = .basisPoints(100)

    package init(base: Double, min: Double, max: Double) {
        self.base = base
        self.min = min
        self.max = max
    }
}

/// The share of the price that an entry may pay beyond the touch, and how it is chased.
package struct EntryConfiguration: Hashable, Sendable, Codable {
    /// IOC limit this far beyond the touch, a fraction.
    package var maxSlippage: Rate = .basisPoints(5)
    /// How often an entry that did not fill is sent again.
    package var chases: Int = 1

    package init() {}
}

/// A named bundle of numbers under which the engine trades.
package struct Profile: Hashable, Sendable, Codable {
    package var name: String
    /// Length of the decision candle.
    package var decisionInterval: Duration
    /// Closed decision candles that must be known before the first entry; 0 means no gate.
    package var warmUpCandles: Int
    package var exitPlan: ExitPlanKind
    package var stopRule: StopRule
    package var maxHold: Duration
    package var minimumHold: MinimumHold
    /// Leverage that positions are opened with, 1...5.
    package var leverage: Int
    package var entry: EntryConfiguration
    package var limits: RiskLimits
    package var sizing: SizingConfiguration
    /// Probability at which an open position is closed; `nil` takes the model set's own.
    package var exitThreshold: Double?
    /// Base probabilities at which entries are made; `nil` takes the model set's own.
    package var longThreshold: Double?
    package var shortThreshold: Double?
}

extension Profile {
    /// All profiles that can be named in a configuration.
    package static let all: [Profile] = [.bracket, .learned, .guarded, .optimised]

    /// The profile of this name, or `nil`.
    package static func named(_ name: String) -> Profile? { all.first { $0.name == name } }

    /// For replay, bench and demo: decides on 1-minute candles without a gate, and keeps trading on its own.
    package static let bracket: Profile = {
        var limits = RiskLimits()
        limits.maxTradesPerDay = 2_000
        limits.maxOrdersPerDay = 10_000
        // Those would stop for good until an operator resumes.
        limits.breakers.rollingLoss = nil
        limits.breakers.consecutiveLosses = nil
        limits.breakers.tradesPerDay = 2_000
        var sizing = SizingConfiguration(base: 0.10, min: 0.05, max: 0.20)
        sizing.kellyMinTrades = nil
        return Profile(
            name: "bracket", decisionInterval: .minutes(1), warmUpCandles: 0, exitPlan: .bracket,
            stopRule: .fractions(stop: .basisPoints(30), target: .basisPoints(60)),
            maxHold: .minutes(20), minimumHold: .fixed(.seconds(60)), leverage: 3,
            entry: EntryConfiguration(), limits: limits, sizing: sizing, exitThreshold: nil,
            longThreshold: nil, shortThreshold: nil)
    }()

    /// The default for live data: small sizes, dynamic exits, all breakers.
    package static let guarded = Profile(
        name: "guarded", decisionInterval: .minutes(5), warmUpCandles: 1_440, exitPlan: .dynamic,
        stopRule: .averageTrueRange(multiple: 1.5), maxHold: .hours(4), minimumHold: .byRules,
        leverage: 3, entry: EntryConfiguration(), limits: RiskLimits(),
        sizing: SizingConfiguration(base: 0.10, min: 0.05, max: 0.20), exitThreshold: 0.603,
        longThreshold: 0.686, shortThreshold: 0.505)

    /// For the trained set that is built in: the bracket that its models were asked about, thresholds of the set, small
    /// sizes, all breakers.
    package static let learned = Profile(
        name: "learned", decisionInterval: .minutes(5), warmUpCandles: 1_440, exitPlan: .bracket,
        stopRule: .fractions(stop: .basisPoints(150), target: .basisPoints(200)),
        maxHold: .hours(4), minimumHold: .byRules, leverage: 3, entry: EntryConfiguration(),
        limits: RiskLimits(), sizing: SizingConfiguration(base: 0.10, min: 0.05, max: 0.20),
        exitThreshold: nil, longThreshold: nil, shortThreshold: nil)

    /// The numbers of the earlier system's preset: one bracket of 6.85 : 1 and large sizes.
    package static let optimised: Profile = {
        var limits = RiskLimits()
        limits.maxPositionFraction = .basisPoints(8_700)
        limits.maxExposureFraction = .basisPoints(26_100)
        return Profile(
            name: "optimised", decisionInterval: .minutes(5), warmUpCandles: 1_440,
            exitPlan: .bracket,
            stopRule: .fractions(stop: .basisPoints(52), target: .basisPoints(356)),
            maxHold: .hours(4), minimumHold: .byRules, leverage: 3, entry: EntryConfiguration(),
            limits: limits, sizing: SizingConfiguration(base: 0.78, min: 0.20, max: 0.87),
            exitThreshold: 0.603, longThreshold: 0.686, shortThreshold: 0.505)
    }()
}
