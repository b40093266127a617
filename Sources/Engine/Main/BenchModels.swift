import ArgumentParser
import Foundation
import Models
import Text

/// How long one row takes through boosted trees, how long its explanation, how long the reading of the file.
struct BenchModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Nanoseconds per row of a model, of its contributions, and of reading its file.",
        discussion: """
            One thread, CPU time, a thousand different rows in turn, because a repeated row flatters. Without --model \
            500 full trees of depth 6 on 55 features are generated. Where two cores share their units, a busy \
            neighbor makes rows slower without taking CPU time: the fastest repeat shows the undisturbed machine.
            """)

    @Option(help: "An XGBoost JSON file, plain or gzip.")
    var model: String?

    @Option(help: "Rows to score, comma-separated; without it random ones, a tenth missing.")
    var rows: String?

    @Option(help: "Repeat each measurement so often; the median counts, the spread is noise.")
    var repeats: Int = 15

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (3...1_000).contains(repeats) else {
            throw ValidationError("--repeats must be from 3 to 1000")
        }
    }

    func run() throws {
        #if DEBUG
            note("a debug build: the figures say nothing about the shipped binary")
        #endif
        let bytes =
            try model.map { try ModelsScore.read($0, maxBytes: BoostedTrees.maxBytes) }
            ?? GeneratedTrees.json(trees: 500, depth: 6, features: 55)
        let name = model ?? "500 generated trees"
        let trees = try ModelsScore.trees(bytes, of: name)
        let table: [[Float]]
        if let rows {
            let file = try ModelsScore.rows(rows, for: trees)
            table = (0..<file.count).map { Array(file.row($0)) }
        } else {
            table = GeneratedTrees.rows(1_000, features: trees.featureCount)
        }
        var results = [
            try BenchTime.measure("read the file", .milliseconds, repeats: repeats) { () throws in
                _ = try ModelsScore.trees(bytes, of: name)
                return 1
            }
        ]
        results.append(
            BenchTime.measure("a row", .nanoseconds, repeats: repeats) {
                // Enough rows that the clock's own step does not show.
                let turns = max(1, 5_000 / table.count)
                var sum: Float = 0
                for _ in 0..<turns {
                    for row in table {
                        sum +=
                            trees.outputCount == 1
                            ? trees.probability(row.span) : trees.probabilities(row.span)[0]
                    }
                }
                return sum.isFinite ? turns * table.count : 1
            })
        results.append(
            BenchTime.measure("its contributions", .microseconds, repeats: repeats) {
                var sum = 0.0
                let some = table.prefix(100)
                for row in some { sum += trees.contributions(row.span)[0] }
                return sum.isFinite ? some.count : 1
            })
        report(name, trees, bytes: bytes.count, rows: table.count, results)
    }

    private func report(
        _ name: String, _ trees: BoostedTrees, bytes: Int, rows: Int, _ results: [BenchTime]
    ) {
        guard json else {
            say(
                "\(SafeText.clean(name)): \(trees.treeCount) trees, \(trees.nodeCount) nodes, depth "
                    + "\(trees.depth), \(trees.featureCount) features, \(bytes) bytes; "
                    + "\(rows) rows in turn, one thread, CPU time, median of \(repeats)")
            for result in results { say(result.line) }
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("model", name)
        writer.field("generated", model == nil)
        writer.field("trees", trees.treeCount)
        writer.field("nodes", trees.nodeCount)
        writer.field("depth", trees.depth)
        writer.field("features", trees.featureCount)
        writer.field("bytes", bytes)
        writer.field("rows", rows)
        writer.field("repeats", repeats)
        BenchTime.write(results, to: &writer)
        writer.endObject()
        say(String(decoding: writer.bytes, as: UTF8.self))
    }
}

/// Trees and rows without meaning, the same in every run, for machines without a model.
enum GeneratedTrees {
    /// Numbers that look random: a linear congruence, upper bits.
    /// - Source: Knuth, MMIX.
    private struct Numbers {
        private var state: UInt64

        init(_ seed: UInt64) { state = seed }

        /// From −1 to 1.
        mutating func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 52) - 1
        }

        mutating func below(_ limit: Int) -> Int {
            min(limit - 1, Int((next() + 1) / 2 * Double(limit)))
        }
    }

    static func rows(_ count: Int, features: Int) -> [[Float]] {
        var numbers = Numbers(7)
        return (0..<count).map { _ in
            (0..<features).map { _ in
                let value = Float(2 * numbers.next())
                return numbers.below(10) == 0 ? .nan : value
            }
        }
    }

    /// The text of an XGBoost file with full trees.
    static func json(trees: Int, depth: Int, features: Int) -> [UInt8] {
        var numbers = Numbers(20_261_121)
        let texts = (0..<trees).map { _ in tree(depth, features, &numbers) }
        let text = """
            {"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{"model":{\
            "gbtree_model_param":{"num_parallel_tree":"1","num_trees":"\(trees)"},\
            "tree_info":\((0..<trees).map { _ in 0 }),"trees":[\(texts.joined(separator: ","))]},"name":"gbtree"},\
            "learner_model_param":{"base_score":"[5E-1]","num_class":"0","num_feature":"\(features)",\
            "num_target":"1"},"objective":{"name":"binary:logistic"}},"version":[3,2,0]}
            """
        return Array(text.utf8)
    }

    private static func tree(_ depth: Int, _ features: Int, _ numbers: inout Numbers) -> String {
        let splits = (1 << depth) - 1
        let count = 2 * splits + 1
        let nodes = 0..<count
        let isSplit = { (node: Int) in node < splits }
        let conditions = nodes.map { Float(isSplit($0) ? 2 * numbers.next() : numbers.next() / 10) }
        let indices = nodes.map { isSplit($0) ? numbers.below(features) : 0 }
        let defaults = nodes.map { isSplit($0) ? numbers.below(2) : 0 }
        // Every node takes half of what its parent has.
        let covers = nodes.map { 4_096 >> level($0) }
        return """
            {"left_children":\(nodes.map { isSplit($0) ? 2 * $0 + 1 : -1 }),\
            "right_children":\(nodes.map { isSplit($0) ? 2 * $0 + 2 : -1 }),\
            "parents":\(nodes.map { $0 == 0 ? 2_147_483_647 : ($0 - 1) / 2 }),\
            "split_indices":\(indices),"split_conditions":\(conditions),"default_left":\(defaults),\
            "sum_hessian":\(covers),"split_type":\(nodes.map { _ in 0 }),\
            "tree_param":{"num_deleted":"0","num_feature":"\(features)","num_nodes":"\(count)"}}
            """
    }

    /// Splits above `node` of a full tree.
    private static func level(_ node: Int) -> Int {
        Int.bitWidth - 1 - (node + 1).leadingZeroBitCount
    }
}
