import BinanceFormat
import Messages
import Text
import Trading

/// Events of the user stream in the engine's words.
extension AccountSession {
    /// How far the venue's time can be ahead of what we believe while its clock was never measured.
    private static let maxClockError = Duration.hours(24)

    mutating func take(_ event: UserEvent, _ now: AccountMoment) {
        count(unknown: event.unknownWords)
        // One that cannot be would date every later reading after all that happens.
        if let time = event.eventTime, time - now.venue <= Self.maxClockError {
            lastEventTime = max(lastEventTime, time)
        }
        switch event {
        case .order(let update): take(update, now)
        case .algo(let update): take(update)
        case .account(let update): take(update)
        // The same trade follows with its commission.
        case .tradeLite: break
        case .marginCall:
            note(.alarm, "the venue calls for margin")
            want(reading: [])
        case .leverageChanged(let symbol, let leverage, let time):
            guard let place = place(of: symbol) else { return }
            settings.leverages[place] = leverage
            tellSettings(at: time)
            askSettings()
        case .multiAssetsMode(let isOn, let time):
            settings.account?.isMultiAssets = isOn
            tellSettings(at: time)
            askSettings()
        case .listenKeyExpired:
            note(.warning, "the listen key has ended; the user stream is opened anew")
            lose(now)
        case .answer: break
        case .ignored: counters.ignoredEvents += 1
        }
    }

    // MARK: Orders of the matching engine

    private mutating func take(_ update: OrderUpdate, _ now: AccountMoment) {
        guard let place = place(of: update.symbol) else {
            noteOnce(.warning, "the account trades a symbol that is not ours: \(update.symbol)")
            return
        }
        if update.positionSide != .known(.both) { askSettings() }
        tracker.link(update.venueOrderID, instrument(place), to: update.clientOrderID)
        if let fill = update.fill(quoteAsset: configuration.quoteAsset) {
            noteCommission(update.commission, update.commissionAsset)
            tell(fill, of: update.venueOrderID, place)
        } else if let forced = update.forcedClose {
            tellForced(forced, update.venueOrderID, place, at: update.eventTime)
        }
        let name = tracker.name(of: update.venueOrderID, instrument(place))
        guard let id = name.flatMap(Self.ourID) else {
            // Its fills were told; that it stands or went is for the next reading.
            if update.execution != .known(.trade) { want(reading: []) }
            return
        }
        tellState(update, id, place)
        watchHistory(place)
    }

    private mutating func tellState(_ update: OrderUpdate, _ id: ClientOrderID, _ place: Int) {
        let instrument = instrument(place)
        tracker.meet(
            id, instrument, isConditional: update.originalType?.isConditional ?? false)
        let time = update.transactTime
        switch update.execution {
        case .known(.new): tell(tracker.accepted(id, update.venueOrderID, at: time))
        case .known(.canceled):
            tell(tracker.ended(id, .canceled, executed: update.filledQuantity, at: time))
        case .known(.expired):
            tell(tracker.ended(id, .expired, executed: update.filledQuantity, at: time))
        case .known(.trade), .known(.calculated): tellEnd(update, id)
        case .known(.amendment), .unknown:
            // Not of our doing, or nothing that we know: the order is asked for.
            want(reading: [
                OrderQuestion(
                    clientOrderID: id, instrument: instrument,
                    isConditional: tracker.find(id)?.isConditional ?? false)
            ])
        }
    }

    /// A trade may end its order: whole, or for its rest.
    private mutating func tellEnd(_ update: OrderUpdate, _ id: ClientOrderID) {
        let executed = update.filledQuantity
        let time = update.transactTime
        switch update.status {
        case .known(.filled): tell(tracker.ended(id, nil, executed: executed, at: time))
        case .known(.canceled): tell(tracker.ended(id, .canceled, executed: executed, at: time))
        case .known(.expired), .known(.expiredInMatch):
            tell(tracker.ended(id, .expired, executed: executed, at: time))
        case .known(.rejected): tell(tracker.rejected(id, .other(code: 0), at: time))
        case .known(.new), .known(.partiallyFilled), .known(.newInsurance), .known(.newADL),
            .unknown:
            break
        }
    }

    /// Tells a fill once, under the client order id of its order; a fill of somebody else's order as a forced one.
    mutating func tell(_ fill: Fill, of venueID: VenueOrderID, _ place: Int) {
        let instrument = instrument(place)
        guard TradeLog.isCredible(fill.tradeID) else {
            note(.alarm, "\(symbol(place)): a fill with a number that cannot be, refused")
            return want(reading: [])
        }
        guard logs[place].insert(fill.tradeID) else {
            counters.repeatedFills += 1
            return
        }
        let name = tracker.name(of: venueID, instrument)
        if let id = name.flatMap(Self.ourID) {
            tracker.meet(id, instrument, isConditional: false)
            return tell(tracker.filled(id, fill))
        }
        counters.foreignFills += 1
        if let forced = name.flatMap(ForcedClose.init) {
            tellForced(forced, venueID, place, at: fill.venueTime)
        } else {
            note(
                .warning,
                "\(symbol(place)): \(fill.quantity) traded by an order that is not ours: "
                    + (name ?? "unknown"))
        }
        effects.append(.account(.forcedFill(instrument, fill)))
        want(reading: [])
    }

    /// Says once of a forced order that it is at work.
    private mutating func tellForced(
        _ forced: ForcedClose, _ venueID: VenueOrderID, _ place: Int, at time: Timestamp
    ) {
        let instrument = instrument(place)
        guard tracker.isNewForced(venueID, instrument) else { return }
        switch forced {
        case .liquidation:
            effects.append(.account(.liquidation(instrument, venueTime: time)))
        case .deleveraging:
            note(.alarm, "\(symbol(place)): the venue deleverages the position")
        case .settlement: note(.alarm, "\(symbol(place)): the venue settles the contract")
        }
        want(reading: [])
    }

    mutating func noteCommission(_ commission: Money, _ asset: String?) {
        guard let asset, asset != configuration.quoteAsset, commission != .zero,
            !didNoteCommission
        else { return }
        didNoteCommission = true
        note(
            .warning,
            "commissions are taken in \(asset): they are not in the wallet and count as zero")
    }

    // MARK: Conditional orders

    private mutating func take(_ update: AlgoUpdate) {
        guard let place = place(of: update.symbol) else { return }
        guard let id = Self.ourID(update.clientAlgoID) else { return want(reading: []) }
        guard case .known(let status) = update.status else {
            return want(reading: [
                OrderQuestion(
                    clientOrderID: id, instrument: instrument(place), isConditional: true)
            ])
        }
        if status == .rejected, let reason = update.rejectReason, !reason.isEmpty {
            note(.alarm, "\(symbol(place)): a conditional order was refused: \(reason)")
        }
        tellAlgo(
            AlgoWord(
                id: id, algoID: update.algoID, status: status, quantity: update.quantity,
                childID: update.actualOrderID, childQuantity: update.actualQuantity,
                time: update.transactTime), place)
    }

    // MARK: The account

    private mutating func take(_ update: AccountUpdate) {
        let change = update.balances.first { $0.asset == configuration.quoteAsset }?.change
        switch update.reason {
        case .known(.order): break
        case .known(.fundingFee): fundingBooked()
        case .known(.deposit), .known(.withdraw), .known(.withdrawReject), .known(.adjustment),
            .known(.insuranceClear), .known(.adminDeposit), .known(.adminWithdraw),
            .known(.assetTransfer), .known(.optionsPremiumFee), .known(.optionsSettleProfit),
            .known(.autoExchange), .known(.coinSwapDeposit), .known(.coinSwapWithdraw):
            if let change, change != .zero {
                tellTransfer(
                    Transfer(amount: change, time: update.transactTime, isBooking: false))
            }
            want(reading: [])
        case .known(.marginTransfer): tellMargin(update)
        case .known(.marginTypeChange): askSettings()
        case .unknown: want(reading: [])
        }
        for position in update.positions {
            guard let place = place(of: position.symbol) else { continue }
            wallets[place] = position.isolatedWallet
            if position.positionSide != .known(.both) || position.marginType == .known(.crossed) {
                askSettings()
            }
        }
    }

    /// Margin was moved: by how much, the difference of the position's wallet says.
    private mutating func tellMargin(_ update: AccountUpdate) {
        for position in update.positions {
            guard let place = place(of: position.symbol) else { continue }
            guard let before = wallets[place], position.isolatedWallet != before else { continue }
            effects.append(
                .account(
                    .marginMoved(
                        instrument(place), amount: position.isolatedWallet - before,
                        venueTime: update.transactTime)))
        }
        want(reading: [])
    }
}

extension UserEvent {
    /// When the venue said it; `nil` where it does not say.
    fileprivate var eventTime: Timestamp? {
        switch self {
        case .order(let update): update.eventTime
        case .algo(let update): update.eventTime
        case .account(let update): update.eventTime
        case .tradeLite(let trade): trade.eventTime
        case .marginCall(let call): call.eventTime
        case .leverageChanged(_, _, let time), .multiAssetsMode(_, let time),
            .listenKeyExpired(_, let time):
            time
        case .answer, .ignored: nil
        }
    }
}

extension VenueWord where Known == VenueOrderType {
    /// Whether the order began at the algo service.
    fileprivate var isConditional: Bool {
        switch self {
        case .known(.stop), .known(.stopMarket), .known(.takeProfit), .known(.takeProfitMarket),
            .known(.trailingStopMarket):
            true
        case .known(.limit), .known(.market), .known(.liquidation), .unknown: false
        }
    }
}
