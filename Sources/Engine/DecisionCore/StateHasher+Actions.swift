package import Messages
import Risk
package import Trading

/// Whether doubles are folded too: facts hash alike in debug and release, doubles on one machine.
package enum HashDepth: Hashable, Sendable { case facts, everything }

extension StateHasher {
    /// Folds one action.
    package mutating func combine(_ action: Action, _ depth: HashDepth) {
        switch action {
        case .submit(let order):
            combine(1)
            combine(order.request)
            combine(order.purpose)
            switch order.durability {
            case .afterCommit(let epoch): combine(epoch.value)
            case .promptly: combine(-1)
            }
        case .cancel(let id, let instrument, let isConditional):
            combine(2)
            combine(id.description)
            combine(Int(instrument.index))
            combine(isConditional)
        case .cancelForeign(let order):
            combine(9)
            combine(Int(order.instrument.index))
            combine(order.venueOrderID.value)
        case .readAccount(let questions):
            combine(3)
            combine(questions.count)
            for question in questions { combine(question.clientOrderID.description) }
        case .setTimer(let timer, let time):
            combine(4)
            combine(timer)
            combine(time)
        case .cancelTimer(let timer):
            combine(5)
            combine(timer)
        case .latch(let isLatched):
            combine(6)
            combine(isLatched)
        case .record(let fact):
            combine(7)
            combine(fact, depth)
        case .notice(let notice): combine(notice)
        }
    }

    mutating func combine(_ notice: Notice) {
        combine(8)
        combine(notice.tag.rawValue)
        combine(notice.severity.rawValue)
        // The text may show a double; its length and bytes are left to the deeper hash of the facts behind it.
    }

    mutating func combine(_ timer: TimerID) {
        switch timer {
        case .tick: combine(1)
        case .candleClose(let id): combine(2, id)
        case .protection(let id): combine(3, id)
        case .maxHold(let id): combine(4, id)
        case .orderTimeout(let id):
            combine(5)
            combine(id.description)
        case .reconcile: combine(6)
        case .dayStart: combine(7)
        case .retryExit(let id): combine(8, id)
        }
    }

    private mutating func combine(_ kind: Int, _ id: InstrumentID) {
        combine(kind)
        combine(Int(id.index))
    }

    mutating func combine(_ purpose: OrderPurpose) {
        switch purpose {
        case .entry: combine(1)
        case .protectiveStop: combine(2)
        case .target: combine(3)
        case .exit(let reason):
            combine(4)
            combine(reason.rawValue)
        }
    }

    mutating func combine(_ kind: OrderKind) {
        switch kind {
        case .market: combine(1)
        case .limit(let price, let time):
            combine(2)
            combine(price)
            combine(Int(time.rawValue))
        case .stopMarket(let trigger, let source):
            combine(3)
            combine(trigger)
            combine(Int(source.rawValue))
        case .takeProfitMarket(let trigger, let source):
            combine(4)
            combine(trigger)
            combine(Int(source.rawValue))
        }
    }

    mutating func combine(_ request: OrderRequest) {
        combine(request.clientOrderID.description)
        combine(Int(request.instrument.index))
        combine(request.side == .buy)
        combine(request.kind)
        combine(request.quantity)
        combine(request.isReduceOnly)
    }

    mutating func combine(_ state: OrderState) {
        switch state {
        case .intended: combine(1)
        case .submitting: combine(2)
        case .resting: combine(3)
        case .partiallyFilled: combine(4)
        case .canceling: combine(5)
        case .outcomeUnknown: combine(6)
        case .filled: combine(7)
        case .canceled: combine(8)
        case .rejected(let reason):
            combine(9)
            combine(reason)
        case .expired: combine(10)
        case .denied: combine(11)
        case .withheld: combine(12)
        case .abandoned: combine(13)
        }
    }

    private mutating func combine(_ reason: RejectReason) {
        switch reason {
        case .insufficientMargin: combine(1)
        case .filterViolation: combine(2)
        case .priceOutsideBand: combine(3)
        case .wouldTriggerImmediately: combine(4)
        case .reduceOnlyConflict: combine(5)
        case .duplicateClientOrderID: combine(6)
        case .wouldTakeLiquidity: combine(7)
        case .unknownOrder: combine(8)
        case .throttled: combine(9)
        case .tooManyOrders: combine(10)
        case .other(let code):
            combine(11)
            combine(code)
        }
    }

    mutating func combine(_ record: OrderRecord) {
        combine(record.request)
        combine(record.purpose)
        combine(record.state)
        combine(record.venueOrderID?.value ?? -1)
        combine(record.filledQuantity)
        combine(record.filledNotional)
        combine(record.createdTime)
        combine(record.changedTime)
    }

    mutating func combine(_ record: PositionRecord, _ depth: HashDepth) {
        combine(Int(record.instrument.index))
        combine(record.direction == .long)
        combine(record.quantity)
        combine(record.cost)
        combine(record.openedTime)
        combine(record.peakQuantity)
        combine(record.realizedPnL)
        combine(record.commissions)
        combine(record.funding)
        combine(record.initialStop)
        combine(record.stopPrice)
        combine(record.targetPrice)
        combine(record.maxHoldUntil)
        combine(record.highestMark)
        combine(record.lowestMark)
        combine(record.leverage)
        combine(record.nakedTime?.nanoseconds ?? -1)
        combine(record.isObserved ?? false)
        combine(record.regime?.persistence.map { Int($0.rawValue) } ?? 9)
        combine(record.regime?.volatility.map { Int($0.rawValue) } ?? 9)
        combine(record.regime?.dayTrend.map { Int($0.rawValue) } ?? 9)
        if depth == .everything {
            combine(record.entryProbability)
            combine(record.entryThreshold)
        }
    }

    mutating func combine(_ trip: RoundTrip, _ depth: HashDepth) {
        combine(Int(trip.instrument.index))
        combine(trip.direction == .long)
        combine(trip.quantity)
        combine(trip.entryPrice)
        combine(trip.exitPrice)
        combine(trip.openedTime)
        combine(trip.closedTime)
        combine(trip.grossPnL)
        combine(trip.commissions)
        combine(trip.funding)
        combine(trip.netPnL)
        combine(trip.exitReason.rawValue)
        if depth == .everything {
            combine(trip.multipleOfR)
            combine(trip.entryProbability)
            combine(trip.entryThreshold)
            combine(trip.exitProbability ?? .nan)
        }
    }

    mutating func combine(_ record: DecisionRecord, _ depth: HashDepth) {
        combine(Int(record.instrument.index))
        combine(record.candleOpenTime)
        combine(record.direction.map { $0 == .long ? 1 : 2 } ?? 0)
        combine(record.verdicts.count)
        combine(record.markPrice)
        switch record.outcome {
        case .notReady(let why):
            combine(1)
            combine(why.rawValue)
        case .belowThreshold: combine(2)
        case .refusedByGuard(let guardID):
            combine(3)
            combine(guardID.rawValue)
        case .refusedByRisk: combine(4)
        case .tooSmall(let needed):
            combine(5)
            combine(needed)
        case .ordered(let id):
            combine(6)
            combine(id.description)
        case .vetoedByPolicy: combine(7)
        case .noProbability: combine(8)
        }
        if depth == .everything {
            combine(record.longProbability)
            combine(record.shortProbability)
            combine(record.longThreshold)
            combine(record.shortThreshold)
            if let models = record.models { combine(models) }
        }
    }

    mutating func combine(_ record: AccountRecord) {
        combine(record.walletBalance)
        combine(record.equity)
        combine(record.peakEquity)
        combine(record.dayStart)
        combine(record.dayStartEquity)
        combine(record.dayLossBase ?? record.dayStartEquity)
        combine(record.dayClosedPnL)
        combine(record.dayCommissions)
        combine(record.dayFunding)
        combine(record.dayTrades)
        combine(record.losingStreak)
    }

    mutating func combine(_ fill: Fill) {
        combine(fill.tradeID)
        combine(fill.price)
        combine(fill.quantity)
        combine(fill.side == .buy)
        combine(fill.commission)
        combine(fill.isMaker)
        combine(fill.venueTime)
    }

    mutating func combine(_ fact: Fact, _ depth: HashDepth) {
        switch fact {
        case .intent(let record):
            combine(1)
            combine(record)
        case .orderChanged(let record):
            combine(2)
            combine(record)
        case .fill(let instrument, let fill, let id, let purpose):
            combine(3)
            combine(Int(instrument.index))
            combine(fill)
            combine(id?.description ?? "")
            if let purpose { combine(purpose) }
        case .funding(let instrument, let amount, let rate):
            combine(4)
            combine(Int(instrument.index))
            combine(amount)
            combine(rate.units)
        case .positionChanged(let record):
            combine(5)
            combine(record, depth)
        case .positionClosed(let instrument):
            combine(6)
            combine(Int(instrument.index))
        case .tradeClosed(let trip):
            combine(7)
            combine(trip, depth)
        case .decision(let record):
            combine(8)
            combine(record, depth)
        case .gateChanged(let state, let epoch, let id):
            combine(9)
            combine(state.rawValue)
            combine(epoch.value)
            combine(id?.description ?? "")
        case .commandReceived(let envelope):
            combine(10)
            combine(envelope.id.description)
            combine(envelope.command.text)
        case .commandStep(let id, let step, let time):
            combine(11)
            combine(id.description)
            combine(step.rawValue)
            combine(time)
        case .commandRefused(let id, _, let time):
            combine(12)
            combine(id.description)
            combine(time)
        case .breakerTripped(let breaker, let value, let limit):
            combine(13)
            combine(breaker.rawValue)
            if depth == .everything {
                combine(value)
                combine(limit)
            }
        case .account(let record):
            combine(14)
            combine(record)
        case .reconciled(let differences):
            combine(15)
            combine(differences.count)
        case .notice(let notice): combine(notice)
        case .symbolPaused(let instrument, let isPaused, let id):
            combine(16)
            combine(Int(instrument.index))
            combine(isPaused)
            combine(id.description)
        case .modelsChanged(let record):
            combine(17)
            combine(record.name)
            combine(record.digest)
            combine(record.previousDigest)
            combine(record.by)
        }
    }

    private mutating func combine(_ models: DecisionModels) {
        combine(models.name)
        combine(models.digest)
        combine(models.features)
        for members in [models.long, models.short] {
            combine(members.count)
            for member in members {
                combine(member.share)
                combine(member.probability ?? .nan)
            }
        }
        guard let advice = models.advice else { return }
        combine(advice.action)
        combine(advice.isVeto)
        for probability in advice.probabilities { combine(probability) }
    }
}
