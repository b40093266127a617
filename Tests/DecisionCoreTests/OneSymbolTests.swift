import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

struct OneSymbolTests {
    private static let btc = SymbolName("BTCUSDT")
    private static let other = SymbolName("DOGEUSDT")

    private func refusals(_ actions: [Action]) -> [CommandRefusal] {
        actions.facts.compactMap {
            if case .commandRefused(_, let refusal, _) = $0 { refusal } else { nil }
        }
    }

    // MARK: Close

    @Test func `close ends one position, its ladder climbs to completed, and the gate stays open`()
        throws
    {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        let sent = cockpit.command(.close(btc))
        #expect(sent.approved.map(\.purpose) == [.exit(.operator)])
        #expect(sent.submitted.map(\.quantity) == [entry.quantity])
        #expect(sent.submitted.map(\.isReduceOnly) == [true])
        #expect(sent.canceled == [target.clientOrderID])
        #expect(sent.steps == [.accepted, .ordersSent])
        #expect(cockpit.report(.canceled, of: target).steps == [.ordersGone])
        let close = try #require(sent.submitted.first)
        let flat = cockpit.fill(close)
        #expect(flat.steps == [.positionsFlat])
        #expect(flat.canceled == [stop.clientOrderID])
        // The venue still lists the stop: that is not yet the confirmation.
        #expect(cockpit.read().steps == [])
        cockpit.report(.canceled, of: stop)
        #expect(cockpit.read().steps == [.confirmedByVenue, .completed])
        #expect(cockpit.facts.trips.map(\.exitReason) == [.operator])
        #expect(cockpit.engine.gate.state == .open)
        #expect(!cockpit.engine.symbols[0].isToBeFlat)
    }

    @Test func `a close that is sent again under its id does nothing new`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.command(.close(btc), id: "x")
        let again = cockpit.command(.close(btc), id: "x")
        #expect(again.submitted == [])
        #expect(again.steps == [.accepted, .ordersSent])
        #expect(refusals(cockpit.command(.close(btc), id: "y")) == [.alreadyClosing])
    }

    @Test func `an unknown symbol and a flat one are refused by every command that needs them`()
        throws
    {
        let btc = try #require(Self.btc)
        let other = try #require(Self.other)
        var cockpit = try Cockpit()
        cockpit.read()
        for (number, command) in [
            Command.close(other), .reduce(other, percent: 5), .breakEven(other),
            .pauseSymbol(other), .resumeSymbol(other),
        ].enumerated() {
            #expect(refusals(cockpit.command(command, id: "u\(number)")) == [.unknownSymbol])
        }
        for (number, command) in [
            Command.close(btc), .reduce(btc, percent: 5), .breakEven(btc),
        ].enumerated() {
            #expect(refusals(cockpit.command(command, id: "f\(number)")) == [.noPosition])
        }
    }

    @Test func `a kill takes over a close and ends latched`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let close = try #require(cockpit.command(.close(btc), id: "x").submitted.first)
        // What was sent runs on; nothing is sent twice.
        #expect(cockpit.command(.kill, id: "k").submitted == [])
        #expect(cockpit.engine.gate.state == .latched)
        cockpit.fill(close)
        #expect(cockpit.engine.openPositions == 0)
    }

    @Test func `a close that was not through is carried on after a restart`() throws {
        let btc = try #require(Self.btc)
        var before = try Cockpit()
        let (_, _, target) = try before.openPosition()
        before.command(.close(btc), id: "x")
        var state = RecoveredState()
        for fact in before.facts { state.apply(fact) }
        // The close never reached the venue, which disowns it, so it is sent again under a new id.
        let lost = try #require(
            before.liveOrders.first { $0.purpose == .exit(.operator) }?.request.clientOrderID)
        var after = try Cockpit(recovered: state, startTime: before.time + .seconds(5))
        after.facts = before.facts
        after.fillID = before.fillID
        after.send(.account(.alive(venueTime: after.time)))
        let sent = after.read(missing: [lost])
        #expect(sent.approved.map(\.purpose).contains(.exit(.operator)))
        let close = try #require(sent.submitted.first { !$0.kind.isConditional })
        after.report(.canceled, of: target)
        #expect(after.fill(close).steps.contains(.positionsFlat))
        #expect(after.engine.openPositions == 0)
    }

    // MARK: Reduce

    @Test func `reduce sells its part once and the stop shrinks after the fill, never naked`()
        throws
    {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let (entry, stop, _) = try cockpit.openPosition()
        let sent = cockpit.command(.reduce(btc, percent: 40))
        let filters = cockpit.engine.symbols[0].instrument.filters
        let part = filters.tradable(Quantity(units: entry.quantity.units * 40 / 100))
        #expect(sent.submitted.map(\.quantity) == [part])
        #expect(sent.approved.map(\.purpose) == [.exit(.operator)])
        #expect(sent.steps == [.accepted, .ordersSent])
        let order = try #require(sent.submitted.first)
        let filled = cockpit.fill(order)
        #expect(filled.steps == [.ordersGone, .completed])
        let smaller = try #require(filled.submitted.first { $0.kind.isConditional })
        #expect(smaller.quantity == entry.quantity - part)
        // The old stop stays until the new one stands.
        #expect(!filled.canceled.contains(stop.clientOrderID))
        #expect(cockpit.accept(smaller).canceled == [stop.clientOrderID])
        #expect(cockpit.engine.symbols[0].position?.nakedSince == nil)
        #expect(cockpit.position?.quantity == entry.quantity - part)
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test func `two reductions at once never ask for more than is open`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        let first = cockpit.command(.reduce(btc, percent: 60), id: "a").submitted
        let second = cockpit.command(.reduce(btc, percent: 60), id: "b").submitted
        let sum = (first + second).reduce(Int64(0)) { $0 + $1.quantity.units }
        #expect(first.count == 1 && second.count == 1)
        #expect(sum < entry.quantity.units)
    }

    @Test func `a part below the smallest order, and a rest below it, are refused`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        let minimum = cockpit.engine.symbols[0].instrument.filters.minQuantity
        let step = cockpit.engine.symbols[0].instrument.filters.stepSize
        cockpit.engine.symbols[0].position?.record.quantity = Quantity(
            units: minimum.units + step.units / 2)
        let small = refusals(cockpit.command(.reduce(btc, percent: 10), id: "a"))
        #expect(
            small == [
                .belowSmallestOrder(
                    Quantity(units: (minimum.units + step.units / 2) / 10), minimum: minimum)
            ])
        cockpit.engine.symbols[0].position?.record.quantity = Quantity(
            units: minimum.units * 2 - step.units / 2)
        let rest = refusals(cockpit.command(.reduce(btc, percent: 99), id: "b"))
        #expect(
            rest == [
                .restBelowSmallestOrder(
                    Quantity(units: minimum.units - step.units / 2), minimum: minimum)
            ])
        cockpit.engine.symbols[0].position?.record.quantity = entry.quantity
    }

    @Test func `a reduction that the venue ends early is not sent again`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let order = try #require(
            cockpit.command(.reduce(btc, percent: 50)).submitted.first)
        let ended = cockpit.report(.expired, of: order)
        #expect(ended.steps == [.ordersGone, .completed])
        #expect(ended.submitted == [])
    }

    // MARK: Break-even

    @Test func `break-even places the new stop, then cancels the old one, never naked`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let (entry, stop, _) = try cockpit.openPosition()
        let entryPrice = try #require(cockpit.position?.entryPrice)
        cockpit.trade(at: 60_900)
        let sent = cockpit.command(.breakEven(btc))
        let better = try #require(sent.submitted.first)
        #expect(sent.submitted.count == 1)
        #expect(sent.steps == [.accepted])
        #expect(sent.canceled == [])
        #expect(better.quantity == entry.quantity)
        guard case .stopMarket(let trigger, by: .mark) = better.kind else {
            Issue.record("not a stop by mark price: \(better.kind)")
            return
        }
        let costs = cockpit.engine.roundTripCosts(0)
        #expect(trigger >= entryPrice.moved(by: costs))
        #expect(trigger.units - entryPrice.moved(by: costs).units < 10_000_000)
        let accepted = cockpit.accept(better)
        #expect(accepted.canceled == [stop.clientOrderID])
        #expect(accepted.steps == [.ordersSent])
        #expect(cockpit.engine.symbols[0].position?.nakedSince == nil)
        #expect(cockpit.report(.canceled, of: stop).steps == [.ordersGone, .completed])
        #expect(cockpit.engine.protection(0)?.stop?.request == better)
        #expect(cockpit.engine.protection(0)?.naked == .zero)
    }

    @Test func `break-even is refused while its stop would trigger, and when it is there already`()
        throws
    {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let early = refusals(cockpit.command(.breakEven(btc), id: "a"))
        guard case .notBeyondBreakEven = try #require(early.first) else {
            Issue.record("refused otherwise: \(early)")
            return
        }
        cockpit.trade(at: 60_900)
        cockpit.command(.breakEven(btc), id: "b")
        let again = refusals(cockpit.command(.breakEven(btc), id: "c"))
        guard case .stopAlreadyThere = try #require(again.first) else {
            Issue.record("refused otherwise: \(again)")
            return
        }
    }

    @Test func `a SHORT breaks even below its entry`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit(entersShort: true)
        _ = try cockpit.openPosition()
        let entryPrice = try #require(cockpit.position?.entryPrice)
        cockpit.trade(at: 59_000)
        let better = try #require(cockpit.command(.breakEven(btc)).submitted.first)
        let trigger = try #require(better.kind.price)
        #expect(trigger < entryPrice)
        #expect(better.side == .buy)
    }

    @Test func `a new stop that the venue refuses leaves the old one standing`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        cockpit.trade(at: 60_900)
        let better = try #require(cockpit.command(.breakEven(btc)).submitted.first)
        let refused = cockpit.report(.rejected(.wouldTriggerImmediately), of: better)
        #expect(refusals(refused) == [.stopRejected])
        #expect(refused.submitted == [] && refused.canceled == [])
        #expect(cockpit.position?.stopPrice == stop.kind.price)
        #expect(cockpit.engine.symbols[0].position?.closing == nil)
    }

    // MARK: Pause

    @Test
    func `a paused symbol makes no entries until it is resumed, and stays so after a restart`()
        throws
    {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let paused = cockpit.command(.pauseSymbol(btc), id: "p")
        #expect(
            paused.steps == [.accepted, .entriesBlocked, .ordersSent, .ordersGone, .completed])
        #expect(throws: Cockpit.Missing.self) { try cockpit.orderEntry() }
        #expect(cockpit.facts.decisions.map(\.outcome) == [.notReady(.paused)])
        #expect(cockpit.engine.gate.state == .open)

        var state = RecoveredState()
        for fact in cockpit.facts { state.apply(fact) }
        var after = try Cockpit(recovered: state, startTime: cockpit.time + .seconds(5))
        #expect(after.engine.symbols[0].isPaused)
        after.send(.account(.alive(venueTime: after.time)))
        after.read()
        after.command(.resumeSymbol(btc), id: "r")
        #expect(!after.engine.symbols[0].isPaused)
        for fact in after.facts { state.apply(fact) }
        #expect(state.pausedSymbols == nil)
    }

    @Test func `a paused symbol takes its working entry back and closes nothing`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        let paused = cockpit.command(.pauseSymbol(btc))
        #expect(paused.canceled == [entry.clientOrderID])
        #expect(paused.steps == [.accepted, .entriesBlocked, .ordersSent])
        #expect(cockpit.report(.canceled, of: entry).steps == [.ordersGone, .completed])
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test func `the position of a paused symbol keeps its stop and target`() throws {
        let btc = try #require(Self.btc)
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let paused = cockpit.command(.pauseSymbol(btc))
        #expect(paused.canceled == [] && paused.submitted == [])
    }

    // MARK: Naked time

    @Test func `the time without a confirmed stop adds up and survives a restart`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(cockpit.fill(entry).submitted.first { $0.kind.isConditional })
        cockpit.send(.account(.alive(venueTime: cockpit.time)), after: .milliseconds(700))
        cockpit.accept(stop)
        let measured = try #require(cockpit.engine.protection(0)?.nakedTime)
        #expect(measured >= .milliseconds(700))
        var state = RecoveredState()
        for fact in cockpit.facts { state.apply(fact) }
        let after = try Cockpit(recovered: state, startTime: cockpit.time + .seconds(60))
        #expect(after.engine.protection(0)?.nakedTime == measured)
    }
}
