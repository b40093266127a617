import Foundation
package import Messages
import Trading

/// All market events on a tape, in the order of their sequence.
///
/// A torn end of a segment is normal after a killed engine: it is passed over and told in `problems`.
package struct TapeReader: IteratorProtocol {
    /// What was passed over so far; at most 100.
    package private(set) var problems: [TapeProblem] = []
    /// Of the segment that the latest event came from.
    package private(set) var header: TapeHeader?

    private let directory: String
    private let run: Int64?
    private var names: [String]
    private var segment: TapeSegment?
    private var block: TapeDecoder?

    /// Reads the segments in `directory`; only those of `run` when it is given.
    package init(directory: String, run: Int64? = nil) {
        self.directory = directory
        self.run = run
        names = Self.fileNames(in: directory).reversed()
    }

    /// The next event; `nil` at the end of the tape.
    package mutating func next() -> Event? {
        while true {
            if block != nil {
                if block?.isAtEnd == false {
                    if let event = block?.next() { return event }
                    // The checksum was right, so a builder's bug or a clash: the rest is not read.
                    if let segment {
                        note(.damagedBlock(file: segment.name, offset: segment.blockOffset))
                    }
                    segment = nil
                }
                block = nil
            }
            guard openSegment() else { return nil }
            switch segment?.nextBlock() {
            case .block(let decoder, _): block = decoder
            case .end(let problem):
                if let problem { note(problem) }
                segment = nil
            case nil: break
            }
        }
    }

    private mutating func openSegment() -> Bool {
        while segment == nil {
            guard let name = names.popLast() else { return false }
            switch TapeSegment.open(directory: directory, name: name) {
            case .success(let opened):
                guard run == nil || opened.header.run == run else { continue }
                segment = opened
                header = opened.header
            case .failure(let failure):
                note(failure.problem)
            }
        }
        return true
    }

    private mutating func note(_ problem: TapeProblem) {
        if problems.count < 100 { problems.append(problem) }
    }

    /// The sequence of the last whole block on the tape; 0 when there is none.
    package static func lastSequence(in directory: String) -> UInt64 {
        for name in fileNames(in: directory).reversed() {
            guard case .success(var segment) = TapeSegment.open(directory: directory, name: name)
            else {
                continue
            }
            var last: UInt64 = 0
            while case .block(_, let sequence) = segment.nextBlock() { last = max(last, sequence) }
            if last > 0 { return last }
        }
        return 0
    }

    /// Names of the segments, oldest first.
    static func fileNames(in directory: String) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
                .filter { $0.hasSuffix(TapeFormat.fileExtension) }.sorted()
        } catch {
            return []  // No directory, no tape.
        }
    }
}

/// One segment file, read block by block.
struct TapeSegment {
    struct Failure: Error { var problem: TapeProblem }
    enum Step {
        /// The records of the next block, and the sequence of its last.
        case block(TapeDecoder, lastSequence: UInt64)
        /// Nothing more can be read; with a problem when that is not how a segment ends.
        case end(TapeProblem?)
    }

    let name: String
    let header: TapeHeader
    /// Where the latest block begins.
    private(set) var blockOffset = 0
    private let file: FileHandle
    private var offset: Int
    private let size: Int

    static func open(directory: String, name: String) -> Result<TapeSegment, Failure> {
        guard let file = FileHandle(forReadingAtPath: directory + "/" + name) else {
            return .failure(
                Failure(problem: .unreadable(file: name, reason: "it cannot be opened")))
        }
        do {
            let size = Int(clamping: try file.seekToEnd())
            try file.seek(toOffset: 0)
            let prelude = try read(file, TapeFormat.preludeSize)
            guard prelude.count == TapeFormat.preludeSize,
                Array(prelude.prefix(8)) == TapeFormat.magic,
                word(prelude, 8) == TapeFormat.version, word(prelude, 12) <= TapeFormat.maxHeader
            else { return .failure(Failure(problem: .notASegment(file: name))) }
            let json = try read(file, Int(word(prelude, 12)))
            guard json.count == Int(word(prelude, 12)),
                json.withUnsafeBytes({ TapeFormat.checksum($0) }) == word(prelude, 16)
            else { return .failure(Failure(problem: .notASegment(file: name))) }
            let header = try JSONDecoder().decode(TapeHeader.self, from: Data(json))
            let offset = TapeFormat.preludeSize + json.count + Int(word(prelude, 20))
            return .success(
                TapeSegment(name: name, header: header, file: file, offset: offset, size: size))
        } catch {
            return .failure(Failure(problem: .unreadable(file: name, reason: "\(error)")))
        }
    }

    private init(name: String, header: TapeHeader, file: FileHandle, offset: Int, size: Int) {
        self.name = name
        self.header = header
        self.file = file
        self.offset = offset
        self.size = size
    }

    mutating func nextBlock() -> Step {
        if offset == size { return .end(nil) }
        blockOffset = offset
        let torn = Step.end(.tornTail(file: name, bytes: max(0, size - offset)))
        guard size - offset >= TapeFormat.blockHeaderSize else { return torn }
        do {
            try file.seek(toOffset: UInt64(offset))
            let head = try Self.read(file, TapeFormat.blockHeaderSize)
            let length = Int(Self.word(head, 4))
            guard head.count == TapeFormat.blockHeaderSize,
                Self.word(head, 0) == TapeFormat.blockMagic,
                length <= TapeFormat.maxPayload
            else { return .end(.damagedBlock(file: name, offset: offset)) }
            guard size - offset - head.count >= length else { return torn }
            let payload = try Self.read(file, length)
            let sum = head.withUnsafeBytes { head in
                payload.withUnsafeBytes { payload in
                    TapeFormat.checksum(UnsafeRawBufferPointer(rebasing: head[16...]), payload)
                }
            }
            guard payload.count == length, sum == Self.word(head, 12) else {
                return .end(.damagedBlock(file: name, offset: offset))
            }
            offset += head.count + length
            return .block(
                TapeDecoder(
                    payload, sequence: Self.long(head, 16),
                    time: Int64(bitPattern: Self.long(head, 32))),
                lastSequence: Self.long(head, 24))
        } catch {
            return .end(.unreadable(file: name, reason: "\(error)"))
        }
    }

    private static func read(_ file: FileHandle, _ count: Int) throws -> [UInt8] {
        [UInt8](try file.read(upToCount: count) ?? Data())
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    private static func long(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        UInt64(word(bytes, offset)) | UInt64(word(bytes, offset + 4)) << 32
    }
}
