/// One position in a status report.
package struct StatusPosition: Hashable, Sendable, Codable {
    package var symbol: String
    /// `long` or `short`.
    package var side: String
    package var quantity: String
    package var entryPrice: String
    /// Absent before the first mark, like the profit that is reckoned by it.
    package var markPrice: String?
    package var unrealizedPnL: String?
    package var liquidationPrice: String?
    package var protection: ProtectionProof
    /// `observed` or `protected` for a position that the engine did not open; absent for its own.
    package var foreign: String?

    package init(
        symbol: String, side: String, quantity: String, entryPrice: String, markPrice: String?,
        unrealizedPnL: String?, liquidationPrice: String?, protection: ProtectionProof,
        foreign: String? = nil
    ) {
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.markPrice = markPrice
        self.unrealizedPnL = unrealizedPnL
        self.liquidationPrice = liquidationPrice
        self.protection = protection
        self.foreign = foreign
    }
}

/// The engine in one answer, for scripts: what `narwhal status --json` prints. Its names do not change.
package struct StatusReport: Hashable, Sendable, Codable {
    package var engine: String
    package var mode: String
    /// `open`, `paused`, `flattening`, `latched`, or `starting` while nothing is known yet.
    package var state: String
    package var latched: Bool
    package var engineTime: Int64
    package var wallTime: Int64
    /// Absent while the account is not known.
    package var equity: String?
    package var positions: [StatusPosition]
    /// Oldest first, at most 100.
    package var openOrders: [OrderTopic]?
    package var unknownOrders: Int?
    /// Absent before the first reconciliation.
    package var lastReconciledAgeMs: Int64?
    /// Symbols that take no new entries by themselves; absent while it is not known.
    package var pausedSymbols: [String]?
    /// Symbols in which the venue takes exits only; absent while it is not known.
    package var exitOnlySymbols: [String]?
    /// What keeps entries away at the venue, each in plain words; absent while it is not known.
    package var venueProblems: [String]?
    /// Open orders of others, at most 100; absent while it is not known.
    package var foreignOrders: [ForeignOrderTopic]?

    package init(
        engine: String, mode: String, state: String, latched: Bool, engineTime: Int64,
        wallTime: Int64,
        equity: String?, positions: [StatusPosition], openOrders: [OrderTopic]?,
        unknownOrders: Int?, lastReconciledAgeMs: Int64?, pausedSymbols: [String]?,
        exitOnlySymbols: [String]? = nil, venueProblems: [String]? = nil,
        foreignOrders: [ForeignOrderTopic]? = nil
    ) {
        self.engine = engine
        self.mode = mode
        self.state = state
        self.latched = latched
        self.engineTime = engineTime
        self.wallTime = wallTime
        self.equity = equity
        self.positions = positions
        self.openOrders = openOrders
        self.unknownOrders = unknownOrders
        self.lastReconciledAgeMs = lastReconciledAgeMs
        self.pausedSymbols = pausedSymbols
        self.exitOnlySymbols = exitOnlySymbols
        self.venueProblems = venueProblems
        self.foreignOrders = foreignOrders
    }

    /// The same facts out of a snapshot; `nil` without its `engine` topic.
    package init?(_ snapshot: Snapshot) {
        guard let engine = snapshot.engine else { return nil }
        self.init(
            engine: engine.name, mode: engine.mode, state: engine.gate, latched: engine.isLatched,
            engineTime: engine.engineTime, wallTime: engine.wallTime,
            equity: snapshot.account?.equity,
            positions: (snapshot.positions ?? []).map { position in
                let hasMark = position.markSource != "none"
                return StatusPosition(
                    symbol: position.symbol, side: position.side, quantity: position.quantity,
                    entryPrice: position.entryPrice,
                    markPrice: hasMark ? position.markPrice : nil,
                    unrealizedPnL: hasMark ? position.unrealizedPnL : nil,
                    liquidationPrice: position.liquidationPrice,
                    protection: position.protection, foreign: position.foreign)
            },
            openOrders: snapshot.safety?.orders, unknownOrders: snapshot.safety?.unknownOrders,
            lastReconciledAgeMs: snapshot.safety?.reconciledAgeMs,
            pausedSymbols: snapshot.entries.map { entries in
                entries.filter { $0.paused == true }.map(\.symbol)
            },
            exitOnlySymbols: snapshot.entries.map { entries in
                entries.filter { $0.tradable == false }.map(\.symbol)
            },
            venueProblems: snapshot.safety?.venueProblems,
            foreignOrders: snapshot.safety?.foreign)
    }
}
