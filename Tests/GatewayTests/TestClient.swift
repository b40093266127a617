import Glibc
import Testing
import Wire

/// A client on a real socket whose waits all end.
final class TestClient {
    let descriptor: Int32
    private var decoder = WireDecoder(maxLine: WireProtocol.maxEngineLine)
    private var nextID: Int64 = 1
    /// Bytes read so far.
    private(set) var bytesRead = 0

    struct Failure: Error, CustomStringConvertible { var description: String }

    init(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
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
            throw Failure(description: "connect: \(code)")
        }
    }

    deinit { Glibc.close(descriptor) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Writes all of it; the engine reads, so this does not wait long.
    func send(_ bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            start += count
        }
    }

    /// Sends a request and returns its id.
    @discardableResult
    func request(_ request: ClientRequest) throws -> RequestID {
        let id = RequestID.number(nextID)
        nextID += 1
        var bytes: [UInt8] = []
        try ClientMessage(id: id, request: request).encode(into: &bytes)
        send(bytes)
        return id
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    enum Arrival: Equatable {
        case message(ServerMessage)
        case closed
        case nothing
    }

    /// What comes next within the time.
    func arrival(milliseconds: Int32 = 5_000) throws -> Arrival {
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            if let line = try decoder.nextLine() {
                return .message(try ServerMessage.decode(line: line))
            }
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, milliseconds) > 0 else { return .nothing }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return .closed }
            bytesRead += count
            decoder.append(buffer[..<count])
        }
    }

    /// The next message; it is a failure when none comes.
    func next(sourceLocation: SourceLocation = #_sourceLocation) throws -> ServerMessage {
        switch try arrival() {
        case .message(let message): return message
        case .closed: throw Failure(description: "closed at \(sourceLocation)")
        case .nothing: throw Failure(description: "nothing came at \(sourceLocation)")
        }
    }

    /// The next message that is an answer.
    func answer(sourceLocation: SourceLocation = #_sourceLocation) throws -> ServerMessage {
        while true {
            let message = try next(sourceLocation: sourceLocation)
            switch message {
            case .result, .failure: return message
            case .snapshot, .delta, .command: continue
            }
        }
    }

    /// The code that comes as answer.
    func failureCode(sourceLocation: SourceLocation = #_sourceLocation) throws -> WireErrorCode? {
        guard case .failure(_, let error) = try answer(sourceLocation: sourceLocation) else {
            return nil
        }
        return error.code
    }
}

/// What a subscriber has after all that came; a gap in the numbers is recorded as an issue.
struct Replica {
    var snapshot = Snapshot()
    var n: UInt64?
    var snapshots = 0
    var deltas = 0

    mutating func apply(_ message: ServerMessage) {
        switch message {
        case .snapshot(let notification):
            #expect(notification.n == 0)
            snapshot = notification.data
            n = 0
            snapshots += 1
        case .delta(let notification):
            #expect(notification.n == n.map { $0 + 1 }, "a gap in the numbers")
            n = notification.n
            snapshot.apply(notification.change)
            deltas += 1
        case .result, .failure, .command: break
        }
    }
}
