package import Messages
package import Trading

/// What a session tells the engine. The closures may be called from any of the session's threads and must not wait.
package struct VenueSink: Sendable {
    /// Market data in order. Answers false when the engine lost some of them for lack of room: then every instrument
    /// is to be told `.lost`, and its book loaded anew.
    package var market: @Sendable ([(instrument: InstrumentID, data: MarketData)]) -> Bool
    package var order: @Sendable (OrderReport) -> Void
    package var account: @Sendable (AccountReport) -> Void
    /// For people; free of secrets.
    package var note: @Sendable (Notice) -> Void

    package init(
        market: @escaping @Sendable ([(instrument: InstrumentID, data: MarketData)]) -> Bool,
        order: @escaping @Sendable (OrderReport) -> Void,
        account: @escaping @Sendable (AccountReport) -> Void,
        note: @escaping @Sendable (Notice) -> Void
    ) {
        self.market = market
        self.order = order
        self.account = account
        self.note = note
    }
}
