import ArgumentParser
import CPosix
import DecisionCore
import Foundation
import Journal
import Messages
import Service
import Trading
import Wire

/// The demo without a terminal: runs for a while, kills, checks everything, and prints what it measured.
struct DemoReport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-report",
        abstract: "Run the demo without a screen and print a summary with its checks.")

    @Option(help: "Wall seconds before the kill.")
    var seconds: Double = 60

    @OptionGroup var changes: DemoOptions

    func validate() throws {
        guard (1...86_400).contains(seconds) else {
            throw ValidationError("--seconds must be from 1 to 86400")
        }
    }

    func run() throws {
        let stage = try DemoStage(changes)
        defer { stage.end() }
        let (directory, configuration) = (stage.directory, stage.configuration)
        let signals = SignalWaiter()
        let log = try LogOutput(path: directory + "/engine.log")
        let runner: EngineRunner
        do throws(StartError) {
            runner = try EngineRunner(configuration, build: Build.text, logLine: { log.write($0) })
        } catch { throw fail(error.description) }
        say(
            "demo: local exchange over sockets, TESTNET, seed \(configuration.venueSeed), x\(Int(configuration.timeScale)); \(Int(seconds)) s"
        )
        let begin = narwhal_monotonic_nanoseconds()
        var lastProgress = 0
        while true {
            let elapsed = Double(narwhal_monotonic_nanoseconds() - begin) / 1e9
            if elapsed >= seconds { break }
            if isatty(STDERR_FILENO) == 1, Int(elapsed) / 5 > lastProgress {
                lastProgress = Int(elapsed) / 5
                note("  \(Int(elapsed)) s")
            }
            if signals.wait(seconds: min(1, seconds - elapsed)) != nil { break }
        }
        let kill: CommandTopic
        do throws(ControlClient.Failure) {
            let client = try ControlClient(path: runner.ready.controlSocket)
            kill = try client.kill(id: "demo-kill-\(getpid())", within: 20)
        } catch { throw fail("the kill could not be followed: \(error.description)") }
        let end = runner.stop()
        guard let engine = end.outcome?.engine else {
            throw fail("the decision thread did not end")
        }
        let audit: Audit
        let doubled: Int
        do throws(StartError) {
            audit = try Audit(directory: directory)
        } catch { throw fail(error.description) }
        do throws(JournalError) {
            doubled = try Self.doubledOrders(directory)
        } catch { throw fail(error.text) }

        let trips = engine.trips.trips
        var wins = 0
        for trip in trips where trip.netPnL > .zero { wins += 1 }
        let flatAfter = kill.rungs.first { $0.step == LadderStep.positionsFlat.rawValue }?.afterMs
        let latchedAfter = kill.rungs.first { $0.step == LadderStep.latched.rawValue }?.afterMs
        let acknowledged = kill.rungs.first?.afterMs
        say("events            \(engine.counters.events), \(engine.counters.fills) fills")
        say(
            "trades            \(trips.count): \(wins) won, \(trips.count - wins) lost, equity \(engine.equity.text(fractionDigits: 2))"
        )
        say("naked maximum     \(engine.counters.longestNaked.milliseconds) ms of engine time")
        say(
            "kill acknowledged \(Self.text(acknowledged)) ms, flat \(Self.text(flatAfter)) ms, latched \(Self.text(latchedAfter)) ms"
        )
        say("orders doubled    \(doubled)")
        say(
            "replay            \(audit.events) events, \(audit.compared) answers, \(audit.isEqual ? "hash equal" : "NOT EQUAL")"
        )
        say(
            "end               positions \(engine.openPositions), gate \(engine.gate.state.rawValue), journal \(end.isClean ? "ended cleanly" : "NOT clean")"
        )
        var problems: [String] = []
        if trips.isEmpty { problems.append("no trade was closed") }
        if doubled > 0 { problems.append("orders were doubled") }
        if engine.openPositions > 0 { problems.append("the kill left a position") }
        if engine.gate.state != .latched || latchedAfter == nil {
            problems.append("the kill did not latch")
        }
        if !audit.isEqual {
            problems.append(audit.difference ?? audit.gaps.first ?? "nothing could be compared")
        }
        if !end.isClean { problems.append("the journal was not ended cleanly") }
        guard problems.isEmpty else { throw fail(problems.joined(separator: "; ")) }
    }

    private static func text(_ value: Double?) -> String {
        value.map { String(format: "%.2f", $0) } ?? "-"
    }

    /// Client order ids that were approved more than once, or accepted by the venue under two of its own ids.
    private static func doubledOrders(_ directory: String) throws(JournalError) -> Int {
        var sent: Set<ClientOrderID> = []
        var accepted: [ClientOrderID: VenueOrderID] = [:]
        var doubled = 0
        for entry in try JournalReader(directory: directory).venueHistory() {
            switch entry {
            case .sent(let request):
                if !sent.insert(request.clientOrderID).inserted { doubled += 1 }
            case .order(let report):
                guard case .accepted(let id) = report.kind else { continue }
                if let known = accepted[report.clientOrderID], known != id { doubled += 1 }
                accepted[report.clientOrderID] = id
            case .account: continue
            }
        }
        return doubled
    }
}
