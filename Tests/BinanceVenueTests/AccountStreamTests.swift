import BinanceFormat
import BinanceVenue
import ExchangeServer
import Testing
import Trading

/// The user stream and the readings, over loopback sockets against the local exchange.
@Suite(.serialized) struct AccountStreamTests {
    private static let hundredth = Quantity(units: 1_000_000)

    private func fault(_ rest: String, at seconds: Double = 0) -> String {
        "{\"at\":\(seconds),\(rest)}\n"
    }

    private func lasting(_ rest: String, times: Int = 1_000) -> String {
        "{\"at\":0,\"for\":600,\"times\":\(times),\(rest)}\n"
    }

    private func manualTrade(at seconds: Double, _ side: String = "BUY") -> String {
        fault(
            "\"fault\":\"manualTrade\",\"symbol\":\"BTCUSDT\",\"side\":\"\(side)\",\"quantity\":\"0.010\"",
            at: seconds)
    }

    // MARK: Fills, once

    @Test func `a fill during a cut is found in the history, told once, and before the reading`()
        async throws
    {
        let desk = try await AccountDesk(
            fault("\"fault\":\"disconnect\",\"stream\":\"user\"", at: 3) + manualTrade(at: 3))
        #expect(await desk.waits { $0.losses > 0 && $0.forced.count == 1 })
        #expect(await desk.waits { $0.snapshots.last?.positions.isEmpty == false })
        let words = desk.heard.account
        let fill = try #require(
            words.firstIndex { if case .forcedFill = $0 { true } else { false } })
        let reading = try #require(
            words.firstIndex {
                if case .snapshot(let snapshot) = $0 { !snapshot.positions.isEmpty } else { false }
            })
        #expect(fill < reading)
        // The next fill comes by the new connection.
        try desk.submit("nwt-1", .sell, "0.010", isReduceOnly: true)
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        #expect(desk.heard.position == 0)
        #expect(desk.heard.forced.count == 1)
        try desk.end()
    }

    @Test(arguments: [
        "\"fault\":\"duplicate\"", "\"fault\":\"reorder\"",
        "\"fault\":\"late\",\"milliseconds\":900", "\"fault\":\"silent\"",
        "\"fault\":\"garbageFrame\",\"shape\":\"wrongTypes\"",
    ])
    func `whatever the stream does, each fill is told once and each end after its fills`(
        what: String
    ) async throws {
        let desk = try await AccountDesk(
            lasting("\(what),\"stream\":\"user\"")
                + lasting("\"fault\":\"partialFills\",\"symbol\":\"BTCUSDT\",\"fraction\":0.4"))
        let price = try await desk.venue.price(LocalVenue.bitcoin, percent: 2)
        try desk.submit("nwt-1", .buy, "0.010", .limit(price, .ioc))
        #expect(await desk.waits { $0.story("nwt-1").contains("expired") })
        let heard = desk.heard
        let fills = try await desk.venue.fills(LocalVenue.bitcoin)
        #expect(!fills.isEmpty)
        #expect(heard.fills("nwt-1").map(\.tradeID) == fills.map(\.tradeID))
        let told = heard.story("nwt-1").filter { $0 != "accepted" }
        #expect(told == Array(repeating: "filled", count: fills.count) + ["expired"])
        try desk.end()
    }

    @Test(arguments: [true, false])
    func `an ended listen key is replaced, and what happened meanwhile is told`(
        isTold: Bool
    ) async throws {
        let desk = try await AccountDesk(
            fault("\"fault\":\"listenKeyEnds\",\"told\":\(isTold)", at: 3)
                + manualTrade(at: 3.5)
        ) { $0.keepKeyInterval = .seconds(1) }
        #expect(await desk.waits { $0.losses > 0 && $0.forced.count == 1 })
        #expect(await desk.waits { $0.snapshots.last?.positions.isEmpty == false })
        try desk.submit("nwt-1", .sell, "0.010", isReduceOnly: true)
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        #expect(desk.heard.position == 0)
        try desk.end()
    }

    @Test func `a connection is renewed with overlap, without a loss and without a fill twice`()
        async throws
    {
        let desk = try await AccountDesk { $0.renewalAge = .milliseconds(300) }
        for number in 1...6 {
            let id = "nwt-\(number)"
            try desk.submit(id, number % 2 == 1 ? .buy : .sell, "0.010")
            #expect(await desk.waits { $0.filled(id) == Self.hundredth })
        }
        #expect(desk.heard.losses == 0)
        #expect(desk.heard.position == 0)
        try desk.end()
    }

    @Test func `fills since the last one that the engine recorded are told at the start`()
        async throws
    {
        let desk = try await AccountDesk(manualTrade(at: 0) + manualTrade(at: 0)) {
            $0.lastTrades = [LastTrade(instrument: AccountDesk.bitcoin, tradeID: 0)]
        }
        #expect(await desk.waits { $0.position == 2_000_000 })
        let reading = try #require(desk.heard.snapshots.first)
        #expect(reading.positions.map(\.quantity) == [Quantity(units: 2_000_000)])
        #expect(reading.lastTrades.map(\.tradeID) == [desk.heard.forced.last?.tradeID])
        try desk.end()
    }

    @Test func `an engine without history hears of the position and of no fill before it`()
        async throws
    {
        let desk = try await AccountDesk(manualTrade(at: 0))
        let reading = try #require(desk.heard.snapshots.last)
        #expect(reading.positions.map(\.quantity) == [Self.hundredth])
        #expect(desk.heard.forced == [])
        try desk.end()
    }

    // MARK: What others do

    @Test func `a trade by hand is a forced fill, and orders by hand are listed as foreign`()
        async throws
    {
        let desk = try await AccountDesk(manualTrade(at: 2))
        #expect(await desk.waits { $0.forced.count == 1 })
        let price = try await desk.venue.price(LocalVenue.bitcoin, percent: -3)
        try await desk.venue.place("web-9", LocalVenue.bitcoin, .buy, "0.010", .limit(price, .gtc))
        #expect(await desk.waits { $0.snapshots.last?.foreignOrders.isEmpty == false })
        let order = try #require(desk.heard.snapshots.last?.foreignOrders.first)
        #expect(order.clientOrderID == "web-9" && order.price == price && !order.isConditional)
        #expect(desk.heard.snapshots.last?.openOrders == [])
        desk.account.cancelForeign(order)
        #expect(await desk.waits { $0.snapshots.last?.foreignOrders == [] })
        #expect(try await desk.venue.orders() == [])
        try desk.end()
    }

    @Test func `a liquidation is announced once and its fills are forced ones`() async throws {
        let desk = try await AccountDesk(
            manualTrade(at: 2)
                + fault("\"fault\":\"liquidate\",\"symbol\":\"BTCUSDT\"", at: 3))
        #expect(await desk.waits { $0.position == 0 && $0.forced.count > 1 })
        #expect(
            desk.heard.account.count {
                if case .liquidation(AccountDesk.bitcoin, _) = $0 { true } else { false }
            } == 1)
        #expect(await desk.waits { $0.snapshots.last?.positions == [] })
        try desk.end()
    }

    @Test func `a stop that another order knocks out is told as expired`() async throws {
        let desk = try await AccountDesk(manualTrade(at: 0))
        let far = try await desk.venue.price(LocalVenue.bitcoin, percent: -4)
        try desk.submit(
            "nwt-1", .sell, "0.010", .stopMarket(trigger: far, by: .mark), isReduceOnly: true)
        #expect(await desk.waits { $0.story("nwt-1").contains("accepted") })
        try desk.venue.server.meet(.knockOut(LocalVenue.bitcoin))
        #expect(
            await desk.waits {
                $0.story("nwt-1") == ["accepted", "accepted", "expired"]
                    || $0.story("nwt-1") == ["accepted", "expired"]
            })
        try desk.end()
    }

    @Test func `funding is told with its amount and rate, and a transfer with its amount`()
        async throws
    {
        let desk = try await AccountDesk(
            manualTrade(at: 0) + fault("\"fault\":\"funding\",\"symbol\":\"BTCUSDT\"", at: 3)
                + fault("\"fault\":\"transfer\",\"amount\":\"250.5\"", at: 3))
        #expect(
            await desk.waits { heard in
                heard.account.contains {
                    if case .transferred(let amount, _) = $0 {
                        amount == Money(whole: 250) + Money(units: 5_000_000_000_000_000)
                    } else {
                        false
                    }
                }
            })
        #expect(
            await desk.waits { heard in
                heard.account.contains {
                    if case .funding(AccountDesk.bitcoin, let amount, _, _) = $0 {
                        amount != .zero
                    } else {
                        false
                    }
                }
            })
        try desk.end()
    }

    @Test func `a transfer during a cut is told once, and one on the stream is not told again`()
        async throws
    {
        let desk = try await AccountDesk(
            fault("\"fault\":\"transfer\",\"amount\":\"10\"", at: 2)
                + fault("\"fault\":\"disconnect\",\"stream\":\"user\"", at: 3)
                + fault("\"fault\":\"transfer\",\"amount\":\"-7\"", at: 3)
                + fault("\"fault\":\"transfer\",\"amount\":\"3\"", at: 5))
        #expect(await desk.waits { $0.transfers.contains(Money(whole: 3)) })
        #expect(
            desk.heard.transfers == [Money(whole: 10), Money(whole: -7), Money(whole: 3)])
        try desk.end()
    }

    @Test func `a deleveraging is a forced fill, and a fired stop that is rejected is told so`()
        async throws
    {
        let desk = try await AccountDesk(
            manualTrade(at: 0)
                + lasting("\"fault\":\"stopRejects\",\"symbol\":\"BTCUSDT\"")
                + fault("\"fault\":\"priceStep\",\"symbol\":\"BTCUSDT\",\"percent\":-20"))
        let near = try await desk.venue.justBelow(LocalVenue.bitcoin)
        try desk.submit(
            "nwt-1", .sell, "0.010", .stopMarket(trigger: near, by: .last), isReduceOnly: true)
        #expect(await desk.waits { $0.story("nwt-1").last?.hasPrefix("rejected") ?? false })
        try desk.venue.server.meet(.deleveraging(LocalVenue.bitcoin, nil))
        #expect(await desk.waits { $0.forced.map(\.quantity) == [Self.hundredth] })
        #expect(await desk.waits { $0.snapshots.last?.positions == [] })
        try desk.end()
    }

    @Test func `a commission in another asset counts zero, and the wallet is told as it is`()
        async throws
    {
        let desk = try await AccountDesk(
            fault(
                "\"fault\":\"feeAsset\",\"asset\":\"BNB\",\"price\":\"600\",\"balance\":\"5\""))
        let before = try #require(desk.heard.snapshots.last?.walletBalance)
        try desk.submit("nwt-1", .buy, "0.010")
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        desk.account.readAccount(asking: [])
        #expect(await desk.waits { $0.snapshots.last?.positions.isEmpty == false })
        #expect(desk.heard.fills("nwt-1").allSatisfy { $0.commission == .zero })
        #expect(desk.heard.snapshots.last?.walletBalance == before)
        try desk.end()
    }

    // MARK: Settings and trouble

    @Test func `leverage is set at the start, and a change by another client is seen`()
        async throws
    {
        let desk = try await AccountDesk(
            fault("\"fault\":\"leverage\",\"symbol\":\"BTCUSDT\",\"leverage\":7", at: 4))
        let unsafe = UnsafeSetting.leverage(AccountDesk.bitcoin, found: 7)
        #expect(
            await desk.waits { heard in
                heard.account.contains {
                    if case .unsafeSettings([unsafe], _) = $0 { true } else { false }
                }
            })
        try desk.end()
    }

    @Test func `hedge mode and cross margin are told as unsafe, and as well when they are gone`()
        async throws
    {
        let desk = try await AccountDesk(
            fault("\"fault\":\"settings\",\"hedgeMode\":true,\"cross\":true", at: 2)
                + fault("\"fault\":\"settings\",\"hedgeMode\":false", at: 5)
        ) { $0.settingsInterval = .milliseconds(300) }
        let all: [UnsafeSetting] = [
            .hedgeMode, .crossMargin(AccountDesk.bitcoin), .crossMargin(AccountDesk.ether),
        ]
        #expect(
            await desk.waits { heard in
                let lists = heard.account.compactMap { report -> [UnsafeSetting]? in
                    if case .unsafeSettings(let unsafe, _) = report { unsafe } else { nil }
                }
                guard let place = lists.lastIndex(of: all) else { return false }
                return lists[place...].last == []
            })
        try desk.end()
    }

    @Test(arguments: [
        ("\"status\":401,\"code\":-2015,\"message\":\"no\"", VenueTrouble.keyRefused(code: -2015)),
        ("\"status\":401,\"code\":-1022,\"message\":\"no\"", VenueTrouble.keyRefused(code: -1022)),
    ])
    func `refused keys are trouble, told once, and no reading comes of it`(
        what: String, trouble: VenueTrouble
    ) async throws {
        let desk = try await AccountDesk(
            "{\"at\":0,\"for\":600,\"fault\":\"error\",\(what)}", begins: false, isClocked: false)
        desk.account.start()
        #expect(await desk.waits { $0.account.contains(.trouble(trouble)) })
        #expect(desk.heard.snapshots == [])
        try desk.end()
    }

    // MARK: Readings

    @Test func `an empty list of positions is an error while margin is bound, never flat`()
        async throws
    {
        let desk = try await AccountDesk(
            manualTrade(at: 0)
                + "{\"at\":3,\"for\":3,\"fault\":\"empty\",\"request\":\"GET /fapi/v3/positionRisk\"}"
        )
        let now = desk.venue.now
        let end = now() + .seconds(7)
        desk.account.readAccount(asking: [])
        // Readings go on all the time.
        while now() < end {
            let count = desk.heard.counters.readings + desk.heard.counters.brokenReadings
            desk.account.readAccount(asking: [])
            _ = await desk.waits {
                $0.counters.readings + $0.counters.brokenReadings > count
            }
        }
        #expect(desk.heard.counters.brokenReadings > 0)
        #expect(desk.heard.snapshots.allSatisfy { !$0.positions.isEmpty })
        try desk.end()
    }

    @Test func `a failed part makes no reading, and the next one comes by itself`() async throws {
        let desk = try await AccountDesk(
            "{\"at\":0,\"for\":600,\"times\":4,\"fault\":\"unavailable\",\"request\":\"GET /fapi/v3/balance\"}"
        )
        #expect(desk.heard.counters.brokenReadings >= 4)
        #expect(desk.heard.snapshots.first?.walletBalance.isNegative == false)
        try desk.end()
    }

    @Test func `an order that is open and not found by name for a while is not told as missing`()
        async throws
    {
        let desk = try await AccountDesk(
            """
            {"at":0,"for":600,"times":1,"request":"POST /fapi/v1/order","fault":"unknown","executed":true}
            {"at":0,"for":600,"request":"GET /fapi/v1/order","fault":"error","status":400,"code":-2013,"message":"Order does not exist."}
            """)
        let price = try await desk.venue.price(LocalVenue.bitcoin, percent: -3)
        try desk.submit("nwt-1", .buy, "0.010", .limit(price, .gtc))
        #expect(await desk.waits { $0.story("nwt-1").contains("outcomeUnknown") })
        desk.account.readAccount(asking: [
            OrderQuestion(
                clientOrderID: try #require(ClientOrderID("nwt-1")),
                instrument: AccountDesk.bitcoin, isConditional: false)
        ])
        #expect(await desk.waits { $0.snapshots.last?.openOrders.isEmpty == false })
        #expect(desk.heard.snapshots.allSatisfy { $0.missing.isEmpty })
        try desk.end()
    }

    @Test
    func `a stop that another client cancels while the stream is silent is found by a reading`()
        async throws
    {
        let desk = try await AccountDesk(
            lasting("\"fault\":\"silent\",\"stream\":\"user\"") + manualTrade(at: 0))
        let far = try await desk.venue.price(LocalVenue.bitcoin, percent: -4)
        try desk.submit(
            "nwt-1", .sell, "0.010", .stopMarket(trigger: far, by: .mark), isReduceOnly: true)
        #expect(await desk.waits { $0.story("nwt-1") == ["accepted"] })
        try desk.venue.server.meet(.manualCancel(LocalVenue.bitcoin))
        var readings = 0
        while readings < 8, !desk.heard.story("nwt-1").contains("canceled") {
            readings += 1
            let count = desk.heard.snapshots.count
            desk.account.readAccount(asking: [])
            #expect(await desk.waits { $0.snapshots.count > count })
        }
        #expect(desk.heard.story("nwt-1") == ["accepted", "canceled"])
        #expect(desk.heard.snapshots.last?.openOrders == [])
        try desk.end()
    }

    @Test func `a stream that says nothing of an old fill is deaf and opened anew`() async throws {
        let desk = try await AccountDesk(
            // Long enough for a busy machine to connect and trade in it.
            "{\"at\":0,\"for\":25,\"fault\":\"silent\",\"stream\":\"user\"}\n"
                + manualTrade(at: 1)
        ) { $0.aliveInterval = .milliseconds(200) }
        let now = desk.venue.now
        let end = now() + .seconds(26)
        while now() < end { _ = await desk.waits { _ in now() >= end } }
        desk.account.readAccount(asking: [])
        #expect(await desk.waits { $0.position == 1_000_000 && $0.losses == 1 })
        try desk.submit("nwt-1", .sell, "0.010", isReduceOnly: true)
        #expect(await desk.waits { $0.filled("nwt-1") == Self.hundredth })
        #expect(desk.heard.position == 0)
        try desk.end()
    }
}
