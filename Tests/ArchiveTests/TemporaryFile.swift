import Glibc
import Testing

/// A file of a test's own, removed with it.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        var template = Array("/tmp/narwhal-archive-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                write(descriptor, $0.baseAddress, $0.count)
            }
            try #require(count > 0)
            written += count
        }
        close(descriptor)
    }

    convenience init(_ text: String) throws { try self.init(Array(text.utf8)) }

    deinit { unlink(path) }
}

/// A gzip file of stored blocks: enough to test reading, with no compressor of our own.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
        let length = min(bytes.count - start, 0xffff)
        let isLast = start + length == bytes.count
        result += [isLast ? 1 : 0] + word(UInt16(length)) + word(~UInt16(length))
        result += bytes[start..<start + length]
        start += length
    } while start < bytes.count
    return result + word(checksum(bytes)) + word(UInt32(truncatingIfNeeded: bytes.count))
}

private func word<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
    (0..<MemoryLayout<Word>.size).map { UInt8(truncatingIfNeeded: value >> Word(8 * $0)) }
}

/// CRC-32 of gzip.
/// - Source: RFC 1952, section 8.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value = UInt32.max
    for byte in bytes {
        value ^= UInt32(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    return ~value
}
