import Foundation
import GRDB
import Messages
import Risk
import Testing
import Trading

@testable import Journal

@Suite struct JournalWriterTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func query(_ sql: String) throws -> [Row] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(
            path: scratch.path + "/journal.sqlite", configuration: configuration)
        return try queue.read { try Row.fetchAll($0, sql: sql) }
    }

    /// Changes the file as somebody with `sqlite3` could.
    private func damage(_ sql: String) throws {
        let queue = try DatabaseQueue(path: scratch.path + "/journal.sqlite")
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: sql)
        }
        try queue.close()
    }

    @Test func `an empty journal recovers to nothing and is whole`() throws {
        let store = try JournalStore.open(directory: scratch.path)
        let recovery = try store.recover()
        #expect(recovery.state == RecoveredState())
        #expect(recovery.lastSequence == 0)
        #expect(recovery.lastRun == 0)
        #expect(recovery.endedCleanly)
        #expect(try store.verify() == nil)
    }

    @Test func `facts of every kind come back as they were and fold into the same state`() throws {
        let (writer, _) = try JournalStore.open(directory: scratch.path).beginAfterRecovery()
        writer.append(1, Sample.facts)
        writer.append(
            3, [.positionChanged(Sample.position()), .fill(btc, Sample.fill(12), nil, nil)])
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        var expected = RecoveredState()
        for fact in Sample.facts { expected.apply(fact) }
        expected.apply(.positionChanged(Sample.position()))
        expected.apply(.fill(btc, Sample.fill(12), nil, nil))

        let store = try JournalStore.open(directory: scratch.path)
        let recovery = try store.recover()
        #expect(recovery.state == expected)
        #expect(recovery.lastSequence == 3)
        #expect(recovery.lastTime == at(3))
        #expect(recovery.lastRun == 1)
        #expect(recovery.endedCleanly)
        #expect(recovery.chainBreak == nil)
        #expect(recovery.recentCommands == [Sample.commandID("c-1")])
        #expect(recovery.foldedFacts == 0, "the clean stop has written a checkpoint")
        #expect(try store.verify() == nil)
        let reader = try JournalReader(directory: scratch.path)
        #expect(try reader.state(atStartOf: 2) == expected)
        #expect(try reader.state(atStartOf: 1) == RecoveredState())
    }

    @Test func `what was committed is there when the engine is killed`() throws {
        let commits = Gate()
        let hold = Gate()
        var hooks = JournalHooks()
        hooks.beforeCommit = { upTo in if upTo == 2 { hold.waitUntilOpen() } }
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(hooks: hooks, onCommit: { commits.report($0.upTo) })
        writer.append(1, [.intent(Sample.order("nwa-1", state: .intended))])
        #expect(commits.wait(for: 1))
        #expect(writer.durableSequence == 1)
        writer.append(2, [.intent(Sample.order("nwa-2", state: .intended))])
        // The files as a power cut would leave them, with the second transaction under way.
        let copy = try Scratch()
        for name in ["journal.sqlite", "journal.sqlite-wal"] {
            try FileManager.default.copyItem(
                atPath: scratch.path + "/" + name, toPath: copy.path + "/" + name)
        }
        hold.open()
        #expect(writer.stop(at: at(9), within: .seconds(10)))

        let recovery = try JournalStore.open(directory: copy.path).recover()
        #expect(recovery.state.liveOrders == [Sample.order("nwa-1", state: .intended)])
        #expect(recovery.lastSequence == 1)
        #expect(!recovery.endedCleanly)
        #expect(recovery.chainBreak == nil)
    }

    @Test func `a torn write-ahead log loses only its unfinished end`() throws {
        let commits = Gate()
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(onCommit: { commits.report($0.upTo) })
        var sizes: [Int] = []
        for sequence: UInt64 in 1...5 {
            writer.append(sequence, [.notice(Notice(.feed, .info, "line \(sequence)"))])
            #expect(commits.wait(for: sequence))
            let attributes = try FileManager.default.attributesOfItem(
                atPath: scratch.path + "/journal.sqlite-wal")
            sizes.append(try #require(attributes[.size] as? Int))
        }
        let main = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/journal.sqlite"))
        let log = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/journal.sqlite-wal"))
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        for (count, size) in sizes.enumerated() {
            // Cut one byte short of commit `count + 1`: exactly the commits before it remain.
            let copy = try Scratch()
            try main.write(to: URL(fileURLWithPath: copy.path + "/journal.sqlite"))
            try log.prefix(size - 1).write(
                to: URL(fileURLWithPath: copy.path + "/journal.sqlite-wal"))
            let store = try JournalStore.open(directory: copy.path)
            let recovery = try store.recover()
            #expect(recovery.lastSequence == UInt64(count))
            #expect(try store.verify() == nil)
        }
    }

    @Test func `commits are grouped, reported in order and durable when asked`() throws {
        let commits = Gate()
        let hold = Gate()
        var hooks = JournalHooks()
        let began = Gate()
        hooks.beforeCommit = { upTo in
            began.report(upTo)
            if upTo == 1 { hold.waitUntilOpen() }
        }
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(
                hooks: hooks,
                onCommit: {
                    commits.report(
                        $0.upTo * 10 + ($0.isDurable ? 1 : 0) + UInt64($0.batches) * 1_000)
                })
        writer.append(1, [])
        #expect(began.wait(for: 1))
        #expect(writer.append(2, [], .normal) == .queued)
        #expect(writer.append(3, []) == .queued)
        #expect(writer.append(4, [], .normal) == .queued)
        hold.open()
        #expect(commits.wait(for: 3_041), "2, 3 and 4 share one durable transaction")
        writer.append(5, [], .normal)
        #expect(commits.wait(for: 1_050))
        #expect(writer.committedSequence == 5)
        #expect(writer.durableSequence == 4)
        #expect(writer.stop(at: at(9), within: .seconds(10)))
    }

    @Test func `a commit that hangs is called slow while it hangs, and holds nobody up`() throws {
        let reports = Gate()
        let hold = Gate()
        var hooks = JournalHooks()
        hooks.beforeCommit = { upTo in if upTo == 1 { hold.waitUntilOpen() } }
        var limits = JournalLimits()
        limits.slowAfter = .milliseconds(20)
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(
                limits: limits, hooks: hooks,
                onStore: { report, _ in reports.report(report.number) })
        writer.append(1, Sample.facts)
        #expect(reports.wait(for: StoreReport.slow.number))
        #expect(writer.append(2, []) == .queued)
        #expect(writer.status.pending == 2)
        #expect(writer.status.health == .slow)
        #expect(writer.committedSequence == 0)
        hold.open()
        #expect(reports.wait { $0 == [StoreReport.slow.number, StoreReport.healthy.number] })
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        #expect(writer.committedSequence == 2)
    }

    @Test(
        arguments: [
            (ResultCode.SQLITE_FULL, JournalError.diskFull),
            (.SQLITE_READONLY, .readOnly),
            (.SQLITE_IOERR, .failed("")),
            (.SQLITE_BUSY, .locked),
        ])
    func `a commit that fails is kept and done later`(code: ResultCode, error: JournalError) throws
    {
        let reports = Gate()
        let commits = Gate()
        let failures = Gate()
        var hooks = JournalHooks()
        let isBroken = Flag(true)
        hooks.beforeCommit = { upTo in
            if isBroken.value {
                failures.report(upTo)
                throw DatabaseError(resultCode: code, message: "planted")
            }
        }
        var limits = JournalLimits()
        limits.retryAfter = .milliseconds(1)
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(
                limits: limits, hooks: hooks, onCommit: { commits.report($0.upTo) },
                onStore: { report, _ in reports.report(report.number) })
        writer.append(1, Sample.facts)
        #expect(failures.wait { $0.count >= 3 })
        #expect(writer.append(2, []) == .queued)
        #expect(writer.committedSequence == 0)
        if code != .SQLITE_BUSY {
            #expect(reports.wait(for: StoreReport.failed.number))
            if code != .SQLITE_IOERR { #expect(writer.status.error == error) }
        }
        isBroken.value = false
        #expect(commits.wait(for: 2))
        if code != .SQLITE_BUSY { #expect(reports.wait(for: StoreReport.healthy.number)) }
        #expect(writer.status.failures >= 3)
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        let store = try JournalStore.open(directory: scratch.path)
        #expect(try store.verify() == nil)
        #expect(try store.recover().lastSequence == 2)
    }

    @Test func `a commit that reported an error although it happened is not done twice`() throws {
        let commits = Gate()
        var hooks = JournalHooks()
        let isBroken = Flag(true)
        hooks.afterCommit = { _ in
            if isBroken.value {
                isBroken.value = false
                throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC, message: "planted")
            }
        }
        var limits = JournalLimits()
        limits.retryAfter = .milliseconds(1)
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(limits: limits, hooks: hooks, onCommit: { commits.report($0.upTo) })
        writer.append(1, Sample.facts)
        writer.append(2, [.notice(Notice(.store, .info, "after the error"))])
        #expect(commits.wait(for: 2))
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        #expect(
            try query("SELECT count(*) AS n FROM facts")[0]["n"] as Int == Sample.facts.count + 1)
        #expect(try JournalStore.open(directory: scratch.path).verify() == nil)
    }

    @Test func `a full queue refuses this batch and all that follow, never leaving a hole`() throws
    {
        let hold = Gate()
        var hooks = JournalHooks()
        hooks.beforeCommit = { upTo in if upTo == 1 { hold.waitUntilOpen() } }
        var limits = JournalLimits()
        limits.maxPending = 3
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(limits: limits, hooks: hooks)
        let outcomes = (1...5).map { writer.append(UInt64($0), []) }
        #expect(outcomes == [.queued, .queued, .queued, .refused, .refused])
        hold.open()
        #expect(writer.append(6, []) == .refused)
        #expect(!writer.stop(at: at(9), within: .seconds(10)), "three batches were not recorded")
        #expect(writer.status.refused == 3)
        #expect(try JournalStore.open(directory: scratch.path).recover().lastSequence == 3)
    }

    @Test func `a deleted journal is noticed and never written as a file without a name`() throws {
        let reports = Gate()
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(onStore: { report, _ in reports.report(report.number) })
        try FileManager.default.removeItem(atPath: scratch.path + "/journal.sqlite")
        writer.append(1, Sample.facts)
        #expect(reports.wait(for: StoreReport.failed.number))
        #expect(writer.status.error == .fileGone(path: scratch.path + "/journal.sqlite"))
        #expect(writer.committedSequence == 0)
        #expect(!writer.stop(at: at(9), within: .milliseconds(1)))
    }

    @Test func `a probability that is not a number is recorded and does not stop the store`() throws
    {
        let (writer, _) = try JournalStore.open(directory: scratch.path).beginAfterRecovery()
        var decision = Sample.decision(.belowThreshold)
        decision.longProbability = .nan
        decision.shortProbability = -.infinity
        writer.append(1, [.decision(decision)])
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        let recovery = try JournalStore.open(directory: scratch.path).recover()
        #expect(recovery.chainBreak == nil)
        #expect(recovery.state.decisions[0].longProbability.isNaN)
        #expect(recovery.state.decisions[0].shortProbability == -.infinity)
    }

    @Test func `a killed run is folded from the last checkpoint on`() throws {
        let commits = Gate()
        let checkpoints = Gate()
        var hooks = JournalHooks()
        hooks.afterCheckpoint = { checkpoints.report(1) }
        var limits = JournalLimits()
        limits.checkpointEvery = 10
        let (writer, _) = try JournalStore.open(directory: scratch.path)
            .beginAfterRecovery(limits: limits, hooks: hooks, onCommit: { commits.report($0.upTo) })
        writer.append(1, Sample.facts)
        #expect(checkpoints.wait(for: 1))
        writer.append(2, [.tradeClosed(Sample.trade(net: 7, closed: 100))], .normal)
        #expect(commits.wait(for: 2))
        let recovery = try JournalStore.open(directory: scratch.path).recover()
        #expect(recovery.foldedFacts == 1)
        #expect(recovery.state.trades.map(\.netPnL) == [Money(whole: 5), Money(whole: 7)])
        #expect(!recovery.endedCleanly)
        #expect(writer.stop(at: at(9), within: .seconds(10)))
    }

    @Test(
        arguments: [
            (
                "UPDATE facts SET payload = replace(payload, 'people', 'peopl3') WHERE fact = 17",
                ChainBreak(kind: .changed, sequence: 1, fact: 17)
            ),
            (
                "UPDATE facts SET ordinal = 99 WHERE fact = 19",
                ChainBreak(kind: .changed, sequence: 2, fact: 19)
            ),
            (
                "UPDATE events SET time_ns = time_ns + 1 WHERE sequence = 2",
                ChainBreak(kind: .changed, sequence: 2, fact: nil)
            ),
            (
                "UPDATE events SET actions_hash = NULL WHERE sequence = 1",
                ChainBreak(kind: .changed, sequence: 1, fact: nil)
            ),
            (
                "DELETE FROM facts WHERE fact = 4",
                ChainBreak(kind: .missingRows, sequence: 1, fact: 4)
            ),
            (
                "DELETE FROM events WHERE sequence = 2",
                ChainBreak(kind: .missingRows, sequence: 3, fact: nil)
            ),
            (
                "DELETE FROM events WHERE sequence = 3",
                ChainBreak(kind: .changed, sequence: 3, fact: 20)
            ),
        ])
    func `a changed or lost row is found where it is`(sql: String, place: ChainBreak) throws {
        let (writer, _) = try JournalStore.open(directory: scratch.path).beginAfterRecovery()
        writer.append(1, Sample.facts)
        writer.append(2, [.notice(Notice(.feed, .info, "two"))])
        writer.append(3, [.notice(Notice(.feed, .info, "three"))])
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        try damage(sql)
        let store = try JournalStore.open(directory: scratch.path)
        #expect(try store.verify() == place)
        try damage("DELETE FROM checkpoints")
        let recovery = try store.recover()
        #expect(recovery.chainBreak == place)
        #expect(throws: JournalError.damaged(place)) {
            _ = try store.begin(
                Sample.run(recovery.lastSequence + 1), after: recovery, onCommit: { _ in },
                onStore: { _, _ in })
        }
    }

    @Test func `a damaged checkpoint is passed over`() throws {
        let (writer, _) = try JournalStore.open(directory: scratch.path).beginAfterRecovery()
        writer.append(1, Sample.facts)
        #expect(writer.stop(at: at(9), within: .seconds(10)))
        try damage("UPDATE checkpoints SET state = replace(state, '10005', '99999')")
        let recovery = try JournalStore.open(directory: scratch.path).recover()
        #expect(recovery.state.account == Sample.account(10_005))
        #expect(recovery.foldedFacts == Sample.facts.count)
        #expect(recovery.chainBreak == nil)
    }

    @Test func `runs are numbered and the chain goes on over a restart`() throws {
        for number: Int64 in 1...3 {
            let store = try JournalStore.open(directory: scratch.path)
            let (writer, recovery) = try store.beginAfterRecovery()
            #expect(writer.run == number)
            #expect(recovery.lastRun == number - 1)
            writer.append(
                recovery.lastSequence + 1, [.notice(Notice(.session, .info, "run \(number)"))])
            #expect(writer.stop(at: at(number), within: .seconds(10)))
        }
        #expect(try JournalStore.open(directory: scratch.path).verify() == nil)
        let runs = try JournalReader(directory: scratch.path).runs()
        #expect(runs.map(\.run) == [1, 2, 3])
        #expect(runs.map(\.description.firstSequence) == [1, 2, 3])
        #expect(runs.map(\.endTime) == [at(1), at(2), at(3)])
        #expect(runs[0].description == Sample.run())
    }
}

extension StoreReport {
    /// For `Gate`, which carries numbers.
    var number: UInt64 {
        switch self {
        case .healthy: 1
        case .slow: 2
        case .failed: 3
        }
    }
}

/// A truth that two threads share.
final class Flag: @unchecked Sendable {
    private let lock = NSLock()
    private var stored: Bool
    init(_ value: Bool) { stored = value }
    var value: Bool {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }
}
