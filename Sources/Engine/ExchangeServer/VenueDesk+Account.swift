import Matching
import Population
import Text
import Trading

extension VenueDesk {
    // MARK: Orders

    func writeOrder(_ order: OrderRecord, isQuery: Bool, _ writer: inout JSONWriter) {
        let board = board(order.instrument)
        writer.beginObject()
        writer.field("orderId", order.orderID)
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("status", order.status.rawValue)
        writer.field("clientOrderId", order.clientOrderID)
        writer.field("price", order.price.map { board.text($0) } ?? "0")
        if isQuery {
            // Gone from the answers to placing and canceling since 2026-07.
            writer.field("avgPrice", order.averagePrice)
            writer.field("cumQuote", order.cost.text(fractionDigits: 8))
            writer.field("time", order.time.milliseconds)
        } else {
            writer.field("cumQty", order.executed)
        }
        writer.field("origQty", order.quantity)
        writer.field("executedQty", order.executed)
        writer.field("timeInForce", order.timeInForce)
        writer.field("type", order.type)
        writer.field("reduceOnly", order.isReduceOnly)
        writer.field("closePosition", order.closesPosition)
        writer.field("side", order.side.venueName)
        writer.field("positionSide", "BOTH")
        writer.field("stopPrice", order.triggerPrice.map { board.text($0) } ?? "0")
        writer.field("workingType", order.workingType)
        writer.field("priceProtect", false)
        writer.field("origType", order.originalType)
        writer.field("priceMatch", "NONE")
        writer.field("selfTradePreventionMode", "EXPIRE_MAKER")
        writer.field("goodTillDate", 0)
        writer.field("updateTime", order.updateTime.milliseconds)
        writer.endObject()
    }

    func writeAlgo(_ algo: AlgoRecord, isQuery: Bool, _ writer: inout JSONWriter) {
        let board = board(algo.instrument)
        writer.beginObject()
        writer.field("algoId", algo.algoID)
        writer.field("clientAlgoId", algo.clientAlgoID)
        writer.field("algoType", "CONDITIONAL")
        writer.field("orderType", algo.type)
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("side", algo.side.venueName)
        writer.field("positionSide", "BOTH")
        writer.field("timeInForce", algo.timeInForce)
        writer.field("quantity", algo.quantity)
        writer.field("algoStatus", algo.status.rawValue)
        if isQuery {
            let child = algo.childID.flatMap { orderIndex($0) }.map { orders[$0] }
            writer.field("actualOrderId", algo.childID.map { String($0) } ?? "")
            writer.field("actualPrice", child?.averagePrice ?? "0")
            writer.field("actualType", child?.type ?? "")
            writer.field("actualQty", child?.executed ?? .zero)
        }
        writer.field("triggerPrice", board.text(algo.triggerPrice))
        writer.field("price", "0")
        writer.key("icebergQuantity")
        writer.null()
        writer.field("selfTradePreventionMode", "EXPIRE_MAKER")
        writer.field("workingType", algo.workingType)
        writer.field("priceMatch", "NONE")
        writer.field("closePosition", algo.closesPosition)
        writer.field("priceProtect", algo.isPriceProtected)
        writer.field("reduceOnly", algo.isReduceOnly)
        writer.field("createTime", algo.time.milliseconds)
        writer.field("updateTime", algo.updateTime.milliseconds)
        writer.field("triggerTime", algo.triggerTime?.milliseconds ?? 0)
        writer.field("goodTillDate", 0)
        writer.endObject()
    }

    func writeAllOrders(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let ids = try boardsAsked(p).map(\.instrument.id)
        let limit = try p.limit(default: 500, max: 1000)
        let times = try p.times()
        let from = try p.integer("orderId")
        let found = orders.filter {
            ids.contains($0.instrument) && times.contains($0.time.milliseconds)
                && $0.orderID >= (from ?? 0)
        }
        writer.beginArray()
        for order in from != nil ? found.prefix(limit) : found.suffix(limit) {
            writeOrder(order, isQuery: true, &writer)
        }
        writer.endArray()
    }

    func writeAllAlgos(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let id = try board(p).instrument.id
        let limit = try p.limit(default: 500, max: 1000)
        let times = try p.times()
        let from = try p.integer("algoId")
        let found = algos.filter {
            $0.instrument == id && times.contains($0.time.milliseconds) && $0.algoID >= (from ?? 0)
        }
        writer.beginArray()
        for algo in from != nil ? found.prefix(limit) : found.suffix(limit) {
            writeAlgo(algo, isQuery: true, &writer)
        }
        writer.endArray()
    }

    mutating func writeCountdown(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let board = try board(p)
        guard let milliseconds = try p.integer("countdownTime"), milliseconds >= 0 else {
            throw .missing("countdownTime")
        }
        countdowns[Int(board.instrument.id.index)] =
            milliseconds == 0
            ? nil : now + .milliseconds(min(milliseconds, 7 * 24 * 3_600_000))
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("countdownTime", String(milliseconds))
        writer.endObject()
    }

    func writeUserTrades(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let id = try board(p).instrument.id
        let limit = try p.limit(default: 500, max: 1000)
        let times = try p.times()
        let from = try p.integer("fromId")
        let orderID = try p.integer("orderId")
        let found = trades.elements.filter {
            $0.instrument == id && times.contains($0.fill.venueTime.milliseconds)
                && $0.fill.tradeID >= (from ?? 0) && $0.orderID == (orderID ?? $0.orderID)
        }
        let board = board(id)
        writer.beginArray()
        for trade in from != nil || p.text("startTime") != nil
            ? found.prefix(limit) : found.suffix(limit)
        {
            writer.beginObject()
            writer.field("id", trade.fill.tradeID)
            writer.field("orderId", trade.orderID)
            writer.field("symbol", board.instrument.symbol.description)
            writer.field("side", trade.fill.side.venueName)
            writer.field("positionSide", "BOTH")
            writer.field("price", board.text(trade.fill.price))
            writer.field("qty", trade.fill.quantity)
            writer.field(
                "quoteQty",
                Money(trade.fill.quantity, at: trade.fill.price).text(fractionDigits: 8))
            writer.field("realizedPnl", trade.realized.text(fractionDigits: 8))
            writer.field("commission", trade.commission.amount)
            writer.field("commissionAsset", trade.commission.asset)
            writer.field("maker", trade.fill.isMaker)
            writer.field("buyer", trade.fill.side == .buy)
            writer.field("time", trade.fill.venueTime.milliseconds)
            writer.endObject()
        }
        writer.endArray()
    }

    func writeIncome(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let ids = p.text("symbol") == nil ? nil : try boardsAsked(p).map(\.instrument.id)
        let limit = try p.limit(default: 100, max: 1000)
        let times = try p.times()
        let type = p.text("incomeType")
        let found = income.elements.filter {
            (ids == nil || $0.instrument.map { ids?.contains($0) ?? false } ?? false)
                && times.contains($0.time.milliseconds) && $0.type == (type ?? $0.type)
        }
        writer.beginArray()
        for item in p.text("startTime") != nil ? found.prefix(limit) : found.suffix(limit) {
            writer.beginObject()
            writer.field(
                "symbol", item.instrument.map { instrument($0).symbol.description } ?? "")
            writer.field("incomeType", item.type)
            writer.field("income", item.amount.text(fractionDigits: 8))
            writer.field("asset", item.asset)
            writer.field("info", item.type)
            writer.field("time", item.time.milliseconds)
            writer.field("tranId", item.id)
            writer.field("tradeId", item.tradeID.map { String($0) } ?? "")
            writer.endObject()
        }
        writer.endArray()
    }

    // MARK: Account

    /// What one instrument holds of the account's money.
    private struct Holding {
        var position: MarginPosition?
        var mark: Price
        var notional = Money.zero
        var unrealized = Money.zero
        var initial = Money.zero
        var maintenance = Money.zero
        var wallet = Money.zero
        /// Initial margin of resting orders that are not reduce-only, and the same with their fees.
        var orderInitial = Money.zero
        var reserved = Money.zero
        var bidNotional = Money.zero
        var askNotional = Money.zero
        var hasOrders = false
        var time: Timestamp
    }

    private func holding(_ board: MarketBoard) -> Holding {
        let id = board.instrument.id
        let mark = market.exchange.markPrice(id)
        var holding = Holding(
            position: account.position(id), mark: mark, time: positionTimes[Int(id.index)])
        if let position = holding.position {
            holding.notional = Money(position.quantity, at: mark)
            holding.unrealized = position.unrealizedPnL(at: mark)
            holding.initial = account.initialMargin(of: holding.notional, instrument: id)
            holding.maintenance = VenueMargin.maintenance(
                notional: holding.notional, tiers: board.instrument.tiers)
            holding.wallet = position.isolatedMargin
        }
        for order in orders where order.status.isOpen && order.instrument == id {
            guard let price = order.price else { continue }
            holding.hasOrders = true
            let value = Money(order.quantity - order.executed, at: price)
            if order.side == .buy {
                holding.bidNotional += value
            } else {
                holding.askNotional += value
            }
            guard !order.isReduceOnly else { continue }
            let margin = account.initialMargin(of: value, instrument: id)
            holding.orderInitial += margin
            holding.reserved += margin + value.commission(at: board.instrument.takerFee)
        }
        return holding
    }

    /// The account's sums, in the order in which the venue prints them.
    private struct Totals {
        var unrealized = Money.zero
        var initial = Money.zero
        var maintenance = Money.zero
        var orderInitial = Money.zero
        var reserved = Money.zero
    }

    private func totals() -> Totals {
        var totals = Totals()
        for board in boards {
            let holding = holding(board)
            totals.unrealized += holding.unrealized
            totals.initial += holding.initial
            totals.maintenance += holding.maintenance
            totals.orderInitial += holding.orderInitial
            totals.reserved += holding.reserved
        }
        return totals
    }

    private func field(_ name: String, _ value: Money, _ writer: inout JSONWriter) {
        writer.field(name, value.text(fractionDigits: 8))
    }

    func writeAccount(isOld: Bool, _ writer: inout JSONWriter) {
        let totals = totals()
        let available = max(.zero, account.availableBalance - totals.reserved)
        let updated = positionTimes.max() ?? now
        writer.beginObject()
        if isOld {
            writer.field("feeTier", 0)
            writer.field("canTrade", shownSettings.canTrade)
            writer.field("canDeposit", true)
            writer.field("canWithdraw", false)
            writer.field("updateTime", 0)
            writer.field("multiAssetsMargin", shownSettings.isMultiAssets)
            writer.field("tradeGroupId", -1)
        }
        field("totalInitialMargin", totals.initial + totals.orderInitial, &writer)
        field("totalMaintMargin", totals.maintenance, &writer)
        field("totalWalletBalance", account.walletBalance, &writer)
        field("totalUnrealizedProfit", totals.unrealized, &writer)
        field("totalMarginBalance", account.walletBalance + totals.unrealized, &writer)
        field("totalPositionInitialMargin", totals.initial, &writer)
        field("totalOpenOrderInitialMargin", totals.orderInitial, &writer)
        field("totalCrossWalletBalance", account.availableBalance, &writer)
        field("totalCrossUnPnl", .zero, &writer)
        field("availableBalance", available, &writer)
        field("maxWithdrawAmount", available, &writer)
        writer.key("assets")
        writer.beginArray()
        writer.beginObject()
        writer.field("asset", "USDT")
        field("walletBalance", account.walletBalance, &writer)
        field("unrealizedProfit", totals.unrealized, &writer)
        field("marginBalance", account.walletBalance + totals.unrealized, &writer)
        field("maintMargin", totals.maintenance, &writer)
        field("initialMargin", totals.initial + totals.orderInitial, &writer)
        field("positionInitialMargin", totals.initial, &writer)
        field("openOrderInitialMargin", totals.orderInitial, &writer)
        field("crossWalletBalance", account.availableBalance, &writer)
        field("crossUnPnl", .zero, &writer)
        field("availableBalance", available, &writer)
        field("maxWithdrawAmount", available, &writer)
        if isOld { writer.field("marginAvailable", true) }
        writer.field("updateTime", updated.milliseconds)
        writer.endObject()
        if let feeWallet { writeAsset(feeWallet, updated, &writer) }
        writer.endArray()
        writer.key("positions")
        writer.beginArray()
        for board in boards { writeAccountPosition(board, isOld: isOld, &writer) }
        writer.endArray()
        writer.endObject()
    }

    /// Another asset, which is no margin.
    private func writeAsset(_ wallet: FeeWallet, _ updated: Timestamp, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("asset", wallet.asset)
        for name in ["walletBalance", "marginBalance", "crossWalletBalance", "availableBalance"] {
            field(name, wallet.balance, &writer)
        }
        for name in [
            "unrealizedProfit", "maintMargin", "initialMargin", "positionInitialMargin",
            "openOrderInitialMargin", "crossUnPnl",
        ] { field(name, .zero, &writer) }
        field("maxWithdrawAmount", wallet.balance, &writer)
        writer.field("updateTime", updated.milliseconds)
        writer.endObject()
    }

    private func writeAccountPosition(
        _ board: MarketBoard, isOld: Bool, _ writer: inout JSONWriter
    ) {
        let holding = holding(board)
        // The new account lists what is held or ordered, the old one everything.
        guard isOld || holding.position != nil || holding.hasOrders else { return }
        let id = board.instrument.id
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("positionSide", "BOTH")
        writer.field("positionAmt", Self.signedQuantity(holding.position))
        field("unrealizedProfit", holding.unrealized, &writer)
        field("isolatedMargin", holding.wallet + holding.unrealized, &writer)
        field("notional", signed(holding), &writer)
        field("isolatedWallet", holding.wallet, &writer)
        field("initialMargin", holding.initial + holding.orderInitial, &writer)
        field("maintMargin", holding.maintenance, &writer)
        if isOld {
            field("positionInitialMargin", holding.initial, &writer)
            field("openOrderInitialMargin", holding.orderInitial, &writer)
            writer.field("leverage", String(account.leverage(of: id)))
            writer.field("isolated", true)
            writer.field("entryPrice", holding.position?.entryPrice.description ?? "0")
            writer.field("breakEvenPrice", breakEvenPrice(id))
            field("maxNotional", maxNotional(board), &writer)
            field("bidNotional", holding.bidNotional, &writer)
            field("askNotional", holding.askNotional, &writer)
        }
        writer.field("updateTime", holding.time.milliseconds)
        writer.endObject()
    }

    private func signed(_ holding: Holding) -> Money {
        holding.position?.direction == .short ? -holding.notional : holding.notional
    }

    /// The largest notional that the chosen leverage allows.
    private func maxNotional(_ board: MarketBoard) -> Money {
        let leverage = account.leverage(of: board.instrument.id)
        var found = Money.zero
        for tier in board.instrument.tiers where tier.maxLeverage >= leverage { found = tier.cap }
        return found
    }

    func writeBalance(_ writer: inout JSONWriter) {
        let totals = totals()
        let available = max(.zero, account.availableBalance - totals.reserved)
        writer.beginArray()
        writer.beginObject()
        writer.field("accountAlias", "narwhal")
        writer.field("asset", "USDT")
        field("balance", account.walletBalance, &writer)
        field("crossWalletBalance", account.availableBalance, &writer)
        field("crossUnPnl", .zero, &writer)
        field("availableBalance", available, &writer)
        field("maxWithdrawAmount", available, &writer)
        writer.field("marginAvailable", true)
        writer.field("updateTime", (positionTimes.max() ?? now).milliseconds)
        writer.endObject()
        if let feeWallet {
            writer.beginObject()
            writer.field("accountAlias", "narwhal")
            writer.field("asset", feeWallet.asset)
            field("balance", feeWallet.balance, &writer)
            field("crossWalletBalance", feeWallet.balance, &writer)
            field("crossUnPnl", .zero, &writer)
            field("availableBalance", feeWallet.balance, &writer)
            field("maxWithdrawAmount", feeWallet.balance, &writer)
            writer.field("marginAvailable", false)
            writer.field("updateTime", (positionTimes.max() ?? now).milliseconds)
            writer.endObject()
        }
        writer.endArray()
    }

    func writeRisk(_ asked: [MarketBoard], isOld: Bool, _ writer: inout JSONWriter) {
        writer.beginArray()
        for board in asked {
            let holding = holding(board)
            guard isOld || holding.position != nil || holding.hasOrders else { continue }
            let id = board.instrument.id
            writer.beginObject()
            writer.field("symbol", board.instrument.symbol.description)
            writer.field("positionSide", "BOTH")
            writer.field("positionAmt", Self.signedQuantity(holding.position))
            writer.field("entryPrice", holding.position?.entryPrice.description ?? "0")
            writer.field("breakEvenPrice", breakEvenPrice(id))
            writer.field("markPrice", holding.mark)
            field("unRealizedProfit", holding.unrealized, &writer)
            writer.field("liquidationPrice", holding.position?.liquidationPrice?.description ?? "0")
            field("isolatedMargin", holding.wallet + holding.unrealized, &writer)
            field("notional", signed(holding), &writer)
            writer.field("marginAsset", "USDT")
            field("isolatedWallet", holding.wallet, &writer)
            field("initialMargin", holding.initial + holding.orderInitial, &writer)
            field("maintMargin", holding.maintenance, &writer)
            field("positionInitialMargin", holding.initial, &writer)
            field("openOrderInitialMargin", holding.orderInitial, &writer)
            if isOld {
                writer.field("leverage", String(account.leverage(of: id)))
                writer.field("marginType", "isolated")
                writer.field("isAutoAddMargin", "false")
                field("maxNotionalValue", maxNotional(board), &writer)
            }
            writer.field("adl", 0)
            field("bidNotional", holding.bidNotional, &writer)
            field("askNotional", holding.askNotional, &writer)
            writer.field("updateTime", holding.time.milliseconds)
            writer.endObject()
        }
        writer.endArray()
    }

    // MARK: Settings

    mutating func writeLeverage(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let board = try board(p)
        let id = board.instrument.id
        let most = board.instrument.tiers.first?.maxLeverage ?? 1
        guard let value = try p.integer("leverage") else { throw .missing("leverage") }
        guard (1...Int64(most)).contains(value) else {
            throw APIError(-4028, "Leverage \(value) is not valid")
        }
        let leverage = Int(value)
        if let position = account.position(id) {
            guard leverage >= account.leverage(of: id) else {
                throw APIError(
                    -4161,
                    "Leverage reduction is not supported in Isolated Margin Mode with open positions."
                )
            }
            let tier = VenueMargin.tier(notional: position.cost, tiers: board.instrument.tiers)
            guard leverage <= tier?.maxLeverage ?? 1 else {
                throw APIError(
                    -2027, "Exceeded the maximum allowable position at current leverage.")
            }
        }
        let isChanged = leverage != account.leverage(of: id)
        market.setLeverage(leverage, of: id)
        account.setLeverage(leverage, of: id)
        if isChanged { publishLeverage(id) }
        writer.beginObject()
        writer.field("leverage", leverage)
        field("maxNotionalValue", maxNotional(boards[Int(id.index)]), &writer)
        writer.field("symbol", board.instrument.symbol.description)
        writer.endObject()
    }

    mutating func movePositionMargin(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        let id = try board(p).instrument.id
        let text = try p.required("amount")
        let amount: Money
        do throws(DecimalError) { amount = try Money.parse(text) } catch {
            throw .invalid("amount")
        }
        guard amount > .zero else { throw .invalid("amount") }
        guard account.position(id) != nil else {
            throw APIError(-4054, "Cannot add position margin: position is 0.")
        }
        // Taking margin out (2) is absent here.
        guard try p.integer("type") == 1 else { throw .invalid("type") }
        let before = account.position(id)?.isolatedMargin
        market.moveMargin(amount, instrument: id, at: now)
        settle()
        guard account.position(id)?.isolatedMargin != before else {
            throw APIError(-4050, "Cross balance insufficient.")
        }
        writer.beginObject()
        writer.field("amount", amount)
        writer.field("code", 200)
        writer.field("msg", "Successfully modify position margin.")
        writer.field("type", 1)
        writer.endObject()
    }

    /// Every position here is isolated.
    func refuseMarginType(_ p: Parameters) throws(APIError) {
        _ = try board(p)
        switch try p.required("marginType") {
        case "ISOLATED": throw APIError(-4046, "No need to change margin type.")
        default: throw .invalid("marginType")
        }
    }

    /// The account is in one-way mode.
    func refuseDual(_ p: Parameters) throws(APIError) {
        _ = try p.required("dualSidePosition")
        if try p.bool("dualSidePosition") { throw .invalid("dualSidePosition") }
        throw APIError(-4059, "No need to change position side.")
    }

    func writeBrackets(_ p: Parameters, _ writer: inout JSONWriter) throws(APIError) {
        writer.beginArray()
        for board in try boardsAsked(p) {
            writer.beginObject()
            writer.field("symbol", board.instrument.symbol.description)
            writer.key("brackets")
            writer.beginArray()
            for (place, tier) in board.instrument.tiers.enumerated() {
                writer.beginObject()
                writer.field("bracket", place + 1)
                writer.field("initialLeverage", tier.maxLeverage)
                number("notionalCap", tier.cap.description, &writer)
                number("notionalFloor", tier.floor.description, &writer)
                number("maintMarginRatio", tier.maintenanceRate.description, &writer)
                number("cum", tier.deduction.description, &writer)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    /// The brackets are numbers on the venue, not strings.
    private func number(_ name: String, _ text: String, _ writer: inout JSONWriter) {
        guard let value = Double(text) else { return writer.field(name, text) }
        if value == value.rounded(), value.magnitude < 9e15 {
            writer.field(name, Int64(value))
        } else {
            writer.field(name, value)
        }
    }

    func writeCommission(_ board: MarketBoard, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("symbol", board.instrument.symbol.description)
        writer.field("makerCommissionRate", board.instrument.makerFee.description)
        writer.field("takerCommissionRate", board.instrument.takerFee.description)
        writer.endObject()
    }

    func writeAccountConfig(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("feeTier", 0)
        writer.field("canTrade", shownSettings.canTrade)
        writer.field("canDeposit", true)
        writer.field("canWithdraw", false)
        writer.field("dualSidePosition", shownSettings.isHedgeMode)
        writer.field("updateTime", 0)
        writer.field("multiAssetsMargin", shownSettings.isMultiAssets)
        writer.field("tradeGroupId", -1)
        writer.endObject()
    }

    func writeSymbolConfig(_ asked: [MarketBoard], _ writer: inout JSONWriter) {
        writer.beginArray()
        for board in asked {
            writer.beginObject()
            writer.field("symbol", board.instrument.symbol.description)
            writer.field("marginType", shownSettings.isCross ? "CROSSED" : "ISOLATED")
            writer.field("isAutoAddMargin", false)
            writer.field("leverage", account.leverage(of: board.instrument.id))
            field("maxNotionalValue", maxNotional(board), &writer)
            writer.endObject()
        }
        writer.endArray()
    }
}
