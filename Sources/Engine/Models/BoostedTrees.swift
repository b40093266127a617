import CMath

/// Gradient-boosted trees that XGBoost trained, evaluated bit for bit as XGBoost does.
///
/// Read from XGBoost's JSON of 1.7 to 3: booster `gbtree`, numerical splits, the objectives of `Objective`. All trees of
/// the file count, as in `Booster.predict`; `best_iteration`, to which scikit-learn's classes stop, is ignored.
/// - Source: XGBoost 3.2.0, `src/predictor/cpu_predictor.cc`, `src/objective`.
package struct BoostedTrees: Hashable, Sendable {
    /// Bytes of the largest file that is read: 64 MiB.
    package static let maxBytes = 64 << 20
    package static let maxTrees = 5_000
    /// Of all trees together.
    package static let maxNodes = 1 << 20
    /// Splits from the root to a leaf.
    package static let maxDepth = 32
    package static let maxFeatures = 2_000
    package static let maxOutputs = 64

    package enum Objective: String, Hashable, Sendable, CaseIterable {
        case binaryLogistic = "binary:logistic"
        case regressionLogistic = "reg:logistic"
        case binaryLogitRaw = "binary:logitraw"
        case squaredError = "reg:squarederror"
        case softprob = "multi:softprob"
        /// XGBoost answers with the class of the largest probability; here all probabilities are given.
        case softmax = "multi:softmax"

        /// Whether an answer is a probability, 0...1; otherwise it is the margin.
        package var isProbability: Bool {
            switch self {
            case .binaryLogistic, .regressionLogistic, .softprob, .softmax: true
            case .binaryLogitRaw, .squaredError: false
            }
        }

        /// Whether each class has its own trees.
        var hasClasses: Bool {
            switch self {
            case .softprob, .softmax: true
            case .binaryLogistic, .regressionLogistic, .binaryLogitRaw, .squaredError: false
            }
        }

        /// Whether the base score is a probability, and the answer the logistic of the margin.
        var isLogistic: Bool {
            switch self {
            case .binaryLogistic, .regressionLogistic: true
            case .binaryLogitRaw, .squaredError, .softprob, .softmax: false
            }
        }
    }

    package let objective: Objective
    /// In the order of the features; empty when the file has no names.
    package let featureNames: [String]
    package let featureCount: Int
    /// 1, or the number of classes.
    package let outputCount: Int
    package var treeCount: Int { roots.count }
    package var nodeCount: Int { nodes.count }

    /// The margin of each output before the first tree.
    let base: [Float]
    /// All trees, one behind the other in the order of the file; the nodes of a tree level by level, siblings side by side.
    let nodes: [TreeNode]
    /// Sum of the hessians of the training rows that reached a node; of a split it is above 0.
    let covers: [Float]
    /// Where each tree begins in `nodes`.
    let roots: [Int32]
    /// Splits from the root to the deepest leaf of each eight trees that follow each other.
    let groupDepths: [UInt8]
    /// Splits from the root to the deepest leaf of all.
    package let depth: Int
    /// The output that each tree adds to.
    let outputs: [UInt8]
    /// What the contributions of each output start from: its base, and the mean of its trees over the training rows.
    let bias: [Double]

    /// Reads a model file.
    ///
    /// - Throws: `ModelError` for anything but the kinds of files above, and beyond the limits.
    /// - Complexity: linear in the bytes; about 20 ms for 3 MB.
    package init(json bytes: [UInt8]) throws(ModelError) {
        self = try BoostedTreesFile(bytes).model()
    }

    init(
        objective: Objective, featureNames: [String], featureCount: Int, base: [Float],
        forest: TreeForest
    ) throws(BoostedTreesError) {
        self.objective = objective
        self.featureNames = featureNames
        self.featureCount = featureCount
        outputCount = base.count
        self.base = base
        nodes = forest.nodes
        covers = forest.covers
        roots = forest.roots
        outputs = forest.outputs
        depth = forest.depths.map { Int($0) }.max() ?? 0
        groupDepths = stride(from: 0, to: forest.depths.count, by: Self.groupSize).map { first in
            forest.depths[first..<min(first + Self.groupSize, forest.depths.count)].max() ?? 0
        }
        bias = zip(base, forest.means).map { Double($0) + $1 }
        // Any path adds at most the largest leaf of every tree: no row can make the sum infinite or NaN.
        for (base, largest) in zip(base, forest.largest) {
            guard abs(Double(base)) + largest < Double(Float.greatestFiniteMagnitude) / 2 else {
                throw .overflow
            }
        }
    }
}

extension BoostedTrees.Objective {
    /// The margin that `score`, a base score as the file has it, stands for; `nil` when it stands for none.
    func margin(baseScore score: Float) -> Float? {
        guard isLogistic else { return score.isFinite ? score : nil }
        guard score > 0, score < 1 else { return nil }
        let margin = -narwhal_logf(1 / score - 1)
        return margin.isFinite ? margin : nil
    }

    /// The answer of one output.
    func answer(_ margin: Float) -> Float {
        guard isLogistic else { return margin }
        // The 1e-16 is lost in single precision, but the order of the operations is XGBoost's. Source: common/math.h.
        return 1 / (narwhal_expf(min(-margin, 88.7)) + 1 + 1e-16)
    }

    /// The answers of several outputs: of classes, the probabilities that sum to 1.
    func answers(_ margins: [Float]) -> [Float] {
        guard hasClasses else { return margins.map { answer($0) } }
        guard let largest = margins.max() else { return [] }
        let powers = margins.map { narwhal_expf($0 - largest) }
        // XGBoost sums in double precision, and divides in single. Source: common/math.h.
        var sum = 0.0
        for power in powers { sum += Double(power) }
        let divisor = Float(sum)
        return powers.map { $0 / divisor }
    }
}
