import Text
package import Trading

/// What the engine must do about an answer of Binance USDⓈ-M futures.
///
/// Only `unknownOutcome`, `duplicateID` and `reconcile` leave open what the venue did with a mutation; after every other
/// refusal it did not execute.
/// - Source: Binance USDⓈ-M error codes and general information, pages read 2026-05, change log to 2026-09.
package enum VenueReaction: Hashable, Sendable {
    case success
    /// It may have executed. Never sent again; asked for by its client order id until the rules prove an answer.
    case unknownOutcome
    /// It did not execute and may be sent again, later and with a bound.
    case retryLater
    /// Nothing more until then; `nil` when the venue does not say until when.
    case rateLimited(until: Timestamp?)
    /// Our address is shut out until then.
    case banned(until: Timestamp?)
    /// Our clock is off by too much: measure, then once more with the same client order id.
    case resyncClock
    /// Keys, permissions or address are wrong: stop trading and call the operator.
    case halt
    /// Forbidden from where we are: stop, call the operator, never try again by itself.
    case restricted
    /// The account or the symbol is in another mode than we believe: stop and read the modes again.
    case modeMismatch
    /// We asked nonsense: count it, call the operator, never send it again.
    case requestBug
    /// The venue's rules for the instrument are others than we know: read them again.
    case refreshFilters
    /// The price is already behind the trigger.
    case wouldTrigger
    /// The position is smaller than we believe, or other orders stand against it.
    case reduceOnlyConflict
    /// Margin, leverage or a count of orders is used up: open nothing more, keep the exits.
    case margin
    /// The venue does not know the order: filled, canceled, or never there. After an unknown outcome this proves
    /// nothing until the request can no longer arrive.
    case orderGone
    /// An open order has this client order id: the first sending probably succeeded, ask for it.
    case duplicateID
    /// Another state of orders than the request needs: ask the venue for it.
    case reconcile
    /// It already is as we asked.
    case alreadyDone
    /// Only exits are allowed, for the symbol or the account.
    case reduceOnlyMode
    /// Its terms did not allow it to be placed: post-only or fill-or-kill.
    case notPlaced
    /// The listen key is gone.
    case newListenKey
    /// Refused, for a reason that asks for nothing else.
    case rejected
}

/// One answer of the REST interface, classified.
package struct VenueOutcome: Hashable, Sendable {
    package var status: Int
    /// The venue's code; `nil` when the body has none.
    package var code: Int?
    /// The venue's words, at most 200 characters; empty when the body has none.
    package var message: String
    package var reaction: VenueReaction

    /// Takes the status and the whole body of an answer, and whether its request was to change something: only then can
    /// an outcome be unknown. What nobody knows is taken for an unknown outcome.
    package init(status: Int, body: Span<UInt8>, isMutation: Bool) {
        let answer: CodeAnswer?
        do throws(FrameError) { answer = try BinanceAnswers.code(body) } catch { answer = nil }
        self.status = status
        code = answer?.code
        message = String((answer?.message ?? Self.plainText(body)).prefix(200))
        reaction = Self.reaction(
            status: status, code: code, message: message, isMutation: isMutation)
    }

    /// What the engine is told of an order that was definitely refused; `nil` when it was not refused, or nobody knows.
    package var rejectReason: RejectReason? {
        let other = RejectReason.other(code: code ?? status)
        switch reaction {
        case .success, .unknownOutcome, .duplicateID, .reconcile, .alreadyDone, .newListenKey:
            return nil
        case .rateLimited, .banned: return .throttled
        case .retryLater: return code == nil || code == -1008 ? .throttled : other
        case .wouldTrigger: return .wouldTriggerImmediately
        case .reduceOnlyConflict: return .reduceOnlyConflict
        case .margin: return code == -4045 || code == -2025 ? .tooManyOrders : .insufficientMargin
        case .refreshFilters:
            switch code {
            case -4016, -4024, -4131: return .priceOutsideBand
            default: return .filterViolation
            }
        case .orderGone: return .unknownOrder
        case .notPlaced: return code == -5022 ? .wouldTakeLiquidity : other
        case .resyncClock, .halt, .restricted, .modeMismatch, .requestBug, .reduceOnlyMode,
            .rejected:
            return other
        }
    }

    private static func reaction(
        status: Int, code: Int?, message: String, isMutation: Bool
    ) -> VenueReaction {
        // A question whose answer did not come can be asked again.
        let unknown: VenueReaction = isMutation ? .unknownOutcome : .retryLater
        switch status {
        case 200...299:
            // Some answers carry their success as a code, some an error in spite of the status.
            if let code, code < 0 { return reaction(code: code, message, unknown: unknown) }
            return .success
        case 403, 451: return .restricted
        case 408: return unknown
        case 418: return .banned(until: time(in: message))
        case 429: return .rateLimited(until: time(in: message))
        case 400...499:
            guard let code else { return isMutation ? .unknownOutcome : .requestBug }
            return reaction(code: code, message, unknown: unknown)
        case 503:
            if message.hasPrefix("Unknown error") { return unknown }
            if code == -1008 || message == "Service Unavailable." { return .retryLater }
            return unknown
        default:
            guard let code, (500...599).contains(status) else { return unknown }
            return reaction(code: code, message, unknown: unknown)
        }
    }

    private static func reaction(
        code: Int, _ message: String, unknown: VenueReaction
    ) -> VenueReaction {
        switch code {
        case -1000, -1006, -1007: unknown
        case -1001, -1008, -1016: .retryLater
        case -1003, -1015, -1034: .rateLimited(until: time(in: message))
        case -1021, -5028: .resyncClock
        case -1002, -1022, -2014, -2015, -2017, -1099, -4056, -4109, -4402: .halt
        case -4061, -4060, -4067, -4068, -4047, -4048: .modeMismatch
        case -1106 ... -1100, -1111, -1117 ... -1114, -1120, -1121, -1128, -1130, -1136, -4015,
            -4031, -4120, -4137, -4138:
            .requestBug
        case -4005 ... -4001, -4013, -4014, -4016, -4023, -4024, -4131, -4164, -4183, -4184, -4210,
            -4211, -1013:
            .refreshFilters
        case -2021, -4142: .wouldTrigger
        case -2022, -4118, -2024, -2026, -4062: .reduceOnlyConflict
        case -2018, -2019, -2027, -2028, -4028, -4050, -4051, -4161, -4045, -2025: .margin
        case -2023, -4087, -4088, -4108 ... -4105, -4140, -4141, -4189, -4192, -4400, -4401:
            .reduceOnlyMode
        case -2011, -2013: .orderGone
        case -4116: .duplicateID
        case -2012, -4117, -5026 ... -5024, -5043: .reconcile
        case -4046, -4059, -4171, -5027: .alreadyDone
        case -5021, -5022: .notPlaced
        case -1125: .newListenKey
        case -2010, -4531, -5047: .rejected
        default: unknown
        }
    }

    /// The first number of 13 digits in `message`: milliseconds, as in `banned until 1573833600000`.
    private static func time(in message: String) -> Timestamp? {
        var value: Int64 = 0
        var digits = 0
        for byte in Array(message.utf8) + [0] {
            if byte &- 48 < 10 {
                digits += 1
                if digits <= 13 { value = value * 10 + Int64(byte - 48) }
            } else {
                if digits == 13 { return Timestamp(milliseconds: value) }
                value = 0
                digits = 0
            }
        }
        return nil
    }

    /// The beginning of a body that is no JSON, with everything but printable ASCII made a blank.
    private static func plainText(_ body: Span<UInt8>) -> String {
        var text: [UInt8] = []
        for index in 0..<min(body.count, 200) {
            text.append((32...126).contains(body[index]) ? body[index] : 32)
        }
        while text.last == 32 { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}
