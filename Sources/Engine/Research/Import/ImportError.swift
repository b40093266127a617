package import Archive
import Text

/// Why a data file was refused. Each says itself in one plain line, with the line of the file where there is one.
package enum ImportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It could not be read at all, or not to its end.
    case archive(ArchiveError)
    /// It has no row.
    case empty(path: String)
    /// Its first line is not that of the kind of file that was asked for.
    case otherKind(path: String, expected: String, line: Int)
    /// Rows that cannot be true: the first ones with their lines, and how many there are in all.
    case refusedRows(path: String, rows: [RefusedRow], count: Int)
    /// More rows than are read into memory.
    case tooManyRows(path: String, limit: Int)
    /// The open times of candles have no common interval that is known.
    case unknownInterval(path: String, milliseconds: Int64)
    /// A file of several symbols has none of the one asked for.
    case noSuchSymbol(path: String, symbol: String)

    package var description: String {
        switch self {
        case .archive(let error): return error.description
        case .empty(let path): return "\(path): has no row; is it the right file?"
        case .otherKind(let path, let expected, let line):
            return "\(path): line \(line) is not that of \(expected)"
        case .refusedRows(let path, let rows, let count):
            guard let first = rows.first else { return "\(path): rows were refused" }
            var text = "\(path): line \(first.line): \(first.why)"
            if count > 1 {
                let others = rows.dropFirst().prefix(4).map { String($0.line) }
                let more = count > others.count + 1 ? ", …" : ""
                text +=
                    "; \(count) rows are bad (also line \(others.joined(separator: ", "))\(more))"
            }
            return text + "; repair it or fetch it again"
        case .tooManyRows(let path, let limit):
            return "\(path): has more than \(limit) rows; split it"
        case .unknownInterval(let path, let milliseconds):
            return
                "\(path): its candles are \(milliseconds) ms apart, which is no interval of the exchange"
        case .noSuchSymbol(let path, let symbol):
            return "\(path): has no row of \(symbol)"
        }
    }
}

/// One row that cannot be true.
package struct RefusedRow: Hashable, Sendable {
    /// 1 for the first line of the file.
    package var line: Int
    package var why: RowProblem
}

/// What is wrong with a row.
package enum RowProblem: Hashable, Sendable, CustomStringConvertible {
    /// More than 1 MiB.
    case tooLong
    case columns(found: Int, expected: Int)
    /// No plain number, too large, or too fine to be held.
    case unreadable(column: String, text: String)
    /// A word that is none of those that may stand there.
    case unknownWord(column: String, text: String)
    /// No time of this century.
    case noTime(column: String)
    case notAboveZero(column: String)
    case belowZero(column: String)
    case highBelowLow
    /// Open or close lies outside of low and high.
    case outsideRange(column: String)
    /// Begins before the row before it.
    case backwards
    /// Begins when the row before it begins, and says something else.
    case contradictsRowBefore
    /// Does not begin on the interval's grid.
    case offGrid
    /// Its end is not its beginning and the interval.
    case otherCloseTime
    /// The value traded is not between volume × low and volume × high.
    case quoteVolumeDoesNotFit

    package var description: String {
        switch self {
        case .tooLong: "is longer than 1 MiB"
        case .columns(let found, let expected): "has \(found) columns instead of \(expected)"
        case .unreadable(let column, let text):
            "\(column) '\(SafeText.clean(text, maxLength: 24))' is not a number that can be used"
        case .unknownWord(let column, let text):
            "\(column) '\(SafeText.clean(text, maxLength: 24))' is not known"
        case .noTime(let column): "\(column) is no time in seconds, milli- or microseconds"
        case .notAboveZero(let column): "\(column) is not above zero"
        case .belowZero(let column): "\(column) is below zero"
        case .highBelowLow: "high is below low"
        case .outsideRange(let column): "\(column) is not between low and high"
        case .backwards: "begins before the row before it"
        case .contradictsRowBefore: "repeats the time of the row before it with other values"
        case .offGrid: "does not begin on the grid of the interval"
        case .otherCloseTime: "close_time is not open_time and the interval: other columns?"
        case .quoteVolumeDoesNotFit: "quote_volume does not fit volume and prices: other columns?"
        }
    }
}

/// The rows that were refused so far; the first few are kept.
struct Refusals {
    private(set) var rows: [RefusedRow] = []
    private(set) var count = 0

    private static let maxRows = 20
    /// With so many bad rows it is not the file that it is taken for: nobody needs the rest.
    private static let enough = 10_000

    var areEnough: Bool { count >= Self.enough }

    mutating func add(_ line: Int, _ why: RowProblem) {
        count += 1
        if rows.count < Self.maxRows { rows.append(RefusedRow(line: line, why: why)) }
    }

    func check(_ path: String) throws(ImportError) {
        guard count == 0 else { throw .refusedRows(path: path, rows: rows, count: count) }
    }
}
