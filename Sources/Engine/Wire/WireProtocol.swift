/// The numbers that both ends of the protocol agree on; `docs/protocol.md` says the same in words.
package enum WireProtocol {
    /// Raised when an old client could misread a new engine. New members alone do not raise it: unknown members are
    /// ignored by both ends.
    package static let version = 1
    /// The longest line that a client may send, in bytes, line feed excluded.
    package static let maxClientLine = 64 * 1024
    /// The longest line that an engine sends, in bytes, line feed excluded.
    package static let maxEngineLine = 4 * 1024 * 1024
    /// How deep arrays and objects may nest in one line.
    package static let maxDepth = 32
    /// Most events that a snapshot holds, and that a client keeps.
    package static let maxEvents = 200
    /// Most points that one series holds.
    package static let maxSeriesPoints = 1_200
    /// Most rows that one query answers with.
    package static let maxQueryRows = 500
    /// Snapshots and deltas a wall second that a subscription gets when it asks for no rate.
    package static let standardRateHz = 10.0
    /// The rates that a subscription may ask for.
    package static let rateHz = 0.1...10.0
    /// The file name of the socket that only shows.
    package static let viewSocketName = "view.sock"
    /// The file name of the socket that also takes commands.
    package static let controlSocketName = "control.sock"
}

/// Why a line could not be understood.
package enum WireDecodingError: Error, Hashable, Sendable {
    /// Longer than the limit; the rest of the line is unreadable too.
    case lineTooLong(limit: Int)
    /// Deeper than `WireProtocol.maxDepth`.
    case tooDeep
    /// Not JSON.
    case notJSON
    /// JSON, but not a JSON-RPC 2.0 message. The id is that of the message, where it had one.
    case notAMessage(id: RequestID?, problem: String)
    /// A method that this side does not know.
    case unknownMethod(id: RequestID?, method: String)
    /// A known method with parameters that do not fit it.
    case badParameters(id: RequestID?, problem: String)
}

/// The error codes of an answer. Those above -32100 and up to -32000 are ours; the others are JSON-RPC's own.
package enum WireErrorCode: Int, Hashable, Sendable, Codable, CaseIterable {
    /// The line is not JSON, is too deep, or is too long; the connection is closed when it is too long.
    case parse = -32700
    /// JSON, but not a request with `jsonrpc`, `id` and `method`; batches are not taken.
    case invalidRequest = -32600
    case unknownMethod = -32601
    case invalidParameters = -32602
    case internalError = -32603
    /// This socket only shows; commands go to `control.sock`.
    case readOnly = -32001
    /// The peer is not in the group that this socket is for.
    case notAllowed = -32002
    /// The engine has as many clients as it takes.
    case tooManyClients = -32003
    /// The client speaks a newer protocol than this engine.
    case protocolVersion = -32004
    /// No such subscription, or already as many as one client may have.
    case subscription = -32005
    /// The command id was used before for another command.
    case commandIDInUse = -32006
    /// A start-direction command that came after its `notAfter`.
    case expired = -32007
    /// The engine is starting and has nothing to show yet.
    case notReady = -32008
    /// The store did not answer the query.
    case queryFailed = -32009
    /// More than the client may ask at once.
    case tooManyRequests = -32010
    /// The sets of models stay as they are; why is said in plain words.
    case modelsRefused = -32011
}

/// An error as it is sent: a code for programs, one plain sentence for people.
package struct WireError: Error, Hashable, Sendable, Codable {
    package var code: WireErrorCode
    package var message: String

    package init(_ code: WireErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The answer to a line that could not be understood.
    package init(_ error: WireDecodingError) {
        switch error {
        case .lineTooLong(let limit): self.init(.parse, "the line is longer than \(limit) bytes")
        case .tooDeep: self.init(.parse, "the line nests deeper than \(WireProtocol.maxDepth)")
        case .notJSON: self.init(.parse, "the line is not JSON")
        case .notAMessage(_, let problem): self.init(.invalidRequest, problem)
        case .unknownMethod(_, let method):
            self.init(.unknownMethod, "there is no method '\(method)'")
        case .badParameters(_, let problem): self.init(.invalidParameters, problem)
        }
    }
}

extension WireDecodingError {
    /// The id to answer with; `nil` when the line had none that could be read.
    package var id: RequestID? {
        switch self {
        case .lineTooLong, .tooDeep, .notJSON: nil
        case .notAMessage(let id, _), .unknownMethod(let id, _), .badParameters(let id, _): id
        }
    }
}

/// The id that pairs an answer with its request: a whole number or at most 64 bytes of text, chosen by the client.
package enum RequestID: Hashable, Sendable, Codable {
    case number(Int64)
    case text(String)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            self = .number(try container.decode(Int64.self))
        } catch {
            let text = try container.decode(String.self)
            guard text.utf8.count <= 64 else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "a request id has at most 64 bytes")
            }
            self = .text(text)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }
}
