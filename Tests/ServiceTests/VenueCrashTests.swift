import ExchangeServer
import Foundation
import Journal
import Messages
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// Engines that die at any moment of an order's life, while the venue goes on without them.
    @Suite struct VenueCrashTests {
        /// `make crashes` asks for 200.
        private static let crashes =
            ProcessInfo.processInfo.environment["NARWHAL_CRASHES"].flatMap { Int($0) } ?? 6

        @Test
        func `whenever an engine is killed, the next one finds everything, once, and guards it`()
            throws
        {
            let exchange = try TestExchange(speed: 40)
            let directory = try TestDirectory()
            let state = directory.path + "/state"
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let text = try exchange.configurationText(directory)
            var chance = SplitMix(state: 20_261_121)
            var protectedAfter: [Double] = []
            var open = 0
            for number in 0..<Self.crashes {
                let child = try EngineProcess(directory, text, model: TestEngine.restlessModel)
                let ready = Moment.now()
                // Whatever was open when the last one died is covered again, whole, soon.
                let before = try exchange.witness()
                if !before.holdings.isEmpty { open += 1 }
                let isGuarded = try eventually(within: 5) {
                    try exchange.witness().holdings.allSatisfy { $0.stopQuantity >= $0.quantity }
                }
                let said = try String(
                    contentsOfFile: directory.path + "/engine.log", encoding: .utf8)
                #expect(isGuarded, "crash \(number): \(said.suffix(2_000))")
                if !before.holdings.isEmpty {
                    protectedAfter.append(Double(Moment.now() - ready) / 1e9)
                }
                usleep(UInt32(50_000 + chance.next() % 3_000_000))
                _ = child.end(SIGKILL)
            }
            let child = try EngineProcess(directory, text, model: TestEngine.restlessModel)
            let client = try SocketClient(child.ready.controlSocket)
            let isRead = try eventually(within: 20) {
                guard let report = try client.status() else { return false }
                return report.unknownOrders == 0 && report.lastReconciledAgeMs != nil
            }
            #expect(isRead)
            let kill: CommandTopic
            do {
                kill = try client.command(.kill, id: "kill", within: 30) { $0.has("completed") }
            } catch {
                let log = try String(
                    contentsOfFile: directory.path + "/engine.log", encoding: .utf8)
                let report = try client.status()
                Issue.record("\(error) \(report.debugDescription) \(log.suffix(4_000))")
                return
            }
            #expect(kill.has("confirmedByVenue"))
            let witness = try exchange.witness()
            #expect(witness.holdings == [])
            #expect(witness.repeatedOrderIDs == [])
            #expect(child.end(SIGTERM) == 0)

            let store = try JournalStore.open(directory: state)
            #expect(try store.verify() == nil)
            let wallet = try #require(try store.recover().state.account?.walletBalance)
            // The venue tells eight decimals and keeps more.
            let difference = wallet - (try exchange.witness()).walletBalance
            #expect(difference.magnitude < Money(units: 1_000_000_000))
            try store.close()
            // Nothing that raises risk ever left without its record.
            var sent: Set<String> = []
            for entry in try JournalReader(directory: state).venueHistory() {
                if case .sent(let request) = entry {
                    let isNew = sent.insert(request.clientOrderID.description).inserted
                    #expect(isNew, "recorded twice: \(request)")
                }
            }
            #expect(Set(witness.entryOrderIDs).subtracting(sent) == [])
            #expect(!witness.entryOrderIDs.isEmpty)
            try exchange.stop()
            if let path = ProcessInfo.processInfo.environment["NARWHAL_TRIALS"],
                let file = fopen(path, "a")
            {
                let sorted = protectedAfter.sorted()
                let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
                fputs(
                    "\(Self.crashes) kills: \(witness.ordersTaken) orders, \(witness.fills) fills, \(open) restarts with a position, covered after the ready line: median \(median) s, most \(sorted.last ?? 0) s\n",
                    file)
                fclose(file)
            }
        }
    }
}

/// Chance that is the same in every run.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
