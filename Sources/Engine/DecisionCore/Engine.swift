import Market
package import Messages
import Risk
package import Trading

/// The heart: one value that is told events and answers with the actions that the shell must perform, in order.
///
/// It has no clock, no IO and no chance: the same events give the same actions and the same hashes, live, on paper
/// and
/// in replay. The first event makes it ask the venue for the account; until the answer agrees nothing new is done.
///
/// Every event is handled in three steps: the event changes what is known (`Engine+Market`, `Engine+Orders`,
/// `Engine+Reconciliation`, `Engine+Commands`); where that matters, `settle` sends whatever brings the orders at the
/// venue to what the positions and the gate now demand; and the ladders of the commands climb as far as the facts
/// allow.
package struct Engine: Sendable {
    package let configuration: EngineConfiguration
    /// Engine time: that of the latest event, never stepping back.
    package internal(set) var now: Timestamp
    /// The sequence number of the latest event.
    package internal(set) var sequence: UInt64 = 0
    package let startTime: Timestamp

    package internal(set) var symbols: [SymbolState]
    /// Instruments with an open position.
    package internal(set) var openPositions = 0
    package internal(set) var orders = OrderTable()
    /// Cash and the sums of the day.
    package internal(set) var account: AccountLedger
    package internal(set) var gate: Gate
    package internal(set) var commands: CommandLog
    package internal(set) var reading = AccountReadings()
    package internal(set) var links = OrderLink()
    /// What is not as it should be at the venue.
    package internal(set) var venue = VenueConditions()
    /// How the store is.
    package internal(set) var store = StoreReport.healthy
    var ids: ClientOrderIDs
    var history = OrderHistory()
    var breakers: BreakerState
    package internal(set) var trips = TripLog()
    var funnel = Funnel()
    package internal(set) var lastDecision: [DecisionRecord?]
    /// What was counted since the start.
    package internal(set) var counters = EngineCounters()

    /// The candles whose close is decided on.
    let decidesOn1m: Bool
    /// What the market says when one of them closes.
    let decisionClose: MarketChange
    var out: [Action] = []
    /// Who says the probabilities.
    package internal(set) var models: ModelsInForce
    var isStarted = false
    /// Something changed that may call for orders.
    var needsSettling = false
    /// The wallet changed in this event.
    var walletChanged = false
    /// When the account was recorded last.
    var accountRecorded = Timestamp.distantPast
    private var actionFacts = StateHasher()
    private var actionAll = StateHasher()

    /// Starts fresh or with what recovery folded; a configuration with a `problem` is a bug of the caller.
    package init(
        configuration: EngineConfiguration, recovered: RecoveredState? = nil, startTime: Timestamp
    ) {
        precondition(configuration.problem == nil, configuration.problem ?? "")
        self.configuration = configuration
        self.startTime = startTime
        now = startTime
        models = ModelsInForce(configuration.modelSet)
        decidesOn1m = configuration.profile.decisionInterval == .minutes(1)
        decisionClose = decidesOn1m ? .candleClosed1m : .candleClosed5m
        symbols = configuration.instruments.map {
            SymbolState(instrument: $0, configuration: configuration)
        }
        lastDecision = configuration.instruments.map { _ in nil }
        account = AccountLedger(openingBalance: configuration.startingBalance, time: startTime)
        gate = Gate()
        commands = CommandLog()
        ids = ClientOrderIDs(engineTag: configuration.runTag, start: startTime)
        breakers = BreakerState(limits: configuration.riskLimits.breakers)
        if let recovered { restore(recovered) }
    }

    /// Takes one event and returns what must be done, in order; empty when nothing must.
    package mutating func process(_ event: Event) -> [Action] {
        begin(event.sequence, event.time)
        switch event.body {
        case .market(let id, let data): market(id, data)
        case .order(let report): receive(report)
        case .account(let report): receive(report)
        case .timer(let timer): fire(timer)
        case .command(let envelope): receive(envelope)
        case .latch(let report): receive(report)
        case .store(let report): receive(report)
        case .notice(let notice): tell(notice.tag, notice.severity, notice.text)
        case .models(let change): receive(change)
        }
        return finish()
    }

    /// The same as `process` of a market event with one print, for loops over long tapes.
    package mutating func processPrint(
        _ id: InstrumentID, _ print: Print, time: Timestamp, sequence: UInt64
    ) -> [Action] {
        begin(sequence, time)
        let index = Int(id.index)
        if index < symbols.count {
            self.print(index, print)
        } else {
            counters.unknownInstruments += 1
        }
        return finish()
    }

    /// The same as `process` of a market event.
    package mutating func processMarket(
        _ id: InstrumentID, _ data: MarketData, time: Timestamp, sequence: UInt64
    ) -> [Action] {
        begin(sequence, time)
        market(id, data)
        return finish()
    }

    @inline(__always)
    private mutating func begin(_ sequence: UInt64, _ time: Timestamp) {
        self.sequence = sequence
        if time > now { now = time }
        counters.events += 1
        if !isStarted { start() }
    }

    @inline(__always)
    private mutating func finish() -> [Action] {
        if needsSettling || walletChanged { settle() }
        return out.isEmpty ? [] : takeActions()
    }

    private mutating func takeActions() -> [Action] {
        let actions = out
        out = []
        for action in actions {
            actionFacts.combine(action, .facts)
            actionAll.combine(action, .everything)
        }
        return actions
    }

    /// Asks for the account and sets the first timers.
    private mutating func start() {
        isStarted = true
        if gate.state == .latched { emit(.latch(true)) }
        emit(.setTimer(.dayStart, at: account.dayStart + .hours(24)))
        for symbol in symbols { setCandleTimer(symbol.instrument.id) }
        if let heartbeat = configuration.heartbeat { emit(.setTimer(.tick, at: now + heartbeat)) }
        for symbol in symbols {
            guard let position = symbol.position else { continue }
            emit(.setTimer(.maxHold(symbol.instrument.id), at: position.record.maxHoldUntil))
            if position.nakedSince != nil {
                emit(
                    .setTimer(
                        .protection(symbol.instrument.id), at: now + configuration.protectionLimit))
            }
        }
        // Nobody else watches an order that an earlier run left behind.
        for order in orders.live {
            emit(.setTimer(.orderTimeout(order.id), at: now + configuration.orderAnswerLimit))
        }
        links.seen(at: now)
        requestReading()
        needsSettling = true
    }

    mutating func emit(_ action: Action) { out.append(action) }
    mutating func record(_ fact: Fact) { out.append(.record(fact)) }
    mutating func tell(_ tag: NoticeTag, _ severity: Severity = .info, _ text: String) {
        let notice = Notice(tag, severity, text)
        counters.notices += 1
        out.append(.notice(notice))
        out.append(.record(.notice(notice)))
    }

    /// The symbol's name, for people.
    func name(_ index: Int) -> String { symbols[index].instrument.symbol.description }

    /// Rolling digests over all actions so far: integers only, and with the doubles.
    package var actionFactHash: UInt64 { actionFacts.value }
    package var actionHash: UInt64 { actionAll.value }
}

/// What was counted since the start.
package struct EngineCounters: Hashable, Sendable {
    package var events: UInt64 = 0
    package var ordersSubmitted = 0
    package var entriesSubmitted = 0
    package var cancelsSent = 0
    package var fills = 0
    package var repeatedFills = 0
    /// Reports that contradicted what is known.
    package var refusedReports = 0
    /// Reports of orders that nobody knows.
    package var unknownReports = 0
    package var unknownInstruments = 0
    package var withheld = 0
    package var rejected = 0
    package var exitRetries = 0
    package var readings = 0
    package var notices = 0
    /// The longest time in which a position was without a confirmed stop.
    package var longestNaked = Duration.zero

    package init() {}
}
