import BinanceVenue
import ExchangeServer
import Foundation
import Journal
import Testing
import Trading

@testable import Service

/// `doctor` and `kill --direct` as an operator runs them, against a local exchange.
struct DoctorTests {
    /// A local exchange, a key file and a configuration of an engine that is not running.
    private final class Stage {
        /// One for all: nothing here leaves a position behind.
        private static let common = Result {
            var settings = ExchangeServerConfiguration()
            settings.symbols = ["BTCUSDT", "ETHUSDT"].compactMap { SymbolName($0) }
            settings.history = .zero
            return try ExchangeServer(settings)
        }

        let folder: String
        let state: String
        let path: String

        /// `port` takes the place of the exchange's.
        init(mode: String = "testnet", port: Int? = nil) throws {
            let server = try Self.common.get()
            let port = port ?? server.port
            folder =
                FileManager.default.temporaryDirectory.path + "/nw-" + UUID().uuidString.prefix(8)
            state = folder + "/state"
            path = folder + "/engine.toml"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false)
            let key = folder + "/key"
            try Data(#"{"apiKey":"\#(server.apiKey)","secret":"\#(server.secret)"}"#.utf8)
                .write(to: URL(fileURLWithPath: key))
            #expect(chmod(key, 0o400) == 0)
            try Data(
                """
                engine = "t-1"
                mode = "\(mode)"
                symbols = ["BTCUSDT"]
                [state]
                directory = "\(state)"
                [venue]
                name = "binance"
                rest = "http://127.0.0.1:\(port)"
                stream = "ws://127.0.0.1:\(port)"
                keyFile = "\(key)"
                """.utf8
            ).write(to: URL(fileURLWithPath: path))
        }

        func end() throws { try FileManager.default.removeItem(atPath: folder) }
    }

    private func lines(_ stage: Stage) async -> [String: CheckLine] {
        let lines = await Doctor.examine(path: stage.path, environment: [:])
        return Dictionary(uniqueKeysWithValues: lines.map { ($0.name, $0) })
    }

    @Test func `a sound configuration passes, and nothing is changed by looking`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        let before = try FileManager.default.contentsOfDirectory(atPath: stage.folder).sorted()
        let lines = await lines(stage)
        #expect(lines.values.filter { $0.verdict == .failure } == [])
        for name in [
            "configuration", "state directory", "disk", "sockets", "model", "key file", "tls",
            "rest", "clock", "key", "withdrawal", "stream", "balance",
        ] { #expect(lines[name]?.verdict == .ok, "\(name)") }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: stage.folder).sorted() == before)
    }

    @Test func `a running engine and a latch are seen`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        let running = try StateDirectory(path: stage.state)
        try LatchFile.set(in: stage.state, text: "test")
        let lines = await lines(stage)
        #expect(lines["lock"]?.text == "an engine runs here, process \(getpid())")
        #expect(lines["latch"]?.verdict == .warning)
        withExtendedLifetime(running) {}
    }

    @Test func `a directory that others may write in and an open key file are refused`()
        async throws
    {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        try FileManager.default.createDirectory(
            atPath: stage.state, withIntermediateDirectories: false)
        #expect(chmod(stage.state, 0o777) == 0)
        #expect(chmod(stage.folder + "/key", 0o644) == 0)
        let lines = await lines(stage)
        #expect(lines["state directory"]?.verdict == .failure)
        #expect(lines["state directory"]?.advice == "chmod 700 \(stage.state)")
        #expect(lines["key file"]?.verdict == .failure)
        #expect(lines["key file"]?.text.hasSuffix("only its owner may read it: chmod 400") == true)
        #expect(lines["rest"] == nil)
    }

    @Test func `a venue that does not answer fails its lines`() async throws {
        // Nobody listens on the first port.
        let stage = try Stage(port: 1)
        defer { #expect(throws: Never.self) { try stage.end() } }
        let lines = await lines(stage)
        #expect(lines["rest"]?.verdict == .failure)
        #expect(lines["rest"]?.text == "no connection: the host cannot be reached")
        #expect(lines["stream"]?.verdict == .failure)
    }

    @Test func `a bad file is one line`() async {
        let lines = await Doctor.examine(path: "/nonexistent.toml", environment: [:])
        #expect(lines.map(\.name) == ["configuration"])
        #expect(lines[0].verdict == .failure)
    }

    // MARK: kill --direct

    @Test func `a kill at the venue latches the state directory of an engine that never ran`()
        async throws
    {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        let kill = VenueKill(try Configuration(path: stage.path), environment: [:])
        let report = try await kill.run()
        #expect(report.isComplete)
        #expect(LatchFile.isSet(in: stage.state))
        #expect(
            Set(report.rungs.map(\.step)).isSuperset(of: [
                .latched, .positionsFlat, .confirmedByVenue, .stopsCanceled, .completed,
            ]))
    }

    @Test func `a dry run leaves no latch`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        var kill = VenueKill(try Configuration(path: stage.path), environment: [:])
        kill.isDryRun = true
        let report = try await kill.run()
        #expect(report.isDryRun && report.isFlat)
        #expect(!FileManager.default.fileExists(atPath: stage.state))
    }

    @Test func `the latch is written even when the key cannot be read`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        #expect(chmod(stage.folder + "/key", 0o600) == 0)
        let kill = VenueKill(try Configuration(path: stage.path), environment: [:])
        await #expect(throws: ConfigurationError.self) { try await kill.run() }
        #expect(LatchFile.isSet(in: stage.state))
    }

    @Test func `where nothing is held at a venue there is nothing to kill`() async throws {
        let stage = try Stage(mode: "paper")
        defer { #expect(throws: Never.self) { try stage.end() } }
        for configuration in [Configuration(), try Configuration(path: stage.path)] {
            let kill = VenueKill(configuration, environment: [:])
            let error = await #expect(throws: ConfigurationError.self) { try await kill.run() }
            #expect(error?.description.hasSuffix("use narwhal kill --yes") == true)
        }
        #expect(!FileManager.default.fileExists(atPath: stage.state))
    }
}
