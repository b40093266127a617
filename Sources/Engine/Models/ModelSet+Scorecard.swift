import Text
import Trading

extension ModelSet {
    /// The bytes of `models/scorecard.json`, so that the engine runs without files.
    package static let scorecardJSON: String = #"""
        {
          "name": "scorecard",
          "note": "Weights set by hand from flow, momentum and position features. Not trained on any data: it has no measured edge and claims none. The signal rates are chosen so that replays and demonstrations trade several times an hour.",
          "thresholds": {
            "long": 0.62,
            "short": 0.62,
            "exit": 0.6
          },
          "expectedSignalRate": {
            "long": 0.22,
            "short": 0.22
          },
          "entryLong": {
            "intercept": -0.3,
            "weights": {
              "whale_net_1m": 0.1,
              "whale_net_5m": 0.2,
              "whale_net_15m": 0.15,
              "taker_imbalance_1m": 0.4,
              "taker_imbalance_5m": 7.0,
              "momentum_3": 0.08,
              "momentum_15": 0.08,
              "range_position_15": -0.1,
              "divergence_5m": 0.1,
              "spread": -0.1
            }
          },
          "entryShort": {
            "intercept": -0.3,
            "weights": {
              "whale_net_1m": -0.1,
              "whale_net_5m": -0.2,
              "whale_net_15m": -0.15,
              "taker_imbalance_1m": -0.4,
              "taker_imbalance_5m": -7.0,
              "momentum_3": -0.08,
              "momentum_15": -0.08,
              "range_position_15": 0.1,
              "divergence_5m": -0.1,
              "spread": -0.1
            }
          },
          "exitLong": {
            "intercept": -1.0,
            "weights": {
              "held_fraction": 2.4,
              "unrealized_r": -1.0,
              "drawdown_r": 1.0,
              "whale_against_1m": 0.5,
              "whale_against_5m": 0.6,
              "taker_against_1m": 1.8,
              "momentum_against_1": 0.8,
              "momentum_against_3": 0.4
            }
          },
          "exitShort": {
            "intercept": -1.0,
            "weights": {
              "held_fraction": 2.4,
              "unrealized_r": -1.0,
              "drawdown_r": 1.0,
              "whale_against_1m": 0.5,
              "whale_against_5m": 0.6,
              "taker_against_1m": 1.8,
              "momentum_against_1": 0.8,
              "momentum_against_3": 0.4
            }
          }
        }

        """#

    /// The built-in scorecard: set by hand, not trained.
    package static func scorecard() throws(ModelError) -> ModelSet {
        try ModelSet(scorecard: Array(scorecardJSON.utf8))
    }

    /// Bytes of the largest scorecard file that is read.
    package static let maxScorecardBytes = 65_536

    /// Reads a scorecard file: one JSON object with all keys of `ScorecardFile`, no others.
    ///
    /// - Throws: `ModelError` for anything that is not exactly that, or larger than 64 KiB.
    package convenience init(scorecard bytes: [UInt8]) throws(ModelError) {
        let file = try ScorecardFile(bytes.span)
        var parts = Parts()
        parts.name = try file.required(file.name, "name")
        parts.note = try file.required(file.note, "note")
        parts.members = [
            try .scorecard(file.entryLong, .entryLong),
            try .scorecard(file.entryShort, .entryShort),
            try .scorecard(file.exitLong, .exitLong),
            try .scorecard(file.exitShort, .exitShort),
        ]
        let limits = try file.required(file.thresholds, "thresholds")
        parts.entryThresholds = PerDirection(
            long: try file.number(limits, "long", in: 0.5...0.85),
            short: try file.number(limits, "short", in: 0.5...0.85))
        parts.exitThreshold = try file.number(limits, "exit", in: 0...1)
        let expected = try file.required(file.expectedSignalRate, "expectedSignalRate")
        parts.expectedSignalRate = PerDirection(
            long: try file.number(expected, "long", in: 0.0001...0.5),
            short: try file.number(expected, "short", in: 0.0001...0.5))
        try self.init(parts)
    }
}

extension ModelMember {
    fileprivate static func scorecard(
        _ card: Scorecard?, _ role: ModelRole
    ) throws(ModelError) -> ModelMember {
        guard let card else { throw .missingKey(role.rawValue) }
        return ModelMember(
            id: "scorecard", role: role, judge: .scorecard(card), weight: 1,
            features: card.terms.map(\.feature), calibration: .none, file: "", digest: "")
    }
}

/// What has been read of a scorecard file so far; each key at most once.
private struct ScorecardFile {
    var name: String?
    var note: String?
    var entryLong: Scorecard?
    var entryShort: Scorecard?
    var exitLong: Scorecard?
    var exitShort: Scorecard?
    var thresholds: [String: Double]?
    var expectedSignalRate: [String: Double]?

    init(_ bytes: Span<UInt8>) throws(ModelError) {
        var cursor: JSONCursor
        do {
            cursor = try JSONCursor(bytes, maxLength: ModelSet.maxScorecardBytes)
        } catch {
            throw .malformed(error)
        }
        try cursor.open()
        while let key = try cursor.key() {
            switch key {
            case "name": try Self.set(&name, key, try cursor.text())
            case "note": try Self.set(&note, key, try cursor.text())
            case "entryLong": try Self.set(&entryLong, key, try Scorecard.read(&cursor))
            case "entryShort": try Self.set(&entryShort, key, try Scorecard.read(&cursor))
            case "exitLong": try Self.set(&exitLong, key, try Scorecard.read(&cursor))
            case "exitShort": try Self.set(&exitShort, key, try Scorecard.read(&cursor))
            case "thresholds":
                try Self.set(
                    &thresholds, key, try Self.numbers(["long", "short", "exit"], &cursor))
            case "expectedSignalRate":
                try Self.set(
                    &expectedSignalRate, key, try Self.numbers(["long", "short"], &cursor))
            default: throw .unknownKey(key)
            }
        }
        do { try cursor.end() } catch { throw .malformed(error) }
    }

    private static func set<Value>(
        _ part: inout Value?, _ key: String, _ value: Value
    ) throws(ModelError) {
        guard part == nil else { throw .duplicateKey(key) }
        part = value
    }

    private static func numbers(
        _ keys: [String], _ cursor: inout JSONCursor
    ) throws(ModelError) -> [String: Double] {
        var values: [String: Double] = [:]
        try cursor.open()
        while let key = try cursor.key() {
            guard keys.contains(key) else { throw .unknownKey(key) }
            guard values[key] == nil else { throw .duplicateKey(key) }
            values[key] = try cursor.number()
        }
        return values
    }

    func number(
        _ values: [String: Double], _ key: String, in range: ClosedRange<Double>
    ) throws(ModelError) -> Double {
        let value = try required(values[key], key)
        guard range.contains(value) else { throw .numberOutOfRange(key) }
        return value
    }

    func required<Value>(_ value: Value?, _ key: String) throws(ModelError) -> Value {
        guard let value else { throw .missingKey(key) }
        return value
    }
}
