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
        var reader = try ModelReader(bytes)
        var name: String?
        var note: String?
        var cards: [String: Scorecard] = [:]
        var thresholds: [String: Double]?
        var rates: [String: Double]?
        try reader.object { (key, position, reader) throws(ModelError) in
            switch key {
            case "name": name = try reader.string()
            case "note": note = try reader.string()
            case "entryLong", "entryShort", "exitLong", "exitShort":
                cards[key] = try Scorecard(from: &reader)
            case "thresholds": thresholds = try Self.numbers(["long", "short", "exit"], &reader)
            case "expectedSignalRate": rates = try Self.numbers(["long", "short"], &reader)
            default: throw .unknownKey(key, at: position)
            }
        }
        try reader.end()
        self.name = try Self.required(name, "name")
        self.note = try Self.required(note, "note")
        entryLong = try Self.required(cards["entryLong"], "entryLong")
        entryShort = try Self.required(cards["entryShort"], "entryShort")
        exitLong = try Self.required(cards["exitLong"], "exitLong")
        exitShort = try Self.required(cards["exitShort"], "exitShort")
        let limits = try Self.required(thresholds, "thresholds")
        entryThresholds = PerDirection(
            long: try Self.number(limits, "long", in: 0.5...0.85),
            short: try Self.number(limits, "short", in: 0.5...0.85))
        exitThreshold = try Self.number(limits, "exit", in: 0...1)
        let expected = try Self.required(rates, "expectedSignalRate")
        expectedSignalRate = PerDirection(
            long: try Self.number(expected, "long", in: 0.0001...0.5),
            short: try Self.number(expected, "short", in: 0.0001...0.5))
    }

    private static func numbers(
        _ keys: [String], _ reader: inout ModelReader
    ) throws(ModelError) -> [String: Double] {
        var values: [String: Double] = [:]
        try reader.object { (key, position, reader) throws(ModelError) in
            guard keys.contains(key) else { throw .unknownKey(key, at: position) }
            values[key] = try reader.number(of: key)
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
