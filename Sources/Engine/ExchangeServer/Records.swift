import Trading

/// The venue's word for where an order stands.
enum OrderStatus: String, Sendable {
    case new = "NEW"
    case partiallyFilled = "PARTIALLY_FILLED"
    case filled = "FILLED"
    case canceled = "CANCELED"
    case expired = "EXPIRED"
    /// A deleveraging that has not traded yet.
    case newADL = "NEW_ADL"

    var isOpen: Bool { self == .new || self == .partiallyFilled || self == .newADL }
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
    case rejected = "REJECTED"
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
    /// Why it was rejected when it fired.
    var rejectReason: String?
}

/// One fill of ours with the order that it belongs to.
struct TradeRecord: Sendable {
    let fill: Fill
    let orderID: Int64
    let instrument: InstrumentID
    let realized: Money
    let commission: PaidCommission
}

/// What was paid for one fill, and in what.
struct PaidCommission: Sendable {
    var asset = VenueDesk.marginAsset
    var amount: Money
}

/// What commissions are paid from when they are not paid in the margin asset.
struct FeeWallet: Sendable {
    let asset: String
    /// What one is worth in the margin asset.
    let price: Price
    var balance: Money

    /// Takes the worth of `commission`, rounded up to 10⁻⁸; `nil` when there is too little.
    mutating func pay(_ commission: Money) -> PaidCommission? {
        let divisor = Int128(price.units)
        let steps = (commission.units + divisor - 1) / divisor
        let amount = Money(units: steps * Int128(FixedPoint.unitsPerOne))
        guard !commission.isNegative, amount <= balance else { return nil }
        balance -= amount
        return PaidCommission(asset: asset, amount: amount)
    }
}

/// What the venue calls an order by which it closes a position itself.
struct ForcedClose: Sendable {
    enum Kind: Sendable { case liquidation, deleveraging, settlement }

    static let adlName = "adl_autoclose"

    let kind: Kind
    let quantity: Quantity

    /// - Source: Binance USDⓈ-M user data streams, 'Event: Order Update', read 2026-11.
    func clientOrderID(_ orderID: Int64) -> String {
        switch kind {
        case .liquidation: "autoclose-\(orderID)"
        case .deleveraging: Self.adlName
        case .settlement: "settlement_autoclose-\(orderID)"
        }
    }

    var openingStatus: OrderStatus { kind == .deleveraging ? .newADL : .new }
}

/// One booking of the wallet.
struct IncomeRecord: Sendable {
    let id: Int64
    /// `nil` when it belongs to none.
    let instrument: InstrumentID?
    let type: String
    let amount: Money
    let asset: String
    let time: Timestamp
    /// The trade that it belongs to.
    let tradeID: Int64?
}

extension Side {
    var venueName: String { self == .buy ? "BUY" : "SELL" }
}
