import DecisionCore
import ExchangeServer
import Foundation
import Messages
import Testing
import Trading
import Wire

@testable import Service

/// One thing that goes wrong at the venue while a whole engine trades there over sockets.
struct VenueTrial: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Lines of a schedule; times in exchange seconds after the opening.
    var faults: String
    /// When the last fault is over, in exchange seconds after the opening.
    var end: Double
    /// How long a position may be without its whole stop in this trial, in exchange seconds: longer than the rules
    /// only where the venue refuses everything.
    var nakedLimit = 15.0

    init(_ name: String, _ faults: String, until end: Double = 200, nakedLimit: Double = 15) {
        testDescription = name
        self.faults = faults
        self.end = end
        self.nakedLimit = nakedLimit
    }

    private static func order(_ fault: String, _ path: String = "POST /fapi/v1/order") -> String {
        "{\"at\": 1, \"for\": 150, \"times\": 2, \(fault), \"request\": \"\(path)\"}"
    }

    private static func moment(_ fault: String, _ more: String = "") -> String {
        "{\"at\": 100, \"fault\": \"\(fault)\", \"symbol\": \"BTCUSDT\"\(more.isEmpty ? "" : ", " + more)}"
    }

    /// Those that run each time; each takes some 15 seconds.
    private static let usual: Set<String> = [
        "an order of unknown outcome that executed",
        "an order of unknown outcome that did not execute",
        "a stop of unknown outcome that does not stand", "a ban, 418", "pages of HTML",
        "a silent user stream", "messages out of order",
        "all connections lost, and refused for a while", "a trade by hand",
        "a stop canceled by hand", "entries that fill in part",
    ]

    /// The usual ones; all where a table is asked for, as by `make faults`; with `NARWHAL_TRIAL` those whose name
    /// holds that.
    static var wanted: [VenueTrial] {
        let environment = ProcessInfo.processInfo.environment
        if let part = environment["NARWHAL_TRIAL"] {
            return all.filter { $0.testDescription.contains(part) }
        }
        if environment["NARWHAL_TRIALS"] != nil { return all }
        return all.filter { usual.contains($0.testDescription) }
    }

    static let all: [VenueTrial] = [
        VenueTrial("nothing goes wrong", ""),
        VenueTrial(
            "an order of unknown outcome that executed",
            order("\"fault\": \"unknown\", \"executed\": true")),
        VenueTrial(
            "an order of unknown outcome that did not execute",
            order("\"fault\": \"unknown\", \"executed\": false"), until: 280),
        VenueTrial(
            "a connection cut after an order that executed",
            order("\"fault\": \"cut\", \"executed\": true")),
        VenueTrial(
            "a connection cut before an order executed",
            order("\"fault\": \"cut\", \"executed\": false"), until: 280),
        VenueTrial(
            "a stop of unknown outcome that stands",
            order("\"fault\": \"unknown\", \"executed\": true", "POST /fapi/v1/algoOrder")),
        VenueTrial(
            "a stop of unknown outcome that does not stand",
            order("\"fault\": \"unknown\", \"executed\": false", "POST /fapi/v1/algoOrder")),
        VenueTrial(
            "a stop that would trigger at once",
            order(
                "\"fault\": \"error\", \"status\": 400, \"code\": -2021, \"message\": \"Order would immediately trigger.\"",
                "POST /fapi/v1/algoOrder")),
        VenueTrial(
            "orders that are not found for a minute",
            """
            {"at": 1, "times": 1, "fault": "unknown", "executed": true, "request": "POST /fapi/v1/order"}
            {"at": 40, "for": 110, "fault": "error", "status": 400, "code": -2013, "message": "Order does not exist.", "request": "GET /fapi/v1/order"}
            """),
        VenueTrial(
            "requests beyond the limit, 429",
            "{\"at\": 100, \"for\": 20, \"fault\": \"rateLimited\"}", nakedLimit: 60),
        VenueTrial(
            "a ban, 418", "{\"at\": 100, \"for\": 20, \"fault\": \"banned\"}", nakedLimit: 60),
        VenueTrial("throttled, -1008", "{\"at\": 100, \"for\": 20, \"fault\": \"throttled\"}"),
        VenueTrial(
            "service unavailable", "{\"at\": 100, \"for\": 20, \"fault\": \"unavailable\"}",
            nakedLimit: 60),
        VenueTrial(
            "pages of HTML", "{\"at\": 100, \"for\": 20, \"fault\": \"html\", \"status\": 502}",
            nakedLimit: 60),
        VenueTrial(
            "garbage for an answer",
            ["truncated", "nested", "duplicateKeys", "wrongTypes", "numbers", "oversized"]
                .map {
                    "{\"at\": 100, \"times\": 3, \"fault\": \"garbage\", \"shape\": \"\($0)\"}"
                }.joined(separator: "\n")),
        VenueTrial(
            "slow answers",
            "{\"at\": 100, \"for\": 30, \"fault\": \"slow\", \"milliseconds\": 150}"),
        VenueTrial(
            "lists that are empty", "{\"at\": 100, \"for\": 20, \"fault\": \"empty\"}"),
        VenueTrial(
            "a wrong clock",
            """
            {"at": 60, "fault": "clockStep", "milliseconds": 3600000}
            {"at": 120, "fault": "clockStep", "milliseconds": -3600000}
            """),
        VenueTrial(
            "a silent user stream",
            "{\"at\": 100, \"for\": 40, \"fault\": \"silent\", \"stream\": \"user\"}"),
        VenueTrial(
            "silent market streams",
            "{\"at\": 100, \"for\": 40, \"fault\": \"silent\", \"stream\": \"market\"}"),
        VenueTrial(
            "every message twice",
            "{\"at\": 30, \"for\": 130, \"fault\": \"duplicate\", \"stream\": \"all\"}"),
        VenueTrial(
            "messages out of order",
            "{\"at\": 30, \"for\": 130, \"fault\": \"reorder\", \"stream\": \"user\"}"),
        VenueTrial(
            "late messages",
            "{\"at\": 30, \"for\": 130, \"fault\": \"late\", \"milliseconds\": 150, \"stream\": \"user\"}"
        ),
        VenueTrial(
            "garbage frames",
            ["truncated", "nested", "duplicateKeys", "wrongTypes", "numbers", "oversized"]
                .map {
                    "{\"at\": 100, \"times\": 20, \"fault\": \"garbageFrame\", \"shape\": \"\($0)\", \"stream\": \"all\"}"
                }.joined(separator: "\n")),
        VenueTrial(
            "all connections lost, and refused for a while",
            """
            {"at": 100, "fault": "disconnect", "stream": "all"}
            {"at": 100, "for": 20, "fault": "refused", "stream": "all"}
            """),
        VenueTrial(
            "a listen key that ends and says so",
            "{\"at\": 100, \"fault\": \"listenKeyEnds\", \"told\": true}"),
        VenueTrial(
            "a listen key that ends in silence",
            "{\"at\": 100, \"fault\": \"listenKeyEnds\", \"told\": false}"),
        VenueTrial(
            "other filters",
            "{\"at\": 100, \"fault\": \"filters\", \"symbol\": \"BTCUSDT\", \"stepSize\": \"0.002\", \"tickSize\": \"0.5\"}"
        ),
        VenueTrial(
            "hedge mode from outside",
            """
            {"at": 100, "fault": "settings", "hedgeMode": true, "cross": false}
            {"at": 140, "fault": "settings", "hedgeMode": false, "cross": false}
            """),
        VenueTrial(
            "another leverage from outside",
            "{\"at\": 100, \"fault\": \"leverage\", \"symbol\": \"BTCUSDT\", \"leverage\": 7}"),
        VenueTrial(
            "a trade by hand",
            "{\"at\": 100, \"fault\": \"manualTrade\", \"symbol\": \"BTCUSDT\", \"side\": \"BUY\", \"quantity\": \"0.050\"}"
        ),
        VenueTrial(
            "a stop canceled by hand",
            """
            {"at": 105, "fault": "manualCancel", "symbol": "BTCUSDT"}
            {"at": 125, "fault": "manualCancel", "symbol": "BTCUSDT"}
            """),
        VenueTrial(
            "a price that jumps",
            "{\"at\": 105, \"fault\": \"priceStep\", \"symbol\": \"BTCUSDT\", \"percent\": -4}",
            until: 280),
        VenueTrial(
            "a revoked key", "{\"at\": 100, \"for\": 30, \"fault\": \"keyRefused\"}", nakedLimit: 60
        ),
        VenueTrial(
            "no room for another stop",
            order(
                "\"fault\": \"error\", \"status\": 400, \"code\": -4045, \"message\": \"Reach max stop order limit.\"",
                "POST /fapi/v1/algoOrder")),
        VenueTrial(
            "entries that fill in part",
            "{\"at\": 1, \"fault\": \"partialFills\", \"symbol\": \"BTCUSDT\", \"times\": 3, \"fraction\": 0.4}"
        ),
        VenueTrial(
            "a stop that is refused after it fired",
            """
            {"at": 100, "times": 1, "fault": "stopRejects", "symbol": "BTCUSDT"}
            {"at": 105, "fault": "priceStep", "symbol": "BTCUSDT", "percent": -5}
            """, until: 280),
        VenueTrial("another order knocks the stop out", moment("knockOut")),
        VenueTrial("auto-deleveraging", moment("adl")),
        VenueTrial("a liquidation", moment("liquidate")),
        VenueTrial("a contract that is settled", moment("settle")),
        VenueTrial(
            "a contract that only takes exits",
            moment("symbolStatus", "\"status\": \"SETTLING\"")),
        VenueTrial("a withdrawal", "{\"at\": 100, \"fault\": \"transfer\", \"amount\": \"-250\"}"),
        VenueTrial("a deposit", "{\"at\": 100, \"fault\": \"transfer\", \"amount\": \"250\"}"),
        VenueTrial("funding", moment("funding")),
        VenueTrial(
            "fees in another asset",
            "{\"at\": 20, \"fault\": \"feeAsset\", \"asset\": \"BNB\", \"price\": \"600\", \"balance\": \"1\"}"
        ),
        VenueTrial(
            "prices that cannot be",
            ["zeroPrice", "negativePrice"].map {
                moment($0, "\"times\": 5, \"of\": \"print\"")
            }.joined(separator: "\n") + "\n"
                + moment("gapPrice", "\"times\": 5, \"percent\": 50, \"of\": \"print\"")),
        VenueTrial(
            "a mark price far from the last",
            moment("gapPrice", "\"for\": 10, \"percent\": 5, \"of\": \"mark\"")),
        VenueTrial(
            "a crossed book",
            moment("crossed", "\"times\": 20, \"of\": \"ticker\"") + "\n"
                + moment("crossed", "\"times\": 5, \"of\": \"depth\"")),
        VenueTrial(
            "prints, book changes and candles left out",
            moment("printGap", "\"times\": 5") + "\n" + moment("depthGap", "\"times\": 2") + "\n"
                + moment("klineGap", "\"for\": 60")),
    ]
}

extension RunningEngineTests {
    /// What must hold whatever the venue does; the exchange itself is the witness.
    @Suite(.serialized) struct VenueTrialTests {
        @Test(arguments: VenueTrial.wanted)
        func `an account stays true and guarded through`(_ trial: VenueTrial) throws {
            let exchange = try TestExchange(faults: trial.faults)
            let opening = Moment.now()
            let directory = try TestDirectory()
            let engine = try TestEngine(try exchange.configuration(directory))
            let row = TrialRow(trial, engine, exchange)

            let wait = trial.end / exchange.speed - Double(Moment.now() - opening) / 1e9
            usleep(UInt32(max(0, wait) * 1e6))
            let client = try engine.control()
            // No new risk; what is open is to be known by both and covered.
            try client.command(.pause, id: "pause") { $0.has("completed") }
            let isTrue = try eventually(within: 20) {
                guard let report = try client.status(), report.unknownOrders == 0,
                    let age = report.lastReconciledAgeMs, age < 120_000
                else { return false }
                return try Self.agrees(report, exchange.witness())
            }
            let witness = try exchange.witness()
            row.add(witness)
            let seen = try client.status()
            #expect(isTrue, "\(seen.debugDescription) \(witness) \(engine.log.all.suffix(12))")
            #expect(witness.repeatedOrderIDs == [])
            #expect(
                witness.longestNaked <= Duration(nanoseconds: Int64(trial.nakedLimit * 1e9)),
                "\(engine.log.all.suffix(20))")

            let kill = try client.command(.kill, id: "kill", within: 30) { $0.has("completed") }
            #expect(kill.has("confirmedByVenue"))
            let after = try exchange.witness()
            #expect(after.holdings == [])
            let isClean = try eventually {
                try exchange.witness().openOrderIDs.allSatisfy { !$0.hasPrefix("nw") }
            }
            #expect(isClean)
            let end = engine.stop()
            #expect(end.isClean)
            let core = try #require(end.outcome).engine
            let wallet = try exchange.witness().walletBalance
            // The venue tells eight decimals and keeps more.
            let difference = core.account.walletBalance - wallet
            #expect(
                difference.magnitude < Money(units: 1_000_000_000),
                "\(difference) \(engine.log.all)")
            let audit = try Audit(directory: directory.path)
            #expect(audit.isEqual, "\(audit.difference ?? "") \(audit.gaps)")
            row.print(trades: core.trips.trips.count, engine.log)
            try exchange.stop()
        }

        /// Whether engine and exchange name the same positions, each covered whole by a stop.
        private static func agrees(_ report: StatusReport, _ witness: VenueWitness) -> Bool {
            guard report.positions.count == witness.holdings.count else { return false }
            return witness.holdings.allSatisfy { holding in
                holding.stopQuantity >= holding.quantity
                    && report.positions.contains {
                        $0.symbol == holding.symbol.description
                            && $0.quantity == holding.quantity.description
                            && $0.protection.isProven
                    }
            }
        }
    }
}

/// One row of the table that `make faults` shows.
private final class TrialRow {
    private let name: String
    private let begin = Moment.now()
    private let exchange: TestExchange
    private var witness: VenueWitness?

    init(_ trial: VenueTrial, _ engine: TestEngine, _ exchange: TestExchange) {
        name = trial.testDescription
        self.exchange = exchange
    }

    func add(_ witness: VenueWitness) { self.witness = witness }

    /// Appended to the file that `NARWHAL_TRIALS` names; without it there is no table.
    func print(trades: Int, _ log: TestLog) {
        guard let path = ProcessInfo.processInfo.environment["NARWHAL_TRIALS"], let witness else {
            return
        }
        let fields = [
            name, "\(witness.ordersTaken)", "\(witness.fills)", "\(trades)",
            "\(witness.repeatedOrderIDs.count)",
            String(format: "%.2f", witness.longestNaked.seconds),
            "\(log.count(of: "outcome unknown"))",
        ]
        let line = fields.joined(separator: "\t") + "\n"
        guard let file = fopen(path, "a") else { return }
        fputs(line, file)
        fclose(file)
    }
}
