import CCrypto

/// SHA-256 of things that training depends on or writes.
package enum Digest {
    /// 64 hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String { hex(raw: bytes) }

    /// The digest of several digests or words, in their order.
    package static func hex(of parts: [String]) -> String {
        hex(parts.flatMap { Array($0.utf8) + [0] })
    }

    /// The digest of an array as it lies in memory.
    package static func hex(raw values: [some BitwiseCopyable]) -> String {
        values.withUnsafeBytes { bytes in
            var digest = [UInt8](repeating: 0, count: 32)
            let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let status = narwhal_sha256(base, bytes.count, &digest)
            precondition(status == 0, "libcrypto computes SHA-256")
            return digest.map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }.joined()
        }
    }
}
