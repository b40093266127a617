import Market
import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

extension Cockpit {
    @discardableResult
    fileprivate mutating func tell(
        _ report: AccountReport, after delay: Duration = .milliseconds(20)
    ) -> [Action] {
        send(.account(report), after: delay)
    }

    /// Reconciled and with one closed candle: only what the test adds can keep entries away.
    fileprivate mutating func makeReady() {
        send(.account(.alive(venueTime: time)))
        read()
        for _ in 0..<5 { trade(at: 60_000, after: .seconds(15)) }
        send(.account(.alive(venueTime: time)))
        trade(at: 60_000, after: .milliseconds(100))
    }
}

struct TransferTests {
    /// wallet = opening + gross − commissions + funding + transfers.
    private static func identityHolds(_ account: AccountLedger) -> Bool {
        account.openingBalance + account.grossPnL - account.commissions + account.funding
            + account.transfers == account.walletBalance
    }

    @Test(arguments: [5_000, -5_000] as [Int64])
    func `a deposit is no profit and a withdrawal no loss`(amount: Int64) throws {
        var cockpit = try Cockpit()
        cockpit.read()
        let before = cockpit.engine.account
        let actions = cockpit.tell(
            .transferred(amount: Money(whole: amount), venueTime: cockpit.time))
        let account = cockpit.engine.account
        #expect(account.walletBalance == before.walletBalance + Money(whole: amount))
        #expect(account.transfers == Money(whole: amount))
        #expect(Self.identityHolds(account))
        #expect(account.dayStartEquity == before.dayStartEquity + Money(whole: amount))
        #expect(account.dayLossBase == account.dayStartEquity)
        #expect(account.peakEquity == account.walletBalance)
        #expect(cockpit.engine.drawdown == .zero)
        #expect(cockpit.engine.gate.state == .open)
        #expect(actions.alarms == [])
        #expect(
            actions.facts.contains {
                if case .account(let record) = $0 {
                    record.walletBalance == account.walletBalance
                } else {
                    false
                }
            })
    }

    /// 200 of 10,000 lost: 2 per cent, below the breaker at 3.
    private static func afterLoss() throws -> Cockpit {
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        let loss = Money(whole: 200)
        let price = Cockpit.price(60_000).units - Int64(loss.units / Int128(stop.quantity.units))
        cockpit.fill(stop, at: Price(units: price))
        cockpit.read(orders: [])
        return cockpit
    }

    @Test(arguments: [8_000, 50, -50, -5_000, -9_000] as [Int64])
    func `after a loss a transfer neither trips nor loosens a breaker`(amount: Int64) throws {
        var cockpit = try Self.afterLoss()
        let before = cockpit.engine.account
        let drawdown = cockpit.engine.drawdown
        let loss = Breakers.loss(of: cockpit.engine.equity, from: before.dayLossBase)
        let day = cockpit.engine.equity - before.dayStartEquity
        cockpit.tell(.transferred(amount: Money(whole: amount), venueTime: cockpit.time))
        cockpit.fire(.tick, after: .seconds(1))
        let account = cockpit.engine.account
        #expect(Self.identityHolds(account))
        #expect(abs(cockpit.engine.drawdown.units - drawdown.units) <= 1)
        let now = Breakers.loss(of: cockpit.engine.equity, from: account.dayLossBase)
        #expect(abs(now.units - loss.units) <= 1)
        // What was lost today is still lost, to the last digit.
        #expect(cockpit.engine.equity - account.dayStartEquity == day)
        #expect(cockpit.engine.gate.state == .open)
        #expect(!cockpit.facts.contains { if case .breakerTripped = $0 { true } else { false } })
        // The loss at which trading stops is named so that it is true.
        let haltAt = try #require(cockpit.engine.dayHaltAt)
        let limit = account.dayLossBase.scaled(by: 0.97)
        #expect(abs((account.dayStartEquity + haltAt - limit).double) < 0.01)
    }

    @Test func `the bases of the breakers survive a restart after a transfer`() throws {
        var cockpit = try Self.afterLoss()
        cockpit.tell(.transferred(amount: Money(whole: -5_000), venueTime: cockpit.time))
        let account = cockpit.engine.account
        #expect(account.dayLossBase != account.dayStartEquity)
        let restarted = try RecoveryTests.restart(cockpit)
        #expect(restarted.engine.account.dayLossBase == account.dayLossBase)
        #expect(restarted.engine.account.dayStartEquity == account.dayStartEquity)
        #expect(restarted.engine.account.peakEquity == account.peakEquity)
    }

    @Test func `a transfer that is told twice is booked once`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        let time = cockpit.time
        for _ in 0..<2 { cockpit.tell(.transferred(amount: Money(whole: 100), venueTime: time)) }
        #expect(cockpit.engine.account.walletBalance == Money(whole: 10_100))
        cockpit.tell(
            .transferred(amount: Money(whole: 100), venueTime: time + .milliseconds(1)))
        #expect(cockpit.engine.account.walletBalance == Money(whole: 10_200))
        #expect(cockpit.engine.counters.refusedReports == 1)
    }

    @Test func `a withdrawal that a reading knew first is booked once and is no loss`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        let time = cockpit.time
        for _ in 0..<3 { cockpit.read(wallet: Money(whole: 9_900), after: .seconds(1)) }
        #expect(cockpit.engine.account.walletBalance == Money(whole: 9_900))
        #expect(cockpit.engine.drawdown > .zero)
        cockpit.tell(.transferred(amount: Money(whole: -100), venueTime: time))
        #expect(cockpit.engine.account.walletBalance == Money(whole: 9_900))
        #expect(cockpit.engine.drawdown == .zero)
        #expect(cockpit.engine.account.dayStartEquity == Money(whole: 9_900))
        #expect(Self.identityHolds(cockpit.engine.account))
    }

    @Test func `an amount that no venue can mean is refused`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        for amount in [Money.zero, Money(units: .max), Money(units: .min)] {
            cockpit.tell(.transferred(amount: amount, venueTime: cockpit.time))
        }
        #expect(cockpit.engine.account.walletBalance == Money(whole: 10_000))
        #expect(cockpit.engine.counters.refusedReports == 3)
    }
}

struct VenueConditionTests {
    @Test(arguments: [
        (UnsafeSetting.hedgeMode, "hedge mode"), (.multiAssets, "multi-assets mode"),
        (.crossMargin(Cockpit.btc), "cross margin on BTCUSDT"),
        (.leverage(Cockpit.btc, found: 20), "leverage 20 on BTCUSDT"),
        (.cannotTrade, "the key may not trade"),
    ])
    func `an unsafe setting pauses entries by name, and stops stay`(
        setting: UnsafeSetting, name: String
    ) throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let actions = cockpit.tell(.unsafeSettings([setting], venueTime: cockpit.time))
        #expect(actions.alarms == ["unsafe at the venue: \(name); entries pause"])
        #expect(actions.canceled == [] && actions.submitted == [])
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.engine.openPositions == 1)
        #expect(cockpit.engine.venueProblems == [name])
        // Told again it is no news.
        #expect(
            cockpit.tell(.unsafeSettings([setting], venueTime: cockpit.time)).alarms == [])
    }

    @Test func `a second unsafe setting is told although entries are paused already`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.tell(.unsafeSettings([.hedgeMode], venueTime: cockpit.time))
        let more = cockpit.tell(
            .unsafeSettings([.hedgeMode, .multiAssets, .hedgeMode], venueTime: cockpit.time))
        #expect(
            more.alarms == [
                "unsafe at the venue: hedge mode, multi-assets mode; entries pause"
            ])
        #expect(cockpit.engine.venueProblems == ["hedge mode", "multi-assets mode"])
    }

    @Test func `entries come back only when the settings are safe and the operator resumes`()
        throws
    {
        var cockpit = try Cockpit()
        cockpit.makeReady()
        cockpit.tell(.unsafeSettings([.hedgeMode], venueTime: cockpit.time))
        let refused = cockpit.command(.resume, id: "r1")
        #expect(
            refused.facts.contains {
                if case .commandRefused(_, .unsafeAtVenue("hedge mode"), _) = $0 {
                    true
                } else {
                    false
                }
            })
        cockpit.tell(.unsafeSettings([], venueTime: cockpit.time))
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.engine.venueProblems == [])
        cockpit.command(.resume, id: "r2")
        #expect(cockpit.engine.gate.state == .open)
        // A position is on by then, or nothing stands in the way.
        #expect([nil, .positionOpen].contains(cockpit.engine.notReady(0)))
    }

    @Test func `settings of instruments that nobody trades are left out`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        let actions = cockpit.tell(
            .unsafeSettings([.crossMargin(InstrumentID(7))], venueTime: cockpit.time))
        #expect(actions == [])
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test(arguments: [
        (VenueTrouble.keyRefused(code: -2_015), "the venue refuses the key (code -2015)"),
        (.banned(until: nil), "the venue refuses all requests"),
        (.restricted, "the venue restricts this account"),
    ])
    func `a venue that does not serve us pauses entries, and an exit is still tried`(
        trouble: VenueTrouble, text: String
    ) throws {
        var cockpit = try Cockpit()
        let (_, stop, _) = try cockpit.openPosition()
        let actions = cockpit.tell(.trouble(trouble))
        #expect(actions.alarms == ["\(text); entries pause, stops stay"])
        #expect(!actions.canceled.contains(stop.clientOrderID))
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.tell(.trouble(trouble)).alarms == [])
        let kill = cockpit.command(.kill)
        #expect(kill.approved.map(\.purpose) == [.exit(.kill)])
    }

    @Test func `a longer ban is no second alarm, and a reading ends the trouble`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        cockpit.tell(.trouble(.banned(until: cockpit.time + .minutes(1))))
        #expect(
            cockpit.tell(.trouble(.banned(until: cockpit.time + .minutes(9)))).alarms == [])
        #expect(cockpit.tell(.trouble(.restricted)).alarms.count == 1)
        #expect(
            cockpit.command(.resume, id: "r1").facts.contains { fact in
                if case .commandRefused(_, .unsafeAtVenue, _) = fact { true } else { false }
            })
        cockpit.read()
        #expect(cockpit.engine.venueProblems == [])
        #expect(cockpit.engine.gate.state == .paused)
        cockpit.command(.resume, id: "r2")
        #expect(cockpit.engine.gate.state == .open)
    }
}

struct InstrumentReportTests {
    private static func changed(
        _ cockpit: Cockpit, _ change: (inout InstrumentFilters) -> Void
    ) -> Instrument {
        var instrument = cockpit.engine.symbols[0].instrument
        change(&instrument.filters)
        return instrument
    }

    @Test func `an entry after a change is on the new grid`() throws {
        var cockpit = try Cockpit()
        let instrument = Self.changed(cockpit) {
            $0.tickSize = Cockpit.price(50)
            $0.minPrice = Cockpit.price(50)
            $0.stepSize = Quantity(units: 500_000)
            $0.minQuantity = Quantity(units: 500_000)
        }
        cockpit.tell(.instrument(instrument))
        let entry = try cockpit.orderEntry()
        let limit = try #require(entry.kind.price)
        #expect(limit.units % Cockpit.price(50).units == 0)
        #expect(entry.quantity.units % 500_000 == 0)
        #expect(cockpit.engine.symbols[0].market.instrument == instrument)
    }

    @Test func `a wider lot grid closes what it can, and never nothing`() throws {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        // 0.018 on a grid of 0.01: 0.01 can go.
        #expect(entry.quantity == Quantity(units: 1_800_000))
        cockpit.tell(
            .instrument(
                Self.changed(cockpit) {
                    $0.stepSize = Quantity(units: 1_000_000)
                    $0.minQuantity = Quantity(units: 1_000_000)
                }))
        #expect(
            cockpit.command(.kill).submitted.filter { $0.kind == .market }.map(\.quantity) == [
                Quantity(units: 1_000_000)
            ])
    }

    @Test func `a position below the new smallest order is closed on the lots that it came by`()
        throws
    {
        var cockpit = try Cockpit()
        let (entry, stop, _) = try cockpit.openPosition()
        let actions = cockpit.tell(
            .instrument(
                Self.changed(cockpit) {
                    $0.stepSize = Quantity(units: 5_000_000)
                    $0.minQuantity = Quantity(units: 5_000_000)
                }))
        #expect(actions.alarms.count == 1)
        #expect(!actions.canceled.contains(stop.clientOrderID))
        let close = try #require(
            cockpit.command(.kill).submitted.first { $0.kind == .market })
        #expect(close.quantity == entry.quantity)
        cockpit.fill(close)
        #expect(cockpit.engine.symbols[0].exitFilters.minQuantity == Quantity(units: 5_000_000))
    }

    @Test func `the stop stays and is not sent again when the filters change`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let actions = cockpit.tell(
            .instrument(
                Self.changed(cockpit) {
                    $0.tickSize = Cockpit.price(50)
                    $0.minPrice = Cockpit.price(50)
                }))
        #expect(actions.submitted == [] && actions.canceled == [])
        #expect(cockpit.engine.protection(0)?.naked == .zero)
    }

    @Test func `new margin tiers move the liquidation price`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let before = cockpit.engine.symbols[0].position?.liquidationPrice
        var instrument = cockpit.engine.symbols[0].instrument
        instrument.tiers = instrument.tiers.map {
            var tier = $0
            tier.maintenanceRate = .basisPoints(1_000)
            return tier
        }
        cockpit.tell(.instrument(instrument))
        let after = cockpit.engine.symbols[0].position?.liquidationPrice
        #expect(try #require(after) > #require(before))
    }

    @Test func `filters that cannot be are refused and the old ones stay`() throws {
        var cockpit = try Cockpit()
        cockpit.read()
        let before = cockpit.engine.symbols[0].instrument
        let symbol = try #require(SymbolName("ETHUSDT"))
        var stranger = before
        stranger.tiers = []
        let wrong = [
            Self.changed(cockpit) { $0.stepSize = .zero },
            Self.changed(cockpit) { $0.maxQuantity = .zero },
            Self.changed(cockpit) { $0.maxPrice = Price(units: 1) },
            .preset(symbol, id: Cockpit.btc), .preset(before.symbol, id: InstrumentID(9)),
        ]
        for instrument in wrong { cockpit.tell(.instrument(instrument)) }
        #expect(cockpit.engine.symbols[0].instrument == before)
        #expect(cockpit.engine.counters.refusedReports == wrong.count)
    }

    @Test func `a symbol that is not tradable takes exits only, until it is again`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        cockpit.fill(entry, Quantity(units: 1_000_000))
        let stopped = cockpit.tell(.instrumentStatus(Cockpit.btc, isTradable: false))
        #expect(stopped.canceled.contains(entry.clientOrderID))
        #expect(stopped.alarms == ["BTCUSDT: not tradable at the venue; exits only"])
        #expect(cockpit.engine.notReady(0) == .notTradable)
        #expect(cockpit.engine.gate.state == .open)
        // The position keeps its stop, and can be closed.
        #expect(cockpit.engine.orders.live.contains { $0.record.purpose == .protectiveStop })
        let symbol = try #require(SymbolName("BTCUSDT"))
        #expect(
            cockpit.command(.close(symbol)).approved.map(\.purpose) == [.exit(.operator)])
        cockpit.tell(.instrumentStatus(Cockpit.btc, isTradable: true))
        #expect(cockpit.engine.notReady(0) == .positionOpen)
    }
}
