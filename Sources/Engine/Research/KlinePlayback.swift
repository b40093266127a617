package import DecisionCore
import Matching
import Market
import Messages
package import Playback
import Risk
package import Trading

/// How a price that was made from candles is traded.
package struct KlineCosts: Hashable, Sendable {
    /// Distance of best bid and ask around the path, a fraction of the price; at least one tick.
    package var spread: Rate = .zero
    /// What a taker pays beyond the touch, a fraction of the price; the core does not see it.
    package var slippage = Rate(units: 5_000)

    package init() {}
}

/// One symbol's candles through the core and the paper venue, candle by candle.
///
/// Nobody knows in which order a candle's prices came. While a position is open, the extreme that hurts it comes first;
/// otherwise the low comes first in a candle that rose, the high in one that fell. The price walks from open to the
/// first extreme, to the other, to the close, and meets every trigger on its way, so that a stop fills at its price and
/// not at the extreme; where the open itself is beyond the stop, it fills at the open. A target fills when the price
/// goes beyond it. Then the closed candle is told, and the core decides. While nothing is open the walk is left out,
/// because nothing can happen on it.
///
/// The core is told mark, best bid and ask, settled funding and closed candles; no prints. The rate of the coming
/// funding is not known to it beforehand: it is told the last one. The venue settles at the real rate.
package struct KlinePlayback: Sendable {
    package private(set) var session: PlaybackSession
    /// Equity at mark: at each close, and at every step of the way while a position is open; oldest first.
    package private(set) var equity: [EquitySample] = []
    /// Pauses that only an operator ends, and that were ended at 00:00 UTC.
    package private(set) var resumes = 0
    package let candles: CandleTable

    private let other: CandleTable?
    private let decidesOnCandles: Bool
    private let costs: KlineCosts
    private let instrument: Instrument
    private var funding: HistoryFunding
    private var nextOther = 0
    private var tradeID: Int64 = 0
    private var bookID: UInt64 = 0
    private var day: Int64 = .min

    /// Much more than any order takes.
    private static let depth = Quantity(units: 1_000_000_000 * FixedPoint.unitsPerOne)

    /// - Parameters:
    ///   - candles: the path; decided on when their interval is the profile's.
    ///   - other: the candles of the other interval, 1 or 5 minutes; told, and decided on when theirs is the
    ///     profile's. `nil` when there are none.
    ///   - funding: settlements of the symbol, oldest first.
    ///   - configuration: of one instrument, that of the candles.
    package init(
        candles: CandleTable, other: CandleTable? = nil, funding: [FundingRow] = [],
        configuration: EngineConfiguration, costs: KlineCosts = KlineCosts()
    ) {
        precondition(configuration.instruments.count == 1, "a table is of one instrument")
        var configuration = configuration
        configuration.market.candlesFromVenue = true
        configuration.market.hasTakerVolume = candles.hasTakerVolume
        self.candles = candles
        self.other = other
        self.funding = HistoryFunding(funding)
        self.costs = costs
        instrument = configuration.instruments[0]
        decidesOnCandles = configuration.profile.decisionInterval == candles.interval
        var paper = PaperConfiguration()
        paper.startingBalance = configuration.startingBalance
        paper.leverage = configuration.profile.leverage
        let start = Timestamp(milliseconds: candles.openTimes.first ?? 0)
        session = PlaybackSession(
            configuration: configuration, venue: paper, startTime: start, recordsFacts: true)
        // The first event makes the core ask for the account, which it needs before its first decision.
        session.tellCore(.alive, instrument: instrument.id, time: start)
    }

    /// Plays the candles in `range`; each candle once, in order.
    package mutating func play(_ range: Range<Int>) {
        for index in range { play(index) }
    }

    /// Plays one candle.
    package mutating func play(_ index: Int) {
        let row = candles[index]
        let start = Timestamp(milliseconds: row.openTime)
        let length = candles.interval
        resumeOnNewDay(start)
        // What was ordered at the last close is filled and protected by then.
        let opening = start + fraction(length, 1, of: 300)
        session.advance(to: opening)
        if hasSomethingOpen {
            let path = path(of: row)
            let times = [
                opening, start + fraction(length, 1, of: 3), start + fraction(length, 2, of: 3),
                start + fraction(length, 299, of: 300),
            ]
            show(path[0], opening)
            for step in 1..<path.count {
                walk(from: path[step - 1], times[step - 1], to: path[step], times[step])
            }
        }
        let end = start + length
        show(Price(units: row.close), end)
        tellCandles(index, end)
    }

    /// The tape is over: what is due within a second still happens. Positions stay as they are.
    package mutating func finish() {
        session.advance(to: candles.closeTime(candles.count - 1) + .seconds(1))
        session.finish()
    }

    // MARK: The way of the price

    private var hasSomethingOpen: Bool {
        session.venue.account.positions[0] != nil || session.engine.symbols[0].position != nil
            || !session.engine.orders.live.isEmpty
    }

    /// Open, first extreme, second extreme, close.
    private func path(of row: CandleRow) -> [Price] {
        let isLowFirst: Bool
        switch session.venue.account.positions[0]?.direction {
        case .long: isLowFirst = true
        case .short: isLowFirst = false
        case nil: isLowFirst = row.close >= row.open
        }
        let first = isLowFirst ? row.low : row.high
        let second = isLowFirst ? row.high : row.low
        return [row.open, first, second, row.close].map { Price(units: $0) }
    }

    /// Goes to `end`, and stops at every price on the way at which an order of ours, or the liquidation, waits.
    private mutating func walk(
        from first: Price, _ start: Timestamp, to last: Price, _ end: Timestamp
    ) {
        let isRising = last > first
        var stations = session.venue.record.openOrders.compactMap { $0.request.kind.price }
        if let liquidation = session.venue.account.positions[0]?.liquidationPrice {
            stations.append(liquidation)
        }
        let low = min(first, last)
        let high = max(first, last)
        stations = stations.filter { $0 > low && $0 < high }
            .sorted { isRising ? $0 < $1 : $0 > $1 }
        let way = Double(last.units - first.units)
        for station in stations {
            let share = Double(station.units - first.units) / way
            let time = Duration(
                nanoseconds: Int64(Double((end - start).nanoseconds) * share))
            show(station, start + time)
        }
        show(last, end)
    }

    /// The price is at `price`: orders fill at it, mark and touch follow.
    private mutating func show(_ price: Price, _ time: Timestamp) {
        tellFunding(before: time)
        let id = instrument.id
        let coming = funding.coming
        bookID += 1
        tradeID += 1
        session.showVenue(
            .print(
                Print(
                    tradeID: tradeID, price: price, quantity: Self.depth, takerSide: .buy,
                    venueTime: time)), instrument: id, time: time)
        session.showVenue(
            .bookTicker(ticker(price, slippage: costs.slippage, time)), instrument: id, time: time)
        session.showVenue(
            .markPrice(
                MarkPriceUpdate(
                    markPrice: price, indexPrice: nil, fundingRate: coming?.rate ?? .zero,
                    nextFundingTime: coming?.time, venueTime: time)), instrument: id, time: time)
        session.tellCore(
            .markPrice(
                MarkPriceUpdate(
                    markPrice: price, indexPrice: nil, fundingRate: funding.last?.rate ?? .zero,
                    nextFundingTime: coming?.time, venueTime: time)), instrument: id, time: time)
        session.tellCore(
            .bookTicker(ticker(price, slippage: .zero, time)), instrument: id, time: time)
        equity.append(EquitySample(time: time, equity: session.engine.equity))
    }

    private func ticker(_ price: Price, slippage: Rate, _ time: Timestamp) -> BookTicker {
        let half = Rate(units: costs.spread.units / 2) + slippage
        let bid = instrument.filters.onGrid(price.moved(by: -half), .down)
        var ask = instrument.filters.onGrid(price.moved(by: half), .up)
        if ask <= bid { ask = Price(units: bid.units + instrument.filters.tickSize.units) }
        return BookTicker(
            updateID: bookID, bidPrice: bid, bidQuantity: Self.depth, askPrice: ask,
            askQuantity: Self.depth, venueTime: time)
    }

    // MARK: What the core is told

    private mutating func tellFunding(before time: Timestamp) {
        while let row = funding.next(before: time) {
            session.tellCore(.funding(row.settlement), instrument: instrument.id, time: row.time)
        }
    }

    /// The candle that is decided on comes last.
    private mutating func tellCandles(_ index: Int, _ end: Timestamp) {
        if !decidesOnCandles { tell(candles.kline(index), end) }
        if let other {
            while nextOther < other.count, other.closeTime(nextOther) <= end {
                tell(other.kline(nextOther), end)
                nextOther += 1
            }
        }
        if decidesOnCandles { tell(candles.kline(index), end) }
    }

    private mutating func tell(_ kline: Kline, _ time: Timestamp) {
        session.tellCore(.kline(kline), instrument: instrument.id, time: time)
    }

    private mutating func resumeOnNewDay(_ time: Timestamp) {
        let today = time.milliseconds / 86_400_000
        guard today != day else { return }
        day = today
        guard session.engine.gate.state == .paused, let id = CommandID("resume-\(today)") else {
            return
        }
        resumes += 1
        session.command(
            CommandEnvelope(id: id, command: .resume, origin: .signal("back-test operator")))
    }

    private func fraction(_ length: Duration, _ part: Int64, of whole: Int64) -> Duration {
        Duration(nanoseconds: length.nanoseconds / whole * part)
    }
}

/// Equity at one moment.
package struct EquitySample: Hashable, Sendable {
    package var time: Timestamp
    /// Wallet and unrealised profit at mark.
    package var equity: Money

    package init(time: Timestamp, equity: Money) {
        self.time = time
        self.equity = equity
    }
}
