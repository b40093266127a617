import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

struct ProtectionTests {
    @Test
    func `the stop leaves in the same answer as the first entry fill, for exactly its quantity`()
        throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let part = Quantity(units: 1_000_000)
        let actions = cockpit.fill(entry, part)
        // 60,000 − 0.30 % = 59,820.
        #expect(
            actions.submitted.map(\.kind) == [
                .stopMarket(trigger: Cockpit.price(59_820), by: .mark)
            ])
        #expect(actions.submitted.map(\.quantity) == [part])
        #expect(actions.submitted.map(\.isReduceOnly) == [true])
        #expect(actions.submitted.map(\.side) == [.sell])
        #expect(actions.approved.map(\.durability) == [.promptly])
    }

    @Test
    func
        `a grown position gets a new stop first and loses the old one only when the new one stands`()
        throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let part = Quantity(units: 1_000_000)
        let first = try #require(cockpit.fill(entry, part).submitted.first)
        #expect(cockpit.accept(first).canceled == [])
        let grown = cockpit.fill(entry, Quantity(units: entry.quantity.units - part.units))
        let second = try #require(grown.submitted.first { $0.kind.isConditional })
        #expect(second.quantity == entry.quantity)
        #expect(grown.canceled == [])
        #expect(cockpit.accept(second).canceled == [first.clientOrderID])
    }

    @Test func `a position that no single order can hold has several stops and no more`() throws {
        var cockpit = try Cockpit {
            $0.instruments[0].filters.maxMarketQuantity = Quantity(units: 1_000_000)
        }
        let entry = try cockpit.orderEntry()
        #expect(entry.quantity > Quantity(units: 1_000_000))
        var waiting = cockpit.accept(entry).submitted + cockpit.fill(entry).submitted
        var stops: [OrderRequest] = []
        while let order = waiting.first, stops.count < 20 {
            waiting.removeFirst()
            waiting += cockpit.accept(order).submitted
            if order.kind.isConditional { stops.append(order) }
        }
        cockpit.read()
        #expect(cockpit.trade(at: 60_000).submitted == [])
        var covered = Quantity.zero
        for stop in stops { covered += stop.quantity }
        #expect(covered >= entry.quantity)
        #expect(covered < entry.quantity + Quantity(units: 1_000_000))
        #expect(cockpit.engine.symbols[0].position?.nakedSince == nil)
    }

    @Test func `a target that cannot hold the whole position is not sent again and again`() throws {
        var cockpit = try Cockpit {
            $0.instruments[0].filters.maxQuantity = Quantity(units: 1_000_000)
            $0.instruments[0].filters.maxMarketQuantity = Quantity(units: 500_000)
        }
        let entry = try cockpit.orderEntry()
        // More than was asked: as a change of the venue's filters would leave it.
        var waiting =
            cockpit.accept(entry).submitted
            + cockpit.fill(entry, Quantity(units: 1_500_000)).submitted
        var targets = 0
        for _ in 0..<20 {
            guard let order = waiting.first else { break }
            waiting.removeFirst()
            waiting += cockpit.accept(order).submitted
            if !order.kind.isConditional { targets += 1 }
        }
        #expect(waiting == [])
        #expect(targets == 1)
        #expect(cockpit.trade(at: 60_000).canceled == [])
    }

    @Test func `a stop is confirmed by the answer first and by a reading later`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.trade(at: 60_000)
        #expect(cockpit.engine.protection(0)?.confirmedBy == .report)
        cockpit.read()
        #expect(cockpit.engine.protection(0)?.confirmedBy == .reading)
        #expect(cockpit.engine.protection(0)?.confirmedTime == cockpit.time)
    }

    @Test func `a position whose stop is not confirmed in 5 seconds is closed`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(cockpit.fill(entry).submitted.first)
        let early = cockpit.fire(.protection(Cockpit.btc), after: .milliseconds(4_900))
        #expect(early.submitted == [])
        let actions = cockpit.fire(.protection(Cockpit.btc), after: .milliseconds(200))
        #expect(actions.submitted.map(\.kind) == [.market])
        #expect(actions.approved.map(\.purpose) == [.exit(.emergency)])
        // The unanswered stop may rest at the venue: it is not taken away before the position is flat.
        #expect(!actions.canceled.contains(stop.clientOrderID))
    }

    @Test func `a stop that the venue refuses because it would fire at once closes the position`()
        throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(cockpit.fill(entry).submitted.first)
        let actions = cockpit.report(.rejected(.wouldTriggerImmediately), of: stop)
        #expect(actions.approved.map(\.purpose).contains(.exit(.stopLoss)))
    }

    @Test func `a stop of unknown outcome is placed again at once under a new id`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(cockpit.fill(entry).submitted.first)
        let actions = cockpit.report(.outcomeUnknown, of: stop)
        let second = try #require(actions.submitted.first { $0.kind.isConditional })
        #expect(second.clientOrderID != stop.clientOrderID)
        #expect(second.quantity == stop.quantity)
        #expect(actions.reads == 1)
    }

    @Test func `the target rests as a reduce-only limit once the entry is over`() throws {
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        // 60,000 + 0.60 % = 60,360.
        #expect(target.kind == .limit(Cockpit.price(60_360), .gtc))
        #expect(target.isReduceOnly)
        #expect(target.quantity == entry.quantity)
        #expect(stop.quantity == entry.quantity)
    }

    @Test func `when the target fills the trade is closed by it and the stop is canceled`() throws {
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        let actions = cockpit.fill(target, at: Cockpit.price(60_360))
        #expect(actions.canceled == [stop.clientOrderID])
        let trip = try #require(cockpit.facts.trips.first)
        #expect(trip.exitReason == .target)
        #expect(trip.grossPnL == Money(entry.quantity, at: Cockpit.price(360)))
        #expect(trip.commissions == Money(whole: 2))
        #expect(trip.netPnL == trip.grossPnL - Money(whole: 2))
        #expect(cockpit.engine.account.walletBalance == Money(whole: 10_000) + trip.netPnL)
    }

    @Test func `when a part of the target fills a smaller stop takes over from the larger`() throws
    {
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        let part = Quantity(units: 1_000_000)
        let actions = cockpit.fill(target, part, at: Cockpit.price(60_360))
        let smaller = try #require(actions.submitted.first { $0.kind.isConditional })
        #expect(smaller.quantity == entry.quantity - part)
        #expect(actions.canceled == [])
        #expect(cockpit.accept(smaller).canceled == [stop.clientOrderID])
    }

    @Test func `when the stop fills the trade is a stop loss and the target is canceled`() throws {
        var cockpit = try Cockpit()
        let (_, stop, target) = try cockpit.openPosition()
        cockpit.report(.triggered, of: stop)
        let actions = cockpit.fill(stop, at: Cockpit.price(59_800))
        #expect(actions.canceled == [target.clientOrderID])
        #expect(cockpit.facts.trips.map(\.exitReason) == [.stopLoss])
    }

    @Test
    func `a mark beyond the stop for 2 seconds without its fill closes the position ourselves`()
        throws
    {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        cockpit.trade(at: 59_800, after: .seconds(1))
        #expect(cockpit.trade(at: 59_800, after: .seconds(1)).submitted == [])
        #expect(cockpit.trade(at: 59_800, after: .seconds(1)).submitted == [])
        let actions = cockpit.trade(at: 59_800, after: .seconds(1))
        #expect(actions.approved.map(\.purpose) == [.exit(.stopLoss)])
    }

    @Test func `a resting stop that a reading does not list is replaced at once`() throws {
        var cockpit = try Cockpit()
        let (_, stop, target) = try cockpit.openPosition()
        let others = cockpit.venueOrders.filter { $0.request.clientOrderID == target.clientOrderID }
        let actions = cockpit.read(orders: others, after: .seconds(2))
        let second = try #require(actions.submitted.first { $0.kind.isConditional })
        #expect(second.clientOrderID != stop.clientOrderID)
        #expect(second.quantity == stop.quantity)
    }
}
