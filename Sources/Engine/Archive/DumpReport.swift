/// What was odd in a dump of trades: rows that were left out, and trades that do not follow each other.
package struct DumpReport: Hashable, Sendable {
    package enum Kind: Int, Hashable, Sendable, CaseIterable {
        /// A row that is no trade was left out.
        case refusedRow
        /// Ids are missing before this trade.
        case gap
        /// The id is not above that of the trade before; the market counts such a trade once.
        case repeatedID
        /// The time is before that of the trade before.
        case backwards
    }

    /// One oddity.
    package struct Entry: Hashable, Sendable {
        package var kind: Kind
        /// 1 for the first line of the file.
        package var line: Int
        /// What is wrong with the row; for a gap, how many ids are missing.
        package var detail: String
    }

    /// Entries kept of each kind.
    package static let maxEntries = 20

    /// The first of each kind, in the order of the file.
    package private(set) var entries: [Entry] = []
    private var counts = [Int](repeating: 0, count: Kind.allCases.count)

    package init() {}

    package func count(_ kind: Kind) -> Int { counts[kind.rawValue] }

    mutating func add(_ kind: Kind, line: Int, detail: () -> String) {
        counts[kind.rawValue] += 1
        guard counts[kind.rawValue] <= Self.maxEntries else { return }
        entries.append(Entry(kind: kind, line: line, detail: detail()))
    }

    /// One plain line a kind that occurred, with the first places.
    package var lines: [String] {
        Kind.allCases.compactMap { kind in
            guard count(kind) > 0 else { return nil }
            let first = entries.filter { $0.kind == kind }.prefix(3)
                .map { $0.detail.isEmpty ? "line \($0.line)" : "line \($0.line): \($0.detail)" }
            let more = count(kind) > first.count ? ", …" : ""
            return "\(words(kind)): \(first.joined(separator: ", "))\(more)"
        }
    }

    private func words(_ kind: Kind) -> String {
        let count = count(kind)
        switch kind {
        case .refusedRow: return count == 1 ? "1 row left out" : "\(count) rows left out"
        case .gap: return count == 1 ? "1 gap in the ids" : "\(count) gaps in the ids"
        case .repeatedID:
            return count == 1 ? "1 id that came before" : "\(count) ids that came before"
        case .backwards:
            return count == 1
                ? "1 trade earlier than the one before"
                : "\(count) trades earlier than the one before"
        }
    }
}

/// Why a row of a dump was refused, in words; found again from its text, for the few that are told.
enum DumpDiagnosis {
    static func why(_ row: String, layout: DumpLayout) -> String {
        let fields = row.split(omittingEmptySubsequences: false) { $0 == "," || $0.isNewline }
        let names: [String]
        switch layout {
        case .aggTrades:
            names = [
                "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id",
                "transact_time", "is_buyer_maker",
            ]
        case .trades: names = ["id", "price", "qty", "quote_qty", "time", "is_buyer_maker"]
        }
        guard fields.count >= names.count else {
            return "has \(fields.count) columns instead of \(names.count)"
        }
        for (name, field) in zip(names, fields) {
            if name == "is_buyer_maker" {
                if field.lowercased() != "true" && field.lowercased() != "false" {
                    return "\(name) is neither true nor false"
                }
                continue
            }
            guard let value = Double(field) else { return "\(name) is not a number" }
            if value <= 0 && (name == "price" || name == "quantity" || name == "qty") {
                return "\(name) is not above zero"
            }
        }
        return "cannot be held exactly, or has no time of this century"
    }
}
