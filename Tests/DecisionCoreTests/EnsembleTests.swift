import Market
import Messages
import Models
import Risk
import Testing
import Trading

@testable import DecisionCore

/// 1 ÷ (1 + e⁻³).
private let sure = 0.9525741268224334

struct EnsembleTests {
    @Test func `a decision records who said its probabilities and on what row`() throws {
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(digest: "ab") }
        _ = try cockpit.orderEntry()
        let decision = try #require(cockpit.facts.decisions.last)
        let models = try #require(decision.models)
        #expect((models.name, models.digest) == ("test", "ab"))
        #expect(models.features.count == 16)
        #expect(
            models.long == [
                MemberRecord(id: "card", share: 1, probability: sure, absence: nil)
            ])
        #expect(models.short.map(\.id) == ["card"])
        #expect(!models.isDegraded)
        #expect(decision.longProbability == sure)
        #expect(cockpit.facts.modelNotices == [])
    }

    @Test func `a member without an answer leaves its weight to the others, and that is told once`()
        throws
    {
        let members = [
            try TestSets.card(.entryLong, 3, weight: 0.25),
            try TestSets.tree(.entryLong, -3, on: .openInterestZ, weight: 0.75),
        ]
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(members) }
        let entry = try cockpit.orderEntry()
        let decision = try #require(cockpit.facts.decisions.last)
        #expect(decision.outcome == .ordered(entry.clientOrderID))
        #expect(decision.longProbability == sure)
        #expect(
            decision.models?.long == [
                MemberRecord(id: "card", share: 1, probability: sure, absence: nil),
                MemberRecord(id: "tree", share: 0, probability: nil, absence: "missingInput"),
            ])
        #expect(decision.models?.isDegraded == true)
        for _ in 0..<20 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        #expect(
            cockpit.facts.modelNotices == [
                Notice(.models, .warning, "BTCUSDT LONG entry: degraded, tree: no input")
            ])
    }

    @Test func `without any answer there is no entry, no made-up probability, and one alarm`()
        throws
    {
        let members = [
            try TestSets.tree(.entryLong, 3, on: .openInterestZ),
            try TestSets.tree(.entryShort, 3, on: .openInterestZ),
        ]
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(members) }
        cockpit.read()
        for _ in 0..<40 {
            cockpit.send(.account(.alive(venueTime: cockpit.time)))
            cockpit.trade(at: 60_000, after: .seconds(15))
        }
        let decisions = cockpit.facts.decisions
        #expect(decisions.count >= 9)
        #expect(decisions.allSatisfy { $0.longProbability.isNaN && $0.shortProbability.isNaN })
        #expect(decisions.last?.outcome == .noProbability)
        #expect(cockpit.engine.counters.entriesSubmitted == 0)
        #expect(
            cockpit.facts.modelNotices.map(\.severity) == [.alarm, .alarm])
        #expect(
            cockpit.facts.modelNotices.first?.text
                == "BTCUSDT LONG entry: no model has an answer, no entries on this side; tree: no input"
        )
        // The loop cannot see what nobody said: it stays where it was.
        #expect(cockpit.engine.symbols[0].longThreshold.value == 0.6)
        #expect(cockpit.engine.symbols[0].longThreshold.candlesSinceSignal == 0)
    }

    @Test func `a position without an exit probability is closed by the rules alone`() throws {
        let members = [try TestSets.tree(.exitLong, 9, on: .openInterestZ)]
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(members) }
        _ = try cockpit.openPosition()
        let until = try #require(cockpit.position?.maxHoldUntil)
        for _ in 0..<40 {
            #expect(cockpit.trade(at: 60_000, after: .seconds(15)).submitted == [])
        }
        let watch = try #require(cockpit.engine.symbols[0].position?.exit)
        #expect(watch.probability == nil)
        #expect(watch.series.isEmpty)
        let alarms = cockpit.facts.modelNotices
        #expect(
            alarms == [
                Notice(
                    .models, .alarm,
                    "BTCUSDT LONG exit: no model has an answer, only the rules close it; tree: no input"
                )
            ])
        let actions = cockpit.fire(.maxHold(Cockpit.btc), after: until - cockpit.time)
        #expect(actions.approved.map(\.purpose) == [.exit(.maxHold)])
    }

    @Test func `an exit model sees the market of the last closed candle and the position of now`()
        throws
    {
        let members = [
            try TestSets.card(
                .exitLong, 0,
                [
                    .init(feature: .takerImbalance1m, weight: 1),
                    .init(feature: .unrealizedR, weight: 1),
                ])
        ]
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(members) }
        _ = try cockpit.openPosition()
        cockpit.time = cockpit.time.floor(to: .minutes(1)) + .seconds(61)
        cockpit.trade(at: 60_000, after: .seconds(1))
        let closed = cockpit.engine.symbols[0].closedRow
        #expect(closed[.takerImbalance1m] == 1)
        func probability() throws -> Double {
            try #require(cockpit.engine.symbols[0].position?.exit.probability)
        }
        let before = try probability()
        // Sellers fill the minute; the price stays.
        for _ in 0..<20 { cockpit.trade(at: 60_000, after: .seconds(1), side: .sell) }
        #expect(try probability() == before)
        // The price moves within the minute: that is the position of now.
        cockpit.trade(at: 60_100, after: .seconds(1), side: .sell)
        #expect(try probability() > before)
        cockpit.trade(at: 60_000, after: .seconds(60), side: .sell)
        #expect(cockpit.engine.symbols[0].closedRow[.takerImbalance1m] < 1)
    }
}

struct PositionFeatureTests {
    @Test func `flow since entry is counted from the first fill`() throws {
        let members = [
            try TestSets.card(.exitLong, 0, [.init(feature: .cvdSinceEntry, weight: 1)])
        ]
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(members) }
        _ = try cockpit.openPosition()
        // Buyers only came before; from here on one bought and three sold.
        cockpit.trade(at: 60_000, after: .seconds(1), side: .buy)
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(1), side: .sell) }
        let record = try #require(cockpit.engine.symbols[0].position?.record)
        #expect(cockpit.engine.exitRow(0, record)[.cvdSinceEntry] == -0.5)
    }

    @Test func `the regime at entry stays with the position, also over a restart`() throws {
        let members = [
            try TestSets.card(.exitLong, 0, [.init(feature: .entryDayTrend, weight: 1)])
        ]
        func cockpit(_ recovered: RecoveredState? = nil) throws -> Cockpit {
            try Cockpit(recovered: recovered, startTime: Cockpit.start + .hours(48)) {
                $0.modelSet = try TestSets.set(members)
            }
        }
        var first = try cockpit()
        for candle in 0..<400 {
            // Up by 6 % in the last day.
            let minute = 48 * 60 - 5 * Int64(400 - candle)
            first.send(
                .market(
                    Cockpit.btc, .kline(HistoryTests.kline(minute, 56_000 + 10 * Int64(candle)))))
        }
        _ = try first.openPosition()
        let record = try #require(first.position)
        #expect(record.regime?.dayTrend == .bull)
        #expect(first.engine.exitRow(0, record)[.entryDayTrend] == 1)
        var state = RecoveredState()
        for fact in first.facts { state.apply(fact) }
        let second = try cockpit(state)
        let kept = try #require(second.engine.symbols[0].position?.record)
        #expect(second.engine.exitRow(0, kept)[.entryDayTrend] == 1)
        // What flowed since the entry is of the run before.
        #expect(second.engine.exitRow(0, kept)[.cvdSinceEntry].isNaN)
    }
}

struct HistoryTests {
    static func kline(_ minute: Int64, _ close: Int64, interval: Duration = .minutes(5)) -> Kline {
        let open = Cockpit.start + .minutes(minute)
        let price = Cockpit.price(close)
        return Kline(
            openTime: open, interval: interval, open: price, high: price, low: price, close: price,
            volume: Quantity(units: 100_000_000), takerBuyVolume: Quantity(units: 50_000_000),
            isClosed: true, venueTime: open + interval)
    }

    @Test func `rows kept from close to close are those that all candles give at once`() throws {
        let members = [try TestSets.sequence(.entryLong, 1, steps: 8)]
        var cockpit = try Cockpit { $0.modelSet = try TestSets.set(members) }
        cockpit.read()
        var compared = 0
        for step in 0..<400 {
            // Some candles have no print at all, and some prints come late.
            let wait = step % 50 == 49 ? 700 : 17
            if step % 9 == 8 {
                cockpit.trade(at: 60_050, after: .zero, late: .seconds(200))
            }
            cockpit.trade(at: 60_000 + Int64(step * step % 37), after: .seconds(Int64(wait)))
            guard let rows = cockpit.engine.symbols[0].history else { continue }
            var whole = SequenceRows(features: [.return1], length: 8)
            let symbol = cockpit.engine.symbols[0]
            guard symbol.market.candles5m.last?.openTime == rows.lastOpenTime,
                cockpit.facts.decisions.count > compared
            else { continue }
            compared = cockpit.facts.decisions.count
            whole.update(symbol.market.candles5m)
            #expect(whole.rows.count == rows.count)
            #expect(
                zip(whole.rows.values, rows.values).allSatisfy {
                    $0 == $1 || $0.isNaN && $1.isNaN
                }, "step \(step)")
        }
        #expect(compared > 100)
        #expect(cockpit.engine.symbols[0].history?.isFull == true)
    }

    @Test func `candles of the venue's history fill the rows before the first close`() throws {
        let members = [try TestSets.sequence(.entryLong, 3, steps: 8)]
        func longMembers(_ candles: Int64) throws -> [MemberRecord] {
            var cockpit = try Cockpit(startTime: Cockpit.start + .minutes(100)) {
                $0.modelSet = try TestSets.set(members)
            }
            for candle in 0..<candles {
                cockpit.send(
                    .market(
                        Cockpit.btc,
                        .kline(Self.kline(100 - 5 * (candles - candle), 60_000 + candle))))
            }
            cockpit.read()
            for _ in 0..<5 { cockpit.trade(at: 60_000, after: .seconds(15)) }
            return try #require(cockpit.facts.decisions.last?.models?.long)
        }
        // Eight returns are made of nine candles.
        #expect(try longMembers(8).map(\.absence) == ["noHistory"])
        #expect(try longMembers(9).map(\.absence) == [nil])
        #expect(try longMembers(20).map(\.probability) == [sure])
    }

    @Test func `candles of the venue's history count for the warm-up`() throws {
        func outcome(_ candles: Int64) throws -> DecisionOutcome? {
            var cockpit = try Cockpit(startTime: Cockpit.start + .minutes(100)) {
                $0.profile.warmUpCandles = 20
            }
            for candle in 0..<candles {
                let minute = 100 - candles + candle
                cockpit.send(
                    .market(Cockpit.btc, .kline(Self.kline(minute, 60_000, interval: .minutes(1)))))
            }
            cockpit.read()
            for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(15)) }
            cockpit.send(.account(.alive(venueTime: cockpit.time)))
            cockpit.trade(at: 60_000, after: .seconds(20))
            return cockpit.facts.decisions.last?.outcome
        }
        // The candle that is decided on is the last that was wanting.
        #expect(try outcome(18) == .notReady(.warmingUp))
        guard case .ordered = try outcome(19) else {
            Issue.record("not ordered")
            return
        }
    }
}
