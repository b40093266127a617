/// The account of a policy in a past market; equity of the start is 1.
///
/// Doubles, not money: nothing here is ever sent to a venue.
struct TradingAccount: Hashable, Sendable {
    /// All that was paid and received; equity when flat.
    private(set) var cash = 1.0
    /// Base units, positive long, negative short.
    private(set) var quantity = 0.0
    private(set) var legs = 0
    /// The mean price of what is open.
    private(set) var entryPrice = 0.0
    /// The candle at whose close the position was entered.
    private(set) var entryCandle = 0
    private var equityAtEntry = 1.0
    /// Returns on equity of all closed trades, oldest first.
    private(set) var tradeReturns: [Double] = []

    var isFlat: Bool { legs == 0 }
    /// 1 long, −1 short, 0 flat.
    var direction: Double { quantity > 0 ? 1 : (quantity < 0 ? -1 : 0) }

    func equity(at price: Double) -> Double { cash + quantity * price }

    /// Opens a first leg or adds one, of `notional` at `price`.
    mutating func open(
        direction: Double, notional: Double, price: Double, fee: Double, candle: Int,
        equity: Double
    ) {
        if isFlat {
            entryCandle = candle
            equityAtEntry = equity
        }
        let added = direction * notional / price
        entryPrice = (entryPrice * quantity + price * added) / (quantity + added)
        quantity += added
        cash -= added * price + fee * notional
        legs += 1
    }

    /// Closes this many of the legs at `price`.
    mutating func close(legs closing: Int, price: Double, fee: Double) {
        let isAll = closing == legs
        let closed = isAll ? quantity : quantity * Double(closing) / Double(legs)
        cash += closed * price - fee * abs(closed) * price
        legs -= closing
        // Exactly zero, whatever rounding would leave.
        quantity = isAll ? 0 : quantity - closed
        guard isAll else { return }
        entryPrice = 0
        tradeReturns.append(cash / equityAtEntry - 1)
    }
}
