import Testing
import Wire

@testable import CockpitModel

struct KeyTableTests {
    @Test(arguments: KeyContext.allCases)
    func `no key means two things in one place`(context: KeyContext) {
        var seen: [CockpitKey: KeyAction] = [:]
        for place in KeyTable.chain(context) {
            for binding in KeyTable.all where binding.context == place {
                #expect(
                    seen[binding.key] == nil, "\(binding.key.name) is bound twice in \(context)")
                seen[binding.key] = binding.action
            }
        }
    }

    @Test
    func `every action has a key`() {
        for action in KeyAction.allCases {
            #expect(KeyTable.all.contains { $0.action == action }, "\(action) has no key")
        }
    }

    @Test(arguments: [CockpitKey.enter, .character("y"), .character("K"), .paste, .character("x")])
    func `no easy key closes anything in the guard bar`(key: CockpitKey) {
        let action = KeyTable.binding(for: key, in: .guardBar)?.action
        #expect(action != .kill && action != .flatten && action != .halt)
        #expect(action != .closePosition)
    }

    @Test(arguments: [CockpitKey.enter, .character("y"), .character("x"), .paste, .tab])
    func `no easy key closes anything in the bar of one position`(key: CockpitKey) {
        let action = KeyTable.binding(for: key, in: .closeBar)?.action
        #expect(action == nil || action == .openCloseBar)
    }

    @Test
    func `no single key closes positions or starts trading`() {
        for binding in KeyTable.all where binding.commands {
            switch binding.action {
            case .kill, .flatten, .halt: #expect(binding.context == .guardBar)
            case .closePosition: #expect(binding.context == .closeBar)
            default:
                #expect([.pause, .openGuardBar, .openCloseBar].contains(binding.action))
            }
        }
    }

    @Test
    func `the stop key works in every place but the command line`() {
        for context in KeyContext.allCases where context != .prompt {
            #expect(KeyTable.binding(for: .character("K"), in: context)?.action == .openGuardBar)
        }
    }
}

struct ViewKeyTests {
    @Test
    func `3 shows the Exit view and 1 goes back, from help too`() {
        var talk = Conversation.flying(.holding)
        #expect(talk.state.view.kind == .flight)
        talk.press("3")
        #expect(talk.state.view.kind == .exit)
        #expect(talk.state.keyContext == .exit)
        talk.press("?1")
        #expect(talk.state.view.kind == .flight)
        #expect(!talk.state.view.isHelpOpen)
    }

    @Test(arguments: ["2", "4", "5", "6", "7"])
    func `a view that is not there says so and changes nothing`(key: String) {
        var talk = Conversation.flying(.holding)
        talk.press("3")
        #expect(talk.press(key) == [])
        #expect(talk.state.view.kind == .exit)
        #expect(
            talk.state.notice?.text == "there is no view \(key) yet: 1 is Flight, 3 is Exit")
    }

    @Test
    func `symbols are selected and closed in the Exit view as in the Flight view`() {
        var talk = Conversation.flying(.holding)
        talk.press("3j")
        #expect(talk.state.selectedSymbol == "ETHUSDT")
        talk.press("x")
        #expect(talk.state.closeBar?.symbol == "ETHUSDT")
        #expect(talk.press("X").verbs == [.close])
        #expect(talk.press("K").verbs == [.pause])
        #expect(talk.press("X").verbs == [.kill])
    }

    @Test
    func `w means the window in the Flight view and the chart in the Exit view`() {
        var talk = Conversation.flying(.holding)
        talk.press("w")
        #expect(talk.state.view.showsWholeHistory)
        talk.press("3w")
        #expect(!talk.state.view.showsWholeHistory)
    }
}
