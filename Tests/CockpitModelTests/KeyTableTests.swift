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
    }

    @Test
    func `no single key closes positions or starts trading`() {
        for binding in KeyTable.all where binding.commands {
            switch binding.action {
            case .kill, .flatten, .halt: #expect(binding.context == .guardBar)
            default: #expect(binding.action == .pause || binding.action == .openGuardBar)
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
