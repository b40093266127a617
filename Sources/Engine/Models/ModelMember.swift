import CMath
package import Trading

/// What a model is asked.
package enum ModelRole: String, Hashable, Sendable, CaseIterable, Codable {
    case entryLong, entryShort, exitLong, exitShort

    package static func entry(_ direction: Direction) -> ModelRole {
        switch direction {
        case .long: .entryLong
        case .short: .entryShort
        }
    }

    package static func exit(_ direction: Direction) -> ModelRole {
        switch direction {
        case .long: .exitLong
        case .short: .exitShort
        }
    }

    package var isEntry: Bool {
        switch self {
        case .entryLong, .entryShort: true
        case .exitLong, .exitShort: false
        }
    }

    /// The slot in lists that have one entry a role.
    package var index: Int {
        switch self {
        case .entryLong: 0
        case .entryShort: 1
        case .exitLong: 2
        case .exitShort: 3
        }
    }
}

/// What kind of model a member is.
package enum ModelKind: String, Hashable, Sendable, CaseIterable, Codable {
    case scorecard, trees, lstm
}

/// Why a member has no answer.
package enum MemberAbsence: String, Hashable, Sendable, CaseIterable, Codable {
    /// Too many of its features are missing.
    case missingInput
    /// The rows that it looks back on are not all there, or have missing values.
    case noHistory
    /// What it computed is no probability.
    case badAnswer

    /// A word for the screen.
    package var text: String {
        switch self {
        case .missingInput: "no input"
        case .noHistory: "no history"
        case .badAnswer: "bad answer"
        }
    }
}

/// What one member said.
package struct MemberReading: Hashable, Sendable, Codable {
    package var id: String
    /// Its share of the answer after the weights of absent members went to the others, 0...1.
    package var share: Double
    /// Calibrated, 0...1; `nil` when it is absent.
    package var probability: Double?
    /// Why it is absent; `nil` when it is not.
    package var absence: MemberAbsence?

    package init(id: String, share: Double, probability: Double?, absence: MemberAbsence?) {
        self.id = id
        self.share = share
        self.probability = probability
        self.absence = absence
    }
}

/// What the members of one role said together.
package struct EnsembleReading: Hashable, Sendable {
    /// The weighted mean of the calibrated probabilities, 0...1; `nil` when no member has an answer.
    package var probability: Double?
    /// In the order of the set.
    package var members: [MemberReading]

    package init(probability: Double?, members: [MemberReading]) {
        self.probability = probability
        self.members = members
    }

    /// The part of the weights that answered, 0...1.
    package var answeredShare: Double = 1

    /// Whether some members are absent, but not all.
    package var isDegraded: Bool { probability != nil && members.contains { $0.absence != nil } }
    /// Whether no member has an answer.
    package var isAbsent: Bool { probability == nil }
}

/// One model of a set with what it needs to be asked.
package struct ModelMember: Sendable {
    /// What computes the answer.
    package enum Judge: Sendable {
        case scorecard(Scorecard)
        /// Trees with one output, a probability.
        case trees(BoostedTrees)
        /// A network over the newest `steps` rows; the logit of one of its outputs.
        case lstm(LSTMNetwork, steps: Int, output: Int)
    }

    /// Unique within its role, at most 32 characters `a-z 0-9 -`.
    package let id: String
    package let role: ModelRole
    package let judge: Judge
    /// Weight before redistribution, above 0.
    package let weight: Double
    /// What it is given, in its own order.
    package let features: [FeatureID]
    package let calibration: Calibration
    /// The file's name beside the manifest and its SHA-256 in 64 hexadecimal digits; empty for built-in models.
    package let file: String
    package let digest: String

    /// Above this share of missing features a member has no answer.
    package static let maxMissingShare = 0.25

    package init(
        id: String, role: ModelRole, judge: Judge, weight: Double, features: [FeatureID],
        calibration: Calibration, file: String, digest: String
    ) {
        self.id = id
        self.role = role
        self.judge = judge
        self.weight = weight
        self.features = features
        self.calibration = calibration
        self.file = file
        self.digest = digest
    }

    package var kind: ModelKind {
        switch judge {
        case .scorecard: .scorecard
        case .trees: .trees
        case .lstm: .lstm
        }
    }

    /// Rows that it looks back on; 0 when it looks at the newest only.
    package var historyLength: Int {
        switch judge {
        case .scorecard, .trees: 0
        case .lstm(_, let steps, _): steps
        }
    }

    /// The calibrated probability, or why there is none.
    func answer(
        _ row: borrowing FeatureRow, _ history: FeatureHistory?
    ) -> Result<Double, AbsentMember> {
        let raw: Double
        switch judge {
        case .scorecard(let card): raw = card.probability(row)
        case .trees(let trees):
            guard let answer = ask(trees, row) else {
                return .failure(AbsentMember(.missingInput))
            }
            raw = answer
        case .lstm(let network, let steps, let output):
            guard let history, history.features == features, history.capacity == steps,
                history.isFull, !history.values.contains(where: \.isNaN)
            else { return .failure(AbsentMember(.noHistory)) }
            let logits = network.logits(history.values.span, steps: steps)
            guard logits[output].isFinite else { return .failure(AbsentMember(.badAnswer)) }
            raw = 1 / (1 + narwhal_exp(-Double(logits[output])))
        }
        let probability = calibration.apply(raw)
        guard (0...1).contains(probability) else { return .failure(AbsentMember(.badAnswer)) }
        return .success(probability)
    }
}

extension ModelMember {
    /// What moved this member's answer, in log-odds; empty for kinds that cannot say it.
    func contributions(_ row: borrowing FeatureRow) -> [Contribution] {
        switch judge {
        case .scorecard(let card): card.contributions(row)
        case .trees(let trees): contributions(of: trees, row)
        case .lstm: []
        }
    }
}

extension ModelMember {
    /// The raw probability of the trees; `nil` when too many features are missing.
    private func ask(_ trees: BoostedTrees, _ row: borrowing FeatureRow) -> Double? {
        var missing = 0
        for feature in features where row[feature].isNaN { missing += 1 }
        guard Double(missing) <= Self.maxMissingShare * Double(features.count) else { return nil }
        // The span of 128 inline values keeps the live look free of allocations.
        var values = InlineArray<128, Float>(repeating: .nan)
        for (index, feature) in features.enumerated() { values[index] = Float(row[feature]) }
        return Double(trees.probability(values.span.extracting(first: features.count)))
    }

    /// What each feature added to the trees' margin, by TreeSHAP.
    private func contributions(
        of trees: BoostedTrees, _ row: borrowing FeatureRow
    ) -> [Contribution] {
        var values: [Float] = []
        for feature in features { values.append(Float(row[feature])) }
        let parts = trees.contributions(values.span)
        return zip(features, parts).filter { $0.1 != 0 }
            .map { Contribution(feature: $0, logOdds: $1) }.sorted(by: Contribution.isStronger)
    }
}

/// That a member has no answer, as an error.
struct AbsentMember: Error {
    let absence: MemberAbsence
    init(_ absence: MemberAbsence) { self.absence = absence }
}

/// The actor of a set, and how far its word goes.
package struct PolicyMember: Sendable {
    package let id: String
    package let mode: PolicyMode
    package let network: PolicyNetwork
    package let file: String
    package let digest: String

    package init(
        id: String, mode: PolicyMode, network: PolicyNetwork, file: String, digest: String
    ) {
        self.id = id
        self.mode = mode
        self.network = network
        self.file = file
        self.digest = digest
    }
}
