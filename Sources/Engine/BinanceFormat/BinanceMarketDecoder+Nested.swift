import Text
import Trading

/// The events whose values are in an object of their own.
extension BinanceMarketDecoder {
    func kline(_ cursor: inout JSONCursor, isNamed: Bool) throws(FrameError) -> DecodedFrame {
        var seen = SeenKeys(isNamed: isNamed)
        var eventTime = Timestamp.distantPast
        var symbol = DecodedFrame.Symbol.absent
        var kline: Kline?
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                eventTime = try cursor.time()
            case KeyName.s:
                try seen.take(.symbol, key)
                symbol = try self.symbol(&cursor)
            case KeyName.k:
                try seen.take(.first, key)
                kline = try Self.klineBody(&cursor)
            case KeyName.e:
                try seen.take(.name, key)
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        try seen.require([.eventTime, .symbol, .first], at: cursor.position)
        kline?.venueTime = eventTime
        return DecodedFrame(
            kind: .kline, symbol: symbol, eventTime: eventTime, transactTime: nil,
            data: kline.map { .kline($0) })
    }

    /// The object under `k`; `nil` for intervals that have no fixed length. Its venue time is set by the caller.
    private static func klineBody(_ cursor: inout JSONCursor) throws(FrameError) -> Kline? {
        var seen = SeenKeys(isNamed: true)
        var openTime = Timestamp.distantPast
        var interval: Duration?
        var prices = (open: Int64(0), high: Int64(0), low: Int64(0), close: Int64(0))
        var volume: Int64 = 0
        var takerBuyVolume: Int64 = 0
        var isClosed = false
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.t:
                try seen.take(.transactTime, key)
                openTime = try cursor.time()
            case KeyName.i:
                try seen.take(.first, key)
                interval = Self.interval(try cursor.packedString(), in: cursor)
            case KeyName.o:
                try seen.take(.second, key)
                prices.open = try cursor.quotedDecimal().units
            case KeyName.h:
                try seen.take(.third, key)
                prices.high = try cursor.quotedDecimal().units
            case KeyName.l:
                try seen.take(.fourth, key)
                prices.low = try cursor.quotedDecimal().units
            case KeyName.c:
                try seen.take(.fifth, key)
                prices.close = try cursor.quotedDecimal().units
            case KeyName.v:
                try seen.take(.sixth, key)
                volume = try cursor.quotedDecimal().units
            case KeyName.bigV:
                try seen.take(.seventh, key)
                takerBuyVolume = try cursor.quotedDecimal().units
            case KeyName.x:
                try seen.take(.eighth, key)
                isClosed = try cursor.bool()
            default: try cursor.skipValue()
            }
        }
        try seen.require(
            [.transactTime, .first, .second, .third, .fourth, .fifth, .sixth, .seventh, .eighth],
            at: cursor.position)
        guard let open = Price(exactly: prices.open), let high = Price(exactly: prices.high),
            let low = Price(exactly: prices.low), let close = Price(exactly: prices.close),
            let volume = Quantity(exactly: volume),
            let takerBuyVolume = Quantity(exactly: takerBuyVolume),
            // Open and close are not held against them: the venue's own documentation does not.
            low <= high, takerBuyVolume <= volume
        else { throw FrameError(.outOfRange, at: cursor.position) }
        return interval.map {
            Kline(
                openTime: openTime, interval: $0, open: open, high: high, low: low, close: close,
                volume: volume, takerBuyVolume: takerBuyVolume, isClosed: isClosed,
                venueTime: openTime)
        }
    }

    /// `1m`, `4h`, `3d`; `nil` for months, which have no fixed length, and for what is no interval.
    private static func interval(_ key: JSONKey, in cursor: borrowing JSONCursor) -> Duration? {
        guard key.length >= 2, key.length <= 3, key.packed != JSONKey.other else { return nil }
        var count: Int64 = 0
        for index in 0..<key.length - 1 {
            let digit = cursor.byte(of: key, at: index) &- 48
            guard digit < 10 else { return nil }
            count = count * 10 + Int64(digit)
        }
        guard count > 0 else { return nil }
        switch cursor.byte(of: key, at: key.length - 1) {
        case 115: return .seconds(count)
        case 109: return .minutes(count)
        case 104: return .hours(count)
        case 100: return .hours(24 * count)
        case 119: return .hours(168 * count)
        default: return nil
        }
    }

    func forcedOrder(_ cursor: inout JSONCursor, isNamed: Bool) throws(FrameError) -> DecodedFrame {
        var seen = SeenKeys(isNamed: isNamed)
        var eventTime = Timestamp.distantPast
        var body: (symbol: DecodedFrame.Symbol, order: ForcedOrder)?
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                eventTime = try cursor.time()
            case KeyName.o:
                try seen.take(.first, key)
                body = try forcedOrderBody(&cursor)
            case KeyName.e:
                try seen.take(.name, key)
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        try seen.require([.eventTime, .first], at: cursor.position)
        guard let body else { throw FrameError(.missingKey, at: cursor.position) }
        return DecodedFrame(
            kind: .forcedOrder, symbol: body.symbol, eventTime: eventTime,
            transactTime: body.order.venueTime, data: .forcedOrder(body.order))
    }

    /// The object under `o`. The average price and the filled quantity count where the venue has them, else the order's.
    private func forcedOrderBody(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> (symbol: DecodedFrame.Symbol, order: ForcedOrder) {
        var seen = SeenKeys(isNamed: true)
        var symbol = DecodedFrame.Symbol.absent
        var side = Side.buy
        var price: Int64 = 0
        var averagePrice: Int64 = 0
        var quantity: Int64 = 0
        var filled: Int64 = 0
        var time = Timestamp.distantPast
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.s:
                try seen.take(.symbol, key)
                symbol = try self.symbol(&cursor)
            case KeyName.bigS:
                try seen.take(.first, key)
                switch try cursor.packedString().packed {
                case KeyName.buy: side = .buy
                case KeyName.sell: side = .sell
                default: throw FrameError(.outOfRange, at: cursor.position)
                }
            case KeyName.q:
                try seen.take(.second, key)
                quantity = try cursor.quotedDecimal().units
            case KeyName.p:
                try seen.take(.third, key)
                price = try cursor.quotedDecimal().units
            case KeyName.ap:
                try seen.take(.fourth, key)
                averagePrice = try cursor.quotedDecimal().units
            case KeyName.z:
                try seen.take(.fifth, key)
                filled = try cursor.quotedDecimal().units
            case KeyName.bigT:
                try seen.take(.transactTime, key)
                time = try cursor.time()
            default: try cursor.skipValue()
            }
        }
        try seen.require([.symbol, .first, .second, .third, .transactTime], at: cursor.position)
        guard let price = Price(exactly: averagePrice > 0 ? averagePrice : price),
            let quantity = Quantity(exactly: filled > 0 ? filled : quantity)
        else { throw FrameError(.outOfRange, at: cursor.position) }
        return (symbol, ForcedOrder(side: side, price: price, quantity: quantity, venueTime: time))
    }
}
