import Dispatch
import Gateway
import Glibc
import Messages
import Synchronization
import Testing
import Trading
import Wire

/// A folder that is gone afterwards.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/nw-gateway-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer -> String in
            guard let base = buffer.baseAddress, let made = mkdtemp(base) else {
                return "/nonexistent"
            }
            return String(cString: made)
        }
    }

    deinit {
        for name in ["run/view.sock", "run/control.sock"] { unlink("\(path)/\(name)") }
        rmdir("\(path)/run")
        unlink("\(path)/run")
        for name in ["real", "file"] {
            unlink("\(path)/\(name)")
            rmdir("\(path)/\(name)")
        }
        rmdir(path)
    }
}

/// What a gateway handed over.
final class Received: Sendable {
    private let state = Mutex<
        (commands: [CommandEnvelope], notices: [Notice], queries: [QueryRequest])
    >(
        ([], [], []))
    private let asked = Mutex<[(ModelsRequest, CommandOrigin)]>([])
    private let arrived = DispatchSemaphore(value: 0)
    /// Whether the command lane is full.
    let isLaneFull = Atomic<Bool>(false)

    var commands: [CommandEnvelope] { state.withLock { $0.commands } }
    var notices: [Notice] { state.withLock { $0.notices } }
    var queries: [QueryRequest] { state.withLock { $0.queries } }

    func add(_ command: CommandEnvelope) -> Bool {
        guard !isLaneFull.load(ordering: .relaxed) else { return false }
        state.withLock { $0.commands.append(command) }
        arrived.signal()
        return true
    }
    func add(_ request: ModelsRequest, _ origin: CommandOrigin) {
        asked.withLock { $0.append((request, origin)) }
    }
    var models: [(ModelsRequest, CommandOrigin)] { asked.withLock { $0 } }
    func add(_ notice: Notice) { state.withLock { $0.notices.append(notice) } }
    func add(_ query: QueryRequest) { state.withLock { $0.queries.append(query) } }

    /// Waits for one more command.
    func waitForCommand(seconds: Int = 5) -> Bool {
        arrived.wait(timeout: .now() + .seconds(seconds)) == .success
    }
}

/// A gateway in a temporary folder.
final class Fixture {
    let folder = TemporaryFolder()
    let received = Received()
    let server: GatewayServer
    /// Engine time that the gateway is told.
    static let engineTime: Int64 = 1_700_000_000_000

    init(
        access: SocketAccess = .user,
        query: (@Sendable (QueryRequest) -> Result<QueryResult, WireError>)? = nil,
        limits change: (inout GatewayLimits) -> Void = { _ in }
    ) throws {
        var limits = GatewayLimits()
        change(&limits)
        server = try Self.server(folder.path + "/run", received, access, limits, query)
    }

    static func server(
        _ path: String, _ received: Received, _ access: SocketAccess = .user,
        _ limits: GatewayLimits = GatewayLimits(),
        _ query: (@Sendable (QueryRequest) -> Result<QueryResult, WireError>)? = nil
    ) throws(GatewayError) -> GatewayServer {
        try GatewayServer(
            GatewayConfiguration(
                folder: path, access: access, limits: limits, engineName: "demo-1", host: "here",
                mode: .paper, build: "abc", timeScale: 60),
            sinks: GatewaySinks(
                command: { received.add($0) },
                query: { request, answer in
                    received.add(request)
                    guard let query else { return }
                    DispatchQueue.global().async { answer(query(request)) }
                },
                models: { request, origin, answer in
                    received.add(request, origin)
                    answer(.success(Self.models(request.verb)))
                },
                notice: { received.add($0) },
                engineTime: { Timestamp(milliseconds: Self.engineTime) }))
    }

    deinit { server.stop() }

    /// What the engine answers about models.
    static func models(_ verb: ModelsVerb) -> ModelsReport {
        ModelsReport(verb: verb, text: "done", sets: [])
    }

    func view() throws -> TestClient { try TestClient(server.viewPath) }
    func control() throws -> TestClient { try TestClient(server.controlPath) }

    /// Shows a state that is on disk already.
    func publish(_ snapshot: Snapshot) {
        server.publish(PublishedUpdate(snapshot: snapshot, sequence: 1, committed: 1))
    }
}

/// States to show.
enum Shown {
    static func engine(_ gate: String = "open") -> EngineTopic {
        EngineTopic(
            name: "demo-1", host: "here", mode: "PAPER", gate: gate, isLatched: gate == "latched",
            notReady: nil, modelSet: "scorecard", profile: "bracket", build: "abc", startedAt: 1,
            engineTime: 5, wallTime: 6, timeScale: 60, clockOffsetMs: nil, symbols: ["BTCUSDT"])
    }

    static func safety(_ openOrders: Int) -> SafetyTopic {
        SafetyTopic(
            openPositions: 0, confirmedStops: 0, stopsSeenAgeMs: nil, nakedQuantity: "0",
            nakedMs: 0,
            openOrders: openOrders, unknownOrders: 0, orphanStops: 0, foreignOrders: 0,
            reconciledAgeMs: 5, storeState: "healthy",
            orders: (0..<openOrders).map {
                OrderTopic(
                    id: "nwdemo1-\($0)", symbol: "BTCUSDT", side: "sell", purpose: "stop",
                    quantity: "1", filledQuantity: "0", price: nil, state: "resting")
            })
    }

    static func flow(_ orders: Int) -> [FlowTopic] {
        [
            FlowTopic(
                symbol: "BTCUSDT", whaleThreshold: "100000",
                windows: [
                    FlowWindowTopic(
                        window: "1m", whaleBuy: "0", whaleSell: "0", retailBuy: "0",
                        retailSell: "0",
                        whaleOrders: orders)
                ], divergingSince: nil, takerRatio5m: nil, lastSeenAgeMs: 0)
        ]
    }

    static func events(_ numbers: ClosedRange<Int>, text: String = "line") -> [EventTopic] {
        numbers.map {
            EventTopic(number: UInt64($0), time: 5, tag: "FEED", severity: "info", text: text)
        }
    }

    static func state(_ count: Int) -> Snapshot {
        var snapshot = Snapshot()
        snapshot.engine = engine()
        snapshot.safety = safety(count)
        snapshot.flow = flow(count)
        return snapshot
    }

    static func ladder(_ id: String, _ steps: [String]) -> CommandTopic {
        CommandTopic(
            id: id, name: "kill", origin: "uid 1", acceptedAtWall: 5,
            rungs: steps.map { LadderRungTopic(step: $0, afterMs: 1, durable: false) },
            ordersBefore: 1,
            ordersNow: 0, positionsBefore: 1, positionsNow: 0, refusal: nil)
    }
}

/// Tries until it is true, at most `seconds`; waits 5 ms between by `poll`.
func eventually(seconds: Int = 5, _ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<(seconds * 200) {
        if try condition() { return true }
        poll(nil, 0, 5)
    }
    return false
}
