import Features
import Market
import Research
package import Trading

/// Makes the samples of exit models: looks at positions that are opened along the real paths of the data.
package enum ExitRows {
    /// How many positions of a symbol and side are opened, in training and in the held-out stretch.
    package struct Counts: Hashable, Sendable {
        package var signals = 800
        package var random = 800

        package init(signals: Int = 800, random: Int = 800) {
            self.signals = signals
            self.random = random
        }
    }

    /// Where the entry models would have signaled, by symbol and candle.
    package typealias Signals = [[Bool]]

    /// Looks at every close while a position is open, by time, symbol and position.
    ///
    /// Half of the positions are opened where an entry model would have signaled that had not seen the candle, the others
    /// anywhere, so that the model also knows how positions look that should not have been opened. Windows as for entries.
    package static func make(
        _ data: TrainingData, direction: Direction, plan: TrainingPlan, signals: Signals,
        training counts: Counts, heldOut heldOutCounts: Counts
    ) -> (training: LabeledRows, heldOut: LabeledRows) {
        let names = (TrainingFeatures.market + TrainingFeatures.position).map(\.name)
        var parts = [LabeledRows(names: names), LabeledRows(names: names)]
        var looks: [Look] = []
        var generator = SplitMix(seed: plan.seed(of: "exit positions \(direction)"))
        var number = 0
        for (place, symbol) in data.symbols.enumerated() {
            let outcomes = plan.bracket.outcomes(symbol.path, direction: direction)
            for (part, counts) in [counts, heldOutCounts].enumerated() {
                let inside = within(symbol.path, outcomes, plan, isTraining: part == 0)
                let positions = ExitLabels.positions(
                    outcomes: inside, direction: direction, isSignal: signals[place],
                    maxSignals: counts.signals, random: counts.random, using: &generator)
                for position in positions {
                    let found = ExitLabels.looks(
                        at: position, path: symbol.path, bracket: plan.bracket)
                    looks += found.map {
                        Look(part: part, symbol: place, number: number, look: $0)
                    }
                    number += 1
                }
            }
        }
        looks.sort { left, right in
            let a = data.symbols[left.symbol].path.openTimes[left.look.index]
            let b = data.symbols[right.symbol].path.openTimes[right.look.index]
            return a != b ? a < b : (left.symbol, left.number) < (right.symbol, right.number)
        }
        var views = data.symbols.map { PositionView($0) }
        for each in looks {
            let symbol = data.symbols[each.symbol]
            guard let row = views[each.symbol].row(each.look, plan: plan) else { continue }
            parts[each.part].append(
                row, isWin: each.look.isBetterNow,
                span: LabelSpan(
                    start: symbol.path.closeTime(each.look.index),
                    end: symbol.path.closeTime(each.look.position.outcome.exitIndex)),
                worth: each.look.advantage, symbol: each.symbol, candle: each.look.index,
                position: each.number)
        }
        return (parts[0], parts[1])
    }

    private struct Look {
        let part: Int
        let symbol: Int
        let number: Int
        let look: ExitLook
    }

    /// The outcomes of entries that begin and end inside a window; others are as if unknown.
    private static func within(
        _ path: PricePath, _ outcomes: [BracketOutcome?], _ plan: TrainingPlan, isTraining: Bool
    ) -> [BracketOutcome?] {
        let from = isTraining ? plan.from : plan.validateFrom
        let to = isTraining ? plan.to : plan.validateTo
        return outcomes.enumerated().map { index, outcome in
            guard let outcome, path.closeTime(index) >= from,
                path.closeTime(outcome.exitIndex) < to
            else { return nil }
            return outcome
        }
    }
}

/// Computes rows for exit models by the code that runs live, from one symbol's table and prices.
struct PositionView {
    private let data: SymbolData
    /// The table's row of each candle; `nil` where the candle has none.
    private let rows: [Int?]
    private var market: MarketState

    init(_ data: SymbolData) {
        self.data = data
        var rows = [Int?](repeating: nil, count: data.path.count)
        for (row, candle) in data.table.candles.enumerated() { rows[candle] = row }
        self.rows = rows
        market = MarketState(instrument: .preset(data.symbol, id: InstrumentID(0)))
    }

    /// The features of one look, market first; `nil` when entry or look lie in the warm-up or on a candle without trades.
    ///
    /// The mark price is the close: the data has no other. Looks must come by rising time.
    mutating func row(_ look: ExitLook, plan: TrainingPlan) -> [Float]? {
        let position = look.position
        guard let row = rows[look.index], rows[position.entryIndex] != nil else { return nil }
        let time = data.path.closeTime(look.index)
        let entry = data.path.closes[position.entryIndex]
        let sign = position.direction == .long ? 1.0 : -1.0
        let bracket = plan.bracket
        let update = MarkPriceUpdate(
            markPrice: Self.price(data.path.closes[look.index]), indexPrice: nil,
            fundingRate: Rate(units: 0), nextFundingTime: nil, venueTime: time)
        _ = market.apply(.markPrice(update), at: time)
        var features = data.table.row(row)
        let stop = Self.price(entry * (1 - sign * bracket.stop))
        let input = PositionInput(
            direction: position.direction, entryPrice: Self.price(entry),
            openedTime: data.path.closeTime(position.entryIndex),
            maxHold: data.path.interval * Int64(bracket.horizon), initialStop: stop, stop: stop,
            target: Self.price(entry * (1 + sign * bracket.target)),
            highestMark: Self.price(look.highest), lowestMark: Self.price(look.lowest))
        PositionFeatures.add(
            input, market: market, at: time, needed: FeatureMask(TrainingFeatures.position),
            to: &features)
        return (TrainingFeatures.market + TrainingFeatures.position).map { Float(features[$0]) }
    }

    private static func price(_ value: Double) -> Price {
        Price(units: Int64((value * 1e8).rounded()))
    }
}
