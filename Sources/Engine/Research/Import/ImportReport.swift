/// What was odd in a source, but no reason to refuse it; the first of each kind with its line.
package struct ImportReport: Hashable, Sendable {
    /// An oddity that does not make the rest of the file untrue.
    package enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// Intervals without a row.
        case gap
        /// A row that repeats the one before it exactly; it was left out.
        case repeatedRow
        /// A candle in which nothing was traded.
        case zeroVolume
        /// The taker's part of the volume is larger than the volume.
        case takerVolumeTooLarge
    }

    /// One oddity.
    package struct Entry: Hashable, Sendable {
        package var kind: Kind
        /// 1 for the first line of the file.
        package var line: Int
        /// For a gap, how many intervals are missing; otherwise 1.
        package var amount: Int
    }

    /// Entries kept of each kind.
    package static let maxEntries = 20

    /// The first of each kind, at most `maxEntries` each, in the order of the file.
    package private(set) var entries: [Entry] = []
    /// How many there are of each kind, by `Kind.rawValue`; for gaps, the number of gaps.
    package private(set) var counts = [Int](repeating: 0, count: Kind.allCases.count)
    /// Intervals missing in all gaps together.
    package private(set) var missingIntervals = 0

    package init() {}

    package func count(_ kind: Kind) -> Int { counts[kind.rawValue] }
    package var isEmpty: Bool { entries.isEmpty }

    /// Counts one oddity, and keeps it while there is room for its kind.
    package mutating func add(_ kind: Kind, line: Int, amount: Int = 1) {
        counts[kind.rawValue] += 1
        if kind == .gap { missingIntervals += amount }
        if counts[kind.rawValue] <= Self.maxEntries {
            entries.append(Entry(kind: kind, line: line, amount: amount))
        }
    }

    /// One plain line a kind that occurred, with the lines of the first few.
    package var lines: [String] {
        Kind.allCases.compactMap { kind in
            guard count(kind) > 0 else { return nil }
            let places = entries.filter { $0.kind == kind }.prefix(5).map { String($0.line) }
            let more = count(kind) > places.count ? ", …" : ""
            return "\(words(kind)): line \(places.joined(separator: ", "))\(more)"
        }
    }

    private func words(_ kind: Kind) -> String {
        let count = count(kind)
        func of(_ one: String, _ many: String) -> String {
            count == 1 ? "1 \(one)" : "\(count) \(many)"
        }
        switch kind {
        case .gap:
            return of("gap", "gaps") + ", \(missingIntervals) candles missing"
        case .repeatedRow: return of("repeated row, left out", "repeated rows, left out")
        case .zeroVolume:
            return of("candle in which nothing was traded", "candles in which nothing was traded")
        case .takerVolumeTooLarge:
            return of("candle", "candles") + " with more bought by takers than traded, cut down"
        }
    }
}
