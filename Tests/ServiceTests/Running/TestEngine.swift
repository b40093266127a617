import DecisionCore
import Foundation
import Journal
import Messages
import Synchronization
import Testing
import Trading
import Wire

@testable import Service

/// A state directory of a test, gone with it.
final class TestDirectory {
    let path: String

    struct Failure: Error {}

    init() throws {
        // Short: a socket path has at most 107 bytes.
        var template = Array("/tmp/nw-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The lines that an engine has logged.
final class TestLog: Sendable {
    private let lines = Mutex<[String]>([])
    func write(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
    func count(of part: String) -> Int { all.count { $0.contains(part) } }
    func has(_ part: String) -> Bool { all.contains { $0.contains(part) } }
}

/// Tests that run whole engines, one after the other: each of them needs the machine.
@Suite(.serialized) enum RunningEngineTests {}

/// A whole engine in this process, on its simulated market.
final class TestEngine {
    let runner: EngineRunner
    let log: TestLog
    private var isStopped = false

    /// Wants a position at every candle, on the side of the flow, and keeps it: tests need positions, not profits.
    static let model = """
        {
          "name": "eager",
          "note": "Wants a position at every candle and keeps it.",
          "thresholds": {"long": 0.5, "short": 0.5, "exit": 0.9},
          "expectedSignalRate": {"long": 0.5, "short": 0.5},
          "entryLong": {"intercept": 3.0, "weights": {"taker_imbalance_5m": 2.0}},
          "entryShort": {"intercept": 3.0, "weights": {"taker_imbalance_5m": -2.0}},
          "exitLong": {"intercept": -6.0, "weights": {}},
          "exitShort": {"intercept": -6.0, "weights": {}}
        }
        """

    /// Wants a position at every candle too, and leaves it soon: for tests that need orders.
    static let restlessModel =
        model
        .replacingOccurrences(
            of: "\"intercept\": -6.0, \"weights\": {}",
            with: "\"intercept\": 3.0, \"weights\": {\"held_fraction\": 5.0}")

    static func configuration(
        _ directory: TestDirectory, seed: UInt64 = 1, timeScale: Double = 120
    ) throws -> Service.Configuration {
        let file = directory.path + "/model.json"
        try model.write(toFile: file, atomically: true, encoding: .utf8)
        var configuration = Service.Configuration()
        configuration.engineName = "test"
        configuration.stateDirectory = directory.path
        configuration.venueSeed = seed
        configuration.timeScale = timeScale
        configuration.modelFile = file
        // No order is as large, so the guard that looks at whales has nothing to say.
        configuration.whaleThreshold = Money(whole: 100_000_000)
        return configuration
    }

    init(
        _ configuration: Service.Configuration, limits: JournalLimits = JournalLimits(),
        hooks: JournalHooks = JournalHooks(),
        onLog: (@Sendable (String) -> Void)? = nil
    ) throws {
        let log = TestLog()
        self.log = log
        runner = try EngineRunner(
            configuration, build: "test", limits: limits, hooks: hooks,
            logLine: { line in
                log.write(line)
                onLog?(line)
            })
    }

    func control() throws -> SocketClient { try SocketClient(runner.ready.controlSocket) }
    func view() throws -> SocketClient { try SocketClient(runner.ready.viewSocket) }

    /// Waits until a position is open with its stop at the venue.
    func waitForPosition(_ client: SocketClient, within seconds: Double = 120) throws {
        let isOpen = try eventually(within: seconds) {
            guard let report = try client.status() else { return false }
            return report.positions.contains { $0.protection.isProven }
        }
        guard isOpen else {
            throw SocketClient.Failure(
                description: "no position was opened: \(log.all.suffix(8))")
        }
    }

    @discardableResult
    func stop() -> (outcome: EngineRunner.Outcome?, isClean: Bool) {
        isStopped = true
        return runner.stop()
    }

    // A test that fails leaves no engine behind to take the machine from the next one.
    deinit { if !isStopped { _ = runner.stop() } }
}

/// What holds commits up, or lets them fail, from a test.
final class Disk: Sendable {
    enum Mood: Sendable {
        case well
        /// Each commit waits so long.
        case slow(seconds: Double)
        /// Commits hang until the mood changes.
        case hanging
        case failing
    }

    struct Failure: Error {}

    private let mood = Mutex(Mood.well)
    private let waiting = Atomic<Int>(0)

    func become(_ new: Mood) { mood.withLock { $0 = new } }
    /// Commits that hang at this moment.
    var hangingCommits: Int { waiting.load(ordering: .acquiring) }

    var hooks: JournalHooks {
        var hooks = JournalHooks()
        hooks.beforeCommit = { [self] _ in try pass() }
        return hooks
    }

    private func pass() throws {
        switch mood.withLock({ $0 }) {
        case .well: return
        case .failing: throw Failure()
        case .slow(let seconds): usleep(UInt32(seconds * 1e6))
        case .hanging: break
        }
        waiting.wrappingAdd(1, ordering: .releasing)
        defer { waiting.wrappingSubtract(1, ordering: .releasing) }
        let deadline = Moment(seconds: 20)
        while !deadline.isPast {
            switch mood.withLock({ $0 }) {
            case .hanging: usleep(1_000)
            case .well, .slow: return
            case .failing: throw Failure()
            }
        }
    }
}
