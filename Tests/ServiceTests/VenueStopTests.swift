import DecisionCore
import ExchangeServer
import Foundation
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// Engines that are asked to end while an order is on its way.
    @Suite struct VenueStopTests {
        @Test func `an engine that is ended between a fill and its stop waits for the stop`() throws
        {
            // So that the word about the stop is on its way for a while.
            let exchange = try TestExchange(
                faults: """
                    {"at": 1, "for": 600, "fault": "slow", "milliseconds": 400, "request": "POST /fapi/v1/algoOrder"}
                    {"at": 1, "for": 600, "fault": "late", "milliseconds": 200, "stream": "user"}
                    """)
            let directory = try TestDirectory()
            let engine = try TestEngine(try exchange.configuration(directory))
            let client = try engine.control()
            // The engine knows of the fill and of no stop.
            let isOpen = try eventually(within: 30) {
                guard let report = try client.status() else { return false }
                return report.positions.contains { !$0.protection.isProven }
            }
            #expect(isOpen)
            let end = engine.stop()
            #expect(end.isClean)
            let core = try #require(end.outcome).engine
            #expect(core.symbols.indices.allSatisfy { core.protection($0)?.naked == .zero })
            let witness = try exchange.witness()
            #expect(witness.holdings.count == 1)
            #expect(witness.holdings.allSatisfy { $0.stopQuantity >= $0.quantity })
            try exchange.stop()
        }
    }
}
