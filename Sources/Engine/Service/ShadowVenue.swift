import Messages
package import Trading

/// Decides and sends nothing: every order is withheld, and the account stays as it was at the start.
package final class ShadowVenue: Venue {
    private let clock: EngineClock
    private let lanes: Lanes
    private let balance: Money

    package init(clock: EngineClock, lanes: Lanes, balance: Money) {
        self.clock = clock
        self.lanes = lanes
        self.balance = balance
    }

    package func start() {}

    package func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool) {
        lanes.withhold(request, at: clock.now())
    }

    /// There is never anything to cancel.
    package func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {}

    /// What others have in the account is not shadowed.
    package func cancelForeign(_ order: ForeignOrder) {}

    package func readAccount(asking questions: [OrderQuestion]) {
        let time = clock.now()
        lanes.send(
            .account(
                .snapshot(
                    AccountSnapshot(
                        walletBalance: balance, positions: [], openOrders: [], lastTrades: [],
                        missing: questions.map(\.clientOrderID), venueTime: time))), at: time)
    }

    package func stop() {}
}
