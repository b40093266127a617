import Market
import Messages
package import Models
import Risk
package import Trading

// What the policy would do. It is shown and recorded; at most it turns an entry into a hold.

/// What the policy would have done at a decision.
package struct PolicyAdvice: Hashable, Sendable {
    package var time: Timestamp
    package var mode: PolicyMode
    /// The likeliest action.
    package var action: PolicyAction
    /// Of all actions, in the order of `PolicyAction.allCases`; sum to 1.
    package var probabilities: [Double]

    /// Whether it would not enter in `direction` now.
    func opposes(_ direction: Direction) -> Bool {
        switch action {
        case .enterLong: direction == .short
        case .enterShort: direction == .long
        case .hold, .exit, .scaleIn, .scaleOut: true
        }
    }

    func record(isVeto: Bool) -> AdviceRecord {
        AdviceRecord(
            mode: mode.rawValue, action: action.name, probabilities: probabilities, isVeto: isVeto)
    }
}

extension Engine {
    /// What the policy of the set would do at this close; `nil` without one, when it is off, and when something that it
    /// looks at is missing: then there is no advice, and no veto.
    func advice(_ index: Int, _ reading: EntryReading, _ row: borrowing FeatureRow) -> PolicyAdvice?
    {
        guard let policy = models.set.policy, policy.mode != .off else { return nil }
        let state = policyState(index, reading, row)
        let logits = policy.network.logits(state.span)
        guard let best = PolicyNetwork.best(logits), let action = PolicyAction(rawValue: best)
        else { return nil }
        return PolicyAdvice(
            time: now, mode: policy.mode, action: action,
            probabilities: PolicyNetwork.probabilities(logits).map(Double.init))
    }

    /// What the policy sees at the close of a decision candle.
    func policyState(
        _ index: Int, _ reading: EntryReading, _ row: borrowing FeatureRow
    ) -> PolicyState {
        var state = PolicyState()
        state.takeMarket(row)
        state.takeSignals(long: reading.long.probability, short: reading.short.probability)
        takePosition(index, &state)
        takeAccount(&state)
        return state
    }

    private func takePosition(_ index: Int, _ state: inout PolicyState) {
        let symbol = symbols[index]
        guard let position = symbol.position else {
            state[.position] = 0
            state[.unrealizedReturn] = 0
            state[.timeHeld] = 0
            state[.liquidationDistance] = 1
            if case .fractions(_, let target) = configuration.profile.stopRule {
                state[.target] = Float(target.double)
            }
            return
        }
        let record = position.record
        let sign: Double = record.direction == .long ? 1 : -1
        let held = Double(now.nanoseconds - record.openedTime.nanoseconds)
        state[.timeHeld] = Float(held / Double(configuration.profile.maxHold.nanoseconds))
        guard let mark = symbol.market.mark?.price else { return }
        let most = equity.double * configuration.riskLimits.maxPositionFraction.double
        if most > 0 {
            state[.position] = Float(sign * Money(record.quantity, at: mark).double / most)
        }
        let entry = record.entryPrice.double
        state[.unrealizedReturn] = Float(sign * (mark.double - entry) / entry)
        if let target = record.targetPrice {
            state[.target] = Float(sign * (target.double - mark.double) / mark.double)
        }
        let liquidation =
            position.liquidationPrice
            ?? Liquidation.price(
                direction: record.direction, quantity: record.quantity, cost: record.cost,
                wallet: record.margin, tiers: symbol.instrument.tiers)
        // A position that nothing liquidates is as far from it as a flat one.
        state[.liquidationDistance] = Float(
            liquidation.map {
                Liquidation.distance(direction: record.direction, mark: mark, liquidation: $0)
                    .double
            } ?? 1)
    }

    private func takeAccount(_ state: inout PolicyState) {
        let equity = equity.double
        state[.equityRatio] = Float(equity / account.openingBalance.double)
        state[.drawdown] = Float(drawdown.double)
        state[.freeBalanceRatio] = Float(availableBalance.double / equity)
        state[.tradesToday] = Float(
            Double(account.dayTrades) / Double(configuration.riskLimits.maxTradesPerDay))
        // Each trade's result on the wallet before it, worked backwards from the wallet of now.
        var wallet = account.walletBalance.double
        var returns: [Double] = []
        for trip in trips.trips.suffix(20).reversed() {
            wallet -= trip.netPnL.double
            if wallet > 0 { returns.append(trip.netPnL.double / wallet) }
        }
        state[.recentSharpe] = Float(PolicyState.sharpe(returns.reversed()))
    }
}
