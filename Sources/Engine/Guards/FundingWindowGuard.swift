package import Trading

/// FUNDING_WINDOW: no entry just before a funding that costs.
package enum FundingWindowGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// How long before the funding.
        package var window: Duration = .minutes(2)
        /// The cost that is accepted, a fraction of notional.
        package var maxCost: Rate = .basisPoints(5)

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        package var direction: Direction
        package var time: Timestamp
        /// Predicted; positive is paid by longs. `nil` when not known.
        package var fundingRate: Rate?
        package var nextFundingTime: Timestamp?

        package init(
            direction: Direction, time: Timestamp, fundingRate: Rate?, nextFundingTime: Timestamp?
        ) {
            self.direction = direction
            self.time = time
            self.fundingRate = fundingRate
            self.nextFundingTime = nextFundingTime
        }
    }

    /// The value is the cost for this direction within the window, in basis points; 0 outside the window.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        guard let rate = input.fundingRate, let next = input.nextFundingTime else { return .noData }
        let limit = settings.maxCost.double * 10_000
        let away = next - input.time
        guard away >= .zero, away <= settings.window else { return .allow(value: 0, limit: limit) }
        let cost = input.direction == .long ? rate : -rate
        let points = cost.double * 10_000
        return cost > settings.maxCost
            ? .block(value: points, limit: limit) : .allow(value: points, limit: limit)
    }
}
