import CPosix
import Messages
import Synchronization
import Trading
import Wire

#if canImport(Glibc)
    import Glibc
#endif

/// The gateway's thread: polls, reads requests, writes answers and states.
///
/// The control socket goes first in every round, and is looked at again between any two pieces of longer work, so that a
/// kill waits for at most one of them.
final class GatewayLoop {
    static let maxLadders = 64
    /// Connections taken per round and door.
    private static let maxAccepts = 16
    /// Requests read from one client per round.
    private static let maxRequests = 16
    /// Queries that may be with the store at once, of all clients.
    private static let maxQueries = 16
    private static let second: Int64 = 1_000_000_000
    private static let commandsTopic = Topic.allCases.firstIndex(of: .commands) ?? 0

    private let configuration: GatewayConfiguration
    private let folder: SocketFolder
    private let sinks: GatewaySinks
    private let mailbox: Mailbox
    private var control: Listener?
    private var view: Listener?
    private var clients: [Client] = []
    private var nextClient: UInt64 = 1
    private var publication = Publication()
    private var counters = GatewayCounters()
    private var queries = 0
    /// Commands by id that were handed over, with their order of arrival.
    private var handedOver: [String: CommandRequest] = [:]
    private var handedOverOrder: [String] = []
    /// The newest ladders, oldest first.
    private var ladders: [CommandTopic] = []
    private var now = narwhal_monotonic_nanoseconds()
    private var nextCheck: Int64 = 0
    /// Set while the process has no descriptor left.
    private var acceptAgainAt: Int64 = 0
    private var noticesThisSecond = 0
    /// Doors that could not be bound again and were reported.
    private var lostDoors: Set<Door> = []
    private var readBuffer = [UInt8](repeating: 0, count: 16 * 1024)

    init(
        _ configuration: GatewayConfiguration, folder: SocketFolder, sinks: GatewaySinks,
        mailbox: Mailbox
    ) throws(GatewayError) {
        self.configuration = configuration
        self.folder = folder
        self.sinks = sinks
        self.mailbox = mailbox
        let control = try Listener(.control, in: folder)
        do throws(GatewayError) {
            view = try Listener(.view, in: folder)
        } catch {
            control.shut()
            throw error
        }
        self.control = control
        nextCheck = now + Self.second
    }

    /// Closes what is open and removes the socket files.
    func shut() {
        for client in clients { client.close() }
        clients = []
        control?.shut()
        view?.shut()
        control = nil
        view = nil
    }

    /// Runs until the mailbox says stop.
    func run() {
        while round() {}
        shut()
    }

    // MARK: One round

    private func round() -> Bool {
        var polled = [pollfd(fd: mailbox.readEnd, events: Int16(POLLIN), revents: 0)]
        let mayAccept = now >= acceptAgainAt
        for listener in [control, view] {
            polled.append(
                pollfd(
                    fd: mayAccept ? listener?.descriptor ?? -1 : -1, events: Int16(POLLIN),
                    revents: 0))
        }
        let first = polled.count
        let count = clients.count
        for client in clients { polled.append(pollFor(client)) }
        poll(&polled, nfds_t(polled.count), waitMilliseconds())
        now = narwhal_monotonic_nanoseconds()

        for index in 0..<count where clients[index].door == .control {
            serve(clients[index], polled[first + index].revents)
        }
        if polled[1].revents != 0 { accept(at: .control) }
        if polled[0].revents != 0, !readMailbox() { return false }
        for index in 0..<count where clients[index].door == .view {
            serve(clients[index], polled[first + index].revents)
        }
        if polled[2].revents != 0 { accept(at: .view) }
        publish()
        if now >= nextCheck { check() }
        removeClosed()
        return true
    }

    private func pollFor(_ client: Client) -> pollfd {
        var events: Int16 = 0
        if mayReceive(client) { events |= Int16(POLLIN) }
        if client.wantsToWrite { events |= Int16(POLLOUT) }
        return pollfd(fd: client.descriptor, events: events, revents: 0)
    }

    private func mayReceive(_ client: Client) -> Bool {
        !client.isClosed && client.mayRead && !client.hasHungUp && !client.hasUnreadLines
            && hasTokens(client)
    }

    /// Serves the control socket between two pieces of other work.
    private func glanceAtControl() {
        var polled = [pollfd(fd: control?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)]
        let watched = clients.filter { $0.door == .control && mayReceive($0) }
        for client in watched {
            polled.append(pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0))
        }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return }
        for (index, client) in watched.enumerated() where polled[index + 1].revents != 0 {
            serve(client, polled[index + 1].revents)
        }
        if polled[0].revents != 0, now >= acceptAgainAt { accept(at: .control) }
    }

    /// Until the next thing that is due, at most to the next check.
    private func waitMilliseconds() -> Int32 {
        var until = nextCheck
        for client in clients {
            if client.hasUnreadLines, client.mayRead {
                until = min(until, hasTokens(client) ? now : now + 20_000_000)
            } else if client.mayRead, client.tokens < 1 {
                until = min(until, now + 20_000_000)
            }
            guard client.isStreamFree, !client.isEnding else { continue }
            for subscription in client.subscriptions where needs(subscription) {
                until = min(until, subscription.due)
            }
        }
        return Int32(clamping: max(0, (until - now + 999_999) / 1_000_000))
    }

    // MARK: Connections

    private func accept(at door: Door) {
        guard let listener = door == .control ? control : view else { return }
        for _ in 0..<Self.maxAccepts {
            let descriptor = Glibc.accept(listener.descriptor, nil, nil)
            guard descriptor >= 0 else {
                if errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS {
                    outOfDescriptors(for: door)
                }
                return
            }
            makeNonBlocking(descriptor)
            counters.accepted += 1
            guard let (peer, isWelcome) = listener.admit(descriptor) else {
                counters.refused += 1
                close(descriptor)
                continue
            }
            guard isWelcome else {
                refuse(
                    descriptor, .notAllowed,
                    "user \(peer.uid) may not use \(door.fileName) of this engine")
                notice(
                    .warning, "refused user \(peer.uid), process \(peer.pid), at \(door.fileName)")
                continue
            }
            guard hasRoom(at: door) else {
                refuse(
                    descriptor, .tooManyClients,
                    "the engine has as many clients as it takes; close one")
                continue
            }
            let client = Client(
                number: nextClient, descriptor: descriptor, door: door, peer: peer, now: now,
                burst: configuration.limits.requestBurst)
            nextClient += 1
            clients.append(client)
            // Its first request is often there already, and may be a kill.
            serve(client, Int16(POLLIN))
        }
    }

    /// Whether one more fits. On the control socket a connection that has not asked for anything makes room.
    private func hasRoom(at door: Door) -> Bool {
        let open = clients.filter { $0.door == door && !$0.isClosed }
        let limit =
            door == .control
            ? configuration.limits.controlClients : configuration.limits.viewClients
        if open.count < limit { return true }
        guard door == .control else { return false }
        let idle = open.first { !$0.hasMadeRequest } ?? open.first { $0.subscriptions.isEmpty }
        guard let idle else { return false }
        counters.refused += 1
        idle.close()
        return true
    }

    /// Without a free descriptor `accept` would be tried without end; a watcher makes room for the control socket.
    private func outOfDescriptors(for door: Door) {
        notice(.alarm, "no file descriptor is left; new clients wait")
        if door == .control, let watcher = clients.last(where: { $0.door == .view && !$0.isClosed })
        {
            watcher.close()
        } else {
            acceptAgainAt = now + Self.second / 10
        }
    }

    private func refuse(_ descriptor: Int32, _ code: WireErrorCode, _ text: String) {
        counters.refused += 1
        let client = Client(
            number: 0, descriptor: descriptor, door: .view, peer: Peer(pid: 0, uid: 0, gid: 0),
            now: now,
            burst: 0)
        client.answer(.failure(nil, WireError(code, text)))
        _ = client.write(now: now)
        client.close()
    }

    /// Reads and writes what a poll has found possible.
    private func serve(_ client: Client, _ events: Int16) {
        guard !client.isClosed, events != 0 || client.hasUnreadLines else { return }
        if client.hasUnreadLines {
            readLines(client)
        } else if events & Int16(POLLIN) != 0, client.mayRead {
            read(client)
        }
        if client.isClosed { return }
        if events & Int16(POLLERR | POLLNVAL) != 0 { return client.close() }
        if events & Int16(POLLHUP) != 0, events & Int16(POLLIN) == 0 { return client.close() }
        flush(client)
    }

    private func flush(_ client: Client) {
        guard !client.isClosed else { return }
        if client.wantsToWrite, !client.write(now: now) { return client.close() }
        guard !client.wantsToWrite else { return }
        if client.isEnding || client.hasHungUp && !client.hasUnreadLines && waitsForNothing(client)
        {
            client.close()
        }
    }

    /// Whether nothing more will be told to a client that asks for nothing more.
    private func waitsForNothing(_ client: Client) -> Bool {
        client.subscriptions.isEmpty && !client.isQuerying && client.commandIDs.allSatisfy(isDone)
    }

    /// Whether a command has reached its last rung.
    private func isDone(_ id: String) -> Bool {
        ladders.last { $0.id == id }?.rungs.contains {
            $0.step == LadderStep.completed.rawValue || $0.step == LadderStep.refused.rawValue
        } ?? false
    }

    private func read(_ client: Client) {
        let count = readBuffer.withUnsafeMutableBytes {
            recv(client.descriptor, $0.baseAddress, $0.count, 0)
        }
        if count < 0, errno != EAGAIN, errno != EINTR { return client.close() }
        if count == 0 { client.hasHungUp = true }
        if count > 0 {
            client.lastHeard = now
            client.input.append(readBuffer[..<count])
        }
        readLines(client)
    }

    /// Answers the lines that are complete, as far as the client's rate and room for answers allow.
    private func readLines(_ client: Client) {
        refill(client)
        for _ in 0..<Self.maxRequests {
            guard client.mayRead, client.tokens >= 1, !client.isClosed else { break }
            do throws(WireDecodingError) {
                guard let line = try client.input.nextLine() else {
                    client.hasUnreadLines = false
                    return
                }
                client.tokens -= 1
                let message = try ClientMessage.decode(line: line)
                client.hasMadeRequest = true
                process(message, of: client)
            } catch {
                counters.rejectedFrames += 1
                client.answer(.failure(error.id, WireError(error)))
                // A line without an end cannot be skipped.
                if case .lineTooLong = error { client.isEnding = true }
            }
        }
        client.hasUnreadLines = !client.isEnding
    }

    private func refill(_ client: Client) {
        let elapsed = Double(now - client.tokensAt) / 1e9
        client.tokensAt = now
        client.tokens = min(
            configuration.limits.requestBurst,
            client.tokens + elapsed * configuration.limits.requestsPerSecond)
    }

    private func hasTokens(_ client: Client) -> Bool {
        if client.tokens < 1 { refill(client) }
        return client.tokens >= 1
    }

    // MARK: Requests

    private func process(_ message: ClientMessage, of client: Client) {
        switch message.request {
        case .command(let command): client.answer(receive(command, id: message.id, of: client))
        case .hello(let hello):
            if let version = hello.protocolVersion, version > WireProtocol.version {
                let text = "this engine speaks protocol \(WireProtocol.version), not \(version)"
                client.answer(.failure(message.id, WireError(.protocolVersion, text)))
            } else {
                client.answer(.result(message.id, .hello(self.hello(at: client.door))))
            }
        case .ping:
            let pong = Pong(engineTime: engineTime, wallTime: wallTime)
            client.answer(.result(message.id, .pong(pong)))
        case .status:
            if let report = StatusReport(publication.current.snapshot) {
                client.answer(.result(message.id, .status(report)))
            } else {
                client.answer(
                    .failure(message.id, WireError(.notReady, "the engine is starting; ask again")))
            }
        case .subscribe(let request): subscribe(request, id: message.id, client)
        case .unsubscribe(let request):
            guard client.subscriptions.contains(where: { $0.id == request.subscription }) else {
                let text = "there is no subscription \(request.subscription)"
                return client.answer(.failure(message.id, WireError(.subscription, text)))
            }
            client.subscriptions.removeAll { $0.id == request.subscription }
            let done = Unsubscribed(subscription: request.subscription)
            client.answer(.result(message.id, .unsubscribed(done)))
        case .query(let request):
            ask(id: message.id, client) { [sinks] answer in
                sinks.query(request) { answer($0.map { .rows($0) }) }
            }
        case .models(let request): models(request, id: message.id, client)
        }
    }

    private var engineTime: Int64 { sinks.engineTime().milliseconds }
    private var wallTime: Int64 { narwhal_wall_nanoseconds() / 1_000_000 }

    private func hello(at door: Door) -> Hello {
        Hello(
            engine: configuration.engineName, host: configuration.host,
            mode: configuration.mode.rawValue,
            build: configuration.build, engineTime: engineTime, wallTime: wallTime,
            timeScale: configuration.timeScale,
            gate: publication.current.snapshot.engine?.gate ?? "starting",
            mayCommand: door == .control)
    }

    private func receive(_ request: CommandRequest, id: RequestID, of client: Client)
        -> ServerMessage
    {
        func refusal(_ code: WireErrorCode, _ text: String) -> ServerMessage {
            .failure(id, WireError(code, text))
        }
        guard client.door == .control else {
            return refusal(.readOnly, "this socket only shows; send commands to control.sock")
        }
        guard let commandID = CommandID(request.id), let command = Command(request) else {
            return refusal(.invalidParameters, "the command's parameters do not fit")
        }
        let isRepeated: Bool
        if let before = handedOver[request.id] {
            guard before.verb == request.verb, before.name == request.name,
                before.symbol == request.symbol, before.percent == request.percent
            else {
                return refusal(
                    .commandIDInUse, "command id \(request.id) was used for \(before.verb.rawValue)"
                )
            }
            isRepeated = true
        } else {
            if !request.verb.stops, let notAfter = request.notAfter, engineTime > notAfter {
                return refusal(
                    .expired, "the command came after its notAfter; decide again and send a new one"
                )
            }
            let origin = CommandOrigin.socket(uid: client.peer.uid, pid: client.peer.pid)
            guard sinks.command(CommandEnvelope(id: commandID, command: command, origin: origin))
            else {
                return refusal(.tooManyRequests, "too many commands wait; send it again")
            }
            counters.commands += 1
            handedOver[request.id] = request
            handedOverOrder.append(request.id)
            if handedOverOrder.count > 1_024 {
                handedOver.removeValue(forKey: handedOverOrder.removeFirst())
            }
            isRepeated = false
        }
        client.remember(command: request.id)
        // Who asks again may have missed the ladder.
        if isRepeated, let ladder = ladders.last(where: { $0.id == request.id }) {
            client.tell(ladder)
        }
        return .result(
            id,
            .received(
                CommandReceipt(id: request.id, name: request.verb.rawValue, repeated: isRepeated)))
    }

    private func subscribe(_ request: SubscribeRequest, id: RequestID, _ client: Client) {
        guard client.subscriptions.count < configuration.limits.subscriptions else {
            let text =
                "a connection has at most \(configuration.limits.subscriptions) subscriptions"
            return client.answer(.failure(id, WireError(.subscription, text)))
        }
        let wanted = Set(request.topics)
        let topics = Topic.allCases.indices.filter { wanted.contains(Topic.allCases[$0]) }
        let rate = request.maxRateHz ?? WireProtocol.standardRateHz
        let subscription = Subscription(
            id: client.nextSubscription, topics: topics, interval: Int64(1e9 / rate))
        client.nextSubscription += 1
        client.subscriptions.append(subscription)
        client.answer(
            .result(
                id,
                .subscribed(
                    Subscribed(
                        subscription: subscription.id, topics: topics.map { Topic.allCases[$0] },
                        maxRateHz: rate))))
    }

    private func models(_ request: ModelsRequest, id: RequestID, _ client: Client) {
        if request.verb.needsControl, client.door != .control {
            let text = "this socket only shows; send \(request.verb.method) to control.sock"
            return client.answer(.failure(id, WireError(.readOnly, text)))
        }
        if request.verb.changes, let notAfter = request.notAfter, engineTime > notAfter {
            let text = "the order came after its notAfter; decide again and send a new one"
            return client.answer(.failure(id, WireError(.expired, text)))
        }
        let origin = CommandOrigin.socket(uid: client.peer.uid, pid: client.peer.pid)
        ask(id: id, client) { [sinks] answer in
            sinks.models(request, origin) { answer($0.map { .models($0) }) }
        }
    }

    /// Asks something whose answer needs the disk.
    ///
    /// - Parameter begin: is given what takes the answer, from any thread.
    private func ask(
        id: RequestID, _ client: Client,
        _ begin: (@escaping @Sendable (Result<ServerResult, WireError>) -> Void) -> Void
    ) {
        guard !client.isQuerying, !client.hasPage else {
            let text = "one query at a time; wait for the rows of the one before"
            return client.answer(.failure(id, WireError(.tooManyRequests, text)))
        }
        guard queries < Self.maxQueries else {
            let text = "the store has \(queries) queries to answer; ask again"
            return client.answer(.failure(id, WireError(.tooManyRequests, text)))
        }
        queries += 1
        client.isQuerying = true
        let number = client.number
        begin { [mailbox] result in
            mailbox.put { $0.rows.append((number, id, result)) }
        }
    }

    // MARK: What the engine says

    private func readMailbox() -> Bool {
        let letters = mailbox.take()
        if letters.isStopping { return false }
        if let update = letters.update {
            publication.receive(update)
            // The topic waits for the commit; the ladders, whose rungs say whether they are on disk, do not.
            for ladder in update.snapshot.commands ?? [] { tell(ladder) }
        }
        publication.commit(upTo: letters.committed)
        for ladder in letters.ladders { tell(ladder) }
        queries -= letters.rows.count
        for (number, id, result) in letters.rows {
            guard let client = clients.first(where: { $0.number == number && !$0.isClosed }) else {
                continue
            }
            client.isQuerying = false
            switch result {
            case .success(let result): client.answerRows(.result(id, result))
            case .failure(let error): client.answer(.failure(id, error))
            }
            flush(client)
        }
        return true
    }

    /// Tells a ladder that has changed to everybody who follows it.
    private func tell(_ ladder: CommandTopic) {
        if let index = ladders.lastIndex(where: { $0.id == ladder.id }) {
            guard ladders[index] != ladder else { return }
            ladders.remove(at: index)
        }
        ladders.append(ladder)
        if ladders.count > Self.maxLadders { ladders.removeFirst() }
        for client in clients
        where !client.isClosed && client.follows(ladder, commandsTopic: Self.commandsTopic) {
            client.tell(ladder)
            flush(client)
        }
    }

    /// Whether a subscription's client does not have the newest of its topics.
    private func needs(_ subscription: Subscription) -> Bool {
        guard publication.isKnown else { return false }
        guard let known = subscription.known else { return true }
        guard known !== publication.current else { return false }
        return subscription.topics.contains {
            known.versions[$0] != publication.current.versions[$0]
        }
    }

    /// Begins snapshots and deltas for the clients that have room and whose time has come.
    private func publish() {
        guard publication.isKnown else { return }
        // A client that connects meanwhile is served in the next round.
        for index in clients.indices {
            let client = clients[index]
            guard !client.isClosed, !client.isEnding else { continue }
            var isServed = false
            for slot in client.subscriptions.indices {
                guard slot < client.subscriptions.count else { break }
                let subscription = client.subscriptions[slot]
                guard needs(subscription) else { continue }
                guard client.isStreamFree else {
                    // It has not read the last one: no deltas any more, the newest snapshot when it has.
                    client.subscriptions[slot].known = nil
                    continue
                }
                guard now >= subscription.due else { continue }
                prepare(subscription)
                guard slot < client.subscriptions.count,
                    client.subscriptions[slot].id == subscription.id,
                    !client.isClosed, client.isStreamFree
                else { continue }
                begin(slot, of: client)
                isServed = true
                flush(client)
            }
            if isServed { glanceAtControl() }
        }
    }

    /// Makes the texts that a subscription needs, with a look at the control socket after each.
    private func prepare(_ subscription: Subscription) {
        for topic in subscription.topics {
            guard let known = subscription.known else {
                if !publication.hasWholeText(topic) {
                    _ = publication.wholeText(topic)
                    glanceAtControl()
                }
                continue
            }
            if known.versions[topic] != publication.current.versions[topic],
                !publication.hasWholeText(topic)
            {
                _ = publication.step(topic, from: known)
                glanceAtControl()
            }
        }
    }

    private func begin(_ slot: Int, of client: Client) {
        var subscription = client.subscriptions[slot]
        var deltas: [(Topic, [UInt8])] = []
        if let known = subscription.known {
            steps: for topic in subscription.topics {
                switch publication.step(topic, from: known) {
                case .none: continue
                case .text(let text): deltas.append((Topic.allCases[topic], text))
                case .snapshot:
                    subscription.known = nil
                    break steps
                }
            }
        }
        if subscription.known == nil {
            var topics: [(Topic, [UInt8])] = []
            for topic in subscription.topics {
                if let text = publication.wholeText(topic) {
                    topics.append((Topic.allCases[topic], text))
                }
            }
            subscription.n = 0
            client.stream {
                ServerMessage.appendSnapshot(
                    subscription: subscription.id, n: 0, topics: topics, to: &$0)
            }
        } else if !deltas.isEmpty {
            client.stream { bytes in
                for (topic, text) in deltas {
                    subscription.n += 1
                    ServerMessage.appendDelta(
                        subscription: subscription.id, n: subscription.n, topic: topic, value: text,
                        to: &bytes)
                }
            }
        }
        subscription.known = publication.current
        // A steady rate, without catching up after a pause.
        subscription.due = max(subscription.due + subscription.interval, now)
        if subscription.due < now + subscription.interval / 2 {
            subscription.due = now + subscription.interval
        }
        client.subscriptions[slot] = subscription
    }

    // MARK: Once a second

    private func check() {
        nextCheck = now + Self.second
        noticesThisSecond = 0
        for client in clients where !client.isClosed {
            let limits = configuration.limits
            if client.wantsToWrite, now - client.lastProgress > limits.stall.nanoseconds {
                counters.stalled += 1
                notice(.warning, "dropped a client that does not read: process \(client.peer.pid)")
                client.close()
            } else if !client.hasMadeRequest,
                now - client.connectedAt > limits.firstRequest.nanoseconds
            {
                client.close()
            } else if client.subscriptions.isEmpty,
                now - client.lastHeard > limits.silence.nanoseconds
            {
                client.close()
            }
        }
        control = bindAgain(control, .control)
        view = bindAgain(view, .view)
    }

    /// Binds a socket again whose file has vanished; clients that are connected stay.
    private func bindAgain(_ listener: Listener?, _ door: Door) -> Listener? {
        if let listener {
            guard listener.fileState() != .ours else { return listener }
            listener.abandon()
        }
        do throws(GatewayError) {
            let folder = try SocketFolder(path: folder.path, access: folder.access)
            let new = try Listener(door, in: folder)
            lostDoors.remove(door)
            notice(.warning, "\(door.fileName) had vanished and is bound again")
            return new
        } catch {
            if lostDoors.insert(door).inserted {
                notice(.alarm, "\(door.fileName) cannot be bound again: \(error.text)")
            }
            return nil
        }
    }

    private func removeClosed() {
        clients.removeAll { $0.isClosed }
        counters.clients = clients.count
        mailbox.counters.withLock { $0 = counters }
    }

    private func notice(_ severity: Severity, _ text: String) {
        noticesThisSecond += 1
        guard noticesThisSecond <= 10 else { return }
        sinks.notice(Notice(.gateway, severity, text))
    }
}

extension Command {
    /// The engine's command of a request; `nil` where the name, the symbol or the part that it needs is missing.
    fileprivate init?(_ request: CommandRequest) {
        var symbol: SymbolName?
        if let text = request.symbol {
            guard let name = SymbolName(text) else { return nil }
            symbol = name
        }
        switch request.verb {
        case .pause: self = symbol.map { .pauseSymbol($0) } ?? .pause
        case .resume: self = symbol.map { .resumeSymbol($0) } ?? .resume
        case .close:
            guard let symbol else { return nil }
            self = .close(symbol)
        case .reduce:
            guard let symbol, let percent = request.percent, (1...99).contains(percent) else {
                return nil
            }
            self = .reduce(symbol, percent: percent)
        case .breakEven:
            guard let symbol else { return nil }
            self = .breakEven(symbol)
        case .flatten: self = .flatten
        case .kill: self = .kill
        case .halt: self = .halt
        case .arm:
            guard let name = request.name else { return nil }
            self = .arm(engineName: name)
        }
    }
}
