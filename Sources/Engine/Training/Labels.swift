package import Trading

/// The candles of one symbol as training looks at them, oldest first; all arrays are of the same length.
package struct PricePath: Sendable {
    package let interval: Duration
    package let openTimes: [Timestamp]
    package let opens: [Double]
    package let highs: [Double]
    package let lows: [Double]
    package let closes: [Double]

    package init(
        interval: Duration, openTimes: [Timestamp], opens: [Double], highs: [Double],
        lows: [Double], closes: [Double]
    ) {
        precondition(
            [opens.count, highs.count, lows.count, closes.count].allSatisfy {
                $0 == openTimes.count
            }, "every candle has every price")
        self.interval = interval
        self.openTimes = openTimes
        self.opens = opens
        self.highs = highs
        self.lows = lows
        self.closes = closes
    }

    package var count: Int { openTimes.count }

    /// When the candle at `index` is closed, which is when its features are known.
    package func closeTime(_ index: Int) -> Timestamp { openTimes[index] + interval }

    /// Whether no candle is absent from `first` to `last`.
    func isWhole(from first: Int, to last: Int) -> Bool {
        openTimes[last] - openTimes[first] == interval * Int64(last - first)
    }
}

/// What an entry is judged by: two barriers, a time limit and the costs.
package struct Bracket: Hashable, Sendable, Codable {
    /// Distance of the stop from the entry, as a fraction of the entry.
    package var stop: Double
    /// Distance of the target from the entry, as a fraction of the entry.
    package var target: Double
    /// Candles after which the position is closed at the close; above zero.
    package var horizon: Int
    /// Fees and slippage of entry and exit together, as a fraction of the entry.
    package var costs: Double

    package init(stop: Double, target: Double, horizon: Int, costs: Double) {
        precondition(
            stop > 0 && target > 0 && horizon > 0 && costs >= 0, "a bracket has room on both sides")
        self.stop = stop
        self.target = target
        self.horizon = horizon
        self.costs = costs
    }

    /// The share of wins at which target and stop alone come out at nothing.
    package var breakEven: Double { (stop + costs) / (stop + target) }
}

/// How a bracket ended.
package enum BracketEnd: String, Hashable, Sendable, Codable {
    case stop, target
    /// Neither barrier was met within the horizon.
    case time
}

/// What became of one entry.
package struct BracketOutcome: Hashable, Sendable {
    package let end: BracketEnd
    /// The candle in which it ended.
    package let exitIndex: Int
    /// Return after costs, as a fraction of the entry.
    package let net: Double

    /// Whether the trade paid: the label of entry models.
    package var isWin: Bool { net > 0 }
}

extension Bracket {
    /// What becomes of a position that is opened at the close of candle `entry`; `nil` when the path does not show the
    /// whole horizon, or has a hole in it.
    ///
    /// In each candle the adverse extreme comes first: a candle that spans both barriers is a stop. A stop fills at its
    /// price, or at the candle's open where that is already beyond it. A target fills at its price. What is left at the
    /// horizon is closed at that close, and its sign after costs decides.
    ///
    /// - Complexity: O(`horizon`).
    /// - Source: the triple-barrier method, López de Prado, Advances in Financial Machine Learning, 2018, chapter 3.
    package func outcome(_ path: PricePath, entry: Int, direction: Direction) -> BracketOutcome? {
        let last = entry + horizon
        guard entry >= 0, last < path.count, path.isWhole(from: entry, to: last) else { return nil }
        let price = path.closes[entry]
        guard price > 0 else { return nil }
        switch direction {
        case .long:
            let (stopPrice, targetPrice) = (price * (1 - stop), price * (1 + target))
            for index in entry + 1...last {
                if path.lows[index] <= stopPrice {
                    let fill = min(stopPrice, path.opens[index])
                    return BracketOutcome(
                        end: .stop, exitIndex: index, net: fill / price - 1 - costs)
                }
                if path.highs[index] >= targetPrice {
                    return BracketOutcome(end: .target, exitIndex: index, net: target - costs)
                }
            }
            return BracketOutcome(
                end: .time, exitIndex: last, net: path.closes[last] / price - 1 - costs)
        case .short:
            let (stopPrice, targetPrice) = (price * (1 + stop), price * (1 - target))
            for index in entry + 1...last {
                if path.highs[index] >= stopPrice {
                    let fill = max(stopPrice, path.opens[index])
                    return BracketOutcome(
                        end: .stop, exitIndex: index, net: 1 - fill / price - costs)
                }
                if path.lows[index] <= targetPrice {
                    return BracketOutcome(end: .target, exitIndex: index, net: target - costs)
                }
            }
            return BracketOutcome(
                end: .time, exitIndex: last, net: 1 - path.closes[last] / price - costs)
        }
    }

    /// The outcome of an entry at every candle of `path`, in its order.
    ///
    /// - Complexity: O(candles × `horizon`).
    package func outcomes(_ path: PricePath, direction: Direction) -> [BracketOutcome?] {
        (0..<path.count).map { outcome(path, entry: $0, direction: direction) }
    }
}
