import Dispatch
import Foundation
import Glibc
import Synchronization
package import Trading

/// What the tape's background thread has to say; nothing of it stops trading.
package enum TapeReport: Hashable, Sendable, CustomStringConvertible {
    /// The oldest segments were removed to keep the limit.
    case removed(segments: Int, bytes: Int64)
    /// A block could not be written; it is lost, later ones are tried.
    case failed(reason: String)
    /// Blocks are written again.
    case recovered

    package var description: String {
        switch self {
        case .removed(let segments, let bytes):
            "removed the \(segments) oldest hours of the tape (\(bytes >> 20) MB) to keep its limit"
        case .failed(let reason): "the tape cannot be written: \(reason)"
        case .recovered: "the tape is written again"
        }
    }
}

/// How the tape stands.
package struct TapeStatus: Hashable, Sendable {
    /// Events that are in no segment, because the disk failed or could not follow.
    package var droppedEvents: UInt64 = 0
    package var writtenBytes: Int64 = 0
    package var writtenBlocks: UInt64 = 0
    /// Blocks handed over and not yet written.
    package var waitingBlocks = 0
    /// Why the latest block could not be written; `nil` when it could.
    package var problem: String?
}

/// Keeps all market events of a run in segments of an hour.
///
/// `append`, `flush` and `close` belong to one thread, the deciding one. It only fills a block of memory; a background
/// queue checksums and writes whole blocks. At most `maxBlocks` blocks exist (4 MB); when the disk cannot follow,
/// further events are dropped and counted, and the reader sees the gap. Nothing is synced but finished segments.
package final class TapeWriter: @unchecked Sendable {
    /// The last event in the segments of earlier runs; 0 when there are none.
    package let lastSequenceBefore: UInt64

    private static let maxBlocks = 16
    /// A block of memory on its way to the file.
    private struct Block: @unchecked Sendable {
        var memory: UnsafeMutablePointer<UInt8>
        var count: Int
        var records: UInt32
        var firstSequence: UInt64
        var lastSequence: UInt64
        var firstTime: Int64
    }

    /// Touched by the deciding thread only; behind a pointer, because a class's properties are checked at each access.
    private struct Filling {
        var memory: UnsafeMutablePointer<UInt8>
        var limit: UnsafeMutablePointer<UInt8>
        var encoder: TapeEncoder
        var records: UInt32 = 0
        var firstSequence: UInt64 = 0
        var firstTime: Int64 = 0
        /// Engine time at which the block is handed over although there is room.
        var deadline: Int64 = .min
        var isClosed = false
    }

    private struct Pool: @unchecked Sendable {
        var free: [UnsafeMutablePointer<UInt8>] = []
        var made = 0
        var status = TapeStatus()
    }

    private let filling: UnsafeMutablePointer<Filling>
    private let pool: Mutex<Pool>
    private let queue = DispatchQueue(label: "tape", qos: .utility)
    /// Touched on `queue` only.
    private let files: TapeFiles

    /// Opens the tape in `directory`, which must exist; the first segment is made with the first block.
    ///
    /// `onReport` is called on the background queue and must not wait.
    package init(
        directory: String, instruments: [Instrument], run: Int64, build: String, maxBytes: Int64,
        onReport: @escaping @Sendable (TapeReport) -> Void = { _ in }
    ) {
        lastSequenceBefore = TapeReader.lastSequence(in: directory)
        files = TapeFiles(
            directory: directory, instruments: instruments, run: run, build: build,
            maxBytes: maxBytes,
            onReport: onReport)
        var first = Pool()
        let memory = Self.makeBlock()
        first.made = 1
        pool = Mutex(first)
        filling = .allocate(capacity: 1)
        filling.initialize(
            to: Filling(
                memory: memory, limit: memory + TapeFormat.blockCapacity,
                encoder: TapeEncoder(at: memory, sequence: 0, time: .distantPast)))
    }

    deinit {
        filling.pointee.memory.deallocate()
        filling.deallocate()
        pool.withLock { pool in
            for memory in pool.free { memory.deallocate() }
        }
    }

    private static func makeBlock() -> UnsafeMutablePointer<UInt8> {
        .allocate(capacity: TapeFormat.blockCapacity)
    }

    /// Keeps one market event. Sequences rise.
    package func append(
        sequence: UInt64, time: Timestamp, instrument: InstrumentID, data: MarketData
    ) {
        let room = filling.pointee.limit - filling.pointee.encoder.cursor
        let size = TapeEncoder.maxSize(of: data)
        if time.nanoseconds >= filling.pointee.deadline || room < size {
            guard makeRoom(size, sequence: sequence, time: time) else { return }
        }
        filling.pointee.encoder.append(
            sequence: sequence, time: time, instrument: instrument, data: data)
        filling.pointee.records += 1
    }

    /// Hands over what was appended so far; call it when the market is silent.
    package func flush() {
        if filling.pointee.records > 0 { _ = handOver(whenBehind: true) }
    }

    /// Hands over the rest, waits until all of it is written, and closes the segment.
    package func close() {
        queue.sync {}  // So that there is a free block to take the place of the last one.
        flush()
        filling.pointee.isClosed = true
        queue.sync { files.closeSegment() }
    }

    package var status: TapeStatus { pool.withLock { $0.status } }

    /// Ends the current block because it is full or old enough; false when this event has to be dropped.
    private func makeRoom(_ size: Int, sequence: UInt64, time: Timestamp) -> Bool {
        // A block ends with its hour, so that segments are cut there.
        let hour = time.floor(to: .hours(1))
        let deadline = min(time + .seconds(1), hour + .hours(1)).nanoseconds
        let isFull = filling.pointee.limit - filling.pointee.encoder.cursor < size
        let isNewHour =
            Timestamp(nanoseconds: filling.pointee.firstTime).floor(to: .hours(1)) != hour
        if filling.pointee.records > 0 && !handOver(whenBehind: isFull || isNewHour) {
            if isFull { return drop() }
            // Old, but not full: it goes on being filled while the background is behind.
            filling.pointee.deadline = deadline
            return true
        }
        guard size <= TapeFormat.blockCapacity - TapeFormat.blockHeaderSize,
            !filling.pointee.isClosed
        else {
            return drop()
        }
        filling.pointee.encoder = TapeEncoder(
            at: filling.pointee.memory + TapeFormat.blockHeaderSize, sequence: sequence, time: time)
        filling.pointee.firstSequence = sequence
        filling.pointee.firstTime = time.nanoseconds
        filling.pointee.deadline = deadline
        return true
    }

    private func drop() -> Bool {
        pool.withLock { $0.status.droppedEvents += 1 }
        return false
    }

    /// Gives the current block to the background and takes a free one; false when there is none, or when the
    /// background is behind and the block need not go.
    private func handOver(whenBehind: Bool) -> Bool {
        let next: UnsafeMutablePointer<UInt8>? = pool.withLock { pool in
            if !whenBehind && pool.status.waitingBlocks >= Self.maxBlocks / 4 { return nil }
            let memory: UnsafeMutablePointer<UInt8>
            if let free = pool.free.popLast() {
                memory = free
            } else if pool.made < Self.maxBlocks {
                memory = Self.makeBlock()
                pool.made += 1
            } else {
                return nil
            }
            pool.status.waitingBlocks += 1
            return memory
        }
        guard let next else { return false }
        let block = Block(
            memory: filling.pointee.memory,
            count: filling.pointee.encoder.cursor - filling.pointee.memory,
            records: filling.pointee.records, firstSequence: filling.pointee.firstSequence,
            lastSequence: filling.pointee.encoder.lastSequence, firstTime: filling.pointee.firstTime
        )
        filling.pointee.memory = next
        filling.pointee.limit = next + TapeFormat.blockCapacity
        filling.pointee.records = 0
        filling.pointee.deadline = .min
        queue.async { self.write(block) }
        return true
    }

    /// On `queue`.
    private func write(_ block: Block) {
        let bytes = UnsafeMutableRawBufferPointer(start: block.memory, count: block.count)
        let payload = block.count - TapeFormat.blockHeaderSize
        bytes.storeBytes(of: TapeFormat.blockMagic.littleEndian, as: UInt32.self)
        bytes.storeBytes(of: UInt32(payload).littleEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: block.records.littleEndian, toByteOffset: 8, as: UInt32.self)
        bytes.storeBytes(of: block.firstSequence.littleEndian, toByteOffset: 16, as: UInt64.self)
        bytes.storeBytes(of: block.lastSequence.littleEndian, toByteOffset: 24, as: UInt64.self)
        bytes.storeBytes(of: block.firstTime.littleEndian, toByteOffset: 32, as: Int64.self)
        let sum = TapeFormat.checksum(UnsafeRawBufferPointer(rebasing: bytes[16...]))
        bytes.storeBytes(of: sum.littleEndian, toByteOffset: 12, as: UInt32.self)
        let problem = files.write(
            UnsafeRawBufferPointer(bytes), firstSequence: block.firstSequence,
            firstTime: Timestamp(nanoseconds: block.firstTime))
        pool.withLock { pool in
            pool.free.append(block.memory)
            pool.status.waitingBlocks -= 1
            pool.status.problem = problem
            if problem == nil {
                pool.status.writtenBlocks += 1
                pool.status.writtenBytes += Int64(block.count)
            } else {
                pool.status.droppedEvents += UInt64(block.records)
            }
        }
    }
}
