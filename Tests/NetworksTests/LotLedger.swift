import Models

@testable import Networks

/// The same trading reckoned another way, slowly: single lots, realized gains and fees apart, instead of one cash sum.
struct LotLedger {
    struct Lot {
        var isLong: Bool
        var quantity: Double
        var price: Double

        func gain(at price: Double) -> Double {
            isLong ? quantity * (price - self.price) : quantity * (self.price - price)
        }
    }

    let market: TradingMarket
    let rules: TradingRules
    var candle: Int
    private(set) var lots: [Lot] = []
    private(set) var fills = 0
    private var gains = 0.0
    private var fees = 0.0
    private var opened = 0
    private var entries: [Int: Int] = [:]

    init(market: TradingMarket, rules: TradingRules, candle: Int) {
        self.market = market
        self.rules = rules
        self.candle = candle
    }

    var equity: Double {
        1 + gains - fees + lots.map { $0.gain(at: market.close[candle]) }.reduce(0, +)
    }

    private var meanPrice: Double {
        lots.map { $0.quantity * $0.price }.reduce(0, +) / lots.map(\.quantity).reduce(0, +)
    }

    mutating func step(_ action: Int, isLast: Bool) {
        act(action)
        candle += 1
        bracket()
        if isLast { out(share: 1, at: market.close[candle], isMarket: true) }
    }

    private mutating func act(_ action: Int) {
        switch action {
        case 1, 2:
            let day = market.days[candle]
            guard lots.isEmpty, entries[day, default: 0] < rules.maxTradesPerDay else { return }
            entries[day, default: 0] += 1
            opened = candle
            add(isLong: action == 1)
        case 3: out(share: 1, at: market.close[candle], isMarket: true)
        case 4:
            guard let first = lots.first, lots.count < rules.maxLegs else { return }
            add(isLong: first.isLong)
        case 5:
            guard lots.count > 1 else { return }
            out(share: 1 / Double(lots.count), at: market.close[candle], isMarket: true)
        default: return
        }
    }

    private mutating func add(isLong: Bool) {
        let notional = equity * rules.legFraction
        let worse = market.close[candle] * rules.slippage
        let price = isLong ? market.close[candle] + worse : market.close[candle] - worse
        fees += notional * rules.takerFee
        lots.append(Lot(isLong: isLong, quantity: notional / price, price: price))
        fills += 1
    }

    /// Takes the same share out of every lot, and one lot away.
    private mutating func out(share: Double, at price: Double, isMarket: Bool) {
        guard let first = lots.first else { return }
        let worse = isMarket ? price * rules.slippage : 0
        let paid = first.isLong ? price - worse : price + worse
        let mean = meanPrice
        for index in lots.indices {
            gains += lots[index].gain(at: paid) * share
            fees += lots[index].quantity * share * paid * rules.takerFee
            lots[index].quantity *= 1 - share
        }
        fills += 1
        guard share < 1 else {
            lots = []
            return
        }
        // What is left counts as one lot fewer, at the mean price of all.
        let quantity = lots.map(\.quantity).reduce(0, +)
        lots = (1..<lots.count).map { _ in
            Lot(isLong: first.isLong, quantity: 0, price: mean)
        }
        lots[0].quantity = quantity
    }

    private mutating func bracket() {
        guard let first = lots.first else { return }
        let (high, low, mean) = (market.high[candle], market.low[candle], meanPrice)
        if first.isLong {
            let (stop, target) = (mean - mean * rules.stop, mean + mean * rules.target)
            if low <= stop {
                out(share: 1, at: high < stop ? high : stop, isMarket: true)
            } else if high >= target {
                out(share: 1, at: target, isMarket: false)
            } else if candle >= opened + rules.maxHold {
                out(share: 1, at: market.close[candle], isMarket: true)
            }
        } else {
            let (stop, target) = (mean + mean * rules.stop, mean - mean * rules.target)
            if high >= stop {
                out(share: 1, at: low > stop ? low : stop, isMarket: true)
            } else if low <= target {
                out(share: 1, at: target, isMarket: false)
            } else if candle >= opened + rules.maxHold {
                out(share: 1, at: market.close[candle], isMarket: true)
            }
        }
    }
}
