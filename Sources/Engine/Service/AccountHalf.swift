import BinanceVenue
import Journal
import Messages
import Trading
import Transport

/// The account with its thread and client.
final class AccountHalf: Venue {
    private let thread = TransportThread()
    private let rest: BinanceREST
    private let account: BinanceAccount
    private let contracts: ContractWatch
    private let note: @Sendable (Notice) -> Void

    init(
        _ ground: BinanceGround, _ needs: VenueNeeds, _ budget: VenueBudget,
        _ credentials: Credentials, leverage: Int, _ sink: VenueSink
    ) {
        let clock = needs.clock
        rest = BinanceREST(
            base: ground.rest, trust: ground.trust, credentials: credentials,
            budget: budget, on: thread, timeScale: clock.scale, now: { clock.now() })
        note = sink.note
        let contracts = ContractWatch(
            ground.contracts, needs.instruments, rest: rest, isSigned: true,
            timeScale: clock.scale, sink: sink)
        self.contracts = contracts
        var sink = sink
        let tell = sink.order
        sink.order = { report in
            tell(report)
            contracts.look(at: report)
        }
        let isFresh = needs.recovery.lastRun == 0
        account = BinanceAccount(
            BinanceAccountConfiguration(
                contracts: needs.instruments.map { instrument in
                    BinanceAccountConfiguration.Contract(
                        symbol: instrument.symbol, instrument: instrument.id, leverage: leverage,
                        historyStart: isFresh
                            ? nil : Self.historyStart(of: instrument.id, needs.recovery))
                },
                lastTrades: isFresh ? [] : needs.recovery.state.lastTrades,
                fundingKnownUntil: isFresh ? nil : needs.recovery.lastTime,
                timeScale: clock.scale),
            rest: rest, stream: ground.stream, trust: ground.trust, on: thread,
            timeScale: clock.scale, now: { clock.now() }, sink: sink)
    }

    /// From when on there can be fills of ours that no run recorded: of orders whose end is not known, and of a position
    /// that was found; `nil` when nothing of ours was open. A second more, since two clocks are never quite one.
    private static func historyStart(
        of instrument: InstrumentID, _ recovery: Recovery
    ) -> Timestamp? {
        let state = recovery.state
        let orders = state.liveOrders.filter { $0.request.instrument == instrument }
        let isHeld = state.positions.contains { $0.instrument == instrument }
        guard isHeld || !orders.isEmpty else { return nil }
        return orders.map(\.createdTime).reduce(recovery.lastTime, min) - .seconds(1)
    }

    func start() {
        account.start()
        contracts.start()
    }

    func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool) {
        account.submit(request, permit: permit)
    }

    func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {
        account.cancel(id, instrument: instrument, isConditional: isConditional)
    }

    func cancelForeign(_ order: ForeignOrder) { account.cancelForeign(order) }

    func readAccount(asking questions: [OrderQuestion]) { account.readAccount(asking: questions) }

    func stop() {
        contracts.stop()
        account.stop()
        rest.stop()
        do throws(TransportThread.StopError) { try thread.stop() } catch {
            note(Notice(.session, .warning, error.description))
        }
    }
}
