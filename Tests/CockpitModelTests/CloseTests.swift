import Testing
import Wire

@testable import CockpitModel

/// One position at a time: `x` `X`, and the commands that name a symbol.
struct CloseTests {
    // MARK: x, then X

    @Test
    func `x sends nothing and shows the selected position for 15 seconds`() {
        var talk = Conversation.flying(.holding)
        talk.press(.tab)
        #expect(talk.press("x") == [])
        #expect(
            talk.state.closeBar
                == CloseBar(
                    openedAt: talk.time, closesAt: talk.time + 15_000, symbol: "ETHUSDT",
                    side: "short", quantity: "0.5"))
        #expect(talk.state.closingPosition?.unrealizedPnL == "0.5")
    }

    @Test
    func `X in the bar closes that position and shows its ladder`() {
        var talk = Conversation.flying(.holding)
        talk.press("x")
        talk.wait(14_999)
        #expect(
            talk.press("X").commands == [
                CommandRequest(verb: .close, id: "t1-1", symbol: "BTCUSDT")
            ])
        #expect(talk.state.closeBar == nil)
        #expect(talk.state.ladder?.request.verb == .close)
    }

    @Test
    func `after 15 seconds the bar is gone, and a late X closes nothing and says so`() {
        var talk = Conversation.flying(.holding)
        talk.press("x")
        talk.wait(15_000)
        #expect(talk.state.closeBar == nil)
        #expect(
            talk.state.notice?.text == "no X came: BTCUSDT was not closed, nothing was sent")
        // A key that repeats does not answer its own question either.
        #expect(talk.press("XXX") == [])
        #expect(talk.state.closeBar == nil)
        #expect(talk.state.notice?.text == "this X closed nothing: press x again, then X")
    }

    @Test
    func `a repeated x, Enter, y, arrows and a paste close nothing`() {
        var talk = Conversation.flying(.holding)
        talk.press("x")
        talk.wait(1_000)
        let effects =
            talk.press("xxxxy") + talk.press(.enter) + talk.press(.paste) + talk.press(.tab)
            + talk.press(.down) + talk.press("jke") + talk.press(.unrecognized)
        #expect(effects == [])
        #expect(talk.state.closeBar?.symbol == "BTCUSDT")
        #expect(talk.state.closeBar?.closesAt == talk.time + 15_000)
    }

    @Test
    func `an X that repeats closes once and never becomes a kill`() {
        var talk = Conversation.flying(.holding)
        talk.press("K")
        talk.press(.escape)
        #expect(talk.press("xXXXX").verbs == [.close])
        #expect(talk.state.guardBar == nil)
    }

    @Test
    func `Esc keeps the position, and the next X is not taken for the last one`() {
        var talk = Conversation.flying(.holding)
        talk.press("x")
        #expect(talk.press(.escape) == [])
        #expect(talk.press("X") == [])
        #expect(talk.state.notice?.text == "X kills only after K: press K, then X")
    }

    @Test
    func `K over the bar of one position is the stop of everything`() {
        var talk = Conversation.flying(.holding)
        #expect(talk.press("xKX").verbs == [.pause, .kill])
        #expect(talk.state.closeBar == nil)
    }

    @Test
    func `x in the bar of K leaves X the kill that it was`() {
        var talk = Conversation.flying(.holding)
        #expect(talk.press("KxX").verbs == [.pause, .kill])
    }

    @Test
    func `the bar closes when its position is gone or has turned round`() {
        for now in [[], [position("ETHUSDT")], [position("BTCUSDT", side: "short")]] {
            var talk = Conversation.flying(.holding)
            talk.press("x")
            talk.delta(.positions(now))
            #expect(talk.state.closeBar == nil)
            #expect(
                talk.state.notice?.text == "BTCUSDT is not open long any more: nothing was sent")
            #expect(talk.press("X") == [])
        }
    }

    @Test
    func `the bar stays with its position when the list is another or the quantity changed`() {
        var talk = Conversation.flying(.holding)
        talk.press("x")
        talk.delta(.positions([position("ETHUSDT"), position("BTCUSDT", quantity: "0.25")]))
        #expect(talk.state.closingPosition?.quantity == "0.25")
        #expect(talk.state.selectedSymbol == "BTCUSDT")
        #expect(talk.press("X").commands.map(\.symbol) == ["BTCUSDT"])
    }

    @Test
    func `without a position there is nothing to close, and that is said`() {
        var talk = Conversation.flying()
        #expect(talk.press("xX") == [])
        #expect(talk.state.closeBar == nil)
        var holding = Conversation.flying(.holding)
        holding.delta(.positions([position("ETHUSDT")]))
        holding.press("e")
        holding.press("x")
        #expect(
            holding.state.notice?.text
                == "BTCUSDT has no open position; Tab selects one that is open")
        var unknown = Conversation()
        unknown.press("x")
        #expect(
            unknown.state.notice?.text
                == "no position is known yet; :close SYMBOL closes unseen")
    }

    @Test
    func `x works in help, while frozen, on stale data and without a connection`() {
        var talk = Conversation.flying(.holding)
        talk.press("?")
        #expect(talk.press("xX").verbs == [.close])
        talk.press(" ")
        #expect(talk.press("xX").verbs == [.close])
        #expect(talk.state.frozen == nil)
        talk.wait(10_000)
        #expect(talk.press("xX").verbs == [.close])
        _ = talk.state.apply(
            .link(.lost(since: talk.time, attempt: 1, retryAt: talk.time + 1_000, reason: "gone")))
        talk.press("xX")
        let effects = talk.state.apply(.link(.connected(since: talk.time)))
        #expect(effects.commands.last?.verb == .close)
    }

    @Test
    func `what is frozen is closed as it is now, not as it was`() {
        var talk = Conversation.flying(.holding)
        talk.press(" ")
        talk.delta(.positions([position("ETHUSDT", side: "short")]))
        // The frozen panes still point at what is gone.
        #expect(talk.state.selectedSymbol == "BTCUSDT")
        #expect(talk.press("xX") == [])
        #expect(talk.state.closeBar == nil)
    }

    // MARK: The ladder

    @Test
    func `the ladder of a close goes from sent to confirmed`() {
        var talk = Conversation.flying(.holding)
        talk.press("xX")
        talk.wait(12)
        let steps = ["accepted", "ordersSent", "positionsFlat", "confirmedByVenue", "completed"]
        _ = talk.state.apply(.server(.command(progress("t1-1", steps))))
        #expect(
            talk.state.ladder?.ladder == [
                LadderRung(title: "SENT", state: .reached(afterMs: 0, isDurable: true)),
                LadderRung(title: "ACK", state: .reached(afterMs: 12, isDurable: true)),
                LadderRung(title: "CLOSE SENT", state: .reached(afterMs: 10, isDurable: true)),
                LadderRung(title: "FLAT", state: .reached(afterMs: 20, isDurable: true)),
                LadderRung(
                    title: "CONFIRMED BY EXCHANGE", state: .reached(afterMs: 30, isDurable: true)),
            ])
        #expect(talk.state.ladder?.isFinished == true)
    }

    @Test
    func `a close that nobody answers is not delivered and names the shell line`() {
        var talk = Conversation.flying(.holding)
        talk.press("xX")
        talk.wait(3_000)
        #expect(talk.state.ladder?.isUndelivered(now: talk.time) == true)
        #expect(
            talk.state.ladder.map { talk.state.fallbackLine($0.request) }
                == "narwhal close BTCUSDT --socket /run/n.sock")
    }

    @Test
    func `a refusal of the engine is said when its ladder was closed before it came`() {
        var talk = Conversation.flying(.holding)
        talk.press("xX")
        talk.press(.escape)
        let refused = progress(
            "t1-1", ["accepted", "refused"], refusal: "the position is being closed already")
        _ = talk.state.apply(.server(.command(refused)))
        #expect(
            talk.state.notice?.text
                == "close BTCUSDT refused: the position is being closed already")
    }

    // MARK: Typed commands

    @Test(arguments: [
        ("close btcusdt", CommandRequest(verb: .close, id: "t1-1", symbol: "BTCUSDT")),
        ("break-even ETHUSDT", CommandRequest(verb: .breakEven, id: "t1-1", symbol: "ETHUSDT")),
        (
            "reduce BTCUSDT 50",
            CommandRequest(verb: .reduce, id: "t1-1", symbol: "BTCUSDT", percent: 50)
        ),
        (
            "reduce btcusdt 1%",
            CommandRequest(verb: .reduce, id: "t1-1", symbol: "BTCUSDT", percent: 1)
        ),
        ("pause BTCUSDT", CommandRequest(verb: .pause, id: "t1-1", symbol: "BTCUSDT")),
        (
            "resume BTCUSDT",
            CommandRequest(verb: .resume, id: "t1-1", notAfter: 35_000, symbol: "BTCUSDT")
        ),
        // The engine knows what it holds; the cockpit sends what was typed.
        ("close SOLUSDT", CommandRequest(verb: .close, id: "t1-1", symbol: "SOLUSDT")),
    ])
    func `a typed command goes to the symbol it names`(line: String, request: CommandRequest) {
        var talk = Conversation.flying(.holding)
        talk.press(":" + line)
        #expect(talk.press(.enter).commands == [request])
        #expect(talk.state.ladder?.request == request)
    }

    @Test(arguments: [
        ("close", "type it like this: close SYMBOL"),
        ("close BTCUSDT ETHUSDT", "type it like this: close SYMBOL"),
        ("close b!tc", "'b!tc' is no symbol; they are like BTCUSDT, Tab completes"),
        ("reduce BTCUSDT", "type it like this: reduce SYMBOL PERCENT"),
        (
            "reduce BTCUSDT 0", "the part is a whole number from 1 to 99; close SYMBOL closes all"
        ),
        (
            "reduce BTCUSDT 100",
            "the part is a whole number from 1 to 99; close SYMBOL closes all"
        ),
        (
            "reduce BTCUSDT 99999999999999999999",
            "the part is a whole number from 1 to 99; close SYMBOL closes all"
        ),
        (
            "reduce BTCUSDT 5.5",
            "the part is a whole number from 1 to 99; close SYMBOL closes all"
        ),
        ("pause BTCUSDT now", "type it like this: pause [SYMBOL]"),
    ])
    func `what is typed wrong sends nothing and says how`(line: String, words: String) {
        var talk = Conversation.flying(.holding)
        talk.press(":" + line)
        #expect(talk.press(.enter) == [])
        #expect(talk.state.notice?.text == words)
    }

    @Test
    func `a symbol's resume is refused on what is not true any more, its pause never`() {
        var talk = Conversation.flying(.holding)
        talk.wait(4_000)
        talk.press(":resume BTCUSDT")
        #expect(talk.press(.enter).commands == [])
        talk.press(":pause BTCUSDT")
        #expect(talk.press(.enter).verbs == [.pause])
    }

    @Test
    func `Tab completes the engine's symbols, in small letters too`() {
        var talk = Conversation.flying(.holding)
        talk.press(":cl")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "close ")
        #expect(
            talk.state.prompt?.candidates(themes: [], symbols: talk.state.symbols)
                == ["BTCUSDT", "ETHUSDT"])
        talk.press("b")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "close BTCUSDT")
        talk.press(.escape)
        talk.press(":red")
        talk.press(.tab)
        talk.press("E")
        talk.press(.tab)
        #expect(talk.state.prompt?.text == "reduce ETHUSDT ")
    }

    @Test
    func `a K in a symbol's name is a letter`() {
        var talk = Conversation.flying(.holding)
        #expect(talk.press(":close KAVAUSDT") == [])
        #expect(talk.press(.enter).commands.map(\.symbol) == ["KAVAUSDT"])
    }

    @Test
    func `read-only neither opens the bar nor sends a typed command`() {
        var talk = Conversation.flying(.holding, isReadOnly: true)
        talk.press("x")
        #expect(talk.state.closeBar == nil)
        talk.press(":close BTCUSDT")
        #expect(talk.press(.enter) == [])
        #expect(talk.state.notice?.text.hasPrefix("read-only") == true)
    }

    @Test
    func `every command of the line is understood as help says it`() {
        for command in Prompt.commands {
            var prompt = Prompt()
            prompt.text = command.form.replacing("[SYMBOL]", with: "BTCUSDT").replacing(
                "PERCENT", with: "50")
            if case .wrong(let why) = prompt.parsed { Issue.record("\(prompt.text): \(why)") }
        }
    }
}
