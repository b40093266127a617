extension ServerMessage {
    /// Appends this message as one line with its line feed.
    package func encode(into bytes: inout [UInt8]) throws(WireEncodingError) {
        switch self {
        case .result, .failure, .command:
            try WireCodec.append(ServerEnvelope(outcome: .success(self)), to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        case .snapshot(let snapshot):
            var topics: [(Topic, [UInt8])] = []
            for topic in Topic.allCases {
                guard let whole = snapshot.data.whole(topic) else { continue }
                var value: [UInt8] = []
                try whole.encodeValue(into: &value)
                topics.append((topic, value))
            }
            Self.appendSnapshot(
                subscription: snapshot.subscription, n: snapshot.n, topics: topics, to: &bytes)
        case .delta(let delta):
            var value: [UInt8] = []
            try delta.change.encodeValue(into: &value)
            Self.appendDelta(
                subscription: delta.subscription, n: delta.n, topic: delta.change.topic,
                value: value,
                to: &bytes)
        }
    }

    /// Appends a snapshot line made of topics that are JSON text already, so that many clients share the work.
    package static func appendSnapshot(
        subscription: Int, n: UInt64, topics: [(Topic, [UInt8])], to bytes: inout [UInt8]
    ) {
        bytes.reserveCapacity(bytes.count + topics.reduce(128) { $0 + $1.1.count + 16 })
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","method":"snapshot","params":{"data":{"#.utf8)
        for (index, topic) in topics.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "\"" : ",\"").utf8)
            bytes.append(contentsOf: topic.0.rawValue.utf8)
            bytes.append(contentsOf: "\":".utf8)
            bytes.append(contentsOf: topic.1)
        }
        bytes.append(contentsOf: "},\"n\":\(n),\"subscription\":\(subscription)}}\n".utf8)
    }

    /// Appends a delta line made of a value that is JSON text already.
    package static func appendDelta(
        subscription: Int, n: UInt64, topic: Topic, value: [UInt8], to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: #"{"jsonrpc":"2.0","method":"delta","params":{"data":"#.utf8)
        bytes.append(contentsOf: value)
        bytes.append(
            contentsOf:
                ",\"n\":\(n),\"subscription\":\(subscription),\"topic\":\"\(topic.rawValue)\"}}\n"
                .utf8)
    }

    /// Reads one line, without its line feed.
    package static func decode(
        line: some Collection<UInt8>
    ) throws(WireDecodingError) -> ServerMessage {
        guard line.count <= WireProtocol.maxEngineLine else {
            throw .lineTooLong(limit: WireProtocol.maxEngineLine)
        }
        return try WireCodec.decode(ServerEnvelope.self, from: line).outcome.get()
    }
}

/// A line of the engine. Decoding keeps what is wrong as a value.
private struct ServerEnvelope: Codable {
    var outcome: Result<ServerMessage, WireDecodingError>

    init(outcome: Result<ServerMessage, WireDecodingError>) { self.outcome = outcome }

    init(from decoder: any Decoder) throws {
        do {
            let container = try decoder.container(keyedBy: WireKey.self)
            outcome = Result { () throws(WireDecodingError) in try Self.message(in: container) }
        } catch {
            outcome = .failure(.notAMessage(id: nil, problem: "a message is one JSON object"))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: WireKey.self)
        try container.encode("2.0", forKey: .jsonrpc)
        switch try outcome.get() {
        case .result(let id, let result):
            try container.encode(id, forKey: .id)
            try result.encode(to: container.superEncoder(forKey: .result))
        case .failure(let id, let error):
            // JSON-RPC wants the member to be there, as null, when the id could not be read.
            if let id {
                try container.encode(id, forKey: .id)
            } else {
                try container.encodeNil(forKey: .id)
            }
            try container.encode(error, forKey: .error)
        case .command(let command):
            try container.encode("command", forKey: .method)
            try container.encode(command, forKey: .params)
        case .snapshot, .delta:
            preconditionFailure(
                "snapshots and deltas are put together from the text of their topics")
        }
    }

    private static func message(
        in container: KeyedDecodingContainer<WireKey>
    ) throws(WireDecodingError) -> ServerMessage {
        var id: RequestID?
        do {
            id = try container.decodeIfPresent(RequestID.self, forKey: .id)
            if container.contains(.method) {
                let method = try container.decode(String.self, forKey: .method)
                return try notification(method, in: container)
            }
            if container.contains(.error) {
                return .failure(id, try container.decode(WireError.self, forKey: .error))
            }
            guard let id else {
                throw WireDecodingError.notAMessage(id: nil, problem: "an answer needs an 'id'")
            }
            return .result(id, try ServerResult(from: container.superDecoder(forKey: .result)))
        } catch let error as WireDecodingError {
            throw error
        } catch let error as DecodingError {
            throw .badParameters(id: id, problem: error.inWords)
        } catch {
            throw .badParameters(id: id, problem: "the message does not fit")
        }
    }

    private static func notification(
        _ method: String, in container: KeyedDecodingContainer<WireKey>
    ) throws -> ServerMessage {
        switch method {
        case "command": return .command(try container.decode(CommandTopic.self, forKey: .params))
        case "snapshot":
            return .snapshot(try container.decode(SnapshotNotification.self, forKey: .params))
        case "delta":
            let parameters = try container.nestedContainer(keyedBy: WireKey.self, forKey: .params)
            let topic = try parameters.decode(Topic.self, forKey: .topic)
            return .delta(
                DeltaNotification(
                    subscription: try parameters.decode(Int.self, forKey: .subscription),
                    n: try parameters.decode(UInt64.self, forKey: .n),
                    change: try TopicDelta(topic: topic, in: parameters)))
        default:
            throw WireDecodingError.unknownMethod(
                id: nil, method: String(decoding: method.utf8.prefix(64), as: UTF8.self))
        }
    }
}

extension ServerResult: Codable {
    /// The value of `type`.
    private enum Kind: String, Codable {
        case hello, subscribed, unsubscribed, pong, status, received, rows, models
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WireKey.self)
        switch try container.decode(Kind.self, forKey: .type) {
        case .hello: self = .hello(try Hello(from: decoder))
        case .subscribed: self = .subscribed(try Subscribed(from: decoder))
        case .unsubscribed: self = .unsubscribed(try Unsubscribed(from: decoder))
        case .pong: self = .pong(try Pong(from: decoder))
        case .status: self = .status(try StatusReport(from: decoder))
        case .received: self = .received(try CommandReceipt(from: decoder))
        case .rows: self = .rows(try QueryResult(from: decoder))
        case .models: self = .models(try ModelsReport(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: WireKey.self)
        switch self {
        case .hello(let value):
            try container.encode(Kind.hello, forKey: .type)
            try value.encode(to: encoder)
        case .subscribed(let value):
            try container.encode(Kind.subscribed, forKey: .type)
            try value.encode(to: encoder)
        case .unsubscribed(let value):
            try container.encode(Kind.unsubscribed, forKey: .type)
            try value.encode(to: encoder)
        case .pong(let value):
            try container.encode(Kind.pong, forKey: .type)
            try value.encode(to: encoder)
        case .status(let value):
            try container.encode(Kind.status, forKey: .type)
            try value.encode(to: encoder)
        case .received(let value):
            try container.encode(Kind.received, forKey: .type)
            try value.encode(to: encoder)
        case .rows(let value):
            try container.encode(Kind.rows, forKey: .type)
            try value.encode(to: encoder)
        case .models(let value):
            try container.encode(Kind.models, forKey: .type)
            try value.encode(to: encoder)
        }
    }
}
