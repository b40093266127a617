/// Who crossed the spread in a trade, or which way an order goes.
package enum Side: UInt8, Hashable, Sendable, CaseIterable, Codable {
    case buy, sell

    package var opposite: Side { self == .buy ? .sell : .buy }
}

/// The way a position profits; having no position is `nil`, never a third case.
package enum Direction: UInt8, Hashable, Sendable, CaseIterable, Codable {
    case long, short

    package var opposite: Direction { self == .long ? .short : .long }
    /// The side of the order that opens this direction.
    package var entrySide: Side { self == .long ? .buy : .sell }
    /// The side of the order that closes it.
    package var exitSide: Side { self == .long ? .sell : .buy }
    /// +1 for long, −1 for short.
    package var sign: Int { self == .long ? 1 : -1 }
}

/// One print of the tape: a trade or an aggregate trade.
package struct Print: Hashable, Sendable, Codable {
    /// The venue's id, rising per symbol; used to drop repeats.
    package var tradeID: Int64
    package var price: Price
    package var quantity: Quantity
    /// The aggressor.
    package var takerSide: Side
    /// Transact time.
    package var venueTime: Timestamp

    package init(
        tradeID: Int64, price: Price, quantity: Quantity, takerSide: Side, venueTime: Timestamp
    ) {
        self.tradeID = tradeID
        self.price = price
        self.quantity = quantity
        self.takerSide = takerSide
        self.venueTime = venueTime
    }
}

/// Best bid and ask with their quantities.
package struct BookTicker: Hashable, Sendable, Codable {
    package var updateID: UInt64
    package var bidPrice: Price
    package var bidQuantity: Quantity
    package var askPrice: Price
    package var askQuantity: Quantity
    /// Transact time.
    package var venueTime: Timestamp

    package init(
        updateID: UInt64, bidPrice: Price, bidQuantity: Quantity, askPrice: Price,
        askQuantity: Quantity,
        venueTime: Timestamp
    ) {
        self.updateID = updateID
        self.bidPrice = bidPrice
        self.bidQuantity = bidQuantity
        self.askPrice = askPrice
        self.askQuantity = askQuantity
        self.venueTime = venueTime
    }
}

/// One price level; quantity zero removes it.
package struct BookLevel: Hashable, Sendable, Codable {
    package var price: Price
    package var quantity: Quantity
    package init(price: Price, quantity: Quantity) {
        self.price = price
        self.quantity = quantity
    }
}

/// A change of the book: absolute quantities, joined by the previous update's last id (`pu`).
package struct DepthUpdate: Hashable, Sendable, Codable {
    package var firstID: UInt64
    package var lastID: UInt64
    /// The last id of the update before this one.
    package var previousLastID: UInt64
    package var bids: [BookLevel]
    package var asks: [BookLevel]
    package var venueTime: Timestamp

    package init(
        firstID: UInt64, lastID: UInt64, previousLastID: UInt64, bids: [BookLevel],
        asks: [BookLevel],
        venueTime: Timestamp
    ) {
        self.firstID = firstID
        self.lastID = lastID
        self.previousLastID = previousLastID
        self.bids = bids
        self.asks = asks
        self.venueTime = venueTime
    }
}

/// The whole visible book at one update id.
package struct DepthSnapshot: Hashable, Sendable, Codable {
    package var lastUpdateID: UInt64
    package var bids: [BookLevel]
    package var asks: [BookLevel]

    package init(lastUpdateID: UInt64, bids: [BookLevel], asks: [BookLevel]) {
        self.lastUpdateID = lastUpdateID
        self.bids = bids
        self.asks = asks
    }
}

/// The venue's fair price with funding.
package struct MarkPriceUpdate: Hashable, Sendable, Codable {
    package var markPrice: Price
    /// `nil` when the venue sends none.
    package var indexPrice: Price?
    /// Predicted rate of the coming funding; positive is paid by longs.
    package var fundingRate: Rate
    /// `nil` when the venue names none.
    package var nextFundingTime: Timestamp?
    package var venueTime: Timestamp

    package init(
        markPrice: Price, indexPrice: Price?, fundingRate: Rate, nextFundingTime: Timestamp?,
        venueTime: Timestamp
    ) {
        self.markPrice = markPrice
        self.indexPrice = indexPrice
        self.fundingRate = fundingRate
        self.nextFundingTime = nextFundingTime
        self.venueTime = venueTime
    }
}

/// A candle as the venue sends it.
package struct Kline: Hashable, Sendable, Codable {
    package var openTime: Timestamp
    package var interval: Duration
    package var open: Price
    package var high: Price
    package var low: Price
    package var close: Price
    package var volume: Quantity
    package var takerBuyVolume: Quantity
    package var isClosed: Bool
    package var venueTime: Timestamp

    package init(
        openTime: Timestamp, interval: Duration, open: Price, high: Price, low: Price, close: Price,
        volume: Quantity, takerBuyVolume: Quantity, isClosed: Bool, venueTime: Timestamp
    ) {
        self.openTime = openTime
        self.interval = interval
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.takerBuyVolume = takerBuyVolume
        self.isClosed = isClosed
        self.venueTime = venueTime
    }
}

/// A forced close that the venue published: side `.sell` means that a long was liquidated.
package struct ForcedOrder: Hashable, Sendable, Codable {
    package var side: Side
    package var price: Price
    package var quantity: Quantity
    package var venueTime: Timestamp

    package init(side: Side, price: Price, quantity: Quantity, venueTime: Timestamp) {
        self.side = side
        self.price = price
        self.quantity = quantity
        self.venueTime = venueTime
    }
}

/// All contracts open at one moment.
package struct OpenInterest: Hashable, Sendable, Codable {
    /// Base units.
    package var quantity: Quantity
    /// The moment that the venue counted them.
    package var venueTime: Timestamp

    package init(quantity: Quantity, venueTime: Timestamp) {
        self.quantity = quantity
        self.venueTime = venueTime
    }
}

/// One funding that was paid.
package struct FundingSettlement: Hashable, Sendable, Codable {
    /// Positive was paid by longs to shorts.
    package var rate: Rate
    /// The moment of the payment.
    package var venueTime: Timestamp

    package init(rate: Rate, venueTime: Timestamp) {
        self.rate = rate
        self.venueTime = venueTime
    }
}

/// A price level where forced closes concentrate.
package struct LiquidationCluster: Hashable, Sendable, Codable {
    package var price: Price
    /// Whose positions would be closed there: `.short` clusters lie above the price, `.long` below.
    package var liquidates: Direction
    /// Notional at the level, quote currency.
    package var notional: Money

    package init(price: Price, liquidates: Direction, notional: Money) {
        self.price = price
        self.liquidates = liquidates
        self.notional = notional
    }
}

/// Everything that a venue can say about the market of one instrument.
package enum MarketData: Hashable, Sendable, Codable {
    case print(Print)
    case bookTicker(BookTicker)
    case depth(DepthUpdate)
    case depthSnapshot(DepthSnapshot)
    case markPrice(MarkPriceUpdate)
    case kline(Kline)
    case forcedOrder(ForcedOrder)
    /// Estimated or, in the simulated exchange, true clusters; strongest first.
    case clusters([LiquidationCluster], venueTime: Timestamp)
    case openInterest(OpenInterest)
    /// A settled funding; the predicted rate of the coming one is part of the mark price.
    case funding(FundingSettlement)
    /// The market connection was seen alive (frame or pong); carries no data.
    case alive
    /// The market connection was lost; all of this instrument's market data is stale from now on.
    case lost

    /// The venue's own time of this datum; `nil` where it has none.
    package var venueTime: Timestamp? {
        switch self {
        case .print(let print): print.venueTime
        case .bookTicker(let ticker): ticker.venueTime
        case .depth(let update): update.venueTime
        case .markPrice(let update): update.venueTime
        case .kline(let kline): kline.venueTime
        case .forcedOrder(let order): order.venueTime
        case .clusters(_, let time): time
        case .openInterest(let interest): interest.venueTime
        case .funding(let settlement): settlement.venueTime
        case .depthSnapshot, .alive, .lost: nil
        }
    }
}
