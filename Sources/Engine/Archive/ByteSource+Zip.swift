import CZlib

/// The one file that a zip archive holds, while it is unpacked.
struct ZipMember {
    /// What the archive says before the data; `nil` when it says it behind them.
    let checksumBefore: UInt32?
    /// Of what has been unpacked so far.
    private(set) var checksum: UInt32 = 0
    /// The end has been looked at.
    var isFinished = false

    init(checksumBefore: UInt32?) { self.checksumBefore = checksumBefore }

    /// Takes what was unpacked next.
    mutating func see(_ bytes: UnsafePointer<UInt8>, count: Int) {
        // At most 2³⁰ bytes come at once.
        checksum = UInt32(truncatingIfNeeded: crc32(UInt(checksum), bytes, UInt32(count)))
    }
}

/// - Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.4.4 (flags).
extension ByteSource {
    private static let localHeader: UInt32 = 0x0403_4b50
    private static let centralHeader: UInt32 = 0x0201_4b50
    private static let emptyArchive: UInt32 = 0x0605_4b50
    private static let dataDescriptor: UInt32 = 0x0807_4b50

    /// Goes behind the header of the first member; `nil` when the file only looks like an archive.
    func openZip() throws(ArchiveError) -> ZipMember? {
        try hold(30)
        guard blockEnd - blockStart >= 4 else { return nil }
        let signature = word(0)
        if signature == Self.emptyArchive { throw .unusableZip(path: path, why: "is empty") }
        guard signature == Self.localHeader else { return nil }
        guard blockEnd - blockStart >= 30 else { throw .truncatedZip(path: path) }
        let flags = half(6)
        let method = half(8)
        guard flags & 1 == 0 else { throw .unusableZip(path: path, why: "has a password") }
        guard method == 8 else {
            throw .unusableZip(path: path, why: "uses packing \(method), not deflate")
        }
        // Both lengths are of 16 bits: header, name and extra field fit the block.
        let length = 30 + half(26) + half(28)
        let checksum = flags & 8 == 0 ? word(14) : nil
        try hold(length)
        guard blockEnd - blockStart >= length else { throw .truncatedZip(path: path) }
        blockStart += length
        return ZipMember(checksumBefore: checksum)
    }

    /// Looks at what comes behind the data of `member`: its checksum, and that it was the only one.
    func check(endOf member: ZipMember) throws(ArchiveError) {
        var said = member.checksumBefore
        if said == nil {
            try hold(28)
            guard blockEnd - blockStart >= 4 else { throw .truncatedZip(path: path) }
            // The descriptor's signature is optional, and its two sizes have 4 or 8 bytes each.
            if word(0) == Self.dataDescriptor { blockStart += 4 }
            guard blockEnd - blockStart >= 16 else { throw .truncatedZip(path: path) }
            said = word(0)
            let isLong = blockEnd - blockStart >= 24 && isHeader(word(20))
            blockStart += isLong ? 20 : 12
        }
        guard said == member.checksum else { throw .damagedZip(path: path) }
        try hold(4)
        guard blockEnd - blockStart >= 4 else { throw .truncatedZip(path: path) }
        if word(0) == Self.localHeader {
            throw .unusableZip(path: path, why: "holds more than one file")
        }
    }

    private func isHeader(_ word: UInt32) -> Bool {
        word == Self.localHeader || word == Self.centralHeader
    }

    /// Reads until `count` bytes are held, or the file has ended; the block has room for them.
    private func hold(_ count: Int) throws(ArchiveError) {
        if blockStart > 0 && blockStart + count > block.count { moveToFront() }
        while blockEnd - blockStart < count && !hasEnded { try fill() }
    }

    private func half(_ offset: Int) -> Int {
        Int(block[blockStart + offset]) | Int(block[blockStart + offset + 1]) << 8
    }

    private func word(_ offset: Int) -> UInt32 {
        UInt32(half(offset)) | UInt32(half(offset + 2)) << 16
    }
}
