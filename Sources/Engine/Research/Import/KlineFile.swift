import Archive
package import Trading

/// Reads the exchange's kline dumps, and files of open, high, low, close and volume alone; plain, gzip or zip.
///
/// With a header, columns are found by name in any order; without one the file must have the twelve columns of the
/// exchange in its order, which end time and traded value of each row then prove. A row that cannot be true refuses
/// the file, because nobody knows what else is wrong with it; gaps and candles without trades are only reported.
///
/// - Source: Binance public data, klines of USDⓈ-M futures and spot (spot files are in microseconds since 2025-01-01).
package enum KlineFile {
    /// Rows read from one file.
    package static let maxRows = 5_000_000

    /// The candles of `symbol` in the file at `path`.
    ///
    /// - Throws: `ImportError` when the file is not what it claims to be.
    package static func read(_ path: String, symbol: SymbolName) throws(ImportError) -> CandleTable
    {
        let file = try CSVFile(path: path)
        guard try file.next() else { throw .empty(path: path) }
        guard !file.isTooLong, let (columns, isHeader) = KlineColumns.find(in: file) else {
            throw .otherKind(path: path, expected: "candles of the exchange", line: file.line)
        }
        var rows = Rows()
        if !isHeader { rows.take(file, columns) }
        while try file.next() {
            rows.take(file, columns)
            if rows.refusals.areEnough { break }
            if rows.candles.count > maxRows { throw .tooManyRows(path: path, limit: maxRows) }
        }
        try rows.refusals.check(path)
        guard !rows.candles.isEmpty else { throw .empty(path: path) }
        let interval = try rows.interval(path)
        return try rows.table(path, symbol, interval, hasTakerVolume: columns.takerBuyVolume != nil)
    }

    /// Intervals of the exchange that have a fixed length, in milliseconds.
    static let intervals: [Int64] = [
        1_000, 60_000, 180_000, 300_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000,
        21_600_000, 28_800_000, 43_200_000, 86_400_000,
    ]

    /// What was read so far.
    private struct Rows {
        var candles: [CandleRow] = []
        var lines: [Int] = []
        var refusals = Refusals()
        var report = ImportReport()
        /// Of the first row that names its end.
        var saidInterval: Int64?

        mutating func take(_ file: CSVFile, _ columns: KlineColumns) {
            switch KlineRow.parse(file, columns) {
            case .failure(let problem): refusals.add(file.line, problem.why)
            case .success(let row):
                if let end = row.closeTime {
                    let interval = end - row.candle.openTime + 1
                    if let said = saidInterval, said != interval {
                        return refusals.add(file.line, .otherCloseTime)
                    }
                    saidInterval = interval
                }
                keep(row, file.line)
            }
        }

        private mutating func keep(_ row: KlineRow, _ line: Int) {
            if let last = candles.last {
                if row.candle.openTime < last.openTime { return refusals.add(line, .backwards) }
                if row.candle == last { return report.add(.repeatedRow, line: line) }
                if row.candle.openTime == last.openTime {
                    return refusals.add(line, .contradictsRowBefore)
                }
            }
            if row.candle.volume == 0 { report.add(.zeroVolume, line: line) }
            if row.hadTooMuchTakerVolume { report.add(.takerVolumeTooLarge, line: line) }
            candles.append(row.candle)
            lines.append(line)
        }

        /// What the rows say themselves, else the smallest way from one to the next.
        func interval(_ path: String) throws(ImportError) -> Int64 {
            var smallest = saidInterval ?? .max
            if saidInterval == nil {
                for index in candles.indices.dropFirst() {
                    smallest = min(
                        smallest, candles[index].openTime - candles[index - 1].openTime)
                }
            }
            guard intervals.contains(smallest) else {
                throw .unknownInterval(
                    path: path, milliseconds: smallest == .max ? 0 : smallest)
            }
            return smallest
        }

        mutating func table(
            _ path: String, _ symbol: SymbolName, _ interval: Int64, hasTakerVolume: Bool
        ) throws(ImportError) -> CandleTable {
            var table = CandleTable(
                symbol: symbol, interval: .milliseconds(interval), hasTakerVolume: hasTakerVolume)
            var previous: Int64?
            for (candle, line) in zip(candles, lines) {
                guard candle.openTime % interval == 0 else {
                    refusals.add(line, .offGrid)
                    continue
                }
                if let previous, candle.openTime - previous > interval {
                    report.add(
                        .gap, line: line, amount: Int((candle.openTime - previous) / interval) - 1)
                }
                previous = candle.openTime
                table.append(candle)
            }
            try refusals.check(path)
            table.report = report
            return table
        }
    }
}

/// Which field of a row is what.
struct KlineColumns {
    var openTime: Int
    var open: Int
    var high: Int
    var low: Int
    var close: Int
    var volume: Int
    var closeTime: Int?
    var quoteVolume: Int?
    var takerBuyVolume: Int?
    /// Fields that a row must have.
    var count: Int

    /// The order of the exchange.
    private static let usual = KlineColumns(
        openTime: 0, open: 1, high: 2, low: 3, close: 4, volume: 5, closeTime: 6, quoteVolume: 7,
        takerBuyVolume: 9, count: 12)

    /// What the first row of a file shows, and whether that row is a header; `nil` for another kind of file.
    static func find(in file: CSVFile) -> (KlineColumns, isHeader: Bool)? {
        guard file.fields.count >= 6 else { return nil }
        if file.integer(0) != nil {
            return file.fields.count == usual.count ? (usual, false) : nil
        }
        func place(_ names: String...) -> Int? {
            file.fields.indices.first { names.contains(file.name($0)) }
        }
        guard let time = place("opentime", "timestamp", "time"), let open = place("open"),
            let high = place("high"), let low = place("low"), let close = place("close"),
            let volume = place("volume")
        else { return nil }
        return (
            KlineColumns(
                openTime: time, open: open, high: high, low: low, close: close, volume: volume,
                closeTime: place("closetime"),
                quoteVolume: place("quotevolume", "quoteassetvolume"),
                takerBuyVolume: place(
                    "takerbuyvolume", "takerbuybasevolume", "takerbuybaseassetvolume"),
                count: file.fields.count), true
        )
    }
}

/// One row of a kline file.
struct KlineRow {
    var candle: CandleRow
    /// The last millisecond of the interval; `nil` when the file does not say.
    var closeTime: Int64?
    var hadTooMuchTakerVolume = false

    /// A row problem, to be thrown.
    struct Problem: Error { var why: RowProblem }

    static func parse(_ file: CSVFile, _ columns: KlineColumns) -> Result<KlineRow, Problem> {
        do throws(Problem) { return .success(try read(file, columns)) } catch {
            return .failure(error)
        }
    }

    private static func read(_ file: CSVFile, _ columns: KlineColumns) throws(Problem) -> KlineRow {
        if file.isTooLong { throw Problem(why: .tooLong) }
        guard file.fields.count == columns.count else {
            throw Problem(why: .columns(found: file.fields.count, expected: columns.count))
        }
        let candle = CandleRow(
            openTime: try time(file, columns.openTime, "open_time").milliseconds,
            open: try price(file, columns.open, "open"),
            high: try price(file, columns.high, "high"),
            low: try price(file, columns.low, "low"),
            close: try price(file, columns.close, "close"),
            volume: try quantity(file, columns.volume, "volume"),
            takerBuyVolume: try columns.takerBuyVolume.map { place throws(Problem) in
                try quantity(file, place, "taker_buy_volume")
            } ?? 0)
        if candle.high < candle.low { throw Problem(why: .highBelowLow) }
        guard (candle.low...candle.high).contains(candle.open) else {
            throw Problem(why: .outsideRange(column: "open"))
        }
        guard (candle.low...candle.high).contains(candle.close) else {
            throw Problem(why: .outsideRange(column: "close"))
        }
        if let place = columns.quoteVolume {
            // Only compared, so that it may be larger than what can be held exactly.
            guard let value = Double(file.text(place)), value >= 0 else {
                throw unreadable(file, place, "quote_volume")
            }
            guard fits(value, candle) else { throw Problem(why: .quoteVolumeDoesNotFit) }
        }
        var row = KlineRow(candle: candle)
        row.closeTime = try columns.closeTime.map { place throws(Problem) in
            // Of microseconds, the last of the millisecond.
            try time(file, place, "close_time").milliseconds
        }
        if candle.takerBuyVolume > candle.volume {
            row.candle.takerBuyVolume = candle.volume
            row.hadTooMuchTakerVolume = true
        }
        return row
    }

    /// Whether the value traded lies between the volume at the lowest and at the highest price; a thousandth is for
    /// how the exchange rounds.
    private static func fits(_ value: Double, _ candle: CandleRow) -> Bool {
        let volume = Double(candle.volume) / 1e8
        return value >= volume * (Double(candle.low) / 1e8) * 0.999 - 1
            && value <= volume * (Double(candle.high) / 1e8) * 1.001 + 1
    }

    private static func time(
        _ file: CSVFile, _ field: Int, _ name: String
    ) throws(Problem) -> Timestamp {
        guard file.integer(field) != nil else { throw unreadable(file, field, name) }
        guard let time = file.time(field) else { throw Problem(why: .noTime(column: name)) }
        return time
    }

    private static func price(
        _ file: CSVFile, _ field: Int, _ name: String
    ) throws(Problem) -> Int64 {
        guard let units = file.decimal(field) else { throw unreadable(file, field, name) }
        guard units > 0 else { throw Problem(why: .notAboveZero(column: name)) }
        return units
    }

    private static func quantity(
        _ file: CSVFile, _ field: Int, _ name: String
    ) throws(Problem) -> Int64 {
        guard let units = file.decimal(field) else { throw unreadable(file, field, name) }
        guard units >= 0 else { throw Problem(why: .belowZero(column: name)) }
        return units
    }

    private static func unreadable(_ file: CSVFile, _ field: Int, _ name: String) -> Problem {
        Problem(why: .unreadable(column: name, text: file.text(field)))
    }
}
