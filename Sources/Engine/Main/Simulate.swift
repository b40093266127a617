import ArgumentParser
import DecisionCore
import Messages
import Service
import Trading

/// `narwhal simulate`: the demo without wall time, for looking at many hours at once.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Run the engine on the simulated exchange as fast as it goes; the same seed gives the same trades."
    )

    @Option(help: "Simulated hours.")
    var hours: Int = 4

    @Option(help: "Seed of the market.")
    var seed: UInt64 = 20_261_121

    @Option(help: "Configuration file; the demo's configuration when absent.")
    var config: String?

    @Flag(help: "Print every closed trade.")
    var trades = false

    func validate() throws {
        guard (1...1_000).contains(hours) else {
            throw ValidationError("--hours must be from 1 to 1000")
        }
    }

    func run() throws {
        var configuration = Configuration()
        if let config {
            do throws(ConfigurationError) {
                configuration = try Configuration(path: config)
            } catch { throw fail(error.description) }
        }
        configuration.venueSeed = seed
        let start = Timestamp(milliseconds: 1_767_225_600_000)
        var run: SimulatedRun
        do throws(StartError) {
            run = try SimulatedRun(configuration, start: start)
        } catch { throw fail(error.description) }
        run.advance(to: start + .hours(Int64(hours)))
        let (engine, trips) = (run.engine, run.trips)
        var wins = 0
        var reasons: [ExitReason: Int] = [:]
        var held = Duration.zero
        for trip in trips {
            if trip.netPnL > .zero { wins += 1 }
            reasons[trip.exitReason, default: 0] += 1
            held = held + (trip.closedTime - trip.openedTime)
            guard trades else { continue }
            say(
                "\(trip.openedTime.utcText) \(trip.direction == .long ? "LONG " : "SHORT") \(trip.quantity) "
                    + "\(trip.entryPrice) -> \(trip.exitPrice) \(trip.exitReason.rawValue) net "
                    + trip.netPnL.text(fractionDigits: 2))
        }
        let out = ExitReason.allCases.compactMap { reason in
            reasons[reason].map { "\(reason.rawValue) \($0)" }
        }
        say(
            "\(hours) h, seed \(seed): \(trips.count) trades, \(wins) won, equity \(engine.equity.text(fractionDigits: 2)), "
                + "mean hold \(trips.isEmpty ? 0 : Int(held.seconds) / trips.count / 60) min")
        say("out by: \(out.isEmpty ? "-" : out.joined(separator: ", "))")
        say(
            "naked at most \(engine.counters.longestNaked.milliseconds) ms, \(engine.counters.fills) fills, "
                + "\(engine.counters.rejected) rejected, \(engine.counters.refusedReports) contradictions, "
                + "factHash \(engine.factHash)")
    }
}
