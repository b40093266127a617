import Text
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

/// The models that decide together, with the thresholds that belong to them.
package struct ModelSet: Hashable, Sendable {
    /// Bytes of the largest model file that is read.
    package static let maxBytes = 65_536

    /// Shown wherever a probability of this set is shown.
    package let name: String
    /// What the set is, in the words of its file.
    package let note: String
    package let entryLong: Scorecard
    package let entryShort: Scorecard
    package let exitLong: Scorecard
    package let exitShort: Scorecard
    /// Base thresholds of the entries, 0.5...0.85.
    package let entryThresholds: PerDirection
    /// Probability at which an open position is closed, 0...1.
    package let exitThreshold: Double
    /// Share of decision candles on which each side is expected to signal, 0...0.5.
    package let expectedSignalRate: PerDirection

    package func entry(_ direction: Direction) -> Scorecard {
        direction == .long ? entryLong : entryShort
    }

    package func exit(_ direction: Direction) -> Scorecard {
        direction == .long ? exitLong : exitShort
    }

    /// Reads a model file: one JSON object with all keys of this type, no others.
    ///
    /// - Throws: `ModelError` for anything that is not exactly that, or larger than 64 KiB.
    package init(json bytes: [UInt8]) throws(ModelError) {
        let parts = try Self.parts(bytes.span)
        name = try Self.required(parts.name, "name")
        note = try Self.required(parts.note, "note")
        entryLong = try Self.required(parts.entryLong, "entryLong")
        entryShort = try Self.required(parts.entryShort, "entryShort")
        exitLong = try Self.required(parts.exitLong, "exitLong")
        exitShort = try Self.required(parts.exitShort, "exitShort")
        let limits = try Self.required(parts.thresholds, "thresholds")
        entryThresholds = PerDirection(
            long: try Self.number(limits, "long", in: 0.5...0.85),
            short: try Self.number(limits, "short", in: 0.5...0.85))
        exitThreshold = try Self.number(limits, "exit", in: 0...1)
        let expected = try Self.required(parts.expectedSignalRate, "expectedSignalRate")
        expectedSignalRate = PerDirection(
            long: try Self.number(expected, "long", in: 0.0001...0.5),
            short: try Self.number(expected, "short", in: 0.0001...0.5))
    }

    /// What has been read so far; each at most once.
    private struct Parts {
        var name: String?
        var note: String?
        var entryLong: Scorecard?
        var entryShort: Scorecard?
        var exitLong: Scorecard?
        var exitShort: Scorecard?
        var thresholds: [String: Double]?
        var expectedSignalRate: [String: Double]?
    }

    private static func parts(_ bytes: Span<UInt8>) throws(ModelError) -> Parts {
        var cursor: JSONCursor
        do {
            cursor = try JSONCursor(bytes, maxLength: maxBytes)
        } catch {
            throw .malformed(error)
        }
        var parts = Parts()
        try cursor.open()
        while let key = try cursor.key() {
            switch key {
            case "name": try set(&parts.name, key, try cursor.text())
            case "note": try set(&parts.note, key, try cursor.text())
            case "entryLong": try set(&parts.entryLong, key, try Scorecard.read(&cursor))
            case "entryShort": try set(&parts.entryShort, key, try Scorecard.read(&cursor))
            case "exitLong": try set(&parts.exitLong, key, try Scorecard.read(&cursor))
            case "exitShort": try set(&parts.exitShort, key, try Scorecard.read(&cursor))
            case "thresholds":
                try set(&parts.thresholds, key, try numbers(["long", "short", "exit"], &cursor))
            case "expectedSignalRate":
                try set(&parts.expectedSignalRate, key, try numbers(["long", "short"], &cursor))
            default: throw .unknownKey(key)
            }
        }
        do { try cursor.end() } catch { throw .malformed(error) }
        return parts
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

    private static func number(
        _ values: [String: Double], _ key: String, in range: ClosedRange<Double>
    ) throws(ModelError) -> Double {
        let value = try required(values[key], key)
        guard range.contains(value) else { throw .numberOutOfRange(key) }
        return value
    }

    private static func required<Value>(
        _ value: Value?, _ key: String
    ) throws(ModelError) -> Value {
        guard let value else { throw .missingKey(key) }
        return value
    }
}
