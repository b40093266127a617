import Foundation
import TestSupport
import Testing

@testable import Models

private let needsData = ConditionTrait.enabled(
    if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint))

private let folder = "fixtures/models/"

struct BoostedTreesTests {
    @Test(
        needsData,
        arguments: ["1.7.4", "3.2.0"], ["bin", "binbs", "reg", "soft", "softmax"])
    func `the fixture models answer as XGBoost did, bit for bit`(
        version: String, kind: String
    ) throws {
        let path = "\(folder)\(version)_\(kind)"
        let model = try ModelFixtures.model(path + ".json")
        let rows = try ModelFixtures.rows(ModelFixtures.bytes(path + "_X.csv"), for: model)
        let expected = try ModelFixtures.numbers(path + "_pred.json")
        let margins = try #require(expected["margin"]).map { Float($0).bitPattern }
        let answers = try #require(expected["pred"]).map { Float($0).bitPattern }
        #expect(rows.count == 20)
        #expect(rows.all.flatMap { model.margins($0.span) }.map(\.bitPattern) == margins)
        let own = rows.all.map { model.probabilities($0.span) }
        if kind == "softmax" {
            // XGBoost answers with the class of the largest probability.
            let classes = own.map { Float($0.firstIndex(of: $0.max() ?? 0) ?? 0).bitPattern }
            #expect(classes == answers)
        } else {
            #expect(own.flatMap { $0 }.map(\.bitPattern) == answers)
        }
        if model.outputCount == 1 {
            #expect(rows.all.map { model.margin($0.span).bitPattern } == margins)
            #expect(rows.all.map { model.probability($0.span).bitPattern } == answers)
        }
    }

    @Test(needsData) func `2,000 rows through 500 trees are equal in every bit`() throws {
        let model = try ModelFixtures.model("gbdt/model.json.gz")
        #expect(model.treeCount == 500 && model.depth == 6 && model.featureCount == 55)
        let rows = try ModelFixtures.rows(ModelFixtures.unpacked("gbdt/rows.csv.gz"), for: model)
        let expected = String(
            decoding: try ModelFixtures.unpacked("gbdt/expected.csv.gz"), as: UTF8.self
        ).split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        #expect(rows.count == 2_000 && expected.count == 2_000)
        for (row, line) in zip(rows.all, expected) {
            let margin = model.margin(row.span)
            #expect(margin.bitPattern == UInt32(line[2], radix: 16), "row \(line[0])")
            #expect(
                model.probability(row.span).bitPattern == UInt32(line[4], radix: 16),
                "row \(line[0])")
        }
    }

    @Test(
        needsData, arguments: ["1.7.4", "3.2.0"],
        [
            ("dart", "the booster of the model file is 'dart', and only 'gbtree' is read; "),
            ("lin", "the booster of the model file is 'gblinear', and only 'gbtree' is read; "),
            ("cat1", "the model file splits by categories, which are not read; "),
            ("cat64", "the model file splits by categories, which are not read; "),
        ])
    func `the fixture models of other kinds are refused by name`(
        version: String, kind: (name: String, sentence: String)
    ) throws {
        let error = #expect(throws: ModelError.self) {
            try ModelFixtures.model("\(folder)\(version)_\(kind.name).json")
        }
        #expect(error?.text.hasPrefix(kind.sentence) == true, "\(error?.text ?? "")")
    }

    @Test(needsData, arguments: ["1.7.4", "3.2.0"])
    func `all trees of a model that stopped early count`(version: String) throws {
        let model = try ModelFixtures.model("\(folder)\(version)_es.json")
        #expect(model.treeCount > 3 && model.featureNames.isEmpty)
    }
}
