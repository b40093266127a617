import ArgumentParser
import BinanceVenue
import CPosix
import ExchangeServer
import Foundation
import Messages
import Service
import Synchronization
import Text
import Trading

/// How fast an engine acts at an exchange: orders, kills, stops, restarts and cut lines, over loopback sockets.
struct BenchVenue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venue",
        abstract: "Orders, kills, stops, restarts and cuts at a local exchange over sockets.",
        discussion: """
            Everything twice: beside the exchange's own messages, and beside a flood of extra ones. Exchange, flood \
            and engine share the machine's cores, and all but the restarts one process. The model of the bench trades \
            at every candle. Wall time; the sped-up clock of the market only makes samples come sooner.
            """)

    @Option(help: "Wall seconds of each measurement; a whole bench takes about ten times as long.")
    var seconds: Double = 20

    @Option(help: "Messages a second that are added in the busy half.")
    var flood: Int = 50_000

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (2...3_600).contains(seconds) else {
            throw ValidationError("--seconds must be from 2 to 3600")
        }
        guard (100...1_000_000).contains(flood) else {
            throw ValidationError("--flood must be from 100 to 1000000")
        }
    }

    func run() throws {
        #if DEBUG
            note("a debug build: the figures say nothing about the shipped binary")
        #endif
        let quiet = try VenueTrialRun(flood: 0, seconds: seconds).measure()
        if !json { say(quiet.text) }
        let busy = try VenueTrialRun(flood: flood, seconds: seconds).measure()
        guard json else {
            say(busy.text)
            return say(
                "p99 of fewer than 100 samples is the largest; exchange, flood and engine share "
                    + "\(ProcessInfo.processInfo.activeProcessorCount) cores")
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("secondsEach", seconds)
        writer.field("cores", ProcessInfo.processInfo.activeProcessorCount)
        writer.key("feeds")
        writer.beginArray()
        quiet.write(to: &writer)
        busy.write(to: &writer)
        writer.endArray()
        writer.endObject()
        say(String(decoding: writer.bytes, as: UTF8.self))
    }
}

/// What was measured beside one feed; milliseconds of wall time.
struct VenueFigures {
    var name: String
    /// Messages that reached the engine's market session, a second.
    var messagesPerSecond = 0.0
    /// Of this process, exchange and engine, while orders were measured.
    var coresUsed = 0.0
    var loadBefore = VenueFigures.load()
    var loadAfter = 0.0
    var overflows = 0
    /// Positions that an engine that came back closed instead of covering them.
    var closedInstead = 0
    var order = Samples()
    var orderWithoutWait = Samples()
    var orderWait = Samples()
    var kill = Samples()
    var killWait = Samples()
    var cover = Samples()
    var restart = Samples()
    var link = Samples()
    var account = Samples()
    var market = Samples()

    private var rows: [(key: String, title: String, samples: Samples)] {
        [
            ("order", "event in -> order bytes out", order),
            ("orderWithoutWait", "  without the wait for the disk", orderWithoutWait),
            ("orderWait", "  the wait for the disk", orderWait),
            ("kill", "kill -> first closing order out", kill),
            ("killWait", "  the wait for the disk in it", killWait),
            ("cover", "fill known -> stop confirmed, 50 ms net", cover),
            ("restart", "process start -> all covered again", restart),
            ("link", "all lines cut -> user stream back", link),
            ("account", "all lines cut -> account agreed", account),
            ("market", "all lines cut -> market whole", market),
        ]
    }

    /// The machine's load of the last minute.
    static func load() -> Double {
        var loads = [0.0, 0.0, 0.0]
        return getloadavg(&loads, 3) > 0 ? loads[0] : 0
    }

    var text: String {
        var lines = [
            "beside a \(name) feed: \(Int(messagesPerSecond)) messages/s arrived, "
                + "\(String(format: "%.2f", coresUsed)) cores used by exchange and engine, "
                + "load \(String(format: "%.1f", loadBefore)) before and "
                + "\(String(format: "%.1f", loadAfter)) after, \(overflows) overflows"
        ]
        for row in rows {
            let title = row.title.padding(toLength: 40, withPad: " ", startingAt: 0)
            guard let median = row.samples.median, let p99 = row.samples.p99,
                let largest = row.samples.largest
            else {
                lines.append("  \(title) no samples")
                continue
            }
            lines.append(
                "  \(title) "
                    + String(
                        format: "median %9.3f ms  p99 %9.3f ms  max %9.3f ms  of %d", median, p99,
                        largest, row.samples.count))
        }
        if closedInstead > 0 {
            lines.append("  \(closedInstead) restarts closed the position instead; not counted")
        }
        return lines.joined(separator: "\n")
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("feed", name)
        writer.field("messagesPerSecond", messagesPerSecond)
        writer.field("coresUsed", coresUsed)
        writer.field("loadBefore", loadBefore)
        writer.field("loadAfter", loadAfter)
        writer.field("overflows", overflows)
        writer.field("closedInstead", closedInstead)
        for row in rows {
            writer.key(row.key)
            writer.beginObject()
            writer.field("count", row.samples.count)
            if let median = row.samples.median, let p99 = row.samples.p99,
                let largest = row.samples.largest
            {
                writer.field("medianMs", median)
                writer.field("p99Ms", p99)
                writer.field("maxMs", largest)
            }
            writer.endObject()
        }
        writer.endObject()
    }
}

/// Every measurement beside one feed, one after the other.
struct VenueTrialRun {
    /// Extra messages a second.
    let flood: Int
    let seconds: Double
    private static let restarts = 10
    /// So long nothing may take; what takes longer ends the bench.
    private static let patience = 60.0

    func measure() throws -> VenueFigures {
        var figures = VenueFigures(name: flood > 0 ? "busy" : "quiet")
        note("\(figures.name) feed: orders and kills ...")
        try measureOrders(&figures)
        note("\(figures.name) feed: cuts ...")
        try measureCuts(&figures)
        note("\(figures.name) feed: stops ...")
        try measureCover(&figures)
        note("\(figures.name) feed: restarts ...")
        try measureRestarts(&figures)
        figures.loadAfter = VenueFigures.load()
        return figures
    }

    // MARK: Orders and kills of one engine

    private func measureOrders(_ figures: inout VenueFigures) throws {
        let stage = try BenchStage(speed: 40, flood: flood, turnsOver: true)
        defer { stage.end() }
        let runner = try stage.engine { _ in }
        defer { _ = runner.stop() }
        try stage.waitForCover(Self.patience)

        let (begin, cpu) = (narwhal_monotonic_nanoseconds(), narwhal_cpu_nanoseconds())
        let before = runner.marketFeed?.counters.frames ?? 0
        usleep(UInt32(seconds * 2 * 1e6))
        let length = Double(narwhal_monotonic_nanoseconds() - begin)
        figures.coresUsed = Double(narwhal_cpu_nanoseconds() - cpu) / length
        figures.messagesPerSecond =
            Double((runner.marketFeed?.counters.frames ?? 0) - before) / length * 1e9
        for timing in runner.orderTimings where timing.arrived >= begin {
            figures.order.append(timing.left - timing.arrived)
            figures.orderWithoutWait.append(
                timing.approved - timing.arrived + timing.left - timing.released)
            figures.orderWait.append(timing.released - timing.approved)
        }
        try measureKills(runner, stage, &figures)
        figures.overflows = runner.marketFeed?.counters.overflows ?? 0
    }

    private func measureKills(
        _ runner: EngineRunner, _ stage: BenchStage, _ figures: inout VenueFigures
    ) throws {
        let begin = narwhal_monotonic_nanoseconds()
        while isGoing(since: begin, figures.kill) {
            let given = narwhal_monotonic_nanoseconds()
            runner.send(.kill, name: "bench-kill")
            guard
                try stage.eventually(Self.patience, { try stage.witness().holdings.isEmpty })
            else { throw fail("a kill left positions open for \(Int(Self.patience)) s") }
            // What was approved after the kill can only lower risk.
            let first = runner.orderTimings.filter { $0.arrived >= given }.min { $0.left < $1.left }
            if let first {
                figures.kill.append(first.left - given)
                figures.killWait.append(first.released - first.approved)
            }
            // Refused until the kill is through; what is refused changes nothing.
            let isBack = try stage.eventually(Self.patience, every: 100_000) {
                if try stage.isCovered() { return true }
                runner.send(.arm(engineName: stage.configuration.engineName), name: "bench-arm")
                runner.send(.resume, name: "bench-resume")
                return false
            }
            guard isBack else { throw fail("no position was opened again after a kill") }
        }
    }

    /// Whether one more is to be measured: until the time is over, and somewhat longer for a few samples.
    private func isGoing(since begin: Int64, _ samples: Samples) -> Bool {
        let passed = Double(narwhal_monotonic_nanoseconds() - begin) / 1e9
        return passed < seconds || (samples.count < 10 && passed < 3 * seconds)
    }

    // MARK: Cuts

    /// Slower than the rest, because what was missed meanwhile is made good: the exchange's time runs on.
    private func measureCuts(_ figures: inout VenueFigures) throws {
        let stage = try BenchStage(speed: 10, flood: flood, turnsOver: true)
        defer { stage.end() }
        let runner = try stage.engine { _ in }
        defer { _ = runner.stop() }
        let isUp = try stage.eventually(Self.patience) {
            runner.linkMoments.agreed > 0 && runner.marketFeed?.isWarm ?? false
        }
        guard isUp else { throw fail("the engine did not come up") }
        let begin = narwhal_monotonic_nanoseconds()
        while isGoing(since: begin, figures.link) {
            // A line that breaks soon after it was made is waited for longer, and many cuts a minute use up the venue's
            // request limit; neither is measured here.
            usleep(3_000_000)
            guard let before = runner.marketFeed?.counters.lostConnections else { return }
            let cut = narwhal_monotonic_nanoseconds()
            do throws(ExchangeServerError) {
                try stage.exchange.cutConnections()
            } catch { throw fail(error.description) }
            var whole: (time: Int64, losses: Int)?
            let isBack = try stage.eventually(Self.patience, every: 1_000) {
                guard let feed = runner.marketFeed else { return false }
                let losses = feed.counters.lostConnections
                if whole?.losses != losses { whole = nil }
                if whole == nil, losses > before, feed.isWarm {
                    whole = (narwhal_monotonic_nanoseconds(), losses)
                }
                let moments = runner.linkMoments
                return whole != nil && moments.lost >= cut && moments.alive > moments.lost
                    && moments.agreed > moments.lost
            }
            guard isBack, let whole else { throw fail("the engine did not recover from a cut") }
            let moments = runner.linkMoments
            figures.link.append(moments.alive - cut)
            figures.account.append(moments.agreed - cut)
            figures.market.append(whole.time - cut)
        }
    }

    // MARK: Stops

    private func measureCover(_ figures: inout VenueFigures) throws {
        let speed = 20.0
        let stage = try BenchStage(
            speed: speed, flood: flood, turnsOver: true,
            faults: """
                {"at": 0, "for": 1000000, "fault": "slow", "milliseconds": 50}
                {"at": 0, "for": 1000000, "fault": "late", "milliseconds": 25, "stream": "user"}
                """)
        defer { stage.end() }
        let spells = Mutex<[Double]>([])
        let runner = try stage.engine { line in
            guard let words = line.range(of: "stop confirmed after ") else { return }
            let number = line[words.upperBound...].prefix { $0.isNumber }
            guard let milliseconds = Double(number) else { return }
            spells.withLock { $0.append(milliseconds / speed) }
        }
        usleep(UInt32(seconds * 3 * 1e6))
        _ = runner.stop()
        figures.cover = Samples(spells.withLock { $0 })
    }

    // MARK: Restarts

    private func measureRestarts(_ figures: inout VenueFigures) throws {
        for _ in 0..<Self.restarts {
            // What was done by hand pauses the entries, so everybody begins anew.
            let stage = try BenchStage(speed: 20, flood: flood, turnsOver: false)
            defer { stage.end() }
            let first = try stage.process()
            defer { BenchStage.kill(first) }
            try stage.waitForCover(Self.patience)
            // An engine in the middle of its life, not one that is still starting.
            usleep(500_000)
            BenchStage.kill(first)
            do throws(ExchangeServerError) {
                for holding in try stage.exchange.witness().holdings {
                    try stage.exchange.meet(.manualCancel(holding.symbol))
                }
            } catch { throw fail(error.description) }
            let begin = narwhal_monotonic_nanoseconds()
            let second = try stage.process()
            defer { BenchStage.kill(second) }
            var isFlat = false
            let isCovered = try stage.eventually(Self.patience, every: 1_000) {
                let holdings = try stage.witness().holdings
                isFlat = holdings.isEmpty
                return isFlat || holdings.allSatisfy { $0.stopQuantity >= $0.quantity }
            }
            guard isCovered else { throw fail("a restarted engine did not cover its position") }
            if isFlat {
                figures.closedInstead += 1
            } else {
                figures.restart.append(narwhal_monotonic_nanoseconds() - begin)
            }
        }
    }
}

extension Samples {
    /// Takes nanoseconds, keeps milliseconds.
    fileprivate mutating func append(_ nanoseconds: Int64) { append(Double(nanoseconds) / 1e6) }
}

/// A local exchange and what engines need to trade there often; gone at the end.
struct BenchStage {
    let exchange: ExchangeServer
    let configuration: Configuration
    private let directory: String

    /// - Parameter turnsOver: Whether the model closes positions at the next candle; otherwise it keeps them.
    init(speed: Double, flood: Int, turnsOver: Bool, faults: String = "") throws {
        var configuration = Configuration()
        configuration.symbols = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"].compactMap {
            SymbolName($0)
        }
        var settings = ExchangeServerConfiguration()
        settings.seed = configuration.venueSeed
        settings.speed = speed
        settings.symbols = configuration.symbols
        settings.history = .minutes(30)
        settings.extraTickersPerSecond = flood
        do throws(FaultScheduleError) {
            settings.faults = try FaultSchedule.parse(faults)
        } catch { preconditionFailure("the bench's own schedule is valid: \(error)") }
        do throws(ExchangeServerError) {
            exchange = try ExchangeServer(settings)
        } catch { throw fail(error.description) }
        // Short: a socket path has at most 107 bytes.
        var template = Array("/tmp/narwhal-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw fail("no folder can be made in /tmp") }
        directory = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try Self.write(
            "{\"apiKey\": \"\(exchange.apiKey)\", \"secret\": \"\(exchange.secret)\"}",
            to: directory + "/keys.json")
        try Self.write(Self.model(turnsOver: turnsOver), to: directory + "/model.json")
        configuration.engineName = "bench"
        configuration.mode = .testnet
        configuration.stateDirectory = directory + "/state"
        configuration.timeScale = speed
        configuration.modelFile = directory + "/model.json"
        // No order is as large, so the guard that looks at whales has nothing to say.
        configuration.whaleThreshold = Money(whole: 100_000_000)
        configuration.binance = BinanceSettings(
            rest: "http://127.0.0.1:\(exchange.port)", stream: "ws://127.0.0.1:\(exchange.port)",
            keyFile: directory + "/keys.json", foreignOrders: .protect, certificateAuthority: nil)
        self.configuration = configuration
        try Self.write(text, to: directory + "/config.toml")
    }

    func end() {
        do throws(ExchangeServerError) { try exchange.stop() } catch { note(error.description) }
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            note("the bench's folder \(directory) stays: \(error.localizedDescription)")
        }
    }

    // MARK: Engines

    /// An engine in this process; `onLog` takes its lines on its decision thread.
    func engine(_ onLog: @escaping @Sendable (String) -> Void) throws -> EngineRunner {
        do throws(StartError) {
            return try EngineRunner(configuration, build: Build.text, logLine: onLog)
        } catch { throw fail(error.description) }
    }

    /// This binary as an engine in a process of its own.
    func process() throws -> Process {
        let process = Process()
        do {
            process.executableURL = URL(
                filePath: try FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/exe"))
            process.arguments = [
                "run", "--config", directory + "/config.toml", "--log", directory + "/engine.log",
            ]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
        } catch { throw fail("this binary cannot be started as an engine: \(error)") }
        return process
    }

    /// Without goodbye.
    static func kill(_ process: Process) {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    // MARK: Watching

    func witness() throws -> VenueWitness {
        do throws(ExchangeServerError) {
            return try exchange.witness()
        } catch { throw fail(error.description) }
    }

    /// Whether something is open at the exchange, and stops there cover all of it.
    func isCovered() throws -> Bool {
        let holdings = try witness().holdings
        return !holdings.isEmpty && holdings.allSatisfy { $0.stopQuantity >= $0.quantity }
    }

    func waitForCover(_ seconds: Double) throws {
        guard try eventually(seconds, isCovered) else {
            throw fail("no position was opened within \(Int(seconds)) s")
        }
    }

    /// Looks again and again, after so many microseconds each time, until it holds; `false` when the time is over.
    func eventually(
        _ seconds: Double, every interval: UInt32 = 5_000, _ holds: () throws -> Bool
    ) throws -> Bool {
        let end = narwhal_monotonic_nanoseconds() + Int64(seconds * 1e9)
        while narwhal_monotonic_nanoseconds() < end {
            if try holds() { return true }
            usleep(interval)
        }
        return false
    }

    // MARK: Files

    private static func write(_ text: String, to path: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o400])
        else { throw fail("the bench cannot write \(path)") }
    }

    /// The configuration for a process of its own.
    private var text: String {
        """
        engine = "bench"
        mode = "testnet"
        timeScale = \(configuration.timeScale)
        symbols = [\(configuration.symbols.map { "\"\($0)\"" }.joined(separator: ", "))]
        [state]
        directory = "\(directory)/state"
        [venue]
        name = "binance"
        rest = "http://127.0.0.1:\(exchange.port)"
        stream = "ws://127.0.0.1:\(exchange.port)"
        keyFile = "\(directory)/keys.json"
        [market]
        whaleThreshold = 100000000
        [models]
        file = "\(directory)/model.json"
        """
    }

    /// Wants a position at every candle, on the side of the flow.
    private static func model(turnsOver: Bool) -> String {
        let exit =
            turnsOver
            ? "{\"intercept\": -1.0, \"weights\": {\"held_fraction\": 40.0}}"
            : "{\"intercept\": -6.0, \"weights\": {}}"
        return """
            {
              "name": "eager",
              "note": "Wants a position at every candle: a bench needs orders, not profits.",
              "thresholds": {"long": 0.5, "short": 0.5, "exit": 0.6},
              "expectedSignalRate": {"long": 0.5, "short": 0.5},
              "entryLong": {"intercept": 3.0, "weights": {"taker_imbalance_5m": 2.0}},
              "entryShort": {"intercept": 3.0, "weights": {"taker_imbalance_5m": -2.0}},
              "exitLong": \(exit),
              "exitShort": \(exit)
            }
            """
    }
}
