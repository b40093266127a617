package import Messages
package import Models
package import Playback
package import Trading

/// One closed trade with what its fills cost against the prices that were decided on.
package struct RunTrade: Hashable, Sendable {
    package var trip: RoundTrip
    /// Quote currency, worse when positive: each fill against the mark at its order's decision, a stop's trigger, a
    /// target's limit.
    package var slippage: Money
    /// The exact value of everything that was entered.
    package var notional: Money

    package init(trip: RoundTrip, slippage: Money, notional: Money) {
        self.trip = trip
        self.slippage = slippage
        self.notional = notional
    }
}

/// One stretch of trading of one symbol: what statistics are made of.
package struct TradingRun: Sendable {
    package var start: Timestamp
    package var end: Timestamp
    package var startingEquity: Money
    /// Closed trades, oldest first.
    package var trades: [RunTrade]
    /// Oldest first.
    package var equity: [EquitySample]
    /// All decisions, oldest first.
    package var decisions: [DecisionRecord]
    package var expectedSignalRate: PerDirection
    /// Since when a position is open at the end; `nil` when flat.
    package var openSince: Timestamp?

    package init(
        start: Timestamp, end: Timestamp, startingEquity: Money, trades: [RunTrade],
        equity: [EquitySample], decisions: [DecisionRecord], expectedSignalRate: PerDirection,
        openSince: Timestamp? = nil
    ) {
        self.start = start
        self.end = end
        self.startingEquity = startingEquity
        self.trades = trades
        self.equity = equity
        self.decisions = decisions
        self.expectedSignalRate = expectedSignalRate
        self.openSince = openSince
    }

    /// What the recorded facts of a run tell: closed trades with the cost of their fills, and the decisions. `facts`
    /// are those of one instrument, in order.
    package static func read(
        _ facts: [FactRecord]
    ) -> (trades: [RunTrade], decisions: [DecisionRecord]) {
        var trades: [RunTrade] = []
        var decisions: [DecisionRecord] = []
        // What each order should have filled at.
        var references: [ClientOrderID: Price] = [:]
        var slippage = Money.zero
        var entered = Money.zero
        for record in facts {
            switch record.fact {
            case .intent(let order):
                references[order.request.clientOrderID] = reference(order, record.markPrice)
            case .fill(_, let fill, let id, let purpose):
                if purpose == .entry { entered += Money(fill.quantity, at: fill.price) }
                guard let id, let price = references[id] else { continue }
                let worse = Money(fill.quantity, at: fill.price) - Money(fill.quantity, at: price)
                slippage += fill.side == .buy ? worse : -worse
            case .tradeClosed(let trip):
                trades.append(RunTrade(trip: trip, slippage: slippage, notional: entered))
                slippage = .zero
                entered = .zero
            case .decision(let decision): decisions.append(decision)
            case .orderChanged, .funding, .positionChanged, .positionClosed, .gateChanged,
                .symbolPaused, .commandReceived, .commandStep, .commandRefused, .breakerTripped,
                .account, .reconciled, .notice, .modelsChanged:
                break
            }
        }
        return (trades, decisions)
    }

    /// The mark at the decision for entries and market exits, the trigger of a stop, the limit of a target.
    private static func reference(_ order: OrderRecord, _ mark: Price?) -> Price? {
        switch order.purpose {
        case .entry, .exit: mark
        case .protectiveStop, .target: order.request.kind.price
        }
    }
}
