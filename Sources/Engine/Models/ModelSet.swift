package import Trading

/// A number for each side.
package struct PerDirection: Hashable, Sendable, Codable {
    package var long: Double
    package var short: Double

    package init(long: Double, short: Double) {
        self.long = long
        self.short = short
    }

    package subscript(_ direction: Direction) -> Double { direction == .long ? long : short }
}

/// Where the entry thresholds of a set may go.
package struct ThresholdBounds: Hashable, Sendable, Codable {
    /// No entry threshold lies below, 0...1.
    package var lowest: Double = 0.50
    /// No entry threshold lies above; at least `lowest`.
    package var highest: Double = 0.85
    /// How far a threshold may be from its base, 0...0.5.
    package var maxOffset: Double = 0.15

    package init() {}

    package init(lowest: Double, highest: Double, maxOffset: Double) {
        self.lowest = lowest
        self.highest = highest
        self.maxOffset = maxOffset
    }
}

/// When the exit probability may close a position.
package enum ExitCadence: String, Hashable, Sendable, CaseIterable, Codable {
    /// At the close of a decision candle: what models trained on closes are made for.
    case decisionClose
}

/// The trade that the entry models of a set were asked about.
package struct TrainedBracket: Hashable, Sendable, Codable {
    /// Distances from the entry, fractions above zero.
    package var stop: Double
    package var target: Double
    /// Decision candles after which the trade is over, at least 1.
    package var horizonCandles: Int
    /// Fees and slippage in and out, a fraction of notional.
    package var roundTripCosts: Double

    /// The decision candle of every set that is trained.
    package static let interval = Duration.minutes(5)

    package init(stop: Double, target: Double, horizonCandles: Int, roundTripCosts: Double) {
        self.stop = stop
        self.target = target
        self.horizonCandles = horizonCandles
        self.roundTripCosts = roundTripCosts
    }
}

/// The days that a set was made from, `2025-01-31`, both ends included; empty where there are none.
package struct TrainingWindow: Hashable, Sendable, Codable {
    package var from = ""
    package var to = ""
    package var validatedFrom = ""
    package var validatedTo = ""

    package init() {}
}

/// The models that decide together, with the thresholds that belong to them. Never changes: another set is another
/// object.
package final class ModelSet: Sendable {
    /// Everything that a set is made of, as its manifest says it.
    package struct Parts: Sendable {
        package var name = ""
        package var note = ""
        package var digest = ""
        package var schema = ""
        package var parent = ""
        package var window = TrainingWindow()
        package var bracket: TrainedBracket?
        package var entryThresholds = PerDirection(long: 0.5, short: 0.5)
        package var bounds = ThresholdBounds()
        package var exitThreshold = 0.5
        package var expectedSignalRate = PerDirection(long: 0.03, short: 0.03)
        package var exitCadence = ExitCadence.decisionClose
        package var members: [ModelMember] = []
        package var policy: PolicyMember?
        /// By role, in the order of `ModelRole.index`; empty lists where nothing was stored.
        package var training: [[DriftMonitor.Quantity]] = [[], [], [], []]

        package init() {}
    }

    private let parts: Parts
    /// Market features that an entry model of the set looks at.
    package let neededForEntry: FeatureMask
    /// The same in the order of slots: what the digest of a decision is made of.
    package let entryFeatures: [FeatureID]
    /// Features that an exit model of the set looks at.
    package let neededForExit: FeatureMask
    /// What the members that look back are given, row by row; empty when none does.
    package let historyFeatures: [FeatureID]
    /// How many rows they look back on; 0 when none does.
    package let historyLength: Int
    private let byRole: [[ModelMember]]
    /// The median answer in training by role; `nil` where it is not stored.
    private let usualAnswers: [Double?]
    /// The exit models of a side where they are one scorecard, taken as it is: the live look asks it ten times a second
    /// a position, and in replays a hundred thousand times a second.
    private let plainExitLong: Scorecard?
    private let plainExitShort: Scorecard?

    /// - Throws: `ModelError.badSet` when weights, ids or histories do not fit together.
    package init(_ parts: Parts) throws(ModelError) {
        try Self.check(parts)
        self.parts = parts
        let sequential = parts.members.first { $0.historyLength > 0 }
        historyFeatures = sequential?.features ?? []
        historyLength = sequential?.historyLength ?? 0
        usualAnswers = parts.training.map { quantities in
            quantities.first { $0.name == DriftMonitor.output }?.histogram.median
        }
        byRole = ModelRole.allCases.map { role in parts.members.filter { $0.role == role } }
        plainExitLong = Self.plainCard(byRole[ModelRole.exitLong.index])
        plainExitShort = Self.plainCard(byRole[ModelRole.exitShort.index])
        let needed = FeatureMask(
            parts.members.filter { $0.role.isEntry }.flatMap(\.features))
        neededForEntry = needed
        entryFeatures = FeatureID.allCases.filter(needed.contains)
        neededForExit = FeatureMask(
            parts.members.filter { !$0.role.isEntry }.flatMap(\.features))
    }

    private static func check(_ parts: Parts) throws(ModelError) {
        guard !parts.members.isEmpty else { throw .badSet("it has no members") }
        var seen: Set<String> = []
        for member in parts.members {
            guard seen.insert("\(member.role.rawValue) \(member.id)").inserted else {
                throw .badSet("two members of \(member.role.rawValue) are called '\(member.id)'")
            }
            guard member.weight.isFinite, member.weight > 0 else {
                throw .badSet("the weight of '\(member.id)' must be above 0")
            }
            guard !member.features.isEmpty || member.kind == .scorecard else {
                throw .badSet("'\(member.id)' has no features")
            }
        }
        try checkHistories(parts.members)
        let bounds = parts.bounds
        for threshold in [parts.entryThresholds.long, parts.entryThresholds.short]
        where !(bounds.lowest...bounds.highest).contains(threshold) {
            throw .badSet(
                "the threshold \(threshold) is not within \(bounds.lowest)...\(bounds.highest)")
        }
    }

    /// One history of candle features serves all members that look back.
    private static func checkHistories(_ members: [ModelMember]) throws(ModelError) {
        var first: ModelMember?
        for member in members where member.historyLength > 0 {
            guard member.role.isEntry else {
                throw .badSet("'\(member.id)' looks back, which only entry models do")
            }
            for feature in member.features where !feature.group.isOfCandles {
                throw .badSet(
                    "'\(member.id)' looks back on \(feature.name), which is not made of candles")
            }
            if let first,
                first.features != member.features || first.historyLength != member.historyLength
            {
                throw .badSet("'\(first.id)' and '\(member.id)' look back on different rows")
            }
            first = first ?? member
        }
    }

    /// Shown wherever a probability of this set is shown.
    package var name: String { parts.name }
    /// What the set is, in the words of its file.
    package var note: String { parts.note }
    /// SHA-256 of the manifest in 64 hexadecimal digits; empty for a scorecard.
    package var digest: String { parts.digest }
    /// The feature schema that it was trained on; empty for a scorecard, which names its features.
    package var schema: String { parts.schema }
    /// The digest of the set that this one came from; empty when it came from none.
    package var parent: String { parts.parent }
    package var window: TrainingWindow { parts.window }
    /// `nil` for a scorecard.
    package var bracket: TrainedBracket? { parts.bracket }
    /// Base thresholds of the entries.
    package var entryThresholds: PerDirection { parts.entryThresholds }
    package var thresholdBounds: ThresholdBounds { parts.bounds }
    /// Probability at which an open position is closed, 0...1.
    package var exitThreshold: Double { parts.exitThreshold }
    /// Share of decision candles on which each side is expected to signal, 0...0.5.
    package var expectedSignalRate: PerDirection { parts.expectedSignalRate }
    package var exitCadence: ExitCadence { parts.exitCadence }
    /// All members, in the order of the manifest.
    package var members: [ModelMember] { parts.members }

    /// `nil` when the set has none.
    package var policy: PolicyMember? { parts.policy }

    package func members(_ role: ModelRole) -> [ModelMember] { byRole[role.index] }

    /// A monitor that has seen nothing; empty when no training histograms are stored.
    package func driftMonitor(_ role: ModelRole) -> DriftMonitor {
        DriftMonitor(parts.training[role.index])
    }

    /// What the entry models of `direction` say about `row`.
    package func entry(
        _ direction: Direction, row: borrowing FeatureRow, history: FeatureHistory? = nil
    ) -> EnsembleReading {
        reading(.entry(direction), row, history)
    }

    /// What the exit models of `direction` say about `row`.
    package func exit(_ direction: Direction, row: borrowing FeatureRow) -> EnsembleReading {
        reading(.exit(direction), row, nil)
    }

    private static func plainCard(_ members: [ModelMember]) -> Scorecard? {
        guard members.count == 1, case .scorecard(let card) = members[0].judge,
            members[0].calibration == .none
        else { return nil }
        return card
    }

    /// The exit probability alone, for the live look; NaN when no member has an answer.
    package func exitProbability(_ direction: Direction, row: borrowing FeatureRow) -> Double {
        if let card = direction == .long ? plainExitLong : plainExitShort {
            return card.probability(row)
        }
        var sum = 0.0
        var weight = 0.0
        for member in byRole[ModelRole.exit(direction).index] {
            switch member.answer(row, nil) {
            case .success(let probability):
                sum += member.weight * probability
                weight += member.weight
            case .failure: break
            }
        }
        return weight > 0 ? sum / weight : .nan
    }

    private func reading(
        _ role: ModelRole, _ row: borrowing FeatureRow, _ history: FeatureHistory?
    ) -> EnsembleReading {
        let members = byRole[role.index]
        var readings: [MemberReading] = []
        readings.reserveCapacity(members.count)
        var sum = 0.0
        var weight = 0.0
        for member in members {
            switch member.answer(row, history) {
            case .success(let probability):
                sum += member.weight * probability
                weight += member.weight
                readings.append(
                    MemberReading(
                        id: member.id, share: member.weight, probability: probability,
                        absence: nil))
            case .failure(let absent):
                readings.append(
                    MemberReading(
                        id: member.id, share: 0, probability: nil, absence: absent.absence))
            }
        }
        guard weight > 0 else { return EnsembleReading(probability: nil, members: readings) }
        for index in readings.indices { readings[index].share /= weight }
        var reading = EnsembleReading(probability: sum / weight, members: readings)
        reading.answeredShare = weight / members.reduce(0) { $0 + $1.weight }
        return reading
    }

    /// What a probability must reach while some members are silent, so that their silence makes no more signals: as if
    /// each had said what the set usually says (the median of its answers in training). Never below `threshold`, and
    /// `threshold` itself when all answered or no answers of the training are stored.
    package func bar(
        _ direction: Direction, _ threshold: Double, _ reading: EnsembleReading
    ) -> Double {
        let share = reading.answeredShare
        guard share > 0, share < 1, let usual = usualAnswers[ModelRole.entry(direction).index]
        else { return threshold }
        return max(threshold, (threshold - (1 - share) * usual) / share)
    }

    /// What moved the answer of `role` most, in log-odds, strongest first; at most `limit`. Members that cannot say it
    /// are left out; the others count by their weight.
    package func contributions(
        _ role: ModelRole, row: borrowing FeatureRow, limit: Int
    ) -> [Contribution] {
        let members = byRole[role.index]
        let weight = members.reduce(0) { $0 + $1.weight }
        var sums: [Contribution] = []
        for member in members {
            for part in member.contributions(row) {
                let logOdds = part.logOdds * member.weight / weight
                if let index = sums.firstIndex(where: { $0.feature == part.feature }) {
                    sums[index].logOdds += logOdds
                } else {
                    sums.append(Contribution(feature: part.feature, logOdds: logOdds))
                }
            }
        }
        sums.sort(by: Contribution.isStronger)
        return Array(sums.prefix(limit))
    }
}
