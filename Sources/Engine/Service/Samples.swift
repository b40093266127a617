/// Measured values and what is said of them: their number, the median, the 99th percentile and the largest.
package struct Samples: Hashable, Sendable {
    private var values: [Double]

    package init(_ values: [Double] = []) { self.values = values }

    package mutating func append(_ value: Double) { values.append(value) }

    package var count: Int { values.count }
    package var median: Double? { quantile(0.5) }
    package var p99: Double? { quantile(0.99) }
    package var largest: Double? { values.max() }

    /// The smallest value that at least the fraction `part` (0...1) of all values do not exceed; `nil` without values.
    package func quantile(_ part: Double) -> Double? {
        guard !values.isEmpty else { return nil }
        let rank = Int((part * Double(values.count)).rounded(.up))
        return values.sorted()[min(values.count, max(1, rank)) - 1]
    }
}
