import Glibc

/// Cuts a byte source into lines. Bounded: lines longer than the limit are dropped and said to be too long.
package final class LineReader {
    /// Bytes allowed in a line.
    package static let maxLength = 1 << 20

    private let source: ByteSource
    /// Holds the line delivered last.
    package private(set) var buffer: [UInt8]
    private var start = 0
    private var end = 0
    private var hasEnded = false
    /// What stopped the source; thrown when all lines before it have been delivered.
    private var failure: ArchiveError?
    /// Lines delivered so far.
    package private(set) var count = 0

    /// Opens the file at `path`, plain, gzip or zip.
    package init(path: String) throws(ArchiveError) {
        source = try ByteSource(path: path)
        buffer = [UInt8](repeating: 0, count: Self.maxLength + (1 << 18))
    }

    /// A line's place in `buffer`, without its end; `nil` instead of a place when the line is too long.
    package struct Line {
        package var range: Range<Int>?
    }

    /// The next line; `nil` at the end. The buffer holds it until the next call.
    ///
    /// - Throws: what stopped the file, after the last whole line before it.
    package func next() throws(ArchiveError) -> Line? {
        while true {
            if let length = newline(from: start, to: end) {
                let line = start..<start + length
                start += length + 1
                return deliver(line)
            }
            if end - start > Self.maxLength {
                try skipLongLine()
                count += 1
                return Line(range: nil)
            }
            if hasEnded {
                if let failure { throw failure }
                guard start < end else { return nil }
                let line = start..<end
                start = end
                return deliver(line)
            }
            makeRoom()
            fill()
        }
    }

    private func deliver(_ line: Range<Int>) -> Line {
        count += 1
        guard line.count <= Self.maxLength else { return Line(range: nil) }
        // Files that went through Windows.
        if let last = line.last, buffer[last] == 13 { return Line(range: line.lowerBound..<last) }
        return Line(range: line)
    }

    private func newline(from start: Int, to end: Int) -> Int? {
        guard start < end else { return nil }
        return buffer.withUnsafeBufferPointer { bytes -> Int? in
            guard let base = bytes.baseAddress, let found = memchr(base + start, 10, end - start)
            else {
                return nil
            }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base + start)
        }
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

    private func skipLongLine() throws(ArchiveError) {
        while true {
            if let length = newline(from: start, to: end) {
                start += length + 1
                return
            }
            start = 0
            end = 0
            if hasEnded { return }
            fill()
        }
    }
}
