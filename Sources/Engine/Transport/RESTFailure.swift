/// Why there is no answer, and above all whether the request can have been executed.
package enum RESTFailure: Error, Hashable, Sendable {
    /// The permit was refused immediately before the write: not one byte has left.
    case withheld
    /// Not one byte has left.
    case notSent(NotSent)
    /// The request was written, wholly or in part: it may have been executed. Never send it again, ask.
    case unknown(Unknown)

    package enum NotSent: Hashable, Sendable {
        case noConnection(ConnectFailure)
        /// The time was over before a connection was free.
        case timeout
        /// Too many requests wait already.
        case queueFull
        /// A header is ours to set, or holds what a header cannot hold.
        case invalidHeader
        /// The client has been stopped.
        case stopped
    }

    package enum Unknown: Hashable, Sendable {
        case timeout
        case connectionLost
        /// The answer is not HTTP.
        case garbledAnswer
        /// The status is known, the body was above the limit.
        case answerTooLarge(status: Int)
        /// The client was stopped while it waited for the answer.
        case stopped
    }
}
