import Messages
import Trading

// What the venue says about the account other than about one order.

extension Engine {
    mutating func receive(_ report: AccountReport) {
        switch report {
        case .funding(let id, let amount, let rate, let venueTime):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            // A link that was lost may tell it again.
            guard amount.isCredible,
                symbols[Int(id.index)].fundingTime.map({ $0 < venueTime }) ?? true
            else {
                counters.refusedReports += 1
                return
            }
            symbols[Int(id.index)].fundingTime = venueTime
            account.book(funding: amount)
            symbols[Int(id.index)].position?.record.book(funding: amount)
            record(.funding(id, amount: amount, rate: rate))
            if let position = symbols[Int(id.index)].position {
                record(.positionChanged(position.record))
            }
            walletChanged = true
        case .liquidation(let id, _):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            symbols[Int(id.index)].liquidationTime = now
            tell(.risk, .alarm, "\(name(Int(id.index))): the venue is liquidating the position")
        case .forcedFill(let id, let fill):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            count(fill, of: id, by: nil)
        case .marginMoved(let id, let amount, _):
            links.seen(at: now)
            guard Int(id.index) < symbols.count else { return }
            tell(.risk, .info, "\(name(Int(id.index))): margin moved by \(amount)")
        case .alive:
            let wasLost = links.seenTime == nil
            links.seen(at: now)
            if wasLost { requestReading() }
        case .lost:
            links.lost()
            reading.isAgreed = false
            reading.askedTime = nil
            tell(.feed, .alarm, "the order link is lost; the account is unknown until it is read")
            requestReading()
        case .transferred(let amount, let venueTime):
            links.seen(at: now)
            transferred(amount, at: venueTime)
        case .unsafeSettings(let settings, _): receive(settings)
        case .trouble(let trouble): receive(trouble)
        case .instrument(let instrument): receive(instrument)
        case .instrumentStatus(let id, let isTradable): receive(id, isTradable: isTradable)
        case .snapshot(let snapshot):
            links.seen(at: now)
            guard snapshot.isCredible else {
                counters.refusedReports += 1
                tell(.reconcile, .alarm, "a reading of the account that cannot be, refused")
                return
            }
            compare(snapshot)
        }
    }

    /// A deposit or withdrawal: money that was neither won nor lost.
    private mutating func transferred(_ amount: Money, at venueTime: Timestamp) {
        let isRepeat = reading.transfers.contains { $0 == (amount, venueTime) }
        guard amount.isCredible, amount != .zero, !isRepeat else {
            counters.refusedReports += 1
            return
        }
        reading.transfers.append((amount, venueTime))
        if reading.transfers.count > AccountReadings.maxTransfers {
            reading.transfers.removeFirst()
        }
        let current = equity
        if let adopted = reading.adoptedWallet, adopted.difference == amount,
            venueTime <= adopted.time
        {
            // A reading had it before its report: the wallet has it already, and took a gain for a deposit at once.
            reading.adoptedWallet = nil
            if amount.isNegative {
                account.explainAdopted(withdrawal: amount, equity: current - amount)
                breakers.equity.rebase(from: current - amount, by: amount)
            }
        } else {
            account.transfer(amount, equity: current)
            breakers.equity.rebase(from: current, by: amount)
        }
        walletChanged = true
        tell(
            .risk, .info,
            "\(amount.isNegative ? "withdrawn" : "deposited") \(amount.magnitude.text(fractionDigits: 2))"
        )
    }
}

extension AccountSnapshot {
    /// Whether its numbers can be booked without leaving the range of the arithmetic.
    var isCredible: Bool {
        walletBalance.isCredible
            && positions.allSatisfy { Money($0.quantity, at: $0.entryPrice).isCredible }
    }
}
