import DecisionCore
package import Messages
import Risk
import Trading
import Wire

extension Projector {
    static func safety(_ engine: borrowing Engine) -> SafetyTopic {
        var confirmed = 0
        var oldest: Duration?
        var naked = Quantity.zero
        var nakedMs: Int64 = 0
        for index in engine.symbols.indices {
            guard let protection = engine.protection(index) else { continue }
            naked = naked + protection.naked
            nakedMs = max(nakedMs, protection.longestNaked.milliseconds)
            guard protection.naked.isZero, let time = protection.confirmedTime else { continue }
            confirmed += 1
            oldest = max(oldest ?? .zero, engine.now - time)
        }
        var unknown = 0
        var orphans = 0
        for order in engine.orders.live {
            if order.isUnknown { unknown += 1 }
            if order.record.purpose == .protectiveStop, order.isWanted,
                engine.symbols[Int(order.instrument.index)].position == nil
            {
                orphans += 1
            }
        }
        return SafetyTopic(
            openPositions: engine.openPositions, confirmedStops: confirmed,
            stopsSeenAgeMs: oldest?.milliseconds,
            nakedQuantity: naked.description, nakedMs: nakedMs,
            openOrders: engine.orders.live.count,
            unknownOrders: unknown, orphanStops: orphans,
            foreignOrders: engine.reading.foreignOrders.count,
            reconciledAgeMs: engine.reading.readTime.map { max(0, (engine.now - $0).milliseconds) },
            storeState: "\(engine.store)",
            orders: engine.orders.live.prefix(100).map { order($0.record, engine) },
            venueProblems: engine.venueProblems,
            foreign: engine.reading.foreignOrders.prefix(100).compactMap { foreign($0, engine) })
    }

    private static func foreign(
        _ order: ForeignOrder, _ engine: borrowing Engine
    ) -> ForeignOrderTopic? {
        let index = Int(order.instrument.index)
        guard index < engine.symbols.count else { return nil }
        let instrument = engine.symbols[index].instrument
        return ForeignOrderTopic(
            id: order.clientOrderID, venueId: order.venueOrderID.value,
            symbol: instrument.symbol.description, side: order.side == .buy ? "buy" : "sell",
            quantity: order.quantity.description,
            price: order.price?.text(minFractionDigits: instrument.priceDigits),
            conditional: order.isConditional, reduces: order.onlyReduces)
    }

    private static func order(_ record: OrderRecord, _ engine: borrowing Engine) -> OrderTopic {
        let instrument = engine.symbols[Int(record.request.instrument.index)].instrument
        let purpose =
            switch record.purpose {
            case .entry: "entry"
            case .protectiveStop: "stop"
            case .target: "target"
            case .exit: "exit"
            }
        return OrderTopic(
            id: record.request.clientOrderID.description, symbol: instrument.symbol.description,
            side: record.request.side == .buy ? "buy" : "sell", purpose: purpose,
            quantity: record.request.quantity.description,
            filledQuantity: record.filledQuantity.description,
            price: record.request.kind.price?.text(minFractionDigits: instrument.priceDigits),
            state: record.state.word)
    }

    static func account(_ engine: borrowing Engine) -> AccountTopic {
        let ledger = engine.account
        let equity = engine.equity
        // The parts add up to the day by construction: what is open counts against the start of the day.
        let total = equity - ledger.dayStartEquity
        let open = total - ledger.dayClosedPnL + ledger.dayCommissions - ledger.dayFunding
        var closeAll: Money?
        var stopsHit: Money?
        for index in engine.symbols.indices {
            if let net = engine.closeNow(index) { closeAll = (closeAll ?? .zero) + net }
            if let net = engine.stopHit(index) { stopsHit = (stopsHit ?? .zero) + net }
        }
        let limits = engine.configuration.riskLimits
        return AccountTopic(
            equity: equity.description, walletBalance: ledger.walletBalance.description,
            dayTotal: total.description, dayClosed: ledger.dayClosedPnL.description,
            dayOpen: open.description,
            dayFees: (-ledger.dayCommissions).description,
            dayFunding: ledger.dayFunding.description,
            dayHaltAt: engine.dayHaltAt?.description,
            roomToDayHalt: engine.dayHaltAt.map { (total - $0).description },
            losingStreak: ledger.losingStreak, losingStreakLimit: limits.breakers.consecutiveLosses,
            tradesToday: ledger.dayTrades, tradesPerDayLimit: limits.maxTradesPerDay,
            drawdown: -engine.drawdown.double,
            drawdownLimit: -(limits.breakers.drawdown?.double ?? 1),
            marginUsed: equity > .zero ? engine.marginUsed.double / equity.double : 0,
            closeAllNow: closeAll?.description, everyStopHit: stopsHit?.description)
    }

    static func session(_ engine: borrowing Engine) -> SessionTopic {
        let trips = engine.trips.trips
        var sums = SessionSums()
        for trip in trips { sums.add(trip) }
        let interval = Wilson.interval(wins: sums.wins, trials: trips.count)
        return SessionTopic(
            since: (trips.first?.openedTime ?? engine.startTime).milliseconds, trades: trips.count,
            wins: sums.wins, losses: trips.count - sums.wins,
            winRate: trips.isEmpty ? nil : Double(sums.wins) / Double(trips.count),
            winRateLow: interval?.low,
            winRateHigh: interval?.high, meanHoldMs: sums.meanHold, medianHoldMs: sums.medianHold,
            longTrades: sums.longs, shortTrades: trips.count - sums.longs,
            profitFactor: sums.lost > .zero ? sums.won.double / sums.lost.double : nil,
            expectancyR: trips.isEmpty ? nil : sums.multiples / Double(trips.count),
            net: sums.net.description,
            longNet: sums.longNet.description, shortNet: (sums.net - sums.longNet).description,
            fees: (-sums.fees).description,
            maxDrawdown: sums.maxDrawdown(from: engine.account.walletBalance - sums.net),
            exits: sums.exits, lastTrade: trips.last.map { trade($0, of: engine) })
    }

    static func trade(_ trip: RoundTrip, of engine: borrowing Engine) -> TradeTopic {
        let instrument = engine.symbols[Int(trip.instrument.index)].instrument
        return TradeTopic(
            trip, symbol: instrument.symbol.description, priceDigits: instrument.priceDigits)
    }

    static func funnel(_ engine: borrowing Engine) -> FunnelTopic {
        let counts = engine.funnelCounts
        var blocks: [String: Int] = [:]
        for id in GuardID.allCases where counts.blocks(id) > 0 {
            blocks[id.label] = counts.blocks(id)
        }
        return FunnelTopic(
            candles: counts.candles, notReady: counts.notReady, signals: counts.signals,
            guardBlocks: counts.refusedByGuards,
            riskRefusals: counts.refusedByRisk + counts.tooSmall,
            orders: counts.orders, fills: counts.filled, blocksByGuard: blocks)
    }
}

/// The 95 % interval of a rate.
enum Wilson {
    /// `nil` without trials.
    /// - Source: Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    static func interval(wins: Int, trials: Int) -> (low: Double, high: Double)? {
        guard trials > 0 else { return nil }
        let z = 1.959964
        let n = Double(trials)
        let rate = Double(wins) / n
        let center = rate + z * z / (2 * n)
        let margin = z * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
        let scale = 1 + z * z / n
        return (max(0, (center - margin) / scale), min(1, (center + margin) / scale))
    }
}

/// Sums over closed trades.
struct SessionSums {
    var wins = 0
    var longs = 0
    var won = Money.zero
    var lost = Money.zero
    var net = Money.zero
    var longNet = Money.zero
    var fees = Money.zero
    var multiples = 0.0
    var exits: [String: Int] = [:]
    private var holds: [Int64] = []
    private var curve: [Money] = []

    mutating func add(_ trip: RoundTrip) {
        net += trip.netPnL
        curve.append(net)
        fees += trip.commissions
        multiples += trip.multipleOfR
        exits[trip.exitReason.rawValue, default: 0] += 1
        holds.append((trip.closedTime - trip.openedTime).milliseconds)
        if trip.direction == .long {
            longs += 1
            longNet += trip.netPnL
        }
        if trip.netPnL > .zero {
            wins += 1
            won += trip.netPnL
        } else {
            lost += trip.netPnL.magnitude
        }
    }

    var meanHold: Int64? { holds.isEmpty ? nil : holds.reduce(0, +) / Int64(holds.count) }
    var medianHold: Int64? { holds.isEmpty ? nil : holds.sorted()[holds.count / 2] }

    /// The deepest fall of the closed result from its peak, as a fraction of the equity there, 0 or negative.
    func maxDrawdown(from start: Money) -> Double {
        var peak = start
        var deepest = 0.0
        for point in curve {
            let equity = start + point
            peak = max(peak, equity)
            if peak > .zero { deepest = min(deepest, (equity - peak).double / peak.double) }
        }
        return deepest
    }
}

extension TradeTopic {
    /// A closed trade as the screen shows it.
    package init(_ trip: RoundTrip, symbol: String, priceDigits: Int) {
        self.init(
            symbol: symbol, side: trip.direction.word, quantity: trip.quantity.description,
            entryPrice: trip.entryPrice.rounded(priceDigits),
            exitPrice: trip.exitPrice.rounded(priceDigits),
            openedAt: trip.openedTime.milliseconds, closedAt: trip.closedTime.milliseconds,
            netPnL: trip.netPnL.description, fees: (-trip.commissions).description,
            multipleOfR: trip.multipleOfR,
            reason: trip.exitReason.rawValue, entryProbability: trip.entryProbability,
            exitProbability: trip.exitProbability)
    }
}
