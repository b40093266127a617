import DecisionCore
import Foundation
import Journal
import Messages
import Synchronization
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// A whole engine in this process, killed over its control socket.
    @Suite struct KillTests {
        @Test func `a kill blocks, closes, confirms, latches, and outlives a restart`() throws {
            let directory = try TestDirectory()
            let configuration = try TestEngine.configuration(directory)
            var engine: TestEngine? = try TestEngine(configuration)
            let before: Engine
            do {
                let running = try #require(engine)
                let client = try running.control()
                try running.waitForPosition(client)
                let ladder = try client.command(.kill, id: "k1") { $0.has("completed") }
                #expect(ladder.steps.first == "accepted")
                #expect(
                    Set(ladder.steps)
                        == [
                            "accepted", "entriesBlocked", "ordersSent", "ordersGone",
                            "positionsFlat",
                            "confirmedByVenue", "latched", "completed",
                        ])
                #expect(ladder.refusal == nil)
                #expect(LatchFile.isSet(in: directory.path))
                let end = running.stop()
                #expect(end.isClean)
                before = try #require(end.outcome).engine
            }
            engine = nil
            #expect(before.openPositions == 0)
            #expect(before.gate.state == .latched)
            #expect(!before.trips.trips.isEmpty)

            let again = try TestEngine(configuration)
            #expect(again.runner.ready.latched)
            let client = try again.control()
            let isRead = try eventually { try client.status()?.lastReconciledAgeMs != nil }
            #expect(isRead)
            #expect(try client.status()?.latched == true)
            #expect(throws: SocketClient.Failure.self) {
                try client.command(.resume, id: "r0", within: 1) { $0.has("completed") }
            }
            let wrong = try client.command(.arm, id: "a1", name: "tset") { $0.refusal != nil }
            #expect(wrong.refusal?.contains("this engine is called test") == true)
            #expect(try client.status()?.latched == true)
            let afterWrong = again.log.count(of: "kill accepted")
            #expect(afterWrong == 0, "a latch that is known is not another kill")
            try client.command(.arm, id: "a2", name: "test") { $0.has("completed") }
            #expect(!LatchFile.isSet(in: directory.path))
            let isPaused = try eventually { try client.status()?.state == "paused" }
            #expect(isPaused)
            let outcome = try #require(again.stop().outcome).engine
            #expect(outcome.account.walletBalance == before.account.walletBalance)
            #expect(outcome.trips.trips == before.trips.trips)
            #expect(outcome.openPositions == 0)
            #expect(outcome.gate.state == .paused)
            #expect(!again.log.has("differs"))
        }

        @Test
        func `a position, its stop, the wallet and the history are as before after a restart`()
            throws
        {
            let directory = try TestDirectory()
            var configuration = try TestEngine.configuration(directory)
            var engine: TestEngine? = try TestEngine(configuration)
            let before: Engine
            do {
                let running = try #require(engine)
                try running.waitForPosition(try running.control())
                let end = running.stop()
                #expect(end.isClean)
                before = try #require(end.outcome).engine
            }
            engine = nil
            let record = try #require(before.symbols[0].position?.record)

            // In real time nothing much can happen to it.
            configuration.timeScale = 1
            let again = try TestEngine(configuration)
            let client = try again.control()
            let isProven = try eventually {
                guard let report = try client.status(), report.lastReconciledAgeMs != nil else {
                    return false
                }
                return report.positions.count == 1 && report.positions[0].protection.isProven
            }
            #expect(isProven, "\(again.log.all)")
            let after = try #require(again.stop().outcome).engine
            let kept = try #require(after.symbols[0].position?.record)
            #expect(kept.quantity == record.quantity)
            #expect(kept.cost == record.cost)
            #expect(kept.stopPrice == record.stopPrice)
            #expect(kept.realizedPnL == record.realizedPnL)
            #expect(kept.openedTime == record.openedTime)
            #expect(after.account.walletBalance == before.account.walletBalance)
            #expect(after.trips.trips == before.trips.trips)
            #expect(after.counters.longestNaked == .zero)
            #expect(!again.log.has("differs"))
            #expect(!again.log.has("found a position"))
        }

        @Test func `halt keeps the position, also over a restart`() throws {
            let directory = try TestDirectory()
            var configuration = try TestEngine.configuration(directory)
            var engine: TestEngine? = try TestEngine(configuration)
            do {
                let running = try #require(engine)
                let client = try running.control()
                try running.waitForPosition(client)
                try client.command(.halt, id: "h1") { $0.has("latched") }
                let outcome = try #require(running.stop().outcome).engine
                try #require(outcome.openPositions == 1)
            }
            engine = nil
            configuration.timeScale = 1
            let again = try TestEngine(configuration)
            #expect(again.runner.ready.latched)
            let client = try again.control()
            let isRead = try eventually { try client.status()?.lastReconciledAgeMs != nil }
            #expect(isRead)
            // The keeper looks five times a second.
            let keeps = try eventually(within: 0.5) { try client.status()?.positions.count != 1 }
            #expect(!keeps, "the position was closed: \(again.log.all)")
            let outcome = try #require(again.stop().outcome).engine
            #expect(outcome.openPositions == 1)
            #expect(outcome.gate.state == .latched)
        }

        @Test func `a KILL file planted by hand closes everything and latches`() throws {
            let directory = try TestDirectory()
            let engine = try TestEngine(TestEngine.configuration(directory))
            let client = try engine.control()
            try engine.waitForPosition(client)
            try Data().write(to: URL(filePath: directory.path + "/KILL"))
            let isKilled = try eventually {
                guard let report = try client.status() else { return false }
                return report.latched && report.positions.isEmpty
            }
            #expect(isKilled)
            let outcome = try #require(engine.stop().outcome).engine
            #expect(outcome.gate.state == .latched)
            #expect(outcome.openPositions == 0)
            #expect(engine.log.count(of: "kill accepted") == 1)
        }

        @Test func `a KILL file that waits at the start lets nothing in`() throws {
            let directory = try TestDirectory()
            try Data().write(to: URL(filePath: directory.path + "/KILL"))
            let engine = try TestEngine(TestEngine.configuration(directory))
            #expect(engine.runner.ready.latched)
            let client = try engine.control()
            let isLatched = try eventually { try client.status()?.latched == true }
            #expect(isLatched)
            let outcome = try #require(engine.stop().outcome).engine
            #expect(outcome.gate.state == .latched)
            #expect(outcome.counters.entriesSubmitted == 0)
        }

        @Test func `a kill that meets an entry on its way withholds it or closes it`() throws {
            let directory = try TestDirectory()
            let disk = Disk()
            disk.become(.slow(seconds: 0.3))
            let caught = Atomic<Int>(0)
            // An entry waits for its commit; in this engine time it is told unknown long before.
            let engine = try TestEngine(
                try TestEngine.configuration(directory), hooks: disk.hooks,
                onLog: { line in
                    guard line.contains("outcome unknown") else { return }
                    caught.wrappingAdd(1, ordering: .relaxed)
                    disk.become(.hanging)
                })
            let isCaught = eventually {
                caught.load(ordering: .relaxed) > 0 && disk.hangingCommits > 0
            }
            try #require(isCaught, "no entry came: \(engine.log.all)")
            // Who connects and says nothing for five seconds is dropped, so not before there is something to say.
            let client = try engine.control()
            let early = try client.command(.kill, id: "k1") {
                $0.has("entriesBlocked") && $0.has("positionsFlat")
            }
            #expect(early.rung("accepted")?.durable == false)
            #expect(early.positionsNow == 0)
            disk.become(.well)
            try client.follow("k1") { $0.has("completed") }
            let outcome = try #require(engine.stop().outcome).engine
            #expect(outcome.counters.withheld >= 1)
            #expect(outcome.openPositions == 0)
            #expect(outcome.orders.live.isEmpty)
            #expect(outcome.gate.state == .latched)
            #expect(outcome.counters.fills == 0)
        }

        @Test func `a kill gets through stuck clients and a flood of commands`() throws {
            let directory = try TestDirectory()
            let engine = try TestEngine(TestEngine.configuration(directory))
            let client = try engine.control()
            try engine.waitForPosition(client)
            // They ask for everything as fast as it goes and read nothing of it.
            var stuck: [SocketClient] = []
            for _ in 0..<8 {
                for path in [engine.runner.ready.viewSocket, engine.runner.ready.controlSocket] {
                    let one = try SocketClient(path)
                    for _ in 0..<4 {
                        try one.send(
                            .subscribe(SubscribeRequest(topics: Topic.allCases, maxRateHz: 20)))
                    }
                    stuck.append(one)
                }
            }
            for number in 0..<80 {
                let verb: CommandVerb = number.isMultiple(of: 2) ? .resume : .arm
                try stuck[1].send(
                    .command(
                        CommandRequest(verb: verb, id: "f\(number)", name: verb == .arm ? "x" : nil)
                    ))
            }
            let ladder = try client.command(.kill, id: "k1") { $0.has("completed") }
            #expect(ladder.steps.first == "accepted")
            #expect((ladder.rung("accepted")?.afterMs ?? .infinity) < 100)
            let outcome = try #require(engine.stop().outcome).engine
            #expect(outcome.openPositions == 0)
            withExtendedLifetime(stuck) {}
        }

        @Test func `a kill in one batch with a hundred other commands keeps its ladder`() throws {
            let directory = try TestDirectory()
            let engine = try TestEngine(TestEngine.configuration(directory))
            let client = try engine.control()
            try engine.waitForPosition(client)
            try client.send(.command(CommandRequest(verb: .kill, id: "k1")))
            for number in 0..<90 {
                try client.send(.command(CommandRequest(verb: .resume, id: "f\(number)")))
            }
            let ladder = try client.follow("k1") { $0.has("completed") }
            #expect(ladder.steps.first == "accepted")
            engine.stop()
        }
    }
}
