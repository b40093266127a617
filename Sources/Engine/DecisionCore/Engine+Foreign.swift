import Messages
import Trading

// What others do in the account, and how far the policy lets us touch it.

extension Engine {
    /// Whether the position of symbol `index` is somebody else's and left alone.
    package func isObserved(_ index: Int) -> Bool { symbols[index].position?.isObserved ?? false }

    /// Whether it stays untouched now: the operator closes it, nobody else does.
    func isKept(_ index: Int) -> Bool {
        isObserved(index) && !gate.closesObserved && !symbols[index].isToBeFlat
            && symbols[index].position?.isClosing == false
    }

    /// Open positions that a flatten has to close.
    var positionsToClose: Int {
        symbols.indices.count { symbols[$0].position != nil && !isKept($0) }
    }

    /// Whether the reading has no position but those that are left alone.
    func hasOnlyKept(_ snapshot: AccountSnapshot) -> Bool {
        snapshot.positions.allSatisfy { position in
            let index = Int(position.instrument.index)
            return index < symbols.count && isKept(index)
        }
    }

    // MARK: Orders

    /// Orders of others in symbol `index` that must go: where everything is closed, they could open it again.
    func foreignToCancel(_ index: Int) -> [ForeignOrder] {
        guard configuration.foreignOrders == .manage,
            gate.flatReason != nil || symbols[index].isToBeFlat
        else { return [] }
        let id = symbols[index].instrument.id
        return reading.foreignOrders.filter { $0.instrument == id }
    }

    var hasForeignToCancel: Bool { symbols.indices.contains { !foreignToCancel($0).isEmpty } }

    /// Asks once a reading for the end of each.
    mutating func cancelForeign(_ index: Int) {
        for order in foreignToCancel(index)
        where !reading.canceledForeign.contains(order.venueOrderID) {
            reading.canceledForeign.append(order.venueOrderID)
            counters.cancelsSent += 1
            emit(.cancelForeign(order))
            tell(
                .order, .warning,
                "\(name(index)): canceling order \(order.venueOrderID.value), which is not ours")
        }
    }

    /// Says once of each order of others that it could reduce our positions too: a close that we know nothing of.
    mutating func reportForeign() {
        for order in reading.foreignOrders
        where order.onlyReduces && Int(order.instrument.index) < symbols.count
            && !reading.reportedForeign.contains(order.venueOrderID)
        {
            reading.reportedForeign.append(order.venueOrderID)
            if reading.reportedForeign.count > AccountReadings.maxReportedForeign {
                reading.reportedForeign.removeFirst()
            }
            let what = order.isConditional ? "a stop or target" : "a reducing order"
            tell(
                .reconcile, .warning,
                "\(name(Int(order.instrument.index))): \(what) that is not ours rests at the venue")
        }
    }

    /// Where the owner of a position has set a stop: ours is then no tighter. Of several the farthest, so that it
    /// triggers before none of them; `nil` when there is none on the losing side.
    func ownersStop(_ index: Int, _ direction: Direction, mark: Price) -> Price? {
        let id = symbols[index].instrument.id
        let prices = reading.foreignOrders.compactMap { order -> Price? in
            guard order.instrument == id, order.isConditional, order.onlyReduces,
                order.side == direction.exitSide, let price = order.price
            else { return nil }
            return (direction == .long ? price < mark : price > mark) ? price : nil
        }
        return direction == .long ? prices.min() : prices.max()
    }
}
