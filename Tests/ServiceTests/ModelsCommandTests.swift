import Foundation
import Testing

@testable import Service

extension RunningEngineTests {
    /// The commands about models of both programs, as processes.
    @Suite struct ModelsCommandTests {
        private struct Outcome {
            var exit: Int32
            var output: String
            var errors: String
        }

        private func run(_ program: String, _ arguments: [String]) throws -> Outcome {
            let process = Process()
            process.executableURL = EngineProcess.program.deletingLastPathComponent()
                .appending(path: program)
            process.arguments = arguments
            let (output, errors) = (Pipe(), Pipe())
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            let outputText = output.fileHandleForReading.readDataToEndOfFile()
            let errorText = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return Outcome(
                exit: process.terminationStatus,
                output: String(decoding: outputText, as: UTF8.self),
                errors: String(decoding: errorText, as: UTF8.self))
        }

        @Test func `sets are changed by narwhald without an engine and by narwhal with one`() throws
        {
            let directory = try TestDirectory()
            let state = directory.path + "/state"
            let one = try directory.modelSet("one")
            let two = try directory.modelSet("two", entry: "0.5")
            func alone(_ arguments: String...) throws -> Outcome {
                try run("narwhald", ["models"] + arguments + ["--state", state])
            }
            func asking(_ arguments: String...) throws -> Outcome {
                try run("narwhal", ["models"] + arguments + ["--state", state])
            }
            #expect(try alone("list").errors.contains("there is no state directory"))
            #expect(try alone("add", one).output.hasSuffix(" is a candidate\n"))
            #expect(try alone("add", one).errors.contains("in the registry already"))
            #expect(try alone("promote", "one").exit == 0)
            let listed = try asking("list")
            #expect(listed.exit == 3 && listed.errors.contains("narwhald models list --state"))

            let engine = try EngineProcess(
                directory,
                """
                engine = "test"
                timeScale = 120
                [state]
                directory = "\(state)"
                [models]
                set = "registry"
                """)
            let refused = try alone("add", two)
            #expect(refused.exit == 1)
            #expect(refused.errors.contains("an engine runs on \(state): use narwhal models add"))
            #expect(try alone("verify").exit == 0)
            #expect(try asking("add", two).exit == 0)
            let promoted = try asking("promote", "two", "--note", "better")
            #expect(promoted.output.hasSuffix("two decides from the next decision on\n"))
            let table = try asking("list").output.split(separator: "\n")
            #expect(table.count == 4 && table[1].contains(" one   retired "))
            #expect(table[2].contains(" two   production "))
            #expect(table[3].hasPrefix("in force: two "))
            #expect(try asking("list", "--json").output.contains("\"changeable\":true"))
            #expect(try asking("show", "two").output.contains("better"))
            let digest = try #require(table[1].split(separator: " ").first)
            let file = try #require(
                try FileManager.default.contentsOfDirectory(atPath: state + "/models/sets")
                    .first { $0.hasPrefix(digest) })
            try directory.flip("\(state)/models/sets/\(file)/entry.json")
            let verified = try asking("verify")
            #expect(verified.exit == 1 && verified.output.contains("DAMAGED \(digest) one"))
            #expect(try asking("rollback").errors.contains("SHA-256 differs"))
            try directory.flip("\(state)/models/sets/\(file)/entry.json")
            #expect(try asking("rollback").output.contains("one decides from the next decision"))
            #expect(engine.end(SIGTERM) == 0)
            #expect(try alone("list").output.contains(" one   production "))
            #expect(try run("narwhald", ["replay", "--state", state]).exit == 0)
        }
    }
}
