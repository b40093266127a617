import BinanceFormat
import Testing
import Trading
import Transport

@testable import BinanceVenue

/// What answers to placing and canceling mean, without sockets.
struct AccountVerdictTests {
    static func outcome(
        _ status: Int, _ body: String, isMutation: Bool = true
    ) -> BinanceREST.Outcome {
        let bytes = Array(body.utf8)
        return .answered(
            VenueOutcome(status: status, body: bytes.span, isMutation: isMutation),
            RESTAnswer(status: status, headers: [], body: bytes))
    }

    @Test(arguments: [
        (200, "{\"orderId\":1}", PlacingVerdict.taken),
        (503, "{\"code\":-1000,\"msg\":\"Unknown error, please check\"}", .unknown),
        (503, "Service Unavailable.", .notYet(.milliseconds(200), .throttled)),
        (503, "{\"code\":-1008,\"msg\":\"x\"}", .notYet(.milliseconds(200), .throttled)),
        (408, "", .unknown),
        (500, "oops", .unknown),
        (400, "{\"code\":-1021,\"msg\":\"x\"}", .clockWasOff(.other(code: -1021))),
        (400, "{\"code\":-5028,\"msg\":\"x\"}", .clockWasOff(.other(code: -5028))),
        (400, "{\"code\":-1006,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-1007,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-1001,\"msg\":\"x\"}", .notYet(.milliseconds(200), .other(code: -1001))),
        (429, "{\"code\":-1003,\"msg\":\"x\"}", .notYet(.milliseconds(200), .throttled)),
        (418, "{\"code\":-1003,\"msg\":\"x\"}", .notYet(.milliseconds(200), .throttled)),
        (400, "{\"code\":-1015,\"msg\":\"x\"}", .notYet(.milliseconds(200), .throttled)),
        (401, "{\"code\":-2014,\"msg\":\"x\"}", .refused(.other(code: -2014))),
        (401, "{\"code\":-2015,\"msg\":\"x\"}", .refused(.other(code: -2015))),
        (400, "{\"code\":-1022,\"msg\":\"x\"}", .refused(.other(code: -1022))),
        (403, "<html>", .refused(.other(code: 403))),
        (451, "", .refused(.other(code: 451))),
        (400, "{\"code\":-2019,\"msg\":\"x\"}", .refused(.insufficientMargin)),
        (400, "{\"code\":-2021,\"msg\":\"x\"}", .refused(.wouldTriggerImmediately)),
        (400, "{\"code\":-2022,\"msg\":\"x\"}", .refused(.reduceOnlyConflict)),
        (400, "{\"code\":-4014,\"msg\":\"x\"}", .refused(.filterViolation)),
        (400, "{\"code\":-4024,\"msg\":\"x\"}", .refused(.priceOutsideBand)),
        (400, "{\"code\":-4045,\"msg\":\"x\"}", .refused(.tooManyOrders)),
        (400, "{\"code\":-5022,\"msg\":\"x\"}", .refused(.wouldTakeLiquidity)),
        (400, "{\"code\":-4140,\"msg\":\"x\"}", .refused(.other(code: -4140))),
        (400, "{\"code\":-4061,\"msg\":\"x\"}", .refused(.other(code: -4061))),
        (400, "{\"code\":-1111,\"msg\":\"x\"}", .refused(.other(code: -1111))),
        (400, "{\"code\":-2010,\"msg\":\"x\"}", .refused(.other(code: -2010))),
        (400, "{\"code\":-4116,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-4117,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-4046,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-1125,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-98765,\"msg\":\"x\"}", .unknown),
        (400, "not json", .unknown),
    ])
    func `an answer to placing an order says whether the venue has it, or leaves it open`(
        status: Int, body: String, verdict: PlacingVerdict
    ) {
        #expect(PlacingVerdict(Self.outcome(status, body)) == verdict)
    }

    @Test func `without an answer only what was written is unknown`() {
        #expect(PlacingVerdict(.failed(.withheld)) == .withheld)
        #expect(PlacingVerdict(.failed(.notSent(.stopped))) == .withheld)
        #expect(PlacingVerdict(.failed(.unknown(.timeout))) == .unknown)
        #expect(PlacingVerdict(.failed(.unknown(.connectionLost))) == .unknown)
        #expect(
            PlacingVerdict(.failed(.notSent(.noConnection(.unreachable))))
                == .notYet(.milliseconds(100), .throttled))
        #expect(PlacingVerdict(.held(.seconds(7))) == .notYet(.seconds(7), .throttled))
        #expect(CancelingVerdict(.held(.seconds(7))) == .notYet(.seconds(7)))
        #expect(CancelingVerdict(.failed(.unknown(.timeout))) == .unknown)
        #expect(
            CancelingVerdict(.failed(.notSent(.queueFull))) == .notYet(.milliseconds(200)))
    }

    @Test(arguments: [
        (200, "{}", CancelingVerdict.canceled),
        (400, "{\"code\":-2011,\"msg\":\"x\"}", .gone),
        (400, "{\"code\":-2013,\"msg\":\"x\"}", .gone),
        (503, "Service Unavailable.", .notYet(.milliseconds(200))),
        (400, "{\"code\":-1021,\"msg\":\"x\"}", .clockWasOff),
        (503, "{\"code\":-1000,\"msg\":\"Unknown error\"}", .unknown),
        (401, "{\"code\":-2015,\"msg\":\"x\"}", .unknown),
        (400, "{\"code\":-77777,\"msg\":\"x\"}", .unknown),
    ])
    func `an answer to canceling an order never says gone when it may stand`(
        status: Int, body: String, verdict: CancelingVerdict
    ) {
        #expect(CancelingVerdict(Self.outcome(status, body)) == verdict)
    }

    @Test(arguments: [
        (401, "{\"code\":-2015,\"msg\":\"x\"}", VenueTrouble.keyRefused(code: -2015)),
        (
            418, "{\"code\":-1003,\"msg\":\"IP banned until 1573833600000\"}",
            .banned(until: Timestamp(milliseconds: 1_573_833_600_000))
        ),
        (451, "", .restricted), (403, "<html>", .restricted),
    ])
    func `refused keys, a ban and a refused place are trouble`(
        status: Int, body: String, trouble: VenueTrouble
    ) {
        #expect(Self.outcome(status, body).trouble == trouble)
    }

    @Test func `a full budget or a success is no trouble`() {
        #expect(BinanceREST.Outcome.held(.seconds(1)).trouble == nil)
        #expect(Self.outcome(200, "{}").trouble == nil)
        #expect(Self.outcome(429, "{\"code\":-1003,\"msg\":\"x\"}").trouble == nil)
    }
}
