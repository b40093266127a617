import CPosix
import Glibc
import Wire

/// A plain client of the control socket, for programs that give one command and follow its ladder.
struct ControlClient {
    struct Failure: Error {
        var description: String
    }

    private let descriptor: Int32
    private var decoder = WireDecoder(maxLine: WireProtocol.maxEngineLine)

    init(path: String) throws(Failure) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else {
            throw Failure(description: "no socket: \(String(cString: strerror(errno)))")
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        let bytes = Array(path.utf8)
        guard bytes.count < capacity else {
            throw Failure(
                description: "the socket path \(path) is longer than \(capacity - 1) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw Failure(
                description: "\(path) does not answer: \(String(cString: strerror(errno)))")
        }
    }

    /// Sends `kill` and follows its ladder to the end, at most `seconds`; the last ladder seen.
    consuming func kill(id: String, within seconds: Int64) throws(Failure) -> CommandTopic {
        defer { close(descriptor) }
        var line: [UInt8] = []
        do throws(WireEncodingError) {
            try ClientMessage(
                id: .number(1), request: .command(CommandRequest(verb: .kill, id: id))
            )
            .encode(into: &line)
        } catch { throw Failure(description: error.problem) }
        let written = line.withUnsafeBytes {
            send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard written == line.count else {
            throw Failure(description: "the command could not be sent")
        }
        let deadline = narwhal_monotonic_nanoseconds() + seconds * 1_000_000_000
        var ladder: CommandTopic?
        while let message = try next(deadline: deadline) {
            switch message {
            case .command(let topic) where topic.id == id:
                ladder = topic
                let steps = Set(topic.rungs.map(\.step))
                if steps.contains("completed") || topic.refusal != nil { return topic }
            case .failure(_, let error): throw Failure(description: error.message)
            case .command, .result, .snapshot, .delta: continue
            }
        }
        guard let ladder else {
            throw Failure(description: "the engine did not acknowledge within \(seconds) s")
        }
        return ladder
    }

    private mutating func next(deadline: Int64) throws(Failure) -> ServerMessage? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            do throws(WireDecodingError) {
                if let line = try decoder.nextLine() { return try ServerMessage.decode(line: line) }
            } catch {
                throw Failure(description: "the engine's answer is not understood: \(error)")
            }
            let left = (deadline - narwhal_monotonic_nanoseconds()) / 1_000_000
            guard left > 0 else { return nil }
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, Int32(left)) > 0 else { continue }
            let count = buffer.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress, $0.count, 0)
            }
            guard count > 0 else { throw Failure(description: "the engine closed the connection") }
            decoder.append(buffer[..<count])
        }
    }
}
