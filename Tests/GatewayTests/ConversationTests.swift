import Gateway
import Glibc
import Messages
import Testing
import Wire

@Suite struct ConversationTests {
    @Test func `hello says who the engine is and whether the socket takes commands`() throws {
        let fixture = try Fixture()
        for (client, mayCommand) in [(try fixture.view(), false), (try fixture.control(), true)] {
            let id = try client.request(.hello(HelloRequest(client: "test")))
            guard case .result(id, .hello(let hello)) = try client.next() else {
                Issue.record("no hello")
                return
            }
            #expect(hello.engine == "demo-1" && hello.mode == "PAPER" && hello.timeScale == 60)
            #expect(hello.protocolVersion == WireProtocol.version)
            #expect(hello.engineTime == Fixture.engineTime)
            #expect(hello.gate == "starting")
            #expect(hello.mayCommand == mayCommand)
        }
    }

    @Test func `a client of a later protocol is told which one is spoken`() throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        try client.request(.hello(HelloRequest(protocolVersion: 2)))
        #expect(try client.failureCode() == .protocolVersion)
        try client.request(.ping)
        guard case .result(_, .pong(let pong)) = try client.next() else {
            Issue.record("no pong")
            return
        }
        #expect(pong.engineTime == Fixture.engineTime)
    }

    @Test func `a subscriber has the snapshot and then every delta without a gap`() throws {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let client = try fixture.view()
        let id = try client.request(
            .subscribe(SubscribeRequest(topics: [.flow, .safety, .events, .flow])))
        #expect(
            try client.next()
                == .result(
                    id,
                    .subscribed(
                        Subscribed(
                            subscription: 1, topics: [.safety, .flow, .events], maxRateHz: 10))))
        var replica = Replica()
        replica.apply(try client.next())
        #expect(replica.snapshot == Shown.state(0).only([.safety, .flow, .events]))
        for count in 1...12 {
            var state = Shown.state(count)
            state.events = Shown.events(1...count)
            fixture.publish(state)
            let shown = state.only([.safety, .flow, .events])
            while replica.snapshot != shown { replica.apply(try client.next()) }
        }
        #expect(replica.snapshots == 1)
        #expect(replica.deltas == 36)
        #expect(replica.n == 36)
    }

    @Test func `a subscriber that comes before the first state gets it when there is one`() throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        try client.request(.status)
        #expect(try client.failureCode() == .notReady)
        try client.request(.subscribe(SubscribeRequest(topics: [.engine])))
        _ = try client.next()
        fixture.publish(Shown.state(1))
        var replica = Replica()
        replica.apply(try client.next())
        #expect(replica.snapshot.engine == Shown.engine())
        try client.request(.status)
        guard case .result(_, .status(let status)) = try client.answer() else {
            Issue.record("no status")
            return
        }
        #expect(status.state == "open" && status.openOrders?.map(\.id) == ["nwdemo1-0"])
    }

    @Test func `two subscriptions of one client are numbered apart and one can end`() throws {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let client = try fixture.view()
        try client.request(.subscribe(SubscribeRequest(topics: [.flow])))
        try client.request(.subscribe(SubscribeRequest(topics: [.safety])))
        var replicas = [Replica(), Replica()]
        func take(_ message: ServerMessage) {
            switch message {
            case .snapshot(let snapshot): replicas[snapshot.subscription - 1].apply(message)
            case .delta(let delta): replicas[delta.subscription - 1].apply(message)
            case .result, .failure, .command: break
            }
        }
        while replicas.contains(where: { $0.n == nil }) { take(try client.next()) }
        fixture.publish(Shown.state(1))
        while replicas.contains(where: { $0.n != 1 }) { take(try client.next()) }
        try client.request(.unsubscribe(UnsubscribeRequest(subscription: 1)))
        #expect(
            try client.answer() == .result(.number(3), .unsubscribed(Unsubscribed(subscription: 1)))
        )
        fixture.publish(Shown.state(2))
        while replicas[1].n != 2 { take(try client.next()) }
        #expect(replicas[0].n == 1)
        try client.request(.unsubscribe(UnsubscribeRequest(subscription: 1)))
        #expect(try client.failureCode() == .subscription)
    }

    @Test func `a client has at most eight subscriptions`() throws {
        let fixture = try Fixture()
        let client = try fixture.view()
        for _ in 1...8 {
            try client.request(.subscribe(SubscribeRequest(topics: [.flow])))
            guard case .result = try client.answer() else {
                Issue.record("refused")
                return
            }
        }
        try client.request(.subscribe(SubscribeRequest(topics: [.flow])))
        #expect(try client.failureCode() == .subscription)
    }

    @Test func `a rate is kept, and what was left out comes with the next`() throws {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let client = try fixture.view()
        try client.request(.subscribe(SubscribeRequest(topics: [.flow], maxRateHz: 2)))
        var replica = Replica()
        while replica.n == nil { replica.apply(try client.next()) }
        for count in 1...5 { fixture.publish(Shown.state(count)) }
        while replica.snapshot.flow != Shown.flow(5) { replica.apply(try client.next()) }
        // All five came within half a second, so at most two were told.
        #expect(replica.deltas <= 2)
    }

    @Test func `events, money and orders wait for their commit and the market does not`() throws {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let client = try fixture.view()
        try client.request(.subscribe(SubscribeRequest(topics: [.flow, .safety])))
        var replica = Replica()
        while replica.n == nil { replica.apply(try client.next()) }
        fixture.server.publish(
            PublishedUpdate(snapshot: Shown.state(7), sequence: 20, committed: 19))
        while replica.snapshot.flow != Shown.flow(7) { replica.apply(try client.next()) }
        #expect(replica.snapshot.safety == Shown.safety(0))
        fixture.server.committed(upTo: 20)
        while replica.snapshot.safety != Shown.safety(7) { replica.apply(try client.next()) }
    }

    @Test func `a broken store freezes nothing`() throws {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let client = try fixture.view()
        try client.request(.subscribe(SubscribeRequest(topics: [.safety])))
        fixture.server.publish(
            PublishedUpdate(
                snapshot: Shown.state(7), sequence: 20, committed: 1, isStoreFailed: true))
        var replica = Replica()
        while replica.snapshot.safety != Shown.safety(7) { replica.apply(try client.next()) }
    }

    @Test func `rows come from the store, one query at a time`() throws {
        let fixture = try Fixture(query: { request in
            request.what == .events
                ? .success(QueryResult(what: .events, events: Shown.events(1...3), next: 1))
                : .failure(WireError(.queryFailed, "no"))
        })
        let client = try fixture.view()
        let id = try client.request(.query(QueryRequest(what: .events, limit: 3)))
        #expect(
            try client.next()
                == .result(
                    id, .rows(QueryResult(what: .events, events: Shown.events(1...3), next: 1))))
        try client.request(.query(QueryRequest(what: .trades, limit: 3, before: 9)))
        #expect(try client.failureCode() == .queryFailed)
        #expect(fixture.received.queries.last == QueryRequest(what: .trades, limit: 3, before: 9))
        // A store that does not answer keeps only queries waiting.
        let silent = try Fixture()
        let other = try silent.view()
        try other.request(.query(QueryRequest(what: .trades, limit: 1)))
        try other.request(.query(QueryRequest(what: .trades, limit: 1)))
        #expect(try other.failureCode() == .tooManyRequests)
        try other.request(.ping)
        guard case .result(_, .pong) = try other.answer() else {
            Issue.record("no pong")
            return
        }
    }

    @Test func `a store that is behind gets no more than sixteen queries`() throws {
        let fixture = try Fixture()
        // The clients go and their queries stay.
        for _ in 0..<16 {
            let client = try fixture.view()
            try client.request(.query(QueryRequest(what: .trades, limit: 1)))
            try client.request(.ping)
            _ = try client.answer()
        }
        let client = try fixture.view()
        try client.request(.query(QueryRequest(what: .trades, limit: 1)))
        #expect(try client.failureCode() == .tooManyRequests)
        #expect(fixture.received.queries.count == 16)
    }

    @Test func `a script that ends its input still gets its answer and then the end`() throws {
        let fixture = try Fixture()
        fixture.publish(Shown.state(0))
        let client = try fixture.view()
        try client.request(.status)
        client.endSending()
        guard case .result(_, .status) = try client.next() else {
            Issue.record("no status")
            return
        }
        #expect(try client.arrival() == .closed)
    }
}
