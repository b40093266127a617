import Messages
import Trading

extension PositionRecord {
    /// Adds an entry fill: quantity and exact cost grow, its commission is booked.
    mutating func enter(_ added: Quantity, at price: Price, commission: Money) {
        let notional = Money(added, at: price)
        quantity += added
        cost += notional
        enteredQuantity += added
        enteredNotional += notional
        peakQuantity = max(peakQuantity, quantity)
        book(commission: commission)
    }

    /// Takes `closed` away at `price` and returns the exact profit before costs.
    ///
    /// A partial close removes floor(cost × closed / open), the last close takes the rest, so that no step of 10⁻¹⁶
    /// is
    /// ever lost or made.
    mutating func leave(_ closed: Quantity, at price: Price, commission: Money) -> Money {
        precondition(closed <= quantity && !closed.isZero, "a close is a part of the position")
        let removed = closed == quantity ? cost : cost.share(closed, of: quantity)
        let notional = Money(closed, at: price)
        let profit = direction == .long ? notional - removed : removed - notional
        quantity -= closed
        cost -= removed
        exitedNotional += notional
        realizedPnL += profit
        book(commission: commission)
        return profit
    }

    /// Books funding: positive is received.
    mutating func book(funding amount: Money) {
        funding += amount
        realizedPnL += amount
    }

    private mutating func book(commission: Money) {
        commissions += commission
        realizedPnL -= commission
    }

    /// The isolated margin, rounded down.
    var margin: Money { Money(units: cost.units / Int128(max(1, leverage))) }

    /// The profit of what is open if it were closed at `mark`, before costs.
    func unrealizedPnL(at mark: Price) -> Money {
        let value = Money(quantity, at: mark)
        return direction == .long ? value - cost : cost - value
    }

    /// Fills in what records of older builds did not hold.
    mutating func completeTotals() {
        guard enteredQuantity.isZero else { return }
        enteredQuantity = peakQuantity
        let closed = peakQuantity.subtracting(quantity)
        let closedCost = closed.isZero ? Money.zero : Money(closed, at: entryPrice)
        let profit = realizedPnL + commissions - funding
        enteredNotional = cost + closedCost
        exitedNotional =
            closed.isZero ? .zero : direction == .long ? closedCost + profit : closedCost - profit
    }
}
