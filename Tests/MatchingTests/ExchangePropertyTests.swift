import Matching
import Testing
import Trading

/// Many accounts, small margins, wild prices: after every step nothing is lost and nobody is turned over.
@Suite struct ExchangePropertyTests {
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `no trade, fee, funding or liquidation creates or destroys money or contracts`(
        _ seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        var exchange = Exchange(
            instruments: [instrument], prices: [price("60000")],
            ourAccount: MarginAccount(balance: Money(whole: 50_000), leverage: 50, instruments: 1),
            configuration: ExchangeConfiguration(), start: start)
        var people: [AccountID] = []
        for number in 0..<12 {
            people.append(
                exchange.openAccount(
                    balance: Money(whole: number < 6 ? 5_000_000 : 30_000),
                    leverage: number < 6 ? 5 : 50))
        }
        var resting: [BookOrderID] = []
        var liquidations = 0
        var funded = 0
        var index: Int64 = 600_000
        for step in 0..<3_000 {
            index += Int64(random.below(4_001)) - 2_000
            exchange.setIndexPrice(Price(units: index * 10_000_000), for: btc)
            let side: Side = random.chance(0.5) ? .buy : .sell
            let away = Int64(random.below(300)) - 60
            let limit = Price(units: (index + (side == .buy ? -away : away)) * 10_000_000)
            let amount = Quantity(units: Int64(1 + random.below(900)) * 100_000)
            switch random.below(12) {
            case 0..<8:
                let result = exchange.place(
                    account: people[random.below(people.count)], instrument: btc, side: side,
                    limit: random.chance(0.2) ? nil : limit, timeInForce: .gtc, quantity: amount,
                    isReduceOnly: random.chance(0.25))
                if let id = result.resting { resting.append(id) }
            case 8..<10:
                guard !resting.isEmpty else { continue }
                exchange.remove(resting.remove(at: random.below(resting.count)), instrument: btc)
            default:
                let kind: OrderKind =
                    random.chance(0.3)
                    ? .stopMarket(trigger: limit, by: random.chance(0.5) ? .mark : .last)
                    : random.chance(0.5) ? .market : .limit(limit, .gtc)
                exchange.submit(
                    order(
                        "p\(step)", side, kind,
                        Quantity(units: 100_000 * Int64(1 + random.below(30))).description,
                        isReduceOnly: random.chance(0.4)), at: exchange.time)
            }
            // Now and then half a day passes, so that funding happens.
            let pause: Duration =
                random.chance(0.0007) ? .hours(9) : .milliseconds(Int64(random.below(900)))
            let end = exchange.time + pause
            exchange.advance(to: end)
            for output in exchange.drain(upTo: end) {
                switch output.content {
                case .market(_, .forcedOrder): liquidations += 1
                case .account(.funding): funded += 1
                case .market, .order, .account: break
                }
            }
            guard exchange.conservedSum == .zero else {
                Issue.record("\(exchange.conservedSum) appeared at step \(step), seed \(seed)")
                return
            }
            let open = exchange.openInterest(btc)
            #expect(open.long == open.short, "seed \(seed), step \(step)")
        }
        // The property is worth something only where these things happen.
        #expect(liquidations > 5, "seed \(seed)")
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `a reduce-only order never grows or turns a position`(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var exchange = Exchange(
            instruments: [instrument], prices: [price("60000")],
            ourAccount: MarginAccount(
                balance: Money(whole: 10_000_000), leverage: 5, instruments: 1),
            configuration: ExchangeConfiguration(), start: start)
        let other = exchange.openAccount(balance: Money(whole: 1_000_000_000), leverage: 5)
        var reducing: Set<ClientOrderID> = []
        var held: Int64 = 0
        var reduced = 0
        for step in 0..<2_500 {
            let side: Side = random.chance(0.5) ? .buy : .sell
            let limit = Price(units: (600_000 + Int64(random.below(41)) - 20) * 10_000_000)
            let amount = Quantity(units: Int64(1 + random.below(20)) * 100_000)
            if random.chance(0.5) {
                _ = exchange.place(
                    account: other, instrument: btc, side: side, limit: limit,
                    timeInForce: random.chance(0.5) ? .gtc : .ioc, quantity: amount)
            } else {
                let isReduceOnly = random.chance(0.7)
                let id = clientID("r\(step)")
                if isReduceOnly { reducing.insert(id) }
                exchange.submit(
                    OrderRequest(
                        clientOrderID: id, instrument: btc, side: side,
                        kind: random.chance(0.3) ? .market : .limit(limit, .gtc), quantity: amount,
                        isReduceOnly: isReduceOnly), at: exchange.time)
            }
            let end = exchange.time + .milliseconds(50)
            exchange.advance(to: end)
            for output in exchange.drain(upTo: end) {
                guard case .order(let report) = output.content, case .filled(let fill) = report.kind
                else { continue }
                let after = held + (fill.side == .buy ? 1 : -1) * fill.quantity.units
                if reducing.contains(report.clientOrderID) {
                    reduced += 1
                    let isSmaller = after.magnitude < held.magnitude
                    let isSameSide = after == 0 || (after > 0) == (held > 0)
                    #expect(
                        isSmaller && isSameSide, "\(held) to \(after), seed \(seed), step \(step)")
                }
                held = after
            }
        }
        #expect(reduced > 50, "seed \(seed)")
    }
}
