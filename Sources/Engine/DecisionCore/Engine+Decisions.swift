import Exits
import Features
import Guards
import Market
import Messages
import Models
import Risk
import Trading

// Entries: decided at the close of a decision candle, in the final order of checks. The first refusal wins.

extension Engine {
    mutating func decide(_ index: Int, _ candle: Candle) {
        let row = symbols[index].closedRow
        let reading = EntryReading(
            time: now,
            long: models.set.entry(.long, row: row, history: symbols[index].history),
            short: models.set.entry(.short, row: row, history: symbols[index].history))
        symbols[index].entry = reading
        for direction in Direction.allCases {
            see(reading[direction], .entry(direction), index)
            countDrift(.entry(direction), row, reading[direction].probability)
        }
        var decision = DecisionRecord(
            instrument: symbols[index].instrument.id, candleOpenTime: candle.openTime,
            direction: nil, longProbability: reading.long.probability ?? .nan,
            shortProbability: reading.short.probability ?? .nan,
            longThreshold: models.set.bar(
                .long, symbols[index].longThreshold.value, reading.long),
            shortThreshold: models.set.bar(
                .short, symbols[index].shortThreshold.value, reading.short), verdicts: [],
            outcome: .belowThreshold, markPrice: symbols[index].market.mark?.price,
            models: decisionModels(reading, row))
        decision.direction = chosenDirection(decision)
        let advice = advice(index, reading, row)
        symbols[index].advice = advice
        decision.outcome = outcome(index, &decision)
        decision.models?.advice = advice?.record(isVeto: decision.outcome == .vetoedByPolicy)
        // Counted under the threshold in force at this candle; the loop moves it only for the next. What nobody could
        // say is no candle without a signal.
        // While members are silent the bar is higher, and a signal is what reached the bar.
        if let long = reading.long.probability {
            symbols[index].longThreshold.record(long, bar: decision.longThreshold)
        }
        if let short = reading.short.probability {
            symbols[index].shortThreshold.record(short, bar: decision.shortThreshold)
        }
        for direction in Direction.allCases { seeThreshold(direction, index) }
        lastDecision[index] = decision
        funnel.add(decision, at: now)
        record(.decision(decision))
        tellRefusal(decision, index)
    }

    private func decisionModels(
        _ reading: EntryReading, _ row: borrowing FeatureRow
    ) -> DecisionModels {
        var hasher = StateHasher()
        for feature in models.set.entryFeatures { hasher.combine(row[feature]) }
        return DecisionModels(
            name: models.set.name, digest: models.set.digest, features: hasher.text,
            long: reading.long.records, short: reading.short.records)
    }

    /// The side with the larger margin over its threshold; `nil` when neither has a probability.
    private func chosenDirection(_ decision: DecisionRecord) -> Direction? {
        let long = decision.longProbability - decision.longThreshold
        let short = decision.shortProbability - decision.shortThreshold
        if long.isNaN { return short.isNaN ? nil : .short }
        return short > long ? .short : .long
    }

    private mutating func outcome(
        _ index: Int, _ decision: inout DecisionRecord
    ) -> DecisionOutcome {
        if let why = notReady(index) { return .notReady(why) }
        guard let direction = decision.direction else { return .noProbability }
        let probability =
            direction == .long ? decision.longProbability : decision.shortProbability
        let threshold = direction == .long ? decision.longThreshold : decision.shortThreshold
        guard probability >= threshold else { return .belowThreshold }
        decision.verdicts = guardVerdicts(index, direction, probability: probability)
        let multiplier: Double
        switch configuration.guards.decide(decision.verdicts) {
        case .blocked(let id): return .refusedByGuard(id)
        case .pass(let factor): multiplier = factor
        }
        if let advice = symbols[index].advice, advice.mode == .veto, advice.opposes(direction) {
            return .vetoedByPolicy
        }
        guard let touch = touch(index), let mark = decision.markPrice else {
            return .refusedByRisk(Denial.marketUnknown.text)
        }
        let limit = entryLimit(index, direction, touch)
        let size = size(
            index, direction, probability, multiplier: multiplier, limit: limit,
            dearest: max(limit, mark, direction == .long ? touch.ask : touch.bid))
        switch size.outcome {
        case .tooSmall(let needed): return .tooSmall(neededEquity: needed)
        case .noEdge(let kelly):
            command(.pause, from: .consecutiveLosses)
            return .refusedByRisk("no edge in the last trades: Kelly \(hundredths(kelly))")
        case .sized(let quantity):
            let entry = PendingEntry(
                clientOrderID: ids.next(), direction: direction, quantity: quantity,
                probability: probability, threshold: threshold, decisionPrice: mark,
                chasesLeft: configuration.profile.entry.chases, epoch: gate.epoch,
                decidedTime: now)
            switch sendEntry(index, entry, limit: limit, touch: touch) {
            case .approved(let order): return .ordered(order.request.clientOrderID)
            case .denied(let denial): return .refusedByRisk(denial.text)
            }
        }
    }

    /// Steps 1 and 2: why nothing is even looked at.
    func notReady(_ index: Int) -> NotReady? {
        switch gate.state {
        case .latched: return .latched
        case .paused, .flattening: return .paused
        case .open: break
        }
        if symbols[index].isPaused { return .paused }
        if !venue.allowsEntries { return .unsafeAtVenue }
        if !symbols[index].isTradable { return .notTradable }
        if !reading.isAgreed { return .notReconciled }
        if store != .healthy { return .storeFailing }
        if symbols[index].knownCandles < configuration.profile.warmUpCandles {
            return .warmingUp
        }
        if isStale(index) { return .staleData }
        if let until = breakers.entriesBlockedUntil, now < until { return .breaker }
        // Whatever of ours may still be open at the venue, a stop or a late close too, would meet the new position.
        let id = symbols[index].instrument.id
        if symbols[index].position != nil || symbols[index].isToBeFlat
            || orders.live.contains(where: { $0.instrument == id })
        {
            return .positionOpen
        }
        return nil
    }

    /// Whether the market or the order link has been silent for too long.
    func isStale(_ index: Int) -> Bool {
        if symbols[index].market.isStale(.connection, at: now) { return true }
        guard let limit = configuration.orderLinkStaleAfter else { return false }
        return links.seenTime.map { now - $0 > limit } ?? true
    }

    /// A limit that reaches a little beyond the touch, on the grid, never worse.
    private func entryLimit(
        _ index: Int, _ direction: Direction, _ touch: (bid: Price, ask: Price)
    ) -> Price {
        let slip = configuration.profile.entry.maxSlippage
        let instrument = symbols[index].instrument
        let mark = symbols[index].market.mark?.price
        switch direction {
        case .long:
            return Precision.limit(touch.ask.moved(by: slip), side: .buy, instrument, mark: mark)
        case .short:
            return Precision.limit(touch.bid.moved(by: -slip), side: .sell, instrument, mark: mark)
        }
    }

    /// The stop lies from the limit; the notional is that at `dearest`, as the risk checks will count it.
    private func size(
        _ index: Int, _ direction: Direction, _ probability: Double, multiplier: Double,
        limit: Price, dearest: Price
    ) -> SizingResult {
        let instrument = symbols[index].instrument
        let bracket = bracket(index, direction, entry: limit)
        let way = bracket.stop.distance(from: limit)
        let hour = symbols[index].market.flow.window(.oneHour).gross
        return Sizing.size(
            SizingInput(
                direction: direction, equity: equity, probability: probability,
                losingStreak: account.losingStreak, winningStreak: trips.winningStreak,
                stopDistance: way < .zero ? -way : way, roundTripCosts: roundTripCosts(index),
                statistics: trips.statistics, leverage: configuration.profile.leverage,
                hourNotional: hour > .zero ? hour : nil, guardMultiplier: multiplier,
                entryPrice: dearest),
            configuration.profile.sizing, instrument.filters)
    }

    /// Taker fees in and out, the spread, and the slippage that the entry may have; a fraction of notional.
    func roundTripCosts(_ index: Int) -> Rate {
        let fee = symbols[index].instrument.takerFee
        return fee + fee + (spread(index) ?? .zero)
    }

    /// Makes the risk checks and sends the entry when they pass.
    private mutating func sendEntry(
        _ index: Int, _ entry: PendingEntry, limit: Price, touch: (bid: Price, ask: Price)
    ) -> PreTradeResult.Outcome {
        let instrument = symbols[index].instrument
        let held = symbols[index].position?.record
        let request = OrderRequest(
            clientOrderID: entry.clientOrderID, instrument: instrument.id,
            side: entry.direction.entrySide, kind: .limit(limit, .ioc), quantity: entry.quantity,
            isReduceOnly: false)
        let result = PreTrade.check(
            PreTradeInput(
                request: request, epoch: gate.epoch, time: now,
                markPrice: symbols[index].market.mark?.price, bestBid: touch.bid,
                bestAsk: touch.ask, equity: equity, availableBalance: availableBalance,
                leverage: configuration.profile.leverage,
                stopPrice: bracket(index, entry.direction, entry: limit).stop,
                heldQuantity: held?.quantity ?? .zero, heldCost: held?.cost ?? .zero,
                heldMargin: held?.margin ?? .zero, otherExposure: otherExposure(than: index),
                tradesToday: held == nil
                    ? account.dayTrades + entriesWithoutPosition
                    : max(0, account.dayTrades - 1)),
            of: instrument, limits: configuration.riskLimits, history: history)
        if case .approved(let order) = result.outcome {
            symbols[index].pendingEntry = entry
            history.record(request, at: now)
            counters.entriesSubmitted += 1
            submit(order)
        }
        return result.outcome
    }

    /// Notional of everything else that is open or may be filled; what is unknown counts as filled.
    private func otherExposure(than index: Int) -> Money {
        var sum = Money.zero
        for other in symbols.indices where other != index {
            guard let record = symbols[other].position?.record else { continue }
            sum +=
                symbols[other].market.mark.map { Money(record.quantity, at: $0.price) }
                ?? record.cost
        }
        for order in orders.live where order.record.purpose == .entry {
            guard let price = order.record.request.kind.price else { continue }
            sum += Money(order.rest, at: price)
        }
        return sum
    }

    /// Flat symbols with an entry that may have filled without our knowing.
    var entriesWithoutPosition: Int {
        symbols.indices.count { symbols[$0].position == nil && hasLiveEntry($0) }
    }

    /// An entry is over: what did not fill is chased as often as the profile says, then given up.
    mutating func entryEnded(_ order: LiveOrder, _ index: Int) {
        guard var entry = symbols[index].pendingEntry, entry.clientOrderID == order.id else {
            return
        }
        symbols[index].pendingEntry = nil
        guard order.record.state == .expired, entry.chasesLeft > 0, gate.state == .open,
            entry.epoch == gate.epoch, now - entry.decidedTime <= configuration.orderAnswerLimit,
            !symbols[index].isPaused, !symbols[index].isToBeFlat, symbols[index].isTradable,
            venue.allowsEntries,
            reading.isAgreed, store == .healthy, !isStale(index),
            !(symbols[index].position?.isClosing ?? false), let touch = touch(index)
        else { return }
        entry.chasesLeft -= 1
        entry.clientOrderID = ids.next()
        let limit = entryLimit(index, entry.direction, touch)
        switch Precision.entryQuantity(
            order.rest, at: limit, isMarket: false, symbols[index].instrument.filters)
        {
        case .success(let quantity):
            entry.quantity = quantity
            if case .denied(let denial) = sendEntry(index, entry, limit: limit, touch: touch) {
                tell(.refused, .info, "\(name(index)): not chased, \(denial.text)")
            }
        case .failure: break
        }
    }

    private mutating func tellRefusal(_ decision: DecisionRecord, _ index: Int) {
        let side = decision.direction == .short ? "SHORT" : "LONG"
        switch decision.outcome {
        case .notReady, .belowThreshold, .noProbability, .ordered: break
        case .vetoedByPolicy: tell(.refused, .info, "\(name(index)) \(side) the policy would hold")
        case .refusedByGuard(let id): tell(.refused, .info, "\(name(index)) \(side) \(id.label)")
        case .refusedByRisk(let why): tell(.refused, .info, "\(name(index)) \(side) \(why)")
        case .tooSmall(let needed):
            tell(
                .refused, .info,
                "\(name(index)) \(side) too small, needs equity \(needed.text(fractionDigits: 0))")
        }
    }
}

extension TripLog {
    /// What the last 100 trades say; fractions of the entry's notional.
    var statistics: TradeStatistics? {
        let last = trips.suffix(100)
        guard !last.isEmpty else { return nil }
        var wins = 0
        var won = 0.0
        var lost = 0.0
        for trip in last {
            let notional = Money(trip.quantity, at: trip.entryPrice).double
            guard notional > 0 else { continue }
            let value = trip.netPnL.double / notional
            if value > 0 {
                wins += 1
                won += value
            } else {
                lost -= value
            }
        }
        let losses = last.count - wins
        return TradeStatistics(
            count: last.count, winRate: Double(wins) / Double(last.count),
            meanWin: wins > 0 ? won / Double(wins) : 0,
            meanLoss: losses > 0 ? lost / Double(losses) : 0)
    }
}
