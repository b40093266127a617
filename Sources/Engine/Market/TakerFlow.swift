package import Trading

/// Who is buying and who is selling: taker orders merged from prints, classed by size, summed over windows.
///
/// Consecutive prints with the same transact time and aggressor are one taker order. The open order counts at once
/// under the class of its sum so far, and moves to whale as a whole when the sum reaches the threshold. It ends with
/// the next print of another time or side; there is no timer. Windows slide in steps of one second of venue time.
package struct TakerFlow: Sendable {
    /// Everything since the start.
    package private(set) var sinceStart = FlowSums()
    /// The order that ended last; `nil` before the first.
    package private(set) var lastTakerOrder: TakerOrder?
    /// The transact time of the first print; windows longer than the time since then are not yet full.
    package private(set) var startTime: Timestamp?

    /// The threshold of orders that begin from now on; the open order keeps the one that it began under, so that
    /// nothing counted is classed anew.
    package private(set) var whaleThreshold: Money

    private var open: OpenOrder
    /// The sums before each second that had prints, by sequence number modulo the capacity.
    private var seconds: [SecondMark] = []
    /// The sequence number of the newest second; −1 before the first print.
    private var newest = -1
    /// The oldest second of each window, in the order of `FlowWindow`; newest + 1 when the window is empty.
    private var tails = InlineArray<5, Int>(repeating: 0)
    /// The largest taker order of the newest second. All prints of an order are counted in one second.
    private var largestOfSecond: Int128 = 0
    /// The largest taker order before the newest second.
    private var largestBefore: Int128 = 0
    /// When the newest second ends, in nanoseconds.
    private var secondEnd = Int64.min
    /// The second that the windows end with.
    private var nowSecond = Int64.min

    /// At least the seconds of the longest window, so that no second is overwritten that a window still needs.
    private static let capacity = 16_384

    private struct SecondMark {
        var second: Int64
        /// The largest taker order of the second, once it is over.
        var largest: Int128
        var before: FlowSums
    }

    private struct OpenOrder {
        var time = Int64.min
        var side = Side.buy
        var isWhale = false
        /// 0 when no order is open.
        var printCount = 0
        var notional: Int128 = 0
        var threshold: Int128 = 0
    }

    package init(whaleThreshold: Money) {
        self.whaleThreshold = whaleThreshold
        open = OpenOrder()
    }

    /// The sums over the last `window` of venue time.
    package func window(_ window: FlowWindow) -> FlowSums {
        let tail = tails[window.rawValue]
        guard tail <= newest else { return FlowSums() }
        return sinceStart - seconds[tail & (Self.capacity - 1)].before
    }

    /// The largest taker order so far, the open one included.
    package var largestTakerOrder: Money { Money(units: max(largestBefore, largestOfSecond)) }

    /// The largest taker order of the last `window` of venue time, the open one included; zero when there was none.
    ///
    /// - Complexity: one step a second of the window that had prints.
    package func largestTakerOrder(in window: FlowWindow) -> Money {
        let tail = tails[window.rawValue]
        guard tail <= newest else { return .zero }
        var largest = largestOfSecond
        for second in tail..<newest {
            largest = max(largest, seconds[second & (Self.capacity - 1)].largest)
        }
        return Money(units: largest)
    }

    /// The taker order that may still grow; `nil` before the first print and after `finish`.
    package var openTakerOrder: TakerOrder? {
        guard open.printCount > 0 else { return nil }
        return TakerOrder(
            venueTime: Timestamp(nanoseconds: open.time), side: open.side,
            notional: Money(units: open.notional),
            isWhale: open.isWhale, printCount: open.printCount)
    }

    /// Counts one print of value `notional`; says whether an order ended and whether a whale was found.
    @inline(__always)
    mutating func add(time: Int64, side: Side, notional: Int128) -> MarketChange {
        var change: MarketChange = []
        if time >= secondEnd { beginSecond(at: time) }
        if open.printCount > 0 && open.time == time && Self.isBuy(open.side) == Self.isBuy(side) {
            open.printCount += 1
        } else {
            if end() { change = .takerOrderEnded }
            open.time = time
            open.side = side
            open.isWhale = false
            open.printCount = 1
            open.notional = 0
            open.threshold = whaleThreshold.units
            sinceStart.takerOrders += 1
        }
        let before = open.notional
        let sum = before + notional
        open.notional = sum
        if sum > largestOfSecond { largestOfSecond = sum }
        if open.isWhale {
            addWhale(side, notional)
        } else if sum >= open.threshold {
            open.isWhale = true
            sinceStart.whaleOrders += 1
            addRetail(side, -before)
            addWhale(side, sum)
            change.insert(.whaleOrderFound)
        } else {
            addRetail(side, notional)
        }
        return change
    }

    /// Lets the windows slide to `time`.
    mutating func advance(to time: Timestamp) {
        let second = Self.second(of: time.nanoseconds)
        if second > nowSecond { slide(to: second) }
    }

    /// Ends the open order, at the end of a tape; says whether there was one.
    mutating func finish() -> Bool {
        let ended = end()
        open.printCount = 0
        return ended
    }

    mutating func setWhaleThreshold(_ threshold: Money) { whaleThreshold = threshold }

    /// The synthesized `==` of an enum of another module is a generic call.
    @inline(__always)
    private static func isBuy(_ side: Side) -> Bool {
        switch side {
        case .buy: true
        case .sell: false
        }
    }

    @inline(__always)
    private mutating func addWhale(_ side: Side, _ notional: Int128) {
        if Self.isBuy(side) {
            sinceStart.whaleBuy.units += notional
        } else {
            sinceStart.whaleSell.units += notional
        }
    }

    @inline(__always)
    private mutating func addRetail(_ side: Side, _ notional: Int128) {
        if Self.isBuy(side) {
            sinceStart.retailBuy.units += notional
        } else {
            sinceStart.retailSell.units += notional
        }
    }

    @inline(__always)
    private mutating func end() -> Bool {
        guard open.printCount > 0 else { return false }
        lastTakerOrder = TakerOrder(
            venueTime: Timestamp(nanoseconds: open.time), side: open.side,
            notional: Money(units: open.notional),
            isWhale: open.isWhale, printCount: open.printCount)
        return true
    }

    /// Begins the second that `time` lies in. A print with an earlier time than the newest second is counted in the
    /// newest: the windows never step back, and all prints of one order share a second.
    @inline(never)
    private mutating func beginSecond(at time: Int64) {
        if startTime == nil { startTime = Timestamp(nanoseconds: time) }
        let second = Self.second(of: time)
        if newest >= 0 {
            seconds[newest & (Self.capacity - 1)].largest = largestOfSecond
            largestBefore = max(largestBefore, largestOfSecond)
            largestOfSecond = 0
        }
        newest += 1
        let mark = SecondMark(second: second, largest: 0, before: sinceStart)
        let index = newest & (Self.capacity - 1)
        if index < seconds.count { seconds[index] = mark } else { seconds.append(mark) }
        secondEnd =
            (second + 1).multipliedReportingOverflow(by: 1_000_000_000).overflow
            ? .max : (second + 1) * 1_000_000_000
        slide(to: max(second, nowSecond))
    }

    private mutating func slide(to second: Int64) {
        nowSecond = second
        for window in FlowWindow.allCases {
            let oldest = second - window.seconds
            var tail = tails[window.rawValue]
            while tail <= newest && seconds[tail & (Self.capacity - 1)].second <= oldest {
                tail += 1
            }
            tails[window.rawValue] = tail
        }
    }

    private static func second(of time: Int64) -> Int64 {
        Timestamp(nanoseconds: time).floor(to: .seconds(1)).nanoseconds / 1_000_000_000
    }

    /// Folds the sums of all windows and the open order into `hasher`.
    package func hashFacts(into hasher: inout StateHasher) {
        sinceStart.hashFacts(into: &hasher)
        for window in FlowWindow.allCases { self.window(window).hashFacts(into: &hasher) }
        hasher.combine(largestTakerOrder)
        hasher.combine(whaleThreshold)
        hasher.combine(open.printCount)
        hasher.combine(open.time)
        hasher.combine(open.side == .buy)
        hasher.combine(open.notional)
        hasher.combine(nowSecond)
    }
}
