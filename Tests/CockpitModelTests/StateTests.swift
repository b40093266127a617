import Testing
import Wire

@testable import CockpitModel

struct StateTests {
    @Test
    func `a new connection is greeted and subscribed`() {
        var talk = Conversation()
        let effects = talk.state.apply(.link(.connected(since: talk.time)))
        #expect(
            effects == [
                .send(
                    ClientMessage(id: .number(1), request: .hello(HelloRequest(client: "narwhal")))),
                .send(
                    ClientMessage(
                        id: .number(2),
                        request: .subscribe(SubscribeRequest(topics: Topic.allCases, maxRateHz: 4)))
                ),
            ])
    }

    @Test
    func `a gap in the numbers starts the subscription over`() {
        var talk = Conversation.flying()
        talk.delta(.positions([]))
        talk.number += 1
        let effects = talk.delta(.positions(nil))
        #expect(talk.state.engine.data.positions == [])
        #expect(effects.count == 2)
        #expect(talk.state.engine.subscription == .requested(.number(4), at: talk.time))
    }

    @Test
    func `a snapshot that overtakes its answer counts`() {
        var talk = Conversation()
        _ = talk.state.apply(.link(.connected(since: talk.time)))
        _ = talk.state.apply(
            .server(.snapshot(SnapshotNotification(subscription: 7, data: .sample))))
        #expect(talk.state.engineName == "btc-1")
    }

    @Test
    func `an engine that is still starting is subscribed a second later`() {
        var talk = Conversation()
        _ = talk.state.apply(.link(.connected(since: talk.time)))
        _ = talk.state.apply(
            .server(.failure(.number(2), WireError(.notReady, "nothing to show yet"))))
        #expect(talk.state.engine.refusal == "nothing to show yet")
        let effects = talk.wait(1_000)
        #expect(
            effects.contains { effect in
                if case .send(let message) = effect, case .subscribe = message.request {
                    return true
                }
                return false
            })
    }

    @Test
    func `data ages: late after one and a half seconds, stale after three, unknown without a link`()
    {
        var talk = Conversation.flying()
        #expect(talk.state.freshness == .fresh)
        talk.wait(1_500)
        #expect(talk.state.freshness == .fresh)
        talk.wait(1)
        #expect(talk.state.freshness == .late(age: 1_501))
        talk.wait(1_500)
        #expect(talk.state.freshness == .stale(age: 3_001))
        talk.delta(.positions([]))
        #expect(talk.state.freshness == .fresh)
        _ = talk.state.apply(
            .link(.lost(since: talk.time, attempt: 1, retryAt: talk.time, reason: "")))
        #expect(talk.state.freshness == .disconnected(age: 0))
    }

    @Test
    func `a pong is no sign of life of the engine, only of the link`() {
        var talk = Conversation.flying()
        let effects = talk.wait(1_000)
        guard case .send(let ping)? = effects.first else {
            Issue.record("no ping was sent")
            return
        }
        talk.wait(41)
        _ = talk.state.apply(.server(.result(ping.id, .pong(Pong(engineTime: 0, wallTime: 0)))))
        #expect(talk.state.engine.roundTripMs == 41)
        talk.wait(2_500)
        #expect(talk.state.freshness == .stale(age: 3_541))
    }

    @Test
    func `the clock never goes back`() {
        var talk = Conversation.flying()
        talk.wait(-500_000)
        #expect(talk.state.now == 1_000_000)
    }

    @Test
    func `what happened while the link was down is counted by tag`() {
        var talk = Conversation.flying()
        _ = talk.state.apply(
            .link(.lost(since: talk.time, attempt: 1, retryAt: talk.time, reason: "")))
        talk.wait(12_000)
        var snapshot = Snapshot.sample
        snapshot.events = [event(4), event(5, tag: "OUT"), event(6)]
        talk.connect(snapshot, subscription: 1)
        #expect(
            talk.state.sinceLeft
                == SinceLeft(
                    lostAt: 1_000_000, backAt: 1_012_000, events: 3, isWhole: false,
                    tags: [.init(tag: "FILL", count: 2), .init(tag: "OUT", count: 1)]))
    }

    @Test
    func `an earlier run's last event counts too, and nothing new is nothing to say`() {
        var talk = Conversation(lastSeenEvent: 1)
        talk.connect()
        #expect(talk.state.sinceLeft?.events == 1)
        #expect(talk.state.sinceLeft?.isWhole == true)
        var other = Conversation(lastSeenEvent: 2)
        other.connect()
        #expect(other.state.sinceLeft == nil)
    }

    @Test
    func `an alarm rings once`() {
        var talk = Conversation.flying()
        #expect(talk.delta(.events([event(3, severity: "alarm")])) == [.bell])
        #expect(talk.delta(.events([event(3, severity: "alarm")])) == [])
        #expect(talk.delta(.events([event(4)])) == [])
    }

    @Test
    func `a sweep goes on where it was after a new snapshot`() {
        var snapshot = Snapshot.sample
        snapshot.exitSeries = [
            SeriesTopic(
                symbol: "BTCUSDT", kind: "exit", times: [1, 2, 3], values: [0.1, 0.2, 0.3])
        ]
        var talk = Conversation.flying(snapshot)
        #expect(talk.state.series("exit")?.newestNumber == 2)
        talk.delta(
            .exitSeries([SeriesTopic(symbol: "BTCUSDT", kind: "exit", times: [4], values: [0.4])]))
        #expect(talk.state.series("exit")?.newestNumber == 3)
        snapshot.exitSeries = [
            SeriesTopic(
                symbol: "BTCUSDT", kind: "exit", times: [3, 4, 5], values: [0.3, 0.4, 0.5])
        ]
        talk.connect(snapshot)
        #expect(talk.state.series("exit")?.newestNumber == 4)
        #expect(talk.state.series("exit")?.points.values == [0.3, 0.4, 0.5])
    }

    @Test
    func `panes thaw after thirty seconds`() {
        var talk = Conversation.flying()
        talk.press(" ")
        var snapshot = Snapshot.sample
        snapshot.engine?.gate = "paused"
        talk.delta(.engine(snapshot.engine))
        #expect(talk.state.shown.engine?.gate == "open")
        #expect(talk.state.gate == "paused")
        talk.wait(29_999)
        #expect(talk.state.frozen != nil)
        talk.wait(1)
        #expect(talk.state.shown.engine?.gate == "paused")
    }

    @Test
    func `selection goes round and survives what it pointed at`() {
        var talk = Conversation.flying()
        #expect(talk.state.selectedSymbol == "BTCUSDT")
        talk.press(.tab)
        #expect(talk.state.selectedSymbol == "ETHUSDT")
        talk.press("j")
        #expect(talk.state.selectedSymbol == "BTCUSDT")
        talk.press("k")
        #expect(talk.state.selectedSymbol == "ETHUSDT")
        var snapshot = Snapshot.sample
        snapshot.engine?.symbols = ["SOLUSDT"]
        talk.delta(.engine(snapshot.engine))
        #expect(talk.state.selectedSymbol == "SOLUSDT")
    }

    @Test
    func `what starts trading is typed in full and is refused on what is not true any more`() {
        var talk = Conversation.flying()
        talk.press(":arm btc-1")
        #expect(
            talk.press(.enter).commands == [
                CommandRequest(verb: .arm, id: "t1-1", name: "btc-1", notAfter: 35_000)
            ])
        talk.press(":resume")
        #expect(talk.press(.enter).verbs == [.resume])
        talk.wait(4_000)
        talk.press(":resume")
        #expect(talk.press(.enter).commands == [])
        #expect(talk.state.notice?.isWarning == true)
    }

    @Test
    func `a start that finds no answer in three seconds is given up`() {
        var talk = Conversation.flying()
        talk.press(":resume")
        talk.press(.enter)
        talk.wait(3_000)
        #expect(talk.state.commands.first?.isGivenUp == true)
        #expect(talk.wait(500).commands == [])
    }

    @Test
    func `Tab completes commands and themes, never an engine's name`() {
        var talk = Conversation.flying()
        talk.press(":th")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "theme ")
        talk.press("n")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "theme nord")
        #expect(talk.press(.enter) == [.useTheme("nord")])
        talk.press(":a")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "arm ")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "arm ")
    }

    @Test
    func `nobody kills by typing`() {
        var talk = Conversation.flying()
        talk.press(":kill")
        #expect(talk.press(.enter) == [])
        #expect(talk.state.notice?.text == "press K, then X to kill, F to flatten, C to lock")
    }

    @Test
    func `leaving says that the engine keeps running, and what was not delivered`() {
        var talk = Conversation.flying()
        #expect(
            talk.press("q") == [
                .quit(
                    "The cockpit is closed; btc-1 keeps running: PAPER, gate open, 0 positions open."
                )
            ])
        talk.press("p")
        guard case .quit(let text)? = talk.press(.control("c")).last else {
            Issue.record("Ctrl-C did not leave")
            return
        }
        #expect(
            text.hasSuffix("Your pause was NOT DELIVERED; run: narwhal pause --socket /run/n.sock"))
    }

    @Test
    func `the command list is bounded and keeps open stops`() {
        var talk = Conversation.flying()
        talk.press("p")
        for index in 2...40 {
            talk.press("p")
            _ = talk.state.apply(.server(.command(progress("t1-\(index)", ["accepted"]))))
        }
        #expect(talk.state.commands.count == CockpitState.maxCommands)
        #expect(talk.state.commands.first?.request.id == "t1-1")
    }
}
