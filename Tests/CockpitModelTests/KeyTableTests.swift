import Testing

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
