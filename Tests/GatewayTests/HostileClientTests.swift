import Gateway
import Glibc
import Messages
import Testing
import Trading
import Wire

@Suite struct HostileClientTests {
    @Test(arguments: [
        "nonsense\n", "\u{0}\u{1}\n", "[]\n", "{\"jsonrpc\":\"2.0\"}\n", "\u{1B}[2J\n",
    ])
    func `a bad line is refused and the connection goes on`(line: String) throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        client.send(line)
        guard case .failure(nil, _) = try client.next() else {
            Issue.record("not refused")
            return
        }
        try client.request(.ping)
        guard case .result(_, .pong) = try client.next() else {
            Issue.record("no pong")
            return
        }
        #expect(eventually { fixture.server.counters.rejectedFrames == 1 })
    }

    @Test func `a line of 64 KiB is read and a longer one ends the connection`() throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        let ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
        let padding = String(repeating: " ", count: WireProtocol.maxClientLine - ping.utf8.count)
        client.send(ping + padding + "\n")
        guard case .result(.number(1), .pong) = try client.next() else {
            Issue.record("no pong")
            return
        }
        client.send(ping + padding + " \n")
        #expect(try client.failureCode() == .parse)
        #expect(try client.arrival() == .closed)
    }

    @Test func `an endless line is refused at its limit`() throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        client.send([UInt8](repeating: UInt8(ascii: "["), count: 200_000))
        #expect(try client.failureCode() == .parse)
        #expect(try client.arrival() == .closed)
    }

    @Test func `one client more than fits is told so, and the control socket has room of its own`()
        throws
    {
        let fixture = try Fixture(limits: { $0.viewClients = 3 })
        let clients = try (0..<3).map { _ in try fixture.view() }
        for client in clients {
            try client.request(.ping)
            _ = try client.next()
        }
        let late = try fixture.view()
        #expect(try late.failureCode() == .tooManyClients)
        #expect(try late.arrival() == .closed)
        let control = try fixture.control()
        try control.request(.command(CommandRequest(verb: .kill, id: "c-1")))
        #expect(fixture.received.waitForCommand())
        #expect(clients.count == 3)
    }

    @Test func `on a full control socket who has asked for nothing makes room`() throws {
        let fixture = try Fixture(limits: { $0.controlClients = 2 })
        let busy = try fixture.control()
        try busy.request(.ping)
        _ = try busy.next()
        let idle = try fixture.control()
        #expect(eventually { fixture.server.counters.accepted == 2 })
        let late = try fixture.control()
        try late.request(.command(CommandRequest(verb: .kill, id: "c-1")))
        #expect(fixture.received.waitForCommand())
        #expect(try idle.arrival() == .closed)
        try busy.request(.ping)
        guard case .result(_, .pong) = try busy.next() else {
            Issue.record("the busy one was closed")
            return
        }
    }

    @Test func `requests beyond the rate are answered later and none is lost`() throws {
        let fixture = try Fixture(limits: {
            $0.requestBurst = 10
            $0.requestsPerSecond = 400
        })
        let client = try fixture.view()
        let ids = try (0..<100).map { _ in try client.request(.ping) }
        for id in ids {
            guard case .result(id, .pong) = try client.next() else {
                Issue.record("another answer than that of \(id)")
                return
            }
        }
    }

    @Test func `a client that reads late gets the newest state and never a backlog`() throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        try client.request(.subscribe(SubscribeRequest(topics: [.flow, .events])))
        _ = try client.next()
        let text = String(repeating: "x", count: 1_000)
        let watcher = try fixture.view()
        try watcher.request(.subscribe(SubscribeRequest(topics: [.flow])))
        _ = try watcher.next()
        var watched = Replica()
        var state = Snapshot()
        var replica = Replica()
        for round in 1...12 {
            state = Shown.state(round)
            state.events = Shown.events((round * 200)...(round * 200 + 199), text: text)
            fixture.publish(state)
            // A client beside it sees every state, so each was published.
            while watched.snapshot.flow != state.flow { watched.apply(try watcher.next()) }
        }
        let shown = state.only([.flow, .events])
        while replica.snapshot != shown { replica.apply(try client.next()) }
        // A state is some 220 kB and a socket holds about as much: of twelve at most a few were sent.
        #expect(client.bytesRead < 5 * 230_000)
        #expect(replica.snapshots >= 2)
        #expect(fixture.server.counters.stalled == 0)
    }

    @Test func `an answer comes although the client has not read its states`() throws {
        let fixture = try Fixture()
        let client = try fixture.control()
        try client.request(.subscribe(SubscribeRequest(topics: [.events])))
        _ = try client.next()
        var state = Snapshot()
        for round in 1...5 {
            state.events = Shown.events(
                (round * 200)...(round * 200 + 199), text: String(repeating: "x", count: 2_000))
            fixture.publish(state)
            poll(nil, 0, 110)
        }
        let id = try client.request(.command(CommandRequest(verb: .kill, id: "c-1")))
        #expect(fixture.received.waitForCommand())
        fixture.server.publish(command: Shown.ladder("c-1", ["accepted"]))
        var replica = Replica()
        var answer: ServerMessage?
        var ladder: ServerMessage?
        while answer == nil {
            let message = try client.next()
            switch message {
            case .snapshot, .delta: replica.apply(message)
            case .result, .failure: answer = message
            case .command: ladder = message
            }
        }
        let receipt = CommandReceipt(id: "c-1", name: "kill", repeated: false)
        #expect(answer == .result(id, .received(receipt)))
        // Only the state that was half written came before it.
        #expect(replica.snapshots <= 1 && replica.deltas == 0)
        while ladder == nil || replica.snapshot != state {
            let message = try client.next()
            if case .command = message { ladder = message }
            replica.apply(message)
        }
        #expect(ladder == .command(Shown.ladder("c-1", ["accepted"])))
    }

    @Test func `a client that never reads is dropped`() throws {
        let fixture = try Fixture(limits: { $0.stall = .milliseconds(100) })
        let client = try fixture.view()
        try client.request(.subscribe(SubscribeRequest(topics: [.events])))
        var state = Snapshot()
        let isDropped = eventually {
            let next = Int(state.events?.last?.number ?? 0) + 1
            state.events = Shown.events(
                next...(next + 199), text: String(repeating: "x", count: 2_000))
            fixture.publish(state)
            return fixture.server.counters.stalled == 1
        }
        #expect(isDropped)
        #expect(eventually { fixture.server.counters.clients == 0 })
        #expect(fixture.received.notices.contains { $0.text.contains("does not read") })
        withExtendedLifetime(client) {}
    }

    @Test func `a connection that asks for nothing is closed`() throws {
        let fixture = try Fixture(limits: { $0.firstRequest = .milliseconds(50) })
        let client = try fixture.view()
        #expect(try client.arrival() == .closed)
    }
}
