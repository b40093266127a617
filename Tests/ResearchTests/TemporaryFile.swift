import Foundation
import Testing

/// A file of a test's own, removed with it.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8], name: String = "file") throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("narwhal-research-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent(name).path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    convenience init(_ text: String, name: String = "file") throws {
        try self.init(Array(text.utf8), name: name)
    }

    deinit {
        let folder = (path as NSString).deletingLastPathComponent
        do { try FileManager.default.removeItem(atPath: folder) } catch {
            print("not removed: \(folder)")
        }
    }
}

/// Packers of stored blocks: enough to test reading, with no compressor of our own.
enum Pack {
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255] + deflate(bytes) + word(checksum(bytes))
            + word(UInt32(truncatingIfNeeded: bytes.count))
    }

    /// An archive of these members; `describesBehind` puts sizes and checksum behind the data, as streams do.
    static func zip(
        _ members: [[UInt8]], describesBehind: Bool = false, flags: UInt16 = 0, method: UInt16 = 8,
        spoilsChecksum: Bool = false
    ) -> [UInt8] {
        var result: [UInt8] = []
        var central: [UInt8] = []
        for member in members {
            let name = Array("member.csv".utf8)
            let data = deflate(member)
            let sum = spoilsChecksum ? ~checksum(member) : checksum(member)
            let sizes = word(UInt32(data.count)) + word(UInt32(member.count))
            let bits = flags | (describesBehind ? 8 : 0)
            let common =
                word(UInt16(20)) + word(bits) + word(method) + word(UInt32(0))
                + (describesBehind
                    ? word(UInt32(0)) + word(UInt32(0)) + word(UInt32(0)) : word(sum) + sizes)
                + word(UInt16(name.count)) + word(UInt16(0))
            let offset = UInt32(result.count)
            result += word(UInt32(0x0403_4b50)) + common + name + data
            if describesBehind { result += word(UInt32(0x0807_4b50)) + word(sum) + sizes }
            central +=
                word(UInt32(0x0201_4b50)) + word(UInt16(20)) + word(UInt16(20)) + word(bits)
                + word(method) + word(UInt32(0)) + word(sum) + sizes + word(UInt16(name.count))
                + [UInt8](repeating: 0, count: 12) + word(offset) + name
        }
        let start = UInt32(result.count)
        result += central + word(UInt32(0x0605_4b50)) + word(UInt32(0))
        result += word(UInt16(members.count)) + word(UInt16(members.count))
        result += word(UInt32(central.count)) + word(start) + word(UInt16(0))
        return result
    }

    private static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        repeat {
            let length = min(bytes.count - start, 0xffff)
            let isLast = start + length == bytes.count
            result += [isLast ? 1 : 0] + word(UInt16(length)) + word(~UInt16(length))
            result += bytes[start..<start + length]
            start += length
        } while start < bytes.count
        return result
    }

    private static func word<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
        (0..<MemoryLayout<Word>.size).map { UInt8(truncatingIfNeeded: value >> Word(8 * $0)) }
    }

    /// CRC-32.
    /// - Source: RFC 1952, section 8.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
        }
        return ~value
    }
}
