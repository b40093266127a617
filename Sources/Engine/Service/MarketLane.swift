package import Trading

/// Market data on its way to the decision thread, oldest first.
///
/// Beyond `coalescingBegins` waiting items a best bid/ask or a mark price replaces the waiting one of its instrument,
/// and depth changes are merged; prints are never dropped. Beyond `capacity` the lane refuses, and the caller must
/// treat the market as lost: better no data than data with holes.
package struct MarketLane: Sendable {
    package struct Item: Sendable {
        package var instrument: InstrumentID
        package var time: Timestamp
        package var data: MarketData
    }

    package static let coalescingBegins = 1_024
    package static let capacity = 262_144

    private var items: [Item?] = []
    private var latestTicker: [Int] = []
    private var latestMark: [Int] = []
    private var latestDepth: [Int] = []
    /// Items that were replaced by newer ones.
    package private(set) var coalescedCount: UInt64 = 0
    /// Items that were refused because the lane was full.
    package private(set) var refusedCount: UInt64 = 0

    package init(instruments: Int) {
        latestTicker = Array(repeating: -1, count: instruments)
        latestMark = latestTicker
        latestDepth = latestTicker
    }

    package var isEmpty: Bool { items.isEmpty }
    package var count: Int { items.count }

    /// Appends one datum; `false` when the lane is full and the datum is lost.
    package mutating func append(_ data: MarketData, instrument: InstrumentID, time: Timestamp)
        -> Bool
    {
        guard items.count < Self.capacity else {
            refusedCount += 1
            return false
        }
        let index = Int(instrument.index)
        var data = data
        switch data {
        case .bookTicker:
            if items.count >= Self.coalescingBegins { drop(latestTicker[index]) }
            latestTicker[index] = items.count
        case .markPrice:
            if items.count >= Self.coalescingBegins { drop(latestMark[index]) }
            latestMark[index] = items.count
        case .depth(let update):
            if items.count >= Self.coalescingBegins, latestDepth[index] >= 0,
                case .depth(let waiting)? = items[latestDepth[index]]?.data,
                let merged = Self.merge(waiting, update)
            {
                drop(latestDepth[index])
                data = .depth(merged)
            }
            latestDepth[index] = items.count
        case .depthSnapshot, .lost:
            // What came before belongs to another book.
            latestDepth[index] = -1
        case .print, .kline, .forcedOrder, .clusters, .openInterest, .funding, .alive:
            break
        }
        items.append(Item(instrument: instrument, time: time, data: data))
        return true
    }

    /// Takes everything that waits, oldest first, into `batch`, which must be empty; `nil` items were replaced.
    package mutating func take(into batch: inout [Item?]) {
        swap(&items, &batch)
        for index in latestTicker.indices {
            latestTicker[index] = -1
            latestMark[index] = -1
            latestDepth[index] = -1
        }
    }

    private mutating func drop(_ index: Int) {
        guard index >= 0, items[index] != nil else { return }
        items[index] = nil
        coalescedCount += 1
    }

    /// Two consecutive depth changes as one, or `nil` when the second does not continue the first.
    static func merge(_ first: DepthUpdate, _ second: DepthUpdate) -> DepthUpdate? {
        guard second.previousLastID == first.lastID else { return nil }
        return DepthUpdate(
            firstID: first.firstID, lastID: second.lastID, previousLastID: first.previousLastID,
            bids: first.bids + second.bids, asks: first.asks + second.asks,
            venueTime: second.venueTime)
    }
}
