import Testing
import Trading

@testable import BinanceFormat

private func outcome(
    _ status: Int, _ body: String, isMutation: Bool = true
) -> VenueOutcome {
    VenueOutcome(status: status, body: Array(body.utf8).span, isMutation: isMutation)
}

private func reaction(code: Int, status: Int = 400, isMutation: Bool = true) -> VenueReaction {
    outcome(status, #"{"code":\#(code),"msg":"said"}"#, isMutation: isMutation).reaction
}

@Suite struct `The reaction to an answer` {
    @Test(
        arguments: [
            (VenueReaction.unknownOutcome, [-1000, -1006, -1007]),
            (.retryLater, [-1001, -1008, -1016]),
            (.rateLimited(until: nil), [-1003, -1015, -1034]),
            (.resyncClock, [-1021, -5028]),
            (.halt, [-1002, -1022, -2014, -2015, -2017, -1099, -4056, -4109, -4402]),
            (
                .requestBug,
                [
                    -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1111, -1114, -1115, -1116,
                    -1117,
                    -1120, -1121, -1128, -1130, -1136, -4015, -4031, -4120, -4137, -4138,
                ]
            ),
            (
                .refreshFilters,
                [
                    -4001, -4002, -4013, -4003, -4004, -4005, -4014, -4023, -4016, -4024, -4131,
                    -4164,
                    -4183, -4184, -4210, -4211, -1013,
                ]
            ),
            (.rejected, [-2010, -4531, -5047]),
            (.orderGone, [-2011, -2013]),
            (.reconcile, [-2012, -4117, -5024, -5025, -5026, -5043]),
            (.duplicateID, [-4116]),
            (.wouldTrigger, [-2021, -4142]),
            (.reduceOnlyConflict, [-2022, -4118, -2024, -2026, -4062]),
            (
                .margin,
                [-2018, -2019, -2027, -2028, -4028, -4050, -4051, -4161, -4045, -2025]
            ),
            (
                .reduceOnlyMode,
                [
                    -2023, -4087, -4088, -4105, -4106, -4107, -4140, -4141, -4189, -4192, -4400,
                    -4401,
                ]
            ),
            (.alreadyDone, [-4046, -4059, -4171, -5027]),
            (.modeMismatch, [-4061, -4060, -4067, -4068, -4047, -4048]),
            (.notPlaced, [-5021, -5022]),
            (.newListenKey, [-1125]),
        ] as [(VenueReaction, [Int])])
    func `every code that the venue documents has one`(expected: VenueReaction, codes: [Int]) {
        for code in codes { #expect(reaction(code: code) == expected, "\(code)") }
    }

    @Test(arguments: [-1, -999, -1107, -4006, -9999, 17])
    func `an unknown code leaves the outcome of a mutation unknown, and a question is asked again`(
        code: Int
    ) {
        #expect(reaction(code: code) == .unknownOutcome)
        #expect(reaction(code: code, isMutation: false) == .retryLater)
    }

    @Test func `the three kinds of 503 are told apart`() {
        let unknown = "Unknown error, please check your request or try again later."
        #expect(outcome(503, #"{"code":-1000,"msg":"\#(unknown)"}"#).reaction == .unknownOutcome)
        #expect(outcome(503, unknown).reaction == .unknownOutcome)
        #expect(outcome(503, #"{"code":-1001,"msg":"x"}"#).reaction == .unknownOutcome)
        #expect(outcome(503, #"{"code":0,"msg":"Service Unavailable."}"#).reaction == .retryLater)
        #expect(outcome(503, "Service Unavailable.\n").reaction == .retryLater)
        #expect(
            outcome(
                503,
                #"{"code":-1008,"msg":"Request throttled by system-level protection."}"#
            ).reaction == .retryLater)
        #expect(
            outcome(503, "<html>503 Service Unavailable.</html>").reaction == .unknownOutcome)
        #expect(outcome(503, unknown, isMutation: false).reaction == .retryLater)
    }

    @Test func `limits and bans name their end`() {
        let message =
            #"{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until 1573833600000. Please."}"#
        let end = Timestamp(milliseconds: 1_573_833_600_000)
        #expect(outcome(418, message).reaction == .banned(until: end))
        #expect(outcome(429, message).reaction == .rateLimited(until: end))
        #expect(outcome(400, message).reaction == .rateLimited(until: end))
        #expect(outcome(429, "").reaction == .rateLimited(until: nil))
        #expect(
            outcome(418, #"{"code":-1003,"msg":"until 99999999999999999999999999"}"#).reaction
                == .banned(until: nil))
    }

    @Test(arguments: [
        (200, "[]", VenueReaction.success), (200, #"{"code":200,"msg":"done"}"#, .success),
        (200, #"{"code":-2011,"msg":"Unknown order sent."}"#, .orderGone),
        (403, "<html>", .restricted),
        (451, #"{"code":0,"msg":"restricted location"}"#, .restricted),
        (408, "", .unknownOutcome), (404, "<html>", .unknownOutcome), (500, "", .unknownOutcome),
        (502, "<html>", .unknownOutcome), (504, #"{"code":-1007,"msg":""}"#, .unknownOutcome),
        (500, #"{"code":-2019,"msg":"Margin is insufficient."}"#, .margin),
        (302, "", .unknownOutcome), (0, "", .unknownOutcome), (-7, "", .unknownOutcome),
    ])
    func `every status has one`(status: Int, body: String, expected: VenueReaction) {
        #expect(outcome(status, body).reaction == expected)
    }

    @Test func `a page in place of JSON is kept short and printable`() {
        let page = "<html>\u{1b}[31m\n" + String(repeating: "x", count: 5_000)
        let outcome = outcome(403, page)
        #expect(outcome.code == nil)
        #expect(outcome.message == "<html> [31m " + String(repeating: "x", count: 188))
    }

    @Test(
        arguments: [
            (-2019, RejectReason.insufficientMargin), (-2025, .tooManyOrders),
            (-4014, .filterViolation), (-4131, .priceOutsideBand),
            (-2021, .wouldTriggerImmediately),
            (-2022, .reduceOnlyConflict), (-5022, .wouldTakeLiquidity),
            (-5021, .other(code: -5021)),
            (-2013, .unknownOrder), (-1015, .throttled), (-1008, .throttled),
            (-1001, .other(code: -1001)), (-2015, .other(code: -2015)),
            (-1021, .other(code: -1021)),
            (-1111, .other(code: -1111)), (-4192, .other(code: -4192)),
            (-2010, .other(code: -2010)),
            (-4061, .other(code: -4061)),
        ] as [(Int, RejectReason)])
    func `a definite refusal has a reason`(code: Int, reason: RejectReason) {
        #expect(outcome(400, #"{"code":\#(code),"msg":""}"#).rejectReason == reason)
    }

    @Test(arguments: [-1000, -1006, -1007, -4116, -4117, -4046, -1125, -9999])
    func `what is not definitely refused has no reason`(code: Int) {
        #expect(outcome(400, #"{"code":\#(code),"msg":""}"#).rejectReason == nil)
    }
}
