import Messages
import Risk
import TestSupport
import Testing
import Trading

@testable import DecisionCore

struct LedgerTests {
    static func record(_ direction: Direction) -> PositionRecord {
        PositionRecord(
            instrument: InstrumentID(0), direction: direction, quantity: .zero, cost: .zero,
            openedTime: .distantPast, peakQuantity: .zero, realizedPnL: .zero, commissions: .zero,
            funding: .zero, initialStop: Price(units: 1), stopPrice: Price(units: 1),
            targetPrice: nil, maxHoldUntil: .distantFuture, entryProbability: 0, entryThreshold: 0,
            highestMark: Price(units: 1), lowestMark: Price(units: 1), leverage: 3)
    }

    @Test
    func `a partial close removes the floor of its share of the cost and the last takes the rest`()
    {
        var position = Self.record(.long)
        // 3 units at 1 and cost 3·1 = 3 steps, closed one by one at 2: shares 1, 1, 1.
        position.enter(Quantity(units: 3), at: Price(units: 10), commission: .zero)
        position.enter(Quantity(units: 4), at: Price(units: 11), commission: .zero)
        #expect(position.cost == Money(units: 74))
        // floor(74 × 3 / 7) = 31; 3 × 12 − 31 = 5.
        #expect(
            position.leave(Quantity(units: 3), at: Price(units: 12), commission: .zero)
                == Money(units: 5))
        #expect(position.cost == Money(units: 43))
        // The rest: 4 × 12 − 43 = 5; together 10 = 84 − 74.
        #expect(
            position.leave(Quantity(units: 4), at: Price(units: 12), commission: .zero)
                == Money(units: 5))
        #expect(position.cost == .zero)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func `profit, fees and funding add up exactly however a position is closed`(seed: UInt64) {
        var random = Seeded(seed)
        let direction: Direction = Bool.random(using: &random) ? .long : .short
        var position = Self.record(direction)
        var account = AccountLedger(openingBalance: Money(whole: 10_000), time: .distantPast)
        var expected = Money(whole: 10_000)
        for _ in 0..<200 {
            let price = Price(units: Int64.random(in: 1...9_000_000_000_000, using: &random))
            let fee = Money(
                units: Int128(Int64.random(in: -1_000_000...90_000_000, using: &random)))
            expected -= fee
            let open = position.quantity.units
            if open == 0 || Bool.random(using: &random) {
                let quantity = Quantity(units: Int64.random(in: 1...900_000_000, using: &random))
                position.enter(quantity, at: price, commission: fee)
                account.book(profit: .zero, commission: fee)
                expected +=
                    direction == .long ? -Money(quantity, at: price) : Money(quantity, at: price)
            } else {
                let quantity = Quantity(units: Int64.random(in: 1...open, using: &random))
                let profit = position.leave(quantity, at: price, commission: fee)
                account.book(profit: profit, commission: fee)
                expected +=
                    direction == .long ? Money(quantity, at: price) : -Money(quantity, at: price)
            }
            // Cash moved by fills, plus the cost of what is open, is the wallet.
            let cost = direction == .long ? position.cost : -position.cost
            #expect(account.walletBalance == expected + cost, "seed \(seed)")
        }
    }

    @Test func `a repeated fill counts once`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let fill = cockpit.makeFill(entry, tradeID: 7)
        cockpit.report(.filled(fill), of: entry)
        let wallet = cockpit.engine.account.walletBalance
        let again = cockpit.report(.filled(fill), of: entry)
        #expect(again.facts.isEmpty)
        #expect(cockpit.engine.account.walletBalance == wallet)
        #expect(cockpit.position?.quantity == entry.quantity)
    }

    @Test func `a fill before its acceptance is counted and protected`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        let actions = cockpit.fill(entry)
        #expect(actions.approved.map(\.purpose) == [.protectiveStop, .target])
        #expect(cockpit.accept(entry).facts.states == [])
    }

    @Test func `a fill that crosses our cancel is kept`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        cockpit.command(.pause)
        cockpit.report(.canceled, of: entry)
        let part = Quantity(units: 1_000_000)
        let actions = cockpit.fill(entry, part)
        #expect(cockpit.position?.quantity == part)
        #expect(actions.submitted.first?.quantity == part)
        #expect(actions.approved.first?.purpose == .protectiveStop)
    }

    @Test func `funding is booked exactly and belongs to the position`() throws {
        var cockpit = try Cockpit()
        let (_, _, target) = try cockpit.openPosition()
        let amount = Money(units: -123_456_789)
        cockpit.send(
            .account(
                .funding(
                    Cockpit.btc, amount: amount, rate: Rate(units: 100), venueTime: cockpit.time)))
        cockpit.fill(target, at: Cockpit.price(60_360))
        let trip = try #require(cockpit.facts.trips.first)
        #expect(trip.funding == amount)
        #expect(trip.netPnL == trip.grossPnL - trip.commissions + amount)
        #expect(cockpit.engine.account.walletBalance == Money(whole: 10_000) + trip.netPnL)
        #expect(cockpit.engine.account.dayFunding == amount)
    }

    @Test func `funding that is told twice is booked once`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let told = Event.Body.account(
            .funding(
                Cockpit.btc, amount: Money(whole: -2), rate: Rate(units: 100),
                venueTime: cockpit.time))
        cockpit.send(told)
        cockpit.send(told, after: .seconds(1))
        #expect(cockpit.engine.account.dayFunding == Money(whole: -2))
        #expect(cockpit.position?.funding == Money(whole: -2))
    }

    @Test func `numbers that no venue can mean are refused and change nothing`() throws {
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        let (quantity, wallet) = (cockpit.position?.quantity, cockpit.engine.account.walletBalance)
        let foreign = OrderRequest(
            clientOrderID: try #require(ClientOrderID("web-1")), instrument: Cockpit.btc,
            side: .buy, kind: .market, quantity: Quantity(units: .max), isReduceOnly: false)
        let far = try #require(Price(exactly: .max))
        for price in [far, Price(units: 1)] {
            #expect(cockpit.fill(foreign, at: price).alarms.count >= 1)
        }
        var fill = cockpit.makeFill(stop, tradeID: 99)
        fill.commission = Money(units: .max)
        cockpit.report(.filled(fill), of: stop)
        cockpit.send(
            .account(
                .funding(
                    Cockpit.btc, amount: Money(units: .min), rate: Rate(units: 1),
                    venueTime: cockpit.time)))
        cockpit.read(wallet: Money(units: .min))
        #expect(cockpit.position?.quantity == quantity)
        #expect(cockpit.engine.account.walletBalance == wallet)
        #expect(cockpit.engine.counters.refusedReports == 5)
    }

    @Test func `after midnight the parts of the day add up without an open one once all is flat`()
        throws
    {
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        cockpit.trade(at: 60_100)
        cockpit.fire(.dayStart, after: .hours(24))
        #expect(cockpit.engine.account.dayStartEquity > cockpit.engine.account.walletBalance)
        cockpit.fill(stop, at: Cockpit.price(60_050))
        let ledger = cockpit.engine.account
        #expect(
            cockpit.engine.equity - ledger.dayStartEquity
                == ledger.dayClosedPnL - ledger.dayCommissions + ledger.dayFunding)
    }

    @Test func `a liquidation closes the trade by that name and leaves no order`() throws {
        var cockpit = try Cockpit()
        let (entry, stop, target) = try cockpit.openPosition()
        cockpit.send(.account(.liquidation(Cockpit.btc, venueTime: cockpit.time)))
        let fill = Fill(
            tradeID: 90, price: Cockpit.price(41_000), quantity: entry.quantity, side: .sell,
            commission: Money(whole: 3), isMaker: false, venueTime: cockpit.time)
        let actions = cockpit.send(.account(.forcedFill(Cockpit.btc, fill)))
        #expect(cockpit.facts.trips.map(\.exitReason) == [.liquidation])
        #expect(Set(actions.canceled) == [stop.clientOrderID, target.clientOrderID])
    }

    @Test
    func `a stop of the other side covers nothing of a position that was turned round by hand`()
        throws
    {
        var cockpit = try Cockpit()
        let (entry, oldStop, oldTarget) = try cockpit.openPosition()
        // Twice as much as is open: a position of the same size the other way.
        let fill = Fill(
            tradeID: 90, price: Cockpit.price(60_000),
            quantity: entry.quantity + entry.quantity, side: .sell, commission: Money(whole: 3),
            isMaker: false, venueTime: cockpit.time)
        let actions = cockpit.send(.account(.forcedFill(Cockpit.btc, fill)))
        let proof = try #require(cockpit.engine.protection(0))
        #expect(proof.stop == nil)
        #expect(proof.naked == entry.quantity)
        let stop = try #require(actions.submitted.first { $0.kind.isConditional })
        #expect(stop.side == .buy && stop.quantity == entry.quantity && stop.isReduceOnly)
        let accepted = cockpit.accept(stop)
        #expect(cockpit.engine.protection(0)?.stop?.request.clientOrderID == stop.clientOrderID)
        #expect(cockpit.engine.protection(0)?.naked == .zero)
        let canceled = Set(actions.canceled + accepted.canceled)
        #expect(canceled == [oldStop.clientOrderID, oldTarget.clientOrderID])
    }

    @Test func `the day begins anew at midnight with the equity of that moment`() throws {
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        cockpit.fill(stop, at: Cockpit.price(59_820))
        let equity = cockpit.engine.equity
        #expect(cockpit.engine.account.dayTrades == 1)
        cockpit.fire(.dayStart, after: .hours(24))
        #expect(cockpit.engine.account.dayTrades == 0)
        #expect(cockpit.engine.account.dayStartEquity == equity)
        #expect(cockpit.engine.account.dayClosedPnL == .zero)
    }
}
