import Archive
import ArgumentParser
import CPosix
import DecisionCore
import Foundation
import Market
import Matching
import Messages
import Playback
import Population
import Text
import Trading

/// `narwhal bench`: how fast the shipped binary is, measured on itself.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this binary.",
        subcommands: [
            BenchReplay.self, BenchMarket.self, BenchVenue.self, BenchModels.self,
            BenchFeatures.self,
        ])
}

/// Trades per CPU second from a dump file through parse and the whole core.
struct BenchReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract:
            "Trades per CPU second: dump file through parse, market, decisions, orders and positions.",
        discussion: """
            One thread, profile bracket, a paper account, all in one process. Without --csv a dump of a simulated \
            market is written to a temporary file first. The stages are cumulative runs of their own.
            """)

    @Option(help: "aggTrades dump, plain or gzip.")
    var csv: String?

    @Option(
        help: "Repeat each stage so often; the median counts, the spread is the machine's noise.")
    var repeats: Int = 5

    @Option(help: "Without --csv: how many trades to simulate.")
    var trades: Int = 200_000

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...100).contains(repeats) else {
            throw ValidationError("--repeats must be from 1 to 100")
        }
        guard (1_000...5_000_000).contains(trades) else {
            throw ValidationError("--trades must be from 1000 to 5000000")
        }
    }

    func run() throws {
        var made: String?
        if csv == nil { made = try SimulatedDump.write(trades: trades) }
        defer { if let made { unlink(made) } }
        let path = csv ?? made ?? ""
        do throws(ArchiveError) {
            try measure(path)
        } catch { throw fail(error.description) }
    }

    private func measure(_ path: String) throws(ArchiveError) {
        guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("BTCUSDT is a symbol") }
        let threshold = Money(whole: 100_000)
        var count = 0
        var parse: [Double] = []
        var market: [Double] = []
        var core: [Double] = []
        let instrument = Instrument.preset(symbol, id: InstrumentID(0))
        var last = Replay.make(instrument, threshold, hasBook: false)
        for _ in 0..<repeats {
            parse.append(
                try Self.time { () throws(ArchiveError) in
                    let reader = try AggTradesCSVReader(path: path)
                    var batch: [Print] = []
                    count = 0
                    while try reader.next(into: &batch) { count += batch.count }
                })
            market.append(
                try Self.time { () throws(ArchiveError) in
                    let reader = try AggTradesCSVReader(path: path)
                    var batch: [Print] = []
                    var state = MarketState(instrument: instrument)
                    while try reader.next(into: &batch) {
                        for print in batch { _ = state.apply(print, at: print.venueTime) }
                    }
                })
            var replay = Replay.make(instrument, threshold, hasBook: false)
            core.append(
                try Self.time { () throws(ArchiveError) in
                    let reader = try AggTradesCSVReader(path: path)
                    var batch: [Print] = []
                    while try reader.next(into: &batch) { replay.feed(batch) }
                })
            last = replay
        }
        last.finish()
        report(count: count, parse: parse, market: market, core: core, replay: last)
    }

    /// CPU seconds of `body`, user and system, of this process.
    static func time<Failure>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
        let begin = narwhal_cpu_nanoseconds()
        try body()
        return Double(narwhal_cpu_nanoseconds() - begin) / 1e9
    }

    private func report(
        count: Int, parse: [Double], market: [Double], core: [Double], replay: TapeReplay
    ) {
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        let whole = median(core)
        let speed = Double(count) / whole
        let noise = ((core.max() ?? whole) - (core.min() ?? whole)) / whole
        let nanoseconds = { (seconds: Double) in seconds / Double(max(1, count)) * 1e9 }
        var wins = 0
        for trip in replay.session.trips where trip.netPnL > .zero { wins += 1 }
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            writer.field("trades", count)
            writer.field("tradesPerCPUSecond", speed)
            writer.field("parseNanoseconds", nanoseconds(median(parse)))
            writer.field("parseAndMarketNanoseconds", nanoseconds(median(market)))
            writer.field("wholeCoreNanoseconds", nanoseconds(whole))
            writer.field("noise", noise)
            writer.field("roundTrips", replay.session.trips.count)
            writer.field("factHash", replay.session.engine.factHash)
            writer.endObject()
            say(String(decoding: writer.bytes, as: UTF8.self))
            return
        }
        func line(_ name: String, _ value: Double) -> String {
            "  \(name) \(String(format: "%7.1f", value)) ns a trade"
        }
        say(
            "\(count) trades of a dump file, one thread, CPU time, median of \(repeats) (spread \(Int(noise * 100)) %)"
        )
        say(line("parse                       ", nanoseconds(median(parse))))
        say(line("market: flow, candles, mark ", nanoseconds(median(market) - median(parse))))
        say(line("core: decisions, exits, paper", nanoseconds(whole - median(market))))
        say(line("all                         ", nanoseconds(whole)))
        say(
            "\(String(format: "%.2f", speed / 1e6)) million trades per CPU second, with \(replay.session.trips.count) "
                + "round trips (\(wins) won), equity \(replay.session.engine.equity.text(fractionDigits: 2))"
        )
        if replay.session.trips.count < 100 {
            say("fewer than 100 round trips: the core had little to decide")
        }
    }
}

/// How much faster than its own clock the simulated market lives.
struct BenchMarket: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "market", abstract: "Simulated seconds per CPU second of the demo's market.")

    @Option(help: "Simulated hours.")
    var hours: Int = 2

    func validate() throws {
        guard (1...200).contains(hours) else {
            throw ValidationError("--hours must be from 1 to 200")
        }
    }

    func run() throws {
        guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("BTCUSDT is a symbol") }
        let start = Timestamp(milliseconds: 1_767_225_600_000)
        var market = SimulatedMarket(
            seed: 1, instruments: [.preset(symbol, id: InstrumentID(0))],
            startPrices: [Price(units: 6_000_000_000_000)], startTime: start)
        var prints = 0
        var outputs = 0
        let seconds = BenchReplay.time {
            for second in 1...(hours * 3_600) {
                for output in market.advance(to: start + .seconds(Int64(second))) {
                    outputs += 1
                    if case .market(_, .print) = output.content { prints += 1 }
                }
            }
        }
        let simulated = Double(hours * 3_600)
        say(
            "\(Int(simulated / seconds)) simulated seconds per CPU second; \(String(format: "%.1f", Double(prints) / simulated)) "
                + "prints and \(String(format: "%.1f", Double(outputs) / simulated)) messages a simulated second"
        )
    }
}

/// A dump file of a simulated market, for machines without recorded data.
enum SimulatedDump {
    /// Writes `trades` rows in the exchange's aggTrades format and answers the path of the temporary file.
    static func write(trades: Int) throws -> String {
        guard let symbol = SymbolName("BTCUSDT") else { preconditionFailure("BTCUSDT is a symbol") }
        let path = NSTemporaryDirectory() + "/narwhal-bench-\(getpid()).csv"
        var time = Timestamp(milliseconds: 1_767_225_600_000)
        var market = SimulatedMarket(
            seed: 20_261_121, instruments: [.preset(symbol, id: InstrumentID(0))],
            startPrices: [Price(units: 6_000_000_000_000)], startTime: time)
        var text =
            "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
        var count = 0
        note("simulating \(trades) trades ...")
        while count < trades {
            time = time + .seconds(10)
            for output in market.advance(to: time) {
                guard case .market(_, .print(let print)) = output.content, count < trades else {
                    continue
                }
                count += 1
                text +=
                    "\(print.tradeID),\(print.price),\(print.quantity),\(print.tradeID),\(print.tradeID),"
                text += "\(print.venueTime.milliseconds),\(print.takerSide == .sell)\n"
            }
        }
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
            throw fail("the temporary file \(path) cannot be written; name a dump with --csv")
        }
        return path
    }
}
