import ArgumentParser
import CPosix
import Dispatch
import Foundation
import Messages
import Service
import Trading

/// `narwhald run`: the engine, until a signal ends it.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run an engine until SIGTERM or SIGINT; SIGUSR1 kills its positions and latches.",
        discussion: """
            Prints one JSON line with its socket paths when it is ready. SIGTERM keeps positions and their stops.
            """)

    @Option(help: "Configuration file (TOML); see: narwhald config --explain.")
    var config: String?

    @Flag(
        help:
            "A fresh engine on a seeded local exchange at 60 times real time, both gone when it ends."
    )
    var demo = false

    @Option(help: "Write the log to this file instead of standard error.")
    var log: String?

    @OptionGroup var live: LiveOption

    @OptionGroup var changes: DemoOptions

    func validate() throws {
        if demo && config != nil { throw ValidationError("--demo needs no --config") }
        if live.liveName != nil && config == nil { throw ValidationError("--live needs --config") }
    }

    func run() throws {
        var configuration = Configuration()
        var stage: DemoStage?
        if demo {
            guard narwhal_die_with_parent() == 0 else {
                throw fail("the engine cannot be tied to its parent")
            }
            let begun = try DemoStage(changes)
            stage = begun
            configuration = begun.configuration
        } else if let config {
            do throws(ConfigurationError) {
                configuration = try Configuration(path: config)
            } catch { throw fail(error.description) }
            try live.check(configuration)
        }
        defer { stage?.end() }
        if narwhal_forbid_core_dumps() != 0 { note("core dumps cannot be switched off") }
        let signals = SignalWaiter()
        let output = try LogOutput(path: log ?? stage.map { $0.directory + "/engine.log" })
        defer { output.flush(seconds: 1) }
        let runner: EngineRunner
        do throws(StartError) {
            runner = try EngineRunner(
                configuration, build: Build.text, logLine: { output.write($0) })
        } catch { throw fail(error.description) }
        say(Self.line(runner.ready))
        while true {
            switch signals.wait() {
            case SIGUSR1: runner.send(.kill, name: "SIGUSR1")
            default:
                let end = runner.stop()
                if !end.isClean {
                    throw fail(
                        "the journal could not be ended cleanly; it is recovered at the next start")
                }
                return
            }
        }
    }

    static func line(_ ready: EngineRunner.Ready) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(ready), as: UTF8.self)
        } catch { preconditionFailure("plain values can be encoded: \(error)") }
    }
}
