import Dispatch
import Synchronization

/// Waits on the main thread for work that is done on others; for commands that do one thing and end.
func waitFor<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
    let held = HeldValue<Value>()
    let done = DispatchSemaphore(value: 0)
    Task.detached {
        held.set(await work())
        done.signal()
    }
    while true {
        done.wait()
        if let value = held.value { return value }
    }
}

private final class HeldValue<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)
    func set(_ value: Value) { content.withLock { $0 = value } }
    var value: Value? { content.withLock { $0 } }
}
