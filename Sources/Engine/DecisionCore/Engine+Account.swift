import Market
import Messages
import Risk
package import Trading

/// The breakers with what they have already done.
struct BreakerState: Sendable {
    var breakers: Breakers
    /// Beyond their limits at the last look: only what is new acts.
    var tripped: [BreakerID] = []
    /// No entries before then: the next UTC day.
    var entriesBlockedUntil: Timestamp?
    /// Equity by the minute of the last 24 hours.
    var equity = EquityHistory()

    init(limits: BreakerLimits) { breakers = Breakers(limits: limits) }
}

/// One minute of the equity curve.
package struct EquityPoint: Hashable, Sendable {
    package var time: Timestamp
    package var equity: Money
}

/// The equity by the minute, oldest first, at most 24 hours.
package struct EquityHistory: Sendable {
    private var points: [EquityPoint] = []
    /// The oldest that counts; what is before it is removed now and then.
    private var start = 0
    private static let capacity = 1_440

    mutating func add(_ equity: Money, at time: Timestamp) {
        points.append(EquityPoint(time: time, equity: equity))
        while points.count - start > Self.capacity || time - points[start].time > .hours(24) {
            start += 1
        }
        if start > Self.capacity {
            points.removeFirst(start)
            start = 0
        }
    }

    /// The operator has seen the loss: what was before no longer counts.
    mutating func restart() {
        points.removeAll()
        start = 0
    }

    /// A deposit or withdrawal changed the equity: what was before counts as if it had always been so.
    mutating func rebase(from equity: Money, by amount: Money) {
        for index in points.indices {
            let before = points[index].equity
            points[index].equity =
                before.rebased(from: equity, to: equity + amount) ?? before + amount
        }
    }

    /// The equity 24 hours ago, or at the oldest minute known.
    var dayAgo: Money? { points.isEmpty ? nil : points[start].equity }

    /// Oldest first.
    package var ordered: [EquityPoint] { Array(points[start...]) }
}

extension Engine {
    /// The profit of all open positions at mark, before costs. A position without a mark counts zero.
    package var unrealizedPnL: Money {
        var sum = Money.zero
        if openPositions == 0 { return sum }
        for index in symbols.indices { sum += symbols[index].unrealizedPnL }
        return sum
    }

    /// Wallet and unrealised PnL at mark.
    package var equity: Money { account.walletBalance + unrealizedPnL }

    /// Equity at mark, and at the last prices; read in place, for the live look.
    mutating func equities() -> (atMark: Money, atLast: Money?) {
        var atMark = account.walletBalance
        var atLast: Money? = account.walletBalance
        if openPositions == 0 { return (atMark, atLast) }
        for index in symbols.indices {
            let profit = symbols[index].profits()
            atMark += profit.atMark
            atLast = atLast.flatMap { sum in profit.atLast.map { sum + $0 } }
        }
        return (atMark, atLast)
    }

    /// Margin that open positions and unanswered entries use.
    package var marginUsed: Money {
        var sum = Money.zero
        for index in symbols.indices {
            sum += symbols[index].position?.record.margin ?? .zero
        }
        let leverage = Int128(max(1, configuration.profile.leverage))
        for order in orders.live where order.record.purpose == .entry {
            guard let price = order.record.request.kind.price else { continue }
            sum.units += Money(order.rest, at: price).units / leverage
        }
        return sum
    }

    /// What may still be used as margin: losses count, profits do not.
    package var availableBalance: Money {
        let open = unrealizedPnL
        return account.walletBalance + (open.isNegative ? open : .zero) - marginUsed
    }

    mutating func recordAccount() {
        accountRecorded = now
        record(.account(account.record(equity: equity)))
    }

    mutating func recordAccountEveryMinute() {
        guard now.floor(to: .minutes(1)) > accountRecorded else { return }
        breakers.equity.add(equity, at: now)
        recordAccount()
    }

    mutating func dayStarted() {
        if now >= account.dayStart + .hours(24) {
            account.beginDay(at: now, equity: equity)
            if let until = breakers.entriesBlockedUntil, now >= until {
                breakers.entriesBlockedUntil = nil
            }
            breakers.tripped.removeAll { $0 == .dailyLoss || $0 == .tradesPerDay }
            recordAccount()
        }
        emit(.setTimer(.dayStart, at: account.dayStart + .hours(24)))
    }

    /// Acts on every breaker that is newly beyond its limit.
    mutating func checkBreakers() {
        if now >= account.dayStart + .hours(24) { dayStarted() }
        let (equity, equityAtLast) = equities()
        account.see(equity: equity)
        let trips = breakers.breakers.evaluate(
            BreakerInput(
                equityAtMark: equity, equityAtLast: equityAtLast,
                dayStartEquity: account.dayLossBase,
                equity24hAgo: breakers.equity.dayAgo ?? account.dayLossBase,
                peakEquity: account.peakEquity, losingStreak: account.losingStreak,
                tradesToday: account.dayTrades))
        if trips.isEmpty && breakers.tripped.isEmpty { return }
        for trip in trips where !breakers.tripped.contains(trip.id) { act(on: trip) }
        let wasCritical = breakers.tripped.contains(.criticalError)
        breakers.tripped = trips.map(\.id)
        if wasCritical { breakers.tripped.append(.criticalError) }
    }

    private mutating func act(on trip: BreakerTrip) {
        record(.breakerTripped(trip.id, value: trip.value.double, limit: trip.limit.double))
        tell(
            .risk, .alarm,
            "breaker \(trip.id.rawValue): \(trip.value.text) against \(trip.limit.text)")
        switch trip.action {
        case .kill: command(.kill, from: trip.id)
        case .flattenUntilNextDay:
            breakers.entriesBlockedUntil = account.dayStart + .hours(24)
            command(.flatten, from: trip.id)
        case .pauseEntries: command(.pause, from: trip.id)
        case .noEntriesUntilNextDay:
            breakers.entriesBlockedUntil = account.dayStart + .hours(24)
        }
    }

    /// Something at the venue that must not be, told each time that it is new.
    mutating func tripVenueError(_ what: String) {
        if breakers.tripped.contains(.criticalError) { return tell(.risk, .alarm, what) }
        tripCriticalError(what)
    }

    /// Something that must not be: entries stop until the operator has looked.
    mutating func tripCriticalError(_ what: String) {
        guard !breakers.tripped.contains(.criticalError) else { return }
        breakers.tripped.append(.criticalError)
        record(.breakerTripped(.criticalError, value: 1, limit: 0))
        tell(.risk, .alarm, what)
        command(.pause, from: .criticalError)
    }
}

extension RiskValue {
    /// For records: money and quantities in whole units, fractions of one, seconds.
    var double: Double {
        switch self {
        case .money(let money): money.double
        case .fraction(let rate): rate.double
        case .count(let count): Double(count)
        case .quantity(let quantity): quantity.double
        case .time(let time): time.seconds
        }
    }
}
