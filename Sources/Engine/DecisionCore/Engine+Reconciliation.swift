import Messages
import Trading

// The account at the venue against what we book. The venue is right about facts; we explain the difference, and
// what we
// cannot explain pauses entries. Positions are compared in `Engine+VenuePositions`, orders in `Engine+Evidence`.

extension Engine {
    /// How long a reading may be on its way before it is asked for again.
    private static let answerLimit = Duration.seconds(10)
    /// How soon a doubt is looked at again.
    private static let doubtInterval = Duration.seconds(1)
    /// Wallet differences up to this are rounding: one hundredth of a quote unit.
    private static let roundingLimit = Money(units: 100_000_000_000_000)

    /// Asks for a complete reading, unless one is on its way.
    mutating func requestReading() {
        if let asked = reading.askedTime, now - asked < Self.answerLimit {
            reading.wantsAnother = true
            return
        }
        reading.askedTime = now
        reading.wantsAnother = false
        emit(.readAccount(asking: questions()))
        emit(.setTimer(.reconcile, at: now + Self.answerLimit))
    }

    private mutating func scheduleReading(after delay: Duration?) {
        if let delay {
            emit(.setTimer(.reconcile, at: now + delay))
        } else {
            emit(.cancelTimer(.reconcile))
        }
    }

    // MARK: Comparing

    mutating func compare(_ snapshot: AccountSnapshot) {
        counters.readings += 1
        if venue.trouble != nil {
            venue.trouble = nil
            tell(.risk, .info, "the venue serves us again")
        }
        needsSettling = true
        let isFirst = reading.readTime == nil
        // The earlier of both clocks: what is not known exactly must not make a proof.
        let asked = min(reading.askedTime ?? snapshot.venueTime, snapshot.venueTime)
        reading.askedTime = nil
        reading.readTime = now
        reading.foreignOrders = snapshot.foreignOrders
        reading.canceledForeign = []
        reportForeign()
        var doubts = 0
        var differences: [String] = []
        var isUnexplained = false
        for index in symbols.indices {
            switch compareFills(index, snapshot) {
            case .agree:
                doubts += compareOrders(index, snapshot, askedAt: asked)
                switch comparePosition(index, snapshot, isFirst: isFirst) {
                case .agree: symbols[index].mismatches = 0
                case .doubt: doubts += 1
                case .adopted(let what):
                    differences.append(what)
                    isUnexplained = true
                case .observed(let what): differences.append(what)
                }
            case .doubt:
                doubts += 1
                forgetProofs(index)
            case .adopted(let what):
                differences.append(what)
                isUnexplained = true
            case .observed(let what): differences.append(what)
            }
        }
        if doubts == 0 {
            switch compareWallet(snapshot) {
            case .agree: break
            case .doubt: doubts += 1
            case .observed(let what): differences.append(what)
            case .adopted(let what):
                differences.append(what)
                // Rounding and the first word of the venue explain themselves.
                isUnexplained = isUnexplained || !what.hasPrefix("rounding")
            }
        }
        finishComparison(doubts, differences, isUnexplained, snapshot)
    }

    private mutating func finishComparison(
        _ doubts: Int, _ differences: [String], _ isUnexplained: Bool, _ snapshot: AccountSnapshot
    ) {
        reading.differences = differences
        if doubts == 0 {
            reading.isAgreed = true
            reading.hasEverAgreed = true
            // While an entry may still fill, flat is not yet the last word.
            if positionsToClose == 0 && hasOnlyKept(snapshot) && !hasForeignToCancel
                && !orders.live.contains(where: { $0.record.purpose == .entry })
                && !snapshot.openOrders.contains(where: { $0.request.clientOrderID.isOurs })
            {
                reading.flatAgreed = true
            }
            for index in symbols.indices where isFlat(index, snapshot) {
                symbols[index].isFlatAgreed = true
            }
            for index in symbols.indices where listsStop(index, snapshot) {
                symbols[index].position?.stopSeenTime = now
                symbols[index].position?.isStopSeenByReading = true
            }
            record(.reconciled(differences: differences))
        }
        for difference in differences { tell(.reconcile, .warning, difference) }
        if isUnexplained {
            tripCriticalError("the account at the venue differs from ours; entries pause")
        }
        let waitsForFlat =
            (gate.flatReason != nil && !reading.flatAgreed && positionsToClose == 0)
            || symbols.contains { $0.isToBeFlat && $0.position == nil && !$0.isFlatAgreed }
        let isSoon = doubts > 0 || reading.wantsAnother || waitsForFlat
        reading.wantsAnother = false
        scheduleReading(
            after: isSoon ? Self.doubtInterval : delayForUnknown() ?? readingInterval)
    }

    /// A reading is a sign of life of the order link too, so it comes twice as often as the link would go stale.
    private var readingInterval: Duration? {
        guard let limit = configuration.orderLinkStaleAfter else {
            return configuration.reconcileInterval
        }
        let half = Duration(nanoseconds: limit.nanoseconds / 2)
        return configuration.reconcileInterval.map { min($0, half) } ?? half
    }

    /// Whether nothing of ours is open in one symbol, here and there; while an entry may still fill, flat is not yet
    /// the last word.
    private func isFlat(_ index: Int, _ snapshot: AccountSnapshot) -> Bool {
        let id = symbols[index].instrument.id
        return symbols[index].position == nil && !hasLiveEntry(index)
            && foreignToCancel(index).isEmpty
            && !snapshot.positions.contains { $0.instrument == id && !$0.quantity.isZero }
            && !snapshot.openOrders.contains {
                $0.request.instrument == id && $0.request.clientOrderID.isOurs
            }
    }

    /// Whether the reading itself lists the stop that covers the position.
    private func listsStop(_ index: Int, _ snapshot: AccountSnapshot) -> Bool {
        guard let stop = protection(index)?.stop else { return false }
        return snapshot.openOrders.contains {
            $0.request.clientOrderID == stop.request.clientOrderID
        }
    }

    enum Comparison {
        case agree
        /// Cannot be said yet: something is on its way. Another reading will tell.
        case doubt
        /// The venue's word was taken over ours.
        case adopted(String)
        /// Somebody else's position changed, and the policy is to look on: that explains itself.
        case observed(String)
    }

    private mutating func compareWallet(_ snapshot: AccountSnapshot) -> Comparison {
        let difference = snapshot.walletBalance - account.walletBalance
        if difference == .zero {
            reading.walletRepeats = 0
            reading.isFresh = false
            return .agree
        }
        if reading.isFresh {
            reading.isFresh = false
            account.begin(with: snapshot.walletBalance)
            walletChanged = true
            return .agree
        }
        // Funding may be booked there and its report on the way here: the same difference three times is real.
        reading.walletRepeats =
            difference == reading.walletDifference ? reading.walletRepeats + 1 : 1
        reading.walletDifference = difference
        guard reading.walletRepeats >= 3 else { return .doubt }
        reading.walletRepeats = 0
        account.adopt(snapshot.walletBalance)
        reading.adoptedWallet = (difference, snapshot.venueTime)
        walletChanged = true
        let text = difference.text(fractionDigits: 8)
        return .adopted(
            difference.magnitude <= Self.roundingLimit
                ? "rounding: wallet \(text) at the venue" : "wallet differs by \(text)")
    }

}
