import BinanceFormat
import BinanceVenue
import Synchronization
import Testing
import Trading

/// Flattening a local exchange over sockets, without an engine.
struct DirectKillTests {
    private typealias Step = DirectKill.Step

    /// What was written to the latch, and the rungs as they were told.
    private final class Witness: Sendable {
        let latched = Mutex(0)
        let rungs = Mutex<[DirectKill.Rung]>([])
    }

    private func kill(
        _ venue: LocalVenue, _ symbols: [SymbolName] = [LocalVenue.bitcoin], witness: Witness,
        latchProblem: String? = nil
    ) -> DirectKill {
        var kill = DirectKill(
            rest: venue.rest, symbols: symbols, now: venue.now,
            latch: {
                witness.latched.withLock { $0 += 1 }
                return latchProblem
            }, wait: { _ in await Task.yield() })
        kill.onRung = { rung in witness.rungs.withLock { $0.append(rung) } }
        return kill
    }

    @Test func `positions are closed, and stops are canceled only when two readings say flat`()
        async throws
    {
        let venue = try await LocalVenue()
        defer { #expect(throws: Never.self) { try venue.end() } }
        let (bitcoin, ether) = (LocalVenue.bitcoin, LocalVenue.ether)
        try await venue.place("web-1", bitcoin, .buy, "0.02")
        try await venue.place("web-2", ether, .sell, "0.3")
        let below = try await venue.price(bitcoin, percent: -3)
        try await venue.place("web-3", bitcoin, .buy, "0.01", .limit(below, .gtc))
        try await venue.place(
            "web-4", bitcoin, .sell, "0.02", .stopMarket(trigger: below, by: .mark),
            isReduceOnly: true)
        let witness = Witness()
        var kill = kill(venue, [bitcoin, ether], witness: witness)
        let report = await kill.run()
        #expect(report.isComplete && report.remaining.isEmpty && report.remainingOrders == 0)
        #expect(report.rungs == witness.rungs.withLock { $0 })
        #expect(witness.latched.withLock { $0 } == 1)
        let steps = report.rungs.map(\.step)
        #expect(
            steps == [
                .started, .latched, .clockMeasured, .accountRead, .ordersCanceled, .closeSent,
                .closeSent, .positionsFlat, .confirmedByVenue, .ordersCanceled, .stopsCanceled,
                .accountRead, .completed,
            ])
        #expect(zip(report.rungs, report.rungs.dropFirst()).allSatisfy { $0.after <= $1.after })
        #expect(try await venue.positions() == [:])
        #expect(try await venue.orders() == [])
        #expect(try await venue.stops() == [])
    }

    @Test func `an account that is flat is told so`() async throws {
        let venue = try await LocalVenue()
        defer { #expect(throws: Never.self) { try venue.end() } }
        var kill = kill(venue, witness: Witness())
        let report = await kill.run()
        #expect(report.isComplete)
        #expect(report.rungs.last?.text == "flat, no orders left")
    }

    @Test func `another symbol is left alone and named, unless the whole account is meant`()
        async throws
    {
        let venue = try await LocalVenue()
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.place("web-1", LocalVenue.ether, .sell, "0.3")
        var kill = kill(venue, witness: Witness())
        let report = await kill.run()
        #expect(report.isComplete)
        #expect(
            report.rungs.last?.text
                == "flat, no orders left; not asked for and still open: ETHUSDT short 0.3")
        #expect(try await venue.positions() == ["ETHUSDT": "-0.3"])
        kill.isWholeAccount = true
        let whole = await kill.run()
        #expect(whole.isComplete && whole.elsewhere.isEmpty)
        #expect(try await venue.positions() == [:])
    }

    @Test func `a dry run tells the plan and changes nothing`() async throws {
        let venue = try await LocalVenue()
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.place("web-1", LocalVenue.bitcoin, .buy, "0.02")
        let witness = Witness()
        var kill = kill(venue, witness: witness)
        kill.isDryRun = true
        let report = await kill.run()
        #expect(!report.isFlat && report.isDryRun)
        #expect(report.remaining.map(\.description) == ["BTCUSDT long 0.02"])
        #expect(report.rungs.contains { $0.text == "would close BTCUSDT long 0.02" })
        #expect(witness.latched.withLock { $0 } == 0)
        #expect(try await venue.positions() == ["BTCUSDT": "0.02"])
    }

    private static let opening =
        #"{"at":0.1,"fault":"manualTrade","symbol":"BTCUSDT","side":"BUY","quantity":"0.02"}"#
        + "\n"

    @Test(arguments: [true, false])
    func `a close of unknown outcome is sent again only after the position was read`(
        isExecuted: Bool
    ) async throws {
        let venue = try await LocalVenue(
            Self.opening
                + #"{"at":0,"for":600,"times":1,"request":"POST /fapi/v1/order","fault":"unknown","executed":\#(isExecuted)}"#
        )
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.waitForPosition()
        var kill = kill(venue, witness: Witness())
        let report = await kill.run()
        #expect(report.isComplete)
        let closes = report.rungs.filter { $0.step == .closeSent || $0.step == .closeUnknown }
        #expect(closes.map(\.step) == (isExecuted ? [.closeUnknown] : [.closeUnknown, .closeSent]))
        let sold = try await venue.fills(LocalVenue.bitcoin).filter { $0.side == .sell }
        #expect(sold.map(\.quantity).reduce(.zero) { $0 + $1 } == Quantity(units: 2_000_000))
    }

    @Test func `a key that is refused keeps the stops, and the end says what is left`()
        async throws
    {
        let venue = try await LocalVenue(
            Self.opening
                + #"{"at":0,"for":600,"request":"POST /fapi/v1/order","fault":"error","status":401,"code":-2015,"message":"no"}"#
        )
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.waitForPosition()
        let below = try await venue.price(LocalVenue.bitcoin, percent: -3)
        try await venue.place(
            "web-stop", LocalVenue.bitcoin, .sell, "0.02", .stopMarket(trigger: below, by: .mark),
            isReduceOnly: true)
        var kill = kill(venue, witness: Witness())
        let report = await kill.run()
        #expect(!report.isFlat && !report.isComplete)
        #expect(!report.rungs.contains { $0.step == .stopsCanceled })
        #expect(
            report.rungs.last?.text == "left: positions BTCUSDT long 0.02; orders 1")
        #expect(try await venue.stops() == ["web-stop"])
    }

    @Test func `empty lists of positions are not believed while margin is held`() async throws {
        let venue = try await LocalVenue(
            Self.opening
                + #"{"at":3,"for":600,"times":3,"request":"GET /fapi/v3/positionRisk","fault":"empty"}"#
        )
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.waitForPosition()
        let below = try await venue.price(LocalVenue.bitcoin, percent: -3)
        try await venue.place(
            "web-stop", LocalVenue.bitcoin, .sell, "0.02", .stopMarket(trigger: below, by: .mark),
            isReduceOnly: true)
        // Until the lie has begun, by the exchange's own time.
        let asked = venue.now()
        while venue.now() - asked < .seconds(3) { await Task.yield() }
        var kill = kill(venue, witness: Witness())
        let report = await kill.run()
        #expect(report.isComplete)
        #expect(report.rungs.contains { $0.step == .closeSent })
        #expect(try await venue.positions() == [:])
    }

    @Test func `a position above the largest market order is closed in parts`() async throws {
        let venue = try await LocalVenue()
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.place("web-1", LocalVenue.bitcoin, .sell, "0.05")
        var book = try await ContractBook.read(
            from: venue.rest, venue: "", symbols: [], isSigned: false, at: venue.now())
        for index in book.contracts.indices {
            book.contracts[index].filters.maxMarketQuantity = Quantity(units: 2_000_000)
        }
        var kill = kill(venue, witness: Witness())
        kill.contracts = book
        let report = await kill.run()
        #expect(report.isComplete)
        #expect(report.rungs.filter { $0.step == .closeSent }.count == 3)
    }

    @Test func `a latch that cannot be written is told and does not keep the position open`()
        async throws
    {
        let venue = try await LocalVenue()
        defer { #expect(throws: Never.self) { try venue.end() } }
        try await venue.place("web-1", LocalVenue.bitcoin, .sell, "0.05")
        var kill = kill(venue, witness: Witness(), latchProblem: "the disk is full")
        let report = await kill.run()
        #expect(report.isComplete)
        #expect(report.rungs[1].step == .notLatched)
        #expect(report.rungs[1].text.hasPrefix("the disk is full"))
    }
}
