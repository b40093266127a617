import Dispatch
package import Messages
package import Models
import Synchronization
package import Trading

/// Everything on its way to the decision thread: commands first, then order events, then the rest.
package final class Lanes: Sendable {
    /// What one `take` brings, each lane oldest first.
    package struct Batch: Sendable {
        package var commands: [CommandEnvelope] = []
        /// Sets of models that the core keeps ready before it is told the events.
        package var sets: [ModelSet] = []
        package var bodies: [(time: Timestamp, body: Event.Body)] = []
        package var market: [MarketLane.Item?] = []
        package init() {}
    }

    private struct State: Sendable {
        var commands: [CommandEnvelope] = []
        var sets: [ModelSet] = []
        var bodies: [(time: Timestamp, body: Event.Body)] = []
        var market: MarketLane
        var isWaiting = false
        /// Somebody called `wake` since the last wait: what the decision thread has looked at may be old.
        var isWoken = false
        var refusedCommands: UInt64 = 0
    }

    /// Commands that may wait at once; a flood beyond it is refused, and stop-direction commands are kept.
    package static let maxWaitingCommands = 256

    private let state: Mutex<State>
    private let wakeUp = DispatchSemaphore(value: 0)
    private let urgent = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let draining = Atomic<Bool>(false)

    package init(instruments: Int) {
        state = Mutex(State(market: MarketLane(instruments: instruments)))
    }

    /// Whether a command or an order event waits; cheap enough to ask before every market event.
    package var hasUrgent: Bool { urgent.load(ordering: .acquiring) }

    /// Appends a command; `false` when the lane is full of other commands.
    @discardableResult
    package func send(_ command: CommandEnvelope) -> Bool {
        let (taken, mustWake) = state.withLock { state -> (Bool, Bool) in
            if state.commands.count >= Self.maxWaitingCommands {
                // A stop must get through: the oldest waiting start-direction command makes room for it.
                guard command.command.stops,
                    let victim = state.commands.firstIndex(where: { !$0.command.stops })
                else {
                    state.refusedCommands += 1
                    return (false, false)
                }
                state.commands.remove(at: victim)
            }
            state.commands.append(command)
            return (true, Self.clearWaiting(&state))
        }
        if taken { urgent.store(true, ordering: .releasing) }
        if mustWake { wakeUp.signal() }
        return taken
    }

    /// Appends an order, account, latch or store event.
    package func send(_ body: Event.Body, at time: Timestamp) {
        let mustWake = state.withLock { state in
            state.bodies.append((time, body))
            return Self.clearWaiting(&state)
        }
        urgent.store(true, ordering: .releasing)
        if mustWake { wakeUp.signal() }
    }

    /// Hands over a set of models and orders that it decides.
    package func send(_ set: ModelSet, by: String, at time: Timestamp) {
        state.withLock { $0.sets.append(set) }
        send(.models(.use(digest: set.digest, name: set.name, by: by)), at: time)
    }

    /// Appends market data in order; `false` when the lane overflowed and data were lost.
    package func send(_ items: [(instrument: InstrumentID, time: Timestamp, data: MarketData)])
        -> Bool
    {
        let (complete, mustWake) = state.withLock { state -> (Bool, Bool) in
            var complete = true
            for item in items
            where !state.market.append(item.data, instrument: item.instrument, time: item.time) {
                complete = false
            }
            return (complete, Self.clearWaiting(&state))
        }
        if mustWake { wakeUp.signal() }
        return complete
    }

    /// Wakes the decision thread without a message: a commit arrived, or it is to stop.
    package func wake() {
        let mustWake = state.withLock { state in
            state.isWoken = true
            return Self.clearWaiting(&state)
        }
        if mustWake { wakeUp.signal() }
    }

    /// Asks the decision thread to end as soon as nothing is on its way and every position is covered.
    package func drain() {
        draining.store(true, ordering: .releasing)
        wake()
    }

    package var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Ends the decision thread, also in the middle of a long batch of market data.
    package func stop() {
        stopping.store(true, ordering: .releasing)
        if state.withLock({ Self.clearWaiting(&$0) }) { wakeUp.signal() }
    }

    package var isStopping: Bool { stopping.load(ordering: .acquiring) }

    /// Takes all commands and order events, and the market data too unless `urgentOnly`.
    package func take(into batch: inout Batch, urgentOnly: Bool) {
        urgent.store(false, ordering: .releasing)
        state.withLock { state in
            swap(&state.commands, &batch.commands)
            swap(&state.bodies, &batch.bodies)
            swap(&state.sets, &batch.sets)
            if !urgentOnly { state.market.take(into: &batch.market) }
        }
    }

    /// Waits until something arrives or `nanoseconds` have passed.
    package func wait(nanoseconds: Int64) {
        let mustWait = state.withLock { state in
            guard state.commands.isEmpty, state.bodies.isEmpty, state.market.isEmpty,
                !isStopping, !state.isWoken, nanoseconds > 0
            else {
                state.isWoken = false
                return false
            }
            state.isWaiting = true
            return true
        }
        guard mustWait else { return }
        _ = wakeUp.wait(timeout: .now() + .nanoseconds(Int(min(nanoseconds, 1_000_000_000))))
        state.withLock { state in
            state.isWaiting = false
            state.isWoken = false
        }
    }

    /// Market items replaced by newer ones, and refused for lack of room.
    package var marketCounts: (coalesced: UInt64, refused: UInt64) {
        state.withLock { ($0.market.coalescedCount, $0.market.refusedCount) }
    }

    private static func clearWaiting(_ state: inout State) -> Bool {
        defer { state.isWaiting = false }
        return state.isWaiting
    }
}
