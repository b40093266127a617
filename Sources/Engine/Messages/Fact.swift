package import Risk
package import Trading

/// Where an order is in its life; terminal states are final.
package enum OrderState: Hashable, Sendable, Codable {
    /// Approved and recorded; not yet handed to the venue.
    case intended
    /// Handed to the venue; no answer yet.
    case submitting
    case resting
    case partiallyFilled
    /// Our cancel is on its way; fills may still come.
    case canceling
    /// Sent, and nobody knows whether it executed; counts as filled in every limit. Ended only by evidence.
    case outcomeUnknown
    case filled
    case canceled
    case rejected(RejectReason)
    case expired
    /// Refused by our own Risk; never sent.
    case denied
    /// Approved, but the gate closed before it was written to the venue.
    case withheld
    /// Proven never to have reached the venue.
    case abandoned

    package var isTerminal: Bool {
        switch self {
        case .intended, .submitting, .resting, .partiallyFilled, .canceling, .outcomeUnknown: false
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned: true
        }
    }

    /// The name of the state, without its reason.
    package var word: String {
        switch self {
        case .intended: "intended"
        case .submitting: "submitting"
        case .resting: "resting"
        case .partiallyFilled: "partiallyFilled"
        case .canceling: "canceling"
        case .outcomeUnknown: "outcomeUnknown"
        case .filled: "filled"
        case .canceled: "canceled"
        case .rejected: "rejected"
        case .expired: "expired"
        case .denied: "denied"
        case .withheld: "withheld"
        case .abandoned: "abandoned"
        }
    }
}

/// One of our orders, whole, as it stands after its latest change.
package struct OrderRecord: Hashable, Sendable, Codable {
    package var request: OrderRequest
    package var purpose: OrderPurpose
    package var state: OrderState
    package var venueOrderID: VenueOrderID?
    package var filledQuantity: Quantity
    /// Exact sum of price × quantity over its fills.
    package var filledNotional: Money
    package var createdTime: Timestamp
    package var changedTime: Timestamp

    package init(
        request: OrderRequest, purpose: OrderPurpose, state: OrderState,
        venueOrderID: VenueOrderID?,
        filledQuantity: Quantity, filledNotional: Money, createdTime: Timestamp,
        changedTime: Timestamp
    ) {
        self.request = request
        self.purpose = purpose
        self.state = state
        self.venueOrderID = venueOrderID
        self.filledQuantity = filledQuantity
        self.filledNotional = filledNotional
        self.createdTime = createdTime
        self.changedTime = changedTime
    }
}

/// An open position of ours, whole, as it stands after its latest change.
package struct PositionRecord: Hashable, Sendable, Codable {
    package var instrument: InstrumentID
    package var direction: Direction
    package var quantity: Quantity
    /// Exact cost of `quantity`: the sum of price × quantity of the entries less the shares of partial closes.
    package var cost: Money
    package var openedTime: Timestamp
    /// The largest quantity that the position has had.
    package var peakQuantity: Quantity
    /// Booked so far on this position: profit of partial closes, commissions (−) and funding (±).
    package var realizedPnL: Money
    package var commissions: Money
    package var funding: Money
    /// Price level of the initial stop; R is its distance from the entry.
    package var initialStop: Price
    package var stopPrice: Price
    package var targetPrice: Price?
    package var maxHoldUntil: Timestamp
    /// The entry's probability and threshold, for the trade record.
    package var entryProbability: Double
    package var entryThreshold: Double
    /// Highest and lowest mark since entry.
    package var highestMark: Price
    package var lowestMark: Price
    package var leverage: Int
    /// Everything ever entered and its exact cost, and what the closed part brought; zero in records of older
    /// builds.
    package var enteredQuantity: Quantity
    package var enteredNotional: Money
    package var exitedNotional: Money
    /// How long some of it was without a confirmed stop since entry, ended spells only; `nil` is none, as in records
    /// of older builds.
    package var nakedTime: Duration?
    /// Since when some of it is without a confirmed stop; `nil` while all of it is covered.
    package var nakedSince: Timestamp?
    /// Somebody else's, and left alone: without stop or target of ours, closed only by the operator. `nil` is no, as in
    /// records of older builds.
    package var isObserved: Bool?
    /// What the market was like when it was entered; `nil` when no model wants to know, and in records of older builds.
    package var regime: MarketRegime?

    package init(
        instrument: InstrumentID, direction: Direction, quantity: Quantity, cost: Money,
        openedTime: Timestamp,
        peakQuantity: Quantity, realizedPnL: Money, commissions: Money, funding: Money,
        initialStop: Price,
        stopPrice: Price, targetPrice: Price?, maxHoldUntil: Timestamp, entryProbability: Double,
        entryThreshold: Double, highestMark: Price, lowestMark: Price, leverage: Int,
        enteredQuantity: Quantity = .zero, enteredNotional: Money = .zero,
        exitedNotional: Money = .zero
    ) {
        self.instrument = instrument
        self.direction = direction
        self.quantity = quantity
        self.cost = cost
        self.openedTime = openedTime
        self.peakQuantity = peakQuantity
        self.realizedPnL = realizedPnL
        self.commissions = commissions
        self.funding = funding
        self.initialStop = initialStop
        self.stopPrice = stopPrice
        self.targetPrice = targetPrice
        self.maxHoldUntil = maxHoldUntil
        self.entryProbability = entryProbability
        self.entryThreshold = entryThreshold
        self.highestMark = highestMark
        self.lowestMark = lowestMark
        self.leverage = leverage
        self.enteredQuantity = enteredQuantity
        self.enteredNotional = enteredNotional
        self.exitedNotional = exitedNotional
        nakedTime = nil
        nakedSince = nil
        isObserved = nil
        regime = nil
    }

    /// Cost ÷ quantity, rounded down to 10⁻⁸; for display, the exact cost is what counts.
    package var entryPrice: Price {
        let units = cost.units / Int128(max(1, quantity.units))
        return Price(units: max(1, Int64(clamping: units)))
    }
}

/// One closed trade: from flat to flat.
package struct RoundTrip: Hashable, Sendable, Codable {
    package var instrument: InstrumentID
    package var direction: Direction
    package var quantity: Quantity
    package var entryPrice: Price
    package var exitPrice: Price
    package var openedTime: Timestamp
    package var closedTime: Timestamp
    /// Price profit before costs.
    package var grossPnL: Money
    package var commissions: Money
    package var funding: Money
    /// Gross − commissions + funding, exact.
    package var netPnL: Money
    /// Net ÷ (initial stop distance × quantity).
    package var multipleOfR: Double
    package var exitReason: ExitReason
    package var entryProbability: Double
    package var entryThreshold: Double
    /// The exit probability when the close was decided; `nil` when none was known.
    package var exitProbability: Double?

    package init(
        instrument: InstrumentID, direction: Direction, quantity: Quantity, entryPrice: Price,
        exitPrice: Price,
        openedTime: Timestamp, closedTime: Timestamp, grossPnL: Money, commissions: Money,
        funding: Money,
        netPnL: Money, multipleOfR: Double, exitReason: ExitReason, entryProbability: Double,
        entryThreshold: Double, exitProbability: Double?
    ) {
        self.instrument = instrument
        self.direction = direction
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.exitPrice = exitPrice
        self.openedTime = openedTime
        self.closedTime = closedTime
        self.grossPnL = grossPnL
        self.commissions = commissions
        self.funding = funding
        self.netPnL = netPnL
        self.multipleOfR = multipleOfR
        self.exitReason = exitReason
        self.entryProbability = entryProbability
        self.entryThreshold = entryThreshold
        self.exitProbability = exitProbability
    }
}

/// How a decision candle's close ended.
package enum DecisionOutcome: Hashable, Sendable, Codable {
    /// Refused at the first step: why in one word.
    case notReady(NotReady)
    case belowThreshold
    /// No model had an answer for either side.
    case noProbability
    case refusedByGuard(GuardID)
    case refusedByRisk(String)
    /// The policy would rather hold, and may say no.
    case vetoedByPolicy
    /// The sizing or the precision layer found no tradable quantity.
    case tooSmall(neededEquity: Money)
    case ordered(ClientOrderID)
}

/// Why entries are not even considered.
package enum NotReady: String, Hashable, Sendable, Codable, CaseIterable {
    case latched, paused, warmingUp, notReconciled, staleData, storeFailing, positionOpen, breaker
    /// A setting at the venue is unsafe, or it does not serve us.
    case unsafeAtVenue
    /// The venue takes only orders that reduce in this symbol.
    case notTradable
}

/// One decision at the close of a decision candle.
package struct DecisionRecord: Hashable, Sendable, Codable {
    package var instrument: InstrumentID
    package var candleOpenTime: Timestamp
    /// The side looked at: the one with the larger margin over its threshold.
    package var direction: Direction?
    /// Not a number when no model had an answer.
    package var longProbability: Double
    package var shortProbability: Double
    package var longThreshold: Double
    package var shortThreshold: Double
    /// All guards' verdicts on `direction`; empty when it did not come to them.
    package var verdicts: [GuardVerdict]
    package var outcome: DecisionOutcome
    /// Mark price at the decision.
    package var markPrice: Price?
    /// By whom and on what the probabilities were made; `nil` in records of older builds.
    package var models: DecisionModels?

    package init(
        instrument: InstrumentID, candleOpenTime: Timestamp, direction: Direction?,
        longProbability: Double,
        shortProbability: Double, longThreshold: Double, shortThreshold: Double,
        verdicts: [GuardVerdict],
        outcome: DecisionOutcome, markPrice: Price?, models: DecisionModels? = nil
    ) {
        self.instrument = instrument
        self.candleOpenTime = candleOpenTime
        self.direction = direction
        self.longProbability = longProbability
        self.shortProbability = shortProbability
        self.longThreshold = longThreshold
        self.shortThreshold = shortThreshold
        self.verdicts = verdicts
        self.outcome = outcome
        self.markPrice = markPrice
        self.models = models
    }
}

/// Whether entries may be made, and why not.
package enum GateState: String, Hashable, Sendable, Codable, CaseIterable {
    /// Entries may be made.
    case open
    /// No new entries until `resume`.
    case paused
    /// A flatten runs: entries are canceled, positions closed; then paused.
    case flattening
    /// Disarmed by kill or halt, on disk; only `arm` with the engine's name ends it.
    case latched
}

extension GateEpoch {
    /// The epoch's number for readers that do not import Risk, like the store.
    package var number: Int64 { Int64(clamping: value) }
}

/// The account as the engine books it; the day runs from 00:00 UTC.
package struct AccountRecord: Hashable, Sendable, Codable {
    package var walletBalance: Money
    /// Wallet + unrealised PnL at mark.
    package var equity: Money
    package var peakEquity: Money
    package var dayStart: Timestamp
    package var dayStartEquity: Money
    package var dayClosedPnL: Money
    package var dayCommissions: Money
    package var dayFunding: Money
    package var dayTrades: Int
    package var losingStreak: Int
    /// The equity that the day's loss is a fraction of, when deposits and withdrawals have moved it away from
    /// `dayStartEquity`; `nil` when they are the same, as in records of older builds.
    package var dayLossBase: Money?

    package init(
        walletBalance: Money, equity: Money, peakEquity: Money, dayStart: Timestamp,
        dayStartEquity: Money,
        dayClosedPnL: Money, dayCommissions: Money, dayFunding: Money, dayTrades: Int,
        losingStreak: Int
    ) {
        self.walletBalance = walletBalance
        self.equity = equity
        self.peakEquity = peakEquity
        self.dayStart = dayStart
        self.dayStartEquity = dayStartEquity
        self.dayClosedPnL = dayClosedPnL
        self.dayCommissions = dayCommissions
        self.dayFunding = dayFunding
        self.dayTrades = dayTrades
        self.losingStreak = losingStreak
        dayLossBase = nil
    }
}

/// Something that the store must remember. Facts of one event are committed together.
package enum Fact: Hashable, Sendable, Codable {
    /// An order was approved: durable before it is sent.
    case intent(OrderRecord)
    case orderChanged(OrderRecord)
    /// One fill of one of our orders (or a forced fill without one), counted.
    case fill(InstrumentID, Fill, ClientOrderID?, OrderPurpose?)
    case funding(InstrumentID, amount: Money, rate: Rate)
    /// The position after a change.
    case positionChanged(PositionRecord)
    case positionClosed(InstrumentID)
    case tradeClosed(RoundTrip)
    case decision(DecisionRecord)
    case gateChanged(GateState, GateEpoch, by: CommandID?)
    /// Entries in one symbol were stopped, or may be made again.
    case symbolPaused(InstrumentID, Bool, by: CommandID)
    case commandReceived(CommandEnvelope)
    case commandStep(CommandID, LadderStep, Timestamp)
    case commandRefused(CommandID, CommandRefusal, Timestamp)
    /// A breaker tripped: measured value against its limit, both as fractions or counts.
    case breakerTripped(BreakerID, value: Double, limit: Double)
    /// The account, at every change of the wallet and once a minute.
    case account(AccountRecord)
    /// The venue's reading was compared: how many differences, and what they were.
    case reconciled(differences: [String])
    case notice(Notice)
    /// Another set of models decides from here on.
    case modelsChanged(ModelChangeRecord)
}

/// What recovery knows after folding the facts of the store: everything that a restart needs, nothing decided.
package struct RecoveredState: Hashable, Sendable, Codable {
    package var account: AccountRecord?
    /// By instrument.
    package var positions: [PositionRecord]
    /// Orders that were not terminal, oldest first.
    package var liveOrders: [OrderRecord]
    package var gate: GateState
    package var epoch: GateEpoch
    /// The latest fill that was counted, by instrument.
    package var lastTrades: [LastTrade]
    /// The last closed trades, oldest first, at most 1,000.
    package var trades: [RoundTrip]
    /// The last decisions, oldest first, at most 2,000.
    package var decisions: [DecisionRecord]
    /// The last commands with their ladders, oldest first, at most 256: a repeat does nothing new even after a restart,
    /// and a stop that was not completed is carried on.
    package var commands: [CommandRecord]
    /// The day (its start) on which the daily loss breaker tripped last.
    package var dailyLossDay: Timestamp?
    /// Symbols without new entries, in order; `nil` means none, as in checkpoints of older builds.
    package var pausedSymbols: [InstrumentID]?

    package init() {
        account = nil
        positions = []
        liveOrders = []
        gate = .open
        epoch = GateEpoch(0)
        lastTrades = []
        trades = []
        decisions = []
        commands = []
        dailyLossDay = nil
        pausedSymbols = nil
    }

    /// Folds one fact, in the order in which the store has them.
    package mutating func apply(_ fact: Fact) {
        switch fact {
        case .intent(let order), .orderChanged(let order):
            liveOrders.removeAll { $0.request.clientOrderID == order.request.clientOrderID }
            if !order.state.isTerminal { liveOrders.append(order) }
        case .fill(let instrument, let fill, _, _):
            if let index = lastTrades.firstIndex(where: { $0.instrument == instrument }) {
                lastTrades[index].tradeID = max(lastTrades[index].tradeID, fill.tradeID)
            } else {
                lastTrades.append(LastTrade(instrument: instrument, tradeID: fill.tradeID))
                lastTrades.sort { $0.instrument < $1.instrument }
            }
        case .positionChanged(let position):
            positions.removeAll { $0.instrument == position.instrument }
            positions.append(position)
            positions.sort { $0.instrument < $1.instrument }
        case .positionClosed(let instrument):
            positions.removeAll { $0.instrument == instrument }
        case .tradeClosed(let trade):
            trades.append(trade)
            if trades.count > 1_000 { trades.removeFirst(trades.count - 1_000) }
        case .decision(var decision):
            // A restart needs no more of it, and there are many.
            decision.models = nil
            decisions.append(decision)
            if decisions.count > 2_000 { decisions.removeFirst(decisions.count - 2_000) }
        case .gateChanged(let state, let epoch, _):
            gate = state
            self.epoch = epoch
        case .symbolPaused(let instrument, let isPaused, _):
            var paused = (pausedSymbols ?? []).filter { $0 != instrument }
            if isPaused { paused.append(instrument) }
            pausedSymbols = paused.isEmpty ? nil : paused.sorted()
        case .account(let record):
            account = record
        case .commandReceived(let envelope):
            commands.append(CommandRecord(envelope: envelope))
            // As the core forgets them: a kill that is not through must be carried on after a restart.
            if commands.count > 256 {
                let oldest =
                    commands.firstIndex { $0.isFinished }
                    ?? commands.firstIndex { $0.envelope.command != .kill } ?? 0
                commands.remove(at: oldest)
            }
        case .commandStep(let id, let step, let time):
            guard let index = commands.lastIndex(where: { $0.envelope.id == id }) else { return }
            if !commands[index].has(step) {
                commands[index].rungs.append(LadderRung(step: step, time: time))
            }
        case .commandRefused(let id, let refusal, let time):
            guard let index = commands.lastIndex(where: { $0.envelope.id == id }) else { return }
            commands[index].refusal = refusal
            commands[index].rungs.append(LadderRung(step: .refused, time: time))
        case .breakerTripped(let breaker, _, _):
            if breaker == .dailyLoss { dailyLossDay = account?.dayStart }
        case .funding, .reconciled, .notice, .modelsChanged:
            break
        }
    }
}
