import Text
import Trading

/// What a frame says that it is.
enum FrameForm {
    case trade, aggregateTrade, bookTicker, depthUpdate, depthSnapshot, markPrice, kline,
        forcedOrder
    case envelope, other

    /// The form of the event named `name`; a name that we do not read is `other`.
    init(event name: JSONKey, in cursor: borrowing JSONCursor) {
        switch name.packed {
        case KeyName.trade: self = .trade
        case KeyName.aggTrade: self = .aggregateTrade
        case KeyName.kline: self = .kline
        default:
            switch name.length {
            case 10 where cursor.text(of: name, equals: "bookTicker"): self = .bookTicker
            case 10 where cursor.text(of: name, equals: "forceOrder"): self = .forcedOrder
            case 11 where cursor.text(of: name, equals: "depthUpdate"): self = .depthUpdate
            case 15 where cursor.text(of: name, equals: "markPriceUpdate"): self = .markPrice
            default: self = .other
            }
        }
    }
}

/// Which keys of one object have been read, so that none is read twice and none is missing.
struct SeenKeys: OptionSet {
    var rawValue: UInt16

    static let name = SeenKeys(rawValue: 1 << 0)
    static let eventTime = SeenKeys(rawValue: 1 << 1)
    static let transactTime = SeenKeys(rawValue: 1 << 2)
    static let symbol = SeenKeys(rawValue: 1 << 3)
    // What the rest are is said by each frame.
    static let first = SeenKeys(rawValue: 1 << 4)
    static let second = SeenKeys(rawValue: 1 << 5)
    static let third = SeenKeys(rawValue: 1 << 6)
    static let fourth = SeenKeys(rawValue: 1 << 7)
    static let fifth = SeenKeys(rawValue: 1 << 8)
    static let sixth = SeenKeys(rawValue: 1 << 9)
    static let seventh = SeenKeys(rawValue: 1 << 10)
    static let eighth = SeenKeys(rawValue: 1 << 11)

    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(isNamed: Bool) { self = isNamed ? .name : [] }

    @inline(__always)
    mutating func take(_ bit: SeenKeys, _ key: JSONKey) throws(FrameError) {
        if rawValue & bit.rawValue != 0 { throw FrameError(.duplicateKey, at: key.start) }
        rawValue |= bit.rawValue
    }

    @inline(__always)
    func require(_ bits: SeenKeys, at offset: Int) throws(FrameError) {
        if rawValue & bits.rawValue != bits.rawValue { throw FrameError(.missingKey, at: offset) }
    }
}

extension JSONCursor {
    /// A time in milliseconds, from 1970 up to the year 2200: what is later is in another unit, or a lie.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func time() throws(FrameError) -> Timestamp {
        let milliseconds = try unsigned()
        guard milliseconds < 7_258_118_400_000 else { throw FrameError(.outOfRange, at: position) }
        return Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000)
    }
}

extension BinanceMarketDecoder {
    @inline(__always)
    func symbol(_ cursor: inout JSONCursor) throws(FrameError) -> DecodedFrame.Symbol {
        let key = try cursor.packedString()
        var name = SymbolTable.Packed()
        if key.packed != JSONKey.other {
            name.low = key.packed
        } else {
            guard key.length <= 24 else { return .unknown }
            for index in 0..<key.length { name.put(cursor.byte(of: key, at: index), at: index) }
        }
        return symbols.find(name)
    }

    /// `[["price","quantity"],…]` into `levels`, which is emptied first.
    static func levels(_ cursor: inout JSONCursor, into levels: inout [BookLevel])
        throws(FrameError)
    {
        levels.removeAll(keepingCapacity: true)
        try cursor.beginArray()
        while try cursor.nextElement() {
            let price: Int64
            let quantity: Int64
            if let pair = cursor.compactPair() {
                (price, quantity) = pair
            } else {
                (price, quantity) = try level(&cursor)
            }
            guard price > 0, quantity >= 0 else {
                throw FrameError(.outOfRange, at: cursor.position)
            }
            levels.append(
                BookLevel(price: Price(units: price), quantity: Quantity(units: quantity)))
        }
    }

    /// One level in any form; further elements than price and quantity are skipped.
    private static func level(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> (first: Int64, second: Int64) {
        try cursor.beginArray()
        guard try cursor.nextElement() else { throw FrameError(.missingKey, at: cursor.position) }
        let price = try cursor.quotedDecimal().units
        guard try cursor.nextElement() else { throw FrameError(.missingKey, at: cursor.position) }
        let quantity = try cursor.quotedDecimal().units
        while try cursor.nextElement() { try cursor.skipValue() }
        return (price, quantity)
    }

    /// A copy with its own storage, so that `levels` can be filled again without copying.
    static func exactCopy(_ levels: [BookLevel]) -> [BookLevel] {
        [BookLevel](unsafeUninitializedCapacity: levels.count) { buffer, count in
            _ = buffer.initialize(from: levels)
            count = levels.count
        }
    }
}
