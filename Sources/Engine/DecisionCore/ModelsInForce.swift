import Features
import Messages
package import Models
package import Trading

/// The set of models that decides, those that may follow it, and how far what it sees is from its training.
package struct ModelsInForce: Sendable {
    /// The set that decides.
    package private(set) var set: ModelSet
    /// When it was put in force while the engine ran; `nil` when it decides since the start.
    package private(set) var changedTime: Timestamp?
    /// Who ordered that, in plain words.
    package private(set) var changedBy: String?
    /// Why the last change was refused, in plain words; `nil` when it was not.
    package internal(set) var problem: String?
    /// By role, in the order of `ModelRole.index`.
    package internal(set) var drift: [RoleDrift]
    /// Market features that are computed at the close of a decision candle.
    package private(set) var neededAtClose: FeatureMask
    /// Sets that may be put in force, the latest last.
    private var shelf: [ModelSet]

    /// Sets that are kept ready at most.
    static let shelfCapacity = 8

    init(_ set: ModelSet) {
        self.set = set
        shelf = [set]
        drift = Self.drift(of: set)
        neededAtClose = Self.neededAtClose(set)
    }

    /// Keeps a set ready; of too many the oldest goes, never the one in force.
    mutating func provide(_ set: ModelSet) {
        shelf.removeAll { $0.digest == set.digest && $0.name == set.name }
        if shelf.count >= Self.shelfCapacity,
            let oldest = shelf.firstIndex(where: { $0 !== self.set })
        {
            shelf.remove(at: oldest)
        }
        shelf.append(set)
    }

    /// The set of this digest; a set without one is found by its name. `nil` when it was not provided.
    func provided(digest: String, name: String) -> ModelSet? {
        shelf.last { $0.digest == digest && (!digest.isEmpty || $0.name == name) }
    }

    /// From here on `set` decides.
    mutating func put(_ set: ModelSet, by: String, at time: Timestamp) {
        self.set = set
        changedTime = time
        changedBy = by
        problem = nil
        drift = Self.drift(of: set)
        neededAtClose = Self.neededAtClose(set)
    }

    private static func neededAtClose(_ set: ModelSet) -> FeatureMask {
        var needed = set.neededForEntry.union(set.neededForExit)
        if needed.intersects(regimeFeatures) { needed = needed.union(RegimeRules.needed) }
        if let policy = set.policy, policy.mode != .off {
            needed = needed.union(PolicyState.marketFeatures)
        }
        return needed
    }

    private static let regimeFeatures = FeatureMask([
        .entryPersistence, .entryVolatility, .entryDayTrend,
    ])

    private static func drift(of set: ModelSet) -> [RoleDrift] {
        ModelRole.allCases.map { RoleDrift($0, set.driftMonitor($0)) }
    }

    func hash(into hasher: inout StateHasher) {
        hasher.combine(set.name)
        hasher.combine(set.digest)
        hasher.combine(changedTime?.nanoseconds ?? -1)
        for role in drift {
            hasher.combine(role.monitor.rows)
            hasher.combine(role.level.rawValue)
        }
    }
}

/// How far the rows and answers of one role are from training; looked at once in a while, because that costs
/// logarithms.
package struct RoleDrift: Sendable {
    /// One compared quantity and its population stability index.
    package struct Figure: Hashable, Sendable {
        package var name: String
        package var index: Double
    }

    package let role: ModelRole
    package private(set) var monitor: DriftMonitor
    /// As of the latest look.
    package private(set) var level = DriftLevel.unknown
    /// The largest first, at most `maxFigures`; as of the latest look.
    package private(set) var worst: [Figure] = []
    /// Of the answer; `nil` while nothing can be said.
    package private(set) var output: Double?
    /// What each quantity of the monitor is read from; `nil` is the answer.
    private let slots: [FeatureID?]
    private var untilLook = RoleDrift.lookEvery

    /// Rows between two looks.
    static let lookEvery = 12
    package static let maxFigures = 5

    init(_ role: ModelRole, _ monitor: DriftMonitor) {
        self.role = role
        self.monitor = monitor
        slots = monitor.quantities.map { FeatureID(name: $0.name) }
    }

    /// Counts what the models of this role were given and what they said; says what the level was before when it has
    /// changed by that.
    mutating func record(_ row: borrowing FeatureRow, _ probability: Double) -> DriftLevel? {
        guard !monitor.isEmpty else { return nil }
        var values: [Double] = []
        values.reserveCapacity(slots.count)
        for slot in slots {
            if let slot { values.append(row[slot]) } else { values.append(probability) }
        }
        monitor.record(values)
        untilLook -= 1
        guard untilLook <= 0 else { return nil }
        untilLook = Self.lookEvery
        return look()
    }

    private mutating func look() -> DriftLevel? {
        var figures: [Figure] = []
        output = nil
        for (quantity, slot) in zip(monitor.quantities, slots) {
            guard let index = quantity.index else { continue }
            figures.append(Figure(name: quantity.name, index: index))
            if slot == nil { output = index }
        }
        figures.sort { ($1.index, $0.name) < ($0.index, $1.name) }
        worst = Array(figures.prefix(Self.maxFigures))
        let before = level
        level = monitor.level
        return level == before ? nil : before
    }
}
