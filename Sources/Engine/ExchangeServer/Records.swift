import Trading

/// The venue's word for where an order stands.
enum OrderStatus: String, Sendable {
    case new = "NEW"
    case partiallyFilled = "PARTIALLY_FILLED"
    case filled = "FILLED"
    case canceled = "CANCELED"
    case expired = "EXPIRED"

    var isOpen: Bool { self == .new || self == .partiallyFilled }
}

/// One order of ours as the venue remembers it.
struct OrderRecord: Sendable {
    let orderID: Int64
    /// Its name inside the exchange, never used twice.
    let innerID: ClientOrderID
    let clientOrderID: String
    let instrument: InstrumentID
    let side: Side
    /// LIMIT, MARKET or LIQUIDATION.
    let type: String
    /// What it was before it was triggered.
    let originalType: String
    let price: Price?
    let triggerPrice: Price?
    let workingType: String
    let timeInForce: String
    let quantity: Quantity
    let isReduceOnly: Bool
    let closesPosition: Bool
    let time: Timestamp
    var status = OrderStatus.new
    var executed = Quantity.zero
    var cost = Money.zero
    var updateTime: Timestamp

    /// Quantity-weighted, rounded to the nearer 10⁻⁸; "0" before the first fill.
    var averagePrice: String {
        guard !executed.isZero else { return "0" }
        let count = Int128(executed.units)
        return FixedPoint.text((cost.units + count / 2) / count, digits: 8)
    }
}

/// The venue's word for where a conditional order stands.
enum AlgoStatus: String, Sendable {
    case new = "NEW"
    case triggering = "TRIGGERING"
    case triggered = "TRIGGERED"
    case finished = "FINISHED"
    case canceled = "CANCELED"
    case expired = "EXPIRED"
}

/// One conditional order of ours.
struct AlgoRecord: Sendable {
    let algoID: Int64
    let innerID: ClientOrderID
    let clientAlgoID: String
    let instrument: InstrumentID
    let side: Side
    /// STOP_MARKET or TAKE_PROFIT_MARKET.
    let type: String
    let triggerPrice: Price
    let workingType: String
    let timeInForce: String
    /// What was asked for; zero with `closesPosition`.
    let quantity: Quantity
    let isReduceOnly: Bool
    let closesPosition: Bool
    let isPriceProtected: Bool
    let time: Timestamp
    var status = AlgoStatus.new
    var updateTime: Timestamp
    var triggerTime: Timestamp?
    /// The order that it became.
    var childID: Int64?
}

/// One fill of ours with the order that it belongs to.
struct TradeRecord: Sendable {
    let fill: Fill
    let orderID: Int64
    let instrument: InstrumentID
    let realized: Money
}

/// One booking of the wallet.
struct IncomeRecord: Sendable {
    let id: Int64
    let instrument: InstrumentID
    let type: String
    let amount: Money
    let time: Timestamp
    /// The trade that it belongs to.
    let tradeID: Int64?
}

extension Side {
    var venueName: String { self == .buy ? "BUY" : "SELL" }
}
