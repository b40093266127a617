package import Trading

/// One event of the user stream in the venue's words, exact.
package enum UserEvent: Hashable, Sendable {
    case order(OrderUpdate)
    case algo(AlgoUpdate)
    case account(AccountUpdate)
    /// A fill by the faster way; the same trade follows as `order`.
    case tradeLite(TradeLite)
    case marginCall(MarginCall)
    case leverageChanged(symbol: String, leverage: Int, eventTime: Timestamp)
    case multiAssetsMode(isOn: Bool, eventTime: Timestamp)
    /// No more events come until a new key is made and connected.
    case listenKeyExpired(listenKey: String?, eventTime: Timestamp)
    /// The answer to a command on the stream.
    case answer
    /// An event that we do not read, by its name.
    case ignored(String)

    /// The words in it that we do not know, to be counted.
    package var unknownWords: [String] {
        switch self {
        case .order(let update): update.unknownWords
        case .algo(let update): update.unknownWords
        case .account(let update): update.unknownWords
        case .tradeLite, .marginCall, .leverageChanged, .multiAssetsMode, .listenKeyExpired,
            .answer, .ignored:
            []
        }
    }
}

/// Who closed a position by force, told by the client order id that the venue gave the order.
/// - Source: Binance USDⓈ-M user data streams, ORDER_TRADE_UPDATE, page read 2026-05.
package enum ForcedClose: Hashable, Sendable {
    case liquidation, deleveraging, settlement

    /// `nil` for the id of an ordinary order.
    package init?(clientOrderID: String) {
        if clientOrderID.hasPrefix("autoclose-") {
            self = .liquidation
        } else if clientOrderID.hasPrefix("adl_autoclose") {
            self = .deleveraging
        } else if clientOrderID.hasPrefix("settlement_autoclose")
            || clientOrderID.hasPrefix("delivery_autoclose")
        {
            self = .settlement
        } else {
            return nil
        }
    }
}

/// ORDER_TRADE_UPDATE: what happened to one order in the matching engine.
package struct OrderUpdate: Hashable, Sendable {
    package var eventTime: Timestamp
    package var transactTime: Timestamp
    /// As the venue writes it; may be one that we do not trade, in any script.
    package var symbol: String
    /// Ours, or whatever another client or the venue itself chose.
    package var clientOrderID: String
    package var venueOrderID: VenueOrderID
    package var side: Side
    package var positionSide: VenueWord<PositionSide>
    package var type: VenueWord<VenueOrderType>
    /// What it was before it triggered.
    package var originalType: VenueWord<VenueOrderType>?
    package var timeInForce: VenueWord<VenueTimeInForce>
    package var execution: VenueWord<ExecutionType>
    package var status: VenueWord<VenueOrderStatus>
    package var quantity: Quantity
    /// `nil` at market.
    package var price: Price?
    package var stopPrice: Price?
    /// Of all fills so far; `nil` before the first.
    package var averagePrice: Price?
    package var filledQuantity: Quantity
    /// Of this fill; zero when this is none.
    package var lastQuantity: Quantity
    package var lastPrice: Price?
    /// The key of this fill per symbol; 0 when this is none.
    package var tradeID: Int64
    package var tradeTime: Timestamp
    package var commission: Money
    /// `nil` when the venue names none.
    package var commissionAsset: String?
    package var realizedProfit: Money
    package var isMaker: Bool
    package var isReduceOnly: Bool
    package var closesPosition: Bool
    package var workingType: VenueWord<WorkingType>?
    /// Why it expired, as the venue numbers it; `nil` when it does not say.
    package var expiryReason: Int?

    /// Who closed by force; `nil` for ordinary orders.
    package var forcedClose: ForcedClose? {
        if let forced = ForcedClose(clientOrderID: clientOrderID) { return forced }
        return type == .known(.liquidation) || execution == .known(.calculated)
            ? .liquidation : nil
    }

    /// The fill in it; `nil` when nothing traded. The commission is zero when it was taken in another asset than
    /// `quoteAsset`: then the caller must value `commission` in `commissionAsset` itself.
    package func fill(quoteAsset: String) -> Fill? {
        guard tradeID > 0, !lastQuantity.isZero, let lastPrice else { return nil }
        switch execution {
        case .known(.trade), .known(.calculated), .unknown: break
        case .known(.new), .known(.canceled), .known(.expired), .known(.amendment): return nil
        }
        return Fill(
            tradeID: tradeID, price: lastPrice, quantity: lastQuantity, side: side,
            commission: commissionAsset == quoteAsset ? commission : .zero, isMaker: isMaker,
            venueTime: tradeTime)
    }

    /// The words in it that we do not know.
    package var unknownWords: [String] {
        [
            positionSide.unknownText, type.unknownText, originalType?.unknownText,
            timeInForce.unknownText, execution.unknownText, status.unknownText,
            workingType?.unknownText,
        ].compactMap { $0 }
    }
}

/// ALGO_UPDATE: what happened to one conditional order before it was in the matching engine.
package struct AlgoUpdate: Hashable, Sendable {
    package var eventTime: Timestamp
    package var transactTime: Timestamp
    package var symbol: String
    package var clientAlgoID: String
    package var algoID: Int64
    package var side: Side
    package var positionSide: VenueWord<PositionSide>
    package var type: VenueWord<VenueOrderType>
    package var status: VenueWord<AlgoStatus>
    /// Zero when it closes whatever the position is.
    package var quantity: Quantity
    package var triggerPrice: Price?
    package var price: Price?
    package var workingType: VenueWord<WorkingType>?
    package var isReduceOnly: Bool
    package var closesPosition: Bool
    /// The order in the matching engine; `nil` until it is there. (`ai`)
    package var actualOrderID: VenueOrderID?
    /// What that order filled; `nil` until the venue says. Zero at the end means that it did not fill. (`aq`)
    package var actualQuantity: Quantity?
    package var actualPrice: Price?
    /// Why it was refused, in the venue's words. (`rm`)
    package var rejectReason: String?

    /// The words in it that we do not know.
    package var unknownWords: [String] {
        [
            positionSide.unknownText, type.unknownText, status.unknownText,
            workingType?.unknownText,
        ].compactMap { $0 }
    }
}

/// ACCOUNT_UPDATE: the balances and positions that changed.
package struct AccountUpdate: Hashable, Sendable {
    /// The balance of one asset after the change.
    package struct Balance: Hashable, Sendable {
        package var asset: String
        package var walletBalance: Money
        package var crossWalletBalance: Money
        /// Without profit and commission: transfers and funding. Zero when the venue does not say.
        package var change: Money
    }

    /// One position after the change.
    package struct Position: Hashable, Sendable {
        package var symbol: String
        package var positionSide: VenueWord<PositionSide>
        /// `nil` when flat.
        package var direction: Direction?
        package var quantity: Quantity
        package var entryPrice: Price?
        package var breakEvenPrice: Price?
        /// Since the account began, before fees.
        package var accumulatedProfit: Money
        package var unrealizedProfit: Money
        package var marginType: VenueWord<MarginType>
        package var isolatedWallet: Money
    }

    package var eventTime: Timestamp
    package var transactTime: Timestamp
    package var reason: VenueWord<AccountChangeReason>
    /// The symbol of a funding fee, where the venue names it.
    package var symbol: String?
    package var balances: [Balance]
    package var positions: [Position]

    /// The words in it that we do not know.
    package var unknownWords: [String] {
        [reason.unknownText].compactMap { $0 }
            + positions.flatMap {
                [$0.positionSide.unknownText, $0.marginType.unknownText].compactMap { $0 }
            }
    }
}

/// TRADE_LITE: one fill, sooner and with less.
package struct TradeLite: Hashable, Sendable {
    package var eventTime: Timestamp
    package var symbol: String
    package var clientOrderID: String
    package var venueOrderID: VenueOrderID
    package var side: Side
    package var quantity: Quantity
    package var price: Price?
    package var lastQuantity: Quantity
    package var lastPrice: Price
    package var tradeID: Int64
    package var tradeTime: Timestamp
    package var isMaker: Bool
}

/// MARGIN_CALL: guidance of the venue, which may come after the liquidation.
package struct MarginCall: Hashable, Sendable {
    /// One position that is short of margin.
    package struct Position: Hashable, Sendable {
        package var symbol: String
        package var direction: Direction?
        package var quantity: Quantity
        package var marginType: VenueWord<MarginType>
        package var isolatedWallet: Money
        package var markPrice: Price?
        package var unrealizedProfit: Money
        package var maintenanceMargin: Money
    }

    package var eventTime: Timestamp
    /// `nil` for isolated positions.
    package var crossWalletBalance: Money?
    package var positions: [Position]
}
