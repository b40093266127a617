import BinanceVenue
import Messages
import Synchronization
import Trading
import Transport

/// Keeps what the engine knows of its contracts true: filters, margin tables, fees, and whether they trade.
///
/// The venue is asked every hour of engine time, and soon after it refused an order for a rule that we may not know.
final class ContractWatch: Sendable {
    /// Wall time between two askings that refused orders can bring about, and the least between any two.
    private static let leastInterval = Duration.seconds(10)

    private struct State {
        var known: [Instrument]
        var isTradable: [Bool]
        var isAsking = false
        var isStopped = false
        /// Monotonic nanoseconds of the last asking.
        var asked: Int64?
    }

    private let cache: ContractCache
    private let rest: BinanceREST
    private let isSigned: Bool
    private let interval: Duration
    private let sink: VenueSink
    private let state: Mutex<State>

    init(
        _ cache: ContractCache, _ instruments: [Instrument], rest: BinanceREST, isSigned: Bool,
        timeScale: Double, sink: VenueSink
    ) {
        self.cache = cache
        self.rest = rest
        self.isSigned = isSigned
        self.sink = sink
        interval = max(
            Self.leastInterval, Duration(nanoseconds: Int64(3_600e9 / max(1, timeScale))))
        state = Mutex(State(known: instruments, isTradable: instruments.map { _ in true }))
    }

    /// Tells what does not trade, and begins to ask.
    func start() {
        if let book = cache.load().book { tell(book) }
        wait(interval)
    }

    func stop() { state.withLock { $0.isStopped = true } }

    /// Looks at a report of an order; one that was refused for a rule makes the rules be read again.
    func look(at report: OrderReport) {
        guard case .rejected(let reason) = report.kind else { return }
        switch reason {
        case .filterViolation, .priceOutsideBand, .other: refreshSoon()
        case .insufficientMargin, .wouldTriggerImmediately, .reduceOnlyConflict,
            .duplicateClientOrderID, .wouldTakeLiquidity, .unknownOrder, .throttled, .tooManyOrders:
            break
        }
    }

    private func refreshSoon() {
        let now = EngineClock.monotonic()
        let isTime = state.withLock { state in
            guard let asked = state.asked else { return true }
            return now - asked >= Self.leastInterval.nanoseconds
        }
        if isTime { refresh() }
    }

    private func wait(_ delay: Duration) {
        _ = rest.thread.run(after: delay) { [weak self] in
            guard let self, !self.state.withLock({ $0.isStopped }) else { return }
            self.refresh()
            self.wait(self.interval)
        }
    }

    private func refresh() {
        let symbols: [SymbolName]? = state.withLock { state in
            guard !state.isAsking, !state.isStopped else { return nil }
            state.isAsking = true
            state.asked = EngineClock.monotonic()
            return state.known.map(\.symbol)
        }
        guard let symbols else { return }
        Task.detached { [self] in
            do throws(ContractError) {
                let selection = try await cache.refresh(
                    symbols, from: rest, isSigned: isSigned, keeping: Set(symbols),
                    at: EngineClock.wall())
                tell(selection.instruments)
                if let book = cache.load().book { tell(book) }
            } catch {
                sink.note(
                    Notice(
                        .session, .warning,
                        "the venue's contracts could not be read again: \(error.description)"))
            }
            state.withLock { $0.isAsking = false }
        }
    }

    private func tell(_ instruments: [Instrument]) {
        let changed = state.withLock { state in
            guard instruments.count == state.known.count else { return [Instrument]() }
            defer { state.known = instruments }
            return zip(state.known, instruments).filter { $0 != $1 }.map(\.1)
        }
        for instrument in changed { sink.account(.instrument(instrument)) }
    }

    private func tell(_ book: ContractBook) {
        let changed = state.withLock { state in
            var changed: [(InstrumentID, Bool)] = []
            for (place, instrument) in state.known.enumerated() {
                guard let contract = book.contract(instrument.symbol),
                    contract.isTradable != state.isTradable[place]
                else { continue }
                state.isTradable[place] = contract.isTradable
                changed.append((instrument.id, contract.isTradable))
            }
            return changed
        }
        for (id, isTradable) in changed {
            sink.account(.instrumentStatus(id, isTradable: isTradable))
        }
    }
}
