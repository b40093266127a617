/// The words of one kind that we know, spelled as the venue spells them.
package protocol VenueVocabulary: RawRepresentable, Hashable, Sendable where RawValue == String {}

/// A word from a closed list of the venue, which may grow without asking us: what is new is kept as text, to be counted
/// and to be treated with the worse assumption.
package enum VenueWord<Known: VenueVocabulary>: Hashable, Sendable {
    case known(Known)
    case unknown(String)

    /// The word that `text` is.
    package init(_ text: String) {
        if let known = Known(rawValue: text) {
            self = .known(known)
        } else {
            self = .unknown(text)
        }
    }

    /// The text of a word that we do not know.
    package var unknownText: String? {
        switch self {
        case .known: nil
        case .unknown(let text): text
        }
    }
}

/// Whether an order can still trade.
package enum VenueOrderStatus: String, VenueVocabulary {
    case new = "NEW"
    case partiallyFilled = "PARTIALLY_FILLED"
    case filled = "FILLED"
    case canceled = "CANCELED"
    case rejected = "REJECTED"
    case expired = "EXPIRED"
    case expiredInMatch = "EXPIRED_IN_MATCH"
    /// A liquidation taken over by the insurance fund.
    case newInsurance = "NEW_INSURANCE"
    /// An automatic deleveraging.
    case newADL = "NEW_ADL"

    /// Whether nothing more can happen to the order.
    package var isTerminal: Bool {
        switch self {
        case .new, .partiallyFilled, .newInsurance, .newADL: false
        case .filled, .canceled, .rejected, .expired, .expiredInMatch: true
        }
    }
}

/// What has just happened to an order.
package enum ExecutionType: String, VenueVocabulary {
    case new = "NEW"
    case canceled = "CANCELED"
    /// A liquidation or an automatic deleveraging.
    case calculated = "CALCULATED"
    case expired = "EXPIRED"
    case trade = "TRADE"
    case amendment = "AMENDMENT"
}

/// The venue's order types.
package enum VenueOrderType: String, VenueVocabulary {
    case limit = "LIMIT"
    case market = "MARKET"
    case stop = "STOP"
    case stopMarket = "STOP_MARKET"
    case takeProfit = "TAKE_PROFIT"
    case takeProfitMarket = "TAKE_PROFIT_MARKET"
    case trailingStopMarket = "TRAILING_STOP_MARKET"
    case liquidation = "LIQUIDATION"
}

/// The venue's times in force.
package enum VenueTimeInForce: String, VenueVocabulary {
    case gtc = "GTC"
    case ioc = "IOC"
    case fok = "FOK"
    case postOnly = "GTX"
    case gtd = "GTD"
    case retail = "RPI"
    /// Until the position that it protects is closed.
    case whilePositionOpen = "GTE_GTC"
}

/// One-way (`both`) or a leg of a hedged position.
package enum PositionSide: String, VenueVocabulary {
    case both = "BOTH"
    case long = "LONG"
    case short = "SHORT"
}

/// Which price fires a conditional order.
package enum WorkingType: String, VenueVocabulary {
    case mark = "MARK_PRICE"
    case last = "CONTRACT_PRICE"
}

/// The life of a conditional order at the algo service.
package enum AlgoStatus: String, VenueVocabulary {
    case new = "NEW"
    /// The trigger price is reached; the order in the matching engine is on its way.
    case triggering = "TRIGGERING"
    /// The order is in the matching engine, under its own id.
    case triggered = "TRIGGERED"
    /// The order in the matching engine ended. Not: filled.
    case finished = "FINISHED"
    case canceled = "CANCELED"
    case rejected = "REJECTED"
    case expired = "EXPIRED"
}

/// Where the margin of a position lies; the venue writes it in two ways.
package enum MarginType: String, VenueVocabulary {
    case crossed = "CROSSED"
    case isolated = "ISOLATED"

    package init?(rawValue: String) {
        switch rawValue {
        case "CROSSED", "cross", "CROSS", "crossed": self = .crossed
        case "ISOLATED", "isolated": self = .isolated
        default: return nil
        }
    }
}

/// Why the account changed.
package enum AccountChangeReason: String, VenueVocabulary {
    case deposit = "DEPOSIT"
    case withdraw = "WITHDRAW"
    case order = "ORDER"
    case fundingFee = "FUNDING_FEE"
    case withdrawReject = "WITHDRAW_REJECT"
    case adjustment = "ADJUSTMENT"
    case insuranceClear = "INSURANCE_CLEAR"
    case adminDeposit = "ADMIN_DEPOSIT"
    case adminWithdraw = "ADMIN_WITHDRAW"
    case marginTransfer = "MARGIN_TRANSFER"
    case marginTypeChange = "MARGIN_TYPE_CHANGE"
    case assetTransfer = "ASSET_TRANSFER"
    case optionsPremiumFee = "OPTIONS_PREMIUM_FEE"
    case optionsSettleProfit = "OPTIONS_SETTLE_PROFIT"
    case autoExchange = "AUTO_EXCHANGE"
    case coinSwapDeposit = "COIN_SWAP_DEPOSIT"
    case coinSwapWithdraw = "COIN_SWAP_WITHDRAW"
}

/// What kind of contract a symbol is.
package enum ContractType: String, VenueVocabulary {
    case perpetual = "PERPETUAL"
    case currentQuarter = "CURRENT_QUARTER"
    case nextQuarter = "NEXT_QUARTER"
    case currentMonth = "CURRENT_MONTH"
    case nextMonth = "NEXT_MONTH"
    case perpetualDelivering = "PERPETUAL_DELIVERING"
    /// Perpetuals on stocks and commodities, with trading sessions.
    case tradifiPerpetual = "TRADIFI_PERPETUAL"
}

/// Whether a contract can be traded; only `trading` can.
package enum ContractStatus: String, VenueVocabulary {
    case pendingTrading = "PENDING_TRADING"
    case trading = "TRADING"
    case preDelivering = "PRE_DELIVERING"
    case delivering = "DELIVERING"
    case delivered = "DELIVERED"
    case preSettle = "PRE_SETTLE"
    case settling = "SETTLING"
    case close = "CLOSE"
    case tradingHalt = "TRADING_HALT"
    case tradingCancelOnly = "TRADING_CANCEL_ONLY"
}
