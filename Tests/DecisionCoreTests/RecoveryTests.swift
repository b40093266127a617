import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

struct RecoveryTests {
    /// The state that folding everything recorded so far gives.
    static func fold(_ cockpit: Cockpit) -> RecoveredState {
        var state = RecoveredState()
        for fact in cockpit.facts { state.apply(fact) }
        return state
    }

    /// The same engine after a kill -9, five seconds later.
    static func restart(_ cockpit: Cockpit) throws -> Cockpit {
        var next = try Cockpit(
            recovered: fold(cockpit), startTime: cockpit.time + .seconds(5))
        next.facts = cockpit.facts
        next.fillID = cockpit.fillID
        next.tradeID = cockpit.tradeID
        next.venueOrderID = cockpit.venueOrderID
        return next
    }

    @Test func `folding the facts gives the same position, account, gate and orders`() throws {
        var cockpit = try Cockpit()
        let (_, stop, target) = try cockpit.openPosition()
        cockpit.command(.pause)
        let restarted = try Self.restart(cockpit)
        #expect(
            restarted.engine.symbols[0].position?.record
                == cockpit.engine.symbols[0].position?.record)
        #expect(restarted.engine.account.walletBalance == cockpit.engine.account.walletBalance)
        #expect(restarted.engine.account.dayTrades == 1)
        #expect(restarted.engine.gate.state == .paused)
        #expect(
            restarted.engine.orders.live.map(\.id) == [stop.clientOrderID, target.clientOrderID])
    }

    @Test func `the venue is asked before anything new is done`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        var restarted = try Self.restart(cockpit)
        let first = restarted.trade(at: 60_000)
        #expect(first.reads == 1)
        #expect(first.submitted == [])
        #expect(restarted.engine.notReady(0) == .notReconciled)
        restarted.read()
        #expect(restarted.engine.reading.isAgreed)
    }

    @Test func `a position whose stop is gone after the restart gets a new one first of all`()
        throws
    {
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        var restarted = try Self.restart(cockpit)
        restarted.trade(at: 60_000)
        let actions = restarted.read(orders: [])
        let new = try #require(actions.submitted.first)
        #expect(new.kind == stop.kind)
        #expect(new.quantity == stop.quantity)
        #expect(new.clientOrderID != stop.clientOrderID)
    }

    @Test func `the latch survives and is written again, and only arm ends it`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.command(.kill)
        var restarted = try Self.restart(cockpit)
        #expect(restarted.engine.gate.state == .latched)
        #expect(restarted.trade(at: 60_000).contains(.latch(true)))
        restarted.read()
        for _ in 0..<10 {
            #expect(restarted.trade(at: 60_000, after: .seconds(30)).submitted == [])
        }
        restarted.command(.arm(engineName: "btc-1"), id: "a")
        #expect(restarted.engine.gate.state == .paused)
    }

    @Test func `a kill that the crash interrupted is carried on`() throws {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        cockpit.command(.kill)
        var restarted = try Self.restart(cockpit)
        restarted.trade(at: 60_000)
        // The close may have been sent or not: the reading says that the position is open and the close is not.
        restarted.read()
        let actions = restarted.fire(.retryExit(Cockpit.btc), after: .seconds(1))
        let sent = restarted.facts.compactMap { fact -> OrderRecord? in
            if case .intent(let record) = fact, record.createdTime >= restarted.engine.startTime {
                record
            } else {
                nil
            }
        }
        #expect(sent.first?.purpose == .exit(.kill), "\(actions)")
        #expect(sent.first?.request.quantity == entry.quantity)
        #expect(restarted.engine.gate.state == .latched)
    }

    @Test func `a halt that was completed keeps the position after the restart`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.command(.halt)
        cockpit.send(.latch(.written))
        var restarted = try Self.restart(cockpit)
        restarted.trade(at: 60_000)
        #expect(restarted.read().submitted == [])
        #expect(restarted.engine.openPositions == 1)
        #expect(restarted.engine.gate.state == .latched)
    }

    @Test func `an entry that was on its way is unknown until the venue proves it absent`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        var restarted = try Self.restart(cockpit)
        let missing = [entry.clientOrderID]
        #expect(restarted.trade(at: 60_000).questions.map { $0.map(\.clientOrderID) } == [missing])
        restarted.read(missing: missing)
        #expect(restarted.engine.orders.live.map(\.record.state) == [.outcomeUnknown])
        // Two readings five seconds apart are too early within the first minute.
        restarted.read(missing: missing, after: .seconds(6))
        #expect(restarted.engine.orders.live.map(\.id) == missing)
        restarted.read(missing: missing, after: .seconds(60))
        restarted.read(missing: missing, after: .seconds(5))
        #expect(restarted.engine.orders.live.isEmpty)
        #expect(restarted.engine.orders.ended.last?.record.state == .abandoned)
    }

    @Test func `a cancel that was on its way at the crash is resolved by the venue's list`() throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        cockpit.command(.pause)
        #expect(cockpit.liveOrders.map(\.state) == [.canceling])
        var restarted = try Self.restart(cockpit)
        let first = restarted.trade(at: 60_000)
        #expect(
            first.contains {
                if case .setTimer(.orderTimeout(let id), _) = $0 {
                    id == entry.clientOrderID
                } else {
                    false
                }
            })
        let missing = [entry.clientOrderID]
        restarted.read(orders: [], missing: missing)
        restarted.read(orders: [], missing: missing, after: .seconds(66))
        restarted.read(orders: [], missing: missing, after: .seconds(6))
        #expect(restarted.engine.orders.live.isEmpty)
        #expect(restarted.engine.notReady(0) == .paused)
    }

    @Test func `a fill told again after the restart counts no second time`() throws {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        var restarted = try Self.restart(cockpit)
        restarted.read()
        let wallet = restarted.engine.account.walletBalance
        restarted.report(.filled(restarted.makeFill(entry, tradeID: 1)), of: entry)
        #expect(restarted.engine.account.walletBalance == wallet)
        #expect(restarted.position?.quantity == entry.quantity)
    }

    @Test func `a command told again after the restart does nothing new`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.command(.pause, id: "p")
        cockpit.command(.resume, id: "r")
        cockpit.command(.pause, id: "p2")
        var restarted = try Self.restart(cockpit)
        restarted.read()
        #expect(restarted.command(.resume, id: "r").steps == [.accepted, .completed])
        #expect(restarted.engine.gate.state == .paused)
    }

    @Test func `client order ids of two runs never meet`() throws {
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        var restarted = try Self.restart(cockpit)
        restarted.trade(at: 60_000)
        let new = try #require(restarted.read(orders: []).submitted.first)
        #expect(![entry, stop, target].map(\.clientOrderID).contains(new.clientOrderID))
    }

    @Test func `the daily loss keeps entries away until the next day even after a restart`() throws
    {
        var state = RecoveredState()
        var account = AccountLedger(openingBalance: Money(whole: 10_000), time: Cockpit.start)
            .record(equity: Money(whole: 10_000))
        account.dayTrades = 1
        state.apply(.account(account))
        state.apply(.breakerTripped(.dailyLoss, value: 0.03, limit: 0.03))
        var cockpit = try Cockpit(recovered: state, startTime: Cockpit.start + .hours(1))
        cockpit.read()
        cockpit.trade(at: 60_000)
        #expect(cockpit.engine.notReady(0) == .breaker)
    }
}

struct ReconciliationTests {
    @Test func `before the first reading no candle makes an entry`() throws {
        var cockpit = try Cockpit()
        for _ in 0..<5 { #expect(cockpit.trade(at: 60_000, after: .seconds(20)).submitted == []) }
        #expect(cockpit.facts.decisions.last?.outcome == .notReady(.notReconciled))
    }

    @Test func `a lost order link stops entries until the account is read again`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        let lost = cockpit.send(.account(.lost))
        #expect(lost.reads == 1)
        cockpit.trade(at: 60_000)
        #expect(cockpit.engine.notReady(0) == .notReconciled)
        cockpit.read()
        #expect(cockpit.engine.notReady(0) == nil)
    }

    @Test func `one empty reading deletes no position, two that agree do and pause`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.read(positions: [])
        #expect(cockpit.engine.openPositions == 1)
        cockpit.read(positions: [], after: .seconds(1))
        #expect(cockpit.engine.openPositions == 0)
        #expect(cockpit.facts.trips.map(\.exitReason) == [.external])
        #expect(cockpit.engine.gate.state == .paused)
    }

    @Test func `a reading older than our fills changes nothing`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.fill(entry, Quantity(units: 1_000_000))
        cockpit.fill(entry, Quantity(units: entry.quantity.units - 1_000_000))
        for _ in 0..<5 { cockpit.read(positions: [], lastTrade: 1, after: .seconds(1)) }
        #expect(cockpit.engine.openPositions == 1)
    }

    @Test
    func `a position that we did not open is protected halfway to liquidation and entries pause`()
        throws
    {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.trade(at: 60_000)
        let foreign = VenuePosition(
            instrument: Cockpit.btc, direction: .short, quantity: Quantity(units: 5_000_000),
            entryPrice: Cockpit.price(61_000), liquidationPrice: Cockpit.price(80_000),
            isolatedMargin: Money(whole: 1_000), leverage: 3)
        let actions = cockpit.read(positions: [foreign])
        let stop = try #require(actions.submitted.first)
        // (60,000 + 80,000) / 2, a short's stop above the mark.
        #expect(stop.kind == .stopMarket(trigger: Cockpit.price(70_000), by: .mark))
        #expect(stop.side == .buy)
        #expect(stop.quantity == foreign.quantity)
        #expect(actions.submitted.count == 1)
        #expect(cockpit.engine.gate.state == .paused)
    }

    @Test func `a kill closes a position that we did not open too`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.trade(at: 60_000)
        let foreign = VenuePosition(
            instrument: Cockpit.btc, direction: .long, quantity: Quantity(units: 5_000_000),
            entryPrice: Cockpit.price(61_000), liquidationPrice: nil, isolatedMargin: .zero,
            leverage: 3)
        cockpit.read(positions: [foreign])
        let actions = cockpit.command(.kill)
        #expect(actions.approved.map(\.purpose) == [.exit(.kill)])
        #expect(actions.submitted.map(\.side) == [.sell])
    }

    @Test func `a wallet that differs the same way three times is adopted and pauses`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        for _ in 0..<2 { cockpit.read(wallet: Money(whole: 9_990), after: .seconds(1)) }
        #expect(cockpit.engine.account.walletBalance == Money(whole: 10_000))
        cockpit.read(wallet: Money(whole: 9_990), after: .seconds(1))
        #expect(cockpit.engine.account.walletBalance == Money(whole: 9_990))
        #expect(cockpit.engine.account.transfers == Money(whole: -10))
        #expect(cockpit.engine.gate.state == .paused)
    }

    @Test func `the first word of the venue is where a fresh account begins`() throws {
        var cockpit = try Cockpit()
        cockpit.read(wallet: Money(whole: 500))
        #expect(cockpit.engine.account.walletBalance == Money(whole: 500))
        #expect(cockpit.engine.account.dayStartEquity == Money(whole: 500))
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test
    func `an entry without an answer is unknown after 5 seconds, canceled and counted as exposure`()
        throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        let actions = cockpit.fire(.orderTimeout(entry.clientOrderID), after: .seconds(5))
        #expect(actions.facts.states == [.outcomeUnknown])
        #expect(actions.canceled == [entry.clientOrderID])
        #expect(actions.reads == 1)
        #expect(actions.submitted == [])
        #expect(cockpit.engine.marginUsed > .zero)
    }

    @Test func `an order of unknown outcome for 30 seconds pauses`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.report(.outcomeUnknown, of: entry)
        cockpit.fire(.orderTimeout(entry.clientOrderID), after: .seconds(30))
        #expect(cockpit.engine.gate.state == .paused)
    }
}
