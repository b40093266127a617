import Foundation
import Glibc
import Trading

/// The segment files of one tape: begins them, writes blocks, removes the oldest beyond the limit.
final class TapeFiles: @unchecked Sendable {
    private let directory: String
    private let header: TapeHeader
    private let maxBytes: Int64
    private let onReport: @Sendable (TapeReport) -> Void
    private var descriptor: Int32 = -1
    private var name = ""
    private var hour = Timestamp.distantPast
    private var size: Int64 = 0
    private var hasFailed = false

    init(
        directory: String, instruments: [Instrument], run: Int64, build: String, maxBytes: Int64,
        onReport: @escaping @Sendable (TapeReport) -> Void
    ) {
        self.directory = directory
        self.maxBytes = maxBytes
        self.onReport = onReport
        header = TapeHeader(
            build: build, run: run, firstSequence: 0, firstTime: .distantPast,
            instruments: instruments)
    }

    deinit { closeSegment() }

    /// Writes one whole block; answers why that failed, or `nil`.
    func write(_ block: UnsafeRawBufferPointer, firstSequence: UInt64, firstTime: Timestamp)
        -> String?
    {
        // Shorter segments when an hour is large against the limit, so that there is something to remove.
        let isFull = size >= maxBytes / 8
        if descriptor >= 0 && (firstTime.floor(to: .hours(1)) != hour || isFull) { closeSegment() }
        if descriptor < 0,
            let problem = beginSegment(firstSequence: firstSequence, firstTime: firstTime)
        {
            return report(problem)
        }
        if let problem = writeAll(block) {
            // The file ends with its last whole block, and the next block is tried again.
            if ftruncate(descriptor, Int(size)) != 0 || lseek(descriptor, Int(size), SEEK_SET) < 0 {
                closeSegment()
            }
            return report(problem)
        }
        size += Int64(block.count)
        if hasFailed {
            hasFailed = false
            onReport(.recovered)
        }
        return nil
    }

    func closeSegment() {
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
        descriptor = -1
    }

    private func report(_ problem: String) -> String {
        if !hasFailed { onReport(.failed(reason: problem)) }
        hasFailed = true
        return problem
    }

    private func beginSegment(firstSequence: UInt64, firstTime: Timestamp) -> String? {
        var header = header
        header.firstSequence = firstSequence
        header.firstTime = firstTime
        let bytes: [UInt8]
        do {
            bytes = try Self.prelude(header)
        } catch {
            return "the header cannot be written: \(error)"
        }
        for attempt in 0..<100 {
            let name = TapeFormat.fileName(
                firstSequence: firstSequence, run: header.run, attempt: attempt)
            descriptor = open(
                directory + "/" + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if descriptor < 0 && errno == EEXIST { continue }
            guard descriptor >= 0 else { return String(cString: strerror(errno)) }
            size = 0
            if let problem = bytes.withUnsafeBytes({ writeAll($0) }) {
                closeSegment()
                unlink(directory + "/" + name)
                return problem
            }
            size = Int64(bytes.count)
            self.name = name
            hour = firstTime.floor(to: .hours(1))
            removeOldest()
            return nil
        }
        return "a hundred segments of the same name are in the way"
    }

    private static func prelude(_ header: TapeHeader) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = [UInt8](try encoder.encode(header))
        let sum = json.withUnsafeBytes { TapeFormat.checksum($0) }
        var bytes = TapeFormat.magic
        for word in [TapeFormat.version, UInt32(json.count), sum, 0] {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes + json
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> String? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = Glibc.write(descriptor, part.baseAddress, part.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return String(cString: strerror(errno)) }
            rest = rest.dropFirst(written)
        }
        return nil
    }

    private func removeOldest() {
        var sizes: [(name: String, bytes: Int64)] = []
        for name in TapeReader.fileNames(in: directory) {
            var status = stat()
            if lstat(directory + "/" + name, &status) == 0 {
                sizes.append((name, Int64(status.st_size)))
            }
        }
        var total = sizes.reduce(0) { $0 + $1.bytes }
        var count = 0
        var removed: Int64 = 0
        // The new segment will grow to an eighth at most.
        for segment in sizes where total > maxBytes - maxBytes / 8 && segment.name != name {
            guard unlink(directory + "/" + segment.name) == 0 else { continue }
            total -= segment.bytes
            removed += segment.bytes
            count += 1
        }
        if count > 0 { onReport(.removed(segments: count, bytes: removed)) }
    }
}
