import Text
import Trading

extension ModelsReport {
    /// The report for people: lines without control characters, tables aligned.
    package var lines: [String] {
        var lines: [String] = []
        switch verb {
        case .list:
            lines += table
            if sets.isEmpty { lines.append(text) }
        case .show:
            lines += table
            if let detail { lines += Self.lines(of: detail) }
        case .verify:
            for set in sets { lines += Self.verdict("\(set.short) \(set.name)", set.problems) }
            if let inForce {
                lines += Self.verdict("in force \(inForce.name)", inForce.problems)
            }
            lines.append(text)
        case .add, .shadow, .promote, .rollback: lines.append(text)
        }
        if verb == .list || verb == .show, let inForce {
            lines.append(
                "in force: \(inForce.name)\(inForce.digest.isEmpty ? "" : " \(inForce.digest.prefix(12))"), \(inForce.source)"
                    + (inForce.changeable ? "" : "; fixed by the configuration"))
        }
        if let warning { lines.append("warning: \(warning)") }
        return lines.map { SafeText.clean($0, maxLength: 1_000) }
    }

    private var table: [String] {
        guard !sets.isEmpty else { return [] }
        let rows = sets.map {
            [
                $0.short, $0.name, $0.state, WallTime.text($0.changedAtWall),
                WallTime.text($0.addedAtWall),
            ]
        }
        return Self.table(["DIGEST", "NAME", "STATE", "SINCE", "ADDED"], rows)
    }

    private static func lines(of detail: ModelSetDetail) -> [String] {
        var lines = ["", "note      \(detail.note)", "folder    \(detail.folder)"]
        lines.append("schema    \(detail.schema)")
        if !detail.parent.isEmpty { lines.append("parent    \(detail.parent.prefix(12))") }
        if !detail.trainedFrom.isEmpty {
            lines.append("trained   \(detail.trainedFrom) to \(detail.trainedTo)")
        }
        if !detail.validatedFrom.isEmpty {
            lines.append("validated \(detail.validatedFrom) to \(detail.validatedTo)")
        }
        lines.append("")
        lines += table(
            ["MODEL", "KIND", "ROLE", "WEIGHT", "FILE", "SHA-256"],
            detail.files.map {
                [
                    $0.id, $0.kind, $0.role, weight($0.weight), $0.file,
                    String($0.sha256.prefix(12)),
                ]
            })
        lines.append("")
        lines += table(
            ["WHEN", "CHANGE", "BY", "NOTE"],
            detail.history.map { [WallTime.text($0.atWall), $0.change, $0.by, $0.note] })
        if let card = detail.card {
            lines.append("")
            lines += card.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        return lines
    }

    private static func verdict(_ what: String, _ problems: [String]?) -> [String] {
        guard let problems else { return [] }
        return problems.isEmpty ? ["ok      \(what)"] : problems.map { "DAMAGED \(what): \($0)" }
    }

    private static func weight(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "-" }
        return FixedPoint.text(Int128((value * 1_000).rounded()), digits: 3)
    }

    /// Columns two spaces apart, as wide as their widest text.
    private static func table(_ heads: [String], _ rows: [[String]]) -> [String] {
        let all = [heads] + rows
        let widths = heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = row.enumerated().map { column, text in
                column == row.count - 1
                    ? text : text + String(repeating: " ", count: widths[column] - text.count)
            }
            return cells.joined(separator: "  ")
        }
    }
}

extension ModelSetTopic {
    /// As people name it.
    package var short: String { String(digest.prefix(12)) }
}

/// Wall time for people.
private enum WallTime {
    /// `2026-11-21 14:07` in UTC, by the proleptic Gregorian calendar.
    /// - Source: Howard Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
    static func text(_ milliseconds: Int64) -> String {
        // Beyond the year 9999 nothing is meant to be a date.
        guard (0..<253_402_300_800_000).contains(milliseconds) else { return "-" }
        let minutes = milliseconds / 60_000
        let shifted = minutes / 1_440 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return
            "\(year)-\(two(civilMonth))-\(two(day)) \(two(minutes / 60 % 24)):\(two(minutes % 60))"
    }
}
