import Messages
import Trading

/// Reads the records of one block back; whatever the bytes are, it never traps.
struct TapeDecoder {
    private let bytes: [UInt8]
    private var position = 0
    private var lastSequence: UInt64
    private var lastTime: Int64
    private var lastTradeID: Int64 = 0

    /// Takes a block's payload, and its first record's sequence and time.
    init(_ bytes: [UInt8], sequence: UInt64, time: Int64) {
        self.bytes = bytes
        lastSequence = sequence &- 1
        lastTime = time
    }

    var isAtEnd: Bool { position == bytes.count }

    /// The next event; `nil` when the bytes say nothing that could have been written.
    mutating func next() -> Event? {
        guard let tag = byte(), let index = number(), let instrument = UInt16(exactly: index),
            let step = number(), let elapsed = signed()
        else { return nil }
        lastSequence = lastSequence &+ step
        lastTime = lastTime &+ elapsed
        guard let data = data(tag) else { return nil }
        return Event(
            sequence: lastSequence, time: Timestamp(nanoseconds: lastTime),
            body: .market(InstrumentID(instrument), data))
    }

    private mutating func data(_ tag: UInt8) -> MarketData? {
        switch tag {
        case TapeEncoder.Tag.printBuy: return print(.buy)
        case TapeEncoder.Tag.printSell: return print(.sell)
        case TapeEncoder.Tag.bookTicker: return bookTicker()
        case TapeEncoder.Tag.depth:
            guard let first = number(), let length = number(), let back = number(),
                let bids = levels(),
                let asks = levels(), let venueTime = moment()
            else { return nil }
            return .depth(
                DepthUpdate(
                    firstID: first, lastID: first &+ length, previousLastID: first &- back,
                    bids: bids, asks: asks,
                    venueTime: venueTime))
        case TapeEncoder.Tag.depthSnapshot:
            guard let last = number(), let bids = levels(), let asks = levels() else { return nil }
            return .depthSnapshot(DepthSnapshot(lastUpdateID: last, bids: bids, asks: asks))
        case TapeEncoder.Tag.markPrice: return markPrice()
        case TapeEncoder.Tag.kline: return kline()
        case TapeEncoder.Tag.forcedOrder:
            guard let side = byte().flatMap(Side.init(rawValue:)), let price = price(),
                let quantity = quantity(), let venueTime = moment()
            else { return nil }
            return .forcedOrder(
                ForcedOrder(side: side, price: price, quantity: quantity, venueTime: venueTime))
        case TapeEncoder.Tag.clusters: return clusters()
        case TapeEncoder.Tag.openInterest:
            guard let quantity = quantity(), let venueTime = moment() else { return nil }
            return .openInterest(OpenInterest(quantity: quantity, venueTime: venueTime))
        case TapeEncoder.Tag.funding:
            guard let rate = signed(), let venueTime = moment() else { return nil }
            return .funding(
                FundingSettlement(rate: Rate(units: rate), venueTime: venueTime))
        case TapeEncoder.Tag.alive: return .alive
        case TapeEncoder.Tag.lost: return .lost
        default: return nil
        }
    }

    private mutating func print(_ side: Side) -> MarketData? {
        guard let step = signed(), let price = price(), let quantity = quantity(),
            let venueTime = moment()
        else { return nil }
        lastTradeID = lastTradeID &+ step
        return .print(
            Print(
                tradeID: lastTradeID, price: price, quantity: quantity, takerSide: side,
                venueTime: venueTime))
    }

    private mutating func bookTicker() -> MarketData? {
        guard let updateID = number(), let bidPrice = price(), let bidQuantity = quantity(),
            let spread = signed(), let askPrice = Price(exactly: bidPrice.units &+ spread),
            let askQuantity = quantity(), let venueTime = moment()
        else { return nil }
        return .bookTicker(
            BookTicker(
                updateID: updateID, bidPrice: bidPrice, bidQuantity: bidQuantity,
                askPrice: askPrice,
                askQuantity: askQuantity, venueTime: venueTime))
    }

    private mutating func markPrice() -> MarketData? {
        guard let mark = price(), let index = number(), let rate = signed(), let hasNext = byte()
        else { return nil }
        var next: Timestamp?
        if hasNext == 1 {
            guard let time = moment() else { return nil }
            next = time
        } else if hasNext != 0 {
            return nil
        }
        guard let venueTime = moment() else { return nil }
        return .markPrice(
            MarkPriceUpdate(
                markPrice: mark, indexPrice: Price(exactly: Int64(bitPattern: index)),
                fundingRate: Rate(units: rate), nextFundingTime: next, venueTime: venueTime))
    }

    private mutating func kline() -> MarketData? {
        guard let openTime = moment(), let interval = signed(), let open = price(),
            let high = price(),
            let low = price(), let close = price(), let volume = quantity(),
            let takerBuy = quantity(),
            let isClosed = byte(), isClosed < 2, let venueTime = moment()
        else { return nil }
        return .kline(
            Kline(
                openTime: openTime, interval: Duration(nanoseconds: interval), open: open,
                high: high, low: low,
                close: close, volume: volume, takerBuyVolume: takerBuy, isClosed: isClosed == 1,
                venueTime: venueTime))
    }

    private mutating func clusters() -> MarketData? {
        // A cluster has at least four bytes, so that a count cannot ask for more room than the block has.
        guard let count = number(), count <= UInt64(bytes.count - position) / 4 else { return nil }
        var clusters: [LiquidationCluster] = []
        clusters.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let price = price(), let direction = byte().flatMap(Direction.init(rawValue:)),
                let low = number(), let high = signed()
            else { return nil }
            clusters.append(
                LiquidationCluster(
                    price: price, liquidates: direction,
                    notional: Money(units: Int128(high) << 64 | Int128(low))))
        }
        guard let venueTime = moment() else { return nil }
        return .clusters(clusters, venueTime: venueTime)
    }

    private mutating func levels() -> [BookLevel]? {
        guard let count = number(), count <= UInt64(bytes.count - position) / 2 else { return nil }
        var levels: [BookLevel] = []
        levels.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let price = price(), let quantity = quantity() else { return nil }
            levels.append(BookLevel(price: price, quantity: quantity))
        }
        return levels
    }

    private mutating func price() -> Price? {
        number().flatMap { Price(exactly: Int64(bitPattern: $0)) }
    }
    private mutating func quantity() -> Quantity? {
        number().flatMap { Quantity(exactly: Int64(bitPattern: $0)) }
    }
    private mutating func moment() -> Timestamp? {
        signed().map { Timestamp(nanoseconds: lastTime &+ $0) }
    }

    private mutating func signed() -> Int64? {
        number().map { Int64(bitPattern: ($0 >> 1) ^ (0 &- ($0 & 1))) }
    }

    private mutating func byte() -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func number() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
