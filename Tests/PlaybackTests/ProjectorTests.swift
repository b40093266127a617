@testable import DecisionCore
import Messages
import Matching
import Models
import Playback
@testable import Projection
import Testing
import Trading
import Wire

struct ProjectorTests {
    static func picture(_ projector: inout Projector, of session: PlaybackSession) -> Snapshot {
        projector.snapshot(
            of: session.engine,
            Projector.Surroundings(
                shell: ShellIdentity(
                    host: "here", build: "test", timeScale: 1, startedAt: SeededTape.start,
                    clusterSource: nil),
                wallTime: session.engine.now,
                health: HealthTopic(
                    feedsLive: 1, feeds: 1, eventsProcessed: 0, eventsPerSecond: 0, processP50Us: 0,
                    processP99Us: 0, commitP99Ms: nil, uncommittedRecords: 0, residentBytes: 0,
                    clients: 0, rejectedFrames: 0), commands: [], durable: 0, events: []))
    }

    /// A session that has just opened a position with its stop and target.
    static func openSession() throws -> (session: PlaybackSession, rest: [SeededTape.Item]) {
        var session = try makeSession()
        var items = Array(SeededTape(seed: 1, prints: 30_000))
        while let item = items.first, session.engine.openPositions == 0 {
            session.feed(item.data, instrument: InstrumentID(0), time: item.time)
            items.removeFirst()
        }
        for _ in 0..<20 {
            let item = items.removeFirst()
            session.feed(item.data, instrument: InstrumentID(0), time: item.time)
        }
        try #require(session.engine.openPositions == 1)
        return (session, items)
    }

    @Test func `a ladder shows what the command found and what it left, also later`() throws {
        var (session, rest) = try Self.openSession()
        var projector = Projector()
        let before = try #require(Self.picture(&projector, of: session).safety)
        #expect(before.openOrders >= 1)
        let id = try #require(CommandID("f"))
        session.command(CommandEnvelope(id: id, command: .flatten, origin: .killFile))
        session.advance(to: session.engine.now + .seconds(5))
        while let item = rest.first, session.engine.openPositions > 0 {
            session.feed(item.data, instrument: InstrumentID(0), time: item.time)
            rest.removeFirst()
        }
        session.advance(to: session.engine.now + .seconds(5))
        let ladder = try #require(Self.picture(&projector, of: session).commands?.first)
        #expect(ladder.rungs.last?.step == "completed")
        #expect(ladder.ordersBefore == before.openOrders)
        #expect((ladder.positionsBefore, ladder.positionsNow) == (1, 0))
        let resume = try #require(CommandID("r"))
        session.command(CommandEnvelope(id: resume, command: .resume, origin: .killFile))
        while let item = rest.first, session.engine.openPositions == 0 {
            session.feed(item.data, instrument: InstrumentID(0), time: item.time)
            rest.removeFirst()
        }
        try #require(session.engine.openPositions == 1)
        let later = try #require(
            Self.picture(&projector, of: session).commands?.first { $0.id == "f" })
        #expect(later.positionsNow == 0)
    }

    @Test func `guards are shown for the entry probability of now`() throws {
        let (session, _) = try Self.openSession()
        var projector = Projector()
        let picture = Self.picture(&projector, of: session)
        for direction in Direction.allCases {
            let probability =
                session.engine.entryOutlook(0).reading[direction].probability ?? .nan
            let verdicts = session.engine.guardVerdicts(0, direction, probability: probability)
            let verdict = try #require(verdicts.first { $0.guardID == .feeAware })
            let shown = picture.guards?.first {
                $0.id == GuardID.feeAware.rawValue && $0.side == direction.word
            }
            #expect(
                shown
                    == GuardTopic(
                        verdict, symbol: "BTCUSDT", side: direction.word,
                        blocks24h: shown?.blocks24h ?? -1))
        }
    }
}

struct ModelProjectionTests {
    @Test func `the picture names the set that decides, its members and its thresholds`() throws {
        let (session, _) = try ProjectorTests.openSession()
        var projector = Projector()
        let picture = ProjectorTests.picture(&projector, of: session)
        let models = try #require(picture.models)
        #expect((models.name, models.digest, models.degraded) == ("scorecard", "", false))
        #expect(
            models.members.map(\.role) == ["entryLong", "entryShort", "exitLong", "exitShort"])
        #expect(models.members.allSatisfy { $0.state == "ready" && $0.kind == "scorecard" })
        #expect(models.drift.map(\.word) == ["n/a", "n/a", "n/a", "n/a"])
        #expect((models.changedBy, models.problem) == (nil, nil))
        let entry = try #require(picture.entries?.first)
        #expect((entry.longAbsent, entry.shortAbsent) == (nil, nil))
        let symbol = session.engine.symbols[0]
        let threshold = try #require(entry.longThreshold)
        #expect(
            threshold
                == ThresholdTopic(
                    value: symbol.longThreshold.value, base: 0.6, lowest: 0.5, highest: 0.75,
                    pinned: symbol.longThreshold.isPinned, stuck: false,
                    signalRate: symbol.longThreshold.recentRate, expectedSignalRate: 0.05,
                    candlesSinceSignal: symbol.longThreshold.candlesSinceSignal))
        let decided = try #require(symbol.entry)
        #expect(entry.decidedAt == decided.time.milliseconds)
        #expect(entry.long?.decided == decided.long.probability)
        #expect(entry.long?.members?.map(\.id) == ["scorecard"])
        #expect(entry.warmCandles == symbol.knownCandles)
        let exit = try #require(picture.exits?.first)
        #expect(exit.members?.map(\.probability) == [exit.probability])
        #expect(exit.contributors.count <= 6)
        #expect(picture.positions?.first?.exitAbsent == nil)
    }

    @Test func `after a change the picture is the new set's at once, and says who ordered it`()
        throws
    {
        var (session, _) = try ProjectorTests.openSession()
        var projector = Projector()
        _ = ProjectorTests.picture(&projector, of: session)
        session.give(.models(.damaged(name: "worse", why: "a file has changed")))
        var models = try #require(ProjectorTests.picture(&projector, of: session).models)
        #expect((models.name, models.problem) == ("scorecard", "worse: a file has changed"))
        var engine = session.engine
        engine.provide(try TestModels.named("next", restless: true))
        session = PlaybackSession(
            engine: engine, venue: session.venue, startTime: engine.now)
        session.give(.models(.use(digest: "", name: "next", by: "uid 1000")))
        let picture = ProjectorTests.picture(&projector, of: session)
        models = try #require(picture.models)
        #expect((models.name, models.changedBy, models.problem) == ("next", "uid 1000", nil))
        #expect(models.changedAt == session.engine.now.milliseconds)
        #expect(picture.engine?.modelSet == "next")
        let now = session.engine.entryOutlook(0).reading.long.probability
        #expect(picture.entries?.first?.long?.probability == now)
        // Its own decisions are still to come.
        #expect(picture.entries?.first?.decidedAt == nil)
    }

    @Test func `the spread of the answers is shown beside that of training`() throws {
        let (session, _) = try ProjectorTests.openSession()
        var parts = ModelSet.Parts()
        parts.name = "spread"
        parts.members = session.engine.models.set.members
        parts.entryThresholds = PerDirection(long: 0.6, short: 0.6)
        let edges = (1..<10).map { Double($0) / 10 }
        let shares = [Double](repeating: 0.1, count: 10) + [0]
        parts.training[ModelRole.entryLong.index] = [
            .init(
                name: DriftMonitor.output,
                histogram: try TrainingHistogram(edges: edges, shares: shares))
        ]
        let set = try ModelSet(parts)
        var changed = try makeSession { $0.modelSet = set }
        changed.play(SeededTape(seed: 1, prints: 10_000))
        var projector = Projector()
        let models = try #require(ProjectorTests.picture(&projector, of: changed).models)
        let drift = try #require(models.drift.first { $0.role == "entryLong" })
        let output = try #require(drift.output)
        #expect((output.edges, output.trained) == (edges, shares))
        #expect(abs(output.seen.reduce(0, +) - 1) < 1e-12)
        #expect(drift.rows >= 30 && drift.word == "n/a" && drift.outputPsi == nil)
        #expect(models.drift.first { $0.role == "entryShort" }?.output == nil)
    }

    private static func points(_ values: [Double], every seconds: Int64 = 10) -> [ExitPoint] {
        values.enumerated().map {
            ExitPoint(
                time: SeededTape.start + .seconds(Int64($0.offset) * seconds),
                probability: $0.element)
        }
    }

    @Test func `the crossing is where a line through the last minute meets the threshold`() throws {
        // From 0.30 to 0.42 in the last 60 s; the first point is older and does not count.
        let series = Self.points([0.90, 0.30, 0.32, 0.34, 0.36, 0.38, 0.40, 0.42])
        let now = SeededTape.start + .seconds(71)
        let way = try #require(Projector.extrapolation(series, now: now, threshold: 0.60))
        #expect(abs(way.slopePerMinute - 0.12) < 1e-12)
        // 0.18 ÷ 0.12 a minute is 90 s after the last point, which is a second old.
        #expect(way.crosses == .seconds(89))
    }

    @Test func `no crossing is told of what falls, is there already, or is an hour away`() throws {
        let now = SeededTape.start + .seconds(70)
        func way(_ values: [Double], _ threshold: Double) -> (Double, Duration?)? {
            Projector.extrapolation(Self.points(values), now: now, threshold: threshold)
        }
        #expect(try #require(way([0.5, 0.4, 0.4, 0.3], 0.6)).1 == nil)
        #expect(try #require(way([0.3, 0.5, 0.6, 0.7], 0.6)).1 == nil)
        #expect(try #require(way([0.3, 0.3, 0.3, 0.301], 0.6)).1 == nil)
        #expect(way([0.3, 0.4, 0.5], 0.6) == nil)
        #expect(way([], 0.6) == nil)
    }
}
