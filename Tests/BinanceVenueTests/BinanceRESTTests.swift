import BinanceFormat
import ExchangeServer
import Foundation
import Testing
import Trading
import Transport

@testable import BinanceVenue

/// Requests to a local exchange over sockets.
struct BinanceRESTTests {
    /// A running exchange and a client of it.
    private final class Stage {
        let server: ExchangeServer
        let thread = TransportThread()
        let rest: BinanceREST
        let budget: VenueBudget

        init(secret: String? = nil, hasKey: Bool = true) throws {
            var settings = ExchangeServerConfiguration()
            settings.symbols = [try #require(SymbolName("BTCUSDT"))]
            settings.history = .zero
            server = try ExchangeServer(settings)
            // An hour behind the exchange's clock.
            let start = Timestamp(
                milliseconds: Int64(Date().timeIntervalSince1970 * 1_000) - 3_600_000)
            let origin = ContinuousClock.now
            let now: @Sendable () -> Timestamp = {
                let passed = (ContinuousClock.now - origin).components
                return start + .seconds(passed.seconds)
                    + Duration(nanoseconds: passed.attoseconds / 1_000_000_000)
            }
            budget = VenueBudget(now: now)
            rest = BinanceREST(
                base: try ServerURL(http: "http://127.0.0.1:\(server.port)"),
                trust: try TLSTrust(),
                credentials: hasKey
                    ? try Credentials(apiKey: server.apiKey, secret: secret ?? server.secret) : nil,
                budget: budget, on: thread, now: now)
        }

        func end() throws {
            rest.stop()
            try thread.stop()
            try server.stop()
        }
    }

    private func synchronized(_ rest: BinanceREST) async -> Bool {
        await withCheckedContinuation { continuation in
            rest.synchronizeClock { continuation.resume(returning: $0) }
        }
    }

    @Test func `a signed request is answered once the venue's clock is known`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        #expect(stage.rest.venueTime() == nil)
        // Our clock is far from the exchange's, so an unmeasured timestamp is refused.
        guard case .answered(let early, _) = await stage.rest.send(.balances) else {
            Issue.record("no answer")
            return
        }
        #expect(early.reaction == .resyncClock)
        #expect(await synchronized(stage.rest))
        guard case .answered(let outcome, let answer) = await stage.rest.send(.balances) else {
            Issue.record("no answer")
            return
        }
        #expect(outcome.reaction == .success)
        let balances = try BinanceAnswers.balances(answer.body.span)
        #expect(balances.contains { $0.asset == "USDT" && $0.balance == Money(whole: 10_000) })
    }

    @Test func `the clock is measured although the venue wants less from us`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        stage.budget.observe(
            RESTAnswer(status: 429, headers: [("Retry-After", "60")], body: []),
            .rateLimited(until: nil), venueTime: .distantPast)
        #expect(await synchronized(stage.rest))
        // So that an exit finds the right time.
        guard
            case .answered(let outcome, _) = await stage.rest.send(
                .cancelAll(symbol: try #require(SymbolName("BTCUSDT"))))
        else {
            Issue.record("no answer")
            return
        }
        #expect(outcome.reaction == .success)
    }

    @Test func `a wrong secret is an order to halt`() async throws {
        let stage = try Stage(secret: "wrong")
        defer { #expect(throws: Never.self) { try stage.end() } }
        #expect(await synchronized(stage.rest))
        guard case .answered(let outcome, _) = await stage.rest.send(.balances) else {
            Issue.record("no answer")
            return
        }
        #expect(outcome.reaction == .halt)
        #expect(outcome.code == -1022)
    }

    @Test func `without a key nothing that needs one is sent`() async throws {
        let stage = try Stage(hasKey: false)
        defer { #expect(throws: Never.self) { try stage.end() } }
        guard case .failed(.withheld) = await stage.rest.send(.balances) else {
            Issue.record("it was sent")
            return
        }
        guard case .answered(let outcome, _) = await stage.rest.send(.exchangeInfo) else {
            Issue.record("no answer")
            return
        }
        #expect(outcome.reaction == .success)
    }

    @Test func `a refused permit is withheld, and a spent budget held`() async throws {
        let stage = try Stage()
        defer { #expect(throws: Never.self) { try stage.end() } }
        let symbol = try #require(SymbolName("BTCUSDT"))
        let outcome: BinanceREST.Outcome = await withCheckedContinuation { continuation in
            stage.rest.send(
                .setLeverage(5, symbol: symbol), permit: { false },
                completion: { continuation.resume(returning: $0) })
        }
        guard case .failed(.withheld) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(await synchronized(stage.rest))
        // 2400 a minute, of which 200 are kept for what lowers risk; four went into the clock.
        for _ in 0..<54 {
            guard case .answered = await stage.rest.send(.openOrders(symbol: nil)) else {
                Issue.record("the budget ended early")
                return
            }
        }
        guard case .held = await stage.rest.send(.openOrders(symbol: nil)) else {
            Issue.record("the budget has no end")
            return
        }
        // What lowers risk still goes.
        guard case .answered = await stage.rest.send(.cancelAll(symbol: symbol)) else {
            Issue.record("the reserve is gone")
            return
        }
    }

    @Test func `credentials of another form are refused, and none are ever printed`() throws {
        #expect(throws: Credentials.Problem.key) { try Credentials(apiKey: "a b", secret: "s") }
        #expect(throws: Credentials.Problem.key) { try Credentials(apiKey: "", secret: "s") }
        #expect(throws: Credentials.Problem.secret) { try Credentials(apiKey: "k", secret: "s\n") }
        let credentials = try Credentials(apiKey: "visibleKey", secret: "hiddenSecret")
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("visibleKey") && !text.contains("hiddenSecret"))
        }
    }
}
