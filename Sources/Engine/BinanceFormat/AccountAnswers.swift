package import Trading

/// What the venue says of one order of the matching engine, asked for or just placed.
package struct OrderAnswer: Hashable, Sendable {
    /// As the venue writes it.
    package var symbol: String
    package var clientOrderID: String
    package var venueOrderID: VenueOrderID
    package var side: Side
    package var positionSide: VenueWord<PositionSide>
    package var type: VenueWord<VenueOrderType>
    package var timeInForce: VenueWord<VenueTimeInForce>
    package var status: VenueWord<VenueOrderStatus>
    package var quantity: Quantity
    package var filledQuantity: Quantity
    /// `nil` at market.
    package var price: Price?
    package var stopPrice: Price?
    /// `nil` before the first fill, and where the venue no longer says it: answers to placing and canceling since
    /// 2026-07.
    package var averagePrice: Price?
    /// What the fills cost; `nil` where the venue no longer says it.
    package var filledNotional: Money?
    package var isReduceOnly: Bool
    package var closesPosition: Bool
    package var updateTime: Timestamp

    /// The words in it that we do not know.
    package var unknownWords: [String] {
        [
            positionSide.unknownText, type.unknownText, timeInForce.unknownText,
            status.unknownText,
        ].compactMap { $0 }
    }
}

/// What the venue says of one conditional order, asked for or just placed.
package struct AlgoOrderAnswer: Hashable, Sendable {
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
    /// The order in the matching engine; `nil` until it triggered.
    package var actualOrderID: VenueOrderID?
    package var actualQuantity: Quantity?
    package var actualPrice: Price?
    package var updateTime: Timestamp

    /// The words in it that we do not know.
    package var unknownWords: [String] {
        [
            positionSide.unknownText, type.unknownText, status.unknownText,
            workingType?.unknownText,
        ].compactMap { $0 }
    }
}

/// The answer to canceling one conditional order.
package struct AlgoCancelAnswer: Hashable, Sendable {
    package var algoID: Int64
    package var clientAlgoID: String
    /// 200 when it is canceled.
    package var code: Int
    package var message: String
}

/// `{"code":…,"msg":…}`: an error when below zero, else a plain success.
package struct CodeAnswer: Hashable, Sendable {
    package var code: Int
    package var message: String

    package init(code: Int, message: String) {
        self.code = code
        self.message = message
    }
}

/// One fill of ours in the venue's history.
package struct AccountTrade: Hashable, Sendable {
    package var symbol: String
    package var venueOrderID: VenueOrderID
    package var tradeID: Int64
    package var side: Side
    package var positionSide: VenueWord<PositionSide>
    package var price: Price
    package var quantity: Quantity
    package var notional: Money
    package var realizedProfit: Money
    package var commission: Money
    package var commissionAsset: String
    package var isMaker: Bool
    package var time: Timestamp

    /// The same as a fill; the commission is zero when it was taken in another asset than `quoteAsset`.
    package func fill(quoteAsset: String) -> Fill {
        Fill(
            tradeID: tradeID, price: price, quantity: quantity, side: side,
            commission: commissionAsset == quoteAsset ? commission : .zero, isMaker: isMaker,
            venueTime: time)
    }
}

/// A position, or the flat rest of one, as positionRisk lists it.
package struct PositionAnswer: Hashable, Sendable {
    package var symbol: String
    package var positionSide: VenueWord<PositionSide>
    /// `nil` when flat.
    package var direction: Direction?
    package var quantity: Quantity
    package var entryPrice: Price?
    package var breakEvenPrice: Price?
    package var markPrice: Price?
    package var unrealizedProfit: Money
    /// `nil` when the venue names none.
    package var liquidationPrice: Price?
    /// With the unrealized profit in it.
    package var isolatedMargin: Money
    /// Without the unrealized profit; `nil` where the venue does not say it (old version 2).
    package var isolatedWallet: Money?
    /// `nil` where the venue does not say it (v3): then `SymbolConfiguration` does.
    package var leverage: Int?
    /// `nil` where the venue does not say it (v3).
    package var marginType: VenueWord<MarginType>?
    package var updateTime: Timestamp
}

/// The balance of one asset.
package struct BalanceAnswer: Hashable, Sendable {
    package var asset: String
    package var balance: Money
    package var crossWalletBalance: Money
    package var crossUnrealizedProfit: Money
    package var availableBalance: Money
    package var maxWithdrawAmount: Money
}

/// The totals of the account; in single-asset mode they are USDT.
package struct AccountAnswer: Hashable, Sendable {
    /// The part of one asset.
    package struct Asset: Hashable, Sendable {
        package var asset: String
        package var walletBalance: Money
        package var unrealizedProfit: Money
        package var marginBalance: Money
        package var maintenanceMargin: Money
        package var initialMargin: Money
        package var availableBalance: Money
    }

    package var totalWalletBalance: Money
    package var totalUnrealizedProfit: Money
    package var totalMarginBalance: Money
    package var totalInitialMargin: Money
    package var totalMaintenanceMargin: Money
    package var availableBalance: Money
    package var assets: [Asset]
}

/// Leverage and margin type of one symbol.
package struct SymbolConfiguration: Hashable, Sendable {
    package var symbol: String
    package var marginType: VenueWord<MarginType>
    package var leverage: Int
    package var maxNotional: Money
}

/// What the account may do, and in which modes it is.
package struct AccountConfiguration: Hashable, Sendable {
    package var canTrade: Bool
    package var canDeposit: Bool
    package var canWithdraw: Bool
    /// Hedge mode: longs and shorts are held apart.
    package var isDualSide: Bool
    package var isMultiAssets: Bool
    package var feeTier: Int
}

/// The margin table of one symbol.
package struct BracketTable: Hashable, Sendable {
    package var symbol: String
    /// Multiplies floors and caps for this account; `nil` when the venue names none.
    package var notionalCoefficient: Money?
    /// Lowest notional first.
    package var tiers: [MarginTier]
}

/// The fees of one symbol.
package struct CommissionRates: Hashable, Sendable {
    package var symbol: String
    package var maker: Rate
    package var taker: Rate
}

/// The answer to setting the dead-man switch.
package struct CountdownAnswer: Hashable, Sendable {
    package var symbol: String
    /// Zero: switched off.
    package var countdown: Duration
}

/// The answer to setting the leverage.
package struct LeverageAnswer: Hashable, Sendable {
    package var symbol: String
    package var leverage: Int
    package var maxNotional: Money
}
