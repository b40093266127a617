/// Cuts a stream of bytes into lines, with a limit on how much it keeps.
///
/// A line without its end is kept until it is longer than the limit; then the stream cannot be read any further and
/// every later call throws too.
package struct WireDecoder: Sendable {
    private let maxLine: Int
    private var bytes: [UInt8] = []
    /// Where the first line that was not handed out yet begins.
    private var start = 0
    /// Up to where no line feed was found.
    private var searched = 0
    private var isBroken = false

    /// `maxLine` is `WireProtocol.maxClientLine` in an engine, `maxEngineLine` in a client.
    package init(maxLine: Int) { self.maxLine = maxLine }

    /// Bytes kept: at most one line and what was received with its end.
    package var count: Int { bytes.count - start }

    /// Takes what was read.
    package mutating func append(_ more: some Collection<UInt8>) {
        guard !isBroken else { return }
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next whole line without its line feed, and without a carriage return before it; `nil` when there is none yet.
    /// Empty lines are skipped.
    package mutating func nextLine() throws(WireDecodingError) -> ArraySlice<UInt8>? {
        guard !isBroken else { throw .lineTooLong(limit: maxLine) }
        while let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[start..<end]
            start = end + 1
            searched = start
            guard line.count <= maxLine else { throw fail() }
            if line.last == UInt8(ascii: "\r") {
                if line.count > 1 { return line.dropLast() }
            } else if !line.isEmpty {
                return line
            }
        }
        searched = bytes.count
        guard bytes.count - start <= maxLine else { throw fail() }
        return nil
    }

    private mutating func fail() -> WireDecodingError {
        isBroken = true
        bytes = []
        start = 0
        searched = 0
        return .lineTooLong(limit: maxLine)
    }
}
