import Trading

/// The chain of hashes over all rows of `events` and `facts`, in the order in which they were written.
///
/// It finds rows that were changed, lost or reordered by accident; it is 64 bits wide and not a defense against
/// somebody who can write the file.
struct Chain: Hashable, Sendable {
    /// The number of the last event's row; 0 in an empty journal.
    var entry: Int64 = 0
    /// The number of the last fact; 0 when there is none.
    var fact: Int64 = 0
    var sequence: UInt64 = 0
    var hash: UInt64 = 0

    /// Takes the next event's row and answers its hash.
    mutating func addEvent(
        sequence: UInt64, run: Int64, time: Int64, kind: String, payload: String?,
        actionsHash: UInt64?,
        factCount: Int
    ) -> UInt64 {
        entry += 1
        self.sequence = sequence
        var hasher = StateHasher()
        hasher.combine(hash)
        hasher.combine(entry)
        hasher.combine(sequence)
        hasher.combine(run)
        hasher.combine(time)
        hasher.combine(bytesOf: kind)
        hasher.combine(payload != nil)
        hasher.combine(bytesOf: payload ?? "")
        hasher.combine(actionsHash != nil)
        hasher.combine(actionsHash ?? 0)
        hasher.combine(factCount)
        hash = hasher.value
        return hash
    }

    /// Takes the next fact's row and answers its hash.
    mutating func addFact(ordinal: Int, kind: String, payload: String) -> UInt64 {
        fact += 1
        var hasher = StateHasher()
        hasher.combine(hash)
        hasher.combine(fact)
        hasher.combine(sequence)
        hasher.combine(ordinal)
        hasher.combine(bytesOf: kind)
        hasher.combine(bytesOf: payload)
        hash = hasher.value
        return hash
    }

    /// 16 lower-case hexadecimal digits, as hashes stand in the tables.
    static func text(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension StateHasher {
    /// Eight bytes at a time: payloads are long, and the writer has other things to do.
    mutating func combine(bytesOf text: String) {
        var text = text
        text.withUTF8 { bytes in
            combine(bytes.count)
            let words = UnsafeRawBufferPointer(bytes)
            var offset = 0
            while offset + 8 <= words.count {
                combine(
                    UInt64(
                        littleEndian: words.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < words.count {
                rest = rest << 8 | UInt64(words[offset])
                offset += 1
            }
            combine(rest)
        }
    }
}
