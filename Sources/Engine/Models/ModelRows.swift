import Text

/// Why a file of rows was refused. Lines count from 1.
package enum ModelRowsError: Error, Hashable, Sendable {
    case tooManyBytes
    case noRows
    /// An empty line that is not the end.
    case emptyLine(Int)
    case columns(line: Int, found: Int, expected: Int)
    case missingColumn(String)
    case columnTwice(String)
    case noNumber(line: Int, column: String, text: String)
    /// Infinite, or beyond what a `Float` holds.
    case infinite(line: Int, column: String, text: String)

    /// One plain sentence: what, where, and what to do.
    package var text: String {
        switch self {
        case .tooManyBytes:
            "the file of rows has more than \(ModelRows.maxBytes) bytes; split it"
        case .noRows: "the file of rows has no row"
        case .emptyLine(let line): "line \(line) is empty; remove it"
        case .columns(let line, let found, let expected):
            "line \(line) has \(found) columns where \(expected) are expected"
        case .missingColumn(let name):
            "line 1 names no column '\(name)', which the model needs"
        case .columnTwice(let name): "line 1 names the column '\(name)' twice"
        case .noNumber(let line, let column, let text):
            "line \(line), column \(column): '\(text)' is no number; a missing value is empty or nan"
        case .infinite(let line, let column, let text):
            "line \(line), column \(column): '\(text)' is beyond single precision; a missing value "
                + "is empty or nan"
        }
    }
}

/// Rows to score, from a file of comma-separated values.
///
/// A first line that is not all numbers names the columns. They are found by name when the model names its features, in
/// any order, others ignored; without a header, or without names, the columns are the features in the model's order.
/// Each value is read as a double and rounded to a `Float`, as features are on their way into a model; empty and `nan`
/// are missing.
package struct ModelRows: Hashable, Sendable {
    /// Bytes of the largest file: 256 MiB.
    package static let maxBytes = 256 << 20

    /// Features in a row.
    package let width: Int
    /// Columns that the model does not use.
    package let ignoredColumns: Int
    /// Row after row, `width` values each; NaN where missing.
    package private(set) var values: [Float] = []
    package var count: Int { values.count / width }

    package func row(_ index: Int) -> ArraySlice<Float> {
        values[index * width..<(index + 1) * width]
    }

    /// Reads the rows for a model with `featureCount` features, whose names are empty or as many.
    package init(
        csv bytes: [UInt8], featureNames: [String], featureCount: Int
    ) throws(ModelRowsError) {
        guard bytes.count <= Self.maxBytes else { throw .tooManyBytes }
        width = featureCount
        var lines = Lines(bytes: bytes)
        guard let first = lines.next() else { throw .noRows }
        let fields = Self.fields(bytes[first])
        var columns = Array(0..<featureCount)
        var names = fields.map { String(decoding: $0, as: UTF8.self) }
        let isHeader = !fields.allSatisfy { Self.isMissing($0) || Self.number($0) != nil }
        if isHeader && !featureNames.isEmpty {
            columns = try Self.columns(of: featureNames, in: names)
        } else {
            guard names.count == featureCount else {
                throw .columns(line: 1, found: names.count, expected: featureCount)
            }
            if !isHeader { names = (0..<featureCount).map { "\($0 + 1)" } }
        }
        ignoredColumns = names.count - featureCount
        if !isHeader { try append(fields, columns, names, line: 1) }
        while let line = lines.next() {
            if line.isEmpty {
                if lines.isAtEnd { break }
                throw .emptyLine(lines.number)
            }
            try append(Self.fields(bytes[line]), columns, names, line: lines.number)
        }
        if values.isEmpty { throw .noRows }
    }

    private static func columns(
        of features: [String], in names: [String]
    ) throws(ModelRowsError) -> [Int] {
        var places: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            guard places.updateValue(index, forKey: name) == nil else {
                throw .columnTwice(SafeText.clean(name, maxLength: 40))
            }
        }
        var columns: [Int] = []
        for name in features {
            guard let index = places[name] else {
                throw .missingColumn(SafeText.clean(name, maxLength: 40))
            }
            columns.append(index)
        }
        return columns
    }

    private mutating func append(
        _ fields: [ArraySlice<UInt8>], _ columns: [Int], _ names: [String], line: Int
    ) throws(ModelRowsError) {
        guard fields.count == names.count else {
            throw .columns(line: line, found: fields.count, expected: names.count)
        }
        for column in columns {
            let field = fields[column]
            if Self.isMissing(field) {
                values.append(.nan)
                continue
            }
            let name = SafeText.clean(names[column], maxLength: 40)
            let text = SafeText.clean(
                String(decoding: field.prefix(200), as: UTF8.self), maxLength: 40)
            guard let number = Self.number(field) else {
                let isInfinite = ["inf", "+inf", "-inf"].contains(text.lowercased())
                throw isInfinite
                    ? .infinite(line: line, column: name, text: text)
                    : .noNumber(line: line, column: name, text: text)
            }
            let value = Float(number)
            guard value.isFinite else { throw .infinite(line: line, column: name, text: text) }
            values.append(value)
        }
    }

    // MARK: Text

    /// Finds the lines of a text; the last may lack its end.
    private struct Lines {
        let bytes: [UInt8]
        var position = 0
        var number = 0
        var isAtEnd: Bool { position >= bytes.count }

        init(bytes: [UInt8]) {
            self.bytes = bytes
            // The mark that some programs put before UTF-8.
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        }

        mutating func next() -> Range<Int>? {
            guard position < bytes.count else { return nil }
            let start = position
            var end = start
            while end < bytes.count, bytes[end] != 10 { end += 1 }
            position = end + 1
            number += 1
            if end > start, bytes[end - 1] == 13 { end -= 1 }
            return start..<end
        }
    }

    /// Without the blanks around them.
    private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        line.split(separator: 44, omittingEmptySubsequences: false).map { field in
            var field = field
            while let byte = field.first, byte == 32 || byte == 9 { field.removeFirst() }
            while let byte = field.last, byte == 32 || byte == 9 { field.removeLast() }
            return field
        }
    }

    private static func isMissing(_ field: ArraySlice<UInt8>) -> Bool {
        field.isEmpty || (field.count == 3 && field.map { $0 | 32 } == Array("nan".utf8))
    }

    /// `nil` for anything but a plain decimal number, with or without exponent.
    private static func number(_ field: ArraySlice<UInt8>) -> Double? {
        guard field.count <= 100 else { return nil }
        for byte in field where !(byte &- 48 < 10 || "+-.eE".utf8.contains(byte)) { return nil }
        return Double(String(decoding: field, as: UTF8.self))
    }
}
