import Guards
import Market
import Messages
import Risk
package import Trading

extension Engine {
    /// What every guard that exists says about an entry of `direction` now, in the order in which they are asked.
    package func guardVerdicts(
        _ index: Int, _ direction: Direction, probability: Double
    ) -> [GuardVerdict] {
        var verdicts: [GuardVerdict] = []
        verdicts.reserveCapacity(GuardConfiguration.existing.count)
        for id in GuardConfiguration.existing
        where configuration.guards.asks(id, about: direction) {
            if let verdict = verdict(id, index, direction, probability) {
                verdicts.append(GuardVerdict(id, verdict))
            }
        }
        return verdicts
    }

    /// Fills in the input of one guard; `nil` for guards that have no source of data yet.
    private func verdict(
        _ id: GuardID, _ index: Int, _ direction: Direction, _ probability: Double
    ) -> Verdict? {
        let settings = configuration.guards
        let market = symbols[index].market
        let touch = touch(index)
        switch id {
        case .maxPositions:
            return MaxPositionsGuard.verdict(
                .init(
                    ofSymbol: symbols[index].position == nil && !hasLiveEntry(index) ? 0 : 1,
                    inAll: openPositions + entriesWithoutPosition),
                settings.maxPositions)
        case .staleData: return StaleDataGuard.verdict(staleInput(index), settings.staleData)
        case .spread:
            return SpreadGuard.verdict(
                .init(
                    bestBid: touch?.bid, bestAsk: touch?.ask,
                    hourlyMedian: symbols[index].spreads.median), settings.spread)
        case .feeAware: return feeVerdict(index, direction, probability)
        case .whaleIntent:
            let flow = market.flow.window(.fifteenMinutes)
            return WhaleIntentGuard.verdict(
                .init(
                    direction: direction, whaleBuy: flow.whaleBuy, whaleSell: flow.whaleSell,
                    orders15m: flow.whaleOrders,
                    ordersDay: symbols[index].whaleOrdersByHour.last24Hours),
                settings.whaleIntent)
        case .takerAggression:
            let flow = market.flow.window(.fiveMinutes)
            return TakerAggressionGuard.verdict(
                .init(direction: direction, takerBuy: flow.takerBuy, takerSell: flow.takerSell),
                settings.takerAggression)
        case .liquidationWall:
            let isKnown = !market.isStale(.clusters, at: now) && !market.clusters.isEmpty
            return LiquidationWallGuard.verdict(
                .init(
                    direction: direction, mark: market.mark?.price,
                    clusters: isKnown ? market.clusters : nil), settings.liquidationWall)
        case .fundingWindow:
            return FundingWindowGuard.verdict(
                .init(
                    direction: direction, time: now, fundingRate: market.fundingRate,
                    nextFundingTime: market.nextFundingTime), settings.fundingWindow)
        case .goldenHour: return GoldenHourGuard.verdict(at: now, settings.goldenHour)
        case .longTrap, .fearGreed, .stableRegime, .randomWalkSize, .symbolProbation: return nil
        }
    }

    private func staleInput(_ index: Int) -> StaleDataGuard.Input {
        let market = symbols[index].market
        let isLost = market.isStale(.connection, at: now) && market.ages.isLost
        let hasBook = !market.book.isEmptyAndIdle
        return StaleDataGuard.Input(
            connectionAge: isLost ? nil : market.lastSeen.map { now - $0 },
            markAge: market.markTime.map { now - $0 }, isBookLive: !hasBook || market.book.isLive,
            orderLinkAge: configuration.orderLinkStaleAfter == nil
                ? .zero : links.seenTime.map { now - $0 })
    }

    private func feeVerdict(
        _ index: Int, _ direction: Direction, _ probability: Double
    ) -> Verdict {
        guard case .fractions(let stop, let target) = configuration.profile.stopRule else {
            return .noData
        }
        let fee = symbols[index].instrument.takerFee
        return FeeAwareGuard.verdict(
            .init(
                probability: probability, target: target, stop: stop, roundTripFees: fee + fee,
                spread: spread(index), slippage: .zero,
                funding: expectedFunding(index, direction)))
    }

    /// Funding that falls due within the longest hold: positive is paid.
    private func expectedFunding(_ index: Int, _ direction: Direction) -> Rate {
        let market = symbols[index].market
        guard let rate = market.fundingRate, let next = market.nextFundingTime,
            next - now <= configuration.profile.maxHold
        else { return .zero }
        return direction == .long ? rate : -rate
    }
}

extension LocalBook {
    /// No depth was ever received: none is subscribed.
    var isEmptyAndIdle: Bool { venueTime == nil && bidCount == 0 && askCount == 0 }
}
