import BinanceVenue
import Testing
import Trading

/// Orders and their reports, over loopback sockets against the local exchange.
@Suite(.serialized) struct AccountOrderTests {
    private static let place = "POST /fapi/v1/order"
    private static let cancel = "DELETE /fapi/v1/order"
    private static let hundredth = Quantity(units: 1_000_000)

    /// One fault of one request, from the opening on.
    private func fault(_ rest: String, request: String, times: Int = 1) -> String {
        "{\"at\":0,\"for\":600,\"times\":\(times),\"request\":\"\(request)\",\(rest)}"
    }

    @Test func `an order that fills is accepted, filled by its trade ids, and in the next reading`()
        async throws
    {
        let desk = try await AccountDesk()
        try desk.submit("nwt-1", .buy, "0.010")
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        #expect(await desk.waits { $0.story("nwt-1").contains("accepted") })
        desk.account.readAccount(asking: [])
        #expect(await desk.waits { $0.snapshots.last?.positions.isEmpty == false })
        let reading = try #require(desk.heard.snapshots.last)
        #expect(reading.positions.map(\.quantity) == [Self.hundredth])
        #expect(reading.lastTrades.map(\.tradeID) == [desk.heard.fills("nwt-1").last?.tradeID])
        #expect(desk.heard.position == 1_000_000)
        try desk.end()
    }

    @Test(arguments: [
        ("\"fault\":\"unknown\",\"executed\":true", true),
        ("\"fault\":\"unknown\",\"executed\":false", false),
        ("\"fault\":\"cut\",\"executed\":true", true),
        ("\"fault\":\"cut\",\"executed\":false", false),
        ("\"fault\":\"garbage\",\"shape\":\"nested\"", true),
        ("\"fault\":\"garbage\",\"shape\":\"truncated\"", true),
    ])
    func `an order of unknown outcome is never sent again, and asking tells what became of it`(
        what: String, isExecuted: Bool
    ) async throws {
        let desk = try await AccountDesk(fault(what, request: Self.place))
        try desk.submit("nwt-1", .buy, "0.010")
        #expect(await desk.waits { $0.story("nwt-1").contains("outcomeUnknown") })
        let question = OrderQuestion(
            clientOrderID: try #require(ClientOrderID("nwt-1")), instrument: AccountDesk.bitcoin,
            isConditional: false)
        desk.account.readAccount(asking: [question])
        #expect(
            await desk.waits { heard in
                isExecuted
                    ? heard.snapshots.last?.positions.isEmpty == false
                    : heard.snapshots.last?.missing.isEmpty == false
            })
        let reading = try #require(desk.heard.snapshots.last)
        #expect(desk.heard.filled("nwt-1") == (isExecuted ? Self.hundredth : .zero))
        #expect(reading.missing.map(\.description) == (isExecuted ? [] : ["nwt-1"]))
        #expect(reading.positions.map(\.quantity) == (isExecuted ? [Self.hundredth] : []))
        #expect(try await desk.venue.fills(LocalVenue.bitcoin).count == (isExecuted ? 1 : 0))
        #expect(desk.heard.counters.ordersPlaced == 1)
        try desk.end()
    }

    @Test(arguments: [
        (
            "\"fault\":\"error\",\"status\":400,\"code\":-2019,\"message\":\"no margin\"",
            "rejected(insufficientMargin)"
        ),
        (
            "\"fault\":\"error\",\"status\":400,\"code\":-2021,\"message\":\"would trigger\"",
            "rejected(wouldTriggerImmediately)"
        ),
        (
            "\"fault\":\"error\",\"status\":400,\"code\":-2022,\"message\":\"reduce only\"",
            "rejected(reduceOnlyConflict)"
        ),
        (
            "\"fault\":\"error\",\"status\":400,\"code\":-1111,\"message\":\"precision\"",
            "rejected(other(code: -1111))"
        ),
        ("\"fault\":\"throttled\"", "rejected(throttled)"),
        ("\"fault\":\"unavailable\"", "rejected(throttled)"),
        ("\"fault\":\"rateLimited\"", "rejected(throttled)"),
        ("\"fault\":\"html\",\"status\":403", "rejected(other(code: 403))"),
        (
            "\"fault\":\"error\",\"status\":400,\"code\":-4116,\"message\":\"duplicate\"",
            "outcomeUnknown"
        ),
        (
            "\"fault\":\"error\",\"status\":400,\"code\":-9999,\"message\":\"new\"",
            "outcomeUnknown"
        ),
    ])
    func
        `an entry that the venue refuses is told with its reason, and what is not known as unknown`(
            what: String, told: String
        ) async throws
    {
        let desk = try await AccountDesk(fault(what, request: Self.place))
        try desk.submit("nwt-1", .buy, "0.010")
        #expect(await desk.waits { !$0.story("nwt-1").isEmpty })
        #expect(desk.heard.story("nwt-1") == [told])
        #expect(desk.heard.counters.ordersPlaced == 1)
        try desk.end()
    }

    @Test(arguments: [
        "\"fault\":\"throttled\"", "\"fault\":\"unavailable\"",
        "\"fault\":\"error\",\"status\":400,\"code\":-1021,\"message\":\"clock\"",
    ])
    func `an exit that was certainly not placed goes again under its own id`(
        what: String
    ) async throws {
        let desk = try await AccountDesk(
            """
            {"at":0,"fault":"manualTrade","symbol":"BTCUSDT","side":"BUY","quantity":"0.010"}
            \(fault(what, request: Self.place))
            """)
        try desk.submit("nwt-2", .sell, "0.010", isReduceOnly: true)
        #expect(await desk.waits { $0.filled("nwt-2") == Self.hundredth })
        #expect(try await desk.venue.positions() == [:])
        #expect(!desk.heard.story("nwt-2").contains { $0.hasPrefix("rejected") })
        try desk.end()
    }

    @Test func `an order whose permit is refused is withheld and leaves no trace at the venue`()
        async throws
    {
        let desk = try await AccountDesk()
        try desk.submit("nwt-1", .buy, "0.010", permit: { false })
        #expect(await desk.waits { $0.story("nwt-1") == ["withheld"] })
        #expect(try await desk.venue.fills(LocalVenue.bitcoin).isEmpty)
        try desk.end()
    }

    @Test func `a resting order is canceled, and a second cancel finds nothing`() async throws {
        let desk = try await AccountDesk()
        let price = try await desk.venue.price(LocalVenue.bitcoin, percent: -3)
        try desk.submit("nwt-1", .buy, "0.010", .limit(price, .gtc))
        #expect(await desk.waits { $0.story("nwt-1").contains("accepted") })
        #expect(try await desk.venue.orders() == ["nwt-1"])
        try desk.cancel("nwt-1")
        #expect(await desk.waits { $0.story("nwt-1").contains("canceled") })
        #expect(try await desk.venue.orders() == [])
        // Of another run, and never there.
        try desk.cancel("nwt-9")
        #expect(await desk.waits { $0.story("nwt-9") == ["cancelRejected"] })
        try desk.end()
    }

    @Test(arguments: [true, false])
    func `a cancel of unknown outcome is asked for, whether it was executed or not`(
        isExecuted: Bool
    ) async throws {
        let desk = try await AccountDesk(
            fault(
                "\"fault\":\"unknown\",\"executed\":\(isExecuted)", request: Self.cancel))
        let price = try await desk.venue.price(LocalVenue.bitcoin, percent: -3)
        try desk.submit("nwt-1", .buy, "0.010", .limit(price, .gtc))
        #expect(await desk.waits { $0.story("nwt-1").contains("accepted") })
        let before = desk.heard.story("nwt-1").count
        try desk.cancel("nwt-1")
        // The word of the stream or of the question; and not executed, the order is found open.
        #expect(
            await desk.waits { heard in
                let story = heard.story("nwt-1").dropFirst(before)
                return isExecuted
                    ? story.contains("canceled")
                    : story.contains("outcomeUnknown") && story.last == "accepted"
            })
        #expect(try await desk.venue.orders() == (isExecuted ? [] : ["nwt-1"]))
        try desk.end()
    }

    @Test func `a cancel that comes before the answer to placing still cancels the order`()
        async throws
    {
        let desk = try await AccountDesk(
            fault("\"fault\":\"slow\",\"milliseconds\":300", request: Self.place))
        let price = try await desk.venue.price(LocalVenue.bitcoin, percent: -3)
        try desk.submit("nwt-1", .buy, "0.010", .limit(price, .gtc))
        try desk.cancel("nwt-1")
        #expect(await desk.waits { $0.story("nwt-1").contains("canceled") })
        #expect(try await desk.venue.orders() == [])
        try desk.end()
    }

    @Test func `a stop triggers, and its order's fills come under the stop's own id`() async throws
    {
        // What it is worth falls from the beginning, and the people bring the price there.
        let desk = try await AccountDesk(
            "{\"at\":0,\"fault\":\"priceStep\",\"symbol\":\"BTCUSDT\",\"percent\":-20}")
        try desk.submit("nwt-1", .buy, "0.010")
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        let near = try await desk.venue.justBelow(LocalVenue.bitcoin)
        try desk.submit(
            "nwt-2", .sell, "0.010", .stopMarket(trigger: near, by: .last), isReduceOnly: true)
        #expect(await desk.waits { $0.story("nwt-2").first == "accepted" })
        #expect(await desk.waits { $0.filled("nwt-2") == Self.hundredth })
        let story = desk.heard.story("nwt-2")
        #expect(story.contains("triggered"))
        #expect(story.filter { $0 == "triggered" }.count == 1)
        #expect(desk.heard.position == 0)
        #expect(desk.heard.forced.isEmpty)
        try desk.end()
    }

    @Test func `a stop is canceled at the algo service and listed by a reading until then`()
        async throws
    {
        let desk = try await AccountDesk()
        try desk.submit("nwt-1", .buy, "0.010")
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        let far = try await desk.venue.price(LocalVenue.bitcoin, percent: -4)
        try desk.submit(
            "nwt-2", .sell, "0.010", .stopMarket(trigger: far, by: .mark), isReduceOnly: true)
        #expect(await desk.waits { $0.story("nwt-2") == ["accepted"] })
        desk.account.readAccount(asking: [])
        #expect(await desk.waits { $0.snapshots.last?.openOrders.isEmpty == false })
        let listed = try #require(desk.heard.snapshots.last?.openOrders)
        #expect(
            listed.map(\.request) == [
                OrderRequest(
                    clientOrderID: try #require(ClientOrderID("nwt-2")),
                    instrument: AccountDesk.bitcoin, side: .sell,
                    kind: .stopMarket(trigger: far, by: .mark), quantity: Self.hundredth,
                    isReduceOnly: true)
            ])
        try desk.cancel("nwt-2", isConditional: true)
        #expect(await desk.waits { $0.story("nwt-2").contains("canceled") })
        #expect(try await desk.venue.stops() == [])
        try desk.end()
    }

    @Test func `while the address is banned an exit waits, and goes when the ban is over`()
        async throws
    {
        let desk = try await AccountDesk(
            """
            {"at":0,"fault":"manualTrade","symbol":"BTCUSDT","side":"BUY","quantity":"0.010"}
            {"at":0,"for":4,"times":1,"request":"\(Self.place)","fault":"banned"}
            """
        ) { $0.patience = .seconds(15) }
        try desk.submit("nwt-1", .sell, "0.010", isReduceOnly: true)
        #expect(
            await desk.waits { heard in
                heard.account.contains {
                    if case .trouble(.banned) = $0 { true } else { false }
                }
            })
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        #expect(!desk.heard.story("nwt-1").contains("outcomeUnknown"))
        try desk.end()
    }
}
