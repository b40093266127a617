import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

struct ForeignTests {
    private static func position(
        _ quantity: Int64 = 5_000_000, _ direction: Direction = .long
    ) -> VenuePosition {
        VenuePosition(
            instrument: Cockpit.btc, direction: direction, quantity: Quantity(units: quantity),
            entryPrice: Cockpit.price(59_000), liquidationPrice: Cockpit.price(40_000),
            isolatedMargin: Money(whole: 1_000), leverage: 3)
    }

    private static func order(
        _ id: Int64 = 77, at price: Int64? = 50_000, side: Side = .sell, isConditional: Bool = true,
        reduces: Bool = true, instrument: InstrumentID = Cockpit.btc
    ) -> ForeignOrder {
        ForeignOrder(
            instrument: instrument, clientOrderID: "web_\(id)", venueOrderID: VenueOrderID(id),
            isConditional: isConditional, side: side, price: price.map { Cockpit.price($0) },
            quantity: Quantity(units: 5_000_000), isReduceOnly: reduces, closesPosition: false)
    }

    /// Reconciled, with a mark, under `policy`.
    private static func cockpit(_ policy: ForeignOrderPolicy) throws -> Cockpit {
        var cockpit = try Cockpit { $0.foreignOrders = policy }
        cockpit.send(.account(.alive(venueTime: cockpit.time)))
        cockpit.read()
        cockpit.trade(at: 60_000)
        return cockpit
    }

    /// The engine's view read back by the venue, with the foreign position in it.
    private static func holding(_ policy: ForeignOrderPolicy) throws -> Cockpit {
        var cockpit = try cockpit(policy)
        cockpit.read(positions: [position()])
        return cockpit
    }

    private static func foreignCancels(_ actions: [Action]) -> [Int64] {
        actions.compactMap {
            if case .cancelForeign(let order) = $0 { order.venueOrderID.value } else { nil }
        }
    }

    // MARK: Positions

    @Test func `an observed position is shown, gets no stop and pauses nothing`() throws {
        var cockpit = try Self.cockpit(.observe)
        var position = Self.position()
        // A stop of ours would be at 58,000.
        position.liquidationPrice = Cockpit.price(56_000)
        let actions = cockpit.read(positions: [position])
        #expect(actions.submitted == [])
        #expect(actions.alarms == [])
        #expect(cockpit.engine.isObserved(0))
        #expect(cockpit.engine.openPositions == 1)
        #expect(cockpit.engine.gate.state == .open)
        #expect(cockpit.engine.reading.isAgreed)
        // No time runs against it, and no price closes it.
        #expect(cockpit.fire(.protection(Cockpit.btc), after: .seconds(6)).submitted == [])
        for price in [58_500, 57_000, 56_500] as [Int64] {
            #expect(cockpit.trade(at: price, after: .seconds(3)).submitted == [])
        }
        #expect(cockpit.read(after: .seconds(1)).submitted == [])
        // No entry of ours is mixed into it.
        #expect(cockpit.engine.notReady(0) == .positionOpen)
    }

    @Test(arguments: [ForeignOrderPolicy.protect, .manage])
    func `under the other policies it is protected at once, and entries pause`(
        policy: ForeignOrderPolicy
    ) throws {
        var cockpit = try Self.cockpit(policy)
        let actions = cockpit.read(positions: [Self.position()])
        #expect(actions.submitted.map(\.quantity) == [Self.position().quantity])
        #expect(cockpit.engine.gate.state == .paused)
    }

    @Test(arguments: [Command.kill, .flatten])
    func `the operator's kill and flatten close an observed position`(command: Command) throws {
        var cockpit = try Self.holding(.observe)
        let actions = cockpit.command(command)
        let close = try #require(actions.submitted.first { $0.kind == .market })
        #expect(close.quantity == Self.position().quantity && close.isReduceOnly)
        cockpit.fill(close)
        cockpit.send(.latch(.written))
        cockpit.read(positions: [])
        #expect(cockpit.engine.commands.records.last?.isFinished == true)
        // What the owner opens after that is the owner's again.
        let next = cockpit.read(positions: [Self.position(3_000_000)], after: .seconds(1))
        #expect(next.submitted == [])
    }

    @Test func `an order to close the symbol closes an observed position`() throws {
        var cockpit = try Self.holding(.observe)
        let symbol = try #require(SymbolName("BTCUSDT"))
        let actions = cockpit.command(.close(symbol))
        #expect(actions.approved.map(\.purpose) == [.exit(.operator)])
    }

    @Test func `a breaker's flatten leaves an observed position, and ends without it`() throws {
        var cockpit = try Self.holding(.observe)
        let id = try #require(CommandID("breaker-dailyLoss-1"))
        let actions = cockpit.send(
            .command(
                CommandEnvelope(id: id, command: .flatten, origin: .breaker(.dailyLoss))))
        #expect(actions.submitted == [])
        cockpit.read(after: .seconds(1))
        #expect(cockpit.engine.openPositions == 1)
        #expect(cockpit.engine.gate.state == .paused)
        #expect(cockpit.engine.commands.records.last?.isFinished == true)
    }

    @Test func `what the owner won or lost is money but no trade of ours`() throws {
        var cockpit = try Self.holding(.observe)
        let streak = cockpit.engine.account.losingStreak
        cockpit.fillID += 1
        let fill = Fill(
            tradeID: cockpit.fillID, price: Cockpit.price(58_000),
            quantity: Self.position().quantity, side: .sell, commission: Money(whole: 1),
            isMaker: false, venueTime: cockpit.time)
        let wallet = cockpit.engine.account.walletBalance
        cockpit.send(.account(.forcedFill(Cockpit.btc, fill)), after: .seconds(1))
        #expect(cockpit.engine.openPositions == 0)
        // 0.05 bought at 59,000 and sold at 58,000, and a commission of 1.
        #expect(cockpit.engine.account.walletBalance == wallet - Money(whole: 51))
        #expect(cockpit.engine.account.losingStreak == streak)
        #expect(cockpit.facts.trips.isEmpty)
    }

    @Test func `a trade by hand that the stream tells of is observed too`() throws {
        var cockpit = try Self.cockpit(.observe)
        cockpit.fillID += 1
        let fill = Fill(
            tradeID: cockpit.fillID, price: Cockpit.price(60_000),
            quantity: Quantity(units: 5_000_000), side: .buy, commission: .zero, isMaker: false,
            venueTime: cockpit.time)
        let actions = cockpit.send(.account(.forcedFill(Cockpit.btc, fill)), after: .seconds(1))
        #expect(actions.submitted == [])
        #expect(cockpit.engine.isObserved(0))
    }

    @Test func `a position of ours that the owner adds to keeps its stop, for all of it`() throws {
        var cockpit = try Cockpit { $0.foreignOrders = .observe }
        let (entry, _, _) = try cockpit.openPosition()
        cockpit.fillID += 1
        let fill = Fill(
            tradeID: cockpit.fillID, price: Cockpit.price(60_000),
            quantity: Quantity(units: 1_000_000), side: .buy, commission: .zero, isMaker: false,
            venueTime: cockpit.time)
        let actions = cockpit.send(.account(.forcedFill(Cockpit.btc, fill)), after: .seconds(1))
        #expect(!cockpit.engine.isObserved(0))
        let stop = try #require(actions.submitted.first { $0.kind.isConditional })
        #expect(stop.quantity.units == entry.quantity.units + 1_000_000)
    }

    @Test func `an observed position that grows or goes is followed and pauses nothing`() throws {
        var cockpit = try Self.holding(.observe)
        for _ in 0..<2 {
            cockpit.read(positions: [Self.position(9_000_000)], after: .seconds(1))
        }
        #expect(
            cockpit.engine.symbols[0].position?.record.quantity == Quantity(units: 9_000_000))
        #expect(cockpit.engine.isObserved(0))
        for _ in 0..<2 { cockpit.read(positions: [], after: .seconds(1)) }
        #expect(cockpit.engine.openPositions == 0)
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test func `an observed position is observed after a restart too`() throws {
        let cockpit = try Self.holding(.observe)
        var state = RecoveredState()
        for fact in cockpit.facts { state.apply(fact) }
        var after = try Cockpit(
            recovered: state, startTime: cockpit.time + .seconds(5)
        ) { $0.foreignOrders = .observe }
        after.facts = cockpit.facts
        after.trade(at: 60_000)
        #expect(after.read().submitted == [])
        #expect(after.engine.isObserved(0))
    }

    // MARK: Stops of the owner

    @Test(
        arguments: [
            ([50_000], 50_000), ([50_000, 48_000], 48_000),
            // Above the mark it is a target; without any, halfway between 60,000 and 40,000.
            ([70_000], 50_000), ([], 50_000), ([70_000, 45_000], 45_000),
        ] as [([Int64], Int64)])
    func `our stop of a foreign position is no tighter than the owner's`(
        owners: [Int64], expected: Int64
    ) throws {
        var cockpit = try Self.cockpit(.protect)
        let orders = owners.enumerated().map { Self.order(Int64($0) + 1, at: $1) }
        let actions = cockpit.read(positions: [Self.position()], foreign: orders)
        let stop = try #require(actions.submitted.first)
        #expect(stop.kind == .stopMarket(trigger: Cockpit.price(expected), by: .mark))
    }

    // MARK: Orders

    @Test func `orders of others are counted, and those that reduce are told once`() throws {
        var cockpit = try Self.cockpit(.protect)
        let orders = [
            Self.order(1), Self.order(2, isConditional: false, reduces: false),
            Self.order(3, isConditional: false), Self.order(4, instrument: InstrumentID(9)),
        ]
        func notices(_ actions: [Action]) -> [String] {
            actions.compactMap {
                if case .notice(let notice) = $0, notice.text.contains("not ours") {
                    notice.text
                } else {
                    nil
                }
            }
        }
        #expect(
            notices(cockpit.read(foreign: orders)) == [
                "BTCUSDT: a stop or target that is not ours rests at the venue",
                "BTCUSDT: a reducing order that is not ours rests at the venue",
            ])
        #expect(cockpit.engine.reading.foreignOrders == orders)
        #expect(notices(cockpit.read(foreign: orders, after: .seconds(1))) == [])
        #expect(cockpit.engine.gate.state == .open)
    }

    @Test(arguments: [ForeignOrderPolicy.observe, .protect])
    func `without the policy to manage no order of others is touched`(
        policy: ForeignOrderPolicy
    ) throws {
        var cockpit = try Self.cockpit(policy)
        cockpit.read(foreign: [Self.order()])
        #expect(Self.foreignCancels(cockpit.command(.kill)) == [])
        cockpit.send(.latch(.written))
        #expect(Self.foreignCancels(cockpit.read(foreign: [Self.order()])) == [])
        #expect(cockpit.engine.commands.records.last?.isFinished == true)
    }

    @Test func `a managed kill cancels the orders of others, until the venue lists none`() throws {
        var cockpit = try Self.cockpit(.manage)
        cockpit.read(foreign: [Self.order(1), Self.order(2, reduces: false)])
        #expect(Self.foreignCancels(cockpit.command(.kill)) == [1, 2])
        // Once a reading, and again while it is still there.
        #expect(Self.foreignCancels(cockpit.trade(at: 60_000)) == [])
        #expect(
            Self.foreignCancels(cockpit.read(foreign: [Self.order(2)], after: .seconds(1))) == [2])
        cockpit.send(.latch(.written))
        let kill = cockpit.engine.commands.records.last
        #expect(kill?.has(.confirmedByVenue) == false)
        cockpit.read(after: .seconds(1))
        #expect(cockpit.engine.commands.records.last?.isFinished == true)
    }

    @Test func `a managed close of one symbol cancels only the orders of others in it`() throws {
        var cockpit = try Cockpit { $0.foreignOrders = .manage }
        _ = try cockpit.openPosition()
        let symbol = try #require(SymbolName("BTCUSDT"))
        cockpit.read(foreign: [Self.order(1), Self.order(2, instrument: InstrumentID(9))])
        #expect(Self.foreignCancels(cockpit.command(.close(symbol))) == [1])
    }

    @Test func `while everything runs a managed order is left where it is`() throws {
        var cockpit = try Self.cockpit(.manage)
        #expect(Self.foreignCancels(cockpit.read(foreign: [Self.order()])) == [])
        #expect(Self.foreignCancels(cockpit.command(.pause)) == [])
    }
}
