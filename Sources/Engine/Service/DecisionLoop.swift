import Archive
import DecisionCore
import Gateway
import Journal
import Market
import Messages
import Playback
import Projection
import Risk
import Trading
import Wire

/// The decision thread: takes the lanes, calls the core, and performs what it answers. It never waits for the disk, a
/// socket or a cockpit.
struct DecisionLoop {
    /// What the loop works with; all of it may be touched from any thread.
    struct Surroundings: Sendable {
        var clock: EngineClock
        var lanes: Lanes
        var journal: JournalWriter
        var tape: TapeWriter
        var venue: any Venue
        var gate: GateWatch
        var latch: LatchKeeper
        var gateway: GatewayServer
        var gauges: Gauges
        var shell: ShellIdentity
    }

    private let around: Surroundings
    private var engine: Engine
    private var sequence: UInt64
    /// The last event that the journal was given; market data without an answer are not in it.
    private var lastJournalled: UInt64 = 0
    private var timers = TimerQueue()
    private var performer = Performer()
    /// Events that perform produced and that wait for their turn.
    private var followUps: [Event.Body] = []
    private var times = CommandTimes()
    private var screen: Projector
    private var log: EventLog
    private var latency: LatencyWindow
    private var nextPublication: Int64 = 0
    private var mustPublish = true
    private var hasNewRungs = false
    /// The journal has refused an answer: this run is not recorded to its end, so no risk is taken in it any more.
    private var isJournalLost = false

    /// Wall time between two pictures for the screens.
    private static let publicationInterval: Int64 = 100_000_000

    init(engine: Engine, nextSequence: UInt64, log: EventLog, around: Surroundings) {
        self.engine = engine
        sequence = nextSequence - 1
        self.log = log
        self.around = around
        screen = Projector()
        latency = LatencyWindow(start: EngineClock.monotonic())
    }

    /// Runs until the lanes are stopped; answers the core for a last look.
    mutating func run() -> (engine: Engine, lastSequence: UInt64) {
        var batch = Lanes.Batch()
        while !around.lanes.isStopping {
            around.lanes.take(into: &batch, urgentOnly: false)
            takeUrgent(&batch)
            takeMarket(&batch)
            fireTimers(upTo: around.clock.now())
            release()
            publish()
            if around.lanes.isDraining {
                withholdEntries()
                if isQuiet { break }
            }
            around.lanes.wait(nanoseconds: patience())
        }
        withholdEntries()
        // Nothing that lowers risk is left behind, whether its record is on disk or not.
        for request in performer.removeAll() {
            around.venue.submit(request) { true }
        }
        return (engine, sequence)
    }

    /// What has not left by now never leaves; else the next run would have to wait for the proof of that.
    private mutating func withholdEntries() {
        for request in performer.removeEntries() {
            withhold(request.clientOrderID, request.instrument)
        }
        processFollowUps()
    }

    /// Whether the engine may end: nothing waits here, no entry is on its way, and every position is covered whole.
    private var isQuiet: Bool {
        guard performer.isEmpty,
            !engine.orders.live.contains(where: { $0.record.purpose == .entry })
        else { return false }
        return engine.symbols.indices.allSatisfy { engine.protection($0)?.naked.isZero ?? true }
    }

    // MARK: - Taking

    private mutating func takeUrgent(_ batch: inout Lanes.Batch) {
        for command in batch.commands {
            times.begin(command.id, wall: EngineClock.wall(), monotonic: EngineClock.monotonic())
            process(.command(command), at: around.clock.now())
        }
        if !batch.commands.isEmpty { mustPublish = true }
        batch.commands.removeAll(keepingCapacity: true)
        for set in batch.sets { engine.provide(set) }
        batch.sets.removeAll()
        for item in batch.bodies {
            if isJournalLost, case .store = item.body { continue }
            process(item.body, at: item.time)
        }
        batch.bodies.removeAll(keepingCapacity: true)
    }

    private mutating func takeMarket(_ batch: inout Lanes.Batch) {
        var urgent = Lanes.Batch()
        for item in batch.market {
            if around.lanes.isStopping { break }
            if around.lanes.hasUrgent {
                around.lanes.take(into: &urgent, urgentOnly: true)
                takeUrgent(&urgent)
                release()
                if mustPublish { publish() }
            }
            guard let item else { continue }
            fireTimers(upTo: item.time)
            process(.market(item.instrument, item.data), at: item.time)
        }
        batch.market.removeAll(keepingCapacity: true)
    }

    private mutating func fireTimers(upTo time: Timestamp) {
        while let timer = timers.popDue(at: time) { process(.timer(timer.timer), at: timer.time) }
    }

    // MARK: - Calling the core

    private mutating func process(_ body: Event.Body, at time: Timestamp) {
        sequence += 1
        let event = Event(sequence: sequence, time: max(time, engine.now), body: body)
        let begin = EngineClock.monotonic()
        let actions = engine.process(event)
        latency.record(EngineClock.monotonic() - begin)
        // An engine that is about to end takes no new risk, whatever was approved.
        around.gate.set(around.lanes.isDraining ? GateEpoch(.max) : engine.gate.epoch)
        remember(event, actions)
        for action in actions { perform(action, of: event) }
        if case .account(let report) = body { noteLink(report) }
        processFollowUps()
    }

    private func noteLink(_ report: AccountReport) {
        switch report {
        case .lost: around.gauges.linkLost(at: EngineClock.monotonic())
        case .alive: around.gauges.linkAlive(at: EngineClock.monotonic())
        case .snapshot:
            if engine.reading.isAgreed { around.gauges.accountAgreed(at: EngineClock.monotonic()) }
        case .funding, .liquidation, .forcedFill, .marginMoved, .transferred, .unsafeSettings,
            .trouble, .instrument, .instrumentStatus:
            break
        }
    }

    private mutating func processFollowUps() {
        guard !followUps.isEmpty else { return }
        let waiting = followUps
        followUps = []
        for body in waiting { process(body, at: engine.now) }
    }

    /// Journal before action: the facts of this answer are handed over before any order of it.
    private mutating func remember(_ event: Event, _ actions: [Action]) {
        var facts: [Fact] = []
        for case .record(let fact) in actions { facts.append(fact) }
        let isMarket: Bool
        switch event.body {
        case .market(let id, let data):
            isMarket = true
            around.tape.append(
                sequence: event.sequence, time: event.time, instrument: id, data: data)
        case .order, .account, .timer, .command, .latch, .store, .notice, .models:
            isMarket = false
        }
        guard !isMarket || !actions.isEmpty else { return }
        let outcome = around.journal.append(
            sequence: event.sequence, time: event.time, event: isMarket ? nil : event.body,
            facts: facts,
            actionsHash: engine.actionHash, durability: Self.durability(of: event.body, facts))
        lastJournalled = event.sequence
        if outcome == .refused {
            around.gauges.journalRefused()
            if !isJournalLost {
                isJournalLost = true
                followUps.append(.store(.failed))
            }
        }
        for case .commandStep(let id, let step, _) in facts {
            times.reach(id, step, sequence: event.sequence, monotonic: EngineClock.monotonic())
            hasNewRungs = true
            mustPublish = true
        }
    }

    private static func durability(of body: Event.Body, _ facts: [Fact]) -> Durability {
        switch body {
        case .order, .command, .latch, .models: return .full
        case .account(.alive): return .normal
        case .account: return .full
        case .market, .timer, .store, .notice:
            let needsDisk = facts.contains { fact in
                switch fact {
                case .intent, .orderChanged, .fill, .gateChanged, .symbolPaused, .positionChanged,
                    .positionClosed, .tradeClosed,
                    .commandReceived, .commandStep, .commandRefused, .breakerTripped, .funding,
                    .modelsChanged:
                    true
                case .decision, .account, .reconciled, .notice: false
                }
            }
            return needsDisk ? .full : .normal
        }
    }

    // MARK: - Performing

    private mutating func perform(_ action: Action, of event: Event) {
        switch action {
        case .submit(let order):
            let time = EngineClock.monotonic()
            around.gauges.approved(
                order.request.clientOrderID,
                arrived: around.clock.monotonicNanoseconds(of: event.time), at: time)
            performer.add(order, sequence: sequence, now: time)
        case .cancel(let id, let instrument, let isConditional):
            if performer.withdraw(id) {
                withhold(id, instrument)
            } else {
                around.venue.cancel(id, instrument: instrument, isConditional: isConditional)
            }
        case .cancelForeign(let order): around.venue.cancelForeign(order)
        case .readAccount(let questions): around.venue.readAccount(asking: questions)
        case .setTimer(let id, let due): timers.set(id, at: due)
        case .cancelTimer(let id): timers.cancel(id)
        case .latch(let isSet): around.latch.request(isSet)
        case .record: break
        case .notice(let notice): log.append(notice, sequence: sequence, time: engine.now)
        }
    }

    private mutating func withhold(_ id: ClientOrderID, _ instrument: InstrumentID) {
        followUps.append(
            .order(
                OrderReport(
                    clientOrderID: id, instrument: instrument, kind: .withheld,
                    venueTime: engine.now)))
    }

    /// Hands to the venue what may leave now. The gate's epoch is read here, immediately before.
    private mutating func release() {
        guard !performer.isEmpty else { return }
        let released = performer.release(
            committed: around.journal.durableSequence, epoch: engine.gate.epoch,
            now: EngineClock.monotonic())
        for release in released {
            switch release {
            case .send(let request, let isDurable, let epoch):
                let id = request.clientOrderID
                let permit = around.gate.permit(epoch)
                around.gauges.released(id, at: EngineClock.monotonic())
                around.venue.submit(request) { [gauges = around.gauges] in
                    guard permit() else { return false }
                    gauges.left(id, at: EngineClock.monotonic())
                    return true
                }
                if !isDurable { around.gauges.sentBeforeCommit() }
            case .withhold(let request): withhold(request.clientOrderID, request.instrument)
            }
        }
        processFollowUps()
    }

    // MARK: - Showing

    private mutating func publish() {
        let now = EngineClock.monotonic()
        guard mustPublish || now >= nextPublication else { return }
        mustPublish = false
        nextPublication = now + Self.publicationInterval
        var live = 0
        for symbol in engine.symbols where !symbol.market.isStale(.connection, at: engine.now) {
            live += 1
        }
        let health = around.gauges.health(
            latency: latency.summary(at: now), events: sequence, journal: around.journal.status,
            clients: around.gateway.counters, feedsLive: live, feeds: engine.symbols.count)
        let snapshot = screen.snapshot(
            of: engine,
            Projector.Surroundings(
                shell: around.shell, wallTime: EngineClock.wall(), health: health,
                commands: times.entries,
                durable: around.journal.durableSequence, events: log.events))
        if hasNewRungs, let commands = snapshot.commands {
            hasNewRungs = false
            for command in commands { around.gateway.publish(command: command) }
        }
        around.gateway.publish(
            PublishedUpdate(
                snapshot: snapshot, sequence: lastJournalled,
                committed: around.journal.committedSequence,
                isStoreFailed: engine.store == .failed))
    }

    /// Wall nanoseconds until something must be done although nothing arrives.
    private func patience() -> Int64 {
        let now = EngineClock.monotonic()
        var deadline = nextPublication
        if timers.nextTime != .distantFuture {
            deadline = min(deadline, around.clock.monotonicNanoseconds(of: timers.nextTime))
        }
        if let due = performer.nextDeadline { deadline = min(deadline, due) }
        return max(0, deadline - now)
    }
}
