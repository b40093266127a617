import TestSupport
import Wire

/// Snapshots that change as an engine's do, from a seed.
struct SnapshotWalk {
    var random: Seeded
    var snapshot = Snapshot()
    private var nextEvent: UInt64 = 1
    private var time: Int64 = 1_700_000_000_000

    init(seed: UInt64) {
        random = Seeded(seed)
        for topic in Topic.allCases { change(topic) }
    }

    /// Changes a few topics, sometimes to "not known".
    mutating func step() {
        for topic in Topic.allCases where Int.random(in: 0..<3, using: &random) == 0 {
            // The events of an engine never start over.
            if topic != .events, Int.random(in: 0..<20, using: &random) == 0 {
                snapshot.copy(topic, from: Snapshot())
            } else {
                change(topic)
            }
        }
    }

    private mutating func fraction() -> Double { Double.random(in: -1...1, using: &random) }
    private mutating func count() -> Int { Int.random(in: 0..<5, using: &random) }
    private mutating func money() -> String {
        "\(Int.random(in: -9_999...9_999, using: &random)).25"
    }
    private mutating func maybe<Value>(_ value: Value) -> Value? {
        Bool.random(using: &random) ? value : nil
    }

    private mutating func change(_ topic: Topic) {
        time += Int64.random(in: 1...5_000, using: &random)
        switch topic {
        case .engine:
            snapshot.engine = EngineTopic(
                name: "demo-1", host: "localhost", mode: "PAPER", gate: "open", isLatched: false,
                notReady: maybe("warmingUp"), modelSet: "scorecard 1", profile: "bracket",
                build: "abc",
                startedAt: 1, engineTime: time, wallTime: time + 7, timeScale: 60,
                clockOffsetMs: maybe(4), symbols: ["BTCUSDT"])
        case .safety:
            let order = OrderTopic(
                id: "nwdemo1-\(count())", symbol: "BTCUSDT", side: "sell", purpose: "stop",
                quantity: "0.015", filledQuantity: "0", price: maybe("96704.5"), state: "resting")
            snapshot.safety = SafetyTopic(
                openPositions: count(), confirmedStops: count(), stopsSeenAgeMs: maybe(12),
                nakedQuantity: "0", nakedMs: 0, openOrders: count(), unknownOrders: 0,
                orphanStops: 0,
                foreignOrders: 0, reconciledAgeMs: maybe(900), storeState: "healthy",
                orders: [order], venueProblems: maybe(["hedge mode"]),
                foreign: maybe([
                    ForeignOrderTopic(
                        id: "web_1", venueId: 7, symbol: "BTCUSDT", side: "sell", quantity: "0",
                        price: maybe("90000"), conditional: true, reduces: true)
                ]))
        case .account:
            snapshot.account = AccountTopic(
                equity: money(), walletBalance: money(), dayTotal: money(), dayClosed: money(),
                dayOpen: money(), dayFees: money(), dayFunding: money(), dayHaltAt: maybe("-311"),
                roomToDayHalt: maybe("371"), losingStreak: count(), losingStreakLimit: maybe(5),
                tradesToday: count(), tradesPerDayLimit: 20, drawdown: fraction(),
                drawdownLimit: -0.2,
                marginUsed: fraction(), closeAllNow: maybe("3.5"), everyStopHit: nil)
        case .positions: snapshot.positions = (0..<count()).map { _ in position() }
        case .exits:
            snapshot.exits = (0..<count()).map { _ in
                ExitTopic(
                    symbol: "BTCUSDT", probability: fraction(), threshold: 0.6,
                    overSince: maybe(time),
                    state: "hold", until: nil, reason: nil,
                    contributors: [ContributionTopic(name: "whales sell", value: fraction())],
                    lowestSinceEntry: 0.02, highestSinceEntry: 0.66,
                    slopePerMinute: maybe(fraction()), crossesInMs: maybe(90_000),
                    members: members(), degraded: maybe(false))
            }
        case .exitSeries: changeSeries()
        case .entries:
            snapshot.entries = [
                EntryTopic(
                    symbol: "BTCUSDT", nextDecisionAt: time,
                    long: EntrySideTopic(
                        probability: fraction(), threshold: 0.63, baseThreshold: 0.6,
                        wouldRefuse: nil, decided: maybe(fraction()), members: members(),
                        degraded: maybe(true)),
                    short: nil, signalRate: fraction(), expectedSignalRate: 0.061, contributors: [],
                    paused: maybe(true), tradable: maybe(false), longAbsent: nil,
                    shortAbsent: maybe("no member has an answer"), longThreshold: threshold(),
                    shortThreshold: threshold(), warmCandles: maybe(count()),
                    neededCandles: maybe(1_440), decidedAt: maybe(time),
                    policy: maybe(
                        PolicyTopic(
                            mode: "advise", action: "hold",
                            actions: [PolicyActionTopic(action: "hold", probability: fraction())],
                            at: time)))
            ]
        case .flow:
            snapshot.flow = [
                FlowTopic(
                    symbol: "BTCUSDT", whaleThreshold: "100000",
                    windows: [
                        FlowWindowTopic(
                            window: "15m", whaleBuy: money(), whaleSell: money(),
                            retailBuy: money(),
                            retailSell: money(), whaleOrders: count())
                    ],
                    divergingSince: maybe(time), takerRatio5m: maybe(0.73), lastSeenAgeMs: 12)
            ]
        case .map:
            snapshot.map = [
                MapTopic(
                    symbol: "BTCUSDT", markPrice: maybe("97464.3"), markSource: "derived",
                    lastPrice: nil,
                    indexPrice: nil, bestBid: "97464", bestAsk: "97464.5",
                    clusters: [
                        ClusterTopic(
                            price: "99510", liquidates: "SHORT", notional: money(),
                            distance: fraction())
                    ], nearest: 0, strongest: maybe(0), source: "simulated holders", ageMs: 3)
            ]
        case .guards:
            snapshot.guards = (0..<count()).map { _ in
                GuardTopic(
                    id: "SPREAD", label: "spread", symbol: "BTCUSDT", side: "long", state: "pass",
                    value: maybe(fraction()), limit: 0.5, blocks24h: count())
            }
        case .session:
            snapshot.session = SessionTopic(
                since: 1, trades: count(), wins: count(), losses: count(), winRate: maybe(0.75),
                winRateLow: nil, winRateHigh: nil, meanHoldMs: nil, medianHoldMs: maybe(5),
                longTrades: 1,
                shortTrades: 2, profitFactor: maybe(2.1), expectancyR: nil, net: money(),
                longNet: money(), shortNet: money(), fees: money(), maxDrawdown: fraction(),
                exits: ["target": count(), "stopLoss": count()], lastTrade: maybe(trade()))
        case .funnel:
            snapshot.funnel = FunnelTopic(
                candles: count(), notReady: count(), signals: count(), guardBlocks: 0,
                riskRefusals: 0,
                orders: 0, fills: 0, blocksByGuard: ["spread": count()])
        case .events: changeEvents()
        case .commands: snapshot.commands = (0..<count()).map { _ in command() }
        case .health:
            snapshot.health = HealthTopic(
                feedsLive: 1, feeds: 1, eventsProcessed: random.next(), eventsPerSecond: 12.5,
                processP50Us: fraction(), processP99Us: 5, commitP99Ms: maybe(1.5),
                uncommittedRecords: count(), residentBytes: 1 << 24, clients: count(),
                rejectedFrames: 0)
        case .models:
            snapshot.models = ModelsTopic(
                name: "eyes-1", digest: "0a1b2c3d4e5f", note: "For tests.", schema: "00ff",
                degraded: Bool.random(using: &random),
                members: [
                    ModelMemberTopic(
                        id: "trees-long", kind: "trees", role: "entryLong", weight: 0.7,
                        state: "absent", why: maybe("its file is damaged"))
                ],
                drift: [
                    DriftTopic(
                        role: "entryLong", word: "warn", rows: count(), neededRows: 1_000,
                        worst: [DriftFeatureTopic(name: "rsi_14", psi: fraction())],
                        outputPsi: maybe(0.02),
                        output: maybe(
                            DistributionTopic(edges: [0.5], trained: [0.4, 0.6], seen: [1, 0])))
                ],
                changedAt: maybe(time), changedBy: maybe("uid 1000"), problem: maybe("damaged"))
        }
    }

    private mutating func members() -> [MemberTopic]? {
        maybe([
            MemberTopic(id: "trees", weight: 0.7, probability: maybe(fraction())),
            MemberTopic(id: "lstm", weight: 0.3, probability: nil, absent: maybe("64 candles")),
        ])
    }

    private mutating func threshold() -> ThresholdTopic? {
        maybe(
            ThresholdTopic(
                value: fraction(), base: 0.6, lowest: 0.5, highest: 0.75,
                pinned: Bool.random(using: &random), stuck: false, signalRate: fraction(),
                expectedSignalRate: 0.03, candlesSinceSignal: count()))
    }

    private mutating func changeEvents() {
        var events = snapshot.events ?? []
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            events.append(
                EventTopic(
                    number: nextEvent, time: time, tag: "FILL", severity: "info",
                    text: "line \(nextEvent) \"quoted\" \\ / é"))
            nextEvent += 1
        }
        snapshot.events = events.suffix(WireProtocol.maxEvents)
    }

    /// Appends, slides, corrects the last point, starts over or removes a series.
    private mutating func changeSeries() {
        var all = snapshot.exitSeries ?? []
        let kinds = ["exit", "long", "short"]
        let kind = kinds[Int.random(in: 0..<3, using: &random)]
        if !all.contains(where: { $0.kind == kind }) {
            all.append(SeriesTopic(symbol: "BTCUSDT", kind: kind, times: [], values: []))
        }
        for index in all.indices where all[index].kind == kind {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                all[index].times = []
                all[index].values = []
            case 1 where !all[index].values.isEmpty:
                all[index].values[all[index].values.count - 1] = fraction()
            case 2 where all[index].times.count > 3:
                all[index].times.remove(at: 1)
                all[index].values.remove(at: 1)
            default:
                for _ in 0..<Int.random(in: 1...40, using: &random) {
                    time += 1_000
                    all[index].times.append(time)
                    all[index].values.append(fraction())
                }
                let surplus = all[index].times.count - 100
                if surplus > 0 {
                    all[index].times.removeFirst(surplus)
                    all[index].values.removeFirst(surplus)
                }
            }
        }
        if Int.random(in: 0..<12, using: &random) == 0 { all.removeAll { $0.kind == kind } }
        snapshot.exitSeries = all
    }

    mutating func position() -> PositionTopic {
        PositionTopic(
            symbol: "BTCUSDT", side: "long", leverage: 3, quantity: "0.015", entryPrice: "97210",
            markPrice: money(), markSource: "venue", unrealizedPnL: money(),
            unrealizedReturn: fraction(), multipleOfR: fraction(), notional: "1461.9645",
            targetPrice: maybe("100671"), liquidationPrice: maybe("65102.1"),
            liquidationDistance: -0.33,
            openedAt: time, maxHoldUntil: time + 1, closeNow: money(),
            protection: ProtectionProof(
                stopOrderID: maybe("nwdemo-1"), stopPrice: "96704.5", coveredQuantity: "0.015",
                nakedQuantity: "0", confirmedBy: "report", confirmedAgeMs: 900, nakedMs: 90))
    }

    mutating func trade() -> TradeTopic {
        TradeTopic(
            symbol: "BTCUSDT", side: "short", quantity: "1", entryPrice: "2", exitPrice: "1",
            openedAt: 1,
            closedAt: 2, netPnL: money(), fees: "0.01", multipleOfR: fraction(), reason: "target",
            entryProbability: 0.7, exitProbability: maybe(0.6))
    }

    mutating func command() -> CommandTopic {
        CommandTopic(
            id: "c-\(count())", name: "kill", origin: "uid 1000 pid 4711", acceptedAtWall: time,
            rungs: [
                LadderRungTopic(step: "accepted", afterMs: 0, durable: false),
                LadderRungTopic(step: "latched", afterMs: 12.5, durable: true),
            ], ordersBefore: 3, ordersNow: 0, positionsBefore: 2, positionsNow: count(),
            refusal: maybe("the engine is latched"), symbol: maybe("BTCUSDT"))
    }
}

/// One message of every kind.
enum Samples {
    static let clientMessages: [ClientMessage] =
        [
            ClientMessage(id: .number(1), request: .hello(HelloRequest(client: "narwhal 1"))),
            ClientMessage(
                id: .text("a-1"),
                request: .subscribe(SubscribeRequest(topics: Topic.allCases, maxRateHz: 4))),
            ClientMessage(id: .number(-7), request: .subscribe(SubscribeRequest(topics: [.flow]))),
            ClientMessage(
                id: .number(2), request: .unsubscribe(UnsubscribeRequest(subscription: 3))),
            ClientMessage(id: .number(3), request: .ping),
            ClientMessage(id: .number(4), request: .status),
            ClientMessage(
                id: .number(5), request: .query(QueryRequest(what: .trades, limit: 500, before: 12))
            ),
        ]
        + CommandVerb.allCases.map { verb in
            ClientMessage(
                id: .number(6),
                request: .command(
                    CommandRequest(
                        verb: verb, id: "c-41", name: verb == .arm ? "demo-1" : nil,
                        notAfter: verb.stops ? nil : 1_700_000_000_000,
                        symbol: [.close, .reduce, .breakEven, .resume].contains(verb)
                            ? "BTCUSDT" : nil,
                        percent: verb == .reduce ? 50 : nil)))
        }
        + ModelsVerb.allCases.map { verb in
            ClientMessage(
                id: .number(7),
                request: .models(
                    ModelsRequest(
                        verb: verb, set: verb.needsSet ? "3f3f3f" : nil,
                        path: verb == .add ? "/sets/trees-2" : nil,
                        note: verb.changes ? "better" : nil, id: verb.changes ? "m-1" : nil,
                        notAfter: verb.changes ? 1_700_000_000_000 : nil,
                        name: verb == .promote ? "demo-1" : nil)))
        }

    /// A set as an engine tells of it, with everything that can be told.
    static let modelsReport = ModelsReport(
        verb: .show, text: "",
        sets: [
            ModelSetTopic(
                digest: String(repeating: "3f", count: 32), name: "trees-2", state: "production",
                addedAtWall: 1_700_000_000_000, changedAtWall: 1_700_003_600_000,
                problems: ["exit.json was changed"])
        ],
        inForce: ModelsInForceTopic(
            name: "trees-2", digest: String(repeating: "3f", count: 32), source: "registry",
            changeable: true, problems: []),
        detail: ModelSetDetail(
            folder: "/state/models/sets/3f3f", note: "five trees\u{1B}[2J", schema: "0123",
            parent: "", trainedFrom: "2025-01-01", trainedTo: "2025-08-31", validatedFrom: "",
            validatedTo: "",
            files: [
                ModelFileTopic(
                    id: "trees", kind: "trees", role: "entryLong", file: "long.json",
                    sha256: String(repeating: "ab", count: 32), weight: 0.7)
            ],
            history: [
                ModelHistoryTopic(
                    atWall: 1_700_000_000_000, change: "added", by: "uid 1000", note: "first")
            ], card: "# trees-2\n\nNo edge."), repeated: false, warning: "a line is incomplete")

    static let serverMessages: [ServerMessage] = {
        var walk = SnapshotWalk(seed: 7)
        let snapshot = walk.snapshot
        let command = walk.command()
        let trade = walk.trade()
        let hello = Hello(
            engine: "demo-1", host: "fra1", mode: "PAPER", build: "abc", engineTime: 1, wallTime: 2,
            timeScale: 60, gate: "open", mayCommand: true)
        let decision = DecisionTopic(
            symbol: "BTCUSDT", candleOpenTime: 60_000, side: "long", longProbability: 0.7,
            shortProbability: 0.2, longThreshold: 0.63, shortThreshold: 0.5, markPrice: "97464.3",
            outcome: "refusedByGuard", detail: "whale-intent", verdicts: snapshot.guards ?? [])
        var messages: [ServerMessage] = [
            .result(.number(1), .hello(hello)),
            .result(
                .text("x"),
                .subscribed(Subscribed(subscription: 1, topics: [.flow, .map], maxRateHz: 10))),
            .result(.number(1), .unsubscribed(Unsubscribed(subscription: 1))),
            .result(.number(1), .pong(Pong(engineTime: 1, wallTime: 2))),
            .result(
                .number(1), .received(CommandReceipt(id: "c-41", name: "kill", repeated: false))),
            .result(.number(1), .rows(QueryResult(what: .trades, trades: [trade], next: 9))),
            .result(.number(1), .rows(QueryResult(what: .decisions, decisions: [decision]))),
            .result(.number(1), .rows(QueryResult(what: .events, events: snapshot.events))),
            .result(.number(1), .rows(QueryResult(what: .commands, commands: [command]))),
            .result(.number(1), .models(modelsReport)),
            .failure(nil, WireError(.parse, "the line is not JSON")),
            .command(command),
            .snapshot(SnapshotNotification(subscription: 1, data: snapshot)),
            .snapshot(SnapshotNotification(subscription: 2, n: 0, data: Snapshot())),
        ]
        if let status = StatusReport(snapshot) {
            messages.append(.result(.number(9), .status(status)))
        }
        messages += WireErrorCode.allCases.map { .failure(.number(3), WireError($0, "no")) }
        for (n, topic) in Topic.allCases.enumerated() {
            guard let whole = snapshot.whole(topic) else { continue }
            messages.append(
                .delta(DeltaNotification(subscription: 1, n: UInt64(n + 1), change: whole)))
        }
        messages.append(
            .delta(DeltaNotification(subscription: 1, n: 16, change: .session(nil))))
        return messages
    }()
}
