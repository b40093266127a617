import TestSupport
import Testing

@testable import Models

private let needsData = ConditionTrait.enabled(
    if: MarketDataFolder.path != nil, Comment(rawValue: MarketDataFolder.hint))

extension BoostedTrees {
    /// The mean margin of the trees when only the features in `known` have their values: by definition, not by the fast way.
    fileprivate func mean(_ row: [Float], known: Set<Int>) -> Double {
        func below(_ index: Int) -> Double {
            let node = nodes[index]
            if node.isLeaf { return Double(node.threshold) }
            let left = index + node.leftDistance
            if known.contains(node.feature) {
                // An odd slot sends missing values left.
                let value = row[node.feature]
                let goesLeft = value.isNaN ? node.slot % 2 == 1 : value < node.threshold
                return below(goesLeft ? left : left + 1)
            }
            let shares = [left, left + 1].map { Double(covers[$0]) * below($0) }
            return (shares[0] + shares[1]) / Double(covers[index])
        }
        return Double(base[0]) + roots.map { below(Int($0)) }.reduce(0, +)
    }

    /// Shapley values by their definition: over all subsets of the features.
    fileprivate func slowContributions(_ row: [Float]) -> [Double] {
        let count = featureCount
        var factorials = [1.0]
        for number in 1...count { factorials.append(factorials[number - 1] * Double(number)) }
        let means = (0..<1 << count).map { bits in
            mean(row, known: Set((0..<count).filter { bits >> $0 & 1 == 1 }))
        }
        var sums = (0..<count).map { feature in
            var sum = 0.0
            for bits in 0..<1 << count where bits >> feature & 1 == 0 {
                let size = bits.nonzeroBitCount
                let weight = factorials[size] * factorials[count - size - 1] / factorials[count]
                sum += weight * (means[bits | 1 << feature] - means[bits])
            }
            return sum
        }
        sums.append(means[0])
        return sums
    }
}

struct BoostedTreesContributionsTests {
    @Test func `the small trees answer and are explained as XGBoost did`() throws {
        let model = try BoostedTrees(json: Array(SmallTrees.json.utf8))
        for (index, row) in SmallTrees.rows.enumerated() {
            #expect(model.margin(row.span).bitPattern == SmallTrees.margins[index])
            #expect(model.probability(row.span).bitPattern == SmallTrees.probabilities[index])
            let own = model.contributions(row.span)
            #expect(own.count == 4)
            for (value, expected) in zip(own, SmallTrees.contributions[index]) {
                #expect(abs(value - expected) < 1e-6)
            }
            #expect(abs(own.reduce(0, +) - Double(model.margin(row.span))) < 1e-6)
        }
    }

    @Test(arguments: [(1, 2, 2), (3, 3, 3), (10, 5, 4), (4, 9, 6), (9, 6, 8)])
    func `the fast way agrees with the definition`(
        trees: Int, depth: Int, features: Int
    ) throws {
        var generator = Seeded(UInt64(trees * 100 + depth))
        for _ in 0..<8 {
            let text = TreesText.random(
                trees: trees, depth: depth, features: features, &generator)
            let model = try text.model()
            let row = (0..<features).map { _ in
                Int.random(in: 0...4, using: &generator) == 0
                    ? Float.nan : Float.random(in: -3...3, using: &generator)
            }
            for (fast, slow) in zip(model.contributions(row.span), model.slowContributions(row)) {
                #expect(abs(fast - slow) < 1e-9 * Double(trees), "\(text.text) \(row)")
            }
            let all = Set(0..<features)
            #expect(abs(Double(model.margin(row.span)) - model.mean(row, known: all)) < 1e-5)
        }
    }

    @Test func `each class is explained by its own trees`() throws {
        var text = TreesText()
        text.objective = "multi:softprob"
        text.classes = "3"
        text.base = "[1E-1,2E-1,3E-1]"
        text.trees = [.stump, .stump, .stump]
        text.trees[1].conditions = ["0", "2", "4"]
        text.treeInfo = [0, 1, 1]
        let model = try text.model()
        let row: [Float] = [0.25, 0, 0]
        let second: Float = 0.2 + 4
        #expect(model.margins(row.span) == [-0.9, second - 1, 0.3])
        // Means over the training rows: (−1 × 1 + 1 × 3) ÷ 4 = 0.5, and (2 × 1 + 4 × 3) ÷ 4 = 3.5.
        let own = (0..<3).map { model.contributions(row.span, output: $0) }
        let expected = [[-1.5, 0, 0, 0.6], [0.5 - 1.5, 0, 0, 4.2], [0, 0, 0, 0.3]]
        for (values, numbers) in zip(own, expected) {
            for (value, number) in zip(values, numbers) { #expect(abs(value - number) < 1e-6) }
        }
        #expect(abs(model.probabilities(row.span).reduce(0, +) - 1) < 1e-6)
    }

    /// `predict(pred_contribs=True)` of XGBoost 3.2.0 for the first two rows.
    private static let reference: [[Double]] = [
        [
            -0.02091356, -0.039292246, -0.36644328, -0.57842404, -0.087255038, 0.021508826,
            0.090444975, -0.15875481, 0.035600048, -0.0054854588, -0.0051730024, 0.043854039,
            -0.00020704295, 0.10022755, 0.19396953, 0.032299098, 0.022535708, -0.01246768,
            0.011758328, 0.0017190772, -0.012031122, -0.066322707, 0.063095964, 0.012442674,
            0.010909679, -0.01018274, -0.0070097027, 0.0052807508, -0.039915282, -0.03555011,
            0.0022258586, 0.011114405, 0.027691912, 0.010173392, 0.038108505, -0.006044189,
            0.017534398, 0.027598448, -0.0036198772, 7.5962133e-05, 0.0080941617, 0.052844487,
            -0.0052278708, -0.012718319, -0.025267713, -0.015597336, 0.0026730346, 0.018491695,
            0.016115941, 0.017500825, 0.033392951, -0.0018714987, 0.0023787639, 0.004843323,
            -0.0052105943, -0.16246063,
        ],
        [
            -0.041026771, -0.055655062, -0.098507963, 0.17114577, -0.21223913, 0.02709893,
            0.0079115257, 0.051608436, -0.0027883812, -0.043061506, -0.02938132, 0.063269407,
            0.025929175, -0.27328253, -0.024767613, 0.08407554, -0.019402577, 0.0044961246,
            -0.01302486, -0.0053567495, -0.00039863383, -0.0031517842, -0.0024093851,
            -0.088801056, -0.038110267, 0.011206619, -0.00075644231, -0.0052545872, 0.058568656,
            -0.014262072, 0.0065773949, 0.011822287, -0.0078004678, 0.015639963, 0.0047638174,
            -0.010750023, -0.16174231, 0.027988071, 0.0043653511, -0.017901279, -0.027275715,
            0.18904109, 0.0009890605, -0.03658041, 0.0032567082, 0.0088432794, -0.0026068073,
            -0.020166643, 0.062459759, -0.0079194112, -0.0025801247, 0.00074163661, -0.0029912363,
            0.004785696, 0.019974753, -0.16246063,
        ],
    ]

    @Test(needsData) func `the reference model is explained as XGBoost did`() throws {
        let model = try ModelFixtures.model("gbdt/model.json.gz")
        let rows = try ModelFixtures.rows(ModelFixtures.unpacked("gbdt/rows.csv.gz"), for: model)
        for (index, row) in rows.all[..<8].enumerated() {
            let own = model.contributions(row.span)
            #expect(abs(own.reduce(0, +) - Double(model.margin(row.span))) < 1e-5)
            guard index < Self.reference.count else { continue }
            #expect(own.count == 56)
            for (value, expected) in zip(own, Self.reference[index]) {
                #expect(abs(value - expected) < 1e-5)
            }
        }
    }
}
