import Exits
import Features
import Market
import Messages
import Models
import Risk
package import Trading

// When a position is closed.

extension Engine {
    /// Threshold of the exit probability.
    package var exitThreshold: Double {
        configuration.profile.exitThreshold ?? configuration.modelSet.exitThreshold
    }

    /// Looks at an open position: the exit probability is always shown, and acted on only at the close of a decision
    /// candle, because that is what its model is made for.
    mutating func evaluateExit(_ index: Int, actsOnModel: Bool) {
        guard let record = symbols[index].position?.record else { return }
        let card = configuration.modelSet.exit(record.direction)
        let row = exitRow(index, record)
        let probability = card.probability(row)
        let threshold = exitThreshold
        symbols[index].position?.exit.evaluatedTime = now
        if probability.isFinite {
            symbols[index].position?.exit.see(probability, threshold: threshold, at: now)
        }
        guard symbols[index].position?.closing == nil,
            symbols[index].position?.isAdopted == false
        else { return }
        let mark = symbols[index].market.mark?.price
        let input = ExitInput(
            direction: record.direction, time: now, openedTime: record.openedTime,
            minimumHold: minimumHold(index), maxHoldUntil: record.maxHoldUntil,
            markPrice: mark, lastPrice: symbols[index].market.lastPrice,
            stopPrice: stopToJudge(index, record, mark),
            targetPrice: (symbols[index].position?.targetFailures ?? 0) >= 3
                ? record.targetPrice : nil,
            liquidationPrice: symbols[index].position?.liquidationPrice,
            exitProbability: probability.isFinite ? probability : nil, exitThreshold: threshold,
            mayActOnModel: actsOnModel,
            unrealizedPnL: mark.map { record.unrealizedPnL(at: $0) } ?? .zero,
            margin: record.margin, portfolioDrawdown: drawdown)
        switch ExitPriority.evaluate(input, configuration.exits) {
        case .hold:
            if actsOnModel { symbols[index].position?.exit.heldUntil = nil }
        case .wantsOutHeld(let until, _):
            symbols[index].position?.exit.heldUntil = until
        case .close(let reason): close(index, reason)
        }
    }

    /// The stop, once the mark has been beyond it for so long that the venue should have fired it.
    private mutating func stopToJudge(_ index: Int, _ record: PositionRecord, _ mark: Price?)
        -> Price?
    {
        guard let mark else { return nil }
        let isBeyond =
            record.direction == .long ? mark <= record.stopPrice : mark >= record.stopPrice
        guard isBeyond else {
            if symbols[index].position?.beyondStopSince != nil {
                symbols[index].position?.beyondStopSince = nil
            }
            return nil
        }
        let since = symbols[index].position?.beyondStopSince ?? now
        symbols[index].position?.beyondStopSince = since
        return now - since >= configuration.stopGrace ? record.stopPrice : nil
    }

    func exitRow(_ index: Int, _ record: PositionRecord) -> FeatureRow {
        PositionFeatures.compute(
            symbols[index].market,
            position: PositionInput(
                direction: record.direction, entryPrice: record.entryPrice,
                openedTime: record.openedTime,
                maxHold: record.maxHoldUntil - record.openedTime, initialStop: record.initialStop,
                stop: record.stopPrice, target: record.targetPrice,
                highestMark: record.highestMark, lowestMark: record.lowestMark),
            at: now)
    }

    /// How long the model may not close the position after its entry.
    package func minimumHold(_ index: Int) -> Duration {
        switch configuration.profile.minimumHold {
        case .fixed(let hold): hold
        case .byRules:
            HoldTime.minimum(
                HoldTimeInput(symbol: symbols[index].instrument.symbol), configuration.holdTimes)
        }
    }

    /// The fall of equity from its peak, a fraction.
    package var drawdown: Rate { Breakers.loss(of: equity, from: account.peakEquity) }

    mutating func maxHoldReached(_ id: InstrumentID) {
        let index = Int(id.index)
        guard index < symbols.count, let position = symbols[index].position,
            !position.isAdopted
        else { return }
        if now >= position.record.maxHoldUntil {
            close(index, .maxHold)
        } else {
            emit(.setTimer(.maxHold(id), at: position.record.maxHoldUntil))
        }
    }
}
