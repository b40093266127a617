import BinanceVenue
import Testing
import Trading

/// Orders and their reports, over loopback sockets against the local exchange.
@Suite(.serialized) struct AccountOrderTests {
    @Test func `an order that fills is accepted, filled by its trade ids, and in the next reading`()
        async throws
    {
        let desk = try await AccountDesk { $0.aliveInterval = .milliseconds(200) }
        try desk.submit("nwt1-1", .buy, "0.010")
        #expect(await desk.waits { $0.filled("nwt1-1") == Quantity(units: 1_000_000) })
        #expect(desk.heard.story("nwt1-1").contains("accepted"))
        desk.account.readAccount(asking: [])
        let readings = desk.heard.snapshots.count
        #expect(await desk.waits { $0.snapshots.count > readings })
        let reading = try #require(desk.heard.snapshots.last)
        #expect(reading.positions.map(\.quantity) == [Quantity(units: 1_000_000)])
        #expect(reading.lastTrades.map(\.tradeID) == [desk.heard.fills("nwt1-1").last?.tradeID])
        #expect(desk.heard.position == 1_000_000)
        try desk.end()
    }
}
