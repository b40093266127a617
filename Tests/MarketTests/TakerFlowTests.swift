import Market
import TestSupport
import Testing
import Trading

@Suite struct `Taker flow` {
    @Test func `prints of one time and side are one order, whatever comes between in wall time`()
        throws
    {
        var market = try market()
        market.tape(trade(1, 100, 300, .buy, 0))
        #expect(market.apply(trade(2, 100, 200, .buy, 0), at: at(9_000)) == .printCounted)
        let ended = market.apply(trade(3, 100, 1, .sell, 0), at: at(9_000))
        #expect(ended == [.printCounted, .takerOrderEnded])
        _ = market.apply(trade(4, 100, 1, .sell, 1), at: at(9_000))
        #expect(market.takerOrders == 3)
        #expect(market.flow.lastTakerOrder?.notional == Money(whole: 100))
        #expect(market.largestTakerOrder == Money(whole: 50_000))
        #expect(market.finish() == .takerOrderEnded)
        #expect(market.finish() == [])
        #expect(market.flow.openTakerOrder == nil)
    }

    @Test func `the open order counts at once, and moves to whale as a whole at the threshold`()
        throws
    {
        var market = try market()
        market.tape(trade(1, 100, 600, .buy, 0))
        #expect(market.flow.sinceStart.retailBuy == Money(whole: 60_000))
        #expect(market.flow.sinceStart.takerOrders == 1)
        // 60,000 + 39,900 is below the threshold.
        market.tape(trade(2, 100, 399, .buy, 0))
        #expect(market.flow.sinceStart.retailBuy == Money(whole: 99_900))
        #expect(market.whaleOrders == 0)
        // + 100 reaches it exactly.
        let change = market.tape(trade(3, 100, 1, .buy, 0))
        #expect(change == [.printCounted, .whaleOrderFound])
        #expect(market.flow.sinceStart.retailBuy == .zero)
        #expect(market.flow.sinceStart.whaleBuy == Money(whole: 100_000))
        #expect(market.whaleOrders == 1)
        // Later prints of it are the whale's too, and it is found once.
        #expect(market.tape(trade(4, 100, 1, .buy, 0)) == .printCounted)
        #expect(market.flow.sinceStart.whaleBuy == Money(whole: 100_100))
        #expect(market.whaleOrders == 1)
        #expect(market.takerOrders == 1)
        for window in FlowWindow.allCases {
            #expect(market.flow.window(window) == market.flow.sinceStart)
        }
    }

    @Test func `a new threshold holds for orders that begin after it`() throws {
        var market = try market()
        market.tape(trade(1, 100, 600, .sell, 0))
        market.setWhaleThreshold(Money(whole: 50_000))
        market.tape(trade(2, 100, 1, .sell, 0))
        #expect(market.whaleOrders == 0)
        market.tape(trade(3, 100, 500, .sell, 1))
        #expect(market.whaleOrders == 1)
        #expect(market.flow.sinceStart.whaleSell == Money(whole: 50_000))
    }

    @Test func `a window forgets a second when the window's length has passed`() throws {
        var market = try market()
        market.tape(trade(1, 100, 1, .buy, 500))
        _ = market.advance(to: at(59_999))
        #expect(market.flow.window(.oneMinute).retailBuy == Money(whole: 100))
        _ = market.advance(to: at(60_000))
        #expect(market.flow.window(.oneMinute) == FlowSums())
        #expect(market.flow.window(.fiveMinutes).retailBuy == Money(whole: 100))
        #expect(market.flow.sinceStart.retailBuy == Money(whole: 100))
    }

    @Test func `intensity is the net share of the gross in per cent`() throws {
        var market = try market()
        market.tape(trade(1, 100, 3, .buy, 0))
        market.tape(trade(2, 100, 1, .sell, 1))
        #expect(market.flow.sinceStart.net == Money(whole: 200))
        #expect(market.flow.sinceStart.gross == Money(whole: 400))
        #expect(market.flow.sinceStart.intensity == 50)
        #expect(FlowSums().intensity == 0)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `a naive version agrees after every print`(seed: UInt64) throws {
        var random = Seeded(seed)
        var market = try market()
        var tape: [Print] = []
        var time: Int64 = 0
        for id in 1...1_500 as ClosedRange<Int64> {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5: break
            case 5..<9: time += Int64.random(in: 1...900, using: &random)
            default: time += Int64.random(in: 1...700_000, using: &random)
            }
            let print = Print(
                tradeID: id,
                price: Price(
                    units: Int64.random(in: 9_000_000_000...11_000_000_000, using: &random)),
                quantity: Quantity(units: Int64.random(in: 1...60_000_000_000, using: &random)),
                takerSide: Bool.random(using: &random) ? .buy : .sell, venueTime: at(time))
            tape.append(print)
            market.tape(print)
            if id % 50 != 0 { continue }
            let naive = Naive(tape, threshold: Money(whole: 100_000))
            #expect(market.flow.sinceStart == naive.sums(after: nil), "seed \(seed), print \(id)")
            #expect(market.largestTakerOrder == naive.largest)
            for window in FlowWindow.allCases {
                let second = print.venueTime.floor(to: .seconds(1)) + .seconds(1)
                #expect(
                    market.flow.window(window) == naive.sums(after: second - window.length),
                    "seed \(seed), print \(id), \(window.label)")
                #expect(
                    market.flow.largestTakerOrder(in: window)
                        == naive.largest(after: second - window.length),
                    "seed \(seed), print \(id), \(window.label)")
            }
        }
    }
}

/// Merges and sums the whole tape anew.
struct Naive {
    var orders: [(time: Timestamp, side: Side, notional: Money)] = []
    var threshold: Money

    init(_ tape: [Print], threshold: Money) {
        self.threshold = threshold
        for print in tape {
            let notional = Money(print.quantity, at: print.price)
            if let last = orders.last, last.time == print.venueTime, last.side == print.takerSide {
                orders[orders.count - 1].notional += notional
            } else {
                orders.append((print.venueTime, print.takerSide, notional))
            }
        }
    }

    var largest: Money { orders.map(\.notional).max() ?? .zero }

    func largest(after time: Timestamp) -> Money {
        orders.filter { $0.time >= time }.map(\.notional).max() ?? .zero
    }

    /// The sums of orders at or after `time`.
    func sums(after time: Timestamp?) -> FlowSums {
        var sums = FlowSums()
        for order in orders where time.map({ order.time >= $0 }) ?? true {
            sums.takerOrders += 1
            let isWhale = order.notional >= threshold
            if isWhale { sums.whaleOrders += 1 }
            switch (order.side, isWhale) {
            case (.buy, true): sums.whaleBuy += order.notional
            case (.sell, true): sums.whaleSell += order.notional
            case (.buy, false): sums.retailBuy += order.notional
            case (.sell, false): sums.retailSell += order.notional
            }
        }
        return sums
    }
}
