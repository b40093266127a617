import Foundation

@testable import Service

/// `narwhald run` as a process of its own that can be killed.
final class EngineProcess {
    let process = Process()
    let ready: EngineRunner.Ready
    private let output = Pipe()

    struct Failure: Error { var text: String }

    static let program =
        Bundle.allBundles.map(\.bundleURL)
        .map { $0.deletingLastPathComponent().appending(path: "narwhald") }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "narwhald")

    /// An engine on its own simulated market.
    static func simulated(
        _ directory: TestDirectory, timeScale: Double, seed: UInt64
    ) throws -> EngineProcess {
        try EngineProcess(
            directory,
            """
            engine = "test"
            timeScale = \(timeScale)
            [state]
            directory = "\(directory.path)/state"
            [venue]
            seed = \(seed)
            [market]
            whaleThreshold = 100000000
            [models]
            file = "\(directory.path)/model.json"
            """)
    }

    /// Starts it in `directory`, with `model` in `model.json` there, and waits for its ready line.
    init(
        _ directory: TestDirectory, _ configuration: String, model: String = TestEngine.model
    ) throws {
        let file = directory.path + "/config.toml"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        try model.write(
            toFile: directory.path + "/model.json", atomically: true, encoding: .utf8)
        process.executableURL = Self.program
        process.arguments = [
            "run", "--config", file, "--log", directory.path + "/engine.log",
        ]
        process.standardOutput = output
        try process.run()
        var line = Data()
        while !line.contains(10) {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw Failure(text: "narwhald did not start") }
            line += more
        }
        ready = try JSONDecoder().decode(EngineRunner.Ready.self, from: line.prefix { $0 != 10 })
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func end(_ signal: Int32) -> Int32 {
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationStatus
    }
}
