import CZlib
import Foundation
package import Trading

/// How the tape is laid out in files.
///
/// A segment holds the market events of at most one hour of engine time:
///
///     "NWTAPE01" · version UInt32 · header length UInt32 · CRC-32 of the header UInt32 · snapshot length UInt32
///     header: JSON of `TapeHeader` · snapshot of the core (absent: length 0) · blocks ...
///
///     block: "NWBK" · payload length UInt32 · record count UInt32 · CRC-32 UInt32 of the 24 bytes after it and the
///     payload · first sequence UInt64 · last sequence UInt64 · time of the first record Int64 · payload
///
/// All numbers are little-endian. Records follow each other without padding; see `TapeEncoder`.
enum TapeFormat {
    static let magic: [UInt8] = Array("NWTAPE01".utf8)
    static let version: UInt32 = 1
    static let preludeSize = 24
    static let blockMagic: UInt32 = 0x4b42_574e
    static let blockHeaderSize = 40
    /// A block is handed over when it is full or a second of engine time old.
    static let blockCapacity = 1 << 18
    /// Beyond these a length cannot be true.
    static let maxPayload = 1 << 24
    static let maxHeader = 1 << 22
    static let fileExtension = ".tape"

    /// Names sort in the order of the events in the files.
    static func fileName(firstSequence: UInt64, run: Int64, attempt: Int) -> String {
        let again = attempt == 0 ? "" : "-\(attempt)"
        return
            "\(padded(String(firstSequence), 20))-\(padded(String(run), 8))\(again)\(fileExtension)"
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    static func checksum(_ parts: UnsafeRawBufferPointer...) -> UInt32 {
        var sum = crc32(0, nil, 0)
        for part in parts {
            sum = crc32(
                sum, part.bindMemory(to: UInt8.self).baseAddress, UInt32(clamping: part.count))
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}

/// What the beginning of a segment says.
package struct TapeHeader: Hashable, Sendable, Codable {
    package var build: String
    package var run: Int64
    package var firstSequence: UInt64
    package var firstTime: Timestamp
    /// By instrument id.
    package var instruments: [Instrument]
}

/// Something about the tape that a person should know; reading and trading go on.
package enum TapeProblem: Hashable, Sendable, CustomStringConvertible {
    /// The last block is incomplete: the engine was killed while it was written. So many bytes are lost.
    case tornTail(file: String, bytes: Int)
    /// The block at this place is not what was written; the rest of the segment is not read.
    case damagedBlock(file: String, offset: Int)
    /// The file is no segment, or was written by a newer build.
    case notASegment(file: String)
    case unreadable(file: String, reason: String)

    package var description: String {
        switch self {
        case .tornTail(let file, let bytes):
            "\(file): the last \(bytes) bytes were not completely written and are left out"
        case .damagedBlock(let file, let offset):
            "\(file): damaged at byte \(offset); the rest of this hour is left out"
        case .notASegment(let file): "\(file): is no tape segment of this or an older build"
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        }
    }
}
