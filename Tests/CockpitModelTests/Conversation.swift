import Wire

@testable import CockpitModel

/// A cockpit and the clock beside it, for tests that tell a story.
struct Conversation {
    var state: CockpitState
    var time: Int64 = 1_000_000
    var number: UInt64 = 0

    init(isReadOnly: Bool = false, lastSeenEvent: UInt64? = nil) {
        state = CockpitState(
            setup: Setup(
                commandPrefix: "t1", endpoint: "/run/n.sock", isReadOnly: isReadOnly,
                themes: ["default", "nord"],
                lastSeenEvent: lastSeenEvent),
            now: time, columns: 80, rows: 24)
    }

    /// Connected, greeted, with a snapshot.
    static func flying(_ snapshot: Snapshot = .sample, isReadOnly: Bool = false) -> Conversation {
        var talk = Conversation(isReadOnly: isReadOnly)
        talk.connect(snapshot)
        return talk
    }

    mutating func connect(_ snapshot: Snapshot = .sample, subscription: Int = 1) {
        _ = state.apply(.link(.connected(since: time)))
        answerSubscription(subscription)
        number = 0
        _ = state.apply(
            .server(.snapshot(SnapshotNotification(subscription: subscription, data: snapshot))))
    }

    mutating func answerSubscription(_ subscription: Int = 1) {
        guard case .requested(let id, _) = state.engine.subscription else { return }
        let answer = Subscribed(subscription: subscription, topics: Topic.allCases, maxRateHz: 4)
        _ = state.apply(.server(.result(id, .subscribed(answer))))
    }

    @discardableResult
    mutating func delta(_ change: TopicDelta) -> [CockpitEffect] {
        number += 1
        return state.apply(
            .server(.delta(DeltaNotification(subscription: 1, n: number, change: change))))
    }

    @discardableResult
    mutating func wait(_ milliseconds: Int64) -> [CockpitEffect] {
        time += milliseconds
        return state.apply(.tick(now: time))
    }

    @discardableResult
    mutating func press(_ keys: String) -> [CockpitEffect] {
        keys.unicodeScalars.flatMap { state.apply(.key(.character($0))) }
    }

    @discardableResult
    mutating func press(_ key: CockpitKey) -> [CockpitEffect] { state.apply(.key(key)) }
}

extension [CockpitEffect] {
    /// The commands among the effects, as verbs.
    var verbs: [CommandVerb] { commands.map(\.verb) }

    var commands: [CommandRequest] {
        compactMap { effect in
            if case .send(let message) = effect, case .command(let request) = message.request {
                return request
            }
            return nil
        }
    }
}

extension Snapshot {
    /// An engine with one symbol and nothing open.
    static var sample: Snapshot {
        var snapshot = Snapshot()
        snapshot.engine = EngineTopic(
            name: "btc-1", host: "fra1", mode: "PAPER", gate: "open", isLatched: false,
            notReady: nil,
            modelSet: "scorecard", profile: "bracket", build: "7c1e", startedAt: 0,
            engineTime: 5_000,
            wallTime: 5_000, timeScale: 1, clockOffsetMs: nil, symbols: ["BTCUSDT", "ETHUSDT"])
        snapshot.positions = []
        snapshot.events = [event(1), event(2)]
        return snapshot
    }
}

extension Snapshot {
    /// An engine that holds both of its symbols.
    static var holding: Snapshot {
        var snapshot = Snapshot.sample
        snapshot.positions = [position("BTCUSDT"), position("ETHUSDT", side: "short")]
        return snapshot
    }
}

func position(_ symbol: String, side: String = "long", quantity: String = "0.5") -> PositionTopic {
    PositionTopic(
        symbol: symbol, side: side, leverage: 3, quantity: quantity, entryPrice: "100",
        markPrice: "101", markSource: "venue", unrealizedPnL: "0.5", unrealizedReturn: 0.01,
        multipleOfR: 0.2, notional: "50.5", targetPrice: nil, liquidationPrice: nil,
        liquidationDistance: nil, openedAt: 0, maxHoldUntil: 0, closeNow: "0.4",
        protection: ProtectionProof(
            stopOrderID: "1", stopPrice: "98", coveredQuantity: quantity, nakedQuantity: "0",
            confirmedBy: "report", confirmedAgeMs: 0, nakedMs: 0))
}

func event(_ number: UInt64, tag: String = "FILL", severity: String = "info") -> EventTopic {
    EventTopic(
        number: number, time: Int64(number), tag: tag, severity: severity, text: "event \(number)")
}

func progress(_ id: String, _ steps: [String], refusal: String? = nil) -> CommandTopic {
    CommandTopic(
        id: id, name: "kill", origin: "uid 1000 pid 1", acceptedAtWall: 0,
        rungs: steps.enumerated().map {
            LadderRungTopic(step: $1, afterMs: Double($0) * 10, durable: true)
        },
        ordersBefore: 3, ordersNow: 0, positionsBefore: 2, positionsNow: 0, refusal: refusal)
}
