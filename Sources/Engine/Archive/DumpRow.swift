import Text
import Trading

/// How the columns of a dump file are laid out.
enum DumpLayout: Hashable, Sendable {
    /// `agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker`; spot has one more.
    case aggTrades
    /// `id,price,qty,quote_qty,time,is_buyer_maker`; spot has one more.
    case trades

    /// The layout that the first line of a file shows, and whether that line is a header; `nil` for another format.
    static func find(_ line: String) -> (layout: DumpLayout, isHeader: Bool)? {
        let columns = line.split(omittingEmptySubsequences: false) {
            $0 == "," || $0 == "\r" || $0 == "\r\n"
        }
        .map { $0.lowercased().filter { $0 != "_" } }
        guard columns.count >= 6 else { return nil }
        if columns[1] == "price" {
            if columns.count > 6 && columns[5].hasSuffix("time") && columns[6] == "isbuyermaker" {
                return (.aggTrades, true)
            }
            return columns[4].hasSuffix("time") && columns[5] == "isbuyermaker"
                ? (.trades, true) : nil
        }
        if columns.count > 6 && isBool(columns[6]) && !isBool(columns[5]) {
            return (.aggTrades, false)
        }
        return isBool(columns[5]) ? (.trades, false) : nil
    }

    private static func isBool(_ text: String) -> Bool { text == "true" || text == "false" }
}

/// One row of a dump file.
enum DumpRow {
    /// The row that begins at `position`, which is moved behind its newline; `nil` when it is refused.
    @inline(__always)
    static func parse(
        _ bytes: borrowing Span<UInt8>, at position: inout Int, layout: DumpLayout
    ) -> Print? {
        guard let id = integer(bytes, at: &position), comma(bytes, at: &position),
            let price = decimal(bytes, at: &position), comma(bytes, at: &position),
            let quantity = decimal(bytes, at: &position), comma(bytes, at: &position)
        else { return nil }
        switch layout {
        case .aggTrades:
            guard integer(bytes, at: &position) != nil, comma(bytes, at: &position),
                integer(bytes, at: &position) != nil, comma(bytes, at: &position)
            else { return nil }
        case .trades:
            guard decimal(bytes, at: &position) != nil, comma(bytes, at: &position) else {
                return nil
            }
        }
        guard let time = integer(bytes, at: &position), comma(bytes, at: &position),
            let isBuyerMaker = bool(bytes, at: &position), endRow(bytes, at: &position),
            price > 0, quantity > 0, let venueTime = DumpTime.timestamp(time)
        else { return nil }
        return Print(
            tradeID: id, price: Price(units: price), quantity: Quantity(units: quantity),
            // The buyer was resting: the aggressor sold.
            takerSide: isBuyerMaker ? .sell : .buy, venueTime: venueTime)
    }

    @inline(__always)
    private static func comma(_ bytes: borrowing Span<UInt8>, at position: inout Int) -> Bool {
        guard position < bytes.count, bytes[unchecked: position] == 44 else { return false }
        position += 1
        return true
    }

    /// A whole number of at most 18 digits.
    @inline(__always)
    private static func integer(_ bytes: borrowing Span<UInt8>, at position: inout Int) -> Int64? {
        let first = position
        let end = bytes.count
        var index = position
        var value: Int64 = 0
        // Ids and times have ten digits and more: eight at once, then the rest. Unchecked because each step has just
        // looked for the end; too many digits wrap around and are refused below.
        while index + 8 <= end {
            let word = UInt64(
                littleEndian: bytes.bytes.unsafeLoadUnaligned(
                    fromByteOffset: index, as: UInt64.self))
            guard let eight = eightDigits(word) else { break }
            value = value &* 100_000_000 &+ eight
            index += 8
        }
        while index < end {
            let digit = bytes[unchecked: index] &- 48
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            index += 1
        }
        position = index
        return index > first && index - first <= 18 ? value : nil
    }

    /// The number that eight bytes spell, the first in the lowest place; `nil` when one of them is no digit.
    ///
    /// Pairs, then fours, then all eight are joined by one multiplication each.
    /// - Source: Lemire, Quickly parsing eight digits, 2018.
    @inline(__always)
    static func eightDigits(_ word: UInt64) -> Int64? {
        let high: UInt64 = 0xf0f0_f0f0_f0f0_f0f0
        let isDigits =
            (word & high) | (((word &+ 0x0606_0606_0606_0606) & high) >> 4) == 0x3333_3333_3333_3333
        guard isDigits else { return nil }
        let pairs = ((word & 0x0f0f_0f0f_0f0f_0f0f) &* 2_561) >> 8
        let fours = ((pairs & 0x00ff_00ff_00ff_00ff) &* 6_553_601) >> 16
        return Int64(((fours & 0x0000_ffff_0000_ffff) &* 42_949_672_960_001) >> 32)
    }

    @inline(__always)
    private static func decimal(_ bytes: borrowing Span<UInt8>, at position: inout Int) -> Int64? {
        do throws(DecimalError) {
            return try DecimalParser.scan(bytes, at: &position).units
        } catch {
            return nil
        }
    }

    /// `true` or `false`, with a small or a capital first letter.
    @inline(__always)
    private static func bool(_ bytes: borrowing Span<UInt8>, at position: inout Int) -> Bool? {
        guard position + 4 <= bytes.count else { return nil }
        let word = UInt32(
            littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
        )
        switch word | 0x20 {
        case 0x6575_7274:
            position += 4
            return true
        case 0x736c_6166:
            guard position + 5 <= bytes.count, bytes[position + 4] == 101 else { return nil }
            position += 5
            return false
        default: return nil
        }
    }

    /// Goes behind the end of the row. Spot files have one more column, `is_best_match`.
    @inline(__always)
    private static func endRow(_ bytes: borrowing Span<UInt8>, at position: inout Int) -> Bool {
        if position < bytes.count, bytes[position] == 44 {
            position += 1
            guard bool(bytes, at: &position) != nil else { return false }
        }
        if position < bytes.count, bytes[position] == 13 { position += 1 }
        guard position < bytes.count else { return position == bytes.count }
        guard bytes[position] == 10 else { return false }
        position += 1
        return true
    }
}
