import Features
import Guards
import Market
package import Messages
package import Models
import Risk
package import Trading

// What the screen asks of the core. Nothing here changes anything.

/// Who confirmed a stop.
package enum ProofSource: Hashable, Sendable {
    /// The venue's answer to the order.
    case report
    /// A complete reading of the account.
    case reading
}

/// What keeps one position from running away.
package struct Protection: Hashable, Sendable {
    /// The stop that the venue has confirmed; `nil` while there is none.
    package var stop: OrderRecord?
    package var covered: Quantity
    package var naked: Quantity
    package var confirmedBy: ProofSource?
    package var confirmedTime: Timestamp?
    /// The longest time without full cover since entry, one that runs now included.
    package var longestNaked: Duration
    /// The sum of all times without full cover since entry, one that runs now included.
    package var nakedTime: Duration
}

/// What would stand against an entry now.
package enum Refusal: Hashable, Sendable {
    case notReady(NotReady)
    case guarded(GuardVerdict)
}

extension Engine {
    /// The proof of protection of the position of symbol `index`; `nil` when it is flat.
    package func protection(_ index: Int) -> Protection? {
        guard let position = symbols[index].position else { return nil }
        let id = symbols[index].instrument.id
        var stop: LiveOrder?
        for order in orders.live
        where order.instrument == id && order.isStop(of: position.record.direction)
            && order.isConfirmedOpen
        {
            if stop.map({ $0.rest < order.rest }) ?? true { stop = order }
        }
        let covered = min(stop?.rest ?? .zero, position.record.quantity)
        let naked = position.record.quantity - covered
        var longest = position.longestNaked
        var nakedTime = position.record.nakedTime ?? .zero
        if let since = position.nakedSince {
            longest = max(longest, now - since)
            nakedTime = nakedTime + (now - since)
        }
        var confirmedBy: ProofSource?
        var confirmedTime: Timestamp?
        if let stop {
            confirmedTime = position.stopSeenTime ?? stop.seenOpenTime
            confirmedBy = position.isStopSeenByReading ? .reading : .report
            // What was seen before this order was answered was the one before it.
            if let seen = confirmedTime, stop.record.changedTime > seen {
                confirmedTime = stop.record.changedTime
                confirmedBy = .report
            }
        }
        return Protection(
            stop: stop?.record, covered: covered, naked: naked, confirmedBy: confirmedBy,
            confirmedTime: confirmedTime, longestNaked: longest, nakedTime: nakedTime)
    }

    /// Net of closing the position of symbol `index` at the touch now: taker fee and what it has cost so far
    /// included.
    package func closeNow(_ index: Int) -> Money? {
        guard let record = symbols[index].position?.record else { return nil }
        let market = symbols[index].market
        let touch = record.direction == .long ? market.bestBid?.price : market.bestAsk?.price
        guard let price = touch ?? market.mark?.price else { return nil }
        return net(record, at: price, of: index)
    }

    /// Net of the position's stop being filled at its price, costs so far and the fee of the exit included.
    package func stopHit(_ index: Int) -> Money? {
        guard let record = symbols[index].position?.record else { return nil }
        return net(record, at: record.stopPrice, of: index)
    }

    private func net(_ record: PositionRecord, at price: Price, of index: Int) -> Money {
        let fee = Money(record.quantity, at: price).commission(
            at: symbols[index].instrument.takerFee)
        return record.unrealizedPnL(at: price) + record.realizedPnL - fee
    }

    /// What would refuse an entry in `direction` now, thresholds aside; `nil` when all guards pass.
    package func refusal(_ index: Int, _ direction: Direction, probability: Double) -> Refusal? {
        if let why = notReady(index) { return .notReady(why) }
        let verdicts = guardVerdicts(index, direction, probability: probability)
        switch configuration.guards.decide(verdicts) {
        case .pass: return nil
        case .blocked(let id): return verdicts.first { $0.guardID == id }.map { .guarded($0) }
        }
    }

    /// Why no entry of symbol `index` is even looked at; `nil` when one could be.
    package func whyNotReady(_ index: Int) -> NotReady? { notReady(index) }

    /// What the entry models would say on what is known now, and the row that they would be given; not a decision.
    package func entryOutlook(_ index: Int) -> (row: FeatureRow, reading: EntryReading) {
        let set = models.set
        let row = EntryFeatures.compute(
            symbols[index].market, at: now, needed: set.neededForEntry)
        let history = symbols[index].history
        return (
            row,
            EntryReading(
                time: now, long: set.entry(.long, row: row, history: history),
                short: set.entry(.short, row: row, history: history))
        )
    }

    /// What moves the answer of the entry models of `direction` for `row`, strongest first, at most six.
    ///
    /// - Complexity: milliseconds for a set of large trees.
    package func entryContributors(
        _ direction: Direction, row: borrowing FeatureRow
    ) -> [Contribution] {
        models.set.contributions(.entry(direction), row: row, limit: Self.maxContributors)
    }

    /// What the exit models say of the open position now; `nil` when it is flat.
    package func exitReading(_ index: Int) -> EnsembleReading? {
        guard let record = symbols[index].position?.record else { return nil }
        return models.set.exit(record.direction, row: exitRow(index, record))
    }

    /// What moves the exit probability of an open position, strongest first, at most six.
    ///
    /// - Complexity: milliseconds for a set of large trees.
    package func exitContributors(_ index: Int) -> [Contribution] {
        guard let record = symbols[index].position?.record else { return [] }
        return models.set.contributions(
            .exit(record.direction), row: exitRow(index, record), limit: Self.maxContributors)
    }

    /// So many contributors are told at most.
    static let maxContributors = 6

    /// When the forming decision candle of symbol `index` ends.
    package func nextDecisionTime(_ index: Int) -> Timestamp {
        let interval = configuration.profile.decisionInterval
        return now.floor(to: interval) + interval
    }

    /// The funnel of the last 24 hours.
    package var funnelCounts: FunnelCounts { funnel.counts(at: now) }

    /// The loss of the day, negative, at which trading stops; `nil` when that breaker is off.
    package var dayHaltAt: Money? {
        guard let limit = configuration.riskLimits.breakers.dailyLoss else { return nil }
        let base = account.dayLossBase
        return base - account.dayStartEquity - base.scaled(by: limit.double)
    }
}
