package import Trading

/// FEE_AWARE: no entry whose expected profit does not pay its costs.
package enum FeeAwareGuard {
    package struct Input: Hashable, Sendable {
        /// Of winning, 0...1.
        package var probability: Double
        /// Distances from the entry as fractions of it.
        package var target: Rate
        package var stop: Rate
        /// Fees of entry and exit together, a fraction of notional.
        package var roundTripFees: Rate
        /// The spread as a fraction of the mid; `nil` when there is no touch.
        package var spread: Rate?
        package var slippage: Rate
        /// Funding expected within the hold: positive is paid, a fraction of notional.
        package var funding: Rate

        package init(
            probability: Double, target: Rate, stop: Rate, roundTripFees: Rate, spread: Rate?,
            slippage: Rate, funding: Rate
        ) {
            self.probability = probability
            self.target = target
            self.stop = stop
            self.roundTripFees = roundTripFees
            self.spread = spread
            self.slippage = slippage
            self.funding = funding
        }
    }

    /// The value is p × target − (1 − p) × stop, the limit the costs; both fractions of notional.
    package static func verdict(_ input: Input) -> Verdict {
        guard let spread = input.spread, input.probability.isFinite else { return .noData }
        let edge =
            input.probability * input.target.double - (1 - input.probability) * input.stop.double
        let costs =
            input.roundTripFees.double + spread.double + input.slippage.double
            + input.funding.double
        return edge < costs ? .block(value: edge, limit: costs) : .allow(value: edge, limit: costs)
    }
}
