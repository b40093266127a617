import Archive
import ArgumentParser
import BinanceFormat
import Foundation
import Market
import Models
import Service
import Text
import Trading

/// `narwhald replay`: a capture, a dump file or a recorded run through the core.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run recorded market data, or an engine's own record, through the core.",
        discussion: """
            --capture and --csv trade on a paper account and write nothing; the tick and the lot of a symbol without \
            built-in filters are taken from its first prints. --state re-runs a recorded run of this \
            build and compares every recorded answer.
            """)

    @Option(help: "A raw capture: '<local time> <json>' a line, plain or gzip.")
    var capture: String?

    @Option(help: "The exchange's aggTrades or trades dump, plain or gzip.")
    var csv: String?

    @Option(help: "State directory of an engine that is not running.")
    var state: String?

    @Option(name: .customLong("run"), help: "With --state: which run; the last one when absent.")
    var run_: Int64?

    @Option(help: "What the data are of, such as BTCUSDT.")
    var symbol: String = "BTCUSDT"

    @Option(help: "A taker order of at least this many USD is a whale.")
    var whaleThreshold: String = "100000"

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard [capture, csv, state].compactMap({ $0 }).count == 1 else {
            throw ValidationError("name exactly one of --capture FILE, --csv FILE and --state DIR")
        }
        guard run_ == nil || state != nil else { throw ValidationError("--run belongs to --state") }
    }

    func run() throws {
        if let state { return try audit(state) }
        guard let name = SymbolName(symbol) else {
            throw fail(
                "--symbol \(SafeText.clean(symbol, maxLength: 40)) is not a symbol: 1 to 24 of A-Z, 0-9 and _"
            )
        }
        let threshold: Money
        do throws(DecimalError) {
            threshold = try Money.parse(whaleThreshold)
        } catch { throw fail("--whale-threshold must be a plain decimal in USD, such as 100000") }
        guard threshold > .zero else { throw fail("--whale-threshold must be above zero") }

        var replay: TapeReplay?
        var problem: String?
        do throws(ArchiveError) {
            if let capture {
                try readCapture(capture, name, threshold, &replay)
            } else if let csv {
                try readDump(csv, name, threshold, &replay)
            }
        } catch { problem = error.description }
        guard var replay, replay.knowsSymbol else {
            let file = capture ?? csv ?? ""
            throw fail(
                problem
                    ?? "\(file) has nothing of symbol \(name); name the one it has with --symbol")
        }
        replay.finish()
        say(json ? String(decoding: replay.json(), as: UTF8.self) : replay.summary)
        // What could be read is printed all the same; the exit code says that it is not everything.
        if let problem { throw fail(problem) }
    }

    private func readCapture(
        _ path: String, _ symbol: SymbolName, _ threshold: Money, _ replay: inout TapeReplay?
    ) throws(ArchiveError) {
        let reader = try CaptureReader(path: path, symbol: symbol, instrument: InstrumentID(0))
        // What is read before the grid is known waits; a preset needs none.
        var waiting: [(data: MarketData, time: Timestamp)] = []
        var grid = GridInference()
        var failure: ArchiveError?
        let known = Instrument.known(symbol, id: InstrumentID(0))
        while known == nil, grid.count < GridInference.enough,
            waiting.count < Self.maxWaiting
        {
            do throws(ArchiveError) {
                guard let line = try reader.next() else { break }
                guard case .frame(let frame) = line.content, let data = frame.data else { continue }
                if case .print(let print) = data { grid.see(print) }
                waiting.append((data, line.time))
            } catch {
                failure = error
                break
            }
        }
        let instrument = known ?? .inferred(symbol, id: InstrumentID(0), from: grid)
        var tape = Self.make(instrument, threshold, hasBook: true)
        defer {
            let seen = reader.counts
            tape.counts.lines = seen.lines
            tape.counts.bookTicker = seen.bookTicker
            tape.counts.depth = seen.depth
            tape.counts.markPrice = seen.markPrice
            tape.counts.other = seen.other
            tape.counts.rejected = seen.rejected
            tape.counts.otherSymbol = seen.otherSymbol
            replay = tape
        }
        for item in waiting { tape.feed(item.data, time: item.time) }
        waiting = []
        if let failure { throw failure }
        while let line = try reader.next() {
            guard case .frame(let frame) = line.content, let data = frame.data else { continue }
            tape.feed(data, time: line.time)
        }
    }

    private func readDump(
        _ path: String, _ symbol: SymbolName, _ threshold: Money, _ replay: inout TapeReplay?
    ) throws(ArchiveError) {
        let reader = try AggTradesCSVReader(path: path)
        var batch: [Print] = []
        var failure: ArchiveError?
        // The first batch shows the grid of a symbol without a preset.
        do throws(ArchiveError) { _ = try reader.next(into: &batch) } catch { failure = error }
        var tape = Self.make(Self.instrument(symbol, from: batch), threshold, hasBook: false)
        defer {
            tape.counts.lines = reader.counts.lines
            tape.counts.other = reader.counts.other
            tape.counts.rejected = reader.counts.rejected
            replay = tape
        }
        if let failure { throw failure }
        repeat { tape.feed(batch) } while try reader.next(into: &batch)
    }

    /// Frames that may wait for the grid to be known, when few of them are prints.
    private static let maxWaiting = 100_000

    /// The preset of `symbol`, or what its first prints show.
    static func instrument(_ symbol: SymbolName, from prints: [Print]) -> Instrument {
        if let known = Instrument.known(symbol, id: InstrumentID(0)) { return known }
        var grid = GridInference()
        for print in prints { grid.see(print) }
        return .inferred(symbol, id: InstrumentID(0), from: grid)
    }

    static func make(_ instrument: Instrument, _ threshold: Money, hasBook: Bool) -> TapeReplay {
        do throws(ModelError) {
            return try TapeReplay(
                instrument: instrument, whaleThreshold: threshold, startTime: .distantPast,
                hasBook: hasBook)
        } catch { preconditionFailure("the built-in scorecard is valid: \(error)") }
    }

    private func audit(_ directory: String) throws {
        let audit: Audit
        do throws(StartError) {
            audit = try Audit(directory: directory, run: run_)
        } catch { throw fail(error.description) }
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("run", audit.run)
            writer.field("events", audit.events)
            writer.field("compared", audit.compared)
            writer.field("equal", audit.isEqual)
            writer.field("ended", audit.wasEnded)
            writer.field("difference", audit.difference ?? "")
            writer.key("gaps")
            writer.beginArray()
            for gap in audit.gaps { writer.string(gap) }
            writer.endArray()
            writer.field("factHash", audit.factHash)
            writer.field("stateHash", audit.stateHash)
            writer.endObject()
            say(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            say(
                "run \(audit.run): \(audit.events) events replayed, \(audit.compared) answers compared, "
                    + (audit.isEqual ? "all equal" : "NOT equal"))
            if !audit.wasEnded {
                say("the run did not say goodbye: what came after its last record is not in it")
            }
            say("factHash \(audit.factHash)  stateHash \(audit.stateHash)")
        }
        if let difference = audit.difference {
            throw fail("the replay differs first at \(difference)")
        }
        if let gap = audit.gaps.first { throw fail("the record has a hole: \(gap)") }
        if !audit.isEqual { throw fail("nothing was recorded to compare with") }
    }
}
