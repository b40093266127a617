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
    package var exitThreshold: Double { configuration.exitThreshold }

    /// Looks at an open position: the exit probability is always shown, and acted on only at the close of a decision
    /// candle, because that is what its model is made for.
    mutating func evaluateExit(_ index: Int, actsOnModel: Bool) {
        let drawdown = Breakers.loss(of: equities().atMark, from: account.peakEquity)
        let decision = symbols[index].evaluateExit(
            at: now, drawdown: drawdown, actsOnModel: actsOnModel)
        switch decision {
        case .hold, .wantsOutHeld: break
        case .close(let reason): close(index, reason)
        }
    }

    func exitRow(_ index: Int, _ record: PositionRecord) -> FeatureRow {
        symbols[index].exitRow(record, at: now)
    }

    /// How long the model may not close the position after its entry.
    package func minimumHold(_ index: Int) -> Duration { symbols[index].minimumHold }

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
