import Foundation
import Messages
import Testing
import Trading

@testable import Archive

@Suite final class TapeTests {
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "narwhal-tape-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            print("cannot remove \(directory): \(error)")
        }
    }

    // MARK: - Samples

    private static func time(_ seconds: Int64) -> Timestamp {
        // An hour begins at 0.
        Timestamp(nanoseconds: 1_790_000_000_000_000_000).floor(to: .hours(1)) + .seconds(seconds)
    }

    private static func level(_ price: Int64, _ quantity: Int64) -> BookLevel {
        BookLevel(price: Price(units: price), quantity: Quantity(units: quantity))
    }

    /// Every case, with the smallest and the largest values that the types hold.
    private static let data: [MarketData] = [
        .print(
            Print(
                tradeID: .max, price: Price(units: .max), quantity: Quantity(units: .max),
                takerSide: .sell,
                venueTime: Timestamp(nanoseconds: .min))),
        .print(
            Print(
                tradeID: .min, price: Price(units: 1), quantity: .zero, takerSide: .buy,
                venueTime: Timestamp(nanoseconds: .max))),
        .print(
            Print(
                tradeID: 5_000_000_001, price: Price(units: 6_016_910_000_000),
                quantity: Quantity(units: 2_000_000), takerSide: .buy, venueTime: time(7))),
        .bookTicker(
            BookTicker(
                updateID: .max, bidPrice: Price(units: .max), bidQuantity: .zero,
                askPrice: Price(units: 1),
                askQuantity: Quantity(units: .max), venueTime: time(1))),
        .depth(
            DepthUpdate(
                firstID: 5, lastID: 4, previousLastID: .max,
                bids: [level(3, 0), level(.max, .max)], asks: [],
                venueTime: time(2))),
        .depthSnapshot(DepthSnapshot(lastUpdateID: 0, bids: [], asks: [level(9, 1)])),
        .markPrice(
            MarkPriceUpdate(
                markPrice: Price(units: 7), indexPrice: nil, fundingRate: Rate(units: .min),
                nextFundingTime: nil, venueTime: time(3))),
        .markPrice(
            MarkPriceUpdate(
                markPrice: Price(units: 7), indexPrice: Price(units: 8),
                fundingRate: Rate(units: .max),
                nextFundingTime: time(28_800), venueTime: time(3))),
        .kline(
            Kline(
                openTime: time(0), interval: .minutes(1), open: Price(units: 1),
                high: Price(units: 4),
                low: Price(units: 1), close: Price(units: 3), volume: Quantity(units: 9),
                takerBuyVolume: .zero,
                isClosed: true, venueTime: time(60))),
        .forcedOrder(
            ForcedOrder(
                side: .sell, price: Price(units: 5), quantity: Quantity(units: 6),
                venueTime: time(4))),
        .clusters(
            [
                LiquidationCluster(
                    price: Price(units: 5), liquidates: .short, notional: Money(units: .max)),
                LiquidationCluster(
                    price: Price(units: 6), liquidates: .long, notional: Money(units: -1)),
            ], venueTime: time(5)),
        .clusters([], venueTime: time(5)),
        .openInterest(OpenInterest(quantity: Quantity(units: .max), venueTime: time(6))),
        .funding(FundingSettlement(rate: Rate(units: -12_345), venueTime: time(7))),
        .alive,
        .lost,
    ]

    private static func event(
        _ sequence: UInt64, _ seconds: Int64, _ data: MarketData = .alive, instrument: UInt16 = 0
    ) -> Event {
        Event(
            sequence: sequence, time: time(seconds), body: .market(InstrumentID(instrument), data))
    }

    private func instruments() throws -> [Instrument] {
        [Instrument.preset(try #require(SymbolName("BTCUSDT")), id: InstrumentID(0))]
    }

    private func writer(run: Int64 = 1, maxBytes: Int64 = 1 << 30, _ reports: Reports = Reports())
        throws -> TapeWriter
    {
        TapeWriter(
            directory: directory, instruments: try instruments(), run: run, build: "b1",
            maxBytes: maxBytes,
            onReport: { reports.add($0) })
    }

    private func write(_ events: [Event], run: Int64 = 1) throws {
        let tape = try writer(run: run)
        for event in events { tape.append(event) }
        tape.close()
    }

    private func read(run: Int64? = nil) -> ([Event], [TapeProblem]) {
        var reader = TapeReader(directory: directory, run: run)
        var events: [Event] = []
        while let event = reader.next() { events.append(event) }
        return (events, reader.problems)
    }

    private func files() -> [String] { TapeReader.fileNames(in: directory) }

    // MARK: - Round trips

    @Test func `every kind of market data comes back as it was`() throws {
        let events = Self.data.enumerated().map { index, data in
            Self.event(UInt64(index) * 3 + 1, Int64(index), data, instrument: UInt16(index))
        }
        try write(events)
        let (read, problems) = read()
        #expect(read == events)
        #expect(problems == [])
    }

    @Test func `no record is larger than the room that was asked for`() {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 4_096)
        defer { memory.deallocate() }
        for data in Self.data {
            var encoder = TapeEncoder(at: memory, sequence: 1, time: Timestamp(nanoseconds: .min))
            encoder.append(
                sequence: .max, time: Timestamp(nanoseconds: .max), instrument: InstrumentID(.max),
                data: data)
            #expect(encoder.cursor - memory <= TapeEncoder.maxSize(of: data))
        }
    }

    @Test func `many prints in several blocks come back in order, and the header says where from`()
        throws
    {
        let events = (0..<30_000).map { index in
            let id = Int64(index)
            return Self.event(
                UInt64(index) + 1, 0,
                .print(
                    Print(
                        tradeID: 5_000_000_000 + id,
                        price: Price(units: 6_000_000_000_000 + id * 10_000_000),
                        quantity: Quantity(units: 100_000 * (id % 50 + 1)),
                        takerSide: id % 3 == 0 ? .sell : .buy,
                        venueTime: Self.time(0) + .milliseconds(id))))
        }
        try write(events)
        var reader = TapeReader(directory: directory)
        var read: [Event] = []
        while let event = reader.next() { read.append(event) }
        #expect(read.count == events.count)
        #expect(zip(read, events).first { $0 != $1 }?.0 == nil)
        #expect(
            reader.header
                == TapeHeader(
                    build: "b1", run: 1, firstSequence: 1, firstTime: Self.time(0),
                    instruments: try instruments()))
        let attributes = try FileManager.default.attributesOfItem(
            atPath: directory + "/" + files()[0])
        #expect(
            try #require(attributes[.size] as? Int) < 30_000 * 24, "a print takes about 20 bytes")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a new segment begins with each hour, named by its first sequence`() throws {
        try write([
            Self.event(1, 3_598), Self.event(2, 3_599), Self.event(7, 3_600), Self.event(8, 7_199),
            Self.event(9, 10_800),
        ])
        #expect(
            files() == [
                "00000000000000000001-00000001.tape", "00000000000000000007-00000001.tape",
                "00000000000000000009-00000001.tape",
            ])
        #expect(read().0.map(\.sequence) == [1, 2, 7, 8, 9])
    }

    @Test func `a run finds the end of the runs before it and can be read alone`() throws {
        #expect(try writer().lastSequenceBefore == 0)
        try write([Self.event(1, 0), Self.event(5, 1)], run: 1)
        #expect(try writer().lastSequenceBefore == 5)
        try write([Self.event(6, 2)], run: 2)
        #expect(try writer().lastSequenceBefore == 6)
        #expect(read(run: 2).0 == [Self.event(6, 2)])
        #expect(read().0.map(\.sequence) == [1, 5, 6])
        #expect(TapeReader.lastSequence(in: directory + "/nowhere") == 0)
    }

    @Test func `what was flushed is there when the engine is killed`() throws {
        let tape = try writer()
        tape.append(Self.event(1, 0))
        tape.flush()
        tape.append(Self.event(2, 0))
        // One second of engine time later the block goes by itself; the third stays in memory.
        tape.append(Self.event(3, 1))
        while tape.status.writtenBlocks < 2 { sched_yield() }
        #expect(read().0.map(\.sequence) == [1, 2])
        tape.close()
        #expect(read().0.map(\.sequence) == [1, 2, 3])
        tape.append(Self.event(4, 2))
        #expect(tape.status.droppedEvents == 1, "a closed tape takes nothing, and says so")
    }

    // MARK: - Damage

    @Test func `a segment cut anywhere keeps its whole blocks and says what is lost`() throws {
        let events = (0..<6).map { Self.event(UInt64($0) + 1, Int64($0), Self.data[$0]) }
        let tape = try writer()
        for event in events {
            tape.append(event)
            tape.flush()
        }
        tape.close()
        let path = directory + "/" + files()[0]
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        var ends: [Int] = []  // Where whole blocks end.
        for place in 0..<(whole.count - 4)
        where Array(whole[place..<place + 4]) == Array("NWBK".utf8) {
            ends.append(place)
        }
        ends.append(whole.count)
        #expect(ends.count == 7)
        for length in 0..<whole.count {
            try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
            let (read, problems) = read()
            let blocks = ends.filter { $0 <= length }.count - 1
            #expect(read == Array(events.prefix(max(0, blocks))))
            let lost = length - (ends.last { $0 <= length } ?? 0)
            let expected: [TapeProblem] =
                blocks < 0
                ? [.notASegment(file: files()[0])]
                : lost > 0 ? [.tornTail(file: files()[0], bytes: lost)] : []
            #expect(problems == expected)
        }
    }

    @Test func `a flipped bit anywhere never traps and never changes an event unnoticed`() throws {
        let events = (0..<Self.data.count).map { Self.event(UInt64($0) + 1, 0, Self.data[$0]) }
        try write(events)
        let name = files()[0]
        let url = URL(fileURLWithPath: directory + "/" + name)
        let whole = [UInt8](try Data(contentsOf: url))
        for place in whole.indices where place < 24 || place % 7 == 0 {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(place % 8)
            try Data(bytes).write(to: url)
            let (read, problems) = read()
            #expect(read == [] || read == events)
            #expect(!problems.isEmpty)
        }
    }

    @Test func `hostile payloads are refused and never trap`() {
        var seed: UInt64 = 42
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(UInt8(truncatingIfNeeded: seed >> 56))
            }
            bytes[0] = UInt8(seed % 14)
            var decoder = TapeDecoder(bytes, sequence: 1, time: 0)
            while !decoder.isAtEnd, decoder.next() != nil {}
        }
    }

    // MARK: - Limits

    @Test func `the oldest segments go when the limit is reached, and it is said`() throws {
        let reports = Reports()
        let levels = (0..<4_000).map { Self.level(Int64($0) + 1, .max) }  // About 44 kB.
        let limit: Int64 = 400_000
        let tape = try writer(maxBytes: limit, reports)
        for hour in 0..<12 {
            tape.append(
                Self.event(
                    UInt64(hour) + 1, Int64(hour) * 3_600,
                    .depthSnapshot(DepthSnapshot(lastUpdateID: 1, bids: levels, asks: []))))
        }
        tape.close()
        let kept = read().0.map(\.sequence)
        #expect(kept == [5, 6, 7, 8, 9, 10, 11, 12])
        let sizes = try files().map { name in
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory + "/" + name)
            return try #require(attributes[.size] as? Int64)
        }
        #expect(sizes.reduce(0, +) <= limit)
        let removed = reports.all.map { report in
            if case .removed(let segments, let bytes) = report { return bytes > 0 ? segments : 0 }
            return 0
        }
        #expect(removed == [1, 1, 1, 1])
    }

    @Test func `a disk that takes nothing loses events, counted, and is told once`() throws {
        let reports = Reports()
        let tape = try writer(reports)
        try FileManager.default.removeItem(atPath: directory)
        tape.append(Self.event(1, 0))
        tape.flush()
        tape.append(Self.event(2, 0))
        tape.flush()
        while tape.status.waitingBlocks > 0 { sched_yield() }
        #expect(tape.status.droppedEvents == 2)
        #expect(tape.status.problem == "No such file or directory")
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        tape.append(Self.event(3, 0))
        tape.close()
        #expect(reports.all == [.failed(reason: "No such file or directory"), .recovered])
        #expect(read().0.map(\.sequence) == [3])
    }

    @Test func `an event larger than a block is dropped and counted`() throws {
        let levels = (0..<20_000).map { Self.level(Int64($0) + 1, 1) }
        let tape = try writer()
        tape.append(
            Self.event(1, 0, .depthSnapshot(DepthSnapshot(lastUpdateID: 1, bids: levels, asks: [])))
        )
        tape.append(Self.event(2, 0))
        tape.close()
        #expect(tape.status.droppedEvents == 1)
        #expect(read().0.map(\.sequence) == [2])
    }
}

/// Reports of the background thread.
private final class Reports: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: [TapeReport] = []
    func add(_ report: TapeReport) { lock.withLock { stored.append(report) } }
    var all: [TapeReport] { lock.withLock { stored } }
}

extension TapeWriter {
    fileprivate func append(_ event: Event) {
        guard case .market(let instrument, let data) = event.body else { return }
        append(sequence: event.sequence, time: event.time, instrument: instrument, data: data)
    }
}
