import ArgumentParser
import ExchangeServer
import Foundation
import Service
import Trading

/// How the demo differs from the defaults.
struct DemoOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Demo: seed of the market.", visibility: .default))
    var seed: UInt64 = 20_261_121

    @Option(help: ArgumentHelp("Demo: engine seconds per wall second.", visibility: .default))
    var speed: Double = 60
}

/// A local exchange on loopback with an engine's state directory and configuration for it; all of it is gone at the end.
struct DemoStage {
    let directory: String
    let configuration: Configuration
    private let exchange: ExchangeServer

    init(_ options: DemoOptions) throws {
        guard (0.01...1_000).contains(options.speed) else {
            throw fail("--speed must be from 0.01 to 1000")
        }
        var configuration = Configuration()
        var settings = ExchangeServerConfiguration()
        settings.seed = options.seed
        settings.speed = options.speed
        settings.symbols = configuration.symbols
        // The exit models look back on a day of candles; the rest of five days would only make the start slow.
        settings.history = .hours(25)
        do throws(ExchangeServerError) {
            exchange = try ExchangeServer(settings)
        } catch { throw fail(error.description) }
        directory = try Self.makeDirectory()
        configuration.engineName = "demo"
        configuration.profile = "learned"
        configuration.warmUpCandles = 289
        configuration.usualModels = "demo"
        configuration.mode = .testnet
        configuration.stateDirectory = directory
        configuration.timeScale = options.speed
        configuration.venueSeed = options.seed
        configuration.binance = BinanceSettings(
            rest: "http://127.0.0.1:\(exchange.port)", stream: "ws://127.0.0.1:\(exchange.port)",
            keyFile: try Self.writeKeys(exchange, directory), foreignOrders: .protect,
            certificateAuthority: nil)
        self.configuration = configuration
    }

    func end() {
        do throws(ExchangeServerError) { try exchange.stop() } catch { note(error.description) }
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            note(
                "the demo's folder \(directory) could not be removed: \(error.localizedDescription)"
            )
        }
    }

    private static func makeDirectory() throws -> String {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        let path = "\(base)/narwhal-demo-\(getuid())-\(getpid())"
        guard mkdir(path, 0o700) == 0 else {
            throw fail("the demo cannot make \(path): \(String(cString: strerror(errno)))")
        }
        return path
    }

    /// Play money's keys, kept as real ones must be.
    private static func writeKeys(_ exchange: ExchangeServer, _ directory: String) throws -> String
    {
        let path = directory + "/keys.json"
        let text = "{\"apiKey\": \"\(exchange.apiKey)\", \"secret\": \"\(exchange.secret)\"}"
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o400])
        else { throw fail("the demo cannot write \(path)") }
        return path
    }
}
