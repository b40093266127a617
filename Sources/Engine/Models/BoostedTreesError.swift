/// Why a file of boosted trees was refused. Trees and nodes count from 0, in the order of the file.
package enum BoostedTreesError: Error, Hashable, Sendable {
    /// Where in the file.
    package struct Place: Hashable, Sendable, CustomStringConvertible {
        package var tree: Int
        package var node: Int

        package init(tree: Int, node: Int) {
            self.tree = tree
            self.node = node
        }

        package var description: String { "node \(node) of tree \(tree)" }
    }

    // Kinds of files that are not read.
    case binaryFormat
    case version([Int])
    case booster(String)
    case objective(String)
    case categorical
    case targets(Int)
    case leafVectors(tree: Int)

    // More than is read.
    case tooManyBytes
    case tooManyTrees
    case tooManyNodes
    case tooManyFeatures(Int)
    case tooManyOutputs(Int)
    case tooDeep(tree: Int)
    case tooWide(tree: Int)

    // Contradictions.
    /// Two counts of one thing differ.
    case count(of: String, found: Int, expected: Int)
    case arrayLength(key: String, tree: Int, found: Int, expected: Int)
    /// A parameter in quotes that is no number of its kind.
    case parameter(key: String, value: String)
    case baseScore(String)
    case featureName(String)
    case output(tree: Int)
    case child(Place)
    case parent(Place)
    /// A node that is reached twice, so that the tree would have no end.
    case reachedTwice(Place)
    case feature(Place, index: Int, count: Int)
    case defaultDirection(Place)
    case notFinite(key: String, Place)
    case cover(Place)
    /// The sum of the largest leaves is beyond a `Float`.
    case overflow

    /// One plain sentence: what, where, and what to do.
    package var text: String {
        switch self {
        case .binaryFormat:
            "the model file is UBJSON or another binary format; save it as text: "
                + "booster.save_model(\"model.json\")"
        case .version(let version):
            "the model file is of XGBoost version \(Self.text(version)), and 1.7 to 3 are read; "
                + "load it into one of those and save it again"
        case .booster(let name):
            "the booster of the model file is '\(name)', and only 'gbtree' is read; train it "
                + "with booster=gbtree"
        case .objective(let name):
            "the objective of the model file is '\(name)', which is not read; train it with one of "
                + BoostedTrees.Objective.allCases.map(\.rawValue).joined(separator: ", ")
        case .categorical:
            "the model file splits by categories, which are not read; train it with numerical "
                + "features only"
        case .targets(let count):
            "the model file predicts \(count) targets, and one is read; train a model for each"
        case .leafVectors(let tree):
            "the leaves of tree \(tree) in the model file are vectors, which are not read; train it "
                + "with multi_strategy=one_output_per_tree"
        case .tooManyBytes:
            "the model file has more than \(BoostedTrees.maxBytes) bytes; train fewer or smaller "
                + "trees"
        case .tooManyTrees:
            "the model file has more than \(BoostedTrees.maxTrees) trees; train fewer rounds"
        case .tooManyNodes:
            "the model file has more than \(BoostedTrees.maxNodes) nodes; train fewer or smaller "
                + "trees"
        case .tooManyFeatures(let count):
            "the model file has \(count) features, and 1 to \(BoostedTrees.maxFeatures) are "
                + "allowed; train it with those"
        case .tooManyOutputs(let count):
            "the model file has \(count) classes, and \(BoostedTrees.maxOutputs) are allowed; "
                + "train it with fewer"
        case .tooDeep(let tree):
            "tree \(tree) of the model file is deeper than \(BoostedTrees.maxDepth) splits; train "
                + "it with a smaller max_depth"
        case .tooWide(let tree):
            "tree \(tree) of the model file is too wide: more than \(TreeNode.maxDistance) nodes lie "
                + "between a split and its children; train it with fewer leaves"
        case .count(let name, let found, let expected):
            "the model file has \(found) \(name) where \(expected) are expected; \(Self.again)"
        case .arrayLength(let key, let tree, let found, let expected):
            "'\(key)' of tree \(tree) in the model file has \(found) entries for \(expected) nodes; "
                + Self.again
        case .parameter(let key, let value):
            "the parameter '\(key)' of the model file is '\(value)', which it cannot be; "
                + Self.again
        case .baseScore(let value):
            "the base_score of the model file is '\(value)', which its objective cannot start "
                + "from; \(Self.again)"
        case .featureName(let name):
            "the model file has the feature name '\(name)' twice, or it is empty or too long; "
                + "name its features and train it again"
        case .output(let tree):
            "tree \(tree) of the model file belongs to a class that it does not have; \(Self.again)"
        case .child(let place):
            "\(place) in the model file has a child that is not there; \(Self.again)"
        case .parent(let place):
            "\(place) in the model file names another parent than the one that leads to it; "
                + Self.again
        case .reachedTwice(let place):
            "\(place) in the model file is reached twice, so that it is no tree; \(Self.again)"
        case .feature(let place, let index, let count):
            "\(place) in the model file asks for feature \(index) of \(count); \(Self.again)"
        case .defaultDirection(let place):
            "\(place) in the model file has a default direction that is neither 0 nor 1; "
                + Self.again
        case .notFinite(let key, let place):
            "'\(key)' at \(place) in the model file is not a finite number; train it again, "
                + "on numerical features and with one output a tree"
        case .cover(let place):
            "\(place) in the model file has no weight (sum_hessian) or less than a child of it, so "
                + "that nothing can be explained by it; train it with min_child_weight above 0"
        case .overflow:
            "the leaves of the model file are so large that their sum may overflow; train it again "
                + "with scaled labels"
        }
    }

    private static let again = "save it again with XGBoost, or fetch it again"

    private static func text(_ version: [Int]) -> String {
        version.map { String($0) }.joined(separator: ".")
    }
}
