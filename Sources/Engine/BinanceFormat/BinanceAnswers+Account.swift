import Text
import Trading

/// Fills, positions, balances and settings.
extension BinanceAnswers {
    /// Our fills, oldest first.
    package static func userTrades(_ body: Span<UInt8>) throws(FrameError) -> [AccountTrade] {
        try list(body, trade)
    }

    private static func trade(_ cursor: inout JSONCursor) throws(FrameError) -> AccountTrade {
        let fields = try ObjectFields(&cursor)
        guard let price = try fields.required("price", &cursor, VenueValue.price) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return AccountTrade(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            venueOrderID: try fields.required("orderId", &cursor, VenueValue.venueOrderID),
            tradeID: try fields.required("id", &cursor, VenueValue.integer),
            side: try fields.required("side", &cursor, VenueValue.side),
            positionSide: try fields.word("positionSide", &cursor), price: price,
            quantity: try fields.required("qty", &cursor, VenueValue.quantity),
            notional: try fields.required("quoteQty", &cursor, VenueValue.money),
            realizedProfit: try fields.required("realizedPnl", &cursor, VenueValue.money),
            commission: try fields.required("commission", &cursor, VenueValue.money),
            commissionAsset: try fields.required("commissionAsset", &cursor, VenueValue.text),
            isMaker: try fields.required("maker", &cursor, VenueValue.bool),
            time: try fields.required("time", &cursor, VenueValue.time))
    }

    /// What positionRisk lists, versions 2 and 3; flat rows are among them.
    package static func positions(_ body: Span<UInt8>) throws(FrameError) -> [PositionAnswer] {
        try list(body, position)
    }

    private static func position(_ cursor: inout JSONCursor) throws(FrameError) -> PositionAnswer {
        let fields = try ObjectFields(&cursor)
        let held = try fields.required("positionAmt", &cursor, VenueValue.position)
        return PositionAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            positionSide: try fields.word("positionSide", &cursor), direction: held.direction,
            quantity: held.quantity,
            entryPrice: try fields.required("entryPrice", &cursor, VenueValue.reckonedPrice),
            breakEvenPrice: try fields.optional(
                "breakEvenPrice", &cursor, VenueValue.reckonedPrice) ?? nil,
            markPrice: try fields.required("markPrice", &cursor, VenueValue.reckonedPrice),
            unrealizedProfit: try fields.required("unRealizedProfit", &cursor, VenueValue.money),
            liquidationPrice: try fields.required(
                "liquidationPrice", &cursor, VenueValue.reckonedPrice),
            isolatedMargin: try fields.required("isolatedMargin", &cursor, VenueValue.money),
            isolatedWallet: try fields.optional("isolatedWallet", &cursor, VenueValue.money),
            leverage: try fields.optional("leverage", &cursor, VenueValue.smallInteger),
            marginType: try fields.optionalWord("marginType", &cursor),
            updateTime: try fields.required("updateTime", &cursor, VenueValue.time))
    }

    /// The balance of every asset.
    package static func balances(_ body: Span<UInt8>) throws(FrameError) -> [BalanceAnswer] {
        try list(body, balance)
    }

    private static func balance(_ cursor: inout JSONCursor) throws(FrameError) -> BalanceAnswer {
        let fields = try ObjectFields(&cursor)
        return BalanceAnswer(
            asset: try fields.required("asset", &cursor, VenueValue.text),
            balance: try fields.required("balance", &cursor, VenueValue.money),
            crossWalletBalance: try fields.required(
                "crossWalletBalance", &cursor, VenueValue.money),
            crossUnrealizedProfit: try fields.required("crossUnPnl", &cursor, VenueValue.money),
            availableBalance: try fields.required("availableBalance", &cursor, VenueValue.money),
            maxWithdrawAmount: try fields.required("maxWithdrawAmount", &cursor, VenueValue.money))
    }

    /// The totals of the account, versions 2 and 3; positions are read from positionRisk instead.
    package static func account(_ body: Span<UInt8>) throws(FrameError) -> AccountAnswer {
        try whole(body, accountObject)
    }

    private static func accountObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AccountAnswer {
        let fields = try ObjectFields(&cursor)
        return AccountAnswer(
            totalWalletBalance: try fields.required(
                "totalWalletBalance", &cursor, VenueValue.money),
            totalUnrealizedProfit: try fields.required(
                "totalUnrealizedProfit", &cursor, VenueValue.money),
            totalMarginBalance: try fields.required(
                "totalMarginBalance", &cursor, VenueValue.money),
            totalInitialMargin: try fields.required(
                "totalInitialMargin", &cursor, VenueValue.money),
            totalMaintenanceMargin: try fields.required(
                "totalMaintMargin", &cursor, VenueValue.money),
            availableBalance: try fields.required("availableBalance", &cursor, VenueValue.money),
            assets: try fields.required("assets", &cursor, assets))
    }

    private static func assets(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> [AccountAnswer.Asset] { try VenueValue.list(&cursor, asset) }

    private static func asset(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AccountAnswer.Asset {
        let fields = try ObjectFields(&cursor)
        return AccountAnswer.Asset(
            asset: try fields.required("asset", &cursor, VenueValue.text),
            walletBalance: try fields.required("walletBalance", &cursor, VenueValue.money),
            unrealizedProfit: try fields.required("unrealizedProfit", &cursor, VenueValue.money),
            marginBalance: try fields.required("marginBalance", &cursor, VenueValue.money),
            maintenanceMargin: try fields.required("maintMargin", &cursor, VenueValue.money),
            initialMargin: try fields.required("initialMargin", &cursor, VenueValue.money),
            availableBalance: try fields.required("availableBalance", &cursor, VenueValue.money))
    }

    /// Leverage and margin type of one symbol or of all.
    package static func symbolConfigurations(
        _ body: Span<UInt8>
    ) throws(FrameError) -> [SymbolConfiguration] { try oneOrMany(body, symbolConfiguration) }

    private static func symbolConfiguration(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> SymbolConfiguration {
        let fields = try ObjectFields(&cursor)
        return SymbolConfiguration(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            marginType: try fields.word("marginType", &cursor),
            leverage: try fields.required("leverage", &cursor, VenueValue.smallInteger),
            maxNotional: try fields.required("maxNotionalValue", &cursor, VenueValue.money))
    }

    /// What the account may do, and its modes.
    package static func accountConfiguration(
        _ body: Span<UInt8>
    ) throws(FrameError) -> AccountConfiguration { try whole(body, accountConfigurationObject) }

    private static func accountConfigurationObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> AccountConfiguration {
        let fields = try ObjectFields(&cursor)
        return AccountConfiguration(
            canTrade: try fields.required("canTrade", &cursor, VenueValue.bool),
            canDeposit: try fields.required("canDeposit", &cursor, VenueValue.bool),
            canWithdraw: try fields.required("canWithdraw", &cursor, VenueValue.bool),
            isDualSide: try fields.required("dualSidePosition", &cursor, VenueValue.bool),
            isMultiAssets: try fields.required("multiAssetsMargin", &cursor, VenueValue.bool),
            feeTier: try fields.required("feeTier", &cursor, VenueValue.smallInteger))
    }

    /// Whether the account is in hedge mode.
    package static func isDualSide(_ body: Span<UInt8>) throws(FrameError) -> Bool {
        try whole(body, dualSide)
    }

    private static func dualSide(_ cursor: inout JSONCursor) throws(FrameError) -> Bool {
        let fields = try ObjectFields(&cursor)
        return try fields.required("dualSidePosition", &cursor, VenueValue.bool)
    }

    /// The answer to setting the leverage.
    package static func leverage(_ body: Span<UInt8>) throws(FrameError) -> LeverageAnswer {
        try whole(body, leverageObject)
    }

    private static func leverageObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> LeverageAnswer {
        let fields = try ObjectFields(&cursor)
        return LeverageAnswer(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            leverage: try fields.required("leverage", &cursor, VenueValue.smallInteger),
            maxNotional: try fields.required("maxNotionalValue", &cursor, VenueValue.money))
    }

    /// One table, or all of them: the venue answers with an object or an array.
    package static func brackets(_ body: Span<UInt8>) throws(FrameError) -> [BracketTable] {
        try oneOrMany(body, bracketTable)
    }

    private static func bracketTable(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> BracketTable {
        let fields = try ObjectFields(&cursor)
        var tiers = try fields.required("brackets", &cursor, tiers)
        tiers.sort { $0.floor < $1.floor }
        for index in tiers.indices.dropFirst() where tiers[index].floor != tiers[index - 1].cap {
            // A gap would leave notionals without a margin rate.
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return BracketTable(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            notionalCoefficient: try fields.optional("notionalCoef", &cursor, VenueValue.money),
            tiers: tiers)
    }

    private static func tiers(_ cursor: inout JSONCursor) throws(FrameError) -> [MarginTier] {
        try VenueValue.list(&cursor, tier)
    }

    private static func tier(_ cursor: inout JSONCursor) throws(FrameError) -> MarginTier {
        let fields = try ObjectFields(&cursor)
        let tier = MarginTier(
            floor: try fields.required("notionalFloor", &cursor, VenueValue.money),
            cap: try fields.required("notionalCap", &cursor, VenueValue.money),
            maxLeverage: try fields.required("initialLeverage", &cursor, VenueValue.smallInteger),
            maintenanceRate: try fields.required("maintMarginRatio", &cursor, VenueValue.rate),
            deduction: try fields.required("cum", &cursor, VenueValue.money))
        guard tier.floor.units >= 0, tier.floor < tier.cap, tier.maxLeverage >= 1,
            tier.maintenanceRate.units >= 0, tier.maintenanceRate.units < FixedPoint.unitsPerOne
        else { throw FrameError(.outOfRange, at: cursor.position) }
        return tier
    }

    /// The fees of one symbol.
    package static func commissionRates(
        _ body: Span<UInt8>
    ) throws(FrameError) -> CommissionRates { try whole(body, commissionObject) }

    private static func commissionObject(
        _ cursor: inout JSONCursor
    ) throws(FrameError) -> CommissionRates {
        let fields = try ObjectFields(&cursor)
        return CommissionRates(
            symbol: try fields.required("symbol", &cursor, VenueValue.text),
            maker: try fields.required("makerCommissionRate", &cursor, VenueValue.rate),
            taker: try fields.required("takerCommissionRate", &cursor, VenueValue.rate))
    }

    /// The key of the user stream.
    package static func listenKey(_ body: Span<UInt8>) throws(FrameError) -> String {
        try whole(body, listenKeyObject)
    }

    private static func listenKeyObject(_ cursor: inout JSONCursor) throws(FrameError) -> String {
        let fields = try ObjectFields(&cursor)
        let key = try fields.required("listenKey", &cursor, VenueValue.text)
        // It becomes part of an address: only letters and digits, and some of them.
        let isPlain = key.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        }
        guard isPlain, (1...256).contains(key.utf8.count) else {
            throw FrameError(.outOfRange, at: cursor.position)
        }
        return key
    }
}
