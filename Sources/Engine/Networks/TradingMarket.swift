package import Models

/// Why a market was refused.
package enum MarketError: Error, Hashable, Sendable {
    /// Fewer than two candles: nothing can follow a decision.
    case tooShort
    /// An array that has not one value a candle.
    case length(of: String, expected: Int, found: Int)
    /// A price that is not positive and finite, or a close outside of its candle.
    case price(candle: Int)
    /// A value that is missing or infinite; a component without data is left out as a whole instead.
    case notFinite(component: String, candle: Int)
    /// A component that the environment makes itself.
    case notOfTheMarket(component: String)

    /// One plain sentence for the operator.
    package var text: String {
        switch self {
        case .tooShort: "the market has fewer than two candles"
        case .length(let name, let expected, let found):
            "'\(name)' has \(found) values for \(expected) candles"
        case .price(let candle): "candle \(candle) has a price that cannot be"
        case .notFinite(let name, let candle):
            "'\(name)' is missing at candle \(candle): leave it out as a whole or begin later"
        case .notOfTheMarket(let name):
            "'\(name)' belongs to the account and is not taken from the market"
        }
    }
}

/// The past of one symbol, for a policy to trade in: candles, and what was known at the close of each.
package struct TradingMarket: Sendable {
    /// The components of the state that come from the market; all others the environment makes itself.
    package static let components: [PolicyState.Component] = [
        .modelSignal, .confidence, .return20, .normalizedATR, .rsi, .openInterestDivergence,
        .openInterestChange, .fundingRate, .volumeRatio, .bollingerPosition,
    ]

    let high: [Double]
    let low: [Double]
    let close: [Double]
    let days: [Int]
    /// By the index of the component; empty where there is no data.
    let columns: [[Float]]

    package var count: Int { close.count }

    /// Components without data, in their order.
    package var absent: [PolicyState.Component] {
        Self.components.filter { columns[$0.rawValue].isEmpty }
    }

    /// - Parameters:
    ///   - high: The highest price of each candle, oldest first, without gaps.
    ///   - days: For each candle the number of its UTC day, for the limit of trades a day.
    ///   - columns: For each component that there is data for, its value at the close of each candle, from nothing later.
    /// - Throws: `MarketError` for arrays of other lengths, prices that cannot be, and missing values.
    package init(
        high: [Double], low: [Double], close: [Double], days: [Int],
        columns: [PolicyState.Component: [Float]]
    ) throws(MarketError) {
        let count = close.count
        guard count > 1 else { throw .tooShort }
        for (name, found) in [("high", high.count), ("low", low.count), ("days", days.count)]
        where found != count {
            throw .length(of: name, expected: count, found: found)
        }
        for candle in 0..<count {
            let range = (low[candle], close[candle], high[candle])
            // Comparisons with NaN are false.
            guard range.0 > 0, range.0 <= range.1, range.1 <= range.2, range.2.isFinite else {
                throw .price(candle: candle)
            }
        }
        var ordered = [[Float]](repeating: [], count: PolicyState.count)
        for component in PolicyState.Component.allCases {
            guard let column = columns[component] else { continue }
            guard Self.components.contains(component) else {
                throw .notOfTheMarket(component: component.name)
            }
            guard column.count == count else {
                throw .length(of: component.name, expected: count, found: column.count)
            }
            if let candle = column.firstIndex(where: { !$0.isFinite }) {
                throw .notFinite(component: component.name, candle: candle)
            }
            ordered[component.rawValue] = column
        }
        self.high = high
        self.low = low
        self.close = close
        self.days = days
        self.columns = ordered
    }

    /// The columns of states that were filled by the code that fills them live, one a candle.
    ///
    /// A component that is missing in all of them has no data and is left out.
    package static func columns(of states: [PolicyState]) -> [PolicyState.Component: [Float]] {
        var columns: [PolicyState.Component: [Float]] = [:]
        for component in components {
            let column = states.map { $0[component] }
            if column.contains(where: { !$0.isNaN }) { columns[component] = column }
        }
        return columns
    }

    /// The columns of the ensemble's answers: its probabilities for long and for short at each close.
    package static func signalColumns(
        long: [Float], short: [Float]
    ) -> [PolicyState.Component: [Float]] {
        [
            .modelSignal: zip(long, short).map { $0 - $1 },
            .confidence: zip(long, short).map { max($0, $1) },
        ]
    }
}
