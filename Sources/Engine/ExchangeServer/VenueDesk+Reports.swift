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
            rejection = reason
        case .filled(let fill):
            if case .order(let id) = handle { book(fill, of: id) }
        case .canceled:
            end(handle, .canceled, at: report.venueTime)
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
            publishAccount("FUNDING_FEE", id, at: time)
        case .liquidation(let id, let time):
            beginLiquidation(id, at: time)
        case .forcedFill(let id, let fill):
            if let order = liquidations[Int(id.index)] {
                book(fill, of: order, execution: "CALCULATED")
            }
        case .marginMoved(let id, let amount, let time):
            _ = account.moveMargin(amount, instrument: instrument(id))
            publishAccount("MARGIN_TRANSFER", id, at: time)
        case .snapshot, .alive, .lost:
            break
        }
    }

    private mutating func book(_ fill: Fill, of orderID: Int64, execution: String = "TRADE") {
        guard let index = orderIndex(orderID) else { return }
        let id = orders[index].instrument
        let place = Int(id.index)
        let directionBefore = account.position(id)?.direction
        let realized = account.apply(
            side: fill.side, quantity: fill.quantity, price: fill.price,
            commission: fill.commission, instrument: instrument(id))
        if account.position(id)?.direction == directionBefore {
            positionNet[place] += realized - fill.commission
        } else {
            // Opened or turned round: the profit belongs to what was closed.
            positionNet[place] = -fill.commission
        }
        accumulated[place] += realized
        positionTimes[place] = fill.venueTime
        orders[index].executed += fill.quantity
        orders[index].cost += Money(fill.quantity, at: fill.price)
        orders[index].updateTime = fill.venueTime
        let isFilled = orders[index].executed >= orders[index].quantity
        orders[index].status = isFilled ? .filled : .partiallyFilled
        trades.append(
            TradeRecord(fill: fill, orderID: orderID, instrument: id, realized: realized))
        if realized != .zero {
            addIncome("REALIZED_PNL", realized, id, at: fill.venueTime, tradeID: fill.tradeID)
        }
        addIncome("COMMISSION", -fill.commission, id, at: fill.venueTime, tradeID: fill.tradeID)
        publishAccount("ORDER", id, at: fill.venueTime)
        publishOrder(orderID, execution: execution, fill: fill, realized: realized)
        if isFilled { close(orderID) }
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

    private mutating func beginLiquidation(_ id: InstrumentID, at time: Timestamp) {
        guard let position = account.position(id) else { return }
        lastOrderID += 1
        let inner = Self.innerID(lastOrderID)
        orders.append(
            OrderRecord(
                orderID: lastOrderID, innerID: inner, clientOrderID: "autoclose-\(lastOrderID)",
                instrument: id, side: position.direction.exitSide, type: "LIQUIDATION",
                originalType: "LIQUIDATION", price: nil, triggerPrice: nil,
                workingType: "MARK_PRICE", timeInForce: "IOC", quantity: position.quantity,
                isReduceOnly: true, closesPosition: false, time: time, updateTime: time))
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

    private mutating func addIncome(
        _ type: String, _ amount: Money, _ id: InstrumentID, at time: Timestamp, tradeID: Int64?
    ) {
        lastIncomeID += 1
        income.append(
            IncomeRecord(
                id: lastIncomeID, instrument: id, type: type, amount: amount, time: time,
                tradeID: tradeID))
    }

    func orderIndex(_ id: Int64) -> Int? { orders.lastIndex { $0.orderID == id } }
    func algoIndex(_ id: Int64) -> Int? { algos.lastIndex { $0.algoID == id } }

    static func innerID(_ number: Int64) -> ClientOrderID {
        guard let id = ClientOrderID("n\(number)") else {
            preconditionFailure("a letter and a 64-bit number fit in 36 allowed characters")
        }
        return id
    }

    // MARK: The user stream

    private mutating func publishUser(
        _ event: String, at time: Timestamp, _ write: (inout JSONWriter) -> Void
    ) {
        guard hasUserListener else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("e", event)
        writer.field("T", time.milliseconds)
        writer.field("E", now.milliseconds)
        write(&writer)
        writer.endObject()
        publications.append(Publication(target: .user(event: event), payload: writer.bytes))
    }

    private mutating func publishOrder(
        _ orderID: Int64, execution: String, fill: Fill? = nil, realized: Money = .zero
    ) {
        guard let index = orderIndex(orderID) else { return }
        let order = orders[index]
        let board = board(order.instrument)
        publishUser("ORDER_TRADE_UPDATE", at: order.updateTime) { writer in
            writer.key("o")
            writer.beginObject()
            writer.field("s", board.instrument.symbol.description)
            writer.field("c", order.clientOrderID)
            writer.field("S", order.side.venueName)
            writer.field("o", order.type)
            writer.field("f", order.timeInForce)
            writer.field("q", order.quantity)
            writer.field("p", order.price.map { board.text($0) } ?? "0")
            writer.field("ap", order.averagePrice)
            writer.field("sp", order.triggerPrice.map { board.text($0) } ?? "0")
            writer.field("x", execution)
            writer.field("X", order.status.rawValue)
            writer.field("i", order.orderID)
            writer.field("l", fill?.quantity ?? .zero)
            writer.field("z", order.executed)
            writer.field("L", fill.map { board.text($0.price) } ?? "0")
            if let fill {
                writer.field("N", "USDT")
                writer.field("n", fill.commission)
            }
            writer.field("T", order.updateTime.milliseconds)
            writer.field("t", fill?.tradeID ?? 0)
            writer.field("b", "0")
            writer.field("a", "0")
            writer.field("m", fill?.isMaker ?? false)
            writer.field("R", order.isReduceOnly)
            writer.field("wt", order.workingType)
            writer.field("ot", order.originalType)
            writer.field("ps", "BOTH")
            writer.field("cp", order.closesPosition)
            writer.field("pP", false)
            writer.field("si", 0)
            writer.field("ss", 0)
            writer.field("rp", realized)
            writer.field("V", "EXPIRE_MAKER")
            writer.field("pm", "NONE")
            writer.field("gtd", 0)
            writer.endObject()
        }
    }

    private mutating func publishAlgo(_ algoID: Int64) {
        guard let index = algoIndex(algoID) else { return }
        let algo = algos[index]
        let board = board(algo.instrument)
        let child = algo.childID.flatMap { orderIndex($0) }.map { orders[$0] }
        publishUser("ALGO_UPDATE", at: algo.updateTime) { writer in
            writer.key("o")
            writer.beginObject()
            writer.field("caid", algo.clientAlgoID)
            writer.field("aid", algo.algoID)
            writer.field("at", "CONDITIONAL")
            writer.field("o", algo.type)
            writer.field("s", board.instrument.symbol.description)
            writer.field("S", algo.side.venueName)
            writer.field("ps", "BOTH")
            writer.field("f", algo.timeInForce)
            writer.field("q", algo.quantity)
            writer.field("X", algo.status.rawValue)
            writer.field("ai", algo.childID.map { String($0) } ?? "")
            if let child {
                writer.field("ap", child.averagePrice)
                writer.field("aq", child.executed)
                writer.field("act", child.type)
            }
            writer.field("tp", board.text(algo.triggerPrice))
            writer.field("p", "0")
            writer.field("V", "EXPIRE_MAKER")
            writer.field("wt", algo.workingType)
            writer.field("pm", "NONE")
            writer.field("cp", algo.closesPosition)
            writer.field("pP", algo.isPriceProtected)
            writer.field("R", algo.isReduceOnly)
            writer.field("tt", algo.triggerTime?.milliseconds ?? 0)
            writer.field("gtd", 0)
            writer.endObject()
        }
    }

    private mutating func publishAccount(_ reason: String, _ id: InstrumentID, at time: Timestamp) {
        let board = board(id)
        let account = account
        let place = Int(id.index)
        let total = accumulated[place]
        let breakEven = breakEvenPrice(id)
        let mark = market.exchange.markPrice(id)
        publishUser("ACCOUNT_UPDATE", at: time) { writer in
            writer.key("a")
            writer.beginObject()
            writer.field("m", reason)
            writer.key("B")
            writer.beginArray()
            writer.beginObject()
            writer.field("a", "USDT")
            writer.field("wb", account.walletBalance.text(fractionDigits: 8))
            writer.field("cw", account.availableBalance.text(fractionDigits: 8))
            writer.field("bc", "0")
            writer.endObject()
            writer.endArray()
            writer.key("P")
            writer.beginArray()
            writer.beginObject()
            let position = account.position(id)
            writer.field("s", board.instrument.symbol.description)
            writer.field("pa", Self.signedQuantity(position))
            writer.field("ep", position?.entryPrice.description ?? "0")
            writer.field("bep", breakEven)
            writer.field("cr", total.text(fractionDigits: 8))
            writer.field(
                "up", (position?.unrealizedPnL(at: mark) ?? .zero).text(fractionDigits: 8))
            writer.field("mt", "isolated")
            writer.field("iw", (position?.isolatedMargin ?? .zero).text(fractionDigits: 8))
            writer.field("ps", "BOTH")
            writer.field("ma", "USDT")
            writer.endObject()
            writer.endArray()
            writer.endObject()
        }
    }

    static func signedQuantity(_ position: MarginPosition?) -> String {
        guard let position else { return "0" }
        return (position.direction == .short ? "-" : "") + position.quantity.description
    }

    /// Where closing would return everything booked since the position was opened; "0" when flat.
    func breakEvenPrice(_ id: InstrumentID) -> String {
        guard let position = account.position(id) else { return "0" }
        let net = positionNet[Int(id.index)]
        let value = position.direction == .long ? position.cost - net : position.cost + net
        guard !value.isNegative else { return "0" }
        return FixedPoint.text(value.units / Int128(position.quantity.units), digits: 8)
    }

    // MARK: Listen keys

    mutating func openListenKey() -> String {
        let text = listenKey?.text ?? Token.make()
        listenKey = ListenKey(text: text, validUntil: now + .minutes(60))
        return text
    }

    /// The key is worth nothing any more; its listeners are told.
    mutating func endListenKey(_ text: String) {
        listenKey = nil
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("e", "listenKeyExpired")
        writer.field("E", now.milliseconds)
        writer.field("listenKey", text)
        writer.endObject()
        publications.append(
            Publication(target: .user(event: "listenKeyExpired"), payload: writer.bytes))
        publications.append(Publication(target: .keyEnded, payload: []))
    }
}
