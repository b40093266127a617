import BinanceVenue
import Messages
import Trading

/// A session with Binance: its market, and orders that go to paper or nowhere.
final class BinanceSession: Venue {
    enum Orders {
        case paper(SimulatedVenue<PaperGround>)
        case shadow(ShadowVenue)
    }

    private let orders: any Venue
    private let market: MarketHalf

    init(_ ground: BinanceGround, _ needs: VenueNeeds, orders: Orders) {
        let (clock, lanes) = (needs.clock, needs.lanes)
        let paper: SimulatedVenue<PaperGround>? =
            switch orders {
            case .paper(let venue): venue
            case .shadow: nil
            }
        let market = MarketHalf(
            ground, needs,
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
        case .paper(let venue): self.orders = venue
        case .shadow(let venue): self.orders = venue
        }
    }

    func start() {
        orders.start()
        market.start()
    }

    func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool) {
        orders.submit(request, permit: permit)
    }

    func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {
        orders.cancel(id, instrument: instrument, isConditional: isConditional)
    }

    func readAccount(asking questions: [OrderQuestion]) { orders.readAccount(asking: questions) }

    func stop() {
        market.stop()
        orders.stop()
    }
}
