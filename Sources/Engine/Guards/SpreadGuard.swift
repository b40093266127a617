package import Trading

/// SPREAD: no entry across a spread that is wide, or wide for this market.
package enum SpreadGuard {
    package struct Settings: Hashable, Sendable, Codable {
        /// Widest spread, a fraction of the mid.
        package var maxSpread: Rate = .basisPoints(5)
        /// Widest spread as a multiple of its hourly median.
        package var maxMedianMultiple: Double = 3
        /// The median is taken as at least this.
        package var medianFloor: Rate = .basisPoints(1)

        package init() {}
    }

    package struct Input: Hashable, Sendable {
        package var bestBid: Price?
        package var bestAsk: Price?
        /// Median spread of the last hour as a fraction of the mid; `nil` while not known, only `maxSpread` counts then.
        package var hourlyMedian: Rate?

        package init(bestBid: Price?, bestAsk: Price?, hourlyMedian: Rate?) {
            self.bestBid = bestBid
            self.bestAsk = bestAsk
            self.hourlyMedian = hourlyMedian
        }
    }

    /// Value and limit in basis points; the limit is the tighter of the two.
    package static func verdict(_ input: Input, _ settings: Settings) -> Verdict {
        guard let bid = input.bestBid, let ask = input.bestAsk, ask >= bid else { return .noData }
        let spread = 20_000 * (ask.double - bid.double) / (ask.double + bid.double)
        var limit = settings.maxSpread.double * 10_000
        if let median = input.hourlyMedian {
            let floored = max(median, settings.medianFloor).double * 10_000
            limit = min(limit, settings.maxMedianMultiple * floored)
        }
        return spread > limit
            ? .block(value: spread, limit: limit) : .allow(value: spread, limit: limit)
    }
}
