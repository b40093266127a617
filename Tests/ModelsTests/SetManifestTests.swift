import Foundation
import Testing
import Trading

@testable import Models

struct SetManifestTests {
    @Test func `a manifest is read whole`() throws {
        let set = try SmallSet.set(
            SmallSet.manifest(
                members: [SmallSet.member("trees-long", "entryLong")],
                extra: """
                    ,"parent":"p","trained":{"from":"2025-01-01","to":"2025-08-31",
                    "validatedFrom":"2025-09-01","validatedTo":"2025-10-31"},
                    "bracket":{"stop":0.01,"target":0.02,"horizonCandles":48,"roundTripCosts":0.0012},
                    "exitCadence":"decisionClose",
                    "training":{"entryLong":{"rsi_14":{"edges":[1,2,3,4,5,6,7,8,9],
                    "shares":[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.05,0.05]}}}
                    """))
        #expect(set.name == "small" && set.note == "by hand" && set.digest == "d")
        #expect(set.parent == "p" && set.window.validatedTo == "2025-10-31")
        #expect(
            set.bracket
                == TrainedBracket(
                    stop: 0.01, target: 0.02, horizonCandles: 48, roundTripCosts: 0.0012))
        #expect(set.entryThresholds == PerDirection(long: 0.6, short: 0.55))
        #expect(set.exitThreshold == 0.7)
        #expect(set.expectedSignalRate == PerDirection(long: 0.03, short: 0.02))
        #expect(
            set.thresholdBounds == ThresholdBounds(lowest: 0.3, highest: 0.9, maxOffset: 0.1))
        #expect(set.neededForEntry == FeatureMask([.rsi14, .return1]))
        #expect(set.neededForExit.isEmpty && set.historyLength == 0 && set.policy == nil)
        #expect(set.driftMonitor(.entryLong).quantities.map(\.name) == ["rsi_14"])
        #expect(set.driftMonitor(.exitLong).isEmpty)
    }

    @Test(arguments: [
        ("\"format\":\"narwhal-model-set-1\"", "\"format\":\"narwhal-model-set-2\"", "format"),
        ("\"name\":\"small\"", "\"nome\":\"small\"", "nome"),
        ("\"name\":\"small\"", "\"name\":\"\"", "name"),
        ("\"exit\":0.7", "\"exit\":7", "exit"),
        ("\"lowest\":0.3", "\"lowest\":0.65", "threshold"),
        ("\"long\":3e-2", "\"long\":0.6", "long"),
        ("\"role\":\"entryLong\"", "\"role\":\"entryUp\"", "entryUp"),
        ("\"role\":\"entryLong\"", "\"role\":\"policy\"", "policy"),
        ("\"kind\":\"trees\"", "\"kind\":\"forest\"", "forest"),
        ("\"file\":\"a.json\"", "\"file\":\"../a.json\"", "plain name"),
        ("\"file\":\"a.json\"", "\"file\":\"/etc/passwd\"", "plain name"),
        ("\"file\":\"a.json\"", "\"file\":\".hidden\"", "plain name"),
        ("\"weight\":1", "\"weight\":0", "weight"),
        ("\"weight\":1", "\"weight\":NaN", "byte"),
        ("\"return_1\"]", "\"return_9\"]", "return_9"),
        ("\"return_1\"]", "\"rsi_14\"]", "rsi_14"),
        ("{\"kind\":\"none\"}", "{\"kind\":\"platt\",\"slope\":1}", "calibration"),
        ("{\"kind\":\"none\"}", "{\"kind\":\"isotonic\",\"inputs\":[0],\"outputs\":[0]}", "inputs"),
        ("0000\"", "00\"", "sha256"),
    ])
    func `what is wrong in a manifest is named`(part: String, other: String, word: String) throws {
        let good = SmallSet.manifest(members: [SmallSet.member("trees-long", "entryLong")])
        let range = try #require(good.range(of: part))
        let bad = good.replacingCharacters(in: range, with: other)
        let error = try #require(throws: (any Error).self) { _ = try SmallSet.set(bad) }
        let text = (error as? ModelError)?.text ?? (error as? MemberError)?.cause.text ?? ""
        #expect(text.contains(word), "\(text)")
    }

    @Test func `no cut of a manifest is taken for the whole`() throws {
        let good = Array(
            SmallSet.manifest(members: [SmallSet.member("trees-long", "entryLong")]).utf8)
        for length in 0..<good.count {
            #expect(throws: ModelError.self) {
                try SetManifest(json: Array(good.prefix(length)))
            }
        }
    }

    @Test func `a set made for other features is refused with what to do`() throws {
        let manifest = SmallSet.manifest(members: [SmallSet.member("a", "entryLong")])
        let range = try #require(manifest.range(of: FeatureSchema.hash))
        let error = try #require(throws: MemberError.self) {
            _ = try SmallSet.set(
                manifest.replacingCharacters(in: range, with: "0123456789abcdef"))
        }
        #expect(error.file.isEmpty)
        #expect(error.cause.text.contains("schema 0123456789abcdef"))
        #expect(error.cause.text.hasSuffix("train it again"))
    }

    @Test func `trees that name other features than the set are refused with their file`() throws {
        let manifest = SmallSet.manifest(members: [SmallSet.member("a", "entryLong")])
        let other = SmallSet.stump(names: "\"return_1\",\"rsi_14\"")
        let error = try #require(throws: MemberError.self) {
            _ = try SmallSet.set(manifest, files: ["a.json": other])
        }
        #expect(error.file == "a.json")
        #expect(error.cause.text.contains("name other features"))
    }

    @Test func `trees that take another number of features are refused`() throws {
        let manifest = SmallSet.manifest(members: [SmallSet.member("a", "entryLong")])
        let other = SmallSet.stump(names: "", features: 3)
        let error = try #require(throws: MemberError.self) {
            _ = try SmallSet.set(manifest, files: ["a.json": other])
        }
        #expect(error.cause.text.contains("take 3 features, the set gives them 2"))
    }

    @Test func `two members of one role may not have one name`() throws {
        let twins = [SmallSet.member("a", "entryLong"), SmallSet.member("a", "entryLong")]
        let error = try #require(throws: MemberError.self) {
            _ = try SmallSet.set(SmallSet.manifest(members: twins))
        }
        #expect(error.cause == .badSet("two members of entryLong are called 'a'"))
    }
}
