package import Trading

/// Everything that the checks before a risk-raising order look at, as it is known at that moment.
package struct PreTradeInput: Hashable, Sendable {
    /// The entry; not reduce-only.
    package var request: OrderRequest
    /// The gate's epoch at the decision; the performer withholds the order in any other.
    package var epoch: GateEpoch
    package var time: Timestamp
    package var markPrice: Price?
    package var bestBid: Price?
    package var bestAsk: Price?
    /// Wallet + unrealised PnL at mark.
    package var equity: Money
    /// What may still be used as margin.
    package var availableBalance: Money
    /// Leverage that the position will have.
    package var leverage: Int
    /// The trigger of the protective stop that the entry will get.
    package var stopPrice: Price
    /// Quantity that is open on the entry's side already; every order of unknown outcome counts as filled.
    package var heldQuantity: Quantity
    /// Exact cost of `heldQuantity`.
    package var heldCost: Money
    /// Isolated margin of `heldQuantity`.
    package var heldMargin: Money
    /// Notional at mark of everything else that is open or may be filled, in all instruments.
    package var otherExposure: Money
    /// Entries made in this UTC day.
    package var tradesToday: Int

    package init(
        request: OrderRequest, epoch: GateEpoch, time: Timestamp, markPrice: Price?,
        bestBid: Price?,
        bestAsk: Price?, equity: Money, availableBalance: Money, leverage: Int, stopPrice: Price,
        heldQuantity: Quantity = .zero, heldCost: Money = .zero, heldMargin: Money = .zero,
        otherExposure: Money = .zero, tradesToday: Int
    ) {
        self.request = request
        self.epoch = epoch
        self.time = time
        self.markPrice = markPrice
        self.bestBid = bestBid
        self.bestAsk = bestAsk
        self.equity = equity
        self.availableBalance = availableBalance
        self.leverage = leverage
        self.stopPrice = stopPrice
        self.heldQuantity = heldQuantity
        self.heldCost = heldCost
        self.heldMargin = heldMargin
        self.otherExposure = otherExposure
        self.tradesToday = tradesToday
    }
}

/// What the checks said: the permission or the first denial, and every check that was made, in order.
package struct PreTradeResult: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case approved(ApprovedOrder)
        case denied(Denial)
    }

    package var outcome: Outcome
    package var checks: [RiskCheck]
}

/// The checks before an order that raises risk; the only way to an `ApprovedOrder` for an entry.
package enum PreTrade {
    /// Makes all checks, in the order of `RiskCheckID`, and keeps them all; the first that fails is the denial.
    ///
    /// Every value is taken from its worse side: the order fills whole at the worse of its limit, the mark and the
    /// touch, and all that is unknown has filled.
    package static func check(
        _ input: PreTradeInput, of instrument: Instrument, limits: RiskLimits, history: OrderHistory
    ) -> PreTradeResult {
        var record = CheckRecord()
        guard let mark = input.markPrice, let bid = input.bestBid, let ask = input.bestAsk else {
            return record.denied(.marketUnknown, .marketKnown, .count(0), .count(1))
        }
        guard input.equity > .zero else {
            return record.denied(.noEquity, .marketKnown, .money(input.equity), .money(.zero))
        }
        record.check(.marketKnown, .count(1), .count(1), passed: true, .marketUnknown)

        let request = input.request
        let filters = instrument.filters
        let touch = request.side == .buy ? ask : bid
        let isMarket: Bool
        let fillPrice: Price
        switch request.kind {
        case .limit(let price, _):
            isMarket = false
            fillPrice = price
        case .market, .stopMarket, .takeProfitMarket:
            isMarket = true
            fillPrice = touch
        }
        let lot =
            isMarket ? filters.onMarketGrid(request.quantity) : filters.onGrid(request.quantity)
        let isOnGrid =
            lot == request.quantity && !lot.isZero && !request.isReduceOnly
            && (request.kind.price.map { filters.onGrid($0, .nearest) == $0 } ?? true)
        record.check(
            .precision, .quantity(request.quantity), .quantity(lot), passed: isOnGrid, .offGrid)

        // The notional from the dearer of the three prices, so that no cap is understated.
        let worst = max(max(fillPrice, mark), touch)
        let notional = Money(request.quantity, at: worst)
        let least = max(limits.minOrderNotional, filters.minNotional)
        let smallest = Money(request.quantity, at: min(fillPrice, mark))
        record.check(
            .minNotional, .money(smallest), .money(least), passed: smallest >= least,
            .notionalTooSmall(smallest, minimum: least))
        record.check(
            .maxNotional, .money(notional), .money(limits.maxOrderNotional),
            passed: notional <= limits.maxOrderNotional,
            .notionalTooLarge(notional, maximum: limits.maxOrderNotional))

        checkPrices(
            input, fillPrice: fillPrice, isMarket: isMarket, mark: mark, bid: bid, ask: ask,
            limits: limits, into: &record)

        let held = Money(input.heldQuantity, at: mark)
        let position = held + notional
        let positionLimit = input.equity.part(limits.maxPositionFraction)
        record.check(
            .positionNotional, .money(position), .money(positionLimit),
            passed: position <= positionLimit,
            .positionTooLarge(position, maximum: positionLimit))
        let exposure = position + input.otherExposure
        let exposureLimit = input.equity.part(limits.maxExposureFraction)
        record.check(
            .exposure, .money(exposure), .money(exposureLimit), passed: exposure <= exposureLimit,
            .exposureTooLarge(exposure, maximum: exposureLimit))

        checkLoss(input, fillPrice: fillPrice, instrument, limits: limits, into: &record)

        let leverageLimit = min(limits.maxLeverage, RiskLimits.leverageCeiling)
        record.check(
            .leverage, .count(input.leverage), .count(leverageLimit),
            passed: (1...leverageLimit).contains(input.leverage),
            .leverageTooHigh(input.leverage, maximum: leverageLimit))

        let margin = Money(units: notional.units / Int128(max(1, input.leverage)) + 1)
        let needed = margin + notional.commission(at: instrument.takerFee)
        record.check(
            .freeBalance, .money(needed), .money(input.availableBalance),
            passed: needed <= input.availableBalance,
            .balanceTooSmall(available: input.availableBalance, needed: needed))

        checkRates(input, limits: limits, history: history, into: &record)
        checkLiquidation(
            input, fillPrice: fillPrice, mark: mark, instrument, limits: limits, into: &record)

        if let denial = record.denial {
            return PreTradeResult(outcome: .denied(denial), checks: record.checks)
        }
        let order = ApprovedOrder(
            request: request, purpose: .entry, durability: .afterCommit(input.epoch))
        return PreTradeResult(outcome: .approved(order), checks: record.checks)
    }

    private static func checkPrices(
        _ input: PreTradeInput, fillPrice: Price, isMarket: Bool, mark: Price, bid: Price,
        ask: Price,
        limits: RiskLimits, into record: inout CheckRecord
    ) {
        let away = Rate(units: Int64(clamping: fillPrice.distance(from: mark).units.magnitude))
        record.check(
            .priceCollar, .fraction(away), .fraction(limits.priceCollar),
            passed: away <= limits.priceCollar,
            .priceOutsideCollar(distance: away, maximum: limits.priceCollar))
        guard isMarket else { return }
        let spread = ask.distance(from: bid)
        record.check(
            .marketSpread, .fraction(spread), .fraction(limits.maxMarketOrderSpread),
            passed: spread <= limits.maxMarketOrderSpread,
            .spreadTooWide(spread, maximum: limits.maxMarketOrderSpread))
    }

    /// The loss when everything held and ordered is closed at the stop, with the fees of getting in and out.
    private static func checkLoss(
        _ input: PreTradeInput, fillPrice: Price, _ instrument: Instrument, limits: RiskLimits,
        into record: inout CheckRecord
    ) {
        let request = input.request
        let quantity = input.heldQuantity + request.quantity
        let entry = Money(request.quantity, at: fillPrice)
        let cost = input.heldCost + entry
        let atStop = Money(quantity, at: input.stopPrice)
        let fall = request.side == .buy ? cost - atStop : atStop - cost
        let fees =
            entry.commission(at: instrument.takerFee) + atStop.commission(at: instrument.takerFee)
        let loss = fall + fees
        let limit = input.equity.part(limits.maxLossAtStop)
        let isProtecting =
            request.side == .buy ? input.stopPrice < fillPrice : input.stopPrice > fillPrice
        record.check(
            .lossAtStop, .money(loss), .money(limit), passed: isProtecting && loss <= limit,
            isProtecting ? .lossAtStopTooLarge(loss, maximum: limit) : .stopOnWrongSide)
    }

    private static func checkRates(
        _ input: PreTradeInput, limits: RiskLimits, history: OrderHistory,
        into record: inout CheckRecord
    ) {
        // The order itself counts: the limits say how many there may be.
        let trades = input.tradesToday + 1
        record.check(
            .tradesPerDay, .count(trades), .count(limits.maxTradesPerDay),
            passed: trades <= limits.maxTradesPerDay,
            .tooManyTrades(trades, maximum: limits.maxTradesPerDay))
        let inWindow = history.count(within: limits.orderWindow, at: input.time) + 1
        record.check(
            .orderRate, .count(inWindow), .count(limits.maxOrdersInWindow),
            passed: inWindow <= limits.maxOrdersInWindow,
            .tooManyOrdersInWindow(inWindow, maximum: limits.maxOrdersInWindow))
        let today = history.countToday(at: input.time) + 1
        record.check(
            .ordersPerDay, .count(today), .count(limits.maxOrdersPerDay),
            passed: today <= limits.maxOrdersPerDay,
            .tooManyOrdersToday(today, maximum: limits.maxOrdersPerDay))
        if let age = history.ageOfTwin(of: input.request, at: input.time) {
            record.check(
                .duplicate, .time(age), .time(limits.duplicateWindow),
                passed: age >= limits.duplicateWindow,
                .duplicate(age: age, window: limits.duplicateWindow))
        }
    }

    /// The liquidation price after the fill, with the entry fee taken out of the margin.
    private static func checkLiquidation(
        _ input: PreTradeInput, fillPrice: Price, mark: Price, _ instrument: Instrument,
        limits: RiskLimits, into record: inout CheckRecord
    ) {
        let direction: Direction = input.request.side == .buy ? .long : .short
        let entry = Money(input.request.quantity, at: fillPrice)
        let wallet =
            input.heldMargin + Money(units: entry.units / Int128(max(1, input.leverage)))
            - entry.commission(at: instrument.takerFee)
        let liquidation = Liquidation.price(
            direction: direction, quantity: input.heldQuantity + input.request.quantity,
            cost: input.heldCost + entry, wallet: wallet, tiers: instrument.tiers)
        // Without a liquidation price above zero the position cannot be liquidated: the whole way is free.
        let distance = liquidation.map {
            Liquidation.distance(direction: direction, mark: mark, liquidation: $0)
        }
        record.check(
            .liquidationDistance, .fraction(distance ?? .one),
            .fraction(limits.minLiquidationDistance),
            passed: (distance ?? .one) >= limits.minLiquidationDistance,
            .liquidationTooClose(
                distance: distance ?? .one, minimum: limits.minLiquidationDistance))
    }
}

/// The checks made so far, and the first denial among them.
private struct CheckRecord {
    var checks: [RiskCheck] = []
    var denial: Denial?

    init() { checks.reserveCapacity(RiskCheckID.allCases.count) }

    mutating func check(
        _ id: RiskCheckID, _ value: RiskValue, _ limit: RiskValue, passed: Bool, _ reason: Denial
    ) {
        checks.append(RiskCheck(id, value: value, limit: limit, passed: passed))
        if !passed && denial == nil { denial = reason }
    }

    mutating func denied(
        _ reason: Denial, _ id: RiskCheckID, _ value: RiskValue, _ limit: RiskValue
    ) -> PreTradeResult {
        checks.append(RiskCheck(id, value: value, limit: limit, passed: false))
        return PreTradeResult(outcome: .denied(reason), checks: checks)
    }
}
