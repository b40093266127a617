package import Trading

/// What is known of one instrument's market.
///
/// Told by `apply`, `advance` and `finish`; never asks. All windows and candles follow the venue's transact times, all
/// ages the engine's time. Nothing here decides anything.
package struct MarketState: Sendable {
    package private(set) var instrument: Instrument
    package private(set) var configuration: MarketConfiguration

    /// Taker orders and flow by class.
    package private(set) var flow: TakerFlow
    package internal(set) var candles1m: CandleSeries
    package internal(set) var candles5m: CandleSeries
    package private(set) var book: LocalBook
    /// Where forced closes concentrate, strongest first; empty when nobody says.
    package private(set) var clusters: [LiquidationCluster] = []
    /// When each kind of data was last heard of.
    package internal(set) var ages = MarketAges()
    /// What was seen and refused.
    package internal(set) var counts = MarketCounts()
    /// The price of the last print, or of the last close where candles are all that there is; `nil` before the first.
    package internal(set) var lastPrice: Price?
    /// What was open, every five minutes.
    package internal(set) var openInterest: OpenInterestHistory
    /// What was paid for being open.
    package internal(set) var fundings: FundingHistory
    /// The forced orders of the last hour by side.
    package internal(set) var forcedFlow = ForcedFlow()
    /// The last forced order that the venue published.
    package internal(set) var lastForcedOrder: ForcedOrder?
    /// Forced orders that bought, since the start: shorts were liquidated. A lower bound, venues publish only some.
    package internal(set) var forcedBuyNotional = Money.zero
    /// Forced orders that sold, since the start: longs were liquidated. A lower bound.
    package internal(set) var forcedSellNotional = Money.zero

    private var top = TopOfBook()
    private var venueMark: MarkPriceUpdate?
    private var lastTradeID = Int64.min
    private var printJumps = JumpFilter()
    private var tickerJumps = JumpFilter()
    private var markJumps = JumpFilter()

    /// No print may be worth more; it keeps every sum within its 128 bits, whatever a venue sends.
    static let maxPrintNotional = Money(whole: 1_000_000_000_000).units

    package init(instrument: Instrument, configuration: MarketConfiguration = MarketConfiguration())
    {
        self.instrument = instrument
        self.configuration = configuration
        flow = TakerFlow(whaleThreshold: configuration.whaleThreshold)
        candles1m = CandleSeries(
            interval: .minutes(1), capacity: configuration.maxCandles1m,
            hasTakerVolume: configuration.hasTakerVolume)
        candles5m = CandleSeries(
            interval: .minutes(5), capacity: configuration.maxCandles5m,
            hasTakerVolume: configuration.hasTakerVolume, keepsActivity: true)
        openInterest = OpenInterestHistory(capacity: configuration.maxOpenInterestCounts)
        fundings = FundingHistory(capacity: configuration.maxFundings)
        book = LocalBook(configuration: configuration)
    }

    /// The venue has changed filters, tiers or fees; what is known of the market stays.
    package mutating func replace(_ instrument: Instrument) {
        precondition(instrument.id == self.instrument.id, "the same instrument, told anew")
        self.instrument = instrument
    }

    /// Takes one datum that the engine got at `time`, and says what it changed.
    package mutating func apply(_ data: MarketData, at time: Timestamp) -> MarketChange {
        switch data {
        case .print(let print): return apply(print, at: time)
        case .bookTicker(let ticker): return apply(ticker, at: time)
        case .depth(let update):
            ages.seen(at: time)
            counts.depthUpdates += 1
            return bookChange(book.apply(update), at: time)
        case .depthSnapshot(let snapshot):
            ages.seen(at: time)
            return bookChange(book.load(snapshot), at: time)
        case .markPrice(let update): return apply(update, at: time)
        case .kline(let kline): return apply(kline, at: time)
        case .forcedOrder(let order): return apply(order, at: time)
        case .clusters(let given, _):
            clusters = Array(given.prefix(configuration.maxClusters))
            ages.clusters = time
            return .clustersChanged
        case .openInterest(let interest): return apply(interest, at: time)
        case .funding(let settlement): return apply(settlement, at: time)
        case .alive:
            ages.seen(at: time)
            return []
        case .lost:
            ages.isLost = true
            book.reset()
            top = TopOfBook()
            return [.lost, .bookChanged]
        }
    }

    /// Counts one print; the same as `apply(.print(print), at: time)`, for loops over long tapes.
    package mutating func apply(_ print: Print, at time: Timestamp) -> MarketChange {
        ages.seen(at: time)
        guard print.tradeID > lastTradeID else {
            counts.duplicatePrints += 1
            return .duplicatePrint
        }
        lastTradeID = print.tradeID
        let price = print.price.units
        let product = price.multipliedFullWidth(by: print.quantity.units)
        let notional = Int128(product.high) << 64 | Int128(product.low)
        guard notional > 0, notional <= Self.maxPrintNotional,
            print.venueTime.nanoseconds <= time.nanoseconds
                || print.venueTime - time <= configuration.maxAheadOfClock,
            printJumps.admits(price, maxRun: configuration.maxAbsurdRun)
        else {
            counts.quarantined += 1
            return .quarantined
        }
        counts.prints += 1
        ages.print = time
        lastPrice = print.price
        var change = flow.add(
            time: print.venueTime.nanoseconds, side: print.takerSide, notional: notional)
        change.insert(.printCounted)
        change.formUnion(
            Self.change(candles1m.add(print, notional: notional), closed: .candleClosed1m))
        change.formUnion(
            Self.change(candles5m.add(print, notional: notional), closed: .candleClosed5m))
        return change
    }

    /// Lets the venue's clock pass: closes candles whose end is further back than the grace, and slides the windows.
    package mutating func advance(to venueTime: Timestamp) -> MarketChange {
        flow.advance(to: venueTime)
        var change: MarketChange = []
        if candles1m.advance(to: venueTime, grace: configuration.candleGrace) {
            change.insert(.candleClosed1m)
        }
        if candles5m.advance(to: venueTime, grace: configuration.candleGrace) {
            change.insert(.candleClosed5m)
        }
        return change
    }

    /// Ends the open taker order: the tape is over. Forming candles stay forming.
    package mutating func finish() -> MarketChange { flow.finish() ? .takerOrderEnded : [] }

    /// Sets the whale threshold of all taker orders that begin from now on.
    package mutating func setWhaleThreshold(_ threshold: Money) {
        configuration.whaleThreshold = threshold
        flow.setWhaleThreshold(threshold)
    }

    @inline(__always)
    private static func change(_ outcome: CandleSeries.Outcome, closed: MarketChange)
        -> MarketChange
    {
        switch outcome {
        case .joined: []
        case .closed: closed
        case .amended, .lost: .candleAmended
        }
    }

    private mutating func apply(_ ticker: BookTicker, at time: Timestamp) -> MarketChange {
        ages.seen(at: time)
        counts.bookTickers += 1
        guard ticker.bidPrice.units < ticker.askPrice.units,
            tickerJumps.admits(ticker.bidPrice.units, maxRun: configuration.maxAbsurdRun)
        else {
            counts.quarantined += 1
            return .quarantined
        }
        guard top.venueTime.nanoseconds <= ticker.venueTime.nanoseconds else { return [] }
        top = TopOfBook(
            bid: BookLevel(price: ticker.bidPrice, quantity: ticker.bidQuantity),
            ask: BookLevel(price: ticker.askPrice, quantity: ticker.askQuantity),
            venueTime: ticker.venueTime)
        ages.book = time
        return .bookChanged
    }

    private mutating func bookChange(_ effect: BookSync.Effect, at time: Timestamp) -> MarketChange
    {
        switch effect {
        case .keep, .skip: return []
        case .requestSnapshot: return [.bookGap, .bookChanged]
        case .apply:
            guard book.isLive, let venueTime = book.venueTime,
                venueTime.nanoseconds >= top.venueTime.nanoseconds
            else { return .bookChanged }
            top = TopOfBook(bid: book.bestBid, ask: book.bestAsk, venueTime: venueTime)
            ages.book = time
            return .bookChanged
        }
    }

    private mutating func apply(_ update: MarkPriceUpdate, at time: Timestamp) -> MarketChange {
        ages.seen(at: time)
        counts.markPrices += 1
        guard markJumps.admits(update.markPrice.units, maxRun: configuration.maxAbsurdRun) else {
            counts.quarantined += 1
            return .quarantined
        }
        venueMark = update
        ages.mark = time
        return .markChanged
    }
}

extension MarketState {
    /// The best bid, of the ticker or of the live book, whichever is newer at the venue.
    package var bestBid: BookLevel? { top.bid }
    /// The best ask, of the ticker or of the live book, whichever is newer at the venue.
    package var bestAsk: BookLevel? { top.ask }

    /// The middle of best bid and ask, rounded down to 10⁻⁸; `nil` unless both are known.
    package var mid: Price? {
        guard let bid = top.bid?.price.units, let ask = top.ask?.price.units else { return nil }
        return Price(units: bid + (ask - bid) / 2)
    }

    /// Best ask minus best bid; `nil` unless both are known.
    package var spread: Price? {
        guard let bid = top.bid?.price.units, let ask = top.ask?.price.units else { return nil }
        return Price(exactly: ask - bid)
    }

    /// The venue's mark price, or one derived from mid and last while the venue has sent none; `nil` before any price.
    package var mark: Mark? {
        if let venueMark { return Mark(price: venueMark.markPrice, source: .venue) }
        if top.bid == nil, let lastPrice { return Mark(price: lastPrice, source: .derived) }
        return Mark.derived(mid: mid, last: lastPrice, filters: instrument.filters)
    }

    /// The venue's spot index; `nil` when it sends none.
    package var indexPrice: Price? { venueMark?.indexPrice }
    /// The predicted rate of the coming funding; `nil` when the venue sends none.
    package var fundingRate: Rate? { venueMark?.fundingRate }
    package var nextFundingTime: Timestamp? { venueMark?.nextFundingTime }

    /// Taker orders since the start, the open one included.
    package var takerOrders: Int { flow.sinceStart.takerOrders }
    /// Taker orders that reached the whale threshold, since the start.
    package var whaleOrders: Int { flow.sinceStart.whaleOrders }
    package var largestTakerOrder: Money { flow.largestTakerOrder }
    package var takerBuyNotional: Money { flow.sinceStart.takerBuy }
    package var takerSellNotional: Money { flow.sinceStart.takerSell }
    /// Prints counted since the start.
    package var printCount: Int { counts.prints }

    /// Folds every integer fact into `hasher`; the same in debug and release.
    package func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(UInt64(instrument.id.index))
        hasher.combine(lastTradeID)
        hasher.combine(lastPrice)
        top.hashFacts(into: &hasher)
        hasher.combine(venueMark?.markPrice)
        hasher.combine(venueMark?.indexPrice)
        hasher.combine(venueMark?.fundingRate.units ?? 0)
        hasher.combine(venueMark?.nextFundingTime?.nanoseconds ?? 0)
        flow.hashFacts(into: &hasher)
        candles1m.hashFacts(into: &hasher)
        candles5m.hashFacts(into: &hasher)
        book.hashFacts(into: &hasher)
        hasher.combine(clusters.count)
        for cluster in clusters {
            hasher.combine(cluster.price)
            hasher.combine(cluster.liquidates == .long)
            hasher.combine(cluster.notional)
        }
        openInterest.hashFacts(into: &hasher)
        fundings.hashFacts(into: &hasher)
        hasher.combine(forcedBuyNotional)
        hasher.combine(forcedSellNotional)
        counts.hashFacts(into: &hasher)
        ages.hashFacts(into: &hasher)
    }

    /// Folds the whole state into `hasher`. It holds no doubles: everything is a fact.
    package func hashState(into hasher: inout StateHasher) { hashFacts(into: &hasher) }
}

/// Best bid and ask, and the venue's time of the source that gave them.
struct TopOfBook: Sendable {
    var bid: BookLevel?
    var ask: BookLevel?
    var venueTime = Timestamp(nanoseconds: .min)

    func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(bid?.price)
        hasher.combine(bid?.quantity.units ?? -1)
        hasher.combine(ask?.price)
        hasher.combine(ask?.quantity.units ?? -1)
    }
}
