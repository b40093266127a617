package import BinanceFormat
import Text
package import Trading
package import Transport

/// Why a question has no answer, in one plain line without secrets.
package struct VenueSilence: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the engine must do about it; `nil` when nothing was answered.
    package let reaction: VenueReaction?
    package let code: Int?
    /// Why there was no connection; `nil` when there was one.
    package let connect: ConnectFailure?
    /// How long nothing may be sent; `nil` when nothing forbids it.
    package let wait: Duration?
    package let description: String

    init(
        reaction: VenueReaction? = nil, code: Int? = nil, connect: ConnectFailure? = nil,
        wait: Duration? = nil, description: String
    ) {
        self.reaction = reaction
        self.code = code
        self.connect = connect
        self.wait = wait
        self.description = description
    }
}

extension BinanceREST {
    /// Asks one question and reads its answer.
    package func ask<Answer: Sendable>(
        _ request: BinanceRequest, timeout: Duration = .seconds(5),
        _ read: @Sendable (Span<UInt8>) throws(FrameError) -> Answer
    ) async -> Result<Answer, VenueSilence> {
        switch await send(request, timeout: timeout) {
        case .answered(let outcome, let answer):
            guard outcome.reaction == .success else {
                return .failure(VenueSilence(outcome))
            }
            do throws(FrameError) {
                return .success(try read(answer.body.span))
            } catch {
                return .failure(
                    VenueSilence(
                        description:
                            "\(request.path): the answer is not understood (\(error.kind) at byte \(error.offset))"
                    ))
            }
        case .failed(let failure): return .failure(VenueSilence(failure))
        case .held(let wait): return .failure(VenueSilence(held: wait))
        }
    }

    /// Measures the venue's clock; answers whether it is known now.
    package func synchronizeClock() async -> Bool {
        await withCheckedContinuation { continuation in
            synchronizeClock { continuation.resume(returning: $0) }
        }
    }
}

extension VenueSilence {
    /// What the venue refused, in its words.
    init(_ outcome: VenueOutcome) {
        let code = outcome.code.map { "code \($0)" } ?? "status \(outcome.status)"
        let words = SafeText.clean(outcome.message)
        self.init(
            reaction: outcome.reaction, code: outcome.code,
            description: "the venue answered \(code)" + (words.isEmpty ? "" : ": \(words)"))
    }

    init(held wait: Duration) {
        self.init(
            // A ban may last for days; whoever waits looks again before.
            wait: min(max(wait, .milliseconds(50)), .seconds(10)),
            description:
                "our request budget or a ban of the venue stands before it for \(wait.seconds) s")
    }

    init(_ failure: RESTFailure) {
        let words =
            switch failure {
            case .withheld: "no key is configured"
            case .notSent(.noConnection(let reason)): "no connection: \(Self.words(reason))"
            case .notSent(.timeout): "no connection was free in time"
            case .notSent(.queueFull): "too many requests wait"
            case .notSent(.invalidHeader): "the request cannot be written"
            case .notSent(.stopped), .unknown(.stopped): "the client has been stopped"
            case .unknown(.timeout): "no answer in time"
            case .unknown(.connectionLost): "the connection was lost"
            case .unknown(.garbledAnswer): "the answer is not HTTP"
            case .unknown(.answerTooLarge): "the answer is too large"
            }
        if case .notSent(.noConnection(let reason)) = failure {
            self.init(connect: reason, description: words)
        } else {
            self.init(description: words)
        }
    }

    /// In the words of an operator.
    package static func words(_ failure: ConnectFailure) -> String {
        switch failure {
        case .timeout: "nobody answered in time"
        case .unreachable: "the host cannot be reached"
        case .certificate: "its certificate is not believed"
        case .tls: "TLS failed"
        case .notAnUpgrade: "it does not speak WebSocket"
        case .canceled: "canceled"
        }
    }
}
