import Trading

/// What the paper venue has seen of one instrument of the outside market.
struct PaperMarket: Sendable {
    let instrument: Instrument
    var ticker: BookTicker?
    var tickerTime = Timestamp.distantPast
    var depth = PaperDepth()
    var depthTime = Timestamp.distantPast
    /// The venue's own mark; `nil` where the tape has none.
    var venueMark: Price?
    var fundingRate = Rate.zero
    var nextFundingTime: Timestamp?
    /// The latest funding that has been settled.
    var lastFundingTime = Timestamp.distantPast

    /// The venue's mark, else the middle of mid and last, else the one of them that is known.
    func markPrice(last: Price?) -> Price? {
        if let venueMark { return venueMark }
        guard let ticker else { return last }
        let mid = ticker.bidPrice.units + (ticker.askPrice.units - ticker.bidPrice.units) / 2
        guard let last else { return Price(exactly: mid) }
        return Price(exactly: mid + (last.units - mid) / 2) ?? last
    }

    mutating func lose() {
        ticker = nil
        depth = PaperDepth()
    }

    /// The levels that a taker of `side` can see, best first: the best price of the ticker, then the deeper levels of
    /// the book. Empty when what is known is older than `maxAge`. A level better than `newerLast`, a print that came
    /// after the book, has been traded away by it.
    func visible(to side: Side, at time: Timestamp, maxAge: Duration, newerLast: Price?)
        -> [BookLevel]
    {
        func isGone(_ price: Price) -> Bool {
            guard let newerLast else { return false }
            return side == .buy ? price < newerLast : price > newerLast
        }
        var levels: [BookLevel] = []
        var best: Price?
        if let ticker, time - tickerTime <= maxAge {
            let price = side == .buy ? ticker.askPrice : ticker.bidPrice
            let quantity = side == .buy ? ticker.askQuantity : ticker.bidQuantity
            best = price
            if !quantity.isZero, !isGone(price) {
                levels.append(BookLevel(price: price, quantity: quantity))
            }
        }
        if depth.isLive, time - depthTime <= maxAge {
            for level in depth.levels(side.opposite).reversed() where !isGone(level.price) {
                if let best, side == .buy ? level.price <= best : level.price >= best { continue }
                levels.append(level)
            }
        }
        return levels
    }

    /// Whether there is anything that counts as a book now.
    func hasBook(at time: Timestamp, maxAge: Duration) -> Bool {
        (ticker != nil && time - tickerTime <= maxAge)
            || (depth.isLive && time - depthTime <= maxAge)
    }

    /// Takes what we took out of our own picture, so that it is not taken twice; the next update corrects it.
    mutating func consume(_ quantity: Quantity, at price: Price, by side: Side) {
        switch side {
        case .buy:
            if let ticker, ticker.askPrice == price {
                self.ticker?.askQuantity = ticker.askQuantity.subtracting(quantity)
            }
        case .sell:
            if let ticker, ticker.bidPrice == price {
                self.ticker?.bidQuantity = ticker.bidQuantity.subtracting(quantity)
            }
        }
        depth.consume(quantity, at: price, side.opposite)
    }

    /// What rests before an order that joins `side` at `price` now: the visible quantity there; zero inside the
    /// spread; `nil` when it cannot be seen.
    func queue(_ side: Side, at price: Price, time: Timestamp, maxAge: Duration) -> Int64? {
        if let ticker, time - tickerTime <= maxAge {
            let best = side == .buy ? ticker.bidPrice : ticker.askPrice
            if price == best {
                return (side == .buy ? ticker.bidQuantity : ticker.askQuantity).units
            }
            if side == .buy ? price > best : price < best { return 0 }
        }
        guard depth.isLive, time - depthTime <= maxAge else { return nil }
        return depth.quantity(side, at: price).units
    }
}

/// The visible book of the outside market, joined from a snapshot and its diffs; not live until both have met.
struct PaperDepth: Sendable {
    private enum Link {
        case waiting
        case joining(snapshot: UInt64)
        case live(last: UInt64)
    }

    /// Ascending: the best is last.
    private var bids: [BookLevel] = []
    /// Descending: the best is last.
    private var asks: [BookLevel] = []
    private var link = Link.waiting
    private var pending: [DepthUpdate] = []

    /// Levels kept a side; what is further from the best is dropped.
    private static let maxLevels = 1000
    /// Diffs kept while no snapshot has come; the oldest go first.
    private static let maxPending = 256

    var isLive: Bool {
        switch link {
        case .waiting: false
        case .joining, .live: true
        }
    }

    /// Best last.
    func levels(_ side: Side) -> [BookLevel] { side == .buy ? bids : asks }

    func quantity(_ side: Side, at price: Price) -> Quantity {
        let levels = side == .buy ? bids : asks
        let (place, isFound) = Self.place(of: price, side, in: levels)
        return isFound ? levels[place].quantity : .zero
    }

    mutating func apply(_ snapshot: DepthSnapshot) {
        bids = Array(snapshot.bids.sorted { $0.price < $1.price }.suffix(Self.maxLevels))
        asks = Array(snapshot.asks.sorted { $0.price > $1.price }.suffix(Self.maxLevels))
        link = .joining(snapshot: snapshot.lastUpdateID)
        let updates = pending
        pending = []
        for update in updates { apply(update) }
    }

    mutating func apply(_ update: DepthUpdate) {
        switch link {
        case .waiting:
            pending.append(update)
            if pending.count > Self.maxPending { pending.removeFirst() }
            return
        case .joining(let snapshot):
            if update.lastID < snapshot { return }
            // Binance: the first diff holds the snapshot's id; a simulated venue begins right behind it.
            if update.firstID > snapshot, update.previousLastID != snapshot {
                return unlink(update)
            }
        case .live(let last):
            if update.previousLastID != last { return unlink(update) }
        }
        for level in update.bids { Self.set(level, .buy, in: &bids) }
        for level in update.asks { Self.set(level, .sell, in: &asks) }
        link = .live(last: update.lastID)
    }

    mutating func consume(_ quantity: Quantity, at price: Price, _ side: Side) {
        let known = self.quantity(side, at: price)
        guard !known.isZero else { return }
        let level = BookLevel(price: price, quantity: known.subtracting(quantity))
        if side == .buy {
            Self.set(level, side, in: &bids)
        } else {
            Self.set(level, side, in: &asks)
        }
    }

    /// A gap: the picture is no longer true until the next snapshot.
    private mutating func unlink(_ update: DepthUpdate) {
        bids = []
        asks = []
        link = .waiting
        pending = [update]
    }

    private static func set(_ level: BookLevel, _ side: Side, in levels: inout [BookLevel]) {
        let (place, isFound) = Self.place(of: level.price, side, in: levels)
        switch (isFound, level.quantity.isZero) {
        case (true, true): levels.remove(at: place)
        case (true, false): levels[place] = level
        case (false, true): break
        case (false, false):
            levels.insert(level, at: place)
            if levels.count > maxLevels { levels.removeFirst() }
        }
    }

    private static func place(of price: Price, _ side: Side, in levels: [BookLevel]) -> (
        Int, isFound: Bool
    ) {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            let other = levels[middle].price
            if other == price { return (middle, true) }
            if side == .buy ? other < price : other > price {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, false)
    }
}
