import Guards
import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

struct EntryTests {
    @Test
    func `an entry is an IOC limit within 5 bp of the touch that leaves only after its commit`()
        throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        // 60,000.10 × 1.0005 = 60,030.10005, down to the grid.
        #expect(entry.kind == .limit(Price(units: 6_003_010_000_000), .ioc))
        #expect(entry.side == .buy)
        #expect(!entry.isReduceOnly)
        guard
            case .intent(let intent) = cockpit.facts.last(where: {
                if case .intent = $0 { true } else { false }
            })
        else { return }
        #expect(intent.request == entry)
        #expect(intent.state == .intended)
        #expect(intent.purpose == .entry)
    }

    @Test func `the intent stands before its order in the answer`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        let actions = cockpit.trade(at: 60_000, after: .seconds(20))
        let intent = actions.firstIndex { if case .record(.intent) = $0 { true } else { false } }
        let submit = actions.firstIndex { if case .submit = $0 { true } else { false } }
        #expect(try #require(intent) < #require(submit))
        #expect(actions.approved.map(\.durability) == [.afterCommit(GateEpoch(0))])
    }

    @Test func `a decision with a signal has the verdict of every guard that was asked`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        let decision = try #require(cockpit.facts.decisions.last)
        #expect(decision.outcome == .ordered(entry.clientOrderID))
        #expect(decision.direction == .long)
        let asked = GuardConfiguration.existing.filter {
            GuardConfiguration().asks($0, about: .long)
        }
        #expect(decision.verdicts.map(\.guardID) == asked)
    }

    @Test func `a guard that blocks is named and no order is sent`() throws {
        var cockpit = try Cockpit {
            $0.guards.goldenHour.opens = .hours(9); $0.guards[.goldenHour].isOn = true
        }
        cockpit.read()
        for _ in 0..<5 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        // The tape begins at midnight.
        #expect(cockpit.facts.decisions.last?.outcome == .refusedByGuard(.goldenHour))
        #expect(cockpit.engine.counters.entriesSubmitted == 0)
    }

    @Test func `no second entry is made while a position is open`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        for _ in 0..<10 {
            cockpit.send(.account(.alive(venueTime: cockpit.time)))
            #expect(cockpit.trade(at: 60_000, after: .seconds(20)).submitted == [])
        }
        #expect(cockpit.facts.decisions.last?.outcome == .notReady(.positionOpen))
    }

    @Test func `an entry that did not fill is chased once and then given up`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        // Past the window in which the same order again is taken for a mistake.
        cockpit.trade(at: 60_010, after: .seconds(3))
        let chase = try #require(cockpit.report(.expired, of: entry).submitted.first)
        #expect(chase.clientOrderID != entry.clientOrderID)
        #expect(chase.quantity == entry.quantity)
        cockpit.accept(chase)
        cockpit.trade(at: 60_020, after: .seconds(3))
        #expect(cockpit.report(.expired, of: chase).submitted == [])
    }

    @Test func `an entry refused by risk is recorded with the reason`() throws {
        var cockpit = try Cockpit { $0.riskLimits.maxOrderNotional = Money(whole: 60) }
        cockpit.read()
        for _ in 0..<5 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        guard case .refusedByRisk = cockpit.facts.decisions.last?.outcome else {
            Issue.record("\(cockpit.facts.decisions.map(\.outcome))")
            return
        }
        #expect(cockpit.engine.counters.entriesSubmitted == 0)
    }

    @Test func `a short of the largest size passes the check of the position's notional`() throws {
        // Its limit is below touch and mark; sized at the limit it would be too large at the mark.
        var cockpit = try Cockpit(entersShort: true) {
            $0.profile.sizing = SizingConfiguration(base: 0.20, min: 0.20, max: 0.20)
            $0.profile.sizing.hourShare = .one
            $0.profile.sizing.kellyMinTrades = nil
            // The finest grid: rounding down to it must not hide the difference.
            $0.instruments[0].filters.stepSize = Quantity(units: 100)
            $0.instruments[0].filters.minQuantity = Quantity(units: 100)
        }
        let entry = try cockpit.orderEntry()
        #expect(entry.side == .sell)
        // A fifth of 10,000 is 2,000 at the mark of 60,000 and less than half a dime: 0.033333.
        #expect(entry.quantity == Quantity(units: 3_333_300))
    }

    @Test func `a silent market makes no entry`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        // The clock closes the candle, 17 s after the last print.
        let actions = cockpit.fire(.candleClose(Cockpit.btc), after: .seconds(17))
        #expect(actions.submitted == [])
        #expect(cockpit.facts.decisions.last?.outcome == .notReady(.staleData))
    }

    @Test func `a candle that the heartbeat closes first is decided all the same`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        for _ in 0..<3 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        // The loop was late: time is past the end of the candle and its grace when the heartbeat comes.
        cockpit.fire(.tick, after: .seconds(17))
        #expect(cockpit.facts.decisions.count == 1)
        cockpit.fire(.candleClose(Cockpit.btc), after: .zero)
        #expect(cockpit.facts.decisions.count == 1)
    }

    @Test func `a candle is decided once although a late print amends it`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        for _ in 0..<12 { cockpit.trade(at: 60_000, after: .seconds(15)) }
        let times = cockpit.facts.decisions.map(\.candleOpenTime)
        #expect(times == Array(Set(times)).sorted())
    }
}

struct ExitTests {
    @Test
    func `a model that wants out is held for the minimum hold and then obeyed at a candle close`()
        throws
    {
        var cockpit = try Cockpit(exitProbabilityIsHigh: true)
        _ = try cockpit.openPosition()
        let opened = try #require(cockpit.position?.openedTime)
        var closed: Timestamp?
        for _ in 0..<16 where closed == nil {
            let actions = cockpit.trade(at: 60_000, after: .seconds(10))
            if actions.approved.contains(where: { $0.purpose == .exit(.exitProbability) }) {
                closed = cockpit.time
            } else if cockpit.time - opened < .seconds(55) && cockpit.facts.decisions.count > 1 {
                #expect(cockpit.engine.symbols[0].position?.exit.heldUntil == opened + .seconds(60))
            }
        }
        let time = try #require(closed)
        #expect(time - opened >= .seconds(60))
        // The first print of a new minute closes the candle.
        #expect(time.floor(to: .minutes(1)) > (time - .seconds(10)).floor(to: .minutes(1)))
    }

    @Test func `between candle closes the exit probability is shown and not acted on`() throws {
        var cockpit = try Cockpit(exitProbabilityIsHigh: true)
        _ = try cockpit.openPosition()
        cockpit.time = cockpit.time.floor(to: .minutes(1)) + .seconds(61)
        cockpit.trade(at: 60_000, after: .seconds(1))
        for _ in 0..<40 {
            let actions = cockpit.trade(at: 60_000, after: .seconds(1))
            #expect(actions.submitted == [])
        }
        let watch = try #require(cockpit.engine.symbols[0].position?.exit)
        #expect((watch.probability ?? 0) > 0.9)
        #expect(watch.overSince != nil)
        #expect(watch.series.count >= 40)
    }

    @Test func `the exit probability is evaluated at most ten times a second`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.trade(at: 60_000, after: .milliseconds(500))
        let first = try #require(cockpit.engine.symbols[0].position?.exit.evaluatedTime)
        cockpit.trade(at: 60_000, after: .milliseconds(99))
        #expect(cockpit.engine.symbols[0].position?.exit.evaluatedTime == first)
        cockpit.trade(at: 60_000, after: .milliseconds(1))
        #expect(
            cockpit.engine.symbols[0].position?.exit.evaluatedTime == first + .milliseconds(100))
    }

    @Test func `the longest hold ends by its timer`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let until = try #require(cockpit.position?.maxHoldUntil)
        let early = cockpit.fire(.maxHold(Cockpit.btc), after: .seconds(1))
        #expect(early.submitted == [])
        let actions = cockpit.fire(.maxHold(Cockpit.btc), after: until - cockpit.time)
        #expect(actions.approved.map(\.purpose) == [.exit(.maxHold)])
    }
}

struct BreakerTests {
    @Test
    func `a day's loss of 3 per cent closes everything and blocks entries until the next day`()
        throws
    {
        var cockpit = try Cockpit { $0.riskLimits.breakers.drawdown = nil }
        let (_, stop, _) = try cockpit.openPosition()
        let equity = cockpit.engine.account.dayStartEquity
        // A fee that costs 3 per cent: the breaker looks at equity, whatever took it.
        cockpit.send(
            .account(
                .funding(
                    Cockpit.btc, amount: -equity.part(.basisPoints(300)), rate: Rate(units: 1),
                    venueTime: cockpit.time)))
        #expect(cockpit.engine.gate.state == .flattening)
        let closes = cockpit.facts.compactMap { fact -> OrderPurpose? in
            if case .intent(let record) = fact { record.purpose } else { nil }
        }
        #expect(closes.last == .exit(.dailyLoss))
        let close = try #require(cockpit.engine.orders.live.last?.record.request)
        cockpit.fill(close)
        cockpit.report(.canceled, of: stop)
        for order in cockpit.engine.orders.live {
            cockpit.report(.canceled, of: order.record.request)
        }
        cockpit.read()
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.facts.trips.map(\.exitReason) == [.dailyLoss])
        cockpit.command(.resume, id: "r")
        cockpit.trade(at: 60_000)
        #expect(cockpit.engine.notReady(0) == .breaker)
        cockpit.fire(.dayStart, after: .hours(24))
        cockpit.trade(at: 60_000)
        cockpit.read()
        #expect(cockpit.engine.notReady(0) == nil)
    }

    @Test func `a fall after the arming that forgave one kills again`() throws {
        var cockpit = try Cockpit { $0.riskLimits.breakers.dailyLoss = nil }
        cockpit.read()
        func lose(_ usd: Int64) {
            cockpit.send(
                .account(
                    .funding(
                        Cockpit.btc, amount: Money(whole: -usd), rate: Rate(units: 1),
                        venueTime: cockpit.time)), after: .seconds(1))
        }
        lose(2_100)
        #expect(cockpit.engine.gate.state == .latched)
        cockpit.read()
        cockpit.command(.arm(engineName: "btc-1"), id: "a")
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.engine.account.peakEquity == Money(whole: 7_900))
        lose(1_500)
        #expect(cockpit.engine.gate.state == .paused)
        lose(100)
        #expect(cockpit.engine.gate.state == .latched)
    }

    @Test func `the equity of 24 hours ago is not older although minutes are missing`() {
        var history = EquityHistory()
        for hour in 0..<60 {
            history.add(
                Money(whole: Int64(hour)), at: Cockpit.start + .hours(Int64(hour)))
        }
        #expect(history.dayAgo == Money(whole: 35))
        #expect(history.ordered.count == 25)
    }

    @Test func `a fall of 20 per cent from the peak kills and latches`() throws {
        var cockpit = try Cockpit { $0.riskLimits.breakers.dailyLoss = nil }
        _ = try cockpit.openPosition()
        let actions = cockpit.send(
            .account(
                .funding(
                    Cockpit.btc, amount: Money(whole: -2_100), rate: Rate(units: 1),
                    venueTime: cockpit.time)))
        #expect(cockpit.engine.gate.state == .latched)
        #expect(actions.contains(.latch(true)))
        #expect(actions.approved.map(\.purpose) == [.exit(.kill)])
        let command = cockpit.engine.commands.records.last
        #expect(command?.envelope.origin == .breaker(.drawdown))
    }
}
