import NIOCore
import NIOPosix

/// One request on its way to its one outcome; belongs to the event loop.
final class RESTExchange {
    enum Phase: Hashable {
        /// Nothing has left.
        case waiting
        /// Bytes may have left.
        case written
        case ended
    }

    let request: RESTRequest
    private let permit: @Sendable () -> Bool
    private let completion: RESTClient.Completion
    private(set) var phase: Phase = .waiting
    var deadline: Scheduled<Void>?
    /// The connection that it was written to.
    var connection: RESTConnection?

    init(
        _ request: RESTRequest, permit: @escaping @Sendable () -> Bool,
        completion: @escaping RESTClient.Completion
    ) {
        self.request = request
        self.permit = permit
        self.completion = completion
    }

    /// Asks the permit. After true the caller must write at once: the outcome is unknown from here on.
    func beginWriting() -> Bool {
        guard phase == .waiting else { return false }
        guard permit() else {
            end(.failure(.withheld))
            return false
        }
        phase = .written
        return true
    }

    /// Ends it with the failure that fits how far it came.
    func fail(notSent: RESTFailure.NotSent, unknown: RESTFailure.Unknown) {
        switch phase {
        case .waiting: end(.failure(.notSent(notSent)))
        case .written: end(.failure(.unknown(unknown)))
        case .ended: break
        }
    }

    func end(_ result: Result<RESTAnswer, RESTFailure>) {
        guard phase != .ended else { return }
        phase = .ended
        deadline?.cancel()
        connection = nil
        completion(result)
    }
}
