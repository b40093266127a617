import Trading

// Candles that the venue made.

extension MarketState {
    /// The venue's candle closes ours; prints that come later still find it. Differences are counted, never adopted; only
    /// what was before the first print is.
    mutating func apply(_ kline: Kline, at time: Timestamp) -> MarketChange {
        ages.seen(at: time)
        guard kline.isClosed else { return [] }
        if counts.prints == 0 { return take(kline, at: time) }
        if kline.interval == candles1m.interval {
            guard candles1m.close(openedAt: kline.openTime) else { return [] }
            if let ours = candles1m.last, ours.volume != kline.volume {
                counts.klineDifferences += 1
            }
            return .candleClosed1m
        }
        guard kline.interval == candles5m.interval, candles5m.close(openedAt: kline.openTime) else {
            return []
        }
        if let ours = candles5m.last, ours.volume != kline.volume { counts.klineDifferences += 1 }
        return .candleClosed5m
    }

    /// Before the first print the venue's candles are the history that features look back on. They are no news, and
    /// nothing is decided on them, unless they are all that there is.
    ///
    /// Where nothing was traded there is no candle, as when candles are made of prints.
    private mutating func take(_ kline: Kline, at time: Timestamp) -> MarketChange {
        guard !kline.volume.isZero else { return [] }
        guard isPossible(kline, at: time) else {
            counts.quarantined += 1
            return .quarantined
        }
        let closed: MarketChange
        if kline.interval == candles1m.interval {
            guard candles1m.adopt(kline) else { return [] }
            closed = .candleClosed1m
        } else if kline.interval == candles5m.interval {
            guard candles5m.adopt(kline) else { return [] }
            closed = .candleClosed5m
        } else {
            return []
        }
        guard configuration.candlesFromVenue else { return [] }
        // The close is the last trade: marks are derived from it where the source has none.
        lastPrice = kline.close
        ages.print = time
        return closed
    }

    private func isPossible(_ kline: Kline, at time: Timestamp) -> Bool {
        kline.low <= kline.open && kline.open <= kline.high && kline.low <= kline.close
            && kline.close <= kline.high && kline.takerBuyVolume <= kline.volume
            && kline.interval > .zero && kline.openTime.floor(to: kline.interval) == kline.openTime
            && !isAhead(kline.openTime + kline.interval, of: time)
    }
}
