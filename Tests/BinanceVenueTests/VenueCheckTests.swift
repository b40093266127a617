import BinanceVenue
import Testing
import Trading

/// What is found at a local exchange before a start.
struct VenueCheckTests {
    private func check(
        _ schedule: String = "", mode: Mode = .testnet, leverage: Int = 3, hasKey: Bool = true,
        symbols: [SymbolName] = [LocalVenue.bitcoin],
        before act: ((LocalVenue) async throws -> Void)? = nil
    ) async throws -> VenueCheck {
        let isOwn = !schedule.isEmpty || act != nil
        let venue = isOwn ? try await LocalVenue(schedule) : try await LocalVenue.shared()
        defer { if isOwn { #expect(throws: Never.self) { try venue.end() } } }
        try await act?(venue)
        return await VenueCheck.read(
            VenueCheck.Subject(
                mode: mode, symbols: symbols, leverage: leverage, hasKey: hasKey,
                keepsWallTime: true),
            from: hasKey ? venue.rest : try venue.client(hasKey: false))
    }

    private func line(_ check: VenueCheck, _ name: String) throws -> CheckLine {
        try #require(check.lines.first { $0.name == name }, "\(name)")
    }

    @Test(arguments: [Mode.testnet, .live])
    func `an account as it must be passes, each thing named once`(mode: Mode) async throws {
        let check = try await check(
            mode: mode, symbols: [LocalVenue.bitcoin, LocalVenue.ether])
        #expect(check.failures == [])
        #expect(
            check.lines.map(\.name) == [
                "rest", "clock", "filters BTCUSDT", "filters ETHUSDT", "key", "trading",
                "withdrawal", "position mode", "assets mode", "positions", "margin BTCUSDT",
                "leverage BTCUSDT", "margin ETHUSDT", "leverage ETHUSDT", "orders", "balance",
            ])
    }

    @Test func `hedge mode and cross margin are found`() async throws {
        let check = try await check(
            #"{"at":0,"fault":"settings","hedgeMode":true,"cross":true}"#)
        #expect(check.failures.map(\.name) == ["position mode"])
        #expect(try line(check, "margin BTCUSDT").verdict == .warning)
    }

    @Test(arguments: [(Mode.live, CheckLine.Verdict.failure), (.testnet, .warning)])
    func `a clock that is two seconds off refuses real money`(
        mode: Mode, verdict: CheckLine.Verdict
    ) async throws {
        let check = try await check(
            #"{"at":0,"fault":"clockStep","milliseconds":2000}"#, mode: mode)
        let clock = try line(check, "clock")
        #expect(clock.verdict == verdict)
        #expect(clock.text.contains(" ms behind"))
    }

    @Test func `a refused key ends the questions that need one`() async throws {
        let check = try await check(
            #"{"at":0,"for":600,"request":"GET /fapi/v1/accountConfig","fault":"error","status":401,"code":-2015,"message":"no"}"#
        )
        #expect(check.failures.map(\.name) == ["key"])
        #expect(check.lines.last?.text == "the venue answered code -2015: no")
    }

    @Test func `paper needs no key, and what sends orders does`() async throws {
        let paper = try await check(mode: .paper, hasKey: false)
        #expect(paper.lines.map(\.name) == ["rest", "clock", "filters BTCUSDT"])
        #expect(paper.failures == [])
        #expect(try await check(mode: .testnet, hasKey: false).failures.map(\.name) == ["key"])
    }

    @Test func `positions, orders, leverage and unknown symbols are named`() async throws {
        let check = try await check(
            leverage: 2, symbols: [LocalVenue.ether, try #require(SymbolName("BTCUSDC"))]
        ) { venue in
            try await venue.place("web-1", LocalVenue.ether, .sell, "0.3")
            let above = try await venue.price(LocalVenue.ether, percent: 3)
            try await venue.place(
                "web-2", LocalVenue.ether, .buy, "0.3", .stopMarket(trigger: above, by: .mark),
                isReduceOnly: true)
        }
        #expect(try line(check, "positions").text == "ETHUSDT short 0.3")
        #expect(try line(check, "orders").text == "0 plain, 1 conditional")
        #expect(
            try line(check, "leverage ETHUSDT").text
                == "3 at the venue, 2 configured; the engine sets it at its start")
        #expect(
            try line(check, "filters BTCUSDC").text
                == "BTCUSDC is no contract of the venue; did you mean BTCUSDT?")
    }

    @Test func `garbage for an answer fails its line and no more`() async throws {
        let check = try await check(
            #"{"at":0,"for":600,"request":"GET /fapi/v3/balance","fault":"garbage","shape":"nested"}"#
        )
        #expect(check.failures.map(\.name) == ["balance"])
        #expect(check.failures[0].text.contains("not understood"))
    }
}
