import Matching
import Population
import Text
import Trading

extension VenueDesk {
    // MARK: What the exchange says about our orders

    mutating func process(_ report: OrderReport) {
        guard let handle = handles[report.clientOrderID] else { return }
        switch report.kind {
        case .accepted:
            switch handle {
            case .order(let id): publishOrder(id, execution: "NEW")
            case .algo(let id): publishAlgo(id)
            }
        case .rejected(let reason):
            if report.clientOrderID == placing {
                rejection = reason
            } else if case .algo(let id) = handle {
                rejectFired(id, at: report.venueTime)
            }
        case .filled(let fill):
            if case .order(let id) = handle { book(fill, of: id) }
        case .canceled:
            end(handle, isKnockingOut ? .expired : .canceled, at: report.venueTime)
        case .expired:
            end(handle, .expired, at: report.venueTime)
        case .triggered:
            if case .algo(let id) = handle { trigger(id, at: report.venueTime) }
        case .cancelRejected, .outcomeUnknown, .withheld:
            // The desk looks before it cancels, and the exchange knows no other outcome.
            break
        }
    }

    /// What the exchange says about our account.
    mutating func process(_ report: AccountReport) {
        switch report {
        case .funding(let id, let amount, _, let time):
            account.apply(funding: amount, instrument: instrument(id))
            positionNet[Int(id.index)] += amount
            addIncome("FUNDING_FEE", amount, id, at: time, tradeID: nil)
            publishAccount("FUNDING_FEE", id, at: time, change: amount)
        case .liquidation(let id, let time):
            beginLiquidation(id, at: time)
        case .forcedFill(let id, let fill):
            if let order = liquidations[Int(id.index)] {
                book(fill, of: order, execution: "CALCULATED")
            }
        case .marginMoved(let id, let amount, let time):
            _ = account.moveMargin(amount, instrument: instrument(id))
            publishAccount("MARGIN_TRANSFER", id, at: time)
        case .snapshot, .alive, .lost, .transferred, .unsafeSettings, .trouble, .instrument,
            .instrumentStatus:
            break
        }
    }

    private mutating func book(_ fill: Fill, of orderID: Int64, execution: String = "TRADE") {
        guard let index = orderIndex(orderID) else { return }
        let id = orders[index].instrument
        let place = Int(id.index)
        let directionBefore = account.position(id)?.direction
        let paid = execution == "TRADE" ? payElsewhere(fill) : nil
        let commission = paid == nil ? fill.commission : .zero
        let realized = account.apply(
            side: fill.side, quantity: fill.quantity, price: fill.price,
            commission: commission, instrument: instrument(id))
        if account.position(id)?.direction == directionBefore {
            positionNet[place] += realized - commission
        } else {
            // Opened or turned round: the profit belongs to what was closed.
            positionNet[place] = -commission
        }
        accumulated[place] += realized
        positionTimes[place] = fill.venueTime
        orders[index].executed += fill.quantity
        orders[index].cost += Money(fill.quantity, at: fill.price)
        orders[index].updateTime = fill.venueTime
        let isFilled = orders[index].executed >= orders[index].quantity
        orders[index].status = isFilled ? .filled : .partiallyFilled
        let trade = TradeRecord(
            fill: fill, orderID: orderID, instrument: id, realized: realized,
            commission: paid ?? PaidCommission(amount: commission))
        trades.append(trade)
        if realized != .zero {
            addIncome("REALIZED_PNL", realized, id, at: fill.venueTime, tradeID: fill.tradeID)
        }
        if trade.commission.amount != .zero {
            addIncome(
                "COMMISSION", -trade.commission.amount, id, at: fill.venueTime,
                tradeID: fill.tradeID, asset: trade.commission.asset)
        }
        publishAccount("ORDER", id, at: fill.venueTime)
        publishOrder(orderID, execution: execution, trade: trade)
        if isFilled { close(orderID) }
    }

    /// Pays a commission in another asset, when there is one; the exchange gives back what it took.
    private mutating func payElsewhere(_ fill: Fill) -> PaidCommission? {
        guard let paid = feeWallet?.pay(fill.commission) else { return nil }
        market.impair { $0.refundCommission(fill.commission) }
        return paid
    }

    private mutating func end(_ handle: Handle, _ status: OrderStatus, at time: Timestamp) {
        switch handle {
        case .order(let id):
            guard let index = orderIndex(id), orders[index].status.isOpen else { return }
            orders[index].status = status
            orders[index].updateTime = time
            publishOrder(id, execution: status.rawValue)
            close(id)
        case .algo(let id):
            guard let index = algoIndex(id) else { return }
            algos[index].status = status == .canceled ? .canceled : .expired
            algos[index].updateTime = time
            handles[algos[index].innerID] = nil
            publishAlgo(id)
        }
    }

    /// A conditional order becomes a market order with an id of its own and the same client id.
    private mutating func trigger(_ algoID: Int64, at time: Timestamp) {
        guard let index = algoIndex(algoID) else { return }
        algos[index].status = .triggering
        algos[index].triggerTime = time
        algos[index].updateTime = time
        publishAlgo(algoID)
        let algo = algos[index]
        lastOrderID += 1
        let quantity =
            algo.closesPosition
            ? account.position(algo.instrument)?.quantity ?? .zero : algo.quantity
        orders.append(
            OrderRecord(
                orderID: lastOrderID, innerID: algo.innerID, clientOrderID: algo.clientAlgoID,
                instrument: algo.instrument, side: algo.side, type: "MARKET",
                originalType: algo.type, price: nil, triggerPrice: algo.triggerPrice,
                workingType: algo.workingType, timeInForce: algo.timeInForce, quantity: quantity,
                isReduceOnly: algo.isReduceOnly, closesPosition: algo.closesPosition, time: time,
                updateTime: time))
        handles[algo.innerID] = .order(lastOrderID)
        algos[index].status = .triggered
        algos[index].childID = lastOrderID
        publishAlgo(algoID)
        publishOrder(lastOrderID, execution: "NEW")
    }

    /// A conditional order has fired, and the order that it was to become was refused.
    private mutating func rejectFired(_ algoID: Int64, at time: Timestamp) {
        guard let index = algoIndex(algoID) else { return }
        algos[index].status = .triggering
        algos[index].triggerTime = time
        algos[index].updateTime = time
        publishAlgo(algoID)
        algos[index].status = .rejected
        algos[index].rejectReason =
            algos[index].isReduceOnly ? "Reduce Only reject" : "Margin is insufficient."
        handles[algos[index].innerID] = nil
        publishAlgo(algoID)
    }

    private mutating func beginLiquidation(_ id: InstrumentID, at time: Timestamp) {
        guard let position = account.position(id) else { return }
        let forced =
            forcedCloses[Int(id.index)]
            ?? ForcedClose(kind: .liquidation, quantity: position.quantity)
        lastOrderID += 1
        let inner = Self.innerID(lastOrderID)
        orders.append(
            OrderRecord(
                orderID: lastOrderID, innerID: inner,
                clientOrderID: forced.clientOrderID(lastOrderID),
                instrument: id, side: position.direction.exitSide, type: "LIQUIDATION",
                originalType: "LIQUIDATION", price: nil, triggerPrice: nil,
                workingType: "MARK_PRICE", timeInForce: "IOC",
                quantity: min(forced.quantity, position.quantity),
                isReduceOnly: true, closesPosition: false, time: time,
                status: forced.openingStatus, updateTime: time))
        liquidations[Int(id.index)] = lastOrderID
        publishOrder(lastOrderID, execution: "NEW")
    }

    /// The order has ended: its name is free, and the algo order that it came from is finished.
    private mutating func close(_ orderID: Int64) {
        guard let index = orderIndex(orderID) else { return }
        let order = orders[index]
        handles[order.innerID] = nil
        if liquidations[Int(order.instrument.index)] == orderID {
            liquidations[Int(order.instrument.index)] = nil
        }
        if let algo = algos.lastIndex(where: { $0.childID == orderID }) {
            algos[algo].status = .finished
            algos[algo].updateTime = order.updateTime
            publishAlgo(algos[algo].algoID)
        }
        forgetOldOrders()
    }

    private mutating func forgetOldOrders() {
        if orders.count > Self.maxClosedOrders * 2 {
            var surplus = orders.count - Self.maxClosedOrders
            orders.removeAll { order in
                guard surplus > 0, !order.status.isOpen else { return false }
                surplus -= 1
                return true
            }
        }
        if algos.count > Self.maxClosedOrders * 2 {
            var surplus = algos.count - Self.maxClosedOrders
            algos.removeAll { algo in
                guard surplus > 0, handles[algo.innerID] == nil else { return false }
                surplus -= 1
                return true
            }
        }
    }

    mutating func addIncome(
        _ type: String, _ amount: Money, _ id: InstrumentID?, at time: Timestamp, tradeID: Int64?,
        asset: String = VenueDesk.marginAsset
    ) {
        lastIncomeID += 1
        income.append(
            IncomeRecord(
                id: lastIncomeID, instrument: id, type: type, amount: amount, asset: asset,
                time: time, tradeID: tradeID))
    }

    func orderIndex(_ id: Int64) -> Int? { orders.lastIndex { $0.orderID == id } }
    func algoIndex(_ id: Int64) -> Int? { algos.lastIndex { $0.algoID == id } }

    static func innerID(_ number: Int64) -> ClientOrderID {
        guard let id = ClientOrderID("n\(number)") else {
            preconditionFailure("a letter and a 64-bit number fit in 36 allowed characters")
        }
        return id
    }
}
