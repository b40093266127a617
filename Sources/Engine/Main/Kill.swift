import ArgumentParser
import BinanceVenue
import CPosix
import Foundation
import Service
import Text
import Trading

/// `narwhald kill --direct`: everything closed at the venue, without the engine.
struct Kill: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Close positions at the venue itself, without an engine, and say each step.",
        discussion: """
            Writes the engine's latch first, so that it opens nothing more until it is armed. Then it cancels plain \
            orders, closes each position with reduce-only market orders, and cancels the stops only after two readings \
            of the venue agree that nothing is left.

            Exit codes: 0 flat and no orders left, 1 something is left or could not be read, 64 the command line is wrong.
            """)

    @Flag(help: "At the venue itself. Needed; for a running engine use: narwhal kill --yes.")
    var direct = false

    @Option(help: "Configuration file of the engine (TOML): its venue, keys and symbols.")
    var config: String

    @Flag(help: "Really do it.")
    var yes = false

    @Flag(help: "Only say what would be done; nothing is written, canceled or closed.")
    var dryRun = false

    @Flag(help: "Every symbol of the account, not only those of the configuration.")
    var allSymbols = false

    @Flag(help: "Print one JSON object at the end instead of a line a step.")
    var json = false

    func validate() throws {
        guard direct else {
            throw ValidationError(
                "say --direct to close positions at the venue; 'narwhal kill --yes' asks the engine"
            )
        }
        guard yes != dryRun else {
            throw ValidationError(
                "this closes positions at market; say --yes to do it, or --dry-run to see the plan")
        }
    }

    func run() throws {
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try Configuration(path: config)
        } catch { throw fail(error.description) }
        if narwhal_forbid_core_dumps() != 0 { note("core dumps cannot be switched off") }
        var kill = VenueKill(configuration, environment: ProcessInfo.processInfo.environment)
        kill.isWholeAccount = allSymbols
        kill.isDryRun = dryRun
        if !json { kill.onRung = { say(Self.line($0)) } }
        let work = kill
        let result = waitFor { () async -> Result<DirectKill.Report, ConfigurationError> in
            do throws(ConfigurationError) {
                return .success(try await work.run())
            } catch { return .failure(error) }
        }
        switch result {
        case .failure(let error): throw fail(error.description)
        case .success(let report):
            if json { say(Self.text(report)) }
            if dryRun {
                guard report.rungs.contains(where: { $0.step == .planned }) else {
                    throw fail("the account could not be read")
                }
            } else if !report.isComplete {
                throw fail(
                    report.rungs.last.map { "NOT FLAT: \($0.text)" } ?? "NOT FLAT")
            }
        }
    }

    static func line(_ rung: DirectKill.Rung) -> String {
        "kill \(rung.step.rawValue) +\(milliseconds(rung.after)) ms: \(rung.text)"
    }

    private static func milliseconds(_ duration: Trading.Duration) -> String {
        let tenths = duration.nanoseconds / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }

    static func text(_ report: DirectKill.Report) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("command", "kill")
        writer.field("direct", true)
        writer.field("dryRun", report.isDryRun)
        writer.field("flat", report.isFlat)
        writer.field("complete", report.isComplete)
        writer.key("rungs")
        writer.beginArray()
        for rung in report.rungs {
            writer.beginObject()
            writer.field("step", rung.step.rawValue)
            writer.field("text", rung.text)
            writer.field("afterMs", Double(rung.after.nanoseconds / 1_000) / 1_000)
            writer.endObject()
        }
        writer.endArray()
        writer.key("remaining")
        write(report.remaining, &writer)
        writer.key("remainingOrders")
        if let orders = report.remainingOrders { writer.integer(orders) } else { writer.null() }
        writer.key("elsewhere")
        write(report.elsewhere, &writer)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func write(_ positions: [DirectKill.Position], _ writer: inout JSONWriter) {
        writer.beginArray()
        for position in positions {
            writer.beginObject()
            writer.field("symbol", SafeText.clean(position.symbol))
            writer.field("side", position.direction == .long ? "long" : "short")
            writer.field("quantity", position.quantity.description)
            writer.endObject()
        }
        writer.endArray()
    }
}
