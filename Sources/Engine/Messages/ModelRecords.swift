// What is told and remembered of the models. Models themselves are no business of messages: they are named by the
// SHA-256 of their manifest.

/// What the shell tells the core about the set of models. The set itself was handed to the core before this.
package enum ModelChange: Hashable, Sendable, Codable {
    /// The set with this digest decides from the next decision on.
    case use(digest: String, name: String, by: String)
    /// A set is not what its manifest says, or cannot be read; the one in force stays.
    case damaged(name: String, why: String)
}

/// That another set of models decides.
package struct ModelChangeRecord: Hashable, Sendable, Codable {
    package var name: String
    /// SHA-256 of the manifest in 64 hexadecimal digits; empty for a set that is one plain file.
    package var digest: String
    package var previousName: String
    package var previousDigest: String
    /// Who ordered it, in plain words.
    package var by: String

    package init(
        name: String, digest: String, previousName: String, previousDigest: String, by: String
    ) {
        self.name = name
        self.digest = digest
        self.previousName = previousName
        self.previousDigest = previousDigest
        self.by = by
    }
}

/// What one model said for one side.
package struct MemberRecord: Hashable, Sendable, Codable {
    package var id: String
    /// Its share of the answer after the weights of absent members went to the others, 0...1.
    package var share: Double
    /// Calibrated, 0...1; `nil` when it had none.
    package var probability: Double?
    /// Why it had none, one word; `nil` when it had one.
    package var absence: String?

    package init(id: String, share: Double, probability: Double?, absence: String?) {
        self.id = id
        self.share = share
        self.probability = probability
        self.absence = absence
    }
}

/// What the policy would have done at a decision.
package struct AdviceRecord: Hashable, Sendable, Codable {
    /// `advise` or `veto`.
    package var mode: String
    /// The likeliest action by name.
    package var action: String
    /// Of all actions, in the policy's order; sum to 1.
    package var probabilities: [Double]
    /// Whether it turned an entry into a hold.
    package var isVeto: Bool

    package init(mode: String, action: String, probabilities: [Double], isVeto: Bool) {
        self.mode = mode
        self.action = action
        self.probabilities = probabilities
        self.isVeto = isVeto
    }
}

/// By whom and on what a decision's probabilities were made.
package struct DecisionModels: Hashable, Sendable, Codable {
    package var name: String
    /// As in `ModelChangeRecord`.
    package var digest: String
    /// A digest of what the entry models were given, 16 hexadecimal digits.
    package var features: String
    /// In the order of the set.
    package var long: [MemberRecord]
    package var short: [MemberRecord]
    /// `nil` without a policy.
    package var advice: AdviceRecord?

    package init(
        name: String, digest: String, features: String, long: [MemberRecord],
        short: [MemberRecord], advice: AdviceRecord? = nil
    ) {
        self.name = name
        self.digest = digest
        self.features = features
        self.long = long
        self.short = short
        self.advice = advice
    }

    /// Whether a member had no answer.
    package var isDegraded: Bool {
        long.contains { $0.probability == nil } || short.contains { $0.probability == nil }
    }
}
