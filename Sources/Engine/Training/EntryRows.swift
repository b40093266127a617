import Research
package import Trading

/// Makes the samples of entry models.
package enum EntryRows {
    /// Every candle of every symbol whose bracket can be followed to its end, by time and then by symbol.
    ///
    /// Training samples start at `plan.from` or later and end before `plan.to`; held-out ones start at
    /// `plan.validateFrom` or later and end before `plan.validateTo`. A label that reaches over the border belongs to
    /// neither.
    package static func make(
        _ data: TrainingData, direction: Direction, plan: TrainingPlan
    ) -> (training: LabeledRows, heldOut: LabeledRows) {
        let names = TrainingFeatures.market.map(\.name)
        var training = LabeledRows(names: names)
        var heldOut = LabeledRows(names: names)
        let outcomes = data.symbols.map {
            plan.bracket.outcomes($0.path, direction: direction)
        }
        for place in order(data) {
            let symbol = data.symbols[place.symbol]
            let candle = symbol.table.candles[place.row]
            guard let outcome = outcomes[place.symbol][candle] else { continue }
            let span = LabelSpan(
                start: symbol.path.closeTime(candle),
                end: symbol.path.closeTime(outcome.exitIndex))
            let isTraining = span.start >= plan.from && span.end < plan.to
            let isHeldOut = span.start >= plan.validateFrom && span.end < plan.validateTo
            guard isTraining || isHeldOut else { continue }
            let row = symbol.table.floats(place.row)
            if isTraining {
                training.append(
                    row, isWin: outcome.isWin, span: span, worth: outcome.net,
                    symbol: place.symbol, candle: candle)
            } else {
                heldOut.append(
                    row, isWin: outcome.isWin, span: span, worth: outcome.net,
                    symbol: place.symbol, candle: candle)
            }
        }
        return (training, heldOut)
    }

    /// All rows of all symbols, by time and then by symbol.
    static func order(_ data: TrainingData) -> [(symbol: Int, row: Int)] {
        data.symbols.enumerated().flatMap { symbol, each in
            each.table.openTimes.indices.map { (symbol: symbol, row: $0) }
        }.sorted { left, right in
            let a = data.symbols[left.symbol].table.openTimes[left.row]
            let b = data.symbols[right.symbol].table.openTimes[right.row]
            return a != b ? a < b : left.symbol < right.symbol
        }
    }
}
