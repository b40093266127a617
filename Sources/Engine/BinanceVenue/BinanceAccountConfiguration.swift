package import Trading

/// What the account session trades, and its paces. Durations are wall time.
package struct BinanceAccountConfiguration: Sendable {
    package struct Contract: Hashable, Sendable {
        package var symbol: SymbolName
        package var instrument: InstrumentID
        /// Set while the symbol is flat, and watched from then on.
        package var leverage: Int
        /// From when on fills are told although the engine recorded none before: it may have ordered, or held what it
        /// found. `nil` begins with the position that it finds.
        package var historyStart: Timestamp?

        package init(
            symbol: SymbolName, instrument: InstrumentID, leverage: Int,
            historyStart: Timestamp? = nil
        ) {
            self.symbol = symbol
            self.instrument = instrument
            self.leverage = leverage
            self.historyStart = historyStart
        }
    }

    package var contracts: [Contract]
    /// What the account's money is; other assets are not counted.
    package var quoteAsset: String
    /// The last fill of each instrument that the engine recorded, from which the venue's history is told. Empty for an
    /// engine without history: then it begins with the position that it finds.
    package var lastTrades: [LastTrade]
    /// Until when the engine's record of funding goes; `nil` begins at the start of the session.
    package var fundingKnownUntil: Timestamp?
    /// How long a risk-lowering order that could not leave is tried again, before the engine hears that it was withheld.
    package var patience: Duration
    /// Between two signs of life while the user stream stands.
    package var aliveInterval: Duration
    /// Between two words to the venue that keep the listen key.
    package var keepKeyInterval: Duration
    /// Age at which the stream's connection is replaced by a new one, with overlap.
    package var renewalAge: Duration = .hours(23)
    /// Between two looks at position mode, margin types and leverage.
    package var settingsInterval: Duration = .seconds(4)
    /// Whether the venue's dead-man switch guards entries that may rest. It may strip conditional orders too: nobody knows.
    package var guardsRestingEntries = true

    /// `timeScale`: engine seconds per wall second; what is bounded in the engine's time is shortened by it.
    package init(
        contracts: [Contract], quoteAsset: String = "USDT", lastTrades: [LastTrade] = [],
        fundingKnownUntil: Timestamp? = nil, timeScale: Double = 1
    ) {
        self.contracts = contracts
        self.quoteAsset = quoteAsset
        self.lastTrades = lastTrades
        self.fundingKnownUntil = fundingKnownUntil
        func scaled(_ time: Duration, atLeast least: Duration) -> Duration {
            max(least, Duration(nanoseconds: Int64(Double(time.nanoseconds) / max(1, timeScale))))
        }
        patience = scaled(.seconds(4), atLeast: .milliseconds(200))
        aliveInterval = scaled(.seconds(15), atLeast: .milliseconds(200))
        keepKeyInterval = scaled(.minutes(30), atLeast: .seconds(1))
    }
}

/// What the account session has seen, to be read at any time.
package struct BinanceAccountCounters: Hashable, Sendable {
    package var ordersPlaced = 0
    package var cancelsSent = 0
    package var unknownOutcomes = 0
    package var withheldOrders = 0
    package var userEvents = 0
    package var refusedFrames = 0
    package var unknownWords = 0
    package var ignoredEvents = 0
    /// Fills of which an earlier way had told.
    package var repeatedFills = 0
    /// Fills that the stream had not brought, found in the venue's history.
    package var replayedFills = 0
    package var foreignFills = 0
    package var streamLosses = 0
    package var readings = 0
    /// Readings that were begun and not told, because a part failed or its parts did not fit together.
    package var brokenReadings = 0

    package init() {}
}
