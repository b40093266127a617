package import Trading

/// Which proposed entries a guard looks at.
package enum GuardScope: String, Hashable, Sendable, CaseIterable, Codable {
    case both, long, short

    package func contains(_ direction: Direction) -> Bool {
        switch self {
        case .both: true
        case .long: direction == .long
        case .short: direction == .short
        }
    }
}

/// Whether and for whom a guard stands.
package struct GuardSwitch: Hashable, Sendable, Codable {
    package var isOn: Bool
    package var scope: GuardScope
    /// Whether missing data allow the entry (`true`) or block it.
    package var failsOpen: Bool

    package init(isOn: Bool = true, scope: GuardScope = .both, failsOpen: Bool) {
        self.isOn = isOn
        self.scope = scope
        self.failsOpen = failsOpen
    }
}

/// All guards that exist, with their numbers; guards without a data source are absent.
package struct GuardConfiguration: Hashable, Sendable, Codable {
    package var whaleIntent = WhaleIntentGuard.Settings()
    package var takerAggression = TakerAggressionGuard.Settings()
    package var liquidationWall = LiquidationWallGuard.Settings()
    package var goldenHour = GoldenHourGuard.Settings()
    package var maxPositions = MaxPositionsGuard.Settings()
    package var staleData = StaleDataGuard.Settings()
    package var spread = SpreadGuard.Settings()
    package var fundingWindow = FundingWindowGuard.Settings()

    /// Indexed by the position in `existing`.
    private var switches: [GuardSwitch]

    /// The guards that exist, in the order in which they are asked: those that need no market data first.
    package static let existing: [GuardID] = [
        .maxPositions, .staleData, .spread, .feeAware, .whaleIntent, .takerAggression,
        .liquidationWall, .fundingWindow, .goldenHour,
    ]

    package init() {
        switches = Self.existing.map(Self.defaultSwitch)
    }

    /// How the rules have `id`: scope, fail mode, and whether it is on.
    package static func defaultSwitch(_ id: GuardID) -> GuardSwitch {
        switch id {
        case .whaleIntent, .liquidationWall, .longTrap, .fearGreed, .fundingWindow:
            GuardSwitch(failsOpen: true)
        case .takerAggression: GuardSwitch(scope: .long, failsOpen: true)
        case .goldenHour, .stableRegime, .randomWalkSize: GuardSwitch(isOn: false, failsOpen: true)
        case .symbolProbation, .feeAware, .maxPositions, .staleData, .spread:
            GuardSwitch(failsOpen: false)
        }
    }

    /// How `id` stands; setting one that does not exist changes nothing.
    package subscript(_ id: GuardID) -> GuardSwitch {
        get {
            guard let index = Self.existing.firstIndex(of: id) else {
                return GuardSwitch(isOn: false, failsOpen: true)
            }
            return switches[index]
        }
        set {
            guard let index = Self.existing.firstIndex(of: id) else { return }
            switches[index] = newValue
        }
    }

    /// Whether `id` is asked about entries of `direction`.
    package func asks(_ id: GuardID, about direction: Direction) -> Bool {
        let own = self[id]
        return own.isOn && own.scope.contains(direction)
    }
}

/// What all guards together say about an entry.
package enum GuardDecision: Hashable, Sendable {
    /// The entry may go at `multiplier` (0...1) of its size.
    case pass(multiplier: Double)
    /// The first guard that refused.
    case blocked(GuardID)
}

extension GuardConfiguration {
    /// Folds the verdicts, in their order: the first refusal wins, multipliers are multiplied, and missing data refuse
    /// only where the guard fails closed.
    package func decide(_ verdicts: [GuardVerdict]) -> GuardDecision {
        var multiplier = 1.0
        for verdict in verdicts {
            switch verdict.verdict {
            case .allow: continue
            case .block: return .blocked(verdict.guardID)
            case .scale(let factor, _, _): multiplier *= min(max(factor, 0), 1)
            case .noData:
                if !self[verdict.guardID].failsOpen { return .blocked(verdict.guardID) }
            }
        }
        return .pass(multiplier: multiplier)
    }
}
