import Messages
import Models
import Risk
import Testing
import Trading

@testable import DecisionCore

struct ModelChangeTests {
    private static let next = String(repeating: "b", count: 64)

    private func use(_ digest: String, _ name: String = "next") -> Event.Body {
        .models(.use(digest: digest, name: name, by: "uid 1000"))
    }

    @Test func `while flat another set decides at the next candle, with thresholds of its own`()
        throws
    {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set([], name: "first", digest: "a") }
        let next = try TestSets.set(
            [try TestSets.card(.entryLong, -3), try TestSets.card(.entryShort, 3)], name: "next",
            digest: Self.next
        ) {
            $0.entryThresholds = PerDirection(long: 0.7, short: 0.55)
            $0.expectedSignalRate = PerDirection(long: 0.02, short: 0.04)
        }
        cockpit.engine.provide(next)
        cockpit.read()
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        let actions = cockpit.send(use(Self.next), after: .seconds(1))
        #expect(actions.submitted == [])
        #expect(
            cockpit.facts.modelChanges == [
                ModelChangeRecord(
                    name: "next", digest: Self.next, previousName: "first", previousDigest: "a",
                    by: "uid 1000")
            ])
        #expect(cockpit.facts.modelNotices.map(\.severity) == [.warning])
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        cockpit.trade(at: 60_000, after: .seconds(20))
        let decision = try #require(cockpit.facts.decisions.last)
        #expect(decision.models?.digest == Self.next)
        #expect(decision.direction == .short)
        #expect((decision.longThreshold, decision.shortThreshold) == (0.7, 0.55))
        let symbol = cockpit.engine.symbols[0]
        #expect(symbol.longThreshold.configuration.expectedRate == 0.02)
        #expect(symbol.shortThreshold.configuration.expectedRate == 0.04)
    }

    @Test func `the exit of an open position is the new set's from then on`() throws {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set([], name: "first") }
        let next = try TestSets.set(
            [try TestSets.card(.exitLong, 3)], name: "next", digest: Self.next
        ) { $0.exitThreshold = 0.9 }
        _ = try cockpit.openPosition()
        cockpit.time = cockpit.time.floor(to: .minutes(1)) + .seconds(121)
        cockpit.trade(at: 60_000, after: .seconds(1))
        let before = try #require(cockpit.engine.symbols[0].position?.exit.probability)
        #expect(before < 0.1)
        cockpit.engine.provide(next)
        cockpit.send(use(Self.next), after: .seconds(1))
        #expect(cockpit.facts.modelNotices.last?.text.contains("the open position too") == true)
        #expect(cockpit.engine.exitThreshold == 0.9)
        // Shown at the next look, acted on at the close of the candle.
        #expect(cockpit.trade(at: 60_000, after: .seconds(1)).submitted == [])
        let after = try #require(cockpit.engine.symbols[0].position?.exit.probability)
        #expect(after > 0.9)
        let actions = cockpit.trade(at: 60_000, after: .seconds(60))
        #expect(actions.approved.map(\.purpose) == [.exit(.exitProbability)])
    }

    @Test func `a set that was not provided changes nothing and alarms`() throws {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set([], name: "first") }
        cockpit.send(use("c", "other"))
        #expect(cockpit.facts.modelChanges == [])
        #expect(
            cockpit.facts.modelNotices == [
                Notice(.models, .alarm, "model set other was not loaded; first decides on")
            ])
        #expect(cockpit.engine.models.set.name == "first")
        #expect(cockpit.engine.models.problem == "other: this set was not loaded")
        _ = try cockpit.orderEntry()
    }

    @Test func `a damaged set alarms, and the one before it trades on`() throws {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set([], name: "first") }
        cockpit.send(.models(.damaged(name: "next", why: "a file has changed")))
        #expect(
            cockpit.facts.modelNotices == [
                Notice(
                    .models, .alarm,
                    "model set next is damaged: a file has changed; first decides on")
            ])
        _ = try cockpit.orderEntry()
        #expect(cockpit.facts.decisions.last?.models?.name == "first")
    }

    @Test func `the set before can be put in force again`() throws {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set([], name: "first") }
        cockpit.engine.provide(try TestSets.set([], name: "next", digest: Self.next))
        cockpit.send(use(Self.next))
        cockpit.send(use("", "first"))
        #expect(cockpit.facts.modelChanges.map(\.name) == ["next", "first"])
        cockpit.send(use("", "first"))
        #expect(cockpit.facts.modelChanges.count == 2)
        #expect(cockpit.facts.modelNotices.last?.text == "model set first decides already")
    }

    @Test func `of many provided sets the oldest goes, never the one in force`() throws {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set([], name: "first", digest: "a") }
        for number in 0..<20 {
            cockpit.engine.provide(try TestSets.set([], name: "n", digest: "\(number)"))
        }
        cockpit.send(use("3", "n"))
        #expect(cockpit.facts.modelChanges == [])
        cockpit.send(use("19", "n"))
        cockpit.send(use("a", "first"))
        #expect(cockpit.facts.modelChanges.map(\.digest) == ["19", "a"])
    }
}

struct ThresholdTests {
    @Test func `thresholds stay within the bounds of the set`() throws {
        var cockpit = try Cockpit {
            $0.modelSet = try TestSets.set([try TestSets.card(.entryLong, 3)]) {
                $0.bounds = ThresholdBounds(lowest: 0.58, highest: 0.7, maxOffset: 0.04)
            }
        }
        cockpit.read()
        for _ in 0..<60 { cockpit.trade(at: 60_000, after: .seconds(60)) }
        let symbol = cockpit.engine.symbols[0]
        // LONG signals at every candle, SHORT at none.
        #expect(symbol.longThreshold.value == 0.64)
        #expect(symbol.shortThreshold.value == 0.58)
        #expect(symbol.longThreshold.isPinned && symbol.shortThreshold.isPinned)
    }

    @Test func `a threshold that is stuck is told once, and once when it is free again`() throws {
        let follow = try TestSets.card(
            .entryShort, -3, [.init(feature: .takerImbalance1m, weight: -6)])
        var cockpit = try Cockpit {
            $0.modelSet = try TestSets.set([follow]) {
                $0.bounds = ThresholdBounds(lowest: 0.58, highest: 0.7, maxOffset: 0.04)
            }
        }
        cockpit.read()
        // 5 % expected: stuck after 60 candles without a signal.
        for _ in 0..<100 { cockpit.trade(at: 60_000, after: .seconds(60)) }
        let stuck = Notice(
            .models, .alarm, "BTCUSDT SHORT threshold is stuck at 0.58: no signal for 60 candles")
        #expect(cockpit.facts.modelNotices == [stuck])
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(60), side: .sell) }
        let texts = cockpit.facts.modelNotices.map(\.text)
        #expect(texts.count == 2)
        #expect(texts.last?.hasPrefix("BTCUSDT SHORT threshold is free again, at 0.5") == true)
    }
}

struct DriftTests {
    @Test func `rows unlike those of training alarm once, and again that they are like them`()
        throws
    {
        // In training buyers and sellers were balanced; here there are only buyers, later only sellers and few.
        let edges = (0..<9).map { -0.8 + 0.2 * Double($0) }
        let shares = [Double](repeating: 0.1, count: 10) + [0.0]
        let histogram = try TrainingHistogram(edges: edges, shares: shares)
        let follow = try TestSets.card(
            .entryLong, -3, [.init(feature: .takerImbalance1m, weight: 1)])
        var cockpit = try Cockpit {
            $0.modelSet = try TestSets.set([follow]) {
                $0.training[ModelRole.entryLong.index] = [
                    .init(name: "taker_imbalance_1m", histogram: histogram)
                ]
            }
        }
        cockpit.read()
        for _ in 0..<1_030 { cockpit.trade(at: 60_000, after: .seconds(60)) }
        let drift = cockpit.engine.models.drift[ModelRole.entryLong.index]
        #expect(drift.level == .alarm)
        #expect(drift.worst.map(\.name) == ["taker_imbalance_1m"])
        let told = cockpit.facts.modelNotices.filter { $0.text.contains("PSI") }
        #expect(told.map(\.severity) == [.alarm])
        #expect(
            told.first?.text.hasPrefix("LONG entry: taker_imbalance_1m differs from training, PSI ")
                == true)
        // Nothing is said of roles without training figures.
        #expect(cockpit.engine.models.drift[ModelRole.entryShort.index].monitor.rows == 0)
    }
}
