import DecisionCore
import Messages
import Models
import Playback
import Projection
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
