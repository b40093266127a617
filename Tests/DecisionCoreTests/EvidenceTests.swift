import Guards
import Messages
import Risk
import Testing
import Trading

@testable import DecisionCore

/// An entry of unknown outcome; what readings must say before it is given up.
struct EntryEvidenceTests {
    /// An engine with an entry that nobody knows the outcome of, sent at the time of the cockpit.
    private static func unknownEntry(
        _ change: (inout EngineConfiguration) -> Void = { _ in }
    ) throws -> (cockpit: Cockpit, entry: OrderRequest) {
        var cockpit = try Cockpit(change: change)
        let entry = try cockpit.orderEntry()
        cockpit.report(.outcomeUnknown, of: entry, after: .zero)
        // The reading that this asks for comes at once, and says nothing.
        cockpit.read(after: .zero)
        return (cockpit, entry)
    }

    private static func state(_ cockpit: Cockpit) -> OrderState? {
        (cockpit.engine.orders.live + cockpit.engine.orders.ended).last?.record.state
    }

    @Test func `two readings that agree, five seconds apart and late enough, prove it absent`()
        throws
    {
        var (cockpit, entry) = try Self.unknownEntry()
        let missing = [entry.clientOrderID]
        cockpit.read(missing: missing, after: .seconds(65))
        #expect(Self.state(cockpit) == .outcomeUnknown)
        cockpit.read(missing: missing, after: .seconds(5))
        #expect(Self.state(cockpit) == .abandoned)
        #expect(cockpit.engine.marginUsed == .zero)
    }

    @Test(arguments: [
        // Send + 5 s of the receive window + 60 s; the first reading a millisecond too early proves nothing.
        ([64_999, 5_000], OrderState.outcomeUnknown), ([65_000, 5_000], .abandoned),
        ([65_000, 4_999], .outcomeUnknown), ([65_000, 4_999, 1], .abandoned),
        ([1_000, 5_000, 5_000, 54_000], .outcomeUnknown), ([70_000], .outcomeUnknown),
    ])
    func `both readings come late enough and far enough apart`(
        waits: [Int64], expected: OrderState
    ) throws {
        var (cockpit, entry) = try Self.unknownEntry()
        for wait in waits {
            cockpit.read(missing: [entry.clientOrderID], after: .milliseconds(wait))
        }
        #expect(Self.state(cockpit) == expected)
    }

    @Test func `a reading counts from when it was asked for, not from when it came`() throws {
        var (cockpit, entry) = try Self.unknownEntry()
        let missing = [entry.clientOrderID]
        cockpit.fire(.reconcile, after: .seconds(64))
        cockpit.read(missing: missing, after: .seconds(2))
        cockpit.read(missing: missing, after: .seconds(5))
        #expect(Self.state(cockpit) == .outcomeUnknown)
        cockpit.read(missing: missing, after: .seconds(5))
        #expect(Self.state(cockpit) == .abandoned)
    }

    @Test func `not being listed proves nothing while the venue does not disown it`() throws {
        var (cockpit, _) = try Self.unknownEntry()
        for _ in 0..<20 { cockpit.read(after: .seconds(30)) }
        #expect(Self.state(cockpit) == .outcomeUnknown)
        #expect(cockpit.engine.marginUsed > .zero)
    }

    /// What a venue may say in between that contradicts the absence.
    enum Contradiction: CaseIterable {
        case isNotMissing, positionIsOpen, tradeIsAhead, isListed
    }

    @Test(arguments: Contradiction.allCases)
    func `one reading that contradicts makes the proof begin anew`(
        contradiction: Contradiction
    ) throws {
        var (cockpit, entry) = try Self.unknownEntry()
        let missing = [entry.clientOrderID]
        cockpit.read(missing: missing, after: .seconds(65))
        switch contradiction {
        case .isNotMissing: cockpit.read(after: .seconds(5))
        case .positionIsOpen:
            // The venue's position is adopted in that reading; at the next one both have it again.
            cockpit.read(
                positions: [
                    VenuePosition(
                        instrument: Cockpit.btc, direction: .long, quantity: entry.quantity,
                        entryPrice: Cockpit.price(60_000), liquidationPrice: nil,
                        isolatedMargin: .zero, leverage: 3)
                ], missing: missing, after: .seconds(5))
        case .tradeIsAhead: cockpit.read(lastTrade: 1, missing: missing, after: .seconds(5))
        case .isListed:
            cockpit.read(
                orders: [
                    VenueOrder(
                        request: entry, venueOrderID: VenueOrderID(5), filledQuantity: .zero)
                ], missing: missing, after: .seconds(5))
            cockpit.report(.outcomeUnknown, of: entry)
        }
        #expect(cockpit.engine.orders.find(entry.clientOrderID)?.isLive == true)
        #expect(cockpit.engine.orders.find(entry.clientOrderID)?.absentSince == nil)
        guard contradiction != .isListed else { return }
        cockpit.read(missing: missing, after: .seconds(5))
        #expect(cockpit.engine.orders.find(entry.clientOrderID)?.isLive == true)
        cockpit.read(missing: missing, after: .seconds(5))
        #expect(cockpit.engine.orders.find(entry.clientOrderID)?.record.state == .abandoned)
    }

    @Test func `an entry that had fills was there, so it has expired and was not abandoned`()
        throws
    {
        var (cockpit, entry) = try Self.unknownEntry()
        cockpit.fill(entry, Quantity(units: 1_000_000))
        cockpit.command(.pause)
        cockpit.report(.cancelRejected, of: entry)
        #expect(
            cockpit.engine.orders.find(entry.clientOrderID)?.record.state == .outcomeUnknown)
        let missing = [entry.clientOrderID]
        cockpit.read(after: .zero)
        cockpit.read(missing: missing, after: .seconds(65))
        cockpit.read(missing: missing, after: .seconds(5))
        #expect(cockpit.engine.orders.find(entry.clientOrderID)?.record.state == .expired)
        #expect(cockpit.position?.quantity == Quantity(units: 1_000_000))
    }

    @Test func `what the venue finds is told first and ends the doubt at once`() throws {
        var (cockpit, entry) = try Self.unknownEntry()
        cockpit.report(.accepted(VenueOrderID(3)), of: entry)
        cockpit.fill(entry)
        cockpit.read()
        #expect(cockpit.position?.quantity == entry.quantity)
        #expect(cockpit.engine.reading.isAgreed)
    }

    @Test func `a reading asks for every order of unknown outcome by its id`() throws {
        var (cockpit, entry) = try Self.unknownEntry()
        let asked = cockpit.fire(.reconcile, after: .seconds(1)).questions
        #expect(
            asked == [
                [
                    OrderQuestion(
                        clientOrderID: entry.clientOrderID, instrument: Cockpit.btc,
                        isConditional: false)
                ]
            ])
    }

    @Test func `readings for its sake slow down, and none that may prove it is late`() throws {
        var (cockpit, entry) = try Self.unknownEntry()
        let begin = cockpit.time
        var moments: [Duration] = []
        while Self.state(cockpit) == .outcomeUnknown, moments.count < 100 {
            let actions = cockpit.read(missing: [entry.clientOrderID], after: .milliseconds(20))
            moments.append(cockpit.time - begin)
            let due = actions.compactMap { action -> Timestamp? in
                if case .setTimer(.reconcile, let due) = action { due } else { nil }
            }.last
            guard let due else { break }
            cockpit.fire(.reconcile, after: max(.zero, due - cockpit.time))
        }
        #expect(Self.state(cockpit) == .abandoned)
        #expect(moments.count <= 14, "\(moments)")
        #expect(moments.last.map { $0 < .seconds(71) } == true, "\(moments)")
    }

    @Test(arguments: [(1, 3), (5, 1)])
    func `an entry of unknown outcome counts as a position, a trade and its margin`(
        maxPerSymbol: Int, maxInAll: Int
    ) throws {
        let (cockpit, _) = try Self.unknownEntry {
            $0.guards.maxPositions.maxPerSymbol = maxPerSymbol
            $0.guards.maxPositions.maxInAll = maxInAll
        }
        #expect(cockpit.engine.entriesWithoutPosition == 1)
        let verdict = cockpit.engine.guardVerdicts(0, .long, probability: 0.9).first {
            $0.guardID == .maxPositions
        }
        #expect(verdict.map { if case .block = $0.verdict { true } else { false } } == true)
        #expect(cockpit.engine.marginUsed > .zero)
        #expect(cockpit.engine.notReady(0) == .positionOpen)
    }
}

/// Stops and closes of unknown outcome: they can only reduce, so nothing waits for them.
struct ReducingEvidenceTests {
    @Test func `a stop without an answer for two seconds is followed by a second one`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let filled = cockpit.fill(entry)
        let stop = try #require(filled.submitted.first)
        #expect(
            filled.contains(
                .setTimer(.orderTimeout(stop.clientOrderID), at: cockpit.time + .seconds(2))))
        let actions = cockpit.fire(.orderTimeout(stop.clientOrderID), after: .seconds(2))
        let second = try #require(actions.submitted.first)
        #expect(second.kind == stop.kind && second.quantity == stop.quantity)
        #expect(second.clientOrderID != stop.clientOrderID && second.isReduceOnly)
        #expect(actions.canceled == [])
    }

    @Test func `when both stops turn out to rest, one of them is canceled and never both`() throws {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(cockpit.fill(entry).submitted.first)
        let second = try #require(
            cockpit.report(.outcomeUnknown, of: stop).submitted.first { $0.kind.isConditional })
        #expect(cockpit.accept(second).canceled == [])
        #expect(cockpit.engine.protection(0)?.naked == .zero)
        let both = [stop, second].map {
            VenueOrder(request: $0, venueOrderID: VenueOrderID(9), filledQuantity: .zero)
        }
        let target = cockpit.venueOrders.filter { $0.request.kind.isConditional == false }
        let actions = cockpit.read(orders: both + target)
        #expect(actions.canceled.count == 1)
        #expect([stop.clientOrderID, second.clientOrderID].contains(actions.canceled.first))
        #expect(cockpit.engine.protection(0)?.naked == .zero)
        #expect(cockpit.read(orders: both + target, after: .seconds(1)).submitted == [])
    }

    @Test func `a stop that the venue disowns is given up only when it can arrive no more`() throws
    {
        var cockpit = try Cockpit()
        let entry = try cockpit.orderEntry()
        cockpit.accept(entry)
        let stop = try #require(cockpit.fill(entry).submitted.first)
        let sent = cockpit.time
        let second = try #require(
            cockpit.report(.outcomeUnknown, of: stop).submitted.first { $0.kind.isConditional })
        cockpit.accept(second)
        let missing = [stop.clientOrderID]
        cockpit.read(missing: missing, after: .seconds(1))
        #expect(cockpit.engine.orders.find(stop.clientOrderID)?.isUnknown == true)
        cockpit.read(missing: missing, after: .seconds(5) - (cockpit.time - sent))
        #expect(cockpit.engine.orders.find(stop.clientOrderID)?.record.state == .abandoned)
    }

    @Test func `a close of unknown outcome is sent again as soon as the venue disowns it`() throws {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        let close = try #require(cockpit.command(.kill).submitted.first)
        let unknown = cockpit.report(.outcomeUnknown, of: close)
        #expect(unknown.approved.filter { $0.purpose == .exit(.kill) } == [])
        #expect(unknown.questions.map { $0.map(\.clientOrderID) } == [[close.clientOrderID]])
        let again = cockpit.read(missing: [close.clientOrderID])
        #expect(again.approved.map(\.purpose) == [.exit(.kill)])
        #expect(again.submitted.map(\.quantity) == [entry.quantity])
        #expect(again.submitted.first?.clientOrderID != close.clientOrderID)
    }

    @Test func `a venue that answers nothing delays the next close by one second and no more`()
        throws
    {
        var cockpit = try Cockpit()
        let (entry, _, _) = try cockpit.openPosition()
        let close = try #require(cockpit.command(.kill).submitted.first)
        let unknown = cockpit.report(.outcomeUnknown, of: close)
        #expect(
            unknown.contains(
                .setTimer(.retryExit(Cockpit.btc), at: cockpit.time + .seconds(1))))
        #expect(
            cockpit.fire(.retryExit(Cockpit.btc), after: .milliseconds(999)).submitted == [])
        let again = cockpit.fire(.retryExit(Cockpit.btc), after: .milliseconds(1))
        #expect(again.approved.map(\.purpose) == [.exit(.kill)])
        // Both execute: the second finds nothing left to reduce, and that is all.
        cockpit.fill(close)
        let second = try #require(again.submitted.first)
        cockpit.report(.rejected(.reduceOnlyConflict), of: second)
        #expect(cockpit.engine.openPositions == 0)
        #expect(cockpit.facts.trips.map(\.quantity) == [entry.quantity])
        #expect(cockpit.engine.orders.live.filter(\.isExit).isEmpty)
    }

    @Test func `the heartbeat goes on with a close whose timer was lost`() throws {
        var cockpit = try Cockpit()
        _ = try cockpit.openPosition()
        let close = try #require(cockpit.command(.kill).submitted.first)
        cockpit.report(.outcomeUnknown, of: close)
        #expect(
            cockpit.fire(.tick, after: .seconds(1)).approved.map(\.purpose) == [.exit(.kill)])
    }

    @Test func `no entry is made while a late close may still meet the new position`() throws {
        var cockpit = try Cockpit()
        let btc = try #require(SymbolName("BTCUSDT"))
        let (_, stop, target) = try cockpit.openPosition()
        let close = try #require(cockpit.command(.close(btc)).submitted.first)
        cockpit.report(.outcomeUnknown, of: close)
        let second = try #require(cockpit.read(missing: [close.clientOrderID]).submitted.first)
        cockpit.report(.canceled, of: target)
        cockpit.fill(second)
        cockpit.report(.canceled, of: stop)
        cockpit.read(missing: [close.clientOrderID])
        #expect(cockpit.engine.openPositions == 0)
        #expect(cockpit.engine.notReady(0) == .positionOpen)
        cockpit.read(missing: [close.clientOrderID], after: .seconds(5))
        #expect(cockpit.engine.orders.live.isEmpty)
        cockpit.trade(at: 60_000)
        #expect(cockpit.engine.notReady(0) == nil)
    }
}
