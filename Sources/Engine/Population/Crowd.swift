import Matching
import Trading

/// The people of one instrument: each acts at his own moments, and the earliest moment is next.
struct Crowd: Sendable {
    /// A whale's order that is being worked in slices.
    private struct Parent: Hashable, Sendable {
        let account: AccountID
        let side: Side
        var notional: Double
        var next: Timestamp
    }

    let id: InstrumentID
    private let grid: Grid
    private let configuration: PopulationConfiguration
    private var random: SplitMix64
    private(set) var value: LatentValue
    private var makers: [Maker] = []
    private var retailers: [AccountID] = []
    private var whales: [AccountID] = []
    private var parents: [Parent] = []
    private(set) var holders: [Holder] = []
    /// One mid a second, as a ring of the last hour.
    private var mids: [Double] = []
    private var midCount = 0
    private var nextValue: Timestamp
    private var nextRetail: Timestamp
    private var nextChaser: Timestamp
    private var nextParent: Timestamp
    private var nextClusters: Timestamp
    private let warmUpStart: Timestamp
    private let warmUpEnd: Timestamp
    private let wave: Double

    /// Parent orders worked at once, at most.
    private static let maxParents = 6

    init(
        _ instrument: Instrument, price: Price, seed: UInt64, start: Timestamp, opening: Timestamp,
        configuration: PopulationConfiguration, in exchange: inout Exchange
    ) {
        id = instrument.id
        grid = Grid(instrument.filters)
        self.configuration = configuration
        random = SplitMix64(seed: seed)
        value = LatentValue(start: price, at: start, configuration: configuration)
        nextValue = start + .milliseconds(1)
        nextRetail = start + .seconds(2)
        nextChaser = start + .seconds(3)
        nextParent = start + .seconds(20)
        nextClusters = start + configuration.clusterInterval
        warmUpStart = start
        warmUpEnd = opening
        wave = 0.006 * (random.chance(0.5) ? 1 : -1) * random.uniform(0.6...1.2)
        for number in 0..<configuration.makers {
            let account = exchange.openAccount(balance: Money(whole: 200_000_000), leverage: 2)
            makers.append(
                Maker(
                    account: account, number: number, interval: configuration.makerInterval,
                    at: start, &random))
        }
        for _ in 0..<configuration.retailers {
            retailers.append(exchange.openAccount(balance: Money(whole: 1_000_000), leverage: 10))
        }
        for _ in 0..<configuration.whales {
            whales.append(exchange.openAccount(balance: Money(whole: 100_000_000), leverage: 3))
        }
        let leverages = [10, 20, 25, 50, 50, 75, 100, 100]
        for number in 0..<configuration.holders {
            let account = exchange.openAccount(
                balance: Money(whole: 200_000), leverage: leverages[number % leverages.count])
            holders.append(
                Holder(
                    account: account, at: start + .seconds(10),
                    within: (opening - start).seconds * 1.6,
                    &random))
        }
    }

    /// Somebody who can hold much; the insurance when nobody quotes.
    var firstMaker: AccountID { makers.first?.account ?? .insurance }

    /// Elements kept: what memory grows with.
    var storedElements: Int {
        makers.count + retailers.count + whales.count + parents.count + holders.count + mids.count
    }

    /// When somebody acts next.
    var next: Timestamp {
        var next = min(nextValue, nextRetail, nextChaser, nextParent, nextClusters)
        for maker in makers { next = min(next, maker.next) }
        for parent in parents { next = min(next, parent.next) }
        return next
    }

    /// Lets the value jump by `fraction` at once.
    mutating func shock(by fraction: Double) { value.shock(by: fraction) }

    /// Lets those act whose moment is `time`.
    mutating func act(at time: Timestamp, in exchange: inout Exchange) {
        if nextValue <= time { stepValue(at: time, &exchange) }
        for index in makers.indices where makers[index].next <= time {
            makers[index].act(in: &exchange, id, value: value, grid: grid, at: time, &random)
            exchange.publishTicker(id)
        }
        if nextRetail <= time {
            nextRetail = time + random.wait(mean: 1 / (configuration.retailRate * value.activity))
            trade(retailLean(exchange), notional: 900, spread: 1.3, at: time, &exchange)
        }
        if nextChaser <= time {
            nextChaser = time + random.wait(mean: 1 / (configuration.chaserRate * value.activity))
            trade(chase(), notional: 1_800, spread: 1.2, at: time, &exchange)
        }
        if nextParent <= time { startParent(at: time, exchange) }
        for index in parents.indices where parents[index].next <= time {
            slice(index, at: time, &exchange)
        }
        parents.removeAll { $0.notional < 1 }
        if nextClusters <= time {
            nextClusters = time + configuration.clusterInterval
            exchange.emit(.clusters(clusters(exchange), venueTime: time), for: id)
        }
    }

    // MARK: Value and those who know it

    private mutating func stepValue(at time: Timestamp, _ exchange: inout Exchange) {
        nextValue = time + .seconds(1)
        let mid = exchange.book(id).mid
        if time < warmUpEnd {
            let progress = (time - warmUpStart).seconds / (warmUpEnd - warmUpStart).seconds
            value.follow(waveOf: wave, progress: progress)
        } else {
            value.step(at: time, mid: mid?.double, &random)
        }
        exchange.setIndexPrice(grid.priceBelow(value.price), for: id)
        if let mid {
            if mids.count < 3600 {
                mids.append(mid.double)
            } else {
                mids[midCount % 3600] = mid.double
            }
            midCount += 1
        }
        arbitrage(&exchange)
        for index in holders.indices where holders[index].next <= time {
            holders[index].act(
                in: &exchange, id, trend: trend(seconds: 3600), grid: grid, at: time, &random)
        }
        exchange.publishTicker(id)
    }

    /// Takes quotes that the value has left behind.
    private mutating func arbitrage(_ exchange: inout Exchange) {
        let edge = 0.000_12 * random.uniform(0.7...1.6)
        let account = whales[0]
        if let ask = exchange.bestAsk(id), ask.price.double < value.price * (1 - edge) {
            let limit = grid.priceBelow(value.price * (1 - edge * 0.5))
            take(account, .buy, limit, random.uniform(15_000...90_000), &exchange)
        } else if let bid = exchange.bestBid(id), bid.price.double > value.price * (1 + edge) {
            let limit = grid.priceAbove(value.price * (1 + edge * 0.5))
            take(account, .sell, limit, random.uniform(15_000...90_000), &exchange)
        }
    }

    // MARK: Small takers

    private mutating func retailLean(_ exchange: Exchange) -> Double {
        // A few buy what looks cheap against the index; most have no reason.
        guard let mid = exchange.book(id).mid else { return 0 }
        return max(-0.15, min(0.15, (value.price / mid.double - 1) * 300))
    }

    private func chase() -> Double { max(-0.4, min(0.4, trend(seconds: 60) * 600)) }

    /// The return of the last `seconds`; zero while so much is not known.
    private func trend(seconds: Int) -> Double {
        guard midCount > 1 else { return 0 }
        let span = min(seconds, min(mids.count, midCount) - 1)
        let last = mids[(midCount - 1) % 3600]
        let first = mids[(midCount - 1 - span) % 3600]
        return last / first - 1
    }

    private mutating func trade(
        _ lean: Double, notional: Double, spread: Double, at time: Timestamp,
        _ exchange: inout Exchange
    ) {
        let account = retailers[random.below(retailers.count)]
        var side: Side = random.chance(0.5 + lean) ? .buy : .sell
        let size = random.logNormal(median: notional, spread: spread, in: 60...60_000)
        // Who holds much already goes the other way.
        if let position = exchange.account(account).position(id),
            position.quantity.double * value.price > 60_000, random.chance(0.7)
        {
            side = position.direction.exitSide
        }
        topUp(account, &exchange)
        take(account, side, nil, size, &exchange)
        exchange.publishTicker(id)
    }

    // MARK: Whales

    private mutating func startParent(at time: Timestamp, _ exchange: Exchange) {
        nextParent = time + random.wait(mean: configuration.parentInterval / value.activity)
        guard parents.count < Self.maxParents else { return }
        let account = whales[1 + random.below(whales.count - 1)]
        var side: Side = random.chance(0.5 + 0.4 * value.lean) ? .buy : .sell
        if let position = exchange.account(account).position(id),
            position.quantity.double * value.price > 25_000_000
        {
            side = position.direction.exitSide
        }
        let notional = random.logNormal(median: 2_500_000, spread: 0.8, in: 600_000...15_000_000)
        parents.append(
            Parent(account: account, side: side, notional: notional, next: time + .milliseconds(1)))
    }

    private mutating func slice(_ index: Int, at time: Timestamp, _ exchange: inout Exchange) {
        let parent = parents[index]
        let wanted = min(
            parent.notional, random.logNormal(median: 150_000, spread: 0.7, in: 40_000...900_000))
        topUp(parent.account, &exchange)
        let mark = exchange.markPrice(id).double
        let limit =
            parent.side == .buy ? grid.priceAbove(mark * 1.0015) : grid.priceBelow(mark * 0.9985)
        take(parent.account, parent.side, limit, wanted, &exchange)
        exchange.publishTicker(id)
        parents[index].notional -= wanted
        parents[index].next = time + random.wait(mean: 6)
        if parents[index].notional < 20_000 { parents[index].notional = 0 }
    }

    private func take(
        _ account: AccountID, _ side: Side, _ limit: Price?, _ notional: Double,
        _ exchange: inout Exchange
    ) {
        _ = exchange.place(
            account: account, instrument: id, side: side, limit: limit, timeInForce: .ioc,
            quantity: grid.quantity(notional: notional, at: exchange.markPrice(id)))
    }

    /// Brings cash from outside when an account runs dry, so that its owner stays in the market.
    private func topUp(_ account: AccountID, _ exchange: inout Exchange) {
        let own = exchange.account(account)
        guard own.availableBalance < Money(whole: 200_000) else { return }
        exchange.deposit(Money(whole: 1_000_000), to: account)
    }

    // MARK: Clusters

    /// Where the holders' positions would be closed by force, in price buckets, strongest first.
    func clusters(_ exchange: Exchange) -> [LiquidationCluster] {
        let mark = exchange.markPrice(id)
        let width = max(
            grid.tick, Int64(mark.double * configuration.clusterWidth * 1e8) / grid.tick * grid.tick
        )
        var entries: [(bucket: Int64, direction: Direction, notional: Money)] = []
        for holder in holders {
            guard let position = exchange.account(holder.account).position(id),
                let price = position.liquidationPrice
            else { continue }
            entries.append(
                (price.units / width, position.direction, Money(position.quantity, at: mark)))
        }
        entries.sort {
            ($0.direction.rawValue, $0.bucket) < ($1.direction.rawValue, $1.bucket)
        }
        var clusters: [LiquidationCluster] = []
        var last: (Int64, Direction)?
        for entry in entries {
            if let last, last == (entry.bucket, entry.direction) {
                clusters[clusters.count - 1].notional += entry.notional
            } else {
                last = (entry.bucket, entry.direction)
                let middle = entry.bucket * width + width / 2
                clusters.append(
                    LiquidationCluster(
                        price: grid.price(middle / grid.tick), liquidates: entry.direction,
                        notional: entry.notional))
            }
        }
        clusters.sort { ($1.notional, $0.price) < ($0.notional, $1.price) }
        return Array(clusters.prefix(configuration.maxClusters))
    }
}
