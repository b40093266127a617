import CMath

/// How a number was spread in training: nine edges make ten bins of about a tenth each, and one more for missing.
package struct TrainingHistogram: Hashable, Sendable {
    package static let edgeCount = 9
    package static let binCount = 11
    /// The bin of missing values.
    package static let missingBin = 10

    /// Not falling; a value equal to an edge lies above it.
    package let edges: [Double]
    /// Shares of the training rows in the bins, the last is missing; sums to 1.
    package let shares: [Double]

    /// - Throws: `ModelError.numberOutOfRange` unless both lists are what their comments say.
    package init(edges: [Double], shares: [Double]) throws(ModelError) {
        guard edges.count == Self.edgeCount, edges.allSatisfy(\.isFinite),
            zip(edges, edges.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw .numberOutOfRange("edges") }
        guard shares.count == Self.binCount, shares.allSatisfy({ (0...1).contains($0) }),
            abs(shares.reduce(0, +) - 1) < 1e-6
        else { throw .numberOutOfRange("shares") }
        self.edges = edges
        self.shares = shares
    }

    /// The value that half of the training rows lay below.
    package var median: Double { edges[Self.edgeCount / 2] }

    /// The bin of `value`, 0...10.
    package func bin(of value: Double) -> Int {
        guard !value.isNaN else { return Self.missingBin }
        var bin = 0
        for edge in edges where value >= edge { bin += 1 }
        return bin
    }
}

/// How far what is seen lies from what was trained on, by the population stability index.
package enum DriftLevel: String, Hashable, Sendable, CaseIterable, Codable, Comparable {
    /// Too few rows to say.
    case unknown
    case ok
    case warn
    case alarm

    private var order: Int {
        switch self {
        case .unknown: 0
        case .ok: 1
        case .warn: 2
        case .alarm: 3
        }
    }

    package static func < (left: DriftLevel, right: DriftLevel) -> Bool {
        left.order < right.order
    }
}

/// Counts what a role's models are given and what they answer, and compares both with training.
///
/// Older rows fade: when `fadeAt` rows are counted, all counts are halved.
package struct DriftMonitor: Sendable {
    /// Below this many rows nothing is said.
    package static let minRows = 1_000
    static let fadeAt = 6_000
    /// The name of the answer among the quantities.
    package static let output = "probability"
    /// Shares smaller than this count as this: an empty bin would make the index infinite.
    static let minShare = 1e-4
    package static let warnAbove = 0.1
    package static let alarmAbove = 0.25

    /// One compared quantity: a feature's name, or `probability` for the answer.
    package struct Quantity: Hashable, Sendable {
        package let name: String
        package let histogram: TrainingHistogram
        /// Rows seen by bin.
        package fileprivate(set) var counts = [Int](
            repeating: 0, count: TrainingHistogram.binCount)

        package init(name: String, histogram: TrainingHistogram) {
            self.name = name
            self.histogram = histogram
        }

        /// Σ (seen − trained) × ln(seen ÷ trained) over the bins, at least 0; `nil` below `minRows`.
        package var index: Double? {
            let total = counts.reduce(0, +)
            guard total >= DriftMonitor.minRows else { return nil }
            var sum = 0.0
            for bin in 0..<TrainingHistogram.binCount {
                let seen = max(Double(counts[bin]) / Double(total), DriftMonitor.minShare)
                let trained = max(histogram.shares[bin], DriftMonitor.minShare)
                sum += (seen - trained) * narwhal_log(seen / trained)
            }
            return sum
        }

        /// The word for the index.
        package var level: DriftLevel {
            guard let index else { return .unknown }
            if index > DriftMonitor.alarmAbove { return .alarm }
            return index > DriftMonitor.warnAbove ? .warn : .ok
        }
    }

    /// In the order that they were given.
    package private(set) var quantities: [Quantity]
    /// Rows counted since the start, also those that have faded.
    package private(set) var rows = 0
    private var counted = 0

    package init(_ quantities: [Quantity]) { self.quantities = quantities }

    package var isEmpty: Bool { quantities.isEmpty }

    /// Counts one row; `values` are in the order of `quantities`, NaN for missing.
    package mutating func record(_ values: [Double]) {
        precondition(values.count == quantities.count, "one value a quantity")
        rows += 1
        counted += 1
        for index in quantities.indices {
            quantities[index].counts[quantities[index].histogram.bin(of: values[index])] += 1
        }
        guard counted >= Self.fadeAt else { return }
        counted /= 2
        for index in quantities.indices {
            for bin in quantities[index].counts.indices { quantities[index].counts[bin] /= 2 }
        }
    }

    /// The quantity that is farthest from training; of equals, the first. `nil` while nothing can be said.
    package var worst: (name: String, index: Double)? {
        var worst: (name: String, index: Double)?
        for quantity in quantities {
            guard let index = quantity.index else { continue }
            if worst.map({ index > $0.index }) ?? true { worst = (quantity.name, index) }
        }
        return worst
    }

    /// The highest level of any quantity.
    package var level: DriftLevel { quantities.map(\.level).max() ?? .unknown }
}
