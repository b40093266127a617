import Matching
import Population
import Text
import Trading

extension VenueDesk {
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

    mutating func publishOrder(
        _ orderID: Int64, execution: String, trade: TradeRecord? = nil
    ) {
        guard let index = orderIndex(orderID) else { return }
        let order = orders[index]
        let board = board(order.instrument)
        let fill = trade?.fill
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
            if let paid = trade?.commission, paid.amount != .zero {
                writer.field("N", paid.asset)
                writer.field("n", paid.amount)
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
            writer.field("rp", trade?.realized ?? .zero)
            writer.field("V", "EXPIRE_MAKER")
            writer.field("pm", "NONE")
            writer.field("gtd", 0)
            writer.endObject()
        }
    }

    mutating func publishAlgo(_ algoID: Int64) {
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
            if let reason = algo.rejectReason { writer.field("rm", reason) }
            writer.endObject()
        }
    }

    /// Tells the balances after `change` from outside, and the position in `id`.
    mutating func publishAccount(
        _ reason: String, _ id: InstrumentID?, at time: Timestamp, change: Money = .zero
    ) {
        let account = account
        let feeWallet = reason == "ORDER" ? feeWallet : nil
        let position = id.map { positionUpdate($0) }
        publishUser("ACCOUNT_UPDATE", at: time) { writer in
            writer.key("a")
            writer.beginObject()
            writer.field("m", reason)
            writer.key("B")
            writer.beginArray()
            writer.beginObject()
            writer.field("a", Self.marginAsset)
            writer.field("wb", account.walletBalance.text(fractionDigits: 8))
            writer.field("cw", account.availableBalance.text(fractionDigits: 8))
            writer.field("bc", change.text(fractionDigits: 8))
            writer.endObject()
            if let feeWallet {
                let balance = feeWallet.balance.text(fractionDigits: 8)
                writer.beginObject()
                writer.field("a", feeWallet.asset)
                writer.field("wb", balance)
                writer.field("cw", balance)
                writer.field("bc", "0")
                writer.endObject()
            }
            writer.endArray()
            writer.key("P")
            writer.beginArray()
            position?(&writer)
            writer.endArray()
            writer.endObject()
        }
    }

    private func positionUpdate(_ id: InstrumentID) -> (inout JSONWriter) -> Void {
        let board = board(id)
        let position = account.position(id)
        let total = accumulated[Int(id.index)]
        let breakEven = breakEvenPrice(id)
        let mark = market.exchange.markPrice(id)
        return { writer in
            writer.beginObject()
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
            writer.field("ma", Self.marginAsset)
            writer.endObject()
        }
    }

    /// Tells that the leverage of a symbol was changed.
    mutating func publishLeverage(_ id: InstrumentID) {
        let symbol = instrument(id).symbol.description
        let leverage = account.leverage(of: id)
        publishUser("ACCOUNT_CONFIG_UPDATE", at: now) { writer in
            writer.key("ac")
            writer.beginObject()
            writer.field("s", symbol)
            writer.field("l", leverage)
            writer.endObject()
        }
    }

    /// Tells whether several assets are margin.
    mutating func publishMultiAssets(_ isOn: Bool) {
        publishUser("ACCOUNT_CONFIG_UPDATE", at: now) { writer in
            writer.key("ai")
            writer.beginObject()
            writer.field("j", isOn)
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
