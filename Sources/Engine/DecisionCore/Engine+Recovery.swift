import Messages
import Risk
import Trading

// What a restart takes up.

extension Engine {
    /// Takes up what recovery folded: positions, live orders, gate, account, trades, commands. It decides nothing;
    /// what
    /// was on its way when the engine died has an unknown outcome until the venue is read.
    mutating func restore(_ recovered: RecoveredState) {
        if let record = recovered.account {
            account = AccountLedger(record)
            breakers.equity.add(account.dayLossBase, at: record.dayStart)
            reading.isFresh = false
        }
        for last in recovered.lastTrades where Int(last.instrument.index) < symbols.count {
            symbols[Int(last.instrument.index)].fills = FillLog(floor: last.tradeID)
        }
        for order in recovered.liveOrders where Int(order.request.instrument.index) < symbols.count
        {
            restore(order)
        }
        for record in recovered.positions where Int(record.instrument.index) < symbols.count {
            var record = record
            record.completeTotals()
            let index = Int(record.instrument.index)
            var position = OpenPosition(record: record)
            position.isAdopted = record.maxHoldUntil == .distantFuture
            adopt(position, at: index)
        }
        commands = CommandLog(recovered.commands)
        gate = Gate(state: recovered.gate, epoch: recovered.epoch.next)
        for command in recovered.commands where !command.isFinished {
            switch command.envelope.command {
            case .flatten:
                gate.resumeFlat(
                    command.envelope.exitReason, byOperator: command.envelope.isByOperator)
            case .kill:
                gate.resumeFlat(.kill, byOperator: command.envelope.isByOperator)
            case .close(let symbol):
                if let index = index(of: symbol) { symbols[index].isToBeFlat = true }
            case .pause, .resume, .halt, .arm, .reduce, .breakEven, .pauseSymbol, .resumeSymbol:
                break
            }
        }
        for id in recovered.pausedSymbols ?? [] where Int(id.index) < symbols.count {
            symbols[Int(id.index)].isPaused = true
        }
        if recovered.gate == .flattening && gate.flatReason == nil {
            gate.resumeFlat(.operator, byOperator: true)
        }
        for trip in recovered.trades { trips.add(trip) }
        for decision in recovered.decisions {
            let index = Int(decision.instrument.index)
            guard index < symbols.count else { continue }
            lastDecision[index] = decision
            symbols[index].decidedCandle = decision.candleOpenTime
            funnel.add(decision, at: decision.candleOpenTime)
        }
        if let day = recovered.dailyLossDay, day == account.dayStart {
            breakers.entriesBlockedUntil = day + .hours(24)
            breakers.tripped = [.dailyLoss]
        }
    }

    private mutating func restore(_ record: OrderRecord) {
        var order = LiveOrder(record: record)
        switch record.state {
        // Of a cancel, nobody knows whether it was sent or what became of it.
        case .intended, .submitting, .canceling, .outcomeUnknown:
            order.record.state = .outcomeUnknown
            order.unknownSince = now
        case .resting, .partiallyFilled: order.seenOpenTime = record.changedTime
        case .filled, .canceled, .rejected, .expired, .denied, .withheld, .abandoned: return
        }
        orders.add(order)
    }
}
