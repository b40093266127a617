import Dispatch
import Foundation
import Synchronization

/// Where log lines go, written on a queue of its own so that a stuck reader of standard error holds nobody up.
final class LogOutput: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "log")
    private let waiting = Mutex(0)
    /// Lines that may wait; beyond them lines are dropped and the next one says how many.
    private static let maxWaiting = 10_000
    private let dropped = Mutex(0)

    /// Takes a file to append to; standard error when `nil`.
    init(path: String?) throws {
        guard let path else {
            descriptor = STDERR_FILENO
            return
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw fail("the log \(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
    }

    func write(_ line: String) {
        let isFull = waiting.withLock { count in
            if count >= Self.maxWaiting { return true }
            count += 1
            return false
        }
        if isFull {
            dropped.withLock { $0 += 1 }
            return
        }
        queue.async { [self] in
            let lost = dropped.withLock { count in
                defer { count = 0 }
                return count
            }
            put(lost > 0 ? "(\(lost) lines lost)\n\(line)\n" : line + "\n")
            waiting.withLock { $0 -= 1 }
        }
    }

    /// Waits until what was written so far is out, at most `seconds`: a stuck reader holds up no end.
    func flush(seconds: Double) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + seconds)
    }

    private func put(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
