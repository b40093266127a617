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
        configuration.profile.exitThreshold ?? models.set.exitThreshold
    }

    /// Looks at an open position: the exit probability is always shown, and acted on only at the close of a decision
    /// candle, because that is what its model is made for.
    mutating func evaluateExit(_ index: Int, actsOnModel: Bool) {
        let drawdown = Breakers.loss(of: equities().atMark, from: account.peakEquity)
        let decision = symbols[index].evaluateExit(
            at: now, drawdown: drawdown, actsOnModel: actsOnModel)
        if actsOnModel { seeExitModels(index) }
        switch decision {
        case .hold, .wantsOutHeld: break
        case .close(let reason): close(index, reason)
        }
    }

    /// Tells of absent exit models and counts the drift, of what is acted on.
    private mutating func seeExitModels(_ index: Int) {
        guard let record = symbols[index].position?.record else { return }
        let role = ModelRole.exit(record.direction)
        let row = exitRow(index, record)
        let reading = models.set.exit(record.direction, row: row)
        see(reading, role, index)
        countDrift(role, row, reading.probability)
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
