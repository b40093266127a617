import Foundation
import ModelStore
import Models
import Research
import TestSupport
import Testing
import Trading

@testable import Training

/// Two symbols whose feature `return_1` tells the drift of the coming candles; all other features are noise.
private func planted(seed: UInt64, candles: Int) -> TrainingData {
    var generator = Seeded(seed)
    let symbols = ["AAAUSDT", "BBBUSDT"].compactMap { SymbolName($0) }.map { symbol in
        let start: Int64 = 1_735_689_600_000
        var table = FeatureTable(
            symbol: symbol, interval: .minutes(5), features: TrainingFeatures.market)
        var rows: [(Double, Double, Double, Double)] = []
        var price = 100.0
        var drift = 0.0
        for candle in 0..<candles {
            let open = price
            price *= 1 + drift + 0.001 * Double.random(in: -1...1, using: &generator)
            rows.append((open, max(open, price) * 1.0003, min(open, price) * 0.9997, price))
            if candle % 6 == 0 { drift = 0.0008 * Double.random(in: -1...1, using: &generator) }
            var row = FeatureRow()
            for feature in TrainingFeatures.market {
                row[feature] = Double.random(in: -1...1, using: &generator)
            }
            row[.return1] = drift
            table.append(row, openTime: start + Int64(candle) * 300_000, candle: candle)
        }
        let path = PricePath(
            interval: .minutes(5),
            openTimes: rows.indices.map { Timestamp(milliseconds: start + Int64($0) * 300_000) },
            opens: rows.map(\.0), highs: rows.map(\.1), lows: rows.map(\.2), closes: rows.map(\.3))
        return SymbolData(symbol: symbol, path: path, table: table)
    }
    return TrainingData(symbols: symbols)
}

private func smallPlan() -> TrainingPlan {
    var plan = TrainingPlan()
    plan.to = plan.from + .hours(24 * 7)
    plan.validateFrom = plan.to
    plan.validateTo = plan.to + .hours(24 * 3)
    plan.bracket = Bracket(stop: 0.004, target: 0.004, horizon: 12, costs: 0.0001)
    plan.folds = 3
    plan.trees.maxRounds = 8
    plan.trees.minChildWeight = 20
    plan.trees.learningRate = 0.2
    plan.trees.columnShare = 1
    plan.sequence.hidden = 4
    plan.sequence.steps = 8
    plan.sequence.epochs = 2
    plan.sequence.judgedParts = 2
    plan.policy.hidden = 4
    plan.policy.iterations = 2
    plan.policy.rollout = 128
    plan.policy.episode = 200
    plan.exits = ExitRows.Counts(signals: 100, random: 100)
    plan.heldOutExits = ExitRows.Counts(signals: 60, random: 60)
    return plan
}

private func temporaryFolder() -> String {
    NSTemporaryDirectory() + "narwhal-training-" + UUID().uuidString
}

private func files(_ folder: String) throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in [
        "set.json", "card.md", "entry-long.json", "entry-short.json", "exit-long.json",
        "exit-short.json", "lstm.safetensors", "policy.safetensors", "cards/trees-long.md",
        "cards/trees-short.md", "cards/trees-exit-long.md", "cards/trees-exit-short.md",
        "cards/lstm.md", "cards/policy.md",
    ] {
        result[name] = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
    return result
}

@Suite(.enabled(if: isXGBoostHere, xgboostHint), .serialized)
struct SetTests {
    @Test func `a set is trained, found out by its cards, and read back by the engine`() throws {
        let (first, second) = (temporaryFolder(), temporaryFolder())
        defer {
            for folder in [first, second] {
                do { try FileManager.default.removeItem(atPath: folder) } catch {}
            }
        }
        let data = planted(seed: 4, candles: 2_880)
        let plan = smallPlan()
        let run = try TrainingRun(
            data: data, out: first, plan: plan, progress: Progress(isTerminal: false))
        try run.make(.set)

        // The engine takes it, and it says what the manifest says.
        let stored = try ModelFiles(folder: first)
        let set = try stored.makeSet()
        #expect(
            set.members.map(\.id) == [
                "trees-long", "lstm", "trees-short", "lstm", "trees-exit-long", "trees-exit-short",
            ])
        #expect(set.schema == FeatureSchema.hash)
        #expect(set.bracket?.stop == 0.004 && set.bracket?.horizonCandles == 12)
        #expect(set.window.to == "2025-01-07" && set.window.validatedFrom == "2025-01-08")
        let manifest = try SetManifest(json: stored.manifestBytes)
        #expect(manifest.json == stored.manifestBytes)

        // The planted feature is found, first of all.
        let long = try run.entry(.long)
        let report = try RoleReport(
            title: "held out", probabilities: long.heldOutProbabilities,
            labels: long.heldOut.labels, times: long.heldOut.times, seed: plan.seed)
        #expect(report.auc.value > 0.6)
        #expect(long.trees.gains.first?.name == "return_1")
        #expect(try long.contributions(limit: 100).first?.name == "return_1")

        // The card tells the numbers that were reckoned.
        let card = String(
            decoding: try #require(try files(first)["cards/trees-long.md"]), as: UTF8.self)
        #expect(card.contains(CardNumber.interval(report.auc)))
        #expect(card.contains(CardNumber.fixed(report.brier, 5)))
        #expect(card.contains("`return_1`"))

        // The same again, elsewhere and from the kept stages, gives the same bytes.
        let before = try files(first)
        try TrainingRun(
            data: data, out: second, plan: plan, progress: Progress(isTerminal: false)
        ).make(.set)
        #expect(try files(second) == before)
        try run.make(.entry)
        #expect(try files(first)["entry-long.json"] == before["entry-long.json"])
    }

    @Test func `a model that knows nothing says so in its card`() throws {
        // Labels by chance: samples of the planted data with outcomes of another seed.
        let one = planted(seed: 4, candles: 2_880)
        let other = planted(seed: 5, candles: 2_880)
        let mixed = TrainingData(
            symbols: zip(one.symbols, other.symbols).map {
                SymbolData(symbol: $0.symbol, path: $1.path, table: $0.table)
            })
        let folder = temporaryFolder()
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch {} }
        var plan = smallPlan()
        plan.bracket.costs = 0.002
        try TrainingRun(data: mixed, out: folder, plan: plan, progress: Progress(isTerminal: false))
            .make(.entry)
        let card = try String(contentsOfFile: folder + "/cards/trees-long.md", encoding: .utf8)
        #expect(card.contains("no edge") || card.contains("No edge"))
    }
}

@Test func `days are written and read`() {
    #expect(Timestamp(day: "2025-09-01")?.milliseconds == 1_756_684_800_000)
    #expect(Timestamp(milliseconds: 1_756_684_799_999).dayText == "2025-08-31")
    for text in ["2025-02-30", "2025-13-01", "25-01-01", "2025-1-01", "", "2025-01-01x"] {
        #expect(Timestamp(day: text) == nil, "\(text)")
    }
    #expect(Timestamp(day: "2024-02-29")?.dayText == "2024-02-29")
}

@Test func `numbers of cards are rounded, signed and honest about not being one`() {
    #expect(CardNumber.fixed(1.005, 1) == "1.0")
    #expect(CardNumber.fixed(-0.0375, 3) == "−0.038")
    #expect(CardNumber.fixed(-0.0001, 2) == "0.00")
    #expect(CardNumber.fixed(12, 0) == "12")
    #expect(CardNumber.percent(0.1234) == "12.3 %")
    #expect(CardNumber.fixed(.nan, 2) == "n/a")
}

@Test func `a histogram has deciles, a share of missing values, and sees when they move`() throws {
    let values = (0..<2_000).map { $0 < 200 ? Double.nan : Double($0) }
    let histogram = try #require(TrainingHistogram.of(values))
    #expect(abs(histogram.shares[10] - 0.1) < 1e-12)
    #expect(histogram.shares.prefix(10).allSatisfy { abs($0 - 0.09) < 0.001 })
    #expect(abs((histogram.stabilityIndex(values) ?? 1)) < 1e-12)
    #expect((histogram.stabilityIndex(values.map { $0 + 900 }) ?? 0) > 0.25)
    #expect(TrainingHistogram.of([1, 2, 3]) == nil)
    // Codes have equal edges: allowed, as long as they do not fall.
    let codes = try #require(TrainingHistogram.of((0..<3_000).map { Double($0 % 3 - 1) }))
    #expect(codes.shares.reduce(0, +) == 1)
}

@Test func `the entry threshold is one that pays, where one does`() throws {
    var generator = Seeded(12)
    let p = (0..<20_000).map { _ in Double.random(in: 0...1, using: &generator) }
    // Only the highest three per cent pay.
    let worths = p.map { $0 > 0.97 ? 0.01 : -0.01 }
    let times = p.indices.map { Timestamp(milliseconds: Int64($0) * 300_000) }
    let figures = try ThresholdChoice.entry(
        probabilities: p, parts: [Array(0..<10_000), Array(10_000..<20_000)],
        labels: worths.map { $0 > 0 }, worths: worths, times: times, finished: p.map { $0 / 2 },
        seed: 1)
    // The finished model answers half as much: its threshold is on its own scale.
    #expect((0.485...0.5).contains(figures.threshold) && figures.rate <= 0.031)
    #expect(figures.net.low > 0 && figures.precision.value == 1)
}

@Test func `the exit threshold is judged by positions, each left at most once`() {
    // Position 1 is left at its second look, position 2 never.
    let figures = ThresholdChoice.exit(
        threshold: 0.6, probabilities: [0.5, 0.7, 0.9, 0.1], advantages: [1, 2, 4, 8],
        position: [1, 1, 1, 2], times: (0..<4).map { Timestamp(milliseconds: $0 * 300_000) },
        seed: 1)
    #expect(figures.positions == 2 && figures.leftEarly == 0.5 && figures.gain.value == 1)
}

@Test func `finished stages are kept until something changes`() throws {
    let folder = temporaryFolder()
    defer { do { try FileManager.default.removeItem(atPath: folder) } catch {} }
    let store = try StageStore(folder: folder)
    var made = 0
    func result(_ fingerprint: String) throws -> Int {
        try store.result("stage", fingerprint: fingerprint) {
            made += 1
            return made
        }
    }
    #expect(try result("a") == 1)
    #expect(try result("a") == 1)
    #expect(try result("b") == 2)
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/stage.json"))
    #expect(try result("b") == 3)
}
