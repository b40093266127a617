import Matching
import Trading

/// One who quotes both sides on several levels around his own opinion of the value, leaning against what he holds.
struct Maker: Hashable, Sendable {
    private struct Quote: Hashable, Sendable {
        var id: BookOrderID
        var price: Price
    }

    let account: AccountID
    /// Between two looks at his quotes.
    private let period: Duration
    /// Distances of his levels from the best one, as fractions of the price, nearest first.
    private let distances: [Double]
    /// Notional of each level.
    private let sizes: [Double]
    /// How far off his opinion is, as a fraction; it wanders.
    private var opinion = 0.0
    /// What he holds on average, in quote currency: hedged elsewhere, so it does not make him lean.
    private var hedged = 0.0
    private var bids: [Quote?]
    private var asks: [Quote?]
    private(set) var next: Timestamp

    init(
        account: AccountID, number: Int, interval: Duration, at time: Timestamp,
        _ random: inout SplitMix64
    ) {
        self.account = account
        period =
            interval + .milliseconds(Int64(random.unit() * 1.43 * Double(interval.milliseconds)))
        let isDeep = number % 3 == 2
        distances =
            isDeep
            ? [0.000_1, 0.000_6, 0.002, 0.005, 0.01, 0.02, 0.04]
            : [0, 0.000_008, 0.000_04, 0.000_12, 0.000_35]
        let scale = random.uniform(0.7...1.4)
        sizes =
            (isDeep
            ? [90_000, 200_000, 400_000, 600_000, 800_000, 1_000_000, 1_500_000]
            : [35_000, 45_000, 80_000, 140_000, 260_000]).map { $0 * scale }
        bids = Array(repeating: nil, count: distances.count)
        asks = Array(repeating: nil, count: distances.count)
        next = time + .milliseconds(Int64(1 + random.below(800)))
    }

    /// Looks at value and inventory, and moves the quotes that have become wrong.
    mutating func act(
        in exchange: inout Exchange, _ id: InstrumentID, value: LatentValue, grid: Grid,
        at time: Timestamp,
        _ random: inout SplitMix64
    ) {
        next = time + period + .milliseconds(Int64(random.below(150)))
        opinion = opinion * 0.97 + 0.000_012 * random.normal()
        var inventory = 0.0
        if let position = exchange.account(account).position(id) {
            inventory = position.quantity.double * value.price * Double(position.direction.sign)
        }
        hedged += (inventory - hedged) * 0.0008
        let lean = max(-1, min(1, (inventory - hedged) / 4_000_000)) * 0.000_7
        let fair = value.price * (1 + opinion - lean)
        // Half the spread he asks for grows with the volatility.
        let half = fair * 0.000_002 * value.activity
        for level in distances.indices {
            let away = half + fair * distances[level]
            let tolerance = level == 0 ? grid.tick : Int64(away * 1e8 * 0.12)
            let size = sizes[level] * random.uniform(0.5...1.5)
            quote(
                .buy, level, grid.priceBelow(fair - away), tolerance, size, &bids[level],
                in: &exchange, id,
                grid)
            quote(
                .sell, level, grid.priceAbove(fair + away), tolerance, size, &asks[level],
                in: &exchange, id,
                grid)
        }
    }

    private func quote(
        _ side: Side, _ level: Int, _ target: Price, _ tolerance: Int64, _ notional: Double,
        _ quote: inout Quote?,
        in exchange: inout Exchange, _ id: InstrumentID, _ grid: Grid
    ) {
        var price = target
        // Never through the other side: a maker joins one tick before it.
        switch side {
        case .buy:
            if let ask = exchange.bestAsk(id) {
                price = min(price, grid.price(grid.ticks(ask.price) - 1))
            }
        case .sell:
            if let bid = exchange.bestBid(id) {
                price = max(price, grid.price(grid.ticks(bid.price) + 1))
            }
        }
        if let old = quote {
            let isThere = exchange.isResting(old.id, instrument: id)
            if isThere, (old.price.units - price.units).magnitude <= tolerance.magnitude { return }
            if isThere { exchange.remove(old.id, instrument: id) }
            quote = nil
        }
        let result = exchange.place(
            account: account, instrument: id, side: side, limit: price, timeInForce: .postOnly,
            quantity: grid.quantity(notional: notional, at: price))
        quote = result.resting.map { Quote(id: $0, price: price) }
    }
}
