import Foundation
import Testing
import Text
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
            let signature = String(
                hexadecimal:
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

    @Test func `a query is answered as it was before, once it was`() throws {
        let read = "GET /fapi/v3/positionRisk"
        let client = try Client(
            "{\"at\":0,\"times\":3,\"fault\":\"stale\",\"request\":\"\(read)\"}")
        #expect(try client.ask(read, "", until: "\r\n\r\n[]"))
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(try client.ask(read, "", until: "\r\n\r\n[]"))
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

    @Test func `events of the user stream come late`() throws {
        let client = try Client(
            "{\"at\":0,\"for\":600,\"fault\":\"late\",\"milliseconds\":400,\"stream\":\"user\"}")
        let stream = try client.openUserStream()
        let clock = ContinuousClock()
        let begin = clock.now
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(stream.waits(for: "\"X\":\"FILLED\""))
        #expect(clock.now - begin >= .milliseconds(400))
        try client.server.stop()
    }

    @Test(arguments: [
        (Fault.Spoiling.nested, "[[[[", 2), (.duplicateKeys, "\"e\":\"trade\",\"code\":200", 3),
        (.wrongTypes, "[{\"e\":1,\"s\":[]", 2), (.numbers, "\"p\":\"1e400\"", 2),
        (.truncated, "{\"e\":\"ORDER_TRADE_UPDATE\"", 3), (.oversized, "          ", 2),
    ])
    func `a spoiled message goes before a good one`(
        shape: Fault.Spoiling, spoiled: String, begun: Int
    ) throws {
        let client = try Client(
            "{\"at\":0,\"times\":1,\"fault\":\"garbageFrame\",\"shape\":\"\(shape.rawValue)\",\"stream\":\"user\"}"
        )
        let stream = try client.openUserStream()
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(stream.waits(for: "\"X\":\"FILLED\""))
        let bad = try #require(stream.text.range(of: spoiled))
        let whole = try #require(
            stream.text.range(of: "{\"e\":\"ORDER_TRADE_UPDATE\"", options: .backwards))
        #expect(bad.upperBound <= whole.lowerBound)
        // Two events, and what of the spoiled one looks like them.
        #expect(
            stream.text.components(separatedBy: "{\"e\":\"ORDER_TRADE_UPDATE\"").count - 1 == begun)
        try client.server.stop()
    }

    @Test(arguments: [true, false])
    func `a listen key ends, and its listeners are told or hear nothing more`(isTold: Bool) throws {
        let client = try Client(
            "{\"at\":3,\"fault\":\"listenKeyEnds\",\"told\":\(isTold)}")
        let stream = try client.openUserStream()
        if isTold {
            #expect(stream.waits(for: "{\"e\":\"listenKeyExpired\""))
            // The connection ends after it.
            #expect(!stream.waits(for: "never"))
        }
        var isGone = false
        for _ in 0..<200 where !isGone {
            isGone =
                try client.ask("PUT /fapi/v1/listenKey", "", until: "}")
                && client.text.contains("{\"code\":-1125,")
            if !isGone { Thread.sleep(forTimeInterval: 0.05) }
        }
        #expect(isGone)
        let second = try client.openUserStream()
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(second.waits(for: "\"X\":\"FILLED\""))
        #expect(!stream.waits(for: "FILLED", seconds: 1))
        try client.server.stop()
    }

    @Test func `a revoked key is refused, and what needs none is answered`() throws {
        let client = try Client("{\"at\":0,\"for\":600,\"fault\":\"keyRefused\"}")
        let refused =
            "{\"code\":-2015,\"msg\":\"Invalid API-key, IP, or permissions for action.\"}"
        #expect(try client.ask(Self.place, Self.buy, until: refused))
        #expect(client.status.hasPrefix("401"))
        #expect(try client.ask("POST /fapi/v1/listenKey", "", until: refused))
        #expect(try client.ask("GET /fapi/v1/time", "", until: "\"serverTime\""))
        try client.server.stop()
    }

    @Test func `a live order is not found for a while, and then it is`() throws {
        let client = try Client(
            """
            {"at":0,"times":1,"fault":"error","request":"GET /fapi/v1/order","status":400,"code":-2013,"message":"Order does not exist."}
            """)
        #expect(
            try client.ask(
                Self.place,
                "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=58000&timeInForce=GTC&newClientOrderId=mine",
                until: "\"status\":\"NEW\""))
        let query = "symbol=BTCUSDT&origClientOrderId=mine"
        #expect(
            try client.ask(
                "GET /fapi/v1/order", query,
                until: "{\"code\":-2013,\"msg\":\"Order does not exist.\"}"))
        #expect(try client.ask("GET /fapi/v1/order", query, until: "\"status\":\"NEW\""))
        try client.server.stop()
    }

    @Test func `an order gets its part over the wire, and the deleveraging takes that`() throws {
        let client = try Client(
            """
            {"at":0,"times":1,"fault":"partialFills","symbol":"BTCUSDT","fraction":0.4}
            {"at":3,"fault":"adl","symbol":"BTCUSDT"}
            {"at":3,"fault":"transfer","amount":"-12.5"}
            """)
        let stream = try client.openUserStream()
        #expect(try client.ask(Self.place, Self.buy, until: "\"status\":\"NEW\""))
        #expect(stream.waits(for: "\"x\":\"EXPIRED\",\"X\":\"EXPIRED\""))
        #expect(stream.text.contains("\"z\":\"0.004\""))
        #expect(stream.waits(for: "\"c\":\"adl_autoclose\""))
        #expect(stream.waits(for: "\"x\":\"CALCULATED\",\"X\":\"FILLED\""))
        #expect(stream.waits(for: "\"m\":\"WITHDRAW\""))
        #expect(stream.waits(for: "\"bc\":\"-12.5"))
        #expect(try client.ask("GET /fapi/v3/positionRisk", "", until: "\r\n\r\n[]"))
        try client.server.stop()
    }

    @Test func `prices that no market has come over the wire`() throws {
        let client = try Client(
            """
            {"at":0,"for":600,"fault":"zeroPrice","symbol":"BTCUSDT","of":"mark"}
            {"at":0,"for":600,"fault":"negativePrice","symbol":"BTCUSDT","of":"index"}
            """)
        let stream = try ServerTests.Wire(port: client.server.port)
        #expect(stream.upgrade("/market/ws/btcusdt@markPrice@1s"))
        #expect(stream.waits(for: "\"s\":\"BTCUSDT\",\"p\":\"0\",\"i\":\"-"))
        try client.server.stop()
    }
}
