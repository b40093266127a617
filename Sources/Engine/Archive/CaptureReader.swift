package import BinanceFormat
import Text
package import Trading

/// What was in a capture so far, by line.
package struct CaptureCounts: Hashable, Sendable {
    package var lines = 0
    /// Prints: trades and aggregate trades. Whether their ids rise is for the market to say.
    package var trades = 0
    package var bookTicker = 0
    /// Depth diffs; a snapshot is `other`.
    package var depth = 0
    package var markPrice = 0
    /// Valid lines of every other kind, those that are no prints included.
    package var other = 0
    /// Lines that are no capture line, or whose frame was refused.
    package var rejected = 0
    /// Frames of another symbol than asked for.
    package var otherSymbol = 0
    /// The part of `other` that were trades but no prints: insurance fund, ADL, zero price or quantity.
    package var ignoredPrints = 0

    package init() {}
}

/// One line of a capture.
package struct CaptureLine: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case frame(DecodedFrame)
        /// A good frame of a symbol that was not asked for.
        case otherSymbol
        case rejected(CaptureRejection)
    }

    /// 1 for the first line.
    package var number: Int
    /// The recorder's clock; `nil` when the line was refused before it could be read. It may be off: never use it as time.
    package var localTime: Timestamp?
    /// The largest event time so far, this line included: the engine's clock for captures. Before any event time, the
    /// recorder's clock.
    package var time: Timestamp
    package var content: Content
}

extension CaptureLine {
    /// What the line says of the market of the symbol that was asked for; `nil` when it says nothing of it.
    package var data: MarketData? {
        switch content {
        case .frame(let frame): frame.data
        case .otherSymbol, .rejected: nil
        }
    }
}

/// Why a line was refused.
package enum CaptureRejection: Hashable, Sendable {
    /// More than 1 MiB.
    case tooLong
    /// Does not begin with a local time and a blank.
    case noLocalTime
    case frame(FrameError)
}

/// Reads a raw WebSocket capture, `<local time> <json>` a line, plain or gzip, with bounded memory.
package final class CaptureReader {
    package private(set) var counts = CaptureCounts()
    /// The first refused lines, at most 20: number and reason.
    package private(set) var rejections: [(line: Int, reason: CaptureRejection)] = []
    /// The largest event time so far.
    package private(set) var time = Timestamp.distantPast

    private let lines: LineReader
    private var decoder: BinanceMarketDecoder

    private static let maxRejections = 20

    /// Opens the file at `path`; frames of other symbols than `symbol` are only counted.
    ///
    /// - Throws: `ArchiveError` when the file cannot be opened.
    package init(path: String, symbol: SymbolName, instrument: InstrumentID) throws(ArchiveError) {
        lines = try LineReader(path: path)
        decoder = BinanceMarketDecoder(instruments: [(symbol, instrument)])
    }

    /// The next line; `nil` at the end.
    ///
    /// - Throws: `ArchiveError` when the file stops early, after all that could be read.
    package func next() throws(ArchiveError) -> CaptureLine? {
        guard let line = try lines.next() else { return nil }
        counts.lines += 1
        guard let range = line.range else { return reject(.tooLong, localTime: nil) }
        let buffer = lines.buffer
        let bytes = buffer.span.extracting(range)
        guard let (local, length) = Self.localTime(bytes) else {
            return reject(.noLocalTime, localTime: nil)
        }
        let frame: DecodedFrame
        do throws(FrameError) {
            frame = try decoder.decode(bytes.extracting(droppingFirst: length))
        } catch {
            return reject(.frame(error), localTime: local)
        }
        return accept(frame, localTime: local)
    }

    private func accept(_ frame: DecodedFrame, localTime: Timestamp) -> CaptureLine {
        let content: CaptureLine.Content
        switch frame.symbol {
        case .unknown:
            counts.otherSymbol += 1
            content = .otherSymbol
        case .known, .absent:
            count(frame.kind)
            content = .frame(frame)
        }
        if let eventTime = frame.eventTime {
            time = max(time, eventTime)
        } else if time == .distantPast {
            time = localTime
        }
        return CaptureLine(number: counts.lines, localTime: localTime, time: time, content: content)
    }

    private func count(_ kind: DecodedFrame.Kind) {
        switch kind {
        case .trade, .aggregateTrade: counts.trades += 1
        case .bookTicker: counts.bookTicker += 1
        case .depthUpdate: counts.depth += 1
        case .markPrice: counts.markPrice += 1
        case .depthSnapshot, .kline, .forcedOrder, .other: counts.other += 1
        case .ignoredPrint:
            counts.other += 1
            counts.ignoredPrints += 1
        }
    }

    private func reject(_ reason: CaptureRejection, localTime: Timestamp?) -> CaptureLine {
        counts.rejected += 1
        if rejections.count < Self.maxRejections { rejections.append((counts.lines, reason)) }
        return CaptureLine(
            number: counts.lines, localTime: localTime, time: time, content: .rejected(reason))
    }

    /// The number before the first blank, and how many bytes it takes with the blank. Its unit shows in its size:
    /// seconds, milliseconds, microseconds or nanoseconds since 1970.
    private static func localTime(_ bytes: borrowing Span<UInt8>) -> (Timestamp, Int)? {
        var value: Int64 = 0
        var index = 0
        while index < bytes.count, bytes[index] &- 48 < 10 {
            guard index < 19 else { return nil }
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int64(bytes[index] &- 48))
            if overflow || carry { return nil }
            value = sum
            index += 1
        }
        guard index > 0, index < bytes.count, bytes[index] == 32 else { return nil }
        return DumpTime.timestamp(value).map { ($0, index + 1) }
    }
}

/// Times of recorders and dump files, for other modules.
package enum DumpClock {
    /// `value` in seconds, milliseconds, microseconds or nanoseconds since 1970, whichever puts it nearest our
    /// century; `nil` when none does.
    package static func timestamp(_ value: Int64) -> Timestamp? { DumpTime.timestamp(value) }
}

/// Times whose unit shows in their size, as recorders and dump files write them.
enum DumpTime {
    /// 2100: what is later is no time of a trade, and one such row would make all that follow late.
    private static let end: Int64 = 4_102_444_800

    /// `value` in seconds, milliseconds, microseconds or nanoseconds since 1970, whichever puts it nearest our
    /// century; `nil` when none does.
    static func timestamp(_ value: Int64) -> Timestamp? {
        switch value {
        case ..<0: nil
        case ..<end: Timestamp(milliseconds: value * 1_000)
        case 100_000_000_000..<(end * 1_000): Timestamp(milliseconds: value)
        case 100_000_000_000_000..<(end * 1_000_000): Timestamp(nanoseconds: value * 1_000)
        case 100_000_000_000_000_000..<(end * 1_000_000_000): Timestamp(nanoseconds: value)
        default: nil
        }
    }
}
