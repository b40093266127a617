import Testing
import Wire

@Suite struct MessageTests {
    @Test(arguments: Samples.clientMessages)
    func `a request reads back as it was written`(message: ClientMessage) throws {
        #expect(try ClientMessage.decode(line: line(message)) == message)
    }

    @Test(arguments: Samples.serverMessages)
    func `an engine's line reads back as it was written`(message: ServerMessage) throws {
        #expect(try ServerMessage.decode(line: line(message)) == message)
    }

    @Test func `every sample kind is there`() {
        var methods = Set(Samples.clientMessages.map { $0.request.method })
        methods.formUnion(
            Samples.serverMessages.map { message in
                switch message {
                case .result(_, let result):
                    "result \(String(describing: result).prefix { $0 != "(" })"
                case .failure: "failure"
                case .snapshot: "snapshot"
                case .delta(let delta): "delta \(delta.change.topic)"
                case .command: "command"
                }
            })
        // 6 methods, 9 commands, 7 about models; 8 answers, failure, snapshot, command; 16 topics.
        #expect(methods.count == 22 + 11 + Topic.allCases.count)
    }

    @Test(arguments: Samples.clientMessages)
    func `a request cut anywhere throws`(message: ClientMessage) throws {
        let whole = try line(message)
        for length in 0..<whole.count {
            #expect(throws: WireDecodingError.self) {
                try ClientMessage.decode(line: whole.prefix(length))
            }
        }
    }

    @Test(arguments: Samples.clientMessages)
    func `a request with a wrong byte anywhere throws or is another request`(message: ClientMessage)
        throws
    {
        let whole = try line(message)
        var refused = 0
        for index in whole.indices {
            for byte: UInt8 in [
                0, 0x22, 0x2C, 0x5B, 0x7B, 0x7D, 0x80, 0xFF, 0x39, whole[index] ^ 1,
            ] {
                var broken = whole
                broken[index] = byte
                do { _ = try ClientMessage.decode(line: broken) } catch { refused += 1 }
            }
        }
        #expect(refused > whole.count)
    }

    @Test func `an engine's line cut or with a wrong byte never traps`() throws {
        for message in Samples.serverMessages {
            let whole = try line(message)
            // Long lines are sampled.
            for index in stride(from: 0, to: whole.count, by: max(1, whole.count / 150)) {
                #expect(throws: WireDecodingError.self) {
                    try ServerMessage.decode(line: whole.prefix(index))
                }
                for byte: UInt8 in [0x22, 0x7D, 0x2D, 0xFF] {
                    var broken = whole
                    broken[index] = byte
                    do { _ = try ServerMessage.decode(line: broken) } catch { continue }
                }
            }
        }
    }

    @Test(arguments: [
        ("", WireErrorCode.parse, RequestID?.none),
        ("nonsense", .parse, nil),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} x", .parse, nil),
        ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", .invalidRequest, nil),
        ("7", .invalidRequest, nil),
        ("null", .invalidRequest, nil),
        ("{}", .invalidRequest, nil),
        ("{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}", .invalidRequest, nil),
        ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", .invalidRequest, nil),
        ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", .invalidRequest, nil),
        ("{\"jsonrpc\":\"2.0\",\"id\":[],\"method\":\"ping\"}", .invalidRequest, nil),
        ("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", .invalidRequest, .number(1)),
        ("{\"id\":1,\"method\":\"ping\"}", .invalidRequest, .number(1)),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", .invalidRequest, .number(1)),
        ("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"dance\"}", .unknownMethod, .text("q")),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"kill\"}", .invalidParameters, .number(1)),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"kill\",\"params\":{\"id\":\"a b\"}}",
            .invalidParameters, .number(1)
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"kill\",\"params\":{\"id\":\"\"}}",
            .invalidParameters, .number(1)
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"arm\",\"params\":{\"id\":\"a\"}}",
            .invalidParameters, .number(1)
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":{\"topics\":[]}}",
            .invalidParameters, .number(1)
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\",\"params\":{\"topics\":[\"moon\"]}}",
            .invalidParameters, .number(1)
        ),
        (
            """
            {"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["flow"],"maxRateHz":1e400}}
            """, .invalidParameters, .number(1)
        ),
        (
            """
            {"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"topics":["flow"],"maxRateHz":11}}
            """, .invalidParameters, .number(1)
        ),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"query\",\"params\":{\"what\":\"trades\",\"limit\":0}}",
            .invalidParameters, .number(1)
        ),
        (
            """
            {"jsonrpc":"2.0","id":1,"method":"query","params":{"what":"trades","limit":99999999999999999999}}
            """, .invalidParameters, .number(1)
        ),
    ])
    func `a bad line is refused with its code and its id`(
        text: String, code: WireErrorCode, id: RequestID?
    ) {
        do throws(WireDecodingError) {
            let message = try ClientMessage.decode(line: Array(text.utf8))
            Issue.record("read as \(message)")
        } catch {
            #expect(WireError(error).code == code)
            #expect(error.id == id)
        }
    }

    @Test func `members that nobody knows are ignored`() throws {
        let text = """
            {"jsonrpc":"2.0","id":1,"method":"kill","extra":[1],"params":{"nonce":"x","id":"c-1"}}
            """
        #expect(
            try ClientMessage.decode(line: Array(text.utf8))
                == ClientMessage(
                    id: .number(1), request: .command(CommandRequest(verb: .kill, id: "c-1"))))
        let line = """
            {"jsonrpc":"2.0","method":"snapshot","params":{"subscription":1,"n":0,"data":{"later":{"a":1}}}}
            """
        #expect(
            try ServerMessage.decode(line: Array(line.utf8))
                == .snapshot(SnapshotNotification(subscription: 1, data: Snapshot())))
    }

    @Test func `a line nests 32 deep and not 33`() {
        func nested(_ depth: Int) -> [UInt8] {
            let inside =
                String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
            return Array(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\(inside)}".utf8)
        }
        #expect(throws: Never.self) { try ClientMessage.decode(line: nested(32)) }
        #expect(throws: WireDecodingError.tooDeep) { try ClientMessage.decode(line: nested(33)) }
        #expect(throws: WireDecodingError.tooDeep) {
            try ClientMessage.decode(line: nested(30_000))
        }
    }

    @Test func `brackets in a text are not depth`() throws {
        let text = String(repeating: "[", count: 40)
        let line = "{\"jsonrpc\":\"2.0\",\"id\":\"\(text)\",\"method\":\"ping\"}"
        #expect(
            try ClientMessage.decode(line: Array(line.utf8))
                == ClientMessage(id: .text(text), request: .ping))
    }

    @Test func `a statistic that is not a number does not take its topic down`() throws {
        var health = try #require(SnapshotWalk(seed: 1).snapshot.health)
        health.processP50Us = .infinity
        health.processP99Us = -.infinity
        let series = SeriesTopic(
            symbol: "BTCUSDT", kind: "exit", times: [1, 2], values: [.infinity, 1e-7])
        for change in [TopicDelta.health(health), .exitSeries([series])] {
            let message = ServerMessage.delta(
                DeltaNotification(subscription: 1, n: 1, change: change))
            #expect(try ServerMessage.decode(line: line(message)) == message)
        }
    }

    @Test(arguments: [
        ("close", ""), ("close", ",\"symbol\":\"\""), ("close", ",\"symbol\":\"btcusdt\""),
        ("close", ",\"symbol\":null"), ("close", ",\"symbol\":7"),
        ("close", ",\"symbol\":[\"BTCUSDT\"]"),
        ("close", ",\"symbol\":\"ABCDEFGHIJKLMNOPQRSTUVWXY\""),
        ("close", ",\"symbol\":\"BTC USDT\""), ("breakEven", ",\"symbol\":\"../etc\""),
        ("pause", ",\"symbol\":null"), ("resume", ",\"symbol\":\"\u{e9}\""),
        ("reduce", ",\"symbol\":\"BTCUSDT\""),
        ("reduce", ",\"symbol\":\"BTCUSDT\",\"percent\":0"),
        ("reduce", ",\"symbol\":\"BTCUSDT\",\"percent\":100"),
        ("reduce", ",\"symbol\":\"BTCUSDT\",\"percent\":-1"),
        ("reduce", ",\"symbol\":\"BTCUSDT\",\"percent\":50.5"),
        ("reduce", ",\"symbol\":\"BTCUSDT\",\"percent\":\"50\""),
        ("reduce", ",\"symbol\":\"BTCUSDT\",\"percent\":99999999999999999999"),
        ("reduce", ",\"percent\":50"),
    ])
    func `a command about one symbol with bad parameters is refused plainly`(
        method: String, more: String
    ) throws {
        let text =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\(method)\",\"params\":{\"id\":\"a\"\(more)}}"
        #expect {
            try ClientMessage.decode(line: Array(text.utf8))
        } throws: { error in
            guard case .badParameters(id: .number(1), let problem) = error as? WireDecodingError
            else { return false }
            return !problem.isEmpty
        }
    }

    @Test func `pause and resume mean all without a symbol and one with it`() throws {
        func symbol(_ params: String) throws -> String? {
            let text =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pause\",\"params\":\(params)}"
            guard
                case .command(let command) = try ClientMessage.decode(line: Array(text.utf8))
                    .request
            else { return "no command" }
            return command.symbol
        }
        #expect(try symbol("{\"id\":\"a\"}") == nil)
        #expect(try symbol("{\"id\":\"a\",\"symbol\":\"BTCUSDT\"}") == "BTCUSDT")
    }

    @Test func `a position without a mark reports neither mark nor profit`() throws {
        var snapshot = SnapshotWalk(seed: 3).snapshot
        let count = try #require(snapshot.positions?.count)
        try #require(count > 0)
        snapshot.positions?[0].markSource = "none"
        let report = try #require(StatusReport(snapshot))
        #expect(report.positions[0].markPrice == nil)
        #expect(report.positions[0].unrealizedPnL == nil)
    }

    @Test func `a status report is made of the snapshot`() throws {
        let snapshot = SnapshotWalk(seed: 3).snapshot
        let report = try #require(StatusReport(snapshot))
        #expect(report.state == "open")
        #expect(report.equity == snapshot.account?.equity)
        #expect(report.positions.map(\.markPrice) == snapshot.positions?.map(\.markPrice))
        #expect(report.openOrders == snapshot.safety?.orders)
        #expect(report.venueProblems == snapshot.safety?.venueProblems)
        #expect(report.foreignOrders == snapshot.safety?.foreign)
        #expect(report.positions.map(\.foreign) == snapshot.positions?.map(\.foreign))
        #expect(
            report.exitOnlySymbols
                == snapshot.entries?.filter { $0.tradable == false }.map(\.symbol))
        #expect(report.lastReconciledAgeMs == snapshot.safety?.reconciledAgeMs)
        #expect(StatusReport(Snapshot()) == nil)
    }

    private func line(_ message: ClientMessage) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try message.encode(into: &bytes)
        #expect(bytes.last == 10 && bytes.dropLast().allSatisfy { $0 != 10 })
        return bytes.dropLast()
    }

    private func line(_ message: ServerMessage) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try message.encode(into: &bytes)
        #expect(bytes.last == 10 && bytes.dropLast().allSatisfy { $0 != 10 })
        return bytes.dropLast()
    }
}
