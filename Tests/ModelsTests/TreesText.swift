import TestSupport

@testable import Models

/// The text of a model file, so that each part can be made wrong.
struct TreesText {
    struct Tree {
        var left: [Int] = []
        var right: [Int] = []
        var parents: [Int] = []
        var features: [Int] = []
        var conditions: [String] = []
        var defaultLeft: [Int] = []
        var covers: [String] = []
        var types: [Int]?
        var nodeCount: Int?
        var leafVector = "1"
        var more = ""

        var text: String {
            """
            {"left_children":\(left),"right_children":\(right),"parents":\(parents),\
            "split_indices":\(features),"split_conditions":[\(conditions.joined(separator: ","))],\
            "default_left":\(defaultLeft),"sum_hessian":[\(covers.joined(separator: ","))],\
            "split_type":\(types ?? left.map { _ in 0 }),\(more)\
            "tree_param":{"num_nodes":"\(nodeCount ?? left.count)","num_feature":"3",\
            "num_deleted":"0","size_leaf_vector":"\(leafVector)"}}
            """
        }

        /// One split by feature 0 at 0.5: −1 left, 1 right.
        static let stump = Tree(
            left: [1, -1, -1], right: [2, -1, -1], parents: [2_147_483_647, 0, 0],
            features: [0, 0, 0], conditions: ["5E-1", "-1E0", "1E0"], defaultLeft: [1, 0, 0],
            covers: ["4", "1", "3"])
    }

    var trees = [Tree.stump]
    var treeInfo: [Int]?
    var treeCount: Int?
    var version = "[3,2,0]"
    var names = "[]"
    var types = "[]"
    var objective = "binary:logistic"
    var booster = "gbtree"
    var base = "[5E-1]"
    var classes = "0"
    var features = "3"
    var targets = "1"
    var cats = ""
    var modelMore = ""
    var learnerMore = ""
    var more = ""

    var text: String {
        """
        {"learner":{"attributes":{"best_iteration":"0"},"feature_names":\(names),\
        "feature_types":\(types),"gradient_booster":{"model":{"cats":{"enc":[\(cats)]},\
        "gbtree_model_param":{"num_trees":"\(treeCount ?? trees.count)"},\(modelMore)\
        "tree_info":\(treeInfo ?? trees.map { _ in 0 }),\
        "trees":[\(trees.map(\.text).joined(separator: ","))]},"name":"\(booster)"},\
        "learner_model_param":{"base_score":"\(base)","num_class":"\(classes)",\
        "num_feature":"\(features)","num_target":"\(targets)"},\(learnerMore)\
        "objective":{"name":"\(objective)","reg_loss_param":{}}},\(more)"version":\(version)}
        """
    }

    func model() throws(ModelError) -> BoostedTrees { try BoostedTrees(json: Array(text.utf8)) }

    /// Trees of random shape, with the splits by `features` features at halves from −2 to 2.
    static func random(
        trees: Int, depth: Int, features: Int, _ generator: inout Seeded
    ) -> TreesText {
        var text = TreesText(features: "\(features)")
        text.trees = (0..<trees).map { _ in
            var tree = Tree()
            _ = tree.grow(depth: depth, features: features, parent: 2_147_483_647, &generator)
            return tree
        }
        return text
    }
}

extension TreesText.Tree {
    /// Adds a node with all below it and answers its cover.
    fileprivate mutating func grow(
        depth: Int, features: Int, parent: Int, _ generator: inout Seeded
    ) -> Int {
        let node = left.count
        left.append(-1)
        right.append(-1)
        parents.append(parent)
        self.features.append(Int.random(in: 0..<features, using: &generator))
        defaultLeft.append(Int.random(in: 0...1, using: &generator))
        conditions.append("\(Double.random(in: -1...1, using: &generator))")
        covers.append("")
        var cover = Int.random(in: 1...20, using: &generator)
        if depth > 0 && (node == 0 || Int.random(in: 0...3, using: &generator) > 0) {
            conditions[node] = "\(Double(Int.random(in: -4...4, using: &generator)) / 2)"
            left[node] = left.count
            cover = grow(depth: depth - 1, features: features, parent: node, &generator)
            right[node] = left.count
            cover += grow(depth: depth - 1, features: features, parent: node, &generator)
        }
        covers[node] = "\(cover)"
        return cover
    }

}
