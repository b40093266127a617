package import Trading

/// A position as the venue keeps it: exact cost, isolated margin, and where it would be closed by force.
package struct MarginPosition: Hashable, Sendable, Codable {
    package let direction: Direction
    package fileprivate(set) var quantity: Quantity
    /// Quantity × price of everything that is still open, exact.
    package fileprivate(set) var cost: Money
    /// The isolated wallet: what this position can lose at most.
    package fileprivate(set) var isolatedMargin: Money
    /// In mark price; `nil` when no price above zero liquidates it.
    package fileprivate(set) var liquidationPrice: Price?

    /// Average open price, rounded to the nearest 10⁻⁸; for display only, the cost is what counts.
    package var entryPrice: Price {
        let (quotient, rest) = cost.units.quotientAndRemainder(dividingBy: Int128(quantity.units))
        let nearest = rest * 2 >= Int128(quantity.units) ? quotient + 1 : quotient
        return Price(units: max(1, Int64(clamping: nearest)))
    }

    /// Signed, at `price`.
    package func unrealizedPnL(at price: Price) -> Money {
        let value = Money(quantity, at: price)
        return direction == .long ? value - cost : cost - value
    }
}

/// One account at the venue: cash, and one isolated position an instrument.
///
/// `walletBalance == deposits + closedPnL − commissions + funding`, exactly, always.
package struct MarginAccount: Hashable, Sendable, Codable {
    package private(set) var walletBalance: Money
    /// By instrument index; `nil` is flat.
    package private(set) var positions: [MarginPosition?]
    package let leverage: Int
    /// By instrument index, where another leverage was chosen; `nil` while none was.
    private var chosenLeverage: [Int]?
    /// Cash brought in from outside, the starting balance included.
    package private(set) var deposits: Money
    /// Profit and loss of everything closed, before commissions and funding.
    package private(set) var closedPnL = Money.zero
    /// Paid when positive.
    package private(set) var commissions = Money.zero
    /// Received when positive.
    package private(set) var funding = Money.zero

    package init(balance: Money, leverage: Int, instruments: Int) {
        precondition(leverage >= 1, "leverage is at least one")
        walletBalance = balance
        deposits = balance
        self.leverage = leverage
        positions = Array(repeating: nil, count: instruments)
    }

    /// Cash that is not the isolated margin of any position.
    package var availableBalance: Money {
        var available = walletBalance
        for case .some(let position) in positions { available -= position.isolatedMargin }
        return available
    }

    /// The leverage at which this instrument's positions are opened.
    package func leverage(of instrument: InstrumentID) -> Int {
        chosenLeverage?[Int(instrument.index)] ?? leverage
    }

    /// Chooses the leverage at which an instrument's positions are opened from now on; open ones keep their margin.
    package mutating func setLeverage(_ value: Int, of instrument: InstrumentID) {
        precondition(value >= 1, "leverage is at least one")
        var chosen = chosenLeverage ?? Array(repeating: leverage, count: positions.count)
        chosen[Int(instrument.index)] = value
        chosenLeverage = chosen
    }

    package func position(_ instrument: InstrumentID) -> MarginPosition? {
        positions[Int(instrument.index)]
    }

    /// How much of an order of this side and quantity would make the position smaller.
    package func closable(_ side: Side, _ quantity: Quantity, instrument: InstrumentID) -> Quantity
    {
        guard let position = position(instrument), position.direction.exitSide == side else {
            return .zero
        }
        return min(quantity, position.quantity)
    }

    /// Cash from outside (+) or to outside (−).
    package mutating func deposit(_ amount: Money) {
        walletBalance += amount
        deposits += amount
    }

    /// Books one fill: closes what it can, opens the rest, pays `commission`. Answers the profit booked, before it.
    @discardableResult
    package mutating func apply(
        side: Side, quantity: Quantity, price: Price, commission: Money, instrument: Instrument
    ) -> Money {
        let place = Int(instrument.id.index)
        walletBalance -= commission
        commissions += commission
        var realized = Money.zero
        var rest = quantity
        if var position = positions[place], position.direction.exitSide == side {
            let closed = min(rest, position.quantity)
            let value = Money(closed, at: price)
            // The last close takes the rest, so that nothing is lost to rounding.
            let isWhole = closed == position.quantity
            let cost = isWhole ? position.cost : position.cost.share(closed, of: position.quantity)
            let margin =
                isWhole || position.isolatedMargin.isNegative
                ? position.isolatedMargin
                : position.isolatedMargin.share(closed, of: position.quantity)
            realized = position.direction == .long ? value - cost : cost - value
            walletBalance += realized
            closedPnL += realized
            rest -= closed
            if isWhole {
                positions[place] = nil
            } else {
                position.quantity -= closed
                position.cost -= cost
                position.isolatedMargin -= margin
                positions[place] = position
            }
        }
        if !rest.isZero {
            let value = Money(rest, at: price)
            var position =
                positions[place]
                ?? MarginPosition(
                    direction: side == .buy ? .long : .short, quantity: .zero, cost: .zero,
                    isolatedMargin: .zero, liquidationPrice: nil)
            position.quantity += rest
            position.cost += value
            position.isolatedMargin += initialMargin(of: value, instrument: instrument.id)
            positions[place] = position
        }
        updateLiquidationPrice(of: instrument)
        return realized
    }

    /// Books funding (received when positive) against the isolated margin of the position.
    package mutating func apply(funding amount: Money, instrument: Instrument) {
        walletBalance += amount
        funding += amount
        positions[Int(instrument.id.index)]?.isolatedMargin += amount
        updateLiquidationPrice(of: instrument)
    }

    /// Takes in what others paid (or pays, when negative): for the insurance.
    mutating func collect(_ amount: Money) {
        walletBalance += amount
        commissions -= amount
    }

    /// Moves free cash into (+) the isolated margin of a position; answers whether there was a position and the cash.
    package mutating func moveMargin(_ amount: Money, instrument: Instrument) -> Bool {
        let place = Int(instrument.id.index)
        guard positions[place] != nil, !amount.isNegative, amount <= availableBalance else {
            return false
        }
        positions[place]?.isolatedMargin += amount
        updateLiquidationPrice(of: instrument)
        return true
    }

    /// Notional ÷ leverage, rounded up.
    package func initialMargin(of notional: Money, instrument: InstrumentID) -> Money {
        let divisor = Int128(leverage(of: instrument))
        return Money(units: (notional.units + divisor - 1) / divisor)
    }

    /// The commission of a forced fill: the taker fee and the clearance fee, but never more than what the closed part
    /// still owns, so that an isolated position can lose its margin and no more.
    func forcedCommission(
        quantity: Quantity, price: Price, instrument: Instrument, clearanceFee: Rate
    ) -> Money {
        guard let position = position(instrument.id) else { return .zero }
        let value = Money(quantity, at: price)
        let isWhole = quantity == position.quantity
        let cost = isWhole ? position.cost : position.cost.share(quantity, of: position.quantity)
        let margin =
            isWhole || position.isolatedMargin.isNegative
            ? position.isolatedMargin
            : position.isolatedMargin.share(quantity, of: position.quantity)
        let left = margin + (position.direction == .long ? value - cost : cost - value)
        let wanted = value.commission(at: instrument.takerFee) + value.commission(at: clearanceFee)
        // Below zero only by funding on a bankrupt position: the insurance pays the difference.
        return min(wanted, left)
    }

    private mutating func updateLiquidationPrice(of instrument: Instrument) {
        let place = Int(instrument.id.index)
        guard let position = positions[place] else { return }
        positions[place]?.liquidationPrice = VenueMargin.liquidationPrice(
            direction: position.direction, quantity: position.quantity, cost: position.cost,
            margin: position.isolatedMargin, tiers: instrument.tiers)
    }
}
