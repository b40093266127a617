import Text
package import Trading

/// Reads the market frames of Binance USDⓈ-M futures: raw and in the combined-stream envelope, keys in any order.
///
/// Keep one and use it again: apart from the levels of depth frames nothing is allocated. Unknown keys are skipped;
/// known keys twice, missing, wrongly typed or out of range refuse the frame. No input can trap.
/// - Source: Binance USDⓈ-M WebSocket market streams and REST depth, documentation read 2026-05.
package struct BinanceMarketDecoder: Sendable {
    let symbols: SymbolTable
    private var bids: [BookLevel] = []
    private var asks: [BookLevel] = []

    /// Frames of `instruments` come out with their ids, all others as `unknown`.
    package init(instruments: [(SymbolName, InstrumentID)]) { symbols = SymbolTable(instruments) }

    /// The one frame that `frame` holds.
    package mutating func decode(_ frame: Span<UInt8>) throws(FrameError) -> DecodedFrame {
        var cursor = try JSONCursor(frame)
        try cursor.beginObject()
        let start = cursor.mark
        guard let first = try cursor.nextKey() else { throw FrameError(.unrecognized, at: 0) }
        switch first.packed {
        case KeyName.stream:
            if let decoded = try usualEnvelope(&cursor) { return decoded }
            cursor.rewind(to: start)
            return try ended(envelope(&cursor), &cursor)
        case KeyName.data:
            cursor.rewind(to: start)
            return try ended(envelope(&cursor), &cursor)
        default:
            return try ended(
                event(&cursor, first: first, start: start, mayBeEnvelope: true), &cursor)
        }
    }

    /// `decoded`, when nothing but blanks is behind it.
    @inline(__always)
    private func ended(
        _ decoded: DecodedFrame, _ cursor: inout JSONCursor
    ) throws(FrameError) -> DecodedFrame {
        try cursor.end()
        return decoded
    }

    /// The envelope as the venue writes it, stream first and nothing behind the data; `nil` for any other.
    private mutating func usualEnvelope(_ cursor: inout JSONCursor) throws(FrameError)
        -> DecodedFrame?
    {
        guard try cursor.peek() == 34 else { throw FrameError(.wrongType, at: cursor.position) }
        try cursor.skipValue()
        guard let key = try cursor.nextKey(), key.packed == KeyName.data, try cursor.peek() == 123
        else {
            return nil
        }
        try cursor.beginObject()
        let start = cursor.mark
        guard let first = try cursor.nextKey() else {
            throw FrameError(.unrecognized, at: cursor.position)
        }
        let decoded = try event(&cursor, first: first, start: start, mayBeEnvelope: false)
        guard try cursor.nextKey() == nil else { return nil }
        try cursor.end()
        return decoded
    }

    /// `{"stream":…,"data":{…}}`, entered.
    private mutating func envelope(_ cursor: inout JSONCursor) throws(FrameError) -> DecodedFrame {
        var hasStream = false
        var decoded: DecodedFrame?
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.stream:
                if hasStream { throw FrameError(.duplicateKey, at: key.start) }
                hasStream = true
                _ = try cursor.packedString()
            case KeyName.data:
                if decoded != nil { throw FrameError(.duplicateKey, at: key.start) }
                if try cursor.peek() == 91 {
                    // Streams of all symbols come as arrays; we subscribe to none of them.
                    try cursor.skipValue()
                    decoded = DecodedFrame(
                        kind: .other, symbol: .absent, eventTime: nil, transactTime: nil, data: nil)
                    continue
                }
                try cursor.beginObject()
                let start = cursor.mark
                guard let first = try cursor.nextKey() else {
                    throw FrameError(.unrecognized, at: cursor.position)
                }
                decoded = try event(&cursor, first: first, start: start, mayBeEnvelope: false)
            default: try cursor.skipValue()
            }
        }
        guard let decoded else { throw FrameError(.missingKey, at: cursor.position) }
        return decoded
    }

    /// One event, whose object is entered and whose first key is read.
    private mutating func event(
        _ cursor: inout JSONCursor, first: JSONKey, start: JSONCursor.Mark, mayBeEnvelope: Bool
    ) throws(FrameError) -> DecodedFrame {
        let form: FrameForm
        if first.packed == KeyName.e {
            form = try FrameForm(event: cursor.packedString(), in: cursor)
        } else {
            cursor.rewind(to: start)
            form = try Self.find(&cursor, mayBeEnvelope: mayBeEnvelope)
            cursor.rewind(to: start)
        }
        let isNamed = first.packed == KeyName.e
        switch form {
        case .trade: return try trade(&cursor, idKey: KeyName.t, isNamed: isNamed)
        case .aggregateTrade: return try trade(&cursor, idKey: KeyName.a, isNamed: isNamed)
        case .bookTicker: return try bookTicker(&cursor, isNamed: isNamed)
        case .depthUpdate: return try depthUpdate(&cursor, isNamed: isNamed)
        case .depthSnapshot: return try depthSnapshot(&cursor)
        case .markPrice: return try markPrice(&cursor, isNamed: isNamed)
        case .kline: return try kline(&cursor, isNamed: isNamed)
        case .forcedOrder: return try forcedOrder(&cursor, isNamed: isNamed)
        case .envelope: return try envelope(&cursor)
        case .other:
            while try cursor.nextKey() != nil { try cursor.skipValue() }
            return DecodedFrame(
                kind: .other, symbol: .absent, eventTime: nil, transactTime: nil, data: nil)
        }
    }

    /// Looks through an object that does not begin with its event name for what it is.
    private static func find(
        _ cursor: inout JSONCursor, mayBeEnvelope: Bool
    ) throws(FrameError) -> FrameForm {
        var form: FrameForm?
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.e: return try FrameForm(event: cursor.packedString(), in: cursor)
            case KeyName.data where mayBeEnvelope: return .envelope
            case KeyName.result, KeyName.id, KeyName.code:
                // The answer to a subscription, or its error.
                form = form ?? .other
                try cursor.skipValue()
            default:
                if cursor.text(of: key, equals: "lastUpdateId") { form = .depthSnapshot }
                try cursor.skipValue()
            }
        }
        guard let form else { throw FrameError(.unrecognized, at: cursor.position) }
        return form
    }

    // MARK: Events

    private func trade(
        _ cursor: inout JSONCursor, idKey: UInt64, isNamed: Bool
    ) throws(FrameError) -> DecodedFrame {
        var seen = SeenKeys(isNamed: isNamed)
        var fields = TradeFields()
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                fields.eventTime = try cursor.time()
            case KeyName.bigT:
                try seen.take(.transactTime, key)
                fields.transactTime = try cursor.time()
            case KeyName.s:
                try seen.take(.symbol, key)
                fields.symbol = try symbol(&cursor)
            case idKey:
                try seen.take(.first, key)
                fields.id = try cursor.integer()
            case KeyName.p:
                try seen.take(.second, key)
                fields.price = try cursor.quotedDecimal().units
            case KeyName.q:
                try seen.take(.third, key)
                fields.quantity = try cursor.quotedDecimal().units
            case KeyName.m:
                try seen.take(.fourth, key)
                fields.isBuyerMaker = try cursor.bool()
            case KeyName.bigX:
                try seen.take(.fifth, key)
                fields.isMarket = try cursor.packedString().packed == KeyName.market
            case KeyName.e:
                try seen.take(.name, key)
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        try seen.require(
            [.eventTime, .transactTime, .symbol, .first, .second, .third, .fourth],
            at: cursor.position)
        guard fields.price >= 0, fields.quantity >= 0 else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        let isPrint = fields.isMarket && fields.price > 0 && fields.quantity > 0
        return DecodedFrame(
            kind: !isPrint ? .ignoredPrint : idKey == KeyName.t ? .trade : .aggregateTrade,
            symbol: fields.symbol, eventTime: fields.eventTime, transactTime: fields.transactTime,
            data: !isPrint
                ? nil
                : .print(
                    Print(
                        tradeID: fields.id, price: Price(units: fields.price),
                        quantity: Quantity(units: fields.quantity),
                        // The buyer was resting: the aggressor sold.
                        takerSide: fields.isBuyerMaker ? .sell : .buy,
                        venueTime: fields.transactTime)))
    }

    private struct TradeFields {
        var eventTime = Timestamp.distantPast
        var transactTime = Timestamp.distantPast
        var symbol = DecodedFrame.Symbol.absent
        var id: Int64 = 0
        var price: Int64 = 0
        var quantity: Int64 = 0
        var isBuyerMaker = false
        /// True where the venue does not say.
        var isMarket = true
    }

    private func bookTicker(_ cursor: inout JSONCursor, isNamed: Bool) throws(FrameError)
        -> DecodedFrame
    {
        var seen = SeenKeys(isNamed: isNamed)
        var eventTime: Timestamp?
        var transactTime = Timestamp.distantPast
        var symbol = DecodedFrame.Symbol.absent
        var updateID: UInt64 = 0
        var bid: Int64 = 0
        var bidQuantity: Int64 = 0
        var ask: Int64 = 0
        var askQuantity: Int64 = 0
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.u:
                try seen.take(.first, key)
                updateID = try cursor.unsigned()
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                eventTime = try cursor.time()
            case KeyName.bigT:
                try seen.take(.transactTime, key)
                transactTime = try cursor.time()
            case KeyName.s:
                try seen.take(.symbol, key)
                symbol = try self.symbol(&cursor)
            case KeyName.b:
                try seen.take(.second, key)
                bid = try cursor.quotedDecimal().units
            case KeyName.bigB:
                try seen.take(.third, key)
                bidQuantity = try cursor.quotedDecimal().units
            case KeyName.a:
                try seen.take(.fourth, key)
                ask = try cursor.quotedDecimal().units
            case KeyName.bigA:
                try seen.take(.fifth, key)
                askQuantity = try cursor.quotedDecimal().units
            case KeyName.e:
                try seen.take(.name, key)
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        try seen.require(
            [.transactTime, .symbol, .first, .second, .third, .fourth, .fifth], at: cursor.position)
        guard bid >= 0, ask >= 0, let bidSize = Quantity(exactly: bidQuantity),
            let askSize = Quantity(exactly: askQuantity)
        else { throw FrameError(.outOfRange, at: cursor.position) }
        var data: MarketData?
        // A price of zero says that this side of the book is empty.
        if let bidPrice = Price(exactly: bid), let askPrice = Price(exactly: ask) {
            data = .bookTicker(
                BookTicker(
                    updateID: updateID, bidPrice: bidPrice, bidQuantity: bidSize,
                    askPrice: askPrice,
                    askQuantity: askSize, venueTime: transactTime))
        }
        return DecodedFrame(
            kind: .bookTicker, symbol: symbol, eventTime: eventTime, transactTime: transactTime,
            data: data)
    }

    private mutating func depthUpdate(
        _ cursor: inout JSONCursor, isNamed: Bool
    ) throws(FrameError) -> DecodedFrame {
        var seen = SeenKeys(isNamed: isNamed)
        var eventTime: Timestamp?
        var transactTime = Timestamp.distantPast
        var symbol = DecodedFrame.Symbol.absent
        var first: UInt64 = 0
        var last: UInt64 = 0
        var previous: UInt64 = 0
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                eventTime = try cursor.time()
            case KeyName.bigT:
                try seen.take(.transactTime, key)
                transactTime = try cursor.time()
            case KeyName.s:
                try seen.take(.symbol, key)
                symbol = try self.symbol(&cursor)
            case KeyName.bigU:
                try seen.take(.first, key)
                first = try cursor.unsigned()
            case KeyName.u:
                try seen.take(.second, key)
                last = try cursor.unsigned()
            case KeyName.pu:
                try seen.take(.third, key)
                previous = try cursor.unsigned()
            case KeyName.b:
                try seen.take(.fourth, key)
                try Self.levels(&cursor, into: &bids)
            case KeyName.a:
                try seen.take(.fifth, key)
                try Self.levels(&cursor, into: &asks)
            case KeyName.e:
                try seen.take(.name, key)
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        try seen.require(
            [.transactTime, .symbol, .first, .second, .third, .fourth, .fifth], at: cursor.position)
        guard first <= last else { throw FrameError(.outOfRange, at: cursor.position) }
        return DecodedFrame(
            kind: .depthUpdate, symbol: symbol, eventTime: eventTime, transactTime: transactTime,
            data: .depth(
                DepthUpdate(
                    firstID: first, lastID: last, previousLastID: previous,
                    bids: Self.exactCopy(bids),
                    asks: Self.exactCopy(asks), venueTime: transactTime)))
    }

    private mutating func depthSnapshot(_ cursor: inout JSONCursor) throws(FrameError)
        -> DecodedFrame
    {
        var seen = SeenKeys(isNamed: true)
        var eventTime: Timestamp?
        var transactTime: Timestamp?
        var lastUpdateID: UInt64 = 0
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                eventTime = try cursor.time()
            case KeyName.bigT:
                try seen.take(.transactTime, key)
                transactTime = try cursor.time()
            case KeyName.bids:
                try seen.take(.first, key)
                try Self.levels(&cursor, into: &bids)
            case KeyName.asks:
                try seen.take(.second, key)
                try Self.levels(&cursor, into: &asks)
            default:
                if cursor.text(of: key, equals: "lastUpdateId") {
                    try seen.take(.third, key)
                    lastUpdateID = try cursor.unsigned()
                } else {
                    try cursor.skipValue()
                }
            }
        }
        try seen.require([.first, .second, .third], at: cursor.position)
        return DecodedFrame(
            kind: .depthSnapshot, symbol: .absent, eventTime: eventTime, transactTime: transactTime,
            data: .depthSnapshot(
                DepthSnapshot(
                    lastUpdateID: lastUpdateID, bids: Self.exactCopy(bids),
                    asks: Self.exactCopy(asks))))
    }

    private func markPrice(_ cursor: inout JSONCursor, isNamed: Bool) throws(FrameError)
        -> DecodedFrame
    {
        var seen = SeenKeys(isNamed: isNamed)
        var eventTime = Timestamp.distantPast
        var nextFundingTime: Timestamp?
        var symbol = DecodedFrame.Symbol.absent
        var mark: Int64 = 0
        var index: Int64 = 0
        var rate: Int64 = 0
        while let key = try cursor.nextKey() {
            switch key.packed {
            case KeyName.bigE:
                try seen.take(.eventTime, key)
                eventTime = try cursor.time()
            case KeyName.bigT:
                try seen.take(.transactTime, key)
                let time = try cursor.time()
                nextFundingTime = time == .distantPast ? nil : time
            case KeyName.s:
                try seen.take(.symbol, key)
                symbol = try self.symbol(&cursor)
            case KeyName.p:
                try seen.take(.first, key)
                mark = try cursor.quotedDecimal().units
            case KeyName.i:
                try seen.take(.second, key)
                index = try cursor.quotedDecimalOrEmpty()?.units ?? 0
            case KeyName.r:
                try seen.take(.third, key)
                // Contracts that are being settled have no funding and send an empty string.
                rate = try cursor.quotedDecimalOrEmpty()?.units ?? 0
            case KeyName.e:
                try seen.take(.name, key)
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        try seen.require([.eventTime, .symbol, .first], at: cursor.position)
        guard mark >= 0, index >= 0 else { throw FrameError(.outOfRange, at: cursor.position) }
        var data: MarketData?
        if let price = Price(exactly: mark) {
            data = .markPrice(
                MarkPriceUpdate(
                    markPrice: price, indexPrice: Price(exactly: index),
                    fundingRate: Rate(units: rate),
                    nextFundingTime: nextFundingTime, venueTime: eventTime))
        }
        return DecodedFrame(
            kind: .markPrice, symbol: symbol, eventTime: eventTime, transactTime: nil,
            data: data)
    }
}
