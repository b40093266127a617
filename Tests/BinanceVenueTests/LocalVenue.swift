import BinanceFormat
import BinanceVenue
import ExchangeServer
import Foundation
import Testing
import Trading
import Transport

/// A local exchange over loopback, and a client of its account that stands for its owner.
final class LocalVenue: Sendable {
    let server: ExchangeServer
    let thread = TransportThread()
    let rest: BinanceREST
    let now: @Sendable () -> Timestamp

    static let bitcoin = symbol("BTCUSDT")
    static let ether = symbol("ETHUSDT")

    private static func symbol(_ text: String) -> SymbolName {
        guard let symbol = SymbolName(text) else { preconditionFailure("\(text) is a symbol") }
        return symbol
    }

    /// `schedule` is what goes wrong, a JSON object a line; `change` has the last word on the exchange.
    /// Without `isClocked` it does not matter whether its clock can be measured.
    init(
        _ schedule: String = "", isClocked: Bool = true,
        change: (inout ExchangeServerConfiguration) -> Void = { _ in }
    ) async throws {
        var settings = ExchangeServerConfiguration()
        settings.symbols = [Self.bitcoin, Self.ether]
        settings.history = .zero
        settings.faults = try FaultSchedule.parse(schedule)
        change(&settings)
        server = try ExchangeServer(settings)
        now = Self.clock()
        rest = try Self.client(server, thread, now, hasKey: true)
        let isKnown = await rest.synchronizeClock()
        try #require(isKnown || !isClocked)
    }

    private static let common = Task { try await LocalVenue() }

    /// One exchange for all tests that only read; it lives as long as the process.
    static func shared() async throws -> LocalVenue { try await common.value }

    /// Wall time that does not jump.
    static func clock() -> @Sendable () -> Timestamp {
        let start = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
        let origin = ContinuousClock.now
        return {
            let passed = (ContinuousClock.now - origin).components
            return start + .seconds(passed.seconds)
                + Duration(nanoseconds: passed.attoseconds / 1_000_000_000)
        }
    }

    static func client(
        _ server: ExchangeServer, _ thread: TransportThread,
        _ now: @escaping @Sendable () -> Timestamp,
        hasKey: Bool
    ) throws -> BinanceREST {
        BinanceREST(
            base: try ServerURL(http: "http://127.0.0.1:\(server.port)"), trust: try TLSTrust(),
            credentials: hasKey
                ? try Credentials(apiKey: server.apiKey, secret: server.secret) : nil,
            budget: VenueBudget(now: now), on: thread, now: now)
    }

    /// Another client of the same exchange.
    func client(hasKey: Bool) throws -> BinanceREST {
        try Self.client(server, thread, now, hasKey: hasKey)
    }

    func end() throws {
        rest.stop()
        try thread.stop()
        try server.stop()
    }

    // MARK: What the owner does

    func place(
        _ id: String, _ symbol: SymbolName, _ side: Side, _ quantity: String,
        _ kind: OrderKind = .market, isReduceOnly: Bool = false
    ) async throws {
        let order = OrderRequest(
            clientOrderID: try #require(ClientOrderID(id)), instrument: InstrumentID(0), side: side,
            kind: kind,
            quantity: Quantity(units: Int64(try #require(FixedPoint.units(quantity, digits: 8)))),
            isReduceOnly: isReduceOnly)
        guard case .answered(let outcome, _) = await rest.send(.place(order, symbol: symbol)),
            outcome.reaction == .success
        else {
            Issue.record("the owner's order \(id) was not taken")
            return
        }
    }

    /// Signed quantities by symbol, of what is open.
    func positions() async throws -> [String: String] {
        let rows = try await rest.ask(.positions(), BinanceAnswers.positions).get()
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                row.direction.map { (row.symbol, ($0 == .short ? "-" : "") + "\(row.quantity)") }
            })
    }

    /// Waits until there is a position, and asks ten times a second at most: the budget is for others.
    func waitForPosition() async throws {
        for _ in 0..<100 where try await positions().isEmpty {
            let asked = now()
            while now() - asked < .milliseconds(100) { await Task.yield() }
        }
        try #require(try await !positions().isEmpty)
    }

    func orders() async throws -> [String] {
        try await rest.ask(.openOrders(symbol: nil), BinanceAnswers.openOrders).get()
            .map(\.clientOrderID).sorted()
    }

    func stops() async throws -> [String] {
        try await rest.ask(.openAlgoOrders(symbol: nil), BinanceAnswers.openAlgoOrders).get()
            .map(\.clientAlgoID).sorted()
    }

    /// How many fills the account has in `symbol`.
    func fills(_ symbol: SymbolName) async throws -> [AccountTrade] {
        try await rest.ask(.userTrades(symbol: symbol), BinanceAnswers.userTrades).get()
    }

    func markPrice(_ symbol: SymbolName) async throws -> Price {
        let premium = try #require(
            try await rest.ask(.premiums(symbol: symbol), BinanceAnswers.premiums).get().first)
        return premium.update.markPrice
    }

    /// A price on the grid, `percent` of the mark price away.
    func price(_ symbol: SymbolName, percent: Int64) async throws -> Price {
        let mark = try await markPrice(symbol).units
        let tick = Instrument.preset(symbol, id: InstrumentID(0)).filters.tickSize.units
        return Price(units: mark / 100 * (100 + percent) / tick * tick)
    }
}
