package import Trading

/// The candles of one symbol, in columns of equal length, oldest first; open times rise strictly and lie on the
/// interval's grid.
package struct CandleTable: Hashable, Sendable {
    package let symbol: SymbolName
    package let interval: Duration
    /// Whether the source told the part of the volume in which takers bought; otherwise `takerBuyVolumes` is all zero
    /// and means nothing.
    package let hasTakerVolume: Bool
    /// Milliseconds since 1970 at which each candle begins.
    package private(set) var openTimes: [Int64] = []
    /// Prices in steps of 10⁻⁸ quote, above zero, with low ≤ open, close ≤ high.
    package private(set) var opens: [Int64] = []
    package private(set) var highs: [Int64] = []
    package private(set) var lows: [Int64] = []
    package private(set) var closes: [Int64] = []
    /// Steps of 10⁻⁸ base, zero or more; a candle of zero volume is the venue's filler: nothing was traded.
    package private(set) var volumes: [Int64] = []
    /// The part of each volume in which the taker bought, in steps of 10⁻⁸ base.
    package private(set) var takerBuyVolumes: [Int64] = []
    /// What was odd in the source, but no reason to refuse it.
    package var report = ImportReport()

    /// An empty table.
    package init(symbol: SymbolName, interval: Duration, hasTakerVolume: Bool) {
        self.symbol = symbol
        self.interval = interval
        self.hasTakerVolume = hasTakerVolume
    }

    package var count: Int { openTimes.count }
    package var isEmpty: Bool { openTimes.isEmpty }

    /// Appends a candle behind the last; one that is not behind it is a bug of the caller.
    package mutating func append(_ candle: CandleRow) {
        precondition(
            candle.openTime > (openTimes.last ?? .min), "candles of a table follow each other")
        openTimes.append(candle.openTime)
        opens.append(candle.open)
        highs.append(candle.high)
        lows.append(candle.low)
        closes.append(candle.close)
        volumes.append(candle.volume)
        takerBuyVolumes.append(hasTakerVolume ? candle.takerBuyVolume : 0)
    }

    /// The candle at `index`, oldest first.
    package subscript(index: Int) -> CandleRow {
        CandleRow(
            openTime: openTimes[index], open: opens[index], high: highs[index], low: lows[index],
            close: closes[index], volume: volumes[index], takerBuyVolume: takerBuyVolumes[index])
    }

    /// When the candle at `index` is over.
    package func closeTime(_ index: Int) -> Timestamp {
        Timestamp(milliseconds: openTimes[index]) + interval
    }

    /// The candle at `index` as the venue tells it when it is closed, told at its end.
    package func kline(_ index: Int) -> Kline { self[index].kline(interval: interval) }

    /// The candles that begin at `from` or later and before `to`; `nil` is no bound.
    package func selecting(from: Timestamp?, to: Timestamp?) -> CandleTable {
        var part = CandleTable(symbol: symbol, interval: interval, hasTakerVolume: hasTakerVolume)
        part.report = report
        for index in openTimes.indices {
            let time = Timestamp(milliseconds: openTimes[index])
            if let from, time < from { continue }
            if let to, time >= to { break }
            part.append(self[index])
        }
        return part
    }

    /// The first candle that begins at `time` or later; `count` when there is none.
    ///
    /// - Complexity: logarithmic.
    package func firstIndex(at time: Timestamp) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if Timestamp(milliseconds: openTimes[middle]) < time {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}

/// One candle of a table; units as in the table's columns.
package struct CandleRow: Hashable, Sendable {
    package var openTime: Int64
    package var open: Int64
    package var high: Int64
    package var low: Int64
    package var close: Int64
    package var volume: Int64
    package var takerBuyVolume: Int64

    package init(
        openTime: Int64, open: Int64, high: Int64, low: Int64, close: Int64, volume: Int64,
        takerBuyVolume: Int64
    ) {
        self.openTime = openTime
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.volume = volume
        self.takerBuyVolume = takerBuyVolume
    }

    /// As the venue tells it when it is closed, told at its end.
    package func kline(interval: Duration) -> Kline {
        let start = Timestamp(milliseconds: openTime)
        return Kline(
            openTime: start, interval: interval, open: Price(units: open),
            high: Price(units: high), low: Price(units: low), close: Price(units: close),
            volume: Quantity(units: volume), takerBuyVolume: Quantity(units: takerBuyVolume),
            isClosed: true, venueTime: start + interval)
    }
}
