import BinanceFormat
import Messages
import Text
import Trading
import Transport

/// All that a market session knows, and the whole of its decisions: it is told what happened, and keeps what is to be
/// told to the engine and what is to be done.
struct MarketFeedState: Sendable {
    enum Effect: Sendable {
        case connect(line: Int, link: Int)
        case close(line: Int, link: Int)
        case ask(place: Int, ContractFeed.Question)
        case askDerivatives(place: Int, DerivativesFeed.Question)
        case note(Notice)
    }

    let configuration: MarketFeedConfiguration
    let plans: [LinePlan]
    private(set) var counters = MarketFeedCounters()

    private var decoder: BinanceMarketDecoder
    private var lines: [FeedLine]
    private var contracts: [ContractFeed]
    private var derivatives: [DerivativesFeed]
    /// Questions for derivatives that have no answer yet, and the contract that is looked at first for the next.
    private var optionalQuestions = 0
    private var firstOptionalPlace = 0
    /// Place of each instrument by its index; −1 for others.
    private var places: [Int]
    private var random = SystemRandomNumberGenerator()
    private var notes: NoteLimiter

    private var outbox: [(instrument: InstrumentID, data: MarketData)] = []
    private var effects: [Effect] = []
    /// Given to the one contract that is at work, to keep its storage.
    private var told: [MarketData] = []
    /// For each contract, the last print that the engine has for certain.
    private var confirmed: [Int64?]
    /// The engine had no room; nothing is told until it has taken the news of it.
    private var isOverflowing = false

    init(_ configuration: MarketFeedConfiguration) {
        self.configuration = configuration
        plans = LinePlan.lines(of: configuration)
        lines = plans.map { FeedLine($0, configuration) }
        contracts = configuration.contracts.map { _ in ContractFeed(configuration) }
        let count = configuration.contracts.count
        derivatives = (0..<count).map {
            DerivativesFeed(configuration, share: Double($0 + 1) / Double(count))
        }
        confirmed = configuration.contracts.map { _ in nil }
        decoder = BinanceMarketDecoder(
            instruments: configuration.contracts.map { ($0.symbol, $0.instrument) })
        let last = configuration.contracts.map { Int($0.instrument.index) }.max() ?? -1
        places = Array(repeating: -1, count: last + 1)
        for (place, contract) in configuration.contracts.enumerated() {
            places[Int(contract.instrument.index)] = place
        }
        notes = NoteLimiter(interval: configuration.noteInterval)
    }

    /// Whether every contract has its tape, its book and its mark price.
    var isWarm: Bool { !isOverflowing && contracts.allSatisfy(\.isWarm) }

    var countersNow: MarketFeedCounters {
        var counters = counters
        for contract in contracts {
            counters.repeats += contract.repeats + contract.tape.repeats + contract.book.repeats
            counters.tapeHoles += contract.tape.holes
            counters.openHoles += contract.tape.openHoles
            counters.filledPrints += contract.tape.filled
            counters.bookGaps += contract.book.gaps
            counters.bookLoads += contract.book.loads
        }
        for feed in derivatives {
            counters.fundings += feed.toldFundings
            counters.openInterests += feed.toldCounts
            counters.optionalFailures += feed.failures
        }
        return counters
    }

    // MARK: Connections

    mutating func start(at time: Timestamp) {
        for line in lines.indices { perform(lines[line].start(), line, at: time) }
    }

    mutating func stop(at time: Timestamp) {
        for line in lines.indices { perform(lines[line].stop(), line, at: time) }
    }

    mutating func opened(line: Int, link: Int, at time: Timestamp) {
        perform(lines[line].opened(link, at: time), line, at: time)
    }

    mutating func ended(line: Int, link: Int, _ end: WebSocketEnd, at time: Timestamp) {
        perform(lines[line].ended(link, end, at: time, using: &random), line, at: time)
    }

    /// Takes one message. `venueTime` is asked for rarely.
    mutating func receive(
        _ message: Span<UInt8>, line: Int, link: Int, at time: Timestamp,
        venueTime: () -> Timestamp?
    ) {
        guard lines[line].knows(link) else { return }
        counters.frames += 1
        counters.bytes += message.count
        let frame: DecodedFrame
        do throws(FrameError) {
            frame = try decoder.decode(message)
        } catch {
            counters.refusedFrames += 1
            let reason = "\(error.kind) at byte \(error.offset)"
            counters.lastRefusal = reason
            note(.refusedFrame, .alarm, "a market frame is refused: \(reason)", at: time)
            return
        }
        switch frame.symbol {
        case .absent:
            counters.otherFrames += 1
            return
        case .unknown:
            counters.unknownContracts += 1
            return
        case .known(let instrument):
            let place = places[Int(instrument.index)]
            perform(
                lines[line].hear(
                    Self.stream(of: frame.kind, place), on: link, at: time), line, at: time)
            if frame.kind == .markPrice, let stamp = frame.eventTime, let now = venueTime() {
                counters.latency = now - stamp
            }
            guard let data = frame.data else { return }
            if case .markPrice(let update) = data { derivatives[place].see(update, at: time) }
            work(place, at: time) { contract, out, _ in
                contract.receive(data, at: time, into: &out)
            }
        }
    }

    /// The stream that a frame came by, if it is one that ticks.
    private static func stream(of kind: DecodedFrame.Kind, _ place: Int) -> MarketStream? {
        switch kind {
        case .bookTicker: MarketStream(kind: .bookTicker, place: place)
        case .depthUpdate: MarketStream(kind: .depth, place: place)
        case .markPrice: MarketStream(kind: .markPrice, place: place)
        case .trade, .aggregateTrade, .ignoredPrint, .depthSnapshot, .kline, .forcedOrder, .other:
            nil
        }
    }

    private mutating func perform(_ steps: [FeedLine.Effect], _ line: Int, at time: Timestamp) {
        for step in steps {
            switch step {
            case .connect(let link): effects.append(.connect(line: line, link: link))
            case .close(let link): effects.append(.close(line: line, link: link))
            case .began:
                for place in plans[line].places {
                    contracts[place].opened(
                        printsComeBy: plans[line].printPlaces.contains(place), at: time)
                }
            case .lost(let reason): lose(line, reason, at: time)
            case .renewed: counters.renewals += 1
            case .renewalFailed:
                note(
                    .renewal, .warning,
                    "a market connection could not be renewed yet; the old one goes on", at: time)
            }
        }
    }

    private mutating func lose(_ line: Int, _ reason: FeedLine.Reason, at time: Timestamp) {
        counters.lostConnections += 1
        switch reason {
        case .ended(let end):
            note(.ended, .warning, "a market connection has ended: \(Self.words(end))", at: time)
        case .silent:
            counters.staleConnections += 1
            note(
                .silent, .alarm, "a market connection says nothing of use, another is made",
                at: time)
        case .streamsSilent(let streams):
            counters.staleConnections += 1
            let names = streams.prefix(4).map {
                "\(configuration.contracts[$0.place].symbol) \($0.kind.name)"
            }
            let rest = streams.count > 4 ? " and \(streams.count - 4) more" : ""
            note(
                .silent, .alarm,
                "silent market streams, another connection is made: "
                    + names.joined(separator: ", ") + rest, at: time)
        }
        for place in plans[line].places {
            let isTape = plans[line].printPlaces.contains(place)
            told.removeAll(keepingCapacity: true)
            contracts[place].lose(tape: isTape, keepingChanges: false, into: &told)
            tell(place)
        }
    }

    /// The peer's own words are left out: they are anybody's.
    private static func words(_ end: WebSocketEnd) -> String {
        switch end {
        case .notConnected(let failure): "no connection (\(failure))"
        case .refused(let status): "refused with status \(status)"
        case .closedByPeer(let code, _):
            "closed by the venue (\(code.map(String.init) ?? "no code"))"
        case .closedByUs: "closed by us"
        case .lost: "the line broke"
        case .silent: "no answer to pings"
        case .messageTooLarge: "a message above the limit"
        case .protocolViolation: "not the protocol"
        case .sendBacklog: "the venue does not read"
        }
    }

    // MARK: Contracts

    /// Lets one contract work, tells what it has to tell and does what follows from a loss.
    private mutating func work(
        _ place: Int, at time: Timestamp,
        _ work: (
            inout ContractFeed, inout [MarketData], inout SystemRandomNumberGenerator
        ) -> ContractFeed.Loss?
    ) {
        told.removeAll(keepingCapacity: true)
        if let loss = work(&contracts[place], &told, &random) {
            contracts[place].lose(tape: false, keepingChanges: true, into: &told)
            let symbol = configuration.contracts[place].symbol
            switch loss {
            case .tapeHole:
                note(.hole, .warning, "\(symbol): prints are missing, they are read", at: time)
            case .bookGap:
                note(.hole, .warning, "\(symbol): the book has a gap, it is loaded anew", at: time)
            }
        }
        tell(place)
    }

    private mutating func tell(_ place: Int) {
        // What is told during an overflow would come after a hole.
        guard !isOverflowing else { return }
        let instrument = configuration.contracts[place].instrument
        for data in told { outbox.append((instrument, data)) }
    }

    /// Looks at every watch, and asks what is to be asked.
    mutating func advance(to time: Timestamp) {
        for line in lines.indices {
            perform(lines[line].advance(to: time, using: &random), line, at: time)
            let dead = plans[line].printPlaces.filter {
                contracts[$0].missesPrints(for: configuration.printSilence, at: time)
            }
            if !dead.isEmpty {
                let streams = dead.map { MarketStream(kind: .aggTrade, place: $0) }
                perform(lines[line].give(up: streams, at: time, using: &random), line, at: time)
            }
        }
        guard !isOverflowing else { return }
        for place in contracts.indices {
            let openHoles = contracts[place].tape.openHoles
            work(place, at: time) { contract, out, _ in contract.advance(to: time, into: &out) }
            if contracts[place].tape.openHoles != openHoles {
                noteOpenHole(place, at: time)
            }
            for question in contracts[place].nextQuestions(at: time) {
                effects.append(.ask(place: place, question))
            }
        }
        askDerivatives(at: time)
    }

    /// Asks for derivatives of the contracts in turn, so that one cannot take the room of the others.
    private mutating func askDerivatives(at time: Timestamp) {
        let first = firstOptionalPlace
        for step in contracts.indices {
            let room = configuration.maxOptionalQuestions - optionalQuestions
            guard room > 0 else { return }
            let place = (first + step) % contracts.count
            guard contracts[place].hasReadCandles else { continue }
            for question in derivatives[place].nextQuestions(at: time, room: room) {
                effects.append(.askDerivatives(place: place, question))
                optionalQuestions += 1
                firstOptionalPlace = (place + 1) % contracts.count
            }
        }
    }

    mutating func receive(
        _ answer: DerivativesFeed.Answer, to question: DerivativesFeed.Question, place: Int,
        at time: Timestamp
    ) {
        optionalQuestions -= 1
        told.removeAll(keepingCapacity: true)
        derivatives[place].receive(answer, to: question, at: time, using: &random, into: &told)
        tell(place)
    }

    mutating func receive(
        _ answer: ContractFeed.Answer, to question: ContractFeed.Question, place: Int,
        at time: Timestamp
    ) {
        let openHoles = contracts[place].tape.openHoles
        work(place, at: time) { contract, out, random in
            contract.receive(answer, to: question, at: time, using: &random, into: &out)
        }
        if contracts[place].tape.openHoles != openHoles { noteOpenHole(place, at: time) }
    }

    /// An optional question could not be answered; told to people now and then.
    mutating func noteMissing(_ text: String, at time: Timestamp) {
        note(.derivatives, .warning, text, at: time)
    }

    private mutating func noteOpenHole(_ place: Int, at time: Timestamp) {
        let symbol = configuration.contracts[place].symbol
        note(.openHole, .alarm, "\(symbol): prints are missing and cannot be read", at: time)
    }

    /// A question could not be answered; told to people now and then.
    mutating func noteFailure(_ text: String, at time: Timestamp) {
        note(.request, .warning, text, at: time)
    }

    // MARK: Out

    /// What is to be told to the engine, in order. After an overflow, and only when it `isTick`: that all is lost.
    mutating func takeOutbox(isTick: Bool) -> [(instrument: InstrumentID, data: MarketData)] {
        if isOverflowing {
            return isTick ? configuration.contracts.map { ($0.instrument, .lost) } : []
        }
        guard !outbox.isEmpty else { return [] }
        var batch: [(instrument: InstrumentID, data: MarketData)] = []
        batch.reserveCapacity(outbox.count)
        swap(&batch, &outbox)
        return batch
    }

    mutating func takeEffects() -> [Effect] {
        guard !effects.isEmpty else { return [] }
        defer { effects.removeAll(keepingCapacity: true) }
        return effects
    }

    /// Takes the engine's answer to what was taken from the outbox.
    mutating func delivered(_ isTaken: Bool, at time: Timestamp) {
        switch (isTaken, isOverflowing) {
        case (true, false):
            for place in contracts.indices { confirmed[place] = contracts[place].tape.lastID }
        case (true, true):
            // It knows that everything is stale; the tape goes on from where it was certain to be.
            isOverflowing = false
            for place in contracts.indices {
                contracts[place].rewind(to: confirmed[place], at: time)
                derivatives[place].rewind()
            }
        case (false, false):
            isOverflowing = true
            counters.overflows += 1
            outbox.removeAll(keepingCapacity: true)
            note(.overflow, .alarm, "the engine has no room for market data", at: time)
        case (false, true): break
        }
    }

    private mutating func note(
        _ topic: NoteLimiter.Topic, _ severity: Severity, _ text: String, at time: Timestamp
    ) {
        guard let suffix = notes.admit(topic, at: time) else { return }
        effects.append(.note(Notice(.feed, severity, text + suffix)))
    }
}
