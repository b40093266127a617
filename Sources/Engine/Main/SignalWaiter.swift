import Dispatch
import Foundation
import Synchronization

/// Turns SIGTERM, SIGINT and SIGUSR1 into values that the main thread waits for; SIGHUP and SIGPIPE are ignored, so that
/// a dropped ssh ends no engine.
final class SignalWaiter: Sendable {
    private let arrived = Mutex<[Int32]>([])
    private let wakeUp = DispatchSemaphore(value: 0)
    /// Kept alive; never touched again.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    init() {
        for number in [SIGHUP, SIGPIPE, SIGTERM, SIGINT, SIGUSR1] { signal(number, SIG_IGN) }
        let queue = DispatchQueue(label: "signals")
        for number in [SIGTERM, SIGINT, SIGUSR1] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable [self] in
                arrived.withLock { $0.append(number) }
                wakeUp.signal()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Waits for the next signal.
    func wait() -> Int32 {
        wakeUp.wait()
        return arrived.withLock { $0.isEmpty ? SIGTERM : $0.removeFirst() }
    }

    /// Waits for the next signal, or `seconds`; `nil` when none came.
    func wait(seconds: Double) -> Int32? {
        guard wakeUp.wait(timeout: .now() + seconds) == .success else { return nil }
        return arrived.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
