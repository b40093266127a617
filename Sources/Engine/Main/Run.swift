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

    @Flag(help: "A fresh engine on a seeded market at 60 times real time, gone when it ends.")
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
        var temporary: String?
        if demo {
            guard narwhal_die_with_parent() == 0 else {
                throw fail("the engine cannot be tied to its parent")
            }
            let directory = try DemoOptions.makeDirectory()
            temporary = directory
            configuration = try changes.configuration(directory: directory)
        } else if let config {
            do throws(ConfigurationError) {
                configuration = try Configuration(path: config)
            } catch { throw fail(error.description) }
            try live.check(configuration)
        }
        defer { if let temporary { DemoOptions.removeDirectory(temporary) } }
        if narwhal_forbid_core_dumps() != 0 { note("core dumps cannot be switched off") }
        let signals = SignalWaiter()
        let output = try LogOutput(path: log ?? temporary.map { $0 + "/engine.log" })
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

/// How the demo's engine differs from the defaults.
struct DemoOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Demo: seed of the market.", visibility: .default))
    var seed: UInt64 = 20_261_121

    @Option(help: ArgumentHelp("Demo: engine seconds per wall second.", visibility: .default))
    var speed: Double = 60

    func configuration(directory: String) throws -> Configuration {
        guard (0.01...1_000).contains(speed) else {
            throw fail("--speed must be from 0.01 to 1000")
        }
        var configuration = Configuration()
        configuration.engineName = "demo"
        configuration.stateDirectory = directory
        configuration.timeScale = speed
        configuration.venueSeed = seed
        return configuration
    }

    static func makeDirectory() throws -> String {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let path = "\(base)/narwhal-demo-\(getuid())-\(getpid())"
        guard mkdir(path, 0o700) == 0 else {
            throw fail("the demo cannot make \(path): \(String(cString: strerror(errno)))")
        }
        return path
    }

    static func removeDirectory(_ path: String) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            note("the demo's folder \(path) could not be removed: \(error.localizedDescription)")
        }
    }
}
