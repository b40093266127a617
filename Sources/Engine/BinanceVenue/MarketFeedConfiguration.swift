package import Trading
package import Transport

/// What a market session listens to, and its limits. All lengths are wall time.
package struct MarketFeedConfiguration: Sendable {
    /// Which paths deliver the streams.
    /// - Source: Binance USDⓈ-M WebSocket change of 2026-03, enforced 2026-04-23.
    package enum Routing: Hashable, Sendable {
        /// Book streams from `/public`, all others from `/market`: what the live venue demands.
        case routed
        /// Everything from the old paths, which only demo hosts still fill.
        case legacy
    }

    /// Candles of one length: streamed when they close, and read by REST for the warm-up.
    package struct Candles: Hashable, Sendable {
        package var interval: Duration
        /// As the venue spells the interval, like `1m`.
        package var spelling: String
        /// Closed candles to begin with, 1...1499.
        package var history: Int

        package init(interval: Duration, spelling: String, history: Int) {
            precondition(
                interval > .zero && (1...1_499).contains(history),
                "Candles have a length, and the venue gives at most 1500 at once.")
            self.interval = interval
            self.spelling = spelling
            self.history = history
        }
    }

    /// The venue's stream host; a path in front of the routes is kept.
    package var stream: ServerURL
    package var contracts: [(symbol: SymbolName, instrument: InstrumentID)]
    package var routing = Routing.routed
    package var candles = [Candles(interval: .minutes(1), spelling: "1m", history: 240)]
    /// The venue allows 1024; shorter lists keep the request line short.
    package var maxStreamsPerConnection = 120
    /// The venue cuts every connection after 24 hours.
    package var renewalInterval = Duration.hours(23)
    /// How long a new connection may take to deliver on every stream that ticks.
    package var overlapLimit = Duration.seconds(30)

    /// A connection without any good frame for longer is dead.
    package var lineSilence = Duration.seconds(3)
    package var markPriceSilence = Duration.seconds(5)
    package var bookTickerSilence = Duration.seconds(10)
    package var depthSilence = Duration.seconds(10)
    /// Candles that grow while no print comes for longer show that the stream of prints is dead.
    package var printSilence = Duration.seconds(5)
    /// A connection that lived longer than this is a success: the next one is not held back.
    package var stableAfter = Duration.seconds(30)
    package var firstRetry = Duration.milliseconds(250)
    package var maxRetry = Duration.seconds(30)

    /// How long a missing print or book change may still come by itself.
    package var reorderGrace = Duration.milliseconds(250)
    /// Prints of one contract kept while those before them are read.
    package var maxWaitingPrints = 20_000
    /// Pages of 1000 prints read backwards for the first candle.
    package var maxWarmUpPages = 5
    /// Pages of 1000 prints read to fill one hole; a larger one stays open.
    package var maxFillPages = 50
    /// After so long a hole stays open, and the market goes on behind it.
    package var fillPatience = Duration.minutes(1)
    /// Levels a side of a book snapshot: 5, 10, 20, 50, 100, 500 or 1000.
    package var bookLevels = 1_000

    /// Between two counts of open interest of a contract.
    package var openInterestInterval = Duration.minutes(1)
    /// Counts of five minutes to begin with, 1...500: a day.
    package var openInterestHistory = 288
    /// Settled fundings to begin with, 1...1000: as many as are kept.
    package var fundingHistory = 90
    /// Settled fundings are read this often in any case, for those that come outside of the funding times.
    package var fundingInterval = Duration.minutes(10)
    /// How long after the funding time its settlement is looked for.
    package var settlementDelay = Duration.seconds(3)
    /// Questions for open interest and fundings that are under way at once, of all contracts: the others need the
    /// connections more.
    package var maxOptionalQuestions = 2
    package var firstOptionalRetry = Duration.seconds(1)
    package var maxOptionalRetry = Duration.minutes(1)

    /// How often the watches are looked at.
    package var tick = Duration.milliseconds(25)
    /// No two notes about the same thing come closer together.
    package var noteInterval = Duration.seconds(10)
    package var pingInterval = Duration.seconds(15)

    package init(
        stream: ServerURL, contracts: [(symbol: SymbolName, instrument: InstrumentID)]
    ) {
        self.stream = stream
        self.contracts = contracts
    }

    /// How long a stream of this kind may be silent; `nil` for those that may be for ever.
    func maxSilence(of kind: MarketStream.Kind) -> Duration? {
        switch kind {
        case .bookTicker: bookTickerSilence
        case .depth: depthSilence
        case .markPrice: markPriceSilence
        case .aggTrade, .kline, .forceOrder: nil
        }
    }
}

/// What a market session has seen since it began.
package struct MarketFeedCounters: Hashable, Sendable {
    package var frames = 0
    package var bytes = 0
    /// Frames that are no valid message of the venue.
    package var refusedFrames = 0
    /// Why the last one was refused, and where.
    package var lastRefusal: String?
    /// Valid frames that we do not read, answers to requests among them.
    package var otherFrames = 0
    /// Valid frames of contracts that we did not ask for.
    package var unknownContracts = 0
    /// Prints and book changes that came twice, or behind newer ones.
    package var repeats = 0
    /// Holes in the tape that had to be filled by REST.
    package var tapeHoles = 0
    /// Prints that REST gave.
    package var filledPrints = 0
    /// Holes that could not be filled.
    package var openHoles = 0
    /// Times that a book was lost for a missing change or a contradiction.
    package var bookGaps = 0
    /// Books loaded from a snapshot.
    package var bookLoads = 0
    /// Connections that ended, whoever ended them; renewals are not among them.
    package var lostConnections = 0
    /// Connections that were replaced because they, or a stream of theirs, were silent.
    package var staleConnections = 0
    package var renewals = 0
    /// Settled fundings that were told.
    package var fundings = 0
    /// Counts of open interest that were told.
    package var openInterests = 0
    /// Questions for either that had no answer of use.
    package var optionalFailures = 0
    /// Times that the engine had no room.
    package var overflows = 0
    /// Between the venue's stamp of the last mark price and its arrival, in engine time; `nil` before the venue's clock
    /// is known.
    package var latency: Duration?

    package init() {}
}
