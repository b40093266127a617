import Matching
import Population
import Testing
import Trading

@Suite struct SimulatedMarketTests {
    @Test func `the same seed gives the same market and another seed another one`() {
        var first = newMarket(seed: 11)
        var second = newMarket(seed: 11)
        var other = newMarket(seed: 12)
        let digest = Observation(&first, minutes: 8).digest.text
        #expect(Observation(&second, minutes: 8).digest.text == digest)
        #expect(Observation(&other, minutes: 8).digest.text != digest)
    }

    @Test func `it does not matter in which steps the time is moved`() {
        var coarse = newMarket(seed: 5)
        var fine = newMarket(seed: 5)
        let end = opening + .minutes(3)
        let expected = coarse.advance(to: end)
        var seen: [VenueOutput] = []
        var now = opening
        while now < end {
            now = min(end, now + .milliseconds(317))
            seen += fine.advance(to: now)
        }
        #expect(seen == expected)
    }

    /// Four hours of one market, watched once for all tests that ask what it is like.
    private static let fourHours: (seen: Observation, market: SimulatedMarket) = {
        var market = newMarket(seed: 2)
        let seen = Observation(&market, minutes: 240)
        return (seen, market)
    }()

    @Test func `four hours of the market look like a large perpetual`() {
        let (seen, market) = Self.fourHours
        let perSecond = Double(seen.prints) / 14_400
        #expect((5...20).contains(perSecond), "\(perSecond) prints a second")
        #expect(
            (0.0003...0.0010).contains(seen.minuteVolatility),
            "one-minute volatility \(seen.minuteVolatility)")
        #expect(seen.spreadShare(upTo: 3) > 0.7)
        let meanRange = seen.hourRanges.reduce(0, +) / Double(seen.hourRanges.count)
        #expect((0.005...0.015).contains(meanRange), "hourly range \(meanRange)")
        #expect(seen.whaleOrders > 400)
        #expect(seen.sweeps > 400)
        #expect(seen.forcedOrders > 10)
        #expect(seen.markUpdates >= 14_400)
        #expect(seen.clusterUpdates == 2_880)
        #expect(market.exchange.conservedSum == .zero)
    }

    @Test func `two days of the market stay within bounds, and it is still alive`() {
        // Fewer and slower people, so that two days are quick; every kind of them is there.
        var configuration = PopulationConfiguration()
        configuration.makers = 3
        configuration.makerInterval = .seconds(10)
        configuration.holders = 60
        configuration.retailRate = 0.2
        configuration.chaserRate = 0.1
        configuration.exchange.depthInterval = .seconds(20)
        configuration.exchange.markInterval = .seconds(5)
        var market = newMarket(seed: 4, configuration: configuration)
        _ = market.advance(to: opening + .hours(1))
        let early = market.storedElements
        var lowest = Double.infinity
        var highest = 0.0
        var lastHourPrints = 0
        for hour in 2...48 {
            lastHourPrints = 0
            var now = opening + .hours(Int64(hour - 1))
            for _ in 0..<60 {
                now = now + .minutes(1)
                for output in market.advance(to: now) {
                    guard case .market(_, .print(let print)) = output.content else { continue }
                    lastHourPrints += 1
                    lowest = min(lowest, print.price.double)
                    highest = max(highest, print.price.double)
                }
            }
            #expect(market.storedElements < early * 2 + 5_000, "hour \(hour)")
        }
        #expect(lastHourPrints > 500)
        #expect(lowest > 45_000 && highest < 75_000)
        #expect(!market.clusters(of: btc).isEmpty)
        #expect(market.exchange.conservedSum == .zero)
        let open = market.exchange.openInterest(btc)
        #expect(open.long == open.short)
    }

    @Test func `clusters are the true liquidation prices: longs below, shorts above`() {
        var market = newMarket(seed: 6)
        _ = market.advance(to: opening + .minutes(5))
        let clusters = market.clusters(of: btc)
        let mark = market.exchange.markPrice(btc)
        // Buckets are 0.08 % wide; the one at the price may lie on either side.
        let slack = 0.0016
        for cluster in clusters {
            switch cluster.liquidates {
            case .long: #expect(cluster.price.double < mark.double * (1 + slack))
            case .short: #expect(cluster.price.double > mark.double * (1 - slack))
            }
        }
        #expect(clusters.contains { $0.liquidates == .long })
        #expect(clusters.contains { $0.liquidates == .short })
        #expect(zip(clusters, clusters.dropFirst()).allSatisfy { $0.notional >= $1.notional })
        #expect(clusters.count <= 40)
    }

    @Test func `depth diffs join the snapshot without a gap and give the exchange's book`() {
        var market = newMarket(seed: 8)
        var bids: [Price: Quantity] = [:]
        var asks: [Price: Quantity] = [:]
        var last: UInt64?
        var snapshots = 0
        var joined = 0
        var end = opening
        while end < opening + .minutes(5) {
            end = end + .milliseconds(250)
            for output in market.advance(to: end) {
                switch output.content {
                case .market(_, .depthSnapshot(let snapshot)):
                    snapshots += 1
                    bids = Dictionary(
                        uniqueKeysWithValues: snapshot.bids.map { ($0.price, $0.quantity) })
                    asks = Dictionary(
                        uniqueKeysWithValues: snapshot.asks.map { ($0.price, $0.quantity) })
                    last = snapshot.lastUpdateID
                case .market(_, .depth(let update)):
                    guard let known = last else { continue }
                    #expect(update.previousLastID == known)
                    // The venue's rule for the first diff after a snapshot.
                    #expect(update.firstID <= known && update.lastID >= known)
                    joined += 1
                    last = update.lastID
                    for level in update.bids {
                        bids[level.price] = level.quantity.isZero ? nil : level.quantity
                    }
                    for level in update.asks {
                        asks[level.price] = level.quantity.isZero ? nil : level.quantity
                    }
                case .market, .order, .account:
                    break
                }
            }
        }
        #expect(snapshots >= 5)
        #expect(joined > 500)
        let book = market.exchange.book(btc)
        // The last diff was sent at this very moment.
        #expect(bids.keys.max() == book.bestBidPrice)
        #expect(asks.keys.min() == book.bestAskPrice)
        let levels = book.levels(.buy, depth: 1_000)
        #expect(bids.keys.sorted(by: >) == levels.map(\.price))
        #expect(levels.allSatisfy { bids[$0.price] == $0.quantity })
    }

    @Test func `our order is filled by the living market and our stop rests there`() {
        var market = newMarket(seed: 9)
        let entry = OrderRequest(
            clientOrderID: clientID("e"), instrument: btc, side: .buy, kind: .market,
            quantity: Quantity(units: 10_000_000), isReduceOnly: false)
        let stop = OrderRequest(
            clientOrderID: clientID("s"), instrument: btc, side: .sell,
            kind: .stopMarket(trigger: Price(units: 5_900_000_000_000), by: .mark),
            quantity: Quantity(units: 10_000_000), isReduceOnly: true)
        market.submit(entry, at: opening)
        market.submit(stop, at: opening)
        let outputs = market.advance(to: opening + .seconds(1))
        let reports = outputs.compactMap { output -> OrderReport? in
            if case .order(let report) = output.content { return report }
            return nil
        }
        #expect(reports.allSatisfy { $0.venueTime == opening + .milliseconds(20) })
        #expect(reports.contains { $0.clientOrderID == clientID("s") })
        let snapshot = market.snapshot(at: opening + .seconds(1))
        #expect(snapshot.positions.map(\.quantity) == [Quantity(units: 10_000_000)])
        #expect(snapshot.openOrders.map(\.request) == [stop])
        #expect(zip(outputs, outputs.dropFirst()).allSatisfy { $0.time <= $1.time })
    }

    @Test func `after a restart the account is ours again and the market goes on`() throws {
        var market = newMarket(seed: 10)
        var record = PaperRecord(
            startingBalance: Money(whole: 10_000), leverage: 3, instruments: [instrument])
        let entry = OrderRequest(
            clientOrderID: clientID("e"), instrument: btc, side: .sell, kind: .market,
            quantity: Quantity(units: 10_000_000), isReduceOnly: false)
        let target = OrderRequest(
            clientOrderID: clientID("t"), instrument: btc, side: .buy,
            kind: .limit(Price(units: 5_800_000_000_000), .gtc),
            quantity: Quantity(units: 10_000_000), isReduceOnly: true)
        for request in [entry, target] {
            record.apply(request)
            market.submit(request, at: market.time)
            for output in market.advance(to: market.time + .seconds(1)) {
                switch output.content {
                case .order(let report): record.apply(report)
                case .account(let report): record.apply(report)
                case .market: break
                }
            }
        }
        let before = market.snapshot(at: market.time)
        let lastPrice = market.exchange.lastPrice(btc)
        var lastTrade: Int64 = 0
        for output in market.advance(to: market.time + .seconds(30)) {
            guard case .market(_, .print(let print)) = output.content else { continue }
            lastTrade = max(lastTrade, print.tradeID)
        }
        let restart = market.time + .seconds(60)
        func again(run: UInt64) -> SimulatedMarket {
            SimulatedMarket(
                restoring: record, seed: 10, run: run, lastPrices: [lastPrice], startTime: restart)
        }
        var resumed = again(run: 1)
        var after = resumed.snapshot(at: before.venueTime)
        after.venueTime = before.venueTime
        #expect(after == before)
        let outputs = resumed.advance(to: restart + .seconds(30))
        let first = try #require(
            outputs.compactMap { output -> Print? in
                if case .market(_, .print(let print)) = output.content { return print }
                return nil
            }.first)
        #expect(first.tradeID > lastTrade)
        #expect(abs(first.price.double / lastPrice.double - 1) < 0.002)
        #expect(resumed.snapshot(at: restart).openOrders.map(\.request) == [target])
        var same = again(run: 1)
        #expect(same.advance(to: restart + .seconds(30)) == outputs)
        var other = again(run: 2)
        #expect(other.advance(to: restart + .seconds(30)) != outputs)
        #expect(resumed.exchange.conservedSum == .zero)
    }

    @Test func `who follows the whales with a bracket wins and loses`() {
        let seen = Self.fourHours.seen
        var wins = 0
        var losses = 0
        var minute = 5
        while minute + 1 < seen.minuteCloses.count {
            let flow = seen.whaleNets[(minute - 4)...minute].reduce(0, +)
            guard abs(flow) >= 3_000_000 else {
                minute += 1
                continue
            }
            // Stop 0.4 %, target 0.8 %, 25 minutes, 0.1 % of costs.
            let entry = seen.minuteCloses[minute]
            var result = 0.0
            var at = minute
            while at + 1 < seen.minuteCloses.count, at < minute + 25 {
                at += 1
                result = (flow > 0 ? 1 : -1) * (seen.minuteCloses[at] / entry - 1)
                if result <= -0.004 || result >= 0.008 { break }
            }
            if result > 0.001 { wins += 1 } else { losses += 1 }
            minute = at + 1
        }
        #expect(wins >= 2 && losses >= 2, "\(wins) wins, \(losses) losses")
    }
}
