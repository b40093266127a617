import BinanceFormat
import Trading
import Transport

/// What is to be done about the answer to placing an order, or about there being none.
///
/// Only `unknown` leaves open whether the venue has the order; then nothing is sent again, it is asked for.
enum PlacingVerdict: Hashable, Sendable {
    /// The venue took it: the answer says what became of it.
    case taken
    case refused(RejectReason)
    /// Not one byte left, or the venue says that it did nothing; the same order may be sent after so long.
    case notYet(Duration, RejectReason)
    /// Our clock was off, and so it was refused: measure, then once more under the same client order id.
    case clockWasOff(RejectReason)
    /// Nobody wants it any more, or nothing can be sent at all.
    case withheld
    case unknown

    /// How long to wait before what was not sent is tried again.
    private static let connectionWait = Duration.milliseconds(100)
    private static let refusalWait = Duration.milliseconds(200)

    init(_ outcome: BinanceREST.Outcome) {
        switch outcome {
        case .held(let wait): self = .notYet(wait, .throttled)
        case .failed(.withheld): self = .withheld
        case .failed(.unknown): self = .unknown
        case .failed(.notSent(let why)):
            switch why {
            case .noConnection, .timeout, .queueFull:
                self = .notYet(Self.connectionWait, .throttled)
            case .invalidHeader, .stopped: self = .withheld
            }
        case .answered(let answer, _): self.init(answer)
        }
    }

    private init(_ answer: VenueOutcome) {
        let reason = answer.rejectReason ?? .other(code: answer.code ?? answer.status)
        switch answer.reaction {
        case .success: self = .taken
        case .retryLater, .rateLimited, .banned: self = .notYet(Self.refusalWait, reason)
        case .resyncClock: self = .clockWasOff(reason)
        case .halt, .restricted, .modeMismatch, .requestBug, .refreshFilters, .wouldTrigger,
            .reduceOnlyConflict, .margin, .orderGone, .reduceOnlyMode, .notPlaced, .rejected:
            self = .refused(reason)
        // An order of this id is open, or orders stand otherwise than we believe: the truth is asked for.
        case .unknownOutcome, .duplicateID, .reconcile: self = .unknown
        // No answers to placing an order: what cannot be understood may have executed.
        case .alreadyDone, .newListenKey: self = .unknown
        }
    }
}

/// What is to be done about the answer to canceling an order, or about there being none.
enum CancelingVerdict: Hashable, Sendable {
    /// The venue canceled it.
    case canceled
    /// The venue did not find it open: filled, gone, or never there.
    case gone
    /// Nothing was done at the venue; canceling again is right.
    case notYet(Duration)
    case clockWasOff
    /// It may or may not be canceled.
    case unknown

    private static let wait = Duration.milliseconds(200)

    init(_ outcome: BinanceREST.Outcome) {
        switch outcome {
        case .held(let wait): self = .notYet(wait)
        case .failed(.withheld), .failed(.unknown): self = .unknown
        case .failed(.notSent(let why)):
            switch why {
            case .noConnection, .timeout, .queueFull: self = .notYet(Self.wait)
            case .invalidHeader, .stopped: self = .unknown
            }
        case .answered(let answer, _):
            switch answer.reaction {
            case .success: self = .canceled
            case .orderGone: self = .gone
            case .retryLater, .rateLimited, .banned: self = .notYet(Self.wait)
            case .resyncClock: self = .clockWasOff
            // Whatever it is, the order may still be open: it is asked for.
            case .unknownOutcome, .halt, .restricted, .modeMismatch, .requestBug, .refreshFilters,
                .wouldTrigger, .reduceOnlyConflict, .margin, .duplicateID, .reconcile,
                .alreadyDone, .reduceOnlyMode, .notPlaced, .newListenKey, .rejected:
                self = .unknown
            }
        }
    }
}

extension BinanceREST.Outcome {
    /// What the engine is told when keys, address or place are refused; `nil` for everything else.
    var trouble: VenueTrouble? {
        guard case .answered(let answer, _) = self else { return nil }
        switch answer.reaction {
        case .halt: return .keyRefused(code: answer.code ?? answer.status)
        case .banned(let until): return .banned(until: until)
        case .restricted: return .restricted
        case .success, .unknownOutcome, .retryLater, .rateLimited, .resyncClock, .modeMismatch,
            .requestBug, .refreshFilters, .wouldTrigger, .reduceOnlyConflict, .margin, .orderGone,
            .duplicateID, .reconcile, .alreadyDone, .reduceOnlyMode, .notPlaced, .newListenKey,
            .rejected:
            return nil
        }
    }

    /// The body of a success; `nil` for everything else.
    var success: [UInt8]? {
        guard case .answered(let answer, let body) = self, answer.reaction == .success else {
            return nil
        }
        return body.body
    }

    /// The venue says that it does not know the order.
    var isUnknownOrder: Bool {
        guard case .answered(let answer, _) = self else { return false }
        return answer.reaction == .orderGone
    }
}
