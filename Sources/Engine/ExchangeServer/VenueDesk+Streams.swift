import Matching
import Population
import Text
import Trading

extension VenueDesk {
    // MARK: What the market says

    mutating func process(_ data: MarketData, _ id: InstrumentID) {
        let place = Int(id.index)
        switch data {
        case .print(let print):
            let aggregate = boards[place].add(print)
            publishTrade(aggregate, id)
        case .bookTicker(let ticker):
            boards[place].ticker = ticker
            publishTicker(ticker, id)
        case .depth(let update):
            publishDepth(update, id)
        case .depthSnapshot(let snapshot):
            depthAnswer = snapshot
        case .markPrice(let update):
            boards[place].add(update)
            publishMark(update, id)
        case .forcedOrder(let order):
            // The second before ends here; of one second only the largest order is told.
            if let last = boards[place].forced,
                last.venueTime.floor(to: .seconds(1)) != order.venueTime.floor(to: .seconds(1))
            {
                publish(last, place)
            }
            if order.quantity >= boards[place].forced?.quantity ?? .zero {
                boards[place].forced = order
            }
        case .openInterest(let interest):
            // It is asked for, no stream says it.
            boards[place].add(interest)
        case .kline, .clusters, .funding, .alive, .lost:
            // The exchange makes no candles; clusters are a truth that no venue tells. Settled funding is asked for,
            // and kept with the mark price that it came by.
            break
        }
    }

    private mutating func publish(_ key: StreamKey, _ write: (VenueDesk, inout JSONWriter) -> Void)
    {
        guard wanted.contains(key) else { return }
        var writer = JSONWriter()
        write(self, &writer)
        publications.append(Publication(target: .stream(key), payload: writer.bytes))
    }

    private func isWanted(_ keys: [StreamKey]) -> Bool { keys.contains { wanted.contains($0) } }

    private func begin(_ event: String, _ id: InstrumentID?, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("e", event)
        writer.field("E", now.milliseconds)
        if let id { writer.field("s", instrument(id).symbol.description) }
    }

    private mutating func publishTrade(_ aggregate: MarketBoard.Aggregate, _ id: InstrumentID) {
        let print = aggregate.print
        let board = board(id)
        guard isWanted([.aggTrade(id), .trade(id)]), !isLeftOut(.print, id) else { return }
        let price = board.text(print.price, mispricing(.print, id))
        publish(.aggTrade(id)) { desk, writer in
            desk.begin("aggTrade", id, &writer)
            Self.write(aggregate, price, &writer)
            writer.endObject()
        }
        publish(.trade(id)) { desk, writer in
            desk.begin("trade", id, &writer)
            writer.field("T", print.venueTime.milliseconds)
            writer.field("t", print.tradeID)
            writer.field("p", price)
            writer.field("q", print.quantity)
            writer.field("X", "MARKET")
            writer.field("m", print.takerSide == .sell)
            writer.endObject()
        }
    }

    /// The fields of an aggregate trade, which REST and stream share.
    static func write(
        _ aggregate: MarketBoard.Aggregate, _ price: String, _ writer: inout JSONWriter
    ) {
        writer.field("a", aggregate.id)
        writer.field("p", price)
        writer.field("q", aggregate.print.quantity)
        writer.field("nq", aggregate.print.quantity)
        writer.field("f", aggregate.firstID)
        writer.field("l", aggregate.print.tradeID)
        writer.field("T", aggregate.print.venueTime.milliseconds)
        writer.field("m", aggregate.print.takerSide == .sell)
    }

    private mutating func publishTicker(_ ticker: BookTicker, _ id: InstrumentID) {
        let board = board(id)
        let keys = [StreamKey.bookTicker(id), .allBookTickers]
        guard isWanted(keys) else { return }
        var ticker = ticker
        ticker.updateID += tickerLead
        if isCrossed(.ticker, id) {
            swap(&ticker.bidPrice, &ticker.askPrice)
        }
        let wrong = mispricing(.ticker, id)
        for key in keys {
            publish(key) { desk, writer in
                desk.begin("bookTicker", id, &writer)
                writer.key("u")
                writer.integer(ticker.updateID)
                writer.field("T", ticker.venueTime.milliseconds)
                writer.field("b", board.text(ticker.bidPrice, wrong))
                writer.field("B", ticker.bidQuantity)
                writer.field("a", board.text(ticker.askPrice, wrong))
                writer.field("A", ticker.askQuantity)
                writer.endObject()
            }
        }
    }

    /// Tells the latest best prices `count` times more, of one symbol after the other.
    mutating func repeatTickers(_ count: Int) {
        let heard = instruments.indices.filter {
            isWanted([.bookTicker(instruments[$0].id), .allBookTickers])
        }
        guard !heard.isEmpty else { return }
        for number in 0..<count {
            let place = heard[number % heard.count]
            guard let ticker = boards[place].ticker else { continue }
            tickerLead += 1
            publishTicker(ticker, instruments[place].id)
        }
    }

    private mutating func publishDepth(_ update: DepthUpdate, _ id: InstrumentID) {
        let place = Int(id.index)
        for speed in DepthSpeed.allCases {
            // Every speed is fed, wanted or not, so that a newcomer finds no hole.
            guard let merged = boards[place].add(update, to: speed) else { continue }
            if wanted.contains(.depth(id, speed)), !isLeftOut(.depth, id) {
                var told = merged
                if isCrossed(.depth, id), let ask = market.exchange.bestAsk(id) {
                    told.bids.removeAll { $0.price == ask.price }
                    told.bids.insert(ask, at: 0)
                }
                publish(.depth(id, speed)) { $0.writeDepth(told, id, &$1) }
            }
            for levels in [5, 10, 20] {
                let key = StreamKey.partialDepth(id, levels: levels, speed)
                guard wanted.contains(key) else { continue }
                var top = merged
                let book = market.exchange.book(id)
                top.bids = book.levels(.buy, depth: levels)
                top.asks = book.levels(.sell, depth: levels)
                publish(key) { $0.writeDepth(top, id, &$1) }
            }
        }
    }

    private func writeDepth(_ update: DepthUpdate, _ id: InstrumentID, _ writer: inout JSONWriter) {
        begin("depthUpdate", id, &writer)
        writer.field("T", update.venueTime.milliseconds)
        writer.key("U")
        writer.integer(update.firstID)
        writer.key("u")
        writer.integer(update.lastID)
        writer.key("pu")
        writer.integer(update.previousLastID)
        board(id).levels("b", update.bids, &writer)
        board(id).levels("a", update.asks, &writer)
        writer.endObject()
    }

    private mutating func publishMark(_ update: MarkPriceUpdate, _ id: InstrumentID) {
        let isThird = board(id).markCount % 3 == 0
        for everySecond in [true, false] where everySecond || isThird {
            let key = StreamKey.markPrice(id, everySecond: everySecond)
            if wanted.contains(key) {
                let mark = mispricing(.mark, id)
                let index = mispricing(.index, id)
                publish(key) { $0.writeMark(update, id, &$1, mark: mark, index: index) }
            }
            // All instruments are marked in the same moment, the last one closes the list.
            guard Int(id.index) == instruments.count - 1 else { continue }
            publish(.allMarkPrices(everySecond: everySecond)) { desk, writer in
                writer.beginArray()
                for board in desk.boards {
                    if let mark = board.mark { desk.writeMark(mark, board.instrument.id, &writer) }
                }
                writer.endArray()
            }
        }
    }

    private func writeMark(
        _ update: MarkPriceUpdate, _ id: InstrumentID, _ writer: inout JSONWriter,
        mark: Fault.Mispricing? = nil, index: Fault.Mispricing? = nil
    ) {
        begin("markPriceUpdate", id, &writer)
        let indexText = board(id).text(update.indexPrice ?? update.markPrice, index)
        writer.field("p", board(id).text(update.markPrice, mark))
        writer.field("i", indexText)
        // Perpetuals are never settled; the venue sends the index here.
        writer.field("P", indexText)
        writer.key("r")
        writer.rate(update.fundingRate)
        writer.field("T", update.nextFundingTime?.milliseconds ?? 0)
        writer.endObject()
    }

    /// Sends the newest candles when something changed, at most every 250 ms, and every candle that closed.
    mutating func publishKlines(_ place: Int) {
        let last = boards[place].klinesSent
        let minuteChanged = last.floor(to: .minutes(1)) != now.floor(to: .minutes(1))
        guard minuteChanged || (boards[place].isKlineDue && now >= last + .milliseconds(250)) else {
            return
        }
        boards[place].klinesSent = now
        boards[place].isKlineDue = false
        let board = boards[place]
        for interval in BarInterval.allCases {
            let key = StreamKey.kline(board.instrument.id, interval)
            guard wanted.contains(key) else { continue }
            if isLeftOut(.kline, board.instrument.id) { continue }
            for bar in board.candles.newest(interval) {
                let end = bar.openTime + interval.duration
                // The one before the newest is sent once more, closed, when it has just ended.
                if end <= last { continue }
                publish(key) {
                    $0.writeKline(bar, interval, board, isClosed: end <= $0.now, &$1)
                }
            }
        }
    }

    private func writeKline(
        _ bar: Bar, _ interval: BarInterval, _ board: MarketBoard, isClosed: Bool,
        _ writer: inout JSONWriter
    ) {
        begin("kline", board.instrument.id, &writer)
        writer.key("k")
        writer.beginObject()
        writer.field("t", bar.openTime.milliseconds)
        writer.field("T", (bar.openTime + interval.duration).milliseconds - 1)
        writer.field("s", board.instrument.symbol.description)
        writer.field("i", interval.rawValue)
        writer.field("f", bar.firstID)
        writer.field("L", bar.lastID)
        writer.field("o", board.text(bar.open))
        writer.field("c", board.text(bar.close))
        writer.field("h", board.text(bar.high))
        writer.field("l", board.text(bar.low))
        writer.field("v", bar.volume)
        writer.field("n", bar.count)
        writer.field("x", isClosed)
        writer.field("q", bar.quoteVolume.text(fractionDigits: 8))
        writer.field("V", bar.takerVolume)
        writer.field("Q", bar.takerQuoteVolume.text(fractionDigits: 8))
        writer.field("B", "0")
        writer.endObject()
        writer.endObject()
    }

    /// Sends the largest forced order of a second once the second is over.
    mutating func publishForced(_ place: Int) {
        guard let order = boards[place].forced,
            order.venueTime.floor(to: .seconds(1)) < now.floor(to: .seconds(1))
        else { return }
        publish(order, place)
    }

    private mutating func publish(_ order: ForcedOrder, _ place: Int) {
        boards[place].forced = nil
        let board = boards[place]
        let id = board.instrument.id
        for key in [StreamKey.forceOrder(id), .allForceOrders] {
            publish(key) { desk, writer in
                desk.begin("forceOrder", nil, &writer)
                writer.key("o")
                writer.beginObject()
                writer.field("s", board.instrument.symbol.description)
                writer.field("S", order.side.venueName)
                writer.field("o", "LIMIT")
                writer.field("f", "IOC")
                writer.field("q", order.quantity)
                writer.field("p", board.text(order.price))
                writer.field("ap", board.text(order.price))
                writer.field("X", "FILLED")
                writer.field("l", order.quantity)
                writer.field("z", order.quantity)
                writer.field("T", order.venueTime.milliseconds)
                writer.endObject()
                writer.endObject()
            }
        }
    }
}
