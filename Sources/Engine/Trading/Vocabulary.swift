/// How real the orders are.
package enum Mode: String, Hashable, Sendable, CaseIterable, Codable {
    case replay = "REPLAY", paper = "PAPER", shadow = "SHADOW", testnet = "TESTNET", live = "LIVE"
}

/// Why a position was closed; each closed trade records exactly one. Strongest first.
package enum ExitReason: String, Hashable, Sendable, CaseIterable, Codable {
    case kill, liquidationDistance, stopLoss, dailyLoss, emergency, target, trailingStop,
        exitProbability
    case policyExit, maxHold, `operator`
    /// The venue closed it by force.
    case liquidation
    /// Found gone at reconciliation, closed by somebody else.
    case external
}

/// The guards by the names that the operator knows.
package enum GuardID: String, Hashable, Sendable, CaseIterable, Codable {
    case whaleIntent = "WHALE_INTENT_FILTER"
    case takerAggression = "TAKER_AGGRESSION_BLOCK"
    case liquidationWall = "LIQ_WALL_CONFLICT"
    case longTrap = "LONG_TRAP_DETECTED"
    case fearGreed = "FEAR_GREED_MULTIPLIER"
    case goldenHour = "GOLDEN_HOUR"
    case stableRegime = "STABLE_REGIME"
    case randomWalkSize = "RANDOM_WALK_SIZE"
    case symbolProbation = "SYMBOL_PROBATION"
    case feeAware = "FEE_AWARE"
    case maxPositions = "MAX_POSITIONS"
    case staleData = "STALE_DATA"
    case spread = "SPREAD"
    case fundingWindow = "FUNDING_WINDOW"

    /// The short name on screens and in logs, like `whale-intent`.
    package var label: String {
        switch self {
        case .whaleIntent: "whale-intent"
        case .takerAggression: "taker-aggression"
        case .liquidationWall: "liq-wall"
        case .longTrap: "long-trap"
        case .fearGreed: "fear-greed"
        case .goldenHour: "golden-hour"
        case .stableRegime: "stable-regime"
        case .randomWalkSize: "random-walk"
        case .symbolProbation: "probation"
        case .feeAware: "fee-aware"
        case .maxPositions: "max-positions"
        case .staleData: "stale-data"
        case .spread: "spread"
        case .fundingWindow: "funding-window"
        }
    }
}

/// What a guard says about one proposed entry, with the value that it looked at and the limit that it held it against.
package enum Verdict: Hashable, Sendable, Codable {
    case allow(value: Double, limit: Double)
    case block(value: Double, limit: Double)
    /// The entry may go, at `multiplier` (0...1) of its size.
    case scale(multiplier: Double, value: Double, limit: Double)
    /// The guard lacks its data. Guards that fail open allow then, and say so.
    case noData
}

/// A guard's verdict with its name.
package struct GuardVerdict: Hashable, Sendable, Codable {
    package var guardID: GuardID
    package var verdict: Verdict

    package init(_ guardID: GuardID, _ verdict: Verdict) {
        self.guardID = guardID
        self.verdict = verdict
    }
}

/// The account breakers of the risk rules.
package enum BreakerID: String, Hashable, Sendable, CaseIterable, Codable {
    case dailyLoss, rollingLoss, consecutiveLosses, tradesPerDay, drawdown, liquidationDistance,
        criticalError
}

/// The rungs of a command's acknowledgement ladder, in the order in which they may be reached.
package enum LadderStep: String, Hashable, Sendable, CaseIterable, Codable {
    /// The engine took the command; entries are refused from here on where it says so.
    case accepted
    case entriesBlocked
    /// All cancels and closes of the command have been handed to the venue.
    case ordersSent
    case ordersGone
    case positionsFlat
    /// A complete reading of the account at the venue agrees.
    case confirmedByVenue
    /// The latch is on disk.
    case latched
    /// Nothing is left to do.
    case completed
    /// The command was refused; the refusal says why.
    case refused
}
