import Testing
import TestSupport
import Trading

@testable import Models

#if canImport(Glibc)
    import Glibc
#endif

private func set(_ text: String) throws(ModelError) -> ModelSet {
    try ModelSet(scorecard: Array(text.utf8))
}

@Test func `the built-in scorecard says what it is`() throws {
    let set = try ModelSet.scorecard()
    #expect(set.name == "scorecard")
    #expect(set.note.contains("Not trained"))
    #expect(set.entryThresholds[.long] == set.entryThresholds.long)
    #expect(set.members.map(\.role) == [.entryLong, .entryShort, .exitLong, .exitShort])
}

@Test func `the built-in scorecard is the file under version control`() throws {
    let source = #filePath
    let top = source.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    let path = top.joined(separator: "/") + "/models/scorecard.json"
    let file = try #require(fopen(path, "r"), "models/scorecard.json is at the top")
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 100_000)
    let count = fread(&bytes, 1, bytes.count, file)
    #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == ModelSet.scorecardJSON)
}

/// The scorecard of `role`.
private func card(_ role: ModelRole, of set: ModelSet) throws -> Scorecard {
    guard case .scorecard(let card) = try #require(set.members(role).first).judge else {
        throw ModelError.badSet("it is no scorecard")
    }
    return card
}

@Test func `the short entry is the long one mirrored`() throws {
    let set = try ModelSet.scorecard()
    let entryLong = try card(.entryLong, of: set)
    let entryShort = try card(.entryShort, of: set)
    #expect(entryLong.intercept == entryShort.intercept)
    for (long, short) in zip(entryLong.terms, entryShort.terms) {
        #expect(long.feature == short.feature)
        let isSideless = long.feature == .spread || long.feature == .volatility15m
        #expect(long.weight == (isSideless ? short.weight : -short.weight), "\(long.feature.name)")
    }
}

private let small = """
    {"name":"n","note":"t","thresholds":{"long":0.6,"short":0.6,"exit":0.6},
    "expectedSignalRate":{"long":0.03,"short":0.03},
    "entryLong":{"intercept":0,"weights":{"spread":-1.5}},"entryShort":{"intercept":0,"weights":{}},
    "exitLong":{"intercept":0,"weights":{}},"exitShort":{"intercept":0,"weights":{}}}
    """

@Test func `a small set is read whole`() throws {
    let read = try set(small)
    #expect(read.name == "n" && read.note == "t")
    #expect(try card(.entryLong, of: read).terms == [.init(feature: .spread, weight: -1.5)])
    #expect(read.expectedSignalRate == PerDirection(long: 0.03, short: 0.03))
    #expect(read.exitThreshold == 0.6)
}

private func replaced(_ part: String, _ other: String) -> String {
    let pieces = small.split(separator: part, maxSplits: 1, omittingEmptySubsequences: false)
    precondition(pieces.count == 2, "'\(part)' is in the small set")
    return pieces.joined(separator: other)
}

@Test func `a set that is not exactly one is refused`() {
    #expect(throws: ModelError.unknownFeature("spraed")) {
        try set(replaced("\"spread\"", "\"spraed\""))
    }
    #expect(throws: ModelError.duplicateKey("spread")) {
        try set(replaced("\"spread\":-1.5", "\"spread\":1,\"spread\":2"))
    }
    #expect(throws: ModelError.duplicateKey("name")) {
        try set(replaced("\"note\"", "\"name\""))
    }
    #expect(throws: ModelError.unknownKey("nmae")) { try set(replaced("\"name\"", "\"nmae\"")) }
    #expect(throws: ModelError.unknownKey("exti")) { try set(replaced("\"exit\":", "\"exti\":")) }
    #expect(throws: ModelError.missingKey("intercept")) {
        try set(replaced("\"intercept\":0,", ""))
    }
    #expect(throws: ModelError.missingKey("note")) { try set(replaced(",\"note\":\"t\"", "")) }
    #expect(throws: ModelError.numberOutOfRange("long")) {
        try set(replaced("\"long\":0.6", "\"long\":0.86"))
    }
    #expect(throws: ModelError.numberOutOfRange("spread")) {
        try set(replaced("-1.5", "-101"))
    }
}

@Test(arguments: [
    "nan", "NaN", "Infinity", "1e400", "01", "1.", ".5", "\"1\"", "null", "--1", "+1",
])
func `a weight that is no plain number is refused`(weight: String) {
    #expect(throws: ModelError.self) { try set(replaced("-1.5", weight)) }
}

@Test func `a set that is too large is refused before it is read`() {
    let bytes = [UInt8](repeating: 32, count: ModelSet.maxScorecardBytes + 1)
    #expect(throws: ModelError.self) { try ModelSet(scorecard: bytes) }
}

@Test func `cut and corrupted bytes are refused or read, never a trap`() {
    let bytes = Array(small.utf8)
    for end in 0..<bytes.count {
        #expect(throws: ModelError.self) { try ModelSet(scorecard: Array(bytes[..<end])) }
    }
    var generator = Seeded(11)
    for _ in 0..<2_000 {
        var corrupted = bytes
        for _ in 0..<3 {
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            corrupted[index] = UInt8.random(in: 0...255, using: &generator)
        }
        _ = try? ModelSet(scorecard: corrupted)
    }
}
