import Trading

extension FeatureTable {
    /// The first line of the file: `open_time` and the features by name.
    package var csvHeader: [UInt8] {
        Array((["open_time"] + features.map(\.name)).joined(separator: ",").utf8) + [10]
    }

    /// Appends one row as a line: the open time in milliseconds, then each value as the shortest decimal that reads
    /// back as the same number; a missing value is empty.
    package func appendCSV(row: Int, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "\(openTimes[row])".utf8)
        for column in features.indices {
            bytes.append(44)
            let value = value(row, column)
            // Zero has one text, whatever its sign.
            if !value.isNaN { bytes.append(contentsOf: (value == 0 ? 0 : value).description.utf8) }
        }
        bytes.append(10)
    }
}
