import Matching
import Text
import Trading

/// What the public can ask about one instrument, folded from what the exchange says.
struct MarketBoard: Sendable {
    struct Aggregate: Sendable {
        let id: Int64
        let firstID: Int64
        let print: Print
    }
    struct Funding: Sendable {
        let time: Timestamp
        let rate: Rate
        let markPrice: Price
    }
    /// Contracts open at a full five minutes.
    struct OpenCount: Sendable {
        let time: Timestamp
        let quantity: Quantity
        let markPrice: Price
    }
    /// Counts that can be asked for at once, and that are kept.
    static let maxCounts = 500
    /// Changes of the book on their way to the streams of one speed.
    struct DepthFeed: Sendable {
        var sent: Timestamp
        var firstID: UInt64?
        var previousID: UInt64?
        var bids: [Price: Quantity] = [:]
        var asks: [Price: Quantity] = [:]
    }

    var instrument: Instrument
    /// What the venue says that may be done with it.
    var status = Fault.SymbolStatus.trading
    var prints = Ring<Aggregate>(capacity: 5000)
    var fundings = Ring<Funding>(capacity: 1000)
    var counts = Ring<OpenCount>(capacity: MarketBoard.maxCounts)
    var candles = CandleBook()
    var mark: MarkPriceUpdate?
    var ticker: BookTicker?
    var markCount = 0
    var feeds: [DepthFeed]
    /// The largest forced order of the second that is not over yet.
    var forced: ForcedOrder?
    var klinesSent: Timestamp
    var isKlineDue = false
    private var lastID: Int64?
    private var nextAggregateID: Int64

    init(_ instrument: Instrument, start: Timestamp) {
        self.instrument = instrument
        feeds = DepthSpeed.allCases.map { _ in DepthFeed(sent: start) }
        klinesSent = start
        // Rises over restarts, since fewer than four prints a millisecond happen.
        nextAggregateID = max(0, start.milliseconds) * 4
    }

    mutating func add(_ print: Print) -> Aggregate {
        let first = min(print.tradeID, (lastID ?? print.tradeID - 1) + 1)
        let aggregate = Aggregate(id: nextAggregateID, firstID: first, print: print)
        nextAggregateID += 1
        lastID = print.tradeID
        prints.append(aggregate)
        candles.add(print, firstID: first)
        isKlineDue = true
        return aggregate
    }

    mutating func add(_ update: MarkPriceUpdate) {
        mark = update
        markCount += 1
        // The exchange settles funding right after the mark that reaches its time.
        if let due = update.nextFundingTime, update.venueTime >= due {
            fundings.append(
                Funding(time: due, rate: update.fundingRate, markPrice: update.markPrice))
        }
    }

    /// Keeps the first count of each five minutes, stamped with the full five minutes that it follows.
    mutating func add(_ interest: OpenInterest) {
        let time = interest.venueTime.floor(to: .minutes(5))
        guard let mark, counts.last.map({ $0.time < time }) ?? true else { return }
        counts.append(
            OpenCount(time: time, quantity: interest.quantity, markPrice: mark.markPrice))
    }

    /// Takes one change of the book for the streams of a speed; the update to send when its time has come.
    mutating func add(_ update: DepthUpdate, to speed: DepthSpeed) -> DepthUpdate? {
        guard let place = DepthSpeed.allCases.firstIndex(of: speed) else { return nil }
        if feeds[place].firstID == nil {
            feeds[place].firstID = update.firstID
            feeds[place].previousID = update.previousLastID
        }
        for level in update.bids { feeds[place].bids[level.price] = level.quantity }
        for level in update.asks { feeds[place].asks[level.price] = level.quantity }
        guard let first = feeds[place].firstID, let previous = feeds[place].previousID,
            speed == .fast
                || update.venueTime >= feeds[place].sent + .milliseconds(Int64(speed.rawValue))
        else { return nil }
        let bids = feeds[place].bids.sorted { $0.key > $1.key }
        let asks = feeds[place].asks.sorted { $0.key < $1.key }
        feeds[place] = DepthFeed(sent: update.venueTime)
        return DepthUpdate(
            firstID: first, lastID: update.lastID, previousLastID: previous,
            bids: bids.map { BookLevel(price: $0.key, quantity: $0.value) },
            asks: asks.map { BookLevel(price: $0.key, quantity: $0.value) },
            venueTime: update.venueTime)
    }

    // MARK: Text

    /// As the venue prints prices of this instrument.
    func text(_ price: Price) -> String { price.text(minFractionDigits: pricePrecision) }

    /// Digits after the point that a price may be sent with: more than the tick has, as on the real venue.
    var pricePrecision: Int { max(2, instrument.priceDigits) }

    /// Digits after the point that a quantity may be sent with.
    var quantityPrecision: Int {
        var digits = 8
        var step = instrument.filters.stepSize.units
        while digits > 0, step % 10 == 0, step > 0 {
            step /= 10
            digits -= 1
        }
        return digits
    }

    func levels(_ name: String, _ levels: [BookLevel], _ writer: inout JSONWriter) {
        writer.key(name)
        writer.beginArray()
        for level in levels {
            writer.beginArray()
            writer.string(text(level.price))
            writer.quantity(level.quantity)
            writer.endArray()
        }
        writer.endArray()
    }
}
