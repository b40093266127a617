import DecisionCore
import Matching
import Messages
import Models
import Playback
import Testing
import Trading

struct PlaybackSessionTests {
    @Test func `a tape of a symbol without a preset trades on the grid that its prints show`()
        throws
    {
        let symbol = try #require(SymbolName("LTCUSDT"))
        var grid = GridInference()
        for item in SeededTape(seed: 5, prints: GridInference.enough, hasBook: false) {
            if case .print(let print) = item.data { grid.see(print) }
        }
        func trips(_ instrument: Instrument) throws -> [RoundTrip] {
            var session = try makeSession(hasBook: false) { $0.instruments = [instrument] }
            session.play(SeededTape(seed: 5, prints: 20_000, hasBook: false))
            return session.trips
        }
        // No print is as large as the lot of one that is taken for an unknown symbol.
        #expect(try trips(.preset(symbol, id: InstrumentID(0))) == [])
        let inferred = Instrument.inferred(symbol, id: InstrumentID(0), from: grid)
        #expect(inferred.filters.stepSize == Quantity(units: 100_000))
        #expect(inferred.filters.tickSize == Price(units: 10_000_000))
        let trades = try trips(inferred)
        #expect(!trades.isEmpty)
        for trade in trades { #expect(trade.quantity.units % 100_000 == 0) }
    }

    @Test(arguments: [true, false])
    func `a seeded tape is traded round trip after round trip and the venue agrees on every digit`(
        hasBook: Bool
    ) throws {
        var session = try makeSession(hasBook: hasBook)
        session.play(SeededTape(seed: 1, prints: 60_000, hasBook: hasBook))
        #expect(session.trips.count >= 5)
        #expect(session.venue.account.walletBalance == session.engine.account.walletBalance)
        var net = Money(whole: 10_000)
        for trip in session.trips { net += trip.netPnL }
        if session.engine.openPositions == 0 {
            #expect(session.engine.account.walletBalance == net)
        }
        #expect(session.engine.counters.refusedReports == 0)
        #expect(session.engine.counters.unknownReports == 0)
    }

    @Test func `the same tape gives the same trades and the same hashes twice`() throws {
        var first = try makeSession()
        var second = try makeSession()
        first.play(SeededTape(seed: 7, prints: 20_000))
        second.play(SeededTape(seed: 7, prints: 20_000))
        #expect(first.trips == second.trips)
        #expect(first.engine.factHash == second.engine.factHash)
        #expect(first.engine.stateHash == second.engine.stateHash)
        #expect(first.engine.actionHash == second.engine.actionHash)
    }

    @Test func `another tape gives another hash`() throws {
        var first = try makeSession()
        var second = try makeSession()
        first.play(SeededTape(seed: 7, prints: 2_000))
        second.play(SeededTape(seed: 8, prints: 2_000))
        #expect(first.engine.factHash != second.engine.factHash)
    }

    @Test func `the way of one print is the way of any event`() throws {
        // The fast way of the session and plain events must not differ in anything.
        var session = try makeSession(recordsAudit: true)
        session.play(SeededTape(seed: 3, prints: 10_000))
        var engine = Engine(
            configuration: session.engine.configuration, startTime: SeededTape.start)
        for record in session.audit { _ = engine.process(record.event) }
        engine.finishMarkets()
        #expect(engine.stateHash == session.engine.stateHash)
    }

    @Test func `a kill in the middle of a tape ends flat and latched and nothing trades after it`()
        throws
    {
        var session = try makeSession()
        let tape = Array(SeededTape(seed: 1, prints: 30_000))
        var killed: Int?
        for item in tape {
            session.feed(item.data, instrument: InstrumentID(0), time: item.time)
            if killed == nil && session.engine.openPositions == 1 {
                session.command(
                    CommandEnvelope(
                        id: try #require(CommandID("kill")), command: .kill,
                        origin: .signal("SIGUSR1")))
                killed = session.engine.counters.entriesSubmitted
            }
        }
        #expect(killed != nil)
        #expect(session.engine.counters.entriesSubmitted == killed)
        #expect(session.engine.openPositions == 0)
        #expect(session.engine.gate.state == .latched)
        let ladder = session.engine.commands.records.first?.rungs.map(\.step)
        #expect(ladder?.last == .completed)
        #expect(session.venue.snapshot(at: SeededTape.start).openOrders.isEmpty)
    }
}

struct AuditReplayTests {
    @Test func `a recorded run replayed gives the same actions event by event`() throws {
        var session = try makeSession(recordsAudit: true)
        session.play(SeededTape(seed: 5, prints: 10_000))
        var replay = AuditReplay(
            engine: Engine(
                configuration: session.engine.configuration, startTime: SeededTape.start))
        for record in session.audit { replay.replay(record) }
        #expect(replay.difference == nil)
        #expect(replay.count == session.audit.count)
    }

    @Test func `the first event that was changed afterwards is named`() throws {
        var session = try makeSession(recordsAudit: true)
        session.play(SeededTape(seed: 5, prints: 10_000))
        var records = session.audit
        let changed = try #require(
            records.firstIndex {
                if case .order(let report) = $0.event.body, case .filled = report.kind {
                    true
                } else {
                    false
                }
            })
        guard case .order(var report) = records[changed].event.body,
            case .filled(var fill) = report.kind
        else { return }
        fill.price = Price(units: fill.price.units + 1)
        report.kind = .filled(fill)
        records[changed].event.body = .order(report)
        var replay = AuditReplay(
            engine: Engine(
                configuration: session.engine.configuration, startTime: SeededTape.start))
        for record in records { replay.replay(record) }
        #expect(replay.difference?.sequence == records[changed].event.sequence)
    }
}

struct ModelChangeReplayTests {
    /// A session in which another set of models decides after half of the tape.
    private func session(_ next: ModelSet) throws -> PlaybackSession {
        var session = try makeSession(recordsAudit: true)
        var engine = Engine(
            configuration: session.engine.configuration, startTime: SeededTape.start)
        engine.provide(next)
        session = PlaybackSession(
            engine: engine,
            venue: PaperVenue(
                instruments: engine.configuration.instruments, configuration: PaperConfiguration()),
            startTime: SeededTape.start, recordsAudit: true)
        for (number, item) in SeededTape(seed: 5, prints: 10_000).enumerated() {
            if number == 10_000 {
                session.give(.models(.use(digest: "", name: next.name, by: "a test")))
            }
            session.feed(item.data, instrument: InstrumentID(0), time: item.time)
        }
        return session
    }

    @Test func `an audit that is given the same sets sees their change and finds no difference`()
        throws
    {
        let next = try TestModels.named("next", restless: true)
        let played = try session(next)
        #expect(played.engine.models.set.name == "next")
        var engine = Engine(
            configuration: played.engine.configuration, startTime: SeededTape.start)
        engine.provide(next)
        var replay = AuditReplay(engine: engine)
        for record in played.audit { replay.replay(record) }
        #expect(replay.difference == nil)
        #expect(replay.engine.stateHash == played.engine.stateHash)
        // Without it the replay says where it lacks.
        var without = AuditReplay(
            engine: Engine(
                configuration: played.engine.configuration, startTime: SeededTape.start))
        for record in played.audit { without.replay(record) }
        let change = played.audit.first {
            if case .models = $0.event.body { true } else { false }
        }
        #expect(without.difference?.sequence == change?.event.sequence)
    }
}
