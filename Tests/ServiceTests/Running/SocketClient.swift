import Glibc
import Wire

/// A client on a real socket of an engine whose waits all end.
final class SocketClient {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let descriptor: Int32
    private var decoder = WireDecoder(maxLine: WireProtocol.maxEngineLine)
    private var nextID: Int64 = 1
    /// Every ladder that came, the newest of each command.
    private(set) var ladders: [String: CommandTopic] = [:]

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw Failure(description: "socket: \(errno)") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure(description: "connect \(path): \(String(cString: strerror(code)))")
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Sends a request without waiting for anything.
    @discardableResult
    func send(_ request: ClientRequest) throws -> RequestID {
        let id = RequestID.number(nextID)
        nextID += 1
        var bytes: [UInt8] = []
        try ClientMessage(id: id, request: request).encode(into: &bytes)
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            start += count
        }
        return id
    }

    /// The answer to a request.
    func answer(to request: ClientRequest) throws -> ServerMessage {
        let id = try send(request)
        let deadline = Moment(seconds: 5)
        while let message = try next(until: deadline) {
            switch message {
            case .result(let other, _) where other == id: return message
            case .failure(let other, _) where other == id: return message
            case .result, .failure, .snapshot, .delta, .command: continue
            }
        }
        throw Failure(description: "no answer")
    }

    func status() throws -> StatusReport? {
        guard case .result(_, .status(let report)) = try answer(to: .status) else { return nil }
        return report
    }

    /// The answer to a question or an order about models.
    func models(_ request: ModelsRequest) throws -> Result<ModelsReport, WireError> {
        switch try answer(to: .models(request)) {
        case .result(_, .models(let report)): return .success(report)
        case .failure(_, let error): return .failure(error)
        case .result, .snapshot, .delta, .command: throw Failure(description: "another answer")
        }
    }

    /// Everything that the engine shows of `topics` now.
    func snapshot(of topics: [Topic]) throws -> Snapshot {
        try send(.subscribe(SubscribeRequest(topics: topics)))
        let deadline = Moment(seconds: 5)
        while let message = try next(until: deadline) {
            if case .snapshot(let snapshot) = message { return snapshot.data }
        }
        throw Failure(description: "no snapshot")
    }

    /// Sends a command and hands each new look of its ladder to `isEnough` until that says so.
    @discardableResult
    func command(
        _ verb: CommandVerb, id: String, name: String? = nil, symbol: String? = nil,
        within seconds: Double = 20, until isEnough: (CommandTopic) -> Bool
    ) throws -> CommandTopic {
        try send(.command(CommandRequest(verb: verb, id: id, name: name, symbol: symbol)))
        return try follow(id, within: seconds, until: isEnough)
    }

    /// Follows the ladder of a command that was sent.
    @discardableResult
    func follow(
        _ id: String, within seconds: Double = 20, until isEnough: (CommandTopic) -> Bool
    ) throws -> CommandTopic {
        if let known = ladders[id], isEnough(known) { return known }
        let deadline = Moment(seconds: seconds)
        while let message = try next(until: deadline) {
            if case .failure(_, let error) = message {
                throw Failure(description: error.message)
            }
            if let known = ladders[id], isEnough(known) { return known }
        }
        let rungs = ladders[id].map { "\($0.steps) \($0.refusal ?? "")" } ?? "nothing"
        throw Failure(description: "\(id) got no further than \(rungs)")
    }

    private func next(until deadline: Moment) throws -> ServerMessage? {
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            if let line = try decoder.nextLine() {
                let message = try ServerMessage.decode(line: line)
                if case .command(let topic) = message { ladders[topic.id] = topic }
                return message
            }
            let left = deadline.milliseconds
            guard left > 0 else { return nil }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, left) > 0 else { return nil }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failure(description: "the engine closed the connection") }
            decoder.append(buffer[..<count])
        }
    }
}

extension CommandTopic {
    var steps: [String] { rungs.map(\.step) }
    func has(_ step: String) -> Bool { rungs.contains { $0.step == step } }
    func rung(_ step: String) -> LadderRungTopic? { rungs.first { $0.step == step } }
}

/// A moment to wait for, on the monotonic clock.
struct Moment {
    private let nanoseconds: Int64

    init(seconds: Double) { nanoseconds = Self.now() + Int64(seconds * 1e9) }

    static func now() -> Int64 {
        var moment = timespec()
        clock_gettime(CLOCK_MONOTONIC, &moment)
        return Int64(moment.tv_sec) * 1_000_000_000 + Int64(moment.tv_nsec)
    }

    var isPast: Bool { Self.now() >= nanoseconds }
    var milliseconds: Int32 {
        Int32(clamping: max(0, (nanoseconds - Self.now() + 999_999) / 1_000_000))
    }
}

/// Looks every two milliseconds whether `condition` holds; false when it does not within `seconds`.
func eventually(within seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Moment(seconds: seconds)
    while true {
        if try condition() { return true }
        if deadline.isPast { return false }
        usleep(2_000)
    }
}

extension ProtectionProof {
    /// Whether a stop at the venue covers all of the position.
    var isProven: Bool { stopOrderID != nil && nakedQuantity == "0" }
}
