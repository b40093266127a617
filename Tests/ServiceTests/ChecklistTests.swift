import ExchangeServer
import Foundation
import Synchronization
import Testing
import Trading

@testable import Service

/// What a start with real money is refused for, tried at a local exchange that passes for the live one.
struct ChecklistTests {
    /// On a thread that may wait: a start holds up its caller until the venue answered.
    private func start(
        _ schedule: String, mode: Mode = .live
    ) async throws -> (log: String, refusal: String?) {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(with: Result { try Self.start(schedule, mode: mode) })
            }
            thread.start()
        }
    }

    /// The lines of the log, and why the start was refused.
    private static func start(
        _ schedule: String, mode: Mode
    ) throws -> (
        log: String, refusal: String?
    ) {
        var settings = ExchangeServerConfiguration()
        settings.symbols = ["BTCUSDT"].compactMap { SymbolName($0) }
        settings.history = .zero
        settings.faults = try FaultSchedule.parse(schedule)
        let server = try ExchangeServer(settings)
        defer { #expect(throws: Never.self) { try server.stop() } }
        let folder =
            FileManager.default.temporaryDirectory.path + "/nw-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
        let key = folder + "/key"
        try Data(#"{"apiKey":"\#(server.apiKey)","secret":"\#(server.secret)"}"#.utf8)
            .write(to: URL(fileURLWithPath: key))
        #expect(chmod(key, 0o400) == 0)
        var configuration = Configuration()
        configuration.mode = mode
        let venue = BinanceSettings(
            rest: "http://127.0.0.1:\(server.port)", stream: "ws://127.0.0.1:\(server.port)",
            keyFile: key, foreignOrders: .protect, certificateAuthority: nil)
        let log = Mutex("")
        do throws(StartError) {
            _ = try BinanceGround.prepare(
                configuration, venue, directory: folder,
                logLine: { line in log.withLock { $0 += line + "\n" } })
            return (log.withLock { $0 }, nil)
        } catch { return (log.withLock { $0 }, error.description) }
    }

    @Test func `an account as it must be may start, and each check is in the log`() async throws {
        let (log, refusal) = try await start("")
        #expect(refusal == nil)
        #expect(log.contains("ok    withdrawal: not allowed, as it must be"))
        #expect(log.contains("ok    position mode: one-way"))
    }

    @Test(arguments: [
        (
            #"{"at":0,"fault":"settings","hedgeMode":true,"cross":false}"#,
            "live is refused: position mode: hedge mode; set one-way mode at the venue; it must be flat for that"
        ),
        (
            #"{"at":0,"for":600,"request":"GET /fapi/v1/accountConfig","fault":"error","status":401,"code":-2015,"message":"no"}"#,
            "live is refused: key: the venue answered code -2015: no; check key, secret, allowed addresses and the permission for futures"
        ),
    ])
    func `real money is refused for what the account or the key is`(
        schedule: String, refusal: String
    ) async throws {
        #expect(try await start(schedule).refusal == refusal)
    }

    @Test func `test money starts in hedge mode, and its entries wait`() async throws {
        let (log, refusal) = try await start(
            #"{"at":0,"fault":"settings","hedgeMode":true,"cross":false}"#, mode: .testnet)
        #expect(refusal == nil)
        #expect(!log.contains("position mode"))
    }
}
