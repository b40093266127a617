import Exits
import Features
import Market
import Messages
import Models
import Risk
import Trading

// The live look at an open position. These are methods of the symbol, changed in place: read through the engine's
// array
// each of them would copy the whole symbol, thirty times a microsecond's worth.

extension SymbolState {
    /// Follows the mark of an open position; says whether the position is due for a look.
    mutating func seeMark(at now: Timestamp, every interval: Duration) -> Bool {
        // When flat the copies are such that nothing below happens: the position, which is large, is not asked.
        guard let mark = market.mark?.price else { return false }
        if mark.units > highestMark {
            highestMark = mark.units
            position?.record.highestMark = mark
        }
        if mark.units < lowestMark {
            lowestMark = mark.units
            position?.record.lowestMark = mark
        }
        guard now >= nextLook else { return false }
        nextLook = now + interval
        return true
    }

    /// Evaluates the exit probability, shows it, and says what the rules make of it; holds when there is nothing to
    /// decide.
    mutating func evaluateExit(
        at now: Timestamp, drawdown: Rate, actsOnModel: Bool
    ) -> ExitDecision {
        guard let record = position?.record else { return .hold }
        let threshold = look.threshold
        // In place: a row is large, and this is done for every print of a replay.
        var row = FeatureRow()
        if look.wantsMarket { row = closedRow }
        addPosition(record, at: now, to: &row)
        let probability = look.models.exitProbability(record.direction, row: row)
        let isKnown = probability.isFinite
        if isKnown {
            position?.exit.see(probability, threshold: threshold, at: now)
        } else {
            position?.exit.seeNothing()
        }
        position?.exit.evaluatedTime = now
        let mark = market.mark?.price
        let stop = stopToJudge(record, mark, at: now, grace: look.stopGrace)
        guard position?.closing == nil, position?.isAdopted == false else { return .hold }
        let decision = ExitPriority.evaluate(
            ExitInput(
                direction: record.direction, time: now, openedTime: record.openedTime,
                minimumHold: minimumHold, maxHoldUntil: record.maxHoldUntil, markPrice: mark,
                lastPrice: market.lastPrice, stopPrice: stop,
                targetPrice: (position?.targetFailures ?? 0) >= 3 ? record.targetPrice : nil,
                liquidationPrice: position?.liquidationPrice,
                exitProbability: isKnown ? probability : nil, exitThreshold: threshold,
                mayActOnModel: actsOnModel,
                unrealizedPnL: mark.map { record.unrealizedPnL(at: $0) } ?? .zero,
                margin: record.margin, portfolioDrawdown: drawdown),
            look.exits)
        switch decision {
        case .hold: if actsOnModel { position?.exit.heldUntil = nil }
        case .wantsOutHeld(let until, _): position?.exit.heldUntil = until
        case .close: break
        }
        return decision
    }

    /// The stop, once the mark has been beyond it for so long that the venue should have fired it.
    private mutating func stopToJudge(
        _ record: PositionRecord, _ mark: Price?, at now: Timestamp, grace: Duration
    ) -> Price? {
        guard let mark else { return nil }
        let isBeyond =
            record.direction == .long ? mark <= record.stopPrice : mark >= record.stopPrice
        guard isBeyond else {
            position?.beyondStopSince = nil
            return nil
        }
        let since = position?.beyondStopSince ?? now
        position?.beyondStopSince = since
        return now - since >= grace ? record.stopPrice : nil
    }

    /// The market of the last closed decision candle, and the position of now.
    func exitRow(_ record: PositionRecord, at now: Timestamp) -> FeatureRow {
        var row = FeatureRow()
        if look.wantsMarket { row = closedRow }
        addPosition(record, at: now, to: &row)
        return row
    }

    @inline(__always)
    private func addPosition(
        _ record: PositionRecord, at now: Timestamp, to row: inout FeatureRow
    ) {
        PositionFeatures.add(
            PositionInput(
                direction: record.direction, entryPrice: record.entryPrice,
                openedTime: record.openedTime,
                maxHold: record.maxHoldUntil - record.openedTime, initialStop: record.initialStop,
                stop: record.stopPrice, target: record.targetPrice,
                highestMark: record.highestMark, lowestMark: record.lowestMark,
                flowAtEntry: position?.flowAtEntry, regimeAtEntry: record.regime ?? MarketRegime()),
            market: market, at: now, needed: look.needed, to: &row)
    }

    /// The open profit at mark and at the last price; zero when flat, the last `nil` when there is none. Changes
    /// nothing: it is `mutating` so that it reads in place.
    mutating func profits() -> (atMark: Money, atLast: Money?) {
        guard position != nil else { return (.zero, .zero) }
        let mark = market.mark?.price
        let last = market.lastPrice
        return (
            mark.flatMap { position?.record.unrealizedPnL(at: $0) } ?? .zero,
            last.flatMap { position?.record.unrealizedPnL(at: $0) }
        )
    }

    /// The open profit at mark; zero when flat or without a mark.
    var unrealizedPnL: Money {
        guard let record = position?.record, let mark = market.mark?.price else { return .zero }
        return record.unrealizedPnL(at: mark)
    }
}
