import Archive
import DecisionCore
import Market
import Matching
import Messages
import Models
import Playback
import Text
import Trading

/// A recorded market through the whole core on a paper account; writes nothing.
struct TapeReplay {
    /// Lines of the input, by kind; prints are counted by the market.
    struct Counts {
        var lines = 0
        var bookTicker = 0
        var depth = 0
        var markPrice = 0
        var other = 0
        var rejected = 0
        var otherSymbol = 0
    }

    private(set) var session: PlaybackSession
    var counts = Counts()
    /// Candles that the core's bounded series may have forgotten already, oldest first.
    private var candles: [Candle] = []
    let instrument: Instrument
    /// Digits that the venue prints after the point of a price, at least.
    let priceDigits: Int

    /// Prints between two looks at the candles: fewer than the core's series holds.
    private static let sweepInterval = 1_024
    private var sinceSweep = 0

    init(
        instrument: Instrument, whaleThreshold: Money, startTime: Timestamp, hasBook: Bool
    ) throws(ModelError) {
        self.instrument = instrument
        priceDigits = hasBook ? Self.streamDigits(instrument.symbol) : 0
        var market = MarketConfiguration()
        market.whaleThreshold = whaleThreshold
        var configuration = EngineConfiguration.replay(
            instruments: [instrument], modelSet: try ModelSet.scorecard(), market: market)
        configuration.derivesTouch = !hasBook
        session = PlaybackSession(
            configuration: configuration, venue: PaperConfiguration(), startTime: startTime)
    }

    mutating func feed(_ data: MarketData, time: Timestamp) {
        session.feed(data, instrument: instrument.id, time: time)
        sinceSweep += 1
        if sinceSweep >= Self.sweepInterval { sweep() }
    }

    /// Prints of a dump: their transact time is the clock.
    mutating func feed(_ prints: [Print]) {
        var start = 0
        while start < prints.count {
            let end = min(prints.count, start + Self.sweepInterval)
            for index in start..<end {
                session.feed(
                    prints[index], instrument: instrument.id, time: prints[index].venueTime)
            }
            sweep()
            start = end
        }
    }

    mutating func finish() {
        session.finish()
        sweep()
    }

    var market: MarketState { session.engine.symbols[0].market }

    /// Whether anything was of the symbol that was asked for, or at least nothing of another one.
    var knowsSymbol: Bool {
        if counts.otherSymbol == 0 { return counts.lines > 0 }
        return market.printCount + counts.bookTicker + counts.depth + counts.markPrice > 0
    }

    /// Every minute with prints, the first and last partial ones included.
    var allCandles: [Candle] {
        let series = market.candles1m
        var all = Array(candles.prefix(max(0, series.closedCount - series.count)))
        all += series.newest(series.count)
        if let forming = series.forming { all.append(forming) }
        return all
    }

    private mutating func sweep() {
        sinceSweep = 0
        let series = session.engine.symbols[0].market.candles1m
        // A late print may still have changed the last ones.
        let again = min(candles.count, 64)
        candles.removeLast(again)
        candles += series.newest(min(series.count, series.closedCount - candles.count))
    }

    /// Digits after the point in Binance's stream prices, which is the price precision and not the tick size.
    /// - Source: Binance exchangeInfo `pricePrecision`, captured 2025-08-07.
    private static func streamDigits(_ symbol: SymbolName) -> Int {
        switch symbol.description {
        case "BTCUSDT", "ETHUSDT": 2
        default: 0
        }
    }

    /// The result as one JSON object; the keys are a contract with other programs.
    func json() -> [UInt8] {
        let (market, engine) = (market, session.engine)
        let flow = market.flow.sinceStart
        var json = JSONWriter()
        json.beginObject()
        json.field("symbol", instrument.symbol.description)
        json.key("counts")
        json.beginObject()
        json.field("lines", counts.lines)
        json.field("trades", market.printCount)
        json.field("takerOrders", market.takerOrders)
        json.field("whaleOrders", market.whaleOrders)
        json.field("bookTicker", counts.bookTicker)
        json.field("depth", counts.depth)
        json.field("markPrice", counts.markPrice)
        json.field("other", counts.other)
        json.field("otherSymbol", counts.otherSymbol)
        json.field("duplicates", market.counts.duplicatePrints)
        json.field("quarantined", market.counts.quarantined)
        json.field("rejected", counts.rejected)
        json.endObject()
        json.key("lastPrice")
        if let last = market.lastPrice {
            json.string(last.text(minFractionDigits: priceDigits))
        } else {
            json.null()
        }
        json.field(
            "markSource", market.mark.map { $0.source == .venue ? "venue" : "derived" } ?? "none")
        json.key("largestTakerOrder")
        json.money(market.largestTakerOrder)
        for (name, value) in [
            ("whaleNet", flow.whaleNet), ("retailNet", flow.retailNet),
            ("whaleGross", flow.whaleGross),
            ("retailGross", flow.retailGross), ("takerBuyNotional", flow.takerBuy),
            ("takerSellNotional", flow.takerSell),
        ] {
            json.key(name)
            json.money(value)
        }
        json.key("candles1m")
        json.beginArray()
        for candle in allCandles {
            json.beginArray()
            json.integer(candle.openTime.milliseconds)
            for price in [candle.open, candle.high, candle.low, candle.close] {
                json.string(price.text(minFractionDigits: priceDigits))
            }
            json.quantity(candle.volume)
            json.quantity(candle.takerBuyVolume)
            json.endArray()
        }
        json.endArray()
        json.key("trades")
        json.beginArray()
        for trip in session.trips { write(trip, to: &json) }
        json.endArray()
        json.field("roundTrips", session.trips.count)
        json.key("equity")
        json.money(engine.equity)
        json.field("modelSet", engine.configuration.modelSet.name)
        json.field("factHash", engine.factHash)
        json.field("stateHash", engine.stateHash)
        json.endObject()
        return json.bytes
    }

    private func write(_ trip: RoundTrip, to json: inout JSONWriter) {
        json.beginObject()
        json.field("side", trip.direction == .long ? "long" : "short")
        json.key("quantity")
        json.quantity(trip.quantity)
        json.key("entryPrice")
        json.price(trip.entryPrice)
        json.key("exitPrice")
        json.price(trip.exitPrice)
        json.field("openedAt", trip.openedTime.milliseconds)
        json.field("closedAt", trip.closedTime.milliseconds)
        for (name, value) in [
            ("grossPnL", trip.grossPnL), ("commissions", trip.commissions),
            ("funding", trip.funding),
            ("netPnL", trip.netPnL),
        ] {
            json.key(name)
            json.money(value)
        }
        json.field("exitReason", trip.exitReason.rawValue)
        json.endObject()
    }

    /// The same for people.
    var summary: String {
        let (market, engine) = (market, session.engine)
        let flow = market.flow.sinceStart
        var wins = 0
        for trip in session.trips where trip.netPnL > .zero { wins += 1 }
        return """
            \(instrument.symbol)  \(counts.lines) lines, \(market.printCount) prints, \(counts.rejected) rejected
            taker orders \(market.takerOrders), of which \(market.whaleOrders) whale; largest \(market.largestTakerOrder.text(fractionDigits: 2)) USD
            whales net \(flow.whaleNet.text(fractionDigits: 2)) of \(flow.whaleGross.text(fractionDigits: 2)), retail net \(flow.retailNet.text(fractionDigits: 2)) of \(flow.retailGross.text(fractionDigits: 2))
            last \(market.lastPrice?.description ?? "none"), \(allCandles.count) minutes with prints
            \(engine.configuration.modelSet.name): \(session.trips.count) round trips, \(wins) won, equity \(engine.equity.text(fractionDigits: 2)) from 10000.00
            factHash \(engine.factHash)  stateHash \(engine.stateHash)
            """
    }
}
