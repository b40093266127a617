import Text

/// What stands in an XGBoost JSON file, key by key, before it is made into trees.
///
/// Strict: a key that is not known is refused, because it may change what the trees mean; only `attributes` and the
/// parameters of the objective, which the trainer alone looks at, are skipped.
/// - Source: XGBoost, doc/tutorials/saving_model.rst and doc/model.schema; files of 1.7.4 and 3.2.0.
struct BoostedTreesFile {
    private var version: [Int]?
    private var objective: String?
    private var booster: String?
    private var featureNames: [String]?
    private var trees: [FileTree]?
    /// The output that each tree adds to.
    private var treeOutputs: [Int32]?
    /// Parameters of the model and of all trees, which are numbers in quotes.
    private var parameters: [String: String] = [:]
    /// Nodes of all trees read so far.
    private var nodeCount = 0

    init(_ bytes: [UInt8]) throws(ModelError) {
        guard bytes.count <= BoostedTrees.maxBytes else {
            throw .trees(.tooManyBytes)
        }
        guard !Self.isBinary(bytes) else { throw .trees(.binaryFormat) }
        var cursor: JSONCursor
        do {
            cursor = try JSONCursor(bytes.span, maxLength: BoostedTrees.maxBytes)
        } catch {
            throw .malformed(error)
        }
        var seen = Set<String>()
        try cursor.open()
        while let key = try cursor.key(&seen) {
            switch key {
            case "learner": try readLearner(&cursor)
            case "version": version = try cursor.integers(key, limit: 3).map { Int($0) }
            default: throw .unknownKey(key)
            }
        }
        do { try cursor.end() } catch { throw .malformed(error) }
    }

    /// Whether the first bytes are those of UBJSON, or of no text at all.
    private static func isBinary(_ bytes: [UInt8]) -> Bool {
        // An object of UBJSON goes on with the type of a length, or a count; one of JSON with a quote, blank or brace.
        if bytes.count > 1, bytes[0] == UInt8(ascii: "{") {
            return "LlIiU#$NC".utf8.contains(bytes[1]) || bytes[1] == 0
        }
        return bytes.starts(with: "binf".utf8) || bytes.prefix(16).contains { $0 == 0 || $0 > 127 }
    }

    // MARK: Reading

    private mutating func readLearner(_ cursor: inout JSONCursor) throws(ModelError) {
        var seen = Set<String>()
        try cursor.open()
        while let key = try cursor.key(&seen) {
            switch key {
            case "attributes": try cursor.skip()
            case "feature_names": featureNames = try cursor.texts(limit: BoostedTrees.maxFeatures)
            case "feature_types":
                let types = try cursor.texts(limit: BoostedTrees.maxFeatures)
                guard !types.contains("c") else { throw .trees(.categorical) }
            case "gradient_booster": try readBooster(&cursor)
            case "learner_model_param":
                try readParameters(
                    &cursor,
                    ["base_score", "boost_from_average", "num_class", "num_feature", "num_target"])
            case "objective": try readObjective(&cursor)
            default: throw .unknownKey(key)
            }
        }
    }

    private mutating func readObjective(_ cursor: inout JSONCursor) throws(ModelError) {
        var seen = Set<String>()
        try cursor.open()
        while let key = try cursor.key(&seen) {
            if key == "name" { objective = try cursor.text() } else { try cursor.skip() }
        }
    }

    private mutating func readBooster(_ cursor: inout JSONCursor) throws(ModelError) {
        var seen = Set<String>()
        try cursor.open()
        while let key = try cursor.key(&seen) {
            switch key {
            case "model": try readModel(&cursor)
            case "name": booster = try cursor.text()
            // The name may stand behind what it explains.
            case "gbtree", "weight_drop": throw .trees(.booster("dart"))
            default: throw .unknownKey(key)
            }
        }
    }

    private mutating func readModel(_ cursor: inout JSONCursor) throws(ModelError) {
        var seen = Set<String>()
        try cursor.open()
        while let key = try cursor.key(&seen) {
            switch key {
            case "cats":
                guard try cursor.hasNoCategories() else { throw .trees(.categorical) }
            case "gbtree_model_param":
                try readParameters(
                    &cursor, ["num_trees", "num_parallel_tree", "size_leaf_vector"])
            case "iteration_indptr": try cursor.skip()
            case "tree_info":
                treeOutputs = try cursor.integers(key, limit: BoostedTrees.maxTrees)
            case "trees": try readTrees(&cursor)
            case "weights", "boosted_rounds": throw .trees(.booster("gblinear"))
            default: throw .unknownKey(key)
            }
        }
    }

    private mutating func readParameters(
        _ cursor: inout JSONCursor, _ keys: Set<String>
    ) throws(ModelError) {
        try cursor.open()
        while let key = try cursor.key() {
            guard keys.contains(key) else { throw .unknownKey(key) }
            let value = try cursor.text()
            guard parameters.updateValue(value, forKey: key) == nil else {
                throw .duplicateKey(key)
            }
        }
    }

    private mutating func readTrees(_ cursor: inout JSONCursor) throws(ModelError) {
        var trees: [FileTree] = []
        try cursor.openArray()
        while try cursor.next() {
            guard trees.count < BoostedTrees.maxTrees else { throw .trees(.tooManyTrees) }
            let tree = try readTree(&cursor, index: trees.count)
            nodeCount += tree.left.count
            trees.append(tree)
        }
        self.trees = trees
    }

    private func readTree(_ cursor: inout JSONCursor, index: Int) throws(ModelError) -> FileTree {
        var tree = FileTree()
        var types: [Int32] = []
        var declared: Int?
        var seen = Set<String>(minimumCapacity: 32)
        let room = BoostedTrees.maxNodes - nodeCount
        try cursor.open()
        while let key = try cursor.key(&seen) {
            switch key {
            case "left_children": tree.left = try cursor.integers(key, limit: room)
            case "right_children": tree.right = try cursor.integers(key, limit: room)
            case "parents": tree.parents = try cursor.integers(key, limit: room)
            case "split_indices": tree.features = try cursor.integers(key, limit: room)
            case "split_conditions":
                tree.conditions = try cursor.floats(key, tree: index, limit: room)
            case "sum_hessian": tree.covers = try cursor.floats(key, tree: index, limit: room)
            case "default_left": tree.defaultLeft = try cursor.integers(key, limit: room)
            case "split_type": types = try cursor.integers(key, limit: room)
            case "tree_param": declared = try Self.readTreeParameters(&cursor, index: index)
            case "leaf_weights": throw .trees(.leafVectors(tree: index))
            // What only training needs; the categories mean nothing without a split by category.
            case "base_weights", "loss_changes", "id", "categories", "categories_nodes",
                "categories_segments", "categories_sizes":
                try cursor.skip()
            default: throw .unknownKey(key)
            }
        }
        for key in Self.treeKeys where !seen.contains(key) { throw .missingKey(key) }
        guard let declared else { throw .missingKey("num_nodes") }
        guard types.allSatisfy({ $0 == 0 }) else { throw .trees(.categorical) }
        let lengths = [
            ("left_children", tree.left.count), ("right_children", tree.right.count),
            ("parents", tree.parents.count), ("split_indices", tree.features.count),
            ("split_conditions", tree.conditions.count), ("sum_hessian", tree.covers.count),
            ("default_left", tree.defaultLeft.count), ("split_type", types.count),
        ]
        for (key, count) in lengths where count != declared {
            throw .trees(.arrayLength(key: key, tree: index, found: count, expected: declared))
        }
        return tree
    }

    private static let treeKeys = [
        "left_children", "right_children", "parents", "split_indices", "split_conditions",
        "sum_hessian", "default_left", "split_type", "tree_param",
    ]

    /// Answers the number of nodes.
    private static func readTreeParameters(
        _ cursor: inout JSONCursor, index: Int
    ) throws(ModelError) -> Int {
        var nodes: Int?
        var seen = Set<String>()
        try cursor.open()
        while let key = try cursor.key(&seen) {
            let value = try cursor.text()
            switch key {
            case "num_nodes": nodes = try count(key, value)
            case "size_leaf_vector":
                guard try count(key, value) <= 1 else { throw .trees(.leafVectors(tree: index)) }
            case "num_feature", "num_deleted": _ = try count(key, value)
            default: throw .unknownKey(key)
            }
        }
        guard let nodes else { throw .missingKey("num_nodes") }
        return nodes
    }

    /// A whole number of at most 9 digits, which stands in quotes.
    private static func count(_ key: String, _ value: String) throws(ModelError) -> Int {
        let digits = value.utf8.allSatisfy { $0 &- 48 < 10 }
        guard digits, value.utf8.count <= 9, let count = Int(value) else {
            throw .trees(.parameter(key: key, value: SafeText.clean(value, maxLength: 40)))
        }
        return count
    }
}

// MARK: Making trees

extension BoostedTreesFile {
    /// The model that the file holds, when all parts are there and agree.
    func model() throws(ModelError) -> BoostedTrees {
        guard let version else { throw .missingKey("version") }
        guard version.count == 3, version[0] == 1 ? version[1] >= 7 : (2...3).contains(version[0])
        else { throw .trees(.version(version)) }
        guard let booster else { throw .missingKey("gradient_booster.name") }
        guard booster == "gbtree" else { throw .trees(.booster(Self.clean(booster))) }
        guard let name = objective else { throw .missingKey("objective.name") }
        guard let objective = BoostedTrees.Objective(rawValue: name) else {
            throw .trees(.objective(Self.clean(name)))
        }
        guard let trees else { throw .missingKey("trees") }
        guard let treeOutputs else { throw .missingKey("tree_info") }
        let targets = try optionalParameter("num_target") ?? 1
        guard targets <= 1 else { throw .trees(.targets(targets)) }
        guard try optionalParameter("size_leaf_vector") ?? 0 <= 1 else {
            throw .trees(.leafVectors(tree: 0))
        }
        let outputCount = try outputCount(objective)
        let featureCount = try parameter("num_feature")
        guard (1...BoostedTrees.maxFeatures).contains(featureCount) else {
            throw .trees(.tooManyFeatures(featureCount))
        }
        try expect(trees.count, "trees", parameter("num_trees"))
        try expect(treeOutputs.count, "entries of tree_info", trees.count)
        let base = try base(objective, outputCount)
        var forest = TreeForest(outputCount: outputCount, featureCount: featureCount)
        do throws(BoostedTreesError) {
            for (tree, output) in zip(trees, treeOutputs) {
                try forest.append(tree, output: Int(output))
            }
            return try BoostedTrees(
                objective: objective, featureNames: names(featureCount),
                featureCount: featureCount, base: base, forest: forest)
        } catch {
            throw .trees(error)
        }
    }

    private static func clean(_ name: String) -> String { SafeText.clean(name, maxLength: 40) }

    private func parameter(_ key: String) throws(ModelError) -> Int {
        guard let count = try optionalParameter(key) else { throw .missingKey(key) }
        return count
    }

    private func optionalParameter(_ key: String) throws(ModelError) -> Int? {
        guard let value = parameters[key] else { return nil }
        return try Self.count(key, value)
    }

    private func expect(
        _ found: Int, _ name: String, _ expected: Int
    ) throws(ModelError) {
        guard found == expected else {
            throw .trees(.count(of: name, found: found, expected: expected))
        }
    }

    private func outputCount(_ objective: BoostedTrees.Objective) throws(ModelError) -> Int {
        let classes = try parameter("num_class")
        guard classes <= BoostedTrees.maxOutputs else { throw .trees(.tooManyOutputs(classes)) }
        guard objective.hasClasses ? classes >= 2 : classes <= 1 else {
            throw .trees(.parameter(key: "num_class", value: String(classes)))
        }
        return max(1, classes)
    }

    /// `"5E-1"` of 1.7 and 2, `"[4.6E-1]"` of 3, with one number for each class or one for all.
    private func base(
        _ objective: BoostedTrees.Objective, _ outputCount: Int
    ) throws(ModelError) -> [Float] {
        guard let text = parameters["base_score"] else { throw .missingKey("base_score") }
        let refusal = ModelError.trees(.baseScore(Self.clean(text)))
        let bytes = Array(text.utf8)
        var scores: [Float] = []
        do throws(JSONError) {
            var cursor = try JSONCursor(bytes.span)
            if try cursor.peek() == UInt8(ascii: "[") {
                try cursor.beginArray()
                while try cursor.nextElement() {
                    guard scores.count < BoostedTrees.maxOutputs else {
                        throw JSONError(.tooLong, at: 0)
                    }
                    scores.append(try cursor.float())
                }
            } else {
                scores.append(try cursor.float())
            }
            try cursor.end()
        } catch {
            throw refusal
        }
        if scores.count == 1 { scores = [Float](repeating: scores[0], count: outputCount) }
        try expect(scores.count, "base scores", outputCount)
        var base: [Float] = []
        for score in scores {
            guard let margin = objective.margin(baseScore: score) else { throw refusal }
            base.append(margin)
        }
        return base
    }

    private func names(_ featureCount: Int) throws(BoostedTreesError) -> [String] {
        let names = featureNames ?? []
        guard names.isEmpty || names.count == featureCount else {
            throw .count(of: "feature names", found: names.count, expected: featureCount)
        }
        var seen = Set<String>()
        for name in names {
            guard !name.isEmpty, name.utf8.count <= 200, seen.insert(name).inserted else {
                throw .featureName(Self.clean(name))
            }
        }
        return names
    }
}
