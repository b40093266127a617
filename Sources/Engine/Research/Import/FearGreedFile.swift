package import Trading

/// The Fear & Greed index of one day.
package struct FearGreedRow: Hashable, Sendable {
    /// The day's beginning, UTC.
    package var day: Timestamp
    /// 0, extreme fear, to 100, extreme greed.
    package var value: Int

    package init(day: Timestamp, value: Int) {
        self.day = day
        self.value = value
    }
}

/// Reads the Fear & Greed index: a header, then `date,value`; dates as 2025-08-31 or as a time since 1970.
///
/// - Source: alternative.me, Crypto Fear & Greed Index.
package enum FearGreedFile {
    private static let maxRows = 100_000

    /// The days of the file, oldest first; days may be missing.
    ///
    /// - Throws: `ImportError` when the file is not what it claims to be.
    package static func read(_ path: String) throws(ImportError) -> [FearGreedRow] {
        let file = try CSVFile(path: path)
        guard try file.next() else { throw .empty(path: path) }
        func place(_ names: String...) -> Int? {
            file.fields.indices.first { names.contains(file.name($0)) }
        }
        guard let date = place("date", "timestamp", "time", "day"),
            let value = place("fng", "value", "feargreed", "fngvalue")
        else {
            throw .otherKind(path: path, expected: "the Fear & Greed index", line: file.line)
        }
        let columns = file.fields.count
        var rows: [FearGreedRow] = []
        var refusals = Refusals()
        while try file.next() {
            if refusals.areEnough { break }
            if rows.count > maxRows { throw .tooManyRows(path: path, limit: maxRows) }
            guard file.fields.count == columns else {
                refusals.add(file.line, .columns(found: file.fields.count, expected: columns))
                continue
            }
            guard let day = file.time(date) ?? CalendarDay.parse(file.text(date)) else {
                refusals.add(file.line, .noTime(column: "date"))
                continue
            }
            guard let index = file.integer(value), index <= 100 else {
                refusals.add(file.line, .unreadable(column: "index", text: file.text(value)))
                continue
            }
            let row = FearGreedRow(day: day.floor(to: .hours(24)), value: Int(index))
            if let last = rows.last {
                if row == last { continue }
                if row.day < last.day {
                    refusals.add(file.line, .backwards)
                    continue
                }
                if row.day == last.day {
                    refusals.add(file.line, .contradictsRowBefore)
                    continue
                }
            }
            rows.append(row)
        }
        try refusals.check(path)
        guard !rows.isEmpty else { throw .empty(path: path) }
        return rows
    }
}

/// Days as people write them.
package enum CalendarDay {
    /// The beginning of the day that `text` names, as in 2025-08-31, UTC, in 1970...2099; `nil` when it names none.
    package static func parse(_ text: String) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 45, bytes[7] == 45 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for index in range {
                let digit = bytes[index] &- 48
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            (1_970...2_099).contains(year), (1...12).contains(month),
            (1...length(month, year)).contains(day)
        else { return nil }
        var days = 0
        for before in 1_970..<year { days += isLeap(before) ? 366 : 365 }
        for before in 1..<month { days += length(before, year) }
        return Timestamp(milliseconds: Int64(days + day - 1) * 86_400_000)
    }

    /// The day of a moment, as in 2025-08-31, UTC; for moments from 1970 to 2099.
    package static func text(_ time: Timestamp) -> String {
        var days = Int(max(0, time.milliseconds) / 86_400_000)
        var year = 1_970
        while days >= (isLeap(year) ? 366 : 365) {
            days -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while days >= length(month, year) {
            days -= length(month, year)
            month += 1
        }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(year)-\(two(month))-\(two(days + 1))"
    }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
