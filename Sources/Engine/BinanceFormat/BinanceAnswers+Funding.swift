import Text
package import Trading

/// One booking on the account that is no trade, or one part of a trade.
package struct IncomeAnswer: Hashable, Sendable {
    /// Unique among the bookings of one type. (`tranId`)
    package var id: Int64
    /// In the venue's words, such as `FUNDING_FEE`.
    package var type: String
    /// `nil` where the booking belongs to none.
    package var symbol: String?
    package var asset: String
    /// Positive is received.
    package var amount: Money
    package var time: Timestamp
}

/// What was paid once per interval between longs and shorts.
package struct FundingRateAnswer: Hashable, Sendable {
    package var symbol: String
    /// Paid by longs when positive.
    package var rate: Rate
    package var time: Timestamp
}

extension BinanceRequest {
    /// The account's bookings of one type from a time on, oldest first. `limit` is 1...1000.
    package static func income(type: String, from: Timestamp, limit: Int) -> BinanceRequest {
        BinanceRequest(
            .get, "/fapi/v1/income", .signed, weight: 30,
            [
                ("incomeType", type), ("startTime", String(from.milliseconds)),
                ("limit", String(limit)),
            ])
    }

    /// The rates of one symbol from a time on, oldest first; the latest ones when it is `nil`. `limit` is 1...1000. They
    /// have a limit of their own: 500 requests in five minutes for each address.
    package static func fundingRates(
        symbol: SymbolName, from: Timestamp?, limit: Int
    ) -> BinanceRequest {
        var parameters = [("symbol", symbol.description)]
        if let from { parameters.append(("startTime", String(from.milliseconds))) }
        parameters.append(("limit", String(limit)))
        return BinanceRequest(.get, "/fapi/v1/fundingRate", .open, weight: 0, parameters)
    }
}

extension BinanceAnswers {
    /// The account's bookings, oldest first.
    package static func income(_ body: Span<UInt8>) throws(FrameError) -> [IncomeAnswer] {
        try list(body, booking)
    }

    private static func booking(_ cursor: inout JSONCursor) throws(FrameError) -> IncomeAnswer {
        let fields = try ObjectFields(&cursor)
        let symbol = try fields.optional("symbol", &cursor, VenueValue.text) ?? ""
        return IncomeAnswer(
            id: try fields.required("tranId", &cursor, VenueValue.integer),
            type: try fields.required("incomeType", &cursor, VenueValue.text),
            symbol: symbol.isEmpty ? nil : symbol,
            asset: try fields.required("asset", &cursor, VenueValue.text),
            amount: try fields.required("income", &cursor, VenueValue.money),
            time: try fields.required("time", &cursor, VenueValue.time))
    }

    /// Past rates of funding, oldest first.
    package static func fundingRates(
        _ body: Span<UInt8>
    ) throws(FrameError) -> [FundingRateAnswer] { try list(body, pastRate) }

    private static func pastRate(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> FundingRateAnswer {
        let fields = try ObjectFields(&cursor)
        return FundingRateAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            rate: try fields.required("fundingRate", &cursor, signedRate),
            time: try fields.required("fundingTime", &cursor, VenueValue.time))
    }

    /// A rate of either sign, at most ten thousand per cent.
    private static func signedRate(_ cursor: inout JSONCursor) throws(FrameError) -> Rate {
        // Money is signed and has eight digits more than a rate.
        let value = try VenueValue.money(&cursor).units / 100_000_000
        guard (-10_000_000_000...10_000_000_000).contains(value) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return Rate(units: Int64(value))
    }
}
