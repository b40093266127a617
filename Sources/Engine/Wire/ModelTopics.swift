// What the models say, beside the probabilities themselves: who said it, who could not, and whether the market still
// looks like what they were trained on.

/// One member of the model set and its word for one role.
package struct MemberTopic: Hashable, Sendable, Codable {
    package var id: String
    /// Its share of the answer after the weights of absent members went to the others, 0...1.
    package var weight: Double
    /// Calibrated, 0...1; absent when it had none.
    package var probability: Double?
    /// Why it had none, in plain words.
    package var absent: String?

    package init(id: String, weight: Double, probability: Double?, absent: String? = nil) {
        self.id = id
        self.weight = weight
        self.probability = probability
        self.absent = absent
    }
}

/// The entry threshold of one side and the loop that moves it.
package struct ThresholdTopic: Hashable, Sendable, Codable {
    /// In force for the next candle.
    package var value: Double
    package var base: Double
    /// Where the loop may take it.
    package var lowest: Double
    package var highest: Double
    /// Whether it is at one of these.
    package var pinned: Bool
    /// Whether it is there without a signal for three times as long as expected: an alarm.
    package var stuck: Bool
    /// Share of the last six hours' decision candles that signaled, half shrunk toward what is expected.
    package var signalRate: Double
    package var expectedSignalRate: Double
    package var candlesSinceSignal: Int

    package init(
        value: Double, base: Double, lowest: Double, highest: Double, pinned: Bool, stuck: Bool,
        signalRate: Double, expectedSignalRate: Double, candlesSinceSignal: Int
    ) {
        self.value = value
        self.base = base
        self.lowest = lowest
        self.highest = highest
        self.pinned = pinned
        self.stuck = stuck
        self.signalRate = signalRate
        self.expectedSignalRate = expectedSignalRate
        self.candlesSinceSignal = candlesSinceSignal
    }
}

/// One action of the policy and how likely it would take it.
package struct PolicyActionTopic: Hashable, Sendable, Codable {
    /// `hold`, `enter_long`, `enter_short`, `exit`, `scale_in`, `scale_out`.
    package var action: String
    package var probability: Double

    package init(action: String, probability: Double) {
        self.action = action
        self.probability = probability
    }
}

/// What the policy would do, as of the last decision candle.
package struct PolicyTopic: Hashable, Sendable, Codable {
    /// `advise`: shown and recorded only. `veto`: may turn an entry into a hold.
    package var mode: String
    /// The likeliest action.
    package var action: String
    /// All actions, in the policy's order.
    package var actions: [PolicyActionTopic]
    package var at: Int64

    package init(mode: String, action: String, actions: [PolicyActionTopic], at: Int64) {
        self.mode = mode
        self.action = action
        self.actions = actions
        self.at = at
    }
}

/// One member of the set as it is loaded.
package struct ModelMemberTopic: Hashable, Sendable, Codable {
    package var id: String
    /// `scorecard`, `trees`, `lstm` or `policy`.
    package var kind: String
    /// `entryLong`, `entryShort`, `exitLong`, `exitShort` or `policy`.
    package var role: String
    package var weight: Double
    /// `ready` or `absent`; of a policy `off`, `advise` or `veto`.
    package var state: String
    /// Why it is absent, in plain words.
    package var why: String?

    package init(
        id: String, kind: String, role: String, weight: Double, state: String, why: String? = nil
    ) {
        self.id = id
        self.kind = kind
        self.role = role
        self.weight = weight
        self.state = state
        self.why = why
    }
}

/// A feature, or `probability`, and its population stability index.
package struct DriftFeatureTopic: Hashable, Sendable, Codable {
    package var name: String
    package var psi: Double

    package init(name: String, psi: Double) {
        self.name = name
        self.psi = psi
    }
}

/// How the answers of one role are spread, against training: nine edges make ten bins, and one more is for missing.
package struct DistributionTopic: Hashable, Sendable, Codable {
    /// Not falling; a value at an edge lies above it.
    package var edges: [Double]
    /// Shares of the bins, the last is missing.
    package var trained: [Double]
    /// As seen live, older rows fading; all zero before the first.
    package var seen: [Double]

    package init(edges: [Double], trained: [Double], seen: [Double]) {
        self.edges = edges
        self.trained = trained
        self.seen = seen
    }
}

/// How far live data of one role are from its training data.
package struct DriftTopic: Hashable, Sendable, Codable {
    package var role: String
    /// `ok`, `warn` (above 0.1), `alarm` (above 0.25), or `n/a` while there are too few rows or no training figures.
    package var word: String
    /// Rows seen, and how many are needed before anything is said.
    package var rows: Int
    package var neededRows: Int
    /// The largest first, at most five; empty while the word is `n/a`.
    package var worst: [DriftFeatureTopic]
    /// Of the probability; absent while the word is `n/a`.
    package var outputPsi: Double?
    /// Of the probability; absent when the set stores none.
    package var output: DistributionTopic?

    package init(
        role: String, word: String, rows: Int, neededRows: Int, worst: [DriftFeatureTopic],
        outputPsi: Double?, output: DistributionTopic? = nil
    ) {
        self.role = role
        self.word = word
        self.rows = rows
        self.neededRows = neededRows
        self.worst = worst
        self.outputPsi = outputPsi
        self.output = output
    }
}

/// The set of models that decides.
package struct ModelsTopic: Hashable, Sendable, Codable {
    package var name: String
    /// The first twelve hexadecimal digits of the SHA-256 of its manifest; empty for a set that is one plain file.
    package var digest: String
    /// What the set is, in the words of its file.
    package var note: String
    /// Hash of the feature schema that it was made for; empty for a set that names none.
    package var schema: String
    /// Whether a member is absent.
    package var degraded: Bool
    package var members: [ModelMemberTopic]
    package var drift: [DriftTopic]
    /// When it was put in force while the engine ran, and by whom; absent when it decides since the start.
    package var changedAt: Int64?
    package var changedBy: String?
    /// Why the last change was refused, in plain words; absent when none was.
    package var problem: String?

    package init(
        name: String, digest: String, note: String, schema: String, degraded: Bool,
        members: [ModelMemberTopic], drift: [DriftTopic], changedAt: Int64? = nil,
        changedBy: String? = nil, problem: String? = nil
    ) {
        self.name = name
        self.digest = digest
        self.note = note
        self.schema = schema
        self.degraded = degraded
        self.members = members
        self.drift = drift
        self.changedAt = changedAt
        self.changedBy = changedBy
        self.problem = problem
    }
}
