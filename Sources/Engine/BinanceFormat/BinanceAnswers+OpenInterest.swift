import Text
package import Trading

/// All contracts of one symbol that were open at one moment.
package struct OpenInterestAnswer: Hashable, Sendable {
    package var symbol: String
    package var interest: OpenInterest
}

extension BinanceRequest {
    /// The contracts open now.
    package static func openInterest(symbol: SymbolName) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/openInterest", .open, weight: 1, [("symbol", symbol.description)])
    }

    /// The latest counts of open contracts at every full five minutes, oldest first, of a month at most. `limit` is
    /// 1...500. They have a limit of their own, with all statistics: 1000 requests in five minutes for each address.
    package static func openInterestHistory(symbol: SymbolName, limit: Int) -> BinanceRequest {
        BinanceRequest(
            .get, "/futures/data/openInterestHist", .open, weight: 0,
            [("symbol", symbol.description), ("period", "5m"), ("limit", String(limit))])
    }
}

extension BinanceAnswers {
    /// The contracts open now.
    package static func openInterest(_ body: Span<UInt8>) throws(FrameError) -> OpenInterestAnswer {
        try whole(body) { (cursor: inout JSONCursor) throws(FrameError) -> OpenInterestAnswer in
            try openInterest(&cursor, count: "openInterest", time: "time")
        }
    }

    /// Past counts of open contracts, oldest first.
    package static func openInterestHistory(
        _ body: Span<UInt8>
    ) throws(FrameError) -> [OpenInterestAnswer] {
        try list(body) { (cursor: inout JSONCursor) throws(FrameError) -> OpenInterestAnswer in
            try openInterest(&cursor, count: "sumOpenInterest", time: "timestamp")
        }
    }

    private static func openInterest(
        _ cursor: inout JSONCursor, count: StaticString, time: StaticString
    ) throws(FrameError) -> OpenInterestAnswer {
        let fields = try ObjectFields(&cursor)
        return OpenInterestAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            interest: OpenInterest(
                quantity: try fields.required(count, &cursor, summedQuantity),
                venueTime: try fields.required(time, &cursor, statisticsTime)))
    }

    /// A sum may have more digits than a quantity: those are cut off.
    private static func summedQuantity(_ cursor: inout JSONCursor) throws(FrameError) -> Quantity {
        let start = cursor.position
        guard
            let units = Int64(exactly: try VenueValue.money(&cursor).units / 100_000_000),
            let quantity = Quantity(exactly: units)
        else { throw FrameError(.outOfRange, at: start) }
        return quantity
    }

    /// The statistics write times both bare and in a string.
    private static func statisticsTime(_ cursor: inout JSONCursor) throws(FrameError) -> Timestamp {
        guard try cursor.peek() == 34 else { return try cursor.time() }
        let milliseconds = try VenueValue.integer(&cursor)
        guard (0...253_402_300_799_999).contains(milliseconds),
            let nanoseconds = Int64(exactly: Int128(milliseconds) * 1_000_000)
        else { throw FrameError(.outOfRange, at: cursor.position) }
        return Timestamp(nanoseconds: nanoseconds)
    }
}
