import Foundation
import Testing
import Trading

@testable import ExchangeServer

/// What may stand in a fault schedule, and which faults are at work when.
struct FaultScheduleTests {
    private func refusal(_ text: String) -> String? {
        do throws(FaultScheduleError) {
            _ = try FaultSchedule.parse(text)
            return nil
        } catch { return error.description }
    }

    @Test func `each line is one fault, with comments and empty lines aside`() throws {
        let bitcoin = try #require(SymbolName("BTCUSDT"))
        let faults = try FaultSchedule.parse(
            """
            # what goes wrong

            {"at": 1.5, "times": 2, "fault": "unknown", "executed": true, "request": "POST /fapi/v1/order"}
            {"at": 3, "for": 10, "fault": "late", "milliseconds": 250, "stream": "user"}
            {"at": 4, "fault": "manualTrade", "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.010"}
            """)
        #expect(
            faults == [
                Fault(
                    line: 3, name: "unknown", begin: .milliseconds(1500), length: nil, times: 2,
                    effect: .answers(.unknown(isExecuted: true), request: "POST /fapi/v1/order")),
                Fault(
                    line: 4, name: "late", begin: .seconds(3), length: .seconds(10), times: nil,
                    effect: .streams(.late(.milliseconds(250)), .user)),
                Fault(
                    line: 5, name: "manualTrade", begin: .seconds(4), length: nil, times: 1,
                    effect: .moment(.manualTrade(bitcoin, .sell, Quantity(units: 1_000_000)))),
            ])
    }

    @Test func `every word of the schedule is read with its keys`() throws {
        let bitcoin = try #require(SymbolName("BTCUSDT"))
        var settings = Fault.Settings()
        settings.canTrade = false
        settings.isMultiAssets = true
        let five = Rate(units: 5_000_000)
        let lines: [(String, Fault.Effect)] = [
            (
                "\"partialFills\",\"for\":1,\"symbol\":\"BTCUSDT\",\"fraction\":0.05",
                .rule(.partialFills(bitcoin, five))
            ),
            (
                "\"stopRejects\",\"for\":1,\"symbol\":\"BTCUSDT\"", .rule(.stopRejects(bitcoin))
            ),
            (
                "\"gapPrice\",\"for\":1,\"symbol\":\"BTCUSDT\",\"percent\":5,\"of\":\"mark\"",
                .rule(.mispriced(bitcoin, .gap(five), .mark))
            ),
            (
                "\"zeroPrice\",\"for\":1,\"symbol\":\"BTCUSDT\",\"of\":\"print\"",
                .rule(.mispriced(bitcoin, .zero, .print))
            ),
            (
                "\"negativePrice\",\"for\":1,\"symbol\":\"BTCUSDT\",\"of\":\"ticker\"",
                .rule(.mispriced(bitcoin, .negative, .ticker))
            ),
            (
                "\"crossed\",\"for\":1,\"symbol\":\"BTCUSDT\",\"of\":\"depth\"",
                .rule(.crossed(bitcoin, .depth))
            ),
            (
                "\"printGap\",\"for\":1,\"symbol\":\"BTCUSDT\"", .rule(.leftOut(bitcoin, .print))
            ),
            (
                "\"depthGap\",\"for\":1,\"symbol\":\"BTCUSDT\"", .rule(.leftOut(bitcoin, .depth))
            ),
            (
                "\"klineGap\",\"for\":1,\"symbol\":\"BTCUSDT\"", .rule(.leftOut(bitcoin, .kline))
            ),
            ("\"stale\",\"times\":1", .answers(.stale, request: nil)),
            ("\"keyRefused\",\"for\":1", .answers(.keyRefused, request: nil)),
            (
                "\"adl\",\"symbol\":\"BTCUSDT\",\"quantity\":\"0.01\"",
                .moment(.deleveraging(bitcoin, Quantity(units: 1_000_000)))
            ),
            ("\"adl\",\"symbol\":\"BTCUSDT\"", .moment(.deleveraging(bitcoin, nil))),
            ("\"liquidate\",\"symbol\":\"BTCUSDT\"", .moment(.liquidation(bitcoin))),
            ("\"settle\",\"symbol\":\"BTCUSDT\"", .moment(.settlement(bitcoin))),
            ("\"knockOut\",\"symbol\":\"BTCUSDT\"", .moment(.knockOut(bitcoin))),
            (
                "\"symbolStatus\",\"symbol\":\"BTCUSDT\",\"status\":\"SETTLING\"",
                .moment(.symbolStatus(bitcoin, .settling))
            ),
            ("\"transfer\",\"amount\":\"-5\"", .moment(.transfer(Money(whole: -5)))),
            (
                "\"feeAsset\",\"asset\":\"BNB\",\"price\":\"600\",\"balance\":\"0.5\"",
                .moment(
                    .feeAsset(
                        "BNB", price: Price(units: 60_000_000_000),
                        balance: Quantity(units: 50_000_000)))
            ),
            ("\"funding\",\"symbol\":\"BTCUSDT\"", .moment(.funding(bitcoin))),
            ("\"settings\",\"canTrade\":false,\"multiAssets\":true", .moment(.settings(settings))),
        ]
        for (text, effect) in lines {
            let faults = try FaultSchedule.parse("{\"at\":0,\"fault\":\(text)}")
            #expect(faults.map(\.effect) == [effect])
        }
    }

    @Test(arguments: [
        ("{", "line 1: must be one JSON object of texts, numbers, true and false"),
        ("{\"at\":[]}", "line 1: must be one JSON object of texts, numbers, true and false"),
        ("\n{\"at\":-1}", "line 2: 'at' must be a number from 0.0 to 1000000.0"),
        ("{\"at\":1}", "line 1: 'fault' must be a text"),
        ("{\"at\":1,\"fault\":\"no\"}", "line 1: there is no fault 'no'"),
        ("{\"at\":1,\"fault\":\"html\",\"status\":403}", "line 1: html needs for, times, or both"),
        (
            "{\"at\":1,\"fault\":\"banned\",\"for\":1,\"request\":\"GET /x\"}",
            "line 1: 'request' must be a method and a path that are served"
        ),
        (
            "{\"at\":1,\"fault\":\"silent\",\"for\":1,\"stream\":\"x\"}",
            "line 1: 'stream' must be one of: user, market, public, all"
        ),
        (
            "{\"at\":1,\"fault\":\"clockStep\",\"milliseconds\":1.5}",
            "line 1: 'milliseconds' must be a whole number"
        ),
        (
            "{\"at\":1,\"fault\":\"disconnect\",\"stream\":\"all\",\"for\":1}",
            "line 1: 'for' means nothing here"
        ),
        (
            "{\"at\":1,\"fault\":\"filters\",\"symbol\":\"BTCUSDT\",\"tickSize\":\"0\"}",
            "line 1: 'tickSize' must be a decimal above zero, as a text"
        ),
        (
            "{\"at\":1,\"for\":1,\"fault\":\"partialFills\",\"symbol\":\"BTCUSDT\",\"fraction\":1}",
            "line 1: 'fraction' must be a number from 0.01 to 0.99"
        ),
        (
            "{\"at\":1,\"fault\":\"stopRejects\",\"symbol\":\"BTCUSDT\"}",
            "line 1: stopRejects needs for, times, or both"
        ),
        (
            "{\"at\":1,\"fault\":\"transfer\",\"amount\":\"0\"}",
            "line 1: 'amount' must be a decimal other than zero, up to a thousand million, as a text"
        ),
        (
            "{\"at\":1,\"fault\":\"feeAsset\",\"asset\":\"USDT\",\"price\":\"1\",\"balance\":\"1\"}",
            "line 1: 'asset' must be an asset such as BNB, and not USDT"
        ),
        (
            "{\"at\":1,\"fault\":\"symbolStatus\",\"symbol\":\"BTCUSDT\",\"status\":\"no\"}",
            "line 1: 'status' must be one of: TRADING, PENDING_TRADING, PRE_SETTLE, SETTLING, CLOSE"
        ),
    ])
    func `what cannot be meant is refused with its line`(text: String, expected: String) {
        #expect(refusal(text) == expected)
    }

    @Test func `every line that the documentation shows can be read`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/faults.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let inline = text.components(separatedBy: "`").filter { $0.hasPrefix("{") }
        let blocks = text.components(separatedBy: "\n").filter { $0.hasPrefix("{") }
        #expect(blocks.count == 3)
        #expect(inline.count > 40)
        for line in inline + blocks {
            #expect(throws: Never.self, "\(line)") { try FaultSchedule.parse(line) }
        }
    }

    private static let opening = Timestamp(milliseconds: 1_764_000_000_000)

    private func clock(_ text: String) throws -> FaultClock {
        FaultClock(try FaultSchedule.parse(text), opening: Self.opening, onFault: nil)
    }

    @Test func `a fault begins at its time, ends after its length, and happens so many times`()
        throws
    {
        var clock = try clock(
            """
            {"at": 10, "for": 5, "times": 2, "fault": "unavailable", "request": "GET /fapi/v1/time"}
            """)
        func meets(_ second: Int64, _ endpoint: Endpoint) -> Bool {
            _ = clock.advance(to: Self.opening + .seconds(second))
            return clock.answering(endpoint, lowersRisk: false) != nil
        }
        #expect(!meets(9, .time))
        #expect(meets(10, .time))
        #expect(!meets(10, .ping))
        #expect(meets(11, .time))
        #expect(!meets(12, .time))
        var second = try self.clock(
            "{\"at\": 10, \"for\": 5, \"fault\": \"unavailable\"}")
        _ = second.advance(to: Self.opening + .seconds(14))
        #expect(second.answering(.ping, lowersRisk: false) != nil)
        _ = second.advance(to: Self.opening + .seconds(15))
        #expect(second.answering(.ping, lowersRisk: false) == nil)
    }

    @Test func `the system's throttle lets reducing requests pass`() throws {
        var clock = try clock("{\"at\": 0, \"times\": 1, \"fault\": \"throttled\"}")
        _ = clock.advance(to: Self.opening)
        #expect(clock.answering(.placeOrder, lowersRisk: true) == nil)
        #expect(clock.answering(.placeOrder, lowersRisk: false)?.answering == .throttled)
        #expect(clock.answering(.placeOrder, lowersRisk: false) == nil)
    }

    @Test func `moments come once, in the order of their times`() throws {
        var clock = try clock(
            """
            {"at": 2, "fault": "clockStep", "milliseconds": -5}
            {"at": 1, "fault": "listenKeyEnds", "told": false}
            """)
        #expect(clock.advance(to: Self.opening + .milliseconds(999)) == [])
        #expect(
            clock.advance(to: Self.opening + .seconds(9)) == [
                .listenKeyEnds(isTold: false), .clockStep(.milliseconds(-5)),
            ])
        #expect(clock.advance(to: Self.opening + .seconds(10)) == [])
    }
}
