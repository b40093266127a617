import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

struct CommandTests {
    @Test func `kill closes the gate, latches and sends the close in the same answer`() throws {
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        let epoch = cockpit.engine.gate.epoch
        let actions = cockpit.command(.kill)
        #expect(cockpit.engine.gate.state == .latched)
        #expect(cockpit.engine.gate.epoch == epoch.next)
        #expect(actions.contains(.latch(true)))
        #expect(actions.approved.map(\.purpose) == [.exit(.kill)])
        #expect(actions.submitted.map(\.quantity) == [entry.quantity])
        #expect(actions.submitted.map(\.isReduceOnly) == [true])
        #expect(actions.canceled == [target.clientOrderID])
        #expect(!actions.canceled.contains(stop.clientOrderID))
        #expect(actions.steps == [.accepted, .entriesBlocked, .ordersSent])
    }

    @Test func `the ladder of a kill climbs to completed and the stop goes only after flat`() throws
    {
        var cockpit = try Cockpit()
        let (_, stop, target) = try cockpit.openPosition()
        let close = try #require(cockpit.command(.kill).submitted.first)
        #expect(cockpit.report(.canceled, of: target).steps == [.ordersGone])
        #expect(cockpit.send(.latch(.written)).steps == [.latched])
        let flat = cockpit.fill(close)
        #expect(flat.steps == [.positionsFlat])
        #expect(flat.canceled == [stop.clientOrderID])
        #expect(flat.reads == 1)
        // The venue still lists the stop: that is not yet the confirmation.
        #expect(cockpit.read().steps == [])
        cockpit.report(.canceled, of: stop)
        #expect(cockpit.read().steps == [.confirmedByVenue, .completed])
        #expect(cockpit.facts.trips.map(\.exitReason) == [.kill])
        #expect(cockpit.engine.gate.state == .latched)
    }

    @Test func `an entry in flight at the kill is canceled, and closed when it fills anyway`()
        throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        let killed = cockpit.command(.kill)
        #expect(killed.canceled == [entry.clientOrderID])
        #expect(killed.submitted == [])
        cockpit.accept(entry)
        let filled = cockpit.fill(entry)
        #expect(filled.approved.map(\.purpose) == [.exit(.kill)])
        #expect(filled.submitted.map(\.quantity) == [entry.quantity])
        let close = try #require(filled.submitted.first)
        cockpit.fill(close)
        #expect(cockpit.engine.openPositions == 0)
        #expect(cockpit.facts.trips.map(\.exitReason) == [.kill])
    }

    @Test func `a kill cancels an entry of unknown outcome and closes it if it ever fills`() throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.report(.outcomeUnknown, of: entry)
        #expect(cockpit.command(.kill).canceled == [entry.clientOrderID])
        cockpit.report(.cancelRejected, of: entry)
        #expect(cockpit.engine.orders.live.map(\.record.state) == [.outcomeUnknown])
        #expect(cockpit.fill(entry).approved.map(\.purpose) == [.exit(.kill)])
    }

    @Test func `arm is refused while a killed entry may still fill`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.report(.outcomeUnknown, of: entry)
        cockpit.command(.kill)
        cockpit.send(.latch(.written))
        cockpit.command(.arm(engineName: "btc-1"), id: "a")
        #expect(cockpit.engine.gate.state == .latched)
        #expect(cockpit.fill(entry).approved.map(\.purpose) == [.exit(.kill)])
    }

    @Test func `a reading from before the last fill confirms no flat`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.command(.kill)
        // Flat here and there, but the entry is still on its way.
        cockpit.read(positions: [], orders: [])
        cockpit.accept(entry)
        let close = try #require(cockpit.fill(entry).submitted.first)
        #expect(!cockpit.fill(close).steps.contains(.confirmedByVenue))
        #expect(cockpit.read().steps.contains(.confirmedByVenue))
    }

    @Test func `an entry decided before a pause is not chased after the resume`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        cockpit.trade(at: 60_010, after: .seconds(3))
        cockpit.command(.pause, id: "p")
        cockpit.command(.resume, id: "r")
        #expect(cockpit.engine.gate.state == .open)
        #expect(cockpit.report(.expired, of: entry).submitted == [])
    }

    @Test func `an entry withheld after the kill leaves nothing behind`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.command(.kill)
        cockpit.send(.latch(.written))
        let gone = cockpit.report(.withheld, of: entry)
        #expect(gone.steps == [.ordersGone, .positionsFlat])
        #expect(cockpit.read().steps == [.confirmedByVenue, .completed])
        #expect(cockpit.engine.orders.live.isEmpty)
    }

    @Test func `a close that is rejected is tried again until it fills`() throws {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        var close = try #require(cockpit.command(.kill).submitted.first)
        var attempts = 1
        for _ in 0..<8 {
            #expect(cockpit.report(.rejected(.throttled), of: close).approved == [])
            let again = cockpit.fire(.retryExit(Cockpit.btc), after: .seconds(1))
            let next = try #require(again.approved.first { $0.purpose == .exit(.kill) })
            #expect(next.request.quantity == entry.quantity)
            #expect(next.request.clientOrderID != close.clientOrderID)
            close = next.request
            attempts += 1
        }
        #expect(attempts == 9)
        cockpit.fill(close)
        #expect(cockpit.engine.openPositions == 0)
    }

    @Test func `a repeated command answers with its ladder and does nothing new`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.command(.kill)
        let epoch = cockpit.engine.gate.epoch
        let again = cockpit.command(.kill)
        #expect(again.steps == [.accepted, .entriesBlocked, .ordersSent])
        #expect(again.submitted == [])
        #expect(!again.contains(.latch(true)))
        #expect(cockpit.engine.gate.epoch == epoch)
    }

    @Test func `a kill under the id of an earlier pause is a kill`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.command(.pause, id: "c-1")
        let actions = cockpit.command(.kill, id: "c-1")
        #expect(actions.approved.map(\.purpose) == [.exit(.kill)])
        #expect(cockpit.engine.gate.state == .latched)
    }

    @Test func `pause blocks entries and leaves position, stop and target alone`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let actions = cockpit.command(.pause)
        #expect(actions.submitted == [])
        #expect(actions.canceled == [])
        #expect(
            actions.steps == [.accepted, .entriesBlocked, .ordersSent, .ordersGone, .completed])
        #expect(cockpit.engine.gate.state == .paused)
    }

    @Test func `pause cancels an entry in flight, and a fill of it is kept and protected`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        #expect(cockpit.command(.pause).canceled == [entry.clientOrderID])
        let filled = cockpit.fill(entry)
        #expect(filled.approved.map(\.purpose) == [.protectiveStop, .target])
    }

    @Test func `after a pause no candle makes an entry`() throws {
        var cockpit = try Cockpit()
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        cockpit.read()
        cockpit.command(.pause)
        for _ in 0..<20 { #expect(cockpit.trade(at: 60_000, after: .seconds(20)).submitted == []) }
        #expect(cockpit.facts.decisions.allSatisfy { $0.outcome == .notReady(.paused) })
    }

    @Test func `halt latches and keeps the position with its stop`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let actions = cockpit.command(.halt)
        #expect(actions.submitted == [])
        #expect(actions.canceled == [])
        #expect(actions.contains(.latch(true)))
        #expect(cockpit.engine.gate.state == .latched)
        #expect(cockpit.send(.latch(.written)).steps == [.latched, .completed])
        #expect(cockpit.engine.openPositions == 1)
    }

    @Test func `flatten ends paused once the venue says that nothing is open`() throws {
        var cockpit = try Cockpit()
        let (_, stop, target) = try cockpit.openPosition()
        let close = try #require(cockpit.command(.flatten).submitted.first)
        #expect(cockpit.engine.gate.state == .flattening)
        cockpit.report(.canceled, of: target)
        cockpit.fill(close)
        cockpit.report(.canceled, of: stop)
        #expect(cockpit.read().steps == [.confirmedByVenue, .completed])
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.facts.trips.map(\.exitReason) == [.operator])
    }

    @Test func `resume is refused while latched and arm needs the engine's name`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.command(.kill, id: "k")
        let refusals = [
            cockpit.command(.resume, id: "r"),
            cockpit.command(.arm(engineName: "eth-1"), id: "a"),
        ].map { actions in
            actions.facts.compactMap { fact -> CommandRefusal? in
                if case .commandRefused(_, let why, _) = fact { why } else { nil }
            }
        }
        #expect(refusals == [[.latched], [.wrongEngineName(expected: "btc-1")]])
        let armed = cockpit.command(.arm(engineName: "btc-1"), id: "a2")
        #expect(armed.contains(.latch(false)))
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.send(.latch(.removed)).steps == [.completed])
        #expect(cockpit.command(.resume, id: "r2").steps == [.accepted, .completed])
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test func `arm is refused while a kill still has a position to close`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.command(.kill, id: "k")
        let actions = cockpit.command(.arm(engineName: "btc-1"), id: "a")
        #expect(!actions.contains(.latch(false)))
        #expect(cockpit.engine.gate.state == .latched)
    }

    @Test func `with a failed store nothing new is risked and a kill still closes`() throws {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        cockpit.send(.store(.failed))
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.command(.kill).submitted.map(\.quantity) == [entry.quantity])
    }

    @Test func `with a slow store no candle makes an entry`() throws {
        var cockpit = try Cockpit()
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        cockpit.read()
        cockpit.send(.store(.slow))
        for _ in 0..<5 { #expect(cockpit.trade(at: 60_000, after: .seconds(20)).submitted == []) }
        #expect(cockpit.facts.decisions.last?.outcome == .notReady(.storeFailing))
    }
}
