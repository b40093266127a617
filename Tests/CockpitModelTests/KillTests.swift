import Testing
import Wire

@testable import CockpitModel

struct KillTests {
    @Test
    func `K pauses at once and opens the bar`() {
        var talk = Conversation.flying()
        #expect(talk.press("K").commands == [CommandRequest(verb: .pause, id: "t1-1")])
        #expect(talk.state.guardBar?.closesAt == talk.time + 15_000)
    }

    @Test
    func `K and X in one read kill`() {
        var talk = Conversation.flying()
        #expect(talk.press("KX").verbs == [.pause, .kill])
        #expect(talk.state.guardBar == nil)
        #expect(talk.state.ladder?.request.verb == .kill)
    }

    @Test(arguments: [("F", CommandVerb.flatten), ("C", .halt), ("X", .kill)])
    func `the bar's keys order what they say`(key: String, verb: CommandVerb) {
        var talk = Conversation.flying()
        talk.press("K")
        talk.wait(14_900)
        #expect(talk.press(key).verbs == [verb])
    }

    @Test
    func `Enter, y, a repeated K, a paste and x do nothing in the bar`() {
        var talk = Conversation.flying()
        talk.press("K")
        let effects =
            talk.press(.enter) + talk.press("yKKx") + talk.press(.paste) + talk.press(.function(1))
        #expect(effects == [])
        #expect(talk.state.guardBar != nil)
    }

    @Test
    func `Esc closes the bar and the pause stands`() {
        var talk = Conversation.flying()
        talk.press("K")
        #expect(talk.press(.escape) == [])
        #expect(talk.state.guardBar == nil)
        #expect(talk.state.commands.map(\.request.verb) == [.pause])
    }

    @Test
    func `an X after 15 seconds opens the bar again, says how late it was, and the next X kills`() {
        var talk = Conversation.flying()
        talk.press("K")
        talk.wait(15_000)
        #expect(talk.state.guardBar == nil)
        #expect(talk.press("X").verbs == [.pause])
        #expect(talk.state.guardBar?.lateBy == 15_000)
        #expect(talk.press("X").verbs == [.kill])
    }

    @Test
    func `an X without a K kills nothing and says how`() {
        var talk = Conversation.flying()
        #expect(talk.press("X") == [])
        #expect(talk.state.guardBar == nil)
        #expect(talk.state.notice?.text == "X kills only after K: press K, then X")
    }

    @Test
    func `K at the beginning of the command line is the stop key, in a name it is a letter`() {
        var talk = Conversation.flying()
        #expect(talk.press(":K").verbs == [.pause])
        talk.press(.escape)
        #expect(talk.press(":arm K") == [])
        #expect(talk.state.prompt?.text == "arm K")
    }

    @Test
    func `K works in help, while frozen, on stale data and without a connection`() {
        var talk = Conversation.flying()
        talk.press("?")
        #expect(talk.press("K").verbs == [.pause])
        talk.press(.escape)
        talk.press(" ")
        #expect(talk.press("K").verbs == [.pause])
        talk.press(.escape)
        talk.wait(10_000)
        #expect(talk.state.freshness == .stale(age: 10_000))
        #expect(talk.press("K").verbs == [.pause])
        talk.press(.escape)
        _ = talk.state.apply(
            .link(.lost(since: talk.time, attempt: 1, retryAt: talk.time + 1_000, reason: "gone")))
        talk.press("KX")
        #expect(talk.state.ladder?.request.verb == .kill)
    }

    @Test
    func `a command is sent again every half second under one id until the engine has it`() {
        var talk = Conversation.flying()
        talk.press("KX")
        #expect(talk.wait(499).commands == [])
        #expect(talk.wait(1).commands.map(\.id) == ["t1-1", "t1-2"])
        _ = talk.state.apply(.server(.command(progress("t1-1", ["accepted"]))))
        #expect(talk.wait(500).commands.map(\.id) == ["t1-2"])
        talk.delta(.commands([progress("t1-2", ["accepted", "entriesBlocked"])]))
        #expect(talk.wait(500).commands == [])
    }

    @Test
    func `a receipt of the gateway is not the engine's word`() {
        var talk = Conversation.flying()
        talk.press("KX")
        let receipt = CommandReceipt(id: "t1-2", name: "kill", repeated: false)
        _ = talk.state.apply(.server(.result(.text("t1-2"), .received(receipt))))
        #expect(talk.wait(500).commands.map(\.id) == ["t1-1", "t1-2"])
    }

    @Test
    func `after three seconds without an answer it is not delivered, and goes on trying`() {
        var talk = Conversation.flying()
        talk.press("KX")
        for _ in 0..<6 { talk.wait(500) }
        let kill = talk.state.ladder
        #expect(kill?.isUndelivered(now: talk.time) == true)
        #expect(
            kill.map { talk.state.fallbackLine($0.request) }
                == "narwhal kill --yes --socket /run/n.sock")
        #expect(talk.wait(500).verbs == [.pause, .kill])
    }

    @Test
    func `a kill pressed without a connection leaves with the next one`() {
        var talk = Conversation.flying()
        _ = talk.state.apply(
            .link(.lost(since: talk.time, attempt: 1, retryAt: talk.time + 1_000, reason: "gone")))
        #expect(talk.press("KX").verbs == [])
        talk.wait(2_000)
        let effects = talk.state.apply(.link(.connected(since: talk.time)))
        #expect(effects.verbs == [.pause, .kill])
        #expect(talk.state.ladder?.firstSentAt == talk.time)
    }

    @Test
    func `the ladder shows how far a kill has come`() {
        var talk = Conversation.flying()
        talk.press("KX")
        talk.wait(38)
        _ = talk.state.apply(
            .server(
                .command(
                    progress("t1-2", ["accepted", "entriesBlocked", "ordersSent", "ordersGone"]))))
        #expect(
            talk.state.ladder?.ladder == [
                LadderRung(title: "SENT", state: .reached(afterMs: 0, isDurable: true)),
                LadderRung(title: "ACK", state: .reached(afterMs: 38, isDurable: true)),
                LadderRung(title: "ENTRIES BLOCKED", state: .reached(afterMs: 10, isDurable: true)),
                LadderRung(title: "ORDERS 3->0", state: .reached(afterMs: 30, isDurable: true)),
                LadderRung(title: "POSITIONS 2->0", state: .waiting),
                LadderRung(title: "CONFIRMED BY EXCHANGE", state: .waiting),
                LadderRung(title: "LATCHED", state: .waiting),
            ])
    }

    @Test
    func `a refusal of the gateway ends the repeating and is said`() {
        var talk = Conversation.flying()
        talk.press("p")
        _ = talk.state.apply(.server(.failure(.text("t1-1"), WireError(.readOnly, "only shows"))))
        #expect(talk.wait(500).commands == [])
        #expect(talk.state.notice?.text == "pause refused: only shows")
    }

    @Test
    func `an engine that is starting is asked again`() {
        var talk = Conversation.flying()
        talk.press("p")
        _ = talk.state.apply(.server(.failure(.text("t1-1"), WireError(.notReady, "starting"))))
        #expect(talk.wait(500).verbs == [.pause])
    }

    @Test(arguments: ["K", "p", "KX", "xX"])
    func `read-only sends nothing and says so`(keys: String) {
        var talk = Conversation.flying(isReadOnly: true)
        #expect(talk.press(keys).commands == [])
        #expect(talk.state.guardBar == nil)
        #expect(talk.state.notice?.isWarning == true)
    }

    @Test
    func `a stop that nobody answers is given up after ten minutes`() {
        var talk = Conversation.flying()
        talk.press("p")
        for _ in 0..<1_300 { talk.wait(500) }
        #expect(talk.state.commands.first?.isGivenUp == true)
        #expect(talk.wait(500).commands == [])
    }
}
