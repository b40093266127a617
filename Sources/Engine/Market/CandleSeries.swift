package import Trading

/// The closed candles of one interval, a bounded ring, and the one that is forming.
///
/// Intervals without prints are absent: `openTime` jumps there. A candle closes when a print of a later interval
/// arrives, when the clock passes its end by the grace, or when the venue says so. A print that comes later than that
/// is added to its own candle all the same, so that the series stays what the venue's transact times say.
package struct CandleSeries: Sendable {
    package let interval: Duration
    /// Whether the taker-buy volumes are said by the source; zeros otherwise.
    package let hasTakerVolume: Bool
    /// Closed candles since the start, also those no longer kept.
    package private(set) var closedCount = 0
    /// Prints so late that their candle is no longer looked for.
    package private(set) var lostPrintCount = 0

    let capacity: Int
    let keepsActivity: Bool
    private(set) var ring: [Candle] = []
    /// What `activity` answers; empty when it is not kept.
    var activities: [Double] = []
    /// Where the oldest candle is once the ring is full.
    private(set) var start = 0
    private var current: Candle?
    /// The end of the forming interval, in nanoseconds; the far past when none is forming.
    private var currentEnd = Int64.min
    private var currentStart = Int64.max

    /// What became of one print.
    enum Outcome { case joined, closed, amended, lost }

    package init(
        interval: Duration, capacity: Int, hasTakerVolume: Bool = true, keepsActivity: Bool = false
    ) {
        precondition(interval.nanoseconds > 0 && capacity > 0, "a series has an interval and room")
        self.interval = interval
        self.capacity = capacity
        self.hasTakerVolume = hasTakerVolume
        self.keepsActivity = keepsActivity
    }

    /// Closed candles kept, at most the capacity.
    package var count: Int { ring.count }
    package var isEmpty: Bool { ring.isEmpty }
    /// The candle that is forming; `nil` before the first print after a close by the clock.
    package var forming: Candle? { current }
    /// The newest closed candle.
    package var last: Candle? { ring.isEmpty ? nil : self[ring.count - 1] }

    /// The closed candle at `index`, oldest first, 0...count − 1.
    package subscript(index: Int) -> Candle {
        precondition(index >= 0 && index < ring.count, "a candle is asked for that is not kept")
        let position = start + index
        return ring[position < ring.count ? position : position - ring.count]
    }

    /// The closed candle that is `age` candles older than the newest; `nil` beyond the oldest kept.
    package func fromEnd(_ age: Int) -> Candle? {
        age >= 0 && age < ring.count ? self[ring.count - 1 - age] : nil
    }

    /// The newest `count` closed candles, oldest first.
    package func newest(_ count: Int) -> [Candle] {
        let length = min(max(0, count), ring.count)
        return (ring.count - length..<ring.count).map { self[$0] }
    }

    /// All closed candles and then the forming one, oldest first.
    package var all: [Candle] {
        var result = newest(ring.count)
        if let current { result.append(current) }
        return result
    }

    @inline(__always)
    mutating func add(_ print: Print, notional: Int128) -> Outcome {
        let time = print.venueTime.nanoseconds
        if time < currentEnd && time >= currentStart {
            current?.add(print, notional: notional)
            return .joined
        }
        return turn(print, notional: notional)
    }

    /// Begins the candle of `print`, or finds the closed one that it belongs to.
    private mutating func turn(_ print: Print, notional: Int128) -> Outcome {
        let openTime = print.venueTime.floor(to: interval)
        let isLate: Bool
        if let current {
            isLate = openTime.nanoseconds < current.openTime.nanoseconds
        } else if let last {
            isLate = openTime.nanoseconds <= last.openTime.nanoseconds
        } else {
            isLate = false
        }
        if isLate { return amend(print, openTime: openTime, notional: notional) }
        let closed = close()
        current = Candle(openTime: openTime, first: print, notional: notional)
        currentStart = openTime.nanoseconds
        currentEnd = (openTime + interval).nanoseconds
        return closed ? .closed : .joined
    }

    private mutating func amend(_ print: Print, openTime: Timestamp, notional: Int128) -> Outcome {
        var age = 0
        while age < 3, let candle = fromEnd(age) {
            if candle.openTime == openTime {
                let position = start + ring.count - 1 - age
                ring[position < ring.count ? position : position - ring.count].add(
                    print, notional: notional)
                measureActivity(from: age)
                return .amended
            }
            if candle.openTime < openTime { break }
            age += 1
        }
        if age == 0 {
            // Its interval had no print and has passed: it is the newest closed candle now.
            push(Candle(openTime: openTime, first: print, notional: notional))
            return .amended
        }
        lostPrintCount += 1
        return .lost
    }

    /// Closes the forming candle when `time` is at or after its end and `grace`; says whether it did.
    mutating func advance(to time: Timestamp, grace: Duration) -> Bool {
        guard current != nil, time >= Timestamp(nanoseconds: currentEnd) + grace else {
            return false
        }
        return close()
    }

    /// Closes the forming candle if it began at `openTime`: the venue says that it is complete.
    mutating func close(openedAt openTime: Timestamp) -> Bool {
        guard let current, current.openTime == openTime else { return false }
        return close()
    }

    /// Appends a closed candle of the venue behind those that are known; others are passed over. Says whether it was.
    mutating func adopt(_ kline: Kline) -> Bool {
        guard current == nil, last.map({ kline.openTime > $0.openTime }) ?? true else {
            return false
        }
        push(Candle(adopted: kline))
        return true
    }

    private mutating func close() -> Bool {
        guard let candle = current else { return false }
        current = nil
        currentEnd = .min
        currentStart = .max
        push(candle)
        return true
    }

    private mutating func push(_ candle: Candle) {
        closedCount += 1
        if ring.count < capacity {
            ring.append(candle)
        } else {
            ring[start] = candle
            start = start + 1 == capacity ? 0 : start + 1
        }
        measureActivity(from: 0)
    }

    /// Folds the counts, the newest closed candle and the forming one into `hasher`. Earlier candles were folded when
    /// they were the newest by whoever hashes at every close.
    package func hashFacts(into hasher: inout StateHasher) {
        hasher.combine(closedCount)
        hasher.combine(lostPrintCount)
        if let last { last.hashFacts(into: &hasher) }
        hasher.combine(current != nil)
        if let current { current.hashFacts(into: &hasher) }
    }
}
