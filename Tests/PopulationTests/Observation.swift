import Matching
import Population
import Trading

/// What an onlooker counts while the market lives.
struct Observation {
    var prints = 0
    var sweeps = 0
    var takerOrders = 0
    var whaleOrders = 0
    var forcedOrders = 0
    /// Spreads in ticks, one a ticker.
    var spreads: [Int: Int] = [:]
    var minuteCloses: [Double] = []
    /// Whale buys less whale sells, each minute.
    var whaleNets: [Double] = []
    var hourRanges: [Double] = []
    var markUpdates = 0
    var clusterUpdates = 0
    var digest = StateHasher()

    private var open: (time: Timestamp, side: Side, notional: Double, prints: Int)?
    private var whaleNet = 0.0
    private var last = 0.0
    private var low = Double.infinity
    private var high = 0.0

    /// Lets `market` live for `minutes` and watches.
    init(_ market: inout SimulatedMarket, minutes: Int) {
        let begin = market.time
        for minute in 1...minutes {
            for output in market.advance(to: begin + .minutes(Int64(minute))) {
                guard case .market(_, let data) = output.content else { continue }
                digest.combine(output.time)
                receive(data)
            }
            minuteCloses.append(last)
            whaleNets.append(whaleNet)
            whaleNet = 0
            if minute % 60 == 0 {
                hourRanges.append((high - low) / low)
                low = .infinity
                high = 0
            }
        }
    }

    private mutating func receive(_ data: MarketData) {
        switch data {
        case .print(let print):
            prints += 1
            digest.combine(print.price)
            digest.combine(print.quantity)
            digest.combine(print.tradeID)
            last = print.price.double
            low = min(low, last)
            high = max(high, last)
            let notional = last * print.quantity.double
            if let taker = open, taker.time == print.venueTime, taker.side == print.takerSide {
                open = (taker.time, taker.side, taker.notional + notional, taker.prints + 1)
            } else {
                close()
                open = (print.venueTime, print.takerSide, notional, 1)
            }
        case .bookTicker(let ticker):
            digest.combine(ticker.bidPrice)
            digest.combine(ticker.askQuantity)
            let ticks = (ticker.askPrice.units - ticker.bidPrice.units) / 10_000_000
            spreads[Int(ticks), default: 0] += 1
        case .depth(let update):
            digest.combine(update.lastID)
            for level in update.bids + update.asks { digest.combine(level.quantity) }
        case .markPrice(let update):
            markUpdates += 1
            digest.combine(update.markPrice)
            digest.combine(update.fundingRate.units)
        case .forcedOrder(let forced):
            forcedOrders += 1
            digest.combine(forced.quantity)
        case .clusters(let clusters, _):
            clusterUpdates += 1
            for cluster in clusters { digest.combine(cluster.notional) }
        case .depthSnapshot, .kline, .openInterest, .funding, .alive, .lost:
            break
        }
    }

    private mutating func close() {
        guard let taker = open else { return }
        takerOrders += 1
        if taker.prints > 1 { sweeps += 1 }
        if taker.notional >= 100_000 {
            whaleOrders += 1
            whaleNet += taker.side == .buy ? taker.notional : -taker.notional
        }
    }

    /// Root mean square of the one-minute returns.
    var minuteVolatility: Double {
        var sum = 0.0
        for (before, after) in zip(minuteCloses, minuteCloses.dropFirst()) {
            sum += (after / before - 1) * (after / before - 1)
        }
        return (sum / Double(max(1, minuteCloses.count - 1))).squareRoot()
    }

    /// The part of tickers with at most so many ticks between bid and ask.
    func spreadShare(upTo ticks: Int) -> Double {
        var within = 0
        var all = 0
        for width in spreads.keys.sorted() {
            let count = spreads[width] ?? 0
            all += count
            if width <= ticks { within += count }
        }
        return Double(within) / Double(max(1, all))
    }
}
