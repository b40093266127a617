import Foundation
package import Matching
import Messages
package import Population
import Synchronization
package import Trading

/// What a `SimulatedVenue` lives on: an account with its orders, and perhaps a market of its own.
package protocol SimulatedGround: Sendable {
    /// The moment up to which everything has happened.
    var time: Timestamp { get }
    mutating func submit(_ request: OrderRequest, at time: Timestamp)
    mutating func cancel(_ id: ClientOrderID, instrument: InstrumentID, at time: Timestamp)
    /// Takes one datum of a market outside; one with a market of its own is never given any.
    mutating func receive(_ data: MarketData, instrument: InstrumentID, at time: Timestamp)
    /// Lets everything up to `end` happen and answers with what is heard of it, oldest first.
    mutating func advance(to end: Timestamp) -> [VenueOutput]
    func answer(_ questions: [OrderQuestion], at time: Timestamp) -> AccountAnswer
    /// Asks for the whole book of its own market; it comes as market data.
    mutating func requestDepthSnapshot(_ id: InstrumentID)
}

extension SimulatedMarket: SimulatedGround {
    package mutating func receive(
        _ data: MarketData, instrument: InstrumentID, at time: Timestamp
    ) {}
}

/// Paper fills on a market outside.
package struct PaperGround: SimulatedGround {
    private var paper: PaperVenue
    package private(set) var time: Timestamp

    package init(_ paper: PaperVenue, at time: Timestamp) {
        self.paper = paper
        self.time = time
    }

    package mutating func submit(_ request: OrderRequest, at time: Timestamp) {
        paper.submit(request, at: time)
    }

    package mutating func cancel(
        _ id: ClientOrderID, instrument: InstrumentID, at time: Timestamp
    ) {
        paper.cancel(id, instrument: instrument, at: time)
    }

    package mutating func receive(
        _ data: MarketData, instrument: InstrumentID, at time: Timestamp
    ) {
        self.time = max(self.time, time)
        paper.receive(data, instrument: instrument, at: self.time)
    }

    package mutating func advance(to end: Timestamp) -> [VenueOutput] {
        time = max(time, end)
        return paper.drain(upTo: time)
    }

    package func answer(_ questions: [OrderQuestion], at time: Timestamp) -> AccountAnswer {
        paper.answer(questions, at: time)
    }

    package mutating func requestDepthSnapshot(_ id: InstrumentID) {}
}

/// A simulated venue on a thread of its own, at the engine clock's speed; what it says goes into the lanes.
package final class SimulatedVenue<Ground: SimulatedGround>: Venue {
    private enum Request: Sendable {
        case submit(OrderRequest)
        case cancel(ClientOrderID, InstrumentID)
        case readAccount([OrderQuestion])
    }

    private typealias Item = (instrument: InstrumentID, time: Timestamp, data: MarketData)

    private struct State: Sendable {
        var inbox: [Request] = []
        var market: [Item] = []
        var isStopping = false
        /// Also so before it has begun.
        var hasStopped = true
    }

    /// Wall time between two looks at the market.
    private static var stepSeconds: Double { 0.002 }
    /// Data of the market outside that may wait; beyond it the oldest half is replaced by a loss.
    private static var maxWaiting: Int { 65_536 }

    private let state = Mutex(State())
    private let stepped = NSCondition()
    private let clock: EngineClock
    private let lanes: Lanes
    private let latency: Duration
    private let instruments: Int
    private let ground: Ground

    /// `ground` must have been made for the clock's start. `latency` is one way; a reading of the account takes it
    /// once more than the reports before it.
    package init(
        _ ground: Ground, clock: EngineClock, lanes: Lanes, latency: Duration, instruments: Int
    ) {
        self.ground = ground
        self.clock = clock
        self.lanes = lanes
        self.latency = latency
        self.instruments = instruments
    }

    package func start() {
        state.withLock { $0.hasStopped = false }
        let thread = Thread { [self] in run() }
        thread.name = "venue"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// The permit is asked at once: from here nothing stands between the order and its venue.
    package func submit(_ request: OrderRequest, permit: @escaping @Sendable () -> Bool) {
        guard permit() else {
            return lanes.withhold(request, at: clock.now())
        }
        send(.submit(request))
    }

    package func cancel(_ id: ClientOrderID, instrument: InstrumentID, isConditional: Bool) {
        send(.cancel(id, instrument))
    }

    /// Nobody else trades in this account: there is never one.
    package func cancelForeign(_ order: ForeignOrder) {}

    package func readAccount(asking questions: [OrderQuestion]) { send(.readAccount(questions)) }

    /// Takes data of the market outside, in order, received at `time`.
    package func receive(
        _ items: [(instrument: InstrumentID, data: MarketData)], at time: Timestamp
    ) {
        state.withLock { state in
            if state.market.count > Self.maxWaiting {
                state.market = (0..<instruments).map { (InstrumentID(UInt16($0)), time, .lost) }
            }
            for item in items { state.market.append((item.instrument, time, item.data)) }
        }
        signal()
    }

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
        signal()
    }

    private func signal() {
        stepped.lock()
        stepped.signal()
        stepped.unlock()
    }

    private func run() {
        var ground = ground
        var readings: [(due: Timestamp, answer: AccountAnswer)] = []
        var isOverflowing = false
        while true {
            let (requests, market, isStopping) = state.withLock { state in
                let taken = (state.inbox, state.market, state.isStopping)
                state.inbox.removeAll(keepingCapacity: true)
                state.market.removeAll(keepingCapacity: true)
                return taken
            }
            if isStopping { break }
            for item in market {
                ground.receive(item.data, instrument: item.instrument, at: item.time)
            }
            let now = max(clock.now(), ground.time)
            for request in requests {
                switch request {
                case .submit(let order): ground.submit(order, at: now)
                case .cancel(let id, let instrument):
                    ground.cancel(id, instrument: instrument, at: now)
                case .readAccount(let questions):
                    // Read now, told later than every report that is on its way already.
                    deliver(ground.advance(to: now), &isOverflowing)
                    readings.append((now + latency, ground.answer(questions, at: now)))
                }
            }
            while let reading = readings.first, reading.due <= now {
                deliver(ground.advance(to: max(reading.due, ground.time)), &isOverflowing)
                for report in reading.answer.found { lanes.send(.order(report), at: reading.due) }
                lanes.send(.account(.snapshot(reading.answer.snapshot)), at: reading.due)
                readings.removeFirst()
            }
            deliver(ground.advance(to: now), &isOverflowing)
            if isOverflowing, resynchronize(&ground, at: now) { isOverflowing = false }
            pause()
        }
        state.withLock { $0.hasStopped = true }
        stepped.lock()
        stepped.broadcast()
        stepped.unlock()
    }

    private func pause() {
        stepped.lock()
        if state.withLock({ $0.inbox.isEmpty && $0.market.isEmpty && !$0.isStopping }) {
            _ = stepped.wait(until: Date(timeIntervalSinceNow: Self.stepSeconds))
        }
        stepped.unlock()
    }

    private func deliver(_ outputs: [VenueOutput], _ isOverflowing: inout Bool) {
        guard !outputs.isEmpty else { return }
        var items: [Item] = []
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
    private func resynchronize(_ ground: inout Ground, at time: Timestamp) -> Bool {
        var items: [Item] = []
        for index in 0..<instruments {
            items.append((InstrumentID(UInt16(index)), time, .lost))
        }
        guard lanes.send(items) else { return false }
        for index in 0..<instruments { ground.requestDepthSnapshot(InstrumentID(UInt16(index))) }
        return true
    }
}
