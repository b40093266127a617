package import Trading

/// The checks that stand before an order that raises risk, in the order in which they are made.
package enum RiskCheckID: String, Hashable, Sendable, CaseIterable, Codable {
    case marketKnown = "MARKET_KNOWN"
    case precision = "PRECISION"
    case minNotional = "MIN_NOTIONAL"
    case maxNotional = "MAX_NOTIONAL"
    case priceCollar = "PRICE_COLLAR"
    case marketSpread = "MARKET_SPREAD"
    case positionNotional = "POSITION_NOTIONAL"
    case exposure = "EXPOSURE"
    case lossAtStop = "LOSS_AT_STOP"
    case leverage = "LEVERAGE"
    case freeBalance = "FREE_BALANCE"
    case tradesPerDay = "TRADES_PER_DAY"
    case orderRate = "ORDER_RATE"
    case ordersPerDay = "ORDERS_PER_DAY"
    case duplicate = "DUPLICATE"
    case liquidationDistance = "LIQUIDATION_DISTANCE"
}

/// A measured value or a limit, in its own unit.
package enum RiskValue: Hashable, Sendable, Codable {
    case money(Money)
    case fraction(Rate)
    case count(Int)
    case quantity(Quantity)
    case time(Duration)

    /// For records that hold any unit: quote currency, fractions of one, counts, base units or seconds.
    package var double: Double {
        switch self {
        case .money(let money): money.double
        case .fraction(let rate): rate.double
        case .count(let count): Double(count)
        case .quantity(let quantity): quantity.double
        case .time(let time): time.seconds
        }
    }

    /// For people: money with two digits, fractions in per cent.
    package var text: String {
        switch self {
        case .money(let money): money.text(fractionDigits: 2)
        case .fraction(let rate): rate.percentText
        case .count(let count): String(count)
        case .quantity(let quantity): quantity.description
        case .time(let time): FixedPoint.text(Int128(time.milliseconds), digits: 3) + " s"
        }
    }
}

/// One check with what it measured and what it allows.
package struct RiskCheck: Hashable, Sendable, Codable {
    package var id: RiskCheckID
    package var value: RiskValue
    package var limit: RiskValue
    package var passed: Bool

    package init(_ id: RiskCheckID, value: RiskValue, limit: RiskValue, passed: Bool) {
        self.id = id
        self.value = value
        self.limit = limit
        self.passed = passed
    }
}

/// Why our own Risk refused an order that raises risk; nothing was sent.
package enum Denial: Hashable, Sendable, Codable {
    /// There is no mark price or no touch to hold the order against.
    case marketUnknown
    /// The equity is not above zero, so that no share of it can be risked.
    case noEquity
    case offGrid
    case notionalTooSmall(Money, minimum: Money)
    case notionalTooLarge(Money, maximum: Money)
    case priceOutsideCollar(distance: Rate, maximum: Rate)
    case spreadTooWide(Rate, maximum: Rate)
    case positionTooLarge(Money, maximum: Money)
    case exposureTooLarge(Money, maximum: Money)
    case lossAtStopTooLarge(Money, maximum: Money)
    /// The protective stop is not on the losing side of the entry.
    case stopOnWrongSide
    case leverageTooHigh(Int, maximum: Int)
    case balanceTooSmall(available: Money, needed: Money)
    case tooManyTrades(Int, maximum: Int)
    case tooManyOrdersInWindow(Int, maximum: Int)
    case tooManyOrdersToday(Int, maximum: Int)
    case duplicate(age: Duration, window: Duration)
    case liquidationTooClose(distance: Rate, minimum: Rate)

    /// The check that failed.
    package var check: RiskCheckID {
        switch self {
        case .marketUnknown, .noEquity: .marketKnown
        case .offGrid: .precision
        case .notionalTooSmall: .minNotional
        case .notionalTooLarge: .maxNotional
        case .priceOutsideCollar: .priceCollar
        case .spreadTooWide: .marketSpread
        case .positionTooLarge: .positionNotional
        case .exposureTooLarge: .exposure
        case .lossAtStopTooLarge, .stopOnWrongSide: .lossAtStop
        case .leverageTooHigh: .leverage
        case .balanceTooSmall: .freeBalance
        case .tooManyTrades: .tradesPerDay
        case .tooManyOrdersInWindow: .orderRate
        case .tooManyOrdersToday: .ordersPerDay
        case .duplicate: .duplicate
        case .liquidationTooClose: .liquidationDistance
        }
    }

    /// One plain phrase for people, with the numbers.
    package var text: String {
        switch self {
        case .marketUnknown: "no mark price or no best bid and ask"
        case .noEquity: "equity is not above zero"
        case .offGrid: "price or quantity is not on the venue's grid"
        case .notionalTooSmall(let value, let minimum):
            "order value \(usd(value)) below \(usd(minimum))"
        case .notionalTooLarge(let value, let maximum):
            "order value \(usd(value)) above \(usd(maximum))"
        case .priceOutsideCollar(let distance, let maximum):
            "limit \(distance.percentText) from mark, at most \(maximum.percentText)"
        case .spreadTooWide(let spread, let maximum):
            "spread \(spread.percentText) for a market order, at most \(maximum.percentText)"
        case .positionTooLarge(let value, let maximum):
            "position \(usd(value)) after the fill, at most \(usd(maximum))"
        case .exposureTooLarge(let value, let maximum):
            "exposure \(usd(value)) after the fill, at most \(usd(maximum))"
        case .lossAtStopTooLarge(let value, let maximum):
            "loss at the stop \(usd(value)), at most \(usd(maximum))"
        case .stopOnWrongSide: "the stop is not on the losing side of the entry"
        case .leverageTooHigh(let value, let maximum): "leverage \(value)x, at most \(maximum)x"
        case .balanceTooSmall(let available, let needed):
            "free balance \(usd(available)), needs \(usd(needed))"
        case .tooManyTrades(let count, let maximum): "\(count) trades today, at most \(maximum)"
        case .tooManyOrdersInWindow(let count, let maximum):
            "\(count) orders in the window, at most \(maximum)"
        case .tooManyOrdersToday(let count, let maximum):
            "\(count) orders today, at most \(maximum)"
        case .duplicate(let age, let window):
            "same order \(age.milliseconds) ms ago, window \(window.milliseconds) ms"
        case .liquidationTooClose(let distance, let minimum):
            "liquidation \(distance.percentText) away, at least \(minimum.percentText)"
        }
    }

    private func usd(_ money: Money) -> String { money.text(fractionDigits: 2) }
}
