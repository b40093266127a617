import ArgumentParser
import ExchangeServer
import Foundation
import Trading

/// `narwhald exchange`: the simulated market behind Binance's protocol, until a signal ends it.
struct Exchange: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve a simulated exchange over loopback with Binance's USDT-M protocol.",
        discussion: """
            Prints one JSON line with its addresses, key and secret when it is ready, then serves until SIGTERM. One \
            account in one-way mode with isolated margin. Above --speed 1 timestamps of signed requests are not checked.
            """)

    @Option(help: "Port on 127.0.0.1; 0 takes a free one.")
    var port = 0

    @Option(help: "Seed of the market.")
    var seed: UInt64 = 1

    @Option(help: "Exchange seconds per wall second, 0.01 to 1000.")
    var speed = 1.0

    @Option(help: "Symbols, separated by commas, at most 16.")
    var symbols = "BTCUSDT,ETHUSDT"

    @Option(help: "Minutes that the market lives, and keeps candles, before it opens, 0 to 1440.")
    var history = 60

    @Option(help: "File of what goes wrong and when, one JSON object a line; see docs/faults.md.")
    var faults: String?

    @Flag(help: "Deliver every stream on paths without a route, as the venue's demo host does.")
    var legacyStreams = false

    func run() throws {
        let signals = SignalWaiter()
        let server: ExchangeServer
        let settings = try settings()
        do throws(ExchangeServerError) {
            server = try ExchangeServer(settings)
        } catch { throw fail(error.description) }
        say(try line(server))
        _ = signals.wait()
        do throws(ExchangeServerError) {
            try server.stop()
        } catch { throw fail(error.description) }
    }

    private func settings() throws -> ExchangeServerConfiguration {
        guard (0...65_535).contains(port) else { throw fail("--port must be from 0 to 65535") }
        guard (0.01...1_000).contains(speed) else {
            throw fail("--speed must be from 0.01 to 1000")
        }
        guard (0...1_440).contains(history) else { throw fail("--history must be from 0 to 1440") }
        var settings = ExchangeServerConfiguration()
        settings.port = port
        settings.seed = seed
        settings.speed = speed
        settings.history = .minutes(Int64(history))
        settings.deliversAllUnrouted = legacyStreams
        if let faults {
            settings.faults = try schedule(faults)
            settings.onFault = { fault in
                FileHandle.standardError.write(
                    Data("fault of line \(fault.line): \(fault.name)\n".utf8))
            }
        }
        for text in symbols.split(separator: ",", omittingEmptySubsequences: false) {
            guard let symbol = SymbolName(String(text)), !settings.symbols.contains(symbol) else {
                throw fail("--symbols has no use for '\(text)'")
            }
            settings.symbols.append(symbol)
        }
        guard settings.symbols.count <= 16 else { throw fail("--symbols takes at most 16") }
        return settings
    }

    private func schedule(_ path: String) throws -> [Fault] {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 8 << 20,
            let text = String(data: data, encoding: .utf8)
        else { throw fail("\(path): cannot be read as a text of at most 8 MiB") }
        do throws(FaultScheduleError) {
            return try FaultSchedule.parse(text)
        } catch { throw fail("\(path): \(error.description)") }
    }

    private struct Ready: Encodable {
        let rest: String
        let ws: String
        let apiKey: String
        let secret: String
        let pid: Int32
        let checksTimestamps: Bool
    }

    private func line(_ server: ExchangeServer) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let ready = Ready(
            rest: "http://127.0.0.1:\(server.port)", ws: "ws://127.0.0.1:\(server.port)",
            apiKey: server.apiKey, secret: server.secret, pid: getpid(),
            checksTimestamps: speed == 1)
        return String(decoding: try encoder.encode(ready), as: UTF8.self)
    }
}
