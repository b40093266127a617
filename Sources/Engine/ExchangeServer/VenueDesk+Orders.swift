import Matching
import Population
import Text
import Trading

extension VenueDesk {
    // MARK: Placing

    mutating func placeOrder(_ p: Parameters) throws(APIError) -> OrderRecord {
        let board = try board(p)
        let id = board.instrument.id
        let side = try side(p)
        let type = try p.required("type")
        switch type {
        case "LIMIT", "MARKET": break
        case "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET":
            throw APIError(
                -4120,
                "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
            )
        default: throw APIError(-1116, "Invalid orderType.")
        }
        try refuseModes(p)
        let clientID = try clientID(p, "newClientOrderId")
        let isReduceOnly = try p.bool("reduceOnly")
        try refuseStatus(board, lowersRisk: isReduceOnly)
        let quantity = try quantity(p, board, isMarket: type == "MARKET")
        let kind: OrderKind
        var timeInForce = "GTC"
        var reference = market.exchange.markPrice(id)
        if type == "LIMIT" {
            timeInForce = try p.required("timeInForce")
            let price = try price(p, "price", board)
            kind = .limit(price, try Self.timeInForce(timeInForce))
            try refuseBand(price, side, board)
            reference = price
        } else {
            if p.text("price") != nil {
                throw APIError(-1106, "Parameter 'price' sent when not required.")
            }
            kind = .market
        }
        if !isReduceOnly, Money(quantity, at: reference) < board.instrument.filters.minNotional {
            throw notional(board)
        }
        let open = orders.filter { $0.status.isOpen && $0.instrument == id }
        if open.count >= configuration.limits.openOrdersPerSymbol {
            throw APIError(-2025, "Reach max open order limit.")
        }
        if orders.contains(where: { $0.status.isOpen && $0.clientOrderID == clientID }) {
            throw .duplicate
        }
        lastOrderID += 1
        let orderID = lastOrderID
        let inner = Self.innerID(orderID)
        orders.append(
            OrderRecord(
                orderID: orderID, innerID: inner, clientOrderID: clientID, instrument: id,
                side: side, type: type, originalType: type, price: kind.price, triggerPrice: nil,
                workingType: "CONTRACT_PRICE", timeInForce: timeInForce, quantity: quantity,
                isReduceOnly: isReduceOnly, closesPosition: false, time: now, updateTime: now))
        handles[inner] = .order(orderID)
        submit(inner, id, side, kind, quantity, isReduceOnly)
        if let rejection {
            orders.removeAll { $0.orderID == orderID }
            handles[inner] = nil
            throw APIError(rejection)
        }
        guard let index = orderIndex(orderID) else { throw .unknownOrder }
        return orders[index]
    }

    mutating func placeAlgo(_ p: Parameters) throws(APIError) -> AlgoRecord {
        guard try p.required("algoType") == "CONDITIONAL" else { throw .invalid("algoType") }
        let board = try board(p)
        let id = board.instrument.id
        let side = try side(p)
        let type = try p.required("type")
        guard type == "STOP_MARKET" || type == "TAKE_PROFIT_MARKET" else {
            // STOP, TAKE_PROFIT and TRAILING_STOP_MARKET are absent here.
            throw APIError(-1116, "Invalid orderType.")
        }
        try refuseModes(p)
        let clientID = try clientID(p, "clientAlgoId")
        let closesPosition = try p.bool("closePosition")
        let isReduceOnly = try p.bool("reduceOnly")
        try refuseStatus(board, lowersRisk: isReduceOnly || closesPosition)
        let trigger = try price(p, "triggerPrice", board)
        let workingType = p.text("workingType") ?? "CONTRACT_PRICE"
        let source: TriggerSource
        switch workingType {
        case "CONTRACT_PRICE": source = .last
        case "MARK_PRICE": source = .mark
        default: throw .invalid("workingType")
        }
        let timeInForce = p.text("timeInForce") ?? "GTC"
        _ = try Self.timeInForce(timeInForce)
        var quantity = Quantity.zero
        if closesPosition {
            if p.text("quantity") != nil || p.text("reduceOnly") != nil {
                throw APIError(
                    -4136, "Target strategy invalid for orderType \(type),closePosition true.")
            }
        } else {
            quantity = try self.quantity(p, board, isMarket: true)
            if !isReduceOnly, Money(quantity, at: trigger) < board.instrument.filters.minNotional {
                throw notional(board)
            }
        }
        if openAlgos.count >= configuration.limits.openAlgoOrders {
            throw APIError(-4045, "Reach max stop order limit.")
        }
        if openAlgos.contains(where: { $0.clientAlgoID == clientID }) { throw .duplicate }
        lastAlgoID += 1
        lastOrderID += 1
        let algoID = lastAlgoID
        let inner = Self.innerID(lastOrderID)
        let kind: OrderKind =
            type == "STOP_MARKET"
            ? .stopMarket(trigger: trigger, by: source)
            : .takeProfitMarket(trigger: trigger, by: source)
        algos.append(
            AlgoRecord(
                algoID: algoID, innerID: inner, clientAlgoID: clientID, instrument: id, side: side,
                type: type, triggerPrice: trigger, workingType: workingType,
                timeInForce: timeInForce, quantity: quantity,
                isReduceOnly: isReduceOnly || closesPosition, closesPosition: closesPosition,
                isPriceProtected: try p.bool("priceProtect"), time: now, updateTime: now))
        handles[inner] = .algo(algoID)
        // The whole position, however large it is when the order fires.
        let wanted = closesPosition ? board.instrument.filters.maxMarketQuantity : quantity
        submit(inner, id, side, kind, wanted, isReduceOnly || closesPosition)
        if let rejection {
            algos.removeAll { $0.algoID == algoID }
            handles[inner] = nil
            throw APIError(rejection)
        }
        guard let index = algoIndex(algoID) else { throw .unknownOrder }
        return algos[index]
    }

    private mutating func submit(
        _ inner: ClientOrderID, _ id: InstrumentID, _ side: Side, _ kind: OrderKind,
        _ quantity: Quantity, _ isReduceOnly: Bool
    ) {
        rejection = nil
        placing = inner
        defer { placing = nil }
        market.submit(
            OrderRequest(
                clientOrderID: inner, instrument: id, side: side, kind: kind, quantity: quantity,
                isReduceOnly: isReduceOnly), at: now)
        settle()
    }

    // MARK: Canceling

    mutating func cancelOrder(_ p: Parameters) throws(APIError) -> OrderRecord {
        let id = try board(p).instrument.id
        let index = try findOrder(p, id)
        guard let index, orders[index].status.isOpen else { throw .cancelUnknown }
        let orderID = orders[index].orderID
        market.cancel(orders[index].innerID, instrument: id, at: now)
        settle()
        guard let after = orderIndex(orderID), orders[after].status == .canceled else {
            throw .cancelUnknown
        }
        return orders[after]
    }

    mutating func cancelAlgo(_ p: Parameters) throws(APIError) -> AlgoRecord {
        guard let index = try findAlgo(p), algos[index].status == .new else { throw .cancelUnknown }
        let algo = algos[index]
        market.cancel(algo.innerID, instrument: algo.instrument, at: now)
        settle()
        return algo
    }

    /// Every plain order of an instrument; conditional ones stay.
    mutating func cancelAll(_ id: InstrumentID) {
        for order in orders where order.status.isOpen && order.instrument == id {
            market.cancel(order.innerID, instrument: id, at: now)
        }
        settle()
    }

    mutating func cancelAllAlgos(_ id: InstrumentID) {
        for algo in openAlgos where algo.instrument == id {
            market.cancel(algo.innerID, instrument: id, at: now)
        }
        settle()
    }

    // MARK: Finding

    var openAlgos: [AlgoRecord] { algos.filter { $0.status == .new } }

    /// By `orderId`, or else by `origClientOrderId`, where the newest of the name is meant.
    func findOrder(_ p: Parameters, _ id: InstrumentID) throws(APIError) -> Int? {
        if let orderID = try p.integer("orderId") {
            return orders.lastIndex { $0.orderID == orderID && $0.instrument == id }
        }
        guard let clientID = p.text("origClientOrderId") else { throw .missing("orderId") }
        return orders.lastIndex { $0.clientOrderID == clientID && $0.instrument == id }
    }

    func findAlgo(_ p: Parameters) throws(APIError) -> Int? {
        if let algoID = try p.integer("algoId") { return algoIndex(algoID) }
        guard let clientID = p.text("clientAlgoId") else { throw .missing("algoId") }
        return algos.lastIndex { $0.clientAlgoID == clientID }
    }

    // MARK: Reading parameters

    func board(_ p: Parameters) throws(APIError) -> MarketBoard {
        let symbol = try p.required("symbol")
        guard let board = boards.first(where: { $0.instrument.symbol.description == symbol }) else {
            throw .unknownSymbol
        }
        return board
    }

    /// The board of `symbol`, or all boards when it was not sent.
    func boardsAsked(_ p: Parameters) throws(APIError) -> [MarketBoard] {
        p.text("symbol") == nil ? boards : [try board(p)]
    }

    private func side(_ p: Parameters) throws(APIError) -> Side {
        switch try p.required("side") {
        case "BUY": return .buy
        case "SELL": return .sell
        default: throw APIError(-1117, "Invalid side.")
        }
    }

    private static func timeInForce(_ text: String) throws(APIError) -> TimeInForce {
        switch text {
        case "GTC": return .gtc
        case "IOC": return .ioc
        case "FOK": return .fok
        case "GTX": return .postOnly
        default: throw APIError(-1115, "Invalid timeInForce.")
        }
    }

    /// A symbol that is not traded as usual takes only what makes positions smaller, a closed one nothing.
    private func refuseStatus(_ board: MarketBoard, lowersRisk: Bool) throws(APIError) {
        switch board.status {
        case .trading: break
        case .pendingTrading, .preSettle, .settling:
            if !lowersRisk {
                throw APIError(-4140, "Invalid symbol status for opening position.")
            }
        case .close: throw APIError(-4141, "Symbol is closed.")
        }
    }

    /// What the local exchange does not have is refused, never ignored.
    private func refuseModes(_ p: Parameters) throws(APIError) {
        if let side = p.text("positionSide"), side != "BOTH" {
            throw APIError(-4061, "Order's position side does not match user's setting.")
        }
        if let match = p.text("priceMatch"), match != "NONE" { throw .invalid("priceMatch") }
        if let mode = p.text("selfTradePreventionMode"), mode != "NONE", mode != "EXPIRE_MAKER" {
            throw .invalid("selfTradePreventionMode")
        }
    }

    private func clientID(_ p: Parameters, _ name: String) throws(APIError) -> String {
        guard let text = p.text(name) else { return "x-" + String(Token.make().prefix(20)) }
        if text.utf8.count > 36 {
            throw APIError(-4015, "Client order id length should be less than 36 chars")
        }
        guard ClientOrderID(text) != nil else {
            throw APIError(-1100, "Illegal characters found in parameter '\(name)'.")
        }
        return text
    }

    private func decimal(_ text: String, _ name: String, digits: Int) throws(APIError) -> Int64 {
        let value: ParsedDecimal
        do throws(DecimalError) {
            value = try DecimalParser.parse(Array(text.utf8).span)
        } catch {
            switch error {
            case .tooManyFractionDigits: throw APIError.precision
            case .empty, .unexpectedByte, .missingDigits, .leadingZero, .overflow, .outOfRange:
                throw APIError(-1100, "Illegal characters found in parameter '\(name)'.")
            }
        }
        var step: Int64 = 1
        for _ in digits..<8 { step *= 10 }
        // Zeros at the end are no precision.
        if value.units % step != 0 { throw APIError.precision }
        return value.units
    }

    private func quantity(_ p: Parameters, _ board: MarketBoard, isMarket: Bool) throws(APIError)
        -> Quantity
    {
        let units = try decimal(
            try p.required("quantity"), "quantity", digits: board.quantityPrecision)
        guard units > 0, let quantity = Quantity(exactly: units) else {
            throw APIError(-4003, "Quantity less than or equal to zero.")
        }
        let filters = board.instrument.filters
        if quantity < filters.minQuantity {
            throw APIError(-4004, "Quantity less than min quantity.")
        }
        if quantity > (isMarket ? filters.maxMarketQuantity : filters.maxQuantity) {
            throw APIError(-4005, "Quantity greater than max quantity.")
        }
        if (quantity.units - filters.minQuantity.units) % filters.stepSize.units != 0 {
            throw APIError(-4023, "Qty not increased by step size.")
        }
        return quantity
    }

    private func price(_ p: Parameters, _ name: String, _ board: MarketBoard) throws(APIError)
        -> Price
    {
        let units = try decimal(try p.required(name), name, digits: board.pricePrecision)
        guard units > 0, let price = Price(exactly: units) else {
            throw APIError(-4001, "Price less than or equal to zero.")
        }
        let filters = board.instrument.filters
        if price < filters.minPrice { throw APIError(-4013, "Price less than min price.") }
        if price > filters.maxPrice { throw APIError(-4002, "Price greater than max price.") }
        if (price.units - filters.minPrice.units) % filters.tickSize.units != 0 {
            throw APIError(-4014, "Price not increased by tick size.")
        }
        return price
    }

    private func refuseBand(_ price: Price, _ side: Side, _ board: MarketBoard) throws(APIError) {
        let mark = market.exchange.markPrice(board.instrument.id)
        let band = configuration.population.exchange.priceBand
        switch side {
        case .buy where price > mark.moved(by: band):
            throw APIError(
                -4016, "Limit price can't be higher than \(mark.moved(by: band)).")
        case .sell where price < mark.moved(by: Rate(units: -band.units)):
            throw APIError(
                -4024,
                "Limit price can't be lower than \(mark.moved(by: Rate(units: -band.units))).")
        case .buy, .sell: break
        }
    }

    private func notional(_ board: MarketBoard) -> APIError {
        APIError(
            -4164,
            "Order's notional must be no smaller than \(board.instrument.filters.minNotional) (unless you choose reduce only)."
        )
    }
}
