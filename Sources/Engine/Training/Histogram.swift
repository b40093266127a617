package import Models

extension TrainingHistogram {
    /// Fewer values than this tell no distribution.
    package static let minCount = 1_000

    /// How `values` are spread; NaN is missing. `nil` when fewer than `minCount` are there.
    package static func of(_ values: [Double]) -> TrainingHistogram? {
        let sorted = values.filter { !$0.isNaN }.sorted()
        guard sorted.count >= minCount else { return nil }
        let edges = (1...edgeCount).map {
            sorted[min(sorted.count - 1, sorted.count * $0 / (edgeCount + 1))]
        }
        do throws(ModelError) {
            return try TrainingHistogram(edges: edges, shares: shares(values, edges: edges))
        } catch {
            // Infinite values: nothing that could be compared.
            return nil
        }
    }

    private static func shares(_ values: [Double], edges: [Double]) throws(ModelError) -> [Double] {
        let empty = try TrainingHistogram(
            edges: edges, shares: [1] + [Double](repeating: 0, count: binCount - 1))
        var counts = [Int](repeating: 0, count: binCount)
        for value in values { counts[empty.bin(of: value)] += 1 }
        return counts.map { Double($0) / Double(values.count) }
    }

    /// The population stability index of other values against these, as the drift monitor computes it; `nil` when there
    /// are too few.
    package func stabilityIndex(_ values: [Double]) -> Double? {
        guard values.count >= Self.minCount else { return nil }
        var counts = [Int](repeating: 0, count: Self.binCount)
        for value in values { counts[bin(of: value)] += 1 }
        var sum = 0.0
        for (bin, share) in shares.enumerated() {
            let seen = max(Double(counts[bin]) / Double(values.count), 1e-4)
            let trained = max(share, 1e-4)
            sum += (seen - trained) * CalibrationFit.ratioLog(seen, trained)
        }
        return sum
    }
}
