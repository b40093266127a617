import CMath
import Text
package import Trading

/// How much one feature moved a model's answer, in log-odds: positive raises the probability.
package struct Contribution: Hashable, Sendable, Codable {
    package var feature: FeatureID
    package var logOdds: Double

    package init(feature: FeatureID, logOdds: Double) {
        self.feature = feature
        self.logOdds = logOdds
    }

    /// Whether `left` stands before `right`: the stronger first; of equals, the earlier feature.
    package static func isStronger(_ left: Contribution, _ right: Contribution) -> Bool {
        let first = abs(left.logOdds)
        let second = abs(right.logOdds)
        return first != second ? first > second : left.feature.rawValue < right.feature.rawValue
    }
}

/// A logistic with weights set by hand: an answer that people can follow, not a trained one.
package struct Scorecard: Hashable, Sendable {
    /// Weights and intercepts are within ± this.
    package static let maxWeight = 100.0

    package struct Term: Hashable, Sendable {
        package var feature: FeatureID
        /// Log-odds per unit of the feature.
        package var weight: Double

        package init(feature: FeatureID, weight: Double) {
            self.feature = feature
            self.weight = weight
        }
    }

    /// The answer for one row.
    package struct Score: Hashable, Sendable {
        /// 0...1.
        package var probability: Double
        /// Features with a weight whose value was missing; they contributed nothing.
        package var missing: Int
    }

    /// Log-odds when all features are zero.
    package let intercept: Double
    /// In the order of the features, none twice.
    package let terms: [Term]

    package init(intercept: Double, terms: [Term]) throws(ModelError) {
        guard intercept.isFinite, abs(intercept) <= Self.maxWeight else {
            throw .numberOutOfRange("intercept")
        }
        var seen = Set<FeatureID>()
        for term in terms {
            guard term.weight.isFinite, abs(term.weight) <= Self.maxWeight else {
                throw .numberOutOfRange(term.feature.name)
            }
            guard seen.insert(term.feature).inserted else {
                throw .duplicateKey(term.feature.name)
            }
        }
        self.intercept = intercept
        self.terms = terms.sorted { $0.feature.rawValue < $1.feature.rawValue }
    }

    /// The probability of `row` with the number of features that it lacked.
    package func score(_ row: borrowing FeatureRow) -> Score {
        var logOdds = intercept
        var missing = 0
        for term in terms {
            let value = row[term.feature]
            if value.isNaN { missing += 1 } else { logOdds += term.weight * value }
        }
        return Score(probability: 1 / (1 + narwhal_exp(-logOdds)), missing: missing)
    }

    /// The probability of `row`, 0...1; missing features contribute nothing.
    package func probability(_ row: borrowing FeatureRow) -> Double { score(row).probability }

    /// What every present feature with a weight adds to the log-odds, strongest first; of equals, the earlier feature.
    package func contributions(_ row: borrowing FeatureRow) -> [Contribution] {
        var contributions: [Contribution] = []
        contributions.reserveCapacity(terms.count)
        for term in terms {
            let value = row[term.feature]
            if value.isNaN { continue }
            contributions.append(
                Contribution(feature: term.feature, logOdds: term.weight * value))
        }
        contributions.sort(by: Contribution.isStronger)
        return contributions
    }
}

extension Scorecard {
    /// Reads a file that holds one scorecard and nothing else.
    package init(json bytes: [UInt8]) throws(ModelError) {
        var cursor: JSONCursor
        do {
            cursor = try JSONCursor(bytes.span, maxLength: ModelSet.maxScorecardBytes)
        } catch {
            throw .malformed(error)
        }
        self = try Self.read(&cursor)
        do { try cursor.end() } catch { throw .malformed(error) }
    }

    /// Reads `{"intercept": number, "weights": {"feature": number, …}}`, in any order, nothing else.
    static func read(_ cursor: inout JSONCursor) throws(ModelError) -> Scorecard {
        var intercept: Double?
        var terms: [Term]?
        try cursor.open()
        while let key = try cursor.key() {
            switch key {
            case "intercept":
                guard intercept == nil else { throw .duplicateKey(key) }
                intercept = try cursor.number()
            case "weights":
                guard terms == nil else { throw .duplicateKey(key) }
                terms = try readTerms(&cursor)
            default: throw .unknownKey(key)
            }
        }
        guard let intercept else { throw .missingKey("intercept") }
        guard let terms else { throw .missingKey("weights") }
        return try Scorecard(intercept: intercept, terms: terms)
    }

    private static func readTerms(_ cursor: inout JSONCursor) throws(ModelError) -> [Term] {
        var terms: [Term] = []
        try cursor.open()
        while let name = try cursor.key() {
            guard let feature = FeatureID(name: name) else { throw .unknownFeature(name) }
            guard !terms.contains(where: { $0.feature == feature }) else {
                throw .duplicateKey(name)
            }
            terms.append(Term(feature: feature, weight: try cursor.number()))
        }
        return terms
    }
}
