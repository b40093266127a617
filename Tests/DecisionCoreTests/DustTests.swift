import Messages
import Risk
import TestSupport
import Testing
import Trading

@testable import DecisionCore

/// What is smaller than a lot, 0.001 here, can be in a position but in no order.
struct DustTests {
    private static let lot: Int64 = 100_000

    @Test func `a fraction of a lot counts as covered by the stop of the whole lots`() throws {
        var cockpit = try Cockpit { $0.profile.entry.chases = 0 }
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(
            cockpit.fill(entry, Quantity(units: 10 * Self.lot + 37_700)).submitted.first)
        #expect(stop.quantity == Quantity(units: 10 * Self.lot))
        #expect(cockpit.accept(stop).submitted == [])
        cockpit.report(.expired, of: entry)
        #expect(cockpit.engine.symbols[0].position?.nakedSince == nil)
        let target = try #require(cockpit.engine.orders.live.last)
        #expect(target.record.purpose == .target)
        #expect(target.record.request.quantity == stop.quantity)
        cockpit.accept(target.record.request)
        for _ in 0..<50 {
            let actions = cockpit.send(.account(.alive(venueTime: cockpit.time))) + cockpit.read()
            #expect(actions.submitted == [])
            #expect(actions.canceled == [])
        }
    }

    @Test func `a position of less than a lot is told once and no order is sent for it`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let actions = cockpit.fill(entry, Quantity(units: 37_700))
        #expect(actions.submitted == [])
        #expect(
            actions.alarms == [
                "BTCUSDT: the rest of 0.000377 is below the smallest order of 0.001; "
                    + "nothing can close or protect it"
            ])
        let kill = cockpit.command(.kill)
        #expect(kill.submitted == [])
        for _ in 0..<50 {
            #expect(cockpit.fire(.retryExit(Cockpit.btc), after: .milliseconds(40)).submitted == [])
        }
        #expect(cockpit.engine.counters.exitRetries == 0)
        #expect(cockpit.engine.openPositions == 1)
    }

    @Test func `a position larger than the largest order is covered by several stops`() throws {
        var cockpit = try Cockpit {
            $0.profile.entry.chases = 0
            $0.instruments[0].filters.maxMarketQuantity = Quantity(units: 6 * Self.lot)
        }
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        var sent = cockpit.fill(entry, Quantity(units: 15 * Self.lot)).submitted
        var stops: [Int64] = []
        while let stop = sent.first(where: { $0.kind.isConditional }), stops.count < 10 {
            stops.append(stop.quantity.units / Self.lot)
            sent = cockpit.accept(stop).submitted
        }
        #expect(stops == [6, 6, 3])
        #expect(cockpit.engine.symbols[0].position?.nakedSince == nil)
    }

    @Test func `closes that fill crumbs are sent at most once a second after the first three`()
        throws
    {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        var close = try #require(cockpit.command(.kill).submitted.first { $0.kind == .market })
        let begin = cockpit.time
        var sent: [Timestamp] = [begin]
        var alarms: [String] = []
        for _ in 0..<500 {
            var actions = cockpit.fill(close, Quantity(units: 1), at: Cockpit.price(60_000))
            actions += cockpit.report(.expired, of: close)
            if !actions.contains(where: { $0.isClose }) {
                // What the shell does: the timer comes at its time.
                let due = try #require(cockpit.engine.symbols[0].position?.closing?.nextAttempt)
                actions += cockpit.fire(.retryExit(Cockpit.btc), after: due - cockpit.time)
            }
            alarms += actions.alarms
            guard let next = actions.approved.last(where: { $0.purpose == .exit(.kill) }) else {
                Issue.record("given up after \(sent.count)")
                return
            }
            close = next.request
            sent.append(cockpit.time)
        }
        for (index, time) in sent.enumerated() where index >= 3 {
            #expect(time - sent[index - 1] >= .seconds(1))
        }
        // At 4, 14, 24 and so on of 501 attempts.
        #expect(alarms.filter { $0.contains("closes did not end the position") }.count == 50)
    }

    /// Whatever fractions the venue fills: stops are bounded by what happened, closes by time.
    @Test(arguments: UInt64(1)...60)
    func `random off-grid fills flood nobody and end flat or in told dust`(seed: UInt64) throws {
        var random = Seeded(seed)
        var cockpit = try Cockpit { $0.profile.entry.chases = 0 }
        let entry = try cockpit.orderEntry()
        var venue = CrumblingVenue()
        venue.take(cockpit.accept(entry))
        venue.take(
            cockpit.fill(
                entry, Quantity(units: Int64.random(in: 1...entry.quantity.units, using: &random))))
        venue.take(cockpit.report(.expired, of: entry))
        let kill = Int.random(in: 1...100, using: &random)
        for step in 0..<2_000 {
            cockpit.time = cockpit.time + .milliseconds(40)
            if step == kill { venue.take(cockpit.command(.kill)) }
            venue.fireTimers(&cockpit)
            venue.step(&cockpit, &random)
        }
        #expect(venue.stops <= venue.fills + venue.ends + 3, "seed \(seed)")
        #expect(venue.targets <= venue.fills + venue.ends + 3, "seed \(seed)")
        for (index, time) in venue.closes.enumerated() where index >= 3 {
            #expect(time - venue.closes[index - 1] >= .seconds(1), "seed \(seed)")
        }
        let left = cockpit.engine.symbols[0].position?.record.quantity ?? .zero
        if left.units > 0 && left.units < Self.lot {
            #expect(venue.alarms.contains { $0.contains("below the smallest order") })
        } else if left.units > 0 {
            // Still at it.
            let closing = try #require(cockpit.engine.symbols[0].position?.closing)
            #expect(closing.attempts > 3, "seed \(seed)")
        }
    }
}

/// A venue that fills fractions of lots and lets closes expire.
private struct CrumblingVenue {
    var open: [OrderRequest] = []
    var fresh: [OrderRequest] = []
    var timers: [(timer: TimerID, due: Timestamp)] = []
    var closes: [Timestamp] = []
    var stops = 0
    var targets = 0
    var fills = 0
    var ends = 0
    var alarms: [String] = []
    private var now = Timestamp.distantPast

    mutating func take(_ actions: [Action]) {
        alarms += actions.alarms
        for action in actions {
            switch action {
            case .submit(let order):
                fresh.append(order.request)
                switch order.purpose {
                case .protectiveStop: stops += 1
                case .target: targets += 1
                case .exit:
                    if closes.last != now { closes.append(now) }
                case .entry: break
                }
            case .setTimer(let timer, let due):
                timers.removeAll { $0.timer == timer }
                timers.append((timer, due))
            case .cancelTimer(let timer): timers.removeAll { $0.timer == timer }
            case .cancel, .cancelForeign, .readAccount, .latch, .record, .notice: break
            }
        }
    }

    mutating func fireTimers(_ cockpit: inout Cockpit) {
        now = cockpit.time
        for entry in timers where entry.due <= cockpit.time {
            timers.removeAll { $0.timer == entry.timer }
            take(cockpit.fire(entry.timer, after: .zero))
        }
    }

    /// Accepts what is new, and fills a random fraction of one close or target.
    mutating func step(_ cockpit: inout Cockpit, _ random: inout Seeded) {
        let arrived = fresh
        fresh = []
        for order in arrived {
            now = cockpit.time + .milliseconds(20)
            take(cockpit.accept(order))
            open.append(order)
        }
        guard Int.random(in: 0..<4, using: &random) == 0,
            let held = cockpit.engine.symbols[0].position?.record.quantity
        else { return }
        for (index, order) in open.enumerated() where !order.kind.isConditional {
            guard
                let live = cockpit.engine.orders.live.first(where: { $0.id == order.clientOrderID }
                ),
                live.isConfirmedOpen, live.record.purpose != .entry
            else { continue }
            let most = min(live.rest, held).units
            guard most > 0 else { continue }
            let amount = Int64.random(in: 1...max(1, most / 3), using: &random)
            fills += 1
            now = cockpit.time + .milliseconds(20)
            take(cockpit.fill(order, Quantity(units: amount)))
            if order.kind == .market {
                ends += 1
                now = cockpit.time + .milliseconds(20)
                take(cockpit.report(.expired, of: order))
                open.remove(at: index)
            }
            return
        }
    }
}

extension Action {
    fileprivate var isClose: Bool {
        if case .submit(let order) = self, case .exit = order.purpose { true } else { false }
    }
}
