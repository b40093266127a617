package import Trading

/// What is wrong with the matching of our orders in one instrument: for trying out what becomes of us then.
struct Impairment: Sendable {
    /// The part that an order gets at a time.
    private var share = Rate.zero
    /// Orders that still get a part only.
    private var sharedOrders = 0
    /// Conditional orders that are still rejected when they fire.
    private var refusedTriggers = 0

    mutating func share(_ share: Rate, orders: Int) {
        self.share = share
        sharedOrders = orders
    }

    mutating func refuseTriggers(_ count: Int) { refusedTriggers = count }

    /// What the next order gets at a time; `nil`: all.
    var nextShare: Rate? { sharedOrders > 0 ? share : nil }

    /// The same, for an order that begins to execute.
    mutating func takeShare() -> Rate? {
        defer { sharedOrders = max(0, sharedOrders - 1) }
        return nextShare
    }

    mutating func refusesTrigger() -> Bool {
        guard refusedTriggers > 0 else { return false }
        refusedTriggers -= 1
        return true
    }
}

extension Exchange {
    /// The next `orders` of ours in an instrument get only `share` of what the book offers; zero orders ends it.
    ///
    /// The rest of a market order or of one that does not rest expires. What may rest gets another part with every
    /// second, or slices of that part of the whole when others take it from the book. No part is smaller than a step.
    package mutating func share(_ share: Rate, of id: InstrumentID, orders: Int) {
        impairments[Int(id.index)].share(share, orders: orders)
    }

    /// The next `count` conditional orders of ours in an instrument are rejected when they fire: they come to the
    /// book with neither margin nor a trade. Zero ends it.
    package mutating func refuseTriggers(of id: InstrumentID, count: Int) {
        impairments[Int(id.index)].refuseTriggers(count)
    }

    /// Liquidates our position now, whatever the mark; nothing happens without one.
    package mutating func liquidateOurs(_ id: InstrumentID) {
        guard let position = accounts[0].position(id) else { return }
        liquidate(0, Int(id.index), position)
        emitTicker(Int(id.index))
    }

    /// Closes up to `quantity` of our position at the mark, outside the book, without a commission; the insurance
    /// takes the other side. `.liquidation` and one `.forcedFill` tell it; nothing happens without a position.
    package mutating func closeOurs(_ id: InstrumentID, upTo quantity: Quantity) {
        let place = Int(id.index)
        guard let position = accounts[0].position(id), !quantity.isZero else { return }
        report(.liquidation(id, venueTime: time))
        takeOver(
            min(quantity, position.quantity), of: 0, place, at: markets[place].markPrice,
            side: position.direction.exitSide, commission: .zero)
        expireReduceOnlyWithoutPosition(place)
    }

    /// Gives back a commission that we paid in another asset.
    package mutating func refundCommission(_ amount: Money) {
        accounts[0].collect(amount)
        feesCollected -= amount
    }

    /// Lets the next mark of an instrument settle funding, before its time; the interval then begins there.
    package mutating func settleFundingNext(_ id: InstrumentID) {
        markets[Int(id.index)].nextFundingTime = min(
            time, markets[Int(id.index)].nextFundingTime)
    }

    // MARK: Slices

    /// What an order gets of `wanted` from the book now.
    func offered(_ wanted: Quantity, to order: RemoteOrder, limit: Price?, _ place: Int) -> Quantity
    {
        guard let share = order.share else { return wanted }
        let available = markets[place].book.available(
            to: order.request.side, limit: limit, excluding: 0, wanted: wanted)
        return available.isZero ? .zero : min(wanted, part(share, of: available, place))
    }

    /// What the next order of ours will get of `available`.
    func offeredNext(of available: Quantity, _ place: Int) -> Quantity {
        guard let share = impairments[place].nextShare, !available.isZero else { return available }
        return min(available, part(share, of: available, place))
    }

    /// What one trade takes from a resting order: a slice when the order is ours and gets no more.
    func sliced(_ amount: Quantity, of maker: BookOrder, _ place: Int) -> Quantity {
        guard maker.owner == 0,
            let order = orders.first(where: { $0.venueOrderID == maker.tag }),
            let share = order.share
        else { return amount }
        return min(amount, part(share, of: order.request.quantity, place))
    }

    /// Goes on with orders of ours that may take more than they got.
    mutating func resumeSliced(_ place: Int) {
        let id = markets[place].instrument.id
        let waiting = orders.filter {
            $0.share != nil && $0.state == .waiting && $0.request.instrument == id
        }
        for order in waiting {
            guard let index = orders.firstIndex(where: { $0.venueOrderID == order.venueOrderID })
            else { continue }
            execute(orders.remove(at: index), place)
        }
    }

    /// `share` of a quantity in whole steps, at least one.
    private func part(_ share: Rate, of quantity: Quantity, _ place: Int) -> Quantity {
        let step = Int128(max(1, markets[place].instrument.filters.stepSize.units))
        let units =
            Int128(quantity.units) * Int128(share.units) / Int128(FixedPoint.unitsPerOne)
        return Quantity(units: Int64(clamping: max(step, units / step * step)))
    }
}
