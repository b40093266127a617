import BinanceVenue
import Messages
import Trading

/// A session with Binance: its market, and orders that go there, to paper, or nowhere.
///
/// Each half has a thread and a client of its own, so that a flood of market data delays no order. The account is
/// first: the market is opened when the first reading of the account is there, or after a few seconds without one.
final class BinanceSession: Venue {
    enum Orders {
        case account(Credentials, leverage: Int)
        case paper(SimulatedVenue<PaperGround>)
        case shadow(ShadowVenue)
    }

    /// Wall time that the market waits for the account.
    private static let accountFirst = Duration.seconds(5)

    private let orders: any Venue
    private let market: MarketHalf

    init(_ ground: BinanceGround, _ needs: VenueNeeds, orders: Orders) {
        let (clock, lanes) = (needs.clock, needs.lanes)
        let paper: SimulatedVenue<PaperGround>? =
            switch orders {
            case .paper(let venue): venue
            case .account, .shadow: nil
            }
        // One address, one account: both halves share it.
        let budget = VenueBudget(now: { clock.now() }, timeScale: clock.scale)
        budget.adoptPauses(of: ground.budget)
        let market = MarketHalf(
            ground, needs, budget,
            VenueSink(
                market: { items in
                    let time = clock.now()
                    paper?.receive(items, at: time)
                    return lanes.send(items.map { ($0.instrument, time, $0.data) })
                },
                order: { _ in }, account: { _ in },
                note: { lanes.send(.notice($0), at: clock.now()) }))
        self.market = market
        switch orders {
        case .account(let credentials, let leverage):
            self.orders = AccountHalf(
                ground, needs, budget, credentials, leverage: leverage,
                VenueSink(
                    market: { _ in true }, order: { lanes.send(.order($0), at: clock.now()) },
                    account: { report in
                        lanes.send(.account(report), at: clock.now())
                        if case .snapshot = report { market.start() }
                    }, note: { lanes.send(.notice($0), at: clock.now()) }))
        case .paper(let venue): self.orders = venue
        case .shadow(let venue): self.orders = venue
        }
    }

    var marketFeed: (counters: MarketFeedCounters, isWarm: Bool) { market.state }

    func start() {
        orders.start()
        market.start(after: orders is AccountHalf ? Self.accountFirst : .zero)
    }

    func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool) {
        orders.submit(request, permit: permit)
    }

    func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {
        orders.cancel(id, instrument: instrument, isConditional: isConditional)
    }

    func cancelForeign(_ order: ForeignOrder) { orders.cancelForeign(order) }

    func readAccount(asking questions: [OrderQuestion]) { orders.readAccount(asking: questions) }

    func stop() {
        market.stop()
        orders.stop()
    }
}
