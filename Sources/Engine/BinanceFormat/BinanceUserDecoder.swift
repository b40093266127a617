import Text
import Trading

/// Reads the user stream of Binance USDⓈ-M futures, bare and in the combined-stream envelope, keys in any order.
///
/// Unknown keys are skipped, any key twice refuses the frame, unknown words are kept as text. No input can trap.
/// - Source: Binance USDⓈ-M user data streams, documentation read 2026-05, change log to 2026-09.
package enum BinanceUserDecoder {
    /// The one event that `frame` holds.
    package static func decode(_ frame: Span<UInt8>) throws(FrameError) -> UserEvent {
        var cursor = try JSONCursor(frame)
        let fields = try ObjectFields(&cursor)
        try cursor.end()
        if let event = try fields.optional("data", &cursor, enveloped) { return event }
        return try event(fields, &cursor)
    }

    private static func enveloped(_ cursor: inout JSONCursor) throws(FrameError) -> UserEvent {
        let fields = try ObjectFields(&cursor)
        return try event(fields, &cursor)
    }

    private static func event(
        _ fields: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> UserEvent {
        guard let name = try fields.optional("e", &cursor, VenueValue.text) else {
            let isAnswer =
                fields.has("result", cursor) || fields.has("id", cursor)
                || fields.has("code", cursor)
            guard isAnswer else { throw FrameError(.unrecognized, at: 0) }
            return .answer
        }
        switch name {
        case "ORDER_TRADE_UPDATE": return .order(try order(fields, &cursor))
        case "ALGO_UPDATE": return .algo(try algo(fields, &cursor))
        case "ACCOUNT_UPDATE": return .account(try account(fields, &cursor))
        case "TRADE_LITE": return .tradeLite(try tradeLite(fields, &cursor))
        case "MARGIN_CALL": return .marginCall(try marginCall(fields, &cursor))
        case "ACCOUNT_CONFIG_UPDATE": return try configuration(fields, &cursor)
        case "listenKeyExpired":
            return .listenKeyExpired(
                listenKey: try fields.optional("listenKey", &cursor, VenueValue.text),
                eventTime: try fields.required("E", &cursor, VenueValue.time))
        default: return .ignored(name)
        }
    }

    private static func order(
        _ outer: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> OrderUpdate {
        let eventTime = try outer.required("E", &cursor, VenueValue.time)
        let transactTime = try outer.required("T", &cursor, VenueValue.time)
        let body = try outer.required("o", &cursor, ObjectFields.read)
        return OrderUpdate(
            eventTime: eventTime, transactTime: transactTime,
            symbol: try body.required("s", &cursor, VenueValue.text),
            clientOrderID: try body.required("c", &cursor, VenueValue.text),
            venueOrderID: try body.required("i", &cursor, VenueValue.venueOrderID),
            side: try body.required("S", &cursor, VenueValue.side),
            positionSide: try body.word("ps", &cursor), type: try body.word("o", &cursor),
            originalType: try body.optionalWord("ot", &cursor),
            timeInForce: try body.word("f", &cursor), execution: try body.word("x", &cursor),
            status: try body.word("X", &cursor),
            quantity: try body.required("q", &cursor, VenueValue.quantity),
            price: try body.required("p", &cursor, VenueValue.price),
            stopPrice: try body.optional("sp", &cursor, VenueValue.price) ?? nil,
            averagePrice: try body.optional("ap", &cursor, VenueValue.reckonedPrice) ?? nil,
            filledQuantity: try body.required("z", &cursor, VenueValue.quantity),
            lastQuantity: try body.required("l", &cursor, VenueValue.quantity),
            lastPrice: try body.required("L", &cursor, VenueValue.price),
            tradeID: try body.required("t", &cursor, VenueValue.integer),
            tradeTime: try body.required("T", &cursor, VenueValue.time),
            commission: try body.optional("n", &cursor, VenueValue.money) ?? .zero,
            commissionAsset: try body.optional("N", &cursor, VenueValue.text),
            realizedProfit: try body.optional("rp", &cursor, VenueValue.money) ?? .zero,
            isMaker: try body.required("m", &cursor, VenueValue.bool),
            isReduceOnly: try body.required("R", &cursor, VenueValue.bool),
            closesPosition: try body.optional("cp", &cursor, VenueValue.bool) ?? false,
            workingType: try body.optionalWord("wt", &cursor),
            expiryReason: try body.optional("er", &cursor, VenueValue.smallInteger))
    }

    private static func algo(
        _ outer: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> AlgoUpdate {
        let eventTime = try outer.required("E", &cursor, VenueValue.time)
        let transactTime = try outer.required("T", &cursor, VenueValue.time)
        let body = try outer.required("o", &cursor, ObjectFields.read)
        return AlgoUpdate(
            eventTime: eventTime, transactTime: transactTime,
            symbol: try body.required("s", &cursor, VenueValue.text),
            clientAlgoID: try body.required("caid", &cursor, VenueValue.text),
            algoID: try body.required("aid", &cursor, VenueValue.integer),
            side: try body.required("S", &cursor, VenueValue.side),
            positionSide: try body.word("ps", &cursor), type: try body.word("o", &cursor),
            status: try body.word("X", &cursor),
            quantity: try body.required("q", &cursor, VenueValue.quantity),
            triggerPrice: try body.optional("tp", &cursor, VenueValue.price) ?? nil,
            price: try body.optional("p", &cursor, VenueValue.price) ?? nil,
            workingType: try body.optionalWord("wt", &cursor),
            isReduceOnly: try body.required("R", &cursor, VenueValue.bool),
            closesPosition: try body.required("cp", &cursor, VenueValue.bool),
            actualOrderID: try body.optional("ai", &cursor, VenueValue.laterOrderID) ?? nil,
            actualQuantity: try body.optional("aq", &cursor, VenueValue.laterQuantity) ?? nil,
            actualPrice: try body.optional("ap", &cursor, VenueValue.reckonedPrice) ?? nil,
            rejectReason: try body.optional("rm", &cursor, VenueValue.text))
    }

    private static func account(
        _ outer: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> AccountUpdate {
        let eventTime = try outer.required("E", &cursor, VenueValue.time)
        let transactTime = try outer.required("T", &cursor, VenueValue.time)
        let body = try outer.required("a", &cursor, ObjectFields.read)
        return AccountUpdate(
            eventTime: eventTime, transactTime: transactTime, reason: try body.word("m", &cursor),
            symbol: try body.optional("S", &cursor, VenueValue.text),
            balances: try body.optional("B", &cursor, balances) ?? [],
            positions: try body.optional("P", &cursor, positions) ?? [])
    }

    private static func balances(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> [AccountUpdate.Balance] { try VenueValue.list(&cursor, balance) }

    private static func balance(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AccountUpdate.Balance {
        let fields = try ObjectFields(&cursor)
        return AccountUpdate.Balance(
            asset: try fields.required("a", &cursor, VenueValue.text),
            walletBalance: try fields.required("wb", &cursor, VenueValue.money),
            crossWalletBalance: try fields.required("cw", &cursor, VenueValue.money),
            change: try fields.optional("bc", &cursor, VenueValue.money) ?? .zero)
    }

    private static func positions(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> [AccountUpdate.Position] { try VenueValue.list(&cursor, position) }

    private static func position(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AccountUpdate.Position {
        let fields = try ObjectFields(&cursor)
        let held = try fields.required("pa", &cursor, VenueValue.position)
        return AccountUpdate.Position(
            symbol: try fields.required("s", &cursor, VenueValue.text),
            positionSide: try fields.word("ps", &cursor), direction: held.direction,
            quantity: held.quantity,
            entryPrice: try fields.required("ep", &cursor, VenueValue.reckonedPrice),
            breakEvenPrice: try fields.optional("bep", &cursor, VenueValue.reckonedPrice) ?? nil,
            accumulatedProfit: try fields.optional("cr", &cursor, VenueValue.money) ?? .zero,
            unrealizedProfit: try fields.required("up", &cursor, VenueValue.money),
            marginType: try fields.word("mt", &cursor),
            isolatedWallet: try fields.optional("iw", &cursor, VenueValue.money) ?? .zero)
    }

    private static func tradeLite(
        _ fields: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> TradeLite {
        guard let lastPrice = try fields.required("L", &cursor, VenueValue.price) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return TradeLite(
            eventTime: try fields.required("E", &cursor, VenueValue.time),
            symbol: try fields.required("s", &cursor, VenueValue.text),
            clientOrderID: try fields.required("c", &cursor, VenueValue.text),
            venueOrderID: try fields.required("i", &cursor, VenueValue.venueOrderID),
            side: try fields.required("S", &cursor, VenueValue.side),
            quantity: try fields.required("q", &cursor, VenueValue.quantity),
            price: try fields.required("p", &cursor, VenueValue.price),
            lastQuantity: try fields.required("l", &cursor, VenueValue.quantity),
            lastPrice: lastPrice,
            tradeID: try fields.required("t", &cursor, VenueValue.integer),
            tradeTime: try fields.required("T", &cursor, VenueValue.time),
            isMaker: try fields.required("m", &cursor, VenueValue.bool))
    }

    private static func marginCall(
        _ fields: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> MarginCall {
        MarginCall(
            eventTime: try fields.required("E", &cursor, VenueValue.time),
            crossWalletBalance: try fields.optional("cw", &cursor, VenueValue.money),
            positions: try fields.required("p", &cursor, calledPositions))
    }

    private static func calledPositions(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> [MarginCall.Position] { try VenueValue.list(&cursor, calledPosition) }

    private static func calledPosition(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> MarginCall.Position {
        let fields = try ObjectFields(&cursor)
        let held = try fields.required("pa", &cursor, VenueValue.position)
        return MarginCall.Position(
            symbol: try fields.required("s", &cursor, VenueValue.text), direction: held.direction,
            quantity: held.quantity, marginType: try fields.word("mt", &cursor),
            isolatedWallet: try fields.optional("iw", &cursor, VenueValue.money) ?? .zero,
            markPrice: try fields.required("mp", &cursor, VenueValue.reckonedPrice),
            unrealizedProfit: try fields.required("up", &cursor, VenueValue.money),
            maintenanceMargin: try fields.required("mm", &cursor, VenueValue.money))
    }

    private static func configuration(
        _ fields: ObjectFields, _ cursor: inout JSONCursor
    ) throws(FrameError) -> UserEvent {
        let eventTime = try fields.required("E", &cursor, VenueValue.time)
        if let changed = try fields.optional("ac", &cursor, ObjectFields.read) {
            return .leverageChanged(
                symbol: try changed.required("s", &cursor, VenueValue.text),
                leverage: try changed.required("l", &cursor, VenueValue.smallInteger),
                eventTime: eventTime)
        }
        let mode = try fields.required("ai", &cursor, ObjectFields.read)
        return .multiAssetsMode(
            isOn: try mode.required("j", &cursor, VenueValue.bool), eventTime: eventTime)
    }
}

extension ObjectFields {
    /// The fields of the object that comes next.
    static func read(_ cursor: inout JSONCursor) throws(FrameError) -> ObjectFields {
        try ObjectFields(&cursor)
    }
}
