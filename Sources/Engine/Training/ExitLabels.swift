package import Trading

/// A position that training opens along a real path, and the closes at which it looks at it.
package struct SampledPosition: Hashable, Sendable {
    package let direction: Direction
    /// It is opened at the close of this candle.
    package let entryIndex: Int
    package let outcome: BracketOutcome
}

/// One look at an open position: the sample of exit models.
package struct ExitLook: Hashable, Sendable {
    package let position: SampledPosition
    /// The look is at the close of this candle; after the entry and before the candle in which the bracket ends.
    package let index: Int
    /// What leaving now brings more than holding to the bracket's end, as a fraction of the entry. Both pay the same costs.
    package let advantage: Double
    /// The highest and the lowest price since the entry, entry included.
    package let highest: Double
    package let lowest: Double

    /// Whether leaving now is better: the label of exit models.
    package var isBetterNow: Bool { advantage > 0 }
}

/// Samples positions and the looks at them.
package enum ExitLabels {
    /// Every `step`-th close of a position while it is open, from the first one after the entry.
    ///
    /// A close in the candle that ended the bracket is not looked at: the position was gone by then.
    ///
    /// - Complexity: O(candles held).
    package static func looks(
        at position: SampledPosition, path: PricePath, bracket: Bracket, step: Int = 1
    ) -> [ExitLook] {
        precondition(step > 0, "looks go forward")
        let entry = path.closes[position.entryIndex]
        let held = position.outcome.net + bracket.costs
        let sign = position.direction == .long ? 1.0 : -1.0
        var highest = entry
        var lowest = entry
        var result: [ExitLook] = []
        var index = position.entryIndex + 1
        while index < position.outcome.exitIndex {
            highest = max(highest, path.highs[index])
            lowest = min(lowest, path.lows[index])
            if (index - position.entryIndex - 1) % step == 0 {
                let now = sign * (path.closes[index] / entry - 1)
                result.append(
                    ExitLook(
                        position: position, index: index, advantage: now - held, highest: highest,
                        lowest: lowest))
            }
            index += 1
        }
        return result
    }

    /// Chooses entries: all candles that `isSignal` names, thinned to `maxSignals`, and `random` others, by the seed.
    ///
    /// In the order of time, none twice. Candles without an outcome are never chosen.
    package static func positions(
        outcomes: [BracketOutcome?], direction: Direction, isSignal: [Bool], maxSignals: Int,
        random: Int, using generator: inout SplitMix
    ) -> [SampledPosition] {
        precondition(outcomes.count == isSignal.count, "each candle is a signal or is not")
        var signals: [Int] = []
        var others: [Int] = []
        for index in outcomes.indices where outcomes[index] != nil {
            if isSignal[index] { signals.append(index) } else { others.append(index) }
        }
        signals = generator.sample(maxSignals, of: signals)
        others = generator.sample(random, of: others)
        return (signals + others).sorted().compactMap { index in
            outcomes[index].map {
                SampledPosition(direction: direction, entryIndex: index, outcome: $0)
            }
        }
    }
}
