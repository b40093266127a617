import Foundation
import Journal
import Messages
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// Engines that die without a word, and what the next one makes of what is left.
    @Suite struct CrashTests {
        enum When: Sendable {
            /// So long after the sockets are there, whatever is going on.
            case after(milliseconds: UInt32)
            /// As soon as a position is open, protected or not.
            case positionOpen
            /// As soon as its stop is known to be there.
            case positionProtected
            /// As soon as a kill is acknowledged.
            case killAccepted
        }

        private func recovered(_ path: String) throws -> Recovery {
            let store = try JournalStore.open(directory: path)
            let recovery = try store.recover()
            #expect(try store.verify() == nil)
            try store.close()
            return recovery
        }

        /// No order twice, no fill twice, and the fills add up to what is open.
        private func checkHistory(_ path: String) throws -> Quantity {
            var sent: Set<ClientOrderID> = []
            var accepted: [VenueOrderID: ClientOrderID] = [:]
            var trades: Set<Int64> = []
            var net: Int64 = 0
            for entry in try JournalReader(directory: path).venueHistory() {
                switch entry {
                case .sent(let request):
                    #expect(sent.insert(request.clientOrderID).inserted, "sent twice: \(request)")
                case .order(let report):
                    switch report.kind {
                    case .accepted(let id):
                        // An order that was asked for is told again, never another one under its id.
                        let first = accepted[id] ?? report.clientOrderID
                        #expect(first == report.clientOrderID, "a venue id twice: \(id)")
                        accepted[id] = first
                        #expect(sent.contains(report.clientOrderID))
                    case .filled(let fill):
                        #expect(trades.insert(fill.tradeID).inserted, "a fill twice: \(fill)")
                        net += fill.side == .buy ? fill.quantity.units : -fill.quantity.units
                    case .rejected, .canceled, .expired, .triggered, .cancelRejected,
                        .outcomeUnknown,
                        .withheld:
                        break
                    }
                case .account(.forcedFill(_, let fill)):
                    net += fill.side == .buy ? fill.quantity.units : -fill.quantity.units
                case .account: break
                }
            }
            return Quantity(units: abs(net))
        }

        @Test(arguments: [
            (When.after(milliseconds: 700), UInt64(2)),
            (.positionOpen, 3), (.positionProtected, 4), (.killAccepted, 5),
        ])
        func `after a kill -9 everything is as recorded, once, and protected`(
            when: When, seed: UInt64
        )
            throws
        {
            let directory = try TestDirectory()
            let state = directory.path + "/state"
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            do {
                let child = try EngineProcess.simulated(directory, timeScale: 120, seed: seed)
                let client = try SocketClient(child.ready.controlSocket)
                switch when {
                case .after(let milliseconds): usleep(milliseconds * 1_000)
                case .positionOpen:
                    let isOpen = try eventually { try client.status()?.positions.isEmpty == false }
                    #expect(isOpen)
                case .positionProtected:
                    let isProtected = try eventually {
                        try client.status()?.positions.contains { $0.protection.isProven } == true
                    }
                    #expect(isProtected)
                case .killAccepted:
                    let isOpen = try eventually { try client.status()?.positions.isEmpty == false }
                    #expect(isOpen)
                    // Acknowledged and on disk: from here on it must not be lost.
                    try client.command(.kill, id: "k1") { $0.rung("accepted")?.durable == true }
                }
                _ = child.end(SIGKILL)
            }
            let before = try recovered(state)
            #expect(!before.endedCleanly)
            let open = try checkHistory(state)
            #expect((before.state.positions.first?.quantity ?? .zero) == open)
            let audit = try Audit(directory: state)
            #expect(!audit.wasEnded)
            #expect(audit.difference == nil, "\(audit)")
            #expect(audit.compared > 0 || audit.gaps.count > 0 || before.lastSequence == 0)
            let file = try #require(try EngineFile.read(from: state))
            #expect(kill(file.pid, 0) != 0, "the file that was left behind names a dead process")

            let began = Moment.now()
            let child = try EngineProcess.simulated(directory, timeScale: 1, seed: seed)
            let client = try SocketClient(child.ready.controlSocket)
            let isSettled = try eventually(within: 5) {
                guard let report = try client.status(), report.lastReconciledAgeMs != nil else {
                    return false
                }
                if case .killAccepted = when { return report.latched && report.positions.isEmpty }
                return report.positions.count == before.state.positions.count
                    && report.positions.allSatisfy { $0.protection.isProven }
            }
            let said = try String(contentsOfFile: directory.path + "/engine.log", encoding: .utf8)
            #expect(isSettled, "\(said)")
            #expect(Moment.now() - began < 5_000_000_000)
            #expect(child.end(SIGTERM) == 0)
            #expect(try EngineFile.read(from: state) == nil)
            let after = try recovered(state)
            #expect(after.endedCleanly)
            let stillOpen = try checkHistory(state)
            #expect((after.state.positions.first?.quantity ?? .zero) == stillOpen)
            #expect(after.state.trades.starts(with: before.state.trades))
            if case .killAccepted = when {
                #expect(stillOpen == .zero)
                #expect(after.state.gate == .latched)
            } else {
                #expect(stillOpen == open)
                let account = before.state.account?.walletBalance
                #expect(account == nil || after.state.account?.walletBalance == account)
                #expect(after.state.gate == .open)
            }
            let log = try String(contentsOfFile: directory.path + "/engine.log", encoding: .utf8)
            #expect(!log.contains("differs"), "\(log)")
            #expect(!log.contains("found a position"), "\(log)")
        }

        @Test func `SIGTERM under load ends cleanly and SIGUSR1 kills`() throws {
            let directory = try TestDirectory()
            try FileManager.default.createDirectory(
                atPath: directory.path + "/state", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            // As fast as it is allowed to be: in a debug build the market lane is never empty.
            let child = try EngineProcess.simulated(directory, timeScale: 200, seed: 7)
            let client = try SocketClient(child.ready.controlSocket)
            let isRunning = try eventually { try client.status()?.lastReconciledAgeMs != nil }
            #expect(isRunning)
            kill(child.process.processIdentifier, SIGUSR1)
            let isKilled = try eventually { try client.status()?.latched == true }
            #expect(isKilled)
            let began = Moment.now()
            #expect(child.end(SIGTERM) == 0)
            #expect(Moment.now() - began < 8_000_000_000)
            let recovery = try recovered(directory.path + "/state")
            #expect(recovery.endedCleanly)
            #expect(recovery.state.gate == .latched)
        }
    }
}
