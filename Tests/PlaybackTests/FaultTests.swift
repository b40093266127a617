import DecisionCore
import Matching
import Messages
import Playback
import Risk
import TestSupport
import Testing
import Trading

/// One core and one paper venue with a bad line between them: reports come late, twice, in another order, or never.
struct BadLine {
    var engine: Engine
    var venue: PaperVenue
    var timers = TimerQueue()
    var random: Seeded
    var isBroken = true
    var time = SeededTape.start
    var sequence: UInt64 = 0
    /// What is on its way to the core, by time.
    var mail: [(time: Timestamp, body: Event.Body)] = []
    var witness = Witness()

    init(configuration: EngineConfiguration, seed: UInt64) {
        engine = Engine(configuration: configuration, startTime: SeededTape.start)
        venue = PaperVenue(
            instruments: configuration.instruments, configuration: PaperConfiguration())
        random = Seeded(seed)
    }

    mutating func feed(_ item: SeededTape.Item) {
        deliver(upTo: item.time)
        time = max(time, item.time)
        venue.receive(item.data, instrument: InstrumentID(0), at: time)
        give(.market(InstrumentID(0), item.data))
    }

    mutating func command(_ command: Command, _ id: String) throws {
        let id = try #require(CommandID(id))
        give(.command(CommandEnvelope(id: id, command: command, origin: .killFile)))
    }

    mutating func deliver(upTo end: Timestamp) {
        while true {
            var next = min(timers.nextTime, venue.nextDue ?? .distantFuture)
            if let first = mail.first { next = min(next, first.time) }
            guard next <= end else { break }
            time = max(time, next)
            for output in venue.drain(upTo: next) {
                switch output.content {
                case .market(let id, let data): give(.market(id, data))
                case .order(let report): spoil(.order(report), at: output.time)
                case .account(let report): spoil(.account(report), at: output.time)
                }
            }
            while let first = mail.first, first.time <= next {
                mail.removeFirst()
                give(first.body)
            }
            if let due = timers.popDue(at: next) { give(.timer(due.timer)) }
        }
    }

    private mutating func spoil(_ body: Event.Body, at time: Timestamp) {
        guard isBroken else { return post(body, at: time) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<10:
            // Lost; a real adapter would find the fill by its query, so fills come late instead of never.
            if isFill(body) {
                post(body, at: time + .seconds(Int64.random(in: 1...20, using: &random)))
            }
        case 10..<25:
            post(body, at: time)
            post(body, at: time + .milliseconds(Int64.random(in: 0...3_000, using: &random)))
        case 25..<50:
            post(body, at: time + .milliseconds(Int64.random(in: 1...2_000, using: &random)))
        default: post(body, at: time)
        }
    }

    private func isFill(_ body: Event.Body) -> Bool {
        switch body {
        case .order(let report): if case .filled = report.kind { true } else { false }
        case .account(.forcedFill), .account(.funding): true
        default: false
        }
    }

    private mutating func post(_ body: Event.Body, at time: Timestamp) {
        let index = mail.firstIndex { $0.time > time } ?? mail.count
        mail.insert((time, body), at: index)
    }

    mutating func give(_ body: Event.Body) {
        sequence += 1
        let wasOpen = engine.gate.state == .open
        let actions = engine.process(Event(sequence: sequence, time: time, body: body))
        witness.see(actions, engine: engine, wasOpen: wasOpen, at: time)
        for action in actions {
            switch action {
            case .submit(let order):
                if isBroken && Int.random(in: 0..<100, using: &random) < 6 {
                    // Lost before the venue, or withheld by the performer.
                    let kind: OrderReportKind =
                        Bool.random(using: &random) ? .outcomeUnknown : .withheld
                    if case .promptly = order.durability, kind == .withheld { continue }
                    post(
                        .order(
                            OrderReport(
                                clientOrderID: order.request.clientOrderID,
                                instrument: order.request.instrument, kind: kind, venueTime: time)),
                        at: time + .milliseconds(30))
                } else {
                    venue.submit(order.request, at: time)
                }
            case .cancel(let id, let instrument, _):
                venue.cancel(id, instrument: instrument, at: time)
            // Nobody else trades in this account.
            case .cancelForeign: break
            case .readAccount(let questions):
                if isBroken && Int.random(in: 0..<100, using: &random) < 10 { continue }
                let answer = venue.answer(questions, at: time)
                for report in answer.found { post(.order(report), at: time + .milliseconds(40)) }
                post(.account(.snapshot(answer.snapshot)), at: time + .milliseconds(40))
            case .setTimer(let timer, let due): timers.set(timer, at: due)
            case .cancelTimer(let timer): timers.cancel(timer)
            case .latch(let isLatched): post(.latch(isLatched ? .written : .removed), at: time)
            case .record, .notice: break
            }
        }
    }
}

/// Looks at every answer of the core and remembers what must not be.
struct Witness {
    var broken: [String] = []
    var fills: [Int64: Fill] = [:]
    var ids: Set<ClientOrderID> = []
    var ended: [ClientOrderID: OrderState] = [:]
    var entries = 0
    private var nakedSince: Timestamp?
    private var offset: Int64 = 0

    private static func isAdoption(_ action: Action) -> Bool {
        if case .notice(let notice) = action { notice.tag == .reconcile } else { false }
    }

    mutating func see(_ actions: [Action], engine: Engine, wasOpen: Bool, at time: Timestamp) {
        for action in actions {
            switch action {
            case .submit(let order): see(order, engine: engine, wasOpen: wasOpen)
            case .record(let fact): see(fact)
            default: break
            }
        }
        let account = engine.account
        let sum = account.openingBalance + account.grossPnL - account.commissions + account.funding
        if sum + account.transfers != account.walletBalance {
            broken.append("wallet identity at \(time)")
        }
        var held: Int64 = 0
        for fill in fills.values {
            held += fill.side == .buy ? fill.quantity.units : -fill.quantity.units
        }
        let position = engine.symbols[0].position?.record
        let own = position.map { Int64($0.direction.sign) * $0.quantity.units } ?? 0
        // Where the venue's word was taken over ours, counting begins anew from there.
        if actions.contains(where: Self.isAdoption) { offset = own - held }
        if own != held + offset {
            broken.append("position \(own) is not the sum of fills \(held)")
        }
        watchCover(engine, at: time)
    }

    private mutating func see(_ order: ApprovedOrder, engine: Engine, wasOpen: Bool) {
        let request = order.request
        if !ids.insert(request.clientOrderID).inserted { broken.append("one order per intent") }
        if request.isReduceOnly {
            let open = engine.symbols[0].position?.record.quantity ?? .zero
            if request.quantity > open { broken.append("reduce-only grows: \(request)") }
        } else {
            entries += 1
            if !wasOpen { broken.append("an entry after the gate closed") }
        }
    }

    private mutating func see(_ fact: Fact) {
        switch fact {
        case .fill(_, let fill, _, _):
            if fills[fill.tradeID] != nil { broken.append("fill \(fill.tradeID) counted twice") }
            fills[fill.tradeID] = fill
        case .orderChanged(let record):
            let id = record.request.clientOrderID
            if let end = ended[id], end != record.state { broken.append("\(id) left \(end)") }
            if record.state.isTerminal { ended[id] = record.state }
        default: break
        }
    }

    /// Every open quantity is covered within 6 seconds (the limit of 5 and the timer's way), or is being closed.
    private mutating func watchCover(_ engine: Engine, at time: Timestamp) {
        guard let protection = engine.protection(0), !protection.naked.isZero,
            !(engine.symbols[0].position?.closing != nil)
        else {
            nakedSince = nil
            return
        }
        nakedSince = nakedSince ?? time
        if let nakedSince, time - nakedSince > .seconds(6) {
            broken.append("naked since \(nakedSince)")
        }
    }
}

struct FaultTests {
    /// Signals on nearly every candle and leaves soon, so that a half hour of tape has a dozen trades.
    static func restless() throws -> EngineConfiguration {
        var configuration = try makeSession().engine.configuration
        configuration.modelSet = try TestModels.restless()
        configuration.profile.maxHold = .seconds(75)
        configuration.profile.minimumHold = .fixed(.seconds(5))
        configuration.riskLimits.breakers.dailyLoss = nil
        return configuration
    }

    @Test(arguments: 1..<33 as Range<UInt64>)
    func `whatever happens to the reports, money adds up, nothing is doubled and a kill ends flat`(
        seed: UInt64
    ) throws {
        var line = BadLine(configuration: try Self.restless(), seed: seed)
        let tape = Array(SeededTape(seed: seed, prints: 9_000))
        for (index, item) in tape.enumerated() {
            line.feed(item)
            // An operator who resumes whatever the core has paused for, and kills and arms once in between.
            if index % 500 == 499 && index < 16_000 { try line.command(.resume, "r\(index)") }
            if index == 8_000 { try line.command(.kill, "k1") }
            if index == 9_000 { try line.command(.arm(engineName: "replay"), "a1") }
            if index == 16_000 { try line.command(.kill, "k2") }
            // The faults stop; what they left must heal.
            if index == 16_500 { line.isBroken = false }
        }
        let broken = line.witness.broken.prefix(3)
        #expect(broken.isEmpty, "seed \(seed): \(broken)")
        #expect(line.witness.entries > 0, "seed \(seed)")
        #expect(line.engine.openPositions == 0, "seed \(seed)")
        let venue = line.venue.snapshot(at: line.time)
        #expect(venue.positions.isEmpty, "seed \(seed)")
        #expect(venue.openOrders.isEmpty, "seed \(seed)")
        #expect(line.engine.gate.state == .latched)
        let kill = line.engine.commands.records.last { $0.envelope.command == .kill }
        #expect(kill?.has(.completed) == true, "seed \(seed): \(String(describing: kill))")
        #expect(line.engine.account.walletBalance == venue.walletBalance, "seed \(seed)")
    }

    @Test func `the faults leave enough trades for the checks to mean something`() throws {
        var entries = 0
        var repeated = 0
        var withheld = 0
        for seed: UInt64 in 1..<5 {
            var line = BadLine(configuration: try Self.restless(), seed: seed)
            for (index, item) in SeededTape(seed: seed, prints: 9_000).enumerated() {
                line.feed(item)
                if index % 500 == 499 { try line.command(.resume, "r\(index)") }
            }
            entries += line.witness.entries
            repeated += line.engine.counters.repeatedFills
            withheld += line.engine.counters.withheld
        }
        #expect(entries >= 20)
        #expect(repeated >= 2)
        #expect(withheld >= 1)
    }
}

struct WitnessTests {
    @Test func `every check of the witness fires when its rule is broken`() throws {
        var cockpit = try makeSession()
        cockpit.play(SeededTape(seed: 1, prints: 10))
        let engine = cockpit.engine
        var witness = Witness()
        let id = try #require(ClientOrderID("nwtest-1"))
        // A close although nothing is open, twice under one id.
        let request = ReductionRequest(
            clientOrderID: id, direction: .long, positionQuantity: Quantity(units: 100_000),
            quantity: Quantity(units: 100_000), kind: .market, purpose: .exit(.kill))
        let order = try ApprovedOrder.reducing(request, of: engine.configuration.instruments[0])
            .get()
        witness.see(
            [.submit(order), .submit(order)], engine: engine, wasOpen: true, at: SeededTape.start)
        #expect(witness.broken.contains("one order per intent"))
        #expect(witness.broken.contains { $0.hasPrefix("reduce-only grows") })
        // One fill counted twice, and a position that does not follow from it.
        let fill = Fill(
            tradeID: 1, price: Price(units: 1), quantity: Quantity(units: 5), side: .buy,
            commission: .zero, isMaker: false, venueTime: SeededTape.start)
        let fact = Action.record(.fill(InstrumentID(0), fill, nil, nil))
        witness.see([fact, fact], engine: engine, wasOpen: true, at: SeededTape.start)
        #expect(witness.broken.contains("fill 1 counted twice"))
        #expect(witness.broken.contains("position 0 is not the sum of fills 5"))
        // An order that leaves its end.
        var record = OrderRecord(
            request: order.request, purpose: .exit(.kill), state: .filled, venueOrderID: nil,
            filledQuantity: .zero, filledNotional: .zero, createdTime: SeededTape.start,
            changedTime: SeededTape.start)
        let ended = Action.record(.orderChanged(record))
        record.state = .resting
        let left = Action.record(.orderChanged(record))
        witness.see([ended, left], engine: engine, wasOpen: true, at: SeededTape.start)
        #expect(witness.broken.contains("\(id) left filled"))
    }
}
