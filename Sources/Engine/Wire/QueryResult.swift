/// One decision at the close of a candle, as the store has it.
package struct DecisionTopic: Hashable, Sendable, Codable {
    package var symbol: String
    /// Open time of the decision candle, engine milliseconds.
    package var candleOpenTime: Int64
    /// `long` or `short`: the side looked at; absent when it did not come to that.
    package var side: String?
    package var longProbability: Double
    package var shortProbability: Double
    package var longThreshold: Double
    package var shortThreshold: Double
    package var markPrice: String?
    /// `notReady`, `belowThreshold`, `refusedByGuard`, `refusedByRisk`, `tooSmall` or `ordered`.
    package var outcome: String
    /// The detail of the outcome in words: which guard, which limit, which order.
    package var detail: String?
    /// All guards' verdicts on `side`; `blocks24h` is 0 here.
    package var verdicts: [GuardTopic]

    package init(
        symbol: String, candleOpenTime: Int64, side: String?, longProbability: Double,
        shortProbability: Double, longThreshold: Double, shortThreshold: Double, markPrice: String?,
        outcome: String, detail: String?, verdicts: [GuardTopic]
    ) {
        self.symbol = symbol
        self.candleOpenTime = candleOpenTime
        self.side = side
        self.longProbability = longProbability
        self.shortProbability = shortProbability
        self.longThreshold = longThreshold
        self.shortThreshold = shortThreshold
        self.markPrice = markPrice
        self.outcome = outcome
        self.detail = detail
        self.verdicts = verdicts
    }
}

/// Rows of the store, newest first; only the list that was asked for is present.
package struct QueryResult: Hashable, Sendable, Codable {
    package var what: QueryKind
    package var trades: [TradeTopic]?
    package var decisions: [DecisionTopic]?
    package var events: [EventTopic]?
    package var commands: [CommandTopic]?
    /// The `before` of the next page; absent when there are no older rows.
    package var next: Int64?

    package init(
        what: QueryKind, trades: [TradeTopic]? = nil, decisions: [DecisionTopic]? = nil,
        events: [EventTopic]? = nil, commands: [CommandTopic]? = nil, next: Int64? = nil
    ) {
        self.what = what
        self.trades = trades
        self.decisions = decisions
        self.events = events
        self.commands = commands
        self.next = next
    }
}
