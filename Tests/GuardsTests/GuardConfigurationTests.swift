import Testing
import Trading

@testable import Guards

@Test func `the defaults are those of the rules`() {
    let configuration = GuardConfiguration()
    #expect(configuration[.takerAggression].scope == .long)
    #expect(!configuration[.goldenHour].isOn)
    let closed: [GuardID] = [.feeAware, .maxPositions, .staleData, .spread]
    for id in GuardConfiguration.existing {
        #expect(configuration[id].failsOpen == !closed.contains(id), "\(id)")
        #expect(configuration[id].isOn == (id != .goldenHour), "\(id)")
    }
}

@Test func `a guard without a data source cannot be switched on`() {
    var configuration = GuardConfiguration()
    configuration[.fearGreed] = GuardSwitch(isOn: true, failsOpen: true)
    #expect(!configuration.asks(.fearGreed, about: .long))
    #expect(configuration == GuardConfiguration())
}

@Test func `a guard is asked only within its scope`() {
    var configuration = GuardConfiguration()
    #expect(configuration.asks(.takerAggression, about: .long))
    #expect(!configuration.asks(.takerAggression, about: .short))
    configuration[.takerAggression] = GuardSwitch(scope: .short, failsOpen: true)
    #expect(configuration.asks(.takerAggression, about: .short))
    configuration[.takerAggression].isOn = false
    #expect(!configuration.asks(.takerAggression, about: .short))
}

@Test func `the first refusal wins`() {
    let decision = GuardConfiguration().decide([
        GuardVerdict(.spread, .allow(value: 1, limit: 5)),
        GuardVerdict(.whaleIntent, .block(value: 40, limit: 30)),
        GuardVerdict(.takerAggression, .block(value: 1, limit: 1.1)),
    ])
    #expect(decision == .blocked(.whaleIntent))
}

@Test func `missing data refuse only where the guard fails closed`() {
    var configuration = GuardConfiguration()
    #expect(
        configuration.decide([GuardVerdict(.whaleIntent, .noData)]) == .pass(multiplier: 1))
    #expect(configuration.decide([GuardVerdict(.spread, .noData)]) == .blocked(.spread))
    configuration[.whaleIntent].failsOpen = false
    #expect(
        configuration.decide([GuardVerdict(.whaleIntent, .noData)]) == .blocked(.whaleIntent))
}

@Test func `multipliers multiply and never enlarge`() {
    let decision = GuardConfiguration().decide([
        GuardVerdict(.fearGreed, .scale(multiplier: 0.5, value: 85, limit: 80)),
        GuardVerdict(.randomWalkSize, .scale(multiplier: 0.75, value: 0.5, limit: 0.55)),
        GuardVerdict(.spread, .scale(multiplier: 3, value: 1, limit: 5)),
    ])
    #expect(decision == .pass(multiplier: 0.375))
}
