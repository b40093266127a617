import ArgumentParser
import Service

/// `narwhald config`: what can be configured, and whether a file is good.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain every configuration key, or check a file.")

    @Flag(help: "Print every key with unit, range and default, as a file to start from.")
    var explain = false

    @Option(help: "Check this file and say what is wrong with it.")
    var check: String?

    func validate() throws {
        guard explain != (check != nil) else {
            throw ValidationError("name one of --explain and --check FILE")
        }
    }

    func run() throws {
        guard let check else { return say(Configuration.explanation) }
        do throws(ConfigurationError) {
            _ = try Configuration(path: check)
        } catch { throw fail(error.description) }
        say("\(check): good")
    }
}
