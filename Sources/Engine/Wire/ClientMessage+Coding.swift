import Trading

extension ClientMessage {
    /// Appends this request as one line with its line feed.
    package func encode(into bytes: inout [UInt8]) throws(WireEncodingError) {
        try WireCodec.append(RequestEnvelope(outcome: .success(self)), to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Reads one line, without its line feed.
    package static func decode(
        line: some Collection<UInt8>
    ) throws(WireDecodingError) -> ClientMessage {
        guard line.count <= WireProtocol.maxClientLine else {
            throw .lineTooLong(limit: WireProtocol.maxClientLine)
        }
        return try WireCodec.decode(RequestEnvelope.self, from: line).outcome.get()
    }
}

/// A request on the wire. Decoding keeps what is wrong as a value, so that the answer can name the request's id.
private struct RequestEnvelope: Codable {
    var outcome: Result<ClientMessage, WireDecodingError>

    init(outcome: Result<ClientMessage, WireDecodingError>) { self.outcome = outcome }

    init(from decoder: any Decoder) throws {
        do {
            let container = try decoder.container(keyedBy: WireKey.self)
            outcome = Result { () throws(WireDecodingError) in try Self.message(in: container) }
        } catch {
            outcome = .failure(
                .notAMessage(
                    id: nil, problem: "a request is one JSON object; batches are not taken"))
        }
    }

    func encode(to encoder: any Encoder) throws {
        let message = try outcome.get()
        var container = encoder.container(keyedBy: WireKey.self)
        try container.encode("2.0", forKey: .jsonrpc)
        try container.encode(message.id, forKey: .id)
        try container.encode(message.request.method, forKey: .method)
        switch message.request {
        case .ping, .status: break
        case .hello(let parameters): try container.encode(parameters, forKey: .params)
        case .subscribe(let parameters): try container.encode(parameters, forKey: .params)
        case .unsubscribe(let parameters): try container.encode(parameters, forKey: .params)
        case .query(let parameters): try container.encode(parameters, forKey: .params)
        case .models(let request):
            var parameters = container.nestedContainer(keyedBy: WireKey.self, forKey: .params)
            try parameters.encodeIfPresent(request.set, forKey: .set)
            try parameters.encodeIfPresent(request.path, forKey: .path)
            try parameters.encodeIfPresent(request.note, forKey: .note)
            try parameters.encodeIfPresent(request.id, forKey: .id)
            try parameters.encodeIfPresent(request.notAfter, forKey: .notAfter)
            try parameters.encodeIfPresent(request.name, forKey: .name)
        case .command(let command):
            var parameters = container.nestedContainer(keyedBy: WireKey.self, forKey: .params)
            try parameters.encode(command.id, forKey: .id)
            try parameters.encodeIfPresent(command.name, forKey: .name)
            try parameters.encodeIfPresent(command.notAfter, forKey: .notAfter)
            try parameters.encodeIfPresent(command.symbol, forKey: .symbol)
            try parameters.encodeIfPresent(command.percent, forKey: .percent)
        }
    }

    private static func message(
        in container: KeyedDecodingContainer<WireKey>
    ) throws(WireDecodingError) -> ClientMessage {
        let id: RequestID
        do {
            id = try container.decode(RequestID.self, forKey: .id)
        } catch {
            throw .notAMessage(
                id: nil,
                problem: "a request needs an 'id': a whole number, or a text of at most 64 bytes")
        }
        let method: String
        do {
            guard try container.decode(String.self, forKey: .jsonrpc) == "2.0" else {
                throw WireDecodingError.notAMessage(id: id, problem: "'jsonrpc' must be \"2.0\"")
            }
            method = try container.decode(String.self, forKey: .method)
        } catch {
            throw .notAMessage(id: id, problem: "a request needs 'jsonrpc':\"2.0\" and a 'method'")
        }
        do {
            let request = try request(method: method, in: container)
            return ClientMessage(id: id, request: request)
        } catch let error as BadParameters {
            throw .badParameters(id: id, problem: error.problem)
        } catch let error as DecodingError {
            throw .badParameters(id: id, problem: error.inWords)
        } catch is UnknownMethod {
            throw .unknownMethod(
                id: id, method: String(decoding: method.utf8.prefix(64), as: UTF8.self))
        } catch {
            throw .badParameters(id: id, problem: "the parameters do not fit")
        }
    }

    private struct UnknownMethod: Error {}
    private struct BadParameters: Error { var problem: String }

    private static func request(
        method: String, in container: KeyedDecodingContainer<WireKey>
    ) throws -> ClientRequest {
        switch method {
        case "hello":
            return .hello(
                try container.decodeIfPresent(HelloRequest.self, forKey: .params)
                    ?? HelloRequest(protocolVersion: nil))
        case "ping": return .ping
        case "status": return .status
        case "subscribe":
            let parameters = try container.decode(SubscribeRequest.self, forKey: .params)
            guard !parameters.topics.isEmpty else {
                throw BadParameters(problem: "'topics' is empty")
            }
            if let rate = parameters.maxRateHz, !WireProtocol.rateHz.contains(rate) {
                throw BadParameters(problem: "'maxRateHz' must be in 0.1...10")
            }
            return .subscribe(parameters)
        case "unsubscribe":
            return .unsubscribe(try container.decode(UnsubscribeRequest.self, forKey: .params))
        case "query":
            let parameters = try container.decode(QueryRequest.self, forKey: .params)
            guard (1...WireProtocol.maxQueryRows).contains(parameters.limit) else {
                throw BadParameters(problem: "'limit' must be in 1...\(WireProtocol.maxQueryRows)")
            }
            return .query(parameters)
        default:
            if let verb = ModelsVerb(method: method) {
                return .models(try models(verb, in: container))
            }
            guard let verb = CommandVerb(rawValue: method) else { throw UnknownMethod() }
            return .command(try command(verb, in: container))
        }
    }

    private static func models(
        _ verb: ModelsVerb, in container: KeyedDecodingContainer<WireKey>
    ) throws -> ModelsRequest {
        var request = ModelsRequest(verb: verb)
        if container.contains(.params) {
            let parameters = try container.nestedContainer(keyedBy: WireKey.self, forKey: .params)
            // A `null` would mean every set where one was meant.
            if parameters.contains(.set) {
                request.set = try parameters.decode(String.self, forKey: .set)
            }
            request.path = try parameters.decodeIfPresent(String.self, forKey: .path)
            request.note = try parameters.decodeIfPresent(String.self, forKey: .note)
            request.id = try parameters.decodeIfPresent(String.self, forKey: .id)
            request.notAfter = try parameters.decodeIfPresent(Int64.self, forKey: .notAfter)
            request.name = try parameters.decodeIfPresent(String.self, forKey: .name)
        }
        if let problem = request.problem { throw BadParameters(problem: problem) }
        return request
    }

    private static func command(
        _ verb: CommandVerb, in container: KeyedDecodingContainer<WireKey>
    ) throws -> CommandRequest {
        let parameters = try container.nestedContainer(keyedBy: WireKey.self, forKey: .params)
        var command = CommandRequest(
            verb: verb, id: try parameters.decode(String.self, forKey: .id),
            name: try parameters.decodeIfPresent(String.self, forKey: .name),
            notAfter: try parameters.decodeIfPresent(Int64.self, forKey: .notAfter))
        guard CommandRequest.isValid(id: command.id) else {
            throw BadParameters(problem: "'id' must be 1 to 64 characters A-Z a-z 0-9 . _ -")
        }
        if verb == .arm {
            guard let name = command.name, (1...64).contains(name.utf8.count) else {
                throw BadParameters(problem: "'arm' needs the engine's 'name', typed in full")
            }
        }
        switch verb {
        case .pause, .resume:
            // A `null` would mean everything where one symbol was meant.
            if parameters.contains(.symbol) { command.symbol = try symbol(in: parameters) }
        case .close, .breakEven: command.symbol = try symbol(in: parameters)
        case .reduce:
            command.symbol = try symbol(in: parameters)
            let percent = try parameters.decode(Int.self, forKey: .percent)
            guard (1...99).contains(percent) else {
                throw BadParameters(
                    problem: "'percent' must be a whole number in 1...99; 'close' closes all")
            }
            command.percent = percent
        case .flatten, .kill, .halt, .arm: break
        }
        return command
    }

    private static func symbol(in parameters: KeyedDecodingContainer<WireKey>) throws -> String {
        let text = try parameters.decode(String.self, forKey: .symbol)
        guard SymbolName(text) != nil else {
            throw BadParameters(
                problem: "'symbol' must be 1 to 24 characters A-Z 0-9 _, like BTCUSDT")
        }
        return text
    }
}

extension CommandRequest {
    /// Whether `id` can be a command's id.
    package static func isValid(id: String) -> Bool {
        guard (1...64).contains(id.utf8.count) else { return false }
        return id.utf8.allSatisfy { byte in
            switch byte {
            case 45, 46, 48...57, 65...90, 95, 97...122: true
            default: false
            }
        }
    }
}
