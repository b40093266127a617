import BinanceFormat
import BinanceVenue
import Dispatch
import ExchangeServer
import Messages
import Population
import Synchronization
import Testing
import Trading
import Transport

/// Everything that a session told, in its order, and whoever waits for more of it.
final class Telling: Sendable {
    enum Word: Hashable, Sendable {
        case order(OrderReport)
        case account(AccountReport)
        case note(Notice)
    }

    private struct Waiter {
        let number: Int
        let isMet: @Sendable ([Word]) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var words: [Word] = []
        var waiters: [Waiter] = []
        var lastNumber = 0
    }

    private let state = Mutex(State())

    var words: [Word] { state.withLock { $0.words } }

    func add(_ word: Word) {
        let met = state.withLock { state in
            state.words.append(word)
            let met = state.waiters.filter { $0.isMet(state.words) }
            state.waiters.removeAll { waiter in met.contains { $0.number == waiter.number } }
            return met
        }
        for waiter in met { waiter.continuation.resume(returning: true) }
    }

    /// Whether `isMet` came true before twenty seconds had passed.
    func wait(
        on thread: TransportThread, _ isMet: @escaping @Sendable ([Word]) -> Bool
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let number: Int? = state.withLock { state in
                guard !isMet(state.words) else { return nil }
                state.lastNumber += 1
                state.waiters.append(
                    Waiter(number: state.lastNumber, isMet: isMet, continuation: continuation))
                return state.lastNumber
            }
            guard let number else { return continuation.resume(returning: true) }
            _ = thread.run(after: .seconds(20)) { [self] in
                let late = state.withLock { state in
                    let late = state.waiters.filter { $0.number == number }
                    state.waiters.removeAll { $0.number == number }
                    return late
                }
                for waiter in late { waiter.continuation.resume(returning: false) }
            }
        }
    }
}

/// A session with a local exchange over loopback sockets, and the owner beside it.
final class AccountDesk: Sendable {
    let venue: LocalVenue
    let account: BinanceAccount
    let told = Telling()
    private let thread = TransportThread()
    private let rest: BinanceREST

    static let bitcoin = InstrumentID(0)
    static let ether = InstrumentID(1)

    /// Of `schedule`, what happens once and not at the very beginning happens so long after the session has become live: a
    /// busy machine may need longer for that than any fixed time.
    init(
        _ schedule: String = "", begins: Bool = true, isClocked: Bool = true,
        _ change: (inout BinanceAccountConfiguration) -> Void = { _ in }
    ) async throws {
        var later: [(delay: Duration, moment: Fault.Moment)] = []
        venue = try await LocalVenue(schedule, isClocked: isClocked) { settings in
            if begins {
                settings.faults.removeAll { fault in
                    guard case .moment(let moment) = fault.effect, fault.begin > .zero else {
                        return false
                    }
                    later.append((fault.begin, moment))
                    return true
                }
            }
            // A young market of few people: it is there to fill orders.
            settings.population.warmUp = .minutes(1)
            settings.population.holders = 20
        }
        rest = try LocalVenue.client(venue.server, thread, venue.now, hasKey: true)
        var configuration = BinanceAccountConfiguration(contracts: [
            .init(symbol: LocalVenue.bitcoin, instrument: Self.bitcoin, leverage: 5),
            .init(symbol: LocalVenue.ether, instrument: Self.ether, leverage: 5),
        ])
        change(&configuration)
        let told = told
        account = BinanceAccount(
            configuration, rest: rest,
            stream: try ServerURL(webSocket: "ws://127.0.0.1:\(venue.server.port)"),
            trust: try TLSTrust(), on: thread, now: venue.now,
            sink: VenueSink(
                market: { _ in true }, order: { told.add(.order($0)) },
                account: { told.add(.account($0)) }, note: { told.add(.note($0)) }))
        guard begins else { return }
        account.start()
        try #require(await waits { $0.snapshots.count >= 1 && $0.isLive })
        for (delay, moment) in later {
            DispatchQueue.global().asyncAfter(
                deadline: .now() + .nanoseconds(Int(delay.nanoseconds))
            ) { [server = venue.server] in
                // A test that has ended meanwhile needs it no more.
                do throws(ExchangeServerError) { try server.meet(moment) } catch {}
            }
        }
    }

    func end() throws {
        account.stop()
        rest.stop()
        try thread.stop()
        try venue.end()
    }

    func waits(_ isMet: @escaping @Sendable (AccountDesk.Heard) -> Bool) async -> Bool {
        let account = account
        return await told.wait(on: thread) {
            isMet(Heard(words: $0, counters: account.counters))
        }
    }

    var heard: Heard { Heard(words: told.words, counters: account.counters) }

    /// A report about one order as it is told.
    func submit(
        _ id: String, _ side: Side, _ quantity: String, _ kind: OrderKind = .market,
        isReduceOnly: Bool = false, permit: @escaping @Sendable () -> Bool = { true }
    ) throws {
        account.submit(
            OrderRequest(
                clientOrderID: try #require(ClientOrderID(id)), instrument: Self.bitcoin,
                side: side, kind: kind,
                quantity: Quantity(
                    units: Int64(try #require(FixedPoint.units(quantity, digits: 8)))),
                isReduceOnly: isReduceOnly), permit: permit)
    }

    func cancel(_ id: String, isConditional: Bool = false) throws {
        account.cancel(
            try #require(ClientOrderID(id)), instrument: Self.bitcoin,
            isConditional: isConditional)
    }

    /// What was told, by kind.
    struct Heard: Sendable {
        let words: [Telling.Word]
        let counters: BinanceAccountCounters

        var isLive: Bool {
            words.contains { if case .account(.alive) = $0 { true } else { false } }
        }

        func reports(_ id: String) -> [OrderReportKind] {
            words.compactMap {
                guard case .order(let report) = $0, report.clientOrderID.description == id else {
                    return nil
                }
                return report.kind
            }
        }

        /// The kinds of the reports of one order, as one word each.
        func story(_ id: String) -> [String] {
            reports(id).map { kind in
                switch kind {
                case .accepted: "accepted"
                case .rejected(let reason): "rejected(\(reason))"
                case .filled: "filled"
                case .canceled: "canceled"
                case .expired: "expired"
                case .triggered: "triggered"
                case .cancelRejected: "cancelRejected"
                case .outcomeUnknown: "outcomeUnknown"
                case .withheld: "withheld"
                }
            }
        }

        func fills(_ id: String) -> [Fill] {
            reports(id).compactMap { if case .filled(let fill) = $0 { fill } else { nil } }
        }

        func filled(_ id: String) -> Quantity {
            fills(id).reduce(.zero) { $0 + $1.quantity }
        }

        var account: [AccountReport] {
            words.compactMap { if case .account(let report) = $0 { report } else { nil } }
        }

        var snapshots: [AccountSnapshot] {
            account.compactMap { if case .snapshot(let snapshot) = $0 { snapshot } else { nil } }
        }

        var forced: [Fill] {
            account.compactMap { if case .forcedFill(_, let fill) = $0 { fill } else { nil } }
        }

        var transfers: [Money] {
            account.compactMap {
                if case .transferred(let amount, _) = $0 { amount } else { nil }
            }
        }

        var losses: Int { account.count { $0 == .lost } }

        /// Signed quantity of everything that was told to have traded in bitcoin.
        var position: Int64 {
            var sum: Int64 = 0
            for word in words {
                switch word {
                case .order(let report):
                    guard case .filled(let fill) = report.kind else { continue }
                    sum += fill.side == .buy ? fill.quantity.units : -fill.quantity.units
                case .account(.forcedFill(_, let fill)):
                    sum += fill.side == .buy ? fill.quantity.units : -fill.quantity.units
                case .account, .note: continue
                }
            }
            return sum
        }
    }
}

extension LocalVenue {
    /// A price on the grid, one basis point below the mark price.
    func justBelow(_ symbol: SymbolName) async throws -> Price {
        let mark = try await markPrice(symbol).units
        let tick = Instrument.preset(symbol, id: InstrumentID(0)).filters.tickSize.units
        return Price(units: mark / 10_000 * 9_999 / tick * tick)
    }
}
