import Market
import Messages
import Risk
import Trading

// What the market says: candles that close are decided on, open positions are looked at live.

extension Engine {
    mutating func market(_ id: InstrumentID, _ data: MarketData) {
        let index = Int(id.index)
        guard index < symbols.count else {
            counters.unknownInstruments += 1
            return
        }
        if case .print(let print) = data { return self.print(index, print) }
        let change = symbols[index].market.apply(data, at: now)
        if change.contains(decisionClose) {
            candleClosed(index)
        }
        if openPositions > 0 && !change.isDisjoint(with: [.markChanged, .bookChanged]) {
            seeMark(index)
        }
    }

    @inline(__always)
    mutating func print(_ index: Int, _ print: Print) {
        let change = symbols[index].market.apply(print, at: now)
        if change.contains(decisionClose) {
            candleClosed(index)
        }
        if openPositions > 0 { seeMark(index) }
    }

    /// Follows the mark of an open position: its extremes at every change, its exit at most so often.
    mutating func seeMark(_ index: Int) {
        guard symbols[index].seeMark(at: now, every: configuration.liveInterval) else { return }
        evaluateExit(index, actsOnModel: false)
        checkBreakers()
    }

    func lastDecisionCandle(_ index: Int) -> Candle? {
        decidesOn1m ? symbols[index].market.candles1m.last : symbols[index].market.candles5m.last
    }

    /// A decision candle has closed: the open position is judged, then the entry is decided.
    mutating func candleClosed(_ index: Int) {
        guard let candle = lastDecisionCandle(index),
            candle.openTime > symbols[index].decidedCandle
        else { return }
        symbols[index].decidedCandle = candle.openTime
        symbols[index].decisionCandles += 1
        if let spread = spread(index) { symbols[index].spreads.add(spread) }
        symbols[index].whaleOrdersByHour.see(total: symbols[index].market.whaleOrders, at: now)
        symbols[index].computeClosedRow(models.neededAtClose, at: now)
        if symbols[index].position != nil { evaluateExit(index, actsOnModel: true) }
        decide(index, candle)
        checkBreakers()
        recordAccountEveryMinute()
    }

    /// Fires when the decision candle must be over even if nothing is traded any more.
    mutating func candleTimerFired(_ id: InstrumentID) {
        let index = Int(id.index)
        guard index < symbols.count else { return }
        let change = symbols[index].market.advance(to: now)
        if change.contains(decisionClose) {
            candleClosed(index)
        } else {
            recordAccountEveryMinute()
        }
        setCandleTimer(id)
    }

    mutating func setCandleTimer(_ id: InstrumentID) {
        let interval = configuration.profile.decisionInterval
        let end = now.floor(to: interval) + interval
        emit(.setTimer(.candleClose(id), at: end + configuration.market.candleGrace))
    }

    /// The heartbeat: what must be looked at even when nothing comes.
    mutating func tick() {
        for index in symbols.indices {
            // Time may have passed the end of a candle before the timer of that end is delivered.
            let change = symbols[index].market.advance(to: now)
            if change.contains(decidesOn1m ? .candleClosed1m : .candleClosed5m) {
                candleClosed(index)
            }
            symbols[index].prime(models.neededAtClose, at: now)
            if openPositions > 0 { seeMark(index) }
        }
        // A close must never wait for an event that does not come.
        if symbols.contains(where: { $0.position?.isClosing ?? false }) { needsSettling = true }
        checkBreakers()
        recordAccountEveryMinute()
        if let heartbeat = configuration.heartbeat { emit(.setTimer(.tick, at: now + heartbeat)) }
    }

    /// The tape is over: the open taker order of every instrument ends. Forming candles stay forming.
    package mutating func finishMarkets() {
        for index in symbols.indices { _ = symbols[index].market.finish() }
    }

    /// The spread as a fraction of the best bid; `nil` without a touch.
    func spread(_ index: Int) -> Rate? {
        guard let touch = touch(index) else { return nil }
        return touch.ask.distance(from: touch.bid)
    }

    /// Best bid and ask; derived from the last print and one tick where the tape has no book.
    func touch(_ index: Int) -> (bid: Price, ask: Price)? {
        let market = symbols[index].market
        if let bid = market.bestBid?.price, let ask = market.bestAsk?.price { return (bid, ask) }
        guard configuration.derivesTouch, let last = market.lastPrice else { return nil }
        let tick = symbols[index].instrument.filters.tickSize.units
        let bought = (market.flow.openTakerOrder ?? market.flow.lastTakerOrder)?.side == .buy
        if bought { return Price(exactly: last.units - tick).map { ($0, last) } }
        let (ask, overflow) = last.units.addingReportingOverflow(tick)
        return overflow ? nil : (last, Price(units: ask))
    }
}
