package import DecisionCore
import Matching
package import Messages
import Playback
import Population
import Risk
package import Trading

/// Engine and simulated exchange in one thread and no wall time: the same seed gives the same trades, to the last digit.
///
/// The store is taken to commit at once; everything else is the core and the market of a real run.
package struct SimulatedRun {
    package private(set) var engine: Engine
    package private(set) var trips: [RoundTrip] = []
    private var market: SimulatedMarket
    private var timers = TimerQueue()
    private var readings: [(due: Timestamp, answer: AccountAnswer)] = []
    private var sequence: UInt64 = 0
    private let latency: Duration

    package init(_ configuration: Configuration, start: Timestamp) throws(StartError) {
        let instruments = configuration.symbols.enumerated().map { index, symbol in
            Instrument.preset(symbol, id: InstrumentID(UInt16(index)))
        }
        engine = Engine(
            configuration: try EngineRunner.core(
                configuration, instruments: instruments,
                models: try ModelFinder(configuration, registryFolder: nil).start(configuration)
                    .set),
            recovered: nil,
            startTime: start)
        latency = configuration.venueLatency
        market = EngineRunner.simulatedMarket(
            configuration, record: EngineRunner.freshRecord(configuration, instruments), run: 0,
            prices: instruments.map { SimulatedMarket.startPrice(of: $0.symbol) }, start: start)
    }

    /// Lives up to `end`.
    package mutating func advance(to end: Timestamp) {
        // Steps below the latency, so that what the engine answers to an event is in the market before its time is over.
        while market.time < end {
            let step = min(end, market.time + .milliseconds(10))
            for output in market.advance(to: step) { take(output) }
            while let reading = readings.first, reading.due <= step {
                readings.removeFirst()
                for report in reading.answer.found { give(.order(report), at: reading.due) }
                give(.account(.snapshot(reading.answer.snapshot)), at: reading.due)
            }
            while let timer = timers.popDue(at: step) { give(.timer(timer.timer), at: timer.time) }
        }
    }

    private mutating func take(_ output: VenueOutput) {
        while let timer = timers.popDue(at: output.time) {
            give(.timer(timer.timer), at: timer.time)
        }
        switch output.content {
        case .market(let id, let data): give(.market(id, data), at: output.time)
        case .order(let report): give(.order(report), at: output.time)
        case .account(let report): give(.account(report), at: output.time)
        }
    }

    private mutating func give(_ body: Event.Body, at time: Timestamp) {
        sequence += 1
        let event = Event(sequence: sequence, time: max(time, engine.now), body: body)
        for action in engine.process(event) {
            switch action {
            case .submit(let order): market.submit(order.request, at: market.time)
            case .cancel(let id, let instrument, _):
                market.cancel(id, instrument: instrument, at: market.time)
            // Nobody else trades in this account.
            case .cancelForeign: break
            case .readAccount(let questions):
                readings.append(
                    (market.time + latency, market.answer(questions, at: market.time)))
            case .setTimer(let id, let due): timers.set(id, at: due)
            case .cancelTimer(let id): timers.cancel(id)
            case .record(.tradeClosed(let trip)): trips.append(trip)
            case .latch, .record, .notice: break
            }
        }
    }
}
