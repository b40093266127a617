import Foundation
import Messages
import Matching
package import Population
import Synchronization
package import Trading

/// The simulated exchange on a thread of its own, at the engine clock's speed; what it says goes into the lanes.
package final class SimulatedVenue: Sendable {
    private enum Request: Sendable {
        case submit(OrderRequest)
        case cancel(ClientOrderID, InstrumentID)
        case readAccount([OrderQuestion])
    }

    private struct State: Sendable {
        var inbox: [Request] = []
        var isStopping = false
        var hasStopped = false
    }

    /// Wall time between two looks at the market.
    private static let stepNanoseconds: Int64 = 2_000_000

    private let state = Mutex(State())
    private let stepped = NSCondition()
    private let clock: EngineClock
    private let lanes: Lanes
    private let latency: Duration
    private let instruments: Int

    /// `latency` is one way; a reading of the account takes it once more than the reports before it.
    package init(clock: EngineClock, lanes: Lanes, latency: Duration, instruments: Int) {
        self.clock = clock
        self.lanes = lanes
        self.latency = latency
        self.instruments = instruments
    }

    /// Begins to live; `market` must have been made for the clock's start.
    package func start(_ market: SimulatedMarket) {
        let thread = Thread { [self] in run(market) }
        thread.name = "venue"
        thread.stackSize = 8 << 20
        thread.start()
    }

    package func submit(_ request: OrderRequest) { send(.submit(request)) }
    package func cancel(_ id: ClientOrderID, instrument: InstrumentID) {
        send(.cancel(id, instrument))
    }
    /// Asks for one complete reading of the account and for the orders of `questions`; what is known of these comes
    /// as order events, then the reading as an account event.
    package func readAccount(asking questions: [OrderQuestion]) { send(.readAccount(questions)) }

    /// Ends the thread and waits for it.
    package func stop() {
        state.withLock { $0.isStopping = true }
        stepped.lock()
        stepped.broadcast()
        while !state.withLock({ $0.hasStopped }) {
            _ = stepped.wait(until: Date(timeIntervalSinceNow: 0.05))
        }
        stepped.unlock()
    }

    private func send(_ request: Request) {
        state.withLock { $0.inbox.append(request) }
        stepped.lock()
        stepped.signal()
        stepped.unlock()
    }

    private func run(_ start: SimulatedMarket) {
        var market = start
        var readings: [(due: Timestamp, answer: AccountAnswer)] = []
        var isOverflowing = false
        while true {
            let (requests, isStopping) = state.withLock { state in
                let requests = state.inbox
                state.inbox.removeAll(keepingCapacity: true)
                return (requests, state.isStopping)
            }
            if isStopping { break }
            let now = max(clock.now(), market.time)
            for request in requests {
                switch request {
                case .submit(let order): market.submit(order, at: now)
                case .cancel(let id, let instrument):
                    market.cancel(id, instrument: instrument, at: now)
                case .readAccount(let questions):
                    // Read now, told later than every report that is on its way already.
                    deliver(market.advance(to: now), &isOverflowing)
                    readings.append((now + latency, market.answer(questions, at: now)))
                }
            }
            while let reading = readings.first, reading.due <= now {
                deliver(market.advance(to: max(reading.due, market.time)), &isOverflowing)
                for report in reading.answer.found { lanes.send(.order(report), at: reading.due) }
                lanes.send(.account(.snapshot(reading.answer.snapshot)), at: reading.due)
                readings.removeFirst()
            }
            deliver(market.advance(to: now), &isOverflowing)
            if isOverflowing, resynchronize(&market, at: now) { isOverflowing = false }
            pause()
        }
        state.withLock { $0.hasStopped = true }
        stepped.lock()
        stepped.broadcast()
        stepped.unlock()
    }

    private func pause() {
        stepped.lock()
        if state.withLock({ $0.inbox.isEmpty && !$0.isStopping }) {
            _ = stepped.wait(until: Date(timeIntervalSinceNow: Double(Self.stepNanoseconds) / 1e9))
        }
        stepped.unlock()
    }

    private func deliver(_ outputs: [VenueOutput], _ isOverflowing: inout Bool) {
        guard !outputs.isEmpty else { return }
        var items: [(instrument: InstrumentID, time: Timestamp, data: MarketData)] = []
        items.reserveCapacity(outputs.count)
        for output in outputs {
            switch output.content {
            case .market(let id, let data): items.append((id, output.time, data))
            case .order(let report): lanes.send(.order(report), at: output.time)
            case .account(let report): lanes.send(.account(report), at: output.time)
            }
        }
        if !isOverflowing, !items.isEmpty, !lanes.send(items) { isOverflowing = true }
    }

    /// After an overflow the engine must not go on with a book that has holes: it is told so, and gets a new one.
    private func resynchronize(_ market: inout SimulatedMarket, at time: Timestamp) -> Bool {
        var items: [(instrument: InstrumentID, time: Timestamp, data: MarketData)] = []
        for index in 0..<instruments {
            items.append((InstrumentID(UInt16(index)), time, .lost))
        }
        guard lanes.send(items) else { return false }
        for index in 0..<instruments { market.requestDepthSnapshot(InstrumentID(UInt16(index))) }
        return true
    }
}
