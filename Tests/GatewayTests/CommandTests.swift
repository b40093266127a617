import Gateway
import Glibc
import Messages
import Synchronization
import Testing
import Trading
import Wire

@Suite struct CommandTests {
    private func kill(_ id: String) -> ClientRequest {
        .command(CommandRequest(verb: .kill, id: id))
    }

    /// A request with what its method needs.
    private func request(_ verb: CommandVerb, _ id: String = "c-1") -> CommandRequest {
        CommandRequest(
            verb: verb, id: id, name: verb == .arm ? "demo-1" : nil,
            symbol: [.close, .reduce, .breakEven].contains(verb) ? "BTCUSDT" : nil,
            percent: verb == .reduce ? 25 : nil)
    }

    @Test(arguments: CommandVerb.allCases)
    func `the view socket refuses every command`(verb: CommandVerb) throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        try client.request(.command(request(verb)))
        #expect(try client.failureCode() == .readOnly)
        #expect(fixture.received.commands == [])
    }

    @Test(arguments: CommandVerb.allCases)
    func `the control socket hands every command over with its sender`(verb: CommandVerb) throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        let id = try client.request(.command(request(verb)))
        #expect(
            try client.next()
                == .result(
                    id, .received(CommandReceipt(id: "c-1", name: verb.rawValue, repeated: false))))
        let command = try #require(fixture.received.commands.first)
        #expect(command.id.description == "c-1")
        #expect(command.command.name == verb.rawValue)
        #expect(command.origin == .socket(uid: getuid(), pid: getpid()))
        if case .arm(let name) = command.command { #expect(name == "demo-1") }
        if case .reduce(_, let percent) = command.command { #expect(percent == 25) }
        #expect(
            command.command.symbol?.description
                == ([.close, .reduce, .breakEven].contains(verb) ? "BTCUSDT" : nil))
    }

    @Test(arguments: [CommandVerb.pause, .resume])
    func `a pause or resume with a symbol is about that symbol only`(verb: CommandVerb) throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(.command(CommandRequest(verb: verb, id: "c-1", symbol: "BTCUSDT")))
        _ = try client.answer()
        let command = try #require(fixture.received.commands.first?.command)
        switch command {
        case .pauseSymbol(let symbol): #expect(verb == .pause && symbol.description == "BTCUSDT")
        case .resumeSymbol(let symbol): #expect(verb == .resume && symbol.description == "BTCUSDT")
        case .pause, .resume, .flatten, .kill, .halt, .arm, .close, .reduce, .breakEven:
            Issue.record("became \(command)")
        }
    }

    @Test func `an id cannot be used again for another symbol or another part`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(
            .command(CommandRequest(verb: .reduce, id: "c-1", symbol: "BTCUSDT", percent: 10)))
        _ = try client.answer()
        try client.request(
            .command(CommandRequest(verb: .reduce, id: "c-1", symbol: "BTCUSDT", percent: 90)))
        #expect(try client.failureCode() == .commandIDInUse)
        try client.request(
            .command(CommandRequest(verb: .reduce, id: "c-1", symbol: "ETHUSDT", percent: 10)))
        #expect(try client.failureCode() == .commandIDInUse)
        #expect(fixture.received.commands.count == 1)
    }

    @Test func `a repeated id is handed over once and its ladder is told again`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(kill("c-1"))
        _ = try client.answer()
        let ladder = Shown.ladder("c-1", ["accepted"])
        fixture.server.publish(command: ladder)
        #expect(try client.next() == .command(ladder))
        // The same operator from another connection, after the first one was lost.
        let other = try fixture.control()
        let id = try other.request(kill("c-1"))
        var messages = [try other.next(), try other.next()]
        #expect(
            messages.removeFirst()
                == .result(id, .received(CommandReceipt(id: "c-1", name: "kill", repeated: true))))
        #expect(messages == [.command(ladder)])
        #expect(fixture.received.commands.count == 1)
    }

    @Test func `an id cannot be used for another command`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(.command(CommandRequest(verb: .pause, id: "c-1")))
        _ = try client.answer()
        try client.request(kill("c-1"))
        #expect(try client.failureCode() == .commandIDInUse)
        #expect(fixture.received.commands.count == 1)
    }

    @Test func `a ladder goes to the sender and to who follows commands, and to nobody else`()
        throws
    {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let sender = try fixture.control()
        let follower = try fixture.view()
        let other = try fixture.view()
        try follower.request(.subscribe(SubscribeRequest(topics: [.commands])))
        try other.request(.subscribe(SubscribeRequest(topics: [.flow])))
        for client in [follower, other] {
            _ = try client.next()
            guard case .snapshot = try client.next() else {
                Issue.record("no snapshot")
                return
            }
        }
        try sender.request(kill("c-1"))
        _ = try sender.answer()
        var state = Shown.state(0)
        state.commands = [Shown.ladder("c-1", ["accepted", "entriesBlocked"])]
        // Nothing of it is on disk: the topic waits, the ladder does not.
        fixture.server.publish(PublishedUpdate(snapshot: state, sequence: 9, committed: 1))
        let ladder = ServerMessage.command(Shown.ladder("c-1", ["accepted", "entriesBlocked"]))
        #expect(try sender.next() == ladder)
        #expect(try follower.next() == ladder)
        try other.request(.ping)
        guard case .result(_, .pong) = try other.next() else {
            Issue.record("something else came")
            return
        }
        // Told again only when it has changed.
        fixture.server.publish(PublishedUpdate(snapshot: state, sequence: 10, committed: 1))
        fixture.server.committed(upTo: 10)
        guard case .delta(let delta) = try follower.next() else {
            Issue.record("no delta")
            return
        }
        #expect(delta.change == .commands(state.commands))
    }

    @Test func `a start-direction command that comes too late is refused and a stop never is`()
        throws
    {
        let fixture = try Fixture()
        let client = try fixture.control()
        func send(_ verb: CommandVerb, _ id: String, _ notAfter: Int64) throws {
            try client.request(.command(CommandRequest(verb: verb, id: id, notAfter: notAfter)))
        }
        try send(.resume, "c-1", Fixture.engineTime - 1)
        #expect(try client.failureCode() == .expired)
        try send(.resume, "c-2", Fixture.engineTime)
        #expect(try client.failureCode() == nil)
        try send(.kill, "c-3", 0)
        #expect(try client.failureCode() == nil)
        #expect(fixture.received.commands.map(\.command) == [.resume, .kill])
    }

    @Test(arguments: ModelsVerb.allCases)
    func `orders about models need the control socket and are handed over with their sender`(
        verb: ModelsVerb
    ) throws {
        let fixture = try Fixture()
        let request = ModelsRequest(
            verb: verb, set: verb.needsSet ? "abcdef" : nil, path: verb == .add ? "/sets/a" : nil,
            id: verb.changes ? "m-1" : nil,
            notAfter: verb.changes ? Fixture.engineTime : nil)
        let view = try fixture.view()
        let shown = try view.request(.models(request))
        if verb.needsControl {
            #expect(try view.failureCode() == .readOnly)
        } else {
            #expect(try view.next() == .result(shown, .models(Fixture.models(verb))))
        }
        let control = try fixture.control()
        let id = try control.request(.models(request))
        #expect(try control.next() == .result(id, .models(Fixture.models(verb))))
        #expect(fixture.received.models.last?.0 == request)
        #expect(
            fixture.received.models.last?.1
                == .socket(uid: getuid(), pid: getpid()))
        guard verb.changes else { return }
        var late = request
        late.notAfter = Fixture.engineTime - 1
        try control.request(.models(late))
        #expect(try control.failureCode() == .expired)
        #expect(fixture.received.models.count == 1)
    }

    @Test func `a full command lane is said, and the same id may be sent again`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        fixture.received.isLaneFull.store(true, ordering: .relaxed)
        try client.request(kill("c-1"))
        #expect(try client.failureCode() == .tooManyRequests)
        fixture.received.isLaneFull.store(false, ordering: .relaxed)
        try client.request(kill("c-1"))
        #expect(try client.failureCode() == nil)
        #expect(fixture.received.commands.count == 1)
    }

    @Test func `a kill gets through with eight stuck clients and a busy market`() throws {
        let fixture = try Fixture()
        let stuck = try (0..<8).map { number in
            let client = try number < 4 ? fixture.view() : fixture.control()
            try client.request(.subscribe(SubscribeRequest(topics: Topic.allCases)))
            return client
        }
        // Enough that their sockets are full.
        var last = 0
        for round in 1...200 {
            var state = Shown.state(round)
            last += 200
            state.events = Shown.events(
                (last - 199)...last, text: String(repeating: "x", count: 500))
            fixture.publish(state)
            poll(nil, 0, 2)
        }
        let client = try fixture.control()
        try client.request(kill("c-1"))
        #expect(fixture.received.waitForCommand())
        #expect(try client.failureCode() == nil)
        #expect(stuck.count == 8)
    }

    @Test func `a kill gets through while thousands connect`() throws {
        let fixture = try Fixture()
        var others: [TestClient] = []
        for round in 0..<2_000 {
            // The oldest are let go, so that the test does not run out of descriptors.
            if others.count == 100 { others.removeFirst() }
            if let other = try? fixture.view() { others.append(other) }
            if round % 4 == 0, let other = try? fixture.control() { others.append(other) }
            if round == 1_000 {
                let client = try fixture.control()
                try client.request(kill("c-1"))
                #expect(fixture.received.waitForCommand())
            }
        }
        #expect(fixture.received.commands.count == 1)
        #expect(fixture.server.counters.clients <= 132)
    }

    @Test func `a script that ends its input hears its ladder to the end`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(kill("c-1"))
        client.endSending()
        _ = try client.answer()
        for steps in [["accepted"], ["accepted", "positionsFlat"], ["accepted", "completed"]] {
            fixture.server.publish(command: Shown.ladder("c-1", steps))
            #expect(try client.next() == .command(Shown.ladder("c-1", steps)))
        }
        #expect(try client.arrival() == .closed)
    }

    @Test func `a kill whose sender is gone at once still counts`() throws {
        let fixture = try Fixture()
        do {
            let client = try fixture.control()
            try client.request(kill("c-1"))
        }
        #expect(fixture.received.waitForCommand())
    }
}
