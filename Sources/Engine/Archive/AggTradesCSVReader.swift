import Glibc
import Text
package import Trading

/// What was in a dump file so far.
package struct DumpCounts: Hashable, Sendable {
    /// Lines, the header included.
    package var lines = 0
    /// Rows delivered as prints.
    package var trades = 0
    /// The header.
    package var other = 0
    /// Rows that were refused.
    package var rejected = 0

    package init() {}
}

/// Reads the exchange's dump files of trades: aggTrades and trades, with or without header, plain or gzip.
///
/// - Source: Binance public data, aggTrades and trades of USDⓈ-M futures and spot.
package final class AggTradesCSVReader {
    package private(set) var counts = DumpCounts()
    /// The lines of the first rows refused, at most 20.
    package private(set) var rejectedLines: [Int] = []

    /// What was odd so far, by line.
    package private(set) var report = DumpReport()

    private let path: String
    private let source: ByteSource
    /// The id that follows that of the last trade; `nil` before the first.
    private var nextID: Int64?
    /// The time of the last trade.
    private var lastTime = Timestamp.distantPast
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    private var hasEnded = false
    private var failure: ArchiveError?
    private var layout: DumpLayout?

    private static let maxRejectedLines = 20
    /// Bytes allowed in a row.
    private static let maxRow = 1 << 20
    private static let bufferSize = maxRow + (1 << 18)

    /// Opens the file at `path`.
    package init(path: String) throws(ArchiveError) {
        self.path = path
        source = try ByteSource(path: path)
        buffer = [UInt8](repeating: 0, count: Self.bufferSize)
    }

    /// Replaces what is in `batch` by the next prints, at least one and at most `maxCount`, in the order of the file.
    /// `false`, and an empty batch, at the end.
    ///
    /// - Throws: what stopped the file, after all rows before it.
    package func next(into batch: inout [Print], maxCount: Int = 4_096) throws(ArchiveError) -> Bool
    {
        batch.removeAll(keepingCapacity: true)
        while batch.count < maxCount {
            // Rows are read only when their end is in the buffer: one search for many rows.
            let whole = lastNewline()
            if whole > start {
                try readRows(to: whole, into: &batch, maxCount: maxCount)
                continue
            }
            if !batch.isEmpty { return true }
            if hasEnded {
                if let failure { throw failure }
                guard start < end else { return false }
                // The last row has no newline.
                try readRows(to: end, into: &batch, maxCount: maxCount)
                continue
            }
            if end - start > Self.maxRow {
                // No row is that long: drop what is here; the rest of it is refused as a row of its own.
                reject()
                start = end
            }
            makeRoom()
            fill()
        }
        return true
    }

    /// Behind the last newline in the buffer; `start` when there is none.
    private func lastNewline() -> Int {
        let local = buffer  // A span of a property of a class cannot be had.
        let bytes = local.span
        var index = end
        while index > start && bytes[index - 1] != 10 { index -= 1 }
        return index
    }

    private func readRows(to limit: Int, into batch: inout [Print], maxCount: Int)
        throws(ArchiveError)
    {
        let layout: DumpLayout
        if let known = self.layout {
            layout = known
        } else {
            layout = try findLayout(to: limit)
            self.layout = layout
        }
        let local = buffer  // A span of a property of a class cannot be had.
        let rows = local.span.extracting(0..<limit)
        var position = start
        var lines = 0
        var trades = 0
        var expected = nextID ?? -1
        var latest = lastTime
        while position < limit && batch.count < maxCount {
            let row = position
            lines += 1
            if let print = DumpRow.parse(rows, at: &position, layout: layout) {
                if print.tradeID != expected || print.venueTime < latest {
                    note(print, expected: expected, latest, line: counts.lines + lines)
                }
                expected = print.tradeID &+ 1
                latest = print.venueTime
                batch.append(print)
                trades += 1
            } else {
                position = row
                while position < limit && rows[position] != 10 { position += 1 }
                position += 1
                expected = -1
                let end = min(position - 1, row + 200)
                refuse(line: counts.lines + lines) {
                    DumpDiagnosis.why(
                        String(decoding: local[row..<end], as: UTF8.self), layout: layout)
                }
            }
        }
        nextID = expected
        lastTime = latest
        start = min(position, limit)
        counts.lines += lines
        counts.trades += trades
    }

    /// Tells the layout from the first line, and goes behind it if it is a header.
    private func findLayout(to limit: Int) throws(ArchiveError) -> DumpLayout {
        var lineEnd = start
        while lineEnd < limit && buffer[lineEnd] != 10 { lineEnd += 1 }
        let line = String(decoding: buffer[start..<lineEnd], as: UTF8.self)
        guard let (layout, isHeader) = DumpLayout.find(line) else {
            throw .unknownFormat(path: path)
        }
        if isHeader {
            counts.lines += 1
            counts.other += 1
            start = min(lineEnd + 1, limit)
        }
        return layout
    }

    private func reject() {
        counts.lines += 1
        refuse(line: counts.lines) { "is longer than 1 MiB" }
    }

    /// Counts what does not follow the trade before it; the first trade follows none, nor does one behind a refused row.
    private func note(_ print: Print, expected: Int64, _ latest: Timestamp, line: Int) {
        if expected >= 0 {
            if print.tradeID > expected {
                report.add(.gap, line: line) { "\(print.tradeID - expected) missing" }
            } else if print.tradeID < expected {
                report.add(.repeatedID, line: line) { "" }
            }
        }
        if print.venueTime < latest { report.add(.backwards, line: line) { "" } }
    }

    private func refuse(line: Int, why: () -> String) {
        counts.rejected += 1
        report.add(.refusedRow, line: line, detail: why)
        if rejectedLines.count < Self.maxRejectedLines { rejectedLines.append(line) }
    }

    private func makeRoom() {
        guard start > 0 else { return }
        let (from, length) = (start, end - start)
        buffer.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { memmove(base, base + from, length) }
        }
        end -= start
        start = 0
    }

    private func fill() {
        let offset = end
        let source = self.source
        let result = buffer.withUnsafeMutableBufferPointer { bytes -> Result<Int, ArchiveError> in
            guard let base = bytes.baseAddress else { return .success(0) }
            do throws(ArchiveError) {
                return .success(try source.read(into: base + offset, room: bytes.count - offset))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(0): hasEnded = true
        case .success(let count): end += count
        case .failure(let error):
            failure = error
            hasEnded = true
        }
    }
}
