import DecisionCore
import Market
import Messages
import Models
import Risk
package import Trading
package import Wire

extension Projector {
    func position(_ engine: borrowing Engine, _ index: Int) -> PositionTopic? {
        let symbol = engine.symbols[index]
        guard let position = symbol.position, let protection = engine.protection(index) else {
            return nil
        }
        let record = position.record
        let digits = symbol.instrument.priceDigits
        let mark = symbol.market.mark
        let price = mark?.price ?? record.entryPrice
        let value = Money(record.quantity, at: price)
        let profit = record.direction == .long ? value - record.cost : record.cost - value
        let risk =
            abs(record.entryPrice.double - record.initialStop.double) * record.quantity.double
        return PositionTopic(
            symbol: symbol.instrument.symbol.description, side: record.direction.word,
            leverage: record.leverage,
            quantity: record.quantity.description, entryPrice: record.entryPrice.rounded(digits),
            markPrice: price.rounded(digits),
            markSource: mark.map { $0.source == .venue ? "venue" : "derived" } ?? "none",
            unrealizedPnL: profit.description,
            unrealizedReturn: record.cost.double > 0 ? profit.double / record.cost.double : 0,
            multipleOfR: risk > 0 ? profit.double / risk : 0, notional: value.description,
            targetPrice: record.targetPrice?.text(minFractionDigits: digits),
            liquidationPrice: position.liquidationPrice?.rounded(digits),
            liquidationDistance: position.liquidationPrice.map {
                ($0.double - price.double) / price.double
            },
            openedAt: record.openedTime.milliseconds,
            maxHoldUntil: record.maxHoldUntil.milliseconds,
            closeNow: (engine.closeNow(index) ?? profit).description,
            protection: ProtectionProof(
                stopOrderID: protection.stop?.request.clientOrderID.description,
                stopPrice: protection.stop?.request.kind.price?.text(minFractionDigits: digits),
                coveredQuantity: protection.covered.description,
                nakedQuantity: protection.naked.description,
                confirmedBy: protection.confirmedBy.map { $0 == .report ? "report" : "reading" },
                confirmedAgeMs: protection.confirmedTime.map {
                    max(0, (engine.now - $0).milliseconds)
                },
                nakedMs: protection.nakedTime.milliseconds),
            foreign: position.isObserved ? "observed" : position.isAdopted ? "protected" : nil,
            exitAbsent: Self.absence(outlooks[index].exit))
    }

    func exit(_ engine: borrowing Engine, _ index: Int) -> ExitTopic? {
        guard let position = engine.symbols[index].position,
            let probability = position.exit.probability
        else {
            return nil
        }
        let threshold = engine.exitThreshold
        let state: String
        var until: Timestamp?
        var reason: String?
        if let closing = position.closing {
            state = "closing"
            reason = closing.reason.rawValue
        } else if probability >= threshold {
            reason = ExitReason.exitProbability.rawValue
            let holdEnds = position.record.openedTime + engine.minimumHold(index)
            if holdEnds > engine.now {
                state = "held"
                until = holdEnds
            } else {
                state = "waiting"
                until = engine.nextDecisionTime(index)
            }
        } else {
            state = "hold"
        }
        let way = Self.extrapolation(
            position.exit.series, now: engine.now, threshold: threshold)
        return ExitTopic(
            symbol: engine.symbols[index].instrument.symbol.description, probability: probability,
            threshold: threshold, overSince: position.exit.overSince?.milliseconds, state: state,
            until: until?.milliseconds, reason: reason,
            contributors: Self.topics(outlooks[index].exitContributors),
            lowestSinceEntry: position.exit.lowest, highestSinceEntry: position.exit.highest,
            slopePerMinute: way?.slopePerMinute, crossesInMs: way?.crosses?.milliseconds,
            members: outlooks[index].exit.map { Self.topics($0.members) },
            degraded: outlooks[index].exit?.isDegraded)
    }

    func series(_ engine: borrowing Engine, _ index: Int) -> [SeriesTopic] {
        let name = engine.symbols[index].instrument.symbol.description
        var result: [SeriesTopic] = []
        if let exit = engine.symbols[index].position?.exit {
            let points = exit.series.suffix(1_200)
            result.append(
                SeriesTopic(
                    symbol: name, kind: "exit", times: points.map(\.time.milliseconds),
                    values: points.map(\.probability)))
        }
        let outlook = outlooks[index]
        result.append(
            SeriesTopic(
                symbol: name, kind: "long", times: outlook.times, values: outlook.longValues))
        result.append(
            SeriesTopic(
                symbol: name, kind: "short", times: outlook.times, values: outlook.shortValues))
        return result
    }

    func entry(_ engine: borrowing Engine, _ index: Int) -> EntryTopic {
        let symbol = engine.symbols[index]
        let outlook = outlooks[index]
        func side(_ direction: Direction) -> EntrySideTopic? {
            guard let reading = outlook.entry?[direction], let probability = reading.probability
            else { return nil }
            let threshold = symbol.threshold(direction)
            return EntrySideTopic(
                probability: probability, threshold: threshold.value,
                baseThreshold: threshold.configuration.base,
                wouldRefuse: engine.refusal(index, direction, probability: probability)?.text,
                decided: symbol.entry?[direction].probability,
                members: Self.topics(reading.members), degraded: reading.isDegraded)
        }
        return EntryTopic(
            symbol: symbol.instrument.symbol.description,
            nextDecisionAt: engine.nextDecisionTime(index).milliseconds,
            long: side(.long), short: side(.short),
            signalRate: symbol.longThreshold.recentRate + symbol.shortThreshold.recentRate,
            expectedSignalRate: symbol.longThreshold.configuration.expectedRate
                + symbol.shortThreshold.configuration.expectedRate,
            contributors: Self.topics(outlook.entryContributors), paused: symbol.isPaused,
            tradable: symbol.isTradable, longAbsent: Self.absence(outlook.entry?.long),
            shortAbsent: Self.absence(outlook.entry?.short),
            longThreshold: Self.topic(symbol.longThreshold),
            shortThreshold: Self.topic(symbol.shortThreshold), warmCandles: symbol.knownCandles,
            neededCandles: engine.configuration.profile.warmUpCandles,
            decidedAt: symbol.entry?.time.milliseconds, policy: symbol.advice.map(Self.topic))
    }

    func flow(_ engine: borrowing Engine, _ index: Int) -> FlowTopic {
        let market = engine.symbols[index].market
        func topic(_ label: String, _ sums: FlowSums) -> FlowWindowTopic {
            FlowWindowTopic(
                window: label, whaleBuy: sums.whaleBuy.description,
                whaleSell: sums.whaleSell.description,
                retailBuy: sums.retailBuy.description, retailSell: sums.retailSell.description,
                whaleOrders: sums.whaleOrders)
        }
        let five = market.flow.window(.fiveMinutes)
        return FlowTopic(
            symbol: market.instrument.symbol.description,
            whaleThreshold: market.flow.whaleThreshold.description,
            windows: FlowWindow.allCases.map { topic($0.label, market.flow.window($0)) }
                + [topic("start", market.flow.sinceStart)],
            divergingSince: outlooks[index].divergingSince?.milliseconds,
            takerRatio5m: five.takerSell > .zero
                ? five.takerBuy.double / five.takerSell.double : nil,
            lastSeenAgeMs: market.lastSeen.map { max(0, (engine.now - $0).milliseconds) } ?? -1)
    }

    static func map(_ engine: borrowing Engine, _ index: Int, source: String?) -> MapTopic {
        let market = engine.symbols[index].market
        let digits = market.instrument.priceDigits
        let mark = market.mark
        var clusters: [ClusterTopic] = []
        var nearest: (place: Int, distance: Double)?
        var strongest: (place: Int, notional: Money)?
        if let price = mark?.price.double {
            for (place, cluster) in market.clusters.sorted(by: { $0.price > $1.price }).enumerated()
            {
                let distance = (cluster.price.double - price) / price
                clusters.append(
                    ClusterTopic(
                        price: cluster.price.rounded(digits),
                        liquidates: cluster.liquidates == .short ? "SHORT" : "LONG",
                        notional: cluster.notional.description, distance: distance))
                guard abs(distance) <= 0.03 else { continue }
                if abs(distance) < nearest?.distance ?? .infinity {
                    nearest = (place, abs(distance))
                }
                if strongest.map({ cluster.notional > $0.notional }) ?? true {
                    strongest = (place, cluster.notional)
                }
            }
        }
        return MapTopic(
            symbol: market.instrument.symbol.description, markPrice: mark?.price.rounded(digits),
            markSource: mark.map { $0.source == .venue ? "venue" : "derived" },
            lastPrice: market.lastPrice?.rounded(digits),
            indexPrice: market.indexPrice?.rounded(digits),
            bestBid: market.bestBid?.price.rounded(digits),
            bestAsk: market.bestAsk?.price.rounded(digits),
            clusters: clusters, nearest: nearest?.place, strongest: strongest?.place,
            source: clusters.isEmpty ? nil : source,
            ageMs: market.ages.clusters.map { max(0, (engine.now - $0).milliseconds) })
    }

    func guards(_ engine: borrowing Engine, _ index: Int) -> [GuardTopic] {
        let counts = engine.funnelCounts
        var topics: [GuardTopic] = []
        for direction in Direction.allCases {
            let probability = outlooks[index].probability(direction)
            for verdict in engine.guardVerdicts(index, direction, probability: probability) {
                topics.append(
                    GuardTopic(
                        verdict, symbol: engine.symbols[index].instrument.symbol.description,
                        side: direction.word,
                        blocks24h: counts.blocks(verdict.guardID)))
            }
        }
        return topics
    }

    static func topics(_ contributions: [Contribution]) -> [ContributionTopic] {
        contributions.prefix(6).map {
            ContributionTopic(
                name: String($0.feature.name.map { $0 == "_" ? " " : $0 }), value: $0.logOdds)
        }
    }
}

extension Direction {
    /// `long` or `short`.
    package var word: String { self == .long ? "long" : "short" }
}

extension Price {
    /// Rounded to the nearest `digits` after the point, for the eye.
    func rounded(_ digits: Int) -> String {
        var step: Int64 = 1
        for _ in digits..<FixedPoint.digits { step *= 10 }
        let (steps, rest) = units.quotientAndRemainder(dividingBy: step)
        return FixedPoint.text(
            Int128(steps + (rest * 2 >= step ? 1 : 0)), digits: digits, minFractionDigits: digits)
    }
}

extension Refusal {
    /// `whale-intent 49 > 30`, or why nothing is looked at.
    var text: String {
        switch self {
        case .notReady(let why): why.rawValue
        case .guarded(let verdict):
            switch verdict.verdict {
            case .block(let value, let limit), .allow(let value, let limit),
                .scale(_, let value, let limit):
                "\(verdict.guardID.label) \(Self.short(value)) \(value > limit ? ">" : "<") \(Self.short(limit))"
            case .noData: "\(verdict.guardID.label) no data"
            }
        }
    }

    private static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "-" }
        let digits = abs(value) >= 10 ? 0 : abs(value) >= 0.01 || value == 0 ? 2 : 5
        var factor = 1.0
        for _ in 0..<digits { factor *= 10 }
        return FixedPoint.text(Int128((value * factor).rounded()), digits: digits)
    }
}

extension GuardTopic {
    /// One guard's word as the screen shows it; values that are not finite are absent.
    package init(_ verdict: GuardVerdict, symbol: String, side: String, blocks24h: Int) {
        let (state, value, limit): (String, Double?, Double?)
        switch verdict.verdict {
        case .allow(let seen, let bound): (state, value, limit) = ("pass", seen, bound)
        case .block(let seen, let bound): (state, value, limit) = ("block", seen, bound)
        case .scale(_, let seen, let bound): (state, value, limit) = ("scale", seen, bound)
        case .noData: (state, value, limit) = ("nodata", nil, nil)
        }
        self.init(
            id: verdict.guardID.rawValue, label: verdict.guardID.label, symbol: symbol, side: side,
            state: state,
            value: value.flatMap { $0.isFinite ? $0 : nil },
            limit: limit.flatMap { $0.isFinite ? $0 : nil },
            blocks24h: blocks24h)
    }
}
