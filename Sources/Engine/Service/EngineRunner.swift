import Archive
package import BinanceVenue
import CPosix
package import DecisionCore
import Dispatch
import Foundation
import Gateway
package import Journal
import Market
import Matching
package import Messages
import Models
import Population
import Projection
import Risk
import Synchronization
import Trading
import Wire

/// Why an engine could not be started; one plain line.
package struct StartError: Error, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// An engine with everything around it, from the lock of its state directory to its clean end.
package final class EngineRunner {
    /// Printed as one JSON line when the engine is ready.
    package struct Ready: Hashable, Sendable, Codable {
        package var engine: String
        package var mode: String
        package var pid: Int32
        package var viewSocket: String
        package var controlSocket: String
        package var stateDirectory: String
        package var timeScale: Double
        /// Whether the engine came up latched.
        package var latched: Bool
    }

    package let ready: Ready
    private let directory: StateDirectory
    private let lanes: Lanes
    private let clock: EngineClock
    private let journal: JournalWriter
    private let tape: TapeWriter
    private let venue: any Venue
    private let latch: LatchKeeper
    private let gateway: GatewayServer
    private let end: EndOfRun
    private let gauges: Gauges
    private let modelWatch: any DispatchSourceTimer
    private let housekeeping: any DispatchSourceTimer

    /// What the core was at the end.
    package struct Outcome: Sendable {
        package var engine: Engine
        package var lastSequence: UInt64
    }

    /// Takes the lock, recovers, rebuilds the paper venue, opens the sockets and starts all threads.
    ///
    /// `logLine` takes each log line, on the decision thread; it must not wait.
    package init(
        _ configuration: Configuration, build: String, limits: JournalLimits = JournalLimits(),
        hooks: JournalHooks = JournalHooks(), logLine: @escaping @Sendable (String) -> Void
    ) throws(StartError) {
        directory = try Self.stateDirectory(configuration)
        let ground = try Self.binanceGround(configuration, directory.path, logLine)
        let instruments =
            ground?.instruments
            ?? configuration.symbols.enumerated().map { index, symbol in
                Instrument.preset(symbol, id: InstrumentID(UInt16(index)))
            }
        let models = try ModelFinder(configuration, registryFolder: directory.modelsPath)
            .start(configuration)
        let core = try Self.core(
            configuration, instruments: instruments, models: models.set)
        let store: JournalStore
        let recovery: Recovery
        let chainBreak: ChainBreak?
        do throws(JournalError) {
            store = try JournalStore.open(directory: directory.path)
            recovery = try store.recover()
            // Recovery trusts its checkpoint; the paper account is made of every row, so every row is checked.
            if let early = recovery.chainBreak {
                chainBreak = early
            } else {
                chainBreak = try store.verify()
            }
        } catch { throw StartError(error.text) }
        if let chainBreak { throw StartError(JournalError.damaged(chainBreak).text) }

        clock = EngineClock(
            continuing: ground?.clock, after: recovery.lastTime, scale: configuration.timeScale)
        let start = clock.now()
        lanes = Lanes(instruments: instruments.count)
        tape = TapeWriter(
            directory: directory.tapePath, instruments: instruments, run: recovery.lastRun + 1,
            build: build,
            maxBytes: configuration.maxTapeBytes,
            onReport: { report in logLine("\(EngineClock.wall().utcText) STORE \(report)") })
        let firstSequence = max(recovery.lastSequence, tape.lastSequenceBefore) + 1

        let isFresh = recovery.lastRun == 0
        let engine = Engine(
            configuration: core, recovered: isFresh ? nil : recovery.state, startTime: start)

        let gauges = Gauges()
        self.gauges = gauges
        end = EndOfRun()
        let (lanes, clock) = (lanes, clock)
        let host = ProcessInfo.processInfo.hostName
        let queries = StoreQueries(directory: directory.path, instruments: instruments)
        let desk = ModelDesk(
            configuration, folder: directory.modelsPath, inForce: models, lanes: lanes,
            clock: clock)
        let gate = GateWatch(engine.gate.epoch)
        venue = try Self.venue(
            configuration, ground,
            VenueNeeds(
                instruments: instruments, clock: clock, lanes: lanes, recovery: recovery,
                directory: directory.path, start: start, logLine: logLine))

        // A latch that the core does not know was planted while nobody looked: its kill is the first event.
        let isPlanted = LatchFile.isSet(in: directory.path)
        let isLatched = engine.gate.state == .latched
        if isPlanted && !isLatched { Self.sendKillOfFile(to: lanes) }

        // What can fail comes first, and nothing is left of it when the rest does.
        let folder = configuration.gatewayDirectory ?? directory.runPath
        do throws(GatewayError) {
            gateway = try GatewayServer(
                Self.gatewayConfiguration(configuration, folder: folder, host: host, build: build),
                sinks: GatewaySinks(
                    command: { lanes.send($0) },
                    query: { request, answer in queries.answer(request, answer) },
                    models: { request, origin, answer in
                        desk.answer(request, by: origin, answer)
                    },
                    notice: { notice in
                        logLine(
                            "\(EngineClock.wall().utcText) \(notice.tag.rawValue) \(notice.text)")
                    },
                    engineTime: { clock.now() }))
        } catch {
            venue.stop()
            throw StartError(error.text)
        }
        ready = Ready(
            engine: configuration.engineName, mode: configuration.mode.rawValue, pid: getpid(),
            viewSocket: gateway.viewPath, controlSocket: gateway.controlPath,
            stateDirectory: directory.path,
            timeScale: configuration.timeScale, latched: isLatched || isPlanted)
        do throws(JournalError) {
            try EngineFile(
                engine: configuration.engineName, build: build, mode: configuration.mode,
                pid: getpid(),
                viewSocket: gateway.viewPath, controlSocket: gateway.controlPath, startTime: start
            ).write(to: directory.path)
            journal = try store.begin(
                RunDescription(
                    engine: configuration.engineName, build: build, mode: configuration.mode,
                    seed: configuration.venueSeed,
                    configuration: configuration.recorded(startedWith: models.set).text,
                    instruments: instruments,
                    startTime: start, firstSequence: firstSequence),
                after: recovery, limits: limits, hooks: hooks,
                onCommit: { commit in
                    if commit.isDurable { gauges.committed(commit.took.nanoseconds) }
                    lanes.wake()
                },
                onStore: { report, _ in lanes.send(.store(report), at: clock.now()) })
        } catch {
            gateway.stop()
            venue.stop()
            Self.removeEngineFile(directory.path)
            throw StartError(error.text)
        }
        latch = LatchKeeper(
            directory: directory.path, isKnown: isPlanted,
            onReport: { report in lanes.send(.latch(report), at: clock.now()) },
            onPlanted: { Self.sendKillOfFile(to: lanes) })

        housekeeping = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "housekeeping"))
        housekeeping.schedule(deadline: .now(), repeating: .seconds(1))
        housekeeping.setEventHandler { @Sendable in gauges.setResident(Self.residentBytes()) }
        housekeeping.resume()

        venue.start()
        modelWatch = desk.start()
        let around = DecisionLoop.Surroundings(
            clock: clock, lanes: lanes, journal: journal, tape: tape, venue: venue, gate: gate,
            latch: latch, gateway: gateway, gauges: gauges,
            shell: ShellIdentity(
                host: host, build: build, timeScale: configuration.timeScale, startedAt: start,
                clusterSource: ground == nil ? "simulated holders" : "none"))
        let log = EventLog(recovered: queries.recentEvents(), write: logLine)
        let end = end
        let thread = Thread {
            var loop = DecisionLoop(
                engine: engine, nextSequence: firstSequence, log: log, around: around)
            let last = loop.run()
            end.set(Outcome(engine: last.engine, lastSequence: last.lastSequence))
        }
        thread.name = "decision"
        thread.stackSize = 8 << 20
        thread.qualityOfService = .userInteractive
        thread.start()
    }

    /// Risk-lowering orders that left before their record was on disk.
    package var sentBeforeCommit: UInt64 { gauges.sentBeforeCommitCount }

    /// The way of the latest orders out of the engine.
    package var orderTimings: [OrderTiming] { gauges.orderTimings }

    /// What the order link has gone through last.
    package var linkMoments: LinkMoments { gauges.linkMoments }

    /// What the market's session has seen, and whether it has all that it wants; `nil` on the simulated exchange.
    package var marketFeed: (counters: MarketFeedCounters, isWarm: Bool)? {
        (venue as? BinanceSession)?.marketFeed
    }

    /// Hands a command to the engine, as a signal does.
    package func send(_ command: Command, name: String) {
        guard let id = CommandID("\(name)-\(EngineClock.wall().milliseconds)") else {
            preconditionFailure("a signal's name and a time fit in 64 allowed characters")
        }
        lanes.send(CommandEnvelope(id: id, command: command, origin: .signal(name)))
    }

    /// Ends everything in order: no more entries, market, decisions, records, sockets. Positions and their stops are kept;
    /// a position whose stop is not confirmed yet is waited for, up to three seconds.
    ///
    /// Answers the core as it was last, and whether the journal could be ended cleanly.
    package func stop() -> (outcome: Outcome?, isClean: Bool) {
        lanes.drain()
        let quiet = end.wait(within: .seconds(3))
        if quiet == nil { lanes.stop() }
        let outcome = quiet ?? end.wait(within: .seconds(10))
        venue.stop()
        let isClean = journal.stop(
            at: max(clock.now(), outcome?.engine.now ?? clock.now()), within: .seconds(10))
        tape.close()
        latch.stop(within: .seconds(2))
        gateway.stop()
        housekeeping.cancel()
        modelWatch.cancel()
        do { try EngineFile.remove(from: directory.path) } catch { return (outcome, false) }
        return (outcome, isClean)
    }

    private static func sendKillOfFile(to lanes: Lanes) {
        guard let id = CommandID("kill-file-\(EngineClock.wall().milliseconds)") else {
            preconditionFailure("a number fits in 64 allowed characters")
        }
        lanes.send(CommandEnvelope(id: id, command: .kill, origin: .killFile))
    }

    /// After a failed start; what cannot be removed names a pid that is gone.
    private static func removeEngineFile(_ directory: String) {
        do throws(JournalError) { try EngineFile.remove(from: directory) } catch { return }
    }

    /// Bytes of memory that the process holds.
    private static func residentBytes() -> Int64 {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 128)
        guard fgets(&buffer, 128, file) != nil else { return 0 }
        let text = String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Where the decision thread leaves the core when it ends.
private final class EndOfRun: Sendable {
    private let outcome = Mutex<EngineRunner.Outcome?>(nil)
    private let done = DispatchSemaphore(value: 0)

    func set(_ value: EngineRunner.Outcome) {
        outcome.withLock { $0 = value }
        done.signal()
    }

    func wait(within limit: DispatchTimeInterval) -> EngineRunner.Outcome? {
        _ = done.wait(timeout: .now() + limit)
        return outcome.withLock { $0 }
    }
}
