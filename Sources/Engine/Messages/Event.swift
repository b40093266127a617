package import Trading

/// Timers that the core sets for itself; setting one again replaces it.
package enum TimerID: Hashable, Sendable, Codable {
    /// Evaluates open positions and timeouts at least once a second while something is open or live.
    case tick
    /// Two seconds after the end of the decision candle, when no later print closed it.
    case candleClose(InstrumentID)
    /// The position must be protected by then, or is closed.
    case protection(InstrumentID)
    /// The longest time that a position may be held is over.
    case maxHold(InstrumentID)
    /// An order has been waiting for its answer for too long.
    case orderTimeout(ClientOrderID)
    /// The next reading of the account at the venue is due.
    case reconcile
    /// The next UTC day begins.
    case dayStart
    /// An exit that was rejected is tried again.
    case retryExit(InstrumentID)
}

/// What became of a latch file that the core asked for.
package enum LatchReport: Hashable, Sendable, Codable {
    case written
    case removed
    case failed
}

/// How the store is.
package enum StoreReport: Hashable, Sendable, Codable {
    /// Commits come in time.
    case healthy
    /// No commit for longer than the limit: no new risk until it is healthy again.
    case slow
    /// The store cannot be written.
    case failed
}

/// One thing that happened, as the core is told it. The sequence has no gaps; the time never steps back.
package struct Event: Hashable, Sendable {
    /// 1, 2, 3 ... over all events of an engine, across restarts.
    package var sequence: UInt64
    /// Engine time.
    package var time: Timestamp
    package var body: Body

    package enum Body: Hashable, Sendable, Codable {
        case market(InstrumentID, MarketData)
        case order(OrderReport)
        case account(AccountReport)
        case timer(TimerID)
        case command(CommandEnvelope)
        case latch(LatchReport)
        case store(StoreReport)
        /// Something that a session with the outside wants people to know; it changes nothing.
        case notice(Notice)
        /// Another set of models is to decide, or one was found damaged.
        case models(ModelChange)
    }

    package init(sequence: UInt64, time: Timestamp, body: Body) {
        self.sequence = sequence
        self.time = time
        self.body = body
    }
}
