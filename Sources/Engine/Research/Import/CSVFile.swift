import Archive
import Text
import Trading

/// The rows of a file of comma-separated values, one at a time: plain, gzip or zip. Quotes are not known, because no
/// dump has them.
final class CSVFile {
    /// Fields of a row that are looked at.
    static let maxFields = 64

    let path: String
    private let lines: LineReader
    /// The bytes of the row.
    private var row: [UInt8] = []
    /// Where the fields of the row are.
    private(set) var fields: [Range<Int>] = []
    /// The row's line, 1 for the first of the file.
    var line: Int { lines.count }
    /// The row was too long, and has no fields.
    private(set) var isTooLong = false

    init(path: String) throws(ImportError) {
        self.path = path
        do throws(ArchiveError) { lines = try LineReader(path: path) } catch {
            throw .archive(error)
        }
    }

    /// Goes to the next row that is not empty; `false` at the end.
    func next() throws(ImportError) -> Bool {
        repeat {
            let found: LineReader.Line?
            do throws(ArchiveError) { found = try lines.next() } catch { throw .archive(error) }
            guard let found else { return false }
            row.removeAll(keepingCapacity: true)
            fields.removeAll(keepingCapacity: true)
            isTooLong = found.range == nil
            if isTooLong { return true }
            if let range = found.range { row.append(contentsOf: lines.buffer[range]) }
        } while row.isEmpty
        var start = 0
        // Files that were saved elsewhere begin with a byte order mark.
        if line == 1 && row.starts(with: [0xef, 0xbb, 0xbf]) { start = 3 }
        for index in start...row.count where index == row.count || row[index] == 44 {
            fields.append(start..<index)
            start = index + 1
            if fields.count == Self.maxFields { break }
        }
        return true
    }

    /// The text of a field; bytes that are no UTF-8 are replaced.
    func text(_ field: Int) -> String { String(decoding: row[fields[field]], as: UTF8.self) }

    /// The header's name in a field: lower case, without what writers differ in.
    func name(_ field: Int) -> String {
        text(field).lowercased().filter { $0 != "_" && $0 != " " && $0 != "\"" }
    }

    /// The whole number in a field; `nil` when it is not one.
    func integer(_ field: Int) -> Int64? {
        let range = fields[field]
        guard !range.isEmpty, range.count <= 18 else { return nil }
        var value: Int64 = 0
        for index in range {
            let digit = row[index] &- 48
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    /// The plain decimal in a field, in steps of 10⁻⁸; `nil` when it is not one or cannot be held exactly.
    func decimal(_ field: Int) -> Int64? {
        let local = row
        do throws(DecimalError) {
            return try DecimalParser.parse(local.span.extracting(fields[field])).units
        } catch { return nil }
    }

    /// The time in a field, in seconds, milli-, micro- or nanoseconds since 1970; `nil` when it is none of them.
    func time(_ field: Int) -> Timestamp? { integer(field).flatMap(DumpClock.timestamp) }
}
