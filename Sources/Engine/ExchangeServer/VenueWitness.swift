import Matching
package import Trading

/// What the venue itself has seen of our account: the other side of every claim that an engine makes.
package struct VenueWitness: Hashable, Sendable {
    /// What is open of one instrument now.
    package struct Holding: Hashable, Sendable {
        package var symbol: SymbolName
        package var direction: Direction
        package var quantity: Quantity
        /// What reduce-only stops that have not ended would close of it.
        package var stopQuantity: Quantity
    }

    /// By instrument, without the flat ones.
    package var holdings: [Holding]
    /// Open orders of all kinds by the names that their owners gave them, sorted.
    package var openOrderIDs: [String]
    /// Names under which more than one order was ever taken; a conditional order and what it became count as one.
    package var repeatedOrderIDs: [String]
    /// The longest that any position was not covered whole by stops, in exchange time; the present gap is in it.
    package var longestNaked: Duration
    package var longestNakedSymbol: SymbolName?
    package var walletBalance: Money
    /// Orders that were taken since the opening, without the venue's own; only the latest thousands are looked at.
    package var ordersTaken: Int
    /// Names of the orders taken that could open or enlarge a position, oldest first.
    package var entryOrderIDs: [String]
    package var fills: Int
}

/// Follows how long positions are without their stops.
struct NakedWatch: Sendable {
    private var since: [Timestamp?]
    private(set) var longest = Duration.zero
    private(set) var place: Int?

    init(instruments: Int) { since = Array(repeating: nil, count: instruments) }

    /// Takes what is so at `time` for the instrument at `place`.
    mutating func look(isNaked: Bool, place: Int, at time: Timestamp) {
        guard isNaked || since[place] != nil else { return }
        let begin = since[place] ?? time
        if time - begin > longest {
            longest = time - begin
            self.place = place
        }
        since[place] = isNaked ? begin : nil
    }
}

extension VenueDesk {
    /// What reduce-only stops that have not ended would close of the position; `nil` when it is flat.
    private func holding(_ place: Int) -> VenueWitness.Holding? {
        let id = instruments[place].id
        guard let position = account.position(id) else { return nil }
        var covered = Quantity.zero
        for algo in algos
        where algo.instrument == id && algo.side == position.direction.exitSide
            && algo.type == "STOP_MARKET" && (algo.isReduceOnly || algo.closesPosition)
        {
            switch algo.status {
            case .new, .triggering, .triggered:
                covered = algo.closesPosition ? position.quantity : covered + algo.quantity
            case .finished, .canceled, .rejected, .expired: continue
            }
        }
        return VenueWitness.Holding(
            symbol: instruments[place].symbol, direction: position.direction,
            quantity: position.quantity, stopQuantity: covered)
    }

    /// Lets `watch` look at every position.
    func observe(_ watch: inout NakedWatch) {
        for place in instruments.indices {
            let isNaked = holding(place).map { $0.stopQuantity < $0.quantity } ?? false
            watch.look(isNaked: isNaked, place: place, at: now)
        }
    }

    /// What is so now, with what `watch` has seen.
    func witness(_ watch: NakedWatch) -> VenueWitness {
        let children = Set(algos.compactMap(\.childID))
        var counts: [String: Int] = [:]
        // The venue's own orders may all have the same name.
        for order in orders
        where order.type != "LIQUIDATION" && !children.contains(order.orderID) {
            counts[order.clientOrderID, default: 0] += 1
        }
        for algo in algos { counts[algo.clientAlgoID, default: 0] += 1 }
        var open = orders.filter(\.status.isOpen).map(\.clientOrderID)
        open += algos.filter { $0.status == .new }.map(\.clientAlgoID)
        return VenueWitness(
            holdings: instruments.indices.compactMap { holding($0) }, openOrderIDs: open.sorted(),
            repeatedOrderIDs: counts.filter { $0.value > 1 }.map(\.key).sorted(),
            longestNaked: watch.longest,
            longestNakedSymbol: watch.place.map { instruments[$0].symbol },
            walletBalance: account.walletBalance, ordersTaken: counts.values.reduce(0, +),
            entryOrderIDs: orders.filter { !$0.isReduceOnly && !$0.closesPosition }
                .map(\.clientOrderID),
            fills: trades.elements.count)
    }
}
