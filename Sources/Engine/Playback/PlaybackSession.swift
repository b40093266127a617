package import DecisionCore
package import Matching
package import Messages
import Risk
package import Trading

/// One fact as the core recorded it, with the venue's mark of its instrument at that moment.
package struct FactRecord: Hashable, Sendable {
    package var time: Timestamp
    package var fact: Fact
    /// Known for orders that were just approved.
    package var markPrice: Price?

    package init(time: Timestamp, fact: Fact, markPrice: Price?) {
        self.time = time
        self.fact = fact
        self.markPrice = markPrice
    }
}

extension Fact {
    /// Whether statistics are made of it.
    fileprivate var isOfTrading: Bool {
        switch self {
        case .intent, .fill, .tradeClosed, .decision: true
        case .orderChanged, .funding, .positionChanged, .positionClosed, .gateChanged,
            .symbolPaused, .commandReceived, .commandStep, .commandRefused, .breakerTripped,
            .account, .reconciled, .notice, .modelsChanged:
            false
        }
    }

    /// The instrument of an order that was just approved; `nil` for all other facts, whose mark nobody asks for.
    fileprivate var instrument: InstrumentID? {
        if case .intent(let order) = self { return order.request.instrument }
        return nil
    }
}

/// One core and one paper venue, driven by a tape: whatever is due before a datum is delivered before it.
///
/// The intents of a replay are durable at once and its latch is written at once; everything else is the same core as
/// live.
package struct PlaybackSession: Sendable {
    package private(set) var engine: Engine
    package private(set) var venue: PaperVenue
    /// Closed trades, oldest first.
    package private(set) var trips: [RoundTrip] = []
    /// Equity once a minute and at every change of the wallet, oldest first; thinned out beyond `maxEquityPoints`.
    package private(set) var equity: [(time: Timestamp, equity: Money)] = []
    /// Events that the core was given.
    package private(set) var sequence: UInt64 = 0
    /// All events with the rolling hash of the actions after each, when asked for.
    package private(set) var audit: [AuditRecord] = []
    /// The decisions, intents, fills and closed trades that the core recorded, in order, when asked for.
    package private(set) var facts: [FactRecord] = []
    private let recordsAudit: Bool
    private let recordsFacts: Bool

    private var time: Timestamp
    private var timers = TimerQueue()
    /// Answers of the shell that are on their way, by time.
    private var answers: [(time: Timestamp, body: Event.Body)] = []
    /// Nothing of ours is due before.
    private var wake = Timestamp.distantPast

    private static let maxEquityPoints = 200_000

    package init(
        configuration: EngineConfiguration, venue paper: PaperConfiguration,
        recovered: RecoveredState? = nil, startTime: Timestamp, recordsAudit: Bool = false,
        recordsFacts: Bool = false
    ) {
        self.init(
            engine: Engine(
                configuration: configuration, recovered: recovered, startTime: startTime),
            venue: PaperVenue(instruments: configuration.instruments, configuration: paper),
            startTime: startTime, recordsAudit: recordsAudit, recordsFacts: recordsFacts)
    }

    /// Takes a core and a venue that may have a past.
    package init(
        engine: Engine, venue: PaperVenue, startTime: Timestamp, recordsAudit: Bool = false,
        recordsFacts: Bool = false
    ) {
        self.engine = engine
        self.venue = venue
        self.recordsAudit = recordsAudit
        self.recordsFacts = recordsFacts
        time = startTime
    }

    /// Gives the core and the venue one datum of the tape; everything due up to `time` comes first.
    package mutating func feed(_ data: MarketData, instrument: InstrumentID, time: Timestamp) {
        if case .print(let print) = data {
            return feed(print, instrument: instrument, time: time)
        }
        let now = max(self.time, time)
        if now >= wake { deliver(upTo: now) }
        self.time = now
        venue.receive(data, instrument: instrument, at: now)
        sequence += 1
        let actions = engine.processMarket(instrument, data, time: now, sequence: sequence)
        if recordsAudit { keep(.market(instrument, data), now) }
        if !actions.isEmpty { perform(actions) }
        updateWake()
    }

    /// The same for a print: nearly free while nothing is open and nothing is due.
    package mutating func feed(_ print: Print, instrument: InstrumentID, time: Timestamp) {
        let now = time > self.time ? time : self.time
        if now >= wake { deliver(upTo: now) }
        self.time = now
        venue.receive(print, instrument: instrument, at: now)
        sequence += 1
        let actions = engine.processPrint(instrument, print, time: now, sequence: sequence)
        if recordsAudit { keep(.market(instrument, .print(print)), now) }
        if actions.isEmpty {
            // Timers and answers come from actions only; the venue alone may have something new.
            if let due = venue.nextDue, due < wake { wake = due }
        } else {
            perform(actions)
            updateWake()
        }
    }

    /// Shows the venue alone what the market does: the way of a price that was made from candles, on which orders fill
    /// although nobody printed it. Everything due up to `time` comes first.
    package mutating func showVenue(
        _ data: MarketData, instrument: InstrumentID, time: Timestamp
    ) {
        advance(to: time)
        venue.receive(data, instrument: instrument, at: self.time)
        updateWake()
    }

    /// Tells the core alone something of the market: what it knows of a price that was made from candles. Everything
    /// due up to `time` comes first.
    package mutating func tellCore(_ data: MarketData, instrument: InstrumentID, time: Timestamp) {
        advance(to: time)
        give(.market(instrument, data), at: self.time)
    }

    /// Gives the core an order of the operator, at the time of the tape.
    package mutating func command(_ envelope: CommandEnvelope) {
        give(.command(envelope), at: time)
    }

    /// Gives the core any event of the shell, at the time of the tape: what tests and faults need.
    package mutating func give(_ body: Event.Body) { give(body, at: time) }

    /// Lets time pass without the market: everything due up to `end` happens.
    package mutating func advance(to end: Timestamp) {
        deliver(upTo: max(time, end))
        time = max(time, end)
    }

    /// The tape is over: open taker orders end. Positions stay as they are.
    package mutating func finish() { engine.finishMarkets() }

    // MARK: What is due

    private mutating func updateWake() {
        var next = timers.nextTime
        if let due = venue.nextDue, due < next { next = due }
        // Read in place: an answer is large.
        if !answers.isEmpty, answers[0].time < next { next = answers[0].time }
        wake = next
    }

    /// Delivers timers, reports and answers in the order of their time; of equals the venue's word comes first.
    private mutating func deliver(upTo end: Timestamp) {
        updateWake()
        while wake <= end {
            let moment = wake
            for output in venue.drain(upTo: moment) {
                switch output.content {
                case .market(let id, let data): give(.market(id, data), at: output.time)
                case .order(let report): give(.order(report), at: output.time)
                case .account(let report): give(.account(report), at: output.time)
                }
            }
            while let first = answers.first, first.time <= moment {
                answers.removeFirst()
                give(first.body, at: first.time)
            }
            if let due = timers.popDue(at: moment) { give(.timer(due.timer), at: due.time) }
            updateWake()
        }
    }

    private mutating func give(_ body: Event.Body, at moment: Timestamp) {
        time = max(time, moment)
        sequence += 1
        let event = Event(sequence: sequence, time: time, body: body)
        let actions = engine.process(event)
        if recordsAudit { keep(body, time) }
        perform(actions)
        updateWake()
    }

    private mutating func keep(_ body: Event.Body, _ time: Timestamp) {
        audit.append(
            AuditRecord(
                event: Event(sequence: sequence, time: time, body: body),
                actionHash: engine.actionHash))
    }

    // MARK: Performing

    private mutating func perform(_ actions: [Action]) {
        for action in actions {
            switch action {
            case .submit(let order): venue.submit(order.request, at: time)
            case .cancel(let id, let instrument, _):
                venue.cancel(id, instrument: instrument, at: time)
            // Nobody else trades in this account.
            case .cancelForeign: break
            case .readAccount(let questions):
                // Read now, told when every report that is on its way has come.
                let reading = venue.answer(questions, at: time)
                let way = venue.configuration.latency
                for report in reading.found { answer(.order(report), after: way) }
                answer(.account(.snapshot(reading.snapshot)), after: way)
            case .setTimer(let timer, let due): timers.set(timer, at: due)
            case .cancelTimer(let timer): timers.cancel(timer)
            case .latch(let isLatched):
                answer(.latch(isLatched ? .written : .removed), after: .zero)
            case .record(let fact): remember(fact)
            case .notice: break
            }
        }
    }

    private mutating func answer(_ body: Event.Body, after delay: Duration) {
        let due = time + delay
        let index = answers.firstIndex { $0.time > due } ?? answers.count
        answers.insert((due, body), at: index)
    }

    private mutating func remember(_ fact: Fact) {
        if recordsFacts && fact.isOfTrading {
            facts.append(
                FactRecord(
                    time: time, fact: fact, markPrice: fact.instrument.flatMap(venue.markPrice)))
        }
        switch fact {
        case .tradeClosed(let trip): trips.append(trip)
        case .account(let record):
            if equity.count == Self.maxEquityPoints {
                equity = stride(from: 0, to: equity.count, by: 2).map { equity[$0] }
            }
            equity.append((time, record.equity))
        case .intent, .orderChanged, .fill, .funding, .positionChanged, .positionClosed, .decision,
            .gateChanged, .symbolPaused, .commandReceived, .commandStep, .commandRefused,
            .breakerTripped,
            .reconciled, .notice, .modelsChanged:
            break
        }
    }
}
