/// One split or leaf, in 8 bytes.
///
/// A row is laid out so that no step branches. Slot 0 is −∞; feature f has slot 2f + 1 for splits that send missing
/// values left and slot 2f + 2 for those that send them right; where it is missing they hold −∞ and +∞. A step goes to the
/// left child when `row[slot] < threshold`, else to the right one, which stands behind it. A leaf has slot 0 and no way
/// to go: −∞ is below its value, so that the step stays where it is, and all trees of a group can take as many steps as
/// the deepest needs.
struct TreeNode: Hashable, Sendable {
    /// Of a leaf, its value. Finite.
    var threshold: Float
    private var rowSlot: UInt16
    /// How many nodes behind this one its left child stands; 0 for a leaf.
    private var distance: UInt16

    /// The largest distance that there is room for.
    static let maxDistance = Int(UInt16.max)

    init(leaf: Float) {
        threshold = leaf
        rowSlot = 0
        distance = 0
    }

    init(feature: Int, goesLeftWhenMissing: Bool, threshold: Float, leftDistance: Int) {
        self.threshold = threshold
        rowSlot = UInt16(2 * feature + (goesLeftWhenMissing ? 1 : 2))
        distance = UInt16(leftDistance)
    }

    var isLeaf: Bool { distance == 0 }
    /// Of a split.
    var feature: Int { (slot - 1) >> 1 }

    @inline(__always)
    var slot: Int { Int(rowSlot) }
    @inline(__always)
    var leftDistance: Int { Int(distance) }
}

// Unsafe pointers, because bounds checks at every node cost a third of the time: the builder has checked that every
// slot is within the row and every child within the nodes, and both are immutable since.
extension BoostedTrees {
    /// Trees walked side by side, so that the processor waits for the memory of all of them at once.
    static let groupSize = 8

    /// The margin of `values`, in the order of the features, NaN where missing; of a model with one output.
    ///
    /// - Complexity: splits on the way to one leaf of every tree; about 3 µs for 500 trees of depth 6.
    package func margin(_ values: Span<Float>) -> Float {
        precondition(outputCount == 1, "a model with one output")
        var sum = base[0]
        withSlots(values) { row in
            walk(row) { _, leaf in sum += leaf }
        }
        return sum
    }

    /// What XGBoost predicts: a probability if `objective.isProbability`, else the margin; of a model with one output.
    package func probability(_ values: Span<Float>) -> Float { objective.answer(margin(values)) }

    /// The margin of each output.
    package func margins(_ values: Span<Float>) -> [Float] {
        var sums = base
        withSlots(values) { row in
            walk(row) { tree, leaf in sums[Int(outputs[tree])] += leaf }
        }
        return sums
    }

    /// What XGBoost predicts for each output: of classes, the probabilities that sum to 1.
    package func probabilities(_ values: Span<Float>) -> [Float] {
        objective.answers(margins(values))
    }

    /// Calls `body` with the row as `TreeNode` wants it.
    @inline(__always)
    func withSlots<Answer>(
        _ values: Span<Float>, _ body: (UnsafePointer<Float>) -> Answer
    ) -> Answer {
        precondition(values.count == featureCount, "a row has a value for every feature")
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * featureCount + 1) {
            row in
            row.initializeElement(at: 0, to: -.infinity)
            for feature in 0..<featureCount {
                let value = values[feature]
                row.initializeElement(at: 2 * feature + 1, to: value.isNaN ? -.infinity : value)
                row.initializeElement(at: 2 * feature + 2, to: value.isNaN ? .infinity : value)
            }
            guard let start = UnsafePointer(row.baseAddress) else {
                preconditionFailure("there is always the first slot")
            }
            return body(start)
        }
    }

    /// Calls `add` with each tree and the value of the leaf that it leads to, in the order of the file.
    @inline(__always)
    private func walk(_ row: UnsafePointer<Float>, _ add: (Int, Float) -> Void) {
        nodes.withUnsafeBufferPointer { buffer in
            guard let nodes = buffer.baseAddress else { return }
            let whole = roots.count & ~(Self.groupSize - 1)
            var tree = 0
            while tree < whole {
                var a = nodes + Int(roots[tree])
                var b = nodes + Int(roots[tree + 1])
                var c = nodes + Int(roots[tree + 2])
                var d = nodes + Int(roots[tree + 3])
                var e = nodes + Int(roots[tree + 4])
                var f = nodes + Int(roots[tree + 5])
                var g = nodes + Int(roots[tree + 6])
                var h = nodes + Int(roots[tree + 7])
                for _ in 0..<groupDepths[tree / Self.groupSize] {
                    a = Self.step(a, row)
                    b = Self.step(b, row)
                    c = Self.step(c, row)
                    d = Self.step(d, row)
                    e = Self.step(e, row)
                    f = Self.step(f, row)
                    g = Self.step(g, row)
                    h = Self.step(h, row)
                }
                add(tree, a.pointee.threshold)
                add(tree + 1, b.pointee.threshold)
                add(tree + 2, c.pointee.threshold)
                add(tree + 3, d.pointee.threshold)
                add(tree + 4, e.pointee.threshold)
                add(tree + 5, f.pointee.threshold)
                add(tree + 6, g.pointee.threshold)
                add(tree + 7, h.pointee.threshold)
                tree += Self.groupSize
            }
            while tree < roots.count {
                var node = nodes + Int(roots[tree])
                for _ in 0..<groupDepths[tree / Self.groupSize] { node = Self.step(node, row) }
                add(tree, node.pointee.threshold)
                tree += 1
            }
        }
    }

    @inline(__always)
    private static func step(
        _ node: UnsafePointer<TreeNode>, _ row: UnsafePointer<Float>
    ) -> UnsafePointer<TreeNode> {
        let goesRight = row[node.pointee.slot] < node.pointee.threshold ? 0 : 1
        return node + (node.pointee.leftDistance &+ goesRight)
    }
}
