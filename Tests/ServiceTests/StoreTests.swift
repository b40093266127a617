import DecisionCore
import Foundation
import Journal
import Messages
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// What a slow or failing store does to a whole engine.
    @Suite struct StoreTests {
        @Test func `with commits that hang a kill is taken at once, closes and latches`() throws {
            let directory = try TestDirectory()
            let disk = Disk()
            let configuration = try TestEngine.configuration(directory)
            let engine = try TestEngine(configuration, hooks: disk.hooks)
            let client = try engine.control()
            try engine.waitForPosition(client)
            disk.become(.hanging)
            let isHanging = eventually { disk.hangingCommits > 0 }
            #expect(isHanging)
            let early = try client.command(.kill, id: "k1") {
                $0.has("confirmedByVenue") && $0.has("latched")
            }
            // Not one commit has come through since before the kill.
            #expect(disk.hangingCommits > 0)
            for step in ["accepted", "entriesBlocked", "positionsFlat", "latched"] {
                #expect(early.rung(step)?.durable == false, "\(step)")
            }
            #expect(early.positionsNow == 0)
            #expect(LatchFile.isSet(in: directory.path))
            let isSlow = eventually { engine.log.has("the store is slow") }
            #expect(isSlow)
            disk.become(.well)
            try client.follow("k1") { $0.rung("completed")?.durable == true }
            let end = engine.stop()
            #expect(end.isClean)
            let outcome = try #require(end.outcome)
            #expect(outcome.engine.gate.state == .latched)
            #expect(outcome.engine.openPositions == 0)
            #expect(engine.runner.sentBeforeCommit > 0)
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit)")
            #expect(audit.stateHash == outcome.engine.stateHash)
            #expect(audit.factHash == outcome.engine.factHash)
        }

        @Test func `while the store hangs no entry leaves, and afterwards they do again`() throws {
            let directory = try TestDirectory()
            let disk = Disk()
            let engine = try TestEngine(TestEngine.configuration(directory), hooks: disk.hooks)
            let client = try engine.control()
            let isRead = try eventually { try client.status()?.lastReconciledAgeMs != nil }
            #expect(isRead)
            disk.become(.hanging)
            let isSlow = eventually { engine.log.has("the store is slow") }
            #expect(isSlow)
            let fills = engine.log.count(of: " FILL ")
            // Several decisions long.
            let hasFilled = eventually(within: 1.5) { engine.log.count(of: " FILL ") > fills }
            #expect(!hasFilled, "\(engine.log.all)")
            disk.become(.well)
            let isHealthy = eventually { engine.log.has("the store is healthy again") }
            #expect(isHealthy)
            try engine.waitForPosition(client)
            #expect(engine.stop().isClean)
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit)")
        }

        @Test func `with a store that fails exits and kill work, and it recovers when it heals`()
            throws
        {
            let directory = try TestDirectory()
            let disk = Disk()
            let engine = try TestEngine(TestEngine.configuration(directory), hooks: disk.hooks)
            let client = try engine.control()
            try engine.waitForPosition(client)
            disk.become(.failing)
            let isFailed = eventually { engine.log.has("the store cannot be written") }
            #expect(isFailed)
            try client.command(.flatten, id: "f1") { $0.has("confirmedByVenue") }
            try client.command(.kill, id: "k1") { $0.has("latched") && $0.has("confirmedByVenue") }
            #expect(client.ladders["k1"]?.rung("accepted")?.durable == false)
            disk.become(.well)
            let isHealthy = eventually { engine.log.has("the store is healthy again") }
            #expect(isHealthy)
            try client.follow("k1") { $0.rung("completed")?.durable == true }
            try client.command(.arm, id: "a1", name: "test") { $0.has("completed") }
            try client.command(.resume, id: "r1") { $0.has("completed") }
            try engine.waitForPosition(client)
            let end = engine.stop()
            #expect(end.isClean)
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit)")
            #expect(audit.stateHash == end.outcome?.engine.stateHash)
        }

        @Test func `a journal that took too much for its queue ends the trading of this run`()
            throws
        {
            let directory = try TestDirectory()
            let disk = Disk()
            var limits = JournalLimits()
            limits.maxPending = 300
            var engine: TestEngine? = try TestEngine(
                TestEngine.configuration(directory), limits: limits, hooks: disk.hooks)
            do {
                let running = try #require(engine)
                let client = try running.control()
                try running.waitForPosition(client)
                disk.become(.hanging)
                let isLost = eventually { running.log.has("the store cannot be written") }
                #expect(isLost)
                disk.become(.well)
                try client.command(.kill, id: "k1") {
                    $0.has("confirmedByVenue") && $0.has("latched")
                }
                #expect(!running.log.has("the store is healthy again"))
                let end = running.stop()
                #expect(!end.isClean)
                #expect(end.outcome?.engine.openPositions == 0)
            }
            engine = nil
            // The record ends before the kill; the latch file does not.
            let again = try TestEngine(TestEngine.configuration(directory))
            #expect(again.runner.ready.latched)
            let client = try again.control()
            let isFlat = try eventually {
                guard let report = try client.status(), report.lastReconciledAgeMs != nil else {
                    return false
                }
                return report.latched && report.positions.isEmpty
            }
            #expect(isFlat)
            #expect(again.stop().isClean)
        }
    }
}
