import Text
import Trading

extension SetManifest {
    /// Reads a manifest.
    ///
    /// - Throws: `ModelError` naming the first key that is unknown, twice, missing or out of range.
    package init(json bytes: [UInt8]) throws(ModelError) {
        self.init()
        var cursor: JSONCursor
        do {
            cursor = try JSONCursor(bytes.span, maxLength: Self.maxBytes)
        } catch {
            throw .malformed(error)
        }
        var seen = KeysSeen()
        try cursor.open()
        while let key = try cursor.key() {
            try seen.take(key)
            switch key {
            case "format":
                let found = try cursor.text()
                guard found == Self.format else {
                    throw .badSet("its format is '\(found)', this program reads \(Self.format)")
                }
            case "name": name = try cursor.text()
            case "note": note = try cursor.text()
            case "schema": schema = try cursor.text()
            case "parent": parent = try cursor.text()
            case "trained": window = try Self.window(&cursor)
            case "bracket": bracket = try Self.bracket(&cursor)
            case "thresholds": try readThresholds(&cursor)
            case "expectedSignalRate": expectedSignalRate = try Self.rates(&cursor)
            case "exitCadence":
                exitCadence = try Self.word(&cursor, ExitCadence.init(rawValue:), key)
            case "members": members = try Self.members(&cursor)
            case "training": training = try Self.training(&cursor)
            default: throw .unknownKey(key)
            }
        }
        do { try cursor.end() } catch { throw .malformed(error) }
        try seen.require(
            "format", "name", "note", "schema", "thresholds", "expectedSignalRate", "members")
        guard !name.isEmpty, name.utf8.count <= 32 else {
            throw .badSet("its name must have 1 to 32 characters")
        }
    }

    private mutating func readThresholds(_ cursor: inout JSONCursor) throws(ModelError) {
        let values = try numbers(
            ["long", "short", "exit", "lowest", "highest", "maxOffset"], &cursor)
        func value(_ key: String, _ range: ClosedRange<Double>, _ usual: Double? = nil)
            throws(ModelError) -> Double
        {
            guard let value = values[key] ?? usual else { throw .missingKey(key) }
            guard range.contains(value) else { throw .numberOutOfRange(key) }
            return value
        }
        let usual = ThresholdBounds()
        let lowest = try value("lowest", 0.01...0.99, usual.lowest)
        bounds = ThresholdBounds(
            lowest: lowest, highest: try value("highest", lowest...0.999, usual.highest),
            maxOffset: try value("maxOffset", 0...0.5, usual.maxOffset))
        entryThresholds = PerDirection(
            long: try value("long", 0...1), short: try value("short", 0...1))
        exitThreshold = try value("exit", 0...1)
    }

    private static func rates(_ cursor: inout JSONCursor) throws(ModelError) -> PerDirection {
        let values = try numbers(["long", "short"], &cursor)
        func rate(_ key: String) throws(ModelError) -> Double {
            guard let value = values[key] else { throw .missingKey(key) }
            guard (0.0001...0.5).contains(value) else { throw .numberOutOfRange(key) }
            return value
        }
        return PerDirection(long: try rate("long"), short: try rate("short"))
    }

    private static func bracket(_ cursor: inout JSONCursor) throws(ModelError) -> TrainedBracket {
        let values = try numbers(
            ["stop", "target", "horizonCandles", "roundTripCosts"], &cursor)
        func value(_ key: String, _ range: ClosedRange<Double>) throws(ModelError) -> Double {
            guard let value = values[key] else { throw .missingKey(key) }
            guard range.contains(value) else { throw .numberOutOfRange(key) }
            return value
        }
        return TrainedBracket(
            stop: try value("stop", 0.0001...0.5), target: try value("target", 0.0001...5),
            horizonCandles: Int(try value("horizonCandles", 1...10_000)),
            roundTripCosts: try value("roundTripCosts", 0...0.1))
    }

    private static func window(_ cursor: inout JSONCursor) throws(ModelError) -> TrainingWindow {
        var window = TrainingWindow()
        var seen = KeysSeen()
        try cursor.open()
        while let key = try cursor.key() {
            try seen.take(key)
            switch key {
            case "from": window.from = try cursor.text()
            case "to": window.to = try cursor.text()
            case "validatedFrom": window.validatedFrom = try cursor.text()
            case "validatedTo": window.validatedTo = try cursor.text()
            default: throw .unknownKey(key)
            }
        }
        return window
    }

    private static func members(_ cursor: inout JSONCursor) throws(ModelError) -> [Member] {
        var members: [Member] = []
        try cursor.openArray()
        while try cursor.next() {
            guard members.count < maxMembers else {
                throw .badSet("it has more than \(maxMembers) members")
            }
            members.append(try member(&cursor))
        }
        return members
    }

    private static func member(_ cursor: inout JSONCursor) throws(ModelError) -> Member {
        var member = Member()
        var seen = KeysSeen()
        try cursor.open()
        while let key = try cursor.key() {
            try seen.take(key)
            switch key {
            case "id": member.id = try cursor.text()
            case "kind": member.kind = try word(&cursor, Kind.init(rawValue:), key)
            case "role": member.role = try word(&cursor, role(named:), key)
            case "file": member.file = try cursor.text()
            case "sha256": member.sha256 = try cursor.text()
            case "weight": member.weight = try cursor.real(in: 1e-6...1e6, key)
            case "features": member.features = try features(&cursor)
            case "calibration": member.calibration = try calibration(&cursor)
            case "steps": member.steps = Int(try cursor.real(in: 2...512, key))
            case "output": member.output = Int(try cursor.real(in: 0...63, key))
            case "mode": member.mode = try word(&cursor, PolicyMode.init(rawValue:), key)
            default: throw .unknownKey(key)
            }
        }
        try seen.require("id", "kind", "role", "file", "sha256")
        try check(member)
        return member
    }

    private static func check(_ member: Member) throws(ModelError) {
        guard isPlain(member.id, limit: 32) else {
            throw .badSet("'\(SafeText.clean(member.id))' is no id: 1 to 32 of a-z 0-9 . -")
        }
        guard isPlain(member.file, limit: 64), member.file.utf8.first != UInt8(ascii: ".") else {
            throw .badSet("the file of '\(member.id)' must be a plain name beside the manifest")
        }
        guard member.sha256.utf8.count == 64,
            member.sha256.utf8.allSatisfy({
                (48...57).contains($0) || (97...102).contains($0)
            })
        else { throw .badSet("the sha256 of '\(member.id)' must be 64 hexadecimal digits") }
        switch member.kind {
        case .scorecard, .trees, .lstm:
            if case .policy = member.role {
                throw .badSet("'\(member.id)' has the role of a policy but is none")
            }
            guard !member.features.isEmpty else {
                throw .badSet("'\(member.id)' names no features")
            }
        case .policy:
            if case .model = member.role {
                throw .badSet("'\(member.id)' is a policy: its role must be policy")
            }
        }
    }

    private static func isPlain(_ text: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46
            }
    }

    private static func role(named name: String) -> Role? {
        name == "policy" ? .policy : ModelRole(rawValue: name).map { .model($0) }
    }

    private static func features(_ cursor: inout JSONCursor) throws(ModelError) -> [FeatureID] {
        var features: [FeatureID] = []
        try cursor.openArray()
        while try cursor.next() {
            let name = try cursor.text()
            guard let feature = FeatureID(name: name) else { throw .unknownFeature(name) }
            guard !features.contains(feature) else { throw .duplicateKey(name) }
            features.append(feature)
        }
        return features
    }

    private static func calibration(_ cursor: inout JSONCursor) throws(ModelError) -> Calibration {
        var kind = ""
        var slope: Double?
        var intercept: Double?
        var inputs: [Double]?
        var outputs: [Double]?
        var seen = KeysSeen()
        try cursor.open()
        while let key = try cursor.key() {
            try seen.take(key)
            switch key {
            case "kind": kind = try cursor.text()
            case "slope": slope = try cursor.real(in: -100...100, key)
            case "intercept": intercept = try cursor.real(in: -100...100, key)
            case "inputs": inputs = try cursor.reals(limit: IsotonicKnots.maxCount, key)
            case "outputs": outputs = try cursor.reals(limit: IsotonicKnots.maxCount, key)
            default: throw .unknownKey(key)
            }
        }
        switch (kind, slope, intercept, inputs, outputs) {
        case ("none", nil, nil, nil, nil): return .none
        case ("platt", let slope?, let intercept?, nil, nil):
            return .platt(slope: slope, intercept: intercept)
        case ("isotonic", nil, nil, let inputs?, let outputs?):
            return .isotonic(try IsotonicKnots(inputs: inputs, outputs: outputs))
        default:
            throw .badSet(
                "a calibration is none, platt with slope and intercept, or isotonic with inputs and outputs"
            )
        }
    }

    private static func training(
        _ cursor: inout JSONCursor
    ) throws(ModelError) -> [[DriftMonitor.Quantity]] {
        var lists: [[DriftMonitor.Quantity]] = [[], [], [], []]
        var seen = KeysSeen()
        try cursor.open()
        while let key = try cursor.key() {
            try seen.take(key)
            guard let role = ModelRole(rawValue: key) else { throw .unknownKey(key) }
            lists[role.index] = try histograms(&cursor)
        }
        return lists
    }

    private static func histograms(
        _ cursor: inout JSONCursor
    ) throws(ModelError) -> [DriftMonitor.Quantity] {
        var list: [DriftMonitor.Quantity] = []
        var seen = KeysSeen()
        try cursor.open()
        while let name = try cursor.key() {
            try seen.take(name)
            guard name == DriftMonitor.output || FeatureID(name: name) != nil else {
                throw .unknownFeature(name)
            }
            var edges: [Double]?
            var shares: [Double]?
            var inner = KeysSeen()
            try cursor.open()
            while let key = try cursor.key() {
                try inner.take(key)
                switch key {
                case "edges":
                    edges = try cursor.reals(limit: TrainingHistogram.edgeCount, key)
                case "shares":
                    shares = try cursor.reals(limit: TrainingHistogram.binCount, key)
                default: throw .unknownKey(key)
                }
            }
            guard let edges else { throw .missingKey("edges") }
            guard let shares else { throw .missingKey("shares") }
            list.append(
                DriftMonitor.Quantity(
                    name: name, histogram: try TrainingHistogram(edges: edges, shares: shares)))
        }
        return list
    }

    private static func numbers(
        _ keys: [String], _ cursor: inout JSONCursor
    ) throws(ModelError) -> [String: Double] {
        var values: [String: Double] = [:]
        try cursor.open()
        while let key = try cursor.key() {
            guard keys.contains(key) else { throw .unknownKey(key) }
            guard values[key] == nil else { throw .duplicateKey(key) }
            values[key] = try cursor.real()
        }
        return values
    }

    private func numbers(
        _ keys: [String], _ cursor: inout JSONCursor
    ) throws(ModelError) -> [String: Double] {
        try Self.numbers(keys, &cursor)
    }

    private static func word<Value>(
        _ cursor: inout JSONCursor, _ make: (String) -> Value?, _ key: String
    ) throws(ModelError) -> Value {
        let text = try cursor.text()
        guard let value = make(text) else {
            throw .badSet("'\(SafeText.clean(text))' is no value of \(key)")
        }
        return value
    }
}

/// The keys of one object, each at most once.
private struct KeysSeen {
    private var keys: Set<String> = []

    mutating func take(_ key: String) throws(ModelError) {
        guard keys.insert(key).inserted else { throw .duplicateKey(key) }
    }

    func require(_ names: String...) throws(ModelError) {
        for name in names where !keys.contains(name) { throw .missingKey(name) }
    }
}
