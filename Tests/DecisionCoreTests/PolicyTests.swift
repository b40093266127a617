import Market
import Messages
import Models
import Risk
import Testing
import Trading

@testable import DecisionCore

struct PolicyTests {
    /// A policy that always prefers `action`, whatever it sees; it needs `absent` not to be known.
    static func policy(
        _ action: PolicyAction, mode: PolicyMode,
        absent: [PolicyState.Component] = PolicyTests.marketComponents
    ) throws -> PolicyMember {
        func tensor(_ name: String, _ shape: [Int]) -> SafeTensors.Tensor {
            .init(
                name: name, shape: shape, values: Array(repeating: 0, count: shape.reduce(1, *)))
        }
        var bias = tensor("action_net.bias", [6])
        bias.values[action.rawValue] = 2
        let bytes = SafeTensors.encode(
            [
                tensor("mlp_extractor.policy_net.0.weight", [2, 20]),
                tensor("mlp_extractor.policy_net.0.bias", [2]),
                tensor("mlp_extractor.policy_net.2.weight", [2, 2]),
                tensor("mlp_extractor.policy_net.2.bias", [2]),
                tensor("action_net.weight", [6, 2]), bias,
            ],
            metadata: [
                ("state", PolicyState.names), ("absent", absent.map(\.name).joined(separator: ",")),
            ])
        return PolicyMember(
            id: "ppo", mode: mode, network: try PolicyNetwork(try SafeTensors(bytes)), file: "p",
            digest: "d")
    }

    /// What needs candles of five minutes or data that the hand-made market does not have.
    static let marketComponents: [PolicyState.Component] = [
        .return20, .normalizedATR, .rsi, .openInterestDivergence, .openInterestChange, .fundingRate,
        .volumeRatio, .bollingerPosition,
    ]

    private func cockpit(_ action: PolicyAction, _ mode: PolicyMode) throws -> Cockpit {
        try Cockpit {
            $0.modelSet = try TestSets.set { $0.policy = try Self.policy(action, mode: mode) }
        }
    }

    private func decide(_ cockpit: inout Cockpit) throws -> DecisionRecord {
        cockpit.read()
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        cockpit.trade(at: 60_000, after: .seconds(20))
        return try #require(cockpit.facts.decisions.last)
    }

    @Test func `advice is recorded and changes nothing`() throws {
        var cockpit = try cockpit(.hold, .advise)
        let decision = try decide(&cockpit)
        guard case .ordered = decision.outcome else {
            Issue.record("\(decision.outcome)")
            return
        }
        let advice = try #require(decision.models?.advice)
        #expect((advice.mode, advice.action, advice.isVeto) == ("advise", "hold", false))
        #expect(advice.probabilities.count == 6)
        // e² ÷ (e² + 5).
        #expect(abs(advice.probabilities[0] - 0.596418) < 1e-6)
        #expect(cockpit.engine.symbols[0].advice?.action == .hold)
    }

    @Test(arguments: [PolicyAction.hold, .enterShort, .exit, .scaleOut])
    func `a veto turns an entry into a hold`(action: PolicyAction) throws {
        var cockpit = try cockpit(action, .veto)
        let decision = try decide(&cockpit)
        #expect(decision.outcome == .vetoedByPolicy)
        #expect(decision.models?.advice?.isVeto == true)
        #expect(!decision.verdicts.isEmpty)
        #expect(cockpit.engine.counters.entriesSubmitted == 0)
    }

    @Test func `a policy that would enter too lets the entry pass`() throws {
        var cockpit = try cockpit(.enterLong, .veto)
        let decision = try decide(&cockpit)
        guard case .ordered = decision.outcome else {
            Issue.record("\(decision.outcome)")
            return
        }
        #expect(decision.models?.advice?.isVeto == false)
    }

    @Test func `a policy that is off is not asked`() throws {
        var cockpit = try cockpit(.hold, .off)
        #expect(try decide(&cockpit).models?.advice == nil)
    }

    @Test func `a policy that lacks what it looks at says nothing and vetoes nothing`() throws {
        var cockpit = try Cockpit {
            $0.modelSet = try TestSets.set {
                $0.policy = try Self.policy(.hold, mode: .veto, absent: [])
            }
        }
        let decision = try decide(&cockpit)
        #expect(decision.models?.advice == nil)
        guard case .ordered = decision.outcome else {
            Issue.record("\(decision.outcome)")
            return
        }
    }

    @Test func `the state of a flat account is what its components say`() throws {
        var cockpit = try cockpit(.hold, .advise)
        _ = try decide(&cockpit)
        let symbol = cockpit.engine.symbols[0]
        let reading = try #require(symbol.entry)
        let state = cockpit.engine.policyState(0, reading, symbol.closedRow)
        #expect(state[.position] == 0)
        #expect(state[.timeHeld] == 0)
        #expect(state[.liquidationDistance] == 1)
        #expect(state[.target] == 0.006)
        let sure: Float = 0.95257413
        #expect(abs(state[.modelSignal] - (2 * sure - 1)) < 1e-6)
        #expect(abs(state[.confidence] - sure) < 1e-6)
        #expect(state[.equityRatio] == 1)
        #expect(state[.drawdown] == 0)
        #expect(state[.recentSharpe] == 0)
        #expect(state[.tradesToday] == 0)
        for component in Self.marketComponents where component != .return20 {
            #expect(state[component].isNaN || component == .fundingRate, "\(component)")
        }
    }

    @Test
    func `the state of an open position is in signs of its direction and parts of its limits`()
        throws
    {
        var cockpit = try cockpit(.hold, .advise)
        _ = try cockpit.openPosition()
        cockpit.trade(at: 60_120, after: .seconds(30))
        let symbol = cockpit.engine.symbols[0]
        let record = try #require(symbol.position?.record)
        let reading = try #require(symbol.entry)
        let state = cockpit.engine.policyState(0, reading, symbol.closedRow)
        let mark = try #require(symbol.market.mark?.price.double)
        #expect(abs(state[.unrealizedReturn] - Float(mark / 60_000 - 1)) < 1e-7)
        let share = mark * record.quantity.double / (0.2 * cockpit.engine.equity.double)
        #expect(abs(state[.position] - Float(share)) < 1e-6)
        let held = (cockpit.time - record.openedTime).seconds
        #expect(abs(state[.timeHeld] - Float(held / 1_200)) < 1e-6)
        // The target lies 0.6 % above the entry.
        #expect(abs(state[.target] - Float((60_360 - mark) / mark)) < 1e-5)
        // Three times leverage: somewhat less than a third away, plus the gain.
        #expect(state[.liquidationDistance] > 0.3 && state[.liquidationDistance] < 0.34)
        #expect(abs(state[.tradesToday] - 1 / 2_000) < 1e-9)
        let free = cockpit.engine.availableBalance.double / cockpit.engine.equity.double
        #expect(abs(state[.freeBalanceRatio] - Float(free)) < 1e-7)
    }

    @Test func `the recent Sharpe ratio wants five trades and looks at twenty`() {
        #expect(PolicyState.sharpe([1, 2, 3, 4]) == 0)
        // Mean 3, sample deviation √2.5.
        #expect(abs(PolicyState.sharpe([1, 2, 3, 4, 5]) - 3 / 2.5.squareRoot()) < 1e-12)
        #expect(PolicyState.sharpe([2, 2, 2, 2, 2]) == 0)
        let long = [Double](repeating: -9, count: 30) + [Double](repeating: 1, count: 19) + [2]
        #expect(PolicyState.sharpe(long) == PolicyState.sharpe(Array(long.suffix(20))))
    }

    @Test func `components of the market are in the policy's units`() {
        var row = FeatureRow()
        row[.rsi14] = 70
        row[.fundingRate] = 1
        row[.bollingerPosition] = -1
        row[.natr14] = 0.002
        var state = PolicyState()
        state.takeMarket(row)
        #expect(state[.rsi] == 0.7)
        #expect(state[.fundingRate] == 0.0001)
        #expect(state[.bollingerPosition] == 0)
        #expect(state[.normalizedATR] == 0.002)
        #expect(state[.return20].isNaN)
        state.takeSignals(long: 0.7, short: nil)
        #expect(state[.modelSignal].isNaN && state[.confidence].isNaN)
    }
}
