import Trading

/// One candle made of prints.
struct Bar: Hashable, Sendable {
    var openTime: Timestamp
    var open: Price
    var high: Price
    var low: Price
    var close: Price
    var volume = Quantity.zero
    var quoteVolume = Money.zero
    var count = 0
    var takerVolume = Quantity.zero
    var takerQuoteVolume = Money.zero
    /// Ids of the first and last trade; -1 when there was none.
    var firstID: Int64 = -1
    var lastID: Int64 = -1

    /// A candle without trades at the last price.
    init(flatAt price: Price, openTime: Timestamp) {
        self.openTime = openTime
        open = price
        high = price
        low = price
        close = price
    }

    mutating func add(_ print: Print, firstID first: Int64) {
        if count == 0 {
            open = print.price
            high = print.price
            low = print.price
            firstID = first
        }
        let value = Money(print.quantity, at: print.price)
        high = max(high, print.price)
        low = min(low, print.price)
        close = print.price
        volume += print.quantity
        quoteVolume += value
        count += 1
        if print.takerSide == .buy {
            takerVolume += print.quantity
            takerQuoteVolume += value
        }
        lastID = print.tradeID
    }

    /// Goes on with the next candle.
    mutating func merge(_ next: Bar) {
        if count == 0, next.count > 0 { open = next.open }
        high = count == 0 && next.count > 0 ? next.high : max(high, next.high)
        low = count == 0 && next.count > 0 ? next.low : min(low, next.low)
        close = next.close
        volume += next.volume
        quoteVolume += next.quoteVolume
        count += next.count
        takerVolume += next.takerVolume
        takerQuoteVolume += next.takerQuoteVolume
        if firstID < 0 { firstID = next.firstID }
        if next.lastID >= 0 { lastID = next.lastID }
    }
}

/// Lengths of candles that the local exchange serves; weeks and months are absent.
enum BarInterval: String, Sendable, CaseIterable {
    case minute1 = "1m"
    case minute3 = "3m"
    case minute5 = "5m"
    case minute15 = "15m"
    case minute30 = "30m"
    case hour1 = "1h"
    case hour2 = "2h"
    case hour4 = "4h"
    case hour6 = "6h"
    case hour8 = "8h"
    case hour12 = "12h"
    case day1 = "1d"

    var duration: Duration {
        switch self {
        case .minute1: .minutes(1)
        case .minute3: .minutes(3)
        case .minute5: .minutes(5)
        case .minute15: .minutes(15)
        case .minute30: .minutes(30)
        case .hour1: .hours(1)
        case .hour2: .hours(2)
        case .hour4: .hours(4)
        case .hour6: .hours(6)
        case .hour8: .hours(8)
        case .hour12: .hours(12)
        case .day1: .hours(24)
        }
    }
}

/// The candles of one instrument: minutes are kept, longer ones are made of them.
struct CandleBook: Sendable {
    /// Enough for 1,500 candles of five minutes, the most that one request gets.
    private static let keptMinutes = 7_505

    private var minutes = Ring<Bar>(capacity: CandleBook.keptMinutes)
    private var current: Bar?

    mutating func add(_ print: Print, firstID: Int64) {
        advance(to: print.venueTime)
        if current == nil {
            current = Bar(flatAt: print.price, openTime: print.venueTime.floor(to: .minutes(1)))
        }
        current?.add(print, firstID: firstID)
    }

    /// Ends the minutes that are over; a minute without prints has a flat candle.
    mutating func advance(to time: Timestamp) {
        let minute = time.floor(to: .minutes(1))
        while let bar = current, bar.openTime < minute {
            minutes.append(bar)
            // After a long gap only what the ring keeps is made.
            let next = max(bar.openTime + .minutes(1), minute - .minutes(Int64(Self.keptMinutes)))
            current = Bar(flatAt: bar.close, openTime: next)
        }
    }

    /// Oldest first; the last one may be unfinished.
    func bars(_ interval: BarInterval) -> [Bar] { bars(interval, of: minutes.elements) }

    private func bars(_ interval: BarInterval, of minutes: ArraySlice<Bar>) -> [Bar] {
        var all = Array(minutes)
        if let current { all.append(current) }
        guard interval != .minute1 else { return all }
        var merged: [Bar] = []
        for bar in all {
            let open = bar.openTime.floor(to: interval.duration)
            if let last = merged.last, last.openTime == open {
                merged[merged.count - 1].merge(bar)
            } else {
                var first = bar
                first.openTime = open
                merged.append(first)
            }
        }
        return merged
    }

    /// The newest candle of one interval and the one before it. Asked several times a second: only the minutes of
    /// those two are looked at.
    func newest(_ interval: BarInterval) -> ArraySlice<Bar> {
        let each = Int(interval.duration.nanoseconds / Duration.minutes(1).nanoseconds)
        let last = current?.openTime ?? minutes.last?.openTime
        guard let last else { return [] }
        let from = last.floor(to: interval.duration) - interval.duration
        let recent = minutes.elements.suffix(2 * each).drop { $0.openTime < from }
        return bars(interval, of: recent).suffix(2)
    }
}
