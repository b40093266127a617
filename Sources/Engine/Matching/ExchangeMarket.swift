import Trading

/// One instrument at the simulated exchange: its book, its prices and its counters.
struct ExchangeMarket: Sendable {
    let instrument: Instrument
    var book = OrderBook()
    var indexPrice: Price
    var markPrice: Price
    var lastPrice: Price
    /// Moving average of mid − index over about 30 s, in price steps.
    var basis: Int64 = 0
    /// Sum and count of premium samples (rate steps) since the last funding.
    var premiumSum: Int128 = 0
    var premiumCount: Int128 = 0
    var fundingRate = Rate(units: 10_000)
    /// The minute whose open interest was told; `nil` before the first.
    var countedMinute: Timestamp?
    var nextFundingTime: Timestamp
    var lastTradeID: Int64
    var updateID: UInt64
    /// The update id at which the last depth update ended.
    var depthID: UInt64
    var sentBid: BookLevel?
    var sentAsk: BookLevel?

    init(instrument: Instrument, price: Price, start: Timestamp) {
        self.instrument = instrument
        indexPrice = price
        markPrice = price
        lastPrice = price
        // Ids rise over restarts too, because they begin with the time; 16 a millisecond are never used up.
        lastTradeID = max(0, start.milliseconds) * 16
        updateID = UInt64(lastTradeID) + 1
        depthID = updateID
        nextFundingTime = start.floor(to: instrument.fundingInterval) + instrument.fundingInterval
    }

    /// Takes one second's sample: moves the basis average, the premium and the predicted funding rate, and sets the
    /// mark to the median of index with funding, index with basis, and last price.
    ///
    /// - Source: Binance, 'Mark Price and Price Index', and 'Introduction to Binance Futures Funding Rates'.
    mutating func updateMark(at time: Timestamp) {
        if let mid = book.mid { basis += (mid.units - indexPrice.units - basis) / 30 }
        let interval = max(1, instrument.fundingInterval.nanoseconds)
        let left = max(0, min(interval, (nextFundingTime - time).nanoseconds))
        let index = Int128(indexPrice.units)
        let funding = index * Int128(fundingRate.units) * Int128(left) / Int128(interval)
        let withFunding =
            indexPrice.units + Int64(clamping: funding / Int128(FixedPoint.unitsPerOne))
        let withBasis = indexPrice.units + basis
        let median = max(
            min(withFunding, withBasis), min(max(withFunding, withBasis), lastPrice.units))
        markPrice = Price(units: max(1, median))
        premiumSum += Int128(basis) * Int128(FixedPoint.unitsPerOne) / index
        premiumCount += 1
        let premium = premiumSum / premiumCount
        let pull = min(50_000, max(-50_000, 10_000 - premium))
        let cap: Int128 = 300_000
        fundingRate = Rate(units: Int64(clamping: min(cap, max(-cap, premium + pull))))
    }

    /// The mark price as it is sent.
    func markUpdate(at time: Timestamp) -> MarkPriceUpdate {
        MarkPriceUpdate(
            markPrice: markPrice, indexPrice: indexPrice, fundingRate: fundingRate,
            nextFundingTime: nextFundingTime, venueTime: time)
    }

    /// Best bid and ask when they changed since they were sent last; `nil` when not, or when a side is empty.
    mutating func takeTicker(at time: Timestamp) -> BookTicker? {
        guard let bid = book.bestBid, let ask = book.bestAsk, bid != sentBid || ask != sentAsk
        else {
            return nil
        }
        sentBid = bid
        sentAsk = ask
        updateID += 1
        return BookTicker(
            updateID: updateID, bidPrice: bid.price, bidQuantity: bid.quantity, askPrice: ask.price,
            askQuantity: ask.quantity, venueTime: time)
    }

    /// The changes of the book since the last update; `nil` when there are none. It begins with the id at which the
    /// last one ended, so that it also joins a snapshot of that id.
    mutating func takeDepthUpdate(at time: Timestamp) -> DepthUpdate? {
        guard book.hasChanges else { return nil }
        let changes = book.takeChanges()
        updateID += 1
        defer { depthID = updateID }
        return DepthUpdate(
            firstID: depthID, lastID: updateID, previousLastID: depthID, bids: changes.bids,
            asks: changes.asks, venueTime: time)
    }

    /// The whole visible book; joins on to the depth updates that follow.
    func depthSnapshot(levels: Int) -> DepthSnapshot {
        DepthSnapshot(
            lastUpdateID: depthID, bids: book.levels(.buy, depth: levels),
            asks: book.levels(.sell, depth: levels))
    }
}
