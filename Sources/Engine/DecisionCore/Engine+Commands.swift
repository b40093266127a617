import Messages
import Trading

// Commands and the ladders by which they are acknowledged.

extension Engine {
    mutating func receive(_ envelope: CommandEnvelope) {
        needsSettling = true
        if let index = commands.index(of: envelope) { return repeatLadder(index) }
        let index = commands.add(envelope)
        record(.commandReceived(envelope))
        if let refusal = refusal(of: envelope.command) {
            commands.refuse(refusal, at: now, index: index)
            record(.commandRefused(envelope.id, refusal, now))
            tell(.command, .warning, "\(envelope.command.text) refused: \(refusal.text)")
            return
        }
        reach(.accepted, index)
        perform(envelope, index)
        tell(
            envelope.command == .kill ? .kill : .command,
            envelope.command == .kill ? .alarm : .info, "\(envelope.command.text) accepted")
    }

    /// A command of one of our own breakers; it takes the same way as any other, ladder included.
    mutating func command(_ command: Command, from breaker: BreakerID) {
        guard let id = CommandID("breaker-\(breaker.rawValue)-\(sequence)") else {
            preconditionFailure("a breaker's name and a number fit in 64 allowed characters")
        }
        receive(CommandEnvelope(id: id, command: command, origin: .breaker(breaker)))
    }

    private func refusal(of command: Command) -> CommandRefusal? {
        switch command {
        case .pause, .flatten, .kill, .halt: return nil
        case .resume:
            if gate.state == .latched { return .latched }
            if gate.state == .flattening || !reading.isAgreed { return .notReconciled }
            if !venue.allowsEntries {
                return .unsafeAtVenue(venueProblems.joined(separator: ", "))
            }
            return nil
        case .arm(let name):
            if name != configuration.engineName {
                return .wrongEngineName(expected: configuration.engineName)
            }
            if gate.state != .latched { return .notLatched }
            // A kill that is not through yet must not be disarmed half-way.
            let mayStillOpen = orders.live.contains { $0.record.purpose == .entry }
            return gate.flatReason != nil && (positionsToClose > 0 || mayStillOpen)
                ? .notReconciled : nil
        case .close(let symbol): return refusalToClose(symbol)
        case .reduce(let symbol, let percent): return refusalToReduce(symbol, by: percent)
        case .breakEven(let symbol): return refusalOfBreakEven(symbol)
        case .pauseSymbol(let symbol): return index(of: symbol) == nil ? .unknownSymbol : nil
        case .resumeSymbol(let symbol):
            if index(of: symbol) == nil { return .unknownSymbol }
            if gate.state == .latched { return .latched }
            return reading.isAgreed ? nil : .notReconciled
        }
    }

    private mutating func perform(_ envelope: CommandEnvelope, _ index: Int) {
        let before = gate
        switch envelope.command {
        case .pause:
            gate.pause()
            reach(.entriesBlocked, index)
        case .flatten:
            gate.flatten(envelope.exitReason, byOperator: envelope.isByOperator)
            reading.flatAgreed = false
            reach(.entriesBlocked, index)
        case .kill:
            gate.kill(byOperator: envelope.isByOperator)
            reading.flatAgreed = false
            reach(.entriesBlocked, index)
            emit(.latch(true))
        case .halt:
            gate.halt()
            reach(.entriesBlocked, index)
            emit(.latch(true))
        case .arm:
            gate.arm()
            emit(.latch(false))
            // A breaker acts once: without a new peak it would never act again.
            if breakers.tripped.contains(.drawdown) {
                breakers.tripped.removeAll { $0 == .drawdown }
                account.restartPeak(at: equity)
                recordAccount()
            }
        case .resume:
            gate.resume()
            account.forgiveLosingStreak()
            breakers.equity.restart()
            breakers.tripped.removeAll { $0 == .criticalError }
            reach(.completed, index)
        case .close(let symbol): perform(closing: symbol)
        case .reduce(let symbol, let percent): perform(reducing: symbol, by: percent)
        case .breakEven(let symbol): perform(breakEven: symbol)
        case .pauseSymbol(let symbol):
            pause(true, symbol, by: envelope.id)
            reach(.entriesBlocked, index)
        case .resumeSymbol(let symbol):
            pause(false, symbol, by: envelope.id)
            reach(.completed, index)
        }
        switch envelope.command {
        case .pause, .flatten, .kill, .halt: cancelUnknownEntries(of: nil)
        case .close(let symbol), .pauseSymbol(let symbol):
            if let place = self.index(of: symbol) { cancelUnknownEntries(of: place) }
        case .resume, .arm, .reduce, .breakEven, .resumeSymbol: break
        }
        if gate != before { record(.gateChanged(gate.state, gate.epoch, by: envelope.id)) }
    }

    /// An entry that nobody knows the outcome of may still rest at the venue: the cancel is sent, and proves nothing.
    mutating func cancelUnknownEntries(of index: Int?) {
        for order in orders.live where order.isUnknown && order.record.purpose == .entry {
            if let index, Int(order.instrument.index) != index { continue }
            sendCancel(of: order)
        }
    }

    private mutating func repeatLadder(_ index: Int) {
        let command = commands.records[index]
        for rung in command.rungs where rung.step != .refused {
            record(.commandStep(command.envelope.id, rung.step, rung.time))
        }
        if let refusal = command.refusal, let time = command.time(of: .refused) {
            record(.commandRefused(command.envelope.id, refusal, time))
        }
    }

    mutating func reach(_ step: LadderStep, _ index: Int) {
        guard commands.reach(step, at: now, index: index) else { return }
        record(.commandStep(commands.records[index].envelope.id, step, now))
    }

    /// Lets every open command climb as far as the facts allow.
    mutating func climbLadders() {
        guard commands.hasOpen else { return }
        let areEntriesGone = !orders.live.contains { $0.record.purpose == .entry }
        let areOrdersGone =
            areEntriesGone && !orders.live.contains { $0.record.purpose == .target }
        let isFlat = positionsToClose == 0
        for index in commands.records.indices where !commands.records[index].isFinished {
            switch commands.records[index].envelope.command {
            case .pause:
                reach(.ordersSent, index)
                if areEntriesGone {
                    reach(.ordersGone, index)
                    reach(.completed, index)
                }
            case .flatten:
                climb(index, ordersGone: areOrdersGone, isFlat: isFlat)
                if commands.records[index].has(.confirmedByVenue) { reach(.completed, index) }
            case .kill:
                climb(index, ordersGone: areOrdersGone, isFlat: isFlat)
                if commands.records[index].has(.confirmedByVenue)
                    && commands.records[index].has(.latched)
                {
                    reach(.completed, index)
                    endOperatorsFlat()
                }
            case .halt:
                reach(.ordersSent, index)
                if areEntriesGone { reach(.ordersGone, index) }
                if commands.records[index].has(.ordersGone)
                    && commands.records[index].has(.latched)
                {
                    reach(.completed, index)
                }
            case .close(let symbol): climb(index, closing: symbol)
            case .reduce(let symbol, _): climb(index, reducing: symbol)
            case .breakEven(let symbol): climb(index, breakEven: symbol)
            case .pauseSymbol(let symbol): climb(index, pausing: symbol)
            case .arm, .resume, .resumeSymbol: break
            }
        }
        endFlatWhenDone()
    }

    private mutating func climb(_ index: Int, ordersGone: Bool, isFlat: Bool) {
        reach(.ordersSent, index)
        if ordersGone { reach(.ordersGone, index) }
        if ordersGone && isFlat {
            reach(.positionsFlat, index)
            if reading.flatAgreed { reach(.confirmedByVenue, index) } else { requestReading() }
        }
    }

    /// A kill stays in force for what is ours; what others open after it was confirmed is theirs again.
    private mutating func endOperatorsFlat() {
        let isWaitedFor = commands.records.contains {
            !$0.isFinished && $0.envelope.isByOperator
                && ($0.envelope.command == .flatten || $0.envelope.command == .kill)
        }
        if !isWaitedFor { gate.keepObserved() }
    }

    /// A flatten ends when nothing is open, the venue has said so, and no command waits for it any more. A kill
    /// stays in
    /// force: what fills later than that is closed too, until the engine is armed.
    private mutating func endFlatWhenDone() {
        guard gate.state == .flattening, positionsToClose == 0, reading.flatAgreed,
            !orders.live.contains(where: { $0.record.purpose == .entry }),
            !commands.records.contains(where: {
                !$0.isFinished && ($0.envelope.command == .flatten || $0.envelope.command == .kill)
            })
        else { return }
        gate.endFlat()
        record(.gateChanged(gate.state, gate.epoch, by: nil))
    }

    mutating func receive(_ report: LatchReport) {
        needsSettling = true
        switch report {
        case .written:
            for index in commands.records.indices where !commands.records[index].isFinished {
                switch commands.records[index].envelope.command {
                case .kill, .halt: reach(.latched, index)
                case .pause, .resume, .flatten, .arm, .close, .reduce, .breakEven, .pauseSymbol,
                    .resumeSymbol:
                    break
                }
            }
        case .removed:
            for index in commands.records.indices where !commands.records[index].isFinished {
                if case .arm = commands.records[index].envelope.command { reach(.completed, index) }
            }
        case .failed:
            tell(.kill, .alarm, "the latch file could not be written; the engine stays latched")
        }
    }

    mutating func receive(_ report: StoreReport) {
        guard report != store else { return }
        store = report
        needsSettling = true
        switch report {
        case .healthy: tell(.store, .info, "the store is healthy again")
        case .slow: tell(.store, .warning, "the store is slow: no new risk until it is healthy")
        case .failed: tripCriticalError("the store cannot be written: no new risk")
        }
    }
}

extension CommandEnvelope {
    /// Whether a person ordered it, and not a breaker of our own.
    var isByOperator: Bool {
        switch origin {
        case .socket, .signal, .killFile: true
        case .breaker: false
        }
    }

    /// Why positions are closed under this command.
    var exitReason: ExitReason {
        switch origin {
        case .breaker(.dailyLoss): .dailyLoss
        case .breaker(.liquidationDistance): .liquidationDistance
        case .breaker, .socket, .signal, .killFile: .operator
        }
    }
}
