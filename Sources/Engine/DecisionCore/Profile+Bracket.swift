package import Models
package import Risk
import Trading

extension Profile {
    /// Why models that were asked about the trade of `bracket` may not decide under this profile, as the end of a
    /// sentence; `nil` when they may. Their probability means that trade and no other: multiplied with other distances
    /// by the fee guard and the sizing it would be an edge that nobody measured.
    package func mismatch(with bracket: TrainedBracket?) -> String? {
        guard let bracket else { return nil }
        guard decisionInterval == TrainedBracket.interval else {
            return "its models decide on 5-minute candles, profile \(name) on others"
        }
        guard case .fractions(let stop, let target) = stopRule,
            abs(stop.double - bracket.stop) < 1e-9, abs(target.double - bracket.target) < 1e-9
        else {
            return
                "its models were asked about a stop of \(bracket.stop) and a target of \(bracket.target), profile \(name) trades other distances"
        }
        guard maxHold == TrainedBracket.interval * Int64(bracket.horizonCandles) else {
            return
                "its models were asked about trades of \(bracket.horizonCandles) candles, profile \(name) holds for another time"
        }
        return nil
    }
}
