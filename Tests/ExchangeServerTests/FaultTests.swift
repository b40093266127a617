import Foundation
import Testing
import Trading

@testable import ExchangeServer

/// Faults as a client meets them, over real loopback sockets.
@Suite(.serialized) struct FaultTests {
    /// A server with a schedule, and one REST connection to it.
    final class Client {
        let server: ExchangeServer
        private var wire: ServerTests.Wire

        init(_ schedule: String) throws {
            server = try ServerTests.server {
                do { $0.faults = try FaultSchedule.parse(schedule) } catch {
                    Issue.record("the schedule is refused: \(error)")
                }
            }
            wire = try ServerTests.Wire(port: server.port)
        }

        /// Sends a signed request and reads until `wanted` is there.
        func ask(_ request: String, _ parameters: String, until wanted: String) throws -> Bool {
            wire = try ServerTests.Wire(port: server.port)
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            let text = parameters + (parameters.isEmpty ? "" : "&") + "timestamp=\(now)"
            let signature = Signature.hex(
                try #require(Signature.hmac(of: text, secret: server.secret)))
            wire.send(
                "\(request)?\(text)&signature=\(signature) HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: \(server.apiKey)\r\n\r\n"
            )
            return wire.waits(for: wanted)
        }

        var status: String { String(wire.text.prefix { $0 != "\r" }.dropFirst(9)) }
        var text: String { wire.text }

        func openUserStream() throws -> ServerTests.Wire {
            #expect(try ask("POST /fapi/v1/listenKey", "", until: "\"}"))
            let key = try #require(text.components(separatedBy: "\"").dropLast().last)
            let stream = try ServerTests.Wire(port: server.port)
            #expect(stream.upgrade("/private/ws/\(key)"))
            return stream
        }
    }

    private static let buy = "symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.01"
    private static let place = "POST /fapi/v1/order"

    private func schedule(_ rest: String, request: String = FaultTests.place) -> String {
        "{\"at\":0,\"for\":600,\"times\":1,\"request\":\"\(request)\",\(rest)}"
    }

    @Test(arguments: [
        (
            "\"fault\":\"unknown\",\"executed\":true", "503",
            "{\"code\":-1000,\"msg\":\"Unknown error, please check your request or try again later.\"}",
            true
        ),
        ("\"fault\":\"unknown\",\"executed\":false", "503", "{\"code\":-1000,", false),
        ("\"fault\":\"throttled\"", "503", "{\"code\":-1008,", false),
        ("\"fault\":\"unavailable\"", "503", "Service Unavailable.", false),
        ("\"fault\":\"rateLimited\"", "429", "{\"code\":-1003,", false),
        ("\"fault\":\"banned\"", "418", "IP banned until ", false),
        ("\"fault\":\"html\",\"status\":403", "403", "<html>", false),
        (
            "\"fault\":\"error\",\"status\":401,\"code\":-2015,\"message\":\"no\"", "401",
            "{\"code\":-2015,\"msg\":\"no\"}", false
        ),
        ("\"fault\":\"garbage\",\"shape\":\"nested\"", "200", "[[[[", true),
        ("\"fault\":\"garbage\",\"shape\":\"numbers\"", "200", "1e400", true),
        ("\"fault\":\"slow\",\"milliseconds\":50", "200", "\"status\":\"NEW\"", true),
    ])
    func `an order is answered as the fault says, and executed only when it says so`(
        fault: String, status: String, answer: String, isExecuted: Bool
    ) throws {
        let client = try Client(schedule(fault))
        #expect(try client.ask(Self.place, Self.buy, until: answer))
        #expect(client.status.hasPrefix(status))
        #expect(try client.ask("GET /fapi/v1/userTrades", "symbol=BTCUSDT", until: "]"))
        #expect(client.text.contains("\"buyer\":true") == isExecuted)
        // It happens once.
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        try client.server.stop()
    }

    @Test(arguments: [true, false])
    func `a connection is cut without an answer, whether the order was executed or not`(
        isExecuted: Bool
    ) throws {
        let client = try Client(schedule("\"fault\":\"cut\",\"executed\":\(isExecuted)"))
        #expect(try !client.ask(Self.place, Self.buy, until: "HTTP"))
        #expect(client.text.isEmpty)
        #expect(try client.ask("GET /fapi/v1/userTrades", "symbol=BTCUSDT", until: "]"))
        #expect(client.text.contains("\"buyer\":true") == isExecuted)
        try client.server.stop()
    }

    @Test func `a list is answered as empty although there is a position`() throws {
        let read = "GET /fapi/v3/positionRisk"
        let client = try Client(schedule("\"fault\":\"empty\"", request: read))
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(try client.ask(read, "", until: "\r\n\r\n[]"))
        #expect(try client.ask(read, "", until: "\"positionAmt\":\"0.01\""))
        try client.server.stop()
    }

    @Test func `events of the user stream come twice`() throws {
        let client = try Client(
            "{\"at\":0,\"for\":600,\"fault\":\"duplicate\",\"stream\":\"user\"}")
        let stream = try client.openUserStream()
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(stream.waits(for: "\"X\":\"FILLED\""))
        #expect(stream.text.components(separatedBy: "\"x\":\"NEW\"").count == 3)
        try client.server.stop()
    }

    @Test func `events of the user stream come late and in the other order`() throws {
        let client = try Client(
            "{\"at\":0,\"for\":600,\"fault\":\"reorder\",\"stream\":\"user\"}")
        let stream = try client.openUserStream()
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(stream.waits(for: "\"x\":\"NEW\""))
        let filled = try #require(stream.text.range(of: "\"X\":\"FILLED\""))
        let new = try #require(stream.text.range(of: "\"x\":\"NEW\""))
        #expect(filled.lowerBound < new.lowerBound)
        try client.server.stop()
    }

    @Test func `a silent user stream lives on and says nothing`() throws {
        let client = try Client(
            "{\"at\":0,\"for\":600,\"times\":3,\"fault\":\"silent\",\"stream\":\"user\"}")
        let stream = try client.openUserStream()
        // Of its three events (new, account, filled) none comes; those of the next order do.
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(
            try client.ask(
                Self.place,
                "symbol=BTCUSDT&side=SELL&type=MARKET&quantity=0.01&reduceOnly=true",
                until: "\"status\":\"NEW\""))
        #expect(stream.waits(for: "\"S\":\"SELL\""))
        #expect(!stream.text.contains("\"S\":\"BUY\""))
        try client.server.stop()
    }

    @Test func `streams are cut at a moment, and new ones are refused for a while`() throws {
        let client = try Client(
            """
            {"at":1,"fault":"disconnect","stream":"market"}
            {"at":0.9,"for":600,"times":1,"fault":"refused","stream":"market"}
            """)
        let stream = try ServerTests.Wire(port: client.server.port)
        #expect(stream.upgrade("/market/ws/btcusdt@markPrice@1s"))
        #expect(!stream.waits(for: "never"))
        #expect(
            try !ServerTests.Wire(port: client.server.port).upgrade(
                "/market/ws/btcusdt@markPrice@1s"))
        #expect(
            try ServerTests.Wire(port: client.server.port).upgrade(
                "/market/ws/btcusdt@markPrice@1s"))
        try client.server.stop()
    }

    @Test func `another client trades, changes settings, and cancels the stop`() throws {
        let client = try Client(
            """
            {"at":0,"fault":"manualTrade","symbol":"BTCUSDT","side":"SELL","quantity":"0.02"}
            {"at":0,"fault":"settings","hedgeMode":true,"cross":true}
            {"at":0,"fault":"leverage","symbol":"BTCUSDT","leverage":7}
            {"at":0,"fault":"clockStep","milliseconds":3600000}
            {"at":0,"fault":"filters","symbol":"BTCUSDT","minNotional":"123456"}
            """)
        #expect(try client.ask("GET /fapi/v1/exchangeInfo", "", until: "\"notional\":\"123456\""))
        // The clock has stepped by an hour: our own is out of the window now.
        #expect(
            try client.ask("GET /fapi/v3/positionRisk", "", until: "{\"code\":-1021,"))
        try client.server.stop()
        let second = try Client(
            """
            {"at":0,"fault":"leverage","symbol":"BTCUSDT","leverage":7}
            {"at":0,"fault":"manualTrade","symbol":"BTCUSDT","side":"SELL","quantity":"0.02"}
            {"at":0,"fault":"settings","hedgeMode":true,"cross":true}
            """)
        #expect(
            try second.ask("GET /fapi/v3/positionRisk", "", until: "\"positionAmt\":\"-0.02\""))
        #expect(try second.ask("GET /fapi/v1/allOrders", "symbol=BTCUSDT", until: "web_1"))
        #expect(
            try second.ask(
                "GET /fapi/v1/symbolConfig", "",
                until: "\"marginType\":\"CROSSED\",\"isAutoAddMargin\":false,\"leverage\":7"))
        #expect(
            try second.ask(
                "GET /fapi/v1/positionSide/dual", "", until: "{\"dualSidePosition\":true}"))
        try second.server.stop()
    }
}
