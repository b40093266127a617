/// One tree as the file has it: arrays by node, the root first.
struct FileTree {
    var left: [Int32] = []
    var right: [Int32] = []
    var parents: [Int32] = []
    var features: [Int32] = []
    /// Thresholds of splits, values of leaves.
    var conditions: [Float] = []
    var defaultLeft: [Int32] = []
    var covers: [Float] = []
}

/// Trees in the layout that `BoostedTrees` walks, checked one by one as they are added.
struct TreeForest {
    private(set) var nodes: [TreeNode] = []
    private(set) var covers: [Float] = []
    private(set) var roots: [Int32] = []
    private(set) var depths: [UInt8] = []
    private(set) var outputs: [UInt8] = []
    /// For each output, the sum of its trees' means over their training rows.
    private(set) var means: [Double] = []
    /// For each output, the sum of its trees' largest leaves, without signs.
    private(set) var largest: [Double] = []
    private let featureCount: Int

    init(outputCount: Int, featureCount: Int) {
        self.featureCount = featureCount
        means = [Double](repeating: 0, count: outputCount)
        largest = means
    }

    /// A node that has been reached, and how far from the root.
    private struct Reached {
        var node: Int
        var depth: Int
    }

    /// Adds what can be reached from the root of `tree`, whose arrays have one length, level by level.
    ///
    /// - Throws: for everything that is no tree, or a tree beyond the limits.
    mutating func append(_ tree: FileTree, output: Int) throws(BoostedTreesError) {
        let index = roots.count
        guard means.indices.contains(output) else { throw .output(tree: index) }
        guard index < BoostedTrees.maxTrees else { throw .tooManyTrees }
        let first = nodes.count
        var queue = [Reached(node: 0, depth: 0)]
        var isReached = [Bool](repeating: false, count: tree.left.count)
        guard !isReached.isEmpty else {
            throw .arrayLength(key: "left_children", tree: index, found: 0, expected: 1)
        }
        isReached[0] = true
        var next = 0
        while next < queue.count {
            guard nodes.count < BoostedTrees.maxNodes else { throw .tooManyNodes }
            let place = BoostedTreesError.Place(tree: index, node: queue[next].node)
            let children = try Self.children(tree, place)
            let node = try split(tree, place, isLeaf: children == nil, distance: queue.count - next)
            for child in children.map({ [$0.left, $0.right] }) ?? [] {
                let childPlace = BoostedTreesError.Place(tree: index, node: child)
                guard !isReached[child] else { throw .reachedTwice(childPlace) }
                guard tree.parents[child] == Int32(place.node) else { throw .parent(childPlace) }
                isReached[child] = true
                // Trainers differ in how they round, but not by half: means and contributions stay finite.
                guard tree.covers[child] <= 2 * tree.covers[place.node] else {
                    throw .cover(place)
                }
                guard queue[next].depth < BoostedTrees.maxDepth else { throw .tooDeep(tree: index) }
                queue.append(Reached(node: child, depth: queue[next].depth + 1))
            }
            nodes.append(node)
            covers.append(tree.covers[place.node])
            next += 1
        }
        roots.append(Int32(first))
        outputs.append(UInt8(output))
        depths.append(UInt8(queue.last?.depth ?? 0))
        measure(from: first, output: output)
    }

    /// `nil` for a leaf.
    private static func children(
        _ tree: FileTree, _ place: BoostedTreesError.Place
    ) throws(BoostedTreesError) -> (left: Int, right: Int)? {
        let left = Int(tree.left[place.node])
        let right = Int(tree.right[place.node])
        if left == -1 && right == -1 { return nil }
        guard tree.left.indices.contains(left), tree.left.indices.contains(right) else {
            throw .child(place)
        }
        return (left, right)
    }

    private func split(
        _ tree: FileTree, _ place: BoostedTreesError.Place, isLeaf: Bool, distance: Int
    ) throws(BoostedTreesError) -> TreeNode {
        let condition = tree.conditions[place.node]
        guard condition.isFinite else { throw .notFinite(key: "split_conditions", place) }
        let cover = tree.covers[place.node]
        guard cover.isFinite else { throw .notFinite(key: "sum_hessian", place) }
        guard isLeaf ? cover >= 0 : cover > 0 else { throw .cover(place) }
        if isLeaf { return TreeNode(leaf: condition) }
        let feature = Int(tree.features[place.node])
        guard feature >= 0 && feature < featureCount else {
            throw .feature(place, index: feature, count: featureCount)
        }
        let direction = tree.defaultLeft[place.node]
        guard direction == 0 || direction == 1 else { throw .defaultDirection(place) }
        guard distance <= TreeNode.maxDistance else { throw .tooWide(tree: place.tree) }
        return TreeNode(
            feature: feature, goesLeftWhenMissing: direction == 1, threshold: condition,
            leftDistance: distance)
    }

    /// Adds mean and largest leaf of the tree that begins at `first` and ends the nodes.
    private mutating func measure(from first: Int, output: Int) {
        var means = [Double](repeating: 0, count: nodes.count - first)
        var greatest = 0.0
        // Children stand behind their parents.
        for index in stride(from: nodes.count - 1, through: first, by: -1) {
            let node = nodes[index]
            guard !node.isLeaf else {
                means[index - first] = Double(node.threshold)
                greatest = max(greatest, abs(Double(node.threshold)))
                continue
            }
            let left = index + node.leftDistance
            let sum =
                Double(covers[left]) * means[left - first]
                + Double(covers[left + 1]) * means[left + 1 - first]
            means[index - first] = sum / Double(covers[index])
        }
        self.means[output] += means[0]
        largest[output] += greatest
    }
}
