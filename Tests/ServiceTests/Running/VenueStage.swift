import BinanceFormat
import BinanceVenue
import ExchangeServer
import Foundation
import Testing
import Trading
import Transport
import Wire

@testable import Service

/// A local exchange that other clients reach over sockets, and the means to watch it.
final class TestExchange {
    let server: ExchangeServer
    let symbols: [SymbolName]
    let speed: Double
    private let folder: TestDirectory
    private var isStopped = false

    init(
        faults: String = "", speed: Double = 20, seed: UInt64 = 1, symbols: [String] = ["BTCUSDT"]
    ) throws {
        self.symbols = try symbols.map { try #require(SymbolName($0)) }
        self.speed = speed
        folder = try TestDirectory()
        var settings = ExchangeServerConfiguration()
        settings.symbols = self.symbols
        settings.speed = speed
        settings.seed = seed
        settings.history = .minutes(30)
        settings.faults = try FaultSchedule.parse(faults)
        server = try ExchangeServer(settings)
    }

    /// What an engine must be told to trade here, in a state directory of its own or one that it had before.
    func configuration(_ directory: TestDirectory) throws -> Service.Configuration {
        var configuration = try TestEngine.configuration(directory, timeScale: speed)
        configuration.mode = .testnet
        configuration.symbols = symbols
        configuration.binance = BinanceSettings(
            rest: "http://127.0.0.1:\(server.port)", stream: "ws://127.0.0.1:\(server.port)",
            keyFile: try keyFile(), foreignOrders: .protect, certificateAuthority: nil)
        return configuration
    }

    /// The same as the text of a file, with the state and the model inside `directory`.
    func configurationText(_ directory: TestDirectory) throws -> String {
        """
        engine = "test"
        mode = "testnet"
        timeScale = \(speed)
        symbols = [\(symbols.map { "\"\($0)\"" }.joined(separator: ", "))]
        [state]
        directory = "\(directory.path)/state"
        [venue]
        name = "binance"
        rest = "http://127.0.0.1:\(server.port)"
        stream = "ws://127.0.0.1:\(server.port)"
        keyFile = "\(try keyFile())"
        [market]
        whaleThreshold = 100000000
        [models]
        file = "\(directory.path)/model.json"
        """
    }

    /// The path of a key file as `narwhald` takes it.
    func keyFile() throws -> String {
        let path = folder.path + "/keys.json"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        let text = "{\"apiKey\": \"\(server.apiKey)\", \"secret\": \"\(server.secret)\"}"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
        return path
    }

    /// What the exchange itself has seen.
    func witness() throws -> VenueWitness { try server.witness() }

    func stop() throws {
        guard !isStopped else { return }
        isStopped = true
        try server.stop()
    }

    // A test that fails leaves no exchange behind.
    deinit { if !isStopped { try? server.stop() } }
}
