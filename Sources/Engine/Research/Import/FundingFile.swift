import Text
package import Trading

/// Reads funding settlements: a header naming a time and a rate, and perhaps a symbol; plain, gzip or zip.
///
/// - Source: Binance public data, fundingRate of USDⓈ-M futures (`calc_time,funding_interval_hours,last_funding_rate`);
///   files of `symbol,funding_time,funding_rate` hold several symbols.
package enum FundingFile {
    private static let maxRows = 1_000_000

    /// The settlements of `symbol`, oldest first.
    ///
    /// - Throws: `ImportError` when the file is not what it claims to be, or has nothing of `symbol`.
    package static func read(_ path: String, symbol: SymbolName) throws(ImportError) -> [FundingRow]
    {
        let file = try CSVFile(path: path)
        guard try file.next() else { throw .empty(path: path) }
        func place(_ names: String...) -> Int? {
            file.fields.indices.first { names.contains(file.name($0)) }
        }
        guard let time = place("fundingtime", "calctime", "time", "timestamp"),
            let rate = place("fundingrate", "lastfundingrate", "rate")
        else { throw .otherKind(path: path, expected: "funding settlements", line: file.line) }
        let symbolPlace = place("symbol")
        let columns = file.fields.count
        var rows: [FundingRow] = []
        var refusals = Refusals()
        while try file.next() {
            if refusals.areEnough { break }
            if rows.count > maxRows { throw .tooManyRows(path: path, limit: maxRows) }
            guard file.fields.count == columns else {
                refusals.add(
                    file.line, .columns(found: file.fields.count, expected: columns))
                continue
            }
            if let symbolPlace, file.text(symbolPlace) != symbol.description { continue }
            guard let moment = file.time(time) else {
                refusals.add(file.line, .noTime(column: "funding_time"))
                continue
            }
            // A venue's rate is a per cent or two at most; one above 100 % is no rate.
            guard let units = rateUnits(file, rate), abs(units) <= FixedPoint.unitsPerOne else {
                refusals.add(
                    file.line, .unreadable(column: "funding_rate", text: file.text(rate)))
                continue
            }
            let row = FundingRow(time: moment, rate: Rate(units: units))
            if let last = rows.last {
                if row == last { continue }
                if row.time < last.time {
                    refusals.add(file.line, .backwards)
                    continue
                }
                if row.time == last.time {
                    refusals.add(file.line, .contradictsRowBefore)
                    continue
                }
            }
            rows.append(row)
        }
        try refusals.check(path)
        guard !rows.isEmpty else {
            throw symbolPlace == nil
                ? .empty(path: path) : .noSuchSymbol(path: path, symbol: symbol.description)
        }
        return rows
    }

    /// Plain or with an exponent, as some writers print small rates.
    private static func rateUnits(_ file: CSVFile, _ field: Int) -> Int64? {
        if let units = file.decimal(field) { return units }
        guard let value = Double(file.text(field)), abs(value) <= 1 else { return nil }
        return Int64((value * 1e8).rounded())
    }
}
