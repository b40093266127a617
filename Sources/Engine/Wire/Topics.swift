// What the engine shows, topic by topic. A delta always carries one whole topic, except `events` and `exitSeries`,
// whose deltas carry only what is new. Money is exact decimal text; probabilities and shares are doubles; times are
// milliseconds since the Unix epoch, engine time unless the name says `wall`. Absent keys mean: not known, or not built.

/// The parts that a client can subscribe to.
package enum Topic: String, Hashable, Sendable, Codable, CaseIterable {
    case engine, safety, account, positions, exits, exitSeries, entries, flow, map, guards, session,
        funnel, events
    case commands, health, models
}

/// Who the engine is and what it is doing.
package struct EngineTopic: Hashable, Sendable, Codable {
    package var name: String
    package var host: String
    /// `PAPER`, `LIVE`, ...
    package var mode: String
    /// `open`, `paused`, `flattening`, `latched`.
    package var gate: String
    package var isLatched: Bool
    /// Why entries are not considered at all (`NotReady`), or absent.
    package var notReady: String?
    package var modelSet: String
    package var profile: String
    package var build: String
    package var startedAt: Int64
    package var engineTime: Int64
    package var wallTime: Int64
    /// Engine seconds per wall second.
    package var timeScale: Double
    /// Difference of the venue's clock and ours in milliseconds, where it is measured.
    package var clockOffsetMs: Int64?
    package var symbols: [String]

    package init(
        name: String, host: String, mode: String, gate: String, isLatched: Bool, notReady: String?,
        modelSet: String, profile: String, build: String, startedAt: Int64, engineTime: Int64,
        wallTime: Int64,
        timeScale: Double, clockOffsetMs: Int64?, symbols: [String]
    ) {
        self.name = name
        self.host = host
        self.mode = mode
        self.gate = gate
        self.isLatched = isLatched
        self.notReady = notReady
        self.modelSet = modelSet
        self.profile = profile
        self.build = build
        self.startedAt = startedAt
        self.engineTime = engineTime
        self.wallTime = wallTime
        self.timeScale = timeScale
        self.clockOffsetMs = clockOffsetMs
        self.symbols = symbols
    }
}

/// Whether everything open is protected, by the venue's own word.
package struct SafetyTopic: Hashable, Sendable, Codable {
    package var openPositions: Int
    /// Stops that the venue has confirmed, over the positions that need one.
    package var confirmedStops: Int
    /// Engine milliseconds since the oldest of those confirmations was last seen true; absent when flat.
    package var stopsSeenAgeMs: Int64?
    /// Sum over positions of what no confirmed stop covers, as a decimal of base units.
    package var nakedQuantity: String
    /// The longest time that a current position was not fully covered, engine milliseconds.
    package var nakedMs: Int64
    package var openOrders: Int
    package var unknownOrders: Int
    package var orphanStops: Int
    package var foreignOrders: Int
    /// Absent before the first reconciliation.
    package var reconciledAgeMs: Int64?
    package var storeState: String
    /// The open orders themselves, oldest first, at most 100; absent from older engines.
    package var orders: [OrderTopic]?
    /// What keeps entries away at the venue, each in plain words; empty when nothing does, absent from older engines.
    package var venueProblems: [String]?
    /// Open orders of others, by the venue's id, at most 100; absent from older engines.
    package var foreign: [ForeignOrderTopic]?

    package init(
        openPositions: Int, confirmedStops: Int, stopsSeenAgeMs: Int64?, nakedQuantity: String,
        nakedMs: Int64,
        openOrders: Int, unknownOrders: Int, orphanStops: Int, foreignOrders: Int,
        reconciledAgeMs: Int64?,
        storeState: String, orders: [OrderTopic]? = nil, venueProblems: [String]? = nil,
        foreign: [ForeignOrderTopic]? = nil
    ) {
        self.openPositions = openPositions
        self.confirmedStops = confirmedStops
        self.stopsSeenAgeMs = stopsSeenAgeMs
        self.nakedQuantity = nakedQuantity
        self.nakedMs = nakedMs
        self.openOrders = openOrders
        self.unknownOrders = unknownOrders
        self.orphanStops = orphanStops
        self.foreignOrders = foreignOrders
        self.reconciledAgeMs = reconciledAgeMs
        self.storeState = storeState
        self.orders = orders
        self.venueProblems = venueProblems
        self.foreign = foreign
    }
}

/// One open order in our account that no engine of ours made.
package struct ForeignOrderTopic: Hashable, Sendable, Codable {
    /// Its owner's id for it, cleaned; may be empty.
    package var id: String
    package var venueId: Int64
    package var symbol: String
    /// `buy` or `sell`.
    package var side: String
    /// Zero when it closes the whole position.
    package var quantity: String
    /// Limit or trigger; absent for an order without one.
    package var price: String?
    /// Whether it waits for a trigger.
    package var conditional: Bool
    /// Whether it can only make a position smaller.
    package var reduces: Bool

    package init(
        id: String, venueId: Int64, symbol: String, side: String, quantity: String, price: String?,
        conditional: Bool, reduces: Bool
    ) {
        self.id = id
        self.venueId = venueId
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.price = price
        self.conditional = conditional
        self.reduces = reduces
    }
}

/// One open order of ours.
package struct OrderTopic: Hashable, Sendable, Codable {
    /// Our id for it.
    package var id: String
    package var symbol: String
    /// `buy` or `sell`.
    package var side: String
    /// `entry`, `stop`, `target` or `exit`.
    package var purpose: String
    package var quantity: String
    package var filledQuantity: String
    /// Limit or trigger; absent for a market order.
    package var price: String?
    /// Where it is in its life, like `resting` or `outcomeUnknown`.
    package var state: String

    package init(
        id: String, symbol: String, side: String, purpose: String, quantity: String,
        filledQuantity: String, price: String?, state: String
    ) {
        self.id = id
        self.symbol = symbol
        self.side = side
        self.purpose = purpose
        self.quantity = quantity
        self.filledQuantity = filledQuantity
        self.price = price
        self.state = state
    }
}

/// The day as a sum, and the room to every limit.
package struct AccountTopic: Hashable, Sendable, Codable {
    package var equity: String
    package var walletBalance: String
    /// dayTotal = closed + open + fees + funding, exact; the parts are since 00:00 UTC.
    package var dayTotal: String
    package var dayClosed: String
    package var dayOpen: String
    /// Paid when negative.
    package var dayFees: String
    package var dayFunding: String
    /// The day's result at which trading stops, negative; absent when the breaker is off.
    package var dayHaltAt: String?
    /// What may still be lost today before that.
    package var roomToDayHalt: String?
    package var losingStreak: Int
    /// Absent when the breaker is off.
    package var losingStreakLimit: Int?
    package var tradesToday: Int
    package var tradesPerDayLimit: Int
    /// Fraction from the peak of equity, 0 or negative.
    package var drawdown: Double
    package var drawdownLimit: Double
    /// Margin in use ÷ equity.
    package var marginUsed: Double
    /// Net result of closing everything now, costs included; absent when flat.
    package var closeAllNow: String?
    /// Net result if every stop is hit; absent when flat.
    package var everyStopHit: String?

    package init(
        equity: String, walletBalance: String, dayTotal: String, dayClosed: String, dayOpen: String,
        dayFees: String, dayFunding: String, dayHaltAt: String?, roomToDayHalt: String?,
        losingStreak: Int,
        losingStreakLimit: Int?, tradesToday: Int, tradesPerDayLimit: Int, drawdown: Double,
        drawdownLimit: Double, marginUsed: Double, closeAllNow: String?, everyStopHit: String?
    ) {
        self.equity = equity
        self.walletBalance = walletBalance
        self.dayTotal = dayTotal
        self.dayClosed = dayClosed
        self.dayOpen = dayOpen
        self.dayFees = dayFees
        self.dayFunding = dayFunding
        self.dayHaltAt = dayHaltAt
        self.roomToDayHalt = roomToDayHalt
        self.losingStreak = losingStreak
        self.losingStreakLimit = losingStreakLimit
        self.tradesToday = tradesToday
        self.tradesPerDayLimit = tradesPerDayLimit
        self.drawdown = drawdown
        self.drawdownLimit = drawdownLimit
        self.marginUsed = marginUsed
        self.closeAllNow = closeAllNow
        self.everyStopHit = everyStopHit
    }
}

/// The proof that a position cannot run away.
package struct ProtectionProof: Hashable, Sendable, Codable {
    /// Absent while no stop is known at the venue.
    package var stopOrderID: String?
    package var stopPrice: String?
    package var coveredQuantity: String
    package var nakedQuantity: String
    /// `report` (the venue's answer to the order) or `reading` (a complete reading of the account).
    package var confirmedBy: String?
    package var confirmedAgeMs: Int64?
    /// Time since entry during which the position was not fully covered, engine milliseconds.
    package var nakedMs: Int64

    private enum CodingKeys: String, CodingKey {
        case stopOrderID = "stopOrderId"
        case stopPrice, coveredQuantity, nakedQuantity, confirmedBy, confirmedAgeMs, nakedMs
    }

    package init(
        stopOrderID: String?, stopPrice: String?, coveredQuantity: String, nakedQuantity: String,
        confirmedBy: String?, confirmedAgeMs: Int64?, nakedMs: Int64
    ) {
        self.stopOrderID = stopOrderID
        self.stopPrice = stopPrice
        self.coveredQuantity = coveredQuantity
        self.nakedQuantity = nakedQuantity
        self.confirmedBy = confirmedBy
        self.confirmedAgeMs = confirmedAgeMs
        self.nakedMs = nakedMs
    }
}

/// One open position.
package struct PositionTopic: Hashable, Sendable, Codable {
    package var symbol: String
    /// `long` or `short`.
    package var side: String
    package var leverage: Int
    package var quantity: String
    package var entryPrice: String
    package var markPrice: String
    /// `venue` or `derived`; `none` before the first mark, when `markPrice` is the entry price.
    package var markSource: String
    package var unrealizedPnL: String
    /// As a fraction of the cost.
    package var unrealizedReturn: Double
    /// Unrealised result in R, costs excluded.
    package var multipleOfR: Double
    package var notional: String
    package var targetPrice: String?
    package var liquidationPrice: String?
    /// Signed distance of the liquidation price from the mark, as a fraction of the mark.
    package var liquidationDistance: Double?
    package var openedAt: Int64
    package var maxHoldUntil: Int64
    /// Net result of closing it now, costs included.
    package var closeNow: String
    package var protection: ProtectionProof
    /// `observed` or `protected` for a position that the engine did not open; absent for its own.
    package var foreign: String?
    /// Why it has no exit probability, so that only the rules close it; absent when it has one.
    package var exitAbsent: String?

    package init(
        symbol: String, side: String, leverage: Int, quantity: String, entryPrice: String,
        markPrice: String,
        markSource: String, unrealizedPnL: String, unrealizedReturn: Double, multipleOfR: Double,
        notional: String, targetPrice: String?, liquidationPrice: String?,
        liquidationDistance: Double?,
        openedAt: Int64, maxHoldUntil: Int64, closeNow: String, protection: ProtectionProof,
        foreign: String? = nil, exitAbsent: String? = nil
    ) {
        self.symbol = symbol
        self.side = side
        self.leverage = leverage
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.markPrice = markPrice
        self.markSource = markSource
        self.unrealizedPnL = unrealizedPnL
        self.unrealizedReturn = unrealizedReturn
        self.multipleOfR = multipleOfR
        self.notional = notional
        self.targetPrice = targetPrice
        self.liquidationPrice = liquidationPrice
        self.liquidationDistance = liquidationDistance
        self.openedAt = openedAt
        self.maxHoldUntil = maxHoldUntil
        self.closeNow = closeNow
        self.protection = protection
        self.foreign = foreign
        self.exitAbsent = exitAbsent
    }
}

/// A named share of a probability, in log-odds, signed.
package struct ContributionTopic: Hashable, Sendable, Codable {
    package var name: String
    package var value: Double
    package init(name: String, value: Double) {
        self.name = name
        self.value = value
    }
}

/// The live exit probability of one open position.
package struct ExitTopic: Hashable, Sendable, Codable {
    package var symbol: String
    package var probability: Double
    package var threshold: Double
    /// Since when it has been over the threshold; absent when it is not.
    package var overSince: Int64?
    /// `hold`, `held` (wants out, the minimum hold forbids), `waiting` (wants out, acts at the candle close),
    /// `closing`.
    package var state: String
    /// When the hold ends, or when the waiting acts.
    package var until: Int64?
    /// Why it wants out or is closing, as `ExitReason`.
    package var reason: String?
    /// What moves it most, strongest first, at most six; made anew once a second.
    package var contributors: [ContributionTopic]
    package var lowestSinceEntry: Double
    package var highestSinceEntry: Double
    /// How it has moved over the last 60 s, per minute; absent before there are 30 s of it.
    package var slopePerMinute: Double?
    /// When it would reach the threshold if it went on like that, from now; absent when it is there, moves away, or
    /// would need more than an hour.
    package var crossesInMs: Int64?
    /// Who says so; absent from older engines.
    package var members: [MemberTopic]?
    /// Whether a member is absent; absent from older engines.
    package var degraded: Bool?

    package init(
        symbol: String, probability: Double, threshold: Double, overSince: Int64?, state: String,
        until: Int64?,
        reason: String?, contributors: [ContributionTopic], lowestSinceEntry: Double,
        highestSinceEntry: Double, slopePerMinute: Double? = nil, crossesInMs: Int64? = nil,
        members: [MemberTopic]? = nil, degraded: Bool? = nil
    ) {
        self.symbol = symbol
        self.probability = probability
        self.threshold = threshold
        self.overSince = overSince
        self.state = state
        self.until = until
        self.reason = reason
        self.contributors = contributors
        self.lowestSinceEntry = lowestSinceEntry
        self.highestSinceEntry = highestSinceEntry
        self.slopePerMinute = slopePerMinute
        self.crossesInMs = crossesInMs
        self.members = members
        self.degraded = degraded
    }
}

/// Points of a probability over time: a snapshot has the whole bounded series, a delta only newer points.
package struct SeriesTopic: Hashable, Sendable, Codable {
    package var symbol: String
    /// `exit`, `long` or `short`: whose probability.
    package var kind: String
    /// Oldest first, rising: engine time in milliseconds, probability. At most 1,200 points in a snapshot.
    package var times: [Int64]
    package var values: [Double]
    /// Only in a delta: the oldest time that still counts; the client drops what is older. Absent when the series is empty.
    package var from: Int64?

    package init(symbol: String, kind: String, times: [Int64], values: [Double], from: Int64? = nil)
    {
        self.symbol = symbol
        self.kind = kind
        self.times = times
        self.values = values
        self.from = from
    }
}

/// What one side's entry looks like now.
package struct EntrySideTopic: Hashable, Sendable, Codable {
    package var probability: Double
    /// The threshold in force.
    package var threshold: Double
    package var baseThreshold: Double
    /// The guard or check that would refuse it now, with value and limit as text; absent when all would pass.
    package var wouldRefuse: String?
    /// The probability that the last decision was made on; absent before the first, and when it had none.
    package var decided: Double?
    /// Who says so; absent from older engines.
    package var members: [MemberTopic]?
    /// Whether a member is absent; absent from older engines.
    package var degraded: Bool?

    package init(
        probability: Double, threshold: Double, baseThreshold: Double, wouldRefuse: String?,
        decided: Double? = nil, members: [MemberTopic]? = nil, degraded: Bool? = nil
    ) {
        self.probability = probability
        self.threshold = threshold
        self.baseThreshold = baseThreshold
        self.wouldRefuse = wouldRefuse
        self.decided = decided
        self.members = members
        self.degraded = degraded
    }
}

/// The next decision of one symbol.
package struct EntryTopic: Hashable, Sendable, Codable {
    package var symbol: String
    package var nextDecisionAt: Int64
    /// Absent before the first evaluation, and when no model has a probability: `longAbsent` and `shortAbsent` say why.
    package var long: EntrySideTopic?
    package var short: EntrySideTopic?
    /// Fractions of decision candles.
    package var signalRate: Double
    package var expectedSignalRate: Double
    package var contributors: [ContributionTopic]
    /// Whether the operator has paused this symbol; absent from older engines.
    package var paused: Bool?
    /// Whether the venue takes orders that open; while not, exits only. Absent from older engines.
    package var tradable: Bool?
    /// Why a side has no probability, in plain words; absent when it has one.
    package var longAbsent: String?
    package var shortAbsent: String?
    /// Thresholds with their bounds and rates; absent from older engines.
    package var longThreshold: ThresholdTopic?
    package var shortThreshold: ThresholdTopic?
    /// Decision candles known, and how many the profile wants before the first entry; absent from older engines.
    package var warmCandles: Int?
    package var neededCandles: Int?
    /// When the last decision was made; absent before the first.
    package var decidedAt: Int64?
    /// What the policy would do; absent without one.
    package var policy: PolicyTopic?

    package init(
        symbol: String, nextDecisionAt: Int64, long: EntrySideTopic?, short: EntrySideTopic?,
        signalRate: Double, expectedSignalRate: Double, contributors: [ContributionTopic],
        paused: Bool? = nil, tradable: Bool? = nil, longAbsent: String? = nil,
        shortAbsent: String? = nil, longThreshold: ThresholdTopic? = nil,
        shortThreshold: ThresholdTopic? = nil, warmCandles: Int? = nil, neededCandles: Int? = nil,
        decidedAt: Int64? = nil, policy: PolicyTopic? = nil
    ) {
        self.symbol = symbol
        self.nextDecisionAt = nextDecisionAt
        self.long = long
        self.short = short
        self.signalRate = signalRate
        self.expectedSignalRate = expectedSignalRate
        self.contributors = contributors
        self.paused = paused
        self.tradable = tradable
        self.longAbsent = longAbsent
        self.shortAbsent = shortAbsent
        self.longThreshold = longThreshold
        self.shortThreshold = shortThreshold
        self.warmCandles = warmCandles
        self.neededCandles = neededCandles
        self.decidedAt = decidedAt
        self.policy = policy
    }
}

/// Taker flow of one window, quote currency.
package struct FlowWindowTopic: Hashable, Sendable, Codable {
    /// `1m`, `5m`, `15m`, `1h`, `4h`, `start`.
    package var window: String
    package var whaleBuy: String
    package var whaleSell: String
    package var retailBuy: String
    package var retailSell: String
    package var whaleOrders: Int

    package init(
        window: String, whaleBuy: String, whaleSell: String, retailBuy: String, retailSell: String,
        whaleOrders: Int
    ) {
        self.window = window
        self.whaleBuy = whaleBuy
        self.whaleSell = whaleSell
        self.retailBuy = retailBuy
        self.retailSell = retailSell
        self.whaleOrders = whaleOrders
    }
}

/// Who is buying one symbol.
package struct FlowTopic: Hashable, Sendable, Codable {
    package var symbol: String
    package var whaleThreshold: String
    /// Shortest window first.
    package var windows: [FlowWindowTopic]
    /// Since when whales and retail go opposite ways over 15 minutes; absent when they agree.
    package var divergingSince: Int64?
    /// Taker buy ÷ sell notional over 5 minutes; absent without sells.
    package var takerRatio5m: Double?
    package var lastSeenAgeMs: Int64

    package init(
        symbol: String, whaleThreshold: String, windows: [FlowWindowTopic], divergingSince: Int64?,
        takerRatio5m: Double?, lastSeenAgeMs: Int64
    ) {
        self.symbol = symbol
        self.whaleThreshold = whaleThreshold
        self.windows = windows
        self.divergingSince = divergingSince
        self.takerRatio5m = takerRatio5m
        self.lastSeenAgeMs = lastSeenAgeMs
    }
}

/// A liquidation cluster on the map.
package struct ClusterTopic: Hashable, Sendable, Codable {
    package var price: String
    /// `SHORT` above the price, `LONG` below: whose positions would be closed there.
    package var liquidates: String
    package var notional: String
    /// Signed distance from the mark as a fraction.
    package var distance: Double

    package init(price: String, liquidates: String, notional: String, distance: Double) {
        self.price = price
        self.liquidates = liquidates
        self.notional = notional
        self.distance = distance
    }
}

/// The magnet map of one symbol.
package struct MapTopic: Hashable, Sendable, Codable {
    package var symbol: String
    package var markPrice: String?
    package var markSource: String?
    package var lastPrice: String?
    package var indexPrice: String?
    package var bestBid: String?
    package var bestAsk: String?
    /// Highest price first.
    package var clusters: [ClusterTopic]
    /// Indices into `clusters`; absent when there is none within 3 %.
    package var nearest: Int?
    package var strongest: Int?
    /// Where the clusters come from: `simulated holders`, or an estimator's name.
    package var source: String?
    package var ageMs: Int64?

    package init(
        symbol: String, markPrice: String?, markSource: String?, lastPrice: String?,
        indexPrice: String?,
        bestBid: String?, bestAsk: String?, clusters: [ClusterTopic], nearest: Int?,
        strongest: Int?,
        source: String?, ageMs: Int64?
    ) {
        self.symbol = symbol
        self.markPrice = markPrice
        self.markSource = markSource
        self.lastPrice = lastPrice
        self.indexPrice = indexPrice
        self.bestBid = bestBid
        self.bestAsk = bestAsk
        self.clusters = clusters
        self.nearest = nearest
        self.strongest = strongest
        self.source = source
        self.ageMs = ageMs
    }
}

/// One guard's last word on one side of one symbol.
package struct GuardTopic: Hashable, Sendable, Codable {
    package var id: String
    /// The short name, like `whale-intent`.
    package var label: String
    package var symbol: String
    /// `long` or `short`.
    package var side: String
    /// `pass`, `block`, `scale`, `nodata`.
    package var state: String
    package var value: Double?
    package var limit: Double?
    package var blocks24h: Int

    package init(
        id: String, label: String, symbol: String, side: String, state: String, value: Double?,
        limit: Double?,
        blocks24h: Int
    ) {
        self.id = id
        self.label = label
        self.symbol = symbol
        self.side = side
        self.state = state
        self.value = value
        self.limit = limit
        self.blocks24h = blocks24h
    }
}

/// A closed trade in one row.
package struct TradeTopic: Hashable, Sendable, Codable {
    package var symbol: String
    package var side: String
    package var quantity: String
    package var entryPrice: String
    package var exitPrice: String
    package var openedAt: Int64
    package var closedAt: Int64
    package var netPnL: String
    package var fees: String
    package var multipleOfR: Double
    package var reason: String
    package var entryProbability: Double
    package var exitProbability: Double?

    package init(
        symbol: String, side: String, quantity: String, entryPrice: String, exitPrice: String,
        openedAt: Int64,
        closedAt: Int64, netPnL: String, fees: String, multipleOfR: Double, reason: String,
        entryProbability: Double, exitProbability: Double?
    ) {
        self.symbol = symbol
        self.side = side
        self.quantity = quantity
        self.entryPrice = entryPrice
        self.exitPrice = exitPrice
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.netPnL = netPnL
        self.fees = fees
        self.multipleOfR = multipleOfR
        self.reason = reason
        self.entryProbability = entryProbability
        self.exitProbability = exitProbability
    }
}

/// How the session went so far.
package struct SessionTopic: Hashable, Sendable, Codable {
    package var since: Int64
    package var trades: Int
    package var wins: Int
    package var losses: Int
    /// 95 % Wilson interval of the win rate; absent without trades.
    package var winRate: Double?
    package var winRateLow: Double?
    package var winRateHigh: Double?
    package var meanHoldMs: Int64?
    package var medianHoldMs: Int64?
    package var longTrades: Int
    package var shortTrades: Int
    /// Absent without losses.
    package var profitFactor: Double?
    package var expectancyR: Double?
    package var net: String
    package var longNet: String
    package var shortNet: String
    package var fees: String
    package var maxDrawdown: Double
    /// Reason → count, by reason.
    package var exits: [String: Int]
    package var lastTrade: TradeTopic?

    package init(
        since: Int64, trades: Int, wins: Int, losses: Int, winRate: Double?, winRateLow: Double?,
        winRateHigh: Double?, meanHoldMs: Int64?, medianHoldMs: Int64?, longTrades: Int,
        shortTrades: Int,
        profitFactor: Double?, expectancyR: Double?, net: String, longNet: String, shortNet: String,
        fees: String, maxDrawdown: Double, exits: [String: Int], lastTrade: TradeTopic?
    ) {
        self.since = since
        self.trades = trades
        self.wins = wins
        self.losses = losses
        self.winRate = winRate
        self.winRateLow = winRateLow
        self.winRateHigh = winRateHigh
        self.meanHoldMs = meanHoldMs
        self.medianHoldMs = medianHoldMs
        self.longTrades = longTrades
        self.shortTrades = shortTrades
        self.profitFactor = profitFactor
        self.expectancyR = expectancyR
        self.net = net
        self.longNet = longNet
        self.shortNet = shortNet
        self.fees = fees
        self.maxDrawdown = maxDrawdown
        self.exits = exits
        self.lastTrade = lastTrade
    }
}

/// Why no trade: the last 24 hours from candles to fills.
package struct FunnelTopic: Hashable, Sendable, Codable {
    package var candles: Int
    package var notReady: Int
    package var signals: Int
    package var guardBlocks: Int
    package var riskRefusals: Int
    package var orders: Int
    package var fills: Int
    /// Guard label → blocks.
    package var blocksByGuard: [String: Int]

    package init(
        candles: Int, notReady: Int, signals: Int, guardBlocks: Int, riskRefusals: Int, orders: Int,
        fills: Int,
        blocksByGuard: [String: Int]
    ) {
        self.candles = candles
        self.notReady = notReady
        self.signals = signals
        self.guardBlocks = guardBlocks
        self.riskRefusals = riskRefusals
        self.orders = orders
        self.fills = fills
        self.blocksByGuard = blocksByGuard
    }
}

/// One line of the log.
package struct EventTopic: Hashable, Sendable, Codable {
    /// Rising; lets a client that comes back say what it has missed.
    package var number: UInt64
    package var time: Int64
    package var tag: String
    /// `info`, `warning`, `alarm`.
    package var severity: String
    package var text: String

    package init(number: UInt64, time: Int64, tag: String, severity: String, text: String) {
        self.number = number
        self.time = time
        self.tag = tag
        self.severity = severity
        self.text = text
    }
}

/// One rung that a command has reached.
package struct LadderRungTopic: Hashable, Sendable, Codable {
    /// `LadderStep`.
    package var step: String
    /// Wall milliseconds since the command was accepted.
    package var afterMs: Double
    /// Whether it is on disk.
    package var durable: Bool

    package init(step: String, afterMs: Double, durable: Bool) {
        self.step = step
        self.afterMs = afterMs
        self.durable = durable
    }
}

/// A command and how far it has come.
package struct CommandTopic: Hashable, Sendable, Codable {
    package var id: String
    package var name: String
    /// Such as `uid 1000 pid 4711`, `signal SIGUSR1`, `kill file`, `breaker drawdown`.
    package var origin: String
    package var acceptedAtWall: Int64
    package var rungs: [LadderRungTopic]
    /// Open orders and positions when it was accepted, and now.
    package var ordersBefore: Int
    package var ordersNow: Int
    package var positionsBefore: Int
    package var positionsNow: Int
    /// Why it was refused; absent when it was not.
    package var refusal: String?
    /// The one symbol it is about; absent when it is about all.
    package var symbol: String?

    package init(
        id: String, name: String, origin: String, acceptedAtWall: Int64, rungs: [LadderRungTopic],
        ordersBefore: Int, ordersNow: Int, positionsBefore: Int, positionsNow: Int,
        refusal: String?, symbol: String? = nil
    ) {
        self.id = id
        self.name = name
        self.origin = origin
        self.acceptedAtWall = acceptedAtWall
        self.rungs = rungs
        self.ordersBefore = ordersBefore
        self.ordersNow = ordersNow
        self.positionsBefore = positionsBefore
        self.positionsNow = positionsNow
        self.refusal = refusal
        self.symbol = symbol
    }
}

/// How the engine itself is.
package struct HealthTopic: Hashable, Sendable, Codable {
    package var feedsLive: Int
    package var feeds: Int
    package var eventsProcessed: UInt64
    package var eventsPerSecond: Double
    /// Wall microseconds of one decision, over the last window.
    package var processP50Us: Double
    package var processP99Us: Double
    /// Wall milliseconds of a commit; absent before the first.
    package var commitP99Ms: Double?
    package var uncommittedRecords: Int
    package var residentBytes: Int64
    package var clients: Int
    package var rejectedFrames: UInt64

    package init(
        feedsLive: Int, feeds: Int, eventsProcessed: UInt64, eventsPerSecond: Double,
        processP50Us: Double,
        processP99Us: Double, commitP99Ms: Double?, uncommittedRecords: Int, residentBytes: Int64,
        clients: Int,
        rejectedFrames: UInt64
    ) {
        self.feedsLive = feedsLive
        self.feeds = feeds
        self.eventsProcessed = eventsProcessed
        self.eventsPerSecond = eventsPerSecond
        self.processP50Us = processP50Us
        self.processP99Us = processP99Us
        self.commitP99Ms = commitP99Ms
        self.uncommittedRecords = uncommittedRecords
        self.residentBytes = residentBytes
        self.clients = clients
        self.rejectedFrames = rejectedFrames
    }
}

/// Everything at once; a topic that was not subscribed, or is not known, is absent.
package struct Snapshot: Hashable, Sendable, Codable {
    package var engine: EngineTopic?
    package var safety: SafetyTopic?
    package var account: AccountTopic?
    package var positions: [PositionTopic]?
    package var exits: [ExitTopic]?
    package var exitSeries: [SeriesTopic]?
    package var entries: [EntryTopic]?
    package var flow: [FlowTopic]?
    package var map: [MapTopic]?
    package var guards: [GuardTopic]?
    package var session: SessionTopic?
    package var funnel: FunnelTopic?
    /// Oldest first; at most 200 in a snapshot.
    package var events: [EventTopic]?
    /// Oldest first; at most 20.
    package var commands: [CommandTopic]?
    package var health: HealthTopic?
    package var models: ModelsTopic?

    package init() {}
}
