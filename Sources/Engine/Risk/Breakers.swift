package import Trading

/// Where the account breakers trip; `nil` turns one off.
package struct BreakerLimits: Hashable, Sendable, Codable {
    /// Loss of the UTC day as a fraction of the equity at 00:00, 0...1.
    package var dailyLoss: Rate? = .basisPoints(300)
    /// Loss over the last 24 h as a fraction of the equity then, 0...1.
    package var rollingLoss: Rate? = .basisPoints(400)
    /// Losses in a row, at least 1.
    package var consecutiveLosses: Int? = 5
    /// Trades of the UTC day after which there are no more entries, at least 1.
    package var tradesPerDay: Int? = 20
    /// Fall from the peak of equity as a fraction of it, 0...1.
    package var drawdown: Rate? = .basisPoints(2_000)
    /// Marks in a row that must agree on a trip, when the last price does not; at least 1.
    package var confirmingMarks: Int = 3

    package init() {}

    var problem: RiskLimitProblem? {
        let fractions = [
            ("dailyLoss", dailyLoss), ("rollingLoss", rollingLoss), ("drawdown", drawdown),
        ]
        for (key, value) in fractions {
            guard let value else { continue }
            if value <= .zero || value > .one {
                return RiskLimitProblem(key: "breakers.\(key)", allowed: "above 0 and at most 1")
            }
        }
        let counts = [
            ("consecutiveLosses", consecutiveLosses), ("tradesPerDay", tradesPerDay),
            ("confirmingMarks", confirmingMarks),
        ]
        for (key, value) in counts {
            if let value, value < 1 {
                return RiskLimitProblem(key: "breakers.\(key)", allowed: "at least 1")
            }
        }
        return nil
    }
}

/// What a breaker does when it trips.
package enum BreakerAction: String, Hashable, Sendable, Codable {
    /// Close everything, no entries until the next UTC day and a human resumes.
    case flattenUntilNextDay
    /// No entries until the operator resumes.
    case pauseEntries
    /// No entries until the next UTC day.
    case noEntriesUntilNextDay
    /// Kill, latched.
    case kill
}

/// One breaker that trips, with what was measured against its limit: fractions or counts.
package struct BreakerTrip: Hashable, Sendable {
    package var id: BreakerID
    package var value: RiskValue
    package var limit: RiskValue
    package var action: BreakerAction

    package init(id: BreakerID, value: RiskValue, limit: RiskValue, action: BreakerAction) {
        self.id = id
        self.value = value
        self.limit = limit
        self.action = action
    }
}

/// What the breakers look at. Equities are net of deposits and withdrawals.
package struct BreakerInput: Hashable, Sendable {
    /// With open positions at mark.
    package var equityAtMark: Money
    /// With open positions at the last price; `nil` when there is none, so that marks alone must agree.
    package var equityAtLast: Money?
    /// At 00:00 UTC.
    package var dayStartEquity: Money
    /// 24 h ago, or at the start when that is later.
    package var equity24hAgo: Money
    package var peakEquity: Money
    package var losingStreak: Int
    package var tradesToday: Int

    package init(
        equityAtMark: Money, equityAtLast: Money?, dayStartEquity: Money, equity24hAgo: Money,
        peakEquity: Money, losingStreak: Int, tradesToday: Int
    ) {
        self.equityAtMark = equityAtMark
        self.equityAtLast = equityAtLast
        self.dayStartEquity = dayStartEquity
        self.equity24hAgo = equity24hAgo
        self.peakEquity = peakEquity
        self.losingStreak = losingStreak
        self.tradesToday = tradesToday
    }
}

/// The account breakers. Evaluate once a mark: a trip on price needs mark and last price to agree, or several marks.
package struct Breakers: Hashable, Sendable {
    package var limits: BreakerLimits
    private var dailyMarks = 0
    private var rollingMarks = 0
    private var drawdownMarks = 0

    package init(limits: BreakerLimits) { self.limits = limits }

    /// The breakers that are beyond their limits now, strongest action first; the caller acts on those that are new.
    package mutating func evaluate(_ input: BreakerInput) -> [BreakerTrip] {
        var trips: [BreakerTrip] = []
        let marks = limits.confirmingMarks
        if let trip = Self.fall(
            .drawdown, from: input.peakEquity, input, limit: limits.drawdown, marks: marks,
            &drawdownMarks, .kill)
        {
            trips.append(trip)
        }
        if let trip = Self.fall(
            .dailyLoss, from: input.dayStartEquity, input, limit: limits.dailyLoss, marks: marks,
            &dailyMarks, .flattenUntilNextDay)
        {
            trips.append(trip)
        }
        if let trip = Self.fall(
            .rollingLoss, from: input.equity24hAgo, input, limit: limits.rollingLoss, marks: marks,
            &rollingMarks, .pauseEntries)
        {
            trips.append(trip)
        }
        if let limit = limits.consecutiveLosses, input.losingStreak >= limit {
            trips.append(
                BreakerTrip(
                    id: .consecutiveLosses, value: .count(input.losingStreak), limit: .count(limit),
                    action: .pauseEntries))
        }
        if let limit = limits.tradesPerDay, input.tradesToday >= limit {
            trips.append(
                BreakerTrip(
                    id: .tradesPerDay, value: .count(input.tradesToday), limit: .count(limit),
                    action: .noEntriesUntilNextDay))
        }
        return trips
    }

    /// How far `equity` has fallen from `base`, as a fraction of it; all of it when the base is not above zero.
    package static func loss(of equity: Money, from base: Money) -> Rate {
        (base - equity).fraction(of: base) ?? .one
    }

    private static func fall(
        _ id: BreakerID, from base: Money, _ input: BreakerInput, limit: Rate?, marks: Int,
        _ count: inout Int, _ action: BreakerAction
    ) -> BreakerTrip? {
        guard let limit else { return nil }
        let value = loss(of: input.equityAtMark, from: base)
        guard value >= limit else {
            count = 0
            return nil
        }
        count = min(count + 1, marks)
        let lastAgrees = input.equityAtLast.map { loss(of: $0, from: base) >= limit } ?? false
        guard lastAgrees || count >= marks else { return nil }
        return BreakerTrip(id: id, value: .fraction(value), limit: .fraction(limit), action: action)
    }
}
