import CockpitModel
import Glibc
import Wire

/// A short conversation with an engine, with a deadline.
struct OneShot {
    private let endpoint: EngineEndpoint
    private let clock = SteadyClock()
    private let deadline: Int64
    private var link: EngineLink
    private var path: String

    init(_ endpoint: EngineEndpoint, usesControl: Bool, seconds: Double) throws(Failure) {
        self.endpoint = endpoint
        path = usesControl ? endpoint.controlSocket : endpoint.viewSocket
        deadline = clock.now + Int64(seconds * 1_000)
        link = try OneShot.open(path)
    }

    private static func open(_ path: String) throws(Failure) -> EngineLink {
        switch UnixSocket.connect(to: path) {
        case .success(let descriptor): return EngineLink(descriptor: descriptor)
        case .failure(let problem): throw problem.failure
        }
    }

    var now: Int64 { clock.now }
    var isLate: Bool { clock.now >= deadline }

    /// Sends one request and waits for its answer.
    mutating func ask(_ request: ClientRequest) throws(Failure) -> ServerResult {
        let id = RequestID.number(1)
        try send(ClientMessage(id: id, request: request))
        while !isLate {
            for message in try receive(until: deadline) {
                switch message {
                case .result(id, let result): return result
                case .failure(let failed, let error) where failed == id || failed == nil:
                    throw Failure(
                        error.code == .readOnly || error.code == .notAllowed
                            ? .notAllowed : .refused, error.message)
                case .result, .failure, .snapshot, .delta, .command: break
                }
            }
        }
        throw Failure(.notDelivered, "the engine at \(path) does not answer")
    }

    /// Sends without waiting.
    mutating func send(_ message: ClientMessage) throws(Failure) {
        if let problem = link.send(message) { throw Failure(.notDelivered, problem) }
    }

    /// What comes before `time`; returns with the first messages, or with none when the time is over.
    mutating func receive(until time: Int64) throws(Failure) -> [ServerMessage] {
        while true {
            let wait = max(0, min(time, deadline) - clock.now)
            let events = Int16(POLLIN | (link.hasBacklog ? POLLOUT : 0))
            var request = pollfd(fd: link.descriptor, events: events, revents: 0)
            let ready = poll(&request, 1, Int32(clamping: wait))
            if ready == 0 { return [] }
            if request.revents & Int16(POLLOUT) != 0, let problem = link.flush() {
                throw Failure(.notDelivered, problem)
            }
            guard request.revents & ~Int16(POLLOUT) != 0 else { continue }
            switch link.read() {
            case .messages(let messages, _):
                if !messages.isEmpty { return messages }
            case .ended(let reason): throw Failure(.notDelivered, reason)
            }
        }
    }

    /// Connects anew; waits a moment where that fails.
    mutating func reconnect() {
        do throws(Failure) {
            link = try OneShot.open(path)
        } catch {
            poll(nil, 0, 200)
        }
    }
}

/// A command from the shell: sent under one id until the engine has it, followed until it is done.
struct CommandRun {
    let verb: CommandVerb
    let name: String?
    let symbol: String?
    let percent: Int?
    let seconds: Double
    let isJSON: Bool

    private enum Progress {
        case waiting
        case done
    }

    func run(_ endpoint: EngineEndpoint) throws(Failure) {
        var shot = try OneShot(endpoint, usesControl: true, seconds: seconds)
        var request = CommandRequest(
            verb: verb, id: commandPrefix(clock: SteadyClock()) + "-1", name: name,
            symbol: symbol, percent: percent)
        if !verb.stops {
            // What starts trading must not act on an engine that finds it much later.
            if case .hello(let hello) = try shot.ask(
                .hello(HelloRequest(client: "narwhal command")))
            {
                let scale =
                    hello.timeScale.isFinite ? min(max(hello.timeScale, 0.001), 1_000_000) : 1
                request.notAfter = hello.engineTime &+ Int64(seconds * 1_000 * scale)
            }
        }
        var ladder: CommandTopic?
        var shownRungs = 0
        var sentAt = Int64.min
        while !shot.isLate {
            do throws(Failure) {
                if ladder == nil, shot.now &- sentAt >= 500 || sentAt == .min {
                    sentAt = shot.now
                    try shot.send(ClientMessage(id: .text(request.id), request: .command(request)))
                }
                for message in try shot.receive(until: ladder == nil ? sentAt + 500 : .max) {
                    guard let news = try news(message, id: request.id) else { continue }
                    ladder = news
                    shownRungs = show(news, after: shownRungs)
                }
            } catch {
                // Only a broken connection is tried again; the id makes that harmless.
                guard error.exit == .notDelivered else { throw error }
                shot.reconnect()
                sentAt = .min
                continue
            }
            if let ladder, try isDone(ladder) { return }
        }
        guard let ladder else {
            var help =
                "NOT DELIVERED: the engine has not acknowledged the \(verb.rawValue); try again"
            if verb == .kill, let folder = endpoint.stateDirectory {
                help += ", or create the file \(folder)/KILL, or send SIGUSR1 to the engine"
            }
            throw Failure(.notDelivered, help)
        }
        throw Failure(
            .unfinished,
            "the engine has the \(verb.rawValue) (\(ladder.rungs.last?.step ?? "no step yet")), but did not finish in "
                + "\(Int(seconds)) s; watch it with narwhal status")
    }

    /// The ladder of our command, where the message tells it.
    private func news(_ message: ServerMessage, id: String) throws(Failure) -> CommandTopic? {
        switch message {
        case .command(let topic) where topic.id == id: return topic
        case .failure(.text(id), let error):
            switch error.code {
            case .readOnly, .notAllowed: throw Failure(.notAllowed, error.message)
            case .notReady, .tooManyRequests, .tooManyClients, .internalError: return nil
            case .parse, .invalidRequest, .unknownMethod, .invalidParameters, .protocolVersion,
                .subscription,
                .commandIDInUse, .expired, .queryFailed, .modelsRefused:
                throw Failure(.refused, error.message)
            }
        case .failure(nil, let error): throw Failure(.refused, error.message)
        case .result, .failure, .snapshot, .delta, .command: return nil
        }
    }

    private func isDone(_ ladder: CommandTopic) throws(Failure) -> Bool {
        if let refusal = ladder.refusal {
            throw Failure(.refused, "\(verb.rawValue) refused: \(refusal)")
        }
        if ladder.rungs.contains(where: { $0.step == "refused" }) {
            throw Failure(.refused, "\(verb.rawValue) was refused")
        }
        guard ladder.rungs.contains(where: { $0.step == "completed" }) else { return false }
        if isJSON { say(try jsonText(ladder)) }
        return true
    }

    /// Prints the rungs that are new; returns how many there are.
    private func show(_ ladder: CommandTopic, after count: Int) -> Int {
        if !isJSON {
            for rung in ladder.rungs.dropFirst(count) {
                var line = "\(verb.rawValue) \(rung.step) +\(milliseconds(rung.afterMs)) ms"
                if rung.step == "ordersGone" {
                    line += ", orders \(ladder.ordersBefore) -> \(ladder.ordersNow)"
                }
                if rung.step == "positionsFlat" {
                    line += ", positions \(ladder.positionsBefore) -> \(ladder.positionsNow)"
                }
                say(line + (rung.durable ? "" : " (not yet on disk)"))
            }
        }
        return max(count, ladder.rungs.count)
    }

    private func milliseconds(_ value: Double) -> String {
        guard value.isFinite, value >= 0, value < 1e12 else { return "?" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// Connects and waits until the state has its first snapshot and, if `measures`, the time of the round trip.
///
/// It looks through the control socket where that is open to us, so that what is drawn is what the operator sees; it
/// sends no command.
func firstSnapshot(
    of endpoint: EngineEndpoint, theme: String, columns: Int, rows: Int, measures: Bool = false
) throws(Failure) -> CockpitState {
    var mayControl = false
    if case .success(let descriptor) = UnixSocket.connect(to: endpoint.controlSocket) {
        close(descriptor)
        mayControl = true
    }
    var shot = try OneShot(endpoint, usesControl: mayControl, seconds: 10)
    let clock = SteadyClock()
    let setup = Setup(
        commandPrefix: "s", endpoint: mayControl ? endpoint.controlSocket : endpoint.viewSocket,
        theme: theme, rateHz: 10)
    var state = CockpitState(setup: setup, now: clock.now, columns: columns, rows: rows)
    var effects =
        state.apply(.tick(now: clock.now)) + state.apply(.link(.connected(since: clock.now)))
    var seenAt: Int64?
    while !shot.isLate {
        for case .send(let message) in effects { try shot.send(message) }
        effects = []
        for message in try shot.receive(until: shot.now + 100) {
            effects += state.apply(.server(message))
        }
        effects += state.apply(.tick(now: clock.now))
        guard state.engine.lastDataAt != nil else { continue }
        let isMeasured = !measures || state.engine.roundTripMs != nil
        if isMeasured || shot.now - (seenAt ?? shot.now) >= 2_000 { return state }
        seenAt = seenAt ?? shot.now
    }
    throw Failure(
        .notDelivered,
        "the engine at \(endpoint.viewSocket) shows nothing; it may be starting, try again")
}
