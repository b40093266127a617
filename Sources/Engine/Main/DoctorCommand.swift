import ArgumentParser
import BinanceVenue
import CPosix
import Foundation
import Service
import Text

/// `narwhald doctor`: whether an engine could start, said in one line a thing.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check configuration, keys, clock, venue, disk and permissions; change nothing.",
        discussion: """
            Exit codes: 0 nothing stands in the way (warnings may), 1 something does, 64 the command line is wrong.
            """)

    @Option(help: "Configuration file of the engine (TOML).")
    var config: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        if narwhal_forbid_core_dumps() != 0 { note("core dumps cannot be switched off") }
        let path = config
        let environment = ProcessInfo.processInfo.environment
        let lines = waitFor { await Doctor.examine(path: path, environment: environment) }
        let failures = lines.filter { $0.verdict == .failure }
        if json {
            say(Self.text(lines))
        } else {
            for line in lines { say(SafeText.clean(line.description, maxLength: 1_000)) }
        }
        guard failures.isEmpty else {
            throw fail("\(failures.count) of \(lines.count) checks failed")
        }
    }

    static func text(_ lines: [CheckLine]) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("ok", !lines.contains { $0.verdict == .failure })
        writer.key("checks")
        writer.beginArray()
        for line in lines {
            writer.beginObject()
            writer.field("name", line.name)
            writer.field("verdict", line.verdict.rawValue)
            writer.field("text", line.text)
            if let advice = line.advice { writer.field("advice", advice) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
