import DecisionCore
import Foundation
import Messages
import Testing
import Trading
import Wire

@testable import Service

extension RunningEngineTests {
    /// A whole engine in this process, told over its control socket what to do with one symbol.
    @Suite struct OneSymbolTests {
        @Test func `close closes one position over the socket and the engine stays open`() throws {
            let directory = try TestDirectory()
            let engine = try TestEngine(try TestEngine.configuration(directory))
            let client = try engine.control()
            try engine.waitForPosition(client)
            let symbol = try #require(try client.status()?.positions.first?.symbol)
            let ladder = try client.command(.close, id: "x1", symbol: symbol) {
                $0.has("completed")
            }
            #expect(ladder.symbol == symbol)
            #expect(
                Set(ladder.steps)
                    == [
                        "accepted", "ordersSent", "ordersGone", "positionsFlat",
                        "confirmedByVenue", "completed",
                    ])
            let unknown = try client.command(.close, id: "x2", symbol: "DOGEUSDT") {
                $0.refusal != nil
            }
            #expect(unknown.refusal == "the engine does not trade this symbol")
            #expect(try client.status()?.state == "open")
            let end = engine.stop()
            #expect(end.isClean)
            let outcome = try #require(end.outcome).engine
            #expect(outcome.trips.trips.contains { $0.exitReason == .operator })
        }

        @Test func `a symbol that was paused over the socket is paused after a restart`() throws {
            let directory = try TestDirectory()
            let configuration = try TestEngine.configuration(directory)
            var engine: TestEngine? = try TestEngine(configuration)
            let symbol: String
            do {
                let running = try #require(engine)
                let client = try running.control()
                try running.waitForPosition(client)
                symbol = try #require(try client.status()?.positions.first?.symbol)
                try client.command(.pause, id: "p1", symbol: symbol) { $0.has("completed") }
                let isShown = try eventually { try client.status()?.pausedSymbols == [symbol] }
                #expect(isShown)
                let end = running.stop()
                #expect(end.isClean)
            }
            engine = nil

            let again = try TestEngine(configuration)
            let client = try again.control()
            let isStillPaused = try eventually { try client.status()?.pausedSymbols == [symbol] }
            #expect(isStillPaused)
            let isRead = try eventually { try client.status()?.lastReconciledAgeMs != nil }
            #expect(isRead)
            #expect(try client.status()?.state == "open")
            try client.command(.resume, id: "r1", symbol: symbol) { $0.has("completed") }
            let isResumed = try eventually { try client.status()?.pausedSymbols == [] }
            #expect(isResumed)
        }
    }
}
