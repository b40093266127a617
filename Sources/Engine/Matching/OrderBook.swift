package import Trading

/// Names one resting order of one book; never valid again after the order has gone.
package struct BookOrderID: Hashable, Sendable {
    let slot: Int32
    let generation: UInt32
}

/// One resting order.
package struct BookOrder: Hashable, Sendable {
    package let id: BookOrderID
    package let owner: Int32
    package let side: Side
    package let price: Price
    package let remaining: Quantity
    package let isReduceOnly: Bool
    /// The owner's own mark on it: the venue order id, or zero.
    package let tag: Int64
}

/// A book with price-time priority: levels in sorted arrays with the best at the end, orders of a level in a linked
/// list inside one array. It keeps orders; who trades with whom is decided by its user, one best order at a time.
///
/// - Complexity: adding and removing is O(log levels) to find plus the move of the levels that are better, which are
///   few; the best order is O(1).
package struct OrderBook: Sendable {
    private struct Node: Sendable {
        var price: Int64
        var remaining: Int64
        var tag: Int64
        var owner: Int32
        var next: Int32
        var previous: Int32
        var generation: UInt32
        var side: Side
        var isReduceOnly: Bool
        var isLive: Bool
    }

    private struct Level: Sendable {
        var price: Int64
        var quantity: Int64
        var head: Int32
        var tail: Int32
    }

    private var nodes: [Node] = []
    private var freeSlots: [Int32] = []
    /// Ascending: the best bid is last.
    private var bids: [Level] = []
    /// Descending: the best ask is last.
    private var asks: [Level] = []
    private var changedBids: [Int64] = []
    private var changedAsks: [Int64] = []
    /// Resting orders.
    package private(set) var count = 0

    package init() {}

    /// Elements kept in all arrays: what memory grows with.
    package var storedElements: Int {
        nodes.count + freeSlots.count + bids.count + asks.count + changedBids.count
            + changedAsks.count
    }

    package var bestBid: BookLevel? { bids.last.map(Self.bookLevel) }
    package var bestAsk: BookLevel? { asks.last.map(Self.bookLevel) }
    package var bestBidPrice: Price? { bids.last.map { Price(units: $0.price) } }
    package var bestAskPrice: Price? { asks.last.map { Price(units: $0.price) } }

    /// The middle of best bid and ask, rounded down; `nil` while a side is empty.
    package var mid: Price? {
        guard let bid = bids.last, let ask = asks.last else { return nil }
        return Price(units: bid.price + (ask.price - bid.price) / 2)
    }

    /// The best `depth` levels of one side of the book (`.buy`: bids), best first.
    package func levels(_ side: Side, depth: Int) -> [BookLevel] {
        (side == .buy ? bids : asks).suffix(depth).reversed().map(Self.bookLevel)
    }

    /// The quantity resting at one price of one side.
    package func quantity(_ side: Side, at price: Price) -> Quantity {
        let levels = side == .buy ? bids : asks
        let (place, isFound) = Self.place(of: price.units, side, in: levels)
        return isFound ? Quantity(units: levels[place].quantity) : .zero
    }

    /// The order that a taker meets first on this side of the book; `nil` when the side is empty.
    package func first(_ side: Side) -> BookOrder? {
        guard let level = (side == .buy ? bids : asks).last else { return nil }
        return order(slot: level.head)
    }

    /// The order by its name; `nil` when it has gone.
    package func order(_ id: BookOrderID) -> BookOrder? {
        guard isResting(id) else { return nil }
        return order(slot: id.slot)
    }

    /// What a taker of `side` could take within `limit` from others than `owner`, at most `wanted`.
    package func available(to side: Side, limit: Price?, excluding owner: Int32, wanted: Quantity)
        -> Quantity
    {
        var sum: Int64 = 0
        for level in (side == .buy ? asks : bids).reversed() {
            if let limit, side == .buy ? level.price > limit.units : level.price < limit.units {
                break
            }
            var slot = level.head
            while slot >= 0 {
                let node = nodes[Int(slot)]
                if node.owner != owner { sum += node.remaining }
                slot = node.next
            }
            if sum >= wanted.units { return wanted }
        }
        return Quantity(units: sum)
    }

    /// Rests an order behind the others of its price. The user has matched it first: a crossed book is a bug of his.
    package mutating func add(
        owner: Int32, side: Side, price: Price, quantity: Quantity, isReduceOnly: Bool = false,
        tag: Int64 = 0
    ) -> BookOrderID {
        precondition(!quantity.isZero, "an order rests with a quantity")
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = Int32(nodes.count)
            nodes.append(
                Node(
                    price: 0, remaining: 0, tag: 0, owner: 0, next: -1, previous: -1, generation: 0,
                    side: .buy,
                    isReduceOnly: false, isLive: false))
        }
        let generation = nodes[Int(slot)].generation &+ 1
        nodes[Int(slot)] = Node(
            price: price.units, remaining: quantity.units, tag: tag, owner: owner, next: -1,
            previous: -1,
            generation: generation, side: side, isReduceOnly: isReduceOnly, isLive: true)
        switch side {
        case .buy:
            precondition(
                asks.last.map { $0.price > price.units } ?? true,
                "a resting bid is below the best ask")
            Self.append(slot, price.units, quantity.units, .buy, to: &bids, &nodes)
            changedBids.append(price.units)
        case .sell:
            precondition(
                bids.last.map { $0.price < price.units } ?? true,
                "a resting ask is above the best bid")
            Self.append(slot, price.units, quantity.units, .sell, to: &asks, &nodes)
            changedAsks.append(price.units)
        }
        count += 1
        return BookOrderID(slot: slot, generation: generation)
    }

    /// Takes an order out; answers what was left of it, `nil` when it had gone before.
    @discardableResult
    package mutating func remove(_ id: BookOrderID) -> Quantity? {
        guard isResting(id) else { return nil }
        let remaining = nodes[Int(id.slot)].remaining
        take(id.slot, remaining)
        return Quantity(units: remaining)
    }

    /// Takes `quantity` from an order, and the order out of the book when nothing is left of it.
    package mutating func fill(_ id: BookOrderID, _ quantity: Quantity) {
        precondition(isResting(id), "only a resting order is filled")
        take(id.slot, quantity.units)
    }

    /// The levels that changed since the last call, each once, absolute; bids and asks by price ascending.
    package mutating func takeChanges() -> (bids: [BookLevel], asks: [BookLevel]) {
        let changes = (
            bids: changes(changedBids, .buy), asks: changes(changedAsks, .sell)
        )
        changedBids.removeAll(keepingCapacity: true)
        changedAsks.removeAll(keepingCapacity: true)
        return changes
    }

    /// Whether any level changed since the last `takeChanges`.
    package var hasChanges: Bool { !changedBids.isEmpty || !changedAsks.isEmpty }

    private func changes(_ prices: [Int64], _ side: Side) -> [BookLevel] {
        var levels: [BookLevel] = []
        var last: Int64 = 0
        for units in prices.sorted() where units != last {
            last = units
            let price = Price(units: units)
            levels.append(BookLevel(price: price, quantity: quantity(side, at: price)))
        }
        return levels
    }

    /// Whether the order is still in the book.
    package func isResting(_ id: BookOrderID) -> Bool {
        let slot = Int(id.slot)
        return slot < nodes.count && nodes[slot].isLive && nodes[slot].generation == id.generation
    }

    private func order(slot: Int32) -> BookOrder {
        let node = nodes[Int(slot)]
        return BookOrder(
            id: BookOrderID(slot: slot, generation: node.generation), owner: node.owner,
            side: node.side,
            price: Price(units: node.price), remaining: Quantity(units: node.remaining),
            isReduceOnly: node.isReduceOnly, tag: node.tag)
    }

    private static func append(
        _ slot: Int32, _ price: Int64, _ quantity: Int64, _ side: Side, to levels: inout [Level],
        _ nodes: inout [Node]
    ) {
        let (place, isFound) = Self.place(of: price, side, in: levels)
        if isFound {
            let tail = levels[place].tail
            nodes[Int(tail)].next = slot
            nodes[Int(slot)].previous = tail
            levels[place].tail = slot
            levels[place].quantity += quantity
        } else {
            levels.insert(
                Level(price: price, quantity: quantity, head: slot, tail: slot), at: place)
        }
    }

    private mutating func take(_ slot: Int32, _ quantity: Int64) {
        let node = nodes[Int(slot)]
        precondition(quantity > 0 && quantity <= node.remaining, "no more is taken than rests")
        nodes[Int(slot)].remaining -= quantity
        let isGone = quantity == node.remaining
        switch node.side {
        case .buy:
            changedBids.append(node.price)
            Self.reduce(&bids, node, quantity, isGone: isGone)
        case .sell:
            changedAsks.append(node.price)
            Self.reduce(&asks, node, quantity, isGone: isGone)
        }
        guard isGone else { return }
        if node.previous >= 0 { nodes[Int(node.previous)].next = node.next }
        if node.next >= 0 { nodes[Int(node.next)].previous = node.previous }
        nodes[Int(slot)].isLive = false
        freeSlots.append(slot)
        count -= 1
    }

    private static func reduce(
        _ levels: inout [Level], _ node: Node, _ quantity: Int64, isGone: Bool
    ) {
        let (place, isFound) = Self.place(of: node.price, node.side, in: levels)
        precondition(isFound, "a resting order has a level")
        levels[place].quantity -= quantity
        guard isGone else { return }
        if levels[place].quantity == 0 {
            levels.remove(at: place)
        } else {
            if node.previous < 0 { levels[place].head = node.next }
            if node.next < 0 { levels[place].tail = node.previous }
        }
    }

    /// Where the level of `price` is, or would be inserted.
    private static func place(of price: Int64, _ side: Side, in levels: [Level]) -> (
        Int, isFound: Bool
    ) {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            let other = levels[middle].price
            if other == price { return (middle, true) }
            if side == .buy ? other < price : other > price {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return (low, false)
    }

    private static func bookLevel(_ level: Level) -> BookLevel {
        BookLevel(price: Price(units: level.price), quantity: Quantity(units: level.quantity))
    }
}
