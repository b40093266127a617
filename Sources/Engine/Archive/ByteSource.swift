import CZlib
import Glibc

/// The bytes of a file, front to back, unpacked on the way when it is gzip or a zip archive of one file. Bounded: one
/// block is held, however much is packed.
final class ByteSource {
    let path: String
    private let descriptor: Int32
    private(set) var block: [UInt8]
    var blockStart = 0
    private(set) var blockEnd = 0
    private(set) var hasEnded = false
    /// Present when the file is packed. zlib keeps the address, so that it may not move.
    private var stream: UnsafeMutablePointer<z_stream>?
    private var isInsideMember = false
    /// The member of a zip archive; `nil` for any other file.
    private var zip: ZipMember?

    private static let blockSize = 1 << 18

    init(path: String) throws(ArchiveError) {
        self.path = path
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw Self.error(path: path, code: errno) }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let code = errno
            close(opened)
            throw ArchiveError.unreadable(path: path, code: code)
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(opened)
            throw .isDirectory(path: path)
        }
        descriptor = opened
        block = [UInt8](repeating: 0, count: Self.blockSize)
        // The magic number may come in two reads when the file is a pipe.
        while blockEnd < 2 && !hasEnded { try fill() }
        if blockEnd >= 2 && block[0] == 0x1f && block[1] == 0x8b {
            // 15 bits of window, and 16 for gzip only.
            try startUnpacking(windowBits: 31)
        } else if blockEnd >= 2 && block[0] == 0x50 && block[1] == 0x4b {
            zip = try openZip()
            // Negative: deflate without a frame of its own.
            if zip != nil { try startUnpacking(windowBits: -15) }
        }
    }

    deinit {
        if let stream {
            inflateEnd(stream)
            stream.deinitialize(count: 1)
            stream.deallocate()
        }
        close(descriptor)
    }

    /// Reads at most `room` bytes to `target`; 0 at the end.
    func read(into target: UnsafeMutablePointer<UInt8>, room: Int) throws(ArchiveError) -> Int {
        guard room > 0 else { return 0 }
        if let stream { return try unpack(with: stream, into: target, room: room) }
        if blockStart == blockEnd {
            if hasEnded { return 0 }
            try fill()
        }
        let count = min(room, blockEnd - blockStart)
        block.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress { target.update(from: base + blockStart, count: count) }
        }
        blockStart += count
        return count
    }

    private static func error(path: String, code: Int32) -> ArchiveError {
        switch code {
        case ENOENT, ENOTDIR: .missing(path: path)
        case EACCES, EPERM: .notPermitted(path: path)
        default: .unreadable(path: path, code: code)
        }
    }

    /// Adds what the file has next behind `blockEnd`, from the front when the block is used up.
    func fill() throws(ArchiveError) {
        if blockStart == blockEnd {
            blockStart = 0
            blockEnd = 0
        }
        let offset = blockEnd
        let fd = descriptor
        let (count, code) = block.withUnsafeMutableBytes { bytes -> (Int, Int32) in
            while true {
                let count = Glibc.read(
                    fd, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                if count >= 0 { return (count, 0) }
                if errno != EINTR { return (count, errno) }
            }
        }
        guard count >= 0 else {
            throw code == EISDIR ? .isDirectory(path: path) : .unreadable(path: path, code: code)
        }
        if count == 0 { hasEnded = true }
        blockEnd += count
    }

    /// Moves what is held to the front of the block, so that more can follow it.
    func moveToFront() {
        let (from, length) = (blockStart, blockEnd - blockStart)
        block.withUnsafeMutableBytes { bytes in
            if let base = bytes.baseAddress { memmove(base, base + from, length) }
        }
        blockStart = 0
        blockEnd = length
    }

    private func startUnpacking(windowBits: Int32) throws(ArchiveError) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(
            stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deinitialize(count: 1)
            stream.deallocate()
            throw .unreadable(path: path, code: code)
        }
        self.stream = stream
        isInsideMember = true
    }

    private func unpack(
        with stream: UnsafeMutablePointer<z_stream>, into target: UnsafeMutablePointer<UInt8>,
        room: Int
    ) throws(ArchiveError) -> Int {
        while true {
            if zip != nil && !isInsideMember {
                try finishZip()
                return 0
            }
            if blockStart == blockEnd && !hasEnded { try fill() }
            if blockStart == blockEnd {
                if isInsideMember {
                    throw zip == nil ? .truncatedGzip(path: path) : .truncatedZip(path: path)
                }
                return 0
            }
            if !isInsideMember {
                // Another member, or the padding that some tapes end with.
                guard block[blockStart] == 0x1f, inflateReset(stream) == Z_OK else { return 0 }
                isInsideMember = true
            }
            let start = blockStart
            let available = blockEnd - blockStart
            let code = block.withUnsafeMutableBufferPointer { bytes -> Int32 in
                stream.pointee.next_in = bytes.baseAddress.map { $0 + start }
                stream.pointee.avail_in = UInt32(available)
                stream.pointee.next_out = target
                stream.pointee.avail_out = UInt32(min(room, 1 << 30))
                return inflate(stream, Z_NO_FLUSH)
            }
            blockStart = blockEnd - Int(stream.pointee.avail_in)
            let produced = min(room, 1 << 30) - Int(stream.pointee.avail_out)
            zip?.see(target, count: produced)
            switch code {
            case Z_STREAM_END: isInsideMember = false
            case Z_OK, Z_BUF_ERROR: break
            default:
                guard produced > 0 else {
                    throw zip == nil ? .damagedGzip(path: path) : .damagedZip(path: path)
                }
            // Delivered first; the next call meets the damage again.
            }
            if produced > 0 { return produced }
        }
    }

    /// Compares the member's checksum and looks that nothing comes after it, once.
    private func finishZip() throws(ArchiveError) {
        guard let member = zip, !member.isFinished else { return }
        zip?.isFinished = true
        try check(endOf: member)
    }
}
