import Trading

/// Writes market events as bytes into a block: tag, then whole numbers of 7 bits a byte, least significant first.
///
/// Sequence and time are differences from the record before, venue times from the record's own time, trade ids from
/// the print before; each block begins anew, so that it can be read alone. Signed numbers are folded (0, −1, 1, −2 …).
/// The caller guarantees room: `TapeEncoder.maxSize(of:)`.
struct TapeEncoder {
    enum Tag {
        static let printBuy: UInt8 = 1
        static let printSell: UInt8 = 2
        static let bookTicker: UInt8 = 3
        static let depth: UInt8 = 4
        static let depthSnapshot: UInt8 = 5
        static let markPrice: UInt8 = 6
        static let kline: UInt8 = 7
        static let forcedOrder: UInt8 = 8
        static let clusters: UInt8 = 9
        static let alive: UInt8 = 10
        static let lost: UInt8 = 11
        static let openInterest: UInt8 = 12
        static let funding: UInt8 = 13
    }

    /// The next free byte.
    var cursor: UnsafeMutablePointer<UInt8>
    private(set) var lastSequence: UInt64
    private var lastTime: Int64
    private var lastTradeID: Int64 = 0

    /// `sequence` and `time` of the block's first record.
    init(at cursor: UnsafeMutablePointer<UInt8>, sequence: UInt64, time: Timestamp) {
        self.cursor = cursor
        lastSequence = sequence &- 1
        lastTime = time.nanoseconds
    }

    /// Bytes that `data` needs at most.
    static func maxSize(of data: MarketData) -> Int {
        switch data {
        case .print, .bookTicker, .markPrice, .kline, .forcedOrder, .openInterest, .funding, .alive,
            .lost:
            160
        case .depth(let update): 160 + 20 * (update.bids.count + update.asks.count)
        case .depthSnapshot(let snapshot): 160 + 20 * (snapshot.bids.count + snapshot.asks.count)
        case .clusters(let clusters, _): 160 + 31 * clusters.count
        }
    }

    mutating func append(
        sequence: UInt64, time: Timestamp, instrument: InstrumentID, data: MarketData
    ) {
        switch data {
        case .print(let print):
            begin(
                print.takerSide == .buy ? Tag.printBuy : Tag.printSell, sequence, time, instrument)
            put(signed: print.tradeID &- lastTradeID)
            lastTradeID = print.tradeID
            put(print.price)
            put(print.quantity)
            put(print.venueTime, from: time)
        case .bookTicker(let ticker):
            begin(Tag.bookTicker, sequence, time, instrument)
            put(ticker.updateID)
            put(ticker.bidPrice)
            put(ticker.bidQuantity)
            put(signed: ticker.askPrice.units &- ticker.bidPrice.units)
            put(ticker.askQuantity)
            put(ticker.venueTime, from: time)
        case .depth(let update):
            begin(Tag.depth, sequence, time, instrument)
            put(update.firstID)
            put(update.lastID &- update.firstID)
            put(update.firstID &- update.previousLastID)
            put(update.bids)
            put(update.asks)
            put(update.venueTime, from: time)
        case .depthSnapshot(let snapshot):
            begin(Tag.depthSnapshot, sequence, time, instrument)
            put(snapshot.lastUpdateID)
            put(snapshot.bids)
            put(snapshot.asks)
        case .markPrice(let update):
            begin(Tag.markPrice, sequence, time, instrument)
            put(update.markPrice)
            put(UInt64(update.indexPrice?.units ?? 0))
            put(signed: update.fundingRate.units)
            putByte(update.nextFundingTime == nil ? 0 : 1)
            if let next = update.nextFundingTime { put(next, from: time) }
            put(update.venueTime, from: time)
        case .kline(let kline):
            begin(Tag.kline, sequence, time, instrument)
            put(kline.openTime, from: time)
            put(signed: kline.interval.nanoseconds)
            put(kline.open)
            put(kline.high)
            put(kline.low)
            put(kline.close)
            put(kline.volume)
            put(kline.takerBuyVolume)
            putByte(kline.isClosed ? 1 : 0)
            put(kline.venueTime, from: time)
        case .forcedOrder(let order):
            begin(Tag.forcedOrder, sequence, time, instrument)
            putByte(order.side.rawValue)
            put(order.price)
            put(order.quantity)
            put(order.venueTime, from: time)
        case .clusters(let clusters, let venueTime):
            begin(Tag.clusters, sequence, time, instrument)
            put(UInt64(clusters.count))
            for cluster in clusters {
                put(cluster.price)
                putByte(cluster.liquidates.rawValue)
                put(UInt64(truncatingIfNeeded: cluster.notional.units))
                put(signed: Int64(truncatingIfNeeded: cluster.notional.units >> 64))
            }
            put(venueTime, from: time)
        case .openInterest(let interest):
            begin(Tag.openInterest, sequence, time, instrument)
            put(interest.quantity)
            put(interest.venueTime, from: time)
        case .funding(let settlement):
            begin(Tag.funding, sequence, time, instrument)
            put(signed: settlement.rate.units)
            put(settlement.venueTime, from: time)
        case .alive:
            begin(Tag.alive, sequence, time, instrument)
        case .lost:
            begin(Tag.lost, sequence, time, instrument)
        }
    }

    private mutating func begin(
        _ tag: UInt8, _ sequence: UInt64, _ time: Timestamp, _ instrument: InstrumentID
    ) {
        putByte(tag)
        put(UInt64(instrument.index))
        put(sequence &- lastSequence)
        put(signed: time.nanoseconds &- lastTime)
        lastSequence = sequence
        lastTime = time.nanoseconds
    }

    private mutating func put(_ price: Price) { put(UInt64(bitPattern: price.units)) }
    private mutating func put(_ quantity: Quantity) { put(UInt64(bitPattern: quantity.units)) }
    private mutating func put(_ moment: Timestamp, from time: Timestamp) {
        put(signed: moment.nanoseconds &- time.nanoseconds)
    }

    private mutating func put(_ levels: [BookLevel]) {
        put(UInt64(levels.count))
        for level in levels {
            put(level.price)
            put(level.quantity)
        }
    }

    private mutating func put(signed value: Int64) {
        put(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63)))
    }

    private mutating func putByte(_ byte: UInt8) {
        cursor.pointee = byte
        cursor += 1
    }

    private mutating func put(_ value: UInt64) {
        var rest = value
        var place = cursor
        while rest >= 0x80 {
            place.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
            place += 1
            rest >>= 7
        }
        place.pointee = UInt8(truncatingIfNeeded: rest)
        cursor = place + 1
    }
}
