import Foundation
import Testing
import Trading

@testable import Models

#if canImport(Glibc)
    import Glibc
#endif

struct EnsembleTests {
    static func logistic(_ margin: Double) -> Double { 1 / (1 + exp(-margin)) }

    static func row(rsi: Double, return1: Double = 0) -> FeatureRow {
        var row = FeatureRow()
        row[.rsi14] = rsi
        row[.return1] = return1
        return row
    }

    /// Two members of weights 1 and 3 with margins ±1 and ±2, and one exit model.
    static func pair() throws -> ModelSet {
        let heavy = SmallSet.member("b", "entryLong", file: "b.json")
            .replacing("\"weight\":1", with: "\"weight\":3")
        return try SmallSet.set(
            SmallSet.manifest(members: [
                SmallSet.member("a", "entryLong"), heavy,
                SmallSet.member("exit", "exitLong"),
            ]),
            files: [
                "a.json": SmallSet.stump(), "b.json": SmallSet.stump(low: "-2.0", high: "2.0"),
            ])
    }

    @Test func `the answer is the weighted mean of the members`() throws {
        let reading = try Self.pair().entry(.long, row: Self.row(rsi: 0.7))
        let expected = (Self.logistic(1) + 3 * Self.logistic(2)) / 4
        #expect(abs(try #require(reading.probability) - expected) < 1e-6)
        #expect(reading.members.map(\.id) == ["a", "b"])
        #expect(reading.members.map(\.share) == [0.25, 0.75])
        #expect(!reading.isDegraded && !reading.isAbsent)
    }

    @Test func `a side without members has no probability`() throws {
        let reading = try Self.pair().entry(.short, row: Self.row(rsi: 0.7))
        #expect(reading == EnsembleReading(probability: nil, members: []))
        #expect(try Self.pair().exitProbability(.short, row: Self.row(rsi: 0.7)).isNaN)
    }

    @Test func `members without their features have no answer, and say so`() throws {
        let reading = try Self.pair().entry(.long, row: FeatureRow())
        #expect(reading.isAbsent && !reading.isDegraded)
        #expect(reading.members.map(\.absence) == [.missingInput, .missingInput])
        #expect(try Self.pair().exitProbability(.long, row: FeatureRow()).isNaN)
    }

    @Test func `the live look and the full reading agree`() throws {
        let set = try Self.pair()
        for rsi in [0.2, 0.5, 0.9] {
            let row = Self.row(rsi: rsi)
            #expect(
                set.exitProbability(.long, row: row) == set.exit(.long, row: row).probability)
        }
    }

    /// A network of one input that answers with logit 2 whatever it is given.
    static let constantNetwork = SafeTensors.encode([
        .init(name: "lstm.weight_ih_l0", shape: [4, 1], values: [0, 0, 0, 0]),
        .init(name: "lstm.weight_hh_l0", shape: [4, 1], values: [0, 0, 0, 0]),
        .init(name: "lstm.bias_ih_l0", shape: [4], values: [0, 0, 0, 0]),
        .init(name: "lstm.bias_hh_l0", shape: [4], values: [0, 0, 0, 0]),
        .init(name: "fc.weight", shape: [1, 1], values: [0]),
        .init(name: "fc.bias", shape: [1], values: [2]),
    ])

    static func withNetwork() throws -> ModelSet {
        let network = SmallSet.member(
            "lstm", "entryLong", kind: "lstm", file: "n.safetensors",
            features: "\"return_1\"", extra: ",\"steps\":2")
        let manifest = SmallSet.manifest(members: [SmallSet.member("a", "entryLong"), network])
        return try ModelSet(
            manifest: SetManifest(json: Array(manifest.utf8)), digest: "",
            bytes: { $0 == "a.json" ? Array(SmallSet.stump().utf8) : constantNetwork })
    }

    @Test func `a member that looks back is absent until its rows are there`() throws {
        let set = try Self.withNetwork()
        #expect(set.historyFeatures == [.return1] && set.historyLength == 2)
        var history = FeatureHistory(features: set.historyFeatures, capacity: 2)
        let row = Self.row(rsi: 0.7, return1: 0.01)
        history.append(row, openTime: Timestamp(milliseconds: 0))
        let before = set.entry(.long, row: row, history: history)
        #expect(before.isDegraded && before.members[1].absence == .noHistory)
        #expect(before.members[0].share == 1)
        #expect(abs(try #require(before.probability) - Self.logistic(1)) < 1e-6)
        history.append(row, openTime: Timestamp(milliseconds: 300_000))
        let after = set.entry(.long, row: row, history: history)
        #expect(!after.isDegraded)
        #expect(
            abs(try #require(after.probability) - (Self.logistic(1) + Self.logistic(2)) / 2)
                < 1e-6)
    }

    @Test func `a missing value in the rows makes such a member absent`() throws {
        let set = try Self.withNetwork()
        var history = FeatureHistory(features: set.historyFeatures, capacity: 2)
        history.append(Self.row(rsi: 0.7, return1: .nan), openTime: Timestamp(milliseconds: 0))
        history.append(Self.row(rsi: 0.7), openTime: Timestamp(milliseconds: 300_000))
        #expect(
            set.entry(.long, row: Self.row(rsi: 0.7), history: history).members[1].absence
                == .noHistory)
        // It has left the window with the next row.
        history.append(Self.row(rsi: 0.7), openTime: Timestamp(milliseconds: 600_000))
        #expect(!set.entry(.long, row: Self.row(rsi: 0.7), history: history).isDegraded)
    }

    @Test func `only entry models may look back, and only on candles`() throws {
        for (role, feature, word) in [
            ("exitLong", "return_1", "only entry models"),
            ("entryLong", "funding_rate", "not made of candles"),
        ] {
            let manifest = SmallSet.manifest(members: [
                SmallSet.member(
                    "lstm", role, kind: "lstm", file: "n.safetensors",
                    features: "\"\(feature)\"")
            ])
            let error = try #require(throws: MemberError.self) {
                _ = try ModelSet(
                    manifest: SetManifest(json: Array(manifest.utf8)), digest: "",
                    bytes: { _ in Self.constantNetwork })
            }
            #expect(error.cause.text.contains(word), "\(error.cause.text)")
        }
    }

    @Test func `a scorecard can be a member beside trained models`() throws {
        let card = SmallSet.member(
            "by-hand", "entryShort", kind: "scorecard", file: "card.json",
            features: "\"rsi_14\"")
        let files = [
            "a.json": SmallSet.stump(),
            "card.json": #"{"intercept":-1.0,"weights":{"rsi_14":2.0}}"#,
        ]
        let manifest = SmallSet.manifest(members: [SmallSet.member("a", "entryLong"), card])
        let set = try SmallSet.set(manifest, files: files)
        let reading = set.entry(.short, row: Self.row(rsi: 0.7))
        #expect(abs(try #require(reading.probability) - Self.logistic(0.4)) < 1e-15)
        let other = files.merging(["card.json": #"{"intercept":0,"weights":{"macd":1}}"#]) { $1 }
        let error = try #require(throws: MemberError.self) {
            _ = try SmallSet.set(manifest, files: other)
        }
        #expect(error.cause.text.hasSuffix("looks at other features"))
    }

    @Test func `what moved the answer is told by the trees' Shapley values`() throws {
        let set = try SmallSet.set(
            SmallSet.manifest(members: [SmallSet.member("exit", "exitLong")]))
        // The leaves are −1 and 1 with equal covers: the mean is 0, so the split feature has all of it.
        let parts = set.contributions(.exitLong, row: Self.row(rsi: 0.7), limit: 5)
        #expect(parts == [Contribution(feature: .rsi14, logOdds: 1)])
    }

    @Test func `a silent member raises the bar as if it had said what is usual`() throws {
        let histogram = """
            ,"training":{"entryLong":{"probability":{"edges":[0.36,0.38,0.4,0.42,0.44,0.46,0.48,0.5,0.52],
            "shares":[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0]}}}
            """
        let network = SmallSet.member(
            "lstm", "entryLong", kind: "lstm", file: "n.safetensors",
            features: "\"return_1\"", extra: ",\"steps\":2")
        let heavy = SmallSet.member("a", "entryLong")
            .replacing("\"weight\":1", with: "\"weight\":4")
        let manifest = SmallSet.manifest(members: [heavy, network], extra: histogram)
        let set = try ModelSet(
            manifest: SetManifest(json: Array(manifest.utf8)), digest: "",
            bytes: { $0 == "a.json" ? Array(SmallSet.stump().utf8) : Self.constantNetwork })
        let row = Self.row(rsi: 0.7, return1: 0.01)
        let degraded = set.entry(.long, row: row)
        #expect(degraded.isDegraded && degraded.answeredShare == 0.8)
        // (0.48 − 0.2 × 0.44) ÷ 0.8
        #expect(abs(set.bar(.long, 0.48, degraded) - 0.49) < 1e-12)
        // Never lower than it was.
        #expect(set.bar(.long, 0.4, degraded) == 0.4)
        var history = FeatureHistory(features: set.historyFeatures, capacity: 2)
        for step: Int64 in [0, 1] {
            history.append(row, openTime: Timestamp(milliseconds: step * 300_000))
        }
        let whole = set.entry(.long, row: row, history: history)
        #expect(!whole.isDegraded && set.bar(.long, 0.48, whole) == 0.48)
    }

    @Test func `a network too large to be asked in time is refused`() throws {
        let network = SmallSet.member(
            "lstm", "entryLong", kind: "lstm", file: "n.safetensors",
            features: "\"return_1\"", extra: ",\"steps\":512")
        let hidden = 128
        let large = SafeTensors.encode([
            .init(
                name: "lstm.weight_ih_l0", shape: [4 * hidden, 1],
                values: [Float](repeating: 0, count: 4 * hidden)),
            .init(
                name: "lstm.weight_hh_l0", shape: [4 * hidden, hidden],
                values: [Float](repeating: 0, count: 4 * hidden * hidden)),
            .init(
                name: "lstm.bias_ih_l0", shape: [4 * hidden],
                values: [Float](repeating: 0, count: 4 * hidden)),
            .init(
                name: "lstm.bias_hh_l0", shape: [4 * hidden],
                values: [Float](repeating: 0, count: 4 * hidden)),
            .init(
                name: "fc.weight", shape: [1, hidden],
                values: [Float](repeating: 0, count: hidden)),
            .init(name: "fc.bias", shape: [1], values: [0]),
        ])
        let manifest = SmallSet.manifest(members: [network])
        let error = try #require(throws: MemberError.self) {
            _ = try ModelSet(
                manifest: SetManifest(json: Array(manifest.utf8)), digest: "",
                bytes: { _ in large })
        }
        #expect(error.cause.text.contains("too large to be asked in time"))
    }
}
