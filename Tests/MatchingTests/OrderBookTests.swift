import Matching
import Testing
import Trading

/// A book that is obviously right: one list, sorted anew each time.
private struct NaiveBook {
    struct Order {
        let number: Int
        let side: Side
        let price: Price
        var remaining: Quantity
    }
    var orders: [Order] = []

    func first(_ side: Side) -> Order? {
        orders.filter { $0.side == side }.min { left, right in
            if left.price == right.price { return left.number < right.number }
            return side == .buy ? left.price > right.price : left.price < right.price
        }
    }

    func levels(_ side: Side) -> [BookLevel] {
        var sums: [Price: Quantity] = [:]
        for order in orders where order.side == side {
            sums[order.price, default: .zero] += order.remaining
        }
        return sums.keys.sorted { side == .buy ? $0 > $1 : $0 < $1 }.map {
            BookLevel(price: $0, quantity: sums[$0] ?? .zero)
        }
    }
}

@Suite struct OrderBookTests {
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `the fast book agrees with the naive one after every step`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var book = OrderBook()
        var naive = NaiveBook()
        var ids: [Int: BookOrderID] = [:]
        for number in 0..<1_500 {
            let side: Side = random.chance(0.5) ? .buy : .sell
            let amount = Quantity(units: Int64(1 + random.below(9)))
            switch random.below(10) {
            case 0..<5:
                // Rests where it cannot cross.
                let center = 1_000 + Int64(random.below(30))
                let limit = Price(units: center)
                if let other = naive.first(side.opposite),
                    side == .buy ? limit >= other.price : limit <= other.price
                {
                    continue
                }
                ids[number] = book.add(owner: 1, side: side, price: limit, quantity: amount)
                naive.orders.append(
                    .init(number: number, side: side, price: limit, remaining: amount))
            case 5..<8:
                // Takes from the best order.
                guard let expected = naive.first(side) else {
                    #expect(book.first(side) == nil)
                    continue
                }
                guard let best = book.first(side) else {
                    Issue.record("the fast book is empty, seed \(seed)")
                    return
                }
                #expect(best.id == ids[expected.number], "seed \(seed), step \(number)")
                let taken = min(best.remaining, amount)
                book.fill(best.id, taken)
                guard let place = naive.orders.firstIndex(where: { $0.number == expected.number })
                else { continue }
                naive.orders[place].remaining -= taken
                if naive.orders[place].remaining.isZero { naive.orders.remove(at: place) }
            default:
                guard !naive.orders.isEmpty else { continue }
                let gone = naive.orders.remove(at: random.below(naive.orders.count))
                guard let id = ids[gone.number] else { continue }
                #expect(book.remove(id) == gone.remaining)
                #expect(book.remove(id) == nil)
            }
            #expect(book.count == naive.orders.count)
            #expect(
                book.levels(.buy, depth: 100) == naive.levels(.buy), "seed \(seed), step \(number)")
            #expect(
                book.levels(.sell, depth: 100) == naive.levels(.sell),
                "seed \(seed), step \(number)")
        }
    }

    @Test func `changes played over an old picture give the present book`() {
        var random = SplitMix64(seed: 3)
        var book = OrderBook()
        var picture: [Price: Quantity] = [:]
        for _ in 0..<200 {
            for _ in 0..<6 {
                let limit = Price(units: Int64(1_000 + random.below(20)))
                if random.chance(0.6) {
                    _ = book.add(owner: 1, side: .buy, price: limit, quantity: Quantity(units: 3))
                } else if let best = book.first(.buy) {
                    book.fill(best.id, best.remaining)
                }
            }
            for level in book.takeChanges().bids {
                picture[level.price] = level.quantity.isZero ? nil : level.quantity
            }
            let seen = picture.keys.sorted(by: >).map {
                BookLevel(price: $0, quantity: picture[$0] ?? .zero)
            }
            #expect(seen == book.levels(.buy, depth: 100))
        }
    }

    @Test
    func `what is available leaves out the asker's own orders and what lies beyond his limit`() {
        var book = OrderBook()
        _ = book.add(owner: 1, side: .sell, price: Price(units: 10), quantity: Quantity(units: 5))
        _ = book.add(owner: 2, side: .sell, price: Price(units: 10), quantity: Quantity(units: 7))
        _ = book.add(owner: 1, side: .sell, price: Price(units: 11), quantity: Quantity(units: 9))
        func available(_ limit: Int64?, _ owner: Int32) -> Int64 {
            book.available(
                to: .buy, limit: limit.map { Price(units: $0) }, excluding: owner,
                wanted: Quantity(units: 1_000)
            ).units
        }
        #expect(available(10, 3) == 12)
        #expect(available(10, 2) == 5)
        #expect(available(nil, 3) == 21)
        #expect(available(9, 3) == 0)
    }
}
