import CellGrid
import CockpitModel
import CockpitViews
import Wire

/// Hand-made engines and cockpits for the golden screens. The numbers fit together as an engine's would.
enum Sample {
    /// 2026-11-21 14:07:33 UTC.
    static let now: Int64 = 1_795_270_053_000
    static let minute: Int64 = 60_000

    static var engine: EngineTopic {
        EngineTopic(
            name: "btc-1", host: "fra1", mode: "PAPER", gate: "open", isLatched: false,
            notReady: nil,
            modelSet: "scorecard", profile: "bracket", build: "7c1e", startedAt: now - 529_380_000,
            engineTime: now, wallTime: now, timeScale: 1, clockOffsetMs: 4,
            symbols: ["BTCUSDT", "ETHUSDT"])
    }

    static var safety: SafetyTopic {
        SafetyTopic(
            openPositions: 2, confirmedStops: 2, stopsSeenAgeMs: 1_000, nakedQuantity: "0",
            nakedMs: 0,
            openOrders: 3, unknownOrders: 0, orphanStops: 0, foreignOrders: 0,
            reconciledAgeMs: 12_000,
            storeState: "healthy")
    }

    static var account: AccountTopic {
        AccountTopic(
            equity: "10450.75", walletBalance: "10445.58", dayTotal: "59.52", dayClosed: "61.2",
            dayOpen: "5.17",
            dayFees: "-6.44", dayFunding: "-0.41", dayHaltAt: "-311", roomToDayHalt: "370.52",
            losingStreak: 1,
            losingStreakLimit: 5, tradesToday: 4, tradesPerDayLimit: 20, drawdown: -0.018,
            drawdownLimit: -0.2,
            marginUsed: 0.09, closeAllNow: "3.5", everyStopHit: "-21.3")
    }

    static var btc: PositionTopic {
        PositionTopic(
            symbol: "BTCUSDT", side: "long", leverage: 3, quantity: "0.015", entryPrice: "97210",
            markPrice: "97464.3", markSource: "venue", unrealizedPnL: "3.8145",
            unrealizedReturn: 0.0026,
            multipleOfR: 0.503, notional: "1461.9645", targetPrice: "100671",
            liquidationPrice: "65120",
            liquidationDistance: -0.332, openedAt: now - 42 * minute,
            maxHoldUntil: now + 198 * minute,
            closeNow: "2.9",
            protection: ProtectionProof(
                stopOrderID: "71", stopPrice: "96704.5", coveredQuantity: "0.015",
                nakedQuantity: "0",
                confirmedBy: "reading", confirmedAgeMs: 1_000, nakedMs: 90))
    }

    static var eth: PositionTopic {
        PositionTopic(
            symbol: "ETHUSDT", side: "short", leverage: 3, quantity: "0.4", entryPrice: "3412.5",
            markPrice: "3409.1", markSource: "venue", unrealizedPnL: "1.36",
            unrealizedReturn: 0.001,
            multipleOfR: 0.19, notional: "1363.64", targetPrice: nil, liquidationPrice: "4527",
            liquidationDistance: 0.328, openedAt: now - 7 * minute,
            maxHoldUntil: now + 233 * minute,
            closeNow: "0.6",
            protection: ProtectionProof(
                stopOrderID: "72", stopPrice: "3430.3", coveredQuantity: "0.4", nakedQuantity: "0",
                confirmedBy: "report", confirmedAgeMs: 1_000, nakedMs: 94))
    }

    static var btcExit: ExitTopic {
        ExitTopic(
            symbol: "BTCUSDT", probability: 0.63, threshold: 0.603, overSince: now - 6_000,
            state: "held",
            until: now + 48 * minute, reason: "exitProbability",
            contributors: [
                ContributionTopic(name: "trend", value: -0.05),
                ContributionTopic(name: "whales sell", value: 0.19),
                ContributionTopic(name: "magnet near", value: 0.12),
            ], lowestSinceEntry: 0.02, highestSinceEntry: 0.66)
    }

    static var ethExit: ExitTopic {
        ExitTopic(
            symbol: "ETHUSDT", probability: 0.21, threshold: 0.603, overSince: nil, state: "hold",
            until: nil,
            reason: nil, contributors: [], lowestSinceEntry: 0.18, highestSinceEntry: 0.3)
    }

    /// A probability that wanders and rises in the end; the same in every run.
    static func series(_ symbol: String, _ kind: String, count: Int, last: Double) -> SeriesTopic {
        var values: [Double] = []
        var state: UInt64 = 7
        var value = 0.2
        for index in 0..<count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let step = Double(state >> 40) / Double(1 << 24) - 0.5
            let target = index > count * 4 / 5 ? last : 0.15 + 0.1 * Double(index / 20 % 2)
            value += (target - value) * 0.12 + step * 0.05
            value = min(0.98, max(0.02, value))
            values.append(value)
        }
        values[count - 1] = last
        return SeriesTopic(
            symbol: symbol, kind: kind,
            times: (0..<count).map { now - Int64(count - 1 - $0) * 5_000 },
            values: values)
    }

    static var entries: [EntryTopic] {
        [
            EntryTopic(
                symbol: "BTCUSDT", nextDecisionAt: now + 147_000,
                long: EntrySideTopic(
                    probability: 0.61, threshold: 0.63, baseThreshold: 0.686,
                    wouldRefuse: "whale-intent 49 > 30"),
                short: EntrySideTopic(
                    probability: 0.48, threshold: 0.5, baseThreshold: 0.505, wouldRefuse: nil),
                signalRate: 0.056, expectedSignalRate: 0.061,
                contributors: [
                    ContributionTopic(name: "taker buys", value: 0.14),
                    ContributionTopic(name: "momentum", value: 0.08),
                    ContributionTopic(name: "whale flow", value: -0.11),
                ]),
            EntryTopic(
                symbol: "ETHUSDT", nextDecisionAt: now + 147_000,
                long: EntrySideTopic(
                    probability: 0.22, threshold: 0.63, baseThreshold: 0.686, wouldRefuse: nil),
                short: nil, signalRate: 0.04, expectedSignalRate: 0.061, contributors: []),
        ]
    }

    static var flow: FlowTopic {
        func window(_ name: String, _ whale: (String, String), _ retail: (String, String))
            -> FlowWindowTopic
        {
            FlowWindowTopic(
                window: name, whaleBuy: whale.1, whaleSell: whale.0, retailBuy: retail.1,
                retailSell: retail.0,
                whaleOrders: 12)
        }
        return FlowTopic(
            symbol: "BTCUSDT", whaleThreshold: "100000",
            windows: [
                window("1m", ("0.0", "120000"), ("80500", "99100.25")),
                window("5m", ("1400000", "500000"), ("710000", "1040000")),
                window("15m", ("4310000.5", "1490000"), ("2100000", "2710000")),
                window("1h", ("9900000", "5200000"), ("8000000", "8100000")),
            ], divergingSince: now - 370_000, takerRatio5m: 0.73, lastSeenAgeMs: 200)
    }

    static var map: MapTopic {
        func cluster(_ price: String, _ side: String, _ notional: String, _ distance: Double)
            -> ClusterTopic
        {
            ClusterTopic(price: price, liquidates: side, notional: notional, distance: distance)
        }
        return MapTopic(
            symbol: "BTCUSDT", markPrice: "97464.3", markSource: "venue", lastPrice: "97466",
            indexPrice: "97451.2", bestBid: "97465.9", bestAsk: "97466",
            clusters: [
                cluster("99510", "SHORT", "41000000", 0.021),
                cluster("98240", "SHORT", "12000000", 0.008),
                cluster("96590", "LONG", "22000000", -0.009),
                cluster("95900", "LONG", "38000000", -0.016),
            ], nearest: 1, strongest: 0, source: "simulated holders", ageMs: 2_000)
    }

    static var guards: [GuardTopic] {
        func one(
            _ label: String, _ side: String, _ state: String, _ value: Double? = nil,
            _ limit: Double? = nil,
            blocks: Int = 0
        ) -> GuardTopic {
            GuardTopic(
                id: label, label: label, symbol: "BTCUSDT", side: side, state: state, value: value,
                limit: limit,
                blocks24h: blocks)
        }
        var all: [GuardTopic] = []
        for side in ["long", "short"] {
            all.append(
                one(
                    "whale-intent", side, side == "long" ? "block" : "pass", 49, 30,
                    blocks: side == "long" ? 9 : 0))
            all.append(one("fear-greed", side, "nodata"))
            all.append(one("taker-aggression", side, "pass", 0.73, 0.6, blocks: 3))
            all.append(one("liq-wall", side, "pass", 0.8, 0.5, blocks: 1))
            all.append(one("long-trap", side, "pass", 71, 95, blocks: 2))
            all.append(one("spread", side, "pass", 0.1, 5))
            all.append(one("stale-data", side, "pass", 0.2, 3))
            all.append(one("max-positions", side, "pass", 2, 3))
        }
        return all
    }

    static var trade: TradeTopic {
        TradeTopic(
            symbol: "BTCUSDT", side: "long", quantity: "0.015", entryPrice: "96800",
            exitPrice: "97400",
            openedAt: now - 67 * minute, closedAt: now - 9 * minute, netPnL: "8.15", fees: "-1.1",
            multipleOfR: 0.41, reason: "exitProbability", entryProbability: 0.66,
            exitProbability: 0.66)
    }

    static var session: SessionTopic {
        SessionTopic(
            since: now - 134 * minute, trades: 4, wins: 3, losses: 1, winRate: 0.75,
            winRateLow: 0.301,
            winRateHigh: 0.954, meanHoldMs: 38 * minute, medianHoldMs: 35 * minute, longTrades: 3,
            shortTrades: 1, profitFactor: 2.1, expectancyR: 0.31, net: "54.35", longNet: "49.3",
            shortNet: "5.05", fees: "-6.44", maxDrawdown: -0.018,
            exits: ["exitProbability": 2, "stopLoss": 1, "maxHold": 1], lastTrade: trade)
    }

    static var funnel: FunnelTopic {
        FunnelTopic(
            candles: 288, notReady: 0, signals: 17, guardBlocks: 11, riskRefusals: 3, orders: 3,
            fills: 3,
            blocksByGuard: ["whale-intent": 6, "taker-aggression": 3, "long-trap": 2])
    }

    static var events: [EventTopic] {
        [
            EventTopic(
                number: 40, time: now - 561_000, tag: "OUT", severity: "info",
                text: "BTCUSDT LONG by exit p .66, +8.15, held 58m"),
            EventTopic(
                number: 41, time: now - 153_000, tag: "NO", severity: "info",
                text: "BTC LONG .71 whale-intent"),
            EventTopic(
                number: 42, time: now - 31_000, tag: "FILL", severity: "info",
                text: "ETH S .4 slip +0.3bp"),
        ]
    }

    static var health: HealthTopic {
        HealthTopic(
            feedsLive: 9, feeds: 9, eventsProcessed: 1_000_000, eventsPerSecond: 350,
            processP50Us: 1,
            processP99Us: 4, commitP99Ms: 0.8, uncommittedRecords: 0, residentBytes: 40_000_000,
            clients: 1,
            rejectedFrames: 0)
    }

    /// Two positions open; the exit of the first wants out and is held.
    static var flying: Snapshot {
        var snapshot = Snapshot()
        snapshot.engine = engine
        snapshot.safety = safety
        snapshot.account = account
        snapshot.positions = [btc, eth]
        snapshot.exits = [btcExit, ethExit]
        snapshot.exitSeries = [
            series("BTCUSDT", "exit", count: 400, last: 0.63),
            series("BTCUSDT", "long", count: 400, last: 0.61),
            series("BTCUSDT", "short", count: 400, last: 0.48),
        ]
        snapshot.entries = entries
        snapshot.flow = [flow]
        snapshot.map = [map]
        snapshot.guards = guards
        snapshot.session = session
        snapshot.funnel = funnel
        snapshot.events = events
        snapshot.commands = []
        snapshot.health = health
        return snapshot
    }

    /// Nothing open.
    static var flat: Snapshot {
        var snapshot = flying
        snapshot.positions = []
        snapshot.exits = []
        snapshot.safety?.openPositions = 0
        snapshot.safety?.confirmedStops = 0
        snapshot.safety?.stopsSeenAgeMs = nil
        snapshot.safety?.openOrders = 0
        snapshot.account?.dayTotal = "54.35"
        snapshot.account?.dayOpen = "0"
        snapshot.account?.closeAllNow = nil
        snapshot.account?.everyStopHit = nil
        snapshot.account?.marginUsed = 0
        snapshot.account?.equity = "10445.58"
        return snapshot
    }

    static func cockpit(
        _ snapshot: Snapshot?, columns: Int = 80, rows: Int = 24, isReadOnly: Bool = false,
        clock now: Int64 = Sample.now
    ) -> CockpitState {
        var state = CockpitState(
            setup: Setup(
                commandPrefix: "c-41", endpoint: "/run/narwhal/btc-1/control.sock",
                isReadOnly: isReadOnly,
                themes: ["default", "nord"]),
            now: now, columns: columns, rows: rows)
        guard let snapshot else { return state }
        _ = state.apply(.link(.connected(since: now)))
        _ = state.apply(.server(.snapshot(SnapshotNotification(subscription: 1, data: snapshot))))
        // A first ping, answered after 41 ms.
        let effects = state.apply(.tick(now: now + 1_000))
        for case .send(let message) in effects where message.request == .ping {
            _ = state.apply(.tick(now: now + 1_041))
            _ = state.apply(
                .server(.result(message.id, .pong(Pong(engineTime: now, wallTime: now)))))
        }
        return state
    }
}

extension CockpitState {
    /// Presses keys one after the other.
    func pressing(_ keys: String) -> CockpitState {
        var state = self
        for scalar in keys.unicodeScalars { _ = state.apply(.key(.character(scalar))) }
        return state
    }

    /// Lets time pass.
    func after(_ milliseconds: Int64) -> CockpitState {
        var state = self
        _ = state.apply(.tick(now: now + milliseconds))
        return state
    }

    func with(_ message: CockpitMessage) -> CockpitState {
        var state = self
        _ = state.apply(message)
        return state
    }
}
