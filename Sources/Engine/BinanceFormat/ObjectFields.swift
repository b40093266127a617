import Text
import Trading

/// Where the values of one object are, by key: for the payloads that are rare and wide, where reading by name is clearer
/// than reading in passing. Every key may stand there once; at most `maxKeys`.
struct ObjectFields {
    static let maxKeys = 256

    private struct Entry {
        var key: JSONKey
        var place: JSONCursor.Mark
    }

    private var entries: [Entry] = []
    private let start: Int

    /// Takes the object that comes next; the cursor is left behind it.
    init(_ cursor: inout JSONCursor) throws(FrameError) {
        start = cursor.position
        try cursor.beginObject()
        while let key = try cursor.nextKey() {
            guard entries.count < Self.maxKeys else { throw FrameError(.tooLong, at: key.start) }
            for entry in entries where Self.same(entry.key, key, cursor) {
                throw FrameError(.duplicateKey, at: key.start)
            }
            entries.append(Entry(key: key, place: cursor.mark))
            try cursor.skipValue()
        }
    }

    private static func same(
        _ left: JSONKey, _ right: JSONKey, _ cursor: borrowing JSONCursor
    ) -> Bool {
        guard left.length == right.length, left.packed == right.packed else { return false }
        guard left.packed == JSONKey.other else { return true }
        for index in 0..<left.length
        where cursor.byte(of: left, at: index) != cursor.byte(of: right, at: index) {
            return false
        }
        return true
    }

    /// Whether the object has `name`, be it with `null`.
    func has(_ name: StaticString, _ cursor: borrowing JSONCursor) -> Bool {
        for entry in entries where cursor.text(of: entry.key, equals: name) { return true }
        return false
    }

    /// What `read` makes of the value of `name`; `nil` when there is none, or `null`. The cursor stays where it was.
    func optional<Value>(
        _ name: StaticString, _ cursor: inout JSONCursor,
        _ read: (inout JSONCursor) throws(FrameError) -> Value
    ) throws(FrameError) -> Value? {
        for entry in entries where cursor.text(of: entry.key, equals: name) {
            let back = cursor.mark
            cursor.rewind(to: entry.place)
            let value = try cursor.takeNull() ? nil : try read(&cursor)
            cursor.rewind(to: back)
            return value
        }
        return nil
    }

    /// What `read` makes of the value of `name`, without which the object means nothing.
    func required<Value>(
        _ name: StaticString, _ cursor: inout JSONCursor,
        _ read: (inout JSONCursor) throws(FrameError) -> Value
    ) throws(FrameError) -> Value {
        guard let value = try optional(name, &cursor, read) else {
            throw FrameError(.missingKey, at: start)
        }
        return value
    }

    /// The value of `name` as a word of the venue.
    func word<Known: VenueVocabulary>(
        _ name: StaticString, _ cursor: inout JSONCursor
    ) throws(FrameError) -> VenueWord<Known> {
        VenueWord(try required(name, &cursor, VenueValue.text))
    }

    /// The value of `name` as a word of the venue; `nil` when it is absent.
    func optionalWord<Known: VenueVocabulary>(
        _ name: StaticString, _ cursor: inout JSONCursor
    ) throws(FrameError) -> VenueWord<Known>? {
        try optional(name, &cursor, VenueValue.text).map { VenueWord($0) }
    }
}

/// How the venue writes single values; each function takes the value that comes next.
enum VenueValue {
    /// Bytes that a name or a message may have.
    static let maxTextLength = 1_024

    /// 10²⁰ quote: more than there is, and a hundred of them still add up without an overflow.
    static let maxMoneyUnits: UInt128 = 1_000_000_000_000_000_000_000_000_000_000_000_000

    static func text(_ cursor: inout JSONCursor) throws(FrameError) -> String {
        let key = try cursor.packedString()
        guard key.length <= maxTextLength else { throw FrameError(.tooLong, at: key.start) }
        return try cursor.text(of: key)
    }

    /// `BUY` or `SELL`; no order means anything without its side.
    static func side(_ cursor: inout JSONCursor) throws(FrameError) -> Side {
        switch try cursor.packedString().packed {
        case KeyName.buy: return .buy
        case KeyName.sell: return .sell
        default: throw FrameError(.outOfRange, at: cursor.position)
        }
    }

    /// A whole number, bare or in a string: the venue writes some both ways.
    static func integer(_ cursor: inout JSONCursor) throws(FrameError) -> Int64 {
        guard try cursor.peek() == 34 else { return try cursor.integer() }
        guard let value = Int64(try text(&cursor)) else {
            throw FrameError(.badInteger, at: cursor.position)
        }
        return value
    }

    /// A whole number that an `Int` of 32 bits could hold too.
    static func smallInteger(_ cursor: inout JSONCursor) throws(FrameError) -> Int {
        guard let value = Int32(exactly: try integer(&cursor)) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return Int(value)
    }

    /// `true` or `false`, bare or in a string.
    static func bool(_ cursor: inout JSONCursor) throws(FrameError) -> Bool {
        guard try cursor.peek() == 34 else { return try cursor.bool() }
        switch try text(&cursor) {
        case "true": return true
        case "false": return false
        default: throw FrameError(.wrongType, at: cursor.position)
        }
    }

    static func time(_ cursor: inout JSONCursor) throws(FrameError) -> Timestamp {
        try cursor.time()
    }

    static func venueOrderID(_ cursor: inout JSONCursor) throws(FrameError) -> VenueOrderID {
        VenueOrderID(try integer(&cursor))
    }

    /// An order id in a string, empty while there is none.
    static func laterOrderID(_ cursor: inout JSONCursor) throws(FrameError) -> VenueOrderID? {
        guard try cursor.peek() == 34 else { return VenueOrderID(try cursor.integer()) }
        let text = try text(&cursor)
        if text.isEmpty { return nil }
        guard let value = Int64(text) else { throw FrameError(.badInteger, at: cursor.position) }
        return VenueOrderID(value)
    }

    static func quantity(_ cursor: inout JSONCursor) throws(FrameError) -> Quantity {
        guard let value = Quantity(exactly: try cursor.decimal().units) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return value
    }

    /// A quantity that the venue leaves empty while there is none.
    static func laterQuantity(_ cursor: inout JSONCursor) throws(FrameError) -> Quantity? {
        if try takeEmpty(&cursor) { return nil }
        return try quantity(&cursor)
    }

    static func rate(_ cursor: inout JSONCursor) throws(FrameError) -> Rate {
        Rate(units: try cursor.decimal().units)
    }

    /// A price that an order names; `nil` for zero, as the venue writes of orders that have none.
    static func price(_ cursor: inout JSONCursor) throws(FrameError) -> Price? {
        if try takeEmpty(&cursor) { return nil }
        let units = try cursor.decimal().units
        guard units >= 0 else { throw FrameError(.outOfRange, at: cursor.position) }
        return Price(exactly: units)
    }

    /// A price that the venue reckoned, with any number of digits: rounded to the nearer 10⁻⁸; `nil` for zero or less.
    static func reckonedPrice(_ cursor: inout JSONCursor) throws(FrameError) -> Price? {
        if try takeEmpty(&cursor) { return nil }
        let units = try money(&cursor).units
        guard units > 0 else { return nil }
        // Halves of a step of 10⁻⁸ are 50 million steps of 10⁻¹⁶.
        guard let rounded = Int64(exactly: units / 100_000_000 + (units % 100_000_000) / 50_000_000)
        else { throw FrameError(.badDecimal(.overflow), at: cursor.position) }
        return Price(exactly: rounded)
    }

    /// An amount, in a string or bare; digits beyond 10⁻¹⁶ are cut off.
    static func money(_ cursor: inout JSONCursor) throws(FrameError) -> Money {
        let isQuoted = try cursor.peek() == 34
        let start = cursor.position
        try cursor.skipValue()
        let length = cursor.position - start
        guard length <= 80 else { throw FrameError(.badDecimal(.overflow), at: start) }
        let raw = JSONKey(packed: JSONKey.other, start: start, length: length)
        var bytes: [UInt8] = []
        var fractionDigits: Int?
        for index in (isQuoted ? 1 : 0)..<(isQuoted ? length - 1 : length) {
            let byte = cursor.byte(of: raw, at: index)
            if let count = fractionDigits, byte &- 48 < 10 {
                fractionDigits = count + 1
                if count >= 16 { continue }
            }
            if byte == 46 { fractionDigits = fractionDigits ?? 0 }
            bytes.append(byte)
        }
        do throws(DecimalError) {
            let money = try DecimalParser.parseMoney(bytes.span)
            guard money.units.magnitude < maxMoneyUnits else { throw DecimalError.overflow }
            return money
        } catch {
            throw FrameError(.badDecimal(error), at: start)
        }
    }

    /// A signed position: which way, `nil` when flat, and how much.
    static func position(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> (direction: Direction?, quantity: Quantity) {
        let units = try cursor.decimal().units
        guard let quantity = Quantity(exactly: units < 0 ? 0 - units : units) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return (units == 0 ? nil : units < 0 ? .short : .long, quantity)
    }

    /// Takes an empty string if it comes next, and says whether it did.
    private static func takeEmpty(_ cursor: inout JSONCursor) throws(FrameError) -> Bool {
        guard try cursor.peek() == 34 else { return false }
        let back = cursor.mark
        if try cursor.packedString().length == 0 { return true }
        cursor.rewind(to: back)
        return false
    }

    /// All elements of the array that comes next.
    static func list<Element>(
        _ cursor: inout JSONCursor, _ read: (inout JSONCursor) throws(FrameError) -> Element
    ) throws(FrameError) -> [Element] {
        var elements: [Element] = []
        try cursor.beginArray()
        while try cursor.nextElement() { elements.append(try read(&cursor)) }
        return elements
    }
}
