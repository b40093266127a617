import GRDB
import Messages
import Risk
import Testing
import Trading

@testable import Journal

@Suite struct JournalReaderTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func rows(_ sql: String) throws -> [Row] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(
            path: scratch.path + "/journal.sqlite", configuration: configuration)
        return try queue.read { try Row.fetchAll($0, sql: sql) }
    }

    private func write(_ batches: [(UInt64, Event.Body?, [Fact])]) throws {
        let (writer, _) = try JournalStore.open(directory: scratch.path).beginAfterRecovery()
        for (sequence, event, facts) in batches {
            #expect(
                writer.append(
                    sequence: sequence, time: at(Int64(sequence)), event: event, facts: facts,
                    actionsHash: event == nil ? nil : sequence, durability: .normal) == .queued)
        }
        #expect(writer.stop(at: at(99), within: .seconds(10)))
    }

    @Test func `lists are newest first and are read on below the last fact`() throws {
        let trades = (1...5).map { Fact.tradeClosed(Sample.trade(net: $0, closed: $0 * 100)) }
        try write([(1, .timer(.tick), trades)])
        let reader = try JournalReader(directory: scratch.path)
        let first = try reader.trades(limit: 2)
        #expect(first.map(\.value.netPnL) == [Money(whole: 5), Money(whole: 4)])
        #expect(first.map(\.fact) == [5, 4])
        #expect(first.map(\.time) == [at(1), at(1)])
        #expect(try reader.trades(limit: 2, before: 4).map(\.fact) == [3, 2])
        #expect(try reader.trades(limit: 0).count == 1, "a limit is at least one")
        #expect(try reader.trades(limit: .max, before: 1).isEmpty)
    }

    @Test func `every kind of review answers with what was recorded`() throws {
        try write([(1, .command(Sample.envelope("c-1", .pause)), Sample.facts)])
        let reader = try JournalReader(directory: scratch.path)
        #expect(
            try reader.decisions(limit: 9).map(\.value) == [
                Sample.decision(.refusedByGuard(.spread))
            ])
        #expect(
            try reader.notices(limit: 9).map(\.value) == [
                Notice(.session, .warning, "a line for people")
            ])
        #expect(
            try reader.commands(limit: 9).map(\.value) == [
                CommandReview(
                    envelope: Sample.envelope("c-1", .pause),
                    steps: [CommandReview.Step(step: .accepted, time: at(4))], refusal: nil)
            ])
        #expect(
            try reader.equity(limit: 9) == [
                EquityPoint(
                    minute: at(1).floor(to: .minutes(1)), walletBalance: Money(whole: 10_005),
                    equity: Money(whole: 10_010))
            ])
        let events = try reader.events(limit: 9)
        #expect(events.map(\.sequence) == [1])
        #expect(events.map(\.kind) == ["command"])
        #expect(events[0].payload?.contains("\"pid\":4242") == true)
    }

    @Test func `equity keeps the last account of each minute`() throws {
        let minute = Int64(60 - (at(0).nanoseconds / 1_000_000_000) % 60)
        try write([
            (UInt64(minute), .timer(.tick), [.account(Sample.account(1))]),
            (UInt64(minute) + 59, .timer(.tick), [.account(Sample.account(2))]),
            (UInt64(minute) + 60, .timer(.tick), [.account(Sample.account(3))]),
        ])
        let points = try JournalReader(directory: scratch.path).equity(limit: 9)
        #expect(points.map(\.walletBalance) == [Money(whole: 3), Money(whole: 2)])
        #expect(points.map(\.minute) == [at(minute + 60), at(minute)])
        #expect(
            try JournalReader(directory: scratch.path).equity(limit: 9, before: at(minute + 60))
                .map(
                    \.minute) == [at(minute)])
    }

    @Test func `the venue's history has what was sent and reported, and no readings`() throws {
        let order = Sample.order("nwa-1", state: .intended)
        let report = OrderReport(
            clientOrderID: order.request.clientOrderID, instrument: btc,
            kind: .filled(Sample.fill(1)),
            venueTime: at(2))
        let funding = AccountReport.funding(
            btc, amount: Money(whole: -1), rate: Rate(units: 1), venueTime: at(3))
        let snapshot = AccountSnapshot(
            walletBalance: .zero, positions: [], openOrders: [], lastTrades: [], venueTime: at(4))
        try write([
            (1, .timer(.tick), [.notice(Notice(.order, .info, "first")), .intent(order)]),
            (2, .order(report), [.orderChanged(Sample.order("nwa-1", state: .filled, filled: 20))]),
            (3, .account(funding), []),
            (4, .account(.snapshot(snapshot)), []),
            (5, .account(.alive(venueTime: at(5))), []),
            (6, .account(.lost), []),
        ])
        #expect(
            try JournalReader(directory: scratch.path).venueHistory() == [
                .sent(order.request), .order(report), .account(funding), .account(.lost),
            ])
    }

    @Test func `the tables for people say what the facts say`() throws {
        try write([(1, .timer(.tick), Sample.facts)])
        let order = try #require(try rows("SELECT * FROM orders").first)
        #expect(order["state"] as String == "filled")
        #expect(order["filled_notional"] as String == "1200")
        #expect(order["first_fact"] as Int == 1)
        #expect(order["last_fact"] as Int == 2)
        let fill = try #require(try rows("SELECT * FROM fills").first)
        #expect(fill["symbol"] as String == "BTCUSDT")
        #expect(fill["price"] as String == "60000")
        #expect(fill["quantity"] as String == "0.02")
        #expect(fill["commission"] as String == "0.6")
        #expect(try rows("SELECT * FROM positions").isEmpty, "the position was closed")
        let command = try #require(try rows("SELECT * FROM commands").first)
        #expect(command["last_step"] as String == "accepted")
        #expect(command["uid"] as Int == 1000)
        #expect(
            try rows("SELECT * FROM funding_payments").first?["amount"] as String?
                == "-0.0000000000012345")
        let verdicts = try rows("SELECT json_array_length(verdicts) AS n, verdicts FROM decisions")
        #expect(verdicts.map { $0["n"] as Int } == [2])
        #expect((verdicts.first?["verdicts"] as String?)?.contains("FEAR_GREED_MULTIPLIER") == true)
        #expect(try rows("PRAGMA foreign_key_check").isEmpty)
        #expect(try rows("PRAGMA integrity_check").first?[0] as String? == "ok")
    }

    @Test func `session stats add up exactly and count wins and losses`() throws {
        // 0.1 + 0.2 is not 0.3 in doubles; the sum here is.
        var tenth = Sample.trade(net: 0, closed: 10)
        tenth.netPnL = Money(units: FixedPoint.moneyUnitsPerOne / 10)
        var fifth = tenth
        fifth.netPnL = Money(units: FixedPoint.moneyUnitsPerOne / 5)
        try write([
            (
                1, .timer(.tick),
                [
                    .account(Sample.account(10_000)), .tradeClosed(tenth), .tradeClosed(fifth),
                    .tradeClosed(Sample.trade(net: -3, closed: 20)),
                ]
            )
        ])
        let stats = try rows("SELECT * FROM session_stats")
        #expect(stats.count == 1)
        #expect(stats[0]["trades"] as Int == 3)
        #expect(stats[0]["wins"] as Int == 2)
        #expect(stats[0]["losses"] as Int == 1)
        #expect(stats[0]["net_pnl_e8"] as Int == -270_000_000)
        #expect(stats[0]["worst_e8"] as Int == -300_000_000)
        let review = try rows("SELECT * FROM trade_review")
        #expect(review.map { $0["net_pnl"] as String } == ["-3", "0.2", "0.1"])
        #expect(review.map { $0["held_seconds"] as Int } == [60, 60, 60])
    }

    @Test func `why no trade counts reasons and leaves orders out`() throws {
        try write([
            (
                1, .timer(.tick),
                [
                    .decision(Sample.decision(.refusedByGuard(.spread))),
                    .decision(Sample.decision(.tooSmall(neededEquity: Money(whole: 1)))),
                    .decision(Sample.decision(.tooSmall(neededEquity: Money(whole: 2)))),
                    .decision(Sample.decision(.ordered(Sample.orderID("nwa-1")))),
                ]
            )
        ])
        let reasons = try rows("SELECT outcome, detail, decisions FROM why_no_trade")
        #expect(reasons.map { $0["outcome"] as String } == ["tooSmall", "refusedByGuard"])
        #expect(reasons.map { $0["detail"] as String? } == [nil, "SPREAD"])
        #expect(reasons.map { $0["decisions"] as Int } == [2, 1])
    }

    @Test func `a reader and the writer do not wait for each other`() throws {
        let commits = Gate()
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(onCommit: { commits.report($0.upTo) })
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(
            path: scratch.path + "/journal.sqlite", configuration: configuration)
        let notices = try JournalReader(directory: scratch.path)
        let counts = try queue.read { db in
            let before = try Int.fetchOne(db, sql: "SELECT count(*) FROM facts")
            writer.append(1, [.notice(Notice(.feed, .info, "while somebody reads"))])
            #expect(commits.wait(for: 1))
            let after = try Int.fetchOne(db, sql: "SELECT count(*) FROM facts")
            return [before, after, try notices.notices(limit: 9).count]
        }
        #expect(counts == [0, 0, 1])
        #expect(writer.stop(at: at(9), within: .seconds(10)))
    }

    @Test func `a reader of nothing or of something else says so plainly`() throws {
        let path = scratch.path + "/journal.sqlite"
        #expect(throws: JournalError.cannotCreate(path: path, reason: "it cannot be opened")) {
            try JournalReader(directory: scratch.path)
        }
        let other = try DatabaseQueue(path: path)
        try other.write { try $0.execute(sql: "CREATE TABLE other (a)") }
        try other.close()
        #expect(throws: JournalError.self) { try JournalReader(directory: scratch.path) }
    }
}

@Suite struct InputLogTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func market(_ sequence: UInt64) -> Event {
        Event(sequence: sequence, time: at(Int64(sequence)), body: .market(btc, .alive))
    }

    private func timer(_ sequence: UInt64) -> Event {
        Event(sequence: sequence, time: at(Int64(sequence)), body: .timer(.tick))
    }

    /// Runs of the journal: each a list of sequences with whether the event is market data with facts.
    private func write(_ runs: [[(UInt64, isMarket: Bool)]], firsts: [UInt64]) throws {
        for (run, first) in zip(runs, firsts) {
            let store = try JournalStore.open(directory: scratch.path)
            let recovery = try store.recover()
            let writer = try store.begin(
                Sample.run(first), after: recovery, onCommit: { _ in }, onStore: { _, _ in })
            for (sequence, isMarket) in run {
                let outcome = writer.append(
                    sequence: sequence, time: at(Int64(sequence)),
                    event: isMarket ? nil : .timer(.tick),
                    facts: [], actionsHash: sequence * 10, durability: .normal)
                #expect(outcome == .queued)
            }
            #expect(writer.stop(at: at(0), within: .seconds(10)))
        }
    }

    private func items(run: Int64, tape: [UInt64]) throws -> [InputLog<IndexingIterator<[Event]>>
        .Item]
    {
        var log = try InputLog(
            run: run, journal: JournalReader(directory: scratch.path),
            tape: tape.map(market).makeIterator())
        var items: [InputLog<IndexingIterator<[Event]>>.Item] = []
        while let item = try log.next() { items.append(item) }
        return items
    }

    @Test func `journal and tape are merged by sequence, with the hashes that are known`() throws {
        try write([[(2, false), (4, true), (5, false)]], firsts: [1])
        #expect(
            try items(run: 1, tape: [1, 3, 4, 6]) == [
                .event(market(1), actionsHash: nil), .event(timer(2), actionsHash: 20),
                .event(market(3), actionsHash: nil), .event(market(4), actionsHash: 40),
                .event(timer(5), actionsHash: 50), .event(market(6), actionsHash: nil),
            ])
    }

    @Test func `what neither has is a gap`() throws {
        try write([[(4, true), (5, false), (9, false)]], firsts: [1])
        #expect(
            try items(run: 1, tape: [2]) == [
                .gap(from: 1, to: 1), .event(market(2), actionsHash: nil), .gap(from: 3, to: 3),
                .gap(from: 4, to: 4), .event(timer(5), actionsHash: 50), .gap(from: 6, to: 8),
                .event(timer(9), actionsHash: 90),
            ])
    }

    @Test func `a run begins and ends where it did`() throws {
        try write([[(1, false)], [(4, false)], [(9, false)]], firsts: [1, 4, 7])
        #expect(
            try items(run: 2, tape: [2, 3, 5, 6, 7, 8]) == [
                .event(timer(4), actionsHash: 40), .event(market(5), actionsHash: nil),
                .event(market(6), actionsHash: nil),
            ])
        #expect(throws: JournalError.failed("the journal has no run 7; it has 3")) {
            try items(run: 7, tape: [])
        }
    }

    @Test func `a long log is read in pages without a seam`() throws {
        try write([(1...2_500).map { (UInt64($0), isMarket: false) }], firsts: [1])
        let items = try items(run: 1, tape: [])
        #expect(
            items == (1...2_500).map { .event(timer(UInt64($0)), actionsHash: UInt64($0) * 10) })
    }
}
