import Glibc
import Wire

/// One connection to an engine: lines out, messages in, nothing ever waits.
final class EngineLink {
    let descriptor: Int32
    private var decoder = WireDecoder(maxLine: WireProtocol.maxEngineLine)
    private var pending: [UInt8] = []
    /// How much may wait for an engine that reads nothing; commands are sent again anyway.
    private static let maxPending = 1 << 20

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    var hasBacklog: Bool { !pending.isEmpty }

    enum Reading {
        /// What has come, in order, and whether more may be waiting.
        case messages([ServerMessage], more: Bool)
        /// The connection is of no use any more.
        case ended(String)
    }

    /// Writes a message, or as much as the socket takes; the rest follows with ``flush()``.
    ///
    /// - Returns: why the connection is of no use any more, or `nil`.
    func send(_ message: ClientMessage) -> String? {
        do throws(WireEncodingError) {
            try message.encode(into: &pending)
        } catch {
            return "a request cannot be written: \(error.problem)"
        }
        if pending.count > EngineLink.maxPending { return "the engine has stopped reading" }
        return flush()
    }

    /// Writes what is left. Returns why that can never work, or `nil`.
    func flush() -> String? {
        while !pending.isEmpty {
            let written = pending.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if written > 0 {
                pending.removeFirst(written)
            } else if written < 0, errno == EINTR {
                continue
            } else if written < 0, errno == EAGAIN {
                return nil
            } else {
                return "the engine has closed the connection"
            }
        }
        return nil
    }

    /// Reads what is there, at most 256 KiB, so that keys are looked at in between.
    func read() -> Reading {
        var buffer = [UInt8](repeating: 0, count: 262_144)
        let count = buffer.withUnsafeMutableBytes {
            Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        if count == 0 { return .ended("the engine has closed the connection") }
        if count < 0 {
            if errno == EAGAIN || errno == EINTR { return .messages([], more: false) }
            return .ended("the connection has failed: \(errorText(errno))")
        }
        decoder.append(buffer[..<count])
        var messages: [ServerMessage] = []
        do throws(WireDecodingError) {
            while let line = try decoder.nextLine() {
                messages.append(try ServerMessage.decode(line: line))
            }
        } catch {
            return .ended(
                "the engine says what this cockpit does not understand: \(WireError(error).message)"
            )
        }
        return .messages(messages, more: count == buffer.count)
    }
}
