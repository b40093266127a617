import TestSupport
import Testing

@testable import Models

/// What the operator is told.
private func refusal(_ text: String) -> String? {
    do {
        _ = try BoostedTrees(json: Array(text.utf8))
        return nil
    } catch {
        return error.text
    }
}

private func refusal(_ change: (inout TreesText) -> Void) -> String? {
    var text = TreesText()
    change(&text)
    return refusal(text.text)
}

private let again = "save it again with XGBoost, or fetch it again"

struct BoostedTreesFileTests {
    @Test func `a small file is read as what it is`() throws {
        var text = TreesText()
        text.names = #"["x","y","z"]"#
        let model = try text.model()
        #expect(model.featureNames == ["x", "y", "z"] && model.featureCount == 3)
        #expect(model.outputCount == 1 && model.treeCount == 1 && model.nodeCount == 3)
        #expect(model.objective == .binaryLogistic && model.depth == 1)
        // A base of one half is a margin of zero. The threshold itself goes right, missing goes where the file says.
        let rows: [(Float, Float)] = [
            (0.4999, -1), (0.5, 1), (.nan, -1), (.infinity, 1), (-.infinity, -1),
            (Float(0.5).nextDown, -1),
        ]
        for (value, margin) in rows {
            #expect(model.margin([value, 0, 0].span) == margin, "\(value)")
        }
        text.trees[0].defaultLeft = [0, 0, 0]
        #expect(try text.model().margin([.nan, 0, 0].span) == 1)
    }

    @Test func `nodes that pruning left behind are not looked at`() throws {
        var text = TreesText()
        text.trees[0] = TreesText.Tree(
            left: [1, -1, -1, 77], right: [2, -1, -1, 77], parents: [2_147_483_647, 0, 0, 0],
            features: [0, 0, 0, 99], conditions: ["5E-1", "-1E0", "1E0", "0"],
            defaultLeft: [1, 0, 0, 0], covers: ["4", "1", "3", "0"])
        #expect(try text.model().nodeCount == 3)
    }

    @Test func `kinds of models that are not read are refused by name`() {
        #expect(
            refusal { $0.objective = "count:poisson" }
                == "the objective of the model file is 'count:poisson', which is not read; train it with "
                + "one of binary:logistic, reg:logistic, binary:logitraw, reg:squarederror, "
                + "multi:softprob, multi:softmax")
        #expect(
            refusal { $0.booster = "dart" }
                == "the booster of the model file is 'dart', and only 'gbtree' is read; train it with "
                + "booster=gbtree")
        for (version, name) in [
            ("[1,6,2]", "1.6.2"), ("[4,0,0]", "4.0.0"), ("[]", ""), ("[3]", "3"),
        ] {
            #expect(
                refusal { $0.version = version }
                    == "the model file is of XGBoost version \(name), and 1.7 to 3 are read; load it "
                    + "into one of those and save it again")
        }
        let categorical =
            "the model file splits by categories, which are not read; train it with numerical "
            + "features only"
        #expect(refusal { $0.trees[0].types = [1, 0, 0] } == categorical)
        #expect(refusal { $0.types = #"["q","c","q"]"# } == categorical)
        #expect(refusal { $0.cats = "1" } == categorical)
        #expect(
            refusal { $0.targets = "2" }
                == "the model file predicts 2 targets, and one is read; train a model for each")
        let vectors =
            "the leaves of tree 0 in the model file are vectors, which are not read; train it with "
            + "multi_strategy=one_output_per_tree"
        #expect(refusal { $0.trees[0].leafVector = "2" } == vectors)
        #expect(refusal { $0.trees[0].more = #""leaf_weights":[],"# } == vectors)
        for start in ["{L", "{i\u{8}version", "{\u{0}", "binf\u{1}"] {
            #expect(
                refusal(start)
                    == "the model file is UBJSON or another binary format; save it as text: "
                    + "booster.save_model(\"model.json\")")
        }
    }

    @Test func `numbers that are not finite are refused with their place`() {
        let end = "train it again, on numerical features and with one output a tree"
        for leaf in ["NaN", "Infinity", "-Infinity", "1e39", "-1E999999999999"] {
            #expect(
                refusal { $0.trees[0].conditions[2] = leaf }
                    == "'split_conditions' at node 2 of tree 0 in the model file is not a finite "
                    + "number; " + end, "\(leaf)")
        }
        #expect(
            refusal { $0.trees[0].covers[1] = "NaN" }
                == "'sum_hessian' at node 1 of tree 0 in the model file is not a finite number; "
                + end)
        #expect(
            refusal { $0.trees[0].conditions[2] = "null" }?.hasPrefix(
                "the model file is not the JSON that is expected at byte ") == true)
        #expect(
            refusal { text in
                text.trees = Array(repeating: .stump, count: 3)
                for tree in 0..<3 { text.trees[tree].conditions[1] = "3E38" }
            }
                == "the leaves of the model file are so large that their sum may overflow; train it "
                + "again with scaled labels")
    }

    @Test func `what is no tree is refused with its place`() {
        #expect(
            refusal { $0.trees[0].right[0] = 1 }
                == "node 1 of tree 0 in the model file is reached twice, so that it is no tree; \(again)"
        )
        #expect(
            refusal { $0.trees[0].left[0] = 0 }
                == "node 0 of tree 0 in the model file is reached twice, so that it is no tree; \(again)"
        )
        for child in [3, -2, 2_147_483_647, -2_147_483_648] {
            #expect(
                refusal { $0.trees[0].right[0] = child }
                    == "node 0 of tree 0 in the model file has a child that is not there; \(again)")
        }
        #expect(
            refusal { $0.trees[0].right[0] = -1 }
                == "node 0 of tree 0 in the model file has a child that is not there; \(again)")
        #expect(
            refusal { $0.trees[0].parents[2] = 1 }
                == "node 2 of tree 0 in the model file names another parent than the one that leads to "
                + "it; \(again)")
        for feature in [3, -1, 2_147_483_647] {
            #expect(
                refusal { $0.trees[0].features[0] = feature }
                    == "node 0 of tree 0 in the model file asks for feature \(feature) of 3; \(again)"
            )
        }
        #expect(
            refusal { $0.trees[0].defaultLeft[0] = 2 }
                == "node 0 of tree 0 in the model file has a default direction that is neither 0 nor 1; "
                + again)
        for covers in [["0", "0", "0"], ["-4", "1", "3"], ["4", "1", "9"]] {
            #expect(
                refusal { $0.trees[0].covers = covers }
                    == "node 0 of tree 0 in the model file has no weight (sum_hessian) or less than a "
                    + "child of it, so that nothing can be explained by it; train it with "
                    + "min_child_weight above 0")
        }
        #expect(
            refusal { $0.treeInfo = [1] }
                == "tree 0 of the model file belongs to a class that it does not have; \(again)")
    }

    @Test func `counts that contradict each other are refused`() {
        #expect(
            refusal { $0.trees[0].defaultLeft = [1, 0] }
                == "'default_left' of tree 0 in the model file has 2 entries for 3 nodes; \(again)")
        #expect(
            refusal { $0.trees[0].nodeCount = 4 }
                == "'left_children' of tree 0 in the model file has 3 entries for 4 nodes; \(again)"
        )
        #expect(
            refusal { $0.trees[0] = TreesText.Tree() }
                == "'left_children' of tree 0 in the model file has 0 entries for 1 nodes; \(again)"
        )
        #expect(
            refusal { $0.treeCount = 2 }
                == "the model file has 1 trees where 2 are expected; \(again)")
        #expect(
            refusal { $0.treeInfo = [0, 0] }
                == "the model file has 2 entries of tree_info where 1 are expected; \(again)")
        #expect(
            refusal { $0.names = #"["a"]"# }
                == "the model file has 1 feature names where 3 are expected; \(again)")
        #expect(
            refusal { $0.names = #"["a","b","a"]"# }?.contains("feature name 'a' twice") == true)
        #expect(
            refusal { $0.base = "[1E-1,2E-1]" }
                == "the model file has 2 base scores where 1 are expected; \(again)")
        for base in ["0E0", "1", "[1E-50]", "2", "NaN", "", "[]x", "0.5 0.5", "[0.5"] {
            #expect(
                refusal { $0.base = base }
                    == "the base_score of the model file is '\(base)', which its objective cannot start "
                    + "from; \(again)", "\(base)")
        }
        for (key, count) in [("num_class", "1x"), ("num_class", "3"), ("num_class", "-1")] {
            #expect(
                refusal { $0.classes = count }
                    == "the parameter '\(key)' of the model file is '\(count)', which it cannot be; "
                    + again)
        }
        #expect(refusal { $0.more = #""other":1,"# } == "the model file has an unknown key 'other'")
        #expect(
            refusal { $0.modelMore = #""trees":[],"# } == "the model file has the key 'trees' twice"
        )
        #expect(refusal("{}") == "the model file has no key 'version'")
        #expect(
            refusal(#"{"version":[3,2,0]}"#) == "the model file has no key 'gradient_booster.name'")
        #expect(
            refusal(TreesText().text + " x")?.hasPrefix("the model file is not the JSON") == true)
    }
}

struct BoostedTreesLimitTests {
    /// A tree that splits `depth` times on one way.
    private static func chain(_ depth: Int) -> TreesText {
        var text = TreesText()
        var tree = TreesText.Tree()
        for node in 0..<2 * depth + 1 {
            let isSplit = node % 2 == 0 && node < 2 * depth
            tree.left.append(isSplit ? node + 1 : -1)
            tree.right.append(isSplit ? node + 2 : -1)
            tree.parents.append(node == 0 ? 2_147_483_647 : (node - 1) / 2 * 2)
            tree.features.append(node % 3)
            tree.conditions.append("\(node)")
            tree.defaultLeft.append(0)
            tree.covers.append("\(2 * depth - node + 2)")
        }
        text.trees = [tree]
        return text
    }

    @Test func `a tree of 32 splits in depth is read, one of 33 is not`() throws {
        let model = try Self.chain(32).model()
        #expect(model.depth == 32 && model.nodeCount == 65)
        // Above every threshold, so always right: the last node.
        #expect(model.margin([1e9, 1e9, 1e9].span) == 64)
        #expect(
            abs(model.contributions([1e9, 1e9, 1e9].span).reduce(0, +) - 64) < 1e-6)
        #expect(
            refusal(Self.chain(33).text)
                == "tree 0 of the model file is deeper than 32 splits; train it with a smaller max_depth"
        )
    }

    /// A full tree of 2^levels − 1 nodes.
    private static func full(_ levels: Int) -> FileTree {
        let nodes = 0..<1 << levels - 1
        let splits = nodes.count / 2
        let zeros = [Int32](repeating: 0, count: nodes.count)
        return FileTree(
            left: nodes.map { $0 < splits ? Int32(2 * $0 + 1) : -1 },
            right: nodes.map { $0 < splits ? Int32(2 * $0 + 2) : -1 },
            parents: nodes.map { $0 == 0 ? .max : Int32(($0 - 1) / 2) }, features: zeros,
            conditions: zeros.map { Float($0) }, defaultLeft: zeros,
            covers: zeros.map { _ in 1 })
    }

    @Test func `a level of 65,536 nodes is read, a wider one is not`() throws {
        var forest = TreeForest(outputCount: 1, featureCount: 1)
        try forest.append(Self.full(17), output: 0)
        #expect(forest.depths == [16] && forest.nodes.count == 131_071)
        let error = #expect(throws: BoostedTreesError.tooWide(tree: 1)) {
            try forest.append(Self.full(18), output: 0)
        }
        #expect(
            error?.text
                == "tree 1 of the model file is too wide: more than 65535 nodes lie between a split and "
                + "its children; train it with fewer leaves")
    }

    @Test func `more trees, features, classes, nodes and bytes than allowed are refused`() {
        #expect(
            refusal { $0.treeInfo = Array(repeating: 0, count: 5_001) }
                == "the model file has more than 5000 trees; train fewer rounds")
        for count in ["0", "2001", "999999999"] {
            #expect(
                refusal { $0.features = count }
                    == "the model file has \(count) features, and 1 to 2000 are allowed; train it with "
                    + "those")
        }
        #expect(
            refusal {
                $0.objective = "multi:softprob"
                $0.classes = "65"
            } == "the model file has 65 classes, and 64 are allowed; train it with fewer")
        let zeros = Array(repeating: "0", count: BoostedTrees.maxNodes + 1).joined(separator: ",")
        #expect(
            refusal(
                #"{"learner":{"gradient_booster":{"model":{"trees":[{"left_children":["#
                    + zeros + "]}]}}}}")
                == "the model file has more than 1048576 nodes; train fewer or smaller trees")
        #expect(
            refusal(String(repeating: " ", count: BoostedTrees.maxBytes + 1))
                == "the model file has more than 67108864 bytes; train fewer or smaller trees")
        #expect(
            refusal(String(repeating: "[", count: 100_000))?.hasPrefix(
                "the model file is not the JSON") == true)
        #expect(
            refusal(#"{"learner":{"attributes":"# + String(repeating: "[", count: 100_000))?
                .hasPrefix("the model file is not the JSON") == true)
    }
}

struct BoostedTreesDamageTests {
    @Test func `a file cut at any byte is refused`() {
        let whole = Array(SmallTrees.json.utf8)
        for count in whole.indices {
            #expect(throws: ModelError.self, "cut at \(count)") {
                try BoostedTrees(json: Array(whole[..<count]))
            }
        }
    }

    /// Some flips give another valid file: then it must still answer with numbers.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `flipped bytes never trap, and what is still read answers with numbers`(seed: UInt64) {
        var generator = Seeded(seed)
        let whole = Array(SmallTrees.json.utf8)
        var refused = 0
        for _ in 0..<600 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                bytes[place] =
                    Bool.random(using: &generator)
                    ? bytes[place] ^ (1 << UInt8.random(in: 0...7, using: &generator))
                    : UInt8.random(in: 32...126, using: &generator)
            }
            guard let model = try? BoostedTrees(json: bytes) else {
                refused += 1
                continue
            }
            let row = [Float](repeating: 0.1, count: model.featureCount)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(model.margins(row.span).allSatisfy { $0.isFinite }, "\(text)")
            #expect(model.probabilities(row.span).allSatisfy { $0.isFinite }, "\(text)")
            #expect(model.contributions(row.span).allSatisfy { $0.isFinite }, "\(text)")
        }
        #expect(refused > 200)
    }
}
