package import Trading

extension CandleTable {
    /// The candles of a longer interval that these make; `nil` when it is no multiple of ours.
    ///
    /// A candle that the table does not hold to its end is left out, the first one too when the table begins within it.
    /// Intervals without candles stay absent.
    package func aggregated(to longer: Duration) -> CandleTable? {
        let factor = longer.nanoseconds / interval.nanoseconds
        guard factor >= 1, factor * interval.nanoseconds == longer.nanoseconds else { return nil }
        var table = CandleTable(symbol: symbol, interval: longer, hasTakerVolume: hasTakerVolume)
        table.report = report
        let length = longer.milliseconds
        // What began before the table is not whole.
        let first = openTimes.first.map { ($0 + length - 1) / length * length } ?? 0
        var open: CandleRow?
        for index in openTimes.indices where openTimes[index] >= first {
            let row = self[index]
            let start = row.openTime - row.openTime % length
            if var known = open, known.openTime == start {
                known.add(row)
                open = known
            } else {
                if let known = open { table.append(known) }
                open = row.beginning(at: start)
            }
            if let known = open, row.openTime + interval.milliseconds == start + length {
                table.append(known)
                open = nil
            }
        }
        return table
    }
}

extension CandleRow {
    fileprivate func beginning(at time: Int64) -> CandleRow {
        var row = self
        row.openTime = time
        return row
    }

    /// Continues with `next`; volumes stay at the largest number instead of overflowing.
    fileprivate mutating func add(_ next: CandleRow) {
        high = max(high, next.high)
        low = min(low, next.low)
        close = next.close
        volume = Self.sum(volume, next.volume)
        takerBuyVolume = Self.sum(takerBuyVolume, next.takerBuyVolume)
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}
