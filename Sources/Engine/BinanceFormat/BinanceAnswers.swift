import Text
import Trading

/// Reads what the REST interface of Binance USDⓈ-M futures answers. Unknown keys are skipped, any key twice refuses the
/// answer, unknown words are kept as text. No input can trap.
/// - Source: Binance USDⓈ-M REST documentation read 2026-05, change log to 2026-09.
package enum BinanceAnswers {
    /// Bytes that the list of all contracts may have; it is above 1 MB.
    static let maxContractListLength = 16 << 20

    // MARK: Orders

    /// The answer to placing, asking for or canceling one order.
    package static func order(_ body: Span<UInt8>) throws(FrameError) -> OrderAnswer {
        try whole(body, orderObject)
    }

    /// The open orders of the matching engine; conditional ones are not among them.
    package static func openOrders(_ body: Span<UInt8>) throws(FrameError) -> [OrderAnswer] {
        try list(body, orderObject)
    }

    private static func orderObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> OrderAnswer {
        let fields = try ObjectFields(&cursor)
        return OrderAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            clientOrderID: try fields.required("clientOrderId", &cursor, VenueValue.text),
            venueOrderID: try fields.required("orderId", &cursor, VenueValue.venueOrderID),
            side: try fields.required("side", &cursor, VenueValue.side),
            positionSide: try fields.word("positionSide", &cursor),
            type: try fields.word("type", &cursor),
            timeInForce: try fields.word("timeInForce", &cursor),
            status: try fields.word("status", &cursor),
            quantity: try fields.required("origQty", &cursor, VenueValue.quantity),
            filledQuantity: try fields.required("executedQty", &cursor, VenueValue.quantity),
            price: try fields.required("price", &cursor, VenueValue.price),
            stopPrice: try fields.optional("stopPrice", &cursor, VenueValue.price) ?? nil,
            averagePrice: try fields.optional("avgPrice", &cursor, VenueValue.reckonedPrice)
                ?? nil,
            filledNotional: try fields.optional("cumQuote", &cursor, VenueValue.money),
            isReduceOnly: try fields.required("reduceOnly", &cursor, VenueValue.bool),
            closesPosition: try fields.optional("closePosition", &cursor, VenueValue.bool)
                ?? false,
            updateTime: try fields.required("updateTime", &cursor, VenueValue.time))
    }

    /// The answer to placing or asking for one conditional order.
    package static func algoOrder(_ body: Span<UInt8>) throws(FrameError) -> AlgoOrderAnswer {
        try whole(body, algoObject)
    }

    /// The conditional orders that have not triggered.
    package static func openAlgoOrders(
        _ body: Span<UInt8>
    ) throws(FrameError) -> [AlgoOrderAnswer] { try list(body, algoObject) }

    private static func algoObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AlgoOrderAnswer {
        let fields = try ObjectFields(&cursor)
        // The documentation has `orderType`; some answers have `type`.
        let type: VenueWord<VenueOrderType> =
            if let type: VenueWord<VenueOrderType> = try fields.optionalWord("orderType", &cursor) {
                type
            } else { try fields.word("type", &cursor) }
        return AlgoOrderAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            clientAlgoID: try fields.required("clientAlgoId", &cursor, VenueValue.text),
            algoID: try fields.required("algoId", &cursor, VenueValue.integer),
            side: try fields.required("side", &cursor, VenueValue.side),
            positionSide: try fields.word("positionSide", &cursor), type: type,
            status: try fields.word("algoStatus", &cursor),
            quantity: try fields.optional("quantity", &cursor, VenueValue.laterQuantity)
                .flatMap { $0 } ?? .zero,
            triggerPrice: try fields.optional("triggerPrice", &cursor, VenueValue.price) ?? nil,
            price: try fields.optional("price", &cursor, VenueValue.price) ?? nil,
            workingType: try fields.optionalWord("workingType", &cursor),
            isReduceOnly: try fields.optional("reduceOnly", &cursor, VenueValue.bool) ?? false,
            closesPosition: try fields.optional("closePosition", &cursor, VenueValue.bool)
                ?? false,
            actualOrderID: try fields.optional("actualOrderId", &cursor, VenueValue.laterOrderID)
                ?? nil,
            actualQuantity: try fields.optional("actualQty", &cursor, VenueValue.laterQuantity)
                ?? nil,
            actualPrice: try fields.optional("actualPrice", &cursor, VenueValue.reckonedPrice)
                ?? nil,
            updateTime: try fields.required("updateTime", &cursor, VenueValue.time))
    }

    /// The answer to canceling one conditional order.
    package static func algoCancel(_ body: Span<UInt8>) throws(FrameError) -> AlgoCancelAnswer {
        try whole(body, algoCancelObject)
    }

    private static func algoCancelObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AlgoCancelAnswer {
        let fields = try ObjectFields(&cursor)
        return AlgoCancelAnswer(
            algoID: try fields.required("algoId", &cursor, VenueValue.integer),
            clientAlgoID: try fields.required("clientAlgoId", &cursor, VenueValue.text),
            code: try fields.required("code", &cursor, VenueValue.smallInteger),
            message: try fields.required("msg", &cursor, VenueValue.text))
    }

    /// An error, or the plain success of canceling all and of setting modes.
    package static func code(_ body: Span<UInt8>) throws(FrameError) -> CodeAnswer {
        try whole(body, codeObject)
    }

    private static func codeObject(_ cursor: inout JSONCursor) throws(FrameError) -> CodeAnswer {
        let fields = try ObjectFields(&cursor)
        return CodeAnswer(
            code: try fields.required("code", &cursor, VenueValue.smallInteger),
            message: try fields.optional("msg", &cursor, VenueValue.text) ?? "")
    }

    /// The answer to setting the dead-man switch.
    package static func countdown(_ body: Span<UInt8>) throws(FrameError) -> CountdownAnswer {
        try whole(body, countdownObject)
    }

    private static func countdownObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> CountdownAnswer {
        let fields = try ObjectFields(&cursor)
        let milliseconds = try fields.required("countdownTime", &cursor, VenueValue.integer)
        guard (0...31_622_400_000).contains(milliseconds) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return CountdownAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            countdown: .milliseconds(milliseconds))
    }

    // MARK: Reading

    /// One value and nothing behind it.
    static func whole<Value>(
        _ body: Span<UInt8>, maxLength: Int = JSONCursor.maxLength,
        _ read: (inout JSONCursor) throws(FrameError) -> Value
    ) throws(FrameError) -> Value {
        var cursor = try JSONCursor(body, maxLength: maxLength)
        let value = try read(&cursor)
        try cursor.end()
        return value
    }

    /// One array and nothing behind it.
    static func list<Element>(
        _ body: Span<UInt8>, _ read: (inout JSONCursor) throws(FrameError) -> Element
    ) throws(FrameError) -> [Element] {
        var cursor = try JSONCursor(body)
        let elements = try VenueValue.list(&cursor, read)
        try cursor.end()
        return elements
    }

    /// One array, or one object in place of it, and nothing behind.
    static func oneOrMany<Element>(
        _ body: Span<UInt8>, _ read: (inout JSONCursor) throws(FrameError) -> Element
    ) throws(FrameError) -> [Element] {
        var cursor = try JSONCursor(body)
        let elements =
            try cursor.peek() == 91 ? try VenueValue.list(&cursor, read) : [try read(&cursor)]
        try cursor.end()
        return elements
    }
}
